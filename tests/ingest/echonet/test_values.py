"""Values of properties: units, scales, states, sentinels, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.ingest.echonet import device_class
from pvwarranty.ingest.echonet.tables import CLASSES, PropertySpec
from pvwarranty.ingest.echonet.values import FLAGS, Value, decode_value, value_of_json


def spec(code: int, epc: int) -> PropertySpec:
    kind = device_class(code)
    assert kind is not None
    return kind.properties[epc]


def one(code: int, epc: int, data: str) -> Value:
    (value,) = decode_value(spec(code, epc), bytes.fromhex(data))
    return value


@pytest.mark.parametrize(
    ("code", "epc", "data", "number", "unit"),
    [
        (0x0279, 0xE0, "0C8A", 3210, "W"),
        (0x0279, 0xE1, "00BC614E", 12345678, "Wh"),  # 0.001 kWh
        (0x0279, 0xC0, "5F", 0.95, "0-1"),  # %
        (0x027D, 0xA0, "000025E8", 9704, "Wh"),
        (0x027D, 0xD3, "FFFFFA24", -1500, "W"),
        (0x027D, 0xD1, "01F4", 50.0, "Ah"),  # 0.1 Ah
        (0x027D, 0xE4, "59", 0.89, "0-1"),
        (0x02A5, 0xE7, "80000001", -2147483647, "W"),
        (0x0288, 0xE0, "00000001", 1000, "Wh"),  # steps, before the unit E1
        (0x0288, 0xE1, "03", 0.001, ""),
        (0x0288, 0xE1, "0D", 10000, ""),
        (0x0287, 0xB0, "3C", 60, "A"),
        (0x027E, 0xC4, "64", 1.0, "0-1"),
    ],
)
def test_numbers(code: int, epc: int, data: str, number: float, unit: str) -> None:
    value = one(code, epc, data)
    assert value.number == pytest.approx(number, rel=1e-12)
    assert (value.unit, value.flag) == (unit, "")


@pytest.mark.parametrize(
    ("code", "epc", "data", "text"),
    [
        (0x0279, 0xE8, "FFFF", "noSetting"),
        (0x0288, 0xE7, "7FFFFFFE", "noData"),
        (0x0288, 0xE0, "FFFFFFFE", "noData"),
        (0x0287, 0xC6, "7FFFFFFE", "noData"),
        (0x0279, 0xB1, "FFFFFFFFFFFFFF", "noControlNoSchedule"),
        (0x0279, 0xB1, "07D9031203 0205", "2009-03-18 03:02:05"),
        (0x0279, 0x98, "07E80406", "2024-04-06"),
        (0x0279, 0x97, "1705", "23:05"),
        (0x0279, 0x8C, "5450562D3430000000000000", "TPV-40"),
        (0x0279, 0x8A, "000016", "000016"),
    ],
)
def test_what_is_no_number(code: int, epc: int, data: str, text: str) -> None:
    value = one(code, epc, data)
    assert (value.number, value.text, value.flag) == (None, text, "")


@pytest.mark.parametrize(
    ("code", "epc", "data", "flag", "number"),
    [
        (0x0279, 0xE0, "FFFF", "overflow", None),
        (0x0279, 0xE0, "FFFE", "underflow", None),
        (0x0279, 0xE1, "FFFFFFFF", "overflow", None),
        (0x0279, 0xE1, "3B9ACA00", "out_of_range", 1e9),
        (0x027D, 0xD3, "7FFFFFFF", "overflow", None),
        (0x027D, 0xD3, "80000000", "underflow", None),
        (0x0288, 0xE7, "7FFFFFFF", "overflow", None),
        (0x027D, 0xE4, "65", "out_of_range", 1.01),
        (0x027D, 0xE5, "FE", "underflow", None),
        (0x0279, 0xD1, "40", "unknown_state", 64),
        (0x0288, 0xE1, "05", "unknown_state", None),
        (0x0279, 0x98, "07E80D01", "out_of_range", None),
        (0x0279, 0xE0, "0C", "wrong_length", None),
        (0x0279, 0xE0, "0C8A00", "wrong_length", None),
        (0x027D, 0xC8, "0000000000", "wrong_length", None),
    ],
)
def test_what_does_not_fit_is_flagged(
    code: int, epc: int, data: str, flag: str, number: float | None
) -> None:
    value = one(code, epc, data)
    assert value.flag == flag
    assert value.number == (None if number is None else pytest.approx(number))
    assert flag in FLAGS


def test_states_are_numbers_with_words() -> None:
    assert one(0x0279, 0xD1, "42") == Value(number=0x42, text="exceptControl")
    assert one(0x027D, 0xCF, "49") == Value(number=0x49, text="capacityRecalculation")


def test_parts() -> None:
    low, high = decode_value(spec(0x027D, 0xC8), bytes.fromhex("00000064 000007D0"))
    assert (low.name, low.number) == ("minValue", 100)
    assert (high.name, high.number) == ("maxValue", 2000)


def test_currents_of_either_phase() -> None:
    r, t = decode_value(spec(0x0288, 0xE8), bytes.fromhex("7FFE FED8"))
    assert (r.name, r.number, r.text) == ("rPhase", None, "noData")
    assert (t.name, t.number, t.unit) == ("tPhase", pytest.approx(-29.6), "A")


def test_a_day_of_readings() -> None:
    data = bytes.fromhex("0000" + "00000353" + "FFFFFFFE" * 47)
    day, first, second, *_ = values = decode_value(spec(0x0288, 0xE2), data)
    assert len(values) == 49
    assert (day.name, day.number) == ("day", 0)
    assert (first.name, first.number) == ("electricEnergy.0", 851_000)
    assert (second.name, second.number, second.text) == ("electricEnergy.1", None, "noData")


def test_a_list_of_any_length() -> None:
    values = decode_value(spec(0x02A5, 0xE8), bytes.fromhex("02 027901 027D01"))
    assert [v.text for v in values[1:]] == ["027901", "027d01"]


def test_a_schedule_of_two_days() -> None:
    values = decode_value(spec(0x0279, 0xB0), bytes.fromhex("07E80406" + "64" * 95 + "FF"))
    assert len(values) == 97
    assert values[1].number == 1.0
    assert values[96].text == "unknown"


@given(st.sampled_from(CLASSES), st.integers(0x80, 0xFF), st.binary(max_size=255))
def test_any_data_give_values(code: int, epc: int, data: bytes) -> None:
    kind = device_class(code)
    assert kind is not None
    if epc in kind.properties:
        values = decode_value(kind.properties[epc], data)
        assert values
        assert all(v.flag in ("", *FLAGS) and v.text.isprintable() for v in values)


PV_SERVED = {
    0xA0: (29, 0.29, ""),
    0xC0: (95, 0.95, ""),
    0xC1: ("fit", 0x41, "fit"),
    0xC3: ("noSetting", None, "noSetting"),
    0xD1: ("notPowerRestraint", 0x44, "notPowerRestraint"),
    0xE0: (3210, 3210, ""),
    0xE1: (417965.473, 417965473, ""),
    0xE3: ("595669.83", 595669830, ""),
    0xE8: (4000, 4000, ""),
    0x80: (True, 0x30, "true"),
}


@pytest.mark.parametrize(("epc", "row"), PV_SERVED.items())
def test_served_values(epc: int, row: tuple[Any, float | None, str]) -> None:
    served, number, text = row
    (value,) = value_of_json(spec(0x0279, epc), served)
    assert value.number == (None if number is None else pytest.approx(number))
    assert (value.text, value.flag) == (text, "")


def test_served_objects() -> None:
    values = value_of_json(
        spec(0x0288, 0xE2), {"day": 0, "electricEnergy": [85.1, "noData", "85.2"]}
    )
    assert [(v.name, v.number, v.text) for v in values] == [
        ("day", 0, ""),
        ("electricEnergy.0", 85100, ""),
        ("electricEnergy.1", None, "noData"),
        ("electricEnergy.2", 85200, ""),
    ]
    r, t = value_of_json(spec(0x0288, 0xE8), {"rPhase": "noData", "tPhase": -29.6})
    assert (r.text, t.number) == ("noData", -29.6)


def test_a_served_schedule_of_another_form() -> None:
    served = {
        "startDateAndTime": "2006-09-26 18:28:17",
        "intervalTime": 1800,
        "powerControlRatio": [82, "undefined", 14],
    }
    values = {v.name: v for v in value_of_json(spec(0x0279, 0xB0), served)}
    assert values["powerControlRatio.0"].number == pytest.approx(0.82)
    assert values["powerControlRatio.1"].text == "undefined"
    assert values["intervalTime"].flag == "unknown_property"


@pytest.mark.parametrize(
    ("served", "flag"),
    [
        ("broken", "wrong_kind"),
        (None, "wrong_kind"),
        (True, "wrong_kind"),
        (70000, "out_of_range"),
        ("1e9999", "wrong_kind"),
        (10**400, "wrong_kind"),
    ],
)
def test_served_values_that_do_not_fit(served: Any, flag: str) -> None:
    (value,) = value_of_json(spec(0x0279, 0xE0), served)
    assert value.flag == flag


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.sampled_from(CLASSES), st.integers(0x80, 0xFF), JSON)
def test_anything_served_gives_values(code: int, epc: int, served: Any) -> None:
    kind = device_class(code)
    assert kind is not None
    if epc in kind.properties:
        for value in value_of_json(kind.properties[epc], served):
            assert value.flag in ("", *FLAGS)
            assert value.text.isprintable()
