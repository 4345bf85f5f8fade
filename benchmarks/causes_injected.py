"""Causes told on sound sites into which one fault was put, beside what was put in.

    .venv/bin/python benchmarks/causes_injected.py [SET_DIR] [--seeds 1]

The sound sites are those of the scenarios beside the repository that have no material cause; the
faults are `injections.py`'s. Voltages are left out, and the coast: salt is told by how the loss
grows with current alone. Writes `benchmarks/causes.md`.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from injections import INJECTIONS, Fault, Injection, Scene
from pvwarranty.attribute import Attribution, Context, attribute_site
from pvwarranty.estimate import end_of, estimate_outputs
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements, Site
from pvwarranty.normalise import look_at_sky, normalise
from pvwarranty.place import climate, temp_air_at
from pvwarranty.verify.examine import examine
from tables import markdown, put

SET = Path(__file__).resolve().parents[2] / "shared" / "scenarios"
MATERIAL = 0.01
TAKEN = 0.05  # of an hour
EPOCH = date(1970, 1, 1)
EXCLUDED = {"shading_change", "salt_corrosion"}


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one site with one fault; `effect` is its share of the last year's energy.

    Of an object it is what it takes by standing before the sun.
    """

    site: str
    fault: Fault
    effect: float
    own: tuple[str, ...]
    causes: tuple[tuple[str, float, date | None], ...]


def scene_of(site: Site, measured: Measurements) -> Scene:
    sky = look_at_sky(measured, site)
    indexes = [normalise(measured, c, site, sky) for c in site.channels]
    first = indexes[0]
    air = temp_air_at(
        climate(site.latitude, site.longitude, site.altitude), first.time, site.longitude
    )
    return Scene(
        first.time,
        np.stack([np.nan_to_num(i.power / i.p0) for i in indexes]),
        np.stack([i.clear for i in indexes]),
        first.elevation,
        first.azimuth,
        (first.time / 3600.0 + site.longitude / 15.0) % 24.0,
        air,
        np.array([i.modules for i in indexes]),
    )


