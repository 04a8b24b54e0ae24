"""Requests to the webhook endpoint, signed as their senders do, and the endpoint as a process."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from support.workspace import Workspace, kill_tree, wait_until

SECRET = "what-only-the-website-knows"


def digest(body: bytes, timestamp: int, secret: str = SECRET) -> str:
    """HMAC-SHA256 of the time and the body, in hex."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def form_headers(body: bytes, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """What a form tool sends with a body; signed now unless told otherwise."""
    timestamp = int(time.time() if at is None else at)
    return {
        "Content-Type": "application/json",
        "X-Timestamp": str(timestamp),
        "X-Signature-256": f"sha256={digest(body, timestamp, secret)}",
    }


def stripe_headers(body: bytes, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """What Stripe sends with an event."""
    timestamp = int(time.time() if at is None else at)
    signed = digest(body, timestamp, secret)
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": f"t={timestamp},v1={signed},v0={'0' * 64}",
    }


def submission(number: int, **more: object) -> dict[str, Any]:
    """A request for a demo."""
    return {
        "submission_id": f"s{number}",
        "email": f"user@company-{number}.example",
        "type": "live",
        "page": "/demo",
        **more,
    }


@dataclass(frozen=True)
class Endpoint:
    """A running `syncworker webhook`."""

    process: subprocess.Popen[bytes]
    url: str

    def post(
        self, content: object, *, source: str = "website", headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Send what a form sends."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = form_headers(body) if headers is None else headers
        return requests.post(f"{self.url}acme/{source}", body, headers=headers, timeout=30)

    def kill(self) -> None:
        """SIGKILL, as a machine that loses its power."""
        kill_tree(self.process.pid)
        self.process.wait()


@contextmanager
def endpoint(workspace: Workspace, name: str = "webhook", **env: str) -> Iterator[Endpoint]:
    """`syncworker webhook` on a free port; its output is <name>.out and <name>.log."""
    out, log = workspace.folder / f"{name}.out", workspace.folder / f"{name}.log"
    with out.open("wb") as stdout, log.open("ab") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "syncworker", "webhook", "--port", "0"],
            cwd=workspace.folder,
            env=workspace.environment({"ACME_WEBSITE": SECRET, **env}),
            stdout=stdout,
            stderr=stderr,
        )
    try:
        wait_until(lambda: process.poll() is not None or b"/" in _read(out), what="the endpoint")
        found = re.search(r"http://\S+", out.read_text())
        assert found, log.read_text()
        yield Endpoint(process, found[0])
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def _read(path: Path) -> bytes:
    return path.read_bytes()
