"""The tilted plane: incidence, Hay-Davies and Perez transposition, ground, incidence losses."""

from __future__ import annotations

import math

import numpy as np

from pvwarranty_kernels.arrays import Floats, floats
from pvwarranty_kernels.jit import inline
from pvwarranty_kernels.sun import RAD

HAYDAVIES, PEREZ = 0, 1
MIN_COS_HAYDAVIES = 0.01745
MIN_COS_PEREZ = math.cos(85.0 * RAD)
KAPPA = 1.041
BREAKS = (1.065, 1.23, 1.5, 1.95, 2.8, 4.5, 6.2)  # clearness bins of Perez et al. 1990
# F11, F12, F13, F21, F22, F23 of the bins, all sites composite; doi:10.1016/0038-092X(90)90055-H
PEREZ_1990 = np.array(
    [
        (-0.008, 0.588, -0.062, -0.060, 0.072, -0.022),
        (0.130, 0.683, -0.151, -0.019, 0.066, -0.029),
        (0.330, 0.487, -0.221, 0.055, -0.064, -0.026),
        (0.568, 0.187, -0.295, 0.109, -0.152, -0.014),
        (0.873, -0.392, -0.362, 0.226, -0.462, 0.001),
        (1.132, -1.237, -0.412, 0.288, -0.823, 0.056),
        (1.060, -1.600, -0.359, 0.264, -1.127, 0.131),
        (0.678, -0.327, -0.250, 0.156, -1.377, 0.251),
    ]
)
GLASS, EXTINCTION, THICKNESS = 1.526, 4.0, 0.002  # refractive index, [1/m], [m]


@inline
def physical_iam(cos_aoi: float) -> float:
    """Return the incidence angle modifier of glass without coating; 0 behind the plane.

    De Soto et al. (2006), doi:10.1016/j.solener.2005.06.010; constants as pvlib's defaults.
    """
    c = min(max(cos_aoi, 0.0), 1.0)
    sin_r = math.sqrt(1.0 - c * c) / GLASS
    r = math.sqrt(1.0 - sin_r * sin_r)
    rho_s = ((c - GLASS * r) / (c + GLASS * r)) ** 2
    rho_p = ((r - GLASS * c) / (r + GLASS * c)) ** 2
    tau = (1.0 - 0.5 * (rho_s + rho_p)) * math.exp(-EXTINCTION * THICKNESS / r)
    rho_0 = ((1.0 - GLASS) / (1.0 + GLASS)) ** 2
    return tau / ((1.0 - rho_0) * math.exp(-EXTINCTION * THICKNESS))


@inline
def haydavies(dni: float, dhi: float, extra: float, cos_zenith: float, cos_aoi: float,
              view: float) -> tuple[float, float]:  # fmt: skip
    """Return circumsolar and isotropic sky irradiance on the plane [W/m²]; Hay and Davies 1980.

    `view` is the plane's view of the sky, (1 + cos tilt) / 2.
    """
    anisotropy = dni / extra
    circumsolar = dhi * anisotropy * cos_aoi / max(cos_zenith, MIN_COS_HAYDAVIES)
    return max(circumsolar, 0.0), max(dhi * (1.0 - anisotropy) * view, 0.0)


@inline
def perez(dni: float, dhi: float, extra: float, airmass: float, zenith: float, cos_zenith: float,
          cos_aoi: float, view: float, sin_tilt: float) -> tuple[float, float]:  # fmt: skip
    """Return circumsolar and remaining sky irradiance on the plane [W/m²]; Perez et al. 1990.

    `airmass` is relative, `zenith` apparent [rad]; `cos_aoi` must not be negative.
    """
    if not dhi > 0.0:
        return dhi, dhi
    cube = KAPPA * zenith**3
    clearness = ((dhi + dni) / dhi + cube) / (1.0 + cube)
    b = 0
    for edge in BREAKS:
        if clearness >= edge:
            b += 1
    f = PEREZ_1990[b]
    delta = dhi * airmass / extra
    f1 = max(f[0] + f[1] * delta + f[2] * zenith, 0.0)
    f2 = f[3] + f[4] * delta + f[5] * zenith
    circumsolar = dhi * f1 * cos_aoi / max(cos_zenith, MIN_COS_PEREZ)
    rest = dhi * ((1.0 - f1) * view + f2 * sin_tilt)
    if circumsolar + rest < 0.0:
        return 0.0, 0.0
    return circumsolar, rest


def _iam(c: Floats) -> Floats:
    """Return `physical_iam` of an array of cosines from 0 to 1."""
    r = np.sqrt(1.0 - (1.0 - c * c) / GLASS**2)
    rho = ((c - GLASS * r) / (c + GLASS * r)) ** 2 + ((r - GLASS * c) / (r + GLASS * c)) ** 2
    tau = (1.0 - 0.5 * rho) * np.exp(-EXTINCTION * THICKNESS / r)
    normal = (1.0 - ((1.0 - GLASS) / (1.0 + GLASS)) ** 2) * math.exp(-EXTINCTION * THICKNESS)
    return floats(tau / normal)


def _diffuse_iam(tilt: float, ground: bool) -> float:
    # midpoint rule over the hemisphere above (sky) or below (ground) the horizon
    step = 0.5 * math.pi / 90
    polar = (np.arange(90) + 0.5) * step + (0.5 * math.pi if ground else 0.0)
    azimuth = (np.arange(360) + 0.5) * step
    solid = np.cos(polar - 0.5 * step) - np.cos(polar + 0.5 * step)
    c = np.multiply.outer(math.sin(tilt) * np.sin(polar), np.cos(azimuth))
    c = np.maximum(c + math.cos(tilt) * np.cos(polar)[:, None], 0.0)
    weight = c * solid[:, None]
    total = float(weight.sum())
    return float((_iam(c) * weight).sum()) / total if total > 0.0 else 0.0


def diffuse_iam(surface_tilt: float) -> tuple[float, float]:
    """Return the incidence factors of a plane for sky and for ground irradiance (0-1).

    Marion (2017), doi:10.1016/j.solener.2017.02.051, with the physical model of `physical_iam`;
    `surface_tilt` [°]. Agrees with pvlib's `marion_diffuse` to 1e-3.
    """
    tilt = surface_tilt * RAD
    return _diffuse_iam(tilt, False), _diffuse_iam(tilt, True)
