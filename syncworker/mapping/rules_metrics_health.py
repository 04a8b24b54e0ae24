"""What makes a mapping wrong: rules about usage, health, tickets and surveys under `metrics`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.metrics.health_components import COMPONENTS
from syncworker.metrics.settings import MetricSettings

_HEALTH: Path = ("metrics", "health")
_USAGE: Path = ("metrics", "usage")
_BANDS: Path = ("metrics", "health_bands")
_FALLING = ("usage_trend", "frequency", "breadth", "seats", "sentiment")
_IN_ORDER: tuple[tuple[Path, Path], ...] = (
    ((*_BANDS, "red"), (*_BANDS, "yellow")),
    (("metrics", "usage_critical_percent"), ("metrics", "usage_warn_percent")),
    (("metrics", "usage_warn_percent"), (*_USAGE, "calm_percent")),
    (("metrics", "support", "nps_from"), ("metrics", "support", "nps_to")),
    (("metrics", "support", "csat_from"), ("metrics", "support", "csat_to")),
)
"""Settings of which the first is below the second."""
_RANGES: tuple[tuple[Path, int, int | None], ...] = (
    ((*_USAGE, "calm_days"), 1, None),
    ((*_USAGE, "free_quota"), 0, None),
    ((*_HEALTH, "hysteresis"), 0, 49),
    (("metrics", "support", "flag_percentile"), 1, 99),
    (("metrics", "support", "flag_accounts"), 1, None),
)


def check_health(document: Document) -> Iterator[Finding]:
    """Weights (SW176), limits out of order (SW177), half a quota (SW178), out of range (SW179)."""
    yield from _weights(document, (*_HEALTH, "onboarding"))
    for size in document.entries(*_HEALTH, "profiles"):
        yield from _weights(document, (*_HEALTH, "profiles", size))
    for name, weight in document.entries("metrics", "health_weights").items():
        yield from _negative(document, ("metrics", "health_weights", name), name, weight)
    for low, high in _IN_ORDER:
        yield from _order(document, low, high)
    for name in (*_FALLING, "support"):
        yield from _bands(document, name)
    yield from _quota(document)
    for path, least, most in _RANGES:
        yield from _range(document, path, least, most)
    for price in document.entries(*_USAGE, "quotas"):
        yield from _range(document, (*_USAGE, "quotas", price), 1, None)


def _weights(document: Document, section: Path) -> Iterator[Finding]:
    for name, weight in document.entries(*section).items():
        path = (*section, name)
        if name not in COMPONENTS:
            help_ = did_you_mean(name, COMPONENTS, f"allowed: {listed(COMPONENTS)}")
            yield Finding("SW176", document.key(path), f"no component is called `{name}`", help_)
        else:
            yield from _negative(document, path, name, weight)


def _negative(document: Document, path: Path, name: str, weight: object) -> Iterator[Finding]:
    if isinstance(weight, int | float) and weight < 0:
        message = f"the weight of `{name}` is below 0"
        yield Finding("SW176", document.value(path), message, "write 0 to leave it out")


def _order(document: Document, low: Path, high: Path) -> Iterator[Finding]:
    values = [_setting(document, path) for path in (low, high)]
    if all(isinstance(value, int) for value in values) and values[0] >= values[1]:
        path = high if _written(document, high) else low
        message = f"`{low[-1]}` ({values[0]}) is not below `{high[-1]}` ({values[1]})"
        yield Finding("SW177", document.value(path), message, "change one of the two")


def _bands(document: Document, name: str) -> Iterator[Finding]:
    limits = document.at(*_BANDS, name)
    wanted = len(getattr(MetricSettings().health_bands, name))
    if not isinstance(limits, list) or len(limits) != wanted:
        return  # the models say it
    if not all(isinstance(limit, int) for limit in limits):
        return
    steps = list(pairwise(limits if name == "support" else limits[::-1]))
    if any(one >= other for one, other in steps):
        way = "rise" if name == "support" else "fall"
        message = f"the limits of `{name}` do not {way}"
        help_ = f"the best band comes first: each limit must {way}"
        yield Finding("SW177", document.value((*_BANDS, name)), message, help_)


def _quota(document: Document) -> Iterator[Finding]:
    event = document.at(*_USAGE, "quota_event")
    limits = [name for name in ("quotas", "free_quota") if document.at(*_USAGE, name)]
    if event and not limits:
        message = "no tier has a quota, so that nothing is a share of one"
        help_ = "write under `quotas` what each price allows: `price_1: 1000`"
        yield Finding(
            "SW178", document.value((*_USAGE, "quota_event")), message, help_, severity="warning"
        )
    if limits and not event:
        message = "nothing tells how much of the quota is used"
        help_ = "name the event or daily count that does: `quota_event: contacts_stored`"
        yield Finding(
            "SW178", document.key((*_USAGE, limits[0])), message, help_, severity="warning"
        )


def _range(document: Document, path: Path, least: int, most: int | None) -> Iterator[Finding]:
    value = document.at(*path)
    if not isinstance(value, int) or (value >= least and (most is None or value <= most)):
        return
    allowed = f"at least {least}" if most is None else f"from {least} to {most}"
    message = f"`{path[-1]}` cannot be {value}"
    yield Finding("SW179", document.value(path), message, f"allowed: {allowed}")


def _written(document: Document, path: Path) -> bool:
    return document.at(*path) is not None


def _setting(document: Document, path: Path) -> Any:  # noqa: ANN401 - of any type
    """What the mapping says, else what is so without it."""
    if _written(document, path):
        return document.at(*path)
    value: Any = MetricSettings()
    for name in path[1:]:
        value = getattr(value, str(name))
    return value
