"""Output of modules from their I-V curves, at the conditions of JIS C 8918.

IEC 60891:2021 procedures 1, 2 and 4; Pmax at 1000 W/m² and 25 °C with its uncertainty.
"""

from pvwarranty.ivcurve.advice import Advice, deciding_measurement
from pvwarranty.ivcurve.budget import CORRELATED, PYRANOMETER, REFERENCE_CELL, Instruments
from pvwarranty.ivcurve.curve import (
    CurvePower,
    IVCurve,
    IVFinding,
    ModulePower,
    Procedure,
    Rejection,
)
from pvwarranty.ivcurve.estimates import channel_estimate, module_estimate
from pvwarranty.ivcurve.powers import module_powers

__all__ = [
    "CORRELATED", "PYRANOMETER", "REFERENCE_CELL", "Advice", "CurvePower", "IVCurve", "IVFinding",
    "Instruments", "ModulePower", "Procedure", "Rejection", "channel_estimate",
    "deciding_measurement", "module_estimate", "module_powers",
]  # fmt: skip
