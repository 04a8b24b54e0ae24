"""When two values of a HubSpot property mean the same.

HubSpot returns what it was sent in its own spelling: a number loses its zeros, a date comes back
as milliseconds, the options of a multi-select change places. A difference in spelling is no change.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from syncworker.mapping.desired import PropertyType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"-?[0-9]{1,18}")


def same(type: PropertyType, a: str, b: str) -> bool:
    """Whether two values of a property of that type mean the same.

    Numbers are compared by value, dates and datetimes by the instant in milliseconds (a date is its
    midnight UTC; a time without a zone is UTC), bools without regard to case, enumerations as sets
    of options, strings exactly. "" is the same as "" only. A value that does not fit its type is
    compared as text.
    """
    return a == b or (a != "" and b != "" and _meaning(type, a) == _meaning(type, b))


def options(value: str) -> tuple[str, ...]:
    """The options of an enumeration value, in the order they stand, without empty ones."""
    return tuple(option for option in value.split(";") if option)


def _meaning(type: PropertyType, value: str) -> object:
    match type:
        case "number":
            return _number(value)
        case "date" | "datetime":
            return _instant(value)
        case "bool":
            return value.lower()
        case "enumeration":
            return frozenset(options(value))
    return value


def _number(value: str) -> Decimal | str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else value


def _instant(value: str) -> int | str:
    if _MILLISECONDS.fullmatch(value):
        return int(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)
