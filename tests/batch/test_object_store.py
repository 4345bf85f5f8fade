"""Fleets in an object store (a server on loopback): the same order and tables as on a disk."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fleet_machines import answers, free_port, process, waited
from fleet_task import InProcess, Length, make
from pvwarranty.batch import Local, Pass, Plan, run_batch, run_pass, store_of, workspace
from pvwarranty.batch.remote import RemoteStore
from pvwarranty.cli import run

pytest.importorskip("obstore", reason="the extra 'batch' is not installed")
pytest.importorskip("moto", reason="the extra 'test' is not installed: no object store to try")

EXAMPLES = Path(__file__).resolve().parents[2] / "site_data"
SECRETS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
TABLES = (
    "verdicts.parquet", "timing.parquet", "failures.parquet", "sites.parquet", "manifest.json",
)  # fmt: skip


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a bucket on this machine."""
    port = free_port()
    log = tmp_path_factory.mktemp("s3") / "log"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with pytest.MonkeyPatch.context() as patch, process(command, log, dict(os.environ) | SECRETS):
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        assert waited(lambda: answers(port)), log.read_text()
        import urllib.request

        put = urllib.request.Request(f"http://127.0.0.1:{port}/homes", method="PUT")
        with urllib.request.urlopen(put):
            pass
        yield "s3://homes"


def upload(folder: Path, url: str) -> None:
    store = store_of(url)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        store.put(path.relative_to(folder).as_posix(), path)


def test_sites_are_listed_as_on_a_disk(bucket: str, tmp_path: Path) -> None:
    make(tmp_path, a="x", a__b="x", **{"a-b": "x", "a!": "x", "z__y__x": "x", "家": "x"})
    (tmp_path / "a" / "site.toml").unlink()
    (tmp_path / "a-b" / "notes.txt").write_text("not of a site")
    upload(tmp_path, f"{bucket}/listed")
    remote, local = store_of(f"{bucket}/listed"), store_of(tmp_path)
    assert isinstance(remote, RemoteStore)
    assert [f.key for f in remote.sites()] == [f.key for f in local.sites()]
    assert [f.key for f in store_of(f"{bucket}/listed/a-b").sites()] == ["."]


def test_files_come_and_go(bucket: str) -> None:
    store = store_of(f"{bucket}/files")
    with pytest.raises(FileNotFoundError):
        store.read("none")
    store.write("a/b", b"12")
    store.write("a/b", b"3")
    assert store.read("a/b") == b"3"
    assert list(store.names("a")) == ["a/b"]
    store.remove("a/b")
    store.remove("a/b")
    assert list(store.names("a")) == []


def test_what_is_done_is_kept(bucket: str, tmp_path: Path) -> None:
    make(tmp_path / "fleet", a="one", b="two", c="bad")
    upload(tmp_path / "fleet", f"{bucket}/kept/fleet")

    def once() -> list[str]:
        engine = InProcess([])
        with workspace() as scratch:
            source, out = store_of(f"{bucket}/kept/fleet"), store_of(f"{bucket}/kept/out")
            records = run_pass(Pass(Length(), source, out, scratch), engine, lambda d, t: None)
            assert [r.key for r in records.in_order()] == ["a", "b", "c"]
        return engine.seen

    assert once() == ["a", "b", "c"]
    assert once() == []
    store_of(f"{bucket}/kept/fleet").write("b/site.toml", b"other")
    assert once() == ["b"]


def test_the_same_tables_as_on_a_disk(bucket: str, tmp_path: Path) -> None:
    fleet = tmp_path / "fleet"
    shutil.copytree(EXAMPLES / "shaded-string", fleet / "one")
    shutil.copytree(EXAMPLES / "faded-battery", fleet / "x" / "two")
    assert run(["fleet", "pack", str(fleet), "--out", f"{bucket}/packed"]) == 0
    assert run(["fleet", "pack", str(fleet), "--out", str(tmp_path / "packed")]) == 0
    on, outs = date(2024, 11, 29), [f"{bucket}/out", str(tmp_path / "out")]
    for source, out in zip([f"{bucket}/packed", str(tmp_path / "packed")], outs, strict=True):
        plan = Plan(store_of(source), store_of(out), on)
        assert run_batch(plan, Local(1), lambda d, t: None).failed == 0
    for name in TABLES:
        assert store_of(outs[0]).read(name) == store_of(outs[1]).read(name)
