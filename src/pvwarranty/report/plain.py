"""A report as text for a terminal; pictures are told by what they say."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as Grid

from pvwarranty.report.document import Block, Items, Pairs, Paragraph, Picture, Report, Table


def render_text(report: Report, width: int = 120) -> str:
    """Return the report as text, lines no longer than `width` columns."""
    buffer = io.StringIO()
    console = Console(file=buffer, width=width, color_system=None, highlight=False)
    console.print(f"{report.title} – {report.subject}\n", markup=False)
    for block in report.front:
        _print(console, block)
    for section in report.sections:
        console.print(f"\n{section.title}\n{'─' * 40}", markup=False)
        for block in section.blocks:
            _print(console, block)
    console.print(f"\n{report.footer}", markup=False)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _print(console: Console, block: Block) -> None:
    for part in SHOWN[type(block)](block):
        console.print(part, markup=False)


def _table(block: Table) -> list[Any]:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), title=block.title or None,
                title_justify="left")  # fmt: skip
    for column in block.columns:
        grid.add_column(column.title, justify="right" if column.right else "left", overflow="fold")
    for row in block.rows:
        grid.add_row(*(cell.text for cell in row))
    return [grid, *([block.note] if block.note else [])]


SHOWN: dict[type, Callable[[Any], list[Any]]] = {
    Paragraph: lambda b: [b.text],
    Items: lambda b: [f"  - {t}" for t in b.texts],
    Pairs: lambda b: [f"  {n}: {v}" for n, v in b.rows],
    Table: _table,
    Picture: lambda b: [f"[{b.alt}]"],
}
