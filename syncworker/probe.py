"""The composition root of probes: what `health` and signs of life need, and nothing heavy.

`bootstrap` imports all adapters and Polars with them, which takes over a second; a probe is started
every few seconds, and a worker's main process must not compute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from syncworker.clock import now
from syncworker.engine.heart import Heart
from syncworker.engine.heartbeats import Heartbeats, HeartKind
from syncworker.errors import StoreError
from syncworker.settings import Settings
from syncworker.store import schema
from syncworker.store.database import PATIENCE, Database
from syncworker.store.heartbeats import SqlHeartbeats

_HURRY = 0.5


def clock() -> datetime:
    """The time now; aware UTC."""
    return now()


@contextmanager
def heartbeats(settings: Settings, patience: float = PATIENCE) -> Iterator[Heartbeats]:
    """Signs of life, on a connection of the block's own: a forked child must find none open.

    Args:
        settings: Where they are.
        patience: Seconds to wait for a database that others have locked.

    Raises:
        StoreError: The database cannot be used.
    """
    database = Database(settings.state_url, patience)
    try:
        yield SqlHeartbeats(database)
    finally:
        database.close()


def heart(settings: Settings, kind: HeartKind, name: str) -> Heart:
    """A process's sign of life; it holds nobody up, because it is given again soon."""
    return Heart(kind, name, lambda: heartbeats(settings, _HURRY), clock)


def schema_version(settings: Settings) -> str:
    """The state database's schema version, which is the one this code works with.

    Raises:
        StoreError: There is no database, it cannot be used, or it has another version.
    """
    own = settings.home.resolve() / "state.db"
    if settings.database_url is None and not own.is_file():
        raise StoreError(  # to look must not make one
            f"there is no state database at {own}",
            help="syncworker worker (or any other command) makes one; folder: SYNCWORKER_HOME",
            code="STORE_MISSING",
        )
    database = Database(settings.state_url)
    try:
        version = schema.current(database)
        if version is None:
            raise StoreError("the state database is empty", help="syncworker db upgrade")
        schema.check(database)
    finally:
        database.close()
    return version
