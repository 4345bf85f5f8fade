"""Writing a site's document as the text of a ``site.toml``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

BARE = re.compile(r"^[A-Za-z0-9_-]+$")


def to_toml(document: Mapping[str, Any]) -> str:
    """Return a document of values, tables and lists of tables as TOML; None is left out."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    tables = {k: v for k, v in document.items() if isinstance(v, Mapping)}
    blocks = {k: v for k, v in document.items() if _is_blocks(v)}
    for key, value in document.items():
        if key not in tables and key not in blocks and value is not None:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in tables.items():
        yield from ("", f"[{_key(key)}]", *_pairs(value))
    for key, rows in blocks.items():
        for row in rows:
            yield from ("", f"[[{_key(key)}]]", *_pairs(row))


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(k)} = {_value(v)}" for k, v in table.items() if v is not None)


def _key(key: str) -> str:
    return key if BARE.match(key) else _text(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(_value(v) for v in value if v is not None)}]"
        case Mapping():
            return f"{{ {', '.join(_pairs(value))} }}"
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
