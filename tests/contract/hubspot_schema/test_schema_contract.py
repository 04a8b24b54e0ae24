"""Definitions, limits, pipelines and associations at the sandbox portal, in every API version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syncworker.engine.ports import Pair, PropertyDefinition, PropertyLimit
from syncworker.errors import Forbidden, Unauthorized
from syncworker.hubspot import associations, limits, pipelines, properties
from syncworker.hubspot.transport import Transport
from syncworker.sandbox.server import SandboxServer

GROUP = ("saas_metrics", "SaaS metrics")


def put(sandbox: SandboxServer, object_name: str, number: int) -> list[str]:
    """Records of an object, by id."""
    values = {
        "companies": lambda n: {"name": f"c{n}", "domain": f"c{n}.example"},
        "contacts": lambda n: {"email": f"u{n}@c{n}.example"},
        "deals": lambda n: {"dealname": f"d{n}"},
    }[object_name]
    return [sandbox.portal.put(object_name, values(n)).id for n in range(number)]


def test_a_definition_is_created_and_read_back_as_it_was_meant(transport: Transport) -> None:
    wanted = [
        PropertyDefinition(
            "saas_mrr",
            "number",
            "number",
            "MRR",
            "Monthly recurring revenue. Empty: not a customer.",
            GROUP[0],
            number_format="currency",
        ),
        PropertyDefinition(
            "saas_account_id",
            "string",
            "text",
            "Account id",
            "The app's own id.",
            GROUP[0],
            unique=True,
        ),
        PropertyDefinition(
            "saas_band",
            "enumeration",
            "select",
            "Band",
            "How well it goes.",
            GROUP[0],
            (("red", "Red"), ("green", "Green")),
        ),
    ]
    properties.create(transport, "companies", GROUP, wanted)
    found = properties.listed(transport, "companies")
    # Not every server keeps a display hint; that it is sent is proved elsewhere.
    plain = [replace(found[one.name], number_format="") for one in wanted]
    assert plain == [replace(one, number_format="") for one in wanted]
    properties.create(transport, "companies", GROUP, wanted)
    assert transport.writes == 2, "the second time there was nothing to do"


def test_what_hubspot_computes_is_read_only(transport: Transport) -> None:
    assert properties.listed(transport, "contacts")["createdate"].read_only


def test_the_limit_counts_what_was_created(transport: Transport) -> None:
    before = limits.custom_properties(transport, "companies")
    made = [PropertyDefinition(f"saas_{n}", "string", "text", "x") for n in range(3)]
    properties.create(transport, "companies", GROUP, made)
    assert before is not None
    assert limits.custom_properties(transport, "companies") == PropertyLimit(
        before.limit, before.used + 3
    )


def test_the_pipelines_of_deals_and_tickets_are_read_with_their_stages(
    transport: Transport,
) -> None:
    deals, tickets = (pipelines.listed(transport, name) for name in ("deals", "tickets"))
    assert [one.id for one in deals] == ["default"]
    assert deals[0].stages[0] == ("appointmentscheduled", "Appointment Scheduled")
    assert ("closedwon", "Closed Won") in deals[0].stages
    assert tickets[0].label == "Support Pipeline"


def test_pairs_are_associated_read_back_and_associated_again_without_complaint(
    transport: Transport, sandbox: SandboxServer
) -> None:
    people, companies = put(sandbox, "contacts", 250), put(sandbox, "companies", 2)
    pairs = [Pair(one, companies[n % 2]) for n, one in enumerate(people)]
    for _ in range(2):
        made = associations.create(transport, "contacts", "companies", pairs, "acme")
        assert [one.pair for one in made] == pairs
        assert {one.cause for one in made} == {""}
    assert transport.requests == 6, "three requests of up to a hundred each time"
    found = associations.read(transport, "contacts", "companies", people)
    assert found == {pair.from_id: {pair.to_id} for pair in pairs}
    assert transport.requests == 7


def test_a_record_with_more_associations_than_fit_a_page_is_read_whole(
    transport: Transport, sandbox: SandboxServer
) -> None:
    people, (company,) = put(sandbox, "contacts", 1_100), put(sandbox, "companies", 1)
    associations.create(
        transport, "companies", "contacts", [Pair(company, one) for one in people], "acme"
    )
    before = transport.requests
    found = associations.read(transport, "companies", "contacts", [company, people[0]])
    assert found == {company: set(people), people[0]: frozenset()}
    assert transport.requests - before == 3


def test_deals_belong_to_companies(transport: Transport, sandbox: SandboxServer) -> None:
    (deal,), (company,) = put(sandbox, "deals", 1), put(sandbox, "companies", 1)
    associations.create(transport, "deals", "companies", [Pair(deal, company)], "acme")
    assert associations.read(transport, "companies", "deals", [company]) == {company: {deal}}


def test_a_record_that_is_gone_does_not_harm_its_neighbours(
    transport: Transport, sandbox: SandboxServer
) -> None:
    people, companies = put(sandbox, "contacts", 3), put(sandbox, "companies", 3)
    pairs = [Pair(people[0], companies[0]), Pair("404", companies[1]), Pair(people[2], "405")]
    made = associations.create(transport, "contacts", "companies", pairs, "acme")
    assert [one.cause for one in made] == ["", "OBJECT_NOT_FOUND", "OBJECT_NOT_FOUND"]
    assert "looks it up again" in made[1].help


def test_a_record_that_was_merged_away_is_associated_through_its_old_id(
    transport: Transport, sandbox: SandboxServer
) -> None:
    (person,), (kept, gone) = put(sandbox, "contacts", 1), put(sandbox, "companies", 2)
    records = sandbox.portal.records("companies")
    merged = records.merge(records.get(kept), records.get(gone), sandbox.portal.now())
    made = associations.create(transport, "contacts", "companies", [Pair(person, gone)], "acme")
    linked = associations.read(transport, "contacts", "companies", [person])[person]
    # Whatever is said of the pair, it is never said to be associated when it is not.
    assert linked == ({merged.id} if made[0].cause in ("", "VANISHED") else set())


def test_a_token_without_the_scope_is_told_which(
    transport: Transport, sandbox: SandboxServer
) -> None:
    sandbox.portal.missing_scopes.add("crm.schemas.companies.write")
    with pytest.raises(Forbidden) as missing:
        properties.create(
            transport, "companies", GROUP, [PropertyDefinition("saas_x", "string", "text", "x")]
        )
    assert missing.value.scope == "crm.schemas.companies.write"


def test_a_token_that_was_taken_back_is_no_portal_without_limits(
    transport: Transport, sandbox: SandboxServer
) -> None:
    sandbox.portal.tokens.clear()
    with pytest.raises(Unauthorized):
        limits.custom_properties(transport, "companies")


def test_archived_properties_are_known_by_name(
    transport: Transport, sandbox: SandboxServer
) -> None:
    made = [PropertyDefinition(name, "string", "text", "x") for name in ("saas_a", "saas_b")]
    properties.create(transport, "companies", GROUP, made)
    definitions = sandbox.portal.records("companies").definitions
    definitions.archive("saas_a", sandbox.portal.now())
    assert properties.archived(transport, "companies") == {"saas_a"}
    assert "saas_a" not in properties.listed(transport, "companies")
