"""What a run that failed says to type next is a command that can be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncworker.cli.main import run

MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN_OF_NOBODY}
reporting: {timezone: Europe/Berlin}
sources: {app: {kind: sql, url: env:APP, streams: {accounts: {query: SELECT * FROM a}}}}
objects: {companies: {match: {property: domain, column: domain}}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "acme.yaml").write_text(MAPPING, "utf-8")


def test_a_failed_plan_is_made_again_and_not_retried(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "acme"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Next: syncworker plan acme"


def test_a_failed_sync_is_retried(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync", "acme"]) == 1
    assert "Next: syncworker runs retry 2" in capsys.readouterr().out
