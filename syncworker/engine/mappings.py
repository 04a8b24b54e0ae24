"""A portal's mapping, read and checked."""

from __future__ import annotations

import functools
import hashlib

from syncworker.errors import MappingError
from syncworker.mapping.loader import load
from syncworker.mapping.portal import PortalMapping


@functools.lru_cache(maxsize=512)  # asked for by each chunk of a run, and of all portals by a tick
def checked(portal: str, text: str) -> PortalMapping:
    """The mapping a text stands for.

    Raises:
        MappingError: It has errors; the diagnostics say which and where.
    """
    loaded = load(text, f"{portal}.yaml")
    if loaded.mapping is None:
        errors = [d for d in loaded.diagnostics if d.severity == "error"]
        raise MappingError(
            f"{portal}.yaml has {len(errors)} error{'s' * (len(errors) != 1)}",
            loaded.diagnostics,
            help=f"syncworker validate {portal}",
            code=errors[0].code,
        )
    return loaded.mapping


def digest(text: str) -> str:
    """Names a mapping's text."""
    return hashlib.sha256(text.encode()).hexdigest()
