from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pvwarranty.errors import FactError
from pvwarranty.place import Climate, climate
from pvwarranty.place import normals as module
from pvwarranty.place.coast import nearest_shore

TOKYO = (35.69, 139.75, 25.2)
FAR = {"naha", "ishigakijima", "chichijima", "hachijojima", "izuhara"}


def without(normals: module.Normals, k: int) -> module.Normals:
    """The stations less one, with the trend of those that stay."""
    level = np.delete(normals.elements["temp_air"] + module.LAPSE * normals.altitude[:, None], k, 0)
    latitude = np.delete(normals.latitude, k)
    return replace(
        normals,
        ids=tuple(name for j, name in enumerate(normals.ids) if j != k),
        latitude=latitude,
        longitude=np.delete(normals.longitude, k),
        altitude=np.delete(normals.altitude, k),
        coast=np.delete(normals.coast, k),
        elements={name: np.delete(table, k, 0) for name, table in normals.elements.items()},
        northward=np.polyfit(latitude, level, 1)[0],
    )


def left_out(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[Climate], module.Normals]:
    """The climate at every station as the others have it."""
    normals = module.load_normals()
    found = []
    for k in range(len(normals.ids)):
        others = without(normals, k)
        monkeypatch.setattr(module, "load_normals", lambda others=others: others)
        monkeypatch.setattr(module, "REACH", 1000.0)  # Chichijima lies 675 km from the next
        found.append(climate(normals.latitude[k], normals.longitude[k], normals.altitude[k]))
    return list(normals.ids), found, normals


def rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt((values**2).mean()))


def test_stations_left_out_are_met_within_the_stated_uncertainty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids, found, normals = left_out(monkeypatch)
    main = np.array([name not in FAR for name in ids])
    error = np.array([c.temp_air for c in found]) - normals.elements["temp_air"]
    spread = normals.elements["temp_max"] - normals.elements["temp_min"]
    amplitude = np.array([c.amplitude for c in found]) - spread / 2.0
    wind = np.log(np.array([c.wind_speed for c in found]) / normals.elements["wind_speed"])
    assert rms(error[main]) < 0.80
    assert abs(error[main].mean()) < 0.1
    assert rms(amplitude[main]) < 0.6
    assert rms(wind[main]) < 0.35
    # The stated uncertainty holds warming too, which the stations cannot show.
    stated = np.array([np.sqrt(c.u_temp_air**2 - module.U_SINCE**2) for c in found])
    assert 0.85 < rms(error / stated) < 1.15


def test_at_a_station_its_normals_are_nearly_met() -> None:
    tokyo = climate(*TOKYO)
    normals = module.load_normals()
    row = normals.ids.index("tokyo")
    assert tokyo.source == "normals"
    assert tokyo.stations[0] == "tokyo"
    assert np.abs(tokyo.temp_air - normals.elements["temp_air"][row]).max() < 0.2
    assert np.abs(tokyo.wind_speed / normals.elements["wind_speed"][row] - 1.0).max() < 0.1
    assert tokyo.precipitation.sum() == pytest.approx(1598.2, rel=0.05)


def test_higher_is_colder_by_the_lapse_rate() -> None:
    low, high = climate(36.3, 138.5, 500.0), climate(36.3, 138.5, 1000.0)
    assert np.allclose(low.temp_air - high.temp_air, 3.0)
    assert np.array_equal(low.amplitude, high.amplitude)


def test_snow_months() -> None:
    sapporo, naha = climate(43.06, 141.35, 20.0), climate(26.21, 127.69, 28.0)
    assert sapporo.snow_months.tolist() == [True] * 4 + [False] * 6 + [True] * 2
    assert not naha.snow_months.any()
    assert sapporo.snowfall.sum() == pytest.approx(4.79, rel=0.15)


