"""The members of a bundle: their names, their order and how large they may be."""

from __future__ import annotations

import re
from collections.abc import Iterable

README = "README.txt"
ABOUT = "about.json"
FACTS = "facts.json"
RESULT = "result.json"
PUBLIC_KEY = "public-key.pem"
MANIFEST = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
STAMPS = {SIGNATURE: "SHA256SUMS.sig.tsr", MANIFEST: "SHA256SUMS.tsr"}  # what is stamped -> stamp

SITE = "data/site.toml"
MEASUREMENTS = ("data/measurements.parquet", "data/measurements.csv")
CURVES = "data/ivcurves.csv"
INPUTS = (SITE, *MEASUREMENTS, CURVES)
REPORTS = {"en": "report.en.pdf", "ja": "report.ja.pdf"}

MADE_ANEW = (README, FACTS, RESULT, *REPORTS.values())
SEALS = (MANIFEST, SIGNATURE, *STAMPS.values())  # what the manifest cannot list
_FIXED = {*INPUTS, *MADE_ANEW, *SEALS, ABOUT, PUBLIC_KEY}
_TERMS = re.compile(r"terms(/[a-z0-9][a-z0-9_-]*){1,2}/[a-z0-9][a-z0-9_-]*\.toml", re.ASCII)

LARGEST = 512 << 20  # bytes of an archive
MOST = 500  # members


def is_known(name: str) -> bool:
    """Tell whether a bundle can hold a member of this name."""
    return name in _FIXED or _TERMS.fullmatch(name) is not None


def ordered(names: Iterable[str]) -> list[str]:
    """Return names in the order of the archive: by name, the manifest and its seals last."""
    return sorted(names, key=lambda n: (SEALS.index(n) if n in SEALS else -1, n))


def listed(names: Iterable[str]) -> list[str]:
    """Return the names that the manifest lists, in its order."""
    return [n for n in ordered(names) if n not in SEALS]


def terms_of(names: Iterable[str]) -> list[str]:
    """Return the names of the terms' own files."""
    return [n for n in ordered(names) if _TERMS.fullmatch(n)]
