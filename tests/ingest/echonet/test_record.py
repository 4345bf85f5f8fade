"""The recorder against little devices: rounds, restarts, kill -9, and the command line."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import Service
from pvwarranty.ingest.echonet.controller import Address, Patience
from pvwarranty.ingest.echonet.record import Network, addresses, record
from pvwarranty.ingest.echonet.recording import Recording, Settings

PV, BATTERY = 0x027901, 0x027D01
Start = Callable[..., Any]
HERE = Address("127.0.0.1", 0)
COMMAND = [sys.executable, "-c", "from pvwarranty.cli import main; main()", "echonet", "record"]


def network(*devices: Any, timeout: float = 0.3) -> Network:
    hosts = tuple(Address(d.host, d.port) for d in devices)
    return Network(hosts, HERE, Patience(timeout, 2))


def readings(out: Path) -> list[dict[str, Any]]:
    folder = out.with_suffix(".echonet") / "readings"
    found: list[dict[str, Any]] = pq.read_table(folder).sort_by("time").to_pylist()
    return found


def counter(step: int = 1) -> Callable[[], bytes]:
    """A cumulative counter that rises with each answer."""
    values = itertools.count(step, step)
    return lambda: next(values).to_bytes(4, "big")


def pv(**more: bytes | Callable[[], bytes]) -> dict[int, bytes | Callable[[], bytes]]:
    table: dict[int, bytes | Callable[[], bytes]] = {0xE0: b"\x0c\x8a", 0xE8: b"\x0f\xa0"}
    return table | {int(epc, 16): edt for epc, edt in more.items()}


def test_rounds_at_the_boundaries_of_intervals(device: Start, tmp_path: Path) -> None:
    home = device({PV: pv(E1=counter()), BATTERY: {0xE4: b"\x32", 0xD3: b"\xff\xff\xfa\x24"}})
    out = tmp_path / "home.parquet"
    report = record(network(home), Settings(out, interval=2), rounds=3)
    assert report.rounds == 3
    assert report.names == {"127.0.0.1/027901": "PV1", "127.0.0.1/027D01": "BAT1"}
    assert report.columns["PV1.e_ac"] == "E1"
    rows = pq.read_table(out).to_pylist()
    energies = [row["PV1.e_ac"] for row in rows if row["PV1.e_ac"] is not None]
    assert set(energies) == {1}
    assert [row["BAT1.p_discharge"] for row in rows if row["BAT1.p_discharge"] is not None] == [
        1500
    ] * 3
    starts = [r["time"].timestamp() % 2 for r in readings(out) if r["epc"] == "E1"]
    assert all(start < 0.8 for start in starts[1:])


def test_contradictions_are_reported(device: Start, tmp_path: Path) -> None:
    whole = (9704).to_bytes(4, "big")
    said = dict.fromkeys((0xA0, 0xA1, 0xA2, 0xA3), whole)
    said |= dict.fromkeys((0xA4, 0xA5), (1067).to_bytes(4, "big"))
    home = device({BATTERY: said | {0xD0: (9230).to_bytes(4, "big")}})
    report = record(network(home), Settings(tmp_path / "home.parquet"), rounds=1)
    assert {("BAT1", "A5", "copies_a4"), ("BAT1", "A0", "above_rating")} <= report.summary.flags
    raw = {r["epc"]: r["raw"] for r in readings(tmp_path / "home.parquet")}
    assert raw["A0"] == whole


def test_a_silent_host_does_not_hold_up_the_others(device: Start, tmp_path: Path) -> None:
    home = device({PV: pv()})
    quiet = device({PV: pv()}, host="127.0.0.2", silent=True)
    told: list[str] = []
    report = record(
        network(home, quiet), Settings(tmp_path / "home.parquet", interval=1), 2, told.append
    )
    assert report.names == {"127.0.0.1/027901": "PV1"}
    assert report.counts["silent"] == 2
    assert "127.0.0.2 does not answer; it is asked again each round" in told


def test_a_host_that_comes_back_is_found_again(device: Start, tmp_path: Path) -> None:
    home = device({PV: pv(E1=counter())})
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        home.silent = False

    def quiet_once(_: object, answer: bytes) -> list[bytes]:
        home.silent = len(told) == 1 and len(home.heard) > 3
        return [answer]

    home.answer = quiet_once
    report = record(network(home), Settings(tmp_path / "home.parquet", interval=1), 4, tell)
    assert told == [
        "127.0.0.1 has 027901 (Household solar power generation)",
        "127.0.0.1 fell silent",
        "127.0.0.1 has 027901 (Household solar power generation)",
    ]
    assert report.counts["silent"] >= 1


def test_nobody_there(tmp_path: Path) -> None:
    nobody = Network((Address("127.0.0.9", 9),), HERE, Patience(0.05, 1))
    with pytest.raises(DataError, match="no device of a known class answered"):
        record(nobody, Settings(tmp_path / "home.parquet"), rounds=1)


def test_only_other_devices_there(device: Start, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no device of a known class"):
        record(network(device({0x013001: {}})), Settings(tmp_path / "home.parquet"), rounds=1)


def test_announcements_between_rounds_reach_the_table(device: Start, tmp_path: Path) -> None:
    home = device({PV: pv(D1=b"\x44")})

    def announces(_: object, answer: bytes) -> list[bytes]:
        if b"\xd1\x01\x44" not in answer:
            return [answer]
        told.append(answer)
        if len(told) == 1:
            home.send(answer)
            home.announce(Service.INF, PV, {0xD1: b"\x42"})
        return []  # silent from then on: what was announced is heard before the next round ends

    told: list[bytes] = []
    home.answer = announces
    out = tmp_path / "home.parquet"
    record(network(home), Settings(out, interval=1), rounds=2)
    column = pq.read_table(out)["PV1.restraint"].to_pylist()
    assert [v for v in column if v is not None][-1] == 0x42
    assert [r["via"] for r in readings(out) if r["epc"] == "D1"] == ["get", "inf"]


def test_ratings_are_read_by_the_hour(device: Start, tmp_path: Path) -> None:
    home = device({PV: pv()})
    record(network(home), Settings(tmp_path / "home.parquet", interval=1), rounds=3)
    epcs = [r["epc"] for r in readings(tmp_path / "home.parquet")]
    assert (epcs.count("E0"), epcs.count("E8")) == (3, 1)


def test_a_full_disk_ends_the_run(
    device: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pvwarranty.errors import Problem

    def full(*_: object) -> None:
        raise DataError(Problem("journal.log", "cannot be written: No space left on device"))

    monkeypatch.setattr(Recording, "append", full)
    with pytest.raises(DataError, match="No space left"):
        record(network(device({PV: pv()})), Settings(tmp_path / "home.parquet"), rounds=3)


def test_kill_9_loses_nothing_that_was_heard(device: Start, tmp_path: Path) -> None:
    sent: list[int] = []
    values = itertools.count(1)

    def energy() -> bytes:
        sent.append(next(values))
        return sent[-1].to_bytes(4, "big")

    home, out = device({PV: pv(E1=energy)}), tmp_path / "home.parquet"
    arguments = ["--host", home.address, "--out", str(out), "--interval", "1"]
    arguments += ["--bind", "127.0.0.1:0"]
    in_flight = set()
    for kill in range(4):
        before = len(sent)
        process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while len(sent) < before + 2 and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.15 * kill)  # before, within and after what follows an answer
        process.send_signal(signal.SIGKILL)
        process.wait()
        in_flight.add(sent[-1])
    done = subprocess.run(
        [*COMMAND, *arguments, "--count", "2"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    kept = [int(r["number"]) for r in readings(out) if r["epc"] == "E1"]
    assert len(kept) == len(set(kept))
    assert set(sent) - set(kept) <= in_flight
    assert len(kept) >= 8
    assert pq.read_table(out).num_rows >= 4


def test_sigterm_ends_with_everything_written(device: Start, tmp_path: Path) -> None:
    home, out = device({PV: pv(E1=counter())}), tmp_path / "home.parquet"
    arguments = ["--host", home.address, "--out", str(out), "--interval", "1"]
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--bind", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 20
    while len(home.heard) < 5 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert "PV1: 127.0.0.1/027901: e_ac from E1, p_ac from E0" in output
    assert pq.read_table(out).num_rows >= 2


def test_the_command(device: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, other = device({PV: pv()}), device({BATTERY: {0xE4: b"\x32"}}, host="127.0.0.2")
    out = tmp_path / "home.parquet"
    status = run(
        [
            *("echonet", "record", "--host", home.address, other.address, "--out", str(out)),
            *("--bind", "127.0.0.1:0", "--name", "127.0.0.1/027901=PCS", "--once"),
        ]
    )
    assert status == 0
    told = capsys.readouterr()
    assert "PCS: 127.0.0.1/027901: p_ac from E0" in told.out
    assert "BAT1: 127.0.0.2/027D01: soc from E4" in told.out
    assert f"{out}: 1 rounds, 5 readings" in told.out
    assert "unknown" not in told.out
    assert "127.0.0.2 has 027D01 (Storage battery)" in told.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "127.0.0.1", "--out", "x.csv", "--once"], "does not end in .parquet"),
        (["--host", "127.0.0.1", "--once", "--count", "2"], "cannot both be given"),
        (["--host", "127.0.0.1", "--count", "0"], "no number of rounds"),
        (["--host", "127.0.0.1:port"], "no port"),
        (["--host", "127.0.0.1", "127.0.0.1"], "named twice"),
        (["--host", "no.such.host.invalid"], "no address that is known here"),
        (["--host", "127.0.0.1", "--bind", "192.0.2.1"], "--bind 192.0.2.1"),
        (["--host", "127.0.0.1", "--name", "PCS"], "has no '='"),
        (["--host", "127.0.0.1", "--timeout", "0"], "no time to wait"),
        (["--host", "127.0.0.1", "--interval", "7"], "does not divide a day"),
        (["--once"], "host"),
    ],
)
def test_wrong_usage(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (
        arguments if "--out" in arguments else [*arguments, "--out", str(tmp_path / "x.parquet")]
    )
    assert run(["echonet", "record", *given]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_addresses() -> None:
    assert addresses(["127.0.0.1", "localhost:9"][:1]) == (Address("127.0.0.1"),)
    assert str(Address("10.0.0.2")) == "10.0.0.2"
    assert str(Address("10.0.0.2", 9)) == "10.0.0.2:9"
    with pytest.raises(DataError) as caught:
        addresses(["127.0.0.1:99999", "fe80::1"])
    assert len(caught.value.problems) == 2


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = (
        "import sys, pvwarranty.cli.echonet; "
        "print({'pyarrow', 'numpy', 'asyncio'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "set()"
