"""The pass itself: walks the daylight of a site in blocks and runs the stages over each.

Instants without sun cost nothing: each solar day's window of daylight is found from the slow
terms, and blocks hold daylight intervals only, of several days where the steps are long.
Calls are one level deep on purpose: numba optimises a callee again in each of its callers.
"""

from __future__ import annotations

import numpy as np

from pvwarranty_kernels import sensors, stages
from pvwarranty_kernels.arrays import Floats, Ints
from pvwarranty_kernels.daylight import darken, daylight, gather, scatter
from pvwarranty_kernels.jit import kernel
from pvwarranty_kernels.split import split
from pvwarranty_kernels.stages import (
    BLOCK,
    CLEAR_GHI,
    IN_GHI,
    MEAN,
    MEAN_CLEAR,
    RESULT,
    SHARE,
    TRIAL,
)  # fmt: skip

# outputs of the site, then of each plane
ELEVATION, AZIMUTH, GHI_CLEAR = 0, 1, 2
POA, POA_CLEAR, EFFECTIVE, TEMP, RESPONSE, RESPONSE_CLEAR = 0, 1, 2, 3, 4, 5
SHOWN = (stages.POA, stages.SUNNY, stages.EFFECTIVE, RESULT, RESULT, RESULT)


@kernel
def run(time: Ints, runs: Ints, pieces: Ints, w: Floats, table: Floats, days: Floats,
        site: Floats, normals: Floats, warming: Floats, modules: Floats, ghi: Floats,
        poa: Floats, air: Floats, wind: Floats, sensor: Floats, choices: Ints, of_site: Ints,
        of_planes: Ints, dark: Floats, out: Floats) -> None:  # fmt: skip
    """Fill the rows of `out` (rows, n); see `chain.expect` for what is written.

    runs (days + 2, 2), pieces (BLOCK, 2), w (SIZE,) : scratch, w zero
    table, days, site, normals : constants made by `sun` and `setup`
    warming (A, 3), modules (A, g * t); ghi, poa, air, wind, sensor : (n,) or empty
    choices : interval, substeps, transposition, temperature model, plane of the POA sensor, of
        the module's temperature sensor, decomposition
    of_site (3,), of_planes (6,) : first row of each output in `out`, -1 where it is not wanted
    dark (rows,) : what is written without sun, infinity for what is there already
    """
    interval, substeps, model, heating = choices[0], choices[1], choices[2], choices[3]
    poa_plane, temp_plane, splitting = choices[4], choices[5], choices[6]
    last = daylight(time, interval, table, site, runs)
    darken(out, runs, last, dark)
    angles = of_site[ELEVATION] >= 0
    # a block holds `per` intervals: their first instants, then their second ones, and so on; the
    # last ones are the middles, for the angles
    groups = substeps + (1 if angles and substeps > 1 else 0)
    per = BLOCK // groups
    sensed = poa_plane >= 0 and poa.size > 0
    felt = temp_plane >= 0 and sensor.size > 0
    warm = of_planes[TEMP] + of_planes[RESPONSE] + of_planes[RESPONSE_CLEAR] > -3
    shown = of_planes[POA] + of_planes[POA_CLEAR] + of_planes[EFFECTIVE] > -3
    sunny = of_planes[POA_CLEAR] + of_planes[RESPONSE_CLEAR] > -2 or sensed or felt
    sky = sunny or of_site[GHI_CLEAR] >= 0 or angles or substeps > 1
    inputs = (ghi, poa, air, wind, sensor)

    for i in range(BLOCK):
        w[i + SHARE] = 1.0
        w[i + stages.MAX_DNI] = sensors.BOUNDLESS
        w[i + TRIAL] = np.nan
        for k in range(len(inputs)):
            w[i + IN_GHI + k * BLOCK] = np.nan
    r = 0
    at = runs[0, 0]
    while r < last:
        m = 0
        n = 0
        while r < last and m < per:
            stop = min(runs[r, 1], at + per - m)
            pieces[n, 0], pieces[n, 1] = at, stop
            m += stop - at
            n += 1
            at = stop
            if at == runs[r, 1]:
                r += 1
                at = runs[r, 0]

        for s in range(groups):
            offset = interval * ((s + 0.5) / substeps if s < substeps else 0.5)
            stages.slow_terms(w, s * per, time, pieces, n, offset, table, days, 0.5 + site[2])
        stages.sun(w, site)
        if sky:
            stages.clear(w, site)
            sensors.mean_of(w, CLEAR_GHI, MEAN_CLEAR, substeps, per)
            if substeps > 1:
                sensors.share_out(w)
            if of_site[GHI_CLEAR] >= 0:
                scatter(w, MEAN_CLEAR, pieces, n, 1, per, out, of_site[GHI_CLEAR])
        if angles:
            sensors.angles(w)
            for k in range(2):
                middle = RESULT + k * BLOCK + (groups - 1) * per
                scatter(w, middle, pieces, n, 1, per, out, of_site[k])
        for k in range(len(inputs)):
            if inputs[k].size > 0:
                row = TRIAL if k == 0 and not sensed else IN_GHI + k * BLOCK
                gather(inputs[k], pieces, n, w, row, substeps, per)
        if sensed:
            for k in range(sensors.SOLVES + 1):
                stages.on_plane(w, normals[poa_plane], model)
                sensors.mean_of(w, stages.SUNNY if k == 0 else stages.POA, MEAN, substeps, per)
                sensors.step(w, k)
                split(w, splitting, site[12])
            sensors.fill_ghi(w)
        split(w, splitting, site[12])
        # a module's temperature sensor says what the air is: its plane comes first, twice
        for b in range(-1 if felt else 0, normals.shape[0] if warm or shown else 0):
            a = max(b, 0) if b >= 0 else temp_plane
            stages.on_plane(w, normals[a], model)
            if sensed and a == poa_plane:
                sensors.mean_of(w, stages.POA, MEAN, substeps, per)
                sensors.meet(w)
            stages.heat(w, heating, warming[a], felt, a == temp_plane)
            if b < 0:
                sensors.known_poa(w)
                sensors.mean_of(w, RESULT, MEAN, substeps, per)
                sensors.air_behind(w)
                continue
            more = warming[a, 2] / 1000.0
            for k in range(6):
                if of_planes[k] < 0:
                    continue
                row = SHOWN[k]
                if k == TEMP:
                    stages.warm(w, more)
                elif k > TEMP:
                    stages.respond(w, stages.POA if k == RESPONSE else stages.SUNNY, modules[a],
                                   more)  # fmt: skip
                scatter(w, row, pieces, n, substeps, per, out, of_planes[k] + a)
