"""Rates of change of measured systems: ours beside RdTools' on the same data, in one run.

    make dev && .venv-dev/bin/python benchmarks/compare_rdtools.py

Needs the reference series beside the repository; writes the table of `benchmarks/README.md` and
a chart of each system's course into `benchmarks/figures/`.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.report.charts import save_overview
from pvwarranty.verify import Result, verify
from real_sites import SHARED, SOURCES, Source, canonical, write
from tables import markdown, put

FIGURES = Path(__file__).with_name("figures")


def ours(source: Source, folder: Path) -> tuple[Result, float]:
    site = read_site(folder)
    start = time.process_time()
    measured = read_measurements(folder, site)
    on: date = measured.time[-1].astype("datetime64[D]").astype(object)
    result = verify(site, measured, on)
    return result, time.process_time() - start


def rate_of(result: Result) -> tuple[float, float, float]:
    """Return our rate [%/yr] with its 95 % interval: the median year-on-year change of the levels.

    RdTools reports such a median too; the change from the first day to the last, which a warranty
    is about, differs from it where the course is not straight. The uncertainty is that of the
    change, over the years.
    """
    evidence = result.verdicts[0].evidence
    if evidence is None or evidence.change is None:
        return np.nan, np.nan, np.nan
    level = np.where(evidence.levels.count >= 15, evidence.levels.level, np.nan)
    slopes = np.log(level[26:] / level[:-26])
    middle = 100 * float(np.nanmedian(slopes))
    half = 196 * evidence.change.u / evidence.years
    return middle, middle - half, middle + half


def rdtools_rate(source: Source) -> tuple[float, float, float, float]:
    """Return RdTools' sensor-based rate [%/yr] with a 95 % interval, and its CPU time [s]."""
    import rdtools

    frame = canonical(source).set_index("time")
    frame.index = frame.index.tz_convert(f"Etc/GMT{-int(source.zone):+d}")
    frame = frame[~frame.index.duplicated()].asfreq(pd.infer_freq(frame.index[:10]) or "h")
    power = frame[next(iter(source.columns))].clip(lower=0)
    cell = frame.get("site.temp_module")
    air = frame.get("site.temp_air")
    start = time.process_time()
    analysis = rdtools.TrendAnalysis(
        power, poa_global=frame["site.poa_global"], temperature_cell=cell,
        temperature_ambient=None if cell is not None else air,
        windspeed=frame.get("site.wind_speed", 1.0), gamma_pdc=source.gamma_pdc,
        interp_freq="h", power_dc_rated=source.p_dc0, temperature_model="open_rack_glass_polymer",
    )  # fmt: skip
    analysis.sensor_analysis(analyses=["yoy_degradation"], yoy_kwargs={"confidence_level": 95.0})
    found = analysis.results["sensor"]["yoy_degradation"]
    low, high = found["rd_confidence_interval"]
    return found["p50_rd"], low, high, time.process_time() - start


def main() -> None:
    warnings.simplefilter("ignore")
    if not SHARED.is_dir():
        raise SystemExit("the reference series are not beside the repository")
    FIGURES.mkdir(exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for source in SOURCES:
            result, spent = ours(source, write(source, Path(scratch)))
            save_overview(result, FIGURES / f"{source.name}.png")
            middle, low, high = rate_of(result)
            try:
                rd, rd_low, rd_high, rd_spent = rdtools_rate(source)
                peer = f"{rd:+.2f} [{rd_low:+.2f}, {rd_high:+.2f}]"
                overlap = "yes" if low <= rd_high and rd_low <= high else "no"
            except ValueError as error:
                peer, overlap, rd_spent = f"({error})", "–", np.nan
            clock = result.clock.since or "–"
            method = result.verdicts[0].estimate
            rows.append([
                source.name, f"{middle:+.2f} [{low:+.2f}, {high:+.2f}]", peer, overlap,
                method.method.split(", ")[-1] if method else "–", str(clock),
                f"{spent:.2f}", f"{rd_spent:.2f}",
            ])  # fmt: skip
            print(rows[-1], flush=True)
    head = [
        "system", "ours [%/yr], 95 %", "RdTools [%/yr], 95 %", "overlap", "our irradiance",
        "clock off since", "ours [CPU s]", "RdTools [CPU s]",
    ]  # fmt: skip
    put("rates", markdown(head, rows))


if __name__ == "__main__":
    main()
