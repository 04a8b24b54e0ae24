from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.loader import Loaded
from syncworker.mapping.objects import created_by, lifecycle_of, metrics_used, own_keys, rows_of
from syncworker.mapping.portal import Match, Object, PortalMapping

DOMAIN = Match(property="domain", column="domain")
EMAIL = Match(property="email", column="email")
RECORD = Match(property="hs_object_id", column="hubspot_company_id")
OURS = Match(property="saas_account_id", column="account_id")


@pytest.mark.parametrize(
    ("name", "stated", "rows"),
    [
        ("companies", None, "accounts"),
        ("contacts", None, "users"),
        ("deals", None, "subscriptions"),
        ("tickets", None, "tickets"),
        ("2-77", "users", "users"),
    ],
)
def test_an_object_stands_for_rows(name: str, stated: str | None, rows: str) -> None:
    assert rows_of(name, Object.model_validate({"rows": stated, "match": [OURS]})) == rows


def test_keys_of_our_own_are_the_ways_that_are_not_hubspots() -> None:
    assert own_keys(Object(match=[DOMAIN, RECORD, OURS, EMAIL])) == (OURS,)
    assert own_keys(Object(match=[DOMAIN])) == ()


@pytest.mark.parametrize(
    ("name", "ways", "way"),
    [
        ("companies", [DOMAIN, RECORD], None),
        ("companies", [DOMAIN, OURS], OURS),
        ("contacts", [RECORD, EMAIL], EMAIL),
        ("contacts", [OURS, EMAIL], OURS),
        ("tickets", [OURS], None),
    ],
)
def test_a_record_is_created_by_a_unique_property_and_never_by_domain_or_id(
    name: str, ways: list[Match], way: Match | None
) -> None:
    assert created_by(name, Object(match=ways)) == way


def test_the_metrics_of_a_mapping_are_those_it_names_and_those_its_switches_need(
    load_text: Callable[[str], Loaded], with_deals: str
) -> None:
    mapping = load_text(with_deals).mapping
    assert mapping is not None
    named = {"mrr", "health_score", "user_events", "subscription_state"}
    assert metrics_used(mapping) == named
    text = with_deals.replace(" subscription_state", " mrr")
    text = text[: text.index("lifecycle:")] + "lifecycle: {contacts: {churned_to_other: true}}\n"
    mapping = load_text(text).mapping
    assert mapping is not None
    assert metrics_used(mapping) == named | {"churned"}
    mapping = load_text(text[: text.index("  deals:")]).mapping
    assert mapping is not None
    assert metrics_used(mapping) == named - {"subscription_state"}


def test_an_object_without_stages_has_no_lifecycle() -> None:
    mapping = PortalMapping.model_validate(
        {
            "version": 1,
            "hubspot": {"credentials": "env:X"},
            "sources": {"app": {"kind": "files", "path": "x", "streams": {"users": {"path": "u"}}}},
            "objects": {"companies": {"match": DOMAIN.model_dump()}},
            "lifecycle": {"companies": []},
        }
    )
    assert lifecycle_of(mapping, "companies") is not None
    assert lifecycle_of(mapping, "deals") is None
