"""What people read and look at."""

from datetime import date
from pathlib import Path

import pytest

from pvwarranty.ingest.measurements import read_measurements
from pvwarranty.ingest.site import read_site
from pvwarranty.report.labels import LANGUAGES, label
from pvwarranty.report.text import render
from pvwarranty.verify import Result, verify

EXAMPLES = Path(__file__).resolve().parents[2] / "site_data"


def judged(name: str) -> Result:
    folder = EXAMPLES / name
    site = read_site(folder)
    on = date.fromisoformat((folder / "on.txt").read_text().strip())
    return verify(site, read_measurements(folder, site), on)


@pytest.fixture(scope="module", params=["shaded-string", "faded-battery"])
def result(request: pytest.FixtureRequest) -> Result:
    return judged(request.param)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_text_names_every_asset_with_interval_and_clause(result: Result, lang: str) -> None:
    text = render(result, lang)
    for verdict in result.verdicts:
        assert verdict.asset in text
        assert f"{verdict.estimate.low:.1%}…{verdict.estimate.high:.1%}" in text
        assert verdict.clauses[0] in text
    assert label("heading", "caveat", lang) in text


def test_a_battery_is_told_in_watt_hours(result: Result) -> None:
    assert ("kWh" in render(result)) == (result.site == "faded-battery")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chart_shows_every_asset_and_its_course(result: Result, lang: str) -> None:
    pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")
    from pvwarranty.report.charts import chart

    upper, lower = chart(result, lang).axes
    assert [t.get_text() for t in upper.get_yticklabels()] == [v.asset for v in result.verdicts]
    assert len(lower.lines) >= len(result.verdicts)


def test_unknown_words_are_shown_as_they_are() -> None:
    assert label("cause", "no_such_cause", "ja") == "no_such_cause"
