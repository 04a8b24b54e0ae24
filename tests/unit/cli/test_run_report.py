"""What a run that failed says to type next is a command that can be done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from syncworker import bootstrap
from syncworker.cli import show_rollback, show_run
from syncworker.cli.main import run
from syncworker.engine import finish, sync
from syncworker.errors import ConfigError
from syncworker.settings import Settings

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


@pytest.mark.parametrize(
    ("help_", "next_"),
    [
        ("syncworker properties create acme", "syncworker properties create acme, then {retry}"),
        ("each: syncworker properties diff acme", "syncworker properties diff acme, then {retry}"),
        ("type the same `syncworker forget` again: it goes on", "{retry}"),
        ("go on with what is left: {retry}", "{retry}"),
        ("", "{retry}"),
    ],
)
def test_the_first_thing_to_type_after_a_failure_is_what_mends_it(
    tmp_path: Path, help_: str, next_: str
) -> None:
    engine = bootstrap.engine(Settings(home=tmp_path / "home", mappings=tmp_path / "mappings"))
    run = sync.start(engine, "acme")
    retry = f"syncworker runs retry {run.id}"
    error = ConfigError("it lacks something", help=help_.format(retry=retry))
    finish.fail(engine, run, error)
    told = list(show_run.report(engine, engine.runs.get(run.id)))
    assert told[-1] == f"Next: {next_.format(retry=retry)}"


def test_numbers_are_written_one_way(tmp_path: Path) -> None:
    engine = bootstrap.engine(Settings(home=tmp_path / "home", mappings=tmp_path / "mappings"))
    run = sync.start(engine, "acme")
    summary = {"outcomes": {"sent": 12_345, "held": 1_000}, "requests": 4_321, "writes": 2}
    ended = replace(run, status="done", summary=summary, finished_at=engine.clock())
    told = next(show_run.result_text(ended))
    assert "12,345 sent, 1,000 held, 4,321 HubSpot requests (2 writes)" in told


def test_a_refused_rollback_of_a_part_is_forced_for_that_part_alone(tmp_path: Path) -> None:
    engine = bootstrap.engine(Settings(home=tmp_path / "home", mappings=tmp_path / "mappings"))
    target = sync.start(engine, "acme")
    refused = replace(target, status="refused", finished_at=engine.clock())
    told = list(show_rollback.end_lines(engine, target, refused, 1, ["object:companies"]))
    assert told[-1] == f"Next: syncworker rollback {target.id} --select=object:companies --force"


def test_a_portal_without_a_mapping_is_told_how_to_get_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["plan", "fresh"]) == 1
    assert "write a first one: syncworker init fresh" in capsys.readouterr().err
