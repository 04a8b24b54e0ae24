"""The tables. Times are aware UTC on both databases; JSON is text a person can read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite would give a naive one back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(
        self, dialect: sa.Dialect
    ) -> Callable[[datetime | None], datetime | str | None] | None:
        """A batch stores a few moments in hundreds of rows: SQLite's text of each is made once."""
        return sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Store as UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Give back as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@functools.lru_cache(maxsize=1024)
def sqlite_text(moment: datetime | None) -> str | None:
    """As SQLAlchemy's own type for SQLite writes it."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


metadata = sa.MetaData()
HOLDS = "finished_at IS NULL AND status NOT IN ('waiting', 'paused')"
_HOLDS = sa.text(HOLDS)


def _text(name: str, *, default: sa.TextClause | str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime, nullable=nullable)


def _number(name: str, default: int | None = None) -> sa.Column[int]:
    text = None if default is None else str(default)
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=text)


def _serial(name: str) -> sa.Column[int]:
    integer = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column(name, integer, primary_key=True, autoincrement=True)


runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("portal"),
    _text("kind"),
    _text("mode"),
    _text("status"),
    _text("step"),
    _time("as_of"),
    sa.Column("force", sa.Boolean, nullable=False),
    _text("mapping"),
    _time("created_at"),
    _time("finished_at", nullable=True),
    _text("message"),
    _text("help"),
    _text("code"),
    _text("priority", default="interactive"),
    _time("deferred_until", nullable=True),
    _json("summary"),
    sa.Column("options", sa.JSON, nullable=True),
    _text("wish", default=sa.text("''")),
    # One run at work per portal: the lock that two processes cannot both take.
    sa.Index("one_open_run", "portal", unique=True, sqlite_where=_HOLDS, postgresql_where=_HOLDS),
)

chunks = sa.Table(
    "chunks",
    metadata,
    _serial("id"),
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id"), nullable=False),
    _text("step"),
    _text("status"),  # ready, enqueued, running, done
    _json("payload"),
    _json("progress"),
    _json("result"),
    _text("owner"),
    _number("claim"),
    _number("attempts"),
    _time("lease_until", nullable=True),
    _time("enqueued_at", nullable=True),
    sa.Index("chunks_of_run", "run_id", "step", "status"),
)

staged_pages = sa.Table(
    "staged_pages",
    metadata,
    _serial("id"),
    _text("portal"),
    _text("source"),
    _text("stream"),
    _text("place"),
    _number("rows"),
    _time("newest", nullable=True),
    _text("run_id"),
    _number("chunk_id"),
    sa.Column("deletions", sa.Boolean, nullable=False),
    sa.Column("outdated", sa.Boolean, nullable=False),
    sa.Index("staged_of_stream", "portal", "stream"),
    sa.UniqueConstraint("portal", "place"),
)

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),  # local; the snapshot is of its first instant
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("shard", sa.BigInteger, primary_key=True, autoincrement=False),
    _number("of"),
    _text("place"),
    _time("known_at"),
    _text("mode"),
    _text("timezone"),
    _text("currency"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("cursor", sa.Text),
    _time("read_at"),
    _number("rows"),
    _text("run_id"),
    _time("full_at", nullable=True),
    sa.Column("columns", sa.JSON, nullable=True),
)

inbox = sa.Table(
    "inbox",
    metadata,
    _serial("id"),
    _text("portal"),
    _text("source"),
    _text("stream"),
    _text("delivery"),  # the sender's id of it: what comes twice is stored once
    _text("body"),
    _time("received_at"),
    sa.UniqueConstraint("portal", "source", "stream", "delivery"),
)

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    _text("hubspot_id"),
    _json("values"),
    _time("confirmed_at"),
    _time("written_at", nullable=True),
    _text("linked_by", default=sa.text("''")),
    sa.Index("ledger_by_hubspot_id", "portal", "object", "hubspot_id"),
)

history = sa.Table(
    "history",
    metadata,
    _serial("id"),
    _text("portal"),
    _text("run_id"),
    _text("object"),
    _text("key"),
    _text("hubspot_id"),
    _text("outcome"),
    _json("changes"),  # [[property, old, new, because], ...]
    _time("at"),
    sa.Column("action", sa.Text),  # create or update; null: written before this was kept
    sa.Index("history_of_run", "run_id"),
    sa.Index("history_of_record", "portal", "object", "key"),
)

plan_records = sa.Table(
    "plan_records",
    metadata,
    sa.Column("run_id", sa.Text, sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("chunk_id", sa.BigInteger, primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("position", sa.BigInteger),
    _text("object"),
    _text("key"),
    _text("body"),
    _text("status"),  # planned, sending, sent, held, rejected
    sa.Index("plan_positions", "run_id", "position"),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("property", sa.Text, primary_key=True),
    sa.Column("source", sa.Text),  # of a rejected row: the source it came from
    _text("cause"),
    _text("message"),
    _text("help"),
    _json("values"),
    _text("run_id"),
    _time("first_at"),
    _time("last_at"),
    _time("resolved_at", nullable=True),
    sa.Column("discard_reason", sa.Text),
    _time("tried_at", nullable=True),  # when its value was last sent; NULL: it may be at once
    sa.Index("letters_of_run", "run_id"),
)

unlinked = sa.Table(
    "unlinked",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    _text("name"),
    _text("reason"),
    _text("run_id"),
    _time("at"),
)

associations = sa.Table(
    "associations",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("from_object", sa.Text, primary_key=True),
    sa.Column("to_object", sa.Text, primary_key=True),
    sa.Column("from_id", sa.Text, primary_key=True),
    sa.Column("to_id", sa.Text, primary_key=True),
)

slots = sa.Table(
    "slots",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("slot", UtcDateTime, primary_key=True),
)

definitions = sa.Table(
    "definitions",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),
    _json("body"),
    _time("read_at"),
)

portal_states = sa.Table(
    "portal_states",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    _time("paused_at", nullable=True),
    _text("paused_why"),
    _time("paused_until", nullable=True),  # of a pause that is over: when that was
    _text("salt"),  # of the digests in `forgotten`
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("job", sa.Text, primary_key=True),
    _text("spec"),  # as in the mapping, for people and to see that it changed
    _time("next_at"),
    _time("last_slot", nullable=True),
    _text("last_run_id"),
)

heartbeats = sa.Table(
    "heartbeats",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    _text("kind"),  # worker, beat or tick
    _text("version"),
    _time("started_at"),
    _time("at"),
)

alert_episodes = sa.Table(
    "alert_episodes",
    metadata,
    _serial("id"),
    _text("portal"),
    _text("rule"),
    _text("subject"),  # an account, a stream, or empty
    _text("message"),
    _text("notice"),  # of alert_deliveries; empty: nobody was told
    _time("opened_at"),
    _time("closed_at", nullable=True),
    sa.Index(
        "one_open_episode",
        "portal",
        "rule",
        "subject",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

alert_deliveries = sa.Table(
    "alert_deliveries",
    metadata,
    _serial("id"),
    _text("notice"),  # one message, whatever the channel; tells of one episode or of many
    _text("portal"),
    _text("channel"),  # empty: the alerts themselves could not be judged
    _text("event"),  # opened, recovered, test
    _json("body"),
    _time("created_at"),
    _number("attempts"),
    _time("next_at", nullable=True),  # null: delivered or given up
    _time("delivered_at", nullable=True),
    _text("error"),
    sa.Index("deliveries_due", "next_at"),
)

forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("portal", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),  # email, user or account
    sa.Column("digest", sa.Text, primary_key=True),
    _text("receipt_id"),
    _time("at"),
)

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("portal"),
    _time("at"),
    _json("body"),
)
