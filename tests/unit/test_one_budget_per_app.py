"""Which connection and budget a portal gets, and what a rotated token changes about it."""

from __future__ import annotations

from pathlib import Path

from syncworker import bootstrap
from syncworker.mapping.loader import load
from syncworker.settings import Settings

MAPPING = """\
version: 1
hubspot: {{credentials: "file:{token}", base_url: "http://127.0.0.1:1"}}
sources:
  app: {{kind: files, path: data, streams: {{accounts: {{path: accounts.csv}}}}}}
objects:
  companies: {{match: {{property: domain, column: domain}}, properties: {{saas_mrr: mrr}}}}
"""


def test_a_rotated_token_is_counted_as_other_processes_count_it_without_a_restart(
    tmp_path: Path,
) -> None:
    token = tmp_path / "token"
    token.write_text("pat-one")
    mapping = load(MAPPING.format(token=token), "acme.yaml").mapping
    assert mapping is not None
    connect = bootstrap.engine(Settings(home=tmp_path / "home")).connect
    before = connect("acme", mapping, "interactive")
    assert connect("acme", mapping, "interactive") is before

    token.write_text("pat-two")

    after = connect("acme", mapping, "interactive")
    assert after is not before
    assert connect("acme", mapping, "interactive") is after
