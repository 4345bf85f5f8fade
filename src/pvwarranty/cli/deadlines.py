"""``pvwarranty fleet deadlines``: what is to be done by when."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from pvwarranty.batch.deadlines import Due

HEADS = {
    "en": ("by", "site", "asset", "what to do"),
    "ja": ("期限", "サイト", "資産", "すべきこと"),
}
NOTHING = {
    "en": "Nothing is due within {within} of {on}.",
    "ja": "{on}から{within}以内に期限を迎えるものはありません。",
}


def deadlines(
    folder: Path,
    *,
    within: str = "12m",
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    lang: Literal["en", "ja"] = "en",
) -> int:
    """Tell until when claims stand, what to measure before a step ends, and what becomes a claim.

    Parameters
    ----------
    folder
        The folder that ``pvwarranty batch`` wrote.
    within
        How far to look from the day judged: 12m, 90d, 8w or 2y.
    as_json
        Print JSON and nothing else.
    lang
        Language of texts: en or ja.
    """
    from pvwarranty.batch.deadlines import deadlines as due_of
    from pvwarranty.batch.deadlines import judged_on

    on = judged_on(folder)
    due = due_of(folder, within)
    if as_json:
        rows = [dataclasses.asdict(d) | {"on": f"{d.on}", "text": d.text(lang)} for d in due]
        shown = {"on": f"{on}", "within": within, "deadlines": rows}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    elif due:
        sys.stdout.write(_table(due, lang))
    else:
        sys.stdout.write(NOTHING[lang].format(within=within, on=on) + "\n")
    return 0


def _table(due: list[Due], lang: str, width: int = 150) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    buffer = io.StringIO()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for head in HEADS[lang]:
        table.add_column(head, overflow="fold", no_wrap=head == HEADS[lang][0])
    for each in due:
        table.add_row(f"{each.on}", each.site, each.asset, each.text(lang))
    Console(file=buffer, width=width, color_system=None, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"
