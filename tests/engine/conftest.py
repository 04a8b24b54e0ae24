from __future__ import annotations

import polars as pl
import pytest

from syncworker.engine import compute, frames
from syncworker.mapping.objects import metrics_used
from syncworker.mapping.portal import PortalMapping, Rows
from syncworker.metrics import compute as metrics
from syncworker.metrics.compute import Computed
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.subscriptions import account_subscriptions


@pytest.fixture(autouse=True)
def _quick(nothing_to_remember: None) -> None:
    """What is remembered is told by test_snapshots, and what for by the tests of `explain`."""


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
