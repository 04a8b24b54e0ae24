"""What was asked of the portal: counts by path, and the last requests in full."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from dataclasses import dataclass

from syncworker.sandbox.answers import Json

KEPT = 500
_READING_POSTS = ("/search", "/batch/read", "/introspect", "/access-token-info")
_VERSION = re.compile(r"/(v[1-4]|20\d\d-\d\d(-beta)?)(?=/|$)")
_NAMES = (
    (
        re.compile(r"^(/crm/objects/[^/]+/)[^/]+(/associations/[^/]+/)[^/]+(?<!default)$"),
        r"\1{id}\2{id}",
    ),
    (re.compile(r"^(/crm/objects/[^/]+)/(?!batch$|batch/|search$|merge$)[^/]+"), r"\1/{id}"),
    (re.compile(r"^(/crm/property-validations/[^/]+)/[^/]+"), r"\1/{name}"),
    (re.compile(r"^(/crm/pipelines/[^/]+)/[^/]+"), r"\1/{id}"),
    (re.compile(r"^(/oauth/(?:access|refresh)-tokens)/.+"), r"\1/{token}"),
    (re.compile(r"^(/crm/properties/[^/]+/groups)/[^/]+"), r"\1/{name}"),
    (re.compile(r"^(/crm/properties/[^/]+)/(?!batch/|groups$|groups/)[^/]+"), r"\1/{name}"),
    (re.compile(r"^(/form-integrations/submissions/forms)/[^/]+"), r"\1/{guid}"),
    (re.compile(r"^(/crm/owners)/[^/]+"), r"\1/{id}"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when, what, how it was answered (0: not at all) and the body sent."""

    at: str
    method: str
    path: str
    query: str
    status: int
    body: bytes

    def as_json(self) -> Json:
        """For the control API; the body parsed where it is JSON."""
        try:
            body = json.loads(self.body) if self.body else None
        except ValueError:
            body = self.body.decode(errors="replace")
        return {
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "body": body,
        }


class Stats:
    """Counts since the start or the last reset; requests refused or cut off count too.

    Attributes:
        by_path: Requests by method and path, without versions and ids.
        by_status: Requests by status of the answer; 0 where there was none.
        reads: Requests that only read, searches and batch reads among them.
        writes: All others, token refreshes left out.
        refreshes: Requests to the OAuth token endpoint, refused ones too.
        log: The last ones in full.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Count from zero."""
        self.by_path: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()
        self.reads = 0
        self.writes = 0
        self.refreshes = 0
        self.log: deque[Request] = deque(maxlen=KEPT)

    @property
    def requests(self) -> int:
        """Requests in all."""
        return self.reads + self.writes + self.refreshes

    def count(self, request: Request) -> None:
        """Count a request once its answer is known."""
        self.by_path[f"{request.method} {shape(request.path)}"] += 1
        self.by_status[request.status] += 1
        if request.path.startswith("/oauth/") and request.path.endswith("/token"):
            self.refreshes += 1
        elif request.method == "GET" or request.path.endswith(_READING_POSTS):
            self.reads += 1
        else:
            self.writes += 1
        self.log.append(request)

    def as_json(self) -> Json:
        """For the control API."""
        return {
            "requests": self.requests,
            "reads": self.reads,
            "writes": self.writes,
            "refreshes": self.refreshes,
            "by_path": dict(self.by_path),
            "by_status": {str(status): n for status, n in self.by_status.items()},
            "log": [request.as_json() for request in self.log],
        }


def shape(path: str) -> str:
    """A path without its API version, and with {id} for what names one record or property."""
    path = _VERSION.sub("", path, count=1)
    for pattern, replacement in _NAMES:
        path = pattern.sub(replacement, path)
    return path
