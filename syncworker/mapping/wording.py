"""What the models refuse, as findings in our own words.

The models say what is wrong by a type and a path; nothing of the library's own text is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from syncworker.mapping import portal
from syncworker.mapping.alerts import ADDRESS, CHANNEL_KINDS, MAILBOX, AlertRule, Alerts
from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.model_walk import model_at
from syncworker.mapping.part import BASE_URL, DURATION, REFERENCE
from syncworker.mapping.rules_lifecycle import WITH_STAGES
from syncworker.mapping.schedule import INTERVAL, TIME_OF_DAY, FastLane, Schedule
from syncworker.mapping.settings_walk import section_at
from syncworker.mapping.sources import KINDS
from syncworker.mapping.suggest import closest, did_you_mean, listed
from syncworker.mapping.wording_values import meant
from syncworker.mapping.yaml_slips import missing_space
from syncworker.metrics.settings import MetricSettings

_SECTIONS: tuple[tuple[Path, type], ...] = (
    ((), portal.PortalMapping),
    (("hubspot",), portal.HubSpot),
    (("reporting",), portal.Reporting),
    (("metrics",), MetricSettings),
    (("objects", "*"), portal.Object),
    (("objects", "*", "match"), portal.Match),
    (("objects", "*", "match", "*"), portal.Match),
    (("objects", "*", "pipeline"), portal.DealPipeline),
    (("objects", "*", "properties", "*"), portal.PropertyMapping),
    (("hubspot", "credentials"), portal.OAuth),
    (("lifecycle", "*"), portal.Lifecycle),
    (("lifecycle", "*", "*"), portal.StageRule),
    (("lifecycle", "*", "*", "when", "*"), portal.Condition),
    (("lifecycle", "*", "rules", "*"), portal.StageRule),
    (("lifecycle", "*", "rules", "*", "when", "*"), portal.Condition),
    (("guard",), portal.Guard),
    (("schedule",), Schedule),
    (("schedule", "fast"), FastLane),
    (("staging",), portal.StagingRules),
    (("alerts",), Alerts),
    (("alerts", "rules", "*"), AlertRule),
)
_CHANNELS: Path = ("alerts", "channels")
_CREDENTIALS: Path = ("hubspot", "credentials")
_OBJECTS = f"allowed: {listed(portal.ROWS_OF)}, or a custom object's id: `2-123`"
_PATTERNS = {
    REFERENCE: (
        "SW113",
        "is not a reference",
        "write `env:` and a variable's name, or `file:` and a path",
    ),
    portal.OBJECT_NAME: ("SW124", "names an object that is not known", _OBJECTS),
    DURATION: ("SW115", "is not a duration", "write a number and s, m, h or d: `15m`"),
    INTERVAL: ("SW115", "is not an interval", "write a number and m, h or d: `6h`"),
    TIME_OF_DAY: ("SW199", "is not a time of day", 'write hours and minutes: `"06:30"`'),
    portal.CURRENCY: ("SW111", "is not a currency", "write its ISO 4217 code: `EUR`"),
    BASE_URL: ("SW111", "is not a URL", "write `https://…` without user and password"),
    ADDRESS: ("SW111", "is not an address", "write `env:NAME`, `file:PATH` or `https://…`"),
    MAILBOX: ("SW207", "is not an address", "write it as `alerts@acme.example`"),
}
_KIND_OF = {
    **dict.fromkeys(("postgres", "postgresql", "mysql", "mariadb", "sqlite", "database"), "sql"),
    **dict.fromkeys(("csv", "parquet", "jsonl", "s3", "file"), "files"),
    **dict.fromkeys(("rest", "api", "json"), "http"),
}
"""What people call a source whose kind has another name."""
_EXPECTED_AT: Mapping[str | int, str] = {
    "allow_back": "the reason, as text",
    "credentials": "`env:NAME`, `file:PATH`, or a section of client_id, client_secret and "
    "refresh_token",
    "match": "`{property: …, column: …}`, or a list of such ways",
    "when": "a list of conditions: `- {metric: health_score, gte: 80}`",
}
_VARIABLE = re.compile(
    r"\$\{([A-Z_][A-Z0-9_]*)\}|\$([A-Z_][A-Z0-9_]*)|(?:ENV|Env|file:env|env:env):([A-Z_][A-Z0-9_]*)"
)
_SIGNS = {"=": "eq", "==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_SIGNS |= {"in": "any_of"}
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")
_MISSING_SPACE = "missing space after colon"
_SECTION_EXPECTED = ("model_type", "dict_type", "dataclass_type")
_EXPECTED = {
    "string": "text; put it in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "model": "a section of `name: value`",
    "dict": "a section of `name: value`",
    "dataclass": "a section of `name: value`",
    "list": "a list: `[one, two]`",
    "date": "a date: `2026-11-21`",
    "tuple": "a list: `[one, two]`",
}


def explained(document: Document, errors: list[Any]) -> Iterator[Finding]:
    """Findings for what the models refused, one for each place.

    Args:
        document: What was refused.
        errors: `ValidationError.errors()` of `PortalMapping`.
    """
    slips = set(_slips(document, errors))
    seen: set[Path] = set()
    for error in errors:
        path = _path(document, error)
        if path in seen or (error["type"] == "missing" and path in slips):
            continue
        if path[-1:] and path[-1] in portal.COMPARISONS and error["type"] == "float_type":
            continue  # SW108 says it better
        if path == _CREDENTIALS and error["type"] in _of_the_other_kind(document.at(*path)):
            continue
        seen.add(path)
        yield _finding(document, path, error)


def keys_at(document: Document, section: Path) -> tuple[str, ...]:
    """The keys a section may have, or nothing where they are free to choose."""
    if section == ("objects",):
        return tuple(portal.ROWS_OF)
    if section == ("lifecycle",):
        return WITH_STAGES
    if section[2:] == ("pipeline", "stages"):
        return get_args(portal.SubscriptionState)
    model = _model(document, section)
    if model is None:
        return ()
    if issubclass(model, BaseModel):
        return tuple(field.alias or name for name, field in model.model_fields.items())
    return tuple(get_type_hints(model))


def _model(document: Document, section: Path) -> type | None:
    if section[:2] == _CHANNELS and len(section) == len(_CHANNELS) + 1:
        return CHANNEL_KINDS.get(str(document.at(*section, "kind")))
    if section[:1] == ("sources",):
        source = KINDS.get(str(document.at(*section[:2], "kind")))
        if source is None or len(section) == 1:
            return None
        return model_at(source, section[2:], document.at(*section[:2]))
    if section[:1] == ("metrics",) and len(section) > 1:
        return section_at(MetricSettings, section[1:])
    return next((model for pattern, model in _SECTIONS if _fits(pattern, section)), None)


def _fits(pattern: Path, section: Path) -> bool:
    return len(pattern) == len(section) and all(
        wanted in ("*", part) for wanted, part in zip(pattern, section, strict=True)
    )


def _path(document: Document, error: ErrorDetails) -> Path:
    # A model's path also names the branches of a union it tried, which no file has.
    path: Path = ()
    for part in error["loc"]:
        if (*path, part) in document.places:
            path = (*path, part)
    return (*path, error["loc"][-1]) if _key_missing(error) else path


def _key_missing(error: ErrorDetails) -> bool:
    return error["type"] == "missing" and isinstance(error["loc"][-1], str)


def _slips(document: Document, errors: list[Any]) -> Iterator[Path]:
    for error in errors:
        if error["type"] in _UNKNOWN_KEY:
            path = _path(document, error)
            meant = closest(str(path[-1]), keys_at(document, path[:-1]))
            if meant:
                yield (*path[:-1], meant)


def _finding(document: Document, path: Path, error: ErrorDetails) -> Finding:
    kind, context = error["type"], error.get("ctx", {})
    if _key_missing(error):
        return _missing(document, path[:-1], str(path[-1]))
    if kind == "union_tag_not_found":
        return _missing(document, path, _tag(context))
    if kind == "union_tag_invalid" and _tag(context) == "kind":
        return _unknown_kind(document, (*path, "kind"), str(context["tag"]))
    if kind == "union_tag_invalid":
        path, kind = (*path, _tag(context)), "literal_error"
        context = {"expected": context["expected_tags"]}
    if kind in _UNKNOWN_KEY or error["loc"][-1] == "[key]":
        return _unknown_key(document, path)
    return _unfit(document, path, kind, context)


def _tag(context: dict[str, Any]) -> str:
    """The key that tells which of several sections is meant: `kind` of a source, `by` of others."""
    return str(context["discriminator"]).strip("'")


def _of_the_other_kind(value: object) -> tuple[str, ...]:
    # Credentials are one text or one section; what was tried of the other kind says nothing.
    return ("string_type",) if isinstance(value, dict) else ("model_type",)


def _unfit(document: Document, path: Path, kind: str, context: dict[str, Any]) -> Finding:
    if path == ("version",):
        if document.at(*path) is None:
            return Finding("SW111", document.value(path), "`version` is empty", "write 1")
        span = document.value(path)
        return Finding("SW120", span, "this version of the format is not known", "write 1")
    if kind == "string_pattern_mismatch":
        code, what, help_ = _PATTERNS[context["pattern"]]
        if context["pattern"] == REFERENCE:
            help_ = _reference_help(document.at(*path)) or help_
        return Finding(code, document.value(path), f"{_named(path)} {what}", help_)
    message, help_ = _bad_value(document, path, kind, context)
    code = "SW003" if message == _MISSING_SPACE else "SW111"
    return Finding(code, document.value(path), message, help_)


def _missing(document: Document, section: Path, key: str) -> Finding:
    model = _model(document, section)
    meaning = ""
    if model is not None and issubclass(model, BaseModel) and key in model.model_fields:
        meaning = model.model_fields[key].description or ""
    if key == "by":
        meaning = "it says of which kind the section is"
    if key == "kind":
        meaning = f"write one of {listed(_kinds(section))}"
    return Finding("SW112", document.key(section), f"the key `{key}` is missing here", meaning)


def _reference_help(value: object) -> str:
    # Only what is surely a variable's name is repeated: anything else may be a secret.
    match = _VARIABLE.fullmatch(str(value))
    return f"write `env:{match[1] or match[2] or match[3]}`" if match else ""


def _unknown_key(document: Document, path: Path) -> Finding:
    known, name = keys_at(document, path[:-1]), str(path[-1])
    if name in _SIGNS and _SIGNS[name] in known:
        help_ = f"write `{_SIGNS[name]}`"
        return Finding("SW102", document.key(path), f"unknown key `{name}`", help_)
    if path[:-1] == ("objects",):
        help_ = did_you_mean(name, known, _OBJECTS)
        return Finding("SW124", document.key(path), f"no object is called `{name}`", help_)
    help_ = did_you_mean(name, known, f"allowed: {listed(known)}")
    return Finding("SW102", document.key(path), f"unknown key `{name}`", help_)


def _unknown_kind(document: Document, path: Path, tag: str) -> Finding:
    known = _kinds(path)
    what = "channel" if path[:2] == _CHANNELS else "source"
    value = document.at(*path)
    if not isinstance(value, str) or not value:
        message = "`kind` is empty" if value in (None, "") else "`kind` must be one word"
        return Finding("SW119", document.value(path), message, f"allowed: {listed(known)}")
    meant = tag if what == "channel" else _KIND_OF.get(tag.lower(), tag)
    help_ = did_you_mean(meant, known, f"allowed: {listed(known)}")
    return Finding("SW119", document.value(path), f"no kind of {what} is called `{tag}`", help_)


def _kinds(path: Path) -> tuple[str, ...]:
    """What `kind` of the section may be: of a channel of alerts, or of a source."""
    return tuple(CHANNEL_KINDS if path[:2] == _CHANNELS else map(str, KINDS))


def _bad_value(
    document: Document, path: Path, kind: str, context: dict[str, Any]
) -> tuple[str, str]:
    value, name = document.at(*path), _named(path)
    if kind == "literal_error" and value is not None:
        return _not_among(name, value, context["expected"])
    if kind in {"too_short", "string_too_short"} or value is None:
        return f"{name} is empty", "write a value, or remove the key"
    limit = {
        "missing": "has too few entries",
        "too_long": "has too many entries",
        "greater_than_equal": f"must be at least {context.get('ge')}",
        "less_than_equal": f"must be at most {context.get('le')}",
    }.get(kind)
    if limit:
        return f"{name} {limit}", ""
    slip = missing_space(value) if kind in _SECTION_EXPECTED and isinstance(value, str) else None
    if slip:
        return _MISSING_SPACE, f"write `{slip[1]}`"
    if path[-1] in _EXPECTED_AT:
        return f"{name} must be {_EXPECTED_AT[path[-1]]}", ""
    return f"{name} must be {_expected(path, kind, value)}", meant(value, kind.split("_", 1)[0])


def _not_among(name: str, value: object, expected: str) -> tuple[str, str]:
    words = [word.strip("' ") for word in re.split(", | or ", expected)]
    shown = str(value).lower() if isinstance(value, bool) else value
    help_ = did_you_mean(str(value), words, f"allowed: {listed(words)}")
    return f"{name} cannot be `{shown}`", help_


def _expected(path: Path, kind: str, value: object) -> str:
    """What would fit, in words."""
    if path[-2:-1] == ("properties",):
        return "a metric's name, or `{metric: name, …}`"
    if path[-2:-1] == ("fields",) and "streams" in path:  # of an HTTP source
        return "a path in the record, or a section: `{path: …, values: …}`"
    if kind != "list_type" and (path[-1] in portal.COMPARISONS or path[-2:-1] == ("any_of",)):
        return "text, a number, true or false"
    if kind == "string_type" and isinstance(value, (list, dict)):
        return "text"
    return _EXPECTED.get(kind.split("_", 1)[0], "something else")


def _named(path: Path) -> str:
    names = [part for part in path if isinstance(part, str)]
    return f"`{names[-1]}`"
