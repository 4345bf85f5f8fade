"""The journal: written at once, read through damage, replaced at one stroke."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet.journal import Journal, read_journal
from pvwarranty.ingest.echonet.readings import Entry

ENTRIES = st.lists(
    st.builds(
        Entry,
        time=st.integers(0, 4_000_000_000).map(lambda n: n / 2),
        source=st.text(max_size=20),
        kind=st.sampled_from(["frame", "json", "mark"]),
        payload=st.binary(max_size=60),
    ),
    max_size=6,
)
ONE = Entry(1.5, "10.0.0.2", "frame", b"\x10\x81\n ")


@given(entries=ENTRIES)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.log"
    with Journal(path) as journal:
        for entry in entries:
            journal.append(entry)
    assert read_journal(path).entries == tuple(entries)
    assert read_journal(path).spoilt == 0


def test_what_was_appended_is_there_before_closing(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.log") as journal:
        journal.append(ONE)
        assert read_journal(tmp_path / "journal.log").entries == (ONE,)
        journal.sync()


def test_absent_journal(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "journal.log").entries == ()


@given(cut=st.integers(1, 200))
def test_a_cut_loses_the_last_lines_alone(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.log"
    many = [Entry(float(i), "h", "frame", bytes([i] * 9)) for i in range(10)]
    with Journal(path) as journal:
        for entry in many:
            journal.append(entry)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    found = read_journal(path)
    assert found.entries == tuple(many[: len(found.entries)])
    assert len(found.entries) >= 10 - cut // 30 - 1
    assert found.spoilt <= 1


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_spoilt_byte_spoils_its_line_alone(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.log"
    many = [Entry(float(i), "h", "frame", bytes([i] * 9)) for i in range(10)]
    with Journal(path) as journal:
        for entry in many:
            journal.append(entry)
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(bytes(data))
    found = read_journal(path).entries
    assert len(found) >= 8  # a spoilt line end joins two lines
    assert set(found) <= set(many)


def test_replace_goes_on_in_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    other = Entry(2.0, "h", "json", b"{}")
    with Journal(path) as journal:
        journal.append(ONE)
        journal.replace([other])
        journal.append(ONE)
    assert read_journal(path).entries == (other, ONE)
    assert [p.name for p in tmp_path.iterdir()] == ["journal.log"]


def test_a_left_over_successor_is_not_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "journal.log"
    path.with_suffix(".new").write_text("half of a replacement")
    with Journal(path) as journal:
        journal.replace([ONE])
    assert read_journal(path).entries == (ONE,)
    assert read_journal(path).spoilt == 0


def test_a_crash_before_the_renaming_keeps_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.log"
    with Journal(path) as journal:
        journal.append(ONE)
        monkeypatch.setattr(os, "replace", _crash)
        with pytest.raises(RuntimeError, match="power cut"):
            journal.replace([])
    assert read_journal(path).entries == (ONE,)


def _crash(*_: object) -> None:
    raise RuntimeError("power cut")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        Journal(tmp_path / "none" / "journal.log")


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    (tmp_path / "journal.log").symlink_to("/dev/full")
    with (
        Journal(tmp_path / "journal.log") as journal,
        pytest.raises(DataError, match="No space left"),
    ):
        journal.append(ONE)
