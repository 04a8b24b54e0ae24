"""Signs of life of this machine's worker, of its beat, and of ticks; see `health`.

A worker's is written by its main process, by the timer of its event loop: a thread could hold a
lock while a child is forked. A beat's is written whenever it has sent a tick. None
waits for a database that is locked: the worker's loop would wait with it.
"""

from __future__ import annotations

import atexit
import socket
from typing import Any

from celery import signals

from syncworker import probe, settings
from syncworker.engine.heart import SECONDS, Heart
from syncworker.engine.heartbeats import TICK, HeartKind

_hearts: dict[HeartKind, Heart] = {}
_timers: dict[HeartKind, Any] = {}


def ticked() -> None:
    """A tick has been done."""
    _heart("tick", TICK).beat()


def _heart(kind: HeartKind, name: str) -> Heart:
    return probe.heart(settings.load(), kind, name)


@signals.worker_ready.connect
def _worker_lives(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's consumer
    """Also after the broker was gone, when the consumer begins anew."""
    heart = _hearts.setdefault("worker", _heart("worker", sender.hostname))
    if "worker" in _timers:
        _timers["worker"].cancel()
    else:
        # Celery sends no signal where it stops at once; a forked child never gets here.
        atexit.register(heart.stop)
    heart.beat()
    _timers["worker"] = sender.timer.call_repeatedly(SECONDS, heart.beat)


@signals.beat_init.connect
@signals.beat_embedded_init.connect
def _beat_lives(**_: object) -> None:
    _hearts.clear()  # an embedded beat is a fork of its worker
    _hearts["beat"] = _heart("beat", f"beat@{socket.gethostname()}")
    _hearts["beat"].beat()


@signals.after_task_publish.connect
def _sent(sender: str | None = None, **_: object) -> None:
    if sender == "syncworker.tick" and "beat" in _hearts:
        _hearts["beat"].beat()
