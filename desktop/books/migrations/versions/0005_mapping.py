"""By which version of the mapping each account's stored objects were mapped: before this one, by none that is known

Revision: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("mapping_version", "mapping_cursor"):
        column = sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
        op.add_column("integrations", column)


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
