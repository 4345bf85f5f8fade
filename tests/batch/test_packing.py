"""Packed fleets: the same measurements in fewer bytes, under prefixes, nothing overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pvwarranty.batch import store_of
from pvwarranty.batch.packing import Packed, pack, packed_key
from pvwarranty.cli import run
from pvwarranty.errors import DataError
from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site

EXAMPLES = Path(__file__).resolve().parents[2] / "site_data"


def packed(*sources: Path, out: Path, replace: bool = False) -> list[Packed]:
    return list(pack([store_of(s) for s in sources], store_of(out), replace=replace))


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Return a site in the defaults of another writer: float64, one row twice, values absent."""
    folder = tmp_path / "raw" / "site"
    folder.mkdir(parents=True)
    text = (EXAMPLES / "shaded-string" / "site.toml").read_text()
    (folder / "site.toml").write_text(text.replace('id = "shaded-string"', 'id = "plain"'))
    table = pq.read_table(EXAMPLES / "shaded-string" / "measurements.parquet").to_pandas()
    table = table.astype({c: "float64" for c in table if c != "time"})
    table = pd.concat([table.iloc[:50], table.iloc[49:]])  # one instant stands twice
    table.iloc[7:9, 1] = np.nan
    table.iloc[20:, 2] += 0.1  # not a float32
    table.to_parquet(folder / "measurements.parquet", index=False, compression="snappy")
    return folder


def test_values_are_the_same(plain: Path, tmp_path: Path) -> None:
    (found,) = packed(plain, out=tmp_path / "fleet")
    assert found.key == packed_key("plain")
    folder = tmp_path / "fleet" / found.key
    site = read_site(folder)
    before, after = read_measurements(plain, site), read_measurements(folder, site)
    assert np.array_equal(before.time, after.time)
    assert before.duplicates == after.duplicates == 1
    for name, values in before.columns.items():
        assert np.array_equal(values, after.columns[name], equal_nan=True)
    assert found.after < found.before


def test_the_encoding(plain: Path, tmp_path: Path) -> None:
    (found,) = packed(plain, out=tmp_path / "fleet")
    file = pq.ParquetFile(tmp_path / "fleet" / found.key / "measurements.parquet")
    columns = [file.metadata.row_group(0).column(k) for k in range(3)]
    assert "DELTA_BINARY_PACKED" in columns[0].encodings
    assert "RLE_DICTIONARY" in columns[1].encodings
    assert {c.compression for c in columns} == {"ZSTD"}
    kinds = [file.schema_arrow.field(n).type for n in file.schema_arrow.names[1:3]]
    assert kinds == [pa.float32(), pa.float64()]  # narrowed only where nothing is lost


def test_csv_becomes_parquet_with_curves(tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    shutil.copytree(EXAMPLES / "shaded-string", folder)
    table = pq.read_table(folder / "measurements.parquet").to_pandas().iloc[:200]
    (folder / "measurements.parquet").unlink()
    table["time"] = table["time"].map(lambda t: t.isoformat())
    table.to_csv(folder / "measurements.csv", index=False)
    (folder / "ivcurves.csv").write_text("kept as it is\n")
    (found,) = packed(folder, out=tmp_path / "fleet")
    target = tmp_path / "fleet" / found.key
    assert sorted(p.name for p in target.iterdir()) == [
        "ivcurves.csv", "measurements.parquet", "site.toml",
    ]  # fmt: skip
    site = read_site(target)
    assert np.array_equal(
        read_measurements(target, site).time, read_measurements(folder, site).time
    )


def test_bad_and_doubled_sites_stop_nothing(plain: Path, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(plain, raw / "twin")
    shutil.copytree(EXAMPLES / "faded-battery", raw / "battery")
    shutil.copytree(EXAMPLES / "faded-battery", raw / "broken")
    (raw / "broken" / "measurements.parquet").write_bytes(b"PAR1")
    found = packed(raw, out=tmp_path / "fleet")
    told = [str(p) for f in found for p in f.problems]
    assert len(found) == 4
    assert any("broken: measurements.parquet" in t and "cannot be read" in t for t in told)
    assert any("has the same id as" in t for t in told)
    assert len(list(store_of(tmp_path / "fleet").sites())) == 2


def test_nothing_is_overwritten_unless_asked(plain: Path, tmp_path: Path) -> None:
    packed(plain, out=tmp_path / "fleet")
    (again,) = packed(plain, out=tmp_path / "fleet")
    assert not again.problems
    with (plain / "site.toml").open("a") as file:
        file.write("# mended\n")
    (other,) = packed(plain, out=tmp_path / "fleet")
    assert "--replace" in str(other.problems[0])
    (other,) = packed(plain, out=tmp_path / "fleet", replace=True)
    assert not other.problems
    assert (tmp_path / "fleet" / other.key / "site.toml").read_text().endswith("# mended\n")


def test_a_changed_page_is_seen(plain: Path, tmp_path: Path) -> None:
    (found,) = packed(plain, out=tmp_path / "fleet")
    file = tmp_path / "fleet" / found.key / "measurements.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)
    site = read_site(file.parent)
    with pytest.raises(DataError, match="cannot be read"):
        read_measurements(file.parent, site)


@pytest.mark.parametrize("name", ["..", ".", "a/b", "家" * 100, "CON:", "a\\b", "x" * 300])
def test_folders_stay_below_their_prefix(name: str) -> None:
    prefix, _, folder = packed_key(name).partition("/")
    assert len(prefix) == 2
    assert folder not in ("", ".", "..")
    assert "/" not in folder
    assert len(folder.encode()) <= 200
    assert packed_key(name) == packed_key(name)


def test_the_command(plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "pack", str(plain), "--out", str(tmp_path / "fleet")]) == 0
    assert "1 sites packed" in capsys.readouterr().out
    assert run(["fleet", "pack", "--out", str(tmp_path / "fleet")]) == 2
    assert run(["fleet", "pack", str(tmp_path / "no"), "--out", str(tmp_path / "fleet")]) == 2
