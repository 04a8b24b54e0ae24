"""A server on a real socket that answers what a test has put down for it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any


@dataclass
class Answer:
    """One answer: `hang` seconds late, or cut off in the middle, or the connection just closed."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0
    cut: bool = False


@dataclass
class Received:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


class Script:
    """What to answer, and what was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.received: list[Received] = []
        self.connections = 0
        self.url = ""

    def add(self, *answers: Answer) -> None:
        """Answer the next requests so; after them `{}`."""
        self.answers += answers

    @property
    def asked(self) -> list[str]:
        """Methods and paths, first to last."""
        return [f"{one.method} {one.path}" for one in self.received]


class Handler(BaseHTTPRequestHandler):
    """Answers from the script, over connections that are kept open."""

    protocol_version = "HTTP/1.1"
    script: Script

    def setup(self) -> None:
        """Count the connection."""
        super().setup()
        self.script.connections += 1

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        self.script.received.append(Received(self.command, self.path, self.headers, body))
        answer = self.script.answers.pop(0) if self.script.answers else Answer()
        time.sleep(answer.hang)
        data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (10 if answer.cut else 0)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the client may have given up
            self.wfile.write(data)
        self.close_connection = answer.cut
