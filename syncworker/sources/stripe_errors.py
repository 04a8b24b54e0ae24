"""A refusal of Stripe's as a SourceError: what is wrong, whether waiting helps, what to do.

Source: https://docs.stripe.com/api/errors
"""

from __future__ import annotations

from http import HTTPStatus

from syncworker.errors import SourceError
from syncworker.masking import mask
from syncworker.model.stripe_json import Object, mapping

_LONGEST = 300
_PERMISSIONS = {
    "subscriptions": "Subscriptions: Read",
    "subscription_items": "Subscriptions: Read",
    "invoices": "Invoices: Read",
    "invoice_payments": "Invoices: Read",
    "credit_notes": "Credit notes: Read",
    "customers": "Customers: Read",
    "coupons": "Coupons: Read",
    "prices": "Prices: Read",
    "refunds": "Charges and Refunds: Read",
    "events": "Events: Read",
}


def refused(where: str, path: str, status: int, body: Object) -> SourceError:
    """An answer that asking again does not change.

    Args:
        where: The source and the stream, as a message begins.
        path: The path that was asked.
        status: The status of the answer.
        body: The answer.
    """
    words = _words(body)
    if status == HTTPStatus.UNAUTHORIZED:
        return SourceError(
            f"{where}: Stripe does not take the key: {words}",
            help="Make a restricted key in Stripe's dashboard (Developers, API keys) and put it "
            "where the source's api_key points.",
            code="SOURCE_KEY",
        )
    if status == HTTPStatus.FORBIDDEN:
        resource = path.removeprefix("/v1/").partition("/")[0]
        need = _PERMISSIONS.get(resource, resource)
        return SourceError(
            f"{where}: Stripe's key may not read {path}: {words}",
            help=f"Give the restricted key the permission {need}, in Stripe's dashboard under "
            "Developers, API keys; docs/sources/stripe.md lists all of them.",
            code="SOURCE_PERMISSION",
        )
    return SourceError(
        f"{where}: Stripe refused {path} with status {status}: {words}",
        retry=status == HTTPStatus.NOT_FOUND,  # deleted since it was listed; it is not listed again
        help="Check the source's base_url, if it has one; else this is a fault of syncworker's.",
        code="SOURCE_REQUEST",
    )


def gave_up(where: str, path: str, reason: str) -> SourceError:
    """No usable answer after all attempts; a later run may have one."""
    return SourceError(
        f"{where}: Stripe gave no answer to {path}: {reason}",
        retry=True,
        help="Nothing is lost: the next attempt goes on behind the last page.",
        code="SOURCE_UNREACHABLE",
    )


def unreadable(where: str, path: str, reason: str) -> SourceError:
    """An answer with a good status that is none of Stripe's."""
    return SourceError(
        f"{where}: the answer to {path} {reason}",
        help="Check the source's base_url and the proxy between here and Stripe.",
        code="SOURCE_ANSWER",
    )


def endless(where: str, path: str, last: str) -> SourceError:
    """A list that comes round to where it was."""
    return SourceError(
        f"{where}: the list {path} does not end: after {last or 'an empty page'} it says that "
        "there is more",
        help="Check the proxy between here and Stripe; Stripe's own lists end.",
        code="SOURCE_PAGING",
    )


def _words(body: Object) -> str:
    """Stripe's own words on one line, without keys or addresses."""
    message = mapping(body.get("error")).get("message")
    told = " ".join(str(message).split()) if message else "it says no reason"
    return mask(told)[:_LONGEST]
