"""A run in this process, without a broker: the same chunks, tables and leases."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from syncworker.engine import alert_sending, alerts, finish, schedules, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.todo import Todo


def carry_out(
    engine: Engine, run: Run, owner: str, on_step: Callable[[Run], None] | None = None
) -> Run:
    """Work on the run until it ends.

    Args:
        engine: The ports.
        run: An open run.
        owner: Names this process in the chunks it holds.
        on_step: Told of the run after each chunk, for showing progress.
    """
    now = engine.clock()
    # What an earlier process had in its own queue died with it.
    engine.chunks.free_lost(now=now, enqueued_before=now, run_id=run.id)
    todos = deque(sync.onward(engine, run.id))
    while todos:
        todos.extend(do(engine, todos.popleft(), owner))
        if on_step is not None:
            on_step(engine.runs.get(run.id))
        if not todos:
            todos.extend(sync.onward(engine, run.id))
    alerts.watch(engine, run.portal)
    alert_sending.deliver(engine, run.portal)
    return engine.runs.get(run.id)


def do(engine: Engine, todo: Todo, owner: str) -> list[Todo]:
    """Do one thing and say what comes next."""
    if todo.task == "sync_portal":
        return sync.begin(engine, str(todo.id))
    if todo.task == "finish_run":
        finish.finish(engine, str(todo.id))
        return []
    if todo.task == "look_for_news":
        return schedules.look(engine, str(todo.id))
    return sync.work(engine, int(todo.id), owner)
