"""Timing of kernels and peers: CPU time, taken in turns, so that ratios hold under load."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from kernels_pvlib import Floats, Ints, Plant, plant, pvlib_chain
from pvwarranty_kernels import chain, site
from pvwarranty_kernels.daily import ratio
from pvwarranty_kernels.sun import ephemeris_of

Work = Callable[[], object]
TOKYO = (35.69, 139.76, 40.0)


def cpu(
    works: dict[str, Callable[[], object]], rounds: int, least: float = 0.05
) -> dict[str, float]:
    """Return the median CPU time [s] of each work, in turns; short ones are repeated in a turn."""
    number = {}
    for name, work in works.items():
        work()
        start = time.process_time()
        work()
        number[name] = max(1, round(least / max(time.process_time() - start, 1e-6)))
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            for _ in range(number[name]):
                work()
            times[name].append((time.process_time() - start) / number[name])
    return {name: statistics.median(values) for name, values in times.items()}


@dataclass(frozen=True, eq=False)
class Case:
    """A plant with channels of measured power, all that a run needs made beforehand."""

    plant: Plant
    table: Floats
    power: list[Floats]
    flags: list[Ints]
    day: Ints

    @property
    def n(self) -> int:
        return int(self.plant.time.size)

    @cache  # noqa: B019 -- what is set up once a site is not what is measured
    def setup(self, planes: int = 1, **options: int) -> site.SiteSetup:
        return site.SiteSetup(
            self.plant.place(), self.table, self.plant.turbidity(), self.plant.planes(planes),
            chain.Options(self.plant.interval, **options),
        )  # fmt: skip

    def days(self, channels: int = 1, planes: int = 1, **options: int) -> object:
        """Run the whole pass: sun to daily medians of the channels."""
        of = site.Channels(
            self.power[:channels], np.full(channels, 250.0), np.arange(channels) % planes,
            self.flags[:channels],
        )  # fmt: skip
        setup = self.setup(planes, **options)
        return site.site_days(setup, self.plant.time, self.plant.weather(), of, self.day)

    def ratio(self, **options: int) -> Floats:
        """Run the pass with sun, clear sky and response, and form one channel's ratio."""
        got = self.expect(chain.GHI_CLEAR | chain.RESPONSE, **options)
        return ratio(self.power[0], 250.0, got.response[0])

    def expect(self, wanted: int = chain.ALL, planes: int = 1, **options: int) -> chain.Expected:
        """Run the pass alone, its results written out for every interval."""
        setup = self.setup(planes, wanted=wanted, **options)
        return chain.expect(self.plant.time, *setup[:4], self.plant.weather(), setup.options)


def case(step: int, years: int = 1, channels: int = 1) -> Case:
    """Return years of intervals at Tokyo; every channel has values and flags of its own."""
    one = [plant(*TOKYO, step=step, year=2013 + y) for y in range(years)]
    whole = Plant(
        *TOKYO, np.concatenate([p.time for p in one]), step,
        *(np.concatenate([getattr(p, k) for p in one]) for k in ("ghi", "temp_air", "wind_speed")),
    )  # fmt: skip
    table = ephemeris_of(whole.time)
    response = chain.expect(
        whole.time, whole.place(), table, whole.turbidity(), whole.planes(), whole.weather(),
        chain.Options(step, wanted=chain.RESPONSE),
    ).response[0]  # fmt: skip
    rng = np.random.default_rng(11)
    power = [250.0 * response * rng.normal(0.95, 0.03, response.size) for _ in range(channels)]
    flags = [(rng.uniform(size=response.size) < 0.1).astype(np.int64) for _ in range(channels)]
    return Case(whole, table, power, flags, (whole.time + 9 * 3600) // 86400)


def pvlib_days(of: Case, **how: str) -> pd.Series:
    """Run pvlib's chain and pandas' daily medians: what `Case.days` does, without its weights."""
    got = pvlib_chain(of.plant, pd.Series(of.power[0], index=of.plant.middle), **how)  # type: ignore[arg-type]
    ratio = got["ratio"].where(of.flags[0] == 0)
    return ratio.groupby(of.day).median()


def rdtools_days(of: Case, got: dict[str, pd.Series]) -> pd.Series:
    """Normalise and average a channel by RdTools; expected power is given to it."""
    from rdtools import aggregation_insol, filtering, normalization

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        index = of.plant.middle
        energy, insolation = normalization.normalize_with_expected_power(
            pd.Series(of.power[0], index=index), 250.0 * got["response"], got["poa_global"],
            pv_input="power",
        )  # fmt: skip
        good = filtering.normalized_filter(energy) & filtering.poa_filter(got["poa_global"])
        return aggregation_insol(energy[good], insolation[good], "D")


def daily(years: int = 10) -> tuple[Ints, Floats]:
    """Return days and daily ratios with a trend, a season and noise that remembers."""
    rng = np.random.default_rng(3)
    day = np.arange(np.datetime64("2013-01-01"), np.datetime64(f"{2013 + years}-01-01"))
    n = day.size
    slow = np.empty(n)
    slow[0] = 0.0
    shocks = rng.standard_normal(n)
    for i in range(1, n):
        slow[i] = 0.8 * slow[i - 1] + 0.6 * shocks[i]
    t = np.arange(n) / 365.0
    value = 1.0 - 0.007 * t + 0.02 * np.sin(2 * np.pi * t) + 0.02 * slow
    return day.astype(np.int64), value
