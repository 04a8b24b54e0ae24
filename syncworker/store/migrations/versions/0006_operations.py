"""What operators do: pausing, cancelling, schedules, alerts, discarding, forgetting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what is kept; a run that waits or is paused does not hold its portal."""
    op.add_column("runs", sa.Column("wish", sa.Text(), nullable=False, server_default=""))
    op.add_column("history", sa.Column("action", sa.Text()))
    op.add_column("dead_letters", sa.Column("discard_reason", sa.Text()))
    op.create_index("history_of_run", "history", ["run_id"])
    _lock("finished_at IS NULL AND status NOT IN ('waiting', 'paused')")
    op.create_table(
        "portal_states",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("paused_at", _TIME),
        sa.Column("paused_why", sa.Text(), nullable=False),
        sa.Column("paused_until", _TIME),
        sa.Column("salt", sa.Text(), nullable=False),
    )
    op.create_table(
        "schedules",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("last_slot", _TIME),
        sa.Column("last_run_id", sa.Text(), nullable=False),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    _alerts()
    op.create_table(
        "forgotten",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
    )


def _alerts() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "alert_episodes",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "one_open_episode",
        "alert_episodes",
        ["portal", "rule", "subject"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "alert_deliveries",
        sa.Column("id", serial, primary_key=True, autoincrement=True),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_at", _TIME),
        sa.Column("delivered_at", _TIME),
        sa.Column("error", sa.Text(), nullable=False),
    )
    op.create_index("deliveries_due", "alert_deliveries", ["next_at"])


def _lock(holds: str) -> None:
    op.drop_index("one_open_run", "runs")
    where = sa.text(holds)
    op.create_index(
        "one_open_run", "runs", ["portal"], unique=True, sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """Drop it all; a waiting or paused run must have ended before."""
    for table in (
        *("receipts", "forgotten", "alert_deliveries", "alert_episodes", "heartbeats"),
        *("schedules", "portal_states"),
    ):
        op.drop_table(table)
    _lock("finished_at IS NULL")
    op.drop_index("history_of_run", "history")
    op.drop_column("dead_letters", "discard_reason")
    op.drop_column("history", "action")
    op.drop_column("runs", "wish")
