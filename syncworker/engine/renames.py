"""Properties that look as if they were renamed: told by the mapping of an earlier run."""

from __future__ import annotations

from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.errors import MappingError
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.renames import Suspected, suspected

_LOOKED_AT = 20  # runs


def suspicions(engine: Engine, portal: str, mapping: PortalMapping) -> list[Suspected]:
    """What may be a rename since an earlier run's mapping; nothing where there is none."""
    for run in engine.runs.latest(portal, _LOOKED_AT):
        try:
            earlier = checked(portal, run.mapping)
        except MappingError:  # of an older version
            continue
        found = list(suspected(earlier, mapping))
        if found:
            return found
    return []
