"""What makes a mapping wrong: rules about alerts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncworker.mapping.alerts import OPTIONAL, PARAMETER_OF, Parameter
from syncworker.mapping.diagnostics import Finding
from syncworker.mapping.document import Document, Path
from syncworker.mapping.suggest import did_you_mean, listed

_PARAMETERS: tuple[Parameter, ...] = ("above", "hours", "min_mrr")
_PLAIN = re.compile(r"http://(?!(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?(?:/|$))")
_LOCAL = ("localhost", "127.0.0.1", "::1")


def check_alerts(document: Document) -> Iterator[Finding]:
    """Channels (SW205, SW206, SW207), and rules: whom they tell (SW202, SW203), of what (SW204)."""
    channels = document.entries("alerts", "channels")
    for name in channels:
        yield from _channel(document, ("alerts", "channels", name))
    rules = document.at("alerts", "rules")
    for place in range(len(rules) if isinstance(rules, list) else 0):
        path = ("alerts", "rules", place)
        yield from _told(document, path, list(channels))
        yield from _number(document, path)


def _channel(document: Document, path: Path) -> Iterator[Finding]:
    url, kind = document.at(*path, "url"), document.at(*path, "kind")
    if isinstance(url, str) and url.startswith(("http://", "https://")):
        span = document.value((*path, "url"))
        if kind == "slack" or "?" in url:
            message = "the address is a secret: whoever has it can post there"
            help_ = "put it into a variable and write `env:NAME` here"
            yield Finding("SW205", span, message, help_)
        elif _PLAIN.match(url):
            message = "the address is not encrypted"
            yield Finding("SW206", span, message, "write `https://…`; http is for localhost only")
    if kind == "email":
        yield from _mail(document, path)


def _mail(document: Document, path: Path) -> Iterator[Finding]:
    named = [name for name in ("user", "password") if document.at(*path, name) is not None]
    if len(named) == 1:
        lacking = "password" if named == ["user"] else "user"
        message = f"`{named[0]}` without `{lacking}`"
        help_ = "write both, or neither where the server asks for no login"
        yield Finding("SW207", document.key((*path, named[0])), message, help_)
    local = document.at(*path, "server") in _LOCAL
    if named and document.at(*path, "security") == "none" and not local:
        message = "the password would be sent without encryption"
        span = document.value((*path, "security"))
        yield Finding("SW206", span, message, "use `starttls` (port 587) or `tls` (port 465)")


def _told(document: Document, rule: Path, channels: list[str]) -> Iterator[Finding]:
    names = document.at(*rule, "to")
    if names == []:
        message = "the rule tells nobody"
        help_ = f"write names of channels: {listed(channels) or '`to: [team]`'}"
        yield Finding("SW203", document.value((*rule, "to")), message, help_)
    for place, name in enumerate(names if isinstance(names, list) else []):
        if isinstance(name, str) and name not in channels:
            known = f"channels: {listed(channels)}" if channels else "add it under `channels`"
            help_ = did_you_mean(name, channels, known)
            span = document.value((*rule, "to", place))
            yield Finding("SW202", span, f"no channel is called `{name}`", help_)


def _number(document: Document, rule: Path) -> Iterator[Finding]:
    when = document.at(*rule, "when")
    known = next((one for one in PARAMETER_OF if one == when), None)
    wanted = None if known is None else PARAMETER_OF[known]
    for name in _PARAMETERS:
        there = document.at(*rule, name) is not None
        if name == wanted and not there and name not in OPTIONAL:
            example = 24 if name == "hours" else 50
            message = f"`{when}` needs `{name}`"
            yield Finding("SW204", document.key(rule), message, f"for example `{name}: {example}`")
        if there and name != wanted and isinstance(when, str):
            rules = [one for one, its in PARAMETER_OF.items() if its == name]
            message = f"`{name}` does nothing in a rule of `{when}`"
            help_ = f"remove it; it is of {listed(rules)}"
            yield Finding("SW204", document.key((*rule, name)), message, help_)
    if when == "no_run" and document.at("schedule") is None:
        message = "`no_run` waits for a schedule, and the mapping has none"
        help_ = "write one: `schedule: {every: 6h}`; or remove the rule"
        yield Finding("SW204", document.value((*rule, "when")), message, help_)
