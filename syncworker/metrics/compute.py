"""All metrics of a portal, or of one shard of it, in four lazy frames."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from syncworker.metrics.activity import activity
from syncworker.metrics.demos import address, person_demos, with_demos
from syncworker.metrics.facts import Facts
from syncworker.metrics.health import with_health
from syncworker.metrics.known import known, there
from syncworker.metrics.mrr import account_mrr, account_seats
from syncworker.metrics.reasons import with_reasons
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.subscription_rows import subscription_rows
from syncworker.metrics.subscriptions import account_subscriptions
from syncworker.metrics.terms import terms
from syncworker.metrics.ticket_risk import account_ticket_risk, with_risk
from syncworker.metrics.tickets import open_tickets
from syncworker.metrics.trials import account_trials
from syncworker.metrics.usage import account_usage, user_usage
from syncworker.model.streams_app import ACCOUNTS, USERS


@dataclass(frozen=True, slots=True)
class Computed:
    """The metrics as lazy frames; whoever needs them collects them (at once is cheapest).

    Attributes:
        accounts: One row per account known at `as_of` and not deleted: the columns of the stream
            `accounts`, every account metric of the catalog, and the component columns that
            explain them.
        users: One row per person: the columns of the stream `users`, every user metric. A demo
            requester who is no user is here too, as `email:<address>` without an account.
        subscriptions: One row per subscription that ever began and that its source still has: the
            columns of the stream `subscriptions`, every subscription metric, and what explains
            them, all of it named `subscription_...`: names that no column of `accounts` has.
        tickets: One row per open ticket, of an account that is known or not: the columns of the
            stream `tickets`, every ticket metric.
    """

    accounts: pl.LazyFrame
    users: pl.LazyFrame
    subscriptions: pl.LazyFrame
    tickets: pl.LazyFrame


def compute(facts: Facts, settings: MetricSettings) -> Computed:
    """Compute every metric of every account, person and subscription.

    A metric whose streams nobody provides is computed all the same, as if they were empty:
    `availability.unavailable` says which values must not be used.

    Args:
        facts: The streams as staged; rows after `as_of` are cut here.
        settings: The portal's `metrics:` section.
    """
    usage_known = not {"events", "usage_daily"}.isdisjoint(facts.streams)
    billing_known = "subscriptions" in facts.streams
    facts = known(facts)
    acts = activity(facts, settings)
    subscriptions = terms(facts, settings)
    tickets = with_risk(open_tickets(facts), settings.ticket_rules)
    parts = [
        account_usage(facts, settings, acts),
        account_subscriptions(facts, subscriptions),
        account_mrr(facts, settings, subscriptions),
        account_seats(facts, settings, subscriptions),
        account_trials(facts, settings, subscriptions, acts, activity_known=usage_known),
        account_ticket_risk(facts, tickets),
    ]
    accounts = facts.streams["accounts"].filter(there(facts.as_of))
    accounts = accounts.select(column.name for column in ACCOUNTS.columns)
    for part in parts:
        accounts = accounts.join(part, on="account_id", how="left")
    users = facts.streams["users"].filter(there(facts.as_of))
    users = users.select(column.name for column in USERS.columns).with_columns(email=address())
    users = users.join(user_usage(settings, acts), on="user_id", how="left")
    users = users.with_columns(pl.col("user_usage_28d").fill_null(0))
    accounts = with_health(
        accounts, facts, settings, usage_known=usage_known, billing_known=billing_known
    )
    return Computed(
        accounts=with_reasons(accounts, facts.timezone),
        users=with_demos(users, person_demos(facts)),
        subscriptions=subscription_rows(facts, settings, subscriptions),
        tickets=tickets,
    )
