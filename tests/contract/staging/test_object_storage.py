"""Staging on object storage, against the few S3 requests it takes, over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest

from syncworker.model.streams import STREAMS
from syncworker.staging.parquet import ParquetStaging


class Bucket(ThreadingHTTPServer):
    """Objects by path; each is there whole or not at all."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}


class Handler(BaseHTTPRequestHandler):
    """Stores and gives an object; a reader asks for a range of its bytes."""

    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *args: object) -> None:
        pass

    def do_PUT(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.objects[self.path] = self.rfile.read(length)
        self._answer(200, b"")

    def do_GET(self) -> None:
        content = self.server.objects.get(self.path)
        if content is None:
            self._answer(404, b"")
            return
        first, last = self.headers["Range"].removeprefix("bytes=").split("-")
        start = int(first) if first else max(0, len(content) - int(last))
        end = min(int(last), len(content) - 1) if first and last else len(content) - 1
        part = f"bytes {start}-{end}/{len(content)}"
        self._answer(206, content[start : end + 1], {"Content-Range": part})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        always = {
            "Content-Length": str(len(body)),
            "ETag": '"1"',
            "Last-Modified": "Sat, 21 Nov 2026 06:00:00 GMT",
        }
        for name, value in (always | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
        yield server
        server.shutdown()
        thread.join()


def test_rows_are_written_and_read_back(bucket: Bucket) -> None:
    staging = ParquetStaging("s3://bucket/staging")
    row = {"user_id": "u1", "source": "app", "synced_at": datetime(2026, 11, 21, tzinfo=UTC)}
    rows = pl.DataFrame([row], schema=STREAMS["users"].schema())

    place = staging.write("acme", "users", "p1", rows)
    staging.remove([place])

    assert list(bucket.objects) == ["/bucket/staging/acme/users/p1.parquet"]
    assert staging.scan("users", [place]).collect().equals(rows)
