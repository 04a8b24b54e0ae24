"""Mistakes in what a mapping says of trials, the journey and fit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]


def metrics(text: str) -> str:
    return f"metrics: {{{text}}}\nobjects:"


def test_trials_journey_and_fit_are_read(changed: Changed) -> None:
    text = (
        "metrics:\n  key_features: [a, b]\n"
        "  trials: {form_counts_as_committed: true, trial_forms: [t1], demo_forms: {f1: live},\n"
        "    demo_events: {tour: tour}, demo_pages: {/watch: video}, demo_window_days: 90}\n"
        "  journey: {stages: [signed_up, customer, left], success_features: 2,\n"
        "    milestone_by: seats}\n"
        "  fit: {sizes: [big], not_industries: [Games], academic_domains: [edu, ac.uk]}\n"
        "objects:"
    )
    loaded = changed("objects:", text)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    given = loaded.mapping.metrics
    assert given.trials.demo_forms == {"f1": "live"}
    assert given.trials.demo_pages == {"/watch": "video"}
    assert given.journey.stages == ("signed_up", "customer", "left")
    assert given.fit.academic_domains == ("edu", "ac.uk")


@pytest.mark.parametrize(
    ("code", "severity", "text", "says", "help_"),
    [
        (
            "SW180",
            "error",
            "trials: {form_counts_as_committed: true, trial_forms: [f1], demo_forms: {f1: live}}",
            "form `f1` stands under `demo_forms` too",
            "one of them",
        ),
        ("SW181", "warning", "trials: {trial_forms: [f1]}", "no form counts", "true`"),
        ("SW182", "error", "journey: {stages: [left, left]}", "`left` stands twice", "remove"),
        ("SW182", "error", "journey: {team_size: 0}", "`team_size` cannot be 0", "from 1"),
        ("SW182", "error", "journey: {renewal_months: 10001}", "be 10001", "to 10000"),
        ("SW182", "error", "journey: {success_users: -1}", "cannot be -1", "from 0"),
        ("SW182", "error", "journey: {team_size: 30}", "a group of 25 is not larger", "larger"),
        ("SW182", "error", "journey: {group_size: 5}", "not larger than a team of 5", "smaller"),
        ("SW182", "error", "journey: {success_features: 1}", "never be used: 0", "smaller"),
        (
            "SW182",
            "error",
            "key_events: [a, b], journey: {success_features: 3}",
            "3 key features can never be used: 2 are named",
            "`key_features`",
        ),
        ("SW182", "error", "trials: {demo_window_days: 0}", "cannot be 0", "from 1"),
        ("SW183", "error", "fit: {sizes: [Big], not_sizes: ['big ']}", "`Big` is aimed", "one"),
        ("SW183", "error", "fit: {competitor_domains: ['@x.example']}", "`@x.example`", "@:"),
        ("SW183", "error", "fit: {academic_domains: ['https://x']}", "not a mail domain", "@:"),
        ("SW111", "error", "journey: {stages: [leaving]}", "cannot be `leaving`", ""),
        ("SW111", "error", "fit: {sizes: [5]}", "must be text", ""),
        ("SW111", "error", "journey: {team_size: big}", "must be", ""),
    ],
)
def test_a_setting_that_cannot_work_is_named_at_its_place(
    one: One, code: str, severity: str, text: str, says: str, help_: str
) -> None:
    found = one("objects:", metrics(text))
    assert (found.code, found.severity, found.line) == (code, severity, 14)
    assert says in found.message
    assert help_ in found.help
