"""What each kind of answer of HubSpot's means: one table decides.

Sources: HubSpot's pages "Error handling" and "API usage guidelines". Every field of an error's
body may be missing, so a rule goes by the status first and by the category (or, of a 429, the
policy; of OAuth, the status in the body) where one is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncworker.errors import Recovery

ATTEMPTS = 6
# Statuses of no answer at all: nothing was sent; it was sent and none came; none that can be read.
NO_CONNECTION, NO_ANSWER, UNREADABLE = "NO_CONNECTION", "NO_ANSWER", "UNREADABLE"
TOO_LARGE = frozenset({413, 414})


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with one kind of answer.

    Attributes:
        then: each (a success, which says nothing about the single records: look at each), retry,
            reject (the request's records, each by itself) or stop.
        attempts: How often the request is sent in all.
        wait: Seconds before the next attempt where HubSpot names none; None: growing ones.
        later: Seconds that whoever gives up is told to wait, where HubSpot names none.
        lost: Whether the request may have been carried out all the same.
        cause: The code of a rejection where HubSpot gives none.
        help: What a person does if it stays so.
    """

    then: Recovery | Literal["each"]
    attempts: int = 1
    wait: float | None = None
    later: float | None = None
    lost: bool = False
    cause: str = ""
    help: str = ""


_CREDENTIALS = (
    "put a valid token where the mapping's `credentials` point: "
    "HubSpot > Settings > Integrations > Service Keys"
)
_SCOPE = "give the token the scope in HubSpot, then run again"
_PLACE = "see `api_version` and `base_url` in the mapping"
_NETWORK = "see whether this machine reaches HubSpot"
_BUSY = "HubSpot is busy or down: see status.hubspot.com"
_RATE = "another app or worker uses up the portal's allowance: run fewer at a time"

_NO_OBJECT = Rule(
    "stop", help="see the objects in the mapping: a custom object goes by its id, such as 2-123"
)
_SUCCESS = Rule("each")
_LATER = Rule("retry", ATTEMPTS, help=_BUSY)
_PERHAPS = Rule("retry", ATTEMPTS, lost=True, help=_BUSY)
UNKNOWN = Rule("stop", 3, lost=True, help="syncworker does not know this answer of HubSpot's")

RULES: dict[tuple[int, str], Rule] = {
    (0, NO_CONNECTION): Rule("retry", ATTEMPTS, help=_NETWORK),
    (0, NO_ANSWER): Rule("retry", ATTEMPTS, lost=True, help=_NETWORK),
    (0, UNREADABLE): Rule("retry", ATTEMPTS, lost=True, help=_NETWORK),
    (200, ""): _SUCCESS,
    (201, ""): _SUCCESS,
    (207, ""): _SUCCESS,
    # Nothing that is asked here is answered with nothing.
    (204, ""): _PERHAPS,
    (400, ""): Rule("reject", cause="VALIDATION_ERROR"),
    (400, "UNKNOWN_OBJECT"): _NO_OBJECT,
    # The transport asks once for another token.
    (401, ""): Rule("stop", help=_CREDENTIALS),
    (401, "EXPIRED_AUTHENTICATION"): Rule("stop", help=_CREDENTIALS),
    (401, "INVALID_AUTHENTICATION"): Rule("stop", help=_CREDENTIALS),
    (403, ""): Rule("stop", help=_SCOPE),
    (403, "MISSING_SCOPES"): Rule("stop", help=_SCOPE),
    (403, "USER_DOES_NOT_HAVE_PERMISSIONS"): Rule(
        "stop", help="see in HubSpot whether the user who made the token is still there and allowed"
    ),
    (404, ""): Rule("stop", help=_PLACE),
    (404, "OBJECT_NOT_FOUND"): Rule("reject"),
    (404, "UNKNOWN_OBJECT"): _NO_OBJECT,
    (405, ""): Rule("stop", help=_PLACE),
    (408, ""): _LATER,
    (409, ""): Rule("reject", cause="CONFLICT"),
    # Not the records' fault as long as there are several of them.
    (413, ""): Rule("reject", cause="TOO_LARGE"),
    (414, ""): Rule("reject", cause="TOO_LARGE"),
    (423, ""): Rule("retry", ATTEMPTS, 2, help="HubSpot keeps the records locked: try again later"),
    # The budget waits for what HubSpot's window asks, on behalf of all who share it.
    (429, ""): Rule("retry", ATTEMPTS, later=10, help=_RATE),
    (429, "TEN_SECONDLY_ROLLING"): Rule("retry", ATTEMPTS, later=10, help=_RATE),
    (429, "SECONDLY"): Rule("retry", ATTEMPTS, 1, help=_RATE),
    # Midnight in the portal's time zone ends it: nothing to wait for here.
    (429, "DAILY"): Rule(
        "retry", later=3600, help="the portal's daily requests are used up until its own midnight"
    ),
    (477, ""): Rule(
        "retry", ATTEMPTS, 60, help="HubSpot is moving the portal's data: try again later"
    ),
    (500, ""): _PERHAPS,
    (502, ""): _PERHAPS,
    (503, ""): _LATER,
    (504, ""): _PERHAPS,
    # Of the network in front of HubSpot; 521 to 523 and 525 on did not reach HubSpot.
    (520, ""): _PERHAPS,
    (521, ""): _LATER,
    (522, ""): Rule("retry", ATTEMPTS, help="if it stays so, ask HubSpot's support"),
    (523, ""): _LATER,
    (524, ""): _PERHAPS,
    (525, ""): _LATER,
    (526, ""): _LATER,
    (527, ""): _LATER,
    (530, ""): Rule("retry", ATTEMPTS, help="HubSpot cannot be reached, or the account is gone"),
}

# Answers that are told apart by their words only: status, words, the category they stand for.
PHRASES: tuple[tuple[int, str, str], ...] = (
    (404, "resource not found", ""),
    (400, "unable to infer object type", "UNKNOWN_OBJECT"),
    (404, "unable to infer object type", "UNKNOWN_OBJECT"),
)


def rule(status: int, category: str = "") -> Rule:
    """The rule for a status and a category or policy."""
    return RULES.get((status, category)) or RULES.get((status, "")) or UNKNOWN
