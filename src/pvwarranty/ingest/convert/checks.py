"""What must not be, and what must be named, in the result of an import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from pvwarranty.errors import Problem
from pvwarranty.ingest.convert.counters import Carry
from pvwarranty.ingest.convert.merge import Doubles
from pvwarranty.ingest.convert.tally import Column, Tally
from pvwarranty.ingest.units import UNITS
from pvwarranty.model import Channel, ModuleTable, Site

_EPOCH = date(1970, 1, 1)
_ENOUGH_DAYS = 7  # days of production before a unit is judged
# lowest and highest that can be, and what a week's highest at least is
_BOUNDS = {
    "poa_global": (-50.0, 2000.0, 10.0), "ghi": (-50.0, 2000.0, 10.0),
    "temp_air": (-60.0, 60.0, -60.0), "temp_module": (-60.0, 120.0, -60.0),
    "temp_batt": (-60.0, 120.0, -60.0), "wind_speed": (0.0, 120.0, 0.0),
    "v_dc": (-50.0, 2000.0, 0.0), "v_ac": (0.0, 1000.0, 0.0), "i_dc": (-50.0, 500.0, 0.0),
    "precipitation": (0.0, 500.0, 0.0), "snow_depth": (0.0, 20.0, 0.0),
}  # fmt: skip
_MODULE = 300.0  # W: order of magnitude of a module where no nameplate is given


@dataclass(frozen=True, slots=True)
class ImportFlag:
    """Something named of an import: a code, where, what, and how often."""

    code: str
    where: str
    what: str
    count: int = 1


def ratings(site: Site) -> dict[str, float]:
    """Return the rated power of the series of a site [W], where its order of magnitude is known."""
    found: dict[str, float] = {}
    powers = {i.id: i.p_ac0 for i in site.inverters}
    for channel in site.channels:
        rated = _channel_rating(site, channel)
        if rated is not None:
            powers.setdefault(channel.id, rated)
    for name, power in powers.items():
        found |= {f"{name}.{q}": power for q in ("p_dc", "p_ac", "e_ac")}
    for battery in site.batteries:
        power = battery.p_rated or battery.initial_capacity
        quantities = ("p_charge", "p_discharge", "e_charge", "e_discharge")
        found |= {f"{battery.id}.{q}": power for q in quantities}
    return found


def _channel_rating(site: Site, channel: Channel) -> float | None:
    inverter = site.inverter(channel.inverter)
    if channel.kind == "inverter":
        return inverter.p_ac0 if inverter else None
    modules = channel.modules or (1 if channel.kind == "module" else None)
    if modules is None:
        return inverter.p_ac0 if inverter else None
    table = site.array(channel.arrays[0]).module
    return modules * (table.p_dc0 if isinstance(table, ModuleTable) else _MODULE)


def refusals(tally: Tally, doubles: Doubles) -> Iterator[Problem]:
    """Yield what makes a result worse than none; nothing is written then."""
    if not any(column.values for column in tally.columns.values()):
        yield Problem("", "there is not one value in what would be stored", "see --explain")
    yield from _two_intervals(tally)
    for name, column in tally.columns.items():
        yield from _wrong_unit(name, column, tally)
        yield from _out_of_bounds(name, column)
        yield from _wrong_sign(name, column)
    yield from _wrong_clock(tally)
    yield from _contradictions(doubles)


def _two_intervals(tally: Tally) -> Iterator[Problem]:
    usual = tally.interval
    for step, count in tally.steps.items():
        other = step != usual and (step % usual == 0 or usual % step == 0)
        if other and count >= 24 and count > 0.1 * tally.rows:
            what = f"{count} rows come {step} s after the one before, the rest {usual} s"
            hint = "split the file where its interval changes, or say --interval"
            yield Problem("", what, hint)


def _out_of_bounds(name: str, column: Column) -> Iterator[Problem]:
    bounds = _BOUNDS.get(name.rpartition(".")[2])
    if bounds is None or not column.values:
        return
    low, high, least = bounds
    if column.lowest < low or column.highest > high:
        told = f"runs from {column.lowest:.4g} to {column.highest:.4g}; {low:g} to {high:g} can be"
        yield Problem(name, told, "is its unit right? --unit NAME=UNIT")
    elif column.highest < least and len(column.by_day) >= _ENOUGH_DAYS:
        what = f"is never above {column.highest:.3g} {UNITS[name.rpartition('.')[2]]}"
        yield Problem(name, what, "is its unit right? --unit NAME=UNIT")


def _wrong_unit(name: str, column: Column, tally: Tally) -> Iterator[Problem]:
    rating = tally.ratings.get(name)
    if name.endswith((".soc", ".soh")) and column.values:
        if column.highest > 1.1 or column.lowest < -0.01:
            shown = f"from {100 * column.lowest:.0f} % to {100 * column.highest:.0f} %"
            yield Problem(name, f"runs {shown}", "is its unit right? --unit NAME=0-1 or NAME=%")
        elif column.highest <= 0.011 and column.values > 100:
            what = f"is never above {100 * column.highest:.2f} %"
            yield Problem(name, what, "it looks like a ratio: --unit NAME=0-1")
    elif rating is not None and column.values:
        told = f"its highest power would be {column.highest:.3g} W where {rating:.0f} W are rated"
        if column.highest > 50 * rating:
            yield Problem(name, f"is too large: {told}", "--unit NAME=UNIT says what its unit is")
        elif 0 < column.highest < 0.02 * rating and _days_with(column, tally) >= _ENOUGH_DAYS:
            hint = "kWh under a header of Wh would do that: --unit NAME=kWh"
            yield Problem(name, f"is too small: {told}", hint)


def _days_with(column: Column, tally: Tally) -> int:
    return len(column.by_day) if column.positive * tally.interval > 3600 else 0


def _wrong_sign(name: str, column: Column) -> Iterator[Problem]:
    counted = column.below
    if name.endswith((".soc", ".temp_batt")) or not name.partition(".")[2].startswith(("e_", "p_")):
        return
    if counted > 0.05 * column.values:
        share = f"{100 * counted / column.values:.0f} %"
        hint = "is it a difference (sale less purchase) or the wrong column?"
        yield Problem(name, f"is negative in {share} of its intervals", hint)


def _wrong_clock(tally: Tally) -> Iterator[Problem]:
    hours = abs(tally.offset) / 3600
    if not hours:
        return
    for attribute, text in (
        ("night_if_later", "its stamps look like UTC, not local time"),
        ("night_if_earlier", "its stamps look like local time, not UTC"),
    ):
        suspect = [
            number
            for number, day in sorted(tally.days.items())
            if day.night > 0.3 * day.total > 0 and getattr(day, attribute) < 0.1 * day.total
        ]
        for first, last, count in _runs(suspect):
            if count >= 3 or count == len(tally.days):
                what = f"produces at night: {text} ({hours:g} h)"
                hint = "convert that file by itself with --zone UTC, or --zone with its zone"
                yield Problem(f"{_day(first)} to {_day(last)}", what, hint)


def _runs(days: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield runs of days with no hole of more than a week: first, last, days in it."""
    start = 0
    for i in range(1, len(days) + 1):
        if i == len(days) or days[i] - days[i - 1] > 7:
            yield days[start], days[i - 1], i - start
            start = i


