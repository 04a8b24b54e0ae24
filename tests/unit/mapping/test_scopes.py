from __future__ import annotations

from syncworker.mapping.loader import load
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.scopes import Needed, lacking, needed

HEAD = """\
version: 1
hubspot: {credentials: env:TOKEN}
sources:
  app: {kind: sql, url: env:APP, streams: {accounts: {query: select 1}}}
"""


def mapping(sources: str, objects: str) -> PortalMapping:
    loaded = load(f"{HEAD}{sources}objects:\n{objects}", "acme.yaml")
    assert loaded.mapping is not None, loaded.diagnostics
    return loaded.mapping


COMPANIES = """\
  companies: {match: {property: domain, column: domain}, properties: {saas_mrr: mrr}}
"""
CUSTOM = """\
  2-123:
    rows: accounts
    match: {property: our_id, column: account_id}
    properties: {saas_mrr: mrr}
"""
TICKETS = """\
  crm: {kind: hubspot, streams: [tickets], account_property: our_id}
"""


def test_each_object_needs_its_records_and_its_property_definitions() -> None:
    found = needed(mapping("", COMPANIES))
    assert found == (
        Needed("crm.objects.companies.read", "to find companies"),
        Needed("crm.objects.companies.write", "to write companies"),
        Needed("crm.schemas.companies.read", "to see the properties of companies"),
        Needed(
            "crm.schemas.companies.write", "to create properties of companies", only_create=True
        ),
    )


def test_custom_objects_share_one_name() -> None:
    assert {one.scope for one in needed(mapping("", CUSTOM))} == {
        f"crm.{kind}.custom.{what}" for kind in ("objects", "schemas") for what in ("read", "write")
    }


def test_a_source_that_reads_the_portal_adds_what_its_streams_take() -> None:
    found = {one.scope: one for one in needed(mapping(TICKETS, COMPANIES))}
    assert found["tickets"].why == "to read crm.tickets"
    assert "crm.objects.contacts.read" in found


def test_what_was_not_granted_is_lacking_unless_another_scope_allows_the_same() -> None:
    both = mapping(TICKETS, COMPANIES)
    granted = frozenset(one.scope for one in needed(both))
    assert lacking(both, granted) == ()
    newer = granted - {"tickets"} | {"crm.objects.tickets.read"}
    assert lacking(both, newer) == ()
    (one,) = lacking(both, granted - {"crm.objects.companies.write"})
    assert one.scope == "crm.objects.companies.write"
    assert {one.scope for one in lacking(both, granted - {"tickets"})} == {"tickets"}
