"""Abrupt failures of modules: lasting steps that stand out of the course, and what shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pvwarranty.attribute.context import View, date_of, logistic
from pvwarranty.attribute.steps import Drop, drops
from pvwarranty.estimate.levels import BIN
from pvwarranty.model import Cause, Measurements

LEAST_CHANCE = 0.15  # of an abrupt failure that is worth a word
SHOWN_DAYS, VOLT_DAYS = 45, 6  # days on either side of a step that are shown, and of one voltage


def failures(
    view: View, others: Sequence[View], measured: Measurements, doubt: float
) -> Iterable[Cause]:
    """Tell abrupt failures; `others` are channels under the same sky, `doubt` a factor (0-1)."""
    for drop in drops(view, others):
        likely = doubt * _abrupt(drop)
        if likely >= LEAST_CHANCE:
            yield Cause(
                "module_failure", drop.share, likely, since=date_of(drop.day),
                evidence=_evidence(view, drop, measured),
                between=(date_of(drop.between[0]), date_of(drop.between[1])),
            )  # fmt: skip


def _abrupt(drop: Drop) -> float:
    """Return how likely a drop is a failure: it stands out of the course, and came at once."""
    near = 0.25 * (min(drop.sharp, 30.0) - 9.0) + 0.3 * (drop.t - 7.0)
    far = 1.0 * (min(drop.long_t, 12.0) - 4.5) + 0.15 * (min(drop.sharp, 20.0) - 3.0)
    return logistic(max(near, far))


def _evidence(view: View, drop: Drop, measured: Measurements) -> dict[str, Any]:
    """Return the levels about a step: by fortnights, by days, and the voltage where recorded."""
    level = view.evidence.levels.level
    at = len(level) - int((view.end / 86400.0 - drop.day) / (BIN / 86400.0))
    part = level[max(at - 8, 0) : at + 8]
    near = np.abs(drop.days - drop.day) <= SHOWN_DAYS
    found: dict[str, Any] = {
        "levels": [round(float(v), 3) if v == v else None for v in part],
        "daily": {"from_step": (drop.days[near] - drop.day).astype(int).tolist(),
                  "level": np.round(drop.ratio[near], 3).tolist()},
        "beside": "channels of the site" if drop.by_peers else "clear sky",
        "t": round(max(drop.t, drop.long_t), 1), "sharp": round(drop.sharp, 1),
    }  # fmt: skip
    volts = _volts(view, drop.day, measured)
    return found if volts is None else found | {"volts": volts}


def _volts(view: View, day: float, measured: Measurements) -> dict[str, Any] | None:
    """Return the voltage in bright light by spans of days about a day, None where not recorded."""
    volts = measured.get(view.name, "v_dc")
    if volts is None:
        return None
    near = (np.abs(view.day - day) <= 2 * SHOWN_DAYS) & (view.index.clear > 0.45)
    near &= (view.index.power > 0.5 * view.expected) & (volts > 0.0)
    span = (view.day[near] - int(day)) // VOLT_DAYS
    known = [(int(k) * VOLT_DAYS, volts[near][span == k]) for k in np.unique(span)]
    return {"from_step": [k for k, _ in known],
            "median": [round(float(np.median(v)), 1) for _, v in known]}  # fmt: skip
