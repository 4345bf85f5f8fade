"""What is known of a module before it is measured."""

from __future__ import annotations

import pytest

from ivcurve.truth import E20, X20, X21, Diode
from pvwarranty.ivcurve.nominal import ALPHA, BETA, nominal_of
from pvwarranty.ivcurve.translate import EPSILON
from pvwarranty.model import Array, ModuleTable
from pvwarranty.products.modules import find_module


@pytest.mark.parametrize(
    ("name", "epsilon", "cells"), [(X21, 1.2399, 96), (X20, 1.3211, 72), (E20, 1.1910, 72)]
)
def test_of_the_database(name: str, epsilon: float, cells: int) -> None:
    found = nominal_of(Diode(name).module)
    assert found.own
    assert found.cells == cells
    assert found.epsilon == pytest.approx(epsilon, abs=1e-3)


def test_of_a_sibling_with_fewer_cells() -> None:
    whole = nominal_of(find_module(Array("A", "SPR-X21-345", 20, 180)))
    fewer = nominal_of(find_module(Array("A", "SPR-X21-265", 20, 180)))
    assert (whole.cells, fewer.cells) == (96, 72)
    assert fewer.v_oc == pytest.approx(68.2 * 72 / 96)
    assert fewer.epsilon == pytest.approx(whole.epsilon)
    assert fewer.beta == whole.beta


def test_of_a_module_without_parameters() -> None:
    found = nominal_of(find_module(Array("A", "TJM-240PP-WHT-J", 20, 180)))
    assert (found.own, found.epsilon, found.cells) == (False, EPSILON, 60)
    assert (found.alpha, found.beta, found.i_sc) == (ALPHA, BETA, None)


def test_of_a_table_without_cells() -> None:
    table = ModuleTable(250.0, -0.004)
    found = nominal_of(find_module(Array("A", "other", 20, 180, table)))
    assert found.cells is None
    assert found.gamma == -0.004
