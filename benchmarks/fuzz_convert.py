"""Fuzzes the conversion of exports: corpus files, changed at random, must convert or be refused.

    .venv/bin/python benchmarks/fuzz_convert.py [--minutes 10] [--seed 0]

Anything but a result or a DataError is a crash; a case that takes longer than ten seconds of CPU is
a hang. The bytes of both are kept in tests/ingest/corpus/fuzz, which the tests read again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from types import FrameType

from pvwarranty.errors import DataError
from pvwarranty.ingest.convert.options import Options, read_rules, read_units
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import carry_out
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parents[1] / "tests" / "ingest" / "corpus"
KEPT = CORPUS / "fuzz"
MOST = 10  # seconds of CPU of a case
CELLS = [
    b"",
    b"-",
    b"=1+1",
    b"1e308",
    b"-1e308",
    b"1e-308",
    b"nan",
    b"inf",
    b"24:00",
    b"0:00",
    b"25:61",
    b"2024/13/01",
    b"9999/12/31",
    b"0001/01/01",
    b"2024/02/29",
    "令和元年5月1日".encode("cp932"),
    "合計".encode("cp932"),
    "－".encode("cp932"),
    "１，２".encode(),
    b'"',
    b"'",
    b"\x00",
    b"\r",
    b"\n",
    b"\xff",
    b"9" * 400,
    b"1,234",
    b"1.5,",
    b"00:00+09:00",
    b"2024-04-01T00:00:00Z",
    b"{",
    b"[",
    b"]",
]


class Hang(Exception):
    """A case that took too long."""


def main() -> None:
    """Fuzz for some minutes and tell what was met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    warnings.simplefilter("error")
    signal.signal(signal.SIGVTALRM, _hang)
    rng = random.Random(asked.seed)
    cases = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
    files = [(c, (CORPUS / c["file"]).read_bytes()) for c in cases]
    end = time.monotonic() + 60 * asked.minutes
    met: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            case, data = rng.choice(files)
            changed = change(data, rng, files)
            met[one(case, changed, Path(folder), rng)] += 1
    print(f"{sum(met.values())} cases: {dict(met)}")


def change(data: bytes, rng: random.Random, files: list[tuple[dict, bytes]]) -> bytes:
    """Return bytes with one to five changes of a bit, a cell, a row, an end or another file."""
    found = bytearray(data)
    low = rng.choice((0, len(data) // 4))  # half of the time the header stays
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        if len(found) <= low:
            break
        at = rng.randrange(low, len(found))
        rng.choice(CHANGES)(found, at, rng, rng.choice(files)[1])
    return bytes(found)


def flip(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Flip a bit."""
    found[at] ^= 1 << rng.randrange(8)


def overwrite(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Put an awkward cell over some bytes."""
    found[at : at + rng.randrange(6)] = rng.choice(CELLS)


def exchange(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Exchange whole cells."""
    found[:] = cells(bytes(found), rng)


def leave_out(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Leave out some bytes."""
    del found[at : at + rng.randrange(1, 80)]


def repeat(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Repeat some bytes."""
    found[at:at] = found[at : at + rng.randrange(1, 400)]


def cut(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Cut off the rest."""
    del found[at:]


def splice(found: bytearray, at: int, rng: random.Random, other: bytes) -> None:
    """Put in a part of another file."""
    start = rng.randrange(max(len(other), 1))
    found[at:at] = other[start : start + rng.randrange(1, 400)]


CHANGES = (flip, overwrite, exchange, leave_out, repeat, cut, splice)


def cells(data: bytes, rng: random.Random) -> bytes:
    """Return text with some cells exchanged for awkward ones."""
    parts = data.split(b",")
    for _ in range(rng.randint(1, 5)):
        parts[rng.randrange(len(parts))] = rng.choice(CELLS)
    return b",".join(parts)


def one(case: dict, data: bytes, folder: Path, rng: random.Random) -> str:
    """Convert one case; returns what came of it."""
    path = folder / case["file"]
    path.write_bytes(data)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST)
    try:
        convert(path, case, folder / "out.parquet", rng.random() < 0.5)
    except DataError:
        return "refused"
    except Exception:  # what this script is for
        name = hashlib.sha256(data).hexdigest()[:12]
        KEPT.mkdir(exist_ok=True)
        (KEPT / f"{name}-{case['file']}").write_bytes(data)
        print(f"{name} of {case['file']}:\n{traceback.format_exc()}", flush=True)
        return "crashed"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        path.unlink()
        (folder / "out.parquet").unlink(missing_ok=True)
    return "converted"


def convert(path: Path, case: dict, out: Path, auto: bool) -> None:
    """Convert a file with the options of the case it was made of."""
    said = case["options"]
    options = Options(
        profile="auto" if auto else case["profile"],
        rules=read_rules(said.get("map", ())),
        units=read_units(said.get("unit", ())),
        interval=said.get("interval"),
    )
    site = read_site(CORPUS / "sites" / case["site"])
    carry_out(make_plan([path], site, options), out)


def _hang(signum: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {MOST} s of CPU")


if __name__ == "__main__":
    main()
