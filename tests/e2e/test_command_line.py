"""What holds for every command: global options, colours, errors, pipes, interruption, variables."""

from __future__ import annotations

import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from syncworker.cli import exits, modes, show_metrics
from syncworker.cli.console import say, tell
from syncworker.cli.main import run
from syncworker.mapping import schema

Caught = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SYNCWORKER_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Do something else where `syncworker schema` makes its result."""

    def put(act: Callable[[], None]) -> None:
        def made() -> str:
            act()
            return "{}"

        monkeypatch.setattr(schema, "mapping_schema", made)

    return put


Instead = Callable[[Callable[[], None]], None]


@pytest.mark.parametrize("words", [("-q", "schema"), ("schema", "--quiet"), ("schema", "-q")])
def test_quiet_leaves_results_and_errors_and_nothing_else(
    words: tuple[str, ...], instead: Instead, capsys: Caught
) -> None:
    def act() -> None:
        say("12 rows. Next: syncworker plan acme")
        say("Next: syncworker plan acme")
        tell("  extract …")

    instead(act)
    assert run(words) == exits.OK
    assert capsys.readouterr() == ("12 rows.\n{}\n", "")
    assert run(["schema"]) == exits.OK
    assert capsys.readouterr() == (
        "12 rows. Next: syncworker plan acme\nNext: syncworker plan acme\n{}\n",
        "  extract …\n",
    )
    assert run(["metrics", "-q", "show", "mrr"]) == exits.OK
    capsys.readouterr()
    assert run(["-q", "schema", "--nosuch"]) == exits.USAGE
    assert "--nosuch" in capsys.readouterr().err


@pytest.mark.parametrize(("word", "level"), [("-v", "INFO"), ("--debug", "DEBUG")])
@pytest.mark.parametrize("before", [True, False])
def test_verbose_and_debug_set_how_much_is_logged(
    word: str, level: str, before: bool, instead: Instead, capsys: Caught
) -> None:
    instead(lambda: logging.getLogger("syncworker.test").log(getattr(logging, level), "seen"))
    assert run([word, "schema"] if before else ["schema", word]) == exits.OK
    assert 'event="seen"' in capsys.readouterr().err
    assert run(["schema"]) == exits.OK
    assert capsys.readouterr().err == ""


def test_no_input_gives_whoever_asks_no_terminal(instead: Instead) -> None:
    seen = []
    instead(lambda: seen.append((sys.stdin.name, sys.stdin.isatty(), modes.on(modes.NO_INPUT))))
    before = sys.stdin
    assert run(["schema", "--no-input"]) == exits.OK
    assert seen == [(os.devnull, False, True)]
    assert sys.stdin is before


def test_an_error_nobody_expected_is_one_line_and_its_traceback_is_kept_masked(
    instead: Instead, capsys: Caught, tmp_path: Path
) -> None:
    def break_down() -> None:
        raise RuntimeError("of ann@northwind.example\nwith pat-na1-12345678")

    instead(break_down)
    assert run(["schema"]) == exits.FAILED
    out, err = capsys.readouterr()
    kept = tmp_path.resolve() / ".syncworker" / "crash.log"
    assert out == ""
    assert err == (
        "error: this is a defect of syncworker: RuntimeError: of a…@northwind.example with "
        f"pat-***\n  = help: its traceback is in {kept}; please report it. To see more: --debug\n"
    )
    text = kept.read_text("utf-8")
    assert text.startswith("Traceback")
    assert "break_down" in text
    assert "ann@" not in text
    assert "12345678" not in text
    assert run(["schema", "--debug"]) == exits.FAILED
    assert "Traceback" in capsys.readouterr().err


def test_a_traceback_is_for_its_owner_only_even_where_an_older_one_was_for_all(
    instead: Instead, tmp_path: Path
) -> None:
    kept = tmp_path / ".syncworker" / "crash.log"
    kept.parent.mkdir()
    kept.write_text("x" * 100_000)
    kept.chmod(0o644)
    instead(lambda: {}["key"])
    assert run(["schema"]) == exits.FAILED
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "x" * 100 not in kept.read_text("utf-8")


def test_a_defect_is_told_in_a_line_even_where_no_folder_takes_its_traceback(
    instead: Instead, capsys: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCWORKER_HOME", "/proc/nowhere")
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    instead(lambda: {}["\udcff"])
    assert run(["schema"]) == exits.FAILED
    err = capsys.readouterr().err
    assert err.startswith("error: this is a defect of syncworker: KeyError")
    assert "please report it. To see more: --debug" in err


def test_a_defect_that_cannot_say_what_it_is_is_told_all_the_same(
    instead: Instead, capsys: Caught
) -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError

    def break_down() -> None:
        raise MuteError

    instead(break_down)
    assert run(["schema"]) == exits.FAILED
    assert "this is a defect of syncworker: MuteError" in capsys.readouterr().err


def test_where_the_home_folder_cannot_be_used_the_traceback_is_kept_elsewhere(
    instead: Instead, capsys: Caught, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SYNCWORKER_HOME", "/proc/nowhere")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    instead(lambda: {}["key"])
    assert run(["schema"]) == exits.FAILED
    assert str(tmp_path) in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("syncworker-*/*")] == ["crash.log"]


def test_an_interrupted_command_exits_as_a_shell_expects(instead: Instead, capsys: Caught) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    instead(interrupt)
    assert run(["schema"]) == exits.INTERRUPTED
    assert "nothing is lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plann"], ["'plann'", "Did you mean", "'plan'", "syncworker --help"]),
        (["runs", "lst"], ["Did you mean 'list'?"]),
        (["plan"], ["Missing argument 'PORTAL'", "for example: syncworker plan", "plan --help"]),
        (["plan", "acme", "--fll"], ["Did you mean '--full'?", "for example: syncworker plan"]),
        (["plan", "acme", "--format", "xml"], ["'xml'", "text", "json"]),
    ],
)
def test_wrong_usage_says_what_was_meant_or_shows_an_example(
    words: list[str], told: list[str], capsys: Caught
) -> None:
    assert run(words) == exits.USAGE
    err = capsys.readouterr().err
    assert err.startswith("Usage: syncworker")
    assert [part for part in told if part not in err] == []


def test_the_bare_command_shows_its_help_and_is_wrong_usage(capsys: Caught) -> None:
    assert run([]) == exits.USAGE
    assert "Commands:" in capsys.readouterr().err


def test_an_option_can_be_set_by_its_variable_and_what_is_typed_wins(
    monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    monkeypatch.setenv("SYNCWORKER_METRICS_LIST_FORMAT", "json")
    monkeypatch.setenv("SYNCWORKER_METRICS_LIST_PROFILE", "starter")
    assert run(["metrics", "list"]) == exits.OK
    few = json.loads(capsys.readouterr().out)["metrics"]
    assert run(["metrics", "list", "--profile", "full"]) == exits.OK
    assert len(json.loads(capsys.readouterr().out)["metrics"]) > len(few)
    monkeypatch.setenv("SYNCWORKER_QUIET", "1")
    assert run(["completion", "bash"]) == exits.OK
    assert capsys.readouterr().err == ""


def test_a_broken_pipe_of_ours_only_is_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    def broken(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(show_metrics, "list_lines", broken)
    assert run(["metrics", "list"]) == exits.FAILED  # a socket's, say
    assert "BrokenPipeError" in capsys.readouterr().err


def syncworker(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a bash script in which `syncworker` is ours."""
    (folder / "bin").mkdir(exist_ok=True)
    shim = folder / "bin" / "syncworker"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m syncworker "$@"\n', "utf-8")
    shim.chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SYNCWORKER_")}
    path = f"{folder / 'bin'}:{kept['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**kept, "PATH": path, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    done = syncworker("syncworker metrics list | head -1; echo ${PIPESTATUS[0]}", tmp_path)
    assert done.stdout.startswith("account_id ")
    assert done.stdout.endswith("\n141\n")
    assert done.stderr == ""


