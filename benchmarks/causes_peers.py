"""What our flags and causes find beside pvanalytics and RdTools, on the same series with truth.

    .venv-dev/bin/python benchmarks/causes_peers.py [SET_DIR] [--every 2]

Intervals: faults of `injections.py` in the power of sound sites, whose hours are known. Sites: the
scenarios, whose causes are known. A peer that gives a share of flagged intervals is read twice: at
its default (any flag on at least 1 % of daylight) and at the share that suits it best in hindsight.
"""

from __future__ import annotations

import argparse
import json
import warnings
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

import injections
from causes_injected import SET, scene_of, sound_sites, told, with_fault
from injections import Fault, Floats, Scene
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Flag, Index, Measurements, Site
from pvwarranty.verify.examine import examine
from tables import markdown, put

Mask = np.ndarray
LEAST = 0.01  # of daylight: share from which a site counts as told
LOST = 0.95  # of sound power, under which an interval counts as hit
LIKELY = 0.5
YEAR = 365  # days in which shade is looked for


@dataclass(frozen=True, slots=True)
class Series:
    """A plant's power as peers take it, in local standard time at even steps.

    power : AC or DC power over nominal; clear : the same under a clear sky; daytime : sun up
    at : (n,) where each instant of the record stands in these
    """

    power: pd.Series
    clear: pd.Series
    daytime: pd.Series
    at: Mask
    site: Site


def series_of(site: Site, indexes: tuple[Index, ...], power: Floats) -> Series:
    """Return a plant's series; `power` (n,) is over nominal."""
    first = indexes[0]
    zone = f"Etc/GMT-{round(site.longitude / 15.0)}"
    stamps = pd.DatetimeIndex(first.time.astype("datetime64[s]"), tz="UTC").tz_convert(zone)
    even = pd.date_range(stamps[0].floor("D"), stamps[-1], freq=f"{first.interval}s", tz=zone)
    clear = np.mean([i.clear for i in indexes], axis=0)
    at = even.get_indexer(stamps, method="nearest")

    def spread(values: Floats) -> pd.Series:
        out = np.zeros(len(even))
        out[at] = np.nan_to_num(values)
        return pd.Series(out, index=even)

    there = spread(clear)
    return Series(spread(power), there, there > 0.03, at, site)


def geometric(s: Series) -> Mask:
    from pvanalytics.features import clipping

    return clipping.geometric(s.power, freq=pd.infer_freq(s.power.index)).to_numpy()


def levels(s: Series) -> Mask:
    from pvanalytics.features import clipping

    return clipping.levels(s.power).to_numpy()


def threshold(s: Series) -> Mask:
    from pvanalytics.features import clipping

    return clipping.threshold(s.power, freq=pd.infer_freq(s.power.index)).to_numpy()


def fixed_shadows(s: Series) -> Mask:
    """The plant's own power stands in for the horizontal irradiance that homes do not measure.

    The detector takes minutes alone: the last year is interpolated to them.
    """
    from pvanalytics.features import shading

    year = s.power.index[s.power.index >= s.power.index[-1] - pd.Timedelta(days=YEAR)]
    minutes = pd.date_range(year[0], year[-1], freq="1min")

    def fine(values: pd.Series) -> pd.Series:
        return 1000 * values.loc[year].reindex(minutes).interpolate()

    clear, to_numpy = fine(s.clear), pd.DataFrame.to_numpy
    # it writes into arrays that pandas 3 hands out read-only: give it copies
    with patch.object(pd.DataFrame, "to_numpy", lambda frame: to_numpy(frame, copy=True)):
        found, _ = shading.fixed(fine(s.power), clear > 30.0, clear, interval=1)
    return found.reindex(s.power.index, fill_value=False).to_numpy(dtype=bool)


def shifts(s: Series) -> Mask:
    """Days whose middle is off the sun's, from first and last light."""
    from pvanalytics.quality.time import shifts_ruptures
    from pvlib.solarposition import sun_rise_set_transit_spa

    up = s.power[s.power > 0.02]
    minute = pd.Series(up.index.hour * 60 + up.index.minute, index=up.index)
    day = minute.groupby(minute.index.normalize()).agg(["min", "max"])
    middle = (day["min"] + day["max"]) / 2
    transit = sun_rise_set_transit_spa(day.index, s.site.latitude, s.site.longitude)["transit"]
    noon = transit.dt.hour * 60 + transit.dt.minute
    shifted, _ = shifts_ruptures(middle, noon, period_min=15, shift_min=30)
    days = pd.Series(shifted.to_numpy(dtype=bool), index=day.index)
    return days.reindex(s.power.index.normalize(), fill_value=False).to_numpy(dtype=bool)


