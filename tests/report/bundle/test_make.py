"""Bundles are the same bytes for the same site, and written whole or not at all."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bundles import KEY, ON, SITE, bundle, members
from pvwarranty.errors import DataError
from pvwarranty.report.bundle.assess import assess
from pvwarranty.report.bundle.make import Sealing, held_files, make_bundle, unchanged, write_bundle
from pvwarranty.terms import packaged_library
from pvwarranty.terms.library import packaged_files

ROOT = Path(__file__).resolve().parents[3]


def test_a_bundle_holds_all_that_the_verdict_rests_on() -> None:
    parts = members(bundle())
    assert parts["data/site.toml"] == (SITE / "site.toml").read_bytes()
    assert parts["data/measurements.parquet"] == (SITE / "measurements.parquet").read_bytes()
    result = json.loads(parts["result.json"])
    terms = [name for name in parts if name.startswith("terms/")]
    assert len(terms) == 6
    assert result["terms"][0]["id"] == "toshiba/long_term_2020-04"
    about = json.loads(parts["about.json"])
    assert about["on"] == "2024-11-29"
    assert about["software"]["version"] == result["version"]
    assert about["software"]["libraries"].keys() >= {"numba", "numpy", "scipy"}
    assert json.loads(parts["facts.json"])["completion_date"] == "2019-11-30"


def test_members_are_stored_in_order_without_dates() -> None:
    with zipfile.ZipFile(io.BytesIO(bundle())) as archive:
        names = archive.namelist()
        assert names[:-2] == sorted(names[:-2])
        assert names[-2:] == ["SHA256SUMS", "SHA256SUMS.sig"]
        assert {e.compress_type for e in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {e.date_time for e in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_the_language_is_that_asked_for() -> None:
    assert "測定" in members(bundle(lang="ja"))["result.json"].decode()


def test_curves_are_held(tmp_path: Path) -> None:
    shutil.copytree(SITE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "ivcurves.csv").write_text("channel,module\n")
    (tmp_path / "measurements.csv").write_text("not read beside the Parquet file\n")
    (tmp_path / "notes.txt").write_text("of nobody's concern\n")
    held = held_files(tmp_path)
    assert sorted(held) == ["data/ivcurves.csv", "data/measurements.parquet", "data/site.toml"]


def test_data_changed_while_they_are_judged_are_refused(tmp_path: Path) -> None:
    shutil.copytree(SITE, tmp_path, dirs_exist_ok=True)
    held = held_files(tmp_path)
    unchanged(tmp_path, held)
    (tmp_path / "ivcurves.csv").write_text("channel,module\n")
    with pytest.raises(DataError, match=r"ivcurves\.csv: was changed while it was judged"):
        unchanged(tmp_path, held)


def test_files_of_every_edition_give_its_digest() -> None:
    import hashlib

    for terms in packaged_library().everything():
        found = packaged_files(terms.id)
        assert hashlib.sha256(b"".join(found.values())).hexdigest() == terms.sha256
    assert packaged_files("nobody/none") == {}
    assert packaged_files("toshiba/none") == {}


def test_a_bundle_is_never_written_over_other_evidence(tmp_path: Path) -> None:
    path = tmp_path / "new" / "x.zip"
    write_bundle(path, b"one")
    write_bundle(path, b"one")
    with pytest.raises(DataError, match="exists already and holds something else"):
        write_bundle(path, b"two")
    assert path.read_bytes() == b"one"
    assert [p.name for p in path.parent.iterdir()] == ["x.zip"]


def test_nothing_half_made_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left"):
        write_bundle(tmp_path / "x.zip", b"one")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        write_bundle(tmp_path / "file" / "x.zip", b"one")


# Another number of threads, hash seed, place, zone and language; and the arithmetic of a plainer
# processor: no vectors of AVX in NumPy, OpenBLAS, the C library and the kernels.
OTHER_WAYS = {
    "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "4711", "TZ": "America/St_Johns", "LC_ALL": "C", "LANG": "tr_TR.UTF-8",
}  # fmt: skip
PLAIN = {
    "NUMBA_CPU_NAME": "generic", "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F",
}  # fmt: skip


@pytest.mark.parametrize("ways", [OTHER_WAYS, OTHER_WAYS | PLAIN], ids=["process", "processor"])
def test_another_process_makes_the_same_bytes(ways: dict[str, str], tmp_path: Path) -> None:
    kept = {n: v for n, v in os.environ.items() if n not in {"PYTHONHASHSEED"}}
    path = [str(ROOT / "src"), str(ROOT / "kernels"), str(ROOT / "tests")]
    code = (
        "import sys; from bundles import bundle; "
        "sys.stdout.buffer.write(bundle())"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, timeout=300,
        env=kept | ways | {"PYTHONPATH": os.pathsep.join(path)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert members(done.stdout)["result.json"] == members(bundle())["result.json"]
    assert done.stdout == bundle()


def test_a_failed_stamp_leaves_no_bundle() -> None:
    def refuse(_: bytes) -> bytes:
        raise DataError("the server is away")

    with pytest.raises(DataError, match="the server is away"):
        make_bundle(held_files(SITE), assess(SITE, ON), "en", Sealing(KEY, refuse))
