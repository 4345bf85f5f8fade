"""Estimates on the scenario sites beside RdTools', by class, on the same channels in one run.

    make dev && .venv-dev/bin/python benchmarks/scenarios_rdtools.py

RdTools gives rates, a warranty asks for a level; both ways from the one to the other are tried:
its normalised performance of the last year, and one plus its year-on-year rate times the age.
Its own clear-sky analysis needs a sensor too. Where a site has none it is given the clear sky of
pvlib's models, and for a filter the intervals whose power is within 15 % (its own filter's width)
of the brightest of the month. Up to two channels a site; writes a table of `benchmarks/README.md`.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.model import Measurements, Site
from pvwarranty.normalise import look_at_sky, normalise
from pvwarranty.place import climate, temp_air_clear_at
from pvwarranty.verify import verify
from pvwarranty_kernels.chain import ALL
from scenarios import SET, estimates, scored
from tables import markdown, put

MOST = 2  # channels of a site
COLUMNS = {
    "fused": "ours", "level": "RdTools, level of the last year",
    "rate": "RdTools, year-on-year rate times age",
}  # fmt: skip
Interval = tuple[float, float, float]
NONE = (math.nan, math.nan, math.nan)


def analysis(site: Site, measured: Measurements, channel: str):  # type: ignore[no-untyped-def]
    """Return RdTools' analysis of a channel, run."""
    import rdtools

    sky = look_at_sky(measured, site, wanted=ALL)
    found = next(c for c in site.channels if c.id == channel)
    index = normalise(measured, found, site, sky)
    plane = next(sky.row[a] for a in found.arrays)
    poa, cell = sky.expected.poa_global[plane], sky.expected.temp_cell[plane]
    if not sky.has_sensor:
        poa = sky.expected.poa_clear[plane]
        here = climate(site.latitude, site.longitude, site.altitude)
        cell = temp_air_clear_at(here, index.time, site.longitude) + poa / 31.8  # Faiman, 1 m/s
    stamps = pd.to_datetime(index.time, unit="s", utc=True).tz_convert("Etc/GMT-9")
    frame = pd.DataFrame({"power": index.power, "poa": poa, "cell": cell}, index=stamps)
    step = f"{measured.interval}s"
    frame = frame[~frame.index.duplicated()].asfreq(step)
    frame.index += pd.Timedelta(step)  # RdTools labels an interval by its end
    analysed = rdtools.TrendAnalysis(
        frame.power.clip(lower=0), poa_global=frame.poa, temperature_cell=frame.cell,
        gamma_pdc=sky.modules[found.arrays[0]].gamma_pdc, power_dc_rated=index.p0,
    )  # fmt: skip
    if not sky.has_sensor:
        analysed.filter_params["ad_hoc_filter"] = bright(frame.power / frame.poa)
    analysed.sensor_analysis(analyses=["yoy_degradation"], yoy_kwargs={"confidence_level": 95.0})
    return analysed


def bright(ratio: pd.Series) -> pd.Series:
    """Return whether each interval is within 15 % of its month's brightest."""
    known = ratio.where(np.isfinite(ratio) & (ratio > 0))
    brightest = known.rolling("30D", center=True, min_periods=20).quantile(0.9)
    return (known / brightest - 1.0).abs() < 0.15


def level(analysed) -> Interval:  # type: ignore[no-untyped-def]
    """Return the normalised level of the last year with the scatter of its months."""
    daily = analysed.sensor_aggregated_performance.dropna()
    year = daily[daily.index > daily.index[-1] - pd.Timedelta("365D")]
    months = year.resample("30D").median().dropna()
    if len(months) < 3:
        return NONE
    middle, half = months.mean(), 1.96 * months.std() / math.sqrt(len(months))
    return float(middle), float(middle - half), float(middle + half)


def rate(analysed, age: float) -> Interval:  # type: ignore[no-untyped-def]
    """Return one plus the yearly rate times the age [years], with RdTools' interval."""
    found = analysed.results["sensor"]["yoy_degradation"]
    low, high = found["rd_confidence_interval"]
    return tuple(1.0 + age * r / 100.0 for r in (found["p50_rd"], low, high))  # type: ignore[return-value]


def one(folder: Path) -> list[dict[str, object]]:
    warnings.simplefilter("ignore")
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    measured = read_measurements(folder, site)
    start = time.process_time()
    verdicts = verify(site, measured, on).verdicts[:MOST]
    ours = (time.process_time() - start) / len(verdicts)
    rows = []
    for verdict in verdicts:
        found = {"fused": estimates(verdict).get("fused", NONE), "level": NONE, "rate": NONE}
        age = (on - site.facts["completion_date"]).days / 365.25
        start = time.process_time()
        with contextlib.suppress(ValueError, IndexError), contextlib.redirect_stdout(io.StringIO()):
            analysed = analysis(site, measured, verdict.asset)
            found |= {"level": level(analysed), "rate": rate(analysed, age)}
        rows.append({
            "site": folder.name, "asset": verdict.asset, "found": found, "ours": ours,
            "theirs": time.process_time() - start,
        })  # fmt: skip
    return rows


def main() -> None:
    truth = json.loads((SET / "truth.json").read_text())["pv"]
    with ProcessPoolExecutor(1) as pool:
        rows = [r for found in pool.map(one, sorted((SET / "pv").iterdir())) for r in found]
    groups = {"all": rows}
    for sensor in (True, False):
        groups["with an irradiance sensor" if sensor else "without"] = [
            r for r in rows if bool({"poa", "ghi"} & set(truth[r["site"]]["sensors"])) is sensor
        ]
    classes = sorted({t["cls"] for t in truth.values()})
    groups |= {c: [r for r in rows if truth[r["site"]]["cls"] == c] for c in classes}
    head = ["class", "sites", *(f"{c}: bias, RMSE, covers, ± [%]" for c in COLUMNS.values())]
    table = [
        [name, str(len({r["site"] for r in group}))]
        + [" / ".join(scored(group, truth, line)) for line in COLUMNS]
        for name, group in groups.items()
    ]
    unanswered = sum(1 for r in rows if not np.isfinite(r["found"]["level"][0]))
    text = markdown(head, table) + (
        f"\n\n{len(rows)} channels; RdTools gave no level for {unanswered}. CPU time a channel, "
        f"median: ours {np.median([r['ours'] for r in rows]):.2f} s, RdTools "
        f"{np.median([r['theirs'] for r in rows]):.2f} s."
    )
    print(text)
    put("scenarios_rdtools", text)


if __name__ == "__main__":
    main()