def logic(s: Series) -> Mask:
    from rdtools.filtering import logic_clip_filter

    return ~logic_clip_filter(s.power).reindex(s.power.index, fill_value=True).to_numpy(dtype=bool)


def boosted(s: Series) -> Mask:
    from rdtools.filtering import xgboost_clip_filter

    kept = xgboost_clip_filter(s.power)
    return ~kept.reindex(s.power.index, fill_value=True).to_numpy(dtype=bool)


def quantile(s: Series) -> Mask:
    from rdtools.filtering import quantile_clip_filter

    return ~quantile_clip_filter(s.power).to_numpy(dtype=bool)


def normalized(s: Series) -> Mask:
    from rdtools.filtering import normalized_filter

    share = s.power / s.clear.where(s.clear > 0.1)
    return (~normalized_filter(share)).to_numpy(dtype=bool) & (s.clear > 0.1).to_numpy()


Peer = Callable[[Series], Mask]
CLIPPING: Mapping[str, Peer] = {
    "pvanalytics clipping.geometric": geometric, "pvanalytics clipping.levels": levels,
    "pvanalytics clipping.threshold": threshold, "RdTools logic_clip_filter": logic,
    "RdTools xgboost_clip_filter": boosted, "RdTools quantile_clip_filter": quantile,
}  # fmt: skip
SHADING: Mapping[str, Peer] = {"pvanalytics shading.fixed": fixed_shadows}
SILENCE: Mapping[str, Peer] = {"RdTools normalized_filter": normalized}
CLOCK: Mapping[str, Peer] = {"pvanalytics time.shifts_ruptures": shifts}


def rating(scene: Scene, rng: np.random.Generator) -> tuple[Floats, Fault]:
    """A power conditioner that is too small: the whole plant ends at its rating."""
    total = scene.power.mean(axis=0)
    top = rng.uniform(0.68, 0.8) * float(np.quantile(total, 0.9995))
    cap = top * rng.normal(1.0, 0.001, len(total))
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(total > cap, cap / total, 1.0)
    return scene.power * factor, Fault("clipping", None, False, tuple(range(len(scene.power))))


# fault, our flag, peers that look for it
KNOWN = (
    (rating, Flag.CLIPPED, CLIPPING), (injections.caps, Flag.CURTAILED, CLIPPING),
    (injections.grid_voltage, Flag.VOLTAGE_RISE, CLIPPING),
    (injections.heat, Flag.DERATED, CLIPPING), (injections.building, Flag.SHADED, SHADING),
    (injections.horizon, Flag.SHADED, SHADING), (injections.block, Flag.OUTAGE, SILENCE),
)  # fmt: skip


def hours(folder: Path, counts: dict[tuple[str, str], np.ndarray]) -> None:
    """Add what each finds of the faults put into one sound site: hit, flagged, both."""
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    measured = read_measurements(folder, site)
    scene = scene_of(site, measured)
    for number, (fault, flag, peers) in enumerate(KNOWN):
        key = [5, number, zlib.crc32(folder.name.encode())]
        data, what, _ = with_fault(site, measured, fault, np.random.default_rng(key))
        power, _ = fault(scene, np.random.default_rng(key))
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(scene.power > 0.02, power / scene.power, 1.0).mean(axis=0)
        light = (scene.clear.mean(axis=0) > 0.03) & (scene.power.mean(axis=0) > 0.02)
        if flag is Flag.SHADED:  # only where the sun shone is there a shade to be seen
            light &= injections.beam(scene).mean(axis=0) > 0.45
            light &= scene.time > scene.time[-1] - YEAR * 86400
        hit = (factor < LOST) & light
        found = told(site, data, on)
        flags = np.stack([found.flags[c.id] for c in site.channels])
        if flags.shape[1] != len(hit):
            continue
        ours = ((flags & int(flag)) != 0).mean(axis=0) >= 0.5
        indexes = examine(site, measured, on).indexes
        s = series_of(site, indexes, power.mean(axis=0))
        for name, mask in [("ours", ours), *((n, p(s)[s.at]) for n, p in peers.items())]:
            seen = mask & light
            counts[what.cause, name] += [hit.sum(), seen.sum(), (hit & seen).sum()]


def interval_table(folder: Path, every: int) -> str:
    counts: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(3))
    sites = [s for s, _ in sound_sites(folder)][::every]
    for site in sites:
        hours(site, counts)
    rows = []
    for (cause, name), (hit, seen, both) in counts.items():
        rows.append([
            cause, name, f"{both / seen:.2f}" if seen else "–", f"{both / hit:.2f}" if hit else "–"
        ])  # fmt: skip
    head = ["fault put in", "who", "precision", "recall"]
    return markdown(head, rows) + f"\n\nIntervals of {len(sites)} sound sites, all together."


