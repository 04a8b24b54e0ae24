"""Streams of billing. Money is in minor units (cents) beside its ISO 4217 currency."""

from __future__ import annotations

from syncworker.model.stream import Column, Stream

SUBSCRIPTIONS = Stream(
    "subscriptions",
    "A subscription of an account; what it costs is in its items.",
    ("sub_id",),
    (
        Column("sub_id", "string", "The billing system's id.", required=True),
        Column("account_id", "string", "The account that pays; empty: found by `customer_id`."),
        Column("customer_id", "string", "The billing system's id of the customer."),
        Column("hubspot_deal_id", "string", "HubSpot's deal id, where the app stores it."),
        Column(
            "status",
            "string",
            "trialing, active, past_due, unpaid, canceled, incomplete, incomplete_expired, paused.",
            required=True,
        ),
        Column("created_at", "datetime", "When it was made."),
        Column("started_at", "datetime", "When it began; may lie before `created_at`."),
        Column("trial_start", "datetime", "Start of its trial period."),
        Column("trial_end", "datetime", "End of its trial period; stays set afterwards."),
        Column("cancel_requested_at", "datetime", "When cancelling was last asked for."),
        Column("cancel_at", "datetime", "When it will end."),
        Column("cancel_at_period_end", "boolean", "Whether it ends with the paid period."),
        Column("current_period_end", "datetime", "End of the period paid for."),
        Column("ended_at", "datetime", "When it ended."),
        Column("pause_behavior", "string", "void, mark_uncollectible, keep_as_draft; else empty."),
        Column("pause_since", "datetime", "Since when collection is paused."),
        Column("pause_resumes_at", "datetime", "When collection goes on; empty: open."),
        Column("reason", "string", "Why it was cancelled, in the billing system's words."),
        Column("feedback", "string", "The customer's choice of reason."),
        Column("comment", "string", "The customer's own words."),
    ),
    any_of=("account_id", "customer_id"),
)
SUBSCRIPTION_ITEMS = Stream(
    "subscription_items",
    "One priced line of a subscription, or a version of one: from when to when it was so.",
    ("item_id", "valid_from"),
    (
        Column("item_id", "string", "The billing system's id.", required=True),
        Column("sub_id", "string", "The subscription it belongs to.", required=True),
        Column("price_id", "string", "The price."),
        Column("product_id", "string", "The product that is priced."),
        Column("unit_amount", "decimal", "Price of one, in minor units; may have fractions."),
        Column("quantity", "integer", "How many; empty: 1.", minimum=0),
        Column("interval", "string", "day, week, month or year; empty: not recurring."),
        Column("interval_count", "integer", "Every how many intervals; empty: 1.", minimum=1),
        Column("usage_type", "string", "licensed or metered; empty: licensed."),
        Column("currency", "string", "ISO 4217, upper case.", required=True),
        Column("current_period_end", "datetime", "End of the period the item is paid for."),
        Column("tax_behavior", "string", "inclusive, exclusive or unspecified; empty: exclusive."),
        Column("tiers", "string", "Of a tiered price: its tiers as Stripe's JSON, with the mode."),
        Column("billed_quantity", "integer", "What is billed after rounding; empty: `quantity`."),
        Column("seats", "integer", "Seats it stands for; empty: `quantity` of a licensed item."),
        Column("valid_from", "datetime", "From when; empty: the subscription's start."),
        Column("valid_to", "datetime", "Until when; empty: the subscription's end."),
    ),
)
DISCOUNTS = Stream(
    "discounts",
    "A discount on a subscription or on one of its items.",
    ("discount_id",),
    (
        Column("discount_id", "string", "The billing system's id.", required=True),
        Column("sub_id", "string", "The subscription it is on.", required=True),
        Column("item_id", "string", "The one item it is on; empty: the whole subscription."),
        Column("percent", "decimal", "Percent off, 0 to 100; empty: an amount.", minimum=0),
        Column("amount", "decimal", "Amount off a cycle, in minor units; empty: a percentage."),
        Column("currency", "string", "Currency of the amount."),
        Column("duration", "string", "once, repeating or forever.", required=True),
        Column("start", "datetime", "From when."),
        Column("end", "datetime", "Until when."),
        Column("position", "integer", "Its place in the order of discounts; empty: 0."),
        Column("applies_to", "string", "Products it is limited to, comma-separated; empty: all."),
    ),
)
SUBSCRIPTION_STATES = Stream(
    "subscription_states",
    "A state a subscription was in: from when, until when, and when that was first seen.",
    ("sub_id", "state", "since"),
    (
        Column("sub_id", "string", "The subscription.", required=True),
        Column(
            "state",
            "string",
            "A status as in `subscriptions`, or pause_collection:void, "
            "pause_collection:mark_uncollectible, pause_collection:keep_as_draft.",
            required=True,
        ),
        Column("since", "datetime", "From when it held.", required=True),
        Column("until", "datetime", "Until when; empty: it still does."),
        Column("observed_at", "datetime", "When that was first seen; empty: `since`."),
    ),
    event_time="since",
    lasting=True,
)
INVOICES = Stream(
    "invoices",
    "An invoice of an account. What is paid for is in its lines.",
    ("invoice_id",),
    (
        Column("invoice_id", "string", "The billing system's id.", required=True),
        Column("account_id", "string", "The account that pays; empty: found by `customer_id`."),
        Column("customer_id", "string", "The billing system's id of the customer."),
        Column("sub_id", "string", "The subscription it is for."),
        Column("status", "string", "draft, open, paid, uncollectible or void."),
        Column("created_at", "datetime", "When it was made."),
        Column("paid_at", "datetime", "When it was paid; empty: it is not."),
        Column("amount_ex_tax", "integer", "Without tax, in minor units.", required=True),
        Column("tax", "integer", "Its tax, in minor units; empty: 0."),
        Column("refunded", "integer", "Paid back, in minor units; empty: 0."),
        Column("refunded_at", "datetime", "When it was last paid back."),
        Column("currency", "string", "ISO 4217, upper case.", required=True),
    ),
    event_time="created_at",
    any_of=("account_id", "customer_id"),
)
INVOICE_LINES = Stream(
    "invoice_lines",
    "A line of an invoice: what was billed for which period.",
    ("invoice_line_id",),
    (
        Column("invoice_line_id", "string", "The billing system's id.", required=True),
        Column("invoice_id", "string", "Its invoice.", required=True),
        Column("sub_id", "string", "The subscription it is for."),
        Column("item_id", "string", "The subscription's item it is for."),
        Column("price_id", "string", "The price."),
        Column("quantity", "integer", "How many; empty: 1."),
        Column("period_start", "datetime", "From when it pays."),
        Column("period_end", "datetime", "Until when it pays."),
        Column(
            "amount", "integer", "Without tax, in minor units; below 0: a credit.", required=True
        ),
        Column("currency", "string", "ISO 4217, upper case.", required=True),
        Column("proration", "boolean", "Whether it settles a change inside a period."),
    ),
)
