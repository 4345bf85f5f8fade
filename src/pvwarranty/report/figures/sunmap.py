"""What was left of the sun's power over the sky, before a shade and after it, or always."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pvwarranty.model import Floats
from pvwarranty.report.figures import style
from pvwarranty.report.labels import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TILT = 23.44  # ° of the ecliptic
FREE = 0.8  # quantile of a row of declination that stands for its free sky
COMPASS = ((90, "E"), (135, "SE"), (180, "S"), (225, "SW"), (270, "W"))
LEAST, MOST = 0.2, 1.05


def draw(evidence: Mapping[str, Any], latitude: float, lang: str) -> Figure:
    """Return the figure of a shade: the sky before and after (`evidence` of its cause).

    Of a shade that was there from the start there is one sky. Each row of declination is shown
    over its own free sky, so that weather drops out.
    """
    figure = style.canvas(2.5)
    skies = ("always",) if is_old(evidence) else ("before", "after")
    axes = figure.subplots(1, len(skies), sharey=True, squeeze=False)[0]
    for one, when in zip(axes, skies, strict=True):
        mesh = _sky(one, _rows(evidence["map"][when]), latitude)
        one.set_title(say(lang, f"sunmap.{when}"), fontsize=style.SIZE, loc="left")
        one.set_xticks([a for a, _ in COMPASS], [say(lang, f"compass.{w}") for _, w in COMPASS])
        style.tidy(one)
    axes[0].set_ylabel(say(lang, "sunmap.elevation"))
    bar = figure.colorbar(mesh, ax=list(axes), pad=0.01, aspect=25)
    bar.set_label(say(lang, "sunmap.left"))
    bar.outline.set_visible(False)
    style.percent(bar.ax)
    return figure


def is_old(evidence: Mapping[str, Any]) -> bool:
    """Tell whether the shade was there from the start."""
    return "always" in evidence["map"]


def alt(evidence: Mapping[str, Any], lang: str) -> str:
    """Return what the figure says in words."""
    azimuth, elevation = np.array(evidence["azimuth"]), np.array(evidence["elevation"])
    return say(
        lang, "sunmap.alt_always" if is_old(evidence) else "sunmap.alt", west=azimuth.max(),
        east=azimuth.min(), low=elevation.min(), high=elevation.max(),
        left=float(np.median(evidence["left"])),
    )  # fmt: skip


def _rows(told: list[list[float | None]]) -> Floats:
    """Return a map (r, c) with each row over its own free sky."""
    level = np.array([[np.nan if v is None else v for v in row] for row in told])
    for row in level:
        if np.isfinite(row).sum() >= 3:
            row /= np.nanquantile(row, FREE)
    return level


def _sky(axes: Axes, level: Floats, latitude: float) -> Any:
    """Draw a map in azimuth and elevation of the sun; returns what a colour bar needs."""
    rows, slots = level.shape
    # a row is as long in time as every other: declination goes with the cosine of the season
    declination = TILT * np.cos(np.pi * np.arange(rows + 1) / rows)
    hour = 15.0 * (24.0 * np.arange(slots + 1) / slots - 12.0)
    azimuth, elevation = position(latitude, declination[:, None], hour[None, :])
    seen = np.isfinite(level)
    mesh = axes.pcolormesh(
        azimuth, elevation, np.ma.masked_invalid(level), cmap="cividis", vmin=LEAST, vmax=MOST,
        edgecolors="none", antialiased=False,
    )  # fmt: skip
    axes.set_xlim(55, 305)
    top = elevation[:-1, :-1][seen].max() if seen.any() else 90.0
    axes.set_ylim(0, min(float(top) + 6.0, 90.0))
    return mesh


def position(latitude: float, declination: Floats, hour: Floats) -> tuple[Floats, Floats]:
    """Return azimuth (clockwise from north) and elevation [°] of the sun."""
    phi, delta, h = np.deg2rad(latitude), np.deg2rad(declination), np.deg2rad(hour)
    sine = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(h)
    east = -np.cos(delta) * np.sin(h)
    north = np.sin(delta) * np.cos(phi) - np.cos(delta) * np.cos(h) * np.sin(phi)
    azimuth = np.mod(np.rad2deg(np.arctan2(east, north)), 360.0)
    return np.asarray(azimuth), np.asarray(np.rad2deg(np.arcsin(sine)))
