"""A database URL to a session that can only read."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from syncworker.sources import sql_errors
from syncworker.sources.sql_database import Database
from syncworker.sources.sql_mysql import MYSQL
from syncworker.sources.sql_postgresql import POSTGRESQL
from syncworker.sources.sql_sqlite import SQLITE

CONNECT_SECONDS = 10
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_EXTRAS = {"psycopg": '"syncworker[postgres]"', "pymysql": '"syncworker[mysql]"'}
_DATABASES = {
    "postgresql": POSTGRESQL,
    "sqlite": SQLITE,
    "mysql": MYSQL,
    "mariadb": MYSQL,
    "mssql": Database(nulls_first=True),
}


def parsed(source: str, text: str) -> sa.URL:
    """The URL, with the driver this project brings where it names none.

    Raises:
        SourceError: It is no database URL.
    """
    help_ = "A database URL looks like postgresql://user:password@host:5432/name."
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise sql_errors.bad_url(source, "its URL is not a database URL", help_) from None
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))


def database_of(url: sa.URL) -> Database:
    """How that database is read."""
    return _DATABASES.get(url.get_backend_name(), Database())


def engine(source: str, url: sa.URL) -> sa.Engine:
    """An engine without a pool; nothing is connected yet.

    Raises:
        SourceError: Driver or database file are not there.
    """
    on_disk = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    if on_disk and not Path(str(url.database)).is_file():  # SQLite would make an empty one.
        raise sql_errors.bad_url(
            source, f"there is no database file {url.database}", "Correct the path in its URL."
        )
    brought = url.drivername in _DRIVERS.values()
    arguments = {"connect_timeout": CONNECT_SECONDS} if brought else {}
    try:
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=arguments)
    except sa.exc.NoSuchModuleError:
        reason = f"there is no SQLAlchemy dialect {url.drivername}"
        help_ = "Install the package of that database's dialect, or correct its URL."
        raise sql_errors.bad_url(source, reason, help_) from None
    except ImportError as error:
        reason = f"the database driver {error.name} is not installed"
        package = _EXTRAS.get(str(error.name), str(error.name))
        raise sql_errors.bad_url(source, reason, f"pip install {package}") from None
