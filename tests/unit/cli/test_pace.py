"""How fast something is done, and how long the rest takes."""

from __future__ import annotations

import pytest

from syncworker.cli.pace import Pace, spoken


def test_a_steady_rate_is_forecast_exactly() -> None:
    pace = Pace()
    assert pace.left(10) is None, "nothing was measured"
    for second in range(20):
        pace.measure(second, second * 50)
    assert pace.rate == pytest.approx(50)
    assert pace.left(1_000) == pytest.approx(20)


def test_a_change_of_rate_is_followed_within_a_minute_and_a_hiccup_is_not() -> None:
    pace = Pace()
    for second in range(60):
        pace.measure(second, second * 100)
    pace.measure(60, 5_901)
    assert pace.rate > 95
    for second in range(1, 91):
        pace.measure(60 + second, 5_901 + second * 10)
    assert 10 < pace.rate < 25


def test_another_step_is_measured_anew_and_standing_still_says_nothing() -> None:
    pace = Pace()
    pace.measure(0, 0)
    pace.measure(1, 500)
    pace.measure(2, 500)
    assert pace.rate == pytest.approx(500)
    pace.measure(3, 0)
    assert pace.left(1) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (99, "99 s"), (180, "3 min"), (7_800, "2 h 10 min")]
)
def test_time_is_spoken(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
