"""Dead letters of rows name their source: two sources may feed one stream."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; letters from before it belong to no source and are resolved by any."""
    op.add_column("dead_letters", sa.Column("source", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("dead_letters") as table:
        table.drop_column("source")
