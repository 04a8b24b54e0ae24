from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import polars as pl
import pytest

from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.loader import Loaded
from syncworker.mapping.render import desired_records
from syncworker.metrics.metric import Metric

Load = Callable[[str], Loaded]

ROWS = {
    "account_id": ["a1", "a2"],
    "name": ["Acme", None],
    "domain": ["acme.io", None],
    "mrr": [145050, None],
    "mrr_currency": ["EUR", None],
    "health_score": [80.0, None],
    "churned": [False, None],
    "band": ["green", None],
    "drivers": [["seats", "billing"], []],
    "seen_at": [datetime(2025, 12, 31, 23, 30, tzinfo=UTC), None],
}


@pytest.fixture
def render(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> Callable[..., list[DesiredRecord]]:
    def run(
        properties: str = "", when: str = "", held: tuple[str, ...] = (), **columns: object
    ) -> list[DesiredRecord]:
        text = mapping_text
        if properties:
            text = text.replace("      saas_mrr: mrr\n", f"      saas_mrr: mrr\n{properties}")
        if when:
            text = text.replace("{metric: health_score, gte: 80}", when)
        loaded = load_text(text)
        assert loaded.mapping is not None, loaded.diagnostics
        frame = pl.DataFrame({**ROWS, **columns})
        return list(
            desired_records(
                loaded.mapping,
                "companies",
                frame,
                catalog,
                dict.fromkeys(held, "no such stream"),
                {},
            )
        )

    return run


Render = Callable[..., list[DesiredRecord]]


def test_a_row_becomes_a_record_with_values_and_reasons(render: Render) -> None:
    assert render()[0] == DesiredRecord(
        object="companies",
        key="a1",
        matches=(("domain", "acme.io"),),
        values={"saas_mrr": "1450.5", "saas_health": "80"},
        because={"saas_mrr": "1450.5 of EUR", "saas_health": "score 80 on 2026-01-01"},
        stage="customer",
        stage_because="health_score 80 >= 80",
        create_values={"domain": "acme.io", "name": "Acme"},
    )


def test_empty_values_clear_and_a_record_without_match_value_still_comes_out(
    render: Render,
) -> None:
    record = render()[1]
    assert record.matches == ()
    assert record.values == {"saas_mrr": "", "saas_health": ""}
    assert record.because["saas_mrr"] == "none of none"
    assert record.stage is None
    assert record.create_values == {}


def test_an_empty_text_is_no_match_value(render: Render) -> None:
    assert [r.matches for r in render(domain=["", "b.io"])] == [(), (("domain", "b.io"),)]


def test_a_held_metric_is_left_out_and_never_cleared(render: Render) -> None:
    record = render(held=("mrr",))[0]
    assert record.values == {"saas_health": "80"}
    assert "saas_mrr" not in record.because


def test_a_value_that_cannot_be_told_for_a_row_is_left_out_there_with_the_reason(
    render: Render,
) -> None:
    told, untold = render(mrr_problem=[None, "two currencies"])
    assert told.values == {"saas_mrr": "1450.5", "saas_health": "80"}
    assert told.unknown == {}
    assert untold.values == {"saas_health": ""}
    assert untold.unknown == {"saas_mrr": "two currencies"}


def test_a_stage_rule_does_not_fire_on_a_held_metric(render: Render) -> None:
    assert render(held=("health_score",))[0].stage is None


def test_records_come_out_where_every_metric_is_held(render: Render) -> None:
    records = render(held=("mrr", "health_score"))
    assert [(r.key, dict(r.values)) for r in records] == [("a1", {}), ("a2", {})]


def test_a_metric_without_a_column_is_left_out(render: Render) -> None:
    assert render("      saas_signed: signed_on\n")[0].values.keys() == {"saas_mrr", "saas_health"}


def test_a_template_may_hold_braces_constants_and_unknown_columns(render: Render) -> None:
    record = render("      saas_band: band\n      saas_churned: churned\n")[0]
    assert record.because["saas_band"] == "{band} none"
    assert record.because["saas_churned"] == "ended"


def test_a_property_without_a_reason_has_none(render: Render) -> None:
    record = render("      saas_drivers: drivers\n")[0]
    assert record.values["saas_drivers"] == "seats;billing"
    assert "saas_drivers" not in record.because


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("metric: health_score, eq: 80", "health_score is 80"),
        ("metric: health_score, ne: 80", None),
        ("metric: health_score, ne: 81", "health_score 80 is not 81"),
        ("metric: health_score, gt: 80", None),
        ("metric: health_score, gt: 79.5", "health_score 80 > 79.5"),
        ("metric: health_score, gte: 80", "health_score 80 >= 80"),
        ("metric: health_score, lt: 80", None),
        ("metric: health_score, lt: 81", "health_score 80 < 81"),
        ("metric: health_score, lte: 80", "health_score 80 <= 80"),
        ("metric: health_score, any_of: [1, 80]", "health_score is 80"),
        ("metric: mrr, gte: 1450.5", "mrr 1450.5 >= 1450.5"),
        ("metric: mrr, gt: 1450.5", None),
        ("metric: churned, eq: false", "churned is false"),
        ("metric: churned, ne: true", "churned false is not true"),
        ("metric: band, any_of: [red, green]", "band is green"),
        ("metric: band, eq: red", None),
        ("metric: drivers, eq: billing", "drivers is seats, billing"),
        ("metric: drivers, any_of: [billing]", "drivers is seats, billing"),
        ("metric: drivers, ne: billing", None),
        ("metric: mrr_currency, ne: USD", "mrr_currency EUR is not USD"),
    ],
)
def test_a_condition_holds_by_its_comparison(
    render: Render, condition: str, holds: str | None
) -> None:
    record = render(when="{" + condition + "}")[0]
    assert (record.stage, record.stage_because) == ("customer" if holds else None, holds or "")


