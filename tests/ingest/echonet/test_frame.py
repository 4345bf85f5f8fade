"""Frames against hand-made bytes, themselves, noise, and pychonet's codec."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pychonet.lib.functions import buildEchonetMsg, decodeEchonetMsg

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import Frame, Property, Service, decode_frame, encode_frame
from pvwarranty.ingest.echonet.frame import CONTROLLER, TWO_LISTS

EPC = st.integers(0x80, 0xFF)
PROPERTY = st.builds(Property, EPC, st.binary(max_size=255))
FRAME = st.builds(
    Frame,
    tid=st.integers(0, 0xFFFF),
    source=st.integers(0, 0xFFFFFF),
    target=st.integers(0, 0xFFFFFF),
    service=st.sampled_from(sorted(set(Service) - TWO_LISTS)),
    properties=st.lists(PROPERTY, min_size=1, max_size=12).map(tuple),
)
SET_GET = st.builds(
    Frame,
    tid=st.integers(0, 0xFFFF),
    source=st.integers(0, 0xFFFFFF),
    target=st.integers(0, 0xFFFFFF),
    service=st.sampled_from(sorted(TWO_LISTS)),
    properties=st.lists(PROPERTY, max_size=4).map(tuple),
    gets=st.lists(PROPERTY, max_size=4).map(tuple),
)
GET_POWER = bytes.fromhex("1081 0001 05FF01 027901 62 01 E000")


def test_known_bytes() -> None:
    frame = Frame(1, CONTROLLER, 0x027901, Service.GET, (Property(0xE0),))
    assert encode_frame(frame) == GET_POWER
    assert decode_frame(GET_POWER) == frame


def test_refused_property_comes_empty() -> None:
    answer = bytes.fromhex("1081 0001 027901 05FF01 52 02 E0020FA0 E700")
    frame = decode_frame(answer)
    assert frame.service is Service.GET_SNA
    assert frame.properties == (Property(0xE0, b"\x0f\xa0"), Property(0xE7, b""))


@given(FRAME | SET_GET)
def test_round_trip(frame: Frame) -> None:
    assert decode_frame(encode_frame(frame)) == frame


@given(FRAME, st.data())
def test_every_cut_is_refused(frame: Frame, data: st.DataObject) -> None:
    whole = encode_frame(frame)
    end = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(DataError):
        decode_frame(whole[:end])


@given(FRAME, st.binary(min_size=1, max_size=8))
def test_what_follows_is_refused(frame: Frame, tail: bytes) -> None:
    with pytest.raises(DataError, match="after its last property"):
        decode_frame(encode_frame(frame) + tail)


@given(st.binary(max_size=400))
@example(b"")
@example(bytes.fromhex("1081 0001 05FF01 027901 62 FF"))
@example(bytes.fromhex("1081 0001 05FF01 027901 6E 00"))
def test_noise_is_read_or_refused(data: bytes) -> None:
    try:
        frame = decode_frame(data)
    except DataError:
        return
    assert encode_frame(frame) == data


@given(FRAME, st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=3))
def test_spoilt_frames_are_read_or_refused(frame: Frame, spoils: list[tuple[int, int]]) -> None:
    data = bytearray(encode_frame(frame))
    for at, byte in spoils:
        data[at % len(data)] = byte
    try:
        again = decode_frame(bytes(data))
    except DataError:
        return
    assert encode_frame(again) == bytes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("1082 0001 05FF01 027901 62 01 E000", "format 2"),
        ("1181 0001 05FF01 027901 62 01 E000", "EHD1 is 11"),
        ("1081 0001 05FF01 027901 99 01 E000", "ESV 99"),
        ("1081 0001 05FF01 027901 62 00", "counts no property"),
        ("1081 0001 05FF01 027901 62 01 7F00", "EPC 7F is below 80"),
        ("1081 0001 05FF01 027901 72 01 E00401", "ends within property 1 of 1"),
        ("1081 0001 05FF01", "shorter than the 12"),
    ],
)
def test_what_is_wrong_is_named(data: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        decode_frame(bytes.fromhex(data))


def test_header_problems_come_together() -> None:
    with pytest.raises(DataError) as caught:
        decode_frame(bytes.fromhex("1181 0001 05FF01 027901 99 01 E000"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    "frame",
    [
        Frame(1 << 16, CONTROLLER, 0x027901, Service.GET, (Property(0xE0),)),
        Frame(1, CONTROLLER, 1 << 24, Service.GET, (Property(0xE0),)),
        Frame(1, CONTROLLER, 0x027901, Service.GET, ()),
        Frame(1, CONTROLLER, 0x027901, Service.GET, (Property(0x7F),)),
        Frame(1, CONTROLLER, 0x027901, Service.SETC, (Property(0xE0, bytes(256)),)),
        Frame(1, CONTROLLER, 0x027901, Service.GET, (Property(0xE0),), (Property(0xE0),)),
        Frame(1, CONTROLLER, 0x027901, Service.GET, (Property(0xE0),) * 256),
    ],
)
def test_unfit_frames_are_not_written(frame: Frame) -> None:
    with pytest.raises(DataError):
        encode_frame(frame)


@given(st.integers(1, 0xFFFF), st.lists(PROPERTY, min_size=1, max_size=8))
def test_pychonet_writes_what_we_read_and_write(tid: int, listed: list[Property]) -> None:
    opc = [{"EPC": p.epc, "PDC": len(p.edt), "EDT": int.from_bytes(p.edt, "big")} for p in listed]
    theirs = bytes(
        buildEchonetMsg(
            {"TID": tid, "DEOJGC": 2, "DEOJCC": 0x7D, "DEOJCI": 1, "ESV": 0x61, "OPC": opc}
        )
    )
    ours = Frame(tid, CONTROLLER, 0x027D01, Service.SETC, tuple(listed))
    assert theirs == encode_frame(ours)
    assert decode_frame(theirs) == ours


@given(FRAME)
def test_pychonet_reads_what_we_write(frame: Frame) -> None:
    theirs = decodeEchonetMsg(encode_frame(frame))
    assert theirs["TID"] == frame.tid
    assert theirs["ESV"] == frame.service
    source = theirs["SEOJGC"] << 16 | theirs["SEOJCC"] << 8 | theirs["SEOJCI"]
    assert source == frame.source
    assert [(p["EPC"], p["EDT"]) for p in theirs["OPC"]] == [
        (p.epc, p.edt) for p in frame.properties
    ]
