"""Wrong planes: found when decisive, left alone otherwise."""

from datetime import date

import numpy as np
import pytest

import plant
from pvwarranty import orientation
from pvwarranty.estimate import end_of
from pvwarranty.estimate.levels import course
from pvwarranty.model import Measurements, Site
from pvwarranty.normalise import look_at_sky, normalise
from pvwarranty.quality import flag, usable


@pytest.fixture(scope="module")
def data() -> Measurements:
    rng = np.random.default_rng(5)
    return plant.measured(plant.site(), plant.times(3, start="2021-04-01"), rng, {})


def found(home: Site, data: Measurements) -> orientation.Orientation | None:
    sky = look_at_sky(data, home)
    index = flag(normalise(data, home.channels[0], home, sky), data, home)
    levels = course(index, index.clear, usable(index), end_of(date(2024, 3, 31), home.longitude))
    assert levels is not None
    return orientation.examine(index, levels, home, sky.modules)


def test_right_planes_are_left_alone(data: Measurements) -> None:
    assert found(plant.site(), data) is None


def test_a_few_degrees_are_left_alone(data: Measurements) -> None:
    assert found(plant.site(surface_azimuth=190), data) is None


@pytest.mark.parametrize("azimuth", [110, 240])
def test_a_wrong_azimuth_is_found(data: Measurements, azimuth: float) -> None:
    home = plant.site(surface_azimuth=azimuth)
    turned = found(home, data)
    assert turned is not None
    fitted = orientation.with_orientation(home, turned).arrays[0]
    assert fitted.surface_azimuth == pytest.approx(180, abs=10)
    assert fitted.surface_tilt == pytest.approx(25, abs=8)
    assert turned.misfit < turned.misfit_given
