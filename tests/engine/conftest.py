from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from syncworker.engine import compute, frames, snapshots
from syncworker.mapping.objects import metrics_used
from syncworker.mapping.portal import PortalMapping, Rows
from syncworker.metrics import compute as metrics
from syncworker.metrics.compute import Computed
from syncworker.metrics.facts import Facts
from syncworker.metrics.memory import SNAPSHOT
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.subscriptions import account_subscriptions
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


def frames_of(mapping: PortalMapping, computed: Computed) -> dict[Rows, pl.DataFrame]:
    """The frames, where they have what the mapping needs: a test must not pass for lack of it."""
    lacking = metrics_used(mapping) - {*computed.accounts.collect_schema()}
    assert not lacking, f"this test needs @pytest.mark.every_metric, for {lacking}"
    return frames.frames(mapping, computed)


@pytest.fixture(autouse=True)
def _billing_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """MRR and status are computed and no more: the rest is four tenths of a small run's time."""
    if request.node.get_closest_marker("every_metric") is None:
        parts = (
            lambda i: account_subscriptions(i.facts, i.terms),
            lambda i: account_mrr(i.facts, i.settings, i.terms, i.steps),
        )
        monkeypatch.setattr(metrics, "ACCOUNT_PARTS", parts)
        for name in ("ACCOUNT_STEPS", "USER_PARTS", "USER_STEPS"):
            monkeypatch.setattr(metrics, name, ())
        monkeypatch.setattr(compute, "collected", frames_of)
