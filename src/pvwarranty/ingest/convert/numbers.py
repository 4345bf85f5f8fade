"""Cells of numbers as they stand in exports, to floats.

Read: blanks around, full-width digits, thousands separators, decimal commas, signs in several
scripts. The usual words for "no value" are NaN. Anything else is no number and is told.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = frozenset(
    (
        "", "-", "--", "---", "ー", "―", "—", "–", "−", "*", "**", "***", "****", "*****", "nodata",
        "no data", "n/a", "na", "nan", "nanstt", "null", "none", "unknown", "unavailable",
        "undefined", "欠測", "欠損", "データなし", "なし", "×", "#n/a",
    )
)  # fmt: skip
MOST = 1e15  # no measurement of a home is larger in any unit
_PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_NUMBER = re.compile(_PLAIN, re.ASCII)
_GROUPS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$", re.ASCII)
_GROUPS_COMMA = re.compile(r"^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$", re.ASCII)
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+$", re.ASCII)
_MINUS = str.maketrans({"−": "-", "‐": "-", "－": "-", "▲": "-", "△": "-", "＋": "+"})


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a file writes numbers: the decimal sign, and further words for "no value"."""

    decimal: str = "."
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values of a column (n,), NaN where missing or unreadable, and the unreadable cells."""

    values: NDArray[np.float64]
    unreadable: dict[int, str]


def read_numbers(cells: pa.Array, style: NumberStyle) -> Numbers:
    """Read a column of text cells, shape (n,).

    Plain numbers are turned by Arrow in one go; of other columns each different text is read once.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if style.decimal == ".":
        try:
            values = pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:
            pass
        else:
            if not len(values) or np.abs(values).max() <= MOST:  # NaN is not
                return Numbers(np.array(values), {})
    return _read_different(cells, style)


def _read_different(cells: pa.Array, style: NumberStyle) -> Numbers:
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = cells.dictionary_encode()
    words = pc.utf8_trim_whitespace(coded.dictionary)
    plain = pc.match_substring_regex(words, _PLAIN)
    if style.decimal == ",":
        plain = pc.match_substring_regex(words, r"^[+-]?\d+$")
    table = pc.cast(pc.if_else(plain, words, None), pa.float64()).to_numpy(zero_copy_only=False)
    table = np.array(table)
    with np.errstate(invalid="ignore"):
        odd = ~plain.to_numpy(zero_copy_only=False) | ~(np.abs(table) <= MOST)
    wrong: dict[int, str] = {}
    for i in np.flatnonzero(odd):
        text = words[int(i)].as_py()
        value = read_number(text, style)
        table[i] = np.nan if value is None else value
        if value is None:
            wrong[int(i)] = text
    indices = coded.indices.to_numpy(zero_copy_only=False)
    values = table[indices] if len(table) else np.empty(0)
    return Numbers(values, _places(indices, wrong))


def _places(indices: NDArray[np.int32], wrong: dict[int, str]) -> dict[int, str]:
    if not wrong:
        return {}
    rows = np.flatnonzero(np.isin(indices, list(wrong)))
    return {int(row): wrong[int(indices[row])] for row in rows}


def read_number(text: str, style: NumberStyle) -> float | None:
    """Read one cell: its value, NaN for a missing-value word, None where it is no number."""
    word = unicodedata.normalize("NFKC", text.translate(_MINUS)).translate(_MINUS).strip()
    if word.lower() in MISSING or text.strip() in style.missing or word in style.missing:
        return float("nan")
    word = _decimal_point(word) if style.decimal == "," else _without_groups(word)
    if not _NUMBER.match(word):
        return None
    value = float(word)
    return value if abs(value) <= MOST else None


def _without_groups(word: str) -> str:
    return word.replace(",", "") if _GROUPS.match(word) else word


def _decimal_point(word: str) -> str:
    if _GROUPS_COMMA.match(word):
        return word.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.match(word):
        return word.replace(",", ".")
    return word if _NUMBER.match(word) and "." not in word else "?"
