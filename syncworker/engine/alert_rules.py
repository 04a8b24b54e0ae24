"""What each rule says: of a run that ended, and of how a portal stands now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.part import restricted
from syncworker.engine.run_words import RunKind, RunStatus
from syncworker.mapping.alerts import AlertRule
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.availability import GROWING

WATCHED: tuple[RunKind, ...] = ("sync", "extract", "apply", "rollback", "backfill")
"""Runs that are judged; who plans or prunes sees what comes of it."""
_WHOLE: tuple[RunKind, ...] = ("sync", "backfill")
GOOD: tuple[RunStatus, ...] = ("done", "rejects")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one subject.

    Attributes:
        rule: The rule.
        subject: An account, a stream, or "".
        holds: Whether it is wrong now, or over.
        message: That in a few words: what a title says where it is the only one.
        line: What there is to add: figures, or an error's words; "": nothing.
        help: What to do about it.
        told: Whether people are told.
        account: Of an account: id, name, health, drivers, MRR, address of its record.
    """

    rule: AlertRule
    subject: str
    holds: bool
    message: str
    line: str = ""
    help: str = ""
    told: bool = True
    account: Mapping[str, Any] = field(default_factory=dict)


def merged(mapping: PortalMapping) -> list[AlertRule]:
    """The mapping's rules; two that differ only in whom they tell are one."""
    rules: dict[str, AlertRule] = {}
    for rule in mapping.alerts.rules:
        to = [*(rules[rule.key].to if rule.key in rules else ()), *rule.to]
        rules[rule.key] = rule.model_copy(update={"to": list(dict.fromkeys(to))})
    return list(rules.values())


def of_run(run: Run, rule: AlertRule) -> Iterator[Finding]:
    """What a run that ended says of a rule; of health its chunks tell."""
    good, help_ = run.status in GOOD, run.help or f"syncworker runs show {run.id}"
    if rule.when == "run_failed":
        subject = "webhooks" if restricted(run) else ""
        if run.status == "failed":
            message = f"{run.kind} failed"
            yield Finding(rule, subject, holds=True, message=message, line=run.message, help=help_)
        elif good and run.kind != "extract":
            yield Finding(rule, subject, holds=False, message=f"{run.kind} works again")
    if rule.when == "guard_refused":
        if run.status == "refused":
            message = f"the guard refused a {run.kind}"
            yield Finding(rule, "", holds=True, message=message, line=run.message, help=help_)
        elif good and run.kind in (*_WHOLE, "apply") and not restricted(run):
            yield Finding(rule, "", holds=False, message="the guard lets it through again")
    if rule.when == "rejected_above" and good and run.kind != "extract" and not restricted(run):
        number, most = sum(run.summary.get("dead_letters", {}).values()), rule.above or 0
        if number > most:
            message = f"{run.kind} left {number:,} dead letters, more than {most:,}"
            help_ = f"syncworker dead-letters list {run.portal}"
            yield Finding(rule, "", holds=True, message=message, help=help_)
        elif run.kind in _WHOLE:  # others may not have tried what is rejected
            message = f"{run.kind} left {number:,} dead letters, no longer more than {most:,}"
            yield Finding(rule, "", holds=False, message=message)


def of_now(
    engine: Engine, portal: str, mapping: PortalMapping, rule: AlertRule
) -> Iterator[Finding]:
    """What the portal's state says of a rule; cheap, as every tick asks."""
    if rule.when == "budget_exhausted":
        run = engine.runs.running(portal)
        if run is not None and run.deferred_until is not None:
            help_ = "nothing is lost and nothing is to be done: it goes on by itself"
            yield Finding(rule, "", holds=True, message=run.message, help=help_)
        else:
            yield Finding(rule, "", holds=False, message="HubSpot takes requests again")
    if rule.when == "no_run" and mapping.schedule is not None:
        yield from _overdue(engine, portal, rule)
    if rule.when == "stale_stream":
        yield from _streams(engine, portal, mapping, rule)


def _overdue(engine: Engine, portal: str, rule: AlertRule) -> Iterator[Finding]:
    last, first = engine.alerts.succeeded(portal)
    since, now = last or first, engine.clock()
    if since is None:  # the first run is still to come
        return
    if now - since > timedelta(hours=rule.hours or 0):
        if _rested(engine, portal, rule):
            return
        message = f"no sync has succeeded for {span(now - since)}, since {shown(since)}"
        help_ = f"syncworker runs list {portal}; and is a worker running?"
        yield Finding(rule, "", holds=True, message=message, help=help_)
    else:
        yield Finding(rule, "", holds=False, message="a sync has succeeded again")


def _streams(
    engine: Engine, portal: str, mapping: PortalMapping, rule: AlertRule
) -> Iterator[Finding]:
    now = engine.clock()
    most = timedelta(hours=rule.hours or 0)
    rested = _rested(engine, portal, rule)
    reads = {(one.source, one.stream): one for one in engine.pages.read(portal)}
    for source, config in mapping.sources.items():
        for stream in config.streams:
            read = reads.get((source, stream))
            if read is None:  # the first sync is still to come
                continue
            name, seen, what = f"{source}.{stream}", read.read_at, "last read to its end"
            newest = None
            if stream in GROWING:
                newest = engine.alerts.newest(portal, stream, until=now)
            if newest is not None and newest < seen:
                seen, what = newest, "newest row"
            if now - seen > most:
                if rested:
                    continue
                message = f"{name}: {what} {span(now - seen)} ago, {shown(seen)}"
                help_ = f"syncworker sources check {portal}"
                yield Finding(rule, name, holds=True, message=message, help=help_)
            else:
                yield Finding(rule, name, holds=False, message=f"{name} brings rows again")


def _rested(engine: Engine, portal: str, rule: AlertRule) -> bool:
    """Whether a pause ended so lately that what is old may be so because of it."""
    ended = engine.pauses.ended(portal)
    return ended is not None and engine.clock() - ended <= timedelta(hours=rule.hours or 0)


def shown(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def span(time: timedelta) -> str:
    """How long, in its two largest units."""
    minutes = int(time.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
