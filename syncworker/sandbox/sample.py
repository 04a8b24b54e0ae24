"""The demo's sources: what an imaginary SaaS vendor knows about the sandbox portal's companies.

    app.db                        accounts, users, events, demo requests (SQLite)
    billing/subscriptions.jsonl   subscriptions in Stripe's shape
    trials.csv                    trials, with a spreadsheet's column names

Everything follows from the companies and `as_of`, so that two demos show the same. A few rows are
broken on purpose. Every name is invented and every domain ends in .example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from syncworker.sandbox.sample_app import grow_app, write_app
from syncworker.sandbox.sample_billing import (
    change_subscriptions,
    write_subscriptions,
    write_trials,
)
from syncworker.sandbox.sample_customers import customers

APP = "app.db"
BILLING = "billing"
SUBSCRIPTIONS = f"{BILLING}/subscriptions.jsonl"
TRIALS = "trials.csv"


def make(folder: Path, as_of: datetime, companies: Sequence[Mapping[str, Any]]) -> None:
    """Write the sources anew.

    Args:
        folder: Where; made if it is missing.
        as_of: The moment the demo's first run is for, aware UTC; nothing happened after it.
        companies: The sandbox portal's companies, as `sample_customers.customers` takes them.
    """
    (folder / BILLING).mkdir(parents=True, exist_ok=True)
    found = customers(companies)
    write_app(folder / APP, as_of, found)
    write_subscriptions(folder / SUBSCRIPTIONS, as_of, found)
    write_trials(folder / TRIALS, as_of, found)


def change(folder: Path, as_of: datetime) -> None:
    """Let a little happen between two runs.

    Two people join one customer and use the app, one user asks for a demo, one subscription gets
    more seats, one customer asks to cancel. Everything else stays as it was.

    Args:
        folder: Where `make` wrote.
        as_of: The moment the next run is for, or one before it; later than the one of `make`.
    """
    grow_app(folder / APP, as_of)
    change_subscriptions(folder / SUBSCRIPTIONS, as_of)
