"""Property values: all of them strings, checked and put into HubSpot's form by type.

Sources: HubSpot's properties guide (types and formats); the codes are those seen in published
answers, except INVALID_INTEGER, INVALID_DATE and VALUE_TOO_LONG, which are likely names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from syncworker.sandbox.answers import Json

MAX_TEXT = 65_536
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")
_EPOCH = re.compile(r"-?\d{1,15}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# HubSpot refuses microseconds: "2019-05-13T12:05:53.602759Z was not a valid long."
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)")
_EMAIL = re.compile(r"[^@\s,;]+@[a-z0-9](?:[a-z0-9-]*\.)+[a-z]{2,}")


class InvalidValue(Exception):
    """A value does not fit its property: HubSpot's code and words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Property:
    """A property's definition, with what checking a value needs at hand.

    Attributes:
        name: Internal name.
        definition: The definition as the properties API shows it.
        type: HubSpot's type.
        read_only: Only HubSpot writes it.
        unique: No two records share a value.
        multiple: Holds several options, separated by semicolons.
        options: The option values it allows; None where any value is fine.
    """

    name: str
    definition: Json
    type: str
    read_only: bool
    unique: bool
    multiple: bool
    options: frozenset[str] | None

    @classmethod
    def of(cls, definition: Json) -> Property:
        """From the definition as the properties API shows it."""
        closed = definition["type"] in {"enumeration", "bool"} and not definition["externalOptions"]
        return cls(
            name=definition["name"],
            definition=definition,
            type=definition["type"],
            read_only=definition["modificationMetadata"]["readOnlyValue"],
            unique=definition["hasUniqueValue"],
            multiple=definition["type"] == "enumeration" and definition["fieldType"] == "checkbox",
            options=frozenset(o["value"] for o in definition["options"]) if closed else None,
        )


def normalise(prop: Property, value: str, old: str) -> str:
    """The value as HubSpot stores it; "" empties the property.

    Args:
        prop: The property.
        value: What was sent.
        old: What it holds now; a multi-select value starting with `;` adds to it.

    Raises:
        InvalidValue: It does not fit.
    """
    if value == "":
        return ""
    return _BY_TYPE[prop.type](prop, value, old)


def to_moment(text: str) -> datetime | None:
    """A date, a moment or milliseconds since 1970 as an aware UTC time, or None if it is none."""
    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def stamp(moment: datetime) -> str:
    """A moment as HubSpot writes it: ISO 8601, UTC, milliseconds."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _string(prop: Property, value: str, _old: str) -> str:
    if len(value) > MAX_TEXT:
        raise InvalidValue("VALUE_TOO_LONG", f"{prop.name} has more than {MAX_TEXT} characters.")
    if prop.name == "email":
        value = value.strip().lower()
        if not _EMAIL.fullmatch(value):
            raise InvalidValue("INVALID_EMAIL", f"Email address {value} is invalid")
    elif prop.name == "domain":
        value = value.strip().lower()
    return value


def _number(_prop: Property, value: str, _old: str) -> str:
    if not _NUMBER.fullmatch(value):
        raise InvalidValue("INVALID_INTEGER", f"{value} was not a valid number.")
    return value


def _date(_prop: Property, value: str, _old: str) -> str:
    if not (_EPOCH.fullmatch(value) or _DAY.fullmatch(value) or _MOMENT.fullmatch(value)):
        raise InvalidValue("INVALID_LONG", f"{value} was not a valid long.")
    moment = to_moment(value)
    if moment is None:
        raise InvalidValue("INVALID_LONG", f"{value} was not a valid long.")
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise InvalidValue("INVALID_DATE", f"{value} is at {moment:%H:%M:%S} UTC, not midnight!")
    return moment.date().isoformat()


def _datetime(_prop: Property, value: str, _old: str) -> str:
    moment = None
    if _EPOCH.fullmatch(value) or _MOMENT.fullmatch(value):
        moment = to_moment(value)
    if moment is None:
        raise InvalidValue("INVALID_LONG", f"{value} was not a valid long.")
    return stamp(moment)


def _option(prop: Property, value: str, old: str) -> str:
    if prop.options is None:
        return value
    if not prop.multiple:
        _check_option(prop, value)
        return value
    chosen = [part for part in value.split(";") if part]
    for part in chosen:
        _check_option(prop, part)
    kept = [part for part in old.split(";") if part] if value.startswith(";") else []
    return ";".join(dict.fromkeys(kept + chosen))


def _check_option(prop: Property, value: str) -> None:
    if value not in (prop.options or ()):
        allowed = ", ".join(o["value"] for o in prop.definition["options"])
        message = f"{value} was not one of the allowed options: [{allowed}]"
        raise InvalidValue("INVALID_OPTION", message)


_BY_TYPE: dict[str, Callable[[Property, str, str], str]] = {
    "string": _string,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _option,
    "bool": _option,
}
