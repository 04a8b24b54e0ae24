"""A database's error as a SourceError: what is wrong, whether waiting helps, what to do."""

from __future__ import annotations

import sqlalchemy as sa

from syncworker.errors import SourceError
from syncworker.masking import mask

_LONGEST = 300
# SQLSTATE classes that pass by themselves: connection lost, rollback, resources, shutdown.
_PASSING = ("08", "40", "53", "57")
_TIMEOUT = "57014"
_NOT_PASSING = ("authentication failed", "access denied", "does not exist", "unable to open")


def bad_url(source: str, reason: str, help_: str) -> SourceError:
    """The URL itself cannot be used; it is never repeated, as it holds the password."""
    return SourceError(f"source {source}: {reason}", help=help_, code="SOURCE_URL")


def unreachable(source: str, stream: str, url: sa.URL, error: sa.exc.DBAPIError) -> SourceError:
    """No connection."""
    text = _words(error, url)
    return SourceError(
        f"source {source}, stream {stream}: cannot connect to {_place(url)}: {text}",
        retry=not any(words in text.lower() for words in _NOT_PASSING),
        help="Check that the database runs, and its URL: host, port, user, password and name.",
        code="SOURCE_UNREACHABLE",
    )


def failed(
    source: str, stream: str, url: sa.URL, error: sa.exc.DBAPIError, timeout_seconds: int
) -> SourceError:
    """A query that did not run, or not to its end."""
    text = _words(error, url)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == _TIMEOUT:
        return SourceError(
            f"source {source}, stream {stream}: the query took longer than {timeout_seconds} s",
            help="Put an index on the cursor column, or let the query read less.",
            code="SOURCE_TIMEOUT",
        )
    passing = error.connection_invalidated or state[:2] in _PASSING or "is locked" in text
    return SourceError(
        f"source {source}, stream {stream}: the query failed: {text}",
        retry=passing,
        help=""
        if passing
        else f"Run the query of {stream} in the database's own client and correct it.",
        code="SOURCE_QUERY",
    )


def _place(url: sa.URL) -> str:
    host = url.host or url.database or "the database"
    return f"{host}:{url.port}" if url.port else host


def _words(error: sa.exc.DBAPIError, url: sa.URL) -> str:
    """The driver's own words on one line, without the statement, password or addresses."""
    text = " ".join(str(error.orig).split())
    if url.password:
        text = text.replace(str(url.password), "***")
    return mask(text)[:_LONGEST]
