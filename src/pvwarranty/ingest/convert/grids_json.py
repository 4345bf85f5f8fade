"""JSON answers as tables: one row an element of the list that a profile points at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pvwarranty.errors import DataError, Problem
from pvwarranty.ingest.convert.documents import Document, read_all
from pvwarranty.ingest.convert.encoding import find_encoding
from pvwarranty.ingest.convert.grids import RowsGrid
from pvwarranty.ingest.profiles.schema import JsonSpec

MAX_BYTES = 256 << 20


def read_json(document: Document) -> list[Any]:
    """Return the JSON values of a document (several where each line is one), numbers as text.

    Raises DataError where it is no JSON, is too large, or names a key of an object twice.
    """
    if document.size > MAX_BYTES:
        limit = f"JSON of more than {MAX_BYTES >> 20} MiB is not read"
        raise DataError(Problem(document.name, limit, "export fewer days at a time"))
    encoding = find_encoding(document.open, document.name)
    text = read_all(document).decode(encoding)
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str
    )
    values, at = [], 0
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
    except RecursionError:
        raise DataError(Problem(document.name, "is nested too deeply to be an export")) from None
    except _TwiceError as error:
        raise DataError(Problem(document.name, f"names the key '{error}' twice")) from None
    except json.JSONDecodeError as error:
        place = f"{document.name}, line {error.lineno}"
        hint = "it is truncated or damaged: download it again"
        raise DataError(Problem(place, f"is no JSON: {error.msg}", hint)) from None
    return values


class _TwiceError(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(n for n in names if names.count(n) > 1))
    return found


def json_grid(name: str, values: list[Any], spec: JsonSpec) -> RowsGrid | None:
    """Return the rows that `spec` points at as a table; None where there are none.

    Raises DataError where the answer says that it is an error.
    """
    for value in values:
        _refuse_error(name, value, spec)
    records = [dict(r) for value in values for r in _rows(value, spec.rows.split("."), {}, "")]
    if not records:
        return None
    header = list(dict.fromkeys(key for record in records for key in record))
    rows = [header, *([record.get(key, "") for key in header] for record in records)]
    words = {_at(value, spec.interval) for value in values} - {""}
    interval = spec.words.get(next(iter(words))) if len(words) == 1 else None
    units = {_at(value, spec.unit) for value in values} - {""}
    if len(units) > 1 or len(words) > 1:
        raise DataError(Problem(name, f"mixes answers of {' and '.join(sorted(units or words))}"))
    return RowsGrid(name, rows, next(iter(units), ""), interval)


def _refuse_error(name: str, value: Any, spec: JsonSpec) -> None:
    if spec.ok is None or _at(value, spec.ok) != "false":
        return
    told = {k: v for k, v in value.items() if isinstance(v, str | int)} if value else {}
    said = ", ".join(f"{k} {_text(v)}" for k, v in told.items())
    raise DataError(Problem(name, f"is the answer of a failed request: {said}", "ask again later"))


def _rows(
    value: Any, steps: list[str], above: dict[str, str], path: str
) -> Iterator[dict[str, str]]:
    """Yield the records at the end of a path, each with the plain values met on the way."""
    if not steps:
        if isinstance(value, dict):
            yield above | _flat(value, "")
        return
    key = steps[0].removesuffix("[]")
    if key:
        if not isinstance(value, dict) or key not in value:
            return
        plain = {f"{path}{k}": _text(v) for k, v in value.items() if not isinstance(v, dict | list)}
        above = above | (plain if path else {})
        value = value[key]
    path = f"{path}{key}." if key else path
    if not steps[0].endswith("[]"):
        yield from _rows(value, steps[1:], above, path)
    elif isinstance(value, list):
        for element in value:
            yield from _rows(element, steps[1:], above, path)


def _flat(value: dict[str, Any], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            found |= _flat(inner, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = _text(inner)
    return found


def _at(value: Any, path: str | None) -> str:
    for key in path.split(".") if path else ():
        if not isinstance(value, dict) or key not in value:
            return ""
        value = value[key]
    return _text(value) if path else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
