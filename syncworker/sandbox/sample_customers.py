"""Who the imaginary vendor's customers are, how each uses the app and what each pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_USAGE = ("steady", "growing", "steady", "shrinking", "steady", "growing", "silent")
_BILLING = (
    "monthly",
    "monthly",
    "yearly",
    "discount",
    "monthly",
    "past_due",
    "yearly",
    "cancelling",
    "monthly",
    "yearly",
)
_NOT_PAYING = ("trialing", "none", "canceled", "trialing", "abandoned")
_PAYING_STAGES = {"customer", "evangelist"}


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the app.

    Attributes:
        account_id: The app's id.
        name: Its name.
        domain: Its web domain.
        people: E-mail addresses of its users.
        usage: steady, growing, shrinking, or silent (for a month).
        billing: monthly, yearly, discount, past_due, cancelling, canceled, trialing, abandoned (a
            trial that nobody used to its end) or none.
        age: Days since the account was made.
    """

    account_id: str
    name: str
    domain: str
    people: tuple[str, ...]
    usage: str
    billing: str
    age: int


def customers(companies: Sequence[Mapping[str, Any]]) -> list[Customer]:
    """The companies of the sandbox portal as customers of the app, always the same way.

    A company that HubSpot calls a customer pays, with few exceptions; the others try the app, have
    left, or never bought. A domain that two companies share is one customer.

    Args:
        companies: With `name`, `domain`, `lifecyclestage` and `people` (each with an `email`).
    """
    found: dict[str, Customer] = {}
    paying = trying = 0
    for company in companies:
        domain = company["domain"]
        if not domain or domain in found:
            continue
        if company.get("lifecyclestage") in _PAYING_STAGES:
            billing = _BILLING[paying % len(_BILLING)]
            paying += 1
        else:
            billing = _NOT_PAYING[trying % len(_NOT_PAYING)]
            trying += 1
        number = len(found)
        found[domain] = Customer(
            account_id=f"acc-{number + 1:03d}",
            name=company["name"],
            domain=domain,
            people=tuple(person["email"] for person in company["people"]),
            usage="silent" if billing == "canceled" else _USAGE[number % len(_USAGE)],
            billing=billing,
            age=20 if billing in {"trialing", "abandoned"} else 90 + number * 17,
        )
    return list(found.values())
