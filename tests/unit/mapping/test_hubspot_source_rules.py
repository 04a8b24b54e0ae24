"""HubSpot as a source in a mapping: what it says by default, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded
from syncworker.mapping.source_hubspot import HubSpotSource

Changed = Callable[[str, str], Loaded]
One = Callable[[str, str], Diagnostic]
FORM = "5f1c2a70-3d1e-4a53-9b0a-7a1f00c0de01"
OTHER = "5f1c2a70-3d1e-4a53-9b0a-7a1f00c0de02"


def _source(text: str) -> str:
    return f"  crm: {{kind: hubspot, {text}}}\nobjects:"


def test_a_source_with_everything_is_right_and_keeps_its_values(changed: Changed) -> None:
    forms = f"{{{FORM}: {{stream: demo_requests, type: live}}, {OTHER}: {{stream: trials}}}}"
    streams = (
        "[demo_requests, trials, tickets, survey_responses, crm_values, crm_deals, "
        "crm_stage_history]"
    )
    loaded = changed(
        "objects:",
        _source(
            f"streams: {streams}, forms: {forms}, properties: {{contacts: [abandon_reason]}}, "
            "account_property: app_id, csat_scale: 5"
        ),
    )

    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    source = loaded.mapping.sources["crm"]
    assert isinstance(source, HubSpotSource)
    assert source.forms[FORM].type == "live"
    assert source.properties.contacts == ["abandon_reason"]
    assert (source.overlap, source.full_every, source.csat_scale) == ("10m", "7d", 5)


@pytest.mark.parametrize(
    ("code", "source", "says"),
    [
        ("SW156", "streams: [trials], forms: {demo: {stream: trials}}", "`demo` is no form's GUID"),
        ("SW157", "streams: [trials]", "no form is of `trials`"),
        (
            "SW157",
            f"streams: [tickets], forms: {{{FORM}: {{stream: trials}}}}",
            "the form is of `trials`, which is not read",
        ),
        (
            "SW157",
            f"streams: [trials], forms: {{{FORM}: {{stream: trials, type: live}}}}",
            "trials have no type",
        ),
        ("SW158", "streams: [crm_values]", "`crm_values` reads no property"),
        ("SW158", "streams: [crm_values], properties: {contacts: []}", "reads no property"),
        ("SW158", "streams: [tickets], csat_scale: 5", "`csat_scale` is of `survey_responses`"),
        (
            "SW158",
            "streams: [crm_deals], account_property: a",
            "is of `tickets`, which",
        ),
        (
            "SW158",
            "streams: [tickets], properties: {deals: [a]}",
            "is of `crm_values`, which",
        ),
        (
            "SW159",
            "streams: [crm_values], properties: {contacts: [mine, saas_events]}",
            "`saas_events` is written by this mapping",
        ),
        ("SW111", "streams: [subscriptions]", "cannot be `subscriptions`"),
        ("SW102", "streams: [tickets], form: {}", "unknown key `form`"),
        ("SW102", "streams: [crm_values], properties: {contact: [a], deals: [b]}", "`contact`"),
    ],
)
def test_what_does_not_fit_is_told_at_its_place(
    one: One, code: str, source: str, says: str
) -> None:
    found = one("objects:", _source(source))
    assert (found.code, found.severity) == (code, "error")
    assert says in found.message
    assert found.snippet.startswith("  crm:")


def test_a_property_that_is_only_filled_where_it_is_empty_is_still_peoples(
    changed: Changed,
) -> None:
    text = _source("streams: [crm_values], properties: {contacts: [saas_events, saas_b]}")
    filled = "saas_events: {metric: user_events, mode: fill_empty}"
    loaded = changed("objects:", text)
    assert [one.code for one in loaded.diagnostics] == ["SW159"]
    section = text.replace("objects:", f"objects:\n  contacts: {{properties: {{{filled}}}}}\n#")
    assert "SW159" not in [one.code for one in changed("objects:", section).diagnostics]


@pytest.mark.parametrize(
    "source",
    [
        "streams: tickets",
        "streams: [[trials]], forms: {a: {stream: [b]}}",
        "properties: {deals: 1}",
    ],
)
def test_other_shapes_are_diagnostics_too(changed: Changed, source: str) -> None:
    assert changed("objects:", _source(source)).mapping is None
