from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.errors import DataError
from pvwarranty.ingest.convert.zones import changes, to_utc, zone_of

ROME, TOKYO = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Tokyo")
EPOCH = datetime(1970, 1, 1)


def local(*moments: datetime) -> np.ndarray:
    return np.array([int((m - EPOCH).total_seconds()) for m in moments], dtype=np.int64)


@given(
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)), min_size=1, max_size=20),
    st.sampled_from(
        ["Asia/Tokyo", "Europe/Rome", "America/New_York", "Australia/Lord_Howe", "UTC"]
    ),
)
def test_instants_are_those_of_the_standard_library(times: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    times = sorted({t.replace(microsecond=0) for t in times})
    found = to_utc(local(*times), zone, set())
    for moment, utc, skipped in zip(times, found.utc.tolist(), found.skipped.tolist(), strict=True):
        aware = moment.replace(tzinfo=zone)  # fold 0: the first of two
        exists = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment
        assert skipped != exists
        if exists:
            assert utc == int(aware.timestamp())


def test_repeated_hour_goes_on_in_order() -> None:
    begin = datetime(2023, 10, 28, 22, tzinfo=UTC)
    utc = [begin + timedelta(minutes=30 * i) for i in range(50)]
    stamps = local(*(m.astimezone(ROME).replace(tzinfo=None) for m in utc))
    found = to_utc(stamps, ROME, set())
    assert found.utc.tolist() == [int(m.timestamp()) for m in utc]
    assert found.repeated.sum() == 4


def test_repeated_hour_of_a_table_that_starts_with_the_newest_row() -> None:
    begin = datetime(2023, 10, 28, 22, tzinfo=UTC)
    utc = [begin + timedelta(minutes=30 * i) for i in range(50)][::-1]
    stamps = local(*(m.astimezone(ROME).replace(tzinfo=None) for m in utc))
    assert to_utc(stamps, ROME, set()).utc.tolist() == [int(m.timestamp()) for m in utc]


def test_repeated_hour_may_be_cut_between_calls() -> None:
    begin = datetime(2023, 10, 29, 0, tzinfo=UTC)
    utc = [begin + timedelta(minutes=30 * i) for i in range(6)]
    stamps = local(*(m.astimezone(ROME).replace(tzinfo=None) for m in utc))
    seen: set[int] = set()
    parts = [to_utc(stamps[:2], ROME, seen).utc, to_utc(stamps[2:], ROME, seen).utc]
    assert np.concatenate(parts).tolist() == [int(m.timestamp()) for m in utc]


def test_hour_that_is_skipped_is_marked() -> None:
    found = to_utc(local(datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 31, 3, 30)), ROME, set())
    assert found.skipped.tolist() == [True, False]


def test_changes_of_a_year() -> None:
    first, last = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (2024, 2025))
    found = changes(ROME, first, last)
    assert [datetime.fromtimestamp(c.at, UTC).isoformat() for c in found] == [
        "2024-03-31T01:00:00+00:00", "2024-10-27T01:00:00+00:00",
    ]  # fmt: skip
    assert changes(TOKYO, first, last) == []


@pytest.mark.parametrize("name", ["Nowhere/City", "", "../etc/passwd", "JST+9x"])
def test_no_zone(name: str) -> None:
    with pytest.raises(DataError, match="is no time zone"):
        zone_of(name, "--zone")
