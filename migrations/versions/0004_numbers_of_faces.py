"""Each face keeps the number that people call it by, and those not found any more leave theirs in `lost_face`.

Until now `gallery show` counted the faces at every look: those that count under the usual settings, in the order in
which they had been stored. They keep that number; the others come after them.

Revision: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_EMOTIONS = "'angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'"
_SHOWN = "score >= 0.5 AND (confidence >= 0.95 OR source = 'person')"
_COUNTS = "NOT rejected AND (confidence >= 0.95 OR source = 'person')"
_KEPT = (
    *("id", "content_id", "left", "top", "right", "bottom", "confidence", "landmarks"),
    *("emotion", "score", "source", "rejected", "taken_at"),
)


def upgrade() -> None:
    _create_numbered_face()
    _fill_numbered_face()
    op.drop_table("face")
    op.rename_table("numbered_face", "face")
    _create_indexes()
    _create_lost_face()


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")


def _create_numbered_face() -> None:
    op.create_table(
        "numbered_face",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("left", sa.Double(), nullable=False),
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("right", sa.Double(), nullable=False),
        sa.Column("bottom", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("landmarks", sa.LargeBinary(), nullable=False),
        sa.Column("emotion", sa.Text()),
        sa.Column("score", sa.Double()),
        sa.Column("source", sa.Text()),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.Text()),
        sa.CheckConstraint("number >= 1", name=op.f("ck_face_number_counts_from_one")),
        sa.CheckConstraint(f"emotion IN ({_EMOTIONS})", name=op.f("ck_face_emotion_is_known")),
        sa.CheckConstraint("source IN ('model', 'person')", name=op.f("ck_face_source_is_known")),
        sa.CheckConstraint('"left" <= "right" AND top <= bottom', name=op.f("ck_face_box_is_upright")),
        sa.CheckConstraint("(emotion IS NULL) = (score IS NULL)", name=op.f("ck_face_emotion_has_score")),
        sa.CheckConstraint("NOT rejected OR emotion IS NULL", name=op.f("ck_face_rejected_shows_nothing")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_face_confidence_is_share")),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_face_score_is_share")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_face_content_id_content"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face")),
        sa.UniqueConstraint("content_id", "number", name=op.f("uq_face_content_id_number")),
    )


def _fill_numbered_face() -> None:
    face = sa.table("face", *map(sa.column, _KEPT))
    counts_last = sa.case((sa.text(_COUNTS), 0), else_=1)
    order = sa.func.row_number().over(partition_by=face.c.content_id, order_by=(counts_last, face.c.id))
    rows = sa.select(*face.c, order)
    numbered = sa.table("numbered_face", *map(sa.column, (*_KEPT, "number")))
    op.execute(sa.insert(numbered).from_select([*_KEPT, "number"], rows))


def _create_indexes() -> None:
    op.create_index(
        op.f("ix_face_content_id_confidence_emotion_score_rejected"),
        "face",
        ["content_id", "confidence", "emotion", "score", "rejected"],
    )
    op.create_index(
        op.f("ix_face_emotion_taken_at_content_id_score_confidence"),
        "face",
        ["emotion", "taken_at", "content_id", "score", "confidence"],
    )
    columns = ["emotion", "content_id"]
    op.create_index(op.f("ix_face_emotion_content_id"), "face", columns, sqlite_where=sa.text(_SHOWN))


def _create_lost_face() -> None:
    op.create_table(
        "lost_face",
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("left", sa.Double(), nullable=False),
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("right", sa.Double(), nullable=False),
        sa.Column("bottom", sa.Double(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_lost_face_number_counts_from_one")),
        sa.CheckConstraint('"left" <= "right" AND top <= bottom', name=op.f("ck_lost_face_box_is_upright")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_lost_face_content_id_content"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", "number", name=op.f("pk_lost_face")),
        sqlite_with_rowid=False,
    )
