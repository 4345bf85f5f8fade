"""How all figures look: fonts, colours, sizes; and their way into SVG and PNG."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

# Okabe and Ito (2008): told apart by colour-blind people, and by their lightness in print
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
INK, QUIET, GRID, PAPER = "#1b1f24", "#6b7480", "#dfe3e8", "#ffffff"
COLOURS = {"below": VERMILLION, "not_below": BLUE, "inconclusive": QUIET}
MARKS = {"below": "v", "not_below": "o", "inconclusive": "s"}

FAMILY = "Noto Sans JP"
SIZE, SMALL = 8.0, 7.0  # pt, of text as printed
WIDTH = 6.85  # in: the text of an A4 page
FINE = re.compile(r"-?\d+\.\d{4,}")
HASHED = re.compile(r'\bid="([a-zA-Z]+[0-9a-f]{10})"')
_DRAWING = threading.Lock()  # Matplotlib's settings are those of the process


def canvas(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure, sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def tidy(axes: Axes, *, grid: str = "both") -> None:
    """Give axes the common look: thin spines, a pale grid behind the data."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(QUIET)
        axes.spines[side].set_linewidth(0.6)
    axes.tick_params(length=2.5, width=0.6, color=QUIET)
    axes.grid(axis=grid, color=GRID, lw=0.6)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def percent(axes: Axes, axis: str = "y") -> None:
    """Show ratios as percent."""
    from matplotlib.ticker import PercentFormatter

    found = axes.yaxis if axis == "y" else axes.xaxis
    found.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))


def years(axes: Axes) -> None:
    """Label an axis of days [ordinal] with years, at their first days."""
    low, high = axes.get_xlim()
    first, last = date.fromordinal(int(low)).year + 1, date.fromordinal(int(high)).year
    step = max(1, (last - first) // 12 + 1)
    shown = range(first, last + 1, step)
    axes.set_xticks([date(y, 1, 1).toordinal() for y in shown], [str(y) for y in shown])
    axes.set_xlim(low, high)


def legend(axes: Axes, columns: int = 4, handles: list[Any] | None = None) -> None:
    """Put the legend over the axes, where it hides nothing."""
    told = {} if handles is None else {"handles": handles}
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, frameon=False,
        borderaxespad=0.2, handlelength=1.6, columnspacing=1.2, **told,
    )  # fmt: skip


def svg(figure: Figure) -> str:
    """Return a figure as SVG: text kept as text, the same bytes for the same figure."""
    buffer = io.StringIO()
    with _settings():
        _dress(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg ") :], flags=re.DOTALL)
    return _renamed(re.sub(r"<[^>]*>", _rounded, re.sub(r"\n\s*", "\n", text)))


def _rounded(tag: re.Match[str]) -> str:
    """Return a tag with its numbers to a thousandth of a point: more is the machine's own."""
    return FINE.sub(lambda n: f"{float(n[0]):.3f}", tag[0])


def _renamed(text: str) -> str:
    """Return SVG with names by order in place of names by content."""
    for n, name in enumerate(dict.fromkeys(HASHED.findall(text))):
        text = text.replace(name, f"i{n}")
    return text


def png(figure: Figure, dpi: int = 150) -> bytes:
    """Return a figure as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    buffer = io.BytesIO()
    with _settings():
        FigureCanvasAgg(figure)
        _dress(figure)
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    from matplotlib import rc_context

    with _DRAWING, rc_context({"svg.fonttype": "none", "svg.hashsalt": "pvwarranty"}):
        yield


def _dress(figure: Figure) -> None:
    """Set all text in the package's own font, by its path: no font of the machine takes part."""
    from matplotlib.text import Text

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_ticklabels()  # makes them; later ones are made like the first
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        bold = text.get_fontweight() in ("bold", 700)
        size = text.get_fontsize()
        text.set_fontproperties(font(SIZE if size == 10.0 else float(size), bold=bold))


def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the package's font in a size [pt]."""
    found = _font(bold).copy()
    found.set_size(size)
    return found


@cache
def _font(bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    name = f"NotoSansJP-{'Bold' if bold else 'Regular'}.ttf"
    with resources.as_file(resources.files("pvwarranty.report") / "fonts" / name) as path:
        return FontProperties(
            family=FAMILY, weight="bold" if bold else "normal", fname=str(Path(path))
        )
