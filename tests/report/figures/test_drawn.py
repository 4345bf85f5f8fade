"""Every figure can be drawn in both languages, and says in words what it shows."""

from __future__ import annotations

from datetime import date

import pytest

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.entitle import Entry
from pvwarranty.place import salt_zone
from pvwarranty.report.case import Case
from pvwarranty.report.figures import (
    capacity,
    light,
    overview,
    peers,
    profile,
    salt,
    series,
    staircase,
    step,
    svg,
    timeline,
)
from pvwarranty.report.labels import LANGUAGES, label, say
from pvwarranty.report.stairs import stairs_of

pytestmark = pytest.mark.parametrize("lang", LANGUAGES)


def test_overview_has_a_row_an_asset_and_its_floor(failed: Case, lang: str) -> None:
    text = svg(overview.draw(failed.result, lang))
    assert all(v.asset in text for v in failed.result.verdicts)
    assert label("heading", "threshold", lang) in text
    told = overview.alt(failed.result, lang)
    assert all(f"{v.estimate.value:.1%}" in told for v in failed.result.verdicts)


def test_peers_name_the_one_that_is_below(failed: Case, lang: str) -> None:
    text = svg(peers.draw(failed.result, lang))
    assert "S1M04" in text
    assert "S1M05" not in text
    assert label("output", "below", lang) in text


def test_staircase_shows_all_floors_and_the_estimate(case: Case, lang: str) -> None:
    verdict, on = case.result.verdicts[0], case.result.on
    stairs = stairs_of(verdict, case.site, case.library)
    text = svg(staircase.draw(verdict, stairs, on, lang))
    assert f"{float(stairs[0].ratio):.1%}" in text
    assert say(lang, "staircase.estimate") in text
    told = staircase.alt(verdict, stairs, on, lang)
    assert f"{stairs[-1].until}" in told
    assert f"{verdict.estimate.value:.1%}" in told


def test_series_marks_abrupt_steps(failed: Case, lang: str) -> None:
    verdict = next(v for v in failed.result.verdicts if v.asset == "S1M04")
    assert verdict.evidence is not None
    assert say(lang, "series.step") in svg(series.draw(verdict.evidence, failed.result.on, lang))
    assert "2022" in series.alt(verdict, verdict.evidence, failed.result.on, lang)


def test_a_step_is_shown_from_both_sides(failed: Case, lang: str) -> None:
    causes = [j.cause for v in failed.result.verdicts for j in v.causes]
    found = next(c for c in causes if "levels" in c.evidence)
    assert found.since is not None
    assert f"{found.since}" in svg(step.draw(found.evidence, found.since, lang))
    assert "V" in step.alt(found.evidence, found.since, lang)
    fortnights = {"levels": found.evidence["levels"]}
    assert "<svg" in svg(step.draw(fortnights, found.since, lang))


def test_a_loss_is_shown_by_light(lang: str) -> None:
    evidence = {"by_irradiance": {"expected": [0.25, 0.55, 0.95], "change": [-0.1, None, -0.5]}}
    assert not light.has_points(evidence)
    evidence["by_irradiance"]["change"][1] = -0.3
    assert light.has_points(evidence)
    assert "<svg" in svg(light.draw(evidence, lang))
    assert "-39.3%" in light.alt(evidence, lang)  # given as logarithms


def test_a_held_back_day_shows_what_is_missing(lang: str) -> None:
    told = {"day": "2024-05-03", "hour": [9.0, 12.0, 15.0], "given": [0.4, 0.5, None],
            "expected": [0.4, 0.8, 0.4]}  # fmt: skip
    evidence = {"profile": told, "caps": [0.5]}
    text = svg(profile.draw(evidence, lang))
    assert say(lang, "profile.cap") in text
    assert "80.0%" in profile.alt(evidence, lang)


def test_capacity_shows_the_tests_and_the_crossing(faded: Case, lang: str) -> None:
    verdict = faded.result.verdicts[0]
    text = svg(capacity.draw(verdict, faded.result.on, lang))
    assert say(lang, "capacity.crossing") in text
    assert "2023" in capacity.alt(verdict, lang)


def test_salt_shows_the_site_among_the_zones(lang: str) -> None:
    place = salt_zone(35.64, 140.78)
    assert place is not None
    text = svg(salt.draw(place, lang))
    assert label("zone", "heavy", lang) in text
    assert f"{place.distance / 1000:.1f} km" in salt.alt(place, lang)


def test_timeline_has_a_row_a_cover(lang: str) -> None:
    entries = (
        Entry(date(2020, 1, 1), "start", ("begins", "開始"), "a", ("C-1",)),
        Entry(date(2030, 1, 1), "deadline", ("claim", "申し出期限"), "a", ("C-2",)),
        Entry(date(2021, 1, 1), "end", ("ends", "終了"), "b", ()),
    )
    text = svg(timeline.draw(entries, date(2024, 1, 1), {"a": "Cover A"}, lang))
    assert "Cover A" in text
    assert say(lang, "timeline.deadline") in text
    assert "2030-01-01" in timeline.alt(entries, date(2024, 1, 1), {}, lang)
