"""How records are found and made: ways, keys of our own, deals, custom objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
import pytest

from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.loader import Loaded
from syncworker.mapping.render import desired_records
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]
WAYS = """match:
      - {property: hs_object_id, column: hubspot_company_id}
      - {property: saas_account_id, column: account_id}
      - {property: domain, column: domain}"""
SUBSCRIPTIONS = pl.DataFrame(
    {
        "sub_id": ["s1", "s2", "s3"],
        "name": ["Acme", "Acme", None],
        "subscription_state": ["active", "paused", "canceled"],
    }
)


@pytest.fixture
def company(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> Callable[..., DesiredRecord]:
    def run(**row: object) -> DesiredRecord:
        text = mapping_text.replace("match: {property: domain, column: domain}", WAYS)
        mapping = load_text(text).mapping
        assert mapping is not None
        frame = pl.DataFrame([{"account_id": "a1", **row}])
        (record,) = desired_records(mapping, "companies", frame, catalog, {}, {})
        return record

    return run


def test_every_way_with_a_value_finds_the_record_in_the_mappings_order(
    company: Callable[..., DesiredRecord],
) -> None:
    record = company(domain="Acme.IO", hubspot_company_id="512", name="Acme")
    assert record.matches == (
        ("hs_object_id", "512"),
        ("saas_account_id", "a1"),
        ("domain", "acme.io"),
    )
    assert record.name == "acme.io"
    assert company(domain=None, hubspot_company_id="").matches == (("saas_account_id", "a1"),)


def test_a_key_of_our_own_is_a_value_and_an_empty_one_is_left_alone(
    company: Callable[..., DesiredRecord],
) -> None:
    record = company()
    assert record.values == {"saas_account_id": "a1"}
    assert record.because == {"saas_account_id": "the app's account_id"}
    assert "saas_account_id" not in company(account_id="").values


def test_a_record_is_created_with_what_it_is_found_by_but_hubspots_id(
    company: Callable[..., DesiredRecord],
) -> None:
    record = company(domain="acme.io", hubspot_company_id="512", name="Acme")
    assert record.create_values == {
        "saas_account_id": "a1",
        "domain": "acme.io",
        "name": "Acme",
    }


def test_a_contacts_address_is_looked_for_in_lower_case(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    mapping = load_text(mapping_text).mapping
    assert mapping is not None
    users = pl.DataFrame({"user_id": ["u1"], "email": ["Ada@Acme.io"]})
    (record,) = desired_records(mapping, "contacts", users, catalog, {}, {})
    assert record.matches == (("email", "ada@acme.io"),)


@pytest.fixture
def deals(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric]
) -> Callable[..., list[DesiredRecord]]:
    def run(
        pipelines: tuple[Any, ...] = (),
        frame: pl.DataFrame = SUBSCRIPTIONS,
        held: tuple[str, ...] = (),
        changes: tuple[str, str] = ("", ""),
    ) -> list[DesiredRecord]:
        mapping = load_text(with_deals.replace(*changes)).mapping
        assert mapping is not None
        no_metric = dict.fromkeys(held, "stale")
        return list(desired_records(mapping, "deals", frame, catalog, no_metric, {}, pipelines))

    return run


def test_a_deal_is_in_the_stage_of_its_subscriptions_state(
    deals: Callable[..., list[DesiredRecord]], sales: Any
) -> None:
    active, paused, canceled = deals((sales,))
    assert active.values["dealstage"] == "901"
    assert active.because["dealstage"] == "subscription is active: stage Live"
    assert deals()[0].because["dealstage"] == "subscription is active"
    assert "dealstage" not in paused.values
    assert canceled.values["dealstage"] == "902"
    assert {record.key for record in (active, paused, canceled)} == {"s1", "s2", "s3"}


def test_a_deal_is_created_in_its_pipeline_with_a_name(
    deals: Callable[..., list[DesiredRecord]], sales: Any
) -> None:
    named, _, nameless = deals((sales,))
    assert named.create_values == {"saas_sub": "s1", "dealname": "Acme - s1", "pipeline": "71"}
    assert nameless.create_values["dealname"] == "s3"
    assert deals()[0].create_values["pipeline"] == "subscriptions"
    assert deals()[0].values["dealstage"] == "live"


def test_a_stage_or_pipeline_the_portal_lacks_is_told_and_never_sent(
    deals: Callable[..., list[DesiredRecord]], sales: Any
) -> None:
    first = deals((sales,), changes=("active: live", "active: won"))[0]
    assert first.unknown == {
        "dealstage": "the portal's pipeline `subscriptions` has no stage `won`"
    }
    assert "dealstage" not in first.values
    lost = deals((sales,), changes=("pipeline: subscriptions", "pipeline: renewals"))
    assert [sorted(record.unknown) for record in lost] == [["dealstage"], [], ["dealstage"]]


def test_a_deals_money_is_in_its_subscriptions_currency_and_its_accounts_in_the_accounts(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric]
) -> None:
    amounts = "      saas_amount: subscription_mrr\n      saas_mrr: mrr\n      saas_state:"
    mapping = load_text(with_deals.replace("      saas_state:", amounts)).mapping
    assert mapping is not None
    frame = SUBSCRIPTIONS.with_columns(
        mrr=pl.lit(500),
        mrr_currency=pl.lit("EUR"),
        subscription_mrr=pl.lit(500),
        subscription_currency=pl.Series(["JPY", None, "KWD"]),
    )
    records = list(desired_records(mapping, "deals", frame, catalog, {}, {}))
    assert [record.values["saas_amount"] for record in records] == ["500", "5", "0.5"]
    assert [record.values["saas_mrr"] for record in records] == ["5", "5", "5"]
    assert records[0].because["saas_amount"] == "500 a month"


def test_a_deals_stage_stays_while_the_state_is_not_known(
    deals: Callable[..., list[DesiredRecord]], sales: Any
) -> None:
    for records in (
        deals((sales,), held=("subscription_state",)),
        deals((sales,), SUBSCRIPTIONS.drop("subscription_state")),
    ):
        assert all("dealstage" not in record.values for record in records)


def test_deals_without_a_pipeline_are_updated_only(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric]
) -> None:
    start, end = with_deals.index("    policy: upsert"), with_deals.index("    associate:")
    mapping = load_text(with_deals[:start] + with_deals[end:]).mapping
    assert mapping is not None
    record = next(desired_records(mapping, "deals", SUBSCRIPTIONS, catalog, {}, {}))
    assert "dealstage" not in record.values
    assert "pipeline" not in record.create_values


def test_recurring_revenue_is_written_once_the_portal_has_it_by_its_labels(
    load_text: Load, with_deals: str, catalog: Mapping[str, Metric], portal_property: Any
) -> None:
    own = "      recurring_revenue_deal_type: deal_type\n      saas_state:"
    mapping = load_text(with_deals.replace("      saas_state:", own)).mapping
    assert mapping is not None
    frame = SUBSCRIPTIONS.with_columns(deal_type=pl.lit("new_business"))
    options = (("NEW_BUSINESS_9", "New business"), ("RENEWAL_9", "Renewal"))
    tracked = {"recurring_revenue_deal_type": portal_property("enumeration", options)}
    for definitions, value in (({}, None), (tracked, "NEW_BUSINESS_9")):
        record = next(desired_records(mapping, "deals", frame, catalog, {}, definitions))
        assert record.values.get("recurring_revenue_deal_type") == value
        assert record.unknown == {}


def test_a_custom_object_stands_for_the_rows_it_names(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    custom = (
        "  2-77:\n    rows: accounts\n    match: {property: app_id, column: account_id}\n"
        "    properties: {saas_mrr: mrr}\nlifecycle:"
    )
    mapping = load_text(mapping_text.replace("lifecycle:", custom)).mapping
    assert mapping is not None
    frame = pl.DataFrame({"account_id": ["a1"], "name": ["Acme"], "mrr": [100]})
    (record,) = desired_records(mapping, "2-77", frame, catalog, {}, {})
    assert (record.object, record.key) == ("2-77", "a1")
    assert record.values == {"saas_mrr": "1", "app_id": "a1"}
    assert record.create_values == {"app_id": "a1"}
