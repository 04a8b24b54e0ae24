"""`health`: one line per check, exit 0 or 1, and nothing that computes is imported."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncworker import probe
from syncworker.cli import broker, exits
from syncworker.cli.main import run
from syncworker.engine.heartbeats import Heartbeat, HeartKind
from syncworker.settings import Settings
from syncworker.store import schema
from syncworker.store.database import Database

HERE = socket.gethostname()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home folder whose broker answers; the database is not made yet."""
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(broker, "answers", lambda _: True)
    return Settings(home=tmp_path / "home")


def make(home: Settings) -> None:
    database = Database(home.state_url)
    schema.upgrade(database)
    database.close()


def beat(home: Settings, kind: HeartKind, *, seconds: int = 0, host: str = HERE) -> None:
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    with probe.heartbeats(home) as store:
        name = "tick" if kind == "tick" else f"{kind}@{host}"
        store.put(Heartbeat(name, kind, "1.0", at, at))


def lines(capsys: pytest.CaptureFixture[str], *words: str, code: int) -> list[str]:
    assert run(["health", *words]) == code
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


def test_all_is_well_where_everything_gives_signs_of_life(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home)
    for kind in ("worker", "beat", "tick"):
        beat(home, kind)
    beat(home, "worker", host="elsewhere")
    told = lines(capsys, code=exits.OK)
    assert told[0] == f"ok database schema {schema.newest()}"
    assert told[1].startswith("ok broker answers at")
    assert told[2] == "ok worker 2 live, last sign of life 0 s ago"
    assert [line.split()[:2] for line in told[3:5]] == [["ok", "beat"], ["ok", "tick"]]
    assert told[5:] == ["Next: syncworker status"]


def test_what_is_too_old_or_missing_fails_with_what_to_do(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home)
    beat(home, "worker", seconds=200)
    beat(home, "beat", seconds=100)
    told = lines(capsys, code=exits.FAILED)
    assert "FAIL worker last sign of life 3 m ago (limit 2 m)" in told
    assert "ok beat last sign of life 100 s ago" in told
    assert "FAIL tick no sign of life (limit 2 m)" in told
    assert told[-1] == "Next: syncworker worker"
    told = lines(capsys, "--max-age", "5m", code=exits.FAILED)
    assert told[-1].startswith("Next: ticks are sent and not worked on")


def test_a_webhook_receiver_that_died_fails_and_one_that_never_ran_is_not_missed(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home)
    assert [line.split()[1] for line in lines(capsys, code=exits.FAILED)[:-1]] == [
        *("database", "broker", "worker", "beat", "tick")
    ]
    for kind in ("worker", "beat", "tick"):
        beat(home, kind)
    beat(home, "webhook", seconds=600)
    told = lines(capsys, code=exits.FAILED)
    assert "FAIL webhook last sign of life 10 m ago (limit 2 m)" in told
    assert told[-1] == "Next: syncworker webhook"
    assert len(lines(capsys, "--worker", code=exits.OK)) == 2


def test_a_broker_that_does_not_answer_fails(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make(home)
    monkeypatch.setattr(broker, "answers", lambda _: False)
    monkeypatch.setenv("SYNCWORKER_REDIS_URL", "redis://:secret@gone:1/0")
    told = lines(capsys, code=exits.FAILED)
    assert "FAIL broker nothing answers at SYNCWORKER_REDIS_URL" in told
    assert "secret" not in str(told)


def test_of_this_machine_only_where_asked(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home)
    beat(home, "worker", host="elsewhere")
    beat(home, "beat")
    assert lines(capsys, "--worker", code=exits.FAILED)[0].startswith("FAIL worker no sign")
    assert lines(capsys, "--beat", code=exits.OK)[0].startswith("ok beat")
    assert len(lines(capsys, "--beat", "--worker", code=exits.FAILED)) == 3


def test_a_database_that_is_not_there_fails_and_is_not_made(
    home: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ((), ("--worker",)):
        told = lines(capsys, *words, code=exits.FAILED)
        assert told[0].startswith("FAIL database there is no state database at")
    assert not home.home.exists()
    monkeypatch.setenv("SYNCWORKER_DATABASE_URL", f"sqlite:///{home.home}/own.db")
    assert "FAIL database the state database is empty" in lines(capsys, code=exits.FAILED)


def test_json_holds_every_check(home: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["health", "--json"]) == exits.FAILED
    document = json.loads(capsys.readouterr().out)
    assert (document["schema_version"], document["ok"]) == (1, False)
    assert [check["name"] for check in document["checks"]] == ["database", "broker"]


def test_it_imports_nothing_that_computes() -> None:
    script = "import sys; from syncworker.cli import main, health; from syncworker import probe; "
    heavy = "{'polars', 'hubspot', 'celery', 'requests'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}print({heavy})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
