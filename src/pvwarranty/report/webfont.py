"""The report's font for the web: only the characters that a page uses, inside the page itself."""

from __future__ import annotations

import base64
import io
from importlib import resources

from pvwarranty.report.figures.style import FAMILY

PRINTABLE = "".join(chr(c) for c in range(0x20, 0x7F))


def faces(page: str) -> str:
    """Return the @font-face rules for the characters of a page."""
    used = PRINTABLE + "".join(sorted({c for c in page if ord(c) > 0x7F}))
    return "".join(
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};"
        f"src:url(data:font/woff;base64,{base64.b64encode(_subset(name, used)).decode()})"
        f" format('woff')}}"
        for name, weight in (("Regular", "400"), ("Bold", "700"))
    )


def _subset(name: str, characters: str) -> bytes:
    from fontTools import subset

    options = subset.Options(
        flavor="woff", hinting=False, layout_features=["kern", "palt"], recalc_timestamp=False,
        notdef_outline=True,
    )  # fmt: skip
    path = resources.files("pvwarranty.report") / "fonts" / f"NotoSansJP-{name}.ttf"
    with resources.as_file(path) as file, subset.load_font(str(file), options) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(text=characters)
        chosen.subset(font)
        buffer = io.BytesIO()
        subset.save_font(font, buffer, options)
    return buffer.getvalue()
