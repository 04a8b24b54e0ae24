"""Masks tokens and personal data in anything a person or a log may read."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"([A-Za-z0-9_%+'-])[A-Za-z0-9._%+'-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_SECRETS = (
    (re.compile(r"\bpat-[a-z0-9]+-[A-Za-z0-9-]{6,}"), "pat-***"),
    (re.compile(r"\b([sr]k)_(live|test)_[A-Za-z0-9]{6,}"), r"\1_\2_***"),
    (re.compile(r"(?i)\b(bearer)\s+[^\s'\",}]+"), r"\1 ***"),
    (re.compile(r"(?i)([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s@]+@"), r"\1:***@"),
    (re.compile(r"(?i)\b(password|passwd|secret|token|api[_-]?key)=[^\s&;,'\"]+"), r"\1=***"),
)


def mask(text: str) -> str:
    """The text with tokens and URL passwords gone, and e-mail addresses cut to `j…@domain`."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return _EMAIL.sub(r"\1…@\2", text)
