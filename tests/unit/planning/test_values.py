import pytest

from syncworker.mapping.desired import PropertyType
from syncworker.planning.values import options, same


@pytest.mark.parametrize(
    ("kind", "a", "b"),
    [
        ("number", "64", "64.0"),
        ("number", "1200.50", "1200.5"),
        ("number", "1E+3", "1000"),
        ("number", "0", "-0"),
        ("datetime", "2026-11-21T06:00:00Z", "2026-11-21T06:00:00.000Z"),
        ("datetime", "2026-11-21T06:00:00Z", "2026-11-21T07:00:00+01:00"),
        ("datetime", "2026-11-21T06:00:00.123Z", "2026-11-21T06:00:00.123456Z"),
        ("datetime", "2026-11-21T06:00:00Z", "1795240800000"),
        ("datetime", "2026-11-21T06:00:00", "2026-11-21T06:00:00Z"),
        ("datetime", "1969-12-31T23:59:59Z", "-1000"),
        ("date", "2019-10-31", "1572480000000"),
        ("date", "2019-10-31", "2019-10-31T00:00:00Z"),
        ("bool", "true", "True"),
        ("enumeration", "a;b", "b;a"),
        ("enumeration", "a;b", ";a;b;a"),
        ("string", "", ""),
        ("number", "no number", "no number"),
    ],
)
def test_two_spellings_of_one_value_are_the_same(kind: PropertyType, a: str, b: str) -> None:
    assert same(kind, a, b)
    assert same(kind, b, a)


@pytest.mark.parametrize(
    ("kind", "a", "b"),
    [
        ("number", "64", "65"),
        ("number", "0", ""),
        ("number", "NaN", "nan"),
        ("number", "no number", "64"),
        ("datetime", "2026-11-21T06:00:00Z", "2026-11-21T06:00:00.001Z"),
        ("datetime", "yesterday", "2026-11-21T06:00:00Z"),
        ("date", "2019-10-31", "2019-11-01"),
        ("date", "2019-10-31", "1572480000001"),
        ("bool", "true", "false"),
        ("bool", "false", ""),
        ("enumeration", "a;b", "a"),
        ("enumeration", "A", "a"),
        ("enumeration", "", ";"),
        ("string", "64", "64.0"),
        ("string", "Customer", "customer"),
        ("string", " ", ""),
    ],
)
def test_two_values_are_not_the_same(kind: PropertyType, a: str, b: str) -> None:
    assert not same(kind, a, b)
    assert not same(kind, b, a)


def test_options_stand_in_their_order_without_empty_ones() -> None:
    assert options(";b;a;") == ("b", "a")
    assert options("") == ()
