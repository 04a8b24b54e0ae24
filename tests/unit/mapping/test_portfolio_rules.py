"""Mistakes in the settings of churn and lifetime value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]


def test_settings_that_make_sense_are_read(changed: Changed) -> None:
    loaded = changed(
        "objects:", "metrics: {portfolio: {churn_benchmark: 8, close_days: 0}}\nobjects:"
    )
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    assert loaded.mapping.metrics.portfolio.churn_benchmark == 8


@pytest.mark.parametrize(
    ("text", "says", "help_"),
    [
        ("churn_benchmark: 100", "`churn_benchmark` cannot be 100", "from 0.1 to 99.9"),
        ("min_churns: 0", "`min_churns` cannot be 0", "from 1 to"),
        ("ltv_months: -6", "`ltv_months` cannot be -6", "from 1 to 60"),
        ("ltv_cap_months: 0", "`ltv_cap_months` cannot be 0", "from 1 to 1200"),
        ("close_days: -1", "`close_days` cannot be -1", "from 0 to 366"),
    ],
)
def test_a_number_that_cannot_work_is_named_at_its_place(
    one: One, text: str, says: str, help_: str
) -> None:
    found = one("objects:", f"metrics: {{portfolio: {{{text}}}}}\nobjects:")
    assert (found.code, found.severity, found.line) == ("SW190", "error", 14)
    assert found.message == says
    assert help_ in found.help
