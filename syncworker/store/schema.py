"""The schema's version: checked at start, moved by Alembic.

A version is the migration's number. One that only adds what older code does not need says so in
its name: 0007-0006 is schema 7, on which code of schema 6 still works. So the database is upgraded
first and the workers one by one afterwards; what older code still needs is dropped by a migration
of a later release, without such a name.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from syncworker.errors import StoreError
from syncworker.store.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The version this code works with."""
    head = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    return str(head)


def current(database: Database) -> str | None:
    """The database's version; None where there are no tables yet."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> str:
    """Bring the database to the newest version, from none or from any older one.

    One of a newer syncworker on which this code works stays as it is.

    Returns:
        The database's version now.

    Raises:
        StoreError: It is of a newer syncworker; nothing was changed.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            # Two processes that start at once take turns.
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7239171)"))
        version = MigrationContext.configure(connection).get_current_revision()
        if version is not None and version not in _versions():
            if not mend(version):
                return version
            raise _other_version(version)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return newest()


def check(database: Database) -> None:
    """Make an empty database ready; refuse one of another version.

    Raises:
        StoreError: The tables are older or newer than this code; the message names the command.
    """
    version = current(database)
    if version is None:
        upgrade(database)
    elif mend(version):
        raise _other_version(version)


def mend(version: str | None) -> str:
    """What to do about a database of that version (None: empty); "" where this code works on it."""
    if version is not None and (version == newest() or _works(version, newest())):
        return ""
    if version is None or version in _versions():
        return "syncworker db upgrade"
    return "a newer syncworker made it: pip install --upgrade syncworker"


def _works(version: str, code: str) -> bool:
    """Whether code whose own schema is `code` works on a database of a newer version."""
    number, _, since = version.partition("-")
    return bool(since) and since <= code.partition("-")[0] <= number


def _versions() -> set[str]:
    """All versions this code knows how to come from."""
    return {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}


def _other_version(version: str) -> StoreError:
    return StoreError(
        f"the state database has schema {version}, this syncworker works with {newest()}",
        help=mend(version),
        code="SCHEMA_VERSION",
    )
