"""Signs of life: given again and again, and never in the way of work."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from syncworker import probe
from syncworker.engine import heart
from syncworker.settings import Settings
from syncworker.store import schema
from syncworker.store.database import Database
from tasks import hearts


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SYNCWORKER_HOME", str(tmp_path))
    settings = Settings(home=tmp_path)
    database = Database(settings.state_url)
    schema.upgrade(database)
    database.close()
    return settings


def names(home: Settings) -> list[str]:
    with probe.heartbeats(home) as store:
        return [beat.name for beat in store.all()]


def test_a_sign_of_life_gives_up_at_once_where_the_database_is_locked_and_comes_later(
    home: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(probe, "_HURRY", 0.05)
    mine = probe.heart(home, "worker", "celery@here")
    locking = Database(home.state_url)
    with caplog.at_level(logging.WARNING), locking.write():
        began = time.monotonic()
        mine.beat()
        mine.beat()
        hearts.ticked()
        assert time.monotonic() - began < 10
    locking.close()
    told = [record.message for record in caplog.records]
    assert len(told) == 2, "once for each that cannot, however often it tries"
    assert all("no sign of life can be written: the state database" in line for line in told)
    assert names(home) == []

    mine.beat()
    hearts.ticked()
    assert set(names(home)) == {"celery@here", "tick"}
    mine.stop()
    assert names(home) == ["tick"]


def test_a_process_that_only_waits_gives_signs_until_it_ends(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heart, "SECONDS", 0.01)
    mine = probe.heart(home, "beat", "beat@here")
    with mine.beating():
        with probe.heartbeats(home) as store:
            (first,) = store.all()
            deadline = time.monotonic() + 10
            while store.all()[0].at == first.at:
                assert time.monotonic() < deadline
        assert first.started_at <= first.at
    assert names(home) == []
