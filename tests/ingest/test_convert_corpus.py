"""Each file of the corpus comes out as the canonical table that stands beside it."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from pvwarranty.ingest.canonical import stored_rows
from pvwarranty.ingest.convert.options import Options, read_rules, read_units
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import Imported, carry_out
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parent / "corpus"
CASES = json.loads((CORPUS / "manifest.json").read_text("utf-8"))


def options_of(case: dict) -> Options:
    said = case["options"]
    return Options(
        profile=said.get("profile", "auto"),
        rules=read_rules(said.get("map", ())),
        units=read_units(said.get("unit", ())),
        interval=said.get("interval"),
    )


def imported(case: dict, out: Path | None) -> Imported:
    site = read_site(CORPUS / "sites" / case["site"])
    return carry_out(make_plan([CORPUS / case["file"]], site, options_of(case)), out)


def expected(name: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    with (CORPUS / f"{name}.expected.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    time = np.array([r[0].removesuffix("Z") for r in rows], dtype="datetime64[s]").astype(np.int64)
    columns = {
        column: np.array([float(r[i]) if r[i] else np.nan for r in rows])
        for i, column in enumerate(header)
        if i
    }
    return time, columns


def test_real_days_of_a_home(tmp_path: Path) -> None:
    """A public data set of one home: five years of days, with the offsets of its clock."""
    file = CORPUS.parents[2].parent / "shared/real/battery/powerwall_daily_craigahobbs/solar.csv"
    if not file.exists():
        pytest.skip("the real data are not beside the repository")
    site = read_site(CORPUS / "sites" / "home")
    result = carry_out(make_plan([file], site, Options()), tmp_path / "out.parquet")
    assert result.plan.tables[0].fit.profile.id == "tesla_powerwall"
    time, columns = next(stored_rows(tmp_path / "out.parquet"))
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert time.tolist() == [int(datetime.fromisoformat(r["Date time"]).timestamp()) for r in rows]
    made = [1000 * float(r["Solar Energy (kWh)"]) for r in rows]
    np.testing.assert_allclose(columns["PCS.e_ac"], made, rtol=1e-6)
    assert {flag.code for flag in result.flags} == {"coarse", "unbalanced", "off_grid"}


def test_corpus_is_large_enough() -> None:
    assert len(CASES) >= 40
    assert len({c["profile"] for c in CASES}) >= 18


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["file"])
def test_file_becomes_its_table(case: dict, tmp_path: Path) -> None:
    out = tmp_path / "measurements.parquet"
    result = imported(case, out)
    assert {t.fit.profile.id for t in result.plan.tables} == {case["profile"]}
    assert result.plan.interval == case["interval"]
    parts = list(stored_rows(out))
    time = np.concatenate([t for t, _ in parts])
    wanted_time, wanted = expected(case["file"])
    assert time.tolist() == wanted_time.tolist()
    assert set(parts[0][1]) == set(wanted)
    for name, values in wanted.items():
        found = np.concatenate([c[name] for _, c in parts])
        np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-6, err_msg=name)
