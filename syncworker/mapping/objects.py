"""What a mapped HubSpot object is to us: its rows, their key, and what its records are found by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from syncworker.mapping.portal import ROWS_OF, Lifecycle, Match, Object, PortalMapping, Rows

KEY_COLUMNS: Mapping[Rows, str] = {
    "accounts": "account_id",
    "users": "user_id",
    "subscriptions": "sub_id",
    "tickets": "ticket_id",
}
"""By stream of rows, the column with our key."""
ENTITIES: Mapping[Rows, frozenset[str]] = {
    "accounts": frozenset({"account"}),
    "users": frozenset({"account", "user"}),
    "subscriptions": frozenset({"account", "subscription"}),
    "tickets": frozenset({"account", "ticket"}),
}
"""Whose metrics rows carry: their own, and their account's beside them."""
SHARED_KEYS: Mapping[str, str] = {"domain": "companies", "email": "contacts"}
"""HubSpot's own properties to find records by, and the object each belongs to."""
RECORD_ID = "hs_object_id"
"""HubSpot's id of a record, of any object."""
CHURNED = "churned"
"""The metric that says whether an account has left."""
SUBSCRIPTION_STATE = "subscription_state"
"""The metric that says which of the mapped deal stages a subscription is in."""


def rows_of(name: str, config: Object) -> Rows:
    """The rows an object's records stand for."""
    # A checked mapping states the rows of every custom object.
    return ROWS_OF.get(name) or cast("Rows", config.rows)


def own_keys(config: Object) -> tuple[Match, ...]:
    """The ways to find a record by a unique property of our own, in the mapping's order.

    Such a property is filled when a record is linked, so that the next run finds it by it.
    """
    return tuple(each for each in config.match if not _hubspots(each.property))


def created_by(name: str, config: Object) -> Match | None:
    """The way whose unique property a record is created by; None: none can be created.

    Contacts have their e-mail address, everything else a property of our own. A domain is not
    unique in HubSpot, and HubSpot gives the record ids. Tickets are never created.
    """
    if name == "tickets":
        return None
    for each in config.match:
        if each.property == "email" or not _hubspots(each.property):
            return each
    return None


def lifecycle_of(mapping: PortalMapping, name: str) -> Lifecycle | None:
    """When an object's records reach which stage; None where the mapping leaves stages alone."""
    return next((each for key, each in mapping.lifecycle.items() if key == name), None)


def metrics_used(mapping: PortalMapping) -> frozenset[str]:
    """The metrics that a mapping needs: those it names, and those its switches ask for."""
    used = {
        each.metric for config in mapping.objects.values() for each in config.properties.values()
    }
    for lifecycle in mapping.lifecycle.values():
        used |= {condition.metric for rule in lifecycle.rules for condition in rule.when}
        if lifecycle.churned_to_other:
            used.add(CHURNED)
    if any(config.pipeline for config in mapping.objects.values()):
        used.add(SUBSCRIPTION_STATE)
    return frozenset(used)


def _hubspots(property_name: str) -> bool:
    return property_name == RECORD_ID or property_name in SHARED_KEYS
