"""What makes a rule of product qualification wrong: its milestones and what it asks of them."""

from __future__ import annotations

from collections.abc import Iterator

from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.suggest import did_you_mean, listed

_PQL: Path = ("metrics", "pql")
_KEYS = {
    "action": ("times", "window_days"),
    "frequency": ("days", "window_days"),
    "volume": ("measure", "amount", "quota_percent", "quotas", "quota", "window_days"),
}
_ALWAYS = ("type", "event", "label")
_HELP = {
    "action": "write `times: 1` or more",
    "frequency": "write `days: 2` or more, and `window_days` of at least as many",
    "volume": "write `amount`, or `quota_percent` with `quotas` or `quota`",
}


def check_pql(document: Document) -> Iterator[Finding]:
    """Names of milestones (SW184), what each asks for (SW185), what the rule asks for (SW186)."""
    milestones = document.entries(*_PQL, "milestones")
    for name in milestones:
        yield from _milestone(document, (*_PQL, "milestones", name))
    for path in _named(document):
        wanted = document.at(*path)
        if isinstance(wanted, str) and wanted and wanted not in milestones:
            help_ = did_you_mean(wanted, milestones, f"there are {listed(milestones) or 'none'}")
            message = f"no milestone is called `{wanted}`"
            yield Finding("SW184", document.value(path), message, help_)
    yield from _rule(document, list(milestones))


def _named(document: Document) -> Iterator[Path]:
    for keys in (("any_of",), ("all_of",), ("at_least", "of")):
        found = document.at(*_PQL, *keys)
        for number, _ in enumerate(found if isinstance(found, list) else ()):
            yield (*_PQL, *keys, number)
    if document.at(*_PQL, "override") is not None:
        yield (*_PQL, "override")


def _milestone(document: Document, path: Path) -> Iterator[Finding]:
    type_ = document.at(*path, "type")
    if not isinstance(type_, str) or type_ not in _KEYS:
        return
    own = document.entries(*path)
    for key in own:
        others = {each for keys in _KEYS.values() for each in keys}
        if key in others and key not in (*_KEYS[type_], *_ALWAYS):
            message = f"`{key}` does nothing for {_a(type_)}"
            help_ = f"it has {listed(_KEYS[type_])}"
            yield Finding("SW185", document.key((*path, key)), message, help_)
    if not _asks(type_, own):
        message = f"`{path[-1]}` does not say what is enough for {_a(type_)}"
        yield Finding("SW185", document.key(path), message, _HELP[type_])
    level = type_ == "volume" and own.get("measure", "level") == "level"
    if level and own.get("window_days"):
        message = "a level is the latest one and has no window"
        help_ = "remove `window_days`, or write `measure: sum`"
        yield Finding("SW185", document.key((*path, "window_days")), message, help_)


def _asks(type_: str, own: dict[str, object]) -> bool:
    """Whether it asks for something that can be reached; what is no number is not judged."""
    numbers = {key: value for key, value in own.items() if isinstance(value, (int, float))}
    if type_ == "action":
        return numbers.get("times", 1) >= 1
    if type_ == "frequency":
        window, days = numbers.get("window_days", 0), numbers.get("days", 2)
        return "days" in own and days > 1 and (window == 0 or days <= window)
    if numbers.get("amount", 0) > 0:
        return True
    quota = bool(own.get("quotas")) or numbers.get("quota", 0) > 0
    return numbers.get("quota_percent", 0) > 0 and quota


def _a(type_: str) -> str:
    return f"an {type_}" if type_ == "action" else f"a {type_}"


def _rule(document: Document, milestones: list[str]) -> Iterator[Finding]:
    at_least = document.entries(*_PQL, "at_least")
    count, of = at_least.get("count"), at_least.get("of")
    asked = [document.at(*_PQL, key) for key in ("any_of", "all_of", "override")]
    if milestones and not any(asked) and not count:
        message = "the milestones qualify nobody: no rule asks for them"
        help_ = "write `any_of`, `all_of`, `at_least` or `override`"
        span = document.key((*_PQL, "milestones"))
        yield Finding("SW186", span, message, help_, severity="warning")
    there = len(of) if isinstance(of, list) and of else len(milestones)
    if isinstance(count, int) and count > there:
        message = f"{count} of {there} milestones can never be reached"
        span = document.value((*_PQL, "at_least", "count"))
        yield Finding("SW186", span, message, f"write {there} or fewer")
