"""`syncworker worker`: Celery workers, the beat, and a broker where none is given."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import FrameType
from typing import IO, TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker.cli import broker, exits, metrics_server
from syncworker.cli.console import tell
from syncworker.settings import Settings

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine

_LOOK_SECONDS = 2.0


@click.command()
@click.option(
    "-c",
    "--concurrency",
    type=click.IntRange(1),
    default=2,
    help="Tasks worked on at the same time.",
)
@click.option(
    "--beat/--no-beat",
    default=True,
    show_default=True,
    help="Whether to run the schedule too, or leave it to `syncworker beat`.",
)
def command(concurrency: int, *, beat: bool) -> int:
    """Run workers and the schedule until stopped with Ctrl-C or SIGTERM.

    \b
    Examples:
      syncworker worker
      SYNCWORKER_REDIS_URL=redis://… syncworker worker -c 4
    """
    from syncworker import bootstrap

    settings = settings_module.load()
    engine = bootstrap.engine(settings)
    with (
        metrics_server.serving(settings, settings.metrics_port, counted=True) as port,
        broker.running(settings) as queue,
    ):
        if port is not None:
            tell(f"metrics: http://{settings.metrics_host}:{port}/metrics")
        if queue.started:
            _forget_queued(engine)
            tell(f"started a broker on {settings.socket}")

        def look() -> None:
            if queue.revived():
                _forget_queued(engine)
                tell(f"the broker on {settings.socket} had died: started it again")

        tell("workers are starting; stop them with Ctrl-C")
        return _work(concurrency, settings, look, beat=beat)


def _forget_queued(engine: Engine) -> None:
    """A new broker's queue is empty: what counts as enqueued is not."""
    now = engine.clock()
    engine.chunks.free_lost(now=now, enqueued_before=now)


def _work(concurrency: int, settings: Settings, look: Callable[[], None], *, beat: bool) -> int:
    """Run Celery as a child."""
    return attend(start(concurrency, settings, beat=beat), look)


def attend(process: subprocess.Popen[bytes], look: Callable[[], None]) -> int:
    """Pass signals on to Celery, and look after the broker, until it ends; the exit code."""

    def stop(number: int, _frame: FrameType | None) -> None:
        process.send_signal(signal.SIGTERM if number == signal.SIGINT else number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while (code := _ended(process)) is None:
            look()
    finally:
        if process.poll() is None:  # the broker does not start again
            process.terminate()
            process.wait()
        for number, handler in before.items():
            signal.signal(number, handler)
    return exits.OK if code == 0 else exits.FAILED


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code, or None where it goes on."""
    try:
        return process.wait(_LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def start(
    concurrency: int, settings: Settings, output: IO[bytes] | None = None, *, beat: bool = True
) -> subprocess.Popen[bytes]:
    """Start Celery's worker.

    Args:
        concurrency: Child processes.
        settings: Celery's log level, and whether its processes count for Prometheus.
        output: Where its log goes; None: where ours goes.
        beat: Whether it has the beat with it.
    """
    # Celery reads REMAP_SIGTERM from the environment only; with it a stopping worker gives its
    # tasks back to the queue instead of finishing them.
    variables = {**os.environ, "REMAP_SIGTERM": "SIGQUIT"}  # noqa: TID251 - handed on to a child
    if settings.metrics_port is not None:  # read by the package when it is imported
        variables["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics)
    with_beat = ["-B"] if beat else []
    arguments = ["worker", *with_beat, "-c", str(concurrency), "-l", settings.log_level]
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "tasks", *arguments],
        env=variables,
        start_new_session=True,
        stdout=output,
        stderr=output,
    )
