"""A task over a fleet: what is redone, what is kept, what a bad site and a damaged record do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fleet_task import InProcess, Length, make
from pvwarranty.batch import Local, Pass, Record, run_pass, store_of, workspace
from pvwarranty.batch.engine import Engine
from pvwarranty.errors import DataError


def bring(root: Path, out: Path, task: Length, engine: Engine) -> tuple[list[Record], int]:
    """Return all records in order and how many were kept from before."""
    told: list[tuple[int, int]] = []
    with workspace() as scratch:
        job = Pass(task, store_of(root), store_of(out), scratch)
        records = run_pass(job, engine, lambda done, total: told.append((done, total)))
        found = list(records.in_order())
        records.tidy()
    assert all(done <= total for done, total in told)
    return found, records.kept


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "fleet", a0="one", a1="two x", **{f"b__{n:02d}": "n" * n for n in range(1, 12)})
    return tmp_path / "fleet"


def redone(root: Path, out: Path, task: Length | None = None) -> list[str]:
    engine = InProcess([])
    bring(root, out, task or Length(), engine)
    return sorted(engine.seen)


def test_records_come_in_the_order_of_the_fleet(root: Path, tmp_path: Path) -> None:
    found, kept = bring(root, tmp_path / "out", Length(), Local(2, most=3))
    assert [r.key for r in found] == ["a0", "a1", *(f"b/{n:02d}" for n in range(1, 12))]
    assert [r.result["length"] for r in found if r.result] == [3, 5, *range(1, 12)]
    assert kept == 0


def test_what_is_done_is_kept(root: Path, tmp_path: Path) -> None:
    first, _ = bring(root, tmp_path / "out", Length(), InProcess([]))
    again, kept = bring(root, tmp_path / "out", Length(), InProcess([]))
    assert again == first
    assert kept == len(first)


def test_only_changes_are_redone(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    redone(root, out)
    make(root, a1="changed", a2="new")
    (root / "b" / "03" / "ivcurves.csv").write_text("added")
    (root / "b" / "05" / "site.toml").unlink()
    assert redone(root, out) == ["a1", "a2", "b/03"]
    assert redone(root, out) == []
    (root / "b" / "03" / "ivcurves.csv").write_text("other")
    assert redone(root, out) == ["b/03"]


def test_touched_files_are_not_redone_but_settings_are(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    redone(root, out)
    os.utime(root / "a0" / "site.toml", (1, 1))
    assert redone(root, out) == []
    assert len(redone(root, out, Length("other"))) == 13


def test_a_change_that_keeps_size_and_time_is_seen(root: Path, tmp_path: Path) -> None:
    file = root / "a0" / "site.toml"
    redone(root, tmp_path / "out")
    stat = file.stat()
    file.write_text("two")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert redone(root, tmp_path / "out") == ["a0"]


def test_what_lies_beside_a_site_counts(root: Path, tmp_path: Path) -> None:
    redone(root, tmp_path / "out")
    assert redone(root, tmp_path / "out", Length(neighbour="x")) == ["a0", "b/10"]


@pytest.mark.parametrize("how", ["cut", "changed", "gone"])
def test_a_damaged_segment_is_done_again(root: Path, tmp_path: Path, how: str) -> None:
    first, _ = bring(root, tmp_path / "out", Length(), InProcess([]))
    segment = sorted((tmp_path / "out").rglob("*.jsonl.gz"))[0]
    content = segment.read_bytes()
    if how == "gone":
        segment.unlink()
    else:
        half = len(content) // 2
        segment.write_bytes(content[:half] + (b"" if how == "cut" else b"\0" + content[half + 1 :]))
    engine = InProcess([])
    assert bring(root, tmp_path / "out", Length(), engine)[0] == first
    assert 1 <= len(engine.seen) <= 4


def test_bad_sites_stop_nothing(root: Path, tmp_path: Path) -> None:
    make(root, c0="bad", c1="bug", c2="away", c3="fine")
    found, _ = bring(root, tmp_path / "out", Length(), InProcess([]))
    told = {r.key: r.failure for r in found}
    assert told["c0"] == "site.toml: is bad"
    assert "ZeroDivisionError: of ours" in str(told["c1"])
    assert "disk is away" in str(told["c2"])
    assert told["c3"] is None
    # what is not the site's fault is tried again
    assert redone(root, tmp_path / "out") == ["c2"]


def test_a_site_that_kills_its_worker_is_told_and_harms_no_other(
    root: Path, tmp_path: Path
) -> None:
    make(root, a1="kills", c9="fine")
    found, _ = bring(root, tmp_path / "out", Length(), Local(2))
    failed = {r.key: r.failure for r in found if r.failure}
    assert failed == {"a1": "the worker died on this site, three times"}
    make(root, a1="mended")
    assert redone(root, tmp_path / "out") == ["a1"]


def test_old_segments_are_tidied_away(root: Path, tmp_path: Path) -> None:
    redone(root, tmp_path / "out")
    before = {p.name for p in (tmp_path / "out").rglob("*.jsonl.gz")}
    redone(root, tmp_path / "out", Length("other"))
    after = {p.name for p in (tmp_path / "out").rglob("*.jsonl.gz")}
    assert after
    assert not before & after


def test_a_worker_that_does_not_see_the_results_says_so(root: Path, tmp_path: Path) -> None:
    class Blind(InProcess):
        def run(self, work, items):  # type: ignore[no-untyped-def]
            (tmp_path / "out" / "parts" / "lengths.run").unlink()
            return super().run(work, items)

    with pytest.raises(DataError, match="does not see the run's folder"):
        bring(root, tmp_path / "out", Length(), Blind([]))


def test_a_fleet_without_sites_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no site folder"):
        bring(tmp_path, tmp_path / "out", Length(), InProcess([]))
    with pytest.raises(DataError, match="is no folder"):
        bring(tmp_path / "none", tmp_path / "out", Length(), InProcess([]))
