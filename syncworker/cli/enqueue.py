"""Hands a run to the workers: the one place outside tasks/ that knows Celery, and only by name."""

from __future__ import annotations

from celery import Celery

from syncworker.engine import finish, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.engine.todo import QUEUE_PRIORITY
from syncworker.errors import SettingsError


def enqueue(engine: Engine, run: Run) -> None:
    """Send the run to the queue.

    Raises:
        SettingsError: The broker did not take it; the run is closed, so the portal is free.
    """
    app = Celery("syncworker")
    app.config_from_object("celeryconfig")
    try:
        for todo in sync.onward(engine, run.id):
            app.send_task(
                f"syncworker.{todo.task}",
                args=[todo.id],
                priority=QUEUE_PRIORITY[todo.priority],
                retry=False,
            )
    except Exception as error:
        gone = SettingsError(
            f"the broker did not take the run: {type(error).__name__}",
            help="nothing was read or sent; start the broker and enqueue again",
            code="BROKER_UNREACHABLE",
        )
        finish.fail(engine, run, gone)
        raise gone from error
    finally:
        app.close()
