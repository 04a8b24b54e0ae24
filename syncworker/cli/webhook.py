"""`syncworker webhook`: receives what other systems send by themselves."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from syncworker import settings as settings_module
from syncworker import telemetry
from syncworker.cli import broker, exits
from syncworker.cli.console import say
from syncworker.errors import SettingsError, SyncworkerError

if TYPE_CHECKING:
    from syncworker.engine.engine import Engine
    from syncworker.settings import Settings

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8712,
    help="Port to listen on; 0 takes a free one.",
)
def command(host: str, port: int) -> int:
    """Receive demo requests, trials and Stripe's events for every `kind: webhook` source.

    A request to /PORTAL/SOURCE that is signed well is stored and answered at once; where a worker
    runs, a run for the people it names starts by itself. /health tells whether requests can be
    stored. Stop with Ctrl-C or SIGTERM: what was answered is kept.

    \b
    Examples:
      syncworker webhook
      syncworker webhook --host 0.0.0.0 --port 8080
    """
    from syncworker import bootstrap, probe

    settings = settings_module.load()
    telemetry.configure(settings.log_level, settings.log_format)
    engine = bootstrap.engine(settings)
    lane = Starter(settings, engine)
    living = ExitStack()

    def ready(taken: int) -> None:
        say(f"Webhooks are received on http://{host}:{taken}/")
        heart = probe.heart(settings, "webhook", f"webhook:{taken}@{socket.gethostname()}")
        living.enter_context(heart.beating())

    try:
        with living:
            bootstrap.serve_webhooks(
                engine, host=host, port=port, on_stored=lane.ask, on_ready=ready
            )
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the webhook endpoint needs {error.name}", help="pip install 'syncworker[webhook]'"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{host}, port {port} cannot be used: {error.strerror}",
            help="another one: --port 8713",
            code="WEBHOOK_ADDRESS",
        ) from None
    return exits.OK


class Starter:
    """Starts the fast lane in a thread of its own, so that no sender waits for it.

    What is asked for while it works is done in one go afterwards. Whatever goes wrong is left to
    the workers' tick, which starts the same runs.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings, self._engine = settings, engine
        self._asked: set[str] = set()
        self._any = threading.Condition()
        threading.Thread(target=self._work, name="fast-lane", daemon=True).start()

    def ask(self, portal: str) -> None:
        """Something was stored for the portal; returns at once."""
        with self._any:
            self._asked.add(portal)
            self._any.notify()

    def _work(self) -> None:
        while True:
            with self._any:
                self._any.wait_for(lambda: self._asked)
                asked, self._asked = self._asked, set()
            for portal in sorted(asked):
                try:
                    start(self._settings, self._engine, portal)
                except SyncworkerError as error:
                    log.warning("left to the tick: %s", error, extra={"portal": portal})
                except Exception:  # a defect of ours: what is stored is stored
                    log.exception("the fast lane did not start", extra={"portal": portal})


def start(settings: Settings, engine: Engine, portal: str) -> None:
    """Start the portal's fast lane where workers can be told; else its next sync reads the inbox.

    Raises:
        SyncworkerError: It could not be started.
    """
    from syncworker.cli.enqueue import enqueue
    from syncworker.engine import fast_lane

    if broker.answers(settings):
        run = fast_lane.start(engine, portal)
        if run is not None:
            enqueue(engine, run)
