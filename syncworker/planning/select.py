"""Selectors: which records and properties of a plan are meant, where a person names some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from syncworker.planning.records import RecordPlan

Kind = Literal["account", "object", "property"]


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector: `account:ID`, `object:NAME` or `property:NAME`."""

    kind: Kind
    name: str


def parse(text: str) -> Selector:
    """The selector that a person typed.

    Raises:
        ValueError: It is none; the message says how one is written.
    """
    kind, _, name = text.partition(":")
    for known in get_args(Kind):
        if kind == known and name:
            return Selector(known, name)
    raise ValueError(f"{text!r} is no selector; write account:ID, object:NAME or property:NAME")


def selected(plan: RecordPlan, selectors: Sequence[Selector]) -> bool:
    """Whether the record is meant: by each kind of selector that there is, by one of them.

    A property selects no records: it narrows down what is sent of them.
    """
    accounts = {one.name for one in selectors if one.kind == "account"}
    objects = {one.name for one in selectors if one.kind == "object"}
    return (not accounts or plan.key in accounts) and (not objects or plan.object in objects)


def narrowed(plan: RecordPlan, properties: Collection[str] | None) -> RecordPlan | None:
    """The plan with these properties only; None where nothing is left of it.

    A record that is to be created is created with them; the others stay empty for now.

    Args:
        plan: What happens to a record.
        properties: HubSpot's internal names; None: all.
    """
    if properties is None:
        return plan
    changes = tuple(one for one in plan.changes if one.property in properties)
    held = tuple(one for one in plan.held if one.property in properties)
    refused = tuple(one for one in plan.refused if one.property in properties)
    if not (changes or held or refused):
        return None
    empty = plan.empty
    if plan.action == "create":
        empty += tuple(one.property for one in plan.changes if one.property not in properties)
    return replace(plan, changes=changes, held=held, refused=refused, empty=empty)
