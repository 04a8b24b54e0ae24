"""Tasks of a run: its start, its chunks, its end."""

from __future__ import annotations

from collections.abc import Callable

from celery import Task

from syncworker.engine import finish, schedules, sync
from syncworker.engine.todo import Todo
from syncworker.errors import RateLimited, SyncworkerError, Unavailable
from tasks.celery import app, engine, send

_LONGER = 6  # with a delay of 5 seconds: 5, 30 and 180
_LONGEST_WAIT = 1800.0  # a message that waits longer than the visibility timeout comes twice


@app.task(name="syncworker.sync_portal", bind=True)
def sync_portal(self: Task, run_id: str) -> None:
    """Begin a run: check what can be checked, and cut the extraction into chunks."""
    last = self.request.retries >= self.max_retries
    _do(self, lambda: sync.begin(engine(), run_id, last_try=last))


@app.task(name="syncworker.extract_chunk", bind=True)
def extract_chunk(self: Task, chunk_id: int) -> None:
    """Read pages of one stream."""
    _work(self, chunk_id)


@app.task(name="syncworker.prepare_chunk", bind=True)
def prepare_chunk(self: Task, chunk_id: int) -> None:
    """Cut the portal into shards."""
    _work(self, chunk_id)


@app.task(name="syncworker.compute_chunk", bind=True)
def compute_chunk(self: Task, chunk_id: int) -> None:
    """Compute and plan one shard."""
    _work(self, chunk_id)


@app.task(name="syncworker.push_chunk", bind=True)
def push_chunk(self: Task, chunk_id: int) -> None:
    """Send one stretch of the plan."""
    _work(self, chunk_id)


@app.task(name="syncworker.associate_chunk", bind=True)
def associate_chunk(self: Task, chunk_id: int) -> None:
    """Associate the records of one shard."""
    _work(self, chunk_id)


@app.task(name="syncworker.finish_run")
def finish_run(run_id: str) -> None:
    """Close a run, and start at once what has waited for the portal to be free."""
    run = finish.finish(engine(), run_id)
    send(schedules.due(engine(), run.portal))


@app.task(name="syncworker.next_run")
def next_run(portal: str) -> None:
    """The portal is free: start what is due, else what has waited for it."""
    send(schedules.due(engine(), portal))


def _work(task: Task, chunk_id: int) -> None:
    # The task's id stays the same when it runs again for a killed child: the chunk is its own.
    _do(task, lambda: sync.work(engine(), chunk_id, owner=task.request.id))


def _do(task: Task, work: Callable[[], list[Todo]]) -> None:
    try:
        send(work())
    except SyncworkerError as error:
        if error.recovery != "retry":
            raise
        raise task.retry(exc=error, countdown=_wait(task, error)) from error


def _wait(task: Task, error: SyncworkerError) -> float:
    """As long as HubSpot asks, and longer each time, so that minutes of an outage are outlived."""
    named = error.retry_after if isinstance(error, RateLimited | Unavailable) else None
    growing: float = task.default_retry_delay * _LONGER**task.request.retries
    return min(max(named or 0.0, growing), _LONGEST_WAIT)
