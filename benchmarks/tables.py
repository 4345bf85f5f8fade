"""Writing measured tables into Markdown between markers, so that no figure is typed by hand."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).with_name("README.md")


def put(name: str, text: str, path: Path = README) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->`` in a file."""
    whole = path.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(whole):
        raise SystemExit(f"{path.name} has no place for '{name}'")
    path.write_text(pattern.sub(lambda m: m[1] + text.rstrip() + "\n" + m[2], whole), "utf-8")


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
