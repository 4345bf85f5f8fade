"""Figures of results, one module each; the same for PDF, HTML and the web.

A figure module has two functions: `draw(…, lang)` returns a Matplotlib figure, `alt(…, lang)` what
it says in words. `svg` turns a figure into SVG with its text kept as text.
"""

from pvwarranty.report.figures.style import png, svg

__all__ = ["png", "svg"]
