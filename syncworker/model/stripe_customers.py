"""Stripe's customer object to rows of accounts and identity.

Source: https://docs.stripe.com/api/customers/object
"""

from __future__ import annotations

from collections.abc import Collection

from syncworker.model.stripe_json import Object, Parts, Refused, mapping, text


def account_rows(customer: Object, account_key: str, free_mail: Collection[str]) -> Parts:
    """The account: by its id in the metadata, else by the customer's own.

    Args:
        customer: The object.
        account_key: The key in its metadata that holds the app's account id.
        free_mail: Domains where anybody gets an address, which are no company's. The domain of
            the customer's address counts where it is none of them; where none are known, never.
    """
    result = _checked(customer, "accounts")
    if not result.refused:
        _, _, domain = (text(customer.get("email")) or "").rpartition("@")
        known = domain and free_mail and domain.lower() not in free_mail
        result.rows["accounts"].append(
            {
                "account_id": _account(customer, account_key) or customer.get("id"),
                "name": customer.get("business_name") or customer.get("name"),
                "domain": domain if known else None,
                "created_at": customer.get("created"),
            }
        )
    return result


def identity_rows(customer: Object, account_key: str) -> Parts:
    """Which account the customer is, where its metadata says so; else no row."""
    result = _checked(customer, "identity")
    account = _account(customer, account_key)
    if account and not result.refused:
        row = {"kind": "customer", "value": customer.get("id"), "account_id": account}
        result.rows["identity"].append(row)
    return result


def _checked(customer: Object, stream: str) -> Parts:
    result = Parts.of((stream,))
    is_one = customer.get("object", "customer") == "customer" and text(customer.get("id"))
    if not is_one:
        result.refused.append(Refused(stream, "object", "is not a Stripe customer"))
    return result


def _account(customer: Object, account_key: str) -> str | None:
    return text(mapping(customer.get("metadata")).get(account_key))
