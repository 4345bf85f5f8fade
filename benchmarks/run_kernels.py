"""Measure the kernels beside their peers and write `benchmarks/kernels.md`.

    make dev && .venv-dev/bin/python benchmarks/run_kernels.py

CPU time of one core, taken in turns with the peers in one process (pvlib's `nrel_numba` in its own:
it compiles anew whenever the method changes). Ratios hold on a busy machine, single times less so.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kernels_measure import case, cpu, daily, pvlib_days, rdtools_days
from kernels_pvlib import plant, pvlib_chain
from kernels_substeps import table as substeps_table
from kernels_threads import scaling, stall
from pvwarranty_kernels import chain, change, slopes, trend
from pvwarranty_kernels.daily import channel_days, days_of
from pvwarranty_kernels.plane import HAYDAVIES, PEREZ
from pvwarranty_kernels.sun import DELTA_T, _ephemeris, ephemeris_of
from tables import markdown

HERE = Path(__file__).parent
OUT = HERE / "kernels.md"
PLACES = {
    "Sapporo": (43.06, 141.35, 26.0), "Tokyo": (35.69, 139.76, 40.0), "Naha": (26.21, 127.68, 5.0),
    "Sydney": (-33.87, 151.21, 40.0), "Tromsø": (69.65, 18.96, 10.0),
}  # fmt: skip


def cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if os.name == "posix" else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


def machine() -> str:
    packages = ("numba", "llvmlite", "numpy", "pandas", "pvlib", "rdtools", "scipy", "ruptures")
    made = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{cpu_name()}; Python {platform.python_version()}, {made}."


def accuracy() -> str:
    """Return the largest deviations from pvlib over a year at 5 min."""
    rows = []
    for name, place in PLACES.items():
        site = plant(*place, gaps=False)
        row = [name]
        for model, number in (("haydavies", HAYDAVIES), ("perez", PEREZ)):
            theirs = pvlib_chain(site, model=model, clear=True)
            ours = chain.expect(
                site.time, site.place(), ephemeris_of(site.time), site.turbidity(), site.planes(),
                site.weather(), chain.Options(300, transposition=number),
            )  # fmt: skip
            up = (theirs["elevation"] > 0).to_numpy()
            if model == "haydavies":
                turn = (ours.azimuth - theirs["azimuth"] + 180.0) % 360.0 - 180.0
                turn *= np.cos(np.radians(theirs["elevation"]))
                row += [
                    f"{np.abs(ours.elevation - theirs['elevation'])[up].max():.1e}",
                    f"{np.abs(turn)[up].max():.1e}",
                    f"{np.abs(ours.ghi_clear - theirs['ghi_clear']).max():.1e}",
                ]
            poa = np.abs(ours.poa_global[0] - theirs["poa_global"].to_numpy())[up]
            bright = up & (theirs["response"] > 0.02).to_numpy()
            power = np.abs(ours.response[0] / theirs["response"].to_numpy() - 1.0)[bright]
            row += [f"{poa.max():.1e}", f"{np.quantile(poa, 0.9999):.1e}", f"{power.max():.1e}",
                    f"{np.quantile(power, 0.9999):.1e}"]  # fmt: skip
        rows.append(row)
    head = ["place", "elevation [°]", "azimuth · cos e [°]", "clear GHI [W/m²]"]
    for model in ("Hay-Davies", "Perez"):
        head += [f"POA {model} [W/m²]", "99.99 %", f"power {model} [rel.]", "99.99 %"]
    return markdown(head, rows)


def alone(code: str, **env: str) -> dict[str, float]:
    """Return what a process of its own prints as JSON."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | env
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=HERE, env=kept, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    got: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return got


NUMBA_PEER = """
import json
from kernels_measure import case, cpu, pvlib_days
of = case({step})
print(json.dumps(cpu({{"numba": lambda: pvlib_days(of, method="nrel_numba")}}, 3)))
"""


def chains(step: int) -> list[list[str]]:
    """Return the rows of the whole chain at a step, ours beside pvlib."""
    of = case(step)
    works: dict[str, Callable[[], object]] = {
        "pvlib `nrel_numpy`, Hay-Davies": lambda: pvlib_chain(
            of.plant, pd.Series(of.power[0], index=of.plant.middle)
        ),
        "pvlib `nrel_numpy`, Perez": lambda: pvlib_chain(
            of.plant, pd.Series(of.power[0], index=of.plant.middle), model="perez"
        ),
        "ours, Hay-Davies": of.ratio,
        "ours, Perez": lambda: of.ratio(transposition=PEREZ),
        "pvlib `nrel_numpy`, Hay-Davies, daily medians": lambda: pvlib_days(of),
        "ours, Hay-Davies, weighted daily medians": of.days,
        "ours, Perez, weighted daily medians": lambda: of.days(transposition=PEREZ),
        "ours, Perez, all outputs, given and clear sky": lambda: of.expect(transposition=PEREZ),
        "the same with 4 positions of the sun an interval": lambda: of.expect(
            transposition=PEREZ, substeps=4
        ),
    }
    times = cpu(works, 7)
    peer = alone(NUMBA_PEER.format(step=step))["numba"]
    names = list(times)
    times["pvlib `nrel_numba`, Hay-Davies, daily medians (own process)"] = peer
    order = [*names[:2], list(times)[-1], *names[4:5], *names[2:4], *names[5:]]
    plain = times[names[0]]
    return [
        [f"{step // 60} min", name, f"{1e9 * times[name] / of.n:.1f}",
         f"{plain / times[name]:.0f}"]
        for name in order
    ]  # fmt: skip


