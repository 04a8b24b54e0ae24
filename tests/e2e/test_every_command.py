"""Every command is run well and wrongly, and its exit code is what its help says.

A new command needs a line in `EVERY`: what is typed, and the exit code, for a good and a bad run.
They are run in this process, in one folder that was synced once; what serves until it is stopped
is run as a process by the test that the line names.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from support.workspace import AS_OF, PORTAL, Workspace

from syncworker import bootstrap, settings
from syncworker.cli import reference, trouble
from syncworker.cli.main import cli, run
from syncworker.sandbox.server import SandboxServer

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Line:
    """A command's runs: what is typed after its name, and the exit code.

    Attributes:
        good: Arguments of a run that does what the command is for.
        bad: Arguments of one that cannot.
        bad_code: What that one exits with.
        code: What the good one exits with.
        elsewhere: The test file that does the good run as a process of its own.
        slow: Whether the good run is done once only, with --json.
    """

    good: str
    bad: str
    bad_code: int
    code: int = 0
    elsewhere: str = ""
    slow: bool = False


EVERY = {
    "alerts deliveries": Line("acme", "nosuch", 1),
    "alerts list": Line("acme", "nosuch", 1),
    "alerts test": Line("", "acme", 1, elsewhere="e2e/test_alerts_command.py"),
    "apply": Line("", "nosuch.json --yes", 1, elsewhere="e2e/test_plan_apply.py"),
    "backfill": Line("acme --from 2026-11-01 --dry-run", "acme --from May", 64),
    "beat": Line("", "", 1, elsewhere="e2e/test_beat_command.py"),
    "completion": Line("bash", "tcsh", 64),
    "db copy": Line("", "", 64, elsewhere="e2e/test_db_commands.py"),
    "db current": Line("", "now", 64),
    "db upgrade": Line("", "now", 64),
    "dead-letters discard": Line("", "acme --all", 64, elsewhere="e2e/test_dead_letters.py"),
    "dead-letters export": Line("acme", "acme --with-personal-data", 64),
    "dead-letters list": Line("acme", "--kind nosuch", 64),
    "dead-letters retry": Line("", "--kind nosuch", 64, elsewhere="e2e/test_dead_letters.py"),
    "dead-letters show": Line("", "a b c", 64, elsewhere="integration/test_letter_commands.py"),
    "demo": Line("", "--folder mappings", 1, elsewhere="e2e/test_demo.py"),
    "doctor": Line("acme", "nosuch", 1, slow=True),
    "explain": Line("acme a1 --metric mrr", "acme nobody", 1, slow=True),
    "extract": Line("acme", "acme --stream nosuch", 1, slow=True),
    "forget": Line("acme a11 --dry-run", "acme nobody --yes", 1),
    "health": Line("", "--max-age soon", 64, elsewhere="unit/cli/test_health_command.py"),
    "history": Line("acme a1", "acme nobody", 1),
    "init": Line("", "acme", 1, elsewhere="e2e/test_init_command.py"),
    "links": Line("acme", "nosuch", 1),
    "metrics list": Line("", "--profile nosuch", 1),
    "metrics portfolio": Line("acme --from 2026-10 --report mrr", "acme --from May", 64, slow=True),
    "metrics show": Line("mrr", "nosuch", 1),
    "pause": Line("acme --for 1s", "acme --for soon", 64),
    "plan": Line(f"acme --as-of {AS_OF:%Y-%m-%dT%H:%M}", "nosuch", 1, slow=True),
    "properties clear": Line("acme --dry-run", "nosuch --dry-run", 1),
    "properties create": Line("acme", "nosuch", 1),
    "properties diff": Line("acme", "nosuch", 1),
    "properties list": Line("acme", "nosuch", 1),
    "resume": Line("acme", "nosuch", 1),
    "rollback": Line("", "nosuch --yes", 1, elsewhere="integration/test_trust_commands.py"),
    "runs cancel": Line("", "nosuch", 1, elsewhere="e2e/test_backfill_command.py"),
    "runs list": Line("acme", "--nosuch", 64),
    "runs pause": Line("", "nosuch", 1, elsewhere="e2e/test_backfill_command.py"),
    "runs resume": Line("", "nosuch", 1, elsewhere="e2e/test_backfill_command.py"),
    "runs retry": Line("", "nosuch", 1, elsewhere="e2e/test_backfill_command.py"),
    "runs show": Line("RUN", "nosuch", 1),
    "runs watch": Line("RUN", "nosuch", 1),
    "sandbox clone": Line("acme", "nosuch", 1),
    "sandbox up": Line("", "--port 99999999", 64, elsewhere="e2e/test_commands.py"),
    "schema": Line("", "--nosuch", 64),
    "sources check": Line("acme", "nosuch", 1, slow=True),
    "sources list": Line("acme", "nosuch", 1),
    "staging prune": Line("acme --dry-run", "nosuch", 1),
    "staging stats": Line("acme", "", 64),
    "status": Line("acme", "nosuch", 1),
    "sync": Line("", "acme --wait", 64, elsewhere="e2e/test_sync.py"),
    "validate": Line("acme", "nosuch", 1),
    "verify": Line("acme", "nosuch", 1),
    "webhook": Line("", "--port 99999999", 64, elsewhere="unit/cli/test_webhook_command.py"),
    "worker": Line("", "--concurrency 0", 64, elsewhere="support/workspace.py"),
}
_SERVES = "serves until it is stopped: it has no result, and logs"
NO_JSON = {
    "beat": _SERVES,
    "completion": "prints a script for a shell",
    "schema": "prints a JSON Schema, or a page in Markdown",
    "webhook": _SERVES,
    "worker": _SERVES,
}
"""Commands without --json, and why."""
COMMANDS = {" ".join(words): command for words, command in reference.commands(cli)}


@pytest.fixture(scope="module")
def folder(
    once_synced: Any, sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """A workspace that all commands share: none of them does what would disturb the others."""
    place = tmp_path_factory.mktemp("every") / "work"
    shutil.copytree(once_synced.folder, place)
    sandbox.portal = copy.deepcopy(once_synced.portal)
    workspace = Workspace(place, sandbox)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for name in [name for name in os.environ if name.startswith("SYNCWORKER_")]:
            patch.delenv(name)
        for name, value in workspace.env.items():
            patch.setenv(name, value)
        yield workspace


def typed(name: str, arguments: str) -> list[str]:
    words = [*name.split(), *shlex.split(arguments)]
    if "RUN" in words:
        newest = bootstrap.engine(settings.load()).runs.latest(PORTAL, 1)[0].id
        words[words.index("RUN")] = newest
    return words


def test_every_command_is_in_the_table() -> None:
    assert sorted(COMMANDS) == sorted(EVERY)


@pytest.mark.parametrize("name", [name for name, line in EVERY.items() if not line.slow])
def test_a_good_run_exits_as_its_help_says(
    name: str, folder: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    line = EVERY[name]
    if line.elsewhere:
        text = (TESTS / line.elsewhere).read_text("utf-8")
        assert all(f'"{word}"' in text or f'command("{word}' in text for word in name.split())
        return
    assert run(typed(name, line.good)) == line.code, capsys.readouterr().err
    assert capsys.readouterr().out


@pytest.mark.parametrize("name", EVERY)
def test_a_bad_run_says_what_to_type_and_exits_as_promised(
    name: str, folder: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    line = EVERY[name]
    assert run(typed(name, line.bad)) == line.bad_code
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "error" in out + err or "FAIL" in out
    assert "help: " in out + err


@pytest.mark.parametrize("name", sorted(EVERY.keys() - NO_JSON.keys()))
def test_with_json_a_bad_run_is_told_as_json(
    name: str, folder: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    line = EVERY[name]
    assert run(typed(name, f"--json {line.bad}")) == line.bad_code
    out, err = capsys.readouterr()
    if "--nosuch" in line.bad:  # what was typed could not be read at all
        assert (out, "No such option" in err) == ("", True)
        return
    document = json.loads(out)
    assert document["schema_version"] == 1
    if name != "doctor":  # which lists what it found all the same
        assert {"message", "help", "code"} == document["error"].keys()
        assert document["error"]["help"]
        assert "error: " in err


@pytest.mark.parametrize("name", EVERY)
def test_a_result_can_be_had_as_json(
    name: str, folder: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {opt for param in COMMANDS[name].params for opt in param.opts}
    assert ("--json" in options) != (name in NO_JSON)
    line = EVERY[name]
    if name in NO_JSON or line.elsewhere:
        return
    assert run(typed(name, f"{line.good} --json")) == line.code
    document = json.loads(capsys.readouterr().out)
    assert document["schema_version"] == 1


def test_every_command_has_two_examples_that_can_be_typed() -> None:
    assert {n: len(trouble.examples(c)) for n, c in COMMANDS.items()} == dict.fromkeys(COMMANDS, 2)
    with click.Context(cli, info_name="syncworker") as root:
        for name, command in COMMANDS.items():
            for example in trouble.examples(command):
                line = re.split(r" \d?>| && ", example.partition("syncworker ")[2])[0]
                words = shlex.split(line.strip().removesuffix(')"'))
                own = name.split()
                assert words[: len(own)] == own, example
                command.make_context(name, words[len(own) :], parent=root).close()


def test_every_option_says_what_it_does_and_has_a_variable() -> None:
    for name, command in COMMANDS.items():
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, f"{name} {option.opts}"
                assert str(option.envvar).startswith("SYNCWORKER_"), f"{name} {option.opts}"


def test_no_variable_means_two_things() -> None:
    variables = [f"SYNCWORKER_{name.upper()}" for name in settings.Settings.model_fields]
    variables += [
        str(option.envvar)
        for command in COMMANDS.values()
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
    ]
    assert [name for name, number in Counter(variables).items() if number > 1] == []
