"""What people say is keyed on the hash of a photo's content, so that it waits for photos that aren't here.

Besides: smart albums and covers, saved queries, actions that can be taken back, and what was written into sidecars.

Revision: 0002
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_EMOTIONS = "'angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'"


def upgrade() -> None:
    op.add_column("content", sa.Column("look", sa.BigInteger()))
    op.add_column("album", sa.Column("query", sa.Text()))
    op.add_column("album", sa.Column("cover_hash", sa.Text()))
    _rebuild_label()
    _rebuild_album_photo()
    _create_saved_query()
    _create_action()
    _create_sidecar()


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")


def _rebuild_label() -> None:
    op.drop_index("ix_label_content_id", "label")
    op.rename_table("label", "label_before")
    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Integer()),
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
    _refill("label", ("id", "content_id", "left", "top", "right", "bottom", "kind", "emotion", "said_at"))
    op.create_index(op.f("ix_label_content_id"), "label", ["content_id"])
    op.create_index(op.f("ix_label_hash"), "label", ["hash"])


def _rebuild_album_photo() -> None:
    op.drop_index("ix_album_photo_content_id", "album_photo")
    op.rename_table("album_photo", "album_photo_before")
    op.create_table(
        "album_photo",
        sa.Column("album_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Integer()),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["album_id"], ["album.id"], name=op.f("fk_album_photo_album_id_album"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_album_photo_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("album_id", "hash", name=op.f("pk_album_photo")),
        sqlite_with_rowid=False,
    )
    _refill("album_photo", ("album_id", "content_id", "position", "added_at"))
    op.create_index(op.f("ix_album_photo_content_id"), "album_photo", ["content_id"])
    op.create_index(op.f("ix_album_photo_hash"), "album_photo", ["hash"])


def _refill(name: str, names: Sequence[str]) -> None:
    """Fills the new table from the old one, which goes."""
    before = sa.table(f"{name}_before", *map(sa.column, names))
    content = sa.table("content", sa.column("id"), sa.column("hash"))
    new = sa.table(name, sa.column("hash"), *map(sa.column, names))
    rows = sa.select(content.c.hash, *before.c).join_from(before, content, content.c.id == before.c.content_id)
    op.execute(sa.insert(new).from_select(["hash", *names], rows))
    op.drop_table(f"{name}_before")


def _create_saved_query() -> None:
    op.create_table(
        "saved_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("key", name=op.f("uq_saved_query_key")),
        sa.UniqueConstraint("name", name=op.f("uq_saved_query_name")),
    )


def _create_action() -> None:
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )


def _create_sidecar() -> None:
    op.create_table(
        "sidecar",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_sidecar")),
        sqlite_with_rowid=False,
    )
