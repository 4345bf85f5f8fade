"""Reports as text."""

from __future__ import annotations

from datetime import date

from pvwarranty.report.document import (
    Cell,
    Column,
    Items,
    Pairs,
    Paragraph,
    Picture,
    Report,
    Section,
    Table,
)
from pvwarranty.report.plain import render_text


def test_every_kind_of_block_is_told() -> None:
    table = Table(
        "Rows", (Column("a"), Column("b", right=True)), ((Cell("x [y]"), Cell("1")),), "n"
    )
    blocks = (Paragraph("text"), Items(("one",)), Pairs((("k", "v"),)), table)
    picture = Picture("<svg/>", "what it shows", "caption")
    report = Report(
        "Title", "Subject", "en", date(2024, 1, 2), blocks, (Section("S", (picture,)),), "End"
    )
    text = render_text(report)
    for told in ("Title", "text", "- one", "k: v", "x [y]", "n", "S", "[what it shows]", "End"):
        assert told in text
    assert max(map(len, text.splitlines())) <= 120
