"""A small made plant for tests: its sky is ours, its weather and its faults are the test's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pvwarranty.ingest.site import site_of
from pvwarranty.model import Index, Measurements, Site
from pvwarranty.normalise import look_at_sky, normalise

MODULE = {"p_dc0": 345, "gamma_pdc": -0.0031, "v_mp": 57.3, "cells": 96}


def site(channels: int = 1, kind: str = "string", **array: object) -> Site:
    """Return a home near Tokyo with so many channels of seven modules (or one, for modules)."""
    modules = 1 if kind == "module" else 7
    plane = {"surface_tilt": 25, "surface_azimuth": 180} | array
    return site_of({
        "id": "made", "latitude": 35.6, "longitude": 139.7, "altitude": 20,
        "facts": {},
        "array": [
            {"id": f"S{k}", "product": "SPR-X21-345", "module": MODULE, "modules": modules} | plane
            for k in range(1, channels + 1)
        ],
        "inverter": [{"id": "PCS", "p_ac0": 20000, "efficiency": 0.96}],
        "channel": [
            {"id": f"S{k}", "kind": kind, "arrays": [f"S{k}"], "inverter": "PCS"}
            for k in range(1, channels + 1)
        ],
    })  # fmt: skip


def times(years: float, interval: int = 1800, start: str = "2018-04-01") -> np.ndarray:
    first = np.datetime64(start, "s").astype(np.int64)
    return first + np.arange(int(years * 365.2425 * 86400 / interval)) * interval


def blank(time: np.ndarray, interval: int = 1800) -> Measurements:
    return Measurements(time.astype("datetime64[s]"), {}, interval)


def weather(time: np.ndarray, rng: np.random.Generator, clear_days: float = 0.45) -> np.ndarray:
    """Return the share of clear-sky power (n,): clear days with a little haze, and cloudy ones."""
    day = (time + 9 * 3600) // 86400
    first = day - day[0]
    days = int(first[-1]) + 1
    is_clear = rng.random(days) < clear_days
    haze = rng.normal(1.0, 0.02, days)
    cloud = np.clip(rng.normal(0.5, 0.25, time.size), 0.05, 1.1)
    return np.where(is_clear[first], haze[first], cloud)


def measured(
    home: Site, time: np.ndarray, rng: np.random.Generator, health: dict[str, np.ndarray | float]
) -> Measurements:
    """Return the DC power of each channel: expectation under the weather times its health."""
    empty = blank(time)
    sky = look_at_sky(empty, home)
    share = weather(time, rng)
    columns = {}
    for channel in home.channels:
        index = normalise(empty, channel, home, sky)
        power = index.p0 * index.clear * share * health.get(channel.id, 1.0)
        columns[f"{channel.id}.p_dc"] = power * rng.normal(1.0, 0.004, time.size)
    return replace(empty, columns=columns)


def indexes(home: Site, data: Measurements) -> tuple[Index, ...]:
    sky = look_at_sky(data, home)
    return tuple(normalise(data, c, home, sky) for c in home.channels)
