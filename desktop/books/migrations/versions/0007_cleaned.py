"""What may not be kept and was stored before it was known for that, taken out of every table

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

from desktop.books.cleansing import clean_stored

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    clean_stored(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("what was taken out is not put back")
