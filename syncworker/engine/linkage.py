"""Which rows are linked to which HubSpot record, which are not, and why: for people to read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from syncworker.engine.conflicts import LINK_CONFLICT
from syncworker.engine.engine import Engine
from syncworker.engine.letter_stores import Wanted
from syncworker.errors import ConfigError

LinkState = Literal["conflict", "unlinked", "linked"]
STATES: tuple[LinkState, ...] = ("conflict", "unlinked", "linked")
CREATED = "created"
"""How a record was linked that syncworker made."""


@dataclass(frozen=True, slots=True)
class Row:
    """How one source row stands to HubSpot.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        key: Our key: the account's, user's, subscription's or ticket's id.
        state: linked; unlinked (HubSpot has no record of it); conflict (it cannot be told which).
        hubspot_id: HubSpot's id of a linked row's record.
        linked_by: The HubSpot property a linked row was found by, or `created`; "" where it was
            linked before that was noted.
        name: What people know an unlinked row by.
        reason: Why it is unlinked, or what the conflict is.
        help: What to do about a conflict.
    """

    object: str
    key: str
    state: LinkState
    hubspot_id: str = ""
    linked_by: str = ""
    name: str = ""
    reason: str = ""
    help: str = ""


def require_runs(engine: Engine, portal: str) -> None:
    """Make sure that a run has tried to link the portal's rows.

    Raises:
        MappingError: There is no such portal.
        ConfigError: None has.
    """
    engine.mapping_text(portal)
    if not engine.runs.latest(portal, 1):
        raise ConfigError(
            f"portal {portal} has not been planned or synced yet, so nothing is linked",
            help=f"syncworker plan {portal}",
            code="NEVER_SYNCED",
        )


def require_object(engine: Engine, portal: str, object_name: str) -> None:
    """Make sure that there are rows of the object.

    Raises:
        ConfigError: There are none; the message names the objects that have some.
    """
    if next(rows(engine, portal, object_name=object_name), None) is None:
        there = sorted({row.object for row in rows(engine, portal)})
        raise ConfigError(
            f"the last run of portal {portal} had no rows of {object_name}",
            help=f"it had: {', '.join(there) or 'none at all'}",
            code="NO_ROWS",
        )


def rows(
    engine: Engine,
    portal: str,
    *,
    object_name: str | None = None,
    states: Collection[LinkState] = STATES,
) -> Iterator[Row]:
    """Each row once, as the portal's last run left it: conflicts, then unlinked, then linked.

    Linked rows are streamed; only the others are held in memory.

    Args:
        engine: The ports.
        portal: The portal's name.
        object_name: Only rows of this object; None: of all.
        states: Only rows in these.
    """
    for row in _of_states(engine, portal, states):
        if row.state in states and object_name in {None, row.object}:
            yield row


def _of_states(engine: Engine, portal: str, states: Collection[LinkState]) -> Iterator[Row]:
    unlinked = {(one.object, one.key): one for one in engine.unlinked.all(portal)}
    # A conflict that ended with the record's removal stays a letter until a sync ends.
    conflicts = {
        (one.letter.subject, one.letter.key): one.letter
        for one in engine.letters.kept(portal, Wanted(cause=LINK_CONFLICT))
        if (one.letter.subject, one.letter.key) not in unlinked
    }
    for (name, key), letter in sorted(conflicts.items(), key=lambda item: item[0]):
        yield Row(name, key, "conflict", reason=letter.message, help=letter.help)
    for one in unlinked.values():
        yield Row(one.object, one.key, "unlinked", name=one.name, reason=one.reason)
    if "linked" not in states:
        return
    for record in engine.ledger.linked(portal):
        place = (record.object, record.key)
        if place not in unlinked and place not in conflicts:
            by = record.linked_by
            yield Row(*place, "linked", hubspot_id=record.hubspot_id, linked_by=by)
