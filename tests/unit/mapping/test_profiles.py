"""A profile in a mapping: what it adds, what it leaves out, and mistakes in it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import load
from syncworker.mapping.online import check_online
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.profiles import expanded, lacking, lacking_texts
from syncworker.mapping.property_rules import property_rules
from syncworker.metrics.catalog import METRICS

HEAD = """\
version: 1
hubspot: {credentials: env:TOKEN}
sources:
  app:
    kind: sql
    url: env:APP
    streams:
      accounts: {query: select 1}
      users: {query: select 1}
      subscriptions: {query: select 1}
      subscription_items: {query: select 1}
objects:
  companies:
"""


def mapping(objects: str) -> PortalMapping:
    loaded = load(HEAD + objects, "acme.yaml")
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    return loaded.mapping


def found(objects: str) -> list[Diagnostic]:
    return list(load(HEAD + objects, "acme.yaml").diagnostics)


STARTER = """\
    match: {property: domain, column: domain}
    profile: starter
"""


def test_a_profile_becomes_the_properties_that_its_metrics_propose() -> None:
    config = mapping(STARTER).objects["companies"]
    assert {name: one.metric for name, one in config.properties.items()} == {
        "saas_mrr": "mrr",
        "saas_churned": "churned",
        "saas_trial_status": "trial_status",
    }
    assert set(property_rules(mapping(STARTER), "companies", METRICS, {})) == set(config.properties)


def test_what_no_source_gives_is_left_out_with_the_reason() -> None:
    given = mapping(STARTER)
    assert lacking(given, METRICS) == {
        "companies": {
            "no source provides events or usage_daily": ("usage_28d", "usage_alert"),
        }
    }
    (text,) = lacking_texts(given, METRICS)
    assert text == (
        "companies: the profile starter leaves out usage_28d, usage_alert: no source provides "
        "events or usage_daily"
    )


def test_what_is_written_out_stays_where_no_source_gives_it() -> None:
    text = f"{STARTER}    properties: {{saas_usage_28d: usage_28d, my_alert: usage_alert}}\n"
    given = mapping(text)
    assert list(given.objects["companies"].properties)[-2:] == ["saas_usage_28d", "my_alert"]
    assert lacking(given, METRICS) == {
        "companies": {"no source provides events or usage_daily": ("usage_alert",)}
    }


def test_properties_add_to_a_profile_and_take_the_place_of_its_own() -> None:
    text = f"{STARTER}    properties: {{saas_mrr: {{metric: arr, mode: fill_empty}}, x: mrr}}\n"
    properties = mapping(text).objects["companies"].properties
    assert sorted(properties) == ["saas_churned", "saas_mrr", "saas_trial_status", "x"]
    assert (properties["saas_mrr"].metric, properties["saas_mrr"].mode) == ("arr", "fill_empty")


def test_without_leaves_properties_out() -> None:
    text = f"{STARTER}    without: [saas_mrr, saas_usage_alert]\n"
    given = mapping(text)
    assert list(given.objects["companies"].properties) == ["saas_churned", "saas_trial_status"]
    assert lacking(given, METRICS)["companies"] == {
        "no source provides events or usage_daily": ("usage_28d",)
    }


def test_each_object_has_the_metrics_of_its_own_rows() -> None:
    text = """\
    match: {property: saas_account_id, column: account_id}
    profile: full
  contacts:
    match: {property: email, column: email}
    profile: full
  deals:
    match: {property: saas_sub, column: sub_id}
    profile: customer_success
  2-77:
    rows: accounts
    match: {property: saas_account_id, column: account_id}
    profile: starter
