"""The metrics of an account's identity, revenue and subscriptions."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

PRICED = ("subscriptions", "subscription_items")
BILLED = ("subscriptions",)

REVENUE = (
    Metric(
        name="account_id",
        entity="account",
        type="string",
        unit="",
        label="Account ID in the app",
        description="The app's own id of this customer. It ties the record to the app.",
        formula="accounts.account_id",
        inputs=("accounts",),
        property="saas_account_id",
        because="id of the account in the app",
        owner="operations",
    ),
    Metric(
        name="mrr",
        entity="account",
        type="money",
        unit="",
        label="MRR",
        description=(
            "Monthly recurring revenue: what the running subscriptions are worth per month, after "
            "discounts and before tax. Late payers count; trials, unpaid and ended subscriptions "
            "and usage-based prices do not. Several currencies are added up at exchange rates. "
            "Where it cannot be told (a price or rate that is not known) the last value stays."
        ),
        formula=(
            "sum over licensed recurring items of subscriptions that count by metrics.revenue "
            "(active and past_due, past their trial) of unit_amount x quantity x f / "
            "interval_count less running discounts and included tax; tiered prices by their "
            "tiers; f: month 1, year 1/12, week 52/12, day 365/12; rounded half up once a currency"
        ),
        inputs=PRICED,
        property="saas_mrr",
        because="{mrr_because}",
        problem="mrr_problem",
        owner="finance",
        authority=(
            "what counts: Stripe's MRR (Stripe documentation, Billing); a week as 52/12 "
            "months: Fivetran (dbt_stripe)"
        ),
    ),
    Metric(
        name="mrr_currency",
        entity="account",
        type="string",
        unit="",
        label="MRR currency",
        description=(
            "The currency of MRR and ARR, as a three-letter code. Empty: MRR could not be told yet."
        ),
        formula="currency of what is paid, else of the items; of several the portal's",
        inputs=PRICED,
        property="saas_mrr_currency",
        because="{mrr_because}",
        problem="mrr_problem",
        owner="finance",
    ),
    Metric(
        name="arr",
        entity="account",
        type="money",
        unit="",
        label="ARR",
        description="Annual recurring revenue: twelve times MRR. Empty: MRR could not be told yet.",
        formula="12 x mrr",
        inputs=PRICED,
        property="saas_arr",
        because="{mrr_because}",
        problem="mrr_problem",
        owner="finance",
        authority="twelve times MRR, as in ChartMogul (ChartMogul help)",
    ),
    Metric(
        name="subscription_status",
        entity="account",
        type="enum",
        unit="",
        label="Subscription status",
        description=(
            "How the customer's best subscription stands. A pause that waives payments counts as "
            "paused. None: never had a subscription. Empty: a status that is not understood."
        ),
        formula="best of active, past_due, trialing, unpaid, paused, canceled, none",
        inputs=BILLED,
        property="saas_subscription_status",
        because="{subscription_because}",
        options=(
            Option("none", "None"),
            Option("trialing", "In trial"),
            Option("active", "Active"),
            Option("past_due", "Payment late"),
            Option("unpaid", "Unpaid"),
            Option("paused", "Paused"),
            Option("canceled", "Canceled"),
        ),
        owner="finance",
        authority="Stripe's statuses (Stripe API reference, Subscription.status)",
    ),
    Metric(
        name="cancelled",
        entity="account",
        type="bool",
        unit="",
        label="Cancelled",
        description=(
            "Yes: every subscription has ended or is cancelled and runs out. Becomes No when the "
            "customer comes back."
        ),
        formula="at least one subscription, and each has ended or is pending to end",
        inputs=BILLED,
        property="saas_cancelled",
        because="{subscription_because}",
        owner="customer success",
    ),
    Metric(
        name="cancelled_at",
        entity="account",
        type="datetime",
        unit="",
        label="Cancelled at",
        description=(
            "When cancelling was last asked for; where nobody asked, when the subscription ended. "
            "Empty: not cancelled."
        ),
        formula="if cancelled: max(cancel_requested_at, else end)",
        inputs=BILLED,
        property="saas_cancelled_at",
        because="{subscription_because}",
        owner="customer success",
        authority=(
            "the time of the request, as Stripe's canceled_at (Stripe API reference, Subscription)"
        ),
    ),
    Metric(
        name="cancel_effective_at",
        entity="account",
        type="datetime",
        unit="",
        label="Cancellation takes effect",
        description=(
            "When the next cancelled subscription runs out; once all have ended, when the last "
            "one did. Empty: nothing is cancelled, or the date is not known."
        ),
        formula="if cancel_pending: min(scheduled end); else if cancelled: max(end)",
        inputs=BILLED,
        property="saas_cancel_effective_at",
        because="{subscription_because}",
        owner="customer success",
    ),
    Metric(
        name="cancel_pending",
        entity="account",
        type="bool",
        unit="",
        label="Cancellation pending",
        description="Yes: a subscription still runs but is going to end. There is time to talk.",
        formula="some live subscription has a scheduled end",
        inputs=BILLED,
        property="saas_cancel_pending",
        because="{subscription_because}",
        owner="customer success",
    ),
    Metric(
        name="churned",
        entity="account",
        type="bool",
        unit="",
        label="Churned",
        description=(
            "Yes: had a subscription beyond a trial and has no running one any more. A trial that "
            "never became paid is not churn. Becomes No when the customer comes back."
        ),
        formula=(
            "no subscription is live, and at least one that was not trialing or paused to the last "
            "ended after its trial"
        ),
        inputs=BILLED,
        property="saas_churned",
        because="{subscription_because}",
        owner="customer success",
    ),
    Metric(
        name="churned_at",
        entity="account",
        type="datetime",
        unit="",
        label="Churned at",
        description="When the last subscription ended. Empty: not churned.",
        formula="if churned: max(end)",
        inputs=BILLED,
        property="saas_churned_at",
        because="{subscription_because}",
        owner="customer success",
    ),
)
