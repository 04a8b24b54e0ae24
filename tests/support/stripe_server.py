"""A Stripe account on a real socket, as Stripe documents its API: lists, events, expansion, errors.

It is written from Stripe's published shapes and shares no code with the source.
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from support.stripe_render import Renderer, Unexpandable

Json = dict[str, Any]
KEY = "rk_test_51Fixture"
COLLECTIONS = {
    "subscriptions": "subscription",
    "subscription_items": "subscription_item",
    "invoices": "invoice",
    "invoice_payments": "invoice_payment",
    "customers": "customer",
    "coupons": "coupon",
    "prices": "price",
    "refunds": "refund",
    "credit_notes": "credit_note",
    "events": "event",
}


@dataclass
class Trouble:
    """An answer in the place of the right one; `cut` closes the connection in its middle."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Asked:
    """One request."""

    path: str
    parameters: list[tuple[str, str]]
    headers: Mapping[str, str]

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.parameters if key == name]

    def one(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


class StripeServer:
    """The account: what it holds, what goes wrong, and what was asked of it."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Json]] = defaultdict(dict)
        self.render = Renderer(self.objects)
        self.troubles: list[Trouble] = []
        self.forbidden: set[str] = set()
        self.received: list[Asked] = []
        self.deleted_in_all = False
        self.endless = False
        self.url = ""
        self._events = 0

    def add(self, *objects: Json) -> None:
        """Store objects, or replace them."""
        for one in objects:
            self.objects[one["object"]][one["id"]] = one

    def change(self, kind: str, object_id: str, **values: object) -> Json:
        """Change an object; returns it."""
        self.objects[kind][object_id] |= values
        return self.objects[kind][object_id]

    def delete(self, kind: str, object_id: str) -> Json:
        """Delete an object; what leads to a customer or coupon still shows it."""
        one = self.objects[kind][object_id]
        if kind in ("customer", "coupon"):
            one["_deleted"] = True
        else:
            del self.objects[kind][object_id]
        return one

    def event(self, type_: str, value: Json, at: int, previous: Json | None = None) -> Json:
        """Note an event, with the object as it is at this moment."""
        self._events += 1
        kind = value["object"]
        shown = self.render.show(kind, {**value, "_deleted": False}, [])
        data = {"object": copy.deepcopy(shown)}
        if previous is not None:
            data["previous_attributes"] = copy.deepcopy(previous)
        told = {
            "id": f"evt_{self._events:06}",
            "object": "event",
            "api_version": "2024-06-20",
            "created": at,
            "data": data,
            "type": type_,
        }
        self.add(told)
        return told

    def asked(self, path: str) -> list[Asked]:
        """The requests of a path."""
        return [one for one in self.received if one.path == path]

    def answer(self, asked: Asked) -> tuple[int, Json]:
        """Status and body."""
        if asked.headers.get("Authorization") != f"Bearer {KEY}":
            given = (asked.headers.get("Authorization") or "").removeprefix("Bearer ")
            return _error(401, f"Invalid API Key provided: {given}")
        parts = asked.path.removeprefix("/v1/").split("/")
        if parts[0] in self.forbidden:
            return _error(403, f"The provided key '{KEY}' does not have the required permissions")
        try:
            return self._read(parts, asked)
        except Unexpandable as error:
            return _error(400, str(error), code=error.code)

    def _read(self, parts: list[str], asked: Asked) -> tuple[int, Json]:
        wanted = asked.all("expand[]")
        kind = COLLECTIONS[parts[0]]
        if len(parts) == 1:
            return self._list(kind, asked, wanted)
        if parts[2:] == ["lines"]:
            return self._list("line_item", asked, wanted, invoice=parts[1])
        one = self.objects[kind].get(parts[1])
        if one is None or (one.get("_deleted") and kind != "customer"):
            return _error(404, f"No such {kind}: '{parts[1]}'", code="resource_missing")
        return 200, self.render.show(kind, one, self.render.paths(wanted, of_list=False))

    def _list(self, kind: str, asked: Asked, wanted: list[str], **by: str) -> tuple[int, Json]:
        limit = int(asked.one("limit") or 10)
        if not 1 <= limit <= 100:
            return _error(400, "This value must be between 1 and 100", param="limit")
        by |= {
            name: value
            for name, value in asked.parameters
            if name in ("subscription", "invoice", "payment_intent", "charge")
        }
        found = [one for one in self.objects[kind].values() if self._fits(kind, one, asked, by)]
        # Newest first; of one second, what was made last.
        found.reverse()
        found.sort(key=lambda one: -int(one.get("created", 0)))
        after = asked.one("starting_after")
        if after and not self.endless:
            if after not in self.objects[kind]:
                return _error(
                    400,
                    f"No such {kind}: '{after}'",
                    code="resource_missing",
                    param="starting_after",
                )
            ids = [one["id"] for one in found]
            found = found[ids.index(after) + 1 :] if after in ids else []
        paths = self.render.paths(wanted, of_list=True)
        data = [self.render.show(kind, one, paths) for one in found[:limit]]
        rest = self.endless or len(found) > limit
        return 200, {"object": "list", "url": asked.path, "data": data, "has_more": rest}

    def _fits(self, kind: str, one: Json, asked: Asked, by: Mapping[str, str]) -> bool:
        created = one.get("created", 0)
        if (
            not int(asked.one("created[gte]") or 0)
            <= created
            <= int(asked.one("created[lte]") or created)
        ):
            return False
        if kind in ("customer", "coupon") and one.get("_deleted"):
            return False
        if kind == "event":
            return one["type"] in asked.all("types[]")
        if kind == "subscription":
            gone = self.objects["customer"].get(one["customer"], {}).get("_deleted")
            status = asked.one("status")
            return one["status"] == status or (
                status == "all" and (self.deleted_in_all or not gone)
            )
        intent = asked.one("payment[payment_intent]")
        if intent:
            return bool(one["payment"]["payment_intent"] == intent)
        return all(one.get(name) == value for name, value in by.items())


@contextlib.contextmanager
def stripe_server() -> Iterator[StripeServer]:
    """A server for as long as the block runs."""
    account = StripeServer()
    handler = type("Handler", (_Handler,), {"account": account})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        account.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield account
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: the client need not wait for the second half
    account: StripeServer

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer, or have the trouble that waits."""
        url = urlsplit(self.path)
        asked = Asked(url.path, parse_qsl(url.query, keep_blank_values=True), self.headers)
        self.account.received.append(asked)
        if self.account.troubles:
            trouble = self.account.troubles.pop(0)
        else:
            status, body = self.account.answer(asked)
            trouble = Trouble(status, body)
        given = trouble.body
        data = given.encode() if isinstance(given, str) else json.dumps(given).encode()
        self.send_response(trouble.status)
        self.send_header(
            "Content-Type", "text/html" if isinstance(given, str) else "application/json"
        )
        for name, value in trouble.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (10 if trouble.cut else 0)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(data)
        self.close_connection = self.close_connection or trouble.cut


def _error(status: int, message: str, **more: str) -> tuple[int, Json]:
    return status, {"error": {"type": "invalid_request_error", "message": message, **more}}
