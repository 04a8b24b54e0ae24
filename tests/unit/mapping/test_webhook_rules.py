"""Rules about webhook sources: what they fill, and where a form's values stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.codes import CODES
from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded
from syncworker.mapping.source_webhook import WebhookSource

Changed = Callable[[str, str], Loaded]
One = Callable[[str, str], Diagnostic]
HEAD = "sources:\n  site: {{kind: webhook, secret: env:SITE, {}}}"


def test_a_forms_fields_and_defaults_are_read(changed: Changed) -> None:
    text = HEAD.format("streams: [demo_requests], fields: {email: data.email}")
    loaded = changed("sources:", text)

    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    source = loaded.mapping.sources["site"]
    assert isinstance(source, WebhookSource)
    assert (source.format, source.tolerance_seconds) == ("form", 300)
    assert source.fields == {"email": "data.email"}


def test_a_mapping_with_stripes_events_and_one_with_trials_are_right(changed: Changed) -> None:
    for body in ("format: stripe, streams: [subscriptions]", "format: form, streams: [trials]"):
        assert changed("sources:", HEAD.format(body)).diagnostics == ()


@pytest.mark.parametrize(
    ("code", "body", "says", "helps"),
    [
        (
            "SW160",
            "streams: [subscriptions]",
            "requests of format `form` are no `subscriptions`",
            "allowed: `demo_requests`, `trials`; or write another `format`",
        ),
        (
            "SW160",
            "format: stripe, streams: [trials]",
            "requests of format `stripe` are no `trials`",
            "allowed: `subscriptions`; or",
        ),
        (
            "SW161",
            "streams: [demo_requests, trials]",
            "`site` would fill two streams with the same requests",
            "a source of its own",
        ),
        (
            "SW161",
            "format: stripe, streams: [subscriptions, subscriptions]",
            "`site` would fill two streams",
            "a source of its own",
        ),
        (
            "SW162",
            "streams: [demo_requests], fields: {emial: a}",
            "`emial` is not a column of `demo_requests`",
            "did you mean `email`?",
        ),
        (
            "SW163",
            "streams: [demo_requests], fields: {email: data..email}",
            "`data..email` names no place in JSON",
            "`data.email`",
        ),
        (
            "SW163",
            "format: stripe, streams: [subscriptions], fields: {sub_id: a, account_id: b}",
            "`fields` are of forms only",
            "remove `fields`",
        ),
        ("SW111", "streams: [demo_requests, tickets]", "`streams` cannot be `tickets`", ""),
        ("SW111", "format: xml, streams: [subscriptions]", "`format` cannot be `xml`", ""),
        ("SW111", "streams: trials", "`streams` must be a list", ""),
        ("SW111", "streams: [trials], fields: {email: 3}", "`email` must be text", ""),
        ("SW111", "streams: [], fields: {email: x}", "`streams` is empty", ""),
    ],
)
def test_what_does_not_fit_is_told_where_it_stands(
    one: One, code: str, body: str, says: str, helps: str
) -> None:
    found = one("sources:", HEAD.format(body))

    assert (found.code, found.line) == (code, 8)
    assert says in found.message
    assert helps in found.help


def test_each_code_is_explained() -> None:
    assert all(f"SW16{number}" in CODES for number in range(4))
