"""The portal on a real socket.

Example:
    with SandboxServer(limits=False) as sandbox:
        client = hubspot.Client.create(access_token=sandbox.token, host=sandbox.url)
        ...
        print(sandbox.portal.stats.writes)
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from syncworker.sandbox import (
    control,
    disk,
    routes_account,
    routes_associations,
    routes_feedback,
    routes_oauth,
    routes_objects,
    routes_pipelines,
    routes_properties,
    routes_schemas,
)
from syncworker.sandbox.answers import ApiError, not_found
from syncworker.sandbox.gateway import Gateway
from syncworker.sandbox.http import answer
from syncworker.sandbox.portal import Portal

HOST = "127.0.0.1"
DEFAULT_PORT = 8025
_STOP_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 75
_SAVE_SECONDS = 5.0
T = TypeVar("T")
Connections = dict[tuple[str, int], H11Protocol]


class SandboxServer:
    """A portal that listens while the context lasts, in a thread of its own.

    Args:
        portal: The account; a fresh and empty one if left out.
        port: Port on 127.0.0.1; 0 takes a free one.
        limits: Of a fresh account: whether requests are limited.
        tier: Of a fresh account: free, starter, professional or enterprise.

    Attributes:
        port: The port it listens on.

    Raises:
        OSError: The port is taken.
    """

    def __init__(
        self,
        portal: Portal | None = None,
        *,
        port: int = 0,
        limits: bool = True,
        tier: str = "professional",
    ) -> None:
        # With the protocol named, asyncio sends small answers at once instead of waiting for ACKs.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HOST, port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._connections: Connections = {}
        self._gateway = Gateway(
            endpoints(),
            portal or Portal(limits=limits, tier=tier),
            lambda at: _abort(self._connections.get(at)),
        )
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._gateway,
                http=_protocol(self._connections),
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox-portal", daemon=True)

    @property
    def portal(self) -> Portal:
        """The account; a test may look into it, change it, or put a fresh one in its place."""
        return self._gateway.portal

    @portal.setter
    def portal(self, portal: Portal) -> None:
        self._gateway.portal = portal

    @property
    def url(self) -> str:
        """Where it listens, for a client's `host` or a mapping's `base_url`."""
        return f"http://{HOST}:{self.port}"

    @property
    def token(self) -> str:
        """The bearer token it accepts."""
        return self.portal.token

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            self._thread.join(0.005)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        # A request that hangs on purpose must not keep the portal open.
        for connection in list(self._connections.values()):
            connection.loop.call_soon_threadsafe(_abort, connection)
        self._thread.join(_STOP_SECONDS)
        self._socket.close()

    @property
    def served(self) -> int:
        """Requests so far, those to the control API included."""
        return self._gateway.served

    def between(self, function: Callable[[], T]) -> T:
        """Call a function between two requests and return what it returns."""

        async def call() -> T:
            return function()

        if self._loop is None or not self._thread.is_alive():
            return function()
        return asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            self._loop = runner.get_loop()
            runner.run(self._server.serve(sockets=[self._socket]))


def serve(
    port: int = DEFAULT_PORT,
    *,
    portal: Portal | None = None,
    state: Path | None = None,
    on_ready: Callable[[SandboxServer], None] = lambda _: None,
) -> None:
    """Serve until SIGINT or SIGTERM; for the main thread.

    Args:
        port: Port on 127.0.0.1; 0 takes a free one.
        portal: The account; a fresh and empty one if left out.
        state: A file the account is saved to, every few seconds while requests come, and when the
            portal stops.
        on_ready: Called once it listens.

    Raises:
        OSError: The port is taken.
    """
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    server = SandboxServer(portal, port=port)
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    saved = 0
    try:
        with server:
            if state:
                disk.save(disk.dump(server.portal), state)
            on_ready(server)
            while not stop.wait(_SAVE_SECONDS):
                if state and server.served != saved:
                    saved = server.served
                    disk.save(server.between(lambda: disk.dump(server.portal)), state)
        if state:
            disk.save(disk.dump(server.portal), state)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def endpoints() -> Starlette:
    """The endpoints behind the gateway."""
    return Starlette(
        routes=[
            *control.ROUTES,
            *routes_associations.ROUTES,
            *routes_feedback.ROUTES,
            *routes_objects.ROUTES,
            *routes_properties.ROUTES,
            *routes_pipelines.ROUTES,
            *routes_schemas.ROUTES,
            *routes_account.ROUTES,
            *routes_oauth.ROUTES,
        ],
        exception_handlers={
            ApiError: _refused,
            HTTPException: _no_such_path,
        },
    )


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - what it is registered for
    return answer(error.body(), error.status)


def _no_such_path(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return answer(not_found().body(), status)


def _protocol(connections: Connections) -> type[H11Protocol]:
    """Uvicorn's HTTP protocol, which also keeps a list of who is connected."""

    class Protocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
            super().connection_made(transport)
            self.peer = transport.get_extra_info("peername")
            connections[self.peer] = self

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.peer, None)
            super().connection_lost(exc)

    return Protocol


def _abort(connection: H11Protocol | None) -> None:
    if connection is not None:
        connection.transport.abort()
