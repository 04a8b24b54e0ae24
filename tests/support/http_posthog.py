"""PostHog's query endpoint as it is published: HogQL in, lists with column names out.

https://posthog.com/docs/api/queries. It understands the one query that we ship, clause by clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from support.http_server import Asked, Reply, as_json

_CLAUSE = {
    "since": re.compile(r"timestamp >= toDateTime\('([^']+)'\)"),
    "until": re.compile(r"timestamp <= toDateTime\('([^']+)'\)"),
    "cursor": re.compile(r"toString\(uuid\)\) > '([^']*)'"),
    "limit": re.compile(r"LIMIT (\d+)"),
}
COLUMNS = ["event_id", "user_id", "account_id", "name", "ts", "received_at", "position"]


@dataclass
class PostHog:
    """Events by uuid, and what the endpoint answers.

    Attributes:
        key: The personal API key it wants.
        most: Rows of an answer at most, however large the LIMIT.
    """

    key: str
    most: int = 50_000
    events: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)

    def put(self, uuid: str, name: str, at: datetime, user: str = "d1") -> None:
        self.events[uuid] = (user, name, at)

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {self.key}":
            error = {"type": "authentication_error", "code": "authentication_failed"}
            return as_json({**error, "detail": "Invalid personal API key.", "attr": None}, 401)
        if (asked.method, asked.path) != ("POST", "/api/projects/12345/query/"):
            return as_json({"type": "invalid_request", "detail": "Endpoint not found."}, 404)
        query = asked.json["query"]
        if query["kind"] != "HogQLQuery" or "ORDER BY position" not in query["query"]:
            return as_json({"type": "validation_error", "detail": "Unknown query"}, 400)
        told = {
            name: found[1]
            for name, clause in _CLAUSE.items()
            if (found := clause.search(query["query"]))
        }
        since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
        rows = sorted(
            [
                [uuid, user, None, name, _iso(at), _iso(at), f"{at:%Y-%m-%d %H:%M:%S.%f} {uuid}"]
                for uuid, (user, name, at) in self.events.items()
                if since <= at <= until
            ],
            key=lambda row: str(row[-1]),
        )
        limit = min(int(told.get("limit", 100)), self.most)
        return as_json(
            {
                "cache_key": "cache_1",
                "is_cached": False,
                "columns": COLUMNS,
                "error": None,
                "explain": None,
                "hasMore": None,
                "hogql": "SELECT ...",
                "limit": None,
                "offset": None,
                "query": query["query"],
                "results": [row for row in rows if str(row[-1]) > told["cursor"]][:limit],
                "timings": [],
                "types": [[name, "Nullable(String)"] for name in COLUMNS],
            }
        )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
