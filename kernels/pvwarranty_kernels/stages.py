"""Stages of the pass: each one loop over a block of instants, vector code throughout.

A block is one scratch array: rows of BLOCK values, addressed as `w[i + ROW]` with constant
rows and a constant trip count. So written LLVM sees one array without overlaps to check, no
negative index to wrap and no rest of the loop, and makes vector code; several arrays, or
`w[row][i]`, leave it scalar in silence.
"""

from __future__ import annotations

import math

from pvwarranty_kernels import fits
from pvwarranty_kernels.arrays import Floats, Ints
from pvwarranty_kernels.jit import inline, plain, stage
from pvwarranty_kernels.module import COLD, ROOT_STEP, ROOTS, STEP, TEMPS
from pvwarranty_kernels.plane import (
    BREAKS,
    HAYDAVIES,
    KAPPA,
    MIN_COS_HAYDAVIES,
    MIN_COS_PEREZ,
    PEREZ_1990,
)  # fmt: skip
from pvwarranty_kernels.sun import DAY, HORIZON, RAD
from pvwarranty_kernels.temperature import FAIMAN, WIND

BLOCK = 256
# Where each row starts. Slow terms:
(HOUR, SIN_DEC, COS_DEC, PARALLAX, EXTRA, TURBIDITY, LIMIT, INVERSE_EXTRA) = range(
    0, 8 * BLOCK, BLOCK
)
# sun, clear sky
(UP, NORTH, EAST, AIRMASS, INVERSE, CLEAR_GHI, CLEAR_DNI, CLEAR_DHI) = range(
    8 * BLOCK, 16 * BLOCK, BLOCK
)
# given sky; share of the interval's irradiance, mean of its clear sky
GHI, DNI, DHI, SHARE, MEAN_CLEAR = range(16 * BLOCK, 21 * BLOCK, BLOCK)
# on the plane, before and after incidence losses, under given and clear sky
POA, EFFECTIVE, SUNNY, SUNNY_EFFECTIVE = range(21 * BLOCK, 25 * BLOCK, BLOCK)
# what was measured
IN_GHI, IN_POA, AIR, WIND_SPEED, SENSOR = range(25 * BLOCK, 30 * BLOCK, BLOCK)
# air behind the module's sensor, air to use, rise per irradiance, results
BEHIND, AMBIENT, PER_WATT, RESULT, OTHER = range(30 * BLOCK, 35 * BLOCK, BLOCK)
# GHI of the interval, given or tried, and the last try; a mean; most beam taken for possible
TRIAL, LAST, LAST_POA, MEAN, MAX_DNI = range(35 * BLOCK, 40 * BLOCK, BLOCK)
SIZE = 40 * BLOCK
SIN_HORIZON = math.sin(HORIZON * RAD)
ROUND = 1.5 * 2.0**52


@plain
def _centred(turns: float) -> float:
    # rounding by a large number: not to be compiled with re-association, which would undo it
    return turns - ((turns + ROUND) - ROUND)


@inline
def _fill(w: Floats, at: int, time: Ints, start: int, stop: int, offset: float, row: Floats,
          day: Floats, turn: float) -> None:  # fmt: skip
    """Write the slow terms for instants of one UTC day."""
    origin = time[start]
    x0 = (origin - row[0] * DAY + offset) / DAY
    part, times = w[at:], time[start:]
    for i in range(stop - start):
        x = x0 + (times[i] - origin) * (1.0 / DAY)
        quasi = row[1] + x * (row[2] + x * (row[3] + x * row[4]))
        part[i + HOUR] = _centred(x + turn + quasi * (0.5 / math.pi))
        part[i + SIN_DEC] = row[5] + x * (row[6] + x * (row[7] + x * row[8]))
        part[i + COS_DEC] = row[9] + x * (row[10] + x * (row[11] + x * row[12]))
        part[i + PARALLAX] = day[0]
        part[i + EXTRA] = day[1]
        part[i + INVERSE_EXTRA] = day[2]
        part[i + TURBIDITY] = day[3]
        part[i + LIMIT] = day[4]


@stage
def slow_terms(w: Floats, at: int, time: Ints, pieces: Ints, count: int, offset: float,
               table: Floats, days: Floats, turn: float) -> None:  # fmt: skip
    """Write the slow terms at `offset` [s] after the starts of the block's intervals."""
    for k in range(count):
        start, stop = pieces[k, 0], pieces[k, 1]
        while start < stop:
            number = math.floor((time[start] + offset) / DAY)
            d = int(number - table[0, 0])
            end = stop
            if time[stop - 1] + offset >= (number + 1) * DAY:
                low, end = start, stop - 1
                while low < end:
                    half = (low + end) // 2
                    if time[half] + offset >= (number + 1) * DAY:
                        end = half
                    else:
                        low = half + 1
            _fill(w, at, time, start, end, offset, table[d], days[d], turn)
            at += end - start
            start = end


