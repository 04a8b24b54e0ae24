"""An inbox that the shared contract suite can fill, change and damage."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from syncworker.engine.ports import Source
from syncworker.mapping.source_webhook import WebhookSource
from syncworker.sources.registry import Surroundings, build
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.inbox import SqlInbox
from syncworker.store.tables import inbox

PORTAL = "acme"
NAME = "website"


class WebhookWorld:
    """Demo requests of a form, as `syncworker webhook` has stored them.

    Args:
        folder: An empty folder for the state database.
    """

    stream = "demo_requests"
    canonical = "demo_requests"
    overlap: timedelta | None = timedelta(0)

    def __init__(self, folder: Path) -> None:
        self._database = Database(f"sqlite:///{folder / 'inbox.db'}")
        schema.upgrade(self._database)
        self.inbox = SqlInbox(self._database)

    def source(self, *, page_rows: int = 3) -> Source:
        """The source, made anew."""
        config = WebhookSource(kind="webhook", secret="env:WEBSITE", streams=["demo_requests"])
        around = Surroundings(str, page_rows=page_rows, portal=PORTAL, inbox=self.inbox)
        return build(NAME, config, around)

    def put(self, number: int, at: datetime) -> None:
        """A submission received at `at`; one that is there already is received again."""
        self.remove(number)
        body = {
            "submission_id": self.key(number),
            "email": f"User{number}@Example.com",
            "type": "live",
            "submitted_at": at.isoformat(),
        }
        assert self.inbox.put(PORTAL, NAME, self.stream, self.key(number), json.dumps(body), at)

    def remove(self, number: int) -> None:
        """Take it out of the inbox."""
        self._write(sa.delete(inbox).where(inbox.c.delivery == self.key(number)))

    def spoil(self, number: int) -> str:
        """Let the submission have another thing than an address."""
        self._change(number, email="user at example")
        return "email"

    def drop_column(self) -> str | None:
        """The form no longer asks which demo."""
        with self._database.read() as connection:
            keys = connection.execute(sa.select(inbox.c.delivery)).scalars().all()
        for key in keys:
            self._change(int(key.removeprefix("s")), type=None)
        return "type"

    def key(self, number: int) -> str:
        """The submission's id."""
        return f"s{number:03}"

    def _change(self, number: int, **values: object) -> None:
        mine = inbox.c.delivery == self.key(number)
        with self._database.read() as connection:
            body = json.loads(connection.execute(sa.select(inbox.c.body).where(mine)).scalar_one())
        body |= values
        body = {name: value for name, value in body.items() if value is not None}
        self._write(sa.update(inbox).where(mine).values(body=json.dumps(body)))

    def _write(self, statement: sa.Delete | sa.Update) -> None:
        with self._database.write() as connection:
            connection.execute(statement)
