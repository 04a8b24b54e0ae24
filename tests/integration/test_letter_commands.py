"""The commands about dead letters on letters that are there: list, show, export, discard."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.stores import Stores

from syncworker.cli.main import run as run_command
from syncworker.engine.memory import DeadLetter
from syncworker.store import schema

OPTION = DeadLetter(
    "record", "companies", "a1", "INVALID_OPTION", "tier", "`gold` is no option",
    "add the option", {"tier": "gold", "owner": "jane@acme.example"},
)  # fmt: skip
EMAIL = DeadLetter("record", "contacts", "u1", "INVALID_EMAIL", "email", "it is wrong")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Command:
    """Runs `syncworker dead-letters …` on a store with two letters of portal `acme`."""
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SYNCWORKER_DATABASE_URL", f"sqlite:///{tmp_path / 'state.db'}")
    monkeypatch.setenv("SYNCWORKER_MAPPINGS", str(tmp_path / "mappings"))
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "other.yaml").touch()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    state = Stores(f"sqlite:///{tmp_path / 'state.db'}")
    schema.upgrade(state.database)
    run = state.run(portal="acme")
    now = datetime(2026, 11, 20, tzinfo=UTC)
    state.plans.add(state.chunk(run), "acme", [], [OPTION, EMAIL], [], now)
    state.finish(run, "rejects")
    state.close()

    def typed(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run_command(["dead-letters", *words])
        told = capfd.readouterr()
        return code, told.out, told.err

    return typed


def test_list_groups_by_cause_over_all_portals_with_the_fix(command: Command) -> None:
    code, out, _ = command("list")
    assert code == 0
    assert "  INVALID_OPTION  companies.tier  1 record  first seen " in out
    assert "      = help: add the option\n" in out
    assert out.endswith("2 open dead letters. Next: mend the causes, then syncworker sync acme\n")
    _, out, _ = command("list", "acme", "--cause", "INVALID_EMAIL", "--json")
    (group,) = json.loads(out)["groups"]
    assert (group["portal"], group["subject"], group["keys"]) == ("acme", "contacts", ["u1"])
    assert command("list", "other")[1].startswith("No open dead letters.")


def test_show_tells_all_of_one_by_key_or_cause_and_masks_addresses(command: Command) -> None:
    code, out, _ = command("show", "acme", "a1")
    assert (code, "jane@acme.example" in out) == (0, False)
    assert "  meant\n    owner  j" in out
    assert out.endswith("syncworker dead-letters retry acme --key a1\n")
    assert command("show", "acme", "INVALID_EMAIL")[1].endswith("--cause INVALID_EMAIL\n")
    code, out, err = command("show", "acme", "a9")
    assert (code, out) == (1, "")
    assert "= help: syncworker dead-letters list acme --all" in err


def test_export_masks_unless_it_goes_to_a_file_of_the_owners(
    command: Command, tmp_path: Path
) -> None:
    code, out, _ = command("export", "acme")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, [row["key"] for row in rows]) == (0, ["a1", "u1"])
    assert "jane@acme.example" not in out
    assert command("export", "acme", "--with-personal-data")[0] == 64
    file = tmp_path / "letters.json"
    code, out, err = command(
        *("export", "acme", "--format", "json", "--with-personal-data", "--out", str(file))
    )
    assert (code, out, "2 dead letters in" in err) == (0, "", True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["letters"][0]["values"]["owner"] == "jane@acme.example"
    assert command("export", "acme", "--out", str(tmp_path / "no" / "f"))[0] == 1
    assert json.loads(command("export", "acme", "--format", "json")[1])["schema_version"] == 1


def test_discard_needs_a_choice_a_reason_and_consent(command: Command) -> None:
    for words in (
        ("--reason", "x"),
        ("--all", "--key", "a1", "--reason", "x"),
        ("--all", "--reason", " "),
        ("--all",),
        ("--all", "--reason", "without a terminal"),
    ):
        assert command("discard", "acme", *words)[0] == 64, words
    assert command("discard", "acme", "--key", "a9", "--reason", "x", "--yes")[0] == 1
    code, out, _ = command("discard", "acme", "--key", "a1", "--reason", "a test", "--yes")
    assert code == 0
    assert out.endswith("Discarded 1 dead letter. Next: syncworker dead-letters list acme --all\n")
    assert "INVALID_OPTION" not in command("list")[1]
    assert "      1 record: a test\n" in command("list", "--all")[1]
    assert "a test" in command("show", "acme", "a1")[1]
    code, out, _ = command("discard", "acme", "--all", "--reason", "x", "--yes", "--json")
    told = json.loads(out)
    assert (code, told["portal"]) == (0, "acme")
    assert told["discarded"] == sum(one["letters"] for one in told["causes"]) > 0


def test_retry_of_nothing_is_fine_and_of_an_unknown_cause_is_not(command: Command) -> None:
    assert command("retry", "other")[:2] == (
        0, "No open dead letters. Next: syncworker sync other\n",
    )  # fmt: skip
    code, out, _ = command("retry", "other", "--json")
    told = json.loads(out)
    assert (code, told["schema_version"], told["runs"], told["letters"]) == (0, 1, [], [])
    assert command("retry", "acme", "--cause", "NO_SUCH")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("list", "acmee"),
        ("retry", "acmee"),
        ("show", "acmee", "a1"),
        ("discard", "acmee", "--all", "--reason", "x", "--yes"),
        ("export", "acmee"),
    ],
)
def test_a_portal_with_neither_mapping_nor_letters_is_named_with_those_there_are(
    command: Command, words: tuple[str, ...]
) -> None:
    code, out, err = command(*words)
    assert (code, out) == (1, "")
    assert "error: there is no portal acmee" in err
    assert "= help: " in err
    assert "other" in err
