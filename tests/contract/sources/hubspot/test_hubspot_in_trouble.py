"""What is said where the portal refuses, is busy or is full, and what comes of the budget."""

from __future__ import annotations

import pytest
from support.hubspot_world import FORM, connected, hubspot_source
from support.source_world import WATERMARK

from syncworker.engine.ports import Page, Source
from syncworker.errors import PortalError, RateLimited, SourceError, Unauthorized, Unavailable
from syncworker.hubspot.budget import LocalBudget
from syncworker.mapping.scopes import OF_STREAM
from syncworker.mapping.source_hubspot import HubSpotSource, HubSpotStream
from syncworker.sandbox.faults import Fault, answering
from syncworker.sandbox.server import SandboxServer
from syncworker.sources.registry import Surroundings, build


def _tickets(sandbox: SandboxServer, count: int = 0, **more: object) -> Source:
    for number in range(count):
        sandbox.portal.put("tickets", {"subject": str(number)})
    return hubspot_source(sandbox, streams=["tickets"], **more)


def _read(source: Source, stream: str = "tickets", **more: object) -> list[Page]:
    later = WATERMARK.replace(year=2190)
    arguments = {"since": None, "resume": None, "watermark": later, **more}
    return list(source.pages(stream, **arguments))


@pytest.mark.parametrize(
    ("stream", "scope"),
    [
        ("tickets", "crm.objects.tickets.read"),
        ("trials", "forms"),
        ("survey_responses", "crm.objects.feedback_submissions.read"),
        ("crm_deals", "crm.schemas.deals.read"),
        ("crm_stage_history", "crm.objects.companies.read"),
    ],
)
def test_a_missing_scope_is_named_with_where_to_add_it(
    sandbox: SandboxServer, stream: str, scope: str
) -> None:
    sandbox.portal.forms[FORM] = []
    sandbox.portal.missing_scopes = {scope}
    forms = {FORM: {"stream": "trials"}}
    source = hubspot_source(sandbox, streams=[stream], forms=forms)

    with pytest.raises(SourceError) as told:
        _read(source, stream)

    assert told.value.message == f"source crm, stream {stream}: the token lacks the scope {scope}"
    assert told.value.help.startswith("Add it to the token in HubSpot")
    assert (told.value.code, told.value.recovery) == ("SOURCE_SCOPE", "stop")


def test_counting_without_the_scope_says_the_same(sandbox: SandboxServer) -> None:
    sandbox.portal.missing_scopes = {"crm.objects.tickets.read"}
    with pytest.raises(SourceError, match=r"lacks the scope crm\.objects\.tickets\.read"):
        _tickets(sandbox).count("tickets")


def test_where_hubspot_names_no_scope_those_of_the_stream_are_named(
    sandbox: SandboxServer,
) -> None:
    sandbox.portal.faults.add(Fault(status=403))
    with pytest.raises(SourceError, match=r"one of the scopes tickets, crm\.objects\.contacts"):
        _read(_tickets(sandbox))


def test_the_scopes_of_every_stream_are_known() -> None:
    assert set(OF_STREAM) == set(HubSpotStream.__args__)


def test_a_busy_portal_is_asked_again_and_nothing_is_lost(sandbox: SandboxServer) -> None:
    source = _tickets(sandbox, 8)
    for skip, status in enumerate((429, 503, 500, 423)):
        sandbox.portal.faults.add(answering(status, 1))
        sandbox.portal.faults.waiting[-1].skip = skip
    pages = _read(source)

    assert sum(page.frames["tickets"].height for page in pages) == 8
    assert {429, 503, 500, 423} <= set(sandbox.portal.stats.by_status)


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, Unavailable)])
def test_a_portal_that_stays_busy_is_worth_trying_later_from_the_last_page_on(
    sandbox: SandboxServer, status: int, kind: type[PortalError]
) -> None:
    source = _tickets(sandbox, 8)
    reading = source.pages(
        "tickets", since=None, resume=None, watermark=WATERMARK.replace(year=2190)
    )
    pages = [next(reading)]
    fault = answering(status, 1)
    fault.times = 100
    sandbox.portal.faults.add(fault)
    with pytest.raises(kind) as told:
        next(reading)
    assert told.value.recovery == "retry"

    sandbox.portal.faults.clear()
    pages += _read(_tickets(sandbox), resume=pages[0].resume)
    keys = [key for page in pages for key in page.frames["tickets"]["ticket_id"]]
    assert keys == list(sandbox.portal.records("tickets").live)


def test_the_end_of_the_days_requests_is_left_to_the_engine(sandbox: SandboxServer) -> None:
    sandbox.portal.limits.enabled = True
    sandbox.portal.limits.daily = 1
    with pytest.raises(RateLimited) as told:
        _read(_tickets(sandbox, 8))
    assert told.value.policy == "DAILY"


def test_a_wrong_token_is_the_portals_error_not_the_sources(sandbox: SandboxServer) -> None:
    source = _tickets(sandbox)
    portal = connected(sandbox)
    sandbox.portal.tokens.clear()
    with pytest.raises(Unauthorized):
        _read(source)
    with pytest.raises(Unauthorized):
        portal.reader().currency()


def test_another_refusal_names_source_and_stream(sandbox: SandboxServer) -> None:
    sandbox.portal.faults.add(answering(404, 1))
    with pytest.raises(SourceError) as told:
        _read(_tickets(sandbox))
    assert told.value.message.startswith("source crm, stream tickets: HubSpot")
    assert told.value.code == "HUBSPOT_404"


def test_every_request_is_counted_in_the_portals_budget(sandbox: SandboxServer) -> None:
    now = 0.0

    def slept(seconds: float) -> None:
        nonlocal now
        now += seconds

    budget = LocalBudget("free", clock=lambda: now, sleep=slept)
    source = _tickets(sandbox, 8, page_rows=1, budget=budget)
    for _ in range(12):
        _read(source)

    # Three requests and more for each of eight pages: more than the free tier takes in ten seconds.
    assert sandbox.portal.stats.requests > 100
    assert budget.waited > 5
    assert sandbox.portal.stats.by_status == {200: sandbox.portal.stats.requests - 96, 207: 96}


def test_a_source_of_this_kind_needs_the_mappings_portal(sandbox: SandboxServer) -> None:
    config = HubSpotSource(kind="hubspot", streams=["tickets"])
    with pytest.raises(SourceError, match="source crm: kind hubspot"):
        build("crm", config, Surroundings(str))


def test_it_says_how_it_is_read(sandbox: SandboxServer) -> None:
    source = _tickets(sandbox, full_every="1d")
    assert source.provides("tickets") == ("tickets",)
    assert source.incremental("tickets")
    every = source.full_every("tickets")
    assert every is not None
    assert every.days == 1
