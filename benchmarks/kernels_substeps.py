"""What several positions of the sun in an interval buy on 30- and 60-minute means.

A perfect plant (power is its response, minute by minute) is averaged; its ratio to the expectation
of the averaged data should be 1. All clear, and under clouds that come and go within minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kernels_pvlib import Floats, Plant, plant
from pvwarranty_kernels import chain
from pvwarranty_kernels.sun import ephemeris_of

FINE = 60
SUBSTEPS = (1, 2, 3, 4, 6, 12)


@dataclass(frozen=True)
class Score:
    """Deviation of the ratio from 1: median, root mean square, of dim intervals, of energy."""

    median: float
    rms: float
    rms_low: float
    energy: float


def expected(site: Plant, ghi: Floats, substeps: int, shift: int = 0) -> chain.Expected:
    """Return the expectation of a plant; `shift` misplaces the intervals [s]."""
    time = site.time + shift
    return chain.expect(
        time, site.place(), ephemeris_of(time), site.turbidity(), site.planes(),
        site.weather()._replace(ghi=ghi), chain.Options(site.interval, substeps),
    )  # fmt: skip


def made(cloudy: bool, days: int = 365) -> tuple[Plant, Floats, Floats]:
    """Return a plant in minutes, its GHI and its response, exact for what it says."""
    site = plant(35.69, 139.76, 40.0, step=FINE, gaps=False)
    keep = slice(0, days * 1440)
    wind = np.full(days * 1440, 2.0)
    site = replace(site, time=site.time[keep], temp_air=site.temp_air[keep], wind_speed=wind,
                   ghi=site.ghi[keep])  # fmt: skip
    clear = expected(site, site.ghi, 1).ghi_clear
    part = np.ones(site.time.size)
    if cloudy:
        rng = np.random.default_rng(5)
        change = rng.uniform(size=part.size) < 1.0 / 12.0  # a cloud or a gap lasts 12 min
        part = rng.uniform(0.15, 1.0, part.size)[np.maximum.accumulate(
            np.where(change, np.arange(part.size), 0))]  # fmt: skip
    ghi = part * clear
    return site, ghi, expected(site, ghi, 1).response[0]


def averaged(site: Plant, values: Floats, interval: int) -> Floats:
    return values.reshape(-1, interval // FINE).mean(axis=1)


def score(site: Plant, ghi: Floats, response: Floats, interval: int, substeps: int,
          shift: int = 0) -> Score:  # fmt: skip
    """Return how far the ratio of the averaged plant is from 1."""
    k = interval // FINE
    coarse = replace(
        site, time=site.time[::k], interval=interval,
        temp_air=averaged(site, site.temp_air, interval),
        wind_speed=averaged(site, site.wind_speed, interval),
    )  # fmt: skip
    got = expected(coarse, averaged(site, ghi, interval), substeps, shift)
    power = averaged(site, response, interval)
    good = (got.response[0] >= 0.02) & (power > 0.0)
    ratio = power[good] / got.response[0][good]
    low = got.elevation[good] < 15.0
    energy = power.sum() / got.response[0].sum()
    return Score(
        float(np.median(ratio) - 1.0), float(np.sqrt(np.mean((ratio - 1.0) ** 2))),
        float(np.sqrt(np.mean((ratio[low] - 1.0) ** 2))), float(energy - 1.0),
    )  # fmt: skip


def table() -> list[str]:
    """Return the table of scores, as lines of Markdown."""
    lines = [
        "| sky | interval | sun | median | rms | rms below 15° | energy |",
        "|---|---|---|---|---|---|---|",
    ]

    def line(sky: str, minutes: int, sun: str, s: Score) -> str:
        cells = (f"{100 * v:+.3f} %" for v in (s.median, s.rms, s.rms_low, s.energy))
        return f"| {sky} | {minutes} min | {sun} | " + " | ".join(cells) + " |"

    for sky in ("clear", "broken clouds"):
        site, ghi, response = made(sky != "clear")
        for interval in (1800, 3600):
            for n in SUBSTEPS:
                got = score(site, ghi, response, interval, n)
                lines.append(line(sky, interval // 60, f"{n} position" + "s" * (n > 1), got))
            for shift, label in (
                (interval // 2, "half an interval early"),
                (interval, "a whole one"),
            ):
                got = score(site, ghi, response, interval, 1, -shift)
                lines.append(line(sky, interval // 60, f"1, {label}", got))
    return lines


if __name__ == "__main__":
    print("\n".join(table()))
