"""Constants of a site and its planes, worked out once before the pass."""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Floats
from pvwarranty_kernels.inputs import Place, Planes
from pvwarranty_kernels.sun import RAD, observer, pressure_of


def site_constants(place: Place) -> Floats:
    """Return the constants (13,) of a site.

    sin and cos of latitude, longitude [turns], distances from Earth's axis and equator, scale of
    refraction [rad]; of the clear sky: exponent per air mass and per air mass and turbidity,
    scale, beam's scale, limit's divisor, beam's exponent per air mass and turbidity; pressure over
    that at the sea.
    """
    phi = place.latitude * RAD
    pressure = pressure_of(place.altitude)
    ratio = pressure / 101325.0
    fh1 = math.exp(-place.altitude / 8000.0)
    fh2 = math.exp(-place.altitude / 1250.0)
    cg2 = 3.92e-05 * place.altitude + 0.0387
    return np.array([
        math.sin(phi), math.cos(phi), place.longitude / 360.0,
        *observer(place.latitude, place.altitude),
        pressure / 101000.0 * 283.0 / (273.0 + place.temperature) * 1.02 / 60.0 * RAD,
        -cg2 * ratio * fh1, -cg2 * ratio * fh2,
        5.09e-05 * place.altitude + 0.868, 0.664 + 0.163 / fh1,
        1.0 / (0.1 + 0.882 / fh1), -0.09 * ratio, ratio,
    ])  # fmt: skip


def day_constants(table: Floats, turbidity: Floats, site: Floats) -> Floats:
    """Return what is constant in a UTC day, (days, 5), beside the ephemeris.

    Parallax, extraterrestrial irradiance and its inverse, turbidity less one, limit of the beam.
    """
    index = table[:, 15].astype(np.int64)
    tl = turbidity.ravel()[index]
    limit = np.maximum(1.0 - (0.1 - 0.2 * np.exp(-tl)) * site[10], 0.0)
    out = np.empty((len(table), 5))
    out[:, :2] = table[:, 13:15]
    out[:, 2] = 1.0 / table[:, 14]
    out[:, 3] = tl - 1.0
    out[:, 4] = limit
    return out


def plane_constants(planes: Planes) -> Floats:
    """Return the constants (A, 8) of the planes.

    Normal as up, north and east; view of the sky; sin of tilt; albedo times view of the ground;
    incidence factors of sky and ground.
    """
    tilt, azimuth = planes.surface_tilt * RAD, planes.surface_azimuth * RAD
    up, flat = np.cos(tilt), np.sin(tilt)
    out = np.empty((tilt.size, 8))
    out[:, 0] = up
    out[:, 1] = flat * np.cos(azimuth)
    out[:, 2] = flat * np.sin(azimuth)
    out[:, 3] = 0.5 * (1.0 + up)
    out[:, 4] = flat
    out[:, 5] = planes.albedo * 0.5 * (1.0 - up)
    out[:, 6] = planes.iam_sky
    out[:, 7] = planes.iam_ground
    return out
