"""Fleets on the map and by cause."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="the extra 'report' is not installed")

from pvwarranty.report.figures import causes_bars, japan, svg
from pvwarranty.report.fleet.reading import Asset, Fleet, Place
from pvwarranty.report.labels import LANGUAGES, label


def asset(site: str, decision: str, output: str) -> Asset:
    return Asset(
        site, "S1", 0.8, 0.7, 0.9, 0.5, output, decision, 0.81, 0.765, None, (),
        (("degradation", 0.2), ("snow", 0.001)), 1,
    )  # fmt: skip


FLEET = Fleet(
    date(2024, 10, 20), "0",
    (
        asset("a", "not_covered", "not_below"), asset("a", "needs_information", "below"),
        asset("b", "needs_information", "inconclusive"), asset("c", "excluded", "below"),
    ),
    (Place("a", 35.6, 139.7), Place("b", 34.7, 135.5), Place("c", 43.0, 141.3)),
    (), (),
)  # fmt: skip


def test_a_site_is_shown_by_its_most_urgent_asset() -> None:
    assert japan.standings(FLEET) == {"a": "supported", "b": "undecided", "c": "not_supported"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_has_land_and_all_sites(lang: str) -> None:
    figure = japan.draw(FLEET, lang)
    axes = figure.axes[0]
    assert len(axes.patches) > 10
    assert sum(len(c.get_offsets()) for c in axes.collections) == 3
    text = svg(figure)
    assert label("claim", "supported", lang) in text
    assert len(text) < 1_000_000
    assert "1" in japan.alt(FLEET, lang)


def test_outlines_are_no_finer_than_the_map_shows() -> None:
    box = (128.0, 146.0, 30.0, 46.0)
    rings = japan.outlines(box)
    grain = (box[1] - box[0]) / japan.FINE
    for lon, lat in rings:
        step = np.hypot(np.diff(lon), np.diff(lat))
        assert step.min() > 0.9 * grain
    assert sum(len(lon) for lon, _ in rings) < 20_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_causes_are_counted_material_and_minor(lang: str) -> None:
    figure = causes_bars.draw(FLEET, lang)
    names = [t.get_text() for t in figure.axes[0].get_yticklabels()]
    assert names == [label("cause", c, lang) for c in ("degradation", "snow")]
    assert "4" in causes_bars.alt(FLEET, lang)
