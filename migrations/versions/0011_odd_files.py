"""What is odd about the files of photos whose pictures are whole.

No photo is read for it: what was indexed before is told of when it is read again.

Revision: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("content", "version"):
        op.add_column(table, sa.Column("odd", sa.Text()))
    op.create_index(op.f("ix_content_odd"), "content", ["odd"], sqlite_where=sa.text("odd IS NOT NULL"))


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")
