"""A report as PDF/A-3a and PDF/UA-1, set by Typst; the same report gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from pvwarranty.report.document import Block, Picture, Report
from pvwarranty.report.labels import say

# archivable with its evidence attached, and accessible: Typst writes both in one file
STANDARDS = ["a-3a", "ua-1"]


def render_pdf(report: Report) -> bytes:
    """Return the report as a PDF file. Nothing but the fonts of the package is used."""
    import typst

    # one for each call: a compiler serves one thread at a time, its fonts any number
    compiler: Any = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
    made = datetime(report.on.year, report.on.month, report.on.day, tzinfo=UTC)
    found = compiler.compile(
        input=_files(report), format="pdf", pdf_standards=STANDARDS, timestamp=made
    )
    assert isinstance(found, bytes)
    return found


@cache
def _fonts() -> Any:
    import typst

    with resources.as_file(resources.files("pvwarranty.report") / "fonts") as fonts:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
        )


def _files(report: Report) -> dict[str, bytes]:
    """Return the files that Typst sees: its template, the report as data, pictures, attachments."""
    template = resources.files("pvwarranty.report").joinpath("report.typ").read_bytes()
    pictures: dict[str, bytes] = {}
    told = {
        "title": report.title, "subject": report.subject, "lang": report.lang,
        "on": [report.on.year, report.on.month, report.on.day], "footer": report.footer,
        "words": {w: say(report.lang, f"report.{w}") for w in ("page", "figure")},
        "front": _blocks(report.front, pictures),
        "sections": [
            {"title": s.title, "level": s.level, "blocks": _blocks(s.blocks, pictures)}
            for s in report.sections
        ],
        "attachments": [
            {"name": a.name, "mime": a.mime, "description": a.description}
            for a in report.attachments
        ],
    }  # fmt: skip
    attached = {a.name: a.data for a in report.attachments}
    data = json.dumps(told, ensure_ascii=False).encode()
    return {"main": template, "report.json": data} | pictures | attached


def _blocks(blocks: tuple[Block, ...], pictures: dict[str, bytes]) -> list[dict[str, Any]]:
    """Return blocks as data with their kind; the pictures go to `pictures` as files."""
    told = []
    for block in blocks:
        entry: dict[str, Any] = {"block": type(block).__name__.lower()}
        if isinstance(block, Picture):
            name = f"picture-{len(pictures) + 1}.svg"
            pictures[name] = block.svg.encode()
            entry |= {"file": name, "alt": block.alt, "caption": block.caption}
        else:
            entry |= asdict(block)
        told.append(entry)
    return told
