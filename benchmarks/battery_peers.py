"""What others do: energy over change of charge, run by run, in pandas.

The estimate that home-energy software offers (charge runs between changes of the display, their
energy over the change of the state of charge, averaged), written anew here for comparison. It
measures what the battery management system believes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pvwarranty.model import Measurements

LEAST_MOVE, FROM, TO = 0.10, 0.10, 0.90
YEAR = pd.Timedelta(days=365)


def naive_ratio(measured: Measurements, channel: str = "BAT") -> float:
    """Return the mean of energy over change of charge, last year over first year."""
    hours = measured.interval / 3600.0
    frame = pd.DataFrame(
        {
            "e": measured.columns[f"{channel}.p_charge"] * hours,
            "soc": measured.columns[f"{channel}.soc"],
        },
        index=pd.DatetimeIndex(measured.time),
    )
    inside = (frame["e"] > 0.0) & frame["soc"].between(FROM, TO)
    run = (inside != inside.shift()).cumsum()[inside]
    groups = frame[inside].groupby(run)
    first, last = groups["soc"].first(), groups["soc"].last()
    energy = groups["e"].sum() - groups["e"].first()
    when = groups["soc"].apply(lambda s: s.index[-1])
    moved = last - first
    capacity = (energy / moved)[moved >= LEAST_MOVE]
    when = when[moved >= LEAST_MOVE]
    now = capacity[when > frame.index[-1] - YEAR].mean()
    then = capacity[when < frame.index[0] + YEAR].mean()
    return float(now / then) if np.isfinite(then) and then > 0 else float("nan")
