"""What a report consists of, whatever it is about and whoever draws it.

A report is in one language and holds text, tables and pictures in order; the renderers
(`html`, `pdf`) know these kinds of blocks and nothing of warranties.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

# how a cell or paragraph is marked, always beside words that say the same
Tone = Literal["", "supported", "not_supported", "undecided", "blank"]
Kind = Literal["text", "lead", "note", "quote"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `lead` is the answer of a report, `note` small print, `quote` an original."""

    text: str
    kind: Kind = "text"
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what they stand for, as (name, value)."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `share` of the width beside the others, 0 for as wide as its cells."""

    title: str
    share: float = 0.0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns; `title` says what the table shows."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as SVG with text kept, what it says for those who cannot see it, and its caption."""

    svg: str
    alt: str
    caption: str


Block = Paragraph | Items | Pairs | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks; of level 1, or 2 below one of level 1."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with the report."""

    name: str
    mime: str
    data: bytes
    description: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report in one language.

    on : the day it speaks of, also the date of the document
    subject : what it is about, under the title
    front : blocks of the first page; sections follow
    footer : a line on every page
    """

    title: str
    subject: str
    lang: str
    on: date
    front: tuple[Block, ...]
    sections: tuple[Section, ...]
    footer: str
    attachments: tuple[Attachment, ...] = ()
