"""HubSpot's token endpoint on a real socket: counts what it is asked and answers as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT_ID = "app-1"
CLIENT_SECRET = "5c1ent-s3cret-of-the-app"
REFRESH_TOKEN = "na1-4f2a-refresh-secret"


@dataclass
class Told:
    """One answer: a status and a body, `hang` seconds late; headers beside them."""

    status: int
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0


@dataclass
class TokenServer:
    """What to answer, and what was asked.

    Attributes:
        told: Answers before tokens are given.
        expires_in: Seconds a token is good for; None: the answer does not say.
        next_refresh_token: The refresh token that is given along; "": the one that came.
        slow: Seconds each answer takes.
    """

    told: list[Told] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    expires_in: Any = 1800
    next_refresh_token: str = ""
    slow: float = 0
    url: str = ""
    at_once: int = 0
    most_at_once: int = 0

    def grant(self, form: dict[str, str]) -> dict[str, Any]:
        """An access token of more than 300 characters, another one each time."""
        number = len(self.asked)
        return {
            "token_type": "bearer",
            "access_token": f"{number}-access-" + "Xy7_" * 80,
            "refresh_token": self.next_refresh_token or form["refresh_token"],
            **({} if self.expires_in is None else {"expires_in": self.expires_in}),
        }


class _Handler(BaseHTTPRequestHandler):
    server_state: TokenServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Answer a token request."""
        state = self.server_state
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        state.at_once += 1
        state.most_at_once = max(state.most_at_once, state.at_once)
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        state.asked.append({**form, "type": self.headers.get("Content-Type", "")})
        state.paths.append(self.path)
        told = state.told.pop(0) if state.told else Told(200, state.grant(form))
        time.sleep(state.slow + told.hang)
        state.at_once -= 1
        data = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
        with suppress(OSError):  # the client may have given up
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)


@contextmanager
def token_server() -> Iterator[TokenServer]:
    """A server for as long as the block lasts."""
    state = TokenServer()
    handler = type("Handler", (_Handler,), {"server_state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        yield state
        server.shutdown()
        thread.join()
