"""What a profile holds and no source can give is said in `validate` and in a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncworker.cli import exits
from syncworker.cli.main import run as command
from syncworker.cli.show_run import left_alone
from syncworker.engine.memory import Run

MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN}
sources:
  app:
    kind: sql
    url: env:APP
    streams: {accounts: {query: select 1}, events: {query: select 1}}
objects:
  companies: {match: {property: domain, column: domain}, profile: starter, without: [saas_mrr]}
"""
LACKING = (
    "companies: the profile starter leaves out churned, trial_status: no source provides "
    "subscriptions"
)


def test_validate_notes_it_and_finds_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "acme.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "wrong.yaml").write_text("version: 2\n", "utf-8")
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(tmp_path))
    assert command(["validate", "acme"]) == exits.OK
    assert f"note: acme.yaml: {LACKING}" in capsys.readouterr().out.splitlines()
    assert command(["validate", "acme", "--format", "github"]) == exits.OK
    assert "note:" not in capsys.readouterr().out
    assert command(["validate", "wrong"]) == exits.FAILED
    assert "note:" not in capsys.readouterr().out


def test_a_plan_says_it_beside_what_is_left_alone() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    summary = {"held_metrics": {}, "unlinked": {}}
    frozen = {"force": False, "mapping": MAPPING, "created_at": now}
    run = Run("r", "acme", "plan", "inline", now, **frozen, summary=summary)
    assert list(left_alone(run)) == [f"  not planned: {LACKING}"]
    assert list(left_alone(replace(run, mapping="version: 0\n"))) == []
