"""Which dataclass describes a section under `metrics`, found by walking the annotations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from syncworker.mapping.document import Path


def sections(settings: type) -> Iterator[type]:
    """A dataclass of settings and every dataclass inside it, in dicts and tuples too."""
    found: dict[type, None] = {settings: None}
    open_ = [settings]
    while open_:
        for hint in get_type_hints(open_.pop()).values():
            for inside in _dataclasses(hint):
                if inside not in found:
                    found[inside] = None
                    open_.append(inside)
    yield from found


def section_at(settings: type, path: Path) -> type | None:
    """The dataclass of the section at `path` below one of `settings`; None: its keys are free."""
    found: Any = settings
    for part in path:
        if get_origin(found) in (dict, tuple):
            found = get_args(found)[1 if get_origin(found) is dict else 0]
        else:
            model = next(_dataclasses(found), None)
            found = None if model is None else get_type_hints(model).get(str(part))
    return None if get_origin(found) in (dict, tuple) else next(_dataclasses(found), None)


def _dataclasses(hint: object) -> Iterator[type]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
    for argument in get_args(hint):
        yield from _dataclasses(argument)
