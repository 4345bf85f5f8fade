"""Whether DISC or DIRINT would pay beside Erbs: the beam each finds, against a pyrheliometer.

Run: python benchmarks/kernels_decomposition.py; rewrites the table in README.md. Data: five winter
days at 5 min from NREL's RMIS, with global, diffuse and direct normal irradiance.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pvlib

from tables import markdown, put

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/real/pv/pvanalytics/irradiance_RMIS_NREL.csv"
PLACE = pvlib.location.Location(39.742, -105.18, tz="Etc/GMT+7", altitude=1829)
CLEAR = 0.65  # clearness index from which the sky counts as clear here
TILT, SOUTH = 30.0, 180.0  # plane on which errors of the split are counted [deg]


def measured(minutes: int) -> pd.DataFrame:
    """Means over `minutes` of what was measured, stamped at their middles."""
    raw = pd.read_csv(DATA, index_col=0, parse_dates=True)
    raw.index = raw.index.tz_localize("Etc/GMT+7") - pd.Timedelta(minutes=2.5)
    columns = {"ghi__7981": "ghi", "dni__7982": "dni", "dhi__7983": "dhi"}
    frame = raw.rename(columns={f"irradiance_{k}": v for k, v in columns.items()})
    means = frame[list(columns.values())].resample(f"{minutes}min").mean()
    means.index += pd.Timedelta(minutes=minutes / 2)
    return means.dropna()


def splits(ghi: pd.Series, zenith: pd.Series) -> dict[str, pd.Series]:
    """Direct normal irradiance found by each model [W/m2]."""
    time = ghi.index
    return {
        "Erbs": pvlib.irradiance.erbs(ghi, zenith, time)["dni"],
        "DISC": pvlib.irradiance.disc(ghi, zenith, time, 82000.0)["dni"],
        "DIRINT": pvlib.irradiance.dirint(ghi, zenith, time, 82000.0).fillna(0.0),
    }


def on_plane(dni: pd.Series, sky: pd.DataFrame, sun: pd.DataFrame) -> pd.Series:
    """Irradiance of a plane by Hay-Davies when `dni` is the beam [W/m2]."""
    dhi = sky.ghi - dni * np.cos(np.radians(sun.apparent_zenith))
    extra = pvlib.irradiance.get_extra_radiation(sky.index)
    total = pvlib.irradiance.get_total_irradiance(
        TILT, SOUTH, sun.apparent_zenith, sun.azimuth, dni, sky.ghi, dhi, extra,
        model="haydavies",
    )  # fmt: skip
    return total["poa_global"]


def rows(minutes: int) -> list[list[str]]:
    """One row a model: bias and RMSE on the plane, under clear and other skies."""
    sky = measured(minutes)
    sun = PLACE.get_solarposition(sky.index)
    up = (sun.apparent_zenith < 80.0) & (sky.ghi > 50.0)
    kt = pvlib.irradiance.clearness_index(
        sky.ghi, sun.apparent_zenith, pvlib.irradiance.get_extra_radiation(sky.index)
    )
    truth = on_plane(sky.dni, sky, sun)
    table = []
    for name, dni in splits(sky.ghi, sun.apparent_zenith).items():
        error = on_plane(dni, sky, sun) - truth
        cells = [name, f"{minutes} min"]
        for part in (up & (kt >= CLEAR), up & (kt < CLEAR)):
            e = error[part]
            cells.append(f"{e.mean():+.1f} / {np.sqrt((e**2).mean()):.1f} ({len(e)})")
        table.append(cells)
    return table


def main() -> None:
    """Write the table."""
    head = ["split by", "means of", "clear sky: bias / RMSE [W/m²] (n)", "other skies"]
    put("decomposition", markdown(head, [row for m in (5, 30, 60) for row in rows(m)]))


if __name__ == "__main__":
    main()
