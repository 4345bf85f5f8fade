"""Kernels of the battery test, against NumPy, SciPy and cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import least_squares

from pvwarranty_kernels import storage, storage_fit, storage_use

HALF = 1800
IDLE = (90.0, 25.0)
LEVELS = (0.005, 0.995)


def record(charge, discharge, soc, skip=()):  # type: ignore[no-untyped-def]
    seconds = HALF * np.arange(len(soc), dtype=np.int64)
    keep = np.setdiff1d(np.arange(len(soc)), np.array(skip, dtype=int))
    floats = [np.asarray(v, dtype=np.float64)[keep] for v in (charge, discharge, soc)]
    return seconds[keep], *floats


#            empty             up                  full, held        down
CHARGE = [0, 0, 0, 10, 1000, 1500, 1500, 800, 20, 20, 0, 0, 0, 0, 0, 0]
DISCHARGE = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 500, 1500, 1500, 300, 0, 0]
SOC = [0, 0, 0, 0, 0.2, 0.5, 0.8, 1.0, 1.0, 1.0, 0.88, 0.5, 0.1, 0.0, 0.0, 0.0]


def ends_of(seconds, charge, discharge, soc, hold=1, recalculating=None):  # type: ignore[no-untyped-def]
    flags = np.zeros(len(soc), np.bool_) if recalculating is None else recalculating
    return storage.true_ends(
        seconds, charge, discharge, soc, flags, IDLE, LEVELS, hold, HALF + 7200
    )


def test_true_ends_by_hand() -> None:
    ends = ends_of(*record(CHARGE, DISCHARGE, SOC))
    # full is reached at the end of row 7, empty again at the end of row 13; the sun's first 10 Wh
    # of row 3 belong to the charge although the display still says 0
    assert_array_equal(ends, [[-1, 0, 2], [1, 7, 9], [-1, 13, 15]])


def test_a_level_without_rest_is_no_end() -> None:
    soc = list(SOC)
    charge = list(CHARGE)
    charge[8] = charge[9] = 400  # still charging at 100 %
    ends = ends_of(*record(charge, DISCHARGE, soc))
    assert_array_equal(ends[:, 0], [-1, -1])


def test_hold_asks_for_longer_rest() -> None:
    assert len(ends_of(*record(CHARGE, DISCHARGE, SOC), hold=3)) == 1


def test_recalculation_by_the_device_is_an_end_whatever_is_shown() -> None:
    soc = np.where(np.array(SOC) == 0.0, 0.1, SOC)
    seconds, charge, discharge, soc = record(CHARGE, DISCHARGE, soc)
    flags = np.arange(len(soc)) < 3
    ends = ends_of(seconds, charge, discharge, soc, recalculating=flags)
    assert_array_equal(ends[:, 0], [-1, 1])


def paths_of(rows, temp=20.0, bridge=7200, filled=0.5):  # type: ignore[no-untyped-def]
    seconds, charge, discharge, soc = rows
    ends = ends_of(*rows)
    heat = np.full(len(soc), temp)
    return storage.paths(seconds, charge, discharge, heat, ends, HALF, bridge, filled)


def test_paths_by_hand() -> None:
    up, down = paths_of(record(CHARGE, DISCHARGE, SOC))
    assert_allclose(up[[1, 2, 3, 4, 5, 6, 7, 8]], [2.5, 2.5, 4810, 0, 20, 0, 1, 0])
    assert_allclose(down[[1, 2, 3, 4, 6, 7]], [2.0, 2.0, 0, 3800, 1, 0])
    assert_allclose(down[0], 14 * HALF)


def test_a_lost_row_is_bridged_with_its_neighbours() -> None:
    (up, _) = paths_of(record(CHARGE, DISCHARGE, SOC, skip=[5]))
    assert up[3] == pytest.approx(4810 - 1500 + 0.5 * (1000 + 1500))
    assert up[8] == pytest.approx(1250)
    assert up[1] == pytest.approx(2.5)


def test_a_long_pause_or_much_filling_breaks_a_path() -> None:
    rows = record(CHARGE, DISCHARGE, SOC, skip=[5])
    assert len(paths_of(rows, bridge=600)) == 1
    assert len(paths_of(rows, filled=0.1)) == 1


def test_rows_without_energy_count_as_lost() -> None:
    charge = np.array(CHARGE, float)
    charge[5] = np.nan
    up = paths_of(record(charge, DISCHARGE, SOC))[0]
    assert up[8] == pytest.approx(1250)


def test_warmth_counts_as_25() -> None:
    assert paths_of(record(CHARGE, DISCHARGE, SOC), temp=33.0)[0, 5] == 25.0
    assert np.isnan(paths_of(record(CHARGE, DISCHARGE, SOC), temp=np.nan)[0, 5])


def test_slopes_between_changes_of_the_display() -> None:
    capacity, n = 10000.0, 30
    charge = np.full(n, 300.0)
    soc = np.round((1000.0 + np.cumsum(charge)) / capacity, 2)
    seconds, charge, zeros, soc = record(charge, np.zeros(n), soc)
    (run,) = storage.slopes(
        seconds, charge, zeros, soc, np.full(n, 15.0), HALF, capacity, 0.01, (0.05, 0.95, 0.3)
    )
    assert run[3] / (run[7] - run[6]) == pytest.approx(capacity)
    assert run[5] == pytest.approx(15.0)


def test_slopes_are_cut_at_corrections_of_the_display() -> None:
    n = 30
    charge = np.full(n, 300.0)
    soc = 0.1 + 0.02 * np.arange(n)
    soc[15:] += 0.2
    seconds, charge, zeros, soc = record(charge, np.zeros(n), np.minimum(soc, 0.94))
    runs = storage.slopes(
        seconds, charge, zeros, soc, np.full(n, 15.0), HALF, 15000.0, 0.01, (0.05, 0.95, 0.2)
    )
    assert all(run[10] < 15 or run[9] >= 16 for run in runs)
    assert len(runs) == 2


def sparse(rng, n=400, k=6):  # type: ignore[no-untyped-def]
    index = np.stack([np.zeros(n, int), 1 + np.arange(n) % (k - 2), np.full(n, k - 1)], axis=1)
    value = rng.normal(size=(n, 3))
    dense = np.zeros((n, k))
    np.add.at(dense, (np.arange(n)[:, None], index), value)
    return index.astype(np.int64), value, dense


def test_fit_equals_weighted_least_squares_on_clean_rows(rng: np.random.Generator) -> None:
    index, value, dense = sparse(rng)
    y = dense @ np.arange(1.0, 7.0) + rng.normal(size=len(dense)) * 1e-3
    prior = np.eye(6)
    b, _, scale = storage_fit.huber_fit(
        index, value, y, np.ones(len(y)), prior, prior @ np.ones(6), 40
    )
    # residuals are far inside the least scale, so that all weights are equal
    w = 1.0 / 0.3**2
    expected = np.linalg.solve(w * dense.T @ dense + prior, w * dense.T @ y + np.ones(6))
    assert scale == 0.3
    assert_allclose(b, expected, rtol=1e-6)


def test_fit_equals_scipy_huber_and_ignores_outliers(rng: np.random.Generator) -> None:
    index, value, dense = sparse(rng)
    truth = np.arange(1.0, 7.0)
    y = dense @ truth + rng.normal(size=len(dense))
    y[::10] += 30.0
    tiny = 1e-9 * np.eye(6)
    b, weight, scale = storage_fit.huber_fit(
        index, value, y, np.ones(len(y)), tiny, np.zeros(6), 100
    )
    ours = least_squares(lambda p: (dense @ p - y) / (1.5 * scale), np.zeros(6), loss="huber").x
    assert_allclose(b, ours, atol=2e-3)
    assert weight[::10].max() < 0.2 * np.median(weight)


def test_cholesky_solve(rng: np.random.Generator) -> None:
    a = rng.normal(size=(7, 7))
    a = a @ a.T + np.eye(7)
    b, out = rng.normal(size=7), np.empty(7)
    storage_fit.cholesky_solve(a.copy(), b, out)
    assert_allclose(out, np.linalg.solve(a, b), rtol=1e-10)


def test_products_of_blocks_add_up(rng: np.random.Generator) -> None:
    index, value, dense = sparse(rng)
    y, w = rng.normal(size=len(dense)), rng.uniform(0.5, 2.0, len(dense))
    block = np.arange(len(y)) // 100
    products = storage_fit.block_products(index, value, y, w, block, 4, 6)
    assert_allclose(products.sum(axis=0)[:, :6], dense.T * w @ dense, atol=1e-9)
    assert_allclose(products.sum(axis=0)[:, 6], dense.T * w @ y, atol=1e-9)


def test_agreement_is_numpys_correlation(rng: np.random.Generator) -> None:
    n = 1000
    charge, discharge = rng.uniform(0, 100, n), rng.uniform(0, 100, n)
    soc = np.cumsum(charge - discharge) / 1e4 + rng.normal(size=n) * 1e-3
    seconds = HALF * np.arange(n, dtype=np.int64)
    r = storage_use.agreement(seconds, charge, discharge, soc, HALF)
    net, change = (charge - discharge)[2:], np.diff(soc)[1:]
    assert r[1] == pytest.approx(np.corrcoef(net, change)[0, 1])
    assert r[0] == pytest.approx(np.corrcoef(net, np.diff(soc)[:-1])[0, 1])
    assert r[2] == pytest.approx(np.corrcoef((charge - discharge)[1:-1], change)[0, 1])


def test_days_by_hand() -> None:
    seconds, charge, discharge, soc = record(CHARGE, DISCHARGE, SOC)
    ((day, low, high, rest, rows, snaps),) = storage_use.days(
        seconds, charge, discharge, soc, HALF, IDLE, 0.015, 0.05, 5000.0
    )
    assert (day, low, high, rest, rows) == (0, 0.0, 1.0, 3.0, 16)
    assert snaps == 0
    soc[13:] = 0.0
    soc[12] = 0.4  # from 40 % to empty on 300 Wh
    assert storage_use.days(
        seconds, charge, discharge, soc, HALF, IDLE, 0.015, 0.05, 5000.0
    )[0, 5] == 1  # fmt: skip


def test_patterns_are_shares_of_days() -> None:
    n = 96
    seconds = HALF * np.arange(n, dtype=np.int64)
    energy = np.zeros(n)
    energy[[10, 58, 11]] = 5.0
    shares = storage_use.patterns(seconds, np.zeros(n, np.int64), energy, 1.0)
    assert shares.shape == (1, 48)
    assert shares[0, 10] == 1.0
    assert shares[0, 11] == 0.5
    assert shares.sum() == 1.5
