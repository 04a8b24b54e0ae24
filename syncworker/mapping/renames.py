"""Mapped properties that have another name now: those that say so, and those that look like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncworker.mapping.portal import PortalMapping


@dataclass(frozen=True, slots=True)
class Suspected:
    """A property that went and one of the same metric that came."""

    object: str
    old: str
    new: str
    metric: str


def renamed(mapping: PortalMapping, object_name: str) -> dict[str, str]:
    """By the old name, the new one, of an object's properties that say so."""
    config = mapping.objects.get(object_name)
    properties = config.properties.items() if config else ()
    return {each.renamed_from: name for name, each in properties if each.renamed_from}


def suspected(before: PortalMapping, now: PortalMapping) -> Iterator[Suspected]:
    """What may be a rename that nobody has declared.

    Only where one property of a metric went and one came: anything else cannot be told.
    """
    for object_name, config in now.objects.items():
        earlier = before.objects.get(object_name)
        if earlier is None:
            continue
        declared = renamed(now, object_name)
        gone = earlier.properties.keys() - config.properties.keys() - declared.keys()
        come = config.properties.keys() - earlier.properties.keys() - set(declared.values())
        for old in sorted(gone):
            metric = earlier.properties[old].metric
            left = [name for name in gone if earlier.properties[name].metric == metric]
            new = [name for name in come if config.properties[name].metric == metric]
            if len(left) == len(new) == 1:
                yield Suspected(object_name, old, new[0], metric)


def advice(one: Suspected) -> str:
    """What to write where it is a rename."""
    return (
        f"if {one.object} {one.new} is {one.old} under another name, write "
        f"`{one.new}: {{metric: {one.metric}, renamed_from: {one.old}}}` (SW208)"
    )
