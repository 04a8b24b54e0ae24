"""`syncworker db current` and `db copy`, as they are typed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from syncworker.cli.main import run
from syncworker.store import schema
from syncworker.store.database import Database


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_schema_is_told_and_one_that_does_not_fit_exits_with_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["db", "current"]) == 1
    assert "has schema none" in capsys.readouterr().out
    assert run(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert run(["db", "current", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema_version"], told["fits"]) == (1, True)
    assert told["schema"] == told["needed"] == schema.newest()


def pretend(version: str) -> None:
    with sqlite3.connect(".syncworker/state.db") as state:
        state.execute("UPDATE alembic_version SET version_num = ?", [version])


def test_on_a_newer_schema_that_it_works_with_an_older_version_has_nothing_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["db", "upgrade"])
    ours = schema.newest().partition("-")[0]
    pretend(newer := f"{int(ours) + 1:04}-{ours}")
    capsys.readouterr()
    assert run(["db", "current"]) == 0
    assert "This older version" in capsys.readouterr().out
    assert run(["db", "current", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fits"] is True
    assert run(["db", "upgrade"]) == 0
    told = capsys.readouterr().out
    assert newer in told
    assert "nothing is to be done" in told
    assert run(["doctor"]) == 0
    assert f"schema {newer}: a newer syncworker's" in capsys.readouterr().out


def test_on_a_newer_schema_that_it_does_not_work_with_the_next_command_is_no_upgrade(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["db", "upgrade"])
    pretend("9999")
    capsys.readouterr()
    assert run(["db", "current"]) == 1
    assert "Next: a newer syncworker made it: pip install" in capsys.readouterr().out
    assert run(["doctor"]) == 1
    assert "= help: a newer syncworker made it" in capsys.readouterr().out


def test_the_state_is_copied_to_the_database_a_reference_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["db", "upgrade"])
    monkeypatch.setenv("NEW_URL", f"sqlite:///{folder}/new.db")
    assert run(["db", "copy", "--to", "env:NEW_URL", "--yes"]) == 0
    assert "both sides are equal" in capsys.readouterr().out
    assert schema.current(Database(f"sqlite:///{folder}/new.db")) == schema.newest()
    (folder / "url").write_text(f"sqlite:///{folder}/third.db")
    assert run(["db", "copy", "--to", "file:url", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 0


def test_a_copy_that_cannot_be_made_says_why(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["db", "upgrade"])
    assert run(["db", "copy", "--to", "env:NOWHERE", "--yes"]) == 1
    assert "env:NOWHERE: there is no such variable" in capsys.readouterr().err
    assert run(["db", "copy", "--to", "env:NOWHERE"]) == 64
    assert "add --yes" in capsys.readouterr().err
    assert run(["db", "copy"]) == 64
    monkeypatch.setenv("SAME", f"sqlite:///{Path('.syncworker/state.db').resolve()}")
    assert run(["db", "copy", "--to", "env:SAME", "--yes"]) == 1
    assert "onto itself" in capsys.readouterr().err
