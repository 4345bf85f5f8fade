"""Readings in the light of one another: counters scaled, contradictions and changes flagged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from pvwarranty.ingest.echonet.checks import contradictions, rated_power
from pvwarranty.ingest.echonet.readings import Reading
from pvwarranty.ingest.echonet.tables import PropertySpec, device_class

Device = tuple[str, int]  # source, object

_CLOCK_LIMIT = 120.0  # s; devices tell the time in whole minutes
_JUMP_SHARE, _JUMP_STEP = 1.5, 1000.0  # of the rating; Wh, the coarsest step of a counter


@dataclass(slots=True)
class _Known:
    """What a device said last: numbers by name, whole properties, counters with their time."""

    numbers: dict[str, float] = field(default_factory=dict)
    whole: dict[tuple[int, str], bytes | str] = field(default_factory=dict)
    counters: dict[int, tuple[float, float]] = field(default_factory=dict)


def judged(
    readings: Iterable[Reading], *, interval: int, timezone: str = "Asia/Tokyo"
) -> list[Reading]:
    """Return the readings in order of time, scaled and flagged.

    Parameters
    ----------
    readings : readings of any devices.
    interval : length of a round [s]; what a device says within one is looked at together.
    timezone : in which the devices' clocks run.
    """
    ordered = sorted(readings, key=lambda r: (r.source, r.eoj, r.time))
    found: list[Reading] = []
    for device, said in groupby(ordered, key=lambda r: (r.source, r.eoj)):
        found.extend(_of_device(device, list(said), interval, ZoneInfo(timezone)))
    return sorted(found, key=lambda r: r.time)


def _of_device(
    device: Device, readings: list[Reading], interval: int, zone: ZoneInfo
) -> Iterator[Reading]:
    kind = device_class(device[1] >> 8)
    if kind is None:
        yield from readings
        return
    known = _Known(numbers=_units(readings, kind.properties))
    for _, moment in groupby(readings, key=lambda r: r.time // interval):
        now = [_alone(r, kind.properties.get(r.epc), kind.code, known) for r in moment]
        flags: dict[int, set[str]] = {}
        for epc, flag in contradictions(kind.code, known.numbers):
            flags.setdefault(epc, set()).add(flag)
        if _clock_differs(now, zone):
            flags.setdefault(0x97, set()).add("clock_differs")
        yield from (_flagged(r, *sorted(flags.get(r.epc, ()))) for r in now)


def _units(readings: list[Reading], properties: Mapping[int, PropertySpec]) -> dict[str, float]:
    """Return the coefficients of counters as first heard: they may come after a first counter."""
    wanted = {epc for spec in properties.values() for epc, _ in spec.coefficient}
    return {
        _key(r): r.number for r in reversed(readings) if r.epc in wanted and r.number is not None
    }


def _alone(reading: Reading, spec: PropertySpec | None, code: int, known: _Known) -> Reading:
    """Scale and flag one reading against what was known before it; then it is known itself."""
    if spec is None:
        return reading
    reading = _scaled(reading, spec, known.numbers)
    if spec.fixed:
        reading = _if_changed(reading, known)
    number = reading.number
    if number is None or not reading.usable:
        return reading
    if spec.counter:
        reading = _counted(reading, number, spec, code, known)
    known.numbers[_key(reading)] = number
    return reading


def _scaled(reading: Reading, spec: PropertySpec, numbers: Mapping[str, float]) -> Reading:
    if not spec.coefficient or reading.unit != "Wh" or reading.via == "api":
        return reading
    product = 1.0
    for epc, needed in spec.coefficient:
        factor = numbers.get(f"{epc:02X}")
        if factor is None and needed:
            return _flagged(replace(reading, number=None), "unit_unknown")
        product *= 1.0 if factor is None else factor
    number = None if reading.number is None else round(reading.number * product, 6)
    return replace(reading, number=number)


def _if_changed(reading: Reading, known: _Known) -> Reading:
    key = (reading.epc, reading.part)
    said = reading.raw or reading.text or str(reading.number)
    before = known.whole.get(key)
    known.whole[key] = said
    return reading if before in (None, said) else _flagged(reading, "changed")


def _counted(
    reading: Reading, number: float, spec: PropertySpec, code: int, known: _Known
) -> Reading:
    before = known.counters.get(reading.epc)
    known.counters[reading.epc] = (reading.time, number)
    if before is None:
        return reading
    top, rated = counter_modulus(spec, known.numbers), rated_power(code, known.numbers)
    rise = counter_rise(before[1], number, top)
    if rise is None:
        return _flagged(reading, "counter_reset")
    if rated and rise > _JUMP_SHARE * rated * (reading.time - before[0]) / 3600 + _JUMP_STEP:
        return _flagged(reading, "counter_jump")
    return _flagged(reading, "counter_rolled_over") if number < before[1] else reading


def counter_rise(before: float, after: float, top: float) -> float | None:
    """Return how far a counter rose [Wh], over its last digit too; None where it was set back."""
    if after >= before:
        return after - before
    return after - before + top if before > 0.9 * top and after < 0.1 * top else None


def counter_modulus(spec: PropertySpec, numbers: Mapping[str, float]) -> float:
    """Return where a counter starts again [Wh]: one step above its highest value."""
    top = float(((spec.parts[0].high or 0) + 1) * spec.parts[0].factor)
    for epc, _ in spec.coefficient:
        top *= numbers.get(f"{epc:02X}", 1.0)
    return top


def _clock_differs(readings: Iterable[Reading], zone: ZoneInfo) -> bool:
    """Compare a date (98) and time (97) said in one moment with the time of arrival."""
    said = {r.epc: r for r in readings if r.epc in (0x97, 0x98) and not r.flags}
    if len(said) < 2:
        return False
    try:
        local = datetime.fromisoformat(f"{said[0x98].text}T{said[0x97].text}").replace(tzinfo=zone)
    except ValueError:
        return False
    # the minute shown began up to 60 s ago
    return abs(said[0x97].time - local.timestamp() - 30) > _CLOCK_LIMIT + 30


def _flagged(reading: Reading, *flags: str) -> Reading:
    new = tuple(flag for flag in flags if flag not in reading.flags)
    return replace(reading, flags=reading.flags + new) if new else reading


def _key(reading: Reading) -> str:
    name = f"{reading.epc:02X}"
    return f"{name}.{reading.part}" if reading.part else name