def marginal() -> list[list[str]]:
    """Return what a further channel, plane and position of the sun cost."""
    rows = []
    for step in (300, 1800):
        of = case(step, 1, 8)
        n, bounds = of.n, days_of(of.day)
        response = of.expect(chain.RESPONSE).response[0]
        times = cpu({
            "1": of.days, "8": lambda of=of: of.days(8), "planes": lambda of=of: of.days(8, 4),
            "sub": lambda of=of: of.days(1, 1, substeps=4),
            "ratio": lambda of=of, r=response: [
                chain_ratio(p, r) for p in of.power],
            "days": lambda of=of, r=response, b=bounds: [
                channel_days(b, p, 250.0, r, f, 1)
                for p, f in zip(of.power, of.flags, strict=True)],
        }, 9)  # fmt: skip
        per = 1e9 / n
        rows.append([
            f"{step // 60} min", f"{per * times['ratio'] / 8:.2f}",
            f"{per * times['days'] / 8:.2f}", f"{per * (times['8'] - times['1']) / 7:.2f}",
            f"{per * (times['planes'] - times['8']) / 3:.2f}",
            f"{per * (times['sub'] - times['1']) / 3:.2f}",
        ])  # fmt: skip
    return rows


def chain_ratio(power: np.ndarray, response: np.ndarray) -> np.ndarray:
    from pvwarranty_kernels.daily import ratio

    return ratio(power, 250.0, response)


def trend_row(
    name: str, peer: str, works: dict[str, Callable[[], object]], rounds: int
) -> list[str]:
    t = cpu(works, rounds)
    return [name, f"{1e3 * t['ours']:.3f}", peer, f"{1e3 * t['peer']:.1f}",
            f"{t['peer'] / t['ours']:.0f}"]  # fmt: skip


def trends() -> Iterator[list[str]]:
    """Yield rows of trend kernels beside RdTools, scipy, ruptures and pandas."""
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(0)
    yield from rates(*daily(), rng)
    yield from change_points(rng)


def rates(
    day: NDArray[np.float64], value: NDArray[np.float64], rng: np.random.Generator
) -> Iterator[list[str]]:
    """Yield rows of slopes of daily values, with their intervals."""
    from rdtools.degradation import degradation_year_on_year
    from scipy.stats import theilslopes

    series = pd.Series(value, pd.to_datetime(day, unit="D"))
    pairs = trend.year_pairs(day, value)
    slope = trend.year_on_year(value, pairs)
    line = 1.0 + np.median(slope) * np.arange(day.size) / 365.0
    starts = trend.block_starts(rng, day.size, 30, 1000)

    def point() -> float:
        return float(np.median(trend.year_on_year(value, trend.year_pairs(day, value))))

    def simple() -> object:
        return trend.median_interval(trend.year_on_year(value, trend.year_pairs(day, value)), 0.682)

    def block() -> object:
        return np.percentile(trend.resampled_changes(value, line, pairs, starts, 30), [15.9, 84.1])

    def theirs(method: str, **more: int) -> Callable[[], object]:
        return lambda: degradation_year_on_year(
            series, recenter=False, uncertainty_method=method, **more
        )

    yield trend_row("year on year, median", "RdTools", {"ours": point, "peer": theirs("none")}, 9)
    yield trend_row("… with interval in closed form", "RdTools, 10,000 draws",
                    {"ours": simple, "peer": theirs("simple")}, 3)  # fmt: skip
    circular = {"ours": block, "peer": theirs("circular_block", block_length=30)}
    yield trend_row("… with circular blocks, 1,000 draws", "RdTools `circular_block`", circular, 1)
    x = day / 365.0
    yield trend_row("Theil-Sen, all pairs", "scipy",
                    {"ours": lambda: slopes.pair_slope(x, value),
                     "peer": lambda: theilslopes(value, x)}, 3)  # fmt: skip


def change_points(rng: np.random.Generator) -> Iterator[list[str]]:
    """Yield rows of change points of ten years of daily values with three steps."""
    import ruptures

    step = np.repeat([1.0, 0.95, 1.02, 0.9], 913) + 0.02 * rng.standard_normal(3652)
    penalty = 3.0 * change.penalty_of(3652, 0.02)
    yield trend_row("change points, exact (PELT)", "ruptures `KernelCPD`",
                    {"ours": lambda: change.changes(step, penalty, least=2),
                     "peer": lambda: ruptures.KernelCPD(kernel="linear", min_size=2).fit(
                         step).predict(pen=penalty)}, 5)  # fmt: skip
    yield trend_row("change points, binary segmentation", "ruptures `Binseg`",
                    {"ours": lambda: change.split_changes(step, penalty, least=2),
                     "peer": lambda: ruptures.Binseg("l2", min_size=2, jump=1).fit(step).predict(
                         pen=penalty)}, 3)  # fmt: skip
    yield trend_row("change points, bounded loss", "ruptures `Pelt` (L1)",
                    {"ours": lambda: change.robust_changes(step, 6.0, 0.06),
                     "peer": lambda: ruptures.Pelt("l1", min_size=2, jump=5).fit(step).predict(
                         pen=penalty / 0.02)}, 1)  # fmt: skip


