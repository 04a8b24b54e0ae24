"""The portal's properties against what the mapping needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from syncworker.engine.engine import Engine
from syncworker.engine.pipelines import pipelines
from syncworker.engine.ports import Pipeline, Portal, PropertyDefinition, PropertyLimit
from syncworker.engine.renames import suspicions
from syncworker.errors import ConfigError
from syncworker.mapping.conflicts import Conflict, conflicts
from syncworker.mapping.portal import PortalMapping, PropertyMapping
from syncworker.mapping.properties import WantedProperty, wanted_properties
from syncworker.mapping.property_rules import left_out
from syncworker.mapping.renames import advice
from syncworker.metrics.catalog import catalog_of

GROUP = ("saas_metrics", "SaaS metrics")
"""Name and label of the property group syncworker creates its properties in."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
NEARLY_FULL = 0.9
"""Share of an object's property limit from which on people are warned."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one object of a mapping needs, against what the portal has.

    Attributes:
        object: `companies`, `contacts`, `deals`, `tickets` or a custom object's id.
        names: Every property that is written, in the mapping's order; our own keys come first.
        there: The portal's definitions by name.
        missing: What the portal lacks and `properties create` makes.
        conflicts: What does not fit and a person has to mend; PORTAL is its name in their help.
        left_out: Mapped recurring revenue properties that only HubSpot can make; not written.
    """

    object: str
    names: tuple[str, ...]
    there: Mapping[str, PropertyDefinition]
    missing: tuple[PropertyDefinition, ...]
    conflicts: tuple[Conflict, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What may keep one object's missing properties from being made.

    Attributes:
        archived: Missing ones whose name an archived property has; whether HubSpot gives a name
            twice is not documented, so they are tried.
        limit: How many custom properties the object may have; None where the portal does not tell.
        after: How many it would have.
    """

    archived: tuple[str, ...] = ()
    limit: PropertyLimit | None = None
    after: int = 0

    @property
    def too_many(self) -> bool:
        """Whether the missing ones do not fit any more."""
        return self.limit is not None and self.after > self.limit.limit

    @property
    def nearly_full(self) -> bool:
        """Whether the object would be near its limit."""
        return self.limit is not None and self.after >= NEARLY_FULL * self.limit.limit


def known(
    engine: Engine, portal_name: str, object_name: str, portal: Portal
) -> dict[str, PropertyDefinition]:
    """The object's definitions, from HubSpot where what we remember is too old."""
    now = engine.clock()
    found = engine.definitions.get(portal_name, object_name, after=now - engine.limits.schema_age)
    if found is None:
        found = dict(portal.properties(object_name))
        before = engine.definitions.get(portal_name, object_name, after=_EVER) or {}
        changed = [name for name, one in found.items() if before.get(name) != one]
        changed += [name for name in before if name not in found]
        if before and changed:
            engine.letters.try_again(portal_name, object_name, changed)
        engine.definitions.put(portal_name, object_name, found, now)
    return found


def compare(
    engine: Engine, portal_name: str, mapping: PortalMapping, portal: Portal
) -> list[Compared]:
    """Compare every mapped object with what is known of the portal."""
    return [_compared(engine, portal_name, mapping, portal, name) for name in mapping.objects]


def obstacles(portal: Portal, compared: Compared) -> Obstacles:
    """Ask the portal what may keep the missing properties from being made."""
    if not compared.missing:
        return Obstacles()
    archived = portal.archived_properties(compared.object)
    limit = portal.property_limit(compared.object)
    return Obstacles(
        archived=tuple(p.name for p in compared.missing if p.name in archived),
        limit=limit,
        after=limit.used + len(compared.missing) if limit else 0,
    )


def require(
    engine: Engine, portal_name: str, mapping: PortalMapping, portal: Portal
) -> dict[str, tuple[str, ...]]:
    """Make sure that every mapped property is there and can take its values.

    Returns:
        By object, the mapped properties that are left out, because only HubSpot can make them.

    Raises:
        ConfigError: One is not; the message names them all, and the help what to type.
    """
    compared = compare(engine, portal_name, mapping, portal)
    lacking = [f"{one.object}.{p.name}" for one in compared for p in one.missing]
    # A missing option stops nothing: the run's end has it looked at again.
    if lacking or any(c.kind != "options" for one in compared for c in one.conflicts):
        engine.definitions.forget(portal_name)  # the next try must see what was mended
    require_no_conflicts(portal_name, compared)
    if lacking:
        told = [
            advice(one)
            for one in suspicions(engine, portal_name, mapping)
            if f"{one.object}.{one.new}" in lacking
        ]
        raise ConfigError(
            f"portal {portal_name} lacks {len(lacking)} mapped "
            f"{'property' if len(lacking) == 1 else 'properties'}: {', '.join(lacking)}",
            help="; ".join([*told, f"syncworker properties create {portal_name}"]),
            code="PROPERTY_MISSING",
        )
    return {one.object: one.left_out for one in compared if one.left_out}


def require_no_conflicts(portal_name: str, compared: Sequence[Compared]) -> None:
    """Make sure that what is there can take its values.

    Raises:
        ConfigError: Something cannot; the message names it all.
    """
    wrong = [
        f"{one.object}: {c.message}"
        for one in compared
        for c in one.conflicts
        if c.kind != "options"  # a record that needs one is reported by itself
    ]
    if wrong:
        raise ConfigError(
            f"portal {portal_name} cannot take what is mapped: {'; '.join(wrong)}",
            help=f"what to do about each: syncworker properties diff {portal_name}",
            code="PROPERTY_CONFLICT",
        )


def require_room(portal_name: str, found: Mapping[str, Obstacles]) -> None:
    """Make sure that the missing properties, by object, keep within the portal's limits.

    Raises:
        ConfigError: Those of an object do not.
    """
    for name, one in found.items():
        if one.limit is not None and one.too_many:
            raise ConfigError(
                f"portal {portal_name} has {one.limit.used} of at most {one.limit.limit} custom "
                f"properties of {name}: {one.after - one.limit.used} more do not fit",
                help="delete properties nobody uses in HubSpot, or map fewer",
                code="PROPERTY_LIMIT",
            )


def create(engine: Engine, portal_name: str, portal: Portal, compared: Compared) -> None:
    """Create what one object lacks; what is there is never changed.

    Ask `require_no_conflicts` and `require_room` about every object before the first is created.

    Raises:
        Forbidden: The token may not create properties; `scope` names what it lacks.
        PortalError: HubSpot refused for another reason.
    """
    try:
        if compared.missing:
            portal.create_properties(compared.object, GROUP, compared.missing)
    finally:
        engine.definitions.forget(portal_name)


def _compared(
    engine: Engine, portal_name: str, mapping: PortalMapping, portal: Portal, name: str
) -> Compared:
    there = known(engine, portal_name, name, portal)
    config = mapping.objects[name]
    lines: tuple[Pipeline, ...] = ()
    if config.pipeline is not None:
        lines = pipelines(engine, portal_name, name, portal)
    catalog = catalog_of(mapping.metrics)
    wanted = wanted_properties(mapping, name, catalog)
    missing = tuple(
        _as_before(_definition(one), config.properties.get(one.name), there)
        for one in wanted
        if one.name not in there
    )
    made = {one.name for one in missing}
    return Compared(
        object=name,
        names=tuple(dict.fromkeys([*(one.name for one in wanted), *config.properties])),
        there=there,
        missing=missing,
        conflicts=tuple(
            one
            for one in conflicts(mapping, name, catalog, there, lines)
            if one.kind != "missing" or one.property not in made
        ),
        left_out=left_out(mapping, name, there),
    )


def _as_before(
    definition: PropertyDefinition,
    mapped: PropertyMapping | None,
    there: Mapping[str, PropertyDefinition],
) -> PropertyDefinition:
    """A renamed property is made like the one it was, unless the mapping asks for a type."""
    before = there.get(mapped.renamed_from or "") if mapped and mapped.type is None else None
    if before is None or before.read_only:
        return definition
    return replace(
        definition,
        type=before.type,
        field_type=before.field_type,
        options=before.options,
        number_format=before.number_format,
    )


def _definition(wanted: WantedProperty) -> PropertyDefinition:
    return PropertyDefinition(
        name=wanted.name,
        type=wanted.type,
        field_type=wanted.field_type,
        label=wanted.label,
        description=wanted.description,
        group=GROUP[0],
        options=wanted.options,
        unique=wanted.unique,
        number_format=wanted.number_format,
    )