"""
    given = mapping(text)
    of = {name: {p.metric for p in one.properties.values()} for name, one in given.objects.items()}
    assert {METRICS[name].entity for name in of["companies"]} == {"account"}
    # The property that records are found by is not written a second time.
    assert "account_id" not in of["companies"]
    # Of people, the table of users alone tells who is not worth a call; the rest needs streams.
    assert of["contacts"] == {"disqualified", "disqualify_reasons"}
    assert "subscription_mrr" in of["deals"]
    assert of["2-77"] == {"mrr", "churned", "trial_status"}


def test_expanding_twice_changes_nothing() -> None:
    given = mapping(f"{STARTER}    properties: {{saas_mrr: arr}}\n")
    assert expanded(given, METRICS) == given


FULL = "    match: {property: domain, column: domain}\n    profile: full\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "says", "help_"),
    [
        (STARTER.replace("starter", "started"), "SW194", 15, 14, "no profile is", "`starter`?"),
        (STARTER.replace("starter", "cs"), "SW194", 15, 14, "`cs`", "customer_success"),
        (
            STARTER + "    without: [saas_mrr, saas_arr]\n",
            "SW195",
            16,
            25,
            "`starter` has no property `saas_arr`",
            "did you mean `saas_mrr`?",
        ),
        (STARTER + "    without: [mrr]\n", "SW195", 16, 15, "`mrr`", "did you mean `saas_mrr`?"),
        (
            "    match: {property: domain, column: domain}\n    without: [saas_mrr]\n",
            "SW195",
            15,
            5,
            "there is no `profile`",
            "add `profile:`",
        ),
        (
            STARTER + "    without: [saas_mrr]\n    properties: {saas_mrr: arr}\n",
            "SW196",
            16,
            15,
            "left out and mapped",
            "remove it",
        ),
    ],
)
def test_mistakes_are_shown_where_they_stand(
    text: str, code: str, line: int, column: int, says: str, help_: str
) -> None:
    (only,) = found(text)
    assert (only.code, only.line, only.column) == (code, line, column)
    assert says in only.message
    assert help_ in only.help
    assert only.severity == ("warning" if code == "SW196" else "error")


@pytest.mark.parametrize(
    "more",
    [
        "    profile: [full]\n",
        "    profile: 7\n",
        "    profile: full\n    without: saas_mrr\n",
        "    profile: full\n    without: [3]\n",
        "    profile: {full: 1}\n    without: [saas_mrr]\n",
    ],
)
def test_what_is_no_name_is_one_finding(more: str) -> None:
    (only,) = found("    match: {property: domain, column: domain}\n" + more)
    assert only.code == "SW111"


def test_an_empty_without_is_fine() -> None:
    assert found("    match: {property: domain, column: domain}\n    without: []\n") == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_portal_has_a_language(language: str) -> None:
    text = HEAD.replace("sources:", f"reporting: {{language: {language}}}\nsources:", 1)
    loaded = load(text + STARTER, "acme.yaml")
    assert loaded.mapping is not None
    assert loaded.mapping.reporting.language == language


def test_a_language_that_is_not_there_is_a_finding() -> None:
    text = HEAD.replace("sources:", "reporting: {language: fr}\nsources:", 1)
    (only,) = load(text + STARTER, "acme.yaml").diagnostics
    assert (only.code, only.line, only.column) == ("SW197", 3, 23)
    assert only.help == "one of `en`, `de`"


@dataclass(frozen=True)
class _There:
    type: str
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    unique: bool = False
    field_type: str = ""


def test_what_the_portal_lacks_of_a_profile_is_shown_at_the_profile() -> None:
    loaded = load(HEAD + STARTER, "acme.yaml")
    there = {"saas_mrr": _There("date")}
    findings = check_online(loaded, "acme", {"companies": there})
    assert {(one.code, one.line) for one in findings} == {("SW109", 15)}
    assert len(findings) == 3


def test_revenue_that_a_portal_does_not_track_is_shown_at_the_profile() -> None:
    deals = STARTER + (
        "  deals:\n    match: {property: saas_sub, column: sub_id}\n    profile: full\n"
    )
    loaded = load(HEAD + deals, "acme.yaml")
    findings = check_online(loaded, "acme", {})
    assert {one.line for one in findings if one.code == "SW136"} == {18}


def test_an_object_whose_profile_lacks_nothing_is_not_told_of() -> None:
    tickets = """\
  tickets:
    match: {property: hs_object_id, column: hubspot_ticket_id}
    profile: starter
    properties: {saas_mrr: mrr}
"""
    given = mapping(STARTER + tickets)
    told = lacking(given, METRICS)
    held = {name for names in told.get("tickets", {}).values() for name in names}
    assert "mrr" not in held
    contacts = """\
  contacts:
    match: {property: email, column: email}
    properties: {saas_account_mrr: mrr}
"""
    assert set(lacking(mapping(STARTER + contacts), METRICS)) == {"companies"}
