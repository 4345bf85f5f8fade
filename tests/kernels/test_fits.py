"""The fits that stand in for library functions, beside what they stand in for."""

import numpy as np
import pytest
from numba import njit
from pvlib import atmosphere, iam, spa

from pvwarranty_kernels import fits
from pvwarranty_kernels.sun import HORIZON

MANY = 20_001


@njit
def apply(which: int, x: np.ndarray) -> np.ndarray:
    out = np.empty((2, x.size))
    for i in range(x.size):
        if which == 0:
            out[0, i], out[1, i] = fits.sin_cos(x[i])
        elif which == 1:
            out[0, i] = fits.refraction_ratio(x[i])
        elif which == 2:
            over, under = fits.airmass(x[i])
            out[0, i] = over / under
        elif which == 3:
            out[0, i] = fits.iam(x[i])
        elif which == 4:
            out[0, i] = fits.acos(x[i])
        elif which == 5:
            out[0, i] = fits.exp(x[i])
        else:
            angle = 2.0 * np.pi * x[i]
            out[0, i] = fits.azimuth(np.cos(angle), np.sin(angle))
    return out


def test_sine_and_cosine() -> None:
    turns = np.linspace(-0.5, 0.5, MANY)
    sine, cosine = apply(0, turns)
    np.testing.assert_allclose(sine, np.sin(2 * np.pi * turns), atol=1e-12)
    np.testing.assert_allclose(cosine, np.cos(2 * np.pi * turns), atol=1e-12)


def test_refraction() -> None:
    sine = np.linspace(np.sin(np.radians(HORIZON + 1e-6)), 1.0, MANY)
    elevation = np.degrees(np.arcsin(sine))
    expected = spa.atmospheric_refraction_correction(1010.0, 10.0, elevation, 0.5667)
    got = apply(1, sine)[0] * np.sqrt(1.0 - sine**2) * 1.02 / 60.0
    assert np.abs(got - expected).max() < 4e-5  # [°]; largest at the zenith, where SPA's is not 0
    assert np.abs(got - expected)[elevation < 85].max() < 1e-5


def test_airmass() -> None:
    sine = np.linspace(0.0, 1.0, MANY)
    expected = atmosphere.get_relative_airmass(90.0 - np.degrees(np.arcsin(sine)))
    np.testing.assert_allclose(apply(2, sine)[0], expected, rtol=5e-6)


def test_incidence() -> None:
    cosine = np.linspace(0.0, 1.0, MANY)
    expected = iam.physical(np.degrees(np.arccos(cosine)))
    np.testing.assert_allclose(apply(3, cosine)[0], expected, atol=1e-7)


def test_arc_cosine_and_azimuth() -> None:
    cosine = np.linspace(-0.03, 1.0, MANY)
    np.testing.assert_allclose(apply(4, cosine)[0], np.arccos(cosine), atol=1e-9)
    turns = np.linspace(0.0, 1.0, MANY, endpoint=False)
    np.testing.assert_allclose(apply(6, turns)[0], turns, atol=1e-11)


@pytest.mark.parametrize(("low", "tolerance"), [(-40.0, 1e-7)])
def test_exponential(low: float, tolerance: float) -> None:
    x = np.linspace(low, 0.0, MANY)
    np.testing.assert_allclose(apply(5, x)[0], np.exp(x), rtol=tolerance)
    assert 0.0 <= apply(5, np.array([-1e4]))[0, 0] < 1e-17
