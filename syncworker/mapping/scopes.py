"""Which scopes a portal's token needs for what its mapping asks for.

Source: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.source_hubspot import HubSpotSource

_CONTACTS = "crm.objects.contacts.read"
_COMPANIES = "crm.objects.companies.read"
_DEALS = "crm.objects.deals.read"
OF_STREAM: dict[str, tuple[str, ...]] = {
    "demo_requests": ("forms",),
    "trials": ("forms",),
    "tickets": ("tickets", _CONTACTS),
    "survey_responses": ("crm.objects.feedback_submissions.read", _CONTACTS),
    # Of the objects whose properties are read.
    "crm_values": (
        _CONTACTS,
        _COMPANIES,
        _DEALS,
        "crm.schemas.contacts.read",
        "crm.schemas.companies.read",
        "crm.schemas.deals.read",
    ),
    "crm_deals": (_DEALS, _COMPANIES, "crm.schemas.deals.read"),
    "crm_stage_history": (_CONTACTS, _COMPANIES, _DEALS),
}
"""By stream of a `kind: hubspot` source, the scopes that reading it takes."""
_TICKETS = "tickets"  # HubSpot's older name for everything about tickets


@dataclass(frozen=True, slots=True)
class Needed:
    """A scope that is needed.

    Attributes:
        scope: Its name.
        why: What for.
        instead: Another one that allows the same, or "".
        only_create: Whether only `properties create` needs it.
    """

    scope: str
    why: str
    instead: str = ""
    only_create: bool = False


def needed(mapping: PortalMapping) -> tuple[Needed, ...]:
    """Every scope once, in the mapping's order."""
    found: dict[str, Needed] = {}
    for one in (*_of_objects(mapping), *_of_sources(mapping)):
        found.setdefault(one.scope, one)
    return tuple(found.values())


def lacking(mapping: PortalMapping, granted: frozenset[str]) -> tuple[Needed, ...]:
    """Those that were not granted, and nothing instead of them."""
    return tuple(
        one for one in needed(mapping) if one.scope not in granted and one.instead not in granted
    )


def _of_objects(mapping: PortalMapping) -> Iterator[Needed]:
    for name in mapping.objects:
        called = "custom" if name.startswith("2-") else name
        instead = _TICKETS if name == "tickets" else ""
        objects, schemas = f"crm.objects.{called}", f"crm.schemas.{called}"
        yield Needed(f"{objects}.read", f"to find {name}", instead)
        yield Needed(f"{objects}.write", f"to write {name}", instead)
        yield Needed(f"{schemas}.read", f"to see the properties of {name}", instead)
        why = f"to create properties of {name}"
        yield Needed(f"{schemas}.write", why, instead, only_create=True)


def _of_sources(mapping: PortalMapping) -> Iterator[Needed]:
    for name, source in mapping.sources.items():
        if isinstance(source, HubSpotSource):
            for stream in source.streams:
                for scope in OF_STREAM[stream]:
                    instead = "crm.objects.tickets.read" if scope == _TICKETS else ""
                    yield Needed(scope, f"to read {name}.{stream}", instead)
