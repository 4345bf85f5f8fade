"""Made homes for the fleet's benchmarks: many places, planes, weathers and faults; speed alone.

The sky is the product's own, so these say nothing of accuracy (the scenarios do). Values are
rounded to a watt, records have gaps, a third of the homes has a fault, as a real fleet would.

    .venv/bin/python benchmarks/fleet_sites.py OUT_DIR 60 [YEARS [CHANNELS]]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pvwarranty.ingest.canonical import canonical_file
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements, Site
from pvwarranty.normalise import look_at_sky, normalise

INTERVAL = 1800
TOWN = 20  # homes a town: each has as many neighbours in a fleet of any size
ON = "2024-11-26"
FAULTS = ("none", "none", "none", "none", "failure", "shade", "outage", "clipping", "ageing")
HEAD = """\
id = "{name}"
latitude = {latitude:.4f}
longitude = {longitude:.4f}
altitude = 20
timezone = "Asia/Tokyo"

[facts]
completion_date = {start}
warranty_certified = true
"""
ARRAY = """
[[array]]
id = "S{n}"
product = "SPR-X21-345"
module = "SunPower_SPR_X21_345"
modules = 7
surface_tilt = {tilt}
surface_azimuth = {azimuth}
mounting = "roof"

[[channel]]
id = "S{n}"
kind = "string"
arrays = ["S{n}"]
inverter = "PCS"
"""
INVERTER = """
[[inverter]]
id = "PCS"
p_ac0 = 9000
efficiency = 0.96
"""


def place_of(number: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return latitude and longitude [°] of a home: in a town that it shares with 19 others."""
    town = np.random.default_rng([1, number // TOWN])
    east = town.uniform(0, 1)
    latitude, longitude = (
        31.5 + 7 * east + town.uniform(0, 1),
        130.5 + 9.5 * east + town.uniform(0, 1),
    )
    return latitude + rng.uniform(-0.08, 0.08), longitude + rng.uniform(-0.08, 0.08)


def make(number: int, folder: Path, years: float, channels: int) -> int:
    """Write a home's folder and return the number of its values."""
    rng = np.random.default_rng([20241126, number])
    place = place_of(number, rng)
    folder.mkdir(parents=True, exist_ok=True)
    end = np.datetime64(ON) + 1
    start = end - int(years * 365.2425)
    latitude, longitude = place
    text = HEAD.format(name=folder.name, latitude=latitude, longitude=longitude, start=start)
    planes = [(int(rng.integers(10, 35)), int(rng.integers(120, 240))) for _ in range(2)]
    for n in range(1, channels + 1):
        tilt, azimuth = planes[n % 2]
        text += ARRAY.format(n=n, tilt=tilt, azimuth=azimuth)
    (folder / "site.toml").write_text(text + INVERTER, encoding="utf-8")
    return _measure(folder, read_site(folder), np.arange(start, end, np.timedelta64(30, "m")), rng)


def _measure(folder: Path, site: Site, time: np.ndarray, rng: np.random.Generator) -> int:
    time = time.astype("datetime64[s]")
    time = time[_present(time, rng)]
    blank = Measurements(time, {}, INTERVAL)
    sky = look_at_sky(blank, site)
    share = _weather(time.astype(np.int64), rng)
    fault = rng.choice(FAULTS)
    age = np.linspace(0, 1, len(time))
    names = [f"{c.id}.p_dc" for c in site.channels]
    values = {}
    for number, channel in enumerate(site.channels):
        index = normalise(blank, channel, site, sky)
        health = 1 - 0.004 * rng.uniform(0.5, 1.5) * len(time) / 17532 * age
        if number == 0:
            health = health * _fault(str(fault), age, index.azimuth)
        power = index.p0 * np.nan_to_num(index.clear) * share * health
        power *= rng.normal(1.0, 0.004, len(time))
        if fault == "clipping":
            power = np.minimum(power, 0.8 * index.p0)
        values[f"{channel.id}.p_dc"] = np.round(np.maximum(power, 0))
    with canonical_file(folder / "measurements.parquet", names) as write:
        write(time.astype(np.int64), values)
    return len(time) * len(names)


def _present(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return which rows the recorder kept: some days are lost, and single rows."""
    kept = rng.random(len(time)) > 0.001
    for at in rng.integers(0, len(time), 6):
        kept[at : at + int(rng.integers(10, 300))] = False
    return kept


def _weather(seconds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    day = (seconds + 32400) // 86400
    first = day - day[0]
    days = int(first[-1]) + 1
    clear = rng.random(days) < 0.4
    haze = rng.normal(1.0, 0.03, days)
    mean = rng.beta(2, 2, days)
    cloud = np.clip(mean[first] + rng.normal(0, 0.2, len(seconds)), 0.04, 1.1)
    return np.where(clear[first], haze[first], cloud)


def _fault(name: str, age: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    after = age > 0.6
    if name == "failure":
        return np.where(after, 0.67, 1.0)
    if name == "shade":
        return np.where(after & (azimuth < 150), 0.3, 1.0)
    if name == "outage":
        return np.where((age > 0.7) & (age < 0.72), 0.0, 1.0)
    return 1 - 0.25 * age if name == "ageing" else np.ones(len(age))


def fleet(root: Path, count: int, years: float, channels: int) -> Iterator[int]:
    """Write a fleet under hash-like prefixes; yields the values of each home."""
    for number in range(count):
        yield make(number, root / f"{number % 16:x}" / f"home-{number:05d}", years, channels)


if __name__ == "__main__":
    out, count, *rest = sys.argv[1:]
    years = float(rest[0]) if rest else 10.0
    channels = int(rest[1]) if len(rest) > 1 else 4
    print(sum(fleet(Path(out), int(count), years, channels)), "values")
