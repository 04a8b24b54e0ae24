"""A first mapping of a portal, from what the portal and the sources have."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence

from syncworker.engine.draft import draft
from syncworker.engine.draft_wish import PortalFacts, Wish
from syncworker.engine.offers import Offer
from syncworker.engine.ports import Pipeline, Portal, PropertyDefinition
from syncworker.errors import Forbidden
from syncworker.model.money import CURRENCIES

_TIERS = ((500_000, "starter"), (800_000, "professional"))
"""Up to so many requests a day; above it is enterprise. An add-on raises any tier's."""


def proposed(wish: Wish, offers: Sequence[Offer], hubspot: Portal | None) -> str:
    """The text of the mapping.

    Args:
        wish: What was asked for.
        offers: What the sources have.
        hubspot: The portal; None: it is not asked.

    Raises:
        PortalError: HubSpot refused the token, or did not answer.
        ConfigError: Nothing that was found could fill one of the objects.
    """
    return draft(wish, offers, PortalFacts() if hubspot is None else _facts(wish, hubspot))


def _facts(wish: Wish, hubspot: Portal) -> PortalFacts:
    account = hubspot.account().details()
    day = hubspot.account().today()
    properties: dict[str, Mapping[str, PropertyDefinition]] = {}
    pipelines: list[Pipeline] = []
    for name in wish.objects:
        try:
            properties[name] = hubspot.properties(name)
            pipelines += hubspot.pipelines(name) if name == "deals" else ()
        except Forbidden:
            continue  # `validate --online` names the scope
    known = account.timezone in zoneinfo.available_timezones()
    return PortalFacts(
        timezone=account.timezone if known else "",
        currency=account.currency if account.currency in CURRENCIES else "",
        tier=_tier(None if day is None else day.limit),
        properties=properties,
        pipelines=pipelines,
    )


def _tier(daily: int | None) -> str:
    if daily is None:
        return ""
    return next((tier for most, tier in _TIERS if daily <= most), "enterprise")
