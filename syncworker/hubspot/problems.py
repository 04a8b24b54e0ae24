"""What HubSpot says is wrong with a record, in words for the person who can mend it.

HubSpot tells in two shapes, sometimes both: a JSON list inside the message ("Property values were
not valid: [{...}]") and a list `errors` with a code and a context. Any field may be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncworker.masking import mask

CONFLICT = "CONFLICT"
GONE = "OBJECT_NOT_FOUND"
NAMELESS = "NO_MATCH_VALUE"
VANISHED = "VANISHED"

_WRONG_TYPE = (
    "see whether {property} has the type in HubSpot that the mapping sends, then "
    "`syncworker sync {portal}`"
)
HELP: dict[str, str] = {
    "INVALID_OPTION": "add the option {value} to {property} in HubSpot, then "
    "`syncworker sync {portal}`",
    "PROPERTY_DOESNT_EXIST": "create it with `syncworker properties create {portal}`, "
    "or take {property} out of the mapping",
    "READ_ONLY_VALUE": "HubSpot computes {property} itself: map another property",
    "INVALID_EMAIL": "correct the e-mail address in the source, or in HubSpot",
    "INVALID_LONG": _WRONG_TYPE,
    "INVALID_INTEGER": _WRONG_TYPE,
    "INVALID_FLOAT": _WRONG_TYPE,
    "INVALID_NUMBER": _WRONG_TYPE,
    "INVALID_DATE": _WRONG_TYPE,
    CONFLICT: "{holder} already has this value of {property}: correct it in the source, "
    "or merge the two in HubSpot",
    "TOO_LARGE": "HubSpot takes no record this large: map fewer or shorter properties",
    GONE: "the record was deleted or merged in HubSpot: the next sync looks it up again",
    NAMELESS: "give the record a value of {property} in the source",
    VANISHED: "the next sync looks it up again",
}
# By a value's own code in HubSpot, the one word for it here.
_SAME = {"CONFLICTING_UNIQUE_VALUE": CONFLICT}
_HOLDER = re.compile(r"Existing ID:\s*(\d+)|\b(\d+) already has that value")
_LONGEST = 300
_BROKEN_ADDRESS = re.compile(r"([^\s\"'<>(),;:@])[^\s\"'<>(),;:@]{0,63}@")
OTHER = "HubSpot's own rules refuse the value: correct it in the source, or the rule in HubSpot"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why HubSpot refused a record.

    Attributes:
        code: HubSpot's error code, else its category.
        property: The property named, or "".
        message: HubSpot's words, masked.
        holder: Of a conflict: the id of the record that has the value already, or "".
    """

    code: str
    property: str
    message: str
    holder: str = ""

    def help(self, values: Mapping[str, str], portal: str) -> str:
        """What to do about it, given the values that were sent and the portal's name."""
        value = values.get(self.property)
        return HELP.get(self.code, OTHER).format(
            property=self.property or "the property",
            value="that is missing" if value is None else f'"{quoted(value)}"',
            portal=portal,
            holder=f"HubSpot record {self.holder}" if self.holder else "another HubSpot record",
        )


def problem(error: Mapping[str, Any], unnamed: str = "UNKNOWN") -> Problem:
    """The first problem that an error (a whole answer, or one entry of `errors`) tells of.

    HubSpot refuses a record as a whole, so mending the first problem shows the next.

    Args:
        error: What HubSpot answered.
        unnamed: The code where HubSpot gives neither a code nor a category.
    """
    message = text(error.get("message"))
    told = [*_embedded(message), *_listed(error)]
    first = told[0] if told else Problem("", "", "")
    code = first.code or text(error.get("category")) or unnamed
    words = first.message or message
    held = _HOLDER.search(words)
    return Problem(
        _SAME.get(code, code),
        first.property,
        quoted(words or "HubSpot gave no reason"),
        (held[1] or held[2]) if held else "",
    )


def context(error: Mapping[str, Any], key: str) -> list[str]:
    """The values that an error's context lists under a key, as strings."""
    found = error.get("context")
    values = found.get(key) if isinstance(found, dict) else None
    return [str(value) for value in values] if isinstance(values, list) else []


def entries(error: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects in a list of an answer; what is no object is passed over."""
    values = error.get(key)
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def quoted(words: str) -> str:
    """Foreign words, fit to be shown: masked and not too long.

    HubSpot quotes what it refuses, so addresses that are broken are masked as well.
    """
    # Cut before it is searched: HubSpot may quote a text of 65,536 characters.
    masked = _BROKEN_ADDRESS.sub(r"\1…@", mask(words[: 4 * _LONGEST]))
    return masked if len(masked) <= _LONGEST else masked[: _LONGEST - 1] + "…"


def text(value: object) -> str:
    """The value if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def _embedded(message: str) -> list[Problem]:
    start = message.find("[{")
    if start < 0:
        return []
    try:
        told, _ = json.JSONDecoder().raw_decode(message, start)
    except ValueError:
        return []
    return [
        Problem(text(one.get("error")), text(one.get("name")), text(one.get("message")))
        for one in told
        if isinstance(one, dict) and one.get("isValid") is not True
    ]


def _listed(error: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(
            text(one.get("code")),
            next(iter(context(one, "propertyName")), text(one.get("in"))),
            text(one.get("message")),
        )
        for one in entries(error, "errors")
    ]
