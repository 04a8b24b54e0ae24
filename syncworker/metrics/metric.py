"""What a metric is, so that a mapping, a plan and a person can use it by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Entity = Literal["account", "user", "subscription", "ticket"]
Owner = Literal["sales", "marketing", "customer success", "finance", "product", "operations"]
MetricType = Literal["number", "money", "bool", "enum", "multi", "date", "datetime", "string"]


@dataclass(frozen=True, slots=True)
class Option:
    """One value of an enum or multi metric, with the words a salesperson reads."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A named value of an account, a user, a subscription or a ticket.

    Attributes:
        name: Its name in a mapping, and the name of its column in the computed frame.
        entity: Whom it describes. An account's metric may also be put on the account's contacts,
            deals and tickets.
        type: What its column holds: number (Int64 or Float64), money (Int64 minor units, its
            currency in column `currency`), bool, enum (String, one of `options`), multi
            (List[String] of `options`), date, datetime (aware UTC), string.
        unit: Of a number: `events`, `users`, `days`, `points`, `percent`...; else empty.
        label: What a salesperson reads on the record.
        description: Static text for the record: what it means, how it is computed, what an empty
            value means.
        formula: The definition in one line, exact.
        inputs: The streams it needs. Where none of a group is there the metric is not computed;
            `events|usage_daily` means either.
        currency: Of money: the column with its ISO 4217 code.
        also: Streams it uses where a source provides them: by being absent they hold nothing, by
            being empty or stale they do.
        property: The HubSpot property name it proposes.
        because: Why the value is what it is: a template over columns of the computed frame, for
            example `"{usage_28d} events in 28 d, {usage_prev_28d} in the 28 d before"`.
        options: Of an enum or multi.
        problem: A column that says why the value is not known for a row, where it is not: such a
            row's property is left alone, and the plan says why.
        owner: Who acts on it: sales, marketing, customer success, finance, product or operations.
        authority: Whose definition it is, with the place it is published; empty: our own.
        partial: Whether an expired stream only takes its part out of the value, which says so
            itself (the health score by its coverage), instead of holding it.
        volatile: Whether it changes without meaning (a computation time): never a reason to send.
    """

    name: str
    entity: Entity
    type: MetricType
    unit: str
    label: str
    description: str
    formula: str
    inputs: tuple[str, ...]
    property: str
    because: str = ""
    options: tuple[Option, ...] = ()
    problem: str = ""
    volatile: bool = False
    also: tuple[str, ...] = ()
    currency: str = "mrr_currency"
    owner: Owner | Literal[""] = ""
    authority: str = ""
    partial: bool = False


def streams_of(metric: Metric) -> tuple[str, ...]:
    """Every stream a metric is computed from, needed or not, each once."""
    named = (name for group in (*metric.inputs, *metric.also) for name in group.split("|"))
    return tuple(dict.fromkeys(named))
