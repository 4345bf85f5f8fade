"""Disturbed runs of a fleet, each compared byte for byte with the undisturbed one.

    .venv/bin/python benchmarks/fleet_kills.py [WORK_DIR [SITES]]

writes the table of fleet.md. Homes are kept in WORK_DIR as those of `fleet.py`. The full disk is a
small tmpfs: that row needs a user who may mount one.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pyarrow.parquet as pq

from fleet_runs import TABLES, children, fleet, homes, judged
from fleet_sites import ON
from tables import markdown, put

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from fleet_machines import answers, end, free_port, process, scheduler, waited, worker  # noqa: E402

EVERY = 10.0  # between two kills [s]
Row = list[str]


def batch(root: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "pvwarranty", "batch", str(root), "--out", str(out), "--on", ON,
            *more]  # fmt: skip


def finished(command: list[str]) -> int:
    """Run a command to its end and return its status."""
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode


def same(expected: Path, out: Path, names: tuple[str, ...] = (*TABLES, "manifest.json")) -> str:
    """Tell whether tables are the same, to the byte."""
    if any(not (out / n).exists() for n in names):
        return "NOT finished"
    off = [n for n in names if (expected / n).read_bytes() != (out / n).read_bytes()]
    return f"differ: {', '.join(off)}" if off else "the same bytes"


def workers_killed(root: Path, expected: Path, out: Path) -> Row:
    """Kill a worker every ten seconds until the run ends."""
    killed, turn = 0, 0
    with subprocess.Popen(batch(root, out, "--workers", "2"), stdout=subprocess.DEVNULL) as run:
        due = time.monotonic() + EVERY
        while run.poll() is None:
            time.sleep(0.1)
            crew = list(children(run.pid))
            if time.monotonic() < due or not crew:
                continue
            with suppress(ProcessLookupError):
                os.kill(crew[turn % len(crew)], signal.SIGKILL)
                killed += 1
            turn, due = turn + 1, time.monotonic() + EVERY
    what = f"a worker killed every {EVERY:.0f} s: {killed} times"
    ends = _status(run.returncode)
    if run.returncode:  # sites on which workers died three times are tried again when asked
        ends += f"; resumed: {_status(finished(batch(root, out, '--workers', '2', '--resume')))}"
    return [what, ends, same(expected, out)]


def scheduler_restarted(root: Path, expected: Path, out: Path) -> Row:
    """Kill the Dask scheduler with its workers in each pass, and start them again."""
    logs = out.with_name("machines")
    logs.mkdir()
    times = 0
    with ExitStack() as stack:
        address = f"tcp://127.0.0.1:{(port := free_port())}"

        def start() -> list[subprocess.Popen[bytes]]:
            served = stack.enter_context(process(scheduler(port), logs / "log"))
            if not waited(lambda: answers(port)):
                raise SystemExit((logs / "log").read_text()[-2000:])
            crew = [worker(address, logs / f"w{n}") for n in range(2)]
            return [served, *(stack.enter_context(process(c, logs / "log")) for c in crew)]

        running = start()
        run = stack.enter_context(process(batch(root, out, "--scheduler", address), logs / "batch"))
        for name in ("sky", "verdicts"):
            parts = out / "parts" / name
            while run.poll() is None and not any(parts.rglob("*.gz")):
                time.sleep(0.1)
            if run.poll() is None:
                for each in running:
                    end(each)
                running = start()
                times += 1
        status = run.wait()
    return [f"the scheduler killed and started again: {times} times", _status(status),
            same(expected, out)]  # fmt: skip


def disk_full(root: Path, expected: Path, out: Path) -> Row:
    """Run on a disk with half the room, then make room and go on."""
    size = sum(f.stat().st_blocks * 512 for f in expected.rglob("*") if f.is_file())
    with _disk(out, size // 2) as mounted:
        if not mounted:
            return ["the disk full", "not tried: no disk can be mounted here", ""]
        before = finished(batch(root, out, "--workers", "2"))
        _mount("-o", f"remount,size={4 * size}", str(out))
        status = finished(batch(root, out, "--workers", "2", "--resume"))
        ends = f"{_status(before)}; resumed: {_status(status)}"
        return [f"the disk full at {size / 2e6:.1f} MB, then mended", ends, same(expected, out)]


def results_damaged(root: Path, expected: Path, out: Path) -> Row:
    """Damage kept results of each pass, and go on."""
    shutil.copytree(expected, out)
    for name in ("sky", "verdicts"):
        kept = sorted((out / "parts" / name).rglob("*.gz"))
        kept[0].write_bytes(kept[0].read_bytes()[:-9])
        kept[-1].write_bytes(b"\0" * 100)
    status = finished(batch(root, out, "--workers", "2", "--resume"))
    return [
        "four files of kept results damaged",
        f"resumed: {_status(status)}",
        same(expected, out),
    ]


def data_corrupt(root: Path, expected: Path, out: Path) -> Row:
    """Corrupt a site's measurements: told as a failure; the others as in a fleet without it."""
    bad = sorted(root.rglob("site.toml"))[0].parent
    without = out.with_name("without")
    (bad / "site.toml").rename(root.parent / "aside")
    finished(batch(root, without, "--workers", "2"))
    (root.parent / "aside").rename(bad / "site.toml")
    content = bytearray((bad / "measurements.parquet").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (bad / "measurements.parquet").unlink()  # a link: the home itself stays as it is
    (bad / "measurements.parquet").write_bytes(content)
    status = finished(batch(root, out, "--workers", "2"))
    failures = pq.read_table(out / "failures.parquet").to_pylist()
    told = [f["path"] for f in failures] == [bad.relative_to(root).as_posix()]
    rest = same(without, out, tuple(t for t in TABLES if t != "failures.parquet"))
    return ["one byte of a site's measurements flipped",
            f"{_status(status)}; {'told' if told else 'NOT told'} in failures.parquet",
            f"{rest}, against the fleet without that site"]  # fmt: skip


@contextmanager
def _disk(at: Path, size: int) -> Iterator[bool]:
    at.mkdir()
    mounted = _mount("-t", "tmpfs", "-o", f"size={size}", "pvwarranty-bench", str(at))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(at)], check=False)


def _mount(*arguments: str) -> bool:
    with suppress(FileNotFoundError):
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
        return done.returncode == 0
    return False


def _status(code: int) -> str:
    return {0: "ended well", 1: "ended, a site failed", 2: "stopped and said why"}.get(
        code, f"status {code}"
    )


def main() -> None:
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / ".cache" / "fleet"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    work.mkdir(parents=True, exist_ok=True)
    made = homes(work, count)
    expected, disturbed = work / "undisturbed", work / "disturbed"
    shutil.rmtree(expected, ignore_errors=True)
    judged(work, made, 2)
    (work / "out").rename(expected)
    rows = []
    for case in (workers_killed, scheduler_restarted, disk_full, results_damaged, data_corrupt):
        shutil.rmtree(disturbed, ignore_errors=True)
        disturbed.mkdir()
        rows.append(case(fleet(work, made), expected, disturbed / "out"))
        print(*rows[-1], sep="; ", flush=True)
    head = [f"disturbance ({count} homes)", "the run", "its tables"]
    put("kills", markdown(head, rows), HERE / "fleet.md")


if __name__ == "__main__":
    main()
