"""All metrics of a portal, or of one shard of it, in four lazy frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from syncworker.metrics.adoption import with_adoption
from syncworker.metrics.cac import account_cac
from syncworker.metrics.channels import account_channels
from syncworker.metrics.churn_reasons import account_churn_reasons, with_loss
from syncworker.metrics.custom import with_custom_accounts, with_custom_users
from syncworker.metrics.customers import account_customers
from syncworker.metrics.demo_payments import account_demos
from syncworker.metrics.demos import address, with_demos
from syncworker.metrics.disqualified import with_disqualified
from syncworker.metrics.expansion import with_expansion
from syncworker.metrics.facts import Facts
from syncworker.metrics.first_minutes import account_minutes, user_minutes
from syncworker.metrics.fit import account_fit
from syncworker.metrics.health import with_health
from syncworker.metrics.health_revenue import with_health_revenue
from syncworker.metrics.inputs import Inputs, inputs_of
from syncworker.metrics.journey import account_turns, with_journey
from syncworker.metrics.known import there
from syncworker.metrics.memory import Memory
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.payments import account_payments, with_guarantee
from syncworker.metrics.population import Population
from syncworker.metrics.pql import with_account_pql, with_user_pql
from syncworker.metrics.priority import with_priority
from syncworker.metrics.quota import account_quota
from syncworker.metrics.readiness import with_readiness
from syncworker.metrics.reasons import with_reasons
from syncworker.metrics.reasons_revenue import with_revenue_reasons
from syncworker.metrics.renewals import account_renewals
from syncworker.metrics.seat_milestones import with_seat_milestone
from syncworker.metrics.seats import account_seats
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.subscription_rows import subscription_rows
from syncworker.metrics.subscriptions import account_subscriptions
from syncworker.metrics.surveys import account_surveys, user_surveys
from syncworker.metrics.this_month import account_month
from syncworker.metrics.ticket_flag import with_ticket_flag
from syncworker.metrics.ticket_risk import account_ticket_risk, with_risk
from syncworker.metrics.tickets import account_tickets, open_tickets
from syncworker.metrics.trials import account_trials, with_trials
from syncworker.metrics.usage import account_usage, user_usage
from syncworker.metrics.usage_alert import with_usage_alert
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


AccountPart = Callable[[Inputs], pl.LazyFrame]
AccountStep = Callable[[pl.LazyFrame, Inputs], pl.LazyFrame]
UserStep = Callable[[pl.LazyFrame, pl.LazyFrame, Inputs], pl.LazyFrame]

ACCOUNT_PARTS: tuple[AccountPart, ...] = (
    account_usage,
    account_quota,
    lambda i: account_subscriptions(i.facts, i.terms),
    lambda i: account_mrr(i.facts, i.settings, i.terms, i.steps),
    account_month,
    account_renewals,
    account_payments,
    account_churn_reasons,
    account_seats,
    account_tickets,
    account_surveys,
    account_trials,
    account_demos,
    account_minutes,
    account_turns,
    account_fit,
    account_customers,
    account_channels,
    account_cac,
)
"""Frames with account_id and columns of their own, each computed by itself."""
ACCOUNT_STEPS: tuple[AccountStep, ...] = (
    with_usage_alert,
    with_adoption,
    with_expansion,
    with_ticket_flag,
    with_health,
    with_health_revenue,
    lambda accounts, i: with_reasons(accounts, i.facts.timezone),
    with_guarantee,
    lambda accounts, _inputs: with_loss(accounts),
    with_revenue_reasons,
    with_seat_milestone,
    with_journey,
    with_account_pql,
    with_priority,
    with_custom_accounts,  # the last: it may cover a component of the same name
)
"""What is told from the parts together, in this order."""
USER_PARTS: tuple[AccountPart, ...] = (user_usage, user_surveys, user_minutes)
"""Frames with user_id and columns of their own."""
USER_STEPS: tuple[UserStep, ...] = (
    lambda users, _accounts, _inputs: users.with_columns(pl.col("user_usage_28d").fill_null(0)),
    lambda users, _accounts, i: with_demos(users, i),
    lambda users, _accounts, i: with_trials(users, i),
    lambda users, _accounts, i: with_disqualified(users, i),
    with_user_pql,
    with_readiness,
    with_custom_users,  # the last
)
"""What is told from the parts together and from the accounts, in this order."""


def compute(
    facts: Facts,
    settings: MetricSettings,
    population: Population | None = None,
    memory: Memory | None = None,
    stale: frozenset[str] = frozenset(),
) -> Computed:
    """Compute every metric of every account, person and subscription.

    A metric whose streams nobody provides is computed all the same, as if they were empty:
    `availability.unavailable` says which values must not be used.

    Args:
        facts: The streams as staged; rows after `as_of` are cut here.
        settings: The portal's `metrics:` section.
        population: Values of the whole portal, frozen with the run; None: none is known.
        memory: Snapshots of earlier days; None: there are none.
        stale: The streams whose source has expired, as `availability.expired` tells.
    """
    inputs = inputs_of(facts, settings, population, memory, stale)
    facts = inputs.facts
    tickets = with_risk(open_tickets(facts), settings.ticket_rules)
    accounts = facts.streams["accounts"].filter(there(facts.as_of))
    accounts = accounts.select(column.name for column in ACCOUNTS.columns)
    parts = [part(inputs) for part in ACCOUNT_PARTS]
    for part in (*parts, account_ticket_risk(facts, tickets)):
        accounts = accounts.join(part, on="account_id", how="left")
    for account_step in ACCOUNT_STEPS:
        accounts = account_step(accounts, inputs)
    users = facts.streams["users"].filter(there(facts.as_of))
    users = users.select(column.name for column in USERS.columns).with_columns(email=address())
    for user_part in USER_PARTS:
        users = users.join(user_part(inputs), on="user_id", how="left")
    for user_step in USER_STEPS:
        users = user_step(users, accounts, inputs)
    return Computed(
        accounts=accounts,
        users=users,
        subscriptions=subscription_rows(inputs.billing, inputs.terms, inputs.steps),
        tickets=tickets,
    )
