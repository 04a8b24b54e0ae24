"""What `properties clear` empties and what stays, as text and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncworker.cli.console import counted
from syncworker.engine.clear import Found


def lines(found: Found, archiving: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """By object and property."""
    for object_name in sorted({*found.written, *found.unmapped}):
        yield object_name
        for name in sorted(found.written.get(object_name, ())):
            parts = []
            if found.cleared[object_name, name]:
                parts.append(f"{counted(found.cleared[object_name, name], 'value')} to clear")
            if found.stays[object_name, name]:
                changed = counted(found.stays[object_name, name], "value")
                parts.append(f"{changed} changed since by a person or another app: stays")
            if found.put_back[object_name, name]:
                back = counted(found.put_back[object_name, name], "value")
                parts.append(f"{back} of others that a rollback put back: stays")
            if name in archiving.get(object_name, ()):
                parts.append("then archived for good")
            if parts:
                yield f"  {name}  {', '.join(parts)}"
        for number, what in (
            (found.stages[object_name], "whose stage syncworker moved: the stage stays"),
            (found.created[object_name], "that syncworker created: stays in HubSpot"),
            (found.gone[object_name], "that HubSpot no longer has"),
            (found.unmapped[object_name], "of an object that is not mapped: left alone"),
        ):
            if number:
                yield f"  {counted(number, 'record')} {what}"


def document(found: Found, archiving: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The same for people's programs."""
    return {
        object_name: {
            "properties": {
                name: {
                    "to_clear": found.cleared[object_name, name],
                    "stay": found.stays[object_name, name],
                    "put_back": found.put_back[object_name, name],
                    "archive": name in archiving.get(object_name, ()),
                }
                for name in sorted(found.written.get(object_name, ()))
            },
            "stages_stay": found.stages[object_name],
            "created": found.created[object_name],
            "gone": found.gone[object_name],
            "not_mapped": found.unmapped[object_name],
        }
        for object_name in sorted({*found.written, *found.unmapped})
    }
