"""Mistakes in the rules of product qualification."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded
from syncworker.metrics.settings_pql import AtLeast, Milestone

One = Callable[[str, str], Diagnostic]
Changed = Callable[[str, str], Loaded]

RIGHT = """\
metrics:
  pql:
    milestones:
      logo: {type: action, event: logo_added, label: Logo added}
      login: {type: frequency, event: login, days: 3, window_days: 7}
      contacts: {type: volume, event: contacts, quota_percent: 80, quotas: {pro: 1000}, quota: 100}
      mails: {type: volume, event: mail, measure: sum, amount: 50, window_days: 28}
    at_least: {count: 2, of: [logo, login, mails]}
    override: contacts
objects:"""


def rule(milestone: str, rest: str = "any_of: [a]") -> str:
    return f"metrics: {{pql: {{milestones: {{a: {milestone}}}, {rest}}}}}\nobjects:"


ACTION = "{type: action, event: e}"


def test_a_rule_is_read(changed: Changed) -> None:
    loaded = changed("objects:", RIGHT)
    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    pql = loaded.mapping.metrics.pql
    assert pql.milestones["logo"] == Milestone("action", "logo_added", label="Logo added")
    assert pql.milestones["contacts"].quotas == {"pro": 1000}
    assert pql.at_least == AtLeast(2, ("logo", "login", "mails"))
    assert (pql.override, pql.judges) == ("contacts", True)


@pytest.mark.parametrize(
    ("code", "new", "place", "says", "help_"),
    [
        ("SW184", rule(ACTION, "any_of: [b]"), "b]", "no milestone is called `b`", "`a`"),
        ("SW184", rule(ACTION, "all_of: [a], override: aa"), "aa", "called `aa`", "mean `a`?"),
        ("SW184", rule(ACTION, "at_least: {count: 1, of: [a, b]}"), "b]", "called `b`", "`a`"),
        ("SW185", rule("{type: action, event: e, times: 0}"), "a:", "is enough", "`times: 1`"),
        ("SW185", rule("{type: action, event: e, days: 1}"), "days", "nothing for an", "times"),
        ("SW185", rule("{type: frequency, event: e}"), "a:", "for a frequency", "`days: 2`"),
        (
            "SW185",
            rule("{type: frequency, event: e, days: 8, window_days: 7}"),
            "a:",
            "does not say what is enough",
            "at least as many",
        ),
        ("SW185", rule("{type: volume, event: e}"), "a:", "for a volume", "write `amount`"),
        ("SW185", rule("{type: volume, event: e, quota_percent: 80}"), "a:", "volume", "quotas"),
        (
            "SW185",
            rule("{type: volume, event: e, amount: 5, window_days: 7}"),
            "window_days",
            "has no window",
            "`measure: sum`",
        ),
        ("SW186", rule(ACTION, "at_least: {count: 2}"), "2}", "2 of 1 milestones", "write 1"),
        ("SW186", rule(ACTION, "readiness_days: 7"), "milestones", "qualify nobody", "`any_of`"),
        ("SW102", rule("{type: action, event: e, time: 3}"), "time", "key `time`", "`times`?"),
        ("SW102", rule(ACTION, "any_of: [a], at_least: {cout: 2}"), "cout", "`cout`", "`count`?"),
        ("SW102", rule(ACTION, "any_off: [a], any_of: [a]"), "any_off", "any_off", "`any_of`?"),
        ("SW111", rule("{type: acton, event: e}"), "acton", "cannot be `acton`", "`action`?"),
        ("SW111", rule(ACTION, "any_of: [a], min_accounts: 0"), "0}", "must be at least 1", ""),
        ("SW111", rule(ACTION, "any_of: [a], prior_strength: -1"), "-1", "at least 0", ""),
        ("SW111", rule("{type: action, event: e, window_days: 40000}"), "4", "most 36500", ""),
        ("SW112", rule("{type: action}"), "a:", "the key `event` is missing", ""),
    ],
)
def test_a_rule_that_cannot_work_is_named_at_its_place(
    one: One, code: str, new: str, place: str, says: str, help_: str
) -> None:
    found = one("objects:", new)
    assert (found.code, found.line) == (code, 14)
    assert says in found.message
    assert help_ in found.help
    assert found.snippet[found.column - 1 :].startswith(place)


def test_what_is_no_section_is_left_to_the_models(changed: Changed) -> None:
    for wrong in ("[a]", "{a: 5}", "{a: {type: [action], event: e}}"):
        loaded = changed(
            "objects:", f"metrics: {{pql: {{milestones: {wrong}, any_of: x}}}}\nobjects:"
        )
        assert {d.code for d in loaded.diagnostics} == {"SW111"}
