"""The first schema: contents, paths, faces, models, labels, albums, failures.

Revision: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_EMOTIONS = "'angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'"


def upgrade() -> None:
    _create_content()
    _create_path()
    _create_face()
    _create_crop()
    _create_model()
    _create_prediction()
    _create_label()
    _create_album()
    _create_album_photo()
    _create_failure()


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")


def _create_content() -> None:
    op.create_table(
        "content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Text()),
        sa.Column("taken_offset_minutes", sa.Integer()),
        sa.Column("taken_source", sa.Text()),
        sa.Column("camera", sa.Text()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("former_path", sa.LargeBinary()),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_content_hash_is_sha256")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_content_has_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
        sa.UniqueConstraint("hash", name=op.f("uq_content_hash")),
    )
    op.create_index(op.f("ix_content_taken_at"), "content", ["taken_at"])


def _create_path() -> None:
    op.create_table(
        "path",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("missing_since", sa.Text()),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_path_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path")),
        sa.UniqueConstraint("path", name=op.f("uq_path_path")),
    )
    op.create_index(op.f("ix_path_content_id_missing_since"), "path", ["content_id", "missing_since"])


def _create_face() -> None:
    op.create_table(
        "face",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
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
    )
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


def _create_crop() -> None:
    op.create_table(
        "crop",
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_crop_face_id_face"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("face_id", name=op.f("pk_crop")),
    )


def _create_model() -> None:
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("digest", name=op.f("uq_model_digest")),
    )


def _create_prediction() -> None:
    op.create_table(
        "prediction",
        sa.Column("face_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["face_id"], ["face.id"], name=op.f("fk_prediction_face_id_face"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["model.id"], name=op.f("fk_prediction_model_id_model"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("face_id", "model_id", name=op.f("pk_prediction")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_prediction_model_id"), "prediction", ["model_id"])


def _create_label() -> None:
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("left", sa.Double(), nullable=False),
        sa.Column("top", sa.Double(), nullable=False),
        sa.Column("right", sa.Double(), nullable=False),
        sa.Column("bottom", sa.Double(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("emotion", sa.Text()),
        sa.Column("said_at", sa.Text(), nullable=False),
        sa.CheckConstraint("(kind = 'emotion') = (emotion IS NOT NULL)", name=op.f("ck_label_kind_fits_emotion")),
        sa.CheckConstraint(f"emotion IN ({_EMOTIONS})", name=op.f("ck_label_emotion_is_known")),
        sa.CheckConstraint("kind IN ('emotion', 'not_face')", name=op.f("ck_label_kind_is_known")),
        sa.CheckConstraint('"left" <= "right" AND top <= bottom', name=op.f("ck_label_box_is_upright")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_label_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
    )
    op.create_index(op.f("ix_label_content_id"), "label", ["content_id"])


def _create_album() -> None:
    op.create_table(
        "album",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_album")),
        sa.UniqueConstraint("key", name=op.f("uq_album_key")),
        sa.UniqueConstraint("name", name=op.f("uq_album_name")),
    )


def _create_album_photo() -> None:
    op.create_table(
        "album_photo",
        sa.Column("album_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["album.id"], name=op.f("fk_album_photo_album_id_album"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_album_photo_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("album_id", "content_id", name=op.f("pk_album_photo")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_album_photo_content_id"), "album_photo", ["content_id"])


def _create_failure() -> None:
    op.create_table(
        "failure",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("transient", sa.Boolean(), nullable=False),
        sa.Column("failed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_failure")),
        sqlite_with_rowid=False,
    )
