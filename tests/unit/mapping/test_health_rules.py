"""Mistakes in what a mapping says of usage, health, tickets and surveys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]


def metrics(text: str) -> str:
    return f"metrics: {{{text}}}\nobjects:"


def test_what_may_be_set_is_read(changed: Changed) -> None:
    text = (
        "metrics:\n"
        "  usage_warn_percent: -20\n"
        "  health_bands: {red: 40, yellow: 70, support: [0, 2, 5], sentiment: [9, 8, 6]}\n"
        "  usage:\n"
        "    floors: {large: 500, small: 20}\n"
        "    quota_event: contacts_stored\n"
        "    quota_kind: level\n"
        "    quotas: {price_pro: 1000}\n"
        "    free_quota: 100\n"
        "  health:\n"
        "    hysteresis: 5\n"
        "    profiles: {large: {usage_trend: 30, billing: 0}}\n"
        "  support: {flag_tickets: 6, segment: industry, nps_from: 1}\n"
        "objects:"
    )
    loaded = changed("objects:", text)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    settings = loaded.mapping.metrics
    assert settings.usage.floors == {"large": 500, "small": 20}
    assert settings.usage.quotas == {"price_pro": 1000}
    assert settings.health.profiles == {"large": {"usage_trend": 30, "billing": 0}}
    assert settings.health_bands.support == (0, 2, 5)
    assert (settings.support.segment, settings.support.nps_from) == ("industry", 1)


@pytest.mark.parametrize(
    ("code", "severity", "new", "column", "says", "help_"),
    [
        ("SW176", "error", "health: {onboarding: {seat: 0}}", 33, "called `seat`", "`seats`?"),
        ("SW176", "error", "health: {profiles: {a: {seats: -1}}}", 42, "below 0", "write 0"),
        ("SW177", "error", "health_bands: {red: 75}", 31, "`red` (75) is not below", "one of"),
        ("SW177", "error", "health_bands: {yellow: 50}", 34, "`yellow` (50)", "one of"),
        ("SW177", "error", "usage_warn_percent: -50", 31, "`usage_critical_percent` (-50)", ""),
        ("SW177", "error", "usage: {calm_percent: -25}", 33, "not below `calm_percent` (-25)", ""),
        ("SW177", "error", "support: {nps_from: 10}", 31, "not below `nps_to` (10)", ""),
        ("SW177", "error", "support: {csat_to: 1}", 30, "not below `csat_to` (1)", ""),
        ("SW177", "error", "health_bands: {breadth: [75, 80, 25]}", 35, "do not fall", "best band"),
        ("SW177", "error", "health_bands: {support: [0, 0, 3]}", 35, "do not rise", "must rise"),
        ("SW178", "warning", "usage: {quota_event: x}", 32, "no tier has a quota", "`quotas`"),
        ("SW178", "warning", "usage: {free_quota: 5}", 19, "nothing tells", "`quota_event:"),
        ("SW179", "error", "usage: {calm_days: 0}", 30, "cannot be 0", "at least 1"),
        ("SW179", "error", "support: {flag_percentile: 100}", 38, "cannot be 100", "1 to 99"),
        (
            "SW179",
            "error",
            "usage: {quota_event: x, quotas: {p: 0}}",
            47,
            "`p` cannot be 0",
            "at least 1",
        ),
        ("SW111", "error", "health_bands: {breadth: [a, 2, 1]}", 36, "whole number", ""),
        ("SW111", "error", "health: {profiles: {a: 5}}", 34, "a section", ""),
        ("SW111", "error", "support: {segment: plan}", 30, "cannot be `plan`", "industry"),
    ],
)
def test_what_cannot_work_is_named_at_its_place(
    one: One, code: str, severity: str, new: str, column: int, says: str, help_: str
) -> None:
    found = one("objects:", metrics(new))
    assert (found.code, found.severity, found.line) == (code, severity, 14)
    assert says in found.message
    assert help_ in found.help
    assert found.column == column
