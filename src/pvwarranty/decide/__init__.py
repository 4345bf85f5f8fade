"""Deciding: a block of terms under facts, and a promise under a measurement.

`judge` answers a query's coverage; `promise_in_force` and `decide_output` serve measured output
and capacity.
"""

from pvwarranty.decide.judging import Decision, Outcome, conclude, judge
from pvwarranty.decide.measured import (
    JudgedCause,
    MeasuredCause,
    Measurement,
    Output,
    OutputDecision,
    decide_output,
)
from pvwarranty.decide.plan import Judged, plan_of, texts
from pvwarranty.decide.promise import Asset, Promise, Threshold, promise_in_force

__all__ = [
    "Asset",
    "Decision",
    "Judged",
    "JudgedCause",
    "MeasuredCause",
    "Measurement",
    "Outcome",
    "Output",
    "OutputDecision",
    "Promise",
    "Threshold",
    "conclude",
    "decide_output",
    "judge",
    "plan_of",
    "promise_in_force",
    "texts",
]
