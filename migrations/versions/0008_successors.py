"""Which photos show one shot, turned, cropped or retouched, and which of their faces are one.

What was in a place before another photo nobody noted: photos follow each other from now on.

Revision: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "succession",
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer()),
        sa.Column("old_width", sa.Integer(), nullable=False),
        sa.Column("old_height", sa.Integer(), nullable=False),
        sa.Column("new_width", sa.Integer(), nullable=False),
        sa.Column("new_height", sa.Integer(), nullable=False),
        sa.Column("followed_at", sa.Text(), nullable=False),
        sa.CheckConstraint("old <> new", name=op.f("ck_succession_are_two")),
        sa.CheckConstraint("turn BETWEEN 1 AND 8", name=op.f("ck_succession_turn_is_known")),
        sa.PrimaryKeyConstraint("old", "new", name=op.f("pk_succession")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_succession_new"), "succession", ["new"])
    sides = [f"{of}_{side}" for of in ("old", "new") for side in ("left", "top", "right", "bottom")]
    op.create_table(
        "same_face",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        *(sa.Column(side, sa.Double(), nullable=False) for side in sides),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_same_face")),
    )
    op.create_index(op.f("ix_same_face_old"), "same_face", ["old"])
    op.create_index(op.f("ix_same_face_new"), "same_face", ["new"])


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")
