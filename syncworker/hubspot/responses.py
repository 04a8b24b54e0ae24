"""What an answer of HubSpot's that is no success means: one table decides.

Sources: HubSpot's pages "Error handling" and "API usage guidelines". Every field of an error's
body may be missing, so a rule goes by the status first and by the category (or, of a 429, the
policy) where one is listed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from syncworker.errors import (
    Forbidden,
    PortalError,
    RateLimited,
    RecordRejected,
    Recovery,
    Unauthorized,
    Unavailable,
)
from syncworker.hubspot.problems import context, entries, problem, quoted, text

ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with one kind of answer.

    Attributes:
        recovery: retry, reject (the request's records, each by itself) or stop.
        attempts: How often the request is sent in all.
        wait: Seconds before the next attempt where HubSpot names none; None: growing ones.
        help: What a person does if it stays so.
    """

    recovery: Recovery
    attempts: int = 1
    wait: float | None = None
    help: str = ""


_LATER = Rule("retry", ATTEMPTS, None, "HubSpot is busy or down: see status.hubspot.com")
_RATE = "another app or worker uses up the portal's allowance: run fewer at a time"
UNKNOWN = Rule("stop", 3, None, "syncworker does not know this answer of HubSpot's")
NO_ANSWER = Rule("retry", ATTEMPTS, None, "see whether this machine reaches HubSpot")

_WRONG_PLACE = "see `api_version` and `base_url` in the mapping"

RULES: dict[tuple[int, str], Rule] = {
    (400, ""): Rule("reject"),
    (401, ""): Rule(
        "stop",
        help="put a valid token where the mapping's `credentials` point: "
        "HubSpot > Settings > Integrations > Service Keys",
    ),
    (403, ""): Rule("stop", help="give the token the scope in HubSpot, then run again"),
    (404, ""): Rule("stop", help=_WRONG_PLACE),
    (404, "OBJECT_NOT_FOUND"): Rule("reject", help=_WRONG_PLACE),
    (408, ""): _LATER,
    (409, ""): Rule("reject"),
    (413, ""): Rule("reject"),
    (414, ""): Rule("reject"),
    (423, ""): Rule("retry", ATTEMPTS, 2, "HubSpot keeps the records locked: try again later"),
    (429, ""): Rule("retry", ATTEMPTS, 10, _RATE),
    (429, "TEN_SECONDLY_ROLLING"): Rule("retry", ATTEMPTS, 10, _RATE),
    (429, "SECONDLY"): Rule("retry", ATTEMPTS, 1, _RATE),
    # Midnight in the portal's timezone ends it: nothing to wait for here.
    (429, "DAILY"): Rule(
        "retry", 1, 3600, "the portal's daily requests are used up until midnight"
    ),
    (477, ""): Rule("retry", ATTEMPTS, 60, "HubSpot is moving the portal's data: try again later"),
    **{(status, ""): _LATER for status in (500, 502, 503, 504, *range(520, 528), 530)},
}


def rule(status: int, category: str = "") -> Rule:
    """The rule for a status and a category or policy."""
    return RULES.get((status, category)) or RULES.get((status, "")) or UNKNOWN


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success.

    Attributes:
        status: The HTTP status; 0 where there was no answer.
        rule: What the table says about it.
        error: What is raised if it stays so.
        retry_after: Seconds HubSpot named, else the rule's; None: growing ones.
    """

    status: int
    rule: Rule
    error: PortalError
    retry_after: float | None = None


def refused(status: int, headers: Mapping[str, str], body: str, request: str) -> Refusal:
    """Judge an answer.

    Args:
        status: The HTTP status.
        headers: Names in lower case.
        body: The answer's text, JSON or not.
        request: What was asked, for the message: "POST /crm/...".
    """
    answer = parse(body)
    policy = text(answer.get("policyName"))
    category = text(answer.get("category"))
    decided = rule(status, policy or category)
    after = _retry_after(status, policy, headers, decided)
    message = f"HubSpot answered {status} to {request}: {_words(answer)}{_reference(answer)}"
    error = _error(status, decided, answer, message, after)
    return Refusal(status, decided, error, after)


def unanswered(request: str, reason: str) -> Refusal:
    """No answer, or none that can be read: the request may or may not have been carried out."""
    message = f"HubSpot did not answer {request}: {quoted(reason)}"
    error = Unavailable(message, help=NO_ANSWER.help, code="HUBSPOT_UNREACHABLE")
    return Refusal(0, NO_ANSWER, error)


def parse(body: str) -> Mapping[str, Any]:
    """The answer's JSON object, or an empty one where it is none."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _error(
    status: int, decided: Rule, answer: Mapping[str, Any], message: str, after: float | None
) -> PortalError:
    more = {"help": decided.help, "code": f"HUBSPOT_{status}"}
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(message, **more)
    if status == HTTPStatus.FORBIDDEN:
        scopes = [
            scope
            for entry in entries(answer, "errors")
            for scope in context(entry, "requiredGranularScopes")
        ]
        return Forbidden(message, scope=", ".join(dict.fromkeys(scopes)), **more)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        policy = text(answer.get("policyName"))
        return RateLimited(message, retry_after=after or 0, policy=policy, **more)
    if decided.recovery == "retry":
        return Unavailable(message, retry_after=after, **more)
    if decided.recovery == "reject":
        told = problem(answer)
        return RecordRejected(told.message, category=told.code, property=told.property, **more)
    return PortalError(message, **more)


def _words(answer: Mapping[str, Any]) -> str:
    if not answer:
        return "no explanation"
    told = problem(answer)
    return f"{told.property}: {told.message}" if told.property else told.message


def _reference(answer: Mapping[str, Any]) -> str:
    correlation = text(answer.get("correlationId"))
    return f" (correlation id {quoted(correlation)})" if correlation else ""


def _retry_after(
    status: int, policy: str, headers: Mapping[str, str], decided: Rule
) -> float | None:
    named = headers.get("retry-after", "")
    if named.isdecimal():
        return float(named)
    interval = headers.get("x-hubspot-ratelimit-interval-milliseconds", "")
    if (
        status == HTTPStatus.TOO_MANY_REQUESTS
        and policy in ("", "TEN_SECONDLY_ROLLING")
        and interval.isdecimal()
    ):
        return int(interval) / 1000
    return decided.wait
