"""Which model describes a section of the document, found by walking the models' annotations."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from syncworker.mapping.document import Path


def model_at(model: type[BaseModel], path: Path, data: object) -> type[BaseModel] | None:
    """The model of the section at `path` below a section of `model`; None: it has no fixed keys.

    Args:
        model: The model of the section to start from.
        path: Keys and indexes that lead to the section.
        data: What stands there: of several models it tells which is meant.
    """
    found: Any = model
    for i, part in enumerate(path):
        if isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(str(part))
            annotation: Any = None if field is None else field.annotation
        else:
            arguments = get_args(found)
            annotation = arguments[-1] if get_origin(found) in (dict, list) and arguments else None
        found = _meant(annotation, _at(data, path[: i + 1]))
        if found is None:
            return None
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None


def _at(data: object, path: Path) -> object:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _meant(annotation: Any, value: object) -> Any:  # noqa: ANN401 - of any kind
    """The model, dict or list among the alternatives of an annotation that the value means."""
    if get_origin(annotation) is Annotated:
        return _meant(get_args(annotation)[0], value)
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation
    options = [_meant(each, value) for each in get_args(annotation)]
    models = [o for o in options if isinstance(o, type) and issubclass(o, BaseModel)]
    if isinstance(value, Mapping) and models:
        return next((model for model in models if _tagged(model, value)), models[0])
    wanted = list if isinstance(value, list) else dict
    return next((option for option in options if get_origin(option) is wanted), None)


def _tagged(model: type[BaseModel], value: Mapping[str, object]) -> bool:
    """Whether a field of a single allowed value (`by: cursor`) has it."""
    tags = {
        name: get_args(field.annotation)
        for name, field in model.model_fields.items()
        if len(get_args(field.annotation)) == 1
    }
    return any(value.get(name) in allowed for name, allowed in tags.items())
