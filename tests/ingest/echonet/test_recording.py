"""Recordings on disk: what is made of the journal, over restarts and crashes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import Entry, Frame, Property, Service, encode_frame
from pvwarranty.ingest.echonet import recording as module
from pvwarranty.ingest.echonet.recording import Recording, Settings

T0 = 1_717_200_000
PV, BATTERY = 0x027901, 0x027D01


def said(time: float, eoj: int, source: str = "10.0.0.2", **values: str) -> Entry:
    listed = tuple(Property(int(epc, 16), bytes.fromhex(edt)) for epc, edt in values.items())
    frame = Frame(1, eoj, 0x05FF01, Service.GET_RES, listed)
    return Entry(time, source, "frame", encode_frame(frame))


def minutes(first: int, last: int) -> list[Entry]:
    """Entries of a PV system and a battery, a round a minute."""
    entries = []
    for i in range(first, last):
        pv = {"E0": f"{1000 + i:04X}", "E1": f"{100_000 + 20 * i:08X}", "D1": "44"}
        battery = {"A8": f"{5000 + 7 * i:08X}", "E4": f"{40 + i:02X}", "D3": f"{420:08X}"}
        if i % 10 == 0:
            pv["E8"], battery["D0"] = "0FA0", "0000240E"
        entries.append(said(T0 + 60 * i + 0.1, PV, **pv))
        entries.append(said(T0 + 60 * i + 0.2, BATTERY, **battery))
    return entries


def write(out: Path, entries: Iterable[Entry], **options: Any) -> Recording:
    with Recording(Settings(out, **options)) as recording:
        for entry in entries:
            recording.append(entry)
    return recording


def table(out: Path) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = pq.read_table(out).to_pydict()
    return found


def readings(out: Path) -> list[dict[str, Any]]:
    folder = out.with_suffix(".echonet") / "readings"
    found: list[dict[str, Any]] = pq.read_table(folder).sort_by("time").to_pylist()
    return found


def test_rows(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    write(out, minutes(0, 30))
    found = pq.read_table(out)
    assert found.schema.field("time").type == pa.timestamp("ms", "UTC")
    assert set(found.column_names) == {
        "time", "PV1.p_ac", "PV1.e_ac", "PV1.restraint", "BAT1.p_charge", "BAT1.p_discharge",
        "BAT1.e_charge", "BAT1.soc",
    }  # fmt: skip
    rows = found.slice(1, 29).to_pydict()  # the first row has the state of charge alone
    assert rows["PV1.p_ac"] == [1000 + i for i in range(29)]
    assert rows["PV1.e_ac"] == [20] * 29
    assert rows["PV1.restraint"] == [0x44] * 29
    assert rows["BAT1.p_charge"] == [420] * 29
    assert rows["BAT1.e_charge"] == [7] * 29
    assert rows["BAT1.soc"] == pytest.approx([0.41 + 0.01 * i for i in range(29)])
    assert [t.timestamp() for t in rows["time"]] == [T0 + 60 * i for i in range(29)]


def test_it_reads_as_canonical_measurements(tmp_path: Path) -> None:
    from pvwarranty.ingest.measurements import read_measurements
    from pvwarranty.model import Battery, Channel, Site

    write(tmp_path / "measurements.parquet", minutes(0, 30))
    site = Site(
        "s", 35, 139, 0, "Asia/Tokyo",
        channels=(Channel("PV1", "inverter", (), instantaneous=True),),
        batteries=(Battery("BAT1", "battery_unit", 9200),),
    )  # fmt: skip
    found = read_measurements(tmp_path, site)
    assert found.interval == 60
    power = found.get("PV1", "p_ac")
    assert power is not None
    assert np.nanmax(power) == 1029


def test_readings_keep_bytes_and_flags(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    whole = dict.fromkeys(("A0", "A1", "A2", "A3"), "000025E8")
    recording = write(
        out,
        [
            said(T0, BATTERY, D0="0000240E", A4="0000042B", A5="0000042B", **whole),
            Entry(T0 + 1, "10.0.0.2", "frame", b"\x10\x81noise"),
        ],
    )
    by_epc = {r["epc"]: r for r in readings(out)}
    assert by_epc["A5"]["raw"] == b"\x00\x00\x04\x2b"
    assert by_epc["A5"]["number"] == 1067
    assert by_epc["A5"]["flags"] == "copies_a4"
    assert by_epc["A0"]["flags"] == "above_rating identical_capacities"
    assert (by_epc["D0"]["channel"], by_epc["D0"]["name"]) == ("BAT1", "ratedElectricEnergy")
    assert by_epc[""]["flags"] == "malformed"
    assert ("BAT1", "A5", "copies_a4") in recording.summary.flags


@pytest.mark.parametrize("cut", [1, 2, 7, 20, 41, 59])
def test_a_restart_makes_no_difference(tmp_path: Path, cut: int) -> None:
    entries = minutes(0, 30)
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    write(whole, entries)
    write(parts, entries[:cut])
    write(parts, entries[cut:])
    assert table(parts) == table(whole)
    assert readings(parts) == readings(whole)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=st.sets(st.integers(0, 60), max_size=5), lost=st.sets(st.integers(0, 59), max_size=9))
def test_compacting_at_any_time_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, cuts: set[int], lost: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("recording")
    entries = [entry for i, entry in enumerate(minutes(0, 30)) if i not in lost]
    write(folder / "whole.parquet", entries)
    with Recording(Settings(folder / "parts.parquet")) as recording:
        for number, entry in enumerate(entries):
            if number in cuts:
                recording.compact()
            recording.append(entry)
    assert table(folder / "parts.parquet") == table(folder / "whole.parquet")
    assert readings(folder / "parts.parquet") == readings(folder / "whole.parquet")


@pytest.mark.parametrize("step", ["append_readings", "merge_rows", "_kept"])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_within_compacting_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    entries = minutes(0, 30)
    whole, out = tmp_path / "whole.parquet", tmp_path / "home.parquet"
    write(whole, entries)
    write(out, entries[:20])
    real = getattr(module, step)

    def crash(*arguments: Any) -> None:
        if after:
            real(*arguments)
        raise RuntimeError("power cut")

    recording = Recording(Settings(out))
    for entry in entries[20:40]:
        recording.append(entry)
    with monkeypatch.context() as patch:
        patch.setattr(module, step, crash)
        with pytest.raises(RuntimeError, match="power cut"):
            recording.compact()
    abandon(recording)
    write(out, entries[40:])
    assert table(out) == table(whole)
    assert readings(out) == readings(whole)


def abandon(recording: Recording) -> None:
    """Let go of a recording as a killed process does: files closed, nothing written."""
    recording._opened.close()


def test_a_torn_last_line_costs_that_line(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    entries = minutes(0, 10)
    recording = Recording(Settings(out))
    for entry in entries:
        recording.append(entry)
    abandon(recording)
    journal = tmp_path / "home.echonet" / "journal.log"
    journal.write_bytes(journal.read_bytes()[:-5])
    again = write(out, minutes(10, 12))
    assert again.summary.spoilt == 1
    kept = {(r["time"].timestamp(), r["epc"]) for r in readings(out)}
    assert (T0 + 60 * 9 + 0.1, "E1") in kept
    assert (T0 + 60 * 9 + 0.2, "A8") not in kept
    assert (T0 + 60 * 11 + 0.2, "A8") in kept
    # the battery's counter shares its rise over the lost minute
    assert sum(x or 0 for x in table(out)["BAT1.e_charge"]) == 7 * 11


def test_two_recorders_are_refused(tmp_path: Path) -> None:
    with (
        Recording(Settings(tmp_path / "home.parquet")),
        pytest.raises(DataError, match="another recorder"),
    ):
        Recording(Settings(tmp_path / "home.parquet"))


def test_names_stay_and_can_be_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    first = [said(T0, PV, "10.0.0.9", E0="0001"), said(T0, 0x02A501, "10.0.0.9", E7="00000001")]
    write(out, first, names={"10.0.0.9/027901": "PCS"})
    write(out, [said(T0 + 60, PV, "10.0.0.3", E0="0002")])
    recording = write(out, [said(T0 + 120, PV, "10.0.0.9", E0="0003")])
    assert recording.names == {
        "10.0.0.9/027901": "PCS", "10.0.0.9/02A501": "PCS1", "10.0.0.3/027901": "PV1",
    }  # fmt: skip
    assert table(out)["PCS.p_ac"] == [1, None, 3]
    assert "PCS1.p_ac" not in table(out)


def test_a_multiple_input_conditioner_has_columns_where_it_is_named(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    write(out, [said(T0, 0x02A501, E7="00000BB8")], names={"10.0.0.2/02A501": "PCS"})
    assert table(out)["PCS.p_ac"] == [3000]


@pytest.mark.parametrize(
    ("names", "what"),
    [
        ({"10.0.0.2/027901": "a.b"}, "no name of a channel"),
        ({"10.0.0.2": "PCS"}, "names no device"),
        ({"10.0.0.2/027901": "A", "10.0.0.2/027902": "A"}, "is the name of"),
        ({"10.0.0.2/027901": "Other"}, "is 'PV1' in the recording"),
        ({"10.0.0.2/027902": "PV1"}, "is the name of 10.0.0.2/027901"),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, names: dict[str, str], what: str) -> None:
    out = tmp_path / "home.parquet"
    write(out, [said(T0, PV, E0="0001")])
    with pytest.raises(DataError, match=what):
        Recording(Settings(out, names=names))
    write(out, [])  # the lock is free again


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"out": "home.csv"}, "does not end in .parquet"),
        ({"interval": 7}, "does not divide a day"),
        ({"interval": 0}, "does not divide a day"),
        ({"timezone": "Mars/Tharsis"}, "no known zone"),
        ({"timezone": "../etc"}, "no known zone"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, options: dict[str, Any], what: str) -> None:
    out = tmp_path / options.pop("out", "home.parquet")
    with pytest.raises(DataError, match=what):
        Recording(Settings(out, **options))


def test_another_interval_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "home.parquet", minutes(0, 5))
    with pytest.raises(DataError, match="rows are of 60 s"):
        Recording(Settings(tmp_path / "home.parquet", interval=300))


def test_a_file_of_another_interval_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "home.parquet", minutes(0, 5))
    (tmp_path / "home.parquet").rename(tmp_path / "other.parquet")
    with pytest.raises(DataError, match="holds rows of 60 s"):
        Recording(Settings(tmp_path / "other.parquet", interval=300))


def test_what_stands_in_the_file_stays(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    times = pa.array([(T0 + 60 * i) * 1000 for i in (-2, -1)], pa.timestamp("ms", "UTC"))
    pq.write_table(pa.table({"time": times, "site.ghi": pa.array([5.0, 6.0])}), out)
    write(out, minutes(0, 3))
    found = table(out)
    assert found["site.ghi"] == [5, 6, None, None, None]
    assert found["PV1.p_ac"] == [None, None, 1000, 1001, 1002]


def test_no_canonical_file_is_not_written_over(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    out.write_bytes(b"something else")
    with pytest.raises(DataError, match="no canonical table"):
        Recording(Settings(out))
    assert out.read_bytes() == b"something else"


def test_a_spoilt_list_of_devices_is_told(tmp_path: Path) -> None:
    write(tmp_path / "home.parquet", minutes(0, 2))
    (tmp_path / "home.echonet" / "devices.json").write_text("[1")
    with pytest.raises(DataError, match=r"devices\.json"):
        Recording(Settings(tmp_path / "home.parquet"))


def test_a_clock_set_back_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "home.parquet"
    with Recording(Settings(out)) as recording:
        for entry in minutes(60, 70):
            recording.append(entry)
        recording.compact()
        for entry in minutes(0, 10):  # an hour earlier
            recording.append(entry)
    assert len({r["time"] for r in readings(out) if r["epc"] == "E1"}) == 20
    powers = [p for p in table(out)["PV1.p_ac"] if p is not None]
    assert powers == [1000 + i for i in range(10)] + [1060 + i for i in range(10)]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.floats(T0, T0 + 3600),
            st.sampled_from(["frame", "json"]),
            st.binary(max_size=60)
            | st.builds(
                lambda epc, edt, eoj: encode_frame(
                    Frame(1, eoj, 0x05FF01, Service.INF, (Property(epc, edt),))
                ),
                st.integers(0x80, 0xFF),
                st.binary(min_size=1, max_size=10),
                st.sampled_from([PV, BATTERY, 0x028801, 0x02A501, 0x027E01, 0x028701, 0x013001]),
            ),
        ),
        max_size=20,
    )
)
def test_anything_heard_is_recorded(
    tmp_path_factory: pytest.TempPathFactory, heard: list[tuple[float, Any, bytes]]
) -> None:
    out = tmp_path_factory.mktemp("recording") / "home.parquet"
    write(out, [Entry(time, "10.0.0.2", kind, data) for time, kind, data in heard])
    write(out, [])
