"""The tables.

| table | holds |
|---|---|
| content | one row per photo: what is in the file, whatever it is called |
| version | other bytes that show the same picture as a content: it was given a star, a keyword, a date |
| path | the files that hold a content |
| root | the folders that are looked through |
| mount | folders on which a drive was seen |
| face | the faces of a content and what is shown of them |
| lost_face | faces of a content that the last search didn't find: their numbers wait for them |
| crop | the JPEG that was classified, apart from `face` so that scans of faces stay small |
| model, prediction | who said what about a face |
| succession | photos that show one shot, turned, cropped or retouched: the new one came into the place of the old one |
| same_face | boxes in two such photos that show one face |
| label | what a person said, keyed on content and box so that it outlives detection |
| drawn_face | where a person drew a face that no detector found, keyed as labels are |
| pick | whether a person picked or rejected a photo among its like |
| turned | how a person turned a photo |
| album, album_photo | albums; one with a query is smart, and its photos are what matches just now |
| saved_query | queries with a name |
| action | what people did, with what takes it back: see `gallery.curation.history` |
| sidecar | what was written into which sidecar file, so that just that can be taken out again |
| failure | files that couldn't be read |

Nothing a person typed in hangs on a row that the program may delete: `label`, `drawn_face`, `pick`, `turned` and
`album_photo` are keyed on the hash of a photo's content. `content_id` is that content's number while it is in the
database, else NULL: they wait for it. That hash is of the bytes in which the photo was seen first; which others are the
same photo, `version` tells.
"""

from __future__ import annotations

import os
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
    or_,
    text,
)

from gallery.db.columns import FilePath, Instant, PlainText, Points, Scores, SignedLong, WallClock
from gallery.db.place_tables import failure as failure
from gallery.db.place_tables import mount as mount
from gallery.db.place_tables import root as root
from gallery.db.shared_columns import (
    EMOTION_NAMES,
    box,
    captured,
    content_if_here,
    content_of,
    metadata,
    number,
    pictured,
)
from gallery.db.spoken_tables import drawn_face as drawn_face
from gallery.db.spoken_tables import label as label
from gallery.db.spoken_tables import pick as pick
from gallery.db.spoken_tables import turned as turned
from gallery.db.succession_tables import same_face as same_face
from gallery.db.succession_tables import succession as succession

HEAD: Final = "0012"
"""The newest revision in `migrations/`: whether a database is current is told without Alembic."""


def new_uid() -> str:
    """32 hexadecimal digits, at random."""
    return os.urandom(16).hex()


