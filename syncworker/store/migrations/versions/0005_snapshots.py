"""What a portal's metrics remember of each day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no day was remembered before."""
    op.create_table(
        "snapshots",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("run_id", sa.Text(), primary_key=True),
        sa.Column("shard", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    """Drop it; its files are cleared up by the next pruning."""
    op.drop_table("snapshots")
