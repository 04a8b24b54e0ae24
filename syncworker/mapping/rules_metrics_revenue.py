"""What makes a mapping wrong: rules about `metrics: revenue`."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.metrics.churn_reasons import REASONS
from syncworker.metrics.settings_revenue import RevenueSettings

_REVENUE: Path = ("metrics", "revenue")


def check_revenue(document: Document) -> Iterator[Finding]:
    """Unknown churn reasons (SW172), tiers that do not rise (SW173), days below 1 (SW174)."""
    meant = document.at(*_REVENUE, "churn_reasons")
    for name, reason in meant.items() if isinstance(meant, dict) else ():
        if isinstance(reason, str) and reason not in REASONS:
            path = (*_REVENUE, "churn_reasons", name)
            message = f"`{reason}` is not a churn reason"
            help_ = f"one of {', '.join(REASONS)}"
            yield Finding("SW172", document.value(path), message, help_)
    usual = RevenueSettings()
    cuts = {}
    for name in ("tier_mid_from", "tier_high_from"):
        given = document.at(*_REVENUE, name)
        cuts[name] = given if isinstance(given, int) else getattr(usual, name)
    if not 0 < cuts["tier_mid_from"] < cuts["tier_high_from"]:
        message = (
            f"the tiers do not rise: mid from {cuts['tier_mid_from']}, "
            f"high from {cuts['tier_high_from']}"
        )
        path = next((*_REVENUE, name) for name in cuts if document.at(*_REVENUE, name) is not None)
        help_ = "both above 0, and `tier_high_from` above `tier_mid_from`"
        yield Finding("SW173", document.value(path), message, help_)
    for name in ("guarantee_days", "renewal_window_days"):
        days = document.at(*_REVENUE, name)
        if isinstance(days, int) and days < 1:
            path = (*_REVENUE, name)
            yield Finding("SW174", document.value(path), f"`{name}` is {days}", "at least 1 day")
