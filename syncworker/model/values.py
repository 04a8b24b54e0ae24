"""One value of any origin, brought to the type of its column.

A function returns the value, or None for an empty one, and raises Unfit with the reason where the
value does not fit. A reason never repeats text: it may be personal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from uuid import UUID

from syncworker.model.stream import ColumnType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 10^11 seconds after 1970 is the year 5138, 10^11 milliseconds is March 1973: from here on an
# integer can only have meant milliseconds.
_MILLISECONDS_FROM = 10**11
_EPOCH_DIGITS = (10, 13)
_TOO_LARGE = 2**63  # for 64 bits
_DECIMAL_STEP = Decimal(1).scaleb(-12)
_DECIMAL_LIMIT = Decimal(10) ** 26
_BOOLEANS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}


class Unfit(Exception):
    """The value does not fit; the message goes on where the column's name stops: "is missing"."""


def to_string(value: object) -> str | None:
    """Text without white space at its ends; empty text is None.

    Whole numbers are written without a decimal point (an id of 42.0 is "42"); booleans are
    "true" and "false"; dates are ISO 8601.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        number = _finite(value)
        whole = -_TOO_LARGE < number < _TOO_LARGE and number == int(number)
        return str(int(number)) if whole else str(number)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if not isinstance(value, str | int | UUID):
        raise Unfit(f"is a {type(value).__name__}, not text")
    text = str(value).strip()
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unfit("holds bytes that are not valid UTF-8 text") from None
    return text or None


def to_datetime(value: object) -> datetime | None:
    """An aware UTC time.

    Taken are datetimes, dates (their midnight), ISO 8601 text, and numbers as seconds since 1970,
    or milliseconds where seconds would lie after the year 5000. What has no offset is in UTC.
    """
    if isinstance(value, str):
        return _datetime_from_text(value)
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _datetime_from_number(_finite(value))
    else:
        raise Unfit(f"is a {type(value).__name__}, not a date and time")
    return _utc(moment)


def to_date(value: object) -> date | None:
    """A calendar day. A time of day other than midnight is refused: whose day would it be?"""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise Unfit("is not a date (ISO 8601, such as 2026-11-21)") from None
    if isinstance(value, datetime):
        if value.time() != time():
            raise Unfit("has a time of day: it must be a date, such as 2026-11-21")
        return value.date()
    if isinstance(value, date):
        return value
    raise Unfit(f"is a {type(value).__name__}, not a date")


def to_integer(value: object) -> int | None:
    """A whole number of 64 bits; nothing is cut off."""
    number = _number(value)
    if number is None:
        return None
    if not -_TOO_LARGE < number < _TOO_LARGE:
        raise Unfit("is too large a number")
    if number != int(number):
        raise Unfit("is not a whole number")
    return int(number)


def to_decimal(value: object) -> Decimal | None:
    """A decimal, rounded half to even to 12 places."""
    number = _number(value)
    if number is None:
        return None
    # A float's shortest text is the number that was meant: 0.1, not 0.1000000000000000055.
    exact = Decimal(str(number))
    if abs(exact) >= _DECIMAL_LIMIT:
        raise Unfit("is too large a number")
    with localcontext() as context:
        context.prec = 40
        return exact.quantize(_DECIMAL_STEP, rounding=ROUND_HALF_EVEN)


def to_number(value: object) -> float | None:
    """A finite float."""
    number = _number(value)
    if number is None:
        return None
    try:
        return float(number)
    except OverflowError:
        raise Unfit("is too large a number") from None


def to_boolean(value: object) -> bool | None:
    """True or False, from booleans, 1 and 0, or the words true, false, yes and no."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and not value.strip():
        return None
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word not in _BOOLEANS:
        raise Unfit("is not true or false")
    return _BOOLEANS[word]


CONVERTERS: dict[ColumnType, Callable[[object], object]] = {
    "string": to_string,
    "datetime": to_datetime,
    "date": to_date,
    "integer": to_integer,
    "decimal": to_decimal,
    "number": to_number,
    "boolean": to_boolean,
}


def _number(value: object) -> int | float | Decimal | None:
    if isinstance(value, bool):
        raise Unfit("is true or false, not a number")
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise Unfit("is text that is not a number") from None
    if not isinstance(value, int | float | Decimal):
        raise Unfit(f"is a {type(value).__name__}, not a number")
    return value if isinstance(value, int) else _finite(value)


def _finite(value: float | Decimal) -> float | Decimal:
    finite = value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
    if not finite:
        raise Unfit("is not a finite number")
    return value


def _datetime_from_text(value: str) -> datetime | None:
    text = value.strip()
    if not text:
        return None
    if text.isdecimal() and len(text) in _EPOCH_DIGITS:
        return _datetime_from_number(int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unfit("is not a date and time (ISO 8601, such as 2026-11-21T06:00:00Z)") from None
    return _utc(moment)


def _datetime_from_number(value: float | Decimal) -> datetime:
    try:
        if not -_MILLISECONDS_FROM < value < _MILLISECONDS_FROM:
            return _EPOCH + timedelta(milliseconds=float(value))
        return _EPOCH + timedelta(seconds=float(value))
    except OverflowError:
        raise Unfit("is a number that is no time since 1970") from None


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Unfit("is a time that cannot be told in UTC") from None
