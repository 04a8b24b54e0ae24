"""Mistakes in the settings of attribution and of portfolio numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]


def test_settings_that_make_sense_are_read(changed: Changed) -> None:
    text = (
        "metrics:\n"
        "  attribution: {cac_variants: {lean: [ads, tools]}, paid_channels: [cpc]}\n"
        "  portfolio: {gross_margin: 1, visit_to_trial_percent: 0, least: 1}\n"
        "objects:"
    )
    loaded = changed("objects:", text)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    settings = loaded.mapping.metrics
    assert settings.attribution.cac_variants == {"lean": ("ads", "tools")}
    assert settings.attribution.paid_channels == ("cpc",)
    assert (settings.portfolio.gross_margin, settings.portfolio.least) == (1, 1)


@pytest.mark.parametrize(
    ("code", "text", "column", "says", "help_"),
    [
        ("SW192", "attribution: {cac_variants: {blended: [ads]}}", 40, "all spend", "another"),
        ("SW192", "attribution: {cac_variants: {lean: []}}", 46, "`lean` counts no", "name some"),
        ("SW193", "portfolio: {gross_margin: 1.5}", 37, "cannot be 1.5", "from 0 to 1"),
        ("SW193", "portfolio: {least: 0}", 30, "`least` cannot be 0", "from 1 to"),
        ("SW193", "attribution: {spend_lag_months: -1}", 43, "cannot be -1", "0 to 120"),
        ("SW193", "portfolio: {trial_to_paid_percent: 170}", 46, "be 170", "0 to 100"),
        ("SW111", "portfolio: {least: true}", 30, "", ""),
    ],
)
def test_a_setting_that_cannot_work_is_named_at_its_place(
    one: One, code: str, text: str, column: int, says: str, help_: str
) -> None:
    found = one("objects:", f"metrics: {{{text}}}\nobjects:")
    assert (found.code, found.severity, found.line, found.column) == (code, "error", 14, column)
    assert says in found.message
    assert help_ in found.help
