"""What neighbours are worth: sites under one sky one by one, with others, and with wrong others.

    .venv/bin/python benchmarks/neighbours.py [SET_DIR] [PV_DIR]

SET_DIR (default: the set of neighbours beside the repository) holds sensorless sites of one region
with their truth; PV_DIR sites of other places, whose skies have nothing to do with each other.
Writes the tables of `benchmarks/neighbours.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from pvwarranty.estimate import Region, SiteIndices, estimate_outputs, regional_reference
from pvwarranty.estimate.evidence import Evidence
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Estimate, Measurements, Site
from pvwarranty.verify import indices
from pvwarranty.verify.examine import examine
from tables import markdown, put

SHARED = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
PAGE = Path(__file__).with_name("neighbours.md")
YEAR = 365.2425 * 86400
LENGTHS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
COUNTS = (0, 1, 3, 5, 11)


@dataclass(frozen=True, slots=True)
class Home:
    """A site with its record, the day judged and the truth of its channels on it."""

    site: Site
    measured: Measurements
    on: date
    truth: Mapping[str, float]
    was: Mapping[str, float]  # when the record begins
    sound: bool  # no fault and no new shade

    def found(self, region: Region | None) -> dict[str, tuple[Estimate | None, Evidence | None]]:
        subjects = examine(self.site, self.measured, self.on).subjects()
        return estimate_outputs(subjects, self.on, region)

    def estimates(self, region: Region | None) -> dict[str, Estimate]:
        return {name: e for name, (e, _) in self.found(region).items() if e is not None}

    def days(self) -> SiteIndices | None:
        return indices(self.site, self.measured, self.on)

    def last(self, years: float) -> Home:
        """Return the home as if its record had begun so many years before the day judged."""
        end = self.measured.time[-1]
        keep = self.measured.time >= end - np.timedelta64(int(years * YEAR), "s")
        return self.with_rows(keep, lambda values: values[keep])

    def losing(self, rate: float) -> Home:
        """Return the home with modules that lose more [1/a]."""
        since = (self.measured.time - self.measured.time[0]).astype(np.int64) / YEAR
        all_rows = np.ones(len(since), dtype=bool)
        return self.with_rows(all_rows, lambda values: values * np.exp(-rate * since))

    def turned(self, angle: float) -> Home:
        """Return the home with wrong azimuths [°] in its site file."""
        arrays = tuple(
            replace(a, surface_azimuth=(a.surface_azimuth + angle) % 360) for a in self.site.arrays
        )
        return replace(self, site=replace(self.site, arrays=arrays))

    def with_rows(self, keep: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> Home:
        m = self.measured
        columns = {name: change(values) for name, values in m.columns.items()}
        twice = None if m.duplicated is None else m.duplicated[keep]
        cut = replace(m, time=m.time[keep], columns=columns, duplicated=twice)
        return replace(self, measured=cut)


def read(folder: Path) -> list[Home]:
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    homes = []
    for place in sorted((folder / "pv").iterdir()):
        site = read_site(place)
        on = date.fromisoformat((place / "on.txt").read_text().strip())
        channels = truth[place.name]["channels"]
        true = {name: c["p_stc_ratio"] for name, c in channels.items()}
        measured = read_measurements(place, site)
        was = {name: _on(c["p_stc_path"], measured.time[0]) for name, c in channels.items()}
        homes.append(Home(replace(site, id=place.name), measured, on, true, was,
                          truth[place.name]["cls"] == "healthy"))  # fmt: skip
    return homes


def _on(path: Sequence[tuple[str, float]], time: np.datetime64) -> float:
    """Return the true ratio on a day, between the days of a path."""
    days = [np.datetime64(day).astype(np.int64) for day, _ in path]
    return float(np.interp(time.astype("datetime64[D]").astype(np.int64), days,
                           [value for _, value in path]))  # fmt: skip


def others(all_days: Sequence[SiteIndices], at: int, count: int) -> list[SiteIndices]:
    return [all_days[(at + 1 + k) % len(all_days)] for k in range(count)]


Errors = list[tuple[float, bool, float]]


def errors(home: Home, region: Region | None) -> Errors:
    return [
        (e.value - home.truth[name], e.low <= home.truth[name] <= e.high, (e.high - e.low) / 2)
        for name, e in home.estimates(region).items()
    ]


def figures(found: Sequence[Errors]) -> list[str]:
    """Return RMSE, bias, coverage and half-width; every site weighs alike."""
    sites = [np.array([[e, e * e, inside, half] for e, inside, half in f]).mean(0) for f in found]
    bias, square, inside, half = np.mean(sites, axis=0)
    return [
        f"{100 * np.sqrt(square):.2f}", f"{100 * bias:+.2f}", f"{100 * inside:.0f}",
        f"{100 * half:.2f}",
    ]  # fmt: skip


def by_count(homes: list[Home], days: list[SiteIndices]) -> str:
    rows = []
    for years in LENGTHS:
        short = [h.last(years) for h in homes]
        own = [h.days() for h in short]
        for count in COUNTS:
            found = []
            for at, (home, mine) in enumerate(zip(short, own, strict=True)):
                near = others(days, at, count)
                region = None if mine is None else regional_reference(near, mine)
                found.append(errors(home, region))
            rows.append([f"{years:g}", str(count), *figures(found)])
    return markdown(
        ["record [years]", "neighbours", "RMSE [%]", "bias [%]", "coverage [%]", "half-width [%]"],
        rows,
    )


def by_part(homes: list[Home], days: list[SiteIndices]) -> str:
    """Return what each part of a reference does, with all neighbours."""
    parts: dict[str, Callable[[Region], Region]] = {
        "days of the sky and absolute level": lambda r: r,
        "days of the sky alone": lambda r: replace(r, common=0.0, u_common=0.033, u_own=1.0),
        "absolute level alone": lambda r: replace(r, sky=0.0 * r.sky, gain=0.0),
    }
    rows = []
    for years in (2.0, 4.0, 8.0):
        short = [h.last(years) for h in homes]
        regions = [
            regional_reference(others(days, at, len(days) - 1), mine)
            for at, h in enumerate(short)
            if (mine := h.days()) is not None
        ]
        for name, change in parts.items():
            found = [
                errors(h, None if r is None else change(r))
                for h, r in zip(short, regions, strict=True)
            ]
            rows.append([f"{years:g}", name, *figures(found)])
    return markdown(
        ["record [years]", "part", "RMSE [%]", "bias [%]", "coverage [%]", "half-width [%]"], rows
    )


def composition(homes: list[Home], days: list[SiteIndices]) -> str:
    """Return what the error at full records consists of, alone and with all neighbours.

    In logarithms the ratio now is that at the start plus the change: the error of each, what all
    sites err in alike (mean) and what each errs in by itself (scatter).
    """
    rows = []
    for name, count in (("alone", 0), ("with all", len(days) - 1)):
        found: dict[str, list[tuple[float, float]]] = {
            "sound": [],
            "with a fault or a new shade": [],
        }
        for at, (home, mine) in enumerate(zip(homes, days, strict=True)):
            region = regional_reference(others(days, at, count), mine) if count else None
            for channel, (e, evidence) in home.found(region).items():
                assert e is not None
                assert evidence is not None
                assert evidence.change is not None
                change = np.log(home.truth[channel] / home.was[channel])
                start = np.log(max(e.parts, key=lambda p: p.weight).mean) - evidence.change.value
                kind = "sound" if home.sound else "with a fault or a new shade"
                found[kind].append(
                    (start - np.log(home.was[channel]), evidence.change.value - change)
                )
        for kind, each in found.items():
            off = 100 * np.array(each)
            rows.append(
                [name, kind, str(len(off))]
                + [f"{m:+.2f} ± {s:.2f}" for m, s in zip(off.mean(0), off.std(0), strict=True)]
            )
    return markdown(["", "sites", "n", "level at the start [%]", "change since [%]"], rows)


def wrong_neighbours(homes: list[Home], days: list[SiteIndices]) -> str:
    """Return what a region does to a site where most or all of the others are wrong."""
    cases: dict[str, tuple[int, Callable[[Home], Home]]] = {
        "as they are": (0, lambda h: h),
        "7 of 11 lose 2 %/a more": (7, lambda h: h.losing(0.02)),
        "7 of 11 turned by 60°": (7, lambda h: h.turned(60.0)),
        "all lose 0.3 %/a more": (11, lambda h: h.losing(0.003)),
        "all lose 1 %/a more": (11, lambda h: h.losing(0.01)),
        "all lose 3 %/a more": (11, lambda h: h.losing(0.03)),
    }
    rows = [["none", *figures([errors(h, None) for h in homes])]]
    for name, (count, change) in cases.items():
        wrong = [change(h).days() if count else d for h, d in zip(homes, days, strict=True)]
        found = []
        for at, (home, mine) in enumerate(zip(homes, days, strict=True)):
            near = [
                d for d in others([w or d for w, d in zip(wrong, days, strict=True)], at, count)
            ]
            near += others(days, at + count, len(days) - 1 - count)
            found.append(errors(home, regional_reference(near, mine)))
        rows.append([name, *figures(found)])
    return markdown(["neighbours", "RMSE [%]", "bias [%]", "coverage [%]", "half-width [%]"], rows)


def strangers(folder: Path) -> str:
    """Return how many sites take part of another's sky though they have nothing in common."""
    homes = read(folder)
    days = [h.days() for h in homes]
    known = [d for d in days if d is not None]
    alone, beside, shared, level = [], [], 0, 0
    for home, mine in zip(homes, days, strict=True):
        region = None if mine is None else regional_reference(known, mine)
        shared += region is not None and region.gain > 0
        level += region is not None and region.gain == 0
        alone.append(errors(home, None))
        beside.append(errors(home, region) if region is not None else alone[-1])
    table = markdown(
        ["", "RMSE [%]", "bias [%]", "coverage [%]", "half-width [%]"],
        [["one by one", *figures(alone)], ["beside each other", *figures(beside)]],
    )
    return (
        f"{table}\n\nOf {len(homes)} sites at few places with unrelated skies, {shared} took part "
        f"of another's sky, {level} had records too short to tell and took the absolute level."
    )


def main(near: Path, far: Path) -> None:
    homes = read(near)
    days = [d for h in homes if (d := h.days()) is not None]
    put("count", by_count(homes, days), PAGE)
    put("part", by_part(homes, days), PAGE)
    put("composition", composition(homes, days), PAGE)
    put("wrong", wrong_neighbours(homes, days), PAGE)
    put("strangers", strangers(far), PAGE)


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    main(given[0] if given else SHARED / "neighbours", given[1] if len(given) > 1 else SHARED)
