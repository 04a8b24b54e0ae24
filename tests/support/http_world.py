"""The http kind for the shared suite: users behind an API with pages and a time filter."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.http_server import Api, Asked, Reply, as_json

from syncworker.engine.ports import Source
from syncworker.mapping.source_http import HttpSource as HttpConfig
from syncworker.sources.registry import Surroundings, build


class HttpWorld:
    """A list at `/v1/users`, ordered by when rows changed, paged by offset.

    Args:
        api: The server it is put behind.
    """

    stream = "users"
    canonical = "users"
    overlap: timedelta | None = timedelta(minutes=5)

    def __init__(self, api: Api) -> None:
        self._api = api
        self._rows: dict[int, dict[str, object]] = {}
        api.answer = self._answer

    def source(self, *, page_rows: int = 3) -> Source:
        stream = {
            "path": "/v1/users",
            "records": "data",
            "fields": {
                "user_id": "id",
                "account_id": "account",
                "email": "mail",
                "created_at": "created",
            },
            "paging": {
                "by": "offset",
                "param": "offset",
                "size_param": "limit",
                "size": page_rows,
            },
            "cursor": {"field": "changed", "param": "changed_from"},
        }
        config = HttpConfig.model_validate(
            {"kind": "http", "base_url": self._api.url, "streams": {"users": stream}}
        )
        return build("app", config, Surroundings(str, page_rows=page_rows))

    def put(self, number: int, at: datetime) -> None:
        row = self._rows.setdefault(
            number,
            {
                "id": self.key(number),
                "account": f"a{number % 4}",
                "mail": f"User{number}@Example.com ",
                "created": at.isoformat(),
            },
        )
        row["changed"] = at.isoformat()

    def remove(self, number: int) -> None:
        del self._rows[number]

    def spoil(self, number: int) -> str:
        self._rows[number]["mail"] = "max at example"
        return "email"

    def drop_column(self) -> str | None:
        for row in self._rows.values():
            row.pop("account")
        return "account_id"

    def key(self, number: int) -> str:
        return f"u{number:03}"

    def _answer(self, asked: Asked) -> Reply:
        rows = sorted(self._rows.values(), key=lambda row: (str(row["changed"]), str(row["id"])))
        since = asked.params.get("changed_from", "").replace("Z", "+00:00")
        rows = [row for row in rows if str(row["changed"]) >= since]
        offset = int(asked.params["offset"])
        return as_json({"data": rows[offset : offset + int(asked.params["limit"])]})
