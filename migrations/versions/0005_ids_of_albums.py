"""Each album has an id of its own, at random, by which exports know it under whatever name.

Revision: 0005
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEPT = ("id", "name", "key", "note", "created_at", "query", "cover_hash")


def upgrade() -> None:
    op.create_table(
        "album_with_uid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("query", sa.Text()),
        sa.Column("cover_hash", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_album")),
        sa.UniqueConstraint("uid", name=op.f("uq_album_uid")),
        sa.UniqueConstraint("name", name=op.f("uq_album_name")),
        sa.UniqueConstraint("key", name=op.f("uq_album_key")),
    )
    before = sa.table("album", *map(sa.column, _KEPT))
    after = sa.table("album_with_uid", *map(sa.column, ("uid", *_KEPT)))
    for row in op.get_bind().execute(sa.select(before)).mappings().all():
        op.execute(sa.insert(after).values(uid=secrets.token_hex(16), **row))
    op.drop_table("album")
    op.rename_table("album_with_uid", "album")


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")
