"""Property maps and instance lists, against pychonet's reading of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pychonet.lib.epc_functions import _009X

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet.maps import (
    decode_instances,
    decode_map,
    encode_instances,
    encode_map,
)

EPCS = st.sets(st.integers(0x80, 0xFF))


@given(EPCS)
def test_round_trip(epcs: set[int]) -> None:
    assert decode_map(encode_map(epcs)) == tuple(sorted(epcs))


@given(EPCS)
def test_pychonet_agrees(epcs: set[int]) -> None:
    assert sorted(_009X(encode_map(epcs))) == sorted(epcs)


def test_bit_places() -> None:
    # 16 properties: 80-8F is bit 0 of every byte
    assert encode_map(range(0x80, 0x90)) == b"\x10" + b"\x01" * 16
    assert decode_map(b"\x10" + b"\x80" * 16) == tuple(range(0xF0, 0x100))


@given(st.binary(max_size=40))
def test_noise_is_read_or_refused(edt: bytes) -> None:
    try:
        found = decode_map(edt)
    except DataError:
        return
    assert len(found) == edt[0]
    assert set(decode_map(encode_map(found))) == set(found)


@pytest.mark.parametrize("edt", ["", "02 80", "02 80 80", "01 10", "10 00", "10" + "00" * 16])
def test_contradicting_maps_are_refused(edt: str) -> None:
    with pytest.raises(DataError, match="property map"):
        decode_map(bytes.fromhex(edt))


def test_unfit_maps_are_not_written() -> None:
    with pytest.raises(DataError, match="not within 80-FF"):
        encode_map({0x7F, 0xE0})


@given(st.lists(st.integers(0, 0xFFFFFF), max_size=84))
def test_instances_round_trip(objects: list[int]) -> None:
    assert list(decode_instances(encode_instances(objects))) == objects


@given(st.binary(max_size=40))
def test_instance_noise_is_read_or_refused(edt: bytes) -> None:
    try:
        found = decode_instances(edt)
    except DataError:
        return
    assert encode_instances(found) == edt


def test_too_many_instances() -> None:
    with pytest.raises(DataError, match="84"):
        encode_instances(range(85))
