"""The words of a message: what is wrong or over, in a form that every channel can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from syncworker.engine.alert_health import LISTED
from syncworker.engine.alert_rules import Finding, shown, span
from syncworker.engine.alert_stores import AlertEvent, Episode
from syncworker.masking import mask


def opened(portal: str, findings: Sequence[Finding], run_id: str, now: datetime) -> dict[str, Any]:
    """What has gone wrong: findings of one rule, at least one."""
    lines = [one.line or one.message for one in findings]
    if lines == [findings[0].message]:  # the title says it
        lines = []
    return _notice(portal, "opened", findings, _listed(lines), run_id) | {
        "opened_at": now.isoformat()
    }


def recovered(
    portal: str,
    over: Sequence[tuple[Finding, Episode]],
    run_id: str,
    now: datetime,
) -> dict[str, Any]:
    """What is over, with how long it lasted; likewise."""
    lines = _listed([_ended(finding, episode, now, len(over)) for finding, episode in over])
    first = min(episode.opened_at for _, episode in over)
    findings = [finding for finding, _ in over]
    times = {"opened_at": first.isoformat(), "closed_at": now.isoformat()}
    return _notice(portal, "recovered", findings, lines, run_id) | times


def test(portal: str, now: datetime) -> dict[str, Any]:
    """A message that says that messages arrive."""
    return {
        "event": "test",
        "portal": portal,
        "rule": "test",
        "title": f"{portal}: this is a test of syncworker's alerts",
        "lines": ["Nothing is wrong. Whoever reads this will be told when something is."],
        "help": "",
        "run": "",
        "subjects": [],
        "accounts": [],
        "more": 0,
        "opened_at": now.isoformat(),
        "closed_at": None,
    }


def _notice(
    portal: str, event: AlertEvent, findings: Sequence[Finding], lines: Sequence[str], run_id: str
) -> dict[str, Any]:
    first = findings[0]
    accounts = [one.account for one in findings if one.account]
    return {
        "event": event,
        "portal": portal,
        "rule": first.rule.when,
        "title": mask(f"{portal}: {_headline(event, findings)}"),
        "lines": [mask(line) for line in lines],
        "help": mask(next((one.help for one in findings if one.help), "")),
        "run": run_id,
        "subjects": [one.subject for one in findings[:LISTED] if one.subject],
        "accounts": [_masked(account) for account in accounts[:LISTED]],
        "more": max(len(findings) - LISTED, 0),
        "closed_at": None,
    }


def _ended(finding: Finding, episode: Episode, now: datetime, number: int) -> str:
    about = finding.line or (finding.message if number > 1 else "")
    lasted = f"it had lasted {span(now - episode.opened_at)}, since {shown(episode.opened_at)}"
    return f"{about}; {lasted}" if about else lasted


def _headline(event: AlertEvent, findings: Sequence[Finding]) -> str:
    number = len(findings)
    if not _many(findings):
        return findings[0].message
    if findings[0].rule.when == "health_red":
        what = "fell to red" if event == "opened" else "is no longer red"
        return f"the health of {number:,} accounts {what}"
    what = "bring no rows" if event == "opened" else "bring rows again"
    return f"{number} streams {what}"


def _many(findings: Sequence[object]) -> bool:
    return len(findings) > 1


def _listed(lines: Sequence[str]) -> list[str]:
    more = len(lines) - LISTED
    return [*lines[:LISTED], *([f"… and {more:,} more"] if more > 0 else [])]


def _masked(account: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: mask(value) if isinstance(value, str) and name != "url" else value
        for name, value in account.items()
    }
