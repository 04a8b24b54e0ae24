"""The metrics of a ticket, and what an account's tickets say of it."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

TICKETS = ("tickets",)

TICKET = (
    Metric(
        name="ticket_risk_types",
        entity="ticket",
        type="multi",
        unit="",
        label="Risk in the text",
        description=(
            "What the customer writes about: a discount, cancelling, whether it is worth its "
            "price, a competitor; several at once, or other. Empty: the ticket has no text."
        ),
        formula=(
            "every label with a phrase of it in what the ticket's author wrote (whole words, "
            "without regard to case and accents, quoted replies left out); `other` without one"
        ),
        inputs=TICKETS,
        property="saas_ticket_risk_type",
        because="phrases found: {ticket_risk_phrases}",
        options=(
            Option("discount", "Discount"),
            Option("cancellation", "Cancellation"),
            Option("value", "Overall value"),
            Option("competitor", "Competitor"),
            Option("other", "Other"),
        ),
        owner="customer success",
    ),
    Metric(
        name="ticket_risk",
        entity="ticket",
        type="bool",
        unit="",
        label="Risk",
        description=(
            "Whether the customer writes about a discount, cancelling, value or a competitor. "
            "Empty: the ticket has no text."
        ),
        formula="whether ticket_risk_types has any label but `other`",
        inputs=TICKETS,
        property="saas_ticket_risk",
        because="phrases found: {ticket_risk_phrases}",
        owner="customer success",
    ),
    Metric(
        name="ticket_risk_phrases",
        entity="ticket",
        type="string",
        unit="",
        label="Risk phrases",
        description=(
            "The words that made this ticket a risk, as the customer wrote them. Empty: there are "
            "none."
        ),
        formula='of each label the first phrase in the text, as `label: "phrase"`, joined by `; `',
        inputs=TICKETS,
        property="saas_ticket_risk_phrases",
        because="the words in the ticket's text",
        owner="customer success",
    ),
    Metric(
        name="risk_ticket_open",
        entity="account",
        type="bool",
        unit="",
        label="Open ticket with risk",
        description=(
            "Whether an open ticket of this customer is about a discount, cancelling, value or a "
            "competitor. Empty: none of the open tickets has a text."
        ),
        formula=(
            "any(ticket_risk) over the account's tickets open at as_of; false without an open "
            "ticket, null if no open ticket has a text"
        ),
        inputs=TICKETS,
        property="saas_risk_ticket_open",
        owner="customer success",
        because="open tickets with risk: {tickets_at_risk} of {open_tickets}",
    ),
    Metric(
        name="open_tickets",
        entity="account",
        type="number",
        unit="tickets",
        label="Open tickets",
        description="How many tickets of this customer are open now. 0: none.",
        formula="tickets with opened_at <= as_of, not closed at as_of",
        inputs=TICKETS,
        property="saas_open_tickets",
        because="opened in 30 days: {tickets_opened_30d}",
        owner="customer success",
    ),
    Metric(
        name="tickets_opened_30d",
        entity="account",
        type="number",
        unit="tickets",
        label="Tickets opened, last 30 days",
        description="How many tickets this customer opened in the last 30 days. 0: none.",
        formula="tickets with opened_at in [as_of - 30 d, as_of)",
        inputs=TICKETS,
        property="saas_tickets_30d",
        because="open now: {open_tickets}",
        owner="customer success",
    ),
    Metric(
        name="ticket_flag",
        entity="account",
        type="bool",
        unit="",
        label="Many tickets",
        description=(
            "Whether this customer opens so many tickets that a person should get in touch: 4 in "
            "30 days, or more per seat than 9 of 10 customers of its size. Empty: customers were "
            "not compared yet."
        ),
        formula=(
            "tickets_opened_30d >= 4, or tickets_opened_30d / seats > 90th percentile (linear) "
            "of the segment, where at least 10 accounts have a rate"
        ),
        inputs=TICKETS,
        also=("subscriptions", "subscription_items"),
        property="saas_ticket_flag",
        because="{ticket_flag_because}",
        owner="customer success",
        authority="the cliff at 4 tickets: BigML's public churn data set",
    ),
)
