"""The encoding of a text file, found by a strict ladder: a guess is never taken for the truth."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from pvwarranty.errors import DataError, Problem

LADDER = ("utf-8-sig", "cp932", "euc_jp")
_CHUNK = 1 << 20
_TOLD = 1 << 16  # letters of which half-width katakana are counted
_SCANNED = 64 << 20  # bytes that are searched line by line for a second encoding
# single bytes that Python's cp932 lets through although no Japanese text holds them
_NOT_CP932 = frozenset("\x80\xa0\uf8f0\uf8f1\uf8f2\uf8f3")

Open = Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class _Trial:
    """What came of decoding a whole file: the byte where it failed, letters and kana counted."""

    failed_at: int | None
    half_kana: int = 0
    letters: int = 0


def find_encoding(open_: Open, where: str, forced: str | None = None) -> str:
    """Return the encoding of a file as Python names it.

    The ladder: a UTF-16 byte order mark, then the first of UTF-8, cp932 and EUC-JP in which every
    byte decodes. Raises DataError where none fits or where lines of two encodings stand in one
    file.
    """
    if forced is not None:
        return _forced(open_, where, forced)
    with open_() as file:
        head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _forced(open_, where, "utf-16")
    if b"\0" in head:
        hint = "save it as text in UTF-8, or as .xlsx"
        raise DataError(Problem(where, "holds bytes that no text has", hint))
    trials = {}
    for name in LADDER:
        trials[name] = _try(open_, name)
        if name == "utf-8-sig" and trials[name].failed_at is None:
            return name
    _refuse_mixed(open_, where)
    return _best(trials, where)


def _best(trials: dict[str, _Trial], where: str) -> str:
    good = [name for name, trial in trials.items() if trial.failed_at is None]
    if not good:
        raise DataError(
            Problem(where, "is no text in UTF-8, cp932, EUC-JP or UTF-16: the longest readable part"
                    f" ends at byte {max(t.failed_at or 0 for t in trials.values())}",
                    "say which it is with --encoding, or save it as UTF-8")
        )  # fmt: skip
    kana = trials["cp932"]
    # EUC-JP text is often valid cp932 too, and then reads as nothing but half-width katakana
    if len(good) == 2 and kana.half_kana > 0.6 * kana.letters:
        return "euc_jp"
    return good[0]


def _forced(open_: Open, where: str, name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        raise DataError(Problem("--encoding", f"there is no encoding '{name}'")) from None
    trial = _try(open_, name)
    if trial.failed_at is not None:
        raise DataError(Problem(f"{where}, byte {trial.failed_at}", f"is not {name}"))
    return "utf-8-sig" if found == "utf-8" else found


def chunks_of(open_: Open) -> Iterator[bytes]:
    """Yield the bytes of a file, a MiB at a time."""
    with open_() as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _try(open_: Open, name: str) -> _Trial:
    decoder = codecs.getincrementaldecoder(name)("strict")
    kana = letters = done = 0
    try:
        for chunk in chunks_of(open_):
            text = decoder.decode(chunk)
            done += len(chunk)
            if text.isascii():
                continue
            if name == "cp932" and _NOT_CP932 & set(text):
                return _Trial(done - len(chunk))
            if not letters:  # the first such chunk tells enough
                others = [c for c in text[:_TOLD] if c > "\x7f"]
                letters = len(others)
                kana = sum("\uff61" <= c <= "\uff9f" for c in others)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return _Trial(done + error.start)
    return _Trial(None, kana, letters)


def _refuse_mixed(open_: Open, where: str) -> None:
    """Refuse a file in which some lines are Japanese in UTF-8 and others are not UTF-8 at all."""
    utf8 = other = 0
    for number, line in enumerate(_lines(open_), 1):
        if line.isascii():
            continue
        try:
            wide = sum(c > "\u07ff" for c in line.decode("utf-8"))
            utf8 = utf8 or (number if wide > 1 else 0)
        except UnicodeDecodeError:
            other = other or number
        if utf8 and other:
            raise DataError(
                Problem(f"{where}, rows {min(utf8, other)} and {max(utf8, other)}",
                        "are of two encodings: one is UTF-8 and the other is not",
                        "two files were joined: convert each by itself")
            )  # fmt: skip


def _lines(open_: Open) -> Iterator[bytes]:
    read = 0
    with open_() as file:
        for line in iter(lambda: file.readline(_CHUNK), b""):
            read += len(line)
            if read > _SCANNED:
                return
            yield line
