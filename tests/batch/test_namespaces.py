"""Workers on machines of their own (network namespaces), one cut off in the middle of a run."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from fleet_machines import TESTS, Namespaces, inside, process, scheduler, waited, worker
from fleet_task import InProcess, Length, make
from pvwarranty.batch import Pass, run_pass, store_of, workspace

pytest.importorskip("distributed", reason="the extra 'batch' is not installed")


@pytest.fixture
def spaces():
    if shutil.which("ip") is None:
        pytest.skip("network namespaces cannot be made here: there is no command 'ip'")
    try:
        with Namespaces(3) as made:
            yield made
    except OSError as error:
        pytest.skip(f"network namespaces cannot be made here: {error}")


def test_a_machine_cut_off_costs_no_site(spaces: Namespaces, tmp_path: Path) -> None:
    root, out = tmp_path / "fleet", tmp_path / "out"
    make(root, **{f"s{n:02d}": f"slow {n}" for n in range(30)})
    with ExitStack() as stack:

        def start(name: str, command: list[str], log: str):
            return stack.enter_context(process(inside(name, command), tmp_path / log))

        start(spaces.hub, scheduler(8786, "0.0.0.0"), "scheduler.log")
        for n, name in enumerate(spaces.machines):
            address = f"tcp://{spaces.gate(n)}:8786"
            command = worker(address, tmp_path / f"w{n}", "--host", spaces.host(n))
            start(name, command, f"worker{n}.log")
        client = [sys.executable, str(TESTS / "fleet_client.py"), str(root), str(out)]
        running = start(spaces.hub, [*client, "tcp://127.0.0.1:8786"], "client.log")
        kept = out / "parts" / "lengths"
        assert waited(lambda: len(list(kept.rglob("*.gz"))) >= 3), logs(tmp_path)
        assert running.poll() is None
        spaces.cut(1)
        assert waited(lambda: running.poll() is not None), logs(tmp_path)
        assert running.returncode == 0, logs(tmp_path)
    lines = (tmp_path / "client.log").read_text().splitlines()
    found = [told(json.loads(line)) for line in lines if line.startswith('{"key"')]
    with workspace() as scratch:
        job = Pass(Length(), store_of(root), store_of(tmp_path / "here"), scratch)
        expected = run_pass(job, InProcess([]), lambda done, total: None)
        assert found == [told(dataclasses.asdict(r)) for r in expected.in_order()]


def told(record: dict) -> dict:
    """Return what a record says: where it lies is another matter."""
    return {k: v for k, v in record.items() if k != "place"}


def logs(folder: Path) -> str:
    return "\n".join(f"{p.name}: {p.read_text()[-1500:]}" for p in folder.glob("*.log"))
