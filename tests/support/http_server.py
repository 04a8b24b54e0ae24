"""An API on a real socket: answers as a test tells it, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = Any


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """An answer: `body` is sent as it is, `length` is what the headers say of it."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    hang: float = 0


def as_json(value: Json, status: int = 200, **headers: str) -> Reply:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(value).encode(), status, {"Content-Type": "application/json", **told})


@dataclass
class Api:
    """The API: `answer` is called for every request; `asked` keeps them."""

    answer: Callable[[Asked], Reply] = lambda _: Reply(status=404)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def script(self, *replies: Reply) -> None:
        """Answer with these, one after the other; the last one for ever."""
        left = list(replies)
        self.answer = lambda _: left.pop(0) if len(left) > 1 else left[0]


class _Handler(BaseHTTPRequestHandler):
    api: Api
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def _do(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.title(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        self.api.asked.append(asked)
        reply = self.api.answer(asked)
        if reply.hang:
            self.api.released.wait(reply.hang)
        with suppress(OSError):  # the client may have given up
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            told = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(told))
            if told != len(reply.body):
                self.close_connection = True
            self.end_headers()
            self.wfile.write(reply.body)


@contextmanager
def http_server() -> Iterator[Api]:
    """A server for as long as the block lasts."""
    api = Api()
    handler = type("Handler", (_Handler,), {"api": api})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        api.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield api
        finally:
            api.released.set()
            server.shutdown()
            thread.join()
