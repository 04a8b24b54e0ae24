"""Bad values and lines, and what must be said of each; `files_bad` puts them into files."""

from __future__ import annotations

ID = {
    "subscription_items": "item_id",
    "usage_daily": "name",
    "users": "user_id",
    "accounts": "account_id",
    "subscriptions": "sub_id",
}


def good_row(stream: str, number: int) -> dict[str, object]:
    """A row that fits its stream."""
    name = f"k{number}"
    return {
        "subscription_items": {
            "item_id": name,
            "sub_id": "s1",
            "unit_amount": "1000.5",
            "quantity": "2",
            "currency": "EUR" if number % 2 else "USD",
            "current_period_end": "2026-12-01T00:00:00Z",
        },
        "usage_daily": {"account_id": "a", "name": name, "day": "2026-11-01", "quantity": "3"},
        "users": {"user_id": name, "email": f"{name}@example.com", "role": "member"},
        "accounts": {"account_id": name, "domain": "example.com", "name": "Acme"},
        "subscriptions": {
            "sub_id": name,
            "account_id": "a",
            "status": "active",
            "cancel_at_period_end": "false",
        },
    }[stream]


NUMBER = "is text that is not a number"
FINITE = "is not a finite number"
MOMENT = "is not a date and time (ISO 8601, such as 2026-11-21T06:00:00Z)"
DAY = "is not a date (ISO 8601, such as 2026-11-21)"
YEARS = "lies outside the years 1970 to 2200"
CURRENCY = "is not a currency, such as EUR (ISO 4217)"
EMAIL = "is not an e-mail address"
DOMAIN = "is not a web domain, such as example.com"
# Text, because every container can hold it: stream, column, value, reason.
TEXTS: tuple[tuple[str, str, str, str], ...] = (
    *(("subscription_items", "unit_amount", v, NUMBER) for v in ("abc", "1,5", "12 EUR", "0x10")),
    *(("subscription_items", "unit_amount", v, FINITE) for v in ("NaN", "inf", "-Infinity")),
    ("subscription_items", "unit_amount", "1e30", "is too large a number"),
    *(("subscription_items", "quantity", v, NUMBER) for v in ("two", "1/2", "true")),
    ("subscription_items", "quantity", "1.5", "is not a whole number"),
    ("subscription_items", "quantity", "-1", "is below 0"),
    ("subscription_items", "quantity", "9223372036854775808", "is too large a number"),
    ("subscription_items", "quantity", "NaN", FINITE),
    *(("subscription_items", "currency", v, CURRENCY) for v in ("XXY", "EURO", "€", "12", "E R")),
    ("subscription_items", "currency", "", "is missing"),
    *(
        ("subscription_items", "current_period_end", v, MOMENT)
        for v in (
            "yesterday",
            "2026-13-01",
            "2026-02-30T00:00:00Z",
            "21.11.2026",
            "2026-03-29T02:30:00[Europe/Berlin]",
            "2026-11-21T06:00:00+25:00",
            "2026-11-21T25:00:00Z",
        )
    ),
    *(
        ("subscription_items", "current_period_end", v, YEARS)
        for v in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31", "2201-01-01")
    ),
    (
        "subscription_items",
        "current_period_end",
        "0001-01-01T00:00:00+01:00",
        "is a time that cannot be told in UTC",
    ),
    ("subscription_items", "sub_id", "", "is missing"),
    ("subscription_items", "sub_id", "a\0b", "holds a NUL"),
    ("subscription_items", "item_id", "", "is missing"),
    ("subscription_items", "item_id", " \t ", "is missing"),
    ("subscription_items", "item_id", "k\0001", "holds a NUL"),
    *(("usage_daily", "day", v, DAY) for v in ("2026-13-01", "21.11.2026", "today")),
    *(("usage_daily", "day", v, YEARS) for v in ("0001-01-01", "9999-12-31")),
    (
        "usage_daily",
        "day",
        "2026-11-21T10:00:00",
        "has a time of day: it must be a date, such as 2026-11-21",
    ),
    ("usage_daily", "day", "", "is missing"),
    ("usage_daily", "quantity", "-0.5", "is below 0"),
    *(("usage_daily", "quantity", v, FINITE) for v in ("nan", "Infinity")),
    ("usage_daily", "quantity", "1e999", FINITE),
    ("usage_daily", "quantity", "many", NUMBER),
    *(("users", "email", v, EMAIL) for v in ("max at example", "a@b", "@", "a@b,c.de", "a b@c.de")),
    *(("accounts", "domain", v, DOMAIN) for v in ("localhost", "http://", "a..b", "192.0.2.1")),
    *(
        ("subscriptions", "cancel_at_period_end", v, "is not true or false")
        for v in ("maybe", "2", "-1")
    ),
    ("subscriptions", "status", "", "is missing"),
)
# What only JSON can say: column of subscription_items, value, reason.
VALUES: tuple[tuple[str, object, str], ...] = (
    ("item_id", {"id": 1}, "is a dict, not text"),
    ("item_id", ["k1"], "is a list, not text"),
    ("item_id", None, "is missing"),
    ("item_id", float("nan"), FINITE),
    ("sub_id", "\ud800", "holds bytes that are not valid UTF-8 text"),
    ("sub_id", "x\udfffy", "holds bytes that are not valid UTF-8 text"),
    ("unit_amount", True, "is true or false, not a number"),
    ("unit_amount", float("nan"), FINITE),
    ("unit_amount", float("inf"), FINITE),
    ("unit_amount", {"amount": 1}, "is a dict, not a number"),
    ("unit_amount", [1], "is a list, not a number"),
    ("unit_amount", 10**27, "is too large a number"),
    ("quantity", 1.5, "is not a whole number"),
    ("quantity", -1, "is below 0"),
    ("quantity", float("-inf"), FINITE),
    ("quantity", 2**63, "is too large a number"),
    ("quantity", False, "is true or false, not a number"),
    ("currency", 978, CURRENCY),
    ("currency", None, "is missing"),
    ("currency", {}, "is a dict, not text"),
    ("current_period_end", True, "is a bool, not a date and time"),
    ("current_period_end", [2026, 11, 21], "is a list, not a date and time"),
    ("current_period_end", 1e30, "is a number that is no time since 1970"),
    ("current_period_end", -1, YEARS),
    ("current_period_end", float("nan"), FINITE),
)
# Lines of JSON Lines that hold no row: the line, column, reason.
JSON_LINES: tuple[tuple[str, bytes, str, str], ...] = (
    ("number as key", b"{1: 2}", "", "is not JSON: Expecting property name enclosed in double"),
    ("cut off", b'{"item_id": "k9", "sub', "", "is not JSON: Unterminated string"),
    ("two objects", b'{"item_id": "k9"} {"item_id": "k8"}', "", "is not JSON: Extra data"),
    ("list", b'["k9"]', "", "is JSON, but not an object"),
    ("text", b'"k9"', "", "is JSON, but not an object"),
    ("null", b"null", "", "is JSON, but not an object"),
    ("no JSON", b"k9,s1,1000", "", "is not JSON: Expecting value at character 1"),
    ("key twice", b'{"item_id": "k9", "item_id": "k8"}', "item_id", "stands twice in one object"),
    ("nested key twice", b'{"a": {"b": 1, "b": 2}}', "b", "stands twice in one object"),
    ("private key twice", b'{"a@b.de": 1, "a@b.de": 2}', "", "stands twice in one object"),
    ("bytes", b'{"item_id": "k\xff"}', "", "holds bytes that are not valid UTF-8 text"),
    ("raw NUL", b'{"item_id": "k\x009"}', "", "is not JSON: Invalid control character"),
    ("deep", b"[" * 50_000, "", "is JSON of a kind that cannot be read"),
    ("digits", b'{"quantity": ' + b"9" * 5_000 + b"}", "", "is JSON of a kind that cannot be read"),
    ("without key", b'{"sub_id": "s1", "currency": "EUR"}', "item_id", "is missing"),
    ("empty object", b"{}", "item_id", "is missing"),
    ("too long", b'{"item_id": "' + b"x" * (4 * 2**20) + b'"}', "", "is longer than 4,194,304"),
)
CSV_LINES: tuple[tuple[str, bytes, str, str], ...] = (
    ("too few", b"k9", "", "has 1 fields where the header has 6"),
    ("too many", b"k9,s,1,1,EUR,,x", "", "has 7 fields where the header has 6"),
    ("open quote", b'k9,"s1,1,1,EUR,', "", "has a quote that is not closed"),
    ("text behind quote", b'k9,"s"1,1,1,EUR,', "", "cannot be read as CSV: ',' expected after"),
    ("bytes", b"k9,\xff,1,1,EUR,", "sub_id", "holds bytes that are not valid UTF-8 text"),
    ("semicolons", b"k9;s1;1;1;EUR;", "", "has 1 fields where the header has 6"),
    (
        "long field",
        b"k9," + b"x" * 200_000 + b",1,1,EUR,",
        "",
        "cannot be read as CSV: field larger",
    ),
    ("too long", b"x" * (4 * 2**20 + 9), "", "is longer than 4,194,304 characters"),
)
# What stands where a file should: its bytes, and what must be said of it.
NOT_DATA: tuple[tuple[str, bytes, str], ...] = (
    (
        "HTML page",
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>",
        "is HTML or XML, not data",
    ),
    ("HTML in capitals", b"\n  <HTML><HEAD></HEAD></HTML>", "is HTML or XML, not data"),
    ("HTML with BOM", b"\xef\xbb\xbf<html></html>", "is HTML or XML, not data"),
    ("XML error", b"<?xml version='1.0'?><Error><Code>Gone</Code></Error>", "is HTML or XML"),
    ("UTF-16", "item_id,sub_id\nk1,s1\n".encode("utf-16"), "is UTF-16 text, not UTF-8"),
    ("ZIP", b"PK\x03\x04 and more", "is a ZIP archive, not text"),
    ("Parquet", b"PAR1 and more", "is Parquet, not text"),
)
CUTS = tuple(range(4, 100, 6))
