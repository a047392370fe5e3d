"""The folders that are looked through, where drives were seen, and why files aren't wanted any more.

Which folders were looked through until now nobody noted: each becomes known when it is looked through next.

Revision: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("path", sa.Column("unwanted", sa.Text()))
    op.drop_index(op.f("ix_path_content_id"), "path")
    columns = ["missing_since", "content_id"]
    gone = sa.text("missing_since IS NOT NULL")
    op.create_index(op.f("ix_path_missing_since_content_id"), "path", columns, sqlite_where=gone)
    columns = ["unwanted", "content_id"]
    set_aside = sa.text("unwanted IS NOT NULL")
    op.create_index(op.f("ix_path_unwanted_content_id"), "path", columns, sqlite_where=set_aside)
    op.create_table(
        "root",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("include", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Text()),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_root")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mount",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_mount")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")
