"""Each column type takes what means a value of it, and refuses the rest with a reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from syncworker.model.stream import ColumnType
from syncworker.model.values import CONVERTERS, Unfit

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("string", " a b ", "a b"),
        ("string", "  ", None),
        ("string", "ü", "ü"),
        ("string", 42, "42"),
        ("string", 42.0, "42"),
        ("string", 0.5, "0.5"),
        ("string", 1e300, "1e+300"),
        ("string", Decimal("42.00"), "42"),
        ("string", Decimal("42.50"), "42.50"),
        ("string", True, "true"),
        ("string", False, "false"),
        ("string", date(2026, 11, 21), "2026-11-21"),
        ("string", AT, "2026-11-21T06:00:00+00:00"),
        ("string", UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("datetime", AT, AT),
        ("datetime", AT.replace(tzinfo=None), AT),
        ("datetime", AT.astimezone(BERLIN), AT),
        ("datetime", date(2026, 11, 21), AT - timedelta(hours=6)),
        ("datetime", "2026-11-21T06:00:00Z", AT),
        ("datetime", "2026-11-21T07:00:00+01:00", AT),
        ("datetime", " 2026-11-21 06:00:00 ", AT),
        ("datetime", "2026-11-21", AT - timedelta(hours=6)),
        ("datetime", "", None),
        ("datetime", 1_795_240_800, AT),
        ("datetime", 1_795_240_800_000, AT),
        ("datetime", 1_795_240_800.5, AT + timedelta(seconds=0.5)),
        ("datetime", Decimal(1_795_240_800), AT),
        ("datetime", "1795240800", AT),
        ("datetime", "1795240800000", AT),
        ("date", date(2026, 11, 21), date(2026, 11, 21)),
        ("date", datetime(2026, 11, 21), date(2026, 11, 21)),
        ("date", "2026-11-21", date(2026, 11, 21)),
        ("date", "2026-11-21 00:00:00", date(2026, 11, 21)),
        ("date", " ", None),
        ("integer", 5, 5),
        ("integer", 5.0, 5),
        ("integer", Decimal("5.0"), 5),
        ("integer", "6", 6),
        ("integer", "6.0", 6),
        ("integer", "", None),
        ("decimal", 5, Decimal(5)),
        ("decimal", 0.1, Decimal("0.1")),
        ("decimal", "12.345", Decimal("12.345")),
        ("decimal", Decimal("0.0000000000005"), Decimal(0)),
        ("decimal", "", None),
        ("number", 5, 5.0),
        ("number", Decimal("0.5"), 0.5),
        ("number", "1e3", 1000.0),
        ("number", "", None),
        ("boolean", True, True),
        ("boolean", 0, False),
        ("boolean", " Yes ", True),
        ("boolean", "f", False),
        ("boolean", "", None),
    ],
)
def test_a_value_that_means_one_of_the_type_is_taken(
    type_: ColumnType, value: object, expected: object
) -> None:
    result = CONVERTERS[type_](value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        ("string", "\ud800", "not valid UTF-8"),
        ("string", b"x", "is a bytes, not text"),
        ("string", float("nan"), "not a finite number"),
        ("string", Decimal("sNaN"), "not a finite number"),
        ("datetime", "yesterday", "not a date and time"),
        ("datetime", "2026-02-30", "not a date and time"),
        ("datetime", [], "is a list"),
        ("datetime", True, "is a bool"),
        ("datetime", float("inf"), "not a finite number"),
        ("datetime", Decimal("NaN"), "not a finite number"),
        ("datetime", 10**30, "no time since 1970"),
        ("datetime", datetime.max.replace(tzinfo=timezone(-timedelta(hours=1))), "cannot be told"),
        ("date", "21.11.2026", "not a date"),
        ("date", AT, "has a time of day"),
        ("date", 20261121, "is a int, not a date"),
        ("integer", 1.5, "not a whole number"),
        ("integer", "2.5", "not a whole number"),
        ("integer", 2**63, "too large"),
        ("integer", Decimal("1E+999999999"), "too large"),
        ("integer", True, "true or false"),
        ("integer", "five", "text that is not a number"),
        ("integer", [], "is a list"),
        ("decimal", Decimal("1E+26"), "too large"),
        ("decimal", "NaN", "not a finite number"),
        ("number", float("-inf"), "not a finite number"),
        ("number", 10**400, "too large"),
        ("boolean", "perhaps", "not true or false"),
        ("boolean", 2, "not true or false"),
        ("boolean", 1.0, "not true or false"),
    ],
)
def test_a_value_that_means_none_is_refused_with_the_reason(
    type_: ColumnType, value: object, reason: str
) -> None:
    with pytest.raises(Unfit, match=reason):
        CONVERTERS[type_](value)
