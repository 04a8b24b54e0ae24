"""Alerts: what begins is told once, and told once more when it is over.

Judged at the end of each run and with each tick. Nothing here can fail a run: what goes wrong is
logged, and kept where `syncworker alerts list` shows it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from syncworker.engine import alert_health, alert_notice
from syncworker.engine.alert_rules import WATCHED, Finding, merged, of_now, of_run
from syncworker.engine.alert_stores import AlertDelivery, AlertEvent, Episode
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.errors import MappingError, StoreError, SyncworkerError
from syncworker.mapping.alerts import AlertRule
from syncworker.mapping.portal import PortalMapping
from syncworker.masking import mask

log = logging.getLogger(__name__)
_NEWS = timedelta(days=30)
"""An older run is no news any more; who judged it is forgotten after 90 days."""


def after_run(engine: Engine, run: Run) -> None:
    """Judge a run that has just ended; never raises."""

    def judge() -> None:
        mapping = checked(run.portal, run.mapping)
        if mapping.alerts.rules and run.kind in WATCHED:
            _judge(engine, run, mapping)

    _safely(engine, run.portal, judge)


def watch(engine: Engine, portal: str) -> None:
    """Judge how a portal stands now, and its last run where that was not done; never raises."""

    def judge() -> None:
        mapping = mapping_now(engine, portal)
        if mapping is None or engine.alerts.paused(portal):
            return
        findings = [
            one for rule in merged(mapping) for one in of_now(engine, portal, mapping, rule)
        ]
        _settle(engine, portal, mapping, findings, _retired(engine, portal, mapping))
        if not mapping.alerts.rules:
            return
        since = engine.clock() - _NEWS
        ended = (
            one
            for one in engine.runs.latest(portal, 5)
            if one.finished_at is not None and one.created_at > since
        )
        run = next((one for one in ended if one.kind in WATCHED), None)
        if run is not None and not engine.alerts.judged(run):  # its process was killed before
            _judge(engine, run, mapping)

    _safely(engine, portal, judge)


def mapping_now(engine: Engine, portal: str) -> PortalMapping | None:
    """The portal's mapping; while it has errors, that of its last run; None: there is neither."""
    try:
        return checked(portal, engine.mapping_text(portal))
    except MappingError:
        last = engine.runs.latest(portal, 1)
        return checked(portal, last[0].mapping) if last else None


def _judge(engine: Engine, run: Run, mapping: PortalMapping) -> None:
    findings: list[Finding] = []
    for rule in merged(mapping):
        findings += of_run(run, rule)
        if rule.when == "health_red" and run.status in ("done", "rejects"):
            findings += alert_health.findings(engine, run, rule)
    _settle(engine, run.portal, mapping, findings, [], run)


def _retired(engine: Engine, portal: str, mapping: PortalMapping) -> list[int]:
    """Open episodes of rules or streams that the mapping no longer has: they end unsaid."""
    rules = {rule.key: rule for rule in merged(mapping)}
    streams = {
        f"{name}.{one}" for name, source in mapping.sources.items() for one in source.streams
    }
    return [
        one.id
        for one in engine.alerts.open(portal)
        if one.rule not in rules
        or (rules[one.rule].when == "stale_stream" and one.subject not in streams)
    ]


def _settle(
    engine: Engine,
    portal: str,
    mapping: PortalMapping,
    findings: Sequence[Finding],
    retired: Sequence[int],
    run: Run | None = None,
) -> None:
    """Open and close episodes, and record a message for each rule that has something to say."""
    now, run_id = engine.clock(), "" if run is None else run.id
    known = {(one.rule, one.subject): one for one in engine.alerts.open(portal)}
    opened: list[Episode] = []
    closed: list[int] = list(retired)
    deliveries: list[AlertDelivery] = []
    for rule in merged(mapping):
        mine = [one for one in findings if one.rule.key == rule.key]
        new = [one for one in mine if one.holds and (rule.key, one.subject) not in known]
        over = [
            (one, known[rule.key, one.subject])
            for one in mine
            if not one.holds and (rule.key, one.subject) in known
        ]
        told = [one for one in new if one.told]
        notice = uuid.uuid4().hex
        opened += [
            Episode(0, portal, rule.key, one.subject, _words(one), notice * one.told, now)
            for one in new
        ]
        if told:
            body = alert_notice.opened(portal, told, run_id, now)
            deliveries += _deliveries(mapping, rule, notice, "opened", body, now)
        closed += [episode.id for _, episode in over]
        ended = [(one, episode) for one, episode in over if episode.notice]
        if ended:
            body = alert_notice.recovered(portal, ended, run_id, now)
            deliveries += _deliveries(mapping, rule, uuid.uuid4().hex, "recovered", body, now)
    if opened or closed or run is not None:
        engine.alerts.change(opened, closed, deliveries, now, run)


def _words(one: Finding) -> str:
    """What an episode is about, in one line; of an account its name is enough."""
    whole = f"{one.message}: {one.line}" if one.line and not one.account else one.message
    return mask(" ".join(whole.split()))


def _deliveries(
    mapping: PortalMapping,
    rule: AlertRule,
    notice: str,
    event: AlertEvent,
    body: dict[str, object],
    now: datetime,
) -> list[AlertDelivery]:
    portal = str(body["portal"])
    return [
        AlertDelivery(0, notice, portal, channel, event, body, now, next_at=now)
        for channel in rule.to
        if channel in mapping.alerts.channels
    ]


def _safely(engine: Engine, portal: str, work: Callable[[], None]) -> None:
    """Do it; an error is logged, and kept once a day."""
    try:
        work()
    except StoreError as error:  # nothing can be written down now; the next tick judges again
        log.warning("alerts could not be judged: %s", error, extra={"portal": portal})
    except SyncworkerError as error:
        log.warning("alerts could not be judged: %s", error, extra={"portal": portal})
        _keep(engine, portal, str(error))
    except Exception as error:  # a defect of ours, which must not harm what it is told of
        log.exception("a defect in the alerts", extra={"portal": portal})
        _keep(engine, portal, f"a defect in syncworker: {type(error).__name__}")


def _keep(engine: Engine, portal: str, error: str) -> None:
    now = engine.clock()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if engine.slots.claim(portal, "alerts failed", today):
            engine.alerts.record(
                AlertDelivery(0, "", portal, "", "opened", {}, now, error=mask(error))
            )
    except SyncworkerError as again:
        log.warning("and that could not be stored: %s", again, extra={"portal": portal})
