"""How random the tests are, and what most tests of whole runs can do without.

The suite tries the same random examples every time, so that a change is judged by what it changes.
`pytest --hypothesis-profile=explore tests/property` looks for new ones.
"""

from typing import Any

import polars as pl
import pytest
from hypothesis import settings

from syncworker.engine import snapshots
from syncworker.metrics.compute import Computed
from syncworker.metrics.facts import Facts
from syncworker.metrics.memory import SNAPSHOT
from syncworker.model.streams import STREAMS

settings.register_profile("explore", derandomize=False)
settings.register_profile("suite", derandomize=True, database=None)
settings.load_profile("suite")


def nothing(facts: Facts, *_: Any, **__: Any) -> Computed:
    """All accounts, and not one number."""
    nobody = pl.LazyFrame(schema=STREAMS["accounts"].schema())
    accounts = facts.streams.get("accounts", nobody).select("account_id")
    empty = accounts.with_columns(pl.lit(None, kind).alias(n) for n, kind in SNAPSHOT.items())
    return Computed(accounts=empty, users=empty, subscriptions=empty, tickets=empty)


@pytest.fixture
def nothing_to_remember(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day is made and kept, and nothing is worth it: that is a third of a small run's time."""
    monkeypatch.setattr(snapshots, "compute", nothing)
