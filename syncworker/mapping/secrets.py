"""Secrets in a mapping: found by their shape or by the name of their key, and never shown."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from syncworker.mapping.diagnostics import Finding, Span
from syncworker.mapping.document import Document

_SHAPES = re.compile(
    r"""
      \bpat-[a-z]{2,3}[0-9]?-[0-9A-Za-z-]{6,}          # HubSpot private app
    | \b(?:sk|rk|pk)_(?:live|test)_[0-9A-Za-z]{4,}     # Stripe
    | \bwhsec_[0-9A-Za-z]{4,}                          # Stripe webhook
    | \bgh[pousr]_[0-9A-Za-z]{16,}                     # GitHub
    | \bgithub_pat_[0-9A-Za-z_]{16,}
    | \bxox[a-z]-[0-9A-Za-z-]{8,}                      # Slack
    | hooks\.slack\.com/services/[0-9A-Za-z/]{8,}
    | \bAKIA[0-9A-Z]{16}\b                             # AWS
    | \beyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]*   # JSON web token
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----
    | (?<=://)[^\s/@:'"]*:[^\s/@'"]+(?=@)              # user:password of a URL
    | (?<=[?&;](?:key|pwd)=)[^\s&;'"]{4,}              # parameters of a URL or a data source name
    | (?<=[?&;]token=)[^\s&;'"]{4,}
    | (?<=[?&;]secret=)[^\s&;'"]{4,}
    | (?<=[?&;](?:api_key|hapikey|api-key)=)[^\s&;'"]{4,}
    | (?<=[?&;]password=)[^\s&;'"]{4,}
    | (?<=access_token=)[^\s&;'"]{4,}
    """,
    re.VERBOSE,
)
_KEY = r"(?:[a-z0-9_-]*[_-])?(?:token|pass|passwd|password|secret|api_?key|key|hapikey|pwd)"
_SECRET_KEY = re.compile(_KEY, re.IGNORECASE)
_SECRET_LINE = re.compile(rf"^\s*[#-]?\s*[\"']?{_KEY}[\"']?\s*:\s*(\S.*)$", re.IGNORECASE)
_SECRET_INSIDE = re.compile(rf"[{{,]\s*[\"']?{_KEY}[\"']?\s*:\s*([^\s,}}]+)", re.IGNORECASE)
_REFERENCE = re.compile(r"[\"']?(?:env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)[\"']?$")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
HIDDEN = ("SW110", "SW113")  # a value where a reference belongs may be a secret of any shape
_MESSAGE = "secrets do not belong in a mapping file"
_HELP = "delete it, replace it at its issuer, and write `env:NAME` here"


def masked(text: str) -> str:
    """A line or a message with every secret that is known by its shape replaced by `*`."""
    return _SHAPES.sub(lambda match: "*" * len(match[0]), text)


def secrets_by_shape(lines: Iterable[str]) -> Iterator[Finding]:
    """Secrets anywhere in the text, comments included; works on text YAML cannot read."""
    for number, line in enumerate(lines, 1):
        for match in _SHAPES.finditer(line):
            span = Span(number, match.start() + 1, len(match[0]))
            yield Finding("SW110", span, _MESSAGE, _HELP)


def secrets_by_key(document: Document, metric_names: Container[str]) -> Iterator[Finding]:
    """Values under keys that are called token, password, secret, key or the like.

    Args:
        document: The mapping.
        metric_names: Values that are no secret, whatever the property they fill is called.
    """
    for path, place in document.places.items():
        value = document.at(*path)
        if not path or not isinstance(path[-1], str) or not _SECRET_KEY.fullmatch(path[-1]):
            continue
        if isinstance(value, (dict, list, bool)) or value is None or value in metric_names:
            continue
        if path[-2:-1] == ("properties",) and _NAME.fullmatch(str(value)):
            continue
        if not _REFERENCE.match(str(value)):
            yield Finding("SW110", place.value, _MESSAGE, _HELP)


def masked_line(line: str, spans: Iterable[Span]) -> str:
    """A source line as it may be shown, with what is or may be a secret masked.

    Args:
        line: The line.
        spans: Where `HIDDEN` findings stand in it.
    """
    for span in spans:
        start = span.column - 1
        line = line[:start] + "*" * span.length + line[start + span.length :]
    for named in (*_SECRET_LINE.finditer(line), *_SECRET_INSIDE.finditer(line)):
        if not _REFERENCE.match(named[1].strip()):
            line = line[: named.start(1)] + "*" * len(named[1]) + line[named.end(1) :]
    return masked(line)
