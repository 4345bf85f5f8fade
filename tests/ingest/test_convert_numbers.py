from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.convert.numbers import MISSING, NumberStyle, read_number, read_numbers

POINT, COMMA = NumberStyle(), NumberStyle(",")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5), (" 1.5 ", 1.5), ("+1", 1.0), ("-0.5", -0.5), (".5", 0.5), ("5.", 5.0),
        ("1e3", 1000.0), ("1,234", 1234.0), ("1,234,567.8", 1234567.8), ("１，２３４．５", 1234.5),
        ("−3", -3.0), ("▲3", -3.0), ("－3", -3.0), ("　7　", 7.0),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    assert read_number(text, POINT) == value


@pytest.mark.parametrize(
    "text",
    ["1,23", "1,2345", "12,34,567", "1.2.3", "0x10", "1_000", "abc", "=1+1", "1 2", "1e999", "1e16",
     "inf", "∞", "1,234,", "--1", "1kWh", "٣x"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert read_number(text, POINT) is None


@pytest.mark.parametrize(
    "text", [*sorted(MISSING), "－", "noData", "NoData", "NaNStt", "ＮＡ", "  "]
)
def test_missing_words(text: str) -> None:
    value = read_number(text, POINT)
    assert value is not None
    assert math.isnan(value)


def test_a_file_may_have_words_of_its_own() -> None:
    assert read_number("停止", POINT) is None
    value = read_number("停止", NumberStyle(".", frozenset({"停止"})))
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("text", "value"), [("1,5", 1.5), ("1.234,5", 1234.5), ("12", 12.0), ("-0,25", -0.25)]
)
def test_decimal_comma(text: str, value: float) -> None:
    assert read_number(text, COMMA) == value


@pytest.mark.parametrize("text", ["1.5", "1,234.5", "1.23,5"])
def test_point_where_commas_are_decimal_is_refused(text: str) -> None:
    assert read_number(text, COMMA) is None


@given(
    st.lists(
        st.one_of(
            st.floats(-1e9, 1e9).map(repr),
            st.sampled_from(["", "-", "x", "1,234", "9" * 20, "nan", "inf"]),
        ),
        max_size=40,
    )
)
def test_columns_are_read_as_single_cells_are(cells: list[str]) -> None:
    numbers = read_numbers(pa.array(cells, pa.string()), POINT)
    for i, cell in enumerate(cells):
        value = read_number(cell, POINT)
        assert (i in numbers.unreadable) == (value is None)
        np.testing.assert_equal(numbers.values[i], np.nan if value is None else value)


@given(st.text(max_size=20), st.sampled_from([POINT, COMMA]))
def test_no_text_breaks_the_reader(text: str, style: NumberStyle) -> None:
    value = read_number(text, style)
    assert value is None or math.isnan(value) or abs(value) <= 1e15
