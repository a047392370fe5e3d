"""Indexes for counting: the faces that the usual settings show, and the few photos that may have no file left.

Revision: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SHOWN = "score >= 0.5 AND (confidence >= 0.95 OR source = 'person')"


def upgrade() -> None:
    shown, gone, former = (sa.text(part) for part in (_SHOWN, "missing_since IS NOT NULL", "former_path IS NOT NULL"))
    op.create_index(op.f("ix_face_emotion_content_id"), "face", ["emotion", "content_id"], sqlite_where=shown)
    op.create_index(op.f("ix_path_content_id"), "path", ["content_id"], sqlite_where=gone)
    op.create_index(op.f("ix_content_id"), "content", ["id"], sqlite_where=former)


def downgrade() -> None:
    raise NotImplementedError("going back would lose what people said; put the back-up in place instead")
