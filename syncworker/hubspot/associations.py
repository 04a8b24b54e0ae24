"""Which records of two objects belong together: reading it, and associating those that do not.

HubSpot associates a pair that is associated already without complaint, so a request whose answer
got lost is sent again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from syncworker.engine.ports import Pair, PairOutcome
from syncworker.errors import RecordRejected
from syncworker.hubspot.paths import ASSOCIATE, READ_ASSOCIATIONS
from syncworker.hubspot.problems import Problem, context, entries, problem, text
from syncworker.hubspot.transport import Transport

READ_AT_ONCE = 1_000
"""HubSpot's changelog: since 10 February 2025."""
CREATE_AT_ONCE = 100
"""Batch create takes 2,000 by third parties' accounts; of the default type nobody states a limit,
and 100 is what every batch of HubSpot's takes."""

_NO_RIGHT = "USER_DOES_NOT_HAVE_PERMISSIONS"
# By a part of HubSpot's category: not all exact names are published.
HELP = {
    "OBJECT_NOT_FOUND": "one of the two was deleted or merged in HubSpot: "
    "the next sync looks it up again",
    "LIMIT": "one of the two has as many associations as HubSpot or its admins allow: "
    "remove some in HubSpot, or raise the limit there, then `syncworker sync {portal}`",
    _NO_RIGHT: "the user who made the token was removed or may not edit associations: have a "
    "super admin make a new one, then `syncworker sync {portal}`",
}
OTHER = "see whether both records are in HubSpot and may be associated there"
_LEFT_OUT = Problem("VANISHED", "", "HubSpot reported success but did not associate the two")


def read(
    transport: Transport, from_object: str, to_object: str, ids: Collection[str]
) -> dict[str, frozenset[str]]:
    """By id asked for, the ids of the associated records; empty where there are none.

    Args:
        transport: The portal's connection.
        from_object: The object of `ids`.
        to_object: The object of the records wanted.
        ids: HubSpot ids. One that was merged away may come back empty: HubSpot moves its
            associations to the new record.

    Raises:
        PortalError: HubSpot refused or did not answer.
    """
    objects = f"{from_object}/{to_object}"
    found: dict[str, set[str]] = {one: set() for one in ids}
    # What is still to ask, with HubSpot's mark of where a record's next page begins.
    asked = [{"id": one} for one in found]
    while asked:
        now, asked = asked[:READ_AT_ONCE], asked[READ_AT_ONCE:]
        answer = transport.send(READ_ASSOCIATIONS, objects, {"inputs": now})
        pages = {one["id"]: one.get("after", "") for one in now}
        for result in entries(answer, "results"):
            record = _id(result.get("from"))
            if record not in pages:
                continue
            others = {_text(other.get("toObjectId")) for other in entries(result, "to")}
            found[record] |= others - {""}
            after = _after(result)
            if after not in ("", pages[record]):
                asked.append({"id": record, "after": after})
    return {record: frozenset(others) for record, others in found.items()}


def create(
    transport: Transport,
    from_object: str,
    to_object: str,
    pairs: Sequence[Pair],
    portal: str,
) -> tuple[PairOutcome, ...]:
    """Associate pairs by HubSpot's default type; one outcome per pair, in their order.

    Args:
        transport: The portal's connection.
        from_object: The object of each pair's `from_id`.
        to_object: The object of each pair's `to_id`.
        pairs: What belongs together.
        portal: The portal's name, for the commands in the help.

    Raises:
        Forbidden: The token may not associate records at all.
        PortalError: HubSpot refused or did not answer. Some pairs may be associated; sending them
            again does no harm.
    """
    objects = f"{from_object}/{to_object}"
    told: dict[Pair, Problem | None] = {}
    wanted = list(dict.fromkeys(pairs))
    for start in range(0, len(wanted), CREATE_AT_ONCE):
        told |= _send(transport, objects, wanted[start : start + CREATE_AT_ONCE])
    unclear = [pair for pair in wanted if told[pair] is _LEFT_OUT]
    if unclear:
        # The answer does not say: the records do.
        linked = read(transport, from_object, to_object, {pair.from_id for pair in unclear})
        told |= {pair: None for pair in unclear if pair.to_id in linked[pair.from_id]}
    return tuple(_outcome(pair, told[pair], portal) for pair in pairs)


def _send(transport: Transport, objects: str, pairs: Sequence[Pair]) -> dict[Pair, Problem | None]:
    """What is wrong with each pair; None: it is associated."""
    inputs = [{"from": {"id": one.from_id}, "to": {"id": one.to_id}} for one in pairs]
    try:
        answer = transport.send(ASSOCIATE, objects, {"inputs": inputs})
    except RecordRejected as error:
        if len(pairs) == 1 or _NO_RIGHT in error.category:
            return dict.fromkeys(pairs, Problem(error.category, "", error.message))
        # Halving finds the pairs to blame in a few requests.
        middle = len(pairs) // 2
        first = _send(transport, objects, pairs[:middle])
        return first | _send(transport, objects, pairs[middle:])
    return _read(answer, pairs)


def _read(answer: Mapping[str, Any], pairs: Sequence[Pair]) -> dict[Pair, Problem | None]:
    done = {_pair(result) for result in entries(answer, "results")}
    errors = entries(answer, "errors")
    told: dict[Pair, Problem | None] = {}
    for pair in pairs:
        blamed = next((error for error in errors if _names(error, pair)), None)
        told[pair] = None if pair in done else _problem(blamed) if blamed else _LEFT_OUT
    return told


def _names(error: Mapping[str, Any], pair: Pair) -> bool:
    """Whether an error is about a pair; one that names no record is about all that failed."""
    one, other, either = (context(error, key) for key in ("fromObjectId", "toObjectId", "ids"))
    if one or other:
        return (not one or pair.from_id in one) and (not other or pair.to_id in other)
    return not either or pair.from_id in either or pair.to_id in either


def _problem(error: Mapping[str, Any]) -> Problem:
    """HubSpot's finer category where it is one we can help with."""
    told = problem(error)
    finer = text(error.get("subCategory")).rpartition(".")[2]
    return Problem(finer if _help(finer) else told.code, "", told.message)


def _help(code: str) -> str | None:
    return next((words for known, words in HELP.items() if known in code), None)


def _pair(result: Mapping[str, Any]) -> Pair:
    """The pair of a result, in the shape of either of HubSpot's two endpoints."""
    return Pair(
        _id(result.get("from")) or _text(result.get("fromObjectId")),
        _id(result.get("to")) or _text(result.get("toObjectId")),
    )


def _outcome(pair: Pair, told: Problem | None, portal: str) -> PairOutcome:
    if told is None:
        return PairOutcome(pair)
    help_ = (_help(told.code) or OTHER).format(portal=portal)
    return PairOutcome(pair, told.code, told.message, help_)


def _id(value: object) -> str:
    return _text(value.get("id")) if isinstance(value, dict) else ""


def _text(value: object) -> str:
    """An id as a string: HubSpot writes some as numbers."""
    return str(value) if isinstance(value, int) else text(value)


def _after(result: Mapping[str, Any]) -> str:
    paging = result.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    return _text(following.get("after")) if isinstance(following, dict) else ""
