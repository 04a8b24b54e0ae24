"""Finding records by a property's value, or by place, without looking at every record."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from syncworker.sandbox.answers import Values


@dataclass(slots=True)
class Index:
    """An index over one object's records.

    Attributes:
        order: The ids of all records there ever were, as numbers, in rising order.
        by_value: By indexed property and lower-case value: ids of the records that hold it.
    """

    order: list[int] = field(default_factory=list)
    by_value: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def added(self, record_id: str) -> None:
        """A record was made; its id is higher than all before."""
        self.order.append(int(record_id))

    def changed(self, record_id: str, old: Values, new: Mapping[str, str]) -> None:
        """A record's values are about to change from `old`, where `new` has another one."""
        for name, ids in self.by_value.items():
            if name in new:
                ids.get(old.get(name, "").lower(), set()).discard(record_id)
                ids.setdefault(new[name].lower(), set()).add(record_id)

    def from_id(self, first: int) -> Iterator[str]:
        """The ids from one on, rising; also of records that are gone."""
        for place in range(bisect_left(self.order, first), len(self.order)):
            yield str(self.order[place])

    def holding(self, name: str, values: Iterable[str], known: Mapping[str, Values]) -> set[str]:
        """Ids of the records that hold one of the values, without regard to case.

        Args:
            name: The property; indexed from the first time it is asked for.
            values: The values.
            known: The values of every record by id, for that first time.
        """
        if name not in self.by_value:
            ids: dict[str, set[str]] = {}
            for record_id, held in known.items():
                ids.setdefault(held.get(name, "").lower(), set()).add(record_id)
            self.by_value[name] = ids
        found = self.by_value[name]
        return {held for value in values for held in found.get(value.lower(), ())}