content: Final = Table(
    "content",
    metadata,
    number(),
    Column("hash", Text, nullable=False, unique=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("format", PlainText, nullable=False),
    Column("taken_at", WallClock, index=True),
    *captured(),
    Column("detector", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    # The last path of a content whose file was overwritten by another photo: an album can still say what is gone.
    Column("former_path", FilePath),
    # What the picture looks like, in 64 bits: see gallery.images.look. NULL for photos indexed before there was any.
    Column("look", SignedLong),
    # The mean of its colours, red, green and blue, a byte each: see gallery.images.thumbnails. NULL likewise.
    Column("colour", Integer),
    # The turn that would make it upright, as its faces say: see gallery.images.lying. NULL for nearly all.
    Column("lies", Integer),
    Column("searched", Integer),  # the person's word (`turned`) that held when faces were looked for
    *pictured(),
    CheckConstraint("length(hash) = 64", name="hash_is_sha256"),
    CheckConstraint("width > 0 AND height > 0", name="has_size"),
)
# Those without any path are among these.
Index(None, content.c.id, sqlite_where=content.c.former_path.is_not(None))
for _rare in (content.c.picture, content.c.odd, content.c.lies, content.c.searched):
    Index(None, _rare, sqlite_where=_rare.is_not(None))

version: Final = Table(
    "version",
    metadata,
    number(),
    Column("hash", Text, nullable=False, unique=True),
    # The hash of the content. It stays when that is forgotten: what waits finds its photo in any version.
    Column("photo", Text, nullable=False, index=True),
    content_if_here(),
    *pictured(),
    Column("taken_at", WallClock),
    *captured(),
    CheckConstraint("length(hash) = 64", name="hash_is_sha256"),
)
Index(None, version.c.picture, sqlite_where=version.c.picture.is_not(None))

path: Final = Table(
    "path",
    metadata,
    number(),
    content_of("RESTRICT"),
    Column("path", FilePath, nullable=False, unique=True),
    Column("size", SignedLong, nullable=False),
    Column("mtime_ns", SignedLong, nullable=False),
    # NULL: the file is there, and wanted.
    Column("missing_since", Instant),
    # Which of the content's versions the file is; NULL: the one that the content is named by.
    Column("version_id", Integer, ForeignKey("version.id", ondelete="RESTRICT")),
    # Why the file isn't wanted any more; then missing_since is set besides, so that searches need ask for that alone.
    # One of gallery.store.unwanted.Why; NULL for a file that is there, or really missing.
    Column("unwanted", Text),
    Index(None, "content_id", "missing_since"),
)
# Covers what asks for files that are gone; of the contents alone, SQLite read through all files instead.
Index(None, path.c.missing_since, path.c.content_id, sqlite_where=path.c.missing_since.is_not(None))
Index(None, path.c.version_id, sqlite_where=path.c.version_id.is_not(None))
Index(None, path.c.unwanted, path.c.content_id, sqlite_where=path.c.unwanted.is_not(None))

face: Final = Table(
    "face",
    metadata,
    number(),
    content_of("CASCADE"),
    # What people call the face, as PHOTO#2: see gallery.store.numbering.
    Column("number", Integer, nullable=False),
    *box(),
    Column("confidence", Double, nullable=False),
    Column("landmarks", Points, nullable=False),
    # By a person: no detector found it. See gallery.store.drawn.
    Column("drawn", Boolean, nullable=False, server_default=text("0")),
    # From here on: what is shown, worked out by gallery.store.shown from labels and predictions.
    Column("emotion", Text),
    Column("score", Double),
    Column("source", Text),
    Column("rejected", Boolean, nullable=False),
    Column("taken_at", WallClock),
    UniqueConstraint("content_id", "number"),
    CheckConstraint("number >= 1", name="number_counts_from_one"),
    CheckConstraint('"left" <= "right" AND top <= bottom', name="box_is_upright"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_is_share"),
    CheckConstraint(f"emotion IN ({EMOTION_NAMES})", name="emotion_is_known"),
    CheckConstraint("score BETWEEN 0 AND 1", name="score_is_share"),
    CheckConstraint("(emotion IS NULL) = (score IS NULL)", name="emotion_has_score"),
    CheckConstraint("source IN ('model', 'person')", name="source_is_known"),
    CheckConstraint("NOT rejected OR emotion IS NULL", name="rejected_shows_nothing"),
    # Covers a search for an emotion, newest first: without the copied time a rare emotion took seconds among a million
    # photos.
    Index(None, "emotion", "taken_at", "content_id", "score", "confidence"),
    # Covers questions about the faces of one photo.
    Index(None, "content_id", "confidence", "emotion", "score", "rejected"),
)

USUAL_SCORE: Final = 0.5
USUAL_CONFIDENCE: Final = 0.95


def usually_shown(face: Any) -> ColumnElement[bool]:
    """The face is shown as its emotion under the usual settings.

    The numbers stand in the statement: an index for a condition serves this very condition and no bound value.
    """
    sure = face.confidence >= literal_column(str(USUAL_CONFIDENCE))
    said = face.source == literal_column("'person'")
    return and_(face.score >= literal_column(str(USUAL_SCORE)), or_(sure, said))


# A fifth of the size of the one that covers a search: counting reads all entries of an emotion.
Index(None, face.c.emotion, face.c.content_id, sqlite_where=usually_shown(face.c))

lost_face: Final = Table(
    "lost_face",
    metadata,
    Column("content_id", Integer, ForeignKey("content.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *box(),
    CheckConstraint("number >= 1", name="number_counts_from_one"),
    CheckConstraint('"left" <= "right" AND top <= bottom', name="box_is_upright"),
    sqlite_with_rowid=False,
)

crop: Final = Table(
    "crop",
    metadata,
    Column("face_id", Integer, ForeignKey("face.id", ondelete="CASCADE"), primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)

model: Final = Table(
    "model",
    metadata,
    number(),
    Column("digest", Text, nullable=False, unique=True),
    Column("name", PlainText, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("is_current", Boolean, nullable=False),
)

prediction: Final = Table(
    "prediction",
    metadata,
    Column("face_id", Integer, ForeignKey("face.id", ondelete="CASCADE"), primary_key=True),
    Column("model_id", Integer, ForeignKey("model.id", ondelete="RESTRICT"), primary_key=True, index=True),
    Column("scores", Scores, nullable=False),
    sqlite_with_rowid=False,
)

album: Final = Table(
    "album",
    metadata,
    number(),
    # At random, once for all: what is outside of the database knows the album by it, as exports do. Names change, and
    # SQLite gives the number of a deleted album to a new one.
    Column("uid", Text, nullable=False, unique=True, default=new_uid),
    Column("name", PlainText, nullable=False, unique=True),
    # The name as it is compared: see gallery.query.query.album_key.
    Column("key", PlainText, nullable=False, unique=True),
    Column("note", PlainText, nullable=False),
    Column("created_at", Instant, nullable=False),
    # In the language of gallery.query.query; NULL for a manual album, whose photos are in album_photo.
    Column("query", PlainText),
    # Of a photo in the album; NULL: the first.
    Column("cover_hash", Text),
)

album_photo: Final = Table(
    "album_photo",
    metadata,
    Column("album_id", Integer, ForeignKey("album.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", Text, primary_key=True, index=True),
    content_if_here(),
    Column("position", Integer, nullable=False),
    Column("added_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

saved_query: Final = Table(
    "saved_query",
    metadata,
    number(),
    Column("name", PlainText, nullable=False, unique=True),
    Column("key", PlainText, nullable=False, unique=True),
    Column("text", PlainText, nullable=False),
    Column("created_at", Instant, nullable=False),
)

action: Final = Table(
    "action",
    metadata,
    number(),
    Column("done_at", Instant, nullable=False),
    Column("summary", PlainText, nullable=False),
    # JSON: see gallery.curation.history.
    Column("steps", Text, nullable=False),
)

sidecar: Final = Table(
    "sidecar",
    metadata,
    Column("path", FilePath, primary_key=True),
    Column("hash", Text, nullable=False),
    # JSON of what was written.
    Column("written", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
