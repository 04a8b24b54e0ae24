"""A mapping's properties against the portal's, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from syncworker.cli.console import columns, counted
from syncworker.cli.show_run import NOT_TRACKED
from syncworker.engine.ports import PropertyDefinition
from syncworker.engine.properties import Compared, Obstacles

_HEADER = ("property", "state", "type", "field", "group", "unique", "format", "label")


def list_lines(compared: Sequence[Compared]) -> Iterator[str]:
    """Every property that is written: whether it is there, and what it is or would be."""
    for one in compared:
        yield one.object
        rows: list[tuple[str, ...]] = [_HEADER]
        for name in one.names:
            p = _definition(one, name)
            about = (p.type, p.field_type, p.group, "yes" if p.unique else "", p.number_format)
            rows.append((name, _state(one, name), *(text or "-" for text in about), p.label or "-"))
        yield from columns(rows)


def list_document(portal: str, compared: Sequence[Compared]) -> dict[str, Any]:
    """The same for JSON."""
    objects = {
        one.object: [
            {**asdict(_definition(one, name)), "state": _state(one, name)} for name in one.names
        ]
        for one in compared
    }
    return {"portal": portal, "objects": objects}


def diff_lines(portal: str, one: Compared, found: Obstacles) -> Iterator[str]:
    """What the portal lacks of one object, has differently, and has no room for."""
    create = f"{len(one.missing)} to create"
    yield f"{one.object}: {create}, {counted(len(one.conflicts), 'conflict')}"
    for p in one.missing:
        yield from _create_lines(p, archived=p.name in found.archived)
    for conflict in one.conflicts:
        yield f"  ! {conflict.message}"
        yield f"      = help: {_help(portal, conflict.help)}"
    yield from left_out_lines(one)
    yield from _limit_lines(one, found)


def left_out_lines(one: Compared) -> Iterator[str]:
    """The properties of one object that are not written, because only HubSpot can make them."""
    for name in one.left_out:
        yield f"  = {name} is left out: {NOT_TRACKED}"


def diff_document(
    portal: str, compared: Sequence[Compared], found: Mapping[str, Obstacles], *, fits: bool
) -> dict[str, Any]:
    """The same of all objects for JSON; `fits` says that a sync could begin."""
    objects = {
        one.object: {
            "create": [
                {**asdict(p), "archived": p.name in found[one.object].archived} for p in one.missing
            ],
            "conflicts": [
                {
                    "property": conflict.property,
                    "kind": conflict.kind,
                    "message": conflict.message,
                    "help": _help(portal, conflict.help),
                }
                for conflict in one.conflicts
            ],
            "left_out": one.left_out,
            "limit": _limit(found[one.object]),
        }
        for one in compared
    }
    return {"portal": portal, "fits": fits, "objects": objects}


def _create_lines(p: PropertyDefinition, *, archived: bool) -> Iterator[str]:
    kind = ", ".join(
        [
            f"{p.type} ({p.field_type})",
            *([p.number_format] if p.number_format else []),
            *(["unique"] if p.unique else []),
        ]
    )
    yield f"  + {p.name}: {p.label}"
    yield f"      {kind}, in group {p.group}"
    if p.options:
        yield f"      options: {', '.join(f'{value} ({label})' for value, label in p.options)}"
    yield f"      {p.description}"
    if archived:
        yield "      HubSpot has an archived property of this name and may not give it twice"
        yield "      = help: restore that one in HubSpot, or map another name"


def _limit_lines(one: Compared, found: Obstacles) -> Iterator[str]:
    if found.limit is None or not found.nearly_full:
        return
    used = f"{found.limit.used} of {found.limit.limit} custom properties of {one.object}"
    if found.too_many:
        yield f"  ! the portal has {used}: {len(one.missing)} more do not fit"
        yield "      = help: delete properties nobody uses in HubSpot, or map fewer"
    else:
        yield f"  ! warning: the portal has {used}; creating makes it {found.after}"


def _limit(found: Obstacles) -> dict[str, int] | None:
    return None if found.limit is None else {**asdict(found.limit), "after": found.after}


def _definition(one: Compared, name: str) -> PropertyDefinition:
    """What it is in the portal, or would be; of what nobody can make only the name is known."""
    made = {p.name: p for p in one.missing}
    return one.there.get(name) or made.get(name) or PropertyDefinition(name, "", "")


def _state(one: Compared, name: str) -> str:
    if name in one.left_out:
        return "left out"
    if any(conflict.property == name for conflict in one.conflicts):
        return "conflict"
    return "there" if name in one.there else "to create"


def _help(portal: str, text: str) -> str:
    return text.replace("PORTAL", portal)
