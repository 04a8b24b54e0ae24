"""Any value in a mapping's own metrics and milestones gives diagnostics, never an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from syncworker.mapping.loader import load

LINES = """\
version: 1
hubspot: {credentials: env:ACME_TOKEN}
sources:
  app: {kind: sql, url: env:APP, streams: {accounts: {query: select 1}}}
metrics:
  pql:
    milestones:
      logo:
        type: volume
        event: logo
        measure: sum
        amount: 5
        quota_percent: 80
        quotas:
          pro: 100
        window_days: 7
      login:
        type: frequency
        event: login
        days: 2
    at_least:
      count: 1
      of:
        - logo
    override: login
  custom:
    exports:
      entity: account
      measure: count
      of: events
      where:
        - column: props.plan
          eq: pro
      window_days: 28
    share:
      entity: user
      measure: ratio
      of: events
      top:
        measure: sum
        column: quantity
      bottom:
        measure: count
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_exports: exports}
""".splitlines()
ODD = st.sampled_from(
    (
        *("", "[]", "{}", "[[1]]", "{a: {}}", "5", "-1", "1e99", ".nan", "true", "''", "x"),
        *("ratio", "first", "change", "users", "fx_rates", "ts", "props.a.b", "action", "null"),
        *("[logo, 5]",),
    )
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_odd_values_never_raise(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 3))):
        i = data.draw(st.integers(4, len(lines) - 5))
        lines[i] = lines[i].split(":")[0].rstrip() + ": " + data.draw(ODD)
    loaded = load("\n".join(lines), "odd.yaml")
    errors = [d for d in loaded.diagnostics if d.severity == "error"]
    assert (loaded.mapping is None) == bool(errors)


def test_the_whole_is_right() -> None:
    assert load("\n".join(LINES), "whole.yaml").diagnostics == ()
