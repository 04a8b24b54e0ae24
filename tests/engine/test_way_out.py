"""A rollback or a repair that is broken off gives the portal free at once, and loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.trust_world import OWN, World

from syncworker import bootstrap, settings
from syncworker.cli import asking, exits, show_run
from syncworker.cli.main import run as command
from syncworker.engine import sync
from syncworker.planning.records import Batch, RecordOutcome

Caught = pytest.CaptureFixture[str]
Made = Callable[[str], tuple[World, list[str]]]


def raises(error: BaseException) -> Callable[..., object]:
    def broken(*_: object, **__: object) -> object:
        raise error

    return broken


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    def make(kind: str) -> tuple[World, list[str]]:
        world = World(tmp_path, 7)
        wrong = world.write(**world.all("99", 7))
        monkeypatch.setattr(settings, "load", lambda: None)
        monkeypatch.setattr(bootstrap, "engine", lambda _settings: world.engine)
        if kind == "rollback":
            return world, ["rollback", wrong.id, "--yes"]
        world.write(**world.all("10", 7))
        for id_ in world.portal.companies:
            world.portal.edit(id_, OWN, "99")
        return world, ["verify", "acme", "--repair", "--yes"]

    return make


def mended(world: World, words: list[str]) -> bool:
    """Whether the same command does the rest now, with no lease to wait for."""
    return command(words) == exits.OK and world.held() == ["10"] * 7


KINDS = pytest.mark.parametrize("kind", ["rollback", "repair"])


@KINDS
def test_where_nobody_reads_the_plan_any_more_the_portal_is_free(
    kind: str, made: Made, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    world, words = made(kind)
    with monkeypatch.context() as patch:
        patch.setattr(show_run, "plan_text", raises(BrokenPipeError()))
        assert command(words) != exits.OK
    assert world.engine.runs.running("acme") is None
    assert "acme is free for other runs; nothing was sent" in capsys.readouterr().err
    assert world.held() == ["99"] * 7
    assert mended(world, words)


@KINDS
@pytest.mark.parametrize("moment", ["it looks", "the question"])
def test_ctrl_c_before_it_sends_gives_the_portal_free(
    kind: str, moment: str, made: Made, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    world, words = made(kind)
    place = {"it looks": (world.portal, "last_changes"), "the question": (asking, "agreed")}[moment]
    with monkeypatch.context() as patch:
        patch.setattr(*place, raises(KeyboardInterrupt()))
        assert command(words) == exits.INTERRUPTED
    assert world.engine.runs.running("acme") is None
    assert "acme is free for other runs; nothing was sent" in capsys.readouterr().err
    assert mended(world, words)


@KINDS
def test_ctrl_c_while_it_sends_settles_the_batch_and_gives_the_portal_free(
    kind: str, made: Made, monkeypatch: pytest.MonkeyPatch, capsys: Caught
) -> None:
    world, words = made(kind)
    write = world.portal.write

    def pressed(batch: Batch) -> tuple[RecordOutcome, ...]:
        os.kill(os.getpid(), signal.SIGINT)
        return write(batch)

    with monkeypatch.context() as patch:
        patch.setattr(world.portal, "write", pressed)
        assert command(words) == exits.INTERRUPTED
    assert world.engine.runs.running("acme") is None
    assert "acme is free for other runs; 3 records had been sent" in capsys.readouterr().err
    assert world.held() == ["10"] * 3 + ["99"] * 4
    assert world.ledger("a0").values[OWN] == "10"
    assert mended(world, words)


def test_a_run_of_another_process_is_left_alone(made: Made) -> None:
    world, words = made("rollback")
    other = sync.start(world.engine, "acme", mode="queue")
    assert command(words) == exits.LOCKED
    assert world.engine.runs.running("acme") == other
