"""The kernels' chain by pvlib and pandas: reference of the tests, peer of the benchmarks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pvwarranty_kernels import chain, module
from pvwarranty_kernels.plane import diffuse_iam
from pvwarranty_kernels.sky import daily_turbidity

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MONTHLY = np.array([2.5, 2.8, 3.2, 3.9, 4.2, 4.4, 4.6, 4.4, 3.8, 3.1, 2.7, 2.5])


@contextmanager
def quiet() -> Iterator[None]:
    """Let pvlib's deprecated calls of pandas pass where warnings are errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@dataclass(frozen=True)
class Plant:
    """A site with one plane, its weather at the middles of intervals, and its module."""

    latitude: float
    longitude: float
    altitude: float
    time: Ints
    interval: int
    ghi: Floats
    temp_air: Floats
    wind_speed: Floats
    tilt: float = 25.0
    azimuth: float = 170.0
    albedo: float = 0.2
    faiman: tuple[float, float] = (25.0, 6.84)
    monthly: Floats = field(default_factory=lambda: MONTHLY)

    @property
    def middle(self) -> pd.DatetimeIndex:
        return pd.to_datetime(self.time + self.interval // 2, unit="s", utc=True)

    def place(self) -> chain.Place:
        return chain.Place(self.latitude, self.longitude, self.altitude)

    def planes(self, count: int = 1) -> chain.Planes:
        sky, ground = diffuse_iam(self.tilt)
        axes = module.grid()
        table = module.table(response(axes.irradiance[:, None], axes.temp_cell[None, :]))
        one = np.ones(count)
        return chain.Planes(
            self.tilt * one, self.azimuth * one, self.albedo * one, sky * one, ground * one,
            np.tile([*self.faiman, 0.0], (count, 1)), np.stack([table] * count),
        )  # fmt: skip

    def weather(self) -> chain.Weather:
        return chain.Weather(ghi=self.ghi, temp_air=self.temp_air, wind_speed=self.wind_speed)

    def turbidity(self) -> Floats:
        return daily_turbidity(self.monthly)


def response(irradiance: Floats, temp_cell: Floats) -> Floats:
    """Return a module's power over nominal: low-light loss and temperature coefficient."""
    with np.errstate(divide="ignore", invalid="ignore"):
        efficiency = 1.0 + 0.02 * np.log(irradiance / 1000.0)
    return irradiance / 1000.0 * efficiency * (1.0 - 0.0035 * (temp_cell - 25.0))


def plant(latitude: float, longitude: float, altitude: float, step: int = 300, every: int = 1,
          year: int = 2023, gaps: bool = True) -> Plant:  # fmt: skip
    """Return a year at a place, every so manyth interval of it, with a sky of broken clouds."""
    start, stop = (int(np.datetime64(f"{y}-01-01", "s").astype(np.int64)) for y in (year, year + 1))
    time = np.arange(start, stop, step)[::every]
    rng = np.random.default_rng(20230401)
    day = (time - start) / 86400.0
    height = np.sin(np.radians(latitude)) * np.sin(0.409 * np.sin((day - 80) / 58.1))
    height += (
        np.cos(np.radians(latitude))
        * np.cos(0.409 * np.sin((day - 80) / 58.1))
        * np.cos((time / 86400.0 + 0.5 + longitude / 360.0) * 2 * np.pi)
    )
    cloud = np.clip(0.75 + 0.3 * rng.standard_normal(time.size), 0.05, 1.1)
    ghi = 2.0 + np.maximum(1050.0 * height, 0.0) ** 1.05 / 1050.0**0.05 * cloud
    if gaps:
        ghi[::197] = np.nan
    air = 14.0 - 12.0 * np.cos((day - 25) / 58.1) * np.sign(latitude) + 4.0 * height
    return Plant(
        latitude, longitude, altitude, time, step, ghi, air, rng.gamma(2.0, 1.2, time.size)
    )


def pvlib_chain(
    site: Plant, power: Floats | None = None, *, method: str = "nrel_numpy",
    model: str = "haydavies", clear: bool = False, decomposition: str = "erbs",
) -> dict[str, pd.Series]:  # fmt: skip
    """Return position, clear sky, irradiance on the plane, temperature, response and ratio."""
    from pvlib import atmosphere, clearsky, irradiance, solarposition, temperature

    middle = site.middle
    ghi, air, wind = (
        pd.Series(v, index=middle) for v in (site.ghi, site.temp_air, site.wind_speed)
    )
    with quiet():
        sun = solarposition.get_solarposition(
            middle, site.latitude, site.longitude, site.altitude, method=method
        )
        zenith = sun.apparent_zenith
        extra = irradiance.get_extra_radiation(middle)
        airmass = atmosphere.get_relative_airmass(zenith)
        absolute = atmosphere.get_absolute_airmass(airmass, atmosphere.alt2pres(site.altitude))
        turbidity = clearsky._interpolate_turbidity(site.monthly, middle)
        turbidity.index = middle
        sky = clearsky.ineichen(zenith, absolute, turbidity, site.altitude, extra)
        dni, dhi = _split(site, ghi, zenith, decomposition)
        sphere = (zenith, sun.azimuth, airmass, extra, model)
        given = _plane(site, ghi, dni, dhi, *sphere)
        warm = temperature.faiman(given["poa"], air, wind, *site.faiman)
        out = {
            "elevation": sun.apparent_elevation, "azimuth": sun.azimuth, "ghi_clear": sky.ghi,
            "poa_global": given["poa"], "effective": given["effective"], "temp_cell": warm,
            "response": response(given["effective"], warm),
        }  # fmt: skip
        if clear:
            sunny = _plane(site, sky.ghi, sky.dni, sky.dhi, *sphere)
            heated = temperature.faiman(sunny["poa"], air, wind, *site.faiman)
            out["poa_clear"] = sunny["poa"]
            out["response_clear"] = response(sunny["effective"], heated)
        if power is not None:
            ratio = power / (250.0 * out["response"])
            good = (out["response"] >= 0.02) & (given["poa"] > 100) & (ratio < 2)
            out["ratio"] = ratio.where(good)
    return out


def _split(
    site: Plant, ghi: pd.Series, zenith: pd.Series, model: str
) -> tuple[pd.Series, pd.Series]:
    from pvlib import atmosphere, irradiance

    if model == "erbs":
        parts = irradiance.erbs(ghi, zenith, site.middle)
        return parts.dni, parts.dhi
    dni = irradiance.disc(ghi, zenith, site.middle, atmosphere.alt2pres(site.altitude)).dni
    dni = dni.where(ghi.notna())
    return dni, ghi - dni * np.cos(np.radians(zenith))


def _plane(site, ghi, dni, dhi, zenith, azimuth, airmass, extra, model):  # type: ignore[no-untyped-def]
    from pvlib import iam, irradiance

    cosine = irradiance.aoi_projection(site.tilt, site.azimuth, zenith, azimuth).clip(lower=0)
    if model == "haydavies":
        sky = irradiance.haydavies(
            site.tilt, site.azimuth, dhi, dni, extra, zenith, azimuth, return_components=True
        )
    else:
        sky = irradiance.perez(
            site.tilt, site.azimuth, dhi, dni, extra, zenith, azimuth, airmass,
            return_components=True,
        )  # fmt: skip
    ground = irradiance.get_ground_diffuse(site.tilt, ghi, site.albedo)
    beam = dni * cosine + sky["poa_circumsolar"]
    diffuse = sky["poa_sky_diffuse"] - sky["poa_circumsolar"]
    loss = iam.physical(np.degrees(np.arccos(cosine)))
    of_sky, of_ground = diffuse_iam(site.tilt)
    return {
        "poa": beam + diffuse + ground,
        "effective": beam * loss + diffuse * of_sky + ground * of_ground,
    }
