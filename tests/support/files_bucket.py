"""A bucket on a real socket: the few S3 requests that listing and reading objects take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from support.source_world import START

NAME = "exports"


@dataclass(frozen=True)
class Object:
    content: bytes
    modified: datetime

    @property
    def etag(self) -> str:
        return f'"{md5(self.content, usedforsecurity=False).hexdigest()}"'


class Bucket(ThreadingHTTPServer):
    """Objects by key.

    Attributes:
        objects: What is in it.
        refuse: HTTP status and S3's code for every request from now on; None: all are answered.
        requests: What was asked for, as `METHOD path`.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, Object] = {}
        self.refuse: tuple[int, str] | None = None
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, key: str, content: bytes, modified: datetime = START) -> None:
        self.objects[key] = Object(content, modified)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.server.requests.append(f"{self.command} {url.path}")
        key = unquote(url.path).removeprefix(f"/{NAME}").lstrip("/")
        if self.server.refuse:
            self._refuse(*self.server.refuse)
        elif not key:
            self._list(parse_qs(url.query))
        elif key in self.server.objects:
            self._object(self.server.objects[key])
        else:
            self._refuse(404, "NoSuchKey")

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        delimiter = query.get("delimiter", [""])[0]
        contents, folders = [], set()
        for key, one in sorted(self.server.objects.items()):
            if not key.startswith(prefix):
                continue
            rest = key[len(prefix) :]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.split(delimiter)[0] + delimiter)
                continue
            contents.append(
                f"<Contents><Key>{escape(key)}</Key><ETag>{escape(one.etag)}</ETag>"
                f"<Size>{len(one.content)}</Size><StorageClass>STANDARD</StorageClass>"
                f"<LastModified>{one.modified:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            )
        common = "".join(
            f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in folders
        )
        body = (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{NAME}</Name><IsTruncated>false</IsTruncated>"
            f"<KeyCount>{len(contents)}</KeyCount>{''.join(contents)}{common}</ListBucketResult>"
        )
        self._answer(200, body.encode(), {"Content-Type": "application/xml"})

    def _object(self, one: Object) -> None:
        headers = {"ETag": one.etag, "Last-Modified": f"{one.modified:%a, %d %b %Y %H:%M:%S GMT}"}
        span = self.headers.get("Range")
        if span is None:
            self._answer(200, one.content, headers)
            return
        first, last = span.removeprefix("bytes=").split("-")
        end = min(int(last), len(one.content) - 1)
        headers["Content-Range"] = f"bytes {first}-{end}/{len(one.content)}"
        self._answer(206, one.content[int(first) : end + 1], headers)

    def _refuse(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        self._answer(status, body.encode(), {"Content-Type": "application/xml"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """A running bucket."""
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
