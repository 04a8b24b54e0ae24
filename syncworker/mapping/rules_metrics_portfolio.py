"""What makes a mapping wrong: rules about what churn and lifetime value rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path

_PORTFOLIO: Path = ("metrics", "portfolio")
_BETWEEN: Mapping[str, tuple[float, float]] = {
    "churn_benchmark": (0.1, 99.9),
    "min_churns": (1, 1_000_000),
    "ltv_months": (1, 60),
    "ltv_cap_months": (1, 1200),
    "close_days": (0, 366),
}


def check_portfolio(document: Document) -> Iterator[Finding]:
    """Numbers that no churn or lifetime value can be told from (SW190)."""
    for name, (low, high) in _BETWEEN.items():
        found = document.at(*_PORTFOLIO, name)
        if not isinstance(found, int | float) or isinstance(found, bool):
            continue
        if not low <= found <= high:
            message = f"`{name}` cannot be {found:g}"
            help_ = f"write a number from {low:g} to {high:g}"
            yield Finding("SW190", document.value((*_PORTFOLIO, name)), message, help_)
