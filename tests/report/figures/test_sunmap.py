"""The map of the sky."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.report.case import Case
from pvwarranty.report.figures import sunmap, svg
from pvwarranty.report.labels import LANGUAGES


def test_the_sun_stands_where_astronomy_says() -> None:
    azimuth, elevation = sunmap.position(35.0, np.array([0.0, 23.44, -23.44]), np.zeros(3))
    assert elevation == pytest.approx([55.0, 78.44, 31.56])
    assert azimuth == pytest.approx([180.0, 180.0, 180.0])
    azimuth, elevation = sunmap.position(35.0, np.array([0.0]), np.array([-90.0]))
    assert azimuth == pytest.approx([90.0])
    assert elevation == pytest.approx([0.0], abs=1e-9)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_shade_is_shown_before_and_after(shaded: Case, lang: str) -> None:
    found = [j.cause for v in shaded.result.verdicts for j in v.causes if "map" in j.cause.evidence]
    figure = sunmap.draw(found[0].evidence, shaded.site.latitude, lang)
    before, after = (axes.collections[0].get_array() for axes in figure.axes[:2])
    assert np.nanquantile(before.filled(np.nan), 0.05) > 0.6
    assert np.nanmin(after.filled(np.nan)) < 0.4
    assert "<svg" in svg(figure)
    assert "%" in sunmap.alt(found[0].evidence, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_shade_from_the_start_has_one_sky(shaded: Case, lang: str) -> None:
    found = [j.cause for v in shaded.result.verdicts for j in v.causes if "map" in j.cause.evidence]
    old = found[0].evidence | {"map": {"always": found[0].evidence["map"]["after"]}}
    figure = sunmap.draw(old, shaded.site.latitude, lang)
    assert len(figure.axes) == 2  # the sky, and its scale
    assert np.nanmin(figure.axes[0].collections[0].get_array().filled(np.nan)) < 0.4
    assert sunmap.alt(old, lang) != sunmap.alt(found[0].evidence, lang)
