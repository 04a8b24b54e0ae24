"""`syncworker webhook`: what it says when it cannot listen, and who starts the fast lane."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.workspace import wait_until

from syncworker import bootstrap, settings
from syncworker.cli import webhook
from syncworker.cli.main import run
from syncworker.errors import StoreError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path / "home"))
    bootstrap.upgrade(settings.load())
    return tmp_path


@pytest.fixture(autouse=True)
def logging_as_before() -> Any:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before[0], before[1]
    root.setLevel(level)


def test_a_port_that_is_taken_is_named_with_another_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["webhook", "--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert f"127.0.0.1, port {port} cannot be used: Address already in use" in error
    assert "--port 8713" in error


def test_without_its_packages_it_says_what_to_install(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ModuleNotFoundError(name="starlette")

    monkeypatch.setattr(bootstrap, "serve_webhooks", missing)
    assert run(["webhook"]) == 1
    error = capsys.readouterr().err
    assert "the webhook endpoint needs starlette" in error
    assert "pip install 'syncworker[webhook]'" in error


def test_while_it_receives_it_gives_signs_of_life_and_the_state_is_not_copied(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def serve(*_: object, on_ready: Callable[[int], None], **__: object) -> None:
        on_ready(8712)
        monkeypatch.setenv("NEW_URL", f"sqlite:///{home}/new.db")
        assert run(["db", "copy", "--to", "env:NEW_URL", "--yes"]) == 1
        for command, code in (("health", 1), ("doctor", 0)):
            assert run([command]) == code
        told.append("".join(capsys.readouterr()))

    monkeypatch.setattr(bootstrap, "serve_webhooks", serve)
    assert run(["webhook"]) == 0
    name = f"webhook:8712@{socket.gethostname()}"
    said = " ".join(told[0].split())
    assert f"{name} gave a sign of life 0 s ago: what it writes would stay behind" in said
    assert "stop workers, beats and webhook receivers, wait 120 s" in said
    assert "ok webhook last sign of life 0 s ago" in said
    assert f"webhook {name} " in said
    assert run(["db", "copy", "--to", "env:NEW_URL", "--yes"]) == 0
    assert run(["health"]) == 1
    assert "webhook " not in capsys.readouterr().out


def starter(monkeypatch: pytest.MonkeyPatch, start: Callable[[str], None]) -> webhook.Starter:
    monkeypatch.setattr(webhook, "start", lambda _settings, _engine, portal: start(portal))
    return webhook.Starter(SimpleNamespace(), SimpleNamespace())


def test_what_is_asked_for_meanwhile_is_done_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    go_on = threading.Event()

    def start(portal: str) -> None:
        started.append(portal)
        go_on.wait(10)

    made = starter(monkeypatch, start)
    made.ask("acme")
    wait_until(lambda: started == ["acme"])
    for portal in ("beta", "acme", "beta", "acme"):
        made.ask(portal)
    go_on.set()
    wait_until(lambda: len(started) == 3)
    made.ask("last")
    wait_until(lambda: "last" in started)

    assert started == ["acme", "acme", "beta", "last"]


def test_whatever_goes_wrong_the_next_is_started_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started: list[str] = []
    errors = iter([StoreError("the database is away"), ValueError("a defect"), None])

    def start(portal: str) -> None:
        started.append(portal)
        error = next(errors)
        if error is not None:
            raise error

    made = starter(monkeypatch, start)
    for number in range(3):
        made.ask(f"p{number}")
        wait_until(lambda number=number: len(started) == number + 1)

    assert "left to the tick: the database is away" in caplog.text
    assert "the fast lane did not start" in caplog.text


def test_where_no_worker_runs_nothing_is_started(home: Path) -> None:
    webhook.start(settings.load(), SimpleNamespace(), "acme")
    assert not list(home.glob("home/*.sock"))
