from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pvwarranty.ingest.convert.options import Options
from pvwarranty.ingest.convert.plan import make_plan
from pvwarranty.ingest.convert.run import Imported, carry_out
from pvwarranty.ingest.convert.tally import solar_hour, sun_is_down
from pvwarranty.ingest.import_plot import strip_plot, strips
from pvwarranty.ingest.import_report import import_report
from pvwarranty.ingest.site import read_site

CORPUS = Path(__file__).parent / "corpus"


def imported(*rows: str, tmp_path: Path) -> Imported:
    text = "\n".join(["年月日,時刻,発電電力量[kWh],消費電力量[kWh],売電電力量[kWh]", *rows])
    (tmp_path / "a.csv").write_text(text, encoding="cp932")
    plan = make_plan([tmp_path / "a.csv"], read_site(CORPUS / "sites" / "home"), Options())
    return carry_out(plan, tmp_path / "out.parquet")


def days(first: int, last: int) -> list[str]:
    return [
        f"2024/04/{d:02d},{i // 2}:{i % 2 * 30:02d},{1.0 if 16 <= i < 30 else 0},,"
        for d in range(first, last + 1)
        for i in range(48)
    ]


def test_coverage_gaps_and_clock(tmp_path: Path) -> None:
    rows = [*days(1, 3), *days(6, 10), "合計,,70,,"]
    report = import_report(imported(*rows, tmp_path=tmp_path))
    json.dumps(report)
    assert report["rows"] == 8 * 48
    assert report["first"] == "2024-03-31T15:00:00+00:00"
    assert report["coverage"]["PCS.e_ac"]["share"] == 0.8
    assert report["coverage"]["PCS.e_ac"]["months"] == {"2024-04": 0.8}
    gap = {"from": "2024-04-03T15:00:00+00:00", "until": "2024-04-05T15:00:00+00:00"}
    assert report["gaps"] == {"count": 1, "intervals": 96, "longest": [gap]}
    # production from 8:00 to 15:00 local time; noon of the sun is at 11:44 in April at 139.7° east
    hint = report["clock"]["minutes_after_solar_noon"]["2024-04"]
    assert hint == pytest.approx(-15, abs=3)
    assert report["understood"][0]["dropped"] == {"rows of totals and averages": 1}


def test_missing_values_lower_the_coverage(tmp_path: Path) -> None:
    rows = [row if i % 4 else row.replace(",0,,", ",-,,") for i, row in enumerate(days(1, 4))]
    report = import_report(imported(*rows, tmp_path=tmp_path))
    missing = sum(",-,," in row for row in rows)
    assert report["coverage"]["PCS.e_ac"]["values"] == 192 - missing
    assert report["gaps"]["count"] == 0


def test_strips_and_their_plot(tmp_path: Path) -> None:
    result = imported(*days(1, 2), *days(4, 4)[:24], *days(5, 5), tmp_path=tmp_path)
    names, first, share = strips(result.tally)
    assert names == ["PCS.e_ac"]
    assert np.datetime64(first, "D") == np.datetime64("2024-04-01")
    assert share.tolist() == [[1, 1, 0, 0.5, 1]]
    pytest.importorskip("matplotlib")
    strip_plot(result.tally, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 2000


def test_sun_agrees_with_pvlib() -> None:
    import warnings

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pvlib.solarposition import get_solarposition
    times = pd.date_range("2024-01-01", "2024-12-31", freq="7h7min", tz="UTC")
    seconds = times.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    elevation = get_solarposition(times, 35.7, 139.7)["elevation"].to_numpy()
    sure = np.abs(elevation + 3) > 1.0
    down = sun_is_down(seconds, 35.7, 139.7)
    assert (down == (elevation < -3))[sure].all()
    hours = solar_hour(seconds, 139.7)
    noon = np.abs(hours - 12) < 0.2
    assert (elevation[noon] > 25).all()
