"""Reports inside pages: their blocks as HTML, with pictures that need no style of their own.

A page's policy allows no inline style, so what a picture says in ``style`` becomes attributes.
"""

from __future__ import annotations

import re
from html import escape

from pvwarranty.report.document import Report, Section
from pvwarranty.report.html import blocks_html

STYLE_ELEMENT = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
STYLE = re.compile(r' style="([^"]*)"')


def front_of(report: Report) -> str:
    """Return the blocks of a report's first page as HTML."""
    return strict(blocks_html(report.front, "front-"))


def section_html(section: Section, name: str) -> str:
    """Return a section of a report as HTML under a heading; `name` is its own in the page."""
    level = section.level + 1
    return (
        f'<section aria-labelledby="{name}"><h{level} id="{name}">{escape(section.title)}'
        f"</h{level}>{body_html(section, name)}</section>"
    )


def body_html(section: Section, name: str) -> str:
    """Return what a section holds without its heading, for places that have a heading already."""
    return strict(blocks_html(section.blocks, f"{name}-"))


def strict(body: str) -> str:
    """Return HTML whose inline styles are attributes of SVG; pictures are reached by the keyboard.

    On a phone they are wider than the window and scroll.
    """
    body = STYLE.sub(_as_attributes, STYLE_ELEMENT.sub("", body))
    return body.replace("<figure", '<figure tabindex="0"')


def _as_attributes(found: re.Match[str]) -> str:
    told = []
    for part in found[1].split(";"):
        name, colon, value = part.partition(":")
        if colon:
            told.append(f' {name.strip()}="{escape(value.strip(), quote=True)}"')
    return "".join(told)
