"""Whose a value is that HubSpot holds as we last wrote it.

A rollback puts back what stood there before a run. Before our first writing that was a person's or
another app's, and so was what somebody had set between two of ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncworker.engine.engine import Engine
from syncworker.mapping.desired import PropertyType
from syncworker.planning.records import Change
from syncworker.planning.values import same

_ALL = 1_000_000

Written = tuple[str, Change]
"""A run's id, and what it wrote to one property."""


def rollbacks(engine: Engine, portal: str) -> Mapping[str, str]:
    """By the id of every rollback, the run that it rolled back."""
    found = engine.turns.list(portal=portal, statuses=(), kind="rollback", since=None, most=_ALL)
    return {run.id: run.options["of"] for run in found}


def ours(type_: PropertyType, history: Sequence[Written], rolled_back: Mapping[str, str]) -> bool:
    """Whether the value that was written last is one of ours.

    Args:
        type_: The property's type, to compare by.
        history: All that was written to the property of one record, oldest first.
        rolled_back: As `rollbacks` gives it.
    """
    mine, value = False, ""
    before: dict[str, bool] = {}
    for run_id, change in history:
        # Where another value stood there, somebody had set it since.
        before.setdefault(run_id, mine and same(type_, change.old, value))
        mine = before.get(rolled_back[run_id], False) if run_id in rolled_back else True
        value = change.new
    return mine