@dataclass(frozen=True, slots=True)
class Asked:
    """A site-level question: truth's causes that answer it, ours, and the peers'."""

    name: str
    true: frozenset[str]
    ours: frozenset[str]
    peers: Mapping[str, Peer]


QUESTIONS = (
    Asked("clipping", frozenset({"clipping"}), frozenset({"clipping"}), CLIPPING),
    Asked(
        "shading", frozenset({"shading_change", "static_shading"}),
        frozenset({"shading_change", "static_shading"}), SHADING,
    ),
    Asked("clock", frozenset({"clock_error"}), frozenset({"clock_error"}), CLOCK),
)  # fmt: skip


def shares(s: Series) -> dict[str, float]:
    """Return the share of daylight that each peer flags."""
    day = s.daytime.to_numpy()
    return {n: float(p(s)[day].mean()) for q in QUESTIONS for n, p in q.peers.items()}


def site_table(folder: Path) -> str:
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    flagged: dict[str, dict[str, float]] = {}
    ours: dict[str, set[str]] = {}
    for name in truth:
        path = folder / "pv" / name
        site, on = read_site(path), date.fromisoformat((path / "on.txt").read_text().strip())
        measured = read_measurements(path, site)
        causes = told(site, measured, on).causes
        every = [c for causes_of in causes.values() for c in causes_of]
        ours[name] = {c.cause for c in every if c.probability >= LIKELY}
        scene = scene_of(site, measured)
        raw = _as_recorded(site, measured)
        flagged[name] = shares(series_of(site, raw, scene.power.mean(axis=0)))
    rows = []
    for asked in QUESTIONS:
        known = {n: _types(truth[n], material=False) & asked.true for n in truth}
        material = {n: _types(truth[n], material=True) & asked.true for n in truth}
        mine = {n for n in truth if ours[n] & asked.ours}
        rows.append([asked.name, "ours", "–", *_score(mine, known, material)])
        for peer in asked.peers:
            at = {n: flagged[n][peer] for n in truth}
            for label, least in (("1 % of daylight", LEAST), _best(at, known, material)):
                said = {n for n, v in at.items() if v >= least}
                rows.append([asked.name, peer, label, *_score(said, known, material)])
    head = ["looked for", "who", "told from", "told", "right", "precision", "recall"]
    return markdown(head, rows)


def _as_recorded(site: Site, measured: Measurements) -> tuple[Index, ...]:
    from pvwarranty.normalise import look_at_sky, normalise

    sky = look_at_sky(measured, site)
    return tuple(normalise(measured, c, site, sky) for c in site.channels)


def _types(site: Mapping[str, object], *, material: bool) -> set[str]:
    channels = site["channels"]
    assert isinstance(channels, dict)
    return {
        c["type"] for v in channels.values() for c in v["causes"] if c["material"] or not material
    }


def _score(
    said: set[str], known: Mapping[str, set[str]], material: Mapping[str, set[str]]
) -> list[str]:
    right = sum(bool(known[n]) for n in said)
    wanted = {n for n, v in material.items() if v}
    found = len(wanted & said)
    return [
        str(len(said)), str(right), f"{right / len(said):.2f}" if said else "–",
        f"{found / len(wanted):.2f}" if wanted else "–",
    ]  # fmt: skip


def _best(
    at: Mapping[str, float], known: Mapping[str, set[str]], material: Mapping[str, set[str]]
) -> tuple[str, float]:
    """Return the share of daylight that gives a peer its best F1 in hindsight."""
    wanted = {n for n, v in material.items() if v}

    def f1(least: float) -> float:
        said = {n for n, v in at.items() if v >= least}
        right = sum(bool(known[n]) for n in said)
        precision, recall = right / max(len(said), 1), len(wanted & said) / max(len(wanted), 1)
        return 2 * precision * recall / max(precision + recall, 1e-9)

    best = max(sorted(set(at.values())), key=f1)
    return f"best: {best:.2%}", best


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=SET)
    parser.add_argument("--every", type=int, default=2, help="of the sound sites")
    parser.add_argument("--dry", action="store_true", help="print, write nothing")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, text in (
        ("peers-intervals", interval_table(arguments.folder, arguments.every)),
        ("peers-sites", site_table(arguments.folder)),
    ):
        print(text, flush=True)
        if not arguments.dry:
            put(name, text)


if __name__ == "__main__":
    main()