def test_clear_days_swing_more_and_most_where_the_sun_is_rare() -> None:
    niigata, tokyo = climate(37.89, 139.02, 4.0), climate(*TOKYO)
    ratio = niigata.amplitude_clear / niigata.amplitude
    assert (ratio > 1.0).all()
    assert ratio[0] > (tokyo.amplitude_clear / tokyo.amplitude)[0] + 0.2
    assert ratio.max() < 2.0


def test_uncertainty_grows_with_the_distance_to_the_stations() -> None:
    near, amami = climate(*TOKYO), climate(28.38, 129.50, 3.0)
    assert amami.source == "normals"
    assert near.u_temp_air[0] < 0.9
    assert 1.2 < amami.u_temp_air[0] < 2.5
    assert abs(amami.temp_air.mean() - 21.8) < 2.0 * amami.u_temp_air[0]  # JMA normal of Naze


# Monthly normals 1991-2020 of the weather services, January and July
@pytest.mark.parametrize(
    ("where", "january", "july"),
    [
        ((52.47, 13.40, 48.0), 1.0, 20.0),  # Berlin
        ((40.78, -73.97, 40.0), 0.9, 25.3),  # New York
        ((-33.86, 151.21, 40.0), 23.6, 13.4),  # Sydney
        ((1.37, 103.98, 16.0), 26.8, 28.2),  # Singapore
        ((64.13, -21.90, 52.0), 0.7, 11.7),  # Reykjavik, the mildest of its latitude
    ],
)
def test_elsewhere_the_latitude_serves_within_its_uncertainty(
    where: tuple[float, float, float], january: float, july: float
) -> None:
    far = climate(*where)
    assert far.source == "zonal"
    assert far.stations == ()
    assert (far.u_temp_air > climate(*TOKYO).u_temp_air).all()
    assert abs(far.temp_air[0] - january) < 3.0 * far.u_temp_air[0]
    assert abs(far.temp_air[6] - july) < 3.0 * far.u_temp_air[6]
    assert np.isnan(far.precipitation).all()


def test_shapes() -> None:
    for c in (climate(*TOKYO), climate(-75.0, 0.0, 0.0)):
        for values in (c.temp_air, c.amplitude, c.amplitude_clear, c.wind_speed, c.snowfall):
            assert values.shape == (12,)
            assert values.dtype == np.float64
        assert c.snow_months.shape == (12,)


def test_refuses_what_is_no_place() -> None:
    with pytest.raises(FactError, match="altitude"):
        climate(35.0, 139.0, 20_000.0)
    with pytest.raises(FactError, match="latitude"):
        climate(95.0, 139.0, 0.0)


def test_shipped_normals_are_free_of_slips() -> None:
    """JMA's own year against the months: a slip of a digit would show."""
    rows = module._rows("normals.csv")
    ids = {p["station"] for p in module._rows("stations.csv")}
    assert len(ids) == 72
    assert {r["station"] for r in rows} == ids
    for r in rows:
        months, year = np.array([float(r[str(m)]) for m in range(1, 13)]), float(r["year"])
        if r["element"] in {"temp_air", "temp_max", "temp_min", "wind_speed"}:
            assert abs(months.mean() - year) < 0.11, r
        else:
            slack = 12.0 if r["element"] == "snowfall" else 0.015 * year
            assert abs(months.sum() - year) <= slack, r


def test_shipped_normals_hang_together() -> None:
    normals = module.load_normals()
    low, mean, high = (normals.elements[e] for e in ("temp_min", "temp_air", "temp_max"))
    assert not np.isnan(mean).any()
    assert (low < mean).all()
    assert (mean < high).all()
    assert np.abs(mean - (low + high) / 2.0).max() < 1.2
    months = np.concatenate([mean, mean[:, :1]], axis=1)
    assert np.abs(np.diff(months, axis=1)).max() < 10.0
    for latitude, longitude in zip(normals.latitude, normals.longitude, strict=True):
        shore = nearest_shore(latitude, longitude)
        assert shore is not None
        assert shore.on_land or shore.distance < 1500.0  # places are rounded to 0.01 degrees
