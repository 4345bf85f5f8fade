"""Courses of assets and where they lead."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from pvwarranty.report.case import Case
from pvwarranty.report.figures.courses import course_of, projected
from pvwarranty.report.stairs import stairs_of
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


def test_an_outlook_begins_at_the_estimate_and_passes_the_ends_of_steps(failed: Case) -> None:
    verdict = named(failed, "S1M04")
    ahead = projected(verdict, failed.result.on)
    assert ahead is not None
    assert verdict.estimate is not None
    assert verdict.threshold is not None
    assert ahead.value[0] == pytest.approx(verdict.estimate.value, abs=1e-5)
    assert ahead.day[1] == verdict.threshold.until.toordinal()
    assert ahead.value[1] == pytest.approx(verdict.details["timing"]["steps"][0]["value"], abs=1e-5)
    assert np.all(np.diff(ahead.high - ahead.low) > 0)


def test_no_outlook_without_a_promise(failed: Case) -> None:
    bare = replace(failed.result.verdicts[0], details={})
    assert projected(bare, failed.result.on) is None
