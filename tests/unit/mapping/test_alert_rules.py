"""Rules about alerts: channels that can be used, and rules that tell somebody of something."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syncworker.mapping.alerts import EmailChannel
from syncworker.mapping.codes import CODES
from syncworker.mapping.loader import Loaded

Changed = Callable[[str, str], Loaded]
CHANNELS = """\
  channels:
    team: {kind: slack, url: env:SLACK_URL}
    ops: {kind: webhook, url: "https://ops.example/hook", secret: env:OPS_SECRET}
    here: {kind: webhook, url: "http://localhost:8080/hook"}
    mail: {kind: email, server: smtp.example, user: env:U, password: env:P, from: a@b.example,
      to: [c@d.example]}
    relay: {kind: email, server: localhost, port: 25, security: none, from: a@b.example,
      to: [c@d.example]}
"""
RIGHT = f"""\
alerts:
{CHANNELS}  rules:
    - {{when: run_failed, to: [team, mail]}}
    - {{when: rejected_above, above: 50, to: [team]}}
    - {{when: stale_stream, hours: 30, to: [ops]}}
    - {{when: budget_exhausted, to: [ops]}}
    - {{when: guard_refused, to: [here]}}
    - {{when: health_red, min_mrr: 500, to: [team]}}
    - {{when: health_red, to: [mail]}}
    - {{when: no_run, hours: 12, to: [relay]}}
schedule: {{every: 6h}}
"""


def found(changed: Changed, text: str) -> list[tuple[str, str, str]]:
    loaded = changed("version: 1\n", f"version: 1\n{text}")
    assert all(one.code in CODES for one in loaded.diagnostics)
    return [(one.code, one.message, one.help) for one in loaded.diagnostics]


def test_every_kind_of_channel_and_rule_can_be_written(changed: Changed) -> None:
    loaded = changed("version: 1\n", f"version: 1\n{RIGHT}")

    assert loaded.diagnostics == ()
    assert loaded.mapping is not None
    alerts = loaded.mapping.alerts
    mail = alerts.channels["mail"]
    assert isinstance(mail, EmailChannel)
    assert (mail.from_, mail.port, mail.security) == ("a@b.example", 587, "starttls")
    keys = [rule.key for rule in alerts.rules]
    assert keys[1:3] + keys[5:7] == [
        "rejected_above 50",
        "stale_stream 30",
        "health_red 500",
        "health_red",
    ]


def test_a_mapping_without_alerts_tells_nobody(changed: Changed) -> None:
    loaded = changed("version: 1\n", "version: 1\n")

    assert loaded.mapping is not None
    assert loaded.mapping.alerts.rules == []


@pytest.mark.parametrize(
    ("old", "new", "code", "says", "helps"),
    [
        ("to: [team, mail]", "to: [teem]", "SW202", "no channel is called `teem`", "`team`?"),
        ("to: [team, mail]", "to: []", "SW203", "the rule tells nobody", "`team`"),
        ("above: 50, ", "", "SW204", "`rejected_above` needs `above`", "above: 50"),
        ("hours: 30, ", "", "SW204", "`stale_stream` needs `hours`", "hours: 24"),
        ("guard_refused,", "guard_refused, hours: 2,", "SW204", "`hours` does nothing", "no_run"),
        ("schedule: {every: 6h}\n", "", "SW204", "the mapping has none", "every: 6h"),
        ("url: env:SLACK_URL", 'url: "https://chat.example/x"', "SW205", "a secret", "env:NAME"),
        ("ops.example/hook", "ops.example/hook?sig=1", "SW205", "a secret", "env:NAME"),
        ('"https://ops', '"http://ops', "SW206", "not encrypted", "https"),
        ('"http://localhost:8080', '"http://localhost.example', "SW206", "not encrypted", "https"),
        ("smtp.example,", "smtp.example, security: none,", "SW206", "without encryption", "tls"),
        ("password: env:P, ", "", "SW207", "`user` without `password`", "both"),
        ("user: env:U, ", "", "SW207", "`password` without `user`", "both"),
        ("from: a@b.example,\n      to: [c@d", "from: Ann,\n      to: [c@d", "SW207",
         "`from` is not an address", "alerts@acme"),
        ("url: env:SLACK_URL", "url: SLACK", "SW111", "`url` is not an address", "env:NAME"),
        ("secret: env:OPS_SECRET", "secret: s3cret", "SW110", "secrets do not belong", "env:NAME"),
        ("kind: slack", "kind: slak", "SW119", "no kind of channel is called `slak`", "`slack`?"),
        ("kind: slack, ", "", "SW112", "`kind` is missing", "`slack`, `webhook`, `email`"),
        ("when: run_failed", "when: run_faild", "SW111", "`when` cannot be", "`run_failed`?"),
        ("security: none", "securty: none", "SW102", "unknown key `securty`", "`security`?"),
        ("port: 25, ", "form: x, ", "SW102", "unknown key `form`", "`from`?"),
        ("min_mrr: 500", "min_mr: 500", "SW102", "unknown key `min_mr`", "`min_mrr`?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_to_write(
    changed: Changed, old: str, new: str, code: str, says: str, helps: str
) -> None:
    assert old in RIGHT
    diagnostics = found(changed, RIGHT.replace(old, new, 1))

    assert [one[0] for one in diagnostics] == [code], diagnostics
    assert says in diagnostics[0][1]
    assert helps in diagnostics[0][2]


@pytest.mark.parametrize(
    "text",
    [
        "alerts: 7\n",
        "alerts: {channels: [a], rules: {a: b}}\n",
        "alerts: {rules: [7, {when: [x], to: 3}]}\n",
        "alerts: {channels: {a: 1, b: {kind: email, to: [3]}, c: {kind: webhook, url: 3}}}\n",
        "alerts: {rules: [{when: run_failed, to: [x]}]}\n",
    ],
)
def test_any_other_shape_is_diagnosed_and_never_a_traceback(changed: Changed, text: str) -> None:
    assert found(changed, text)
