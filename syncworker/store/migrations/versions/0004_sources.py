"""What a run was asked for, how a stream was read, and what webhooks received."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the inbox."""
    op.add_column("runs", sa.Column("options", sa.JSON(), nullable=True))
    op.add_column("cursors", sa.Column("full_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cursors", sa.Column("columns", sa.JSON(), nullable=True))
    op.create_table(
        "inbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("portal", "source", "stream", "delivery"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("inbox")
    for table, column in (("cursors", "columns"), ("cursors", "full_at"), ("runs", "options")):
        with op.batch_alter_table(table) as altered:
            altered.drop_column(column)
