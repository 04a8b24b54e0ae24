"""JSON as text, as quickly as it goes: plans, ledger and history are full of it.

What orjson does not take (half of a surrogate pair that HubSpot has sent, say) the standard library
does.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def dumps(value: object) -> str:
    """Canonical JSON on one line: equal values give equal text."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))


def loads(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """What a JSON text stands for; raises ValueError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
