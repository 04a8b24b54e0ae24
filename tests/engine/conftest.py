from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from syncworker.engine import snapshots
from syncworker.metrics.compute import Computed
from syncworker.metrics.facts import Facts
from syncworker.metrics.memory import SNAPSHOT
from syncworker.model.streams import STREAMS


def nothing(facts: Facts, *_: Any, **__: Any) -> Computed:
    """All accounts, and not one number."""
    nobody = pl.LazyFrame(schema=STREAMS["accounts"].schema())
    accounts = facts.streams.get("accounts", nobody).select("account_id")
    empty = accounts.with_columns(pl.lit(None, kind).alias(n) for n, kind in SNAPSHOT.items())
    return Computed(accounts=empty, users=empty, subscriptions=empty, tickets=empty)


@pytest.fixture(autouse=True)
def _nothing_to_remember(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day is made and kept, and nothing is worth it: that is a third of a small run's time.

    What is remembered is told by test_snapshots, and what for by the tests of `explain`.
    """
    monkeypatch.setattr(snapshots, "compute", nothing)
