"""Serves the webhook endpoint on a socket until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette

_STOP_SECONDS = 10
_LOOK_SECONDS = 0.5


class WebhookServer:
    """The endpoint, listening while the context lasts, in a thread of its own.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port; 0 takes a free one.

    Attributes:
        port: The port it listens on.

    Raises:
        OSError: The address cannot be had.
    """

    def __init__(self, app: Starlette, *, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,  # a path is not personal, but who sent it is
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started and self.alive:
            self._thread.join(0.005)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let requests that are being stored end, and stop."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS + 1)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


def serve(app: Starlette, *, host: str, port: int, on_ready: Callable[[int], None]) -> None:
    """Serve until SIGINT or SIGTERM; for the main thread.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        on_ready: Told the port once it listens.

    Raises:
        OSError: The address cannot be had.
    """
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    server = WebhookServer(app, host=host, port=port)
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            on_ready(server.port)
            while server.alive and not stop.wait(_LOOK_SECONDS):
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
