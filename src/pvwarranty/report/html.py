"""A report as one self-contained HTML file: pictures inline, no script, light, dark and print."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from html import escape
from importlib import resources
from typing import Any

from pvwarranty.report.document import (
    Attachment,
    Block,
    Column,
    Items,
    Pairs,
    Paragraph,
    Picture,
    Report,
    Section,
    Table,
)
from pvwarranty.report.figures.style import GRID, INK, PAPER, QUIET, WIDTH
from pvwarranty.report.labels import say
from pvwarranty.report.webfont import faces

SHORT = 8  # rows of a table that is kept on one page
# colours of pictures that follow the page's, light or dark
FOLLOWING = {INK: "var(--ink)", QUIET: "var(--quiet)", GRID: "var(--rule)", PAPER: "var(--paper)"}


def render_html(report: Report) -> str:
    """Return the report as an HTML document that needs no other file."""
    body = "".join(_body(report))
    style = resources.files("pvwarranty.report").joinpath("report.css").read_text("utf-8")
    head = (
        f'<meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">'
        f"<title>{escape(report.title)} – {escape(report.subject)}</title>"
        f"<style>{faces(body)}{style}</style>"
    )
    return (
        f'<!doctype html>\n<html lang="{report.lang}">\n<head>{head}</head>\n'
        f"<body>{body}</body>\n</html>\n"
    )


def blocks_html(blocks: tuple[Block, ...], prefix: str) -> str:
    """Return blocks as HTML for pages that hold them; names in their pictures get the prefix."""
    return "".join(_blocks(blocks, prefix))


def _body(report: Report) -> Iterator[str]:
    yield '<header><p class="subject">' + escape(report.subject) + "</p>"
    yield f"<h1>{escape(report.title)}</h1></header>\n<main>"
    yield from _blocks(report.front)
    yield _contents(report)
    yield from _sections(report.sections)
    for attachment in report.attachments:
        yield _attachment(attachment, report.lang)
    yield f"</main>\n<footer><p>{escape(report.footer)}</p></footer>"


def _contents(report: Report) -> str:
    name = escape(say(report.lang, "report.contents"))
    entries = "".join(
        f'<li><a href="#s{n}">{escape(s.title)}</a></li>'
        for n, s in enumerate(report.sections)
        if s.level == 1
    )
    return f'<nav aria-label="{name}"><ol>{entries}</ol></nav>\n'


def _sections(sections: tuple[Section, ...]) -> Iterator[str]:
    for n, section in enumerate(sections):
        level = section.level + 1
        yield f'<section aria-labelledby="s{n}">'
        yield f'<h{level} id="s{n}">{escape(section.title)}</h{level}>\n'
        yield from _blocks(section.blocks, f"s{n}-")
        yield "</section>\n"


def _blocks(blocks: tuple[Block, ...], prefix: str = "f-") -> Iterator[str]:
    for n, block in enumerate(blocks):
        if isinstance(block, Picture):
            yield _picture(block, f"{prefix}{n}-")
        else:
            yield DRAWN[type(block)](block) + "\n"


def _paragraph(block: Paragraph) -> str:
    tone = f" {block.tone}" if block.tone else ""
    quote = ' lang="ja"' if block.kind == "quote" else ""
    return f'<p class="{block.kind}{tone}"{quote}>{escape(block.text)}</p>'


def _items(block: Items) -> str:
    return "<ul>" + "".join(f"<li>{escape(t)}</li>" for t in block.texts) + "</ul>"


def _pairs(block: Pairs) -> str:
    rows = "".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in block.rows)
    return f"<dl>{rows}</dl>"


def _table(block: Table) -> str:
    right = [_classes(_of_column(c)) for c in block.columns]
    head = "".join(
        f'<th scope="col"{r}>{escape(c.title)}</th>'
        for c, r in zip(block.columns, right, strict=True)
    )
    body = "".join(_row(block, row) for row in block.rows)
    caption = f"<caption>{escape(block.title)}</caption>" if block.title else ""
    note = f'<p class="note">{escape(block.note)}</p>' if block.note else ""
    short = " short" if len(block.rows) <= SHORT else ""
    narrow = "" if any(c.share for c in block.columns) else ' class="narrow"'
    return (
        f'<div class="table{short}" tabindex="0" role="region" aria-label="{escape(block.title)}">'
        f"<table{narrow}>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"
    )


def _row(block: Table, row: tuple[Any, ...]) -> str:
    cells = []
    for n, (column, cell) in enumerate(zip(block.columns, row, strict=True)):
        marked = _classes((*_of_column(column), cell.tone))
        tag, scope = ("th", ' scope="row"') if n == 0 else ("td", "")
        cells.append(f"<{tag}{scope}{marked}>{escape(cell.text)}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def _of_column(column: Column) -> tuple[str, str]:
    return "number" if column.right else "", "" if column.share else "tight"


def _classes(names: tuple[str, ...]) -> str:
    told = " ".join(n for n in names if n)
    return f' class="{told}"' if told else ""


def _picture(block: Picture, prefix: str) -> str:
    drawn = re.sub(r'\bid="', f'id="{prefix}', block.svg)
    drawn = re.sub(r"url\(#", f"url(#{prefix}", drawn)
    drawn = re.sub(r'href="#', f'href="#{prefix}', drawn)
    for colour, variable in FOLLOWING.items():
        drawn = drawn.replace(colour, variable)
    drawn = re.sub(r"<svg [^>]*?viewBox", "<svg viewBox", drawn, count=1, flags=re.DOTALL)
    width = float(drawn.split('viewBox="', 1)[1].split('"', 1)[0].split()[2])
    share = min(round(100 * width / (72 * WIDTH)), 100)
    drawn = drawn.replace(
        "<svg ", f'<svg role="img" aria-label="{escape(block.alt)}" style="width:{share}%" ', 1
    )
    caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
    return f"<figure>{drawn}{caption}</figure>\n"


def _attachment(attachment: Attachment, lang: str) -> str:
    data = base64.b64encode(attachment.data).decode()
    name = escape(say(lang, "report.evidence_file"))
    return (
        f'<p class="file"><a download="{escape(attachment.name)}" '
        f'href="data:{attachment.mime};base64,{data}">{name}</a> '
        f"<span>{escape(attachment.description)}</span></p>"
    )


DRAWN: dict[type, Callable[[Any], str]] = {
    Paragraph: _paragraph, Items: _items, Pairs: _pairs, Table: _table,
}  # fmt: skip
