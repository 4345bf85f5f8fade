"""Progress: rate and remaining time, in the second pass over a fleet too."""

from __future__ import annotations

import pytest

from pvwarranty.batch import progress
from pvwarranty.batch.progress import Meter, duration


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_rate_and_remaining_time(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter()
    clock[0] += 20
    meter(10, 40)
    assert capsys.readouterr().err == "10 of 40 sites, 0.50 a second, 60 s left\n"


def test_the_next_pass_counts_from_the_end_of_the_first(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    meter = Meter()
    clock[0] += 10
    meter(40, 40)
    clock[0] += 16
    meter(8, 40)
    assert capsys.readouterr().err.splitlines()[-1] == "8 of 40 sites, 0.50 a second, 64 s left"


@pytest.mark.parametrize(
    ("seconds", "told"), [(42, "42 s"), (720, "12 min"), (12000, "3 h 20 min")]
)
def test_durations(seconds: float, told: str) -> None:
    assert duration(seconds) == told
