"""How photos lie: as their faces say, and as a person turned them.

What the faces say of photos that are there is found out when they are searched again.

Revision: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("lies", "searched"):
        op.add_column("content", sa.Column(column, sa.Integer()))
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(op.f(f"ix_content_{column}"), "content", [column], sqlite_where=where)
    op.create_table(
        "turned",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Integer()),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.Text(), nullable=False),
        sa.CheckConstraint("turn IN (1, 3, 6, 8)", name=op.f("ck_turned_turn_is_by_quarters")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_turned_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turned")),
    )
    for column in ("hash", "content_id"):
        op.create_index(op.f(f"ix_turned_{column}"), "turned", [column])


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")
