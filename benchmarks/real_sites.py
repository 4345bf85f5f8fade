"""Measured series of several countries as site folders of the product's own format.

The series are reference material beside the repository (their README tells origin and licence);
this converter is for tests and benchmarks and no part of the product.

    python benchmarks/real_sites.py OUT_DIR
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

SHARED = Path(__file__).resolve().parents[2] / "shared" / "real" / "pv"


@dataclass(frozen=True)
class Source:
    """One measured system: where its file is, its metadata, and how its columns are named here.

    columns : canonical column -> (column of the file, factor, lowest and highest value believed)
    zone : of the stamps, a fixed offset [h]; stamps mark the start of the interval
    """

    name: str
    file: str
    latitude: float
    longitude: float
    altitude: float
    tilt: float
    azimuth: float
    p_dc0: float
    gamma_pdc: float
    p_ac0: float
    zone: float
    columns: dict[str, tuple[str, float, float, float]]
    kind: str = "inverter"
    mounting: str = "rack"
    prepare: Callable[[pd.DataFrame], pd.DataFrame] = field(default=lambda frame: frame)


def _fahrenheit(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for name in ("module_temp_f", "ambient_temp_f"):
        frame[name] = (frame[name] - 32.0) / 1.8
    frame["wind_speed_mph"] *= 0.44704
    return frame


def _stamped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("timestamp")


AIR = (1.0, -40.0, 55.0)
SUN = (1.0, -5.0, 1500.0)
WIND = (1.0, 0.0, 60.0)
CELL = (1.0, -40.0, 100.0)
SOURCES = (
    Source(
        "pvdaq4", "pvcopilot/pvdaq_system4_golden_hourly.parquet",
        39.7406, -105.1774, 1830, 40, 180, 1000, -0.0034, 1100, -7,
        {"PCS.p_ac": ("ac_power", 1.0, -50, 2000), "site.poa_global": ("poa_irradiance", *SUN),
         "site.temp_air": ("ambient_temp", *AIR), "site.wind_speed": ("wind_speed", *WIND)},
    ),
    Source(
        "eurac6", "pvcopilot/eurac_bolzano_pcSi6_hourly.parquet",
        46.4576, 11.3285, 262, 30, 188.5, 4200, -0.0046, 4600, 1,
        {"S1.p_dc": ("P_mpp_[W]", 1.0, -50, 6000), "S1.v_dc": ("U_mpp_[V]", 1.0, 0, 600),
         "S1.i_dc": ("I_mpp_[A]", 1.0, 0, 40), "PCS.p_ac": ("P_ac_[W]", 1.0, -50, 6000),
         "site.poa_global": ("POA_pyranometer_[W/m2]", *SUN),
         "site.temp_air": ("T_ambient_[C]", *AIR),
         "site.temp_module": ("BackOfModule_Temperature_[C]", *CELL),
         "site.wind_speed": ("Wind_speed_[m/s]", *WIND)},
        kind="string",
    ),
    Source(
        "stf", "pvcopilot/nrel_stf_golden_hourly.parquet",
        39.7422, -105.1719, 1830, 10, 180, 75_000, -0.0046, 75_000, -7,
        {"PCS.p_ac": ("ac_power", 1.0, -500, 120_000), "site.temp_air": ("ambient_temp", *AIR),
         "site.poa_global": ("poa_local", *SUN), "site.temp_module": ("module_temp", *CELL),
         "site.wind_speed": ("wind_speed", *WIND)},
    ),
    Source(
        "pvdaq1300", "pvcopilot/pvdaq_system1300_stpetersburg_hourly.parquet",
        27.7701, -82.629, 5, 25, 180, 2500, -0.0040, 2500, -5,
        {"PCS.p_ac": ("ac_power", 1.0, -50, 4000), "site.poa_global": ("intsolirrad", *SUN),
         "site.temp_module": ("module_temp_f", *CELL), "site.temp_air": ("ambient_temp_f", *AIR)},
        prepare=_fahrenheit, mounting="roof",
    ),
    Source(
        "rtc_nevada", "pvplr/pvplr_test_df_rtc_nevada_15min.parquet",
        36.03, -114.92, 600, 35, 180, 3200, -0.0043, 3800, -8,
        {"PCS.p_ac": ("power", 1.0, -50, 6000), "site.poa_global": ("g_poa", *SUN),
         "site.temp_module": ("mod_temp", *CELL), "site.temp_air": ("air_temp", *AIR)},
        prepare=_stamped,
    ),
)  # fmt: skip


def canonical(source: Source) -> pd.DataFrame:
    """Return the canonical table of a measured system; values that no sensor gives are absent."""
    frame = source.prepare(pd.read_parquet(SHARED / source.file))
    table = pd.DataFrame(index=frame.index)
    for name, (column, factor, low, high) in source.columns.items():
        values = frame[column] * factor
        table[name] = values.where(values.between(low, high))
    table.index = (frame.index - pd.Timedelta(hours=source.zone)).tz_localize("UTC")
    table.index.name = "time"
    return table[~table.index.duplicated()].sort_index().reset_index()


SITE = """\
id = "{name}"
latitude = {latitude}
longitude = {longitude}
altitude = {altitude}
timezone = "UTC"

[facts]
warranty_certified = true

[[array]]
id = "A"
product = "SPR-X21-345"       # the terms' product stands in: the terms are not what is compared
module = {{ p_dc0 = 100, gamma_pdc = {gamma_pdc} }}
surface_tilt = {tilt}
surface_azimuth = {azimuth}
mounting = "{mounting}"
modules = {modules}

[[inverter]]
id = "PCS"
p_ac0 = {p_ac0}
efficiency = 0.95

[[channel]]
id = "{channel}"
kind = "{kind}"
arrays = ["A"]
inverter = "PCS"
"""


def write(source: Source, out: Path) -> Path:
    """Write the site folder of a measured system and return it."""
    folder = out / source.name
    folder.mkdir(parents=True, exist_ok=True)
    canonical(source).to_parquet(folder / "measurements.parquet", index=False)
    channel = next(iter(source.columns)).split(".")[0]
    values = {k: getattr(source, k) for k in source.__dataclass_fields__} | {
        "channel": channel,
        "modules": round(source.p_dc0 / 100),
    }
    (folder / "site.toml").write_text(SITE.format(**values), encoding="utf-8")
    return folder


if __name__ == "__main__":
    for each in SOURCES:
        print(write(each, Path(sys.argv[1])))
