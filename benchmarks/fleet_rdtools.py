"""RdTools on the same homes: CPU time of its trend analysis of one channel.

    .venv-dev/bin/python benchmarks/fleet_rdtools.py FLEET_DIR COUNT    prints seconds as JSON

These homes have no sensor: the clear sky of pvlib (Ineichen, isotropic) stands in for the
irradiance, so that the steps are those of its sensor analysis: normalise, filter, aggregate, rate.
"""

from __future__ import annotations

import json
import sys
import time
import tomllib
import warnings
from pathlib import Path

import pandas as pd
import pvlib
import rdtools


def analysed(folder: Path) -> float:
    """Return the CPU seconds of RdTools' trend of a home's first channel, reading included."""
    about = tomllib.loads((folder / "site.toml").read_text())
    start = time.process_time()
    frame = pd.read_parquet(folder / "measurements.parquet", columns=["time", "S1.p_dc"])
    power = frame.set_index("time")["S1.p_dc"].tz_convert("Asia/Tokyo").asfreq("30min")
    air = pd.Series(18.0, power.index)
    analysis = rdtools.TrendAnalysis(
        power.astype(float), poa_global=_clear(about, power.index), temperature_ambient=air,
        windspeed=1.0, gamma_pdc=-0.0031, interp_freq="30min", power_dc_rated=7 * 345.0,
        temperature_model="close_mount_glass_glass",
    )  # fmt: skip
    analysis.sensor_analysis(analyses=["yoy_degradation"])
    return time.process_time() - start


def _clear(about: dict, index: pd.DatetimeIndex) -> pd.Series:
    place = pvlib.location.Location(about["latitude"], about["longitude"], "Asia/Tokyo")
    plane = about["array"][0]
    sun = place.get_solarposition(index)
    sky = place.get_clearsky(index, solar_position=sun)
    return pvlib.irradiance.get_total_irradiance(
        plane["surface_tilt"], plane["surface_azimuth"], sun.apparent_zenith, sun.azimuth,
        sky.dni, sky.ghi, sky.dhi,
    )["poa_global"]  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    homes = [p.parent for p in sorted(Path(sys.argv[1]).rglob("site.toml"))]
    print(json.dumps([analysed(h) for h in homes[: int(sys.argv[2])]]))
