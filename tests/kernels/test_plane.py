"""Incidence factors of diffuse irradiance, beside pvlib."""

import pytest
from pvlib import iam

from pvwarranty_kernels.plane import diffuse_iam


@pytest.mark.parametrize("tilt", [0.0, 18.0, 45.0, 90.0])
def test_diffuse_factors(tilt: float) -> None:
    expected = iam.marion_diffuse("physical", tilt)
    assert diffuse_iam(tilt) == pytest.approx((expected["sky"], expected["ground"]), abs=1e-9)
