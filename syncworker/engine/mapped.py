"""What of an object's records is ours: the mapped properties, and how each is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from syncworker.engine.ports import PropertyDefinition
from syncworker.mapping.desired import PropertyRule, PropertyType, WriteMode
from syncworker.mapping.hubspot_names import DEAL_PIPELINE
from syncworker.mapping.objects import RECORD_ID, lifecycle_of
from syncworker.mapping.portal import Object, PortalMapping
from syncworker.mapping.property_rules import property_rules
from syncworker.metrics.catalog import catalog_of
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.records import Change, LedgerRecord, RecordPlan
from syncworker.planning.values import same

Rules = Mapping[str, PropertyRule]


@dataclass(frozen=True, slots=True)
class Mapped:
    """An object of a portal.

    Attributes:
        name: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        config: The mapping's section.
        rules: By mapped property, how it is written.
        stages: Internal names of the object's lifecycle stages, first to last.
        compared: What is ours: the mapped properties that the portal has, and the stage where the
            mapping moves it.
        there: Every property that the portal has.
        read: What a sync reads of a record, so that the ledger can hold it.
    """

    name: str
    config: Object
    rules: Rules
    stages: tuple[str, ...]
    compared: frozenset[str]
    there: frozenset[str]
    read: tuple[str, ...]

    def same(self, name: str, a: str, b: str) -> bool:
        """Whether two values of a property mean the same."""
        rule = self.rules.get(name)
        return same(rule.type if rule else "string", a, b)

    def mode(self, name: str) -> WriteMode:
        """How a property is written; a stage moves only where people would have it so."""
        rule = self.rules.get(name)
        return rule.mode if rule else "never_clear"

    def change(self, name: str, old: str, new: str, because: str) -> Change:
        """A change to a value that was there before; a stage may have to be emptied first."""
        return Change(name, old, new, because, clear_first=self._is_back(name, old, new))

    def label(self, record: LedgerRecord) -> str:
        """What people know the record by."""
        known = (record.values.get(way.property) for way in self.config.match)
        return next((value for value in reversed([*known]) if value), record.key)

    def _is_back(self, name: str, old: str, new: str) -> bool:
        both = name == STAGE_PROPERTY and old in self.stages and new in self.stages
        return both and self.stages.index(new) < self.stages.index(old)


def mapped(
    mapping: PortalMapping, object_name: str, definitions: Mapping[str, PropertyDefinition]
) -> Mapped:
    """The object as the mapping and the portal's properties have it."""
    config = mapping.objects[object_name]
    rules = property_rules(mapping, object_name, catalog_of(mapping.metrics), definitions)
    stage = definitions.get(STAGE_PROPERTY)
    moved = {STAGE_PROPERTY} if lifecycle_of(mapping, object_name) is not None else set()
    ways = {way.property for way in config.match} - {RECORD_ID}
    held = (rules.keys() & definitions.keys()) | ways
    held |= ({STAGE_PROPERTY} if stage else set()) | ({DEAL_PIPELINE} if config.pipeline else set())
    return Mapped(
        name=object_name,
        config=config,
        rules=rules,
        stages=tuple(value for value, _ in stage.options) if stage else (),
        compared=frozenset((rules.keys() | moved) & definitions.keys()),
        there=frozenset(definitions),
        read=tuple(sorted(held)) or (RECORD_ID,),
    )


def with_unmapped(
    rules: Rules, plans: Iterable[RecordPlan], definitions: Mapping[str, PropertyDefinition]
) -> dict[str, PropertyRule]:
    """The rules and those of properties that only the plans name.

    What a rollback puts back may be mapped no longer: HubSpot tells how it is written.
    """
    named = {change.property for plan in plans for change in plan.changes}
    return {**rules, **_plain(named - rules.keys() - {STAGE_PROPERTY}, definitions)}


def _plain(
    names: Iterable[str], definitions: Mapping[str, PropertyDefinition]
) -> dict[str, PropertyRule]:
    types: Sequence[str] = get_args(PropertyType)
    return {
        name: PropertyRule(
            name, cast("PropertyType", there.type if there.type in types else "string")
        )
        for name in names
        if (there := definitions.get(name)) is not None
    }
