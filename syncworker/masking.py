"""Masks tokens and personal data in anything a person or a log may read."""

from __future__ import annotations

import re

# Repetitions are bounded: a log may hold a long text, and searching must stay linear.
_EMAIL = re.compile(r"([\w%+-])[\w.%+'-]{0,63}@([\w-]{1,63}(?:\.[\w-]{1,63})+)")
_NAMED = r"(?i)([\w-]{0,40}(?:password|passwd|secret|token|api[_-]?key)"
_SECRETS = (
    (re.compile(r"\bpat-[a-z0-9]+-[A-Za-z0-9-]{6,}"), "pat-***"),
    # HubSpot's newer refresh tokens begin with where the portal's data is.
    (re.compile(r"\b((?:na|eu|ap)\d)-[0-9A-Fa-f]{4,}-[0-9A-Za-z-]{6,}"), r"\1-***"),
    (re.compile(r"\b([sr]k)_(live|test)_[A-Za-z0-9]{6,}"), r"\1_\2_***"),
    (re.compile(r"(?i)\b(bearer)\s+[^\s'\",}]+"), r"\1 ***"),
    (re.compile(r"(?i)([a-z][a-z0-9+.-]{0,30}://[^\s:/]{0,99}):[^\s'\"]{1,256}@"), r"\1:***@"),
    (re.compile(_NAMED + r"=[\"']?)[^\s&;,'\"…]+"), r"\1***"),
    (re.compile(_NAMED + r"\\{0,3}[\"']\s*:\s*\\{0,3}[\"'])[^\"'\\]+"), r"\1***"),
    # As a header or in YAML; where only words follow the colon it is a sentence.
    (re.compile(_NAMED + r":[ \t]{0,9})(?=[A-Za-z_.~+/-]{0,99}\d)[\w.~+/-]{16,}=*"), r"\1***"),
    # Access tokens of OAuth have no shape of their own: long, of letters in both cases and digits.
    (
        re.compile(
            r"(?<![\w-])(?=[a-z0-9_-]{0,400}[A-Z])(?=[A-Z0-9_-]{0,400}[a-z])"
            r"(?=[A-Za-z_-]{0,400}\d)[\w-]{60,}={0,2}"
        ),
        "***",
    ),
)


def mask(text: str) -> str:
    """The text with tokens and URL passwords gone, and e-mail addresses cut to `j…@domain`."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return _EMAIL.sub(r"\1…@\2", text)
