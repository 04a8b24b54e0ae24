"""The JSON of a webhook's request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

_LONGEST_ID = 200


def document(text: str) -> Mapping[str, object] | None:
    """The object a body stands for; None where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # no JSON; a number of too many digits; nested too deeply
        return None
    return value if isinstance(value, dict) else None


def at(value: object, path: str) -> object:
    """What stands at a dotted path, or None; a number takes an entry of a list."""
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def named(id_: object, body: str) -> str:
    """What a delivery is stored under: the sender's id, or a digest of the body where it has none.

    An id that no index takes (too long, of characters that cannot be shown) is named by its digest.
    """
    text = str(id_).strip() if isinstance(id_, str | int) and not isinstance(id_, bool) else ""
    if not text:
        return f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"
    if len(text) <= _LONGEST_ID and text.isprintable():
        return text
    return f"sha256:{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"
