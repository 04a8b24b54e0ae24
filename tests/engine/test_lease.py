"""A chunk that is worked on stays its worker's, and nobody's once the worker is gone."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.fake_engine import FakePortal, FakeSource, make_engine

from syncworker.engine import sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.lease import held
from syncworker.engine.memory import Chunk

LEASE = timedelta(seconds=0.6)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = make_engine(tmp_path, FakePortal(1), FakeSource(1), limits=Limits(lease=LEASE))
    return replace(made, clock=lambda: datetime.now(UTC))


@pytest.fixture
def chunk(engine: Engine) -> Chunk:
    run = sync.start(engine, "acme", mode="queue")
    (todo, *_) = sync.begin(engine, run.id)
    now = engine.clock()
    claimed = engine.chunks.claim(int(todo.id), owner="me", now=now, until=now + LEASE)
    assert claimed is not None
    return claimed


def is_free(engine: Engine, chunk: Chunk) -> bool:
    now = engine.clock()
    return engine.chunks.claim(chunk.id, owner="other", now=now, until=now + LEASE) is not None


def test_work_that_takes_longer_than_a_lease_keeps_its_chunk(engine: Engine, chunk: Chunk) -> None:
    with held(engine, chunk):
        time.sleep(2 * LEASE.total_seconds())
        assert not is_free(engine, chunk)
    engine.chunks.complete(chunk, {})


def test_after_the_work_nothing_renews_and_the_lease_runs_out(engine: Engine, chunk: Chunk) -> None:
    with pytest.raises(ZeroDivisionError), held(engine, chunk):
        raise ZeroDivisionError
    assert not [t for t in threading.enumerate() if t.name == f"lease-{chunk.id}"]
    time.sleep(LEASE.total_seconds() + 0.1)
    assert is_free(engine, chunk)


def test_a_lease_that_cannot_be_renewed_is_logged_and_the_work_goes_on(
    engine: Engine, chunk: Chunk, caplog: pytest.LogCaptureFixture
) -> None:
    again = engine.chunks.claim(
        chunk.id, owner="me", now=engine.clock(), until=engine.clock() + LEASE
    )
    assert again is not None
    with caplog.at_level(logging.WARNING, "syncworker"), held(engine, chunk):
        time.sleep(LEASE.total_seconds())
    assert "the lease was not renewed: chunk" in caplog.text
    engine.chunks.complete(again, {})
