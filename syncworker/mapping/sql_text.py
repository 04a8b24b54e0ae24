"""What can be told of a query without a database. Where it is not plain, nothing is told."""

from __future__ import annotations

import re

_UNSURE = re.compile(
    r"--|/\*|#|\b(?:union|intersect|except|with|top)\b|\$\$|\{\{|\{%", re.IGNORECASE
)
_SELECT = re.compile(r"\s*select\s+(?:distinct\s+|all\s+)?(.*)$", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(r"(?:^|.*[\s)])as\s+[\"`\[]?(\w+)[\"`\]]?$", re.IGNORECASE | re.DOTALL)
_COLUMN = re.compile(r"(?:[\"`\[]?\w+[\"`\]]?\.)*[\"`\[]?(\w+)[\"`\]]?$")
_WRITES = re.compile(
    r"\s*(insert|update|delete|drop|alter|create|truncate|merge|replace|grant|revoke|call|exec|"
    r"execute|set|use|begin|commit|copy)\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"from\b", re.IGNORECASE)
_FILE = re.compile(r"\S+\.sql")


def writes(query: str) -> str:
    """The word by which a query is none that reads, in upper case; "" where it may be one."""
    match = _WRITES.match(query)
    return match[1].upper() if match else ""


def is_file(query: str) -> bool:
    """Whether it is the name of a file."""
    return _FILE.fullmatch(query.strip()) is not None


def several(query: str) -> bool:
    """Whether a second statement follows a semicolon."""
    plain = re.sub(r"'[^']*'|\"[^\"]*\"", "", query)
    return not _UNSURE.search(plain) and bool(plain.rstrip().rstrip(";").count(";"))


def selected(query: str) -> frozenset[str] | None:
    """The names of the columns it gives, in lower case; None where that cannot be told for sure."""
    found = _SELECT.match(query)
    if found is None or _UNSURE.search(query):
        return None
    names = set()
    for part in _parts(found[1]):
        match = _NAMED.match(part) or _COLUMN.fullmatch(part)
        if match is None:
            return None
        names.add(match[1].lower())
    return frozenset(names)


def _parts(text: str) -> list[str]:
    """What stands between the commas, up to FROM, outside of brackets and quotes."""
    parts, depth, start, i = [], 0, 0, 0
    while i < len(text):
        letter = text[i]
        if letter == "'":
            i = text.find(letter, i + 1)
            if i < 0:
                return [""]
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and letter == ",":
            parts.append(text[start:i].strip())
            start = i + 1
        if depth == 0 and text[i - 1 : i].isspace() and _FROM.match(text, i):
            return [*parts, text[start:i].strip()]
        i += 1
    return [""]  # without FROM it is no reading of rows
