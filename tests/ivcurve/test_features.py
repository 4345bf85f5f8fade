"""What a curve shows: against single-diode truth, with noise, wild points, few points, steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcurve.truth import E20, X20, X21, Diode
from pvwarranty.ivcurve.features import (
    current_noise,
    in_order,
    max_power,
    median_3,
    open_circuit,
    series_resistance,
    short_circuit,
    without_spikes,
)
from pvwarranty.ivcurve.translate import Points
from pvwarranty.products.modules import cec_row

DIODES = [Diode(X21), Diode(X20), Diode(E20), Diode(X21, 0.88, 2.2, 3.0)]
WEATHER = [(700, 45), (1000, 60), (450, 30)]


@pytest.mark.parametrize("diode", DIODES)
@pytest.mark.parametrize(("g", "t"), WEATHER)
@pytest.mark.parametrize("n", [200, 100, 40])
def test_features_of_a_clean_curve(diode: Diode, g: float, t: float, n: int) -> None:
    curve, truth = diode.points(g, t, n), diode.solved(g, t)
    found, flat = max_power(curve), short_circuit(curve)
    assert found.p_mp == pytest.approx(truth["p_mp"], rel=0.0015)
    assert found.v_mp == pytest.approx(truth["v_mp"], rel=0.01)
    assert found.inside
    assert flat.i_sc == pytest.approx(truth["i_sc"], rel=1e-4)
    assert open_circuit(curve, flat.i_sc) == pytest.approx(truth["v_oc"], rel=1e-3)


@pytest.mark.parametrize("diode", DIODES)
def test_series_resistance_is_that_of_the_diode(diode: Diode) -> None:
    row, curve = cec_row(diode.name), diode.points(800, 50)
    found = series_resistance(curve, short_circuit(curve), row["N_s"], 50.0)
    assert found == pytest.approx(row["R_s"] * diode.series, rel=0.02)


@pytest.mark.parametrize("n", [100, 40, 20])
def test_power_of_noisy_curves_and_their_uncertainty(n: int, rng: np.random.Generator) -> None:
    clean, truth = Diode(X21).points(800, 50, n), Diode(X21).p_mp(800, 50)
    errors, scaled = [], []
    for _ in range(120):
        found = max_power(Points(clean.v, clean.i + rng.normal(0, 0.003 * 5, n)))
        errors.append(found.p_mp / truth - 1)
        scaled.append(errors[-1] / found.u)
    assert abs(np.mean(errors)) < 0.001
    assert np.std(errors) < 0.0045
    assert 0.5 < np.sqrt(np.mean(np.square(scaled))) < 1.4


def test_highest_point_is_not_the_maximum(rng: np.random.Generator) -> None:
    clean, truth = Diode(X21).points(800, 50, 120), Diode(X21).p_mp(800, 50)
    naive, ours = [], []
    for _ in range(60):
        noisy = Points(clean.v, clean.i + rng.normal(0, 0.05, 120))
        naive.append(float(np.max(noisy.v * noisy.i)) / truth - 1)
        ours.append(max_power(noisy).p_mp / truth - 1)
    assert np.mean(naive) > 0.005
    assert abs(np.mean(ours)) < 0.002


def test_wild_points_do_not_move_power() -> None:
    clean = Diode(E20).points(900, 55, 100)
    i = clean.i.copy()
    top = int(np.argmax(clean.v * clean.i))
    i[top] *= 1.6
    i[top - 5] *= 0.3
    found = max_power(Points(clean.v, i))
    assert found.p_mp == pytest.approx(max_power(clean).p_mp, rel=0.001)


@pytest.mark.parametrize("n", [100, 40, 20])
@pytest.mark.parametrize("factor", [1.3, 0.5])
def test_a_wild_point_of_a_sparse_sweep_is_taken_out(n: int, factor: float) -> None:
    clean = Diode(X21).points(850, 50, n)
    for at in range(n // 2, int(0.85 * n)):
        i = clean.i.copy()
        i[at] *= factor
        cured = without_spikes(Points(clean.v, i))
        assert len(cured.v) == n - 1
        assert max_power(cured).p_mp == pytest.approx(max_power(clean).p_mp, rel=0.012)


@pytest.mark.parametrize("diode", DIODES)
@pytest.mark.parametrize("n", [200, 20, 12])
def test_true_points_are_kept(diode: Diode, n: int) -> None:
    curve = diode.points(800, 50, n)
    assert len(without_spikes(curve).v) == n


def test_sweep_from_open_to_short_circuit_is_the_same() -> None:
    clean = Diode(X20).points(900, 55, 80)
    v, i = clean.v.copy(), clean.i.copy()
    v[3] = np.nan
    back = in_order(v[::-1], i[::-1])
    forth = in_order(v, i)
    np.testing.assert_array_equal(back.v, forth.v)
    assert len(back.v) == 79
    assert max_power(back) == max_power(forth)


def test_sweep_that_ends_before_the_maximum_is_not_inside() -> None:
    clean = Diode(X20).points(900, 55, 100)
    early = clean.v < 0.7 * clean.v[-1]
    assert not max_power(Points(clean.v[early], clean.i[early])).inside
    late = clean.v > 0.9 * clean.v[-1]
    assert not max_power(Points(clean.v[late], clean.i[late])).inside


def test_open_circuit_of_a_sweep_that_stops_before_is_unknown() -> None:
    clean = Diode(X20).points(900, 55, 100)
    part = clean.i > 0.6 * clean.i[0]
    assert np.isnan(open_circuit(Points(clean.v[part], clean.i[part]), float(clean.i[0])))


def test_noise_of_current_is_found(rng: np.random.Generator) -> None:
    clean = Diode(X21).points(900, 50, 200)
    noisy = Points(clean.v, clean.i + rng.normal(0, 0.02, 200))
    assert current_noise(noisy, 50.0) == pytest.approx(0.02, rel=0.35)
    assert current_noise(clean, 50.0) < 0.001


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=30))
def test_running_median_keeps_length_and_bounds(values: list[float]) -> None:
    found = median_3(np.array(values))
    assert len(found) == len(values)
    assert found.min() >= min(values)
    assert found.max() <= max(values)


@given(st.floats(0.2, 5.0), st.floats(0.5, 3.0))
def test_power_scales_with_current_and_voltage(current: float, voltage: float) -> None:
    v = np.linspace(0.0, 40.0, 60)
    curve = Points(v, 9.0 * (1.0 - np.expm1(v / 2.0) / np.expm1(20.0)) - 0.01 * v)
    one = max_power(curve)
    many = max_power(Points(curve.v * voltage, curve.i * current))
    assert many.p_mp == pytest.approx(one.p_mp * current * voltage, rel=1e-7)
    assert many.v_mp == pytest.approx(one.v_mp * voltage, rel=1e-5)
