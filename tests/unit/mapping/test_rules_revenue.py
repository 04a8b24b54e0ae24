"""What makes `metrics: revenue` wrong."""

from pathlib import Path

import pytest

from syncworker.mapping.codes import CODES
from syncworker.mapping.loader import load

EXAMPLE = (Path(__file__).parents[3] / "mappings" / "example.yaml").read_text(encoding="utf-8")


def codes(*lines: str) -> list[tuple[str, str]]:
    section = "metrics:\n  revenue:\n" + "".join(f"    {line}\n" for line in lines)
    found = load(EXAMPLE.replace("metrics:\n", section, 1), "example.yaml").diagnostics
    return [(each.code, each.message) for each in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["mode: stripe_dashboard", "past_due: false", "paused: all"], []),
        (["churn_reasons: { not_paid: payment }"], []),
        (["tier_mid_from: 50", "tier_high_from: 60", "guarantee_days: 14"], []),
        (["churn_reasons: { not_paid: money }"], [("SW172", "`money` is not a churn reason")]),
        (
            ["tier_mid_from: 1000"],
            [("SW173", "the tiers do not rise: mid from 1000, high from 1000")],
        ),
        (["tier_high_from: 0"], [("SW173", "the tiers do not rise: mid from 100, high from 0")]),
        (["guarantee_days: 0"], [("SW174", "`guarantee_days` is 0")]),
        (["renewal_window_days: -1"], [("SW174", "`renewal_window_days` is -1")]),
    ],
)
def test_a_wrong_revenue_section_is_told(lines: list[str], expected: list[tuple[str, str]]) -> None:
    assert codes(*lines) == expected


def test_the_codes_are_explained() -> None:
    assert {"SW172", "SW173", "SW174"} <= CODES.keys()
