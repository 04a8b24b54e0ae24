"""Tickets in a sandbox portal on a real socket, as the suite for all sources wants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from support.source_world import WATERMARK

from syncworker.engine.ports import Source
from syncworker.hubspot.budget import Budget, LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.source_hubspot import HubSpotSource
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.sources.registry import Surroundings, build

FORM = "5f1c2a70-3d1e-4a53-9b0a-7a1f00c0de01"
OTHER_FORM = "5f1c2a70-3d1e-4a53-9b0a-7a1f00c0de02"
ACCOUNT = "app_account"


@contextmanager
def clock_at(portal: Portal, moment: datetime) -> Iterator[None]:
    """What is done meanwhile happens at that moment, as the portal sees it."""
    before = portal.clock
    portal.clock = lambda: moment
    try:
        yield
    finally:
        portal.clock = before


def connected(sandbox: SandboxServer, budget: Budget | None = None) -> HubSpotPortal:
    """A connection to the portal whose waits take no time."""
    slept: list[float] = []
    return HubSpotPortal(
        sandbox.token,
        base_url=sandbox.url,
        budget=budget or LocalBudget("professional", clock=lambda: sum(slept), sleep=slept.append),
        patience=Patience(connect=2, read=5, sleep=slept.append),
        name="acme",
    )


def hubspot_source(
    sandbox: SandboxServer, *, page_rows: int = 3, budget: Budget | None = None, **config: object
) -> Source:
    """A source of the kind hubspot, made anew."""
    section = HubSpotSource.model_validate({"kind": "hubspot", "overlap": "5m", **config})
    portal = connected(sandbox, budget)
    return build("crm", section, Surroundings(str, page_rows=page_rows, hubspot=portal.reader))


class HubSpotWorld:
    """Tickets, each with a contact and an account of the app.

    Args:
        sandbox: A running sandbox portal; it gets a fresh account.
    """

    stream = "tickets"
    canonical = "tickets"
    overlap: timedelta | None = timedelta(minutes=5)

    def __init__(self, sandbox: SandboxServer) -> None:
        self._sandbox = sandbox
        self._portal = sandbox.portal = Portal(limits=False)
        self._ids: dict[int, str] = {}
        definition = {"label": "Account", "type": "string", "fieldType": "text"}
        self._portal.records("tickets").definitions.create(
            {"name": ACCOUNT, "groupName": "ticketinformation", **definition}, self._portal.now()
        )

    def source(self, *, page_rows: int = 3) -> Source:
        """The source, made anew (a restarted process)."""
        return hubspot_source(
            self._sandbox, page_rows=page_rows, streams=["tickets"], account_property=ACCOUNT
        )

    def put(self, number: int, at: datetime) -> None:
        """Add the ticket, or change it, at that time."""
        portal, tickets = self._portal, self._portal.records("tickets")
        values = {"subject": f"ticket {number}, {at.isoformat()}", ACCOUNT: f"a{number}"}
        with clock_at(portal, at):
            made = portal.put("tickets", values, self._ids.get(number, ""))
            if number not in self._ids:
                person = portal.put("contacts", {"email": f"user{number}@example.com"})
                portal.link(tickets, made, portal.records("contacts"), person)
        self._ids[number] = made.id

    def remove(self, number: int) -> None:
        """Delete the ticket shortly before the watermark."""
        tickets = self._portal.records("tickets")
        with clock_at(self._portal, WATERMARK - timedelta(minutes=1)):
            tickets.archive(tickets.live[self._ids[number]], self._portal.now())

    def spoil(self, number: int) -> str:
        """Give the ticket a creation date that is none."""
        self._portal.records("tickets").live[self._ids[number]].values["createdate"] = "soon"
        return "opened_at"

    def drop_column(self) -> str | None:
        """Take the account's property away from the portal."""
        self._portal.records("tickets").definitions.archive(ACCOUNT, self._portal.now())
        return "account_id"

    def key(self, number: int) -> str:
        """HubSpot's id of the ticket."""
        return self._ids[number]
