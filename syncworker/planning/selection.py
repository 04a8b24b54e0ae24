"""A part of a plan: the records and properties a person picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from syncworker.planning.records import RecordPlan


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a plan is meant; of different kinds all must hold, of one kind any.

    Attributes:
        objects: Only these objects; empty: all.
        properties: Only these properties; empty: all.
        keys: By object, only these keys of ours; None: all.
    """

    objects: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()
    keys: Mapping[str, frozenset[str]] | None = None

    def takes(self, object_name: str) -> bool:
        """Whether records of the object are meant."""
        return not self.objects or object_name in self.objects

    def of(self, plan: RecordPlan) -> RecordPlan | None:
        """The record's plan as far as it is meant; None where nothing of it is."""
        if not self.takes(plan.object):
            return None
        if self.keys is not None and plan.key not in self.keys.get(plan.object, ()):
            return None
        if not self.properties:
            return plan
        part = replace(
            plan,
            changes=tuple(c for c in plan.changes if c.property in self.properties),
            held=tuple(h for h in plan.held if h.property in self.properties),
            refused=tuple(r for r in plan.refused if r.property in self.properties),
        )
        return part if part.changes or part.held or part.refused else None
