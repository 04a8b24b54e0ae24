"""What the state database tells of itself, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.stores import Stores

from syncworker.store.database_state import state_of
from syncworker.store.schema import newest


def test_the_database_says_what_it_is_and_which_schema_it_has(state: Stores) -> None:
    told = state_of(state.database)
    assert told.schema == told.newest == newest()
    if state.database.url.get_backend_name() == "sqlite":
        assert told.product.startswith("SQLite 3.")
        assert (told.journal, told.now) == ("wal", None)
    else:
        assert told.product.startswith("PostgreSQL ")
        assert told.now is not None
        assert abs(datetime.now(UTC) - told.now) < timedelta(seconds=10)
