"""What makes a mapping wrong: rules about attribution and what portfolio numbers rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path

_VARIANTS: Path = ("metrics", "attribution", "cac_variants")
_BLENDED = "blended"
_MOST_MONTHS = 120
_MOST_DAYS = 3660
_BETWEEN: Mapping[Path, tuple[float, float]] = {
    ("metrics", "attribution", "cac_months"): (1, _MOST_MONTHS),
    ("metrics", "attribution", "spend_lag_months"): (0, _MOST_MONTHS),
    ("metrics", "attribution", "payback_target_months"): (1, _MOST_MONTHS),
    ("metrics", "portfolio", "gross_margin"): (0, 1),
    ("metrics", "portfolio", "trial_mature_days"): (1, _MOST_DAYS),
    ("metrics", "portfolio", "activation_days"): (1, _MOST_DAYS),
    ("metrics", "portfolio", "renewal_days"): (1, _MOST_DAYS),
    ("metrics", "portfolio", "visit_to_trial_percent"): (0, 100),
    ("metrics", "portfolio", "trial_to_paid_percent"): (0, 100),
    ("metrics", "portfolio", "least"): (1, 1_000_000),
}


def check_growth(document: Document) -> Iterator[Finding]:
    """CAC variants that are none (SW192), numbers out of their range (SW193)."""
    for name in document.entries(*_VARIANTS):
        path = (*_VARIANTS, name)
        if name == _BLENDED:
            message = f"`{name}` is the CAC of all spend already"
            yield Finding("SW192", document.key(path), message, "give it another name")
        elif document.at(*path) == []:
            message = f"`{name}` counts no category of spend"
            yield Finding("SW192", document.value(path), message, "name some: `[ads, staff]`")
    for path, (low, high) in _BETWEEN.items():
        found = document.at(*path)
        if isinstance(found, bool) or not isinstance(found, int | float):
            continue
        if not low <= found <= high:
            message = f"`{path[-1]}` cannot be {found:g}"
            help_ = f"write a number from {low:g} to {high:g}"
            yield Finding("SW193", document.value(path), message, help_)
