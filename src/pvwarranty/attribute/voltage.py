"""Voltage rise: a grid whose voltage is at its limit holds the power conditioner back.

It holds back more at weekends, when fewer neighbours use power, and from the year on in which it
began to; weather knows neither. Where the grid's voltage was recorded, noons that fail at high
voltage say it at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from pvwarranty.attribute.context import Context, date_of, logistic
from pvwarranty.attribute.noons import Noons, Onset, excess_z, noons, onset_of
from pvwarranty.attribute.output import Output
from pvwarranty.attribute.when import Mask
from pvwarranty.model import Cause, Flag, Measurements

SHARP, NARROW = 6.0, 120.0  # standard errors and days from and up to which an onset is dated
HIGH_VOLTAGE = 0.6  # width [V] of the top of the record within which a grid counts as at its limit


def voltage_rise(
    output: Output, held: Mask, measured: Measurements, context: Context
) -> Iterable[Cause]:
    """Tell that the grid's voltage holds the power conditioner back."""
    told = (output.views[0].index.flags & int(Flag.VOLTAGE_RISE)) != 0
    found = noons(output, held, context)
    if found is None:
        return
    mild = ~found.hot
    onset = onset_of(found, found.clear)
    late = found.day >= onset.day if onset.z < 0 else np.ones(len(found.day), dtype=bool)
    weekend = excess_z(found.clear[late], found.free[late])
    weekend_share = excess_z(found.share[late], found.free[late])
    in_mild = excess_z(found.clear[mild], found.day[mild] >= onset.day) if onset.z < 0 else 0.0
    volts = _at_high_voltage(output, measured)
    # an onset in the hottest months alone is heat's
    step = max(onset.z, in_mild - 2.0)
    score = 0.5 * (-step - 4.5) + 1.0 * (-min(weekend, weekend_share) - 2.0)
    if volts is not None:
        score += 1.2 * (min(volts, 6.0) - 2.0)
    share = _share(output, found, onset)
    likely = 0.95 if told.any() else logistic(score)
    narrow = onset.window[1] - onset.window[0] < NARROW and onset.z < -SHARP
    yield Cause(
        "voltage_rise", share, likely,
        since=date_of(onset.day) if narrow else None,
        evidence={
            "onset_z": round(onset.z, 2), "weekend_z": round(weekend, 2),
            "voltage_z": None if volts is None else round(volts, 2), "told": bool(told.any()),
            "by_weekday": _by_weekday(found, late),
        },
        between=(date_of(onset.window[0]), date_of(onset.window[1])) if onset.z < -SHARP else None,
    )  # fmt: skip


def _by_weekday(found: Noons, late: Mask) -> list[float | None]:
    """Return the mean of noons beside their shoulders, Monday to Sunday, since the onset."""
    weekday = ((found.day[late] + 3) % 7).astype(np.int64)
    means = [found.share[late][weekday == k] for k in range(7)]
    return [round(float(m.mean()), 4) if len(m) else None for m in means]


def _at_high_voltage(output: Output, measured: Measurements) -> float | None:
    """Return by how many standard errors noons at the top of the grid's voltage fall short."""
    index = output.views[0].index
    names = (index.channel.inverter, index.channel.id)
    volts = next(
        (v for n in names if n is not None and (v := measured.get(n, "v_ac")) is not None), None
    )
    if volts is None:
        return None
    bright = (output.expected.value > 0.45) & np.isfinite(volts) & np.isfinite(output.given)
    if int(bright.sum()) < 500:
        return None
    part = np.clip(output.expected.part[bright], 0.0, 1.05)
    seen = volts[bright]
    limit = float(np.quantile(seen, 0.995)) - HIGH_VOLTAGE
    # clear noons push the voltage up: without a limit those at its top give most
    high = seen >= limit
    near = (seen < limit) & (seen >= limit - 2.0)
    if min(int(high.sum()), int(near.sum())) < 40:
        return None
    u = math.sqrt(float(part[high].var()) / high.sum() + float(part[near].var()) / near.sum())
    return float(part[near].mean() - part[high].mean()) / (3.0 * u)


def _share(output: Output, found: Noons, onset: Onset) -> float:
    """Return the share of the last year's energy: late noons against early ones or weekdays."""
    end = output.views[0].end / 86400.0
    recent = found.day >= end - 365.0
    if not recent.any():
        return 0.0
    early = found.day < onset.day
    if onset.z < -3.0 and int(early.sum()) >= 60:
        usual = float(np.average(found.share[early], weights=found.weight[early]))
    else:
        usual = float(np.average(found.share[~found.free], weights=found.weight[~found.free]))
    lost = np.sum((usual - found.share[recent]) * found.weight[recent])
    given = float(np.nansum(output.given[output.recent]))
    return float(max(lost, 0.0) / (given + max(lost, 0.0))) if given > 0 else 0.0