def normalisation() -> list[list[str]]:
    """Return RdTools' normalisation and daily means beside ours; the expectation is given."""
    rows = []
    for step in (300, 1800):
        of = case(step)
        got = pvlib_chain(of.plant)
        response = of.expect(chain.RESPONSE).response[0]
        days = days_of(of.day)
        times = cpu({
            "ours": lambda of=of, d=days, r=response: channel_days(
                d, of.power[0], 250.0, r, of.flags[0], 1),
            "peer": lambda of=of, g=got: rdtools_days(of, g),
        }, 7)  # fmt: skip
        rows.append([
            f"{step // 60} min", *(f"{1e9 * times[k] / of.n:.1f}" for k in ("ours", "peer")),
            f"{times['peer'] / times['ours']:.0f}",
        ])  # fmt: skip
    return rows


COLD = """
import json, time
start = time.process_time()
from kernels_measure import case
from pvwarranty_kernels import site
imported = time.process_time()
import kernels_pvlib
of = case(1800)
made = time.process_time()
of.days()
print(json.dumps({"import": imported, "pass": made - imported, "days": time.process_time() - made}))
"""


def starts() -> list[list[str]]:
    """Return the CPU time of a start with an empty and with a filled cache."""
    with tempfile.TemporaryDirectory() as cache:
        cold = alone(COLD, NUMBA_CACHE_DIR=cache)
        warm = alone(COLD, NUMBA_CACHE_DIR=cache)
    return [
        [name, f"{got['import']:.2f}", f"{got['pass']:.2f}", f"{got['days']:.2f}"]
        for name, got in (("empty cache", cold), ("filled cache", warm))
    ]


def write() -> None:
    of = case(1800, 10, 4)
    made = _ephemeris.__wrapped__  # not the one that is kept
    table = cpu({"table": lambda: made(15_000, 18_651, DELTA_T)}, 5)["table"] / 3652
    threads, waits = max((scaling(of) for _ in range(4)), key=itemgetter("limit")), stall(of)
    code = "import json, kernels_threads as k; print(json.dumps(k.memory()))"
    held = alone(code)
    chain_rows = chains(300) + chains(1800)
    parts = [
        "# Kernels, measured",
        "Written by `benchmarks/run_kernels.py`: do not edit. " + machine(),
        "## Accuracy: largest deviation from pvlib, a year at 5 min",
        "Perez jumps at the edges of its bins, where the last digit decides: hence its largest "
        "values beside the 99.99 percentile.",
        accuracy(),
        "## The whole chain, one channel, a year in Tokyo",
        "Position, extraterrestrial irradiance, air mass, turbidity, Ineichen, Erbs, "
        "transposition, incidence, Faiman, module response, ratio and its filter; float64. Times "
        "of pvlib are of the same run.",
        markdown(["step", "what", "ns per instant", "times faster than pvlib"], chain_rows),
        f"The table of the sun's slow terms, once for all sites: {1e6 * table:.1f} µs a day.",
        "## What more costs [ns per instant]",
        "Every channel has values and flags of its own, from memory.",
        markdown(["step", "ratio of a channel", "ratio and weighted daily median",
                  "a further channel in the walk", "a further plane",
                  "a further position of the sun"], marginal()),
        "## Normalisation of a channel, expectation given [ns per instant]",
        markdown(["step", "ours, weighted daily median", "RdTools, daily mean", "times faster"],
                 normalisation()),
        "## Trends of ten years of days [ms]",
        markdown(["what", "ours", "peer", "peer [ms]", "times faster"], list(trends())),
        "## Threads, memory, start",
        f"Two threads over sites (10 years, 30 min, 4 channels): {threads['sites']:.2f} times as "
        f"fast as one; a loop that needs no lock gained {threads['limit']:.2f} at that time, which "
        f"is what the machine had to give (load {threads['load']:.1f}; of four tries the one with "
        "most to give, since the cores are shared). The main thread waited at most "
        f"{1e3 * waits:.0f} ms while such sites were worked on.",
        f"Ten years at 5 min with 20 channels in 4 planes: {held['peak']:.0f} MB at the peak above "
        f"{held['data']:.0f} MB of data; {held['cpu']:.2f} s of CPU time.",
        "CPU time of a start [s]:",
        markdown(["", "Python, numpy, numba, kernels imported", "first pass over a year",
                  "days of a channel"], starts()),
        "## What several positions of the sun buy on means of 30 and 60 min",
        "Deviation of the ratio of a perfect plant from 1.",
        "\n".join(substeps_table()),
    ]  # fmt: skip
    OUT.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
