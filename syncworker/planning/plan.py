"""A plan: what a run would do, as counts and one digest, and its records as JSON.

Shards of a portal are planned apart and by different workers, so a plan is a sum: the plans of the
shards added in any order are the plan of the portal, with the same digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from syncworker.errors import StalePlan
from syncworker.planning import json_text
from syncworker.planning.records import Change, Held, RecordPlan

MODULUS = 1 << 256
"""Fingerprints add up modulo this."""
_RECORD, _HELD = (tuple(column.name for column in fields(kind)) for kind in (RecordPlan, Held))


@dataclass(frozen=True, slots=True)
class Counts:
    """Records of one object; every record counts once in the first five.

    Attributes:
        create: To be created.
        update: With something to send.
        unchanged: With nothing to send and nothing held.
        held: With nothing to send and something held.
        unlinked: Not in HubSpot, and the mapping does not create.
        held_changes: Changes held back, over all records.
    """

    create: int = 0
    update: int = 0
    unchanged: int = 0
    held: int = 0
    unlinked: int = 0
    held_changes: int = 0

    @property
    def read(self) -> int:
        """All records looked at."""
        return self.create + self.update + self.unchanged + self.held + self.unlinked


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a portal, or of a shard of it, without its records.

    Attributes:
        portal: The portal's name.
        as_of: The moment the numbers are for.
        mapping_digest: Of the mapping it was made with.
        objects: Counts by object.
        fingerprint: Sum of the records' SHA-256, modulo 2**256; `digest` is for people.
    """

    portal: str
    as_of: datetime
    mapping_digest: str
    objects: Mapping[str, Counts] = field(default_factory=dict)
    fingerprint: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 over all record plans, whatever their order, in hex."""
        return hashlib.sha256(self.fingerprint.to_bytes(32, "big")).hexdigest()

    @property
    def total(self) -> Counts:
        """Counts over all objects."""
        return _sum(self.objects.values())

    def plus(self, other: Plan) -> Plan:
        """This plan and another shard's.

        Raises:
            StalePlan: They are of another portal, moment or mapping.
        """
        mine = (self.portal, self.as_of, self.mapping_digest)
        theirs = (other.portal, other.as_of, other.mapping_digest)
        if mine != theirs:
            message = (
                f"parts of two different plans: {mine[0]} as of {mine[1].isoformat()} with mapping "
                f"{mine[2][:6]}, {theirs[0]} as of {theirs[1].isoformat()} with mapping "
                f"{theirs[2][:6]}"
            )
            raise StalePlan(message, help=f"make the plan again: syncworker plan {mine[0]}")
        none = Counts()
        objects = {
            name: _sum((self.objects.get(name, none), other.objects.get(name, none)))
            for name in sorted({*self.objects, *other.objects})
        }
        return Plan(*mine, objects, (self.fingerprint + other.fingerprint) % MODULUS)


def summarize(
    portal: str,
    as_of: datetime,
    mapping_digest: str,
    object_name: str,
    plans: Iterable[RecordPlan | None],
    *,
    unlinked: int = 0,
) -> Plan:
    """The plan of records of one object.

    Args:
        portal: The portal's name.
        as_of: The moment the numbers are for.
        mapping_digest: Of the mapping.
        object_name: The object, also where there are no records.
        plans: What `diff` returned for each record; None is an unchanged one.
        unlinked: Records that are not in HubSpot and are not to be created.
    """
    tally = dict.fromkeys((column.name for column in fields(Counts)), 0) | {"unlinked": unlinked}
    fingerprint = 0
    for plan in plans:
        if plan is None:
            tally["unchanged"] += 1
            continue
        sends = plan.action == "create" or plan.changes
        tally[plan.action if sends else "held"] += 1
        tally["held_changes"] += len(plan.held)
        fingerprint = (fingerprint + fingerprint_of(to_json(plan))) % MODULUS
    return Plan(portal, as_of, mapping_digest, {object_name: Counts(**tally)}, fingerprint)


def fingerprint_of(text: str) -> int:
    """What a record's canonical JSON adds to the fingerprint of its plan, modulo `MODULUS`."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def to_json(plan: RecordPlan) -> str:
    """A record's plan as one line of canonical JSON: equal plans give equal text."""
    # asdict() copies every value deeply: a quarter of the time of a first sync.
    data = {name: getattr(plan, name) for name in _RECORD} | {
        "changes": [tuple(change) for change in plan.changes],
        "held": [{name: getattr(one, name) for name in _HELD} for one in plan.held],
        "refused": [{name: getattr(one, name) for name in _HELD} for one in plan.refused],
        "create_values": dict(plan.create_values),
    }
    return json_text.dumps(data)


def from_json(text: str) -> RecordPlan:
    """The record's plan that `to_json` wrote."""
    data = json_text.loads(text)
    data["changes"] = tuple(map(Change._make, data["changes"]))
    data["held"] = tuple(Held(**held) for held in data["held"])
    data["empty"] = tuple(data["empty"])
    data["refused"] = tuple(Held(**held) for held in data["refused"])
    return RecordPlan(**data)


def to_document(plan: RecordPlan) -> dict[str, Any]:
    """The record's plan as names and values, for people's programs."""
    return asdict(plan) | {"changes": [change._asdict() for change in plan.changes]}


def plan_to_json(plan: Plan) -> str:
    """A plan as one line of JSON, with its digest beside the fields for people to read."""
    data = asdict(plan) | {
        "as_of": plan.as_of.isoformat(),
        "fingerprint": f"{plan.fingerprint:064x}",
        "digest": plan.digest,
    }
    return json_text.dumps(data)


def plan_from_json(text: str) -> Plan:
    """The plan that `plan_to_json` wrote."""
    data = json_text.loads(text)
    return Plan(
        portal=data["portal"],
        as_of=datetime.fromisoformat(data["as_of"]),
        mapping_digest=data["mapping_digest"],
        objects={name: Counts(**counts) for name, counts in data["objects"].items()},
        fingerprint=int(data["fingerprint"], 16),
    )


def _sum(many: Iterable[Counts]) -> Counts:
    rows = [asdict(counts) for counts in many]
    return Counts(**{c.name: sum(row[c.name] for row in rows) for c in fields(Counts)})
