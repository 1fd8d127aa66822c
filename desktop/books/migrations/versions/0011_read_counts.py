"""What reading each account cost, by day

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_counts",
        sa.Column("integration_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("reads", sa.BigInteger(), nullable=False),
        sa.Column("routine_reads", sa.BigInteger(), nullable=False),
        sa.Column("routine_syncs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("integration_id", "day", name=op.f("pk_read_counts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
