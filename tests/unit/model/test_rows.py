"""Raw rows become canonical rows, or say why not; a bad row harms no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.model.rows import BadRow, canonical_rows
from syncworker.model.streams import STREAMS
from syncworker.model.values import CONVERTERS, Unfit

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)


def rows(stream: str, **columns: list[object]) -> tuple[pl.DataFrame, tuple[BadRow, ...]]:
    count = len(next(iter(columns.values())))
    return canonical_rows(STREAMS[stream], columns, count, source="app", synced_at=AT)


def test_rows_come_out_in_order_and_in_the_streams_schema() -> None:
    frame, bad = rows(
        "events", event_id=["e2", "e1"], name=["a", "b"], ts=[AT, None], shoe_size=[1, 2]
    )
    assert frame.schema == STREAMS["events"].schema()
    assert frame["event_id"].to_list() == ["e2"]
    assert bad == (BadRow(1, "ts", "is missing", "e1"),)


def test_no_rows_are_an_empty_frame() -> None:
    frame, bad = rows("users", user_id=[])
    assert (frame.schema, frame.height, bad) == (STREAMS["users"].schema(), 0, ())


def test_a_row_with_several_faults_is_told_once_by_its_first_column() -> None:
    _, bad = rows("users", user_id=["u"], email=["x"], created_at=["never"])
    assert [(b.index, b.field) for b in bad] == [(0, "email")]


def test_a_key_that_is_an_address_is_masked() -> None:
    _, bad = rows("users", user_id=["jane@example.com"], email=["jane"])
    assert bad[0].key == "j…@example.com"


def test_times_with_and_without_offset_are_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    frame, _ = rows(
        "users",
        user_id=[1, 2, 3],
        created_at=[AT, AT.astimezone(berlin), AT.replace(tzinfo=None)],
    )
    assert frame["created_at"].to_list() == [AT, AT, AT]


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("HTTPS://www.Example.com/x?y", "example.com"),
        ("bücher.example.", "bücher.example"),
        ("a.b-c.co.uk:8080", "a.b-c.co.uk"),
        ("", None),
        (None, None),
    ],
)
def test_domains_are_bare_and_lower_case(given_: str | None, kept: str | None) -> None:
    frame, bad = rows("accounts", account_id=["a"], domain=[given_])
    assert bad == ()
    assert frame["domain"].to_list() == [kept]


@pytest.mark.parametrize("value", ["n/a", "example", "10.0.0.1", "a b.com", "-.com", "x..com"])
def test_what_is_no_domain_rejects_its_row(value: str) -> None:
    frame, bad = rows("accounts", account_id=["a", "b"], domain=[value, "b.com"])
    assert [(b.index, b.field) for b in bad] == [(0, "domain")]
    assert frame["account_id"].to_list() == ["b"]


@pytest.mark.parametrize("stream", ["users", "demo_requests"])
@pytest.mark.parametrize("value", ["max", "a@b", "a@@b.co", "a b@c.de", "<a@b.co>", "a@b.c, d@e.f"])
def test_what_is_no_address_rejects_its_row_without_repeating_it(stream: str, value: str) -> None:
    columns: dict[str, list[object]] = {"email": [value]}
    columns |= {"user_id": ["u"], "submission_id": ["s"], "submitted_at": [AT]}
    _, bad = rows(stream, **columns)
    assert [(b.field, b.reason) for b in bad] == [("email", "is not an e-mail address")]


def test_a_user_may_have_no_address_but_a_demo_request_must() -> None:
    users, _ = rows("users", user_id=["u"], email=["  "])
    assert users["email"].to_list() == [None]
    _, bad = rows("demo_requests", submission_id=["s"], email=[""], submitted_at=[AT])
    assert [(b.field, b.reason) for b in bad] == [("email", "is missing")]


def test_currencies_are_those_of_iso_4217() -> None:
    frame, bad = rows(
        "subscription_items",
        item_id=["i", "j", "k"],
        sub_id=["s", "s", "s"],
        currency=["eur", "€", "EUX"],
        unit_amount=["9.95", 1, 1],
    )
    assert frame["currency"].to_list() == ["EUR"]
    assert frame["unit_amount"].to_list() == [Decimal("9.95")]
    assert [(b.index, b.field) for b in bad] == [(1, "currency"), (2, "currency")]


def test_text_with_a_nul_or_half_a_character_rejects_its_row_only() -> None:
    frame, bad = rows("users", user_id=["a\0", "\ud800", "c"], role=["x", "y", "z"])
    assert frame["user_id"].to_list() == ["c"]
    assert [(b.index, b.field) for b in bad] == [(0, "user_id"), (1, "user_id")]


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), True),
        (datetime(1969, 12, 31, 23, tzinfo=UTC), False),
        (datetime(2200, 12, 31, 23, tzinfo=UTC), True),
        (datetime(2201, 1, 1, tzinfo=UTC), False),
        ("0001-01-01", False),
    ],
)
def test_years_before_1970_and_after_2200_are_mistakes(value: object, fits: bool) -> None:
    _, bad = rows("users", user_id=["u"], created_at=[value])
    assert [b.reason for b in bad] == ([] if fits else ["lies outside the years 1970 to 2200"])


def usage(**columns: list[object]) -> tuple[pl.DataFrame, tuple[BadRow, ...]]:
    return rows(
        "usage_daily",
        **{"name": ["n"], "day": [date(2026, 1, 1)], "quantity": [1.0], "account_id": ["a"]}
        | columns,
    )


def test_usage_needs_an_account_or_a_user() -> None:
    frame, _ = usage()
    assert frame["source_id"].to_list() == ["a||n|2026-01-01"]
    _, bad = usage(account_id=[None])
    assert [(b.field, b.reason) for b in bad] == [("account_id", "is missing, and so is user_id")]


def test_a_rejected_row_has_the_key_its_good_version_has_or_none() -> None:
    _, bad = usage(account_id=[None], user_id=["u"], quantity=["much"])
    assert bad[0].key == "|u|n|2026-01-01"
    _, bad = usage(name=[None])
    assert bad[0].key == ""


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_are_finite(value: float) -> None:
    assert [b.field for b in usage(quantity=[value])[1]] == ["quantity"]


def test_days_lie_in_the_same_years_as_times() -> None:
    assert [b.field for b in usage(day=[date(1900, 1, 1)])[1]] == ["day"]


def test_integers_of_more_than_64_bits_reject_their_row() -> None:
    _, bad = rows(
        "subscription_items",
        item_id=["i"],
        sub_id=["s"],
        currency=["EUR"],
        quantity=[2**64],
    )
    assert [(b.field, b.reason) for b in bad] == [("quantity", "is too large a number")]


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.datetimes()
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.binary()
    | st.lists(st.integers())
)


@settings(deadline=None)
@given(st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING, ANYTHING), max_size=8))
def test_whatever_comes_each_row_either_fits_or_is_told(values: list[tuple[object, ...]]) -> None:
    ids, ts, quantity, name = ([row[i] for row in values] for i in range(4))
    columns = {"event_id": ids, "ts": ts, "quantity": quantity, "name": name}
    frame, bad = canonical_rows(STREAMS["events"], columns, len(values), source="app", synced_at=AT)
    assert frame.height + len(bad) == len(values)
    assert frame.schema == STREAMS["events"].schema()
    for column in ("event_id", "ts", "name"):
        assert frame[column].null_count() == 0


@settings(deadline=None)
@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1))))
def test_whole_columns_and_single_values_are_converted_alike(values: list[datetime]) -> None:
    exact, _ = rows("users", user_id=list(range(len(values))), created_at=[*values])
    mixed, _ = rows("users", user_id=list(range(len(values))), created_at=[f"{v}" for v in values])
    assert exact["created_at"].to_list() == mixed["created_at"].to_list()


@settings(deadline=None)
@given(st.sampled_from(sorted(CONVERTERS)), ANYTHING)
def test_a_converter_raises_nothing_but_unfit(type_: str, value: object) -> None:
    try:
        result = None if value is None else CONVERTERS[type_](value)
    except Unfit:
        return
    assert result is not None or isinstance(value, str | type(None))


def test_a_stream_finds_its_columns_by_name() -> None:
    column = STREAMS["users"].column("email")
    assert column is not None
    assert column.type == "string"
    assert STREAMS["users"].column("shoe_size") is None
