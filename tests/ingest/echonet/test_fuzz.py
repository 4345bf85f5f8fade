"""Spoilt messages through the whole path: read or refused, never a crash, never a hang.

The test runs for a second or two; ``python tests/ingest/echonet/test_fuzz.py MINUTES [SEED]`` goes
on for longer and prints the messages that break something.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from pvwarranty.errors import DataError
from pvwarranty.ingest.echonet import Entry, decode_frame, encode_frame, readings_of
from pvwarranty.ingest.echonet.columns import canonical_rows, choose_feeds
from pvwarranty.ingest.echonet.judge import judged
from pvwarranty.ingest.echonet.readings import Kind

T0 = 1_717_200_000
SERVED = (
    b'{"deviceType":"pvPowerGeneration","properties":{"instantaneousElectricPowerGeneration":'
    b'3210,"outputPowerRestraintStatus":"notPowerRestraint","approvedCapacity":"noSetting"}}',
    b'{"deviceType":"storageBattery","properties":{"remainingCapacity3":"89",'
    b'"minimumAndMaximumChargingElectricPower":{"minValue":0,"maxValue":5900}}}',
    b'{"deviceType":"lvSmartElectricEnergyMeter","properties":{"instantaneousCurrent":'
    b'{"rPhase":"noData","tPhase":-29.6},"normalDirectionCumulativeElectricEnergyLog1":'
    b'{"day":0,"electricEnergy":[85.1,"noData"]}}}',
)


def seeds() -> list[tuple[Kind, bytes]]:
    lines = Path(__file__).with_name("frames.txt").read_text(encoding="utf-8").splitlines()
    frames = (bytes.fromhex(line.replace(" ", "")) for line in lines if not line.startswith("#"))
    return [*(("frame", frame) for frame in frames), *(("json", body) for body in SERVED)]


def spoil(data: bytes, rng: np.random.Generator) -> bytes:
    """Change, cut, double or lengthen a message in a few places."""
    found = bytearray(data)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, len(found) + 1))
        match int(rng.integers(0, 6)):
            case 0 | 1 if at < len(found):
                found[at] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF, rng.integers(0, 256)]))
            case 2:
                del found[at : at + int(rng.integers(1, 5))]
            case 3:
                found[at:at] = rng.bytes(int(rng.integers(1, 5)))
            case 4:
                found[at:at] = found[at : at + int(rng.integers(1, 20))]
            case _:
                found = found[:at] if at > 8 else found
    return bytes(found)


def check(entries: list[Entry]) -> Counter[str]:
    """Take messages the whole way; return how many were read and refused."""
    done: Counter[str] = Counter()
    for entry in entries:
        if entry.kind == "frame":
            try:
                frame = decode_frame(entry.payload)
            except DataError:
                done["refused"] += 1
            else:
                done["read"] += 1
                assert encode_frame(frame) == entry.payload
    found = judged((r for entry in entries for r in readings_of(entry)), interval=60)
    for device in {(r.source, r.eoj) for r in found}:
        for row in canonical_rows(found, choose_feeds("X", device, found, {}), 60).values():
            assert all(np.isfinite(value) for value in row.values())
    return done


def fuzz(seconds: float, seed: int) -> Counter[str]:
    """Spoil seeds until the time is up; return what was done, or raise with the messages."""
    rng = np.random.default_rng(seed)
    known, done = seeds(), Counter[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        entries = []
        for _ in range(20):
            kind, data = known[int(rng.integers(0, len(known)))]
            moment = T0 + float(rng.integers(0, 600))
            entries.append(Entry(moment, "10.0.0.2", kind, spoil(data, rng)))
        began = time.monotonic()
        try:
            done += check(entries)
        except Exception as error:
            messages = "\n".join(f"{e.time} {e.kind} {e.payload.hex()}" for e in entries)
            raise AssertionError(f"seed {seed}: {error!r} with\n{messages}") from error
        assert time.monotonic() - began < 5, "a hang"
        done["messages"] += len(entries)
    return done


def test_seeds_are_read() -> None:
    entries = [Entry(T0, "10.0.0.2", kind, data) for kind, data in seeds()]
    assert check(entries)["refused"] == 1  # the frame of format 2
    flags = {flag for entry in entries for r in readings_of(entry) for flag in r.flags}
    assert flags == {"malformed", "out_of_range", "overflow", "underflow"}


def test_spoilt_messages() -> None:
    done = fuzz(1.5, 1)
    assert done["read"] > 50
    assert done["refused"] > 50


if __name__ == "__main__":
    minutes, seed = float(sys.argv[1]), int((sys.argv[2:] or ["0"])[0])
    print(dict(fuzz(60 * minutes, seed)))
