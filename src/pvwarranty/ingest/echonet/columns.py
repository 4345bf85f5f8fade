"""Readings to canonical columns: instants, states at an interval's end, and counters' differences.

A row stands at the start of its interval. Powers and states of the device are the first reading
within the interval; the state of charge and what the battery says of its capacity are read at its
end; energies are the difference of the counter between its two ends. A counter that was not read
for a while shares its rise evenly over the intervals between, up to `SHARED` of them or of seconds:
the sum is right where the course is not known. Longer silences stay empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pvwarranty.ingest.echonet.judge import counter_modulus, counter_rise
from pvwarranty.ingest.echonet.readings import Reading
from pvwarranty.ingest.echonet.tables import Column, PropertySpec, device_class

SHARED = (3, 900)  # intervals, seconds: the longer of the two
Rows = dict[int, dict[str, float]]  # start of interval [s since 1970 UTC] -> column -> value


@dataclass(frozen=True, slots=True)
class Feed:
    """A canonical column and the one property of one device that feeds it."""

    name: str
    column: Column
    source: str
    eoj: int
    epc: int


def choose_feeds(
    channel: str, device: tuple[str, int], readings: Iterable[Reading], chosen: Mapping[str, str]
) -> tuple[Feed, ...]:
    """Return the feeds of a device's columns.

    Parameters
    ----------
    channel : name of the device's columns.
    device : source and object.
    readings : what was heard; the first property of a column that gave a number is taken.
    chosen : column -> EPC taken before, which stays: a counter must not change its side.
    """
    kind = device_class(device[1] >> 8)
    heard = {r.epc for r in readings if (r.source, r.eoj) == device and r.usable}
    feeds = []
    for column in kind.columns if kind else ():
        name = f"{channel}.{column.quantity}"
        before = [int(chosen[name], 16)] if name in chosen else []
        epc = next((e for e in (*before, *column.epcs) if e in before or e in heard), None)
        if epc is not None:
            feeds.append(Feed(name, column, *device, epc))
    return tuple(feeds)


def canonical_rows(readings: Sequence[Reading], feeds: Iterable[Feed], interval: int) -> Rows:
    """Return the rows of the feeds, from readings in order of time."""
    rows: Rows = {}
    for feed in feeds:
        said = [
            r for r in readings
            if r.epc == feed.epc and r.source == feed.source and r.eoj == feed.eoj
            and r.part == "" and r.usable
        ]  # fmt: skip
        for start, value in _values(feed, said, interval).items():
            rows.setdefault(start, {})[feed.name] = value
    return rows


def _values(feed: Feed, said: list[Reading], interval: int) -> dict[int, float]:
    if feed.column.take == "first":
        return _first(feed.column, said, interval)
    at = _at_boundaries(said, interval)
    if feed.column.take == "end":
        return {end - interval: r.number for end, r in at.items() if r.number is not None}
    kind = device_class(feed.eoj >> 8)
    assert kind is not None
    return _differences(at, kind.properties[feed.epc], interval)


def _first(column: Column, said: list[Reading], interval: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for reading in said:
        assert reading.number is not None
        start = int(reading.time // interval) * interval
        wanted = reading.number in column.prefer and found.get(start) not in column.prefer
        if start not in found or wanted:
            found[start] = _side(column, reading.number)
    return found


def _side(column: Column, number: float) -> float:
    if column.part == "positive":
        return max(number, 0.0)
    return max(-number, 0.0) if column.part == "negative" else number


def tolerance(interval: int) -> float:
    """Return how far from a boundary [s] a reading may be to stand for it."""
    return min(max(2.0, min(0.1 * interval, 30.0)), 0.4 * interval)


def _at_boundaries(said: list[Reading], interval: int) -> dict[int, Reading]:
    """Return the reading nearest to each boundary between intervals, where one is near."""
    found: dict[int, Reading] = {}
    for reading in said:
        boundary = round(reading.time / interval) * interval
        off = abs(reading.time - boundary)
        nearest = found.get(boundary)
        if off <= tolerance(interval) and (nearest is None or off < abs(nearest.time - boundary)):
            found[boundary] = reading
    return found


def _differences(at: dict[int, Reading], spec: PropertySpec, interval: int) -> dict[int, float]:
    found: dict[int, float] = {}
    ends = sorted(at)
    for start, end in pairwise(ends):
        count = (end - start) // interval
        rise = _rise(at[start], at[end], spec)
        if rise is not None and count <= max(SHARED[0], SHARED[1] // interval):
            found.update(dict.fromkeys(range(start, end, interval), rise / count))
    return found


def _rise(before: Reading, after: Reading, spec: PropertySpec) -> float | None:
    assert before.number is not None
    assert after.number is not None
    if "counter_jump" in after.flags:
        return None
    return counter_rise(before.number, after.number, counter_modulus(spec, {}))
