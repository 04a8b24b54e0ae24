"""A part of a plan: the records and properties a person picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from syncworker.planning.records import RecordPlan


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a plan is meant; of different kinds all must hold, of one kind any.

    Attributes:
        objects: Only these objects; None: all.
        properties: Only these properties; None: all.
        keys: By object, only these keys of ours; None: all.
    """

    objects: frozenset[str] | None = None
    properties: frozenset[str] | None = None
    keys: Mapping[str, frozenset[str]] | None = None

    def takes(self, object_name: str) -> bool:
        """Whether records of the object are meant."""
        return self.objects is None or object_name in self.objects

    def of(self, plan: RecordPlan) -> RecordPlan | None:
        """The record's plan as far as it is meant; None where nothing of it is.

        A record that is to be created is created with that; the rest of it stays empty for now.
        """
        if not self.takes(plan.object):
            return None
        if self.keys is not None and plan.key not in self.keys.get(plan.object, ()):
            return None
        if self.properties is None:
            return plan
        empty = plan.empty
        if plan.action == "create":
            empty += tuple(c.property for c in plan.changes if c.property not in self.properties)
        part = replace(
            plan,
            changes=tuple(c for c in plan.changes if c.property in self.properties),
            held=tuple(h for h in plan.held if h.property in self.properties),
            refused=tuple(r for r in plan.refused if r.property in self.properties),
            empty=empty,
        )
        return part if part.changes or part.held or part.refused else None
