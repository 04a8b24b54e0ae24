"""An answer of HubSpot's that is no success, judged by the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from syncworker.errors import (
    Forbidden,
    PortalError,
    RateLimited,
    RecordRejected,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot.problems import context, entries, problem, quoted, text
from syncworker.hubspot.responses import PHRASES, Rule, rule


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success.

    Attributes:
        status: The HTTP status; 0 where there was no answer.
        rule: What the table says about it.
        error: What is raised if it stays so.
        wait: Seconds before the next attempt; None: growing ones.
        named: Seconds to wait that HubSpot itself named; 0: none.
        policy: Of a 429: which limit, or "".
        answer: The answer's JSON.
    """

    status: int
    rule: Rule
    error: PortalError
    wait: float | None = None
    named: float = 0
    policy: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)


def refused(status: int, headers: Mapping[str, str], body: str, request: str) -> Refusal:
    """Judge an answer.

    Args:
        status: The HTTP status.
        headers: Names in lower case.
        body: The answer's text, JSON or not.
        request: What was asked, for the message: "POST /crm/...".
    """
    answer = parse(body)
    decided = rule(status, _category(status, answer))
    given = headers.get("retry-after", "")
    named = float(given) if given.isascii() and given.isdecimal() else None
    policy = text(answer.get("policyName"))
    interval = headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
    if decided.then == "retry" and status == HTTPStatus.TOO_MANY_REQUESTS and named is None:
        rolling = policy in ("", "TEN_SECONDLY_ROLLING")
        later = int(interval) / 1000 if rolling and interval.isdecimal() else decided.later
    else:
        later = decided.later
    wait = decided.wait if named is None else named
    after = wait if wait is not None else later
    message = f"HubSpot answered {status} to {request}: {_words(answer)}{_reference(answer)}"
    error = _error(status, decided, answer, message, after)
    return Refusal(status, decided, error, wait, named or 0, policy, answer)


def unanswered(request: str, kind: str, reason: str) -> Refusal:
    """No answer, or none that can be read.

    Args:
        request: What was asked, for the message.
        kind: NO_CONNECTION, NO_ANSWER or UNREADABLE.
        reason: What happened, in words.
    """
    decided = rule(0, kind)
    message = f"HubSpot did not answer {request}: {quoted(reason)}"
    error = Unavailable(message, help=decided.help, code="HUBSPOT_UNREACHABLE")
    return Refusal(0, decided, error)


def parse(body: str) -> Mapping[str, Any]:
    """The answer's JSON object, or an empty one where it is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _category(status: int, answer: Mapping[str, Any]) -> str:
    words = text(answer.get("message")).lower()
    for known, phrase, category in PHRASES:
        if status == known and phrase in words:
            return category
    return text(answer.get("policyName")) or text(answer.get("category"))


def _error(
    status: int, decided: Rule, answer: Mapping[str, Any], message: str, after: float | None
) -> PortalError:
    more = {"help": decided.help, "code": f"HUBSPOT_{status}"}
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(message, **more)
    if status == HTTPStatus.FORBIDDEN:
        scope = ", ".join(_scopes(answer))
        told = f"{message}; it needs {scope}" if scope else message
        return Forbidden(told, scope=scope, **more)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        policy = text(answer.get("policyName"))
        return RateLimited(message, retry_after=after or 0, policy=policy, **more)
    if decided.then == "retry":
        return Unavailable(message, retry_after=after, **more)
    if decided.then == "reject":
        found = problem(answer, decided.cause or "UNKNOWN")
        return RecordRejected(found.message, category=found.code, property=found.property, **more)
    return PortalError(message, **more)


def _scopes(answer: Mapping[str, Any]) -> list[str]:
    """The scopes that are missing, wherever the answer names them."""
    told = [answer, *entries(answer, "errors")]
    keys = ("requiredGranularScopes", "requiredScopes", "missingScopes")
    return list(dict.fromkeys(s for one in told for key in keys for s in context(one, key)))


def _words(answer: Mapping[str, Any]) -> str:
    if not answer:
        return "no explanation"
    told = problem(answer)
    return f"{told.property}: {told.message}" if told.property else told.message


def _reference(answer: Mapping[str, Any]) -> str:
    correlation = text(answer.get("correlationId"))
    return f" (correlation id {quoted(correlation)})" if correlation else ""
