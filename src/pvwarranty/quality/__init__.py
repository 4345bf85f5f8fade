"""Quality of measurements: why an interval of a channel is not used, as bit flags; 0 is good.

One check, one function, one mask; `flag` puts them together and never forgets the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pvwarranty.model import Flag, Floats, Index, Measurements, Site
from pvwarranty.normalise import ac_power_of
from pvwarranty.quality.units import Jump, in_doubt
from pvwarranty_kernels.runs import equal_runs

Mask = NDArray[np.bool_]

RESTRAINT_CONTROL, RESTRAINT_OTHER, RESTRAINT_UNKNOWN = 0x41, 0x42, 0x43  # ECHONET Lite, EPC D1
USABLE = int(
    Flag.NIGHT | Flag.GAP | Flag.DUPLICATE | Flag.STUCK | Flag.SPIKE | Flag.OUTAGE
    | Flag.UNIT_JUMP | Flag.CLIPPED | Flag.CURTAILED | Flag.VOLTAGE_RISE | Flag.SNOW
    | Flag.LOW_IRRADIANCE | Flag.CLOCK
)  # fmt: skip


def flag(index: Index, measured: Measurements, site: Site, jumps: Sequence[Jump] = ()) -> Index:
    """Return the index with the flags of every check set.

    jumps : stretches of the site's columns in another unit, the certain ones corrected.
    """
    flags = index.flags.copy()
    day = (flags & int(Flag.NIGHT)) == 0
    checks = (
        (Flag.GAP, day & np.isnan(index.power)),
        (Flag.DUPLICATE, _duplicated(measured)),
        (Flag.LOW_IRRADIANCE, day & (index.clear < 0.10)),
        (Flag.SPIKE, day & spikes(index)),
        (Flag.STUCK, day & stuck(index)),
        (Flag.OUTAGE, day & silent(index)),
        (Flag.CLIPPED, day & clipped(index, measured, site)),
        (Flag.SENSOR, day & sensor_off(index)),
        (Flag.UNIT_JUMP, day & in_doubt(index, jumps)),
        (Flag.CURTAILED, restrained(index, measured, (RESTRAINT_CONTROL,))),
        (
            Flag.VOLTAGE_RISE,
            restrained(index, measured, (RESTRAINT_OTHER, RESTRAINT_UNKNOWN)),
        ),
    )
    for bit, mask in checks:
        flags[mask] |= int(bit)
    return replace(index, flags=flags)


def usable(index: Index) -> Mask:
    """Return the intervals (n,) that no check speaks against."""
    return np.asarray((index.flags & USABLE) == 0)


def _duplicated(measured: Measurements) -> Mask:
    if measured.duplicated is None:
        return np.zeros(len(measured.time), dtype=bool)
    return measured.duplicated


def spikes(index: Index) -> Mask:
    """More than any sky gives to new modules, or clearly negative."""
    ceiling = index.p0 * (1.5 * index.clear + 0.15)
    return (index.power > ceiling) | (index.power < -0.02 * index.p0)


def stuck(index: Index, least: int = 4) -> Mask:
    """The same value at least `least` times running, while the sky moves on."""
    runs = equal_runs(index.power, index.clear, 0.02)
    return (runs >= least) & (index.power > 0.0)


def silent(index: Index) -> Mask:
    """Next to nothing, where even a heavily overcast sky would give something."""
    return (index.clear > 0.25) & (index.power < 0.02 * index.p0 * index.clear)


def sensor_off(index: Index) -> Mask:
    """Tell where a sensor of irradiance is absent, or shows what no sky and no night gives."""
    if index.sensed is None:
        return np.zeros(len(index.time), dtype=bool)
    with np.errstate(invalid="ignore"):
        dark = (index.sensed < 0.02) & (index.power > 0.15 * index.p0)
        return ~(index.sensed < 1.5 * index.clear + 0.15) | dark


def clipped(index: Index, measured: Measurements, site: Site) -> Mask:
    """At the rating of the inverter, or at the flat top that its record shows.

    The rating is seldom met exactly: a power factor of 0.95 lowers it, and meters differ. Values
    that crowd within 1 % of the record's top are a limit, which weather does not make.
    """
    name = index.channel.inverter or index.channel.id
    p_ac = ac_power_of(measured, name)
    if p_ac is None:
        p_ac = ac_power_of(measured, index.channel.id)
    if p_ac is None:
        return np.zeros(len(index.time), dtype=bool)
    inverter = site.inverter(index.channel.inverter)
    limit = np.inf if inverter is None else 0.985 * inverter.p_ac0
    top = flat_top(p_ac)
    return p_ac >= min(limit, np.inf if top is None else 0.985 * top)


def flat_top(p_ac: Floats) -> float | None:
    """Return the level [W] at which a record is cut off, or None where it has no flat top."""
    values = p_ac[np.isfinite(p_ac) & (p_ac > 0.0)]
    if len(values) < 2000:
        return None
    top = float(np.quantile(values, 0.9995))
    near = int(np.sum((values > 0.99 * top) & (values < 1.01 * top)))
    below = int(np.sum((values > 0.97 * top) & (values <= 0.99 * top)))
    return top if near > 3 * below and near > 40 else None


def restrained(index: Index, measured: Measurements, codes: tuple[int, ...]) -> Mask:
    """The power conditioner itself says that it holds back (ECHONET Lite, EPC D1)."""
    for name in (index.channel.id, index.channel.inverter):
        codes_seen = None if name is None else measured.get(name, "restraint")
        if codes_seen is not None:
            return np.isin(codes_seen, codes)
    return np.zeros(len(index.time), dtype=bool)
