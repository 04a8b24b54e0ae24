"""Log lines: one per event, with run, portal and chunk, and nothing that is nobody's business."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator

import pytest

from syncworker import telemetry

LINE = re.compile(r'time=(\S+) level=(\S+) event=("(?:[^"\\]|\\.)*")((?: \w+=\S+)*)$')


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """The package's log, with the process's own logging put back afterwards."""
    root, package = logging.getLogger(), logging.getLogger("syncworker")
    before = root.handlers[:], root.level, package.level
    yield package
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    package.setLevel(before[2])


def parsed(line: str) -> tuple[str, str, str]:
    found = LINE.fullmatch(line)
    assert found, line
    return found[2], json.loads(found[3]), found[4].strip()


def test_a_line_names_its_run_portal_and_chunk(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("info")
    log.warning("%s rows", 3, extra={"run": "r1", "portal": "acme", "chunk": 7, "other": "x"})
    out, err = capsys.readouterr()
    assert out == ""
    assert parsed(err.strip()) == ("warning", "3 rows", "run=r1 portal=acme chunk=7")
    assert re.match(r"time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} ", err)


def test_tokens_and_people_are_masked_in_messages_and_tracebacks(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("INFO")
    log.info('told joe@x.com {"access_token": "hunter2"} pat-na1-hunter2')
    try:
        int("postgresql://u:hunter2@db, joe@x.com")
    except ValueError:
        log.exception("a defect")
    err = capsys.readouterr().err
    assert "hunter2" not in err
    assert "joe@x.com" not in err
    assert "Traceback (most recent call last):" in err
    assert (
        "ValueError: invalid literal for int() with base 10: 'postgresql://u:***@db, j…@x.com'"
        in err
    )


def test_quotes_and_line_breaks_in_a_message_do_not_break_the_line(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("INFO")
    log.info('it said "no" ä\nlevel=error event="forged"')
    (line,) = capsys.readouterr().err.splitlines()
    assert parsed(line) == ("info", 'it said "no" ä\nlevel=error event="forged"', "")


def test_our_logs_go_by_the_level_and_other_libraries_warn_only(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("debug")
    log.debug("ours")
    logging.getLogger("alembic.runtime").info("theirs")
    logging.getLogger("alembic.runtime").warning("their warning")
    telemetry.configure("ERROR")
    log.warning("ours, but too low")
    events = [parsed(line)[1] for line in capsys.readouterr().err.splitlines()]
    assert events == ["ours", "their warning"]


def test_configuring_twice_says_everything_once(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("INFO")
    telemetry.configure("INFO")
    log.info("once")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_command_logs_nothing_but_defects(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.show_defects_only()
    log.warning("what the command says itself")
    try:
        int("joe@x.com")
    except ValueError:
        log.exception("a defect")
    err = capsys.readouterr().err
    assert "what the command says itself" not in err
    assert parsed(err.splitlines()[0])[:2] == ("error", "a defect")
    assert "ValueError: invalid literal for int() with base 10: 'j…@x.com'" in err


def test_as_json_a_line_is_an_object_with_its_run_and_a_masked_traceback(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("INFO", "json")
    with telemetry.about(run="r1", portal="acme"), telemetry.about(chunk=7):
        log.info('it said "no"\nto joe@x.com', extra={"seconds": 1.5})
    try:
        int("joe@x.com")
    except ValueError:
        log.exception("a defect")
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert first.pop("time")
    assert first == {
        "level": "info",
        "logger": "syncworker",
        "event": 'it said "no"\nto j…@x.com',
        "run": "r1",
        "portal": "acme",
        "chunk": 7,
        "seconds": 1.5,
    }
    assert second["level"] == "error"
    assert "run" not in second
    assert second["traceback"].endswith("invalid literal for int() with base 10: 'j…@x.com'")


def test_lines_of_a_block_name_what_it_is_about_unless_they_say_it_themselves(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry.configure("INFO")
    with telemetry.about(run="r1", chunk=7):
        log.info("within", extra={"chunk": 8})
    log.info("after")
    within, after = capsys.readouterr().err.splitlines()
    assert parsed(within)[2] == "run=r1 chunk=8"
    assert parsed(after)[2] == ""
