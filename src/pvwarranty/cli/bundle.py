"""``pvwarranty bundle``: the evidence bundle checked, and the keys that sign it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from pvwarranty.errors import DataError, Problem

if TYPE_CHECKING:
    from pvwarranty.report.bundle.make import Sealing
    from pvwarranty.report.case import Case

app = App(name="bundle", help="Evidence bundles: check one, make the key that signs them.")
keys = App(name="key", help="The organisation's key: make one, show one.")
app.command(keys)

PASSPHRASE = "PVWARRANTY_KEY_PASSPHRASE"


@dataclass(frozen=True, slots=True)
class Bundling:
    """Options of the bundle of a site.

    Parameters
    ----------
    bundle
        Write the evidence bundle to this ZIP file: data, terms, result, hashes (docs/bundle.md).
    key
        Sign the bundle with this private key, made by `pvwarranty bundle key create`.
    timestamp
        Let the RFC 3161 server at this address stamp the time of the bundle.
    timestamp_ca
        Verify the stamp against the root certificate (PEM) of its authority.
    """

    bundle: Path | None = None
    key: Path | None = None
    timestamp: str | None = None
    timestamp_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A bundle before its site is judged: the files as they are now, and how it is sealed."""

    folder: Path
    held: Mapping[str, bytes]
    sealing: Sealing
    to: Path


def prepare(folder: Path, asked: Bundling) -> Prepared | None:
    """Read what a bundle needs before anything is judged; None where no bundle is asked for."""
    from pvwarranty.report.bundle.make import held_files

    if problems := list(_option_problems(asked)):
        raise DataError(problems)
    if asked.bundle is None:
        return None
    return Prepared(folder, held_files(folder), _sealing(asked), asked.bundle)


def write(prepared: Prepared, case: Case, lang: str) -> None:
    """Write a bundle; that it is unsigned is said on standard error."""
    from pvwarranty.report.bundle import texts
    from pvwarranty.report.bundle.make import make_bundle, unchanged, write_bundle

    unchanged(prepared.folder, prepared.held)
    write_bundle(prepared.to, make_bundle(prepared.held, case, lang, prepared.sealing))
    if prepared.sealing.key is None:
        print(f"{prepared.to}: {texts.UNSIGNED_MADE.of(lang)}", file=sys.stderr)


def _sealing(asked: Bundling) -> Sealing:
    from pvwarranty.report.bundle.keys import read_private_key
    from pvwarranty.report.bundle.make import Sealing
    from pvwarranty.report.bundle.stamp import ask, read_authorities

    key = None if asked.key is None else read_private_key(asked.key, passphrase_of(asked.key))
    url = asked.timestamp
    if url is None:
        return Sealing(key)
    trusted = () if asked.timestamp_ca is None else read_authorities(asked.timestamp_ca)
    return Sealing(key, lambda content: ask(url, content, trusted))


def _option_problems(asked: Bundling) -> Iterable[Problem]:
    for name, given in (("--key", asked.key), ("--timestamp", asked.timestamp)):
        if given is not None and asked.bundle is None:
            yield Problem(name, "seals a bundle, and none is asked for", "add --bundle FILE.zip")
    if asked.timestamp_ca is not None and asked.timestamp is None:
        yield Problem("--timestamp-ca", "verifies a stamp", "add --timestamp URL")


@app.command
def check(
    file: Path,
    *,
    public_key: Path | None = None,
    timestamp_ca: Path | None = None,
    no_repeat: Annotated[bool, Parameter(negative="")] = False,
    lang: Literal["en", "ja"] = "en",
) -> int:
    """Check a bundle: every hash, the signature, the time stamp, and the assessment made anew.

    Parameters
    ----------
    file
        The bundle.
    public_key
        The organisation's public key (PEM), got by another way than the bundle.
    timestamp_ca
        The root certificate (PEM) of the time stamp authority.
    no_repeat
        Do not make the assessment anew.
    lang
        Language of texts: en or ja.
    """
    from pvwarranty.report.bundle import texts
    from pvwarranty.report.bundle.check import Trust, check_bundle, read_archive
    from pvwarranty.report.bundle.keys import read_public_key
    from pvwarranty.report.bundle.stamp import read_authorities

    trust = Trust(
        None if public_key is None else read_public_key(public_key),
        () if timestamp_ca is None else read_authorities(timestamp_ca),
    )
    found = check_bundle(read_archive(file), trust, repeat=not no_repeat)
    for text in found.told:
        print(text.of(lang))
    if found.faults:
        raise DataError(f.problem(file.name, lang) for f in found.faults)
    print((texts.WHOLE if found.complete else texts.WHOLE_BUT).of(lang))
    return 0


@keys.command
def create(file: Path, *, passphrase: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Make a key pair: the private key FILE, for its owner alone, and the public key FILE.pub.

    Parameters
    ----------
    file
        The private key (PEM). Keep it, and keep it to yourself; give FILE.pub away.
    passphrase
        Lock the private key: the passphrase is asked for, or read from the environment,
        PVWARRANTY_KEY_PASSPHRASE.
    """
    from pvwarranty.report.bundle.keys import create_key, fingerprint

    key = create_key(file, _new_passphrase() if passphrase else "")
    print(f"{file}: private key, for its owner alone\n{file}.pub: public key, {fingerprint(key)}")
    return 0


@keys.command
def show(file: Path) -> int:
    """Print the fingerprint of a public key, to compare over the telephone or on paper.

    Parameters
    ----------
    file
        The public key (PEM).
    """
    from pvwarranty.report.bundle.keys import fingerprint, read_public_key

    print(fingerprint(read_public_key(file)))
    return 0


def _new_passphrase() -> str:
    given = os.environ.get(PASSPHRASE)
    if given is None:
        given = _asked("New passphrase: ")
        if _asked("The same again: ") != given:
            raise DataError(Problem("passphrase", "was not the same both times"))
    if not given:
        raise DataError(Problem("passphrase", "is empty"))
    return given


def passphrase_of(key: Path) -> str:
    """Return the passphrase of a private key: from the environment, or asked for; '' if none."""
    from pvwarranty.report.bundle.keys import is_locked

    if not is_locked(key):
        return ""
    given = os.environ.get(PASSPHRASE)
    return _asked(f"Passphrase of {key}: ") if given is None else given


def _asked(prompt: str) -> str:
    from getpass import getpass

    if not sys.stdin.isatty():
        raise DataError(Problem("passphrase", "cannot be asked for here", f"set {PASSPHRASE}"))
    return getpass(prompt)