def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()


def _contradictions(doubles: Doubles) -> Iterator[Problem]:
    for name, count in doubles.conflicts.items():
        if count > max(5, 0.05 * doubles.compared[name]):
            at = _instant(doubles.first_conflict[name])
            what = f"has two different values in {count} intervals, first at {at}"
            hint = "files of two sites or units? convert each by itself; --replace starts anew"
            yield Problem(name, what, hint)


def _instant(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%MZ")


def flags(tally: Tally, doubles: Doubles, carry: Carry) -> Iterator[ImportFlag]:
    """Yield what is named of a result that is written."""
    if doubles.duplicates:
        share = 100 * doubles.duplicates / max(doubles.rows, 1)
        what = f"{share:.1f} % of rows came more than once; each is stored once"
        yield ImportFlag("duplicate", "", what, doubles.duplicates)
    for name, count in doubles.conflicts.items():
        at = _instant(doubles.first_conflict[name])
        what = f"rows of one instant differ, first at {at}; left empty, or as stored before"
        yield ImportFlag("conflict", name, what, count)
    for name, column in tally.columns.items():
        yield from _column_flags(name, column)
    yield from _counter_flags(carry)
    yield from _whole_flags(tally)


def _counter_flags(carry: Carry) -> Iterator[ImportFlag]:
    for name, count in carry.resets.items():
        if count:
            yield ImportFlag("counter_reset", name, "the counter fell; left empty there", count)
    for name, count in carry.jumps.items():
        if count:
            what = "the counter rose more than the device can; left empty there"
            yield ImportFlag("counter_jump", name, what, count)
    for name, lost in carry.lost.items():
        if lost > 0:
            what = f"{lost / 1000:.1f} kWh were counted across gaps and belong to no interval"
            yield ImportFlag("energy_in_gaps", name, what)


def _column_flags(name: str, column: Column) -> Iterator[ImportFlag]:
    if not column.values:
        yield ImportFlag("empty", name, "has no value")
    if column.below:
        what = "negative beyond what a device draws at night; kept"
        yield ImportFlag("negative", name, what, column.below)
    elif column.negative and name.partition(".")[2].startswith(("e_", "p_")):
        yield ImportFlag("standby", name, "slightly negative; kept", column.negative)
    if column.above:
        what = "more than one and a half times the rated power; kept"
        yield ImportFlag("above_rating", name, what, column.above)


def _whole_flags(tally: Tally) -> Iterator[ImportFlag]:
    straight, swapped, load = tally.balance
    if load > 0 and straight > 0.1 * load and swapped < 0.3 * straight:
        what = "the home's energies agree only with purchase (買電) and sale (売電) swapped"
        yield ImportFlag("purchase_sale_swapped", "", what)
    elif load > 0 and straight > 0.25 * load:
        what = f"generation, purchase, sale and load leave {100 * straight / load:.0f} % open"
        yield ImportFlag("unbalanced", "", what)
    if tally.interval > 3600:
        what = f"an interval of {tally.interval // 3600} h is too coarse to verify with"
        yield ImportFlag("coarse", "", what)
    dark = sum(day.night > 0.3 * day.total > 0 for day in tally.days.values())
    if dark > 0.1 * len(tally.days):
        what = "days on which a third or more comes with the sun down: battery, or a wrong clock"
        yield ImportFlag("night", "", what, dark)
    yield from (ImportFlag("clock", month, what) for month, what in clock_steps(tally))


def clock_hints(tally: Tally) -> dict[str, float]:
    """Return by month by how much the middle of production lies after solar noon [min]."""
    return {
        month: round(60 * (weighted / energy - 12), 1)
        for month, (energy, weighted) in sorted(tally.solar.items())
        if energy > 0
    }


def clock_steps(tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield months whose production lies 40 minutes or more off that of the month before."""
    hints = list(clock_hints(tally).items())
    for (_, before), (month, after) in pairwise(hints):
        if abs(after - before) >= 40:
            yield month, f"production comes {after - before:+.0f} min against the month before"
