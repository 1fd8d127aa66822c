"""What subscriptions cost each period: no amount where there is no such number, and what follows from use

What was kept before is a unit price times a quantity; the right amounts follow from the stored objects.

Revision: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("subscriptions", "subscription_items"):
        op.add_column(table, sa.Column("by_use", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("subscription_items", sa.Column("amount", sa.BigInteger(), nullable=True))
    exact = sa.Column("unit_amount_decimal", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("subscription_items", exact)
    with op.batch_alter_table("subscriptions") as batch:
        batch.alter_column("amount", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
