"""What people say of photos among their like, faces they draw by hand, and the mean colour of each photo.

No photo is read for it: the colour is noted when a thumbnail of the photo is made.

Revision: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("content", sa.Column("colour", sa.Integer()))
    op.add_column("face", sa.Column("drawn", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    _create_drawn_face()
    _create_pick()
    for table in ("drawn_face", "pick"):
        for column in ("hash", "content_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")


def _create_drawn_face() -> None:
    op.create_table(
        "drawn_face",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Integer()),
        sa.Column("left", sa.Double(), nullable=False),
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("right", sa.Double(), nullable=False),
        sa.Column("bottom", sa.Double(), nullable=False),
        sa.Column("said_at", sa.Text(), nullable=False),
        sa.CheckConstraint('"left" <= "right" AND top <= bottom', name=op.f("ck_drawn_face_box_is_upright")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_drawn_face_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_face")),
    )


def _create_pick() -> None:
    op.create_table(
        "pick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Integer()),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("said_at", sa.Text(), nullable=False),
        sa.CheckConstraint("word IN ('pick', 'reject')", name=op.f("ck_pick_word_is_known")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_pick_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick")),
    )
