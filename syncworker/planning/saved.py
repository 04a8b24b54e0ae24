"""A saved plan: a header, then one record a line. The digest says whether either was changed.

It guards against a hand that slips, not against forgery: whoever may write the file may also
write a digest that fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from syncworker.errors import ConfigError, StalePlan
from syncworker.planning import json_text
from syncworker.planning.guard import Tally
from syncworker.planning.plan import (
    MODULUS,
    Plan,
    fingerprint_of,
    from_json,
    plan_from_json,
    plan_to_json,
    summarize,
)
from syncworker.planning.records import RecordPlan

SCHEMA_VERSION = 1
_KIND = "syncworker plan"
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Header:
    """What a saved plan says of itself.

    Attributes:
        plan: Its counts and fingerprint, portal, moment and mapping.
        run_id: The run that made it.
        planned_at: When it began to read what the plan is made from; aware UTC.
        position: How far the history of what was written went then.
        tallies: What the guard judges, of the whole portal.
        select: What it was narrowed to, as typed; empty: nothing.
        version: The version of syncworker that made it.
    """

    plan: Plan
    run_id: str
    planned_at: datetime
    position: int
    tallies: tuple[Tally, ...] = ()
    select: tuple[str, ...] = ()
    version: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the header, and with it of every record, in hex."""
        return hashlib.sha256(json_text.dumps(self._document()).encode()).hexdigest()

    @property
    def short(self) -> str:
        """The digest as people see it."""
        return self.digest[:_DIGITS]

    def to_json(self) -> str:
        """The first line of the file."""
        return json_text.dumps({**self._document(), "digest": self.digest})

    def _document(self) -> dict[str, Any]:
        return {
            "kind": _KIND,
            "schema_version": SCHEMA_VERSION,
            "plan": json_text.loads(plan_to_json(self.plan)),
            "run_id": self.run_id,
            "planned_at": self.planned_at.isoformat(),
            "position": self.position,
            "tallies": [list(astuple(tally)) for tally in self.tallies],
            "select": list(self.select),
            "version": self.version,
        }


def header_of(line: str, place: str) -> Header:
    """The header that a file's first line holds.

    Args:
        line: The line.
        place: The file's name, for messages.

    Raises:
        ConfigError: It is no saved plan, or one of another version.
        StalePlan: It was changed after it was saved.
    """
    try:
        data = json_text.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, Mapping) or data.get("kind") != _KIND:
        raise ConfigError(
            f"{place} is no saved plan",
            help="make one: syncworker plan PORTAL --out FILE",
            code="PLAN_UNREADABLE",
        )
    if data.get("schema_version") != SCHEMA_VERSION:
        raise ConfigError(
            f"{place} has version {data.get('schema_version')} of the plan's format, and this "
            f"syncworker reads version {SCHEMA_VERSION}",
            help="make the plan again with this version",
            code="PLAN_VERSION",
        )
    try:
        header = Header(
            plan=plan_from_json(json_text.dumps(data["plan"])),
            run_id=data["run_id"],
            planned_at=datetime.fromisoformat(data["planned_at"]),
            position=data["position"],
            tallies=tuple(Tally(*row) for row in data["tallies"]),
            select=tuple(data["select"]),
            version=data["version"],
        )
    except (KeyError, TypeError, ValueError):
        raise edited(place) from None
    if json_text.loads(header.to_json()) != data:
        raise edited(place)
    return header


def records_of(lines: Iterable[str], header: Header, place: str) -> Iterator[RecordPlan]:
    """The records after the header; only at their end is it known that none was changed.

    Raises:
        StalePlan: They are not the ones that were saved.
    """
    fingerprint = 0
    for line in lines:
        try:
            record = from_json(line)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise edited(place) from None
        fingerprint = (fingerprint + fingerprint_of(line.rstrip("\n"))) % MODULUS
        yield record
    if fingerprint != header.plan.fingerprint:
        raise edited(place)


def empty(plan: Plan) -> Plan:
    """The same plan without a record."""
    return replace(plan, objects={}, fingerprint=0)


def summarized(plan: Plan, object_name: str, records: Iterable[RecordPlan]) -> Plan:
    """These records of one object as a part of the plan."""
    return summarize(plan.portal, plan.as_of, plan.mapping_digest, object_name, records)


def edited(place: str) -> StalePlan:
    """The error of a file that is not as it was saved."""
    return StalePlan(
        f"{place} is not as it was saved: its digest does not match its content",
        help="a plan is applied exactly as it was made, or not at all; make it again: "
        "syncworker plan PORTAL --out FILE",
        code="PLAN_EDITED",
    )
