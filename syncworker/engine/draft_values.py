"""Names and texts of somebody else's, as they can stand in a mapping."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"[A-Za-z][\w./-]*")
_READ_AS_ELSE = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def value(text: str) -> str:
    """A text as YAML, in quotes where it needs them."""
    bare = _PLAIN.fullmatch(text) and text.lower() not in _READ_AS_ELSE
    reference = re.fullmatch(r"(?:env:\w+|file:[\w./-]+)", text)
    return text if bare or reference else json.dumps(text, ensure_ascii=False)


def comment(text: str) -> str:
    """A text in one line, for a comment."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def variable(portal: str) -> str:
    """How the names of a portal's environment variables begin."""
    name = re.sub(r"\W", "_", portal).upper()
    return f"PORTAL_{name}" if name[0].isdigit() else name
