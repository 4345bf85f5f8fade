"""Worker processes: every item once, deaths told, errors raised, none left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from pvwarranty.batch import Local
from pvwarranty.batch import local as module
from pvwarranty.errors import DataError, Problem


def work(item: tuple[str, Path]) -> None:
    what, folder = item
    (folder / f"{os.getpid()}.pid").touch()
    if what == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "raises":
        raise DataError(Problem("disk", "is full"))
    if what == "odd":
        raise type("Local", (Exception,), {})("cannot travel")
    if what == "waits":
        time.sleep(60)
    (folder / what).touch()


def items(folder: Path, *names: str) -> list[tuple[str, Path]]:
    return [(name, folder) for name in names]


def processes(folder: Path) -> list[int]:
    found = [int(p.stem) for p in folder.glob("*.pid")]
    return [p for p in found if Path(f"/proc/{p}/cmdline").exists()]


def test_every_item_is_yielded_once_and_the_dead_take_nothing_else(tmp_path: Path) -> None:
    given = items(tmp_path, "a", "dies", "b", "c", "d", "e")
    found = list(Local(2).run(work, iter(given)))
    assert sorted(found) == sorted(given)
    assert all((tmp_path / n).exists() for n in "abcde")
    assert not processes(tmp_path)


def test_one_thread_in_each_worker_and_none_changed_here(tmp_path: Path) -> None:
    before = dict(os.environ)
    list(Local(1).run(work, items(tmp_path, "a")))
    assert dict(os.environ) == before


@pytest.mark.parametrize(("name", "told"), [("raises", "is full"), ("odd", "cannot travel")])
def test_what_the_work_raises_is_raised_here(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises((DataError, RuntimeError), match=told):
        list(Local(2).run(work, items(tmp_path, "a", name, "b")))
    assert not processes(tmp_path)


def test_a_run_that_is_left_leaves_no_process(tmp_path: Path) -> None:
    running = Local(2).run(work, items(tmp_path, "waits", "a", "b"))
    next(running)
    running.close()
    assert not processes(tmp_path)


def test_workers_that_only_die_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEATHS", 3)
    with pytest.raises(DataError, match="3 workers died one after the other"):
        list(Local(1).run(work, items(tmp_path, *["dies"] * 9)))
