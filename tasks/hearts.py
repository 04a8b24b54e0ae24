"""Signs of life of this machine's worker, of its beat, and of ticks; see `health`.

A worker's is written by its main process, by the timer of its event loop: a thread could hold a
lock while a child is forked. A beat's is written whenever it has sent a tick. What goes wrong is
logged once and harms nothing.
"""

from __future__ import annotations

import atexit
import functools
import logging
import socket
from datetime import datetime
from importlib.metadata import version
from typing import Any

from celery import signals

from syncworker import probe, settings
from syncworker.engine.heartbeats import TICK, Heartbeat, Heartbeats, HeartKind
from syncworker.errors import SyncworkerError

log = logging.getLogger(__name__)
_SECONDS = 10.0


class _Heart:
    """The sign of life of one process."""

    def __init__(self, kind: HeartKind, name: str) -> None:
        self.name, self._kind = name, kind
        self._began = probe.clock()
        self._well = True

    def beat(self) -> None:
        """Write it down."""
        try:
            with probe.heartbeats(settings.load()) as store:
                store.put(_sign(self.name, self._kind, self._began))
        except SyncworkerError as error:
            if self._well:
                log.warning("no sign of life can be written: %s", error)
            self._well = False
        else:
            self._well = True

    def stop(self) -> None:
        """The process ends well: it is not missed."""
        try:
            with probe.heartbeats(settings.load()) as store:
                store.drop(self.name)
        except SyncworkerError as error:
            log.warning("no sign of life can be removed: %s", error)


_hearts: dict[HeartKind, _Heart] = {}
_timers: dict[HeartKind, Any] = {}


def ticked(store: Heartbeats) -> None:
    """A tick has been done."""
    store.put(_sign(TICK, "tick", probe.clock()))


def _sign(name: str, kind: HeartKind, began: datetime) -> Heartbeat:
    return Heartbeat(name, kind, _version(), began, probe.clock())


@functools.cache
def _version() -> str:
    return version("syncworker")


@signals.worker_ready.connect
def _worker_lives(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's consumer
    """Also after the broker was gone, when the consumer begins anew."""
    heart = _hearts.setdefault("worker", _Heart("worker", sender.hostname))
    if "worker" in _timers:
        _timers["worker"].cancel()
    else:
        # Celery sends no signal where it stops at once; a forked child never gets here.
        atexit.register(heart.stop)
    heart.beat()
    _timers["worker"] = sender.timer.call_repeatedly(_SECONDS, heart.beat)


@signals.beat_init.connect
@signals.beat_embedded_init.connect
def _beat_lives(**_: object) -> None:
    _hearts.clear()  # an embedded beat is a fork of its worker
    _hearts["beat"] = _Heart("beat", f"beat@{socket.gethostname()}")
    _hearts["beat"].beat()


@signals.after_task_publish.connect
def _sent(sender: str | None = None, **_: object) -> None:
    if sender == "syncworker.tick" and "beat" in _hearts:
        _hearts["beat"].beat()
