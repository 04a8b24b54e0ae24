"""Which metrics must be held because what they are computed from is missing, empty or stale."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncworker.metrics.catalog import METRICS
from syncworker.metrics.metric import Metric, streams_of
from syncworker.metrics.settings import MetricSettings

GROWING = frozenset({"events", "usage_daily"})
"""Streams in which silence is suspicious: their newest row counts, not the last read."""


@dataclass(frozen=True, slots=True)
class StreamState:
    """What is known about a stream that a source of the mapping provides.

    Attributes:
        rows: Staged rows.
        newest: The newest event time of its rows; None for a state stream or without rows.
        read_at: When it was last read successfully; None: never.
        problem: Why it could not be read this time; empty: it could, or nobody tried.
    """

    rows: int
    newest: datetime | None
    read_at: datetime | None
    problem: str = ""


def unavailable(
    configured: Mapping[str, StreamState], as_of: datetime, settings: MetricSettings
) -> dict[str, str]:
    """The metrics that must be held, each with the reason.

    A metric is held where nobody provides what it needs, and where a configured stream it uses
    has no rows or is stale. Held means: never cleared, never zero. A stream that a metric only
    uses if it is there (the metric's `also`) does not hold it by being absent, and a stale one
    does not hold a metric that is `partial`.

    Args:
        configured: By stream name, the streams some source of the mapping provides.
        as_of: The moment the numbers are for.
        settings: `stale_days` is used.

    Returns:
        By metric name, the reason in words; an available metric is absent.
    """
    problems = {
        name: problem
        for name, state in configured.items()
        if (problem := _problem(name, state, as_of, settings.stale_days.get(name)))
    }
    gone = expired(configured, as_of, settings)
    fresh = {name: problem for name, problem in problems.items() if name not in gone}
    reasons = {
        name: _reason(metric, configured, fresh if metric.partial else problems)
        for name, metric in METRICS.items()
    }
    return {name: reason for name, reason in reasons.items() if reason}


def expired(
    configured: Mapping[str, StreamState], as_of: datetime, settings: MetricSettings
) -> frozenset[str]:
    """The streams whose newest row, or last read, is older than their limit.

    What they tell is missing from a metric that is `partial`. One that could not be read this
    time, or came empty, has not expired: it holds a metric until it has.

    Args:
        configured: As for `unavailable`.
        as_of: The moment the numbers are for.
        settings: `stale_days` is used.
    """
    return frozenset(
        name
        for name, state in configured.items()
        if state.rows
        and (seen := _seen(name, state)) is not None
        and (days := settings.stale_days.get(name)) is not None
        and as_of - seen > timedelta(days=days)
    )


def _seen(name: str, state: StreamState) -> datetime | None:
    return state.newest if name in GROWING else state.read_at


def not_provided(metric: Metric, provided: Collection[str]) -> str:
    """Why a metric cannot be computed from these streams, or ""."""
    for group in metric.inputs:
        if not any(stream in provided for stream in group.split("|")):
            return f"no source provides {group.replace('|', ' or ')}"
    return ""


def _reason(
    metric: Metric, configured: Mapping[str, StreamState], problems: Mapping[str, str]
) -> str:
    lacking = not_provided(metric, configured)
    if lacking:
        return lacking
    return next((problems[stream] for stream in streams_of(metric) if stream in problems), "")


def _problem(name: str, state: StreamState, as_of: datetime, days: int | None) -> str:
    if state.problem:
        return f"{name} {state.problem}"
    if not state.rows:
        return f"{name} has no rows"
    seen, what = _seen(name, state), "newest row" if name in GROWING else "last read"
    if seen is None:
        return f"{name} has no {what}"
    if days is None or as_of - seen <= timedelta(days=days):
        return ""
    limit = f"{days} day" if days == 1 else f"{days} days"
    return f"{name} is stale: its {what} is of {seen:%Y-%m-%d %H:%M} UTC, more than {limit} ago"
