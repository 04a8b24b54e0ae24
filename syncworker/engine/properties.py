"""The portal's properties against what the mapping needs."""

from __future__ import annotations

from syncworker.engine.engine import Engine
from syncworker.engine.ports import Portal, PropertyDefinition
from syncworker.errors import ConfigError
from syncworker.mapping.portal import ObjectName, PortalMapping
from syncworker.mapping.properties import WantedProperty, wanted_properties
from syncworker.metrics.catalog import METRICS

GROUP = ("saas_metrics", "SaaS metrics")
"""Name and label of the property group syncworker creates its properties in."""


def known(
    engine: Engine, portal_name: str, object_name: str, portal: Portal
) -> dict[str, PropertyDefinition]:
    """The object's definitions, from HubSpot where what we remember is too old."""
    now = engine.clock()
    found = engine.definitions.get(portal_name, object_name, after=now - engine.limits.schema_age)
    if found is None:
        found = dict(portal.properties(object_name))
        engine.definitions.put(portal_name, object_name, found, now)
    return found


def missing(
    engine: Engine, portal_name: str, mapping: PortalMapping, portal: Portal
) -> dict[ObjectName, list[WantedProperty]]:
    """By object, the mapped properties the portal does not have."""
    return {
        name: [
            p
            for p in wanted_properties(mapping, name, METRICS)
            if p.name not in known(engine, portal_name, name, portal)
        ]
        for name in mapping.objects
    }


def require(engine: Engine, portal_name: str, mapping: PortalMapping, portal: Portal) -> None:
    """Make sure that every mapped property is there, can be written and has the right type.

    Raises:
        ConfigError: One is not; the message names them all and the command that makes them.
    """
    lacking = [
        f"{name}.{p.name}"
        for name, properties in missing(engine, portal_name, mapping, portal).items()
        for p in properties
    ]
    if lacking:
        engine.definitions.forget(portal_name)
        raise ConfigError(
            f"portal {portal_name} lacks {len(lacking)} mapped "
            f"{'property' if len(lacking) == 1 else 'properties'}: {', '.join(lacking)}",
            help=f"syncworker properties create {portal_name}",
            code="PROPERTY_MISSING",
        )
    wrong = [
        f"{name}.{p.name} {problem}"
        for name in mapping.objects
        for p in wanted_properties(mapping, name, METRICS)
        if (problem := _problem(p, known(engine, portal_name, name, portal)[p.name]))
    ]
    if wrong:
        engine.definitions.forget(portal_name)
        raise ConfigError(
            f"portal {portal_name} cannot take what is mapped: {'; '.join(wrong)}",
            help="map another property, or set the `type:` that the portal has",
            code="PROPERTY_CONFLICT",
        )


def create(
    engine: Engine, portal_name: str, mapping: PortalMapping, portal: Portal
) -> dict[ObjectName, list[str]]:
    """Create what is missing; by object, the names of what was made."""
    engine.definitions.forget(portal_name)
    made: dict[ObjectName, list[str]] = {}
    for name, properties in missing(engine, portal_name, mapping, portal).items():
        if properties:
            portal.create_properties(name, GROUP, [_definition(p) for p in properties])
        made[name] = [p.name for p in properties]
    engine.definitions.forget(portal_name)
    return made


def _problem(wanted_one: WantedProperty, there: PropertyDefinition) -> str:
    if there.read_only:
        return "is read-only or calculated"
    if there.type != wanted_one.type:
        return f"is {there.type} in the portal and {wanted_one.type} in the mapping"
    return ""


def _definition(wanted_one: WantedProperty) -> PropertyDefinition:
    return PropertyDefinition(
        name=wanted_one.name,
        type=wanted_one.type,
        field_type=wanted_one.field_type,
        label=wanted_one.label,
        description=wanted_one.description,
        group=GROUP[0],
        options=wanted_one.options,
    )
