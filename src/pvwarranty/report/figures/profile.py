"""The power of one day beside what a clear sky gives: what a limit holds back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pvwarranty.report.figures import style
from pvwarranty.report.labels import say

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(evidence: Mapping[str, Any], lang: str) -> Figure:
    """Return the figure of the day that a limit held back most (`evidence` of its cause)."""
    hour, given, expected = _day(evidence)
    figure = style.canvas(2.1, width=5.2)
    axes = figure.subplots()
    axes.fill_between(hour, given, expected, where=expected > given, color=style.ORANGE,
                      alpha=0.35, lw=0, label=say(lang, "profile.missing"))  # fmt: skip
    axes.plot(hour, expected, color=style.QUIET, lw=1.2, ls="--",
              label=say(lang, "profile.expected"))  # fmt: skip
    axes.plot(hour, given, color=style.BLUE, lw=1.6, label=say(lang, "profile.given"))
    for n, cap in enumerate(evidence.get("caps", ())):
        name = say(lang, "profile.cap") if n == 0 else None
        axes.axhline(cap, color=style.VERMILLION, lw=1.0, ls=":", label=name)
    day = np.flatnonzero(np.nan_to_num(expected) > 0.01)
    if len(day):
        axes.set_xlim(hour[day[0]] - 0.5, hour[day[-1]] + 1.0)
    axes.set_ylim(0.0, None)
    axes.set_xlabel(say(lang, "profile.hour", day=evidence["profile"]["day"]))
    axes.set_ylabel(say(lang, "profile.axis"))
    style.tidy(axes)
    style.percent(axes)
    style.legend(axes)
    return figure


def alt(evidence: Mapping[str, Any], lang: str) -> str:
    """Return what the figure says in words."""
    _, given, expected = _day(evidence)
    return say(
        lang, "profile.alt", day=evidence["profile"]["day"], top=float(np.nanmax(given)),
        expected=float(np.nanmax(expected)),
    )  # fmt: skip


def _day(evidence: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    told = evidence["profile"]
    given = np.array([np.nan if v is None else v for v in told["given"]], dtype=np.float64)
    return np.array(told["hour"]), given, np.array(told["expected"], dtype=np.float64)
