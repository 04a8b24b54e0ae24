"""Any text as a mapping gives a mapping or diagnostics, never an exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncworker.mapping.codes import CODES
from syncworker.mapping.loader import Loaded, load, load_bytes
from syncworker.mapping.render_diagnostics import as_github, as_json, as_text, summary

EXAMPLE = (Path(__file__).parents[2] / "mappings" / "example.yaml").read_text()
FULL = """\
version: 1
hubspot:
  credentials:
    client_id: env:ID
    client_secret: file:/run/secret
    refresh_token: env:REFRESH
sources:
  app:
    kind: files
    path: exports
    streams:
      accounts: {path: a.csv}
objects:
  companies:
    match:
      - {property: hs_object_id, column: hubspot_company_id}
      - {property: saas_account_id, column: account_id}
      - {property: domain, column: domain}
    policy: upsert
    properties:
      saas_mrr: mrr
  deals:
    match: {property: saas_sub_id, column: sub_id}
    policy: create_only
    pipeline:
      pipeline: Subscriptions
      stages:
        active: Live
        canceled: Ended
    associate: [companies]
  tickets:
    match: {property: hs_object_id, column: hubspot_ticket_id}
    associate:
      - companies
      - 2-77
  2-77:
    rows: accounts
    match: {property: app_id, column: account_id}
    policy: upsert
lifecycle:
  companies:
    keep_peoples: true
    churned_to_other: true
    rules:
      - stage: customer
        when:
          - {metric: mrr, gt: 0}
        allow_back: they came back
"""
YAML_PIECES = st.sampled_from(
    [*"{}[]:,-?&*!|>'\"%@`#\n\t \\~", "\n  ", "- ", ": ", "<<: ", "*a", "&a ", "---\n", "...\n"]
)
ODD_VALUES = st.sampled_from(
    [
        "",
        "null",
        "[]",
        "{}",
        "[[]]",
        "5",
        "-1",
        "1e99",
        ".nan",
        "true",
        "''",
        "0x",
        "x:y",
        "*a",
        "&a [*a]",
        "!!set {}",
        "2026-01-01",
        "env:X",
        "'80'",
        "<<",
        "\ud800",
        "\x00",
        "é\u2028",
    ]
)


def check(loaded: Loaded) -> None:
    errors = [d for d in loaded.diagnostics if d.severity == "error"]
    assert (loaded.mapping is None) == bool(errors)
    places = [(d.line, d.column) for d in loaded.diagnostics]
    assert places == sorted(places)
    for found in loaded.diagnostics:
        assert found.code in CODES
        assert found.message
        assert min(found.line, found.column, found.length) >= 1
    for shown in (as_text, as_json, as_github, summary):
        assert isinstance(shown(loaded.diagnostics), str)


def test_a_mapping_with_everything_is_right() -> None:
    assert load(FULL, "full.yaml").diagnostics == ()


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(YAML_PIECES | st.text(max_size=4)).map("".join))
@example("a: 1\r\x85\u2028b: \u2029")
@example("? ? ? a")
@example("%TAG ! tag:x,2000:\n---\n!x a: 1")
@example('"\\UFFFFFFFF": 1')
def test_any_text_gives_diagnostics_and_never_an_exception(text: str) -> None:
    check(load(text, "any.yaml"))


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_any_bytes_give_diagnostics_and_never_an_exception(content: bytes) -> None:
    check(load_bytes(content, "any.yaml"))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_mapping_with_a_piece_changed_never_raises(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([EXAMPLE, FULL]))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + data.draw(YAML_PIECES | st.text(max_size=6)) + text[end:]
    check(load(text, "changed.yaml"))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_mapping_with_odd_values_never_raises(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from([EXAMPLE, FULL])).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        i = data.draw(st.sampled_from([i for i, line in enumerate(lines) if ":" in line]))
        lines[i] = lines[i].split(":")[0] + ": " + data.draw(ODD_VALUES)
    check(load("\n".join(lines), "odd.yaml"))
