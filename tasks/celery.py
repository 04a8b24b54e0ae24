"""The Celery app; `celery -A tasks worker -B` finds it."""

from __future__ import annotations

import functools
import gc

from celery import Celery, signals

from syncworker import bootstrap, counters, settings, telemetry, traces
from syncworker.engine.engine import Engine
from syncworker.engine.todo import QUEUE_PRIORITY, Todo

app = Celery("syncworker", include=["tasks.hearts", "tasks.sync", "tasks.upkeep"])
app.config_from_object("celeryconfig")


@functools.cache
def engine() -> Engine:
    """This process's engine; made after forking, because connections must not be shared."""
    return bootstrap.engine(settings.load())


def send(todos: list[Todo]) -> None:
    """Enqueue what is to be done next; chunks of a run that people wait for overtake others."""
    for todo in todos:
        priority = QUEUE_PRIORITY[todo.priority]
        app.send_task(f"syncworker.{todo.task}", args=[todo.id], priority=priority)


@signals.setup_logging.connect
def _log(**_: object) -> None:
    configured = settings.load()
    telemetry.configure(configured.log_level, configured.log_format)


@signals.worker_process_init.connect
def _begin_anew(**_: object) -> None:
    engine.cache_clear()  # the parent's connections must not be used
    configured = settings.load()
    if configured.metrics_port is not None:
        counters.start()
    if configured.otlp_endpoint is not None:
        traces.start_sending(configured.otlp_endpoint)
    # What is imported stays: looking through it again and again takes a third of a push's time.
    gc.freeze()


@signals.worker_ready.connect
def _see_to_lost_work(**_: object) -> None:
    app.send_task("syncworker.tick")