@stage
def sun(w: Floats, site: Floats) -> None:
    """Write the apparent direction of the sun, air mass and 1 / cos(zenith)."""
    sin_lat, cos_lat, rho_cos, rho_sin, scale = site[0], site[1], site[3], site[4], site[5]
    for i in range(BLOCK):
        sin_h, cos_h = fits.sin_cos(w[i + HOUR])
        parallax = w[i + PARALLAX]
        cos_dec = w[i + COS_DEC]
        sx = cos_dec * cos_h - rho_cos * parallax
        sy = cos_dec * sin_h
        sz = w[i + SIN_DEC] - rho_sin * parallax
        excess = sx * sx + sy * sy + sz * sz - 1.0
        norm = 1.0 + excess * (-0.5 + 0.375 * excess)
        true = (sin_lat * sz + cos_lat * sx) * norm
        bend = fits.refraction_ratio(true) * scale
        bend = bend if true >= SIN_HORIZON else 0.0
        cos2 = 1.0 - true * true
        half = 0.5 * bend * bend * cos2
        lift = bend * (1.0 - half * (1.0 / 3.0))
        flat = (1.0 - half - true * lift) * norm
        up = true * (1.0 - half) + cos2 * lift
        w[i + UP] = up
        w[i + NORTH] = (cos_lat * sz - sin_lat * sx) * flat
        w[i + EAST] = -sy * flat
        # one division for two quotients
        above = max(up, MIN_COS_HAYDAVIES)
        over, under = fits.airmass(max(up, 0.0))
        both = 1.0 / (above * under)
        w[i + AIRMASS] = over * above * both
        w[i + INVERSE] = under * both


@stage
def clear(w: Floats, site: Floats) -> None:
    """Write clear-sky irradiance; zero where the sun is down."""
    linear, per_turbidity, scale, beam, fading = site[6], site[7], site[8], site[9], site[11]
    for i in range(BLOCK):
        up = w[i + UP]
        a = w[i + AIRMASS]
        tl1 = w[i + TURBIDITY]
        extra = w[i + EXTRA] if up > 0.0 else 0.0
        normal = scale * extra * fits.exp(a * (linear + per_turbidity * tl1))
        ghi = normal * up
        dni = min(beam * extra * fits.exp(fading * a * tl1), normal * w[i + LIMIT])
        w[i + CLEAR_GHI] = ghi
        w[i + CLEAR_DNI] = dni
        w[i + CLEAR_DHI] = ghi - dni * up


@inline
def _haydavies(dni: float, dhi: float, c: float, inverse: float, extra: float,
               view: float) -> tuple[float, float]:  # fmt: skip
    anisotropy = dni * extra
    beam = dni * c + max(dhi * anisotropy * c * inverse, 0.0)
    return beam, max(dhi * (1.0 - anisotropy) * view, 0.0)


@inline
def _perez(dni: float, dhi: float, c: float, zenith: float, airmass: float, inverse: float,
           view: float, sin_tilt: float) -> tuple[float, float]:  # fmt: skip
    cube = KAPPA * zenith * zenith * zenith
    clearness = 1.0 + dni / (max(dhi, 1e-9) * (1.0 + cube))
    f = PEREZ_1990
    f11, f12, f13, f21, f22, f23 = f[0, 0], f[0, 1], f[0, 2], f[0, 3], f[0, 4], f[0, 5]
    for k in range(7):
        above = clearness >= BREAKS[k]
        f11 = f[k + 1, 0] if above else f11
        f12 = f[k + 1, 1] if above else f12
        f13 = f[k + 1, 2] if above else f13
        f21 = f[k + 1, 3] if above else f21
        f22 = f[k + 1, 4] if above else f22
        f23 = f[k + 1, 5] if above else f23
    delta = dhi * airmass
    f1 = max(f11 + f12 * delta + f13 * zenith, 0.0)
    f2 = f21 + f22 * delta + f23 * zenith
    around = dhi * f1 * c * min(inverse, 1.0 / MIN_COS_PEREZ)
    sky = dhi * ((1.0 - f1) * view + f2 * sin_tilt)
    dark = around + sky < 0.0
    around = 0.0 if dark else around
    return dni * c + around, 0.0 if dark else sky


