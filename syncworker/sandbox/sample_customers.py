"""Who the imaginary vendor's customers are, how each uses the app and what each pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncworker.sandbox.seed import SECONDARY_EMAIL, TWO_EMAILS

_USAGE = ("steady", "growing", "shrinking", "steady", "growing", "silent")
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
    "canceled",
)
_NOT_BUYING = ("trialing", "none", "abandoned")
# An opportunity has bought lately, and nobody has noted it in HubSpot yet.
_BUYING_STAGES = {"customer", "evangelist", "opportunity"}
# A subscriber only reads the newsletter.
_NO_ACCOUNT = {"subscriber"}
_NOT_IN_HUBSPOT: Mapping[str, Any] = {
    "name": "Tidewater Tools",
    "domain": "tidewater-tools.example",
    "lifecyclestage": "customer",
    "people": [{"email": "ada.holm@tidewater-tools.example"}],
}


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

    Customers, evangelists and opportunities have bought, the others try the app or did; one more
    customer is not in HubSpot. Two companies with one domain are one customer.

    Args:
        companies: With `name`, `domain`, `lifecyclestage` and `people` (each with an `email`).
    """
    found: dict[str, Customer] = {}
    buying = trying = 0
    for company in (*companies, _NOT_IN_HUBSPOT):
        domain, stage = company["domain"], company["lifecyclestage"]
        if domain in found or stage in _NO_ACCOUNT:
            continue
        if stage in _BUYING_STAGES:
            billing = _BILLING[buying % len(_BILLING)]
            buying += 1
        else:
            billing = _NOT_BUYING[trying % len(_NOT_BUYING)]
            trying += 1
        number = len(found)
        found[domain] = Customer(
            account_id=f"acc-{number + 1:03d}",
            name=company["name"],
            domain=domain,
            people=tuple(_address(person["email"]) for person in company["people"]),
            usage="silent"
            if billing in {"canceled", "abandoned"}
            else _USAGE[number % len(_USAGE)],
            billing=billing,
            age=20 if billing in {"trialing", "abandoned"} else 90 + number * 17,
        )
    return list(found.values())


def _address(email: str) -> str:
    """The address a person uses in the app."""
    return SECONDARY_EMAIL if email == TWO_EMAILS["email"] else email
