"""Links, associations, and runs that wait for the portal's daily budget."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; how older records were linked is not known."""
    op.add_column(
        "runs", sa.Column("priority", sa.Text(), nullable=False, server_default="interactive")
    )
    op.add_column("runs", sa.Column("deferred_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "ledger", sa.Column("linked_by", sa.Text(), nullable=False, server_default=sa.text("''"))
    )
    op.create_table(
        "unlinked",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("object", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "associations",
        sa.Column("portal", sa.Text(), primary_key=True),
        sa.Column("from_object", sa.Text(), primary_key=True),
        sa.Column("to_object", sa.Text(), primary_key=True),
        sa.Column("from_id", sa.Text(), primary_key=True),
        sa.Column("to_id", sa.Text(), primary_key=True),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("associations")
    op.drop_table("unlinked")
    for table, column in (
        ("ledger", "linked_by"),
        ("runs", "deferred_until"),
        ("runs", "priority"),
    ):
        with op.batch_alter_table(table) as altered:
            altered.drop_column(column)
