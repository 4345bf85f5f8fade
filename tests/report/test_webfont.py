"""The font inside a page."""

from __future__ import annotations

import base64
import io
import re

import pytest

pytest.importorskip("fontTools", reason="the extra 'report' is not installed")

from pvwarranty.report.webfont import faces


def test_it_holds_what_the_page_uses_and_little_more() -> None:
    from fontTools.ttLib import TTFont

    page = "出力比 𠮷 髙 ㎾ Output"
    rules = faces(page)
    weights = re.findall(r"font-weight:(\d+).*?base64,([^)]+)\)", rules)
    assert [w for w, _ in weights] == ["400", "700"]
    for _, data in weights:
        with TTFont(io.BytesIO(base64.b64decode(data))) as font:
            known = {chr(c) for c in font.getBestCmap()}
        assert set(page) <= known
        assert len(known) < 150


def test_the_same_page_gives_the_same_font() -> None:
    assert faces("出力") == faces("出力")
