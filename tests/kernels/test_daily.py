"""Daily figures beside pandas."""

import numpy as np
import pandas as pd
import pytest

from pvwarranty_kernels.daily import channel_days, daily_reduce, days_of, ratio


@pytest.fixture
def series(rng: np.random.Generator) -> dict[str, np.ndarray]:
    n = 30 * 288
    day = np.repeat(np.arange(19_000, 19_030), 288)
    keep = np.sort(rng.choice(n, 6000, replace=False))
    keep = keep[day[keep] != 19_011]
    response = np.maximum(np.sin(np.linspace(0, 60 * np.pi, n)), 0.0)[keep] * 0.9
    power = 250.0 * response * (0.97 + 0.05 * rng.standard_normal(keep.size))
    power[::50] = np.nan
    power[7::501] = np.inf
    flags = np.where(rng.uniform(size=keep.size) < 0.1, 6, 0) + np.where(day[keep] % 3 == 0, 1, 0)
    return {"day": day[keep], "response": response, "power": power, "flags": flags}


def expected_days(s: dict[str, np.ndarray], mask: int) -> pd.DataFrame:
    frame = pd.DataFrame(s)
    frame["ratio"] = frame.power / (250.0 * frame.response)
    good = (frame.response > 0.02) & np.isfinite(frame.ratio) & (frame["flags"] & mask == 0)

    def figures(part: pd.DataFrame) -> pd.Series:
        part = part.sort_values("ratio")
        run = part.response.cumsum().to_numpy()
        total = run[-1]
        return pd.Series({
            "median": part.ratio.to_numpy()[np.searchsorted(run, 0.5 * total)],
            "mean": (part.ratio * part.response).sum() / total, "weight": total, "used": len(part),
        })  # fmt: skip

    return frame[good].groupby("day")[["ratio", "response"]].apply(figures)


def test_beside_pandas(series: dict[str, np.ndarray]) -> None:
    days = days_of(series["day"])
    got = channel_days(days, series["power"], 250.0, series["response"], series["flags"], mask=4)
    expected = expected_days(series, 4).reindex(got.day)
    for name in ("median", "mean"):
        np.testing.assert_allclose(getattr(got, name), expected[name], rtol=1e-12)
    np.testing.assert_allclose(got.weight, expected.weight.fillna(0.0), rtol=1e-12)
    np.testing.assert_array_equal(got.used, expected.used.fillna(0))
    assert got.used[11] == 0
    assert np.isnan(got.median[11])


def test_in_two_steps(series: dict[str, np.ndarray]) -> None:
    of = ratio(series["power"], 250.0, series["response"])
    assert np.isnan(of[series["response"] < 0.02]).all()
    two = daily_reduce(series["day"], of, series["response"], series["flags"], 4)
    one = channel_days(
        days_of(series["day"]), series["power"], 250.0, series["response"], series["flags"], 4
    )
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_narrow_storage_is_read_as_it_is(series: dict[str, np.ndarray]) -> None:
    days, response = days_of(series["day"]), series["response"]
    power, flags = series["power"].astype(np.float32), series["flags"].astype(np.int32)
    narrow = channel_days(days, power, 250.0, response, flags, 4)
    wide = channel_days(days, power.astype(float), 250.0, response, flags.astype(np.int64), 4)
    for a, b in zip(narrow, wide, strict=True):
        np.testing.assert_array_equal(a, b)


def test_mask_chooses_the_flags_that_exclude(series: dict[str, np.ndarray]) -> None:
    args = (series["day"], ratio(series["power"], 250.0, series["response"]), series["response"])
    none = daily_reduce(*args, series["flags"], 0)
    every = daily_reduce(*args, series["flags"], -1)
    assert none.used.sum() > every.used.sum()
    assert (every.used[none.day % 3 == 0] == 0).all()


def test_refusals(series: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="decreases"):
        days_of(series["day"][::-1])
    with pytest.raises(ValueError, match="length"):
        daily_reduce(series["day"], np.ones(3), np.ones(3), np.zeros(3), 0)
    with pytest.raises(ValueError, match="above 0 W"):
        channel_days(days_of(series["day"]), series["power"], 0.0, series["response"],
                     series["flags"], 0)  # fmt: skip
    assert days_of(np.empty(0, np.int64)).day.size == 0
