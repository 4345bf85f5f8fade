"""Canonical names: columns and units of measurements, words of results, labels in ja and en.

One unit a quantity, fixed here: W, Wh, V, A, W/m², °C, m/s, mm, m; ratios 0-1. Units are turned
only where files are read and results are shown.
"""

from __future__ import annotations

TIME = "time"
SITE = "site"

# quantity -> unit
PV_QUANTITIES = {
    "p_dc": "W", "v_dc": "V", "i_dc": "A", "p_ac": "W", "e_ac": "Wh", "v_ac": "V", "restraint": "",
}  # fmt: skip
SITE_QUANTITIES = {
    "poa_global": "W/m²", "ghi": "W/m²", "temp_module": "°C", "temp_air": "°C",
    "wind_speed": "m/s", "precipitation": "mm", "snow_depth": "m",
}  # fmt: skip
BATTERY_QUANTITIES = {
    "p_charge": "W", "p_discharge": "W", "e_charge": "Wh", "e_discharge": "Wh",
    "soc": "0-1", "temp_batt": "°C",
}  # fmt: skip

# what a battery says of itself, where it was recorded: evidence beside ours, never the truth
BATTERY_EXTRAS = {
    "ac_charge_capacity": "Wh", "ac_discharge_capacity": "Wh", "ac_chargeable_capacity": "Wh",
    "ac_dischargeable_capacity": "Wh", "remaining_capacity": "Wh", "soh": "0-1", "status": "",
}  # fmt: skip

PV_CAUSES = (
    "degradation", "salt_corrosion", "pid", "module_failure", "shading_change", "static_shading",
    "snow", "soiling", "curtailment", "voltage_rise", "clipping", "inverter_derating", "outage",
    "clock_error", "sensor_drift", "metadata_error", "data_quality",
)  # fmt: skip
BATTERY_CAUSES = (
    "capacity_fade", "knee", "cell_failure", "bms_drift", "partial_cycles", "reserve_changed",
    "efficiency_loss", "low_temperature", "clock_error", "gaps",
)  # fmt: skip

LANGUAGES = ("en", "ja")
