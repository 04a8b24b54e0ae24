"""Of how many records the ledger has a value, for the guard's shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from syncworker.engine.engine import Engine
from syncworker.engine.stretches import STRETCH
from syncworker.planning.guard import Tally


def with_values(engine: Engine, portal: str, of: Iterable[Tally]) -> tuple[Tally, ...]:
    """For these objects and properties, how many linked records have one that is not empty.

    Only what would be emptied or turned over is counted: the guard asks about nothing else.
    """
    wanted: dict[str, list[str]] = {}
    for tally in of:
        wanted.setdefault(tally.object, []).append(tally.property)
    counted: Counter[tuple[str, str]] = Counter()
    for object_name, names in wanted.items():
        last = ""
        while records := engine.ledger.page(portal, object_name, after=last, most=STRETCH):
            last = records[-1].key
            counted.update(
                (object_name, name) for r in records for name in names if r.values.get(name)
            )
    return tuple(Tally(*key, with_value=n) for key, n in sorted(counted.items()))
