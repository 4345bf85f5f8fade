from __future__ import annotations

import pytest

from pvwarranty.ingest.units import UNITS, find_unit, scale, settle_quantity, split_unit, units_in


@pytest.mark.parametrize(
    ("text", "base", "factor"),
    [
        ("kWh", "Wh", 1e3),
        ("ＫＷＨ", "Wh", 1e3),
        ("㎾", "W", 1e3),
        ("㎾h", "Wh", 1e3),
        ("MW平均", "W", 1e6),
        ("W/㎡", "W/m²", 1.0),
        ("kW/m^2", "W/m²", 1e3),
        ("MJ/㎡", "J/m²", 1e6),
        ("℃", "°C", 1.0),
        ("%", "0-1", 0.01),
        ("単位:kWh", "Wh", 1e3),
        ("万kWh", "Wh", 1e7),
    ],
)
def test_units(text: str, base: str, factor: float) -> None:
    unit = find_unit(text)
    assert unit is not None
    assert (unit.base, unit.factor) == (base, factor)


@pytest.mark.parametrize("text", ["", "円", "Kwp", "mw", "kvarh"])
def test_what_is_no_unit(text: str) -> None:
    assert find_unit(text) is None


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("発電電力量[kWh]", "発電電力量", "kWh"),
        ("発電電力量（ｋＷｈ）", "発電電力量", "kWh"),
        ("蓄電残量(SOC)[%]", "蓄電残量(SOC)", "%"),
        ("太陽光(実績)", "太陽光(実績)", None),
        ("Average Temperature(°C)", "Average Temperature", "°C"),
        ("PV(kWh) total", "PV total", "kWh"),
    ],
)
def test_headers_are_split(header: str, name: str, unit: str | None) -> None:
    import unicodedata

    found, in_header = split_unit(unicodedata.normalize("NFKC", header))
    assert (found, in_header.text if in_header else None) == (name, unit)


def test_units_of_a_title() -> None:
    assert [u.text for u in units_in("需要実績(MWh),供給実績（MW平均）")] == ["MWh", "MW"]


@pytest.mark.parametrize(
    ("quantity", "unit", "settled"),
    [
        ("e_ac", "kWh", "e_ac"),
        ("e_ac", "kW", "p_ac"),
        ("p_ac", "Wh", "e_ac"),
        ("p_dc", "Wh", "p_dc"),
        ("p_charge", "kWh", "e_charge"),
        ("poa_global", "MJ/m²", "poa_global"),
        ("e_ac", "°C", None),
        ("soc", "%", "soc"),
        ("temp_air", "%", None),
        ("v_dc", "kW", None),
    ],
)
def test_unit_settles_the_quantity(quantity: str, unit: str, settled: str | None) -> None:
    found = find_unit(unit)
    assert found is not None
    assert settle_quantity(quantity, found) == settled


def factor(quantity: str, unit: str, interval: int) -> float:
    found = find_unit(unit)
    assert found is not None
    return scale(quantity, found, interval)


def test_scales() -> None:
    assert factor("e_ac", "kWh", 1800) == 1000
    assert factor("p_dc", "Wh", 1800) == 2  # a watt-hour in half an hour is two watts
    assert factor("poa_global", "MJ/m²", 3600) == pytest.approx(277.7778)
    assert factor("poa_global", "kWh/m²", 3600) == pytest.approx(1000)
    assert factor("soc", "%", 1800) == 0.01


def test_every_canonical_unit_can_be_written() -> None:
    assert all(find_unit(unit) for unit in UNITS.values() if unit)