def with_fault(
    site: Site, measured: Measurements, inject: Injection, rng: np.random.Generator
) -> tuple[Measurements, Fault, float]:
    """Return the measurements with a fault, and its effect: powers scaled, voltages left out."""
    scene = scene_of(site, measured)
    power, fault = inject(scene, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(scene.power > 1e-6, power / scene.power, 1.0)
    total = np.where(scene.power.sum(axis=0) > 1e-6, power.sum(axis=0), 1.0) / np.where(
        scene.power.sum(axis=0) > 1e-6, scene.power.sum(axis=0), 1.0
    )
    columns = {}
    for name, values in measured.columns.items():
        owner, quantity = name.split(".", 1)
        own = next((c for c, ch in enumerate(site.channels) if ch.id == owner), None)
        if quantity in ("v_dc", "v_ac"):
            continue
        if quantity in ("p_dc", "i_dc", "p_ac", "e_ac"):
            values = values * (factor[own] if own is not None else total)
        columns[name] = values
    # without voltages the power of a channel that has only current and voltage is given outright
    for c, channel in enumerate(site.channels):
        if not any(f"{channel.id}.{q}" in columns for q in ("p_dc", "p_ac", "e_ac")):
            p = measured.get(channel.id, "v_dc"), measured.get(channel.id, "i_dc")
            assert p[0] is not None
            assert p[1] is not None
            columns[f"{channel.id}.p_dc"] = p[0] * p[1] * factor[c]
    effect = _effect(scene, power, fault)
    took = ((factor < 1.0 - TAKEN) & (scene.clear > 0.1)).any(axis=0)
    if took.any():
        fault = replace(fault, shown=int(scene.day[np.argmax(took)]))
    return replace(measured, columns=columns), fault, effect


def _effect(scene: Scene, power: np.ndarray, fault: Fault) -> float:
    """Return what a fault takes of the last year's energy of its channels."""
    if fault.beam is not None:
        return fault.beam
    hit = list(fault.channels) or list(range(len(power)))
    late = scene.time > scene.time[-1] - 365 * 86400
    if fault.cause == "outage":
        late[:] = True
    return 1.0 - float(power[hit][:, late].sum() / scene.power[hit][:, late].sum())


def told(site: Site, measured: Measurements, on: date) -> Attribution:
    seen = examine(site, measured, on)
    found = estimate_outputs(seen.subjects(), on)
    context = Context(
        end_of(on, site.longitude), seen.clock, seen.orientations,
        climate(site.latitude, site.longitude, site.altitude), None,
    )  # fmt: skip
    return attribute_site(seen.indexes, found, seen.measured, context)


def one(job: tuple[Path, tuple[str, ...], int, frozenset[str]]) -> list[Told]:
    folder, own, seed, only = job
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    measured = read_measurements(folder, site)
    rows = []
    for number, inject in enumerate(INJECTIONS):
        if only and inject.__name__ not in only:
            continue
        rng = np.random.default_rng([seed, number, zlib.crc32(folder.name.encode())])
        data, fault, effect = with_fault(site, measured, inject, rng)
        found: dict[str, tuple[float, date | None]] = {}
        for causes in told(site, data, on).causes.values():
            for c in causes:
                if c.probability > found.get(c.cause, (0.0, None))[0]:
                    found[c.cause] = (c.probability, c.since)
        rows.append(
            Told(folder.name, fault, effect, own, tuple((k, p, d) for k, (p, d) in found.items()))
        )
    return rows


def sound_sites(folder: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """Return sites without a material cause, and the minor causes that each has."""
    truth = json.loads((folder / "truth.json").read_text())["pv"]
    sound = []
    for name, site in sorted(truth.items()):
        causes = [c for channel in site["channels"].values() for c in channel["causes"]]
        if not any(c["material"] for c in causes) and site["years"] >= 4:
            sound.append((folder / "pv" / name, tuple({c["type"] for c in causes})))
    return sound


def run(folder: Path, seeds: int, only: frozenset[str]) -> list[Told]:
    sites = sound_sites(folder)
    jobs = [(site, own, seed, only) for seed in range(1, seeds + 1) for site, own in sites]
    with ProcessPoolExecutor(2) as pool:
        return [row for rows in pool.map(one, jobs) for row in rows]


def score(rows: list[Told]) -> list[list[str]]:
    """Return the table: by cause put in, how often found and dated; by cause told, how often right.

    A fault that takes less than a hundredth counts neither way where it is not told.
    """
    put_in: dict[str, list[bool]] = defaultdict(list)
    days: dict[str, list[int]] = defaultdict(list)
    said: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        causes = {c: d for c, p, d in row.causes if p >= 0.5}
        if row.effect >= MATERIAL or row.fault.cause == "outage":
            put_in[row.fault.cause].append(row.fault.cause in causes)
        for cause, since in causes.items():
            said[cause].append(cause == row.fault.cause or cause in row.own)
            if cause == row.fault.cause and row.fault.abrupt and since and row.fault.since:
                days[cause].append(row.fault.days_off((since - EPOCH).days))
    return [
        [
            cause,
            str(len(put_in[cause])), _mean(put_in[cause]), str(len(said[cause])),
            _mean(said[cause]), f"{np.median(days[cause]):.0f}" if days[cause] else "–",
            _mean([d <= 60 for d in days[cause]]),
        ]
        for cause in sorted(set(put_in) | set(said))
    ]  # fmt: skip


def _mean(values: list[bool]) -> str:
    return f"{np.mean(values):.2f}" if values else "–"


HEAD = ["cause", "put in", "found", "told", "right", "days off (median)", "within 60 days"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=SET)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", default="", help="names of faults, with commas; writes nothing")
    arguments = parser.parse_args()
    only = frozenset(filter(None, arguments.only.split(",")))
    rows = run(arguments.folder, arguments.seeds, only)
    print(report(rows) if only else written(rows))


def report(rows: list[Told]) -> str:
    text = markdown(HEAD, score(rows))
    sound = [r for r in rows if r.fault.cause == "none"]
    wrong = sum(any(p >= 0.5 and c in EXCLUDED for c, p, _ in r.causes) for r in sound)
    return text + f"\n\nSound sites told an excluded cause (shade, salt): {wrong} of {len(sound)}."


def written(rows: list[Told]) -> str:
    """Return the report, put into `causes.md`."""
    text = report(rows)
    put("injected", text, Path(__file__).with_name("causes.md"))
    return text


if __name__ == "__main__":
    main()
