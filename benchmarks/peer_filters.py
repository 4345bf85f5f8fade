"""Detectors of pvanalytics and RdTools on one plant's power, as masks of its intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pandas as pd

from injections import Floats
from pvwarranty.model import Index, Site

Mask = np.ndarray
YEAR = 365  # days in which shade is looked for


@dataclass(frozen=True, slots=True)
class Series:
    """A plant's power as peers take it, in local standard time at even steps.

    power : AC or DC power over nominal; clear : the same under a clear sky; daytime : sun up
    at : (n,) where each instant of the record stands in these
    """

    power: pd.Series
    clear: pd.Series
    daytime: pd.Series
    at: Mask
    site: Site


def series_of(site: Site, indexes: tuple[Index, ...], power: Floats) -> Series:
    """Return a plant's series; `power` (n,) is over nominal."""
    first = indexes[0]
    zone = f"Etc/GMT-{round(site.longitude / 15.0)}"
    stamps = pd.DatetimeIndex(first.time.astype("datetime64[s]"), tz="UTC").tz_convert(zone)
    even = pd.date_range(stamps[0].floor("D"), stamps[-1], freq=f"{first.interval}s", tz=zone)
    clear = np.mean([i.clear for i in indexes], axis=0)
    at = even.get_indexer(stamps, method="nearest")

    def spread(values: Floats) -> pd.Series:
        out = np.zeros(len(even))
        out[at] = np.nan_to_num(values)
        return pd.Series(out, index=even)

    there = spread(clear)
    return Series(spread(power), there, there > 0.03, at, site)


def geometric(s: Series) -> Mask:
    from pvanalytics.features import clipping

    return clipping.geometric(s.power, freq=pd.infer_freq(s.power.index)).to_numpy()


def levels(s: Series) -> Mask:
    from pvanalytics.features import clipping

    return clipping.levels(s.power).to_numpy()


def threshold(s: Series) -> Mask:
    from pvanalytics.features import clipping

    return clipping.threshold(s.power, freq=pd.infer_freq(s.power.index)).to_numpy()


def fixed_shadows(s: Series) -> Mask:
    """The plant's own power stands in for the horizontal irradiance that homes do not measure.

    The detector takes minutes alone: the last year is interpolated to them.
    """
    from pvanalytics.features import shading

    year = s.power.index[s.power.index >= s.power.index[-1] - pd.Timedelta(days=YEAR)]
    minutes = pd.date_range(year[0], year[-1], freq="1min")

    def fine(values: pd.Series) -> pd.Series:
        return 1000 * values.loc[year].reindex(minutes).interpolate()

    clear, to_numpy = fine(s.clear), pd.DataFrame.to_numpy
    # it writes into arrays that pandas 3 hands out read-only: give it copies
    with patch.object(pd.DataFrame, "to_numpy", lambda frame: to_numpy(frame, copy=True)):
        found, _ = shading.fixed(fine(s.power), clear > 30.0, clear, interval=1)
    return found.reindex(s.power.index, fill_value=False).to_numpy(dtype=bool)


def shifts(s: Series) -> Mask:
    """Days whose middle is off the sun's, from first and last light."""
    from pvanalytics.quality.time import shifts_ruptures
    from pvlib.solarposition import sun_rise_set_transit_spa

    up = s.power[s.power > 0.02]
    minute = pd.Series(up.index.hour * 60 + up.index.minute, index=up.index)
    day = minute.groupby(minute.index.normalize()).agg(["min", "max"])
    middle = (day["min"] + day["max"]) / 2
    transit = sun_rise_set_transit_spa(day.index, s.site.latitude, s.site.longitude)["transit"]
    noon = transit.dt.hour * 60 + transit.dt.minute
    shifted, _ = shifts_ruptures(middle, noon, period_min=15, shift_min=30)
    days = pd.Series(shifted.to_numpy(dtype=bool), index=day.index)
    return days.reindex(s.power.index.normalize(), fill_value=False).to_numpy(dtype=bool)


def logic(s: Series) -> Mask:
    from rdtools.filtering import logic_clip_filter

    return ~logic_clip_filter(s.power).reindex(s.power.index, fill_value=True).to_numpy(dtype=bool)


def boosted(s: Series) -> Mask:
    from rdtools.filtering import xgboost_clip_filter

    kept = xgboost_clip_filter(s.power)
    return ~kept.reindex(s.power.index, fill_value=True).to_numpy(dtype=bool)


def quantile(s: Series) -> Mask:
    from rdtools.filtering import quantile_clip_filter

    return ~quantile_clip_filter(s.power).to_numpy(dtype=bool)


def normalized(s: Series) -> Mask:
    from rdtools.filtering import normalized_filter

    share = s.power / s.clear.where(s.clear > 0.1)
    return (~normalized_filter(share)).to_numpy(dtype=bool) & (s.clear > 0.1).to_numpy()


Peer = Callable[[Series], Mask]
CLIPPING: Mapping[str, Peer] = {
    "pvanalytics clipping.geometric": geometric, "pvanalytics clipping.levels": levels,
    "pvanalytics clipping.threshold": threshold, "RdTools logic_clip_filter": logic,
    "RdTools xgboost_clip_filter": boosted, "RdTools quantile_clip_filter": quantile,
}  # fmt: skip
SHADING: Mapping[str, Peer] = {"pvanalytics shading.fixed": fixed_shadows}
SILENCE: Mapping[str, Peer] = {"RdTools normalized_filter": normalized}
CLOCK: Mapping[str, Peer] = {"pvanalytics time.shifts_ruptures": shifts}
