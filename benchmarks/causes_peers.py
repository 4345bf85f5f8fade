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
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

import injections
from causes_injected import SET, scene_of, sound_sites, told, with_fault
from injections import Fault, Floats, Scene
from peer_filters import CLIPPING, CLOCK, SHADING, SILENCE, YEAR, Peer, series_of
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Flag, Index, Measurements, Site
from pvwarranty.verify.examine import examine
from tables import markdown, put

LEAST = 0.01  # of daylight: share from which a site counts as told
LOST = 0.95  # of sound power, under which an interval counts as hit
LIKELY = 0.5


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


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a site: our likely causes, and the share of daylight that each peer flags."""

    name: str
    ours: frozenset[str]
    shares: Mapping[str, float]


def said_of(path: Path) -> Said:
    warnings.simplefilter("ignore")
    site, on = read_site(path), date.fromisoformat((path / "on.txt").read_text().strip())
    measured = read_measurements(path, site)
    causes = told(site, measured, on).causes.values()
    ours = frozenset(c.cause for every in causes for c in every if c.probability >= LIKELY)
    power = scene_of(site, measured).power.mean(axis=0)
    s = series_of(site, _as_recorded(site, measured), power)
    day = s.daytime.to_numpy()
    peers = {n: float(p(s)[day].mean()) for q in QUESTIONS for n, p in q.peers.items()}
    return Said(path.name, ours, peers)


def site_table(folder: Path, every: int) -> str:
    """Return the table of the sites that have one of the causes asked for, and some of the others.

    `every` : of those others.
    """
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    asked_for = frozenset().union(*(q.true for q in QUESTIONS))
    with_cause = [n for n in truth if _types(truth[n], material=False) & asked_for]
    truth = {n: truth[n] for n in [*with_cause, *sorted(set(truth) - set(with_cause))[::every]]}
    with ProcessPoolExecutor(2) as pool:
        said = list(pool.map(said_of, [folder / "pv" / n for n in truth]))
    ours = {s.name: s.ours for s in said}
    flagged = {s.name: s.shares for s in said}
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
    note = f"{len(truth)} sites, {len(with_cause)} of them with one of these causes."
    return markdown(head, rows) + f"\n\n{note}"


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
    parser.add_argument("--every", type=int, default=3, help="of the sites without a cause")
    parser.add_argument("--only", choices=["intervals", "sites"], help="one of the tables")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, table in (("intervals", interval_table), ("sites", site_table)):
        if arguments.only in (None, name):
            text = table(arguments.folder, arguments.every)
            print(text, flush=True)
            put(f"peers-{name}", text)


if __name__ == "__main__":
    main()
