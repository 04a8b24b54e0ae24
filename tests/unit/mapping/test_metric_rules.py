"""Mistakes in the phrases and mail domains of a mapping."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded, load

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]


def rules(text: str) -> str:
    return f"metrics: {{ticket_rules: {{{text}}}}}\nobjects:"


def test_phrases_and_mail_domains_are_read(changed: Changed) -> None:
    text = (
        "metrics:\n  free_mail_domains: [mail.example, bücher.example]\n"
        "  ticket_rules:\n"
        "    competitor: [Zoho, monday.com, 解, rabatt*, at&t]\n"
        "    value: [price list]\n"
        "    replace: [value]\n"
        "objects:"
    )
    loaded = changed("objects:", text)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    settings = loaded.mapping.metrics
    assert settings.free_mail_domains == ("mail.example", "bücher.example")
    assert settings.ticket_rules.competitor == ("Zoho", "monday.com", "解", "rabatt*", "at&t")
    assert settings.ticket_rules.replace == ("value",)


@pytest.mark.parametrize(
    ("code", "severity", "new", "column", "says", "help_"),
    [
        ("SW164", "error", rules("value: ['?!']"), 34, "`?!` has no letter", "write a word"),
        ("SW164", "error", rules("value: ['*']"), 34, "has no letter", "write a word"),
        ("SW164", "error", rules("value: ['abc', 'ra*batt']"), 41, "does not end", "`rabatt*`"),
        ("SW164", "error", rules("value: ['*batt']"), 34, "does not end a word", "end of a"),
        ("SW165", "warning", rules("value: [go]"), 34, "in most tickets", "at least 3"),
        ("SW165", "warning", rules("value: ['ca*']"), 34, "in most tickets", "more words"),
        ("SW167", "warning", rules("replace: [value]"), 36, "no phrases left", "write some"),
        ("SW111", "error", rules("replace: [valu]"), 36, "cannot be `valu`", "`value`?"),
        ("SW111", "error", rules("value: [5]"), 34, "must be text", ""),
        ("SW164", "error", rules("value: ['']"), 34, "has no letter", "write a word"),
        ("SW102", "error", rules("valu: [a b]"), 26, "unknown key `valu`", "`value`?"),
        (
            "SW166",
            "error",
            "metrics: {free_mail_domains: ['@mail.example']}\nobjects:",
            31,
            "`@mail.example` is not a mail domain",
            "behind the @",
        ),
        (
            "SW166",
            "error",
            "metrics: {free_mail_domains: [mail]}\nobjects:",
            31,
            "`mail` is not a mail domain",
            "`mail.example`",
        ),
    ],
)
def test_a_phrase_or_domain_that_cannot_work_is_named_at_its_place(
    one: One, code: str, severity: str, new: str, column: int, says: str, help_: str
) -> None:
    found = one("objects:", new)
    assert (found.code, found.severity, found.line) == (code, severity, 14)
    assert found.column == column
    assert says in found.message
    assert help_ in found.help


def test_what_is_no_list_is_left_to_the_models(changed: Changed) -> None:
    loaded = changed("objects:", rules("value: cheap"))
    assert [d.code for d in loaded.diagnostics] == ["SW111"]


def test_a_ticket_metric_is_mapped_to_tickets_only(mapping_text: str) -> None:
    text = mapping_text.replace("saas_mrr: mrr", "saas_mrr: ticket_risk")
    found = [d for d in load(text, "x.yaml").diagnostics if "ticket_risk" in d.message]
    assert [(d.code, d.help) for d in found] == [("SW105", "map it under `tickets`")]
