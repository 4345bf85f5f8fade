"""Fits that stand in for library functions in the pass, so that its loops become vector code.

Polynomials and rationals (numerator, denominator) near minimax on the stated range; a call of
libm would leave the loop scalar. The errors are checked in the tests.
"""

from __future__ import annotations

import math

from pvwarranty_kernels.jit import inline

# sin(pi h)/h and cos(pi h) in h² for |h| <= 1/2: 2e-13
SIN = (
    3.1415926535896355, -5.167712779988203, 2.550164035917533, -0.5992644341118814,
    0.08214479598574828, -0.007364010028520729, 0.00044749803295548996,
)  # fmt: skip
COS = (
    0.9999999999999981, -4.934802200543697, 4.058712126333263, -1.3352627661691006,
    0.23533058807369756, -0.025806530157386463, 0.0019278638464757746, -0.0001004085725109858,
)  # fmt: skip
# cot(e + 10.3 / (e + 5.11)) / cos(e) of the true elevation e [°], in sin(e): 5e-6° of refraction
REFRACTION_P = (
    28.413800759700106, 262.32705658623576, -609.8864083698618, 319.7108776152616,
    -0.56532762420883,
)  # fmt: skip
REFRACTION_Q = (
    1.0, 26.460396378869127, 263.3348933557212, -609.4354482605868, 318.64016124368277,
)  # fmt: skip
# Kasten-Young air mass in the sine of apparent elevation: 3e-6 relative
AIRMASS_P = (
    37.91972259834342, 619.3381115233194, 2125.498477653917, -2747.4087111092877,
    -1.4337145963919513,
)  # fmt: skip
AIRMASS_Q = (
    1.0, 38.83341206398436, 614.9468809410803, 2130.2521760974255, -2751.1087080592715,
)  # fmt: skip
# physical incidence angle modifier (index 1.526, 4 / m, 2 mm) in the cosine: 7e-9
IAM_P = (0.0, 6.021696038986034, 5.731140651244573, 5.2122610778309735, 3.2479916697594464)
IAM_Q = (1.0, 4.299610480440521, 6.38869440734402, 5.132839306141961, 3.39194537157281)
# acos(x) / sqrt(1 - x) for -0.03 <= x <= 1: 4e-9°
ACOS = (
    1.5707963268334848, -0.2146018401049702, 0.08904855926913002, -0.050789118757622854,
    0.03363074359268417, -0.024032056073270906, 0.017296435910795428, -0.011305327448666589,
    0.005828932795727571, -0.001976506116793388, 0.00031741389678009523,
)  # fmt: skip
# exp(x) for -1.25 <= x <= 0, squared five times: 5e-9 relative
EXP = (
    0.9999999998447262, 0.9999999821509732, 0.4999996521507776, 0.16666399882351277,
    0.041656228694913186, 0.008309990289709995, 0.0013575976784445467, 0.0001732122554842253,
    1.3146276050548696e-05,
)  # fmt: skip
# atan(x) / x in x² for 0 <= x <= 1: 4e-11°
ATAN_P = (
    0.9999999999847868, 1.5782156996306225, 0.7302365875154117, 0.09819329916616547,
    0.0017761762666829186,
)  # fmt: skip
ATAN_Q = (
    1.0, 1.9115490316804242, 1.167419629558721, 0.24788015657212326, 0.012888555417025405,
)  # fmt: skip


@inline
def _five(c: tuple[float, float, float, float, float], x: float) -> float:
    return c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * c[4])))


@inline
def sin_cos(turns: float) -> tuple[float, float]:
    """Return sine and cosine of an angle in turns, from -1/2 to 1/2, by way of half of it."""
    c, k = SIN, COS
    u = turns * turns
    s = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * (c[5] + u * c[6])))))
    s *= turns
    q = k[4] + u * (k[5] + u * (k[6] + u * k[7]))
    q = k[0] + u * (k[1] + u * (k[2] + u * (k[3] + u * q)))
    return 2.0 * s * q, 1.0 - 2.0 * s * s


@inline
def refraction_ratio(sin_elevation: float) -> float:
    """Return the shape of the refraction over cos(elevation); times a scale it is in radians."""
    return _five(REFRACTION_P, sin_elevation) / _five(REFRACTION_Q, sin_elevation)


@inline
def airmass(sin_elevation: float) -> tuple[float, float]:
    """Return numerator and denominator of the air mass at a sine of apparent elevation >= 0."""
    return _five(AIRMASS_P, sin_elevation), _five(AIRMASS_Q, sin_elevation)


@inline
def iam(cos_aoi: float) -> float:
    """Return the incidence angle modifier of `plane.physical_iam`; cosine from 0 to 1."""
    return _five(IAM_P, cos_aoi) / _five(IAM_Q, cos_aoi)


@inline
def acos(x: float) -> float:
    """Return the angle [rad] of a cosine from -0.03 to 1."""
    c = ACOS
    y = c[6] + x * (c[7] + x * (c[8] + x * (c[9] + x * c[10])))
    y = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * (c[5] + x * y)))))
    return y * math.sqrt(max(1.0 - x, 0.0))


@inline
def exp(x: float) -> float:
    """Return exp(x) for x of zero or less; below -40 it is held."""
    c = EXP
    t = max(x, -40.0) * (1.0 / 32.0)
    y = c[4] + t * (c[5] + t * (c[6] + t * (c[7] + t * c[8])))
    y = c[0] + t * (c[1] + t * (c[2] + t * (c[3] + t * y)))
    y *= y
    y *= y
    y *= y
    y *= y
    return y * y


@inline
def azimuth(north: float, east: float) -> float:
    """Return the angle of a horizontal direction, clockwise from north, in turns from 0 to 1."""
    a, b = abs(north), abs(east)
    x = min(a, b) / max(max(a, b), 1e-300)
    y = x * _five(ATAN_P, x * x) / _five(ATAN_Q, x * x) * (0.5 / math.pi)
    y = 0.25 - y if b > a else y
    y = 0.5 - y if north < 0.0 else y
    return 1.0 - y if east < 0.0 else y