@stage
def on_plane(w: Floats, normal: Floats, model: int) -> None:
    """Write irradiance on a plane and after incidence losses, under the given and clear sky.

    `normal` holds the constants of the plane, see `setup.plane_constants`.
    """
    # read before the loop, so that no second array is in it
    n_up, n_north, n_east, view = normal[0], normal[1], normal[2], normal[3]
    sin_tilt, floor, sky_loss, floor_loss = normal[4], normal[5], normal[6], normal[7]
    if model == HAYDAVIES:
        for i in range(BLOCK):
            c = w[i + UP] * n_up + w[i + NORTH] * n_north
            c = min(max(c + w[i + EAST] * n_east, 0.0), 1.0)
            loss = fits.iam(c)
            inverse, extra = w[i + INVERSE], w[i + INVERSE_EXTRA]
            ghi, dni, dhi = w[i + GHI], w[i + DNI], w[i + DHI]
            beam, sky = _haydavies(dni, dhi, c, inverse, extra, view)
            ground = ghi * floor
            w[i + POA] = beam + sky + ground
            w[i + EFFECTIVE] = beam * loss + sky * sky_loss + ground * floor_loss
            ghi, dni = w[i + CLEAR_GHI], w[i + CLEAR_DNI]
            dhi = w[i + CLEAR_DHI]
            beam, sky = _haydavies(dni, dhi, c, inverse, extra, view)
            ground = ghi * floor
            w[i + SUNNY] = beam + sky + ground
            w[i + SUNNY_EFFECTIVE] = beam * loss + sky * sky_loss + ground * floor_loss
    else:
        for i in range(BLOCK):
            up = w[i + UP]
            c = up * n_up + w[i + NORTH] * n_north + w[i + EAST] * n_east
            c = min(max(c, 0.0), 1.0)
            loss = fits.iam(c)
            zenith = fits.acos(max(up, -0.03))
            inverse = w[i + INVERSE]
            airmass = w[i + AIRMASS] * w[i + INVERSE_EXTRA]
            ghi, dni, dhi = w[i + GHI], w[i + DNI], w[i + DHI]
            beam, sky = _perez(dni, dhi, c, zenith, airmass, inverse, view, sin_tilt)
            ground = ghi * floor
            w[i + POA] = beam + sky + ground
            w[i + EFFECTIVE] = beam * loss + sky * sky_loss + ground * floor_loss
            ghi, dni = w[i + CLEAR_GHI], w[i + CLEAR_DNI]
            dhi = w[i + CLEAR_DHI]
            beam, sky = _perez(dni, dhi, c, zenith, airmass, inverse, view, sin_tilt)
            ground = ghi * floor
            w[i + SUNNY] = beam + sky + ground
            w[i + SUNNY_EFFECTIVE] = beam * loss + sky * sky_loss + ground * floor_loss


@stage
def heat(w: Floats, model: int, p: Floats, sensed: bool, own: bool) -> None:
    """Write the rise above the air per irradiance [K m²/W] and the air temperature to use.

    The air is, best first: behind the plane's own sensor, measured, behind another's sensor.
    """
    a, b = p[0], p[1]
    for i in range(BLOCK):
        wind = w[i + WIND_SPEED]
        wind = wind if wind == wind else WIND
        if model == FAIMAN:
            w[i + PER_WATT] = 1.0 / (a + b * wind)
        else:
            w[i + PER_WATT] = fits.exp(min(a + b * wind, 0.0))
    for i in range(BLOCK):
        air, behind = w[i + AIR], w[i + BEHIND]
        use = sensed and behind == behind and (own or air != air)
        w[i + AMBIENT] = behind if use else air


@stage
def warm(w: Floats, more: float) -> None:
    """Write the temperature of the cells to RESULT."""
    for i in range(BLOCK):
        per_watt = w[i + PER_WATT] + more
        w[i + RESULT] = w[i + AMBIENT] + w[i + POA] * per_watt


@stage
def respond(w: Floats, of: int, values: Floats, more: float) -> None:
    """Write the response of a module to RESULT; `of` is POA or SUNNY, `values` its flat table."""
    plane = w[of:]
    for i in range(BLOCK):
        poa, effective = plane[i], plane[i + BLOCK]
        t = w[i + AMBIENT] + poa * (w[i + PER_WATT] + more)
        g = max(effective, 0.0)
        u = min(math.sqrt(g) * (1.0 / ROOT_STEP), ROOTS - 1.001)
        v = min(max((t - COLD) * (1.0 / STEP), 0.0), TEMPS - 1.001)
        w[i + OTHER] = u if u == u else 0.0
        w[i + MEAN] = v if v == v else 0.0
        w[i + RESULT] = 0.001 * g + 0.0 * (t + effective)  # NaN in, NaN out
    # apart, since looking up is not vector code
    for i in range(BLOCK):
        u, v = w[i + OTHER], w[i + MEAN]
        j, k = int(u), int(v)
        u -= j
        v -= k
        k += j * TEMPS
        low = values[k] + v * (values[k + 1] - values[k])
        high = values[k + TEMPS] + v * (values[k + TEMPS + 1] - values[k + TEMPS])
        w[i + RESULT] *= low + u * (high - low)
