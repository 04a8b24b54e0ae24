"""What makes a mapping wrong: rules about properties that were renamed."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document
from syncworker.mapping.rules import INTERNAL_NAME
from syncworker.mapping.shapes import match_paths, object_names


def check_renames(document: Document) -> Iterator[Finding]:
    """Former names that are no names or still in use (SW209), or that two claim (SW210)."""
    for object_name in object_names(document):
        section = ("objects", object_name, "properties")
        names = document.entries(*section)
        keys = [document.at(*way, "property") for way in match_paths(document, object_name)]
        seen: dict[str, str] = {}
        for name in names:
            path = (*section, name, "renamed_from")
            old = document.at(*path)
            if not isinstance(old, str) or not old:
                continue
            span = document.value(path)
            if not INTERNAL_NAME.fullmatch(old):
                message = f"`{old}` is no internal property name"
                help_ = "write the name that the property had in this mapping"
                yield Finding("SW209", span, message, help_)
            elif old in names or old in keys:
                message = f"`{name}` cannot be renamed from `{old}`: that is still mapped"
                help_ = f"remove `{old}` from the mapping, or remove `renamed_from`"
                yield Finding("SW209", span, message, help_)
            elif old in seen:
                message = f"`{old}` cannot have become both `{seen[old]}` and `{name}`"
                yield Finding("SW210", span, message, "keep one `renamed_from`")
            seen.setdefault(old, name)