def test_bash_completes_commands_options_portals_and_metrics(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "acme-eu.yaml").touch()
    script = """
eval "$(syncworker completion bash 2>/dev/null)"
try() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _syncworker_completion syncworker
  echo "${COMPREPLY[*]}"
}
try syncworker pl
try syncworker staging ""
try syncworker plan --a
try syncworker plan ""
try syncworker metrics show mrr_t
complete -p syncworker
"""
    done = syncworker(script, tmp_path)
    assert done.stdout.splitlines()[:5] == ["plan", "prune stats", "--as-of", "acme-eu", "mrr_tier"]
    assert "-F _syncworker_completion syncworker" in done.stdout


@pytest.mark.parametrize(("shell", "word"), [("zsh", "#compdef"), ("fish", "complete ")])
def test_the_other_shells_have_a_script_too(shell: str, word: str, capsys: Caught) -> None:
    assert run(["completion", shell]) == exits.OK
    assert word in capsys.readouterr().out


def on_terminal(**env: str) -> bytes:
    """What `syncworker plan` (which lacks its argument) shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    command = [sys.executable, "-m", "syncworker", "plan"]
    done = subprocess.run(command, stderr=theirs, env={**kept, **env}, timeout=60, check=False)
    os.close(theirs)
    assert done.returncode == exits.USAGE
    shown = os.read(ours, 10_000)
    os.close(ours)
    return shown


def test_colours_are_for_terminals_that_have_them_and_people_who_want_them(
    capsys: Caught, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"\x1b[" in on_terminal(TERM="xterm-256color")
    assert b"\x1b[" not in on_terminal(TERM="dumb")
    assert b"\x1b[" not in on_terminal(TERM="xterm", NO_COLOR="1")
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    run(["plan"])
    assert "\x1b[" not in capsys.readouterr().err
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["plan"])
    assert "\x1b[" in capsys.readouterr().err
    monkeypatch.setenv("NO_COLOR", "1")
    run(["plan"])
    assert "\x1b[" not in capsys.readouterr().err


def test_a_bar_is_drawn_only_where_a_cursor_can_move(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    assert modes.animated(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not modes.animated(Terminal())
