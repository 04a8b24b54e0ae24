"""Links that cannot be told: reported with both sides, never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.engine.memory import DeadLetter
from syncworker.engine.ports import PortalRecord
from syncworker.engine.target import Target
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.objects import own_keys
from syncworker.masking import mask

LINK_CONFLICT = "LINK_CONFLICT"
_MOST_KEYS = 5


def shared(target: Target, record: DesiredRecord, name: str, keys: Sequence[str]) -> DeadLetter:
    """Several source rows have one match value."""
    some = ", ".join(keys[:_MOST_KEYS]) + (", …" if len(keys) > _MOST_KEYS else "")
    return _conflict(
        target,
        record,
        name,
        f"{len(keys):,} source rows have the {name} {dict(record.matches)[name]}: {some}",
        f"give each row its own {name}, or {_by_key(target, record, name)}",
    )


def ambiguous(
    target: Target, record: DesiredRecord, name: str, candidates: Sequence[PortalRecord]
) -> DeadLetter:
    """Several HubSpot records have one match value."""
    ids = ", ".join(sorted(candidate.id for candidate in candidates))
    return _conflict(
        target,
        record,
        name,
        f"HubSpot has {len(candidates):,} {target.name} with {name} "
        f"{dict(record.matches)[name]} (ids {ids})",
        f"merge them in HubSpot, or {_by_key(target, record, name)}",
    )


def taken(target: Target, record: DesiredRecord, hubspot_id: str, owner: str) -> DeadLetter:
    """The HubSpot record is linked to another source row already."""
    return _conflict(
        target,
        record,
        "",
        f"HubSpot record {hubspot_id} is linked to {owner} already",
        f"two source rows, {record.key} and {owner}, mean one HubSpot record: "
        "mend the source or match by a unique property of your own",
    )


def _by_key(target: Target, record: DesiredRecord, name: str) -> str:
    """How a unique property of our own tells the right record where `name` does not."""
    values = dict(record.matches)
    for key in own_keys(target.config):
        if key.property in values and key.property != name:
            return f"write {values[key.property]} into {key.property} of the right record"
    return "match by a unique property of your own"


def _conflict(
    target: Target,
    record: DesiredRecord,
    name: str,
    message: str,
    help: str,
) -> DeadLetter:
    return DeadLetter(
        kind="record",
        subject=target.name,
        key=record.key,
        cause=LINK_CONFLICT,
        property=name or next((way for way, _ in record.matches), ""),
        message=mask(message),
        help=mask(help),
        values=record.values,
    )
