"""Masks tokens and personal data in anything a person or a log may read."""

from __future__ import annotations

import re

# Repetitions are bounded: a log may hold a long text, and searching must stay linear.
_EMAIL = re.compile(r"([\w%+-])[\w.%+'-]{0,63}@([\w-]{1,63}(?:\.[\w-]{1,63})+)")
_NAMED = r"(?i)([\w-]{0,40}(?:password|passwd|secret|token|api[_-]?key)"
_SECRETS = (
    (re.compile(r"\bpat-[a-z0-9]+-[A-Za-z0-9-]{6,}"), "pat-***"),
    (re.compile(r"\b([sr]k)_(live|test)_[A-Za-z0-9]{6,}"), r"\1_\2_***"),
    (re.compile(r"(?i)\b(bearer)\s+[^\s'\",}]+"), r"\1 ***"),
    (re.compile(r"(?i)([a-z][a-z0-9+.-]{0,30}://[^\s:/]{0,99}):[^\s'\"]{1,256}@"), r"\1:***@"),
    (re.compile(_NAMED + r"=[\"']?)[^\s&;,'\"…]+"), r"\1***"),
    (re.compile(_NAMED + r"[\"']\s*:\s*[\"'])[^\"']+"), r"\1***"),
)


def mask(text: str) -> str:
    """The text with tokens and URL passwords gone, and e-mail addresses cut to `j…@domain`."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return _EMAIL.sub(r"\1…@\2", text)
