"""The metrics of a subscription, for the deal that stands for it in HubSpot."""

from __future__ import annotations

from syncworker.metrics.catalog_revenue import BILLED, PRICED
from syncworker.metrics.metric import Metric, Option

CURRENCY = "subscription_currency"
CHANGES = (
    Option("renewal", "Renewal"),
    Option("upgrade", "Upgrade"),
    Option("downgrade", "Downgrade"),
)
"""As HubSpot labels them; the values behind its labels are the portal's."""
REPLACED = (
    "the one that replaced it is the account's subscription that began nearest to its end, within "
    "30 days, after it began, and ran on beyond that end; compared is what all that it replaced "
    "were worth just before they ended with what it is worth 30 days after it began (at the latest "
    "now, or at its end): same renewal, more upgrade, less downgrade; mere trials do not count"
)

SUBSCRIPTION = (
    Metric(
        name="subscription_state",
        entity="subscription",
        type="enum",
        unit="",
        label="Subscription state",
        description=(
            "How this subscription stands. A pause that waives payments counts as paused. Empty: "
            "a status that is not understood."
        ),
        formula=(
            "the billing system's status; canceled once its end has come, trialing within its "
            "trial period, paused while payments are waived"
        ),
        inputs=BILLED,
        property="saas_subscription_state",
        because="{subscription_state_because}",
        options=(
            Option("trialing", "In trial"),
            Option("active", "Active"),
            Option("past_due", "Payment late"),
            Option("unpaid", "Unpaid"),
            Option("paused", "Paused"),
            Option("canceled", "Canceled"),
        ),
        owner="finance",
    ),
    Metric(
        name="subscription_mrr",
        entity="subscription",
        type="money",
        unit="",
        label="Subscription MRR",
        description=(
            "What this subscription is worth per month now, after discounts and before tax; 0 in "
            "a trial, while unpaid or paused, and once it has ended. The subscriptions of a "
            "customer add up to the customer's MRR. Where it cannot be told (two currencies, a "
            "price that cannot be read) the last value stays."
        ),
        formula=(
            "as mrr, of this subscription's items; fractions of a minor unit fall to the "
            "subscriptions of an account, oldest first, so that they add up to its mrr"
        ),
        inputs=PRICED,
        property="saas_subscription_mrr",
        because="{subscription_mrr_because}",
        problem="subscription_mrr_problem",
        currency=CURRENCY,
        owner="finance",
    ),
    Metric(
        name="subscription_arr",
        entity="subscription",
        type="money",
        unit="",
        label="Subscription ARR",
        description=(
            "What this subscription is worth per year now: twelve times its MRR. Empty: it could "
            "not be told yet."
        ),
        formula="12 x subscription_mrr",
        inputs=PRICED,
        property="saas_subscription_arr",
        because="{subscription_mrr_because}",
        problem="subscription_mrr_problem",
        currency=CURRENCY,
        owner="finance",
    ),
    Metric(
        name="subscription_amount",
        entity="subscription",
        type="money",
        unit="",
        label="Recurring revenue amount",
        description=(
            "What this subscription is worth per month; once it has ended, what it was worth to "
            "the last, which is what was lost. Where it cannot be told the last value stays."
        ),
        formula=(
            "subscription_mrr; of one that ended, the MRR of its items just before, 0 where it "
            "never went beyond a trial"
        ),
        inputs=PRICED,
        property="recurring_revenue_amount",
        because="{subscription_amount_because}",
        problem="subscription_amount_problem",
        currency=CURRENCY,
        owner="finance",
    ),
    Metric(
        name=CURRENCY,
        entity="subscription",
        type="string",
        unit="",
        label="Subscription currency",
        description=(
            "The currency of this subscription's amounts, as a three-letter code. Empty: they "
            "could not be told yet."
        ),
        formula="currency of its items; where there are none or several, the portal's",
        inputs=PRICED,
        property="saas_subscription_currency",
        because="{subscription_amount_because}",
        problem="subscription_amount_problem",
        owner="finance",
    ),
    Metric(
        name="subscription_deal_type",
        entity="subscription",
        type="enum",
        unit="",
        label="Recurring revenue deal type",
        description=(
            "New business, or, where it replaced another subscription of the customer, a renewal "
            "(worth the same), an upgrade (worth more) or a downgrade (worth less)."
        ),
        formula=f"new business unless it replaced another: {REPLACED}",
        inputs=PRICED,
        property="recurring_revenue_deal_type",
        because="{subscription_type_because}",
        options=(Option("new_business", "New business"), *CHANGES),
        problem="subscription_type_problem",
        owner="finance",
    ),
    Metric(
        name="subscription_inactive_on",
        entity="subscription",
        type="date",
        unit="",
        label="Recurring revenue inactive date",
        description=(
            "The day this subscription ended and its revenue stopped. Empty: it runs, or it never "
            "went beyond a trial."
        ),
        formula="the local date of the end that has come, unless it never went beyond a trial",
        inputs=BILLED,
        property="recurring_revenue_inactive_date",
        because="{subscription_inactive_because}",
        owner="finance",
    ),
    Metric(
        name="subscription_inactive_reason",
        entity="subscription",
        type="enum",
        unit="",
        label="Recurring revenue inactive reason",
        description=(
            "Why the revenue of this subscription stopped: churned, or replaced by another "
            "subscription of the customer: a renewal, an upgrade or a downgrade. Empty: it runs, "
            "or it never went beyond a trial."
        ),
        formula=f"once ended, churned unless another replaced it: {REPLACED}",
        inputs=PRICED,
        property="recurring_revenue_inactive_reason",
        because="{subscription_inactive_because}",
        options=(Option("churned", "Churned"), *CHANGES),
        problem="subscription_reason_problem",
        owner="finance",
    ),
    Metric(
        name="subscription_started_at",
        entity="subscription",
        type="datetime",
        unit="",
        label="Subscription started at",
        description="When this subscription began, its trial included. Empty: not known.",
        formula="started_at, else created_at",
        inputs=BILLED,
        property="saas_subscription_started_at",
        because="{subscription_state_because}",
        owner="finance",
    ),
    Metric(
        name="subscription_ends_at",
        entity="subscription",
        type="datetime",
        unit="",
        label="Subscription ends at",
        description=(
            "When this subscription ended or, as far as it is scheduled, will end. Empty: it runs "
            "on, or the end is not known."
        ),
        formula="the end that has come, else the scheduled one",
        inputs=BILLED,
        property="saas_subscription_ends_at",
        because="{subscription_state_because}",
        owner="finance",
    ),
)
