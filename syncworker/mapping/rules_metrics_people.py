"""What makes a mapping wrong: rules about trials, the journey and fit under `metrics`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.metrics.settings_journey import JourneySettings

_TRIALS: Path = ("metrics", "trials")
_JOURNEY: Path = ("metrics", "journey")
_FIT: Path = ("metrics", "fit")
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*")
_MOST = 10_000
_LEAST = {
    "team_size": 1,
    "group_size": 1,
    "renewal_months": 1,
    "check_in_months": 1,
    "success_features": 0,
    "success_users": 0,
}


def check_people(document: Document) -> Iterator[Finding]:
    """Forms (SW180, SW181), stages and sizes (SW182), what is aimed at and domains (SW183)."""
    yield from _forms(document)
    yield from _window(document)
    yield from _stages(document)
    yield from _sizes(document)
    yield from _fit(document)


def _forms(document: Document) -> Iterator[Finding]:
    demos = document.entries(*_TRIALS, "demo_forms")
    trials = list(_texts(document, (*_TRIALS, "trial_forms")))
    for path, form in trials:
        if form in demos:
            message = f"form `{form}` stands under `demo_forms` too"
            yield Finding("SW180", document.value(path), message, "leave it under one of them")
    if trials and not document.at(*_TRIALS, "form_counts_as_committed"):
        message = "`trial_forms` is named, and no form counts as a start"
        help_ = "add `form_counts_as_committed: true`, or remove it"
        span = document.value((*_TRIALS, "trial_forms"))
        yield Finding("SW181", span, message, help_, severity="warning")


def _window(document: Document) -> Iterator[Finding]:
    days = document.at(*_TRIALS, "demo_window_days")
    if isinstance(days, int) and not isinstance(days, bool) and not 0 < days <= _MOST:
        span = document.value((*_TRIALS, "demo_window_days"))
        message = f"`demo_window_days` cannot be {days}"
        yield Finding("SW182", span, message, f"write a number from 1 to {_MOST}")


def _stages(document: Document) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, stage in _texts(document, (*_JOURNEY, "stages")):
        if stage in seen:
            message = f"stage `{stage}` stands twice"
            yield Finding("SW182", document.value(path), message, "remove one")
        seen.add(stage)


def _sizes(document: Document) -> Iterator[Finding]:
    wrong = [
        name for name, least in _LEAST.items() if not least <= _number(document, name) <= _MOST
    ]
    for name in wrong:
        span = document.value((*_JOURNEY, name))
        message = f"`{name}` cannot be {_number(document, name)}"
        yield Finding("SW182", span, message, f"write a number from {_LEAST[name]} to {_MOST}")
    if wrong:
        return
    team, group = _number(document, "team_size"), _number(document, "group_size")
    if group <= team:
        named = "group_size" if document.at(*_JOURNEY, "group_size") is not None else "team_size"
        message = f"a group of {group} is not larger than a team of {team}"
        help_ = "write a larger `group_size`, or a smaller `team_size`"
        yield Finding("SW182", document.value((*_JOURNEY, named)), message, help_)
    wanted = _number(document, "success_features")
    for key in ("key_features", "key_events"):
        if features := document.at("metrics", key):
            break
    count = len(set(map(str, features))) if isinstance(features, list) else 0
    if wanted > count:
        message = f"{wanted} key features can never be used: {count} are named"
        help_ = "name more `key_features`, or write a smaller number"
        yield Finding("SW182", document.value((*_JOURNEY, "success_features")), message, help_)


def _fit(document: Document) -> Iterator[Finding]:
    for name in ("sizes", "industries"):
        never = {text.strip().lower() for _, text in _texts(document, (*_FIT, f"not_{name}"))}
        for path, text in _texts(document, (*_FIT, name)):
            if text.strip().lower() in never:
                message = f"`{text}` is aimed at, and stands under `not_{name}` too"
                yield Finding("SW183", document.value(path), message, "leave it under one of them")
    for name in ("academic_domains", "competitor_domains"):
        for path, domain in _texts(document, (*_FIT, name)):
            if not _DOMAIN.fullmatch(domain):
                help_ = "write what stands behind the @: `rival.example`"
                message = f"`{domain}` is not a mail domain"
                yield Finding("SW183", document.value(path), message, help_)


def _number(document: Document, name: str) -> int:
    found = document.at(*_JOURNEY, name)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    default: int = getattr(JourneySettings(), name)
    return default


def _texts(document: Document, path: Path) -> Iterator[tuple[Path, str]]:
    found = document.at(*path)
    for number, text in enumerate(found if isinstance(found, list) else ()):
        if isinstance(text, str):
            yield (*path, number), text
