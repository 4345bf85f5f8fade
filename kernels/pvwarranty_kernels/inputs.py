"""What the pass over a site takes and gives."""

from __future__ import annotations

from typing import NamedTuple

from pvwarranty_kernels.arrays import NONE, Floats
from pvwarranty_kernels.plane import HAYDAVIES
from pvwarranty_kernels.split import ERBS
from pvwarranty_kernels.temperature import FAIMAN

SUN, CLEAR, POA, EFFECTIVE, TEMP, RESPONSE, RESPONSE_CLEAR, GHI_CLEAR = (
    1, 2, 4, 8, 16, 32, 64, 128,
)  # fmt: skip
ALL = 255


class Place(NamedTuple):
    """A site: [° north], [° east], [m], yearly mean air temperature [°C] (for refraction)."""

    latitude: float
    longitude: float
    altitude: float = 0.0
    temperature: float = 12.0


class Planes(NamedTuple):
    """The planes of a site's arrays.

    surface_tilt, surface_azimuth : (A,) [°], azimuth clockwise from north
    albedo : (A,) 0-1
    iam_sky, iam_ground : (A,) factors of diffuse irradiance, `plane.diffuse_iam`
    temperature : (A, 3) parameters of the temperature model, see `temperature.temp_cell`
    tables : (A, g, t) responses, each made by `module.table`
    """

    surface_tilt: Floats
    surface_azimuth: Floats
    albedo: Floats
    iam_sky: Floats
    iam_ground: Floats
    temperature: Floats
    tables: Floats


class Weather(NamedTuple):
    """What was measured or is known, each (n,) with NaN for absent, or empty for none.

    Irradiance [W/m²], temperature [°C], wind speed [m/s] (1 m/s where unknown). `poa` and
    `temp_module` are of the planes named in `Options`.
    """

    ghi: Floats = NONE
    poa: Floats = NONE
    temp_air: Floats = NONE
    wind_speed: Floats = NONE
    temp_module: Floats = NONE


class Options(NamedTuple):
    """Choices resolved before the pass.

    interval : length of an interval [s]; 0 for instantaneous values
    substeps : instants of the sun in an interval, at the middles of equal parts
    transposition : plane.HAYDAVIES or plane.PEREZ
    temperature : temperature.FAIMAN or temperature.SAPM
    poa_plane, temp_plane : plane of the sensor, -1 for none
    decomposition : split.ERBS or split.DISC
    wanted : sum of SUN, GHI_CLEAR, CLEAR (poa_clear), POA, ...; what is not wanted is not computed
        and returned empty
    """

    interval: int
    substeps: int = 1
    transposition: int = HAYDAVIES
    temperature: int = FAIMAN
    poa_plane: int = -1
    temp_plane: int = -1
    decomposition: int = ERBS
    wanted: int = ALL


class Expected(NamedTuple):
    """Result of the pass; (n,) for the site, (A, n) for the planes.

    elevation, azimuth : apparent, at the middle of the interval [°]; NaN where the sun is down
    ghi_clear, poa_clear : clear-sky irradiance [W/m²]
    poa_global : irradiance on the plane [W/m²], NaN where none was measured
    effective : after incidence losses [W/m²]
    temp_cell : [°C]
    response, response_clear : expected power over nominal, under `poa_global` and under clear sky
    Of intervals without sun the irradiances and responses are 0.
    """

    elevation: Floats
    azimuth: Floats
    ghi_clear: Floats
    poa_global: Floats
    poa_clear: Floats
    effective: Floats
    temp_cell: Floats
    response: Floats
    response_clear: Floats
