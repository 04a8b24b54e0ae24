"""From a record to a row: paths, values, arithmetic, one row per element."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from support.http_server import Api, as_json
from support.source_world import WATERMARK

from syncworker.engine.ports import Page
from syncworker.errors import SourceError
from syncworker.sources.http import HttpSource

Make = Callable[..., HttpSource]
ITEMS = {
    "item_id": ["$.id", "price.id"],
    "sub_id": "$.id",
    "unit_amount": {"path": "price.amount", "times": 100},
    "quantity": "n",
    "currency": "$.money.currency",
    "usage_type": {"const": "licensed"},
    "interval": {"path": "price.every", "values": {"monthly": "month", "1": "year", "once": ""}},
    "tiers": "price.tiers",
}


def one(api: Api, make: Make, records: Any, fields: dict[str, Any], name: str) -> Page:
    api.script(as_json({"data": records}))
    source = make({"fields": fields}, name=name)
    (page,) = source.pages(name, since=None, resume=None, watermark=WATERMARK)
    return page


def items(api: Api, make: Make, *subscriptions: Any, **more: Any) -> Page:
    api.script(as_json({"data": list(subscriptions)}))
    stream = {"fields": ITEMS, "each": "lines.data", **more}
    source = make(stream, name="subscription_items")
    (page,) = source.pages("subscription_items", since=None, resume=None, watermark=WATERMARK)
    return page


def line(number: int, **more: Any) -> dict[str, Any]:
    price = {"id": f"p{number}", "amount": "19.99", "every": "monthly", **more.pop("price", {})}
    return {"price": price, "n": number, **more}


def subscription(name: str, *lines: Any) -> dict[str, Any]:
    return {"id": name, "money": {"currency": "eur"}, "lines": {"data": list(lines)}}


def told(page: Page) -> list[tuple[int, str, str, str]]:
    return [(row.position, row.field, row.reason, row.key) for row in page.rejected]


def test_each_element_is_a_row_with_what_the_whole_record_says(api: Api, make: Make) -> None:
    page = items(
        api,
        make,
        subscription("s1", line(1), line(2, price={"every": 1, "tiers": [{"up_to": 1}]})),
        subscription("s2"),
        {"id": "s3", "money": {"currency": "usd"}},
        subscription("s4", line(1, price={"every": "once"})),
    )
    frame = page.frames["subscription_items"]

    assert frame["item_id"].to_list() == ["s1|p1", "s1|p2", "s4|p1"]
    assert frame["unit_amount"].to_list() == [Decimal(1999)] * 3
    assert frame["interval"].to_list() == ["month", "year", None]
    assert frame["currency"].unique().to_list() == ["EUR"]
    assert frame["tiers"].to_list() == [None, '[{"up_to":1}]', None]
    assert frame["usage_type"].unique().to_list() == ["licensed"]
    assert page.rejected == ()


def test_a_value_that_is_not_listed_rejects_its_row_with_its_key(api: Api, make: Make) -> None:
    page = items(api, make, subscription("s1", line(1), line(2, price={"every": "daily"}), line(3)))

    assert page.frames["subscription_items"]["item_id"].to_list() == ["s1|p1", "s1|p3"]
    assert told(page) == [(1, "interval", "has a value that `values` does not name", "s1|p2")]


def test_an_unlisted_value_in_a_row_without_a_key_has_no_key(api: Api, make: Make) -> None:
    bad = line(2, price={"every": "daily", "id": None})
    page = items(api, make, subscription("s1", line(1), bad))
    assert told(page) == [(1, "interval", "has a value that `values` does not name", "")]


def test_elements_that_are_no_objects_are_told(api: Api, make: Make) -> None:
    page = items(
        api,
        make,
        subscription("s1", line(1), "x", None),
        {"id": "s2", "money": {}, "lines": {"data": {"price": 1}}},
    )
    assert page.frames["subscription_items"].height == 1
    assert told(page) == [
        (1, "lines.data", "holds what is not an object", ""),
        (1, "lines.data", "holds what is not an object", ""),
        (2, "lines.data", "is not a list", ""),
    ]


def test_only_what_has_one_of_the_values_is_a_row(api: Api, make: Make) -> None:
    page = items(
        api,
        make,
        subscription("s1", line(1, kind="plan"), line(2, kind="charge"), line(3), line(4, kind=7)),
        subscription("s2", line(1, kind="plan")),
        only={"kind": ["plan", "7"], "$.id": ["s1"]},
    )
    assert page.frames["subscription_items"]["item_id"].to_list() == ["s1|p1", "s1|p4"]
    assert page.rejected == ()


INVOICE = {"invoice_id": "id", "customer_id": "c", "currency": "cur"}


def invoice(**more: Any) -> dict[str, Any]:
    return {"id": "i1", "c": "c1", "cur": "EUR", "total": 119, "tax": 19, **more}


@pytest.mark.parametrize(
    ("field", "record", "amount"),
    [
        ({"path": "total", "minus": "tax"}, {}, 100),
        ({"path": "total", "minus": "tax"}, {"tax": None}, 119),
        ({"path": "total", "minus": "vat"}, {}, 119),
        ({"path": "total", "minus": "tax", "times": 100}, {"total": "1.19", "tax": 0.19}, 100),
        ({"path": "total", "times": 100}, {"total": 0.29}, 29),
        ({"path": "total", "times": 100}, {"total": "1e1"}, 1000),
        ({"path": "total", "times": 0.01}, {"total": 11900}, 119),
        ({"path": "total", "default": 5}, {"total": None}, 5),
        ({"path": "sum.0.x", "default": 0}, {}, 0),
        ({"path": "sum.1.x"}, {"sum": [{}, {"x": 7}]}, 7),
        ({"const": 12}, {}, 12),
    ],
)
def test_amounts_are_computed_in_decimals(
    api: Api, make: Make, field: dict[str, Any], record: dict[str, Any], amount: int
) -> None:
    page = one(api, make, [invoice(**record)], {**INVOICE, "amount_ex_tax": field}, name="invoices")
    assert page.rejected == ()
    assert page.frames["invoices"]["amount_ex_tax"].to_list() == [amount]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ({"path": "total", "times": 100}, 0.001, "is not a whole number"),
        ({"path": "total", "times": 100}, "free", "is text that is not a number"),
        ({"path": "total", "times": 100}, "NaN", "is not a finite number"),
        ({"path": "total", "times": 100}, "sNaN", "is not a finite number"),
        ({"path": "total", "times": 100}, "1e999999", "is too large a number"),
        ({"path": "total", "times": 100}, True, "is true or false, not a number"),
        ({"path": "total", "times": 100}, [1], "is a list, not a number"),
        ({"path": "total", "times": 100}, {"x": 1}, "is a dict, not a number"),
        ({"path": "total", "times": 1e10}, 1e20, "is too large a number"),
        ({"path": "total", "minus": "tax"}, "free", "is text that is not a number"),
        ({"path": "tax", "minus": "total"}, "free", "is text that is not a number"),
        ({"path": "total"}, "", "is missing"),
        ({"path": "total"}, None, "is missing"),
    ],
)
def test_what_is_no_amount_rejects_its_row(
    api: Api, make: Make, field: dict[str, Any], value: Any, reason: str
) -> None:
    page = one(
        api,
        make,
        [invoice(total=value), invoice(id="i2", total=5)],
        {**INVOICE, "amount_ex_tax": field},
        name="invoices",
    )
    assert told(page) == [(1, "amount_ex_tax", reason, "i1")]
    assert page.frames["invoices"].height == 1


def test_an_object_is_text_only_where_a_column_holds_json(api: Api, make: Make) -> None:
    fields = {"event_id": "id", "name": "n", "ts": "at", "props": "p"}
    event = {"id": "e1", "n": "x", "at": "2026-11-01T00:00:00Z", "p": {"a": [1, "é"]}}
    page = one(api, make, [event, {**event, "n": {"x": 1}}], fields, name="events")
    assert page.frames["events"]["props"].to_list() == ['{"a":[1,"é"]}']
    assert told(page) == [(2, "name", "is a dict, not text", "e1")]


def test_true_and_false_are_listed_by_their_words(api: Api, make: Make) -> None:
    fields = {"user_id": "id", "role": {"path": "admin", "values": {"true": "a", "false": "m"}}}
    page = one(
        api, make, [{"id": 1, "admin": True}, {"id": 2, "admin": False}], fields, name="users"
    )
    assert page.frames["users"]["role"].to_list() == ["a", "m"]
    assert page.frames["users"]["user_id"].to_list() == ["1", "2"]


def test_a_deleted_record_is_marked(api: Api, make: Make) -> None:
    fields = {"user_id": "id", "deleted_at": "gone"}
    page = one(
        api, make, [{"id": 1, "gone": 1795188310}, {"id": 2, "gone": None}], fields, name="users"
    )
    assert page.frames["users"]["deleted_at"].is_null().to_list() == [False, True]


def test_the_columns_that_came_are_told(api: Api, make: Make) -> None:
    fields = {
        "user_id": "id",
        "email": "mail",
        "role": {"path": "role", "default": "x"},
        "account_id": {"const": "a"},
        "created_at": ["day", "hour"],
    }
    page = one(api, make, [{"id": 1, "day": "x"}, {"id": 2, "mail": None}], fields, name="users")
    assert page.columns == {"users": frozenset({"user_id", "email", "role", "account_id"})}
    assert page.declared is False


def test_a_required_column_that_no_record_has_stops_the_stream(api: Api, make: Make) -> None:
    with pytest.raises(SourceError) as caught:
        one(api, make, [{"id": 1}, {"id": 2}], {"user_id": "uid"}, name="users")
    assert caught.value.message == "source app, stream users: GET /users has no column user_id"
    assert caught.value.help == "Correct the column's path under fields: of users."


def test_records_that_give_no_rows_are_not_missed_columns(api: Api, make: Make) -> None:
    page = items(api, make, {"id": "s1"})
    assert page.frames["subscription_items"].is_empty()
    assert page.columns == {"subscription_items": frozenset()}


def test_rows_have_the_streams_schema(api: Api, make: Make) -> None:
    page = items(api, make, subscription("s1", line(1)))
    row = page.frames["subscription_items"].row(0, named=True)
    assert (row["source"], row["source_id"], row["synced_at"]) == ("app", "s1|p1", WATERMARK)
    assert isinstance(page.frames["subscription_items"], pl.DataFrame)
