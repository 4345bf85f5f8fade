"""Values that differ are told by their path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.report.bundle.differences import differences, member_faults

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_values_differ_where_their_json_does(one: Any, other: Any) -> None:
    assert list(differences(one, one)) == []
    if not list(differences(one, other)):
        assert one == other


@pytest.mark.parametrize(
    ("one", "other", "path"),
    [
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "a[0].b"),
        ({"a": [1, 2]}, {"a": [1]}, "a"),
        ({"a": 1}, {"b": 1}, "b"),
        ({"a": 1}, {"a": True}, "a"),
        ({"a": None}, {}, "a"),
        ([1], {"0": 1}, ""),
    ],
)
def test_paths(one: Any, other: Any, path: str) -> None:
    assert next(iter(differences(one, other))).path == path


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_many_values_are_counted() -> None:
    faults = member_faults("result.json", dump(list(range(30))), dump([0] * 30))
    assert len(faults) == 11
    assert faults[-1].text.en == "and 19 more values differ"


def test_one_in_the_last_place_is_told_as_such() -> None:
    last = member_faults("result.json", dump({"a": 0.12345}), dump({"a": 0.12346}))
    assert last[-1].text.en.startswith("all differences are one in the last place")
    more = member_faults("result.json", dump({"a": 0.12345, "b": 1}), dump({"a": 0.12346, "b": 2}))
    assert not any("last place" in f.text.en for f in more)


def test_what_is_no_json_differs_by_byte() -> None:
    (fault,) = member_faults("result.json", b'{"a": 1', b'{"a": 1}')
    assert fault.text.en.endswith("from byte 7 on")
    (fault,) = member_faults("x.pdf", b"abc", b"abX")
    assert fault.text.en.endswith("from byte 2 on")
    assert member_faults("result.json", b"[" * 100_000, b"[]")[0].text.en.endswith("byte 1 on")
