"""`syncworker beat`: the schedule alone, beside workers that run elsewhere."""

from __future__ import annotations

import subprocess
import sys

import click

from syncworker import settings as settings_module
from syncworker.cli import broker, metrics_server, worker
from syncworker.cli.console import tell


@click.command()
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65535),
    help="Serve Prometheus metrics on this port, too; 0 takes a free one.",
)
def command(metrics_port: int | None) -> int:
    """Send the regular tick until stopped with Ctrl-C or SIGTERM; workers do what it asks for.

    One is enough; two do no harm. `syncworker worker` has it with it unless told otherwise.

    \b
    Examples:
      syncworker beat
      syncworker beat --metrics-port 9465
    """
    settings = settings_module.load()
    broker.require(settings)
    with metrics_server.serving(settings, metrics_port) as port:
        if port is not None:
            tell(f"metrics: http://{settings.metrics_host}:{port}/metrics")
        tell("the beat is starting; stop it with Ctrl-C")
        arguments = ["-A", "tasks", "beat", "-l", settings.log_level]
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", *arguments], start_new_session=True
        )
        return worker.attend(process, lambda: None)