@pytest.mark.parametrize("condition", ["ne: 5", "eq: 5", "lt: 5", "any_of: [5]"])
def test_an_empty_value_fulfils_no_comparison(render: Render, condition: str) -> None:
    assert render(when="{metric: health_score, " + condition + "}")[1].stage is None
    nothing = render(when="{metric: health_score, " + condition + "}", health_score=[None, None])
    assert [record.stage for record in nothing] == [None, None]


def test_no_options_is_an_empty_value_too(render: Render) -> None:
    assert [r.stage for r in render(when="{metric: drivers, ne: seats}", drivers=[["x"], []])] == [
        "customer",
        None,
    ]


def test_counts_of_any_width_are_compared_with_any_number(render: Render) -> None:
    counts = pl.Series([7, 0], dtype=pl.UInt32)
    records = render(when="{metric: health_score, gt: -5.5}", health_score=counts)
    assert [record.stage for record in records] == ["customer", "customer"]


def test_all_conditions_must_hold_and_the_first_rule_counts(render: Render) -> None:
    both = "{metric: health_score, gte: 80}\n        - {metric: band, eq: red}"
    more = both + "\n    - stage: lead\n      when: [{metric: mrr, gt: 0}]"
    more += "\n    - stage: other\n      when: [{metric: mrr, gt: 0}]"
    assert render(when=more)[0].stage == "lead"


def test_money_is_compared_in_each_rows_own_currency(render: Render) -> None:
    records = render(when="{metric: mrr, gte: 100}", mrr=[9999, 100], mrr_currency=["EUR", "JPY"])
    assert [record.stage for record in records] == [None, "customer"]


def test_contacts_carry_their_accounts_metrics(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    text = mapping_text.replace("saas_events: user_events", "saas_mrr: mrr")
    mapping = load_text(text).mapping
    assert mapping is not None
    frame = pl.DataFrame({"user_id": ["u1"], "email": ["a@b.io"], "mrr": [100], "name": ["X"]})
    (record,) = desired_records(mapping, "contacts", frame, catalog, {}, {})
    assert (record.object, record.key) == ("contacts", "u1")
    assert record.matches == (("email", "a@b.io"),)
    assert record.values == {"saas_mrr": "1"}
    assert record.create_values == {"email": "a@b.io"}


def test_without_a_match_column_nothing_matches(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    mapping = load_text(mapping_text).mapping
    assert mapping is not None
    users = pl.DataFrame({"user_id": ["u1"]})
    (record,) = desired_records(mapping, "contacts", users, catalog, {}, {})
    assert (record.matches, record.create_values) == ((), {})


def test_nothing_comes_out_of_no_rows_or_an_object_that_is_not_mapped(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    start, end = mapping_text.index("  contacts:"), mapping_text.index("lifecycle:")
    mapping = load_text(mapping_text[:start] + mapping_text[end:]).mapping
    assert mapping is not None
    users = pl.DataFrame({"user_id": ["u1"]})
    assert list(desired_records(mapping, "contacts", users, catalog, {}, {})) == []
    none = pl.DataFrame(schema={"account_id": pl.String})
    assert list(desired_records(mapping, "companies", none, catalog, {}, {})) == []


def test_twenty_thousand_rows_take_seconds(
    load_text: Load, mapping_text: str, catalog: Mapping[str, Metric]
) -> None:
    names = ["mrr", "health_score", "churned", "band", "seen_at"]
    more = "".join(f"      p{i}: {names[i % 5]}\n" for i in range(23))
    mapping = load_text(mapping_text.replace("      saas_mrr", f"{more}      saas_mrr")).mapping
    assert mapping is not None
    frame = pl.concat([pl.DataFrame(ROWS)] * 10_000)
    start = time.process_time()
    count = sum(
        len(r.values) for r in desired_records(mapping, "companies", frame, catalog, {}, {})
    )
    assert count == 20_000 * 25
    assert time.process_time() - start < 5
