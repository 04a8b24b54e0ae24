"""The metrics of product qualification: of accounts, of people, and whom to call first."""

from __future__ import annotations

from typing import Literal

from syncworker.metrics.metric import Metric, Option

USED = ("events|usage_daily",)
BILLING = ("subscriptions", "subscription_items", "invoices")
STATUSES = (
    Option("none", "Not qualified"),
    Option("pql", "Product-qualified"),
    Option("lapsed", "Lapsed"),
    Option("customer", "Customer"),
    Option("former_customer", "Former customer"),
)


def _qualification(entity: Literal["account", "user"]) -> tuple[Metric, ...]:
    """The same metrics of an account and of a person; a person's are called user_..."""
    prefix, label, who, whose = (
        ("user_", "Own ", "this person", "the user's")
        if entity == "user"
        else ("", "", "this account", "the account's")
    )
    because, problem = f"{{{prefix}pql_because}}", f"{prefix}pql_problem"
    return (
        Metric(
            name=f"{prefix}pql",
            entity=entity,
            type="bool",
            unit="",
            label=f"{label}PQL",
            description=(
                f"Whether {who} did in the app what later customers do, and does not pay yet. "
                "Empty: the mapping has no rule for it."
            ),
            formula=f"{prefix}pql_status = pql",
            inputs=USED,
            also=BILLING,
            property=f"saas_{prefix}pql",
            because=because,
            problem=problem,
            owner="sales",
        ),
        Metric(
            name=f"{prefix}pql_status",
            entity=entity,
            type="enum",
            unit="",
            label=f"{label}PQL status",
            description=(
                f"Where {who} stands. Product-qualified: reached the milestones now. Lapsed: did, "
                "and no longer does. Customer: the account pays. Former customer: it paid and "
                "stopped. Empty: the mapping has no rule for it."
            ),
            formula=(
                "customer if the account ever paid and MRR > 0; former_customer if it ever paid; "
                f"pql if {whose} events fulfil the rule at as_of; lapsed if they did at a local "
                "midnight before; else none"
            ),
            inputs=USED,
            also=BILLING,
            property=f"saas_{prefix}pql_status",
            because=because,
            options=STATUSES,
            problem=problem,
            owner="sales",
        ),
        Metric(
            name=f"{prefix}pql_at",
            entity=entity,
            type="datetime",
            unit="",
            label=f"{label}PQL since",
            description=f"Since when {who} is product-qualified. Empty: it is not now.",
            formula=(
                "when the rule began to hold that has held at every local midnight since and "
                "holds at as_of"
            ),
            inputs=USED,
            also=BILLING,
            property=f"saas_{prefix}pql_at",
            because=because,
            problem=problem,
            owner="sales",
        ),
        Metric(
            name=f"{prefix}pql_reasons",
            entity=entity,
            type="string",
            unit="",
            label=f"{label}PQL reasons",
            description=(
                f"What {who} did that qualifies: the milestones, how much, and since when. Empty: "
                "not product-qualified now."
            ),
            formula="the milestones that are reached at as_of, in the order of the mapping",
            inputs=USED,
            also=BILLING,
            property=f"saas_{prefix}pql_reasons",
            because=because,
            problem=problem,
            owner="sales",
        ),
        Metric(
            name=f"{prefix}milestones_done",
            entity=entity,
            type="number",
            unit="milestones",
            label=f"{label}milestones reached".capitalize(),
            description=(
                f"How many of the mapping's milestones {who} has reached now. 0: none. Empty: "
                "the mapping has none."
            ),
            formula=f"number of milestones that {whose} events fulfil at as_of",
            inputs=USED,
            property=f"saas_{prefix}milestones_done",
            because=because,
            problem=problem,
            owner="marketing",
        ),
        Metric(
            name=f"{prefix}next_milestone",
            entity=entity,
            type="string",
            unit="",
            label=f"{label}next milestone".capitalize(),
            description=(
                f"The milestone that {who} is nearest to, for the next message or call. Empty: "
                "all are reached."
            ),
            formula=(
                "of the milestones not reached the one with the largest share of what it asks "
                "for, of equal ones the first in the mapping"
            ),
            inputs=USED,
            property=f"saas_{prefix}next_milestone",
            because=because,
            problem=problem,
            owner="marketing",
        ),
    )


PQL = (
    *_qualification("account"),
    *_qualification("user"),
    Metric(
        name="sales_priority",
        entity="account",
        type="number",
        unit="percent",
        label="Sales priority",
        description=(
            "How likely this account becomes a customer, from what became of older accounts with "
            "the same channel and milestones. Call the highest first. Empty: it paid before, or "
            "there are too few accounts to learn from."
        ),
        formula=(
            "100 x (won + s x m) / (n + s) of the accounts older than the conversion window with "
            "the same first channel and milestones; m likewise of those with the same milestones, "
            "shrunk to the portal's share; s = prior_strength"
        ),
        inputs=USED,
        also=(*BILLING, "web_visits"),
        property="saas_sales_priority",
        because="{priority_because}",
        problem="priority_problem",
        owner="sales",
    ),
    Metric(
        name="sales_priority_band",
        entity="account",
        type="enum",
        unit="",
        label="Sales priority band",
        description=(
            "High: at least twice as likely to become a customer as the average account. Medium: "
            "at least as likely. Low: less. Empty: it paid before, or it is not known."
        ),
        formula="chance / the portal's share: high >= 2 (high_lift), medium >= 1 (medium_lift)",
        inputs=USED,
        also=(*BILLING, "web_visits"),
        property="saas_sales_priority_band",
        because="{priority_because}",
        options=(Option("high", "High"), Option("medium", "Medium"), Option("low", "Low")),
        problem="priority_problem",
        owner="sales",
    ),
    Metric(
        name="readiness",
        entity="user",
        type="enum",
        unit="",
        label="Sales readiness",
        description=(
            "Now: product-qualified, or asked for a demo lately. Nurture: not yet, or "
            "disqualified. Empty: a customer already, or not known."
        ),
        formula=(
            "null if a customer; nurture if disqualified; now if user_pql or last_demo_request_at "
            ">= as_of - 14 d (readiness_days); else nurture"
        ),
        inputs=("events|usage_daily|demo_requests",),
        also=(*BILLING, "demo_requests"),
        property="saas_readiness",
        because="{readiness_because}",
        options=(Option("now", "Now"), Option("nurture", "Nurture")),
        problem="readiness_problem",
        owner="marketing",
    ),
)
