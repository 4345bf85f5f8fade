"""Courses of assets and where they lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from pvwarranty.report.case import Case
from pvwarranty.report.figures.courses import course_of, projected
from pvwarranty.report.stairs import Stair, stairs_of
from pvwarranty.verify.result import Verdict


def named(case: Case, asset: str) -> Verdict:
    return next(v for v in case.result.verdicts if v.asset == asset)


def test_the_stairs_are_the_steps_of_the_terms_without_a_gap(failed: Case) -> None:
    stairs = stairs_of(failed.result.verdicts[0], failed.site, failed.library)
    assert [f"{s.ratio}" for s in stairs] == ["0.81", "0.765", "0.72"]
    assert stairs[0].since == failed.site.facts["completion_date"]
    for before, after in pairwise(stairs):
        assert (after.since - before.until).days == 1


def test_a_site_without_its_completion_has_no_stairs(failed: Case) -> None:
    facts = {k: v for k, v in failed.site.facts.items() if k != "completion_date"}
    site = replace(failed.site, facts=facts)
    assert stairs_of(failed.result.verdicts[0], site, failed.library) == ()


def test_a_course_ends_at_the_estimate_with_its_interval(case: Case) -> None:
    for verdict in case.result.verdicts:
        course, estimate = course_of(verdict, case.result.on), verdict.estimate
        assert course is not None
        assert estimate is not None
        assert course.value[-1] == pytest.approx(estimate.value, abs=2e-3)
        assert course.low[-1] == pytest.approx(estimate.low, abs=2e-3)
        assert course.high[-1] == pytest.approx(estimate.high, abs=2e-3)
        assert np.all(np.diff(course.day) > 0)
        assert np.all(course.low <= course.value)


def test_a_projection_begins_at_the_estimate_and_grows_wider(failed: Case) -> None:
    verdict = named(failed, "S1M04")
    stairs = stairs_of(verdict, failed.site, failed.library)
    ahead = projected(verdict, stairs, failed.result.on)
    assert ahead is not None
    assert verdict.estimate is not None
    assert ahead.value[0] == verdict.estimate.value
    width = ahead.high - ahead.low
    assert np.all(np.diff(width) > 0)
    # the failure is a step, no trend: it is not carried on
    assert ahead.value[-1] > verdict.estimate.value - 0.06


def test_a_fading_battery_goes_on_to_fade(faded: Case) -> None:
    verdict = faded.result.verdicts[0]
    stairs = stairs_of(verdict, faded.site, faded.library)
    ahead = projected(verdict, stairs, faded.result.on)
    assert ahead is not None
    assert ahead.value[-1] < ahead.value[0] - 0.05


def test_nothing_is_projected_after_the_cover(failed: Case) -> None:
    past = (Stair("a", stairs_of(failed.result.verdicts[0], failed.site, failed.library)[0].ratio,
                  date(2000, 1, 1), date(2010, 1, 1)),)  # fmt: skip
    assert projected(failed.result.verdicts[0], past, failed.result.on) is None
