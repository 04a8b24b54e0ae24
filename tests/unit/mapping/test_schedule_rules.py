"""Rules about when a portal's runs start by themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.codes import CODES
from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded

Changed = Callable[[str, str], Loaded]
One = Callable[[str, str], Diagnostic]
QUERY = "accounts:\n        query: select 1\n"
STREAMS = """\
accounts:
        query: select 1
      trials: {query: x, cursor: u}
      fx_rates: {query: x, cursor: u}
  site: {kind: webhook, secret: env:SITE, streams: [demo_requests]}
  lake:
    kind: files
    path: /lake
    streams:
      users: {path: users.csv}
      subscriptions: {path: s.csv, whole: false}
      events: {path: e.csv}
      survey_responses: {path: v.csv, whole: true}
  pay: {kind: stripe, api_key: env:PAY, streams: [subscriptions]}
"""


@pytest.fixture
def told(changed: Changed) -> Callable[[str], list[tuple[str, str, str]]]:
    """Code, message and help of what is wrong with a schedule."""

    def tell(schedule: str) -> list[tuple[str, str, str]]:
        loaded = changed(QUERY, f"{STREAMS}schedule: {schedule}\n")
        return [(d.code, d.message, d.help) for d in loaded.diagnostics]

    return tell


@pytest.mark.parametrize(
    "schedule",
    [
        "{every: 15m}",
        "{daily_at: 06:30}",
        '{daily_at: ["06:30", "18:00"], full_at: "02:00"}',
        "{full_at: 23:59}",
        "{every: 1h, fast: {streams: [trials]}}",
        "{daily_at: 06:30, fast: {every: 5m, streams: [app.trials, lake.subscriptions, events]}}",
        "{every: 1h, fast: {streams: [pay.subscriptions]}}",
    ],
)
def test_right_schedules(told: Callable[[str], list[object]], schedule: str) -> None:
    assert told(schedule) == []


@pytest.mark.parametrize(
    ("code", "schedule", "says", "helps"),
    [
        ("SW198", "{every: 1h, daily_at: 06:30}", "by `every` or by `daily_at`", "`full_at`"),
        ("SW198", "{}", "never starts a sync", "`every: 15m`"),
        ("SW198", "{daily_at: []}", "never starts a sync", "remove `schedule`"),
        ("SW198", "{fast: {streams: [trials]}}", "never starts a sync", "`daily_at:"),
        ("SW198", "{every: 1m, fast: {streams: [trials]}}", "is no faster", "more often"),
        ("SW199", "{daily_at: 6:30}", "is not a time of day", '`"06:30"`'),
        ("SW199", "{full_at: 24:00}", "is not a time of day", '`"06:30"`'),
        ("SW199", '{daily_at: ["06:30", 06:30]}', "06:30 is there twice", "one of the two"),
        ("SW199", "{daily_at: 06:30, full_at: 06:30}", "of `full_at`", "from `daily_at`"),
        ("SW115", "{every: 1h, fast: {every: 10s, streams: [trials]}}", "not an interval", "6h"),
        ("SW200", "{every: 1h, fast: {streams: [trails]}}", "no stream `trails`", "`trials`?"),
        ("SW200", "{every: 1h, fast: {streams: [site.trials]}}", "`site.trials`", "it has `acc"),
        ("SW201", "{every: 1h, fast: {streams: [accounts]}}", "no cursor", "a `cursor`"),
        ("SW201", "{every: 1h, fast: {streams: [users]}}", "no cursor", "`whole: false`"),
        (
            "SW201",
            "{every: 1h, fast: {streams: [survey_responses]}}",
            "no cursor",
            "`whole: false`",
        ),
        ("SW201", "{every: 1h, fast: {streams: [fx_rates]}}", "neither accounts", "remove it"),
        ("SW201", "{every: 1h, fast: {streams: [demo_requests]}}", "by itself", "remove it"),
        ("SW102", "{evry: 1h}", "unknown key `evry`", "did you mean `every`?"),
        ("SW111", "5", "must be a section", ""),
        ("SW111", "{every: 1h, fast: {streams: trials}}", "must be a list", ""),
        ("SW111", "{every: 1h, fast: {streams: ['']}}", "is empty", ""),
        ("SW111", "{every: 1h, full_at: 7}", "must be text", ""),
    ],
)
def test_what_is_wrong_is_told_once_with_the_remedy(
    told: Callable[[str], list[tuple[str, str, str]]],
    code: str,
    schedule: str,
    says: str,
    helps: str,
) -> None:
    ((found, message, help_),) = told(schedule)
    assert found == code
    assert says in message
    assert helps in help_


def test_a_slip_in_a_streams_name_or_a_missing_list_is_told_where_it_stands(
    changed: Changed,
) -> None:
    broken = (
        "acounts:\n        query: select 1\nschedule: {every: 1h, fast: {streams: [acounts]}}\n"
    )
    assert [d.code for d in changed(QUERY, broken).diagnostics] == ["SW116"]
    text = "streams: 5\nschedule: {every: 1h, fast: {streams: [trials]}}\n"
    codes = [d.code for d in changed(f"streams:\n      {QUERY}", text).diagnostics]
    assert sorted(codes) == ["SW111", "SW200"]


def test_each_code_is_explained() -> None:
    assert {"SW198", "SW199", "SW200", "SW201"} <= CODES.keys()
