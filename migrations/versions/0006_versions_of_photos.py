"""A photo is more than its bytes: `version` has other bytes that show the same picture, `content` what tells that.

No photo is read for it: what makes the picture in a file is noted when the file is read for another reason.

Revision: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("content", sa.Column("picture", sa.Text()))
    op.add_column("content", sa.Column("orientation", sa.Integer()))
    _create_version()
    _create_path_with_version()
    _fill_path_with_version()
    op.drop_table("path")
    op.rename_table("path_with_version", "path")
    _create_indexes_of_path()
    for table in ("content", "version"):
        known = sa.text("picture IS NOT NULL")
        op.create_index(op.f(f"ix_{table}_picture"), table, ["picture"], sqlite_where=known)


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")


def _create_version() -> None:
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Integer()),
        sa.Column("picture", sa.Text()),
        sa.Column("orientation", sa.Integer()),
        sa.Column("taken_at", sa.Text()),
        sa.Column("taken_offset_minutes", sa.Integer()),
        sa.Column("taken_source", sa.Text()),
        sa.Column("camera", sa.Text()),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_version_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_version_content_id_content"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("hash", name=op.f("uq_version_hash")),
    )
    op.create_index(op.f("ix_version_photo"), "version", ["photo"])
    op.create_index(op.f("ix_version_content_id"), "version", ["content_id"])


def _create_path_with_version() -> None:
    op.create_table(
        "path_with_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("missing_since", sa.Text()),
        sa.Column("version_id", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name=op.f("fk_path_content_id_content"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_path_version_id_version"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_path")),
        sa.UniqueConstraint("path", name=op.f("uq_path_path")),
    )


def _fill_path_with_version() -> None:
    names = ("id", "content_id", "path", "size", "mtime_ns", "missing_since")
    before = sa.table("path", *map(sa.column, names))
    after = sa.table("path_with_version", *map(sa.column, names))
    op.execute(sa.insert(after).from_select(names, sa.select(*before.c)))


def _create_indexes_of_path() -> None:
    op.create_index(op.f("ix_path_content_id_missing_since"), "path", ["content_id", "missing_since"])
    gone, another = sa.text("missing_since IS NOT NULL"), sa.text("version_id IS NOT NULL")
    op.create_index(op.f("ix_path_content_id"), "path", ["content_id"], sqlite_where=gone)
    op.create_index(op.f("ix_path_version_id"), "path", ["version_id"], sqlite_where=another)
