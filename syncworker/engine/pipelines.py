"""An object's pipelines, remembered like its properties so that a quiet run asks nothing."""

from __future__ import annotations

from syncworker.engine.engine import Engine
from syncworker.engine.ports import Pipeline, Portal, PropertyDefinition


def pipelines(
    engine: Engine, portal_name: str, object_name: str, portal: Portal
) -> tuple[Pipeline, ...]:
    """The pipelines of deals or tickets, from HubSpot where what we remember is too old."""
    now = engine.clock()
    where = f"{object_name} pipelines"
    found = engine.definitions.get(portal_name, where, after=now - engine.limits.schema_age)
    if found is None:
        # Kept as definitions: a name, a label and options are all that a pipeline is.
        found = {
            one.id: PropertyDefinition(one.id, "pipeline", "", one.label, options=one.stages)
            for one in portal.pipelines(object_name)
        }
        engine.definitions.put(portal_name, where, found, now)
    return tuple(Pipeline(one.name, one.label, one.options) for one in found.values())
