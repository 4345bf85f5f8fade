"""A Dask cluster of processes on loopback: the same records, whoever dies meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fleet_machines import answers, end, free_port, process, scheduler, waited, worker
from fleet_task import InProcess, Length, make
from pvwarranty.batch import Pass, Record, run_pass, store_of, workspace
from pvwarranty.batch.cluster import Cluster
from pvwarranty.batch.engine import Engine
from pvwarranty.cli import run
from pvwarranty.errors import DataError

pytest.importorskip("distributed", reason="the extra 'batch' is not installed")
# what Dask leaves open when its scheduler vanishes is not ours
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


class Machines:
    """A scheduler and workers that a test may kill."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.stack, self.folder, self.port = stack, folder, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.started = 0
        self.restart()
        self.workers = [self.add(), self.add()]

    def restart(self) -> None:
        log = self.folder / "scheduler.log"
        self.scheduler = self.stack.enter_context(process(scheduler(self.port), log))
        assert waited(lambda: answers(self.port)), log.read_text()

    def add(self):
        self.started += 1
        log = self.folder / f"worker{self.started}.log"
        command = worker(self.address, self.folder / f"w{self.started}")
        return self.stack.enter_context(process(command, log))


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    with ExitStack() as stack:
        yield Machines(stack, tmp_path)


def bring(root: Path, out: Path, engine: Engine, heard=lambda done, total: None) -> list[Record]:
    with workspace() as scratch:
        job = Pass(Length(), store_of(root), store_of(out), scratch)
        return list(run_pass(job, engine, heard).in_order())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "fleet", **{f"s{n:02d}": f"slow {n}" for n in range(12)})
    make(tmp_path / "fleet", s90="bad", s91="x" * 9)
    return tmp_path / "fleet"


def test_the_same_records_and_only_names_on_the_scheduler(
    machines: Machines, root: Path, tmp_path: Path
) -> None:
    expected = bring(root, tmp_path / "here", InProcess([]))
    make(root, s92="kills")
    found = bring(root, tmp_path / "there", Cluster(machines.address, patience=300))
    assert found[:-1] == expected
    assert found[-1].failure == "the worker died on this site, three times"


def test_a_worker_that_dies_costs_no_site(machines: Machines, root: Path, tmp_path: Path) -> None:
    heard: list[int] = []

    def kill(done: int, total: int) -> None:
        if not heard:
            end(machines.workers[0])
        heard.append(done)

    found = bring(root, tmp_path / "there", Cluster(machines.address, patience=300), kill)
    assert found == bring(root, tmp_path / "here", InProcess([]))


def test_a_scheduler_that_comes_back(machines: Machines, root: Path, tmp_path: Path) -> None:
    again: list[threading.Thread] = []

    def restart() -> None:
        for each in (machines.scheduler, *machines.workers):
            end(each)
        machines.restart()
        machines.workers = [machines.add()]

    def heard(done: int, total: int) -> None:
        if not again:
            again.append(threading.Thread(target=restart))
            again[0].start()

    found = bring(root, tmp_path / "there", Cluster(machines.address, patience=300), heard)
    again[0].join()
    assert found == bring(root, tmp_path / "here", InProcess([]))


def test_no_scheduler_and_no_workers_are_told(tmp_path: Path) -> None:
    make(tmp_path / "fleet", a="x")
    port = free_port()
    nobody = Cluster(f"tcp://127.0.0.1:{port}", patience=1)
    with pytest.raises(DataError, match="no scheduler answers"):
        bring(tmp_path / "fleet", tmp_path / "out", nobody)
    with process(scheduler(port), tmp_path / "log"):
        assert waited(lambda: answers(port))
        with pytest.raises(DataError, match="has no workers"):
            bring(tmp_path / "fleet", tmp_path / "out", nobody)


def test_an_address_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "fleet", a="x")
    command = ["batch", str(tmp_path / "fleet"), "--out", str(tmp_path / "out")]
    assert run([*command, "--scheduler", "nowhere://x"]) == 2
    assert "nowhere" in capsys.readouterr().err
