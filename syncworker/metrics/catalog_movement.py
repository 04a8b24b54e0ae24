"""The metrics of what became of an account's revenue: movement, tier, payments, renewal, loss."""

from __future__ import annotations

from syncworker.metrics.catalog_revenue import BILLED, PRICED
from syncworker.metrics.metric import Metric, Option

PAID = ("invoices",)
CHARTMOGUL = "ChartMogul, help.chartmogul.com: MRR movements"

MOVEMENT = (
    Metric(
        name="mrr_mode",
        entity="account",
        type="string",
        unit="",
        label="MRR mode",
        description=(
            "Whose reading of MRR is shown, and every switch that the mapping sets otherwise. All "
            "revenue numbers of this record follow it."
        ),
        formula="metrics.revenue.mode, then each switch that differs from it",
        inputs=PRICED,
        property="saas_mrr_mode",
        because="set in the mapping",
        owner="finance",
    ),
    Metric(
        name="mrr_past_due",
        entity="account",
        type="money",
        unit="",
        label="MRR past due",
        description=(
            "MRR of subscriptions whose payment is late. Empty: it is in another currency than "
            "MRR, or MRR could not be told."
        ),
        formula="the part of mrr whose subscriptions are past_due",
        inputs=PRICED,
        property="saas_mrr_past_due",
        because="{mrr_because}",
        problem="mrr_problem",
        owner="finance",
    ),
    Metric(
        name="mrr_movement",
        entity="account",
        type="enum",
        unit="",
        label="MRR movement this month",
        description=(
            "What became of MRR since the month began: new, more (expansion), less (contraction), "
            "lost (churn), or back after a time without (reactivation). Empty: MRR then or now "
            "could not be told."
        ),
        formula=(
            "net, from the last instant before the local month to now: 0 to more is reactivation "
            "where MRR was paid on any earlier day, else new; more to 0 churn; else by the sign"
        ),
        inputs=PRICED,
        property="saas_mrr_movement",
        because="{movement_because}",
        problem="mrr_problem",
        options=(
            Option("new", "New"),
            Option("expansion", "Expansion"),
            Option("contraction", "Contraction"),
            Option("churn", "Churn"),
            Option("reactivation", "Reactivation"),
            Option("none", "None"),
        ),
        owner="finance",
        authority=CHARTMOGUL,
    ),
    Metric(
        name="mrr_change",
        entity="account",
        type="money",
        unit="",
        label="MRR change this month",
        description=(
            "How much MRR rose or fell since the month began. Empty: MRR then or now could not be "
            "told."
        ),
        formula="mrr now - mrr at the last instant before the local month",
        inputs=PRICED,
        property="saas_mrr_change",
        because="{movement_because}",
        problem="mrr_problem",
        currency="mrr_change_currency",
        owner="finance",
    ),
    Metric(
        name="mrr_tier",
        entity="account",
        type="enum",
        unit="",
        label="MRR tier",
        description=(
            "The size of the customer by MRR at the start of this month; of one that was made in "
            "this month, by MRR now. Empty: MRR could not be told."
        ),
        formula=(
            "free at 0, low below revenue.tier_mid_from, mid below revenue.tier_high_from, else "
            "high; in the portal's currency, at the start of the local month"
        ),
        inputs=PRICED,
        property="saas_mrr_tier",
        because="MRR at the start of the month",
        problem="mrr_tier_problem",
        options=(
            Option("free", "Free"),
            Option("low", "Low"),
            Option("mid", "Middle"),
            Option("high", "High"),
        ),
        owner="customer success",
    ),
    Metric(
        name="billing_interval",
        entity="account",
        type="enum",
        unit="",
        label="Billing interval",
        description=(
            "How often the customer is billed. Mixed: its prices differ in that. Empty: nothing "
            "paid runs."
        ),
        formula="interval x interval_count of the items that are MRR",
        inputs=PRICED,
        property="saas_billing_interval",
        because="of the items that count in MRR",
        options=(
            Option("monthly", "Monthly"),
            Option("quarterly", "Quarterly"),
            Option("half_yearly", "Half-yearly"),
            Option("yearly", "Yearly"),
            Option("other", "Other"),
            Option("mixed", "Mixed"),
        ),
        owner="finance",
    ),
    Metric(
        name="renewal_date",
        entity="account",
        type="date",
        unit="",
        label="Renewal date",
        description=(
            "The day the paid period ends and the next one begins, of the longest interval where "
            "there are several. Empty: nothing paid goes on, or the day is not known."
        ),
        formula=(
            "min(current_period_end > now) of the items of the longest interval, of counted "
            "subscriptions that are not pending to end; local date"
        ),
        inputs=PRICED,
        property="saas_renewal_date",
        because="end of the paid period",
        owner="customer success",
    ),
    Metric(
        name="renewal_window",
        entity="account",
        type="bool",
        unit="",
        label="In renewal window",
        description=(
            "Yes: the renewal is near. A customer who is billed more often than the window is long "
            "is never in it. Empty: nothing paid runs."
        ),
        formula=("renewal within revenue.renewal_window_days, of an interval longer than that"),
        inputs=PRICED,
        property="saas_renewal_window",
        because="{renewal_because}",
        owner="customer success",
    ),
    Metric(
        name="customer_since",
        entity="account",
        type="datetime",
        unit="",
        label="Customer since",
        description="When the customer first paid. Empty: never, or it is not known when.",
        formula="min(paid_at) of invoices above zero; without invoices the first instant with MRR",
        inputs=("invoices|subscriptions",),
        also=("subscription_items",),
        property="saas_customer_since",
        because="first payment",
        owner="sales",
    ),
    Metric(
        name="pays_now",
        entity="account",
        type="bool",
        unit="",
        label="Pays now",
        description="Yes: has MRR above zero. Empty: never paid, or MRR could not be told.",
        formula="mrr > 0 at as_of, of accounts that ever paid",
        inputs=PRICED,
        property="saas_pays_now",
        because="{mrr_because}",
        owner="sales",
    ),
    Metric(
        name="ltv_to_date",
        entity="account",
        type="money",
        unit="",
        label="Lifetime value to date",
        description=(
            "What the customer has paid so far, without tax and refunds. Empty: nothing yet, or "
            "there is no exchange rate."
        ),
        formula=(
            "sum of paid invoices of amount_ex_tax x (1 - refunded / (amount_ex_tax + tax)); in "
            "several currencies at the rates of the days they were paid"
        ),
        inputs=PAID,
        property="saas_ltv_to_date",
        because="paid invoices without tax and refunds",
        problem="ltv_problem",
        currency="ltv_currency",
        owner="finance",
    ),
    Metric(
        name="guarantee_ends_on",
        entity="account",
        type="date",
        unit="",
        label="Money-back window ends",
        description="The last day to get the first payment back. Empty: never paid.",
        formula="customer_since + revenue.guarantee_days, local date",
        inputs=("invoices|subscriptions",),
        property="saas_guarantee_ends_at",
        because="counted from the first payment",
        owner="customer success",
    ),
    Metric(
        name="refunded_early",
        entity="account",
        type="bool",
        unit="",
        label="Refunded early",
        description=(
            "Yes: a whole invoice was paid back within the money-back window. Empty: never paid."
        ),
        formula="an invoice refunded in full before customer_since + revenue.guarantee_days",
        inputs=PAID,
        property="saas_refunded_early",
        because="refunds within the money-back window",
        owner="finance",
    ),
    Metric(
        name="mrr_metered",
        entity="account",
        type="money",
        unit="",
        label="Metered revenue a month",
        description=(
            "What was billed for usage-based prices, as the mean of three months; not part of MRR. "
            "Empty: nothing was, in several currencies, or the portal does not ask for it."
        ),
        formula="sum of lines of metered items with period_end in the last 3 months / 3",
        inputs=("subscription_items", "invoice_lines", "invoices"),
        property="saas_mrr_metered",
        because="mean of three months of invoice lines",
        currency="mrr_metered_currency",
        owner="finance",
    ),
    Metric(
        name="churned_mrr",
        entity="account",
        type="money",
        unit="",
        label="Churned MRR",
        description=(
            "MRR that was lost when the customer left: what it was just before. Empty: not "
            "churned, or it could not be told."
        ),
        formula="if churned: MRR just before it last fell to 0",
        inputs=PRICED,
        property="saas_churned_mrr",
        because="{subscription_because}",
        currency="churned_mrr_currency",
        owner="customer success",
    ),
    Metric(
        name="churn_type",
        entity="account",
        type="enum",
        unit="",
        label="Churn type",
        description=(
            "Whether the customer left on purpose, or a payment failed. Empty: not churned."
        ),
        formula=(
            "of the subscription that ended last: payment_failed and payment_disputed involuntary, "
            "cancellation_requested voluntary, else unknown"
        ),
        inputs=BILLED,
        property="saas_churn_type",
        because="{churn_because}",
        options=(
            Option("voluntary", "Voluntary"),
            Option("involuntary", "Involuntary"),
            Option("unknown", "Unknown"),
        ),
        owner="customer success",
        authority="Stripe, docs.stripe.com/api/subscriptions/object: cancellation_details.reason",
    ),
    Metric(
        name="churn_reasons",
        entity="account",
        type="multi",
        unit="",
        label="Churn reasons",
        description=(
            "Why the customer cancelled, as the customer and the billing system say. Written with "
            "`append`, what people chose stays. Empty: not cancelled, or no reason was given."
        ),
        formula=(
            "if cancelled: reason and feedback of the subscriptions that ended last or are to end, "
            "each mapped to one list (revenue.churn_reasons adds to it)"
        ),
        inputs=BILLED,
        property="saas_churn_reason",
        because="{churn_because}",
        options=(
            Option("price", "Too expensive"),
            Option("missing_features", "Missing features"),
            Option("competitor", "Went to a competitor"),
            Option("unused", "Not used"),
            Option("support", "Customer service"),
            Option("complexity", "Too complex"),
            Option("quality", "Low quality"),
            Option("payment", "Payment failed"),
            Option("other", "Other"),
        ),
        owner="customer success",
    ),
    Metric(
        name="churn_comment",
        entity="account",
        type="string",
        unit="",
        label="Churn comment",
        description=(
            "What the customer wrote when cancelling. Empty: not cancelled, or nothing was written."
        ),
        formula="if cancelled: the comment of the subscription that ended last",
        inputs=BILLED,
        property="saas_churn_comment",
        because="{churn_because}",
        owner="customer success",
    ),
)
