"""Values of JSON that a column holds as JSON text."""

from __future__ import annotations

import json


def as_text(value: object) -> object:
    """An object or a list as JSON text; any other value as it is."""
    if not isinstance(value, dict | list):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:  # NaN is no JSON: left as it is, it is refused like any other wrong value
        return value
