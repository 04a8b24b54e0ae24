"""What makes a mapping wrong: rules about when its runs start."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document
from syncworker.mapping.duration import duration
from syncworker.mapping.schedule import INTERVAL, TIME_OF_DAY, Schedule
from syncworker.mapping.suggest import did_you_mean, listed
from syncworker.model.streams import STREAMS

_SCHEDULE = ("schedule",)
_FAST = ("schedule", "fast")
_STARTING = ("every", "daily_at", "full_at")
_CONCERNED = ("email", "account_id")


def check_schedule(document: Document) -> Iterator[Finding]:
    """Contradictions (SW198), times (SW199), and the fast lane's streams (SW200, SW201)."""
    if not isinstance(document.at(*_SCHEDULE), dict):
        return
    yield from _contradictions(document)
    yield from _times(document)
    streams = document.at(*_FAST, "streams")
    for place, name in enumerate(streams if isinstance(streams, list) else []):
        if isinstance(name, str) and name:
            yield from _stream(document, place, name)


def _contradictions(document: Document) -> Iterator[Finding]:
    schedule = document.entries(*_SCHEDULE)
    if {"every", "daily_at"} <= schedule.keys():
        message = "a sync is due by `every` or by `daily_at`, not by both"
        help_ = "keep one; for a whole reading at night besides `every` write `full_at`"
        yield Finding("SW198", document.key((*_SCHEDULE, "daily_at")), message, help_)
    starts = any(schedule.get(key) not in (None, []) for key in _STARTING)
    if not starts and schedule.keys() <= Schedule.model_fields.keys():  # else a slip of one
        message = "the schedule never starts a sync"
        help_ = 'write `every: 15m` or `daily_at: "06:30"`, or remove `schedule`'
        yield Finding("SW198", document.key(_SCHEDULE), message, help_)
    fast, every = document.at(*_FAST, "every") or "1m", document.at(*_SCHEDULE, "every")
    told = "fast" in schedule and _interval(fast) and _interval(every)
    if told and duration(str(fast)) >= duration(str(every)):
        message = f"the fast lane (every {fast}) is no faster than the sync (every {every})"
        help_ = "remove `fast`, or let it look more often"
        yield Finding("SW198", document.key(_FAST), message, help_)


def _times(document: Document) -> Iterator[Finding]:
    """Only what stands there twice; what is no time the model refuses."""
    times = document.at(*_SCHEDULE, "daily_at")
    listed_ = times if isinstance(times, list) else []
    for place, time in enumerate(listed_):
        if isinstance(time, str) and time in listed_[:place]:
            span = document.value((*_SCHEDULE, "daily_at", place))
            yield Finding("SW199", span, f"{time} is there twice", "remove one of the two")
    full = document.at(*_SCHEDULE, "full_at")
    same = full is not None and full in (listed_ or [times])
    if same and isinstance(full, str) and re.fullmatch(TIME_OF_DAY, full):
        message = f"{full} is a time of `daily_at` and of `full_at`: the whole reading does both"
        span = document.value((*_SCHEDULE, "full_at"))
        yield Finding("SW199", span, message, "remove the time from `daily_at`")


def _stream(document: Document, place: int, name: str) -> Iterator[Finding]:
    span = document.value((*_FAST, "streams", place))
    meant = [
        (source, stream)
        for source in document.entries("sources")
        for stream in _streams(document, source)
        if name in (stream, f"{source}.{stream}")
    ]
    if not meant:
        every = sorted(
            {
                stream
                for source in document.entries("sources")
                for stream in _streams(document, source)
            }
        )
        help_ = did_you_mean(name, every, f"it has {listed(every)}")
        yield Finding("SW200", span, f"the mapping has no stream `{name}`", help_)
    for source, stream in meant:
        why = _unfit(document, source, stream)
        if why:
            yield Finding("SW201", span, f"`{source}.{stream}` {why[0]}", why[1])


def _streams(document: Document, source: str) -> list[str]:
    streams = document.at("sources", source, "streams")
    return (
        [name for name in streams if isinstance(name, str)]
        if isinstance(streams, list | dict)
        else []
    )


def _unfit(document: Document, source: str, stream: str) -> tuple[str, str] | None:
    """Why a stream cannot be in the fast lane, and what to do."""
    kind = document.at("sources", source, "kind")
    if kind == "webhook":
        return "starts a run by itself when a request comes", "remove it here"
    definition = STREAMS.get(stream)
    if definition is None:
        return None  # a slip, told elsewhere, or a name of Stripe's or HubSpot's own
    if not any(definition.column(column) for column in _CONCERNED):
        return (
            "names neither accounts nor people: nobody would be concerned",
            "remove it here; the next sync reads it",
        )
    config = document.entries("sources", source, "streams", stream)
    whole = config.get("whole")
    if (kind in ("sql", "http") and config.get("cursor") is None) or (
        kind == "files" and (whole is True or (whole is None and definition.event_time is None))
    ):
        help_ = "give the stream `whole: false`" if kind == "files" else "give it a `cursor`"
        return "has no cursor: it would be read whole each time", f"{help_}, or remove it here"
    return None


def _interval(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(INTERVAL, value) is not None
