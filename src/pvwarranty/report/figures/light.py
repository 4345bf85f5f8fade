"""What a channel lost at which light: bright light speaks for resistance, dim light for a shunt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pvwarranty.report.figures import style
from pvwarranty.report.labels import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(evidence: Mapping[str, Any], lang: str) -> Figure:
    """Return the figure of a lasting loss (`evidence` of its cause)."""
    light, change = _points(evidence)
    figure = style.canvas(2.0, width=5.2)
    axes = figure.subplots()
    axes.bar(light, change, 0.08, color=style.BLUE)
    axes.axhline(0.0, color=style.INK, lw=0.8)
    axes.set_ylim(min(-0.05, 1.15 * float(np.nanmin(change))), max(0.02, float(np.nanmax(change))))
    axes.set_xlabel(say(lang, "light.axis"))
    axes.set_ylabel(say(lang, "light.change"))
    style.tidy(axes, grid="y")
    style.percent(axes)
    style.percent(axes, "x")
    return figure


def alt(evidence: Mapping[str, Any], lang: str) -> str:
    """Return what the figure says in words."""
    light, change = _points(evidence)
    known = np.flatnonzero(np.isfinite(change))
    dim, bright = known[0], known[-1]
    return say(
        lang, "light.alt", dim=light[dim], at_dim=change[dim], bright=light[bright],
        at_bright=change[bright],
    )  # fmt: skip


def has_points(evidence: Mapping[str, Any]) -> bool:
    """Tell whether there is enough to draw."""
    return "by_irradiance" in evidence and int(np.isfinite(_points(evidence)[1]).sum()) >= 3


def _points(evidence: Mapping[str, Any]) -> tuple[Any, Any]:
    told = evidence["by_irradiance"]
    change = np.array([np.nan if v is None else v for v in told["change"]], dtype=np.float64)
    return np.array(told["expected"], dtype=np.float64), np.expm1(change)  # given as logarithms
