"""The class tables load whole and say what the standard's tables say."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet.tables import (
    CLASSES,
    DeviceClass,
    _part,
    class_of_type,
    device_class,
)
from pvwarranty.names import BATTERY_EXTRAS, BATTERY_QUANTITIES, PV_QUANTITIES

FACTS = Path(__file__).parents[4] / "shared" / "domain" / "epc_tables.json"


def table(code: int) -> DeviceClass:
    found = device_class(code)
    assert found is not None
    return found


@pytest.mark.parametrize("code", CLASSES)
def test_each_class_is_whole(code: int) -> None:
    kind = table(code)
    assert kind.code == code
    assert class_of_type(kind.device_type) is kind
    assert {0x80, 0x83, 0x8A, 0x8D} <= set(kind.properties)
    names = [spec.name for spec in kind.properties.values()]
    assert len(names) == len(set(names))
    assert kind.named(names[-1]) is kind.properties[max(kind.properties)]
    assert kind.polled("round")


@pytest.mark.parametrize("code", CLASSES)
def test_columns_are_canonical_and_fed_by_polled_numbers(code: int) -> None:
    kind = table(code)
    for column in kind.columns:
        assert column.quantity in PV_QUANTITIES | BATTERY_QUANTITIES | BATTERY_EXTRAS
        for epc in column.epcs:
            spec = kind.properties[epc]
            assert spec.poll == "round"
            assert spec.counter == (column.take == "counter")


def test_unknown_class() -> None:
    assert device_class(0x0130) is None
    assert class_of_type("homeAirConditioner") is None


def test_a_row_of_many_properties() -> None:
    board = table(0x0287)
    assert board.properties[0xD0].name == "measurementChannel1"
    assert board.properties[0xEF].name == "measurementChannel32"


def test_a_part() -> None:
    piece = _part("maxValue: uint16 0..32766 x0.1 A | FFFE=noData")
    assert (piece.name, piece.size, piece.low, piece.high) == ("maxValue", 2, 0, 32766)
    assert piece.factor == Fraction(1, 10)
    assert piece.states == {0xFFFE: "noData"}


@pytest.mark.parametrize("text", ["uint64 0..1 W", "uint8 0.. W", "", "uint8 0..1 W | 01"])
def test_a_wrong_part_is_refused(text: str) -> None:
    with pytest.raises((DataError, ValueError)):
        _part(text)


@pytest.mark.skipif(not FACTS.exists(), reason="the reference tables are not beside the repository")
@pytest.mark.parametrize("code", CLASSES)
def test_ranges_scales_and_states_are_those_of_the_standard(code: int) -> None:
    facts = json.loads(FACTS.read_text(encoding="utf-8"))[f"0x{code:04X}"]
    kind, compared = table(code), 0
    latest = {int(row["epc"], 16): row for row in facts["properties"]}
    for epc, row in latest.items():
        spec = kind.properties.get(epc)
        encoding = row["encoding"]
        if spec is None or epc < 0xA0:
            continue
        assert spec.name == row["name"], hex(epc)
        pieces = (*spec.parts, *spec.repeat)
        if not encoding.startswith(("object", "array")) and " OR int" not in encoding:
            compared += 1
            size = row["bytes"]
            assert pieces[0].size == int(size), hex(epc)
        found = re.findall(r"(u?int\d+) \[(-?\d+)\.\.(-?\d+)\](?: x([\d.]+))?", encoding)
        ranges = {(k, int(lo), int(hi), Fraction(x or 1)) for k, lo, hi, x in found}
        per_unit = {
            (p.kind, p.low, p.high, p.factor / p.api_factor) for p in pieces if p.low is not None
        }
        assert per_unit == ranges, hex(epc)
        states = {int(c, 16): s for c, s in re.findall(r"0x([0-9A-F]+)=(\w[\w.]*)", encoding)}
        assert {c: s for p in pieces for c, s in p.states.items()} == states, hex(epc)
    assert compared > 3
    assert facts["device_type"] == kind.device_type
