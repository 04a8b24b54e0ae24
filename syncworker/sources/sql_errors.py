"""A database's error as a SourceError: what is wrong, whether waiting helps, what to do."""

from __future__ import annotations

import sqlalchemy as sa

from syncworker.errors import SourceError
from syncworker.masking import mask

_LONGEST = 300
# SQLSTATE classes that pass by themselves: connection lost, rollback, resources, shutdown; a
# transaction that was idle for too long.
_PASSING = ("08", "40", "53", "57", "25P03")
# PostgreSQL's SQLSTATE; https://mariadb.com/kb/en/mariadb-error-code-reference/ and MySQL's own;
# SQLITE_INTERRUPT.
_TIMEOUT = ("57014", 1969, 3024, "SQLITE_INTERRUPT")
# MySQL: too many connections, shutdown, lock wait, deadlock, connection killed or lost.
_PASSING_NUMBERS = (1040, 1053, 1205, 1213, 1927, 2006, 2013)
_NOT_PASSING = (
    "authentication failed",
    "access denied",
    "does not exist",
    "unknown database",
    "unable to open",
)


def bad_url(source: str, reason: str, help_: str) -> SourceError:
    """The URL itself cannot be used; it is never repeated, as it holds the password."""
    return SourceError(f"source {source}: {reason}", help=help_, code="SOURCE_URL")


def unreachable(source: str, stream: str, url: sa.URL, error: BaseException) -> SourceError:
    """No connection."""
    text = _words(error, url)
    return SourceError(
        f"source {source}, stream {stream}: cannot connect to {_place(url)}: {text}",
        retry=not any(words in text.lower() for words in _NOT_PASSING),
        help="Check that the database runs, and its URL: host, port, user, password and name.",
        code="SOURCE_UNREACHABLE",
    )


def failed(
    source: str,
    stream: str,
    url: sa.URL,
    error: BaseException,
    *,
    timeout_seconds: int,
    lost: bool,
) -> SourceError:
    """A query that did not run, or not to its end.

    Args:
        source: The source's name.
        stream: The stream's name.
        url: Where it was read.
        error: SQLAlchemy's error, or the driver's own.
        timeout_seconds: The limit of a query's time.
        lost: Whether the connection is gone.
    """
    if isinstance(error, sa.exc.DBAPIError) and error.orig is not None:
        error = error.orig
    text = _words(error, url)
    code = _code(error)
    if code in _TIMEOUT:
        return SourceError(
            f"source {source}, stream {stream}: the query took longer than {timeout_seconds} s",
            help="Put an index on the cursor column and the key, let the query read less, or "
            f"raise statement_seconds of {source}.",
            code="SOURCE_TIMEOUT",
        )
    passing = (
        lost
        or code in _PASSING_NUMBERS
        or (isinstance(code, str) and code.startswith(_PASSING))
        or "is locked" in text
    )
    return SourceError(
        f"source {source}, stream {stream}: the query failed: {text}",
        retry=passing,
        help=""
        if passing
        else f"Run the query of {stream} in the database's own client and correct it.",
        code="SOURCE_QUERY",
    )


def _code(error: BaseException) -> str | int | None:
    """MySQL's number, SQLSTATE, or SQLite's name of the error."""
    if error.args and isinstance(error.args[0], int):
        return error.args[0]
    return getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)


def _place(url: sa.URL) -> str:
    host = url.host or url.database or "the database"
    return f"{host}:{url.port}" if url.port else host


def _words(error: BaseException, url: sa.URL) -> str:
    """The driver's own words on one line, without the statement, password or addresses."""
    if isinstance(error, sa.exc.DBAPIError):
        error = error.orig or error
    text = " ".join(str(error).split())
    if url.password:
        text = text.replace(str(url.password), "***")
    return mask(text)[:_LONGEST]
