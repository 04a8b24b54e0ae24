"""What a value of the wrong type was probably meant to be, as a line of help."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"-?[0-9]+")
_GROUPED = re.compile(r"-?[0-9]{1,3}([., '_][0-9]{3})+")
_PERCENT = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ?%")
_COMMA = re.compile(r"(-?[0-9]+),([0-9]+)")
_WORD = re.compile(r"\w[\w.-]{0,60}")
_TRUE = ("yes", "y", "on", "true", "1")
_FALSE = ("no", "n", "off", "false", "0")


def meant(value: object, expected: str) -> str:
    """Help for a value that does not fit, or "".

    Args:
        value: What is written.
        expected: What would fit: bool, int, float, list, tuple, model, dict or dataclass.
    """
    match expected:
        case "bool":
            return _bool(str(value).strip().lower())
        case "int" | "float":
            return _number(value, expected)
        case "list" | "tuple" if isinstance(value, dict):
            return "begin each entry with `- `"
        case "list" | "tuple" if isinstance(value, str) and _WORD.fullmatch(value):
            return f"write `[{value}]`"
        case "model" | "dict" | "dataclass" if isinstance(value, list):
            return "write the names without `- ` before them"
    return ""


def _bool(word: str) -> str:
    if word in _TRUE:
        return "write `true`, without quotes"
    return "write `false`, without quotes" if word in _FALSE else ""


def _number(value: object, expected: str) -> str:
    if isinstance(value, float) and 0 < value < 1:
        return f"{value:g} of all is written as {value * 100:g}"
    text = value.strip() if isinstance(value, str) else ""
    if _WHOLE.fullmatch(text):
        return "drop the quotes"
    if _GROUPED.fullmatch(text):
        return f"write `{re.sub('[^0-9-]', '', text)}`"
    if match := _PERCENT.fullmatch(text):
        return f"write `{match[1]}`, without `%`"
    comma = _COMMA.fullmatch(text) if expected == "float" else None
    return f"write `{comma[1]}.{comma[2]}`" if comma else ""
