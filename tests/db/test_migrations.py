from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from gallery.curation.albums import create_album, list_albums
from gallery.curation.history import undo
from gallery.curation.labels import faces_named
from gallery.db import schema
from gallery.db.upgrade import open_engine
from gallery.errors import StoreError
from gallery.query.query import Query
from gallery.settings import bundled_folder
from gallery.store.store import Store
from tests.support.make import added, face, open_store

REBUILD = """
def upgrade():
    with op.batch_alter_table("content", recreate="always") as batch:
        batch.add_column(sa.Column("stars", sa.Integer()))
"""

FAIL_HALFWAY = """
def upgrade():
    op.add_column("content", sa.Column("stars", sa.Integer()))
    op.execute("DELETE FROM album_photo")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""

BREAK_REFERENCES = """
def upgrade():
    op.execute("DELETE FROM content")
"""

RAISE = """
def upgrade():
    op.execute("DELETE FROM content")
    raise ValueError("a bug")
"""


@pytest.fixture
def old_database(tmp_path: Path) -> Path:
    """A database of the first revision with something in it."""
    with open_store(tmp_path, added("/p/a.jpg", face()), added("/p/b.jpg", face("fear"))) as store:
        create_album(store, "Summer", Query())
    return tmp_path / "gallery.db"


def next_revision(tmp_path: Path, body: str) -> Path:
    """The program's migrations and one more."""
    folder = tmp_path / "mi%grations"
    shutil.copytree(bundled_folder("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    names = f'revision = "next"\ndown_revision = "{schema.HEAD}"\nbranch_labels = None\ndepends_on = None\n'
    (folder / "versions" / "next.py").write_text(f"import sqlalchemy as sa\nfrom alembic import op\n{names}{body}")
    return folder


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def backups(file: Path) -> list[Path]:
    return sorted(file.parent.glob("gallery.db.backup-*"))


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(bundled_folder("migrations")))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "gallery.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def definitions(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'alembic%'")
        return {name: "".join(sorted("".join(sql.split()).replace('"', ""))) for name, sql in rows}


def test_migrations_make_the_same_checks_and_keys_as_the_schema(tmp_path: Path) -> None:
    open_engine(tmp_path / "gallery.db").dispose()
    straight = create_engine(f"sqlite:///{tmp_path}/straight.db")
    schema.metadata.create_all(straight)
    straight.dispose()
    # Letters sorted: the two ways order the constraints of a table differently, and comparing them is what matters.
    assert definitions(tmp_path / "gallery.db") == definitions(tmp_path / "straight.db")


@pytest.mark.usefixtures("open_umask")
def test_upgrade_that_rebuilds_a_parent_table_keeps_everything_and_a_private_copy(
    tmp_path: Path, old_database: Path
) -> None:
    before = dump(old_database)
    engine = open_engine(old_database, migrations=next_revision(tmp_path, REBUILD))
    with engine.connect() as connection:
        counts = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608
            for table in ("content", "path", "face", "crop", "prediction", "album_photo")
        }
        assert connection.exec_driver_sql("SELECT stars FROM content").scalars().all() == [None, None]
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "next"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
    assert set(counts.values()) == {2}
    (copy,) = backups(old_database)
    assert copy.name.startswith(f"gallery.db.backup-{schema.HEAD}-")
    assert dump(copy) == before
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (FAIL_HALFWAY, StoreError, "no such table: nowhere"),
        (BREAK_REFERENCES, StoreError, "would break references"),
        (RAISE, ValueError, "a bug"),
    ],
    ids=["fails halfway", "breaks references", "raises"],
)
def test_upgrade_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, old_database: Path, body: str, error: type[Exception], said: str
) -> None:
    before = dump(old_database)
    with pytest.raises(error, match=said):
        open_engine(old_database, migrations=next_revision(tmp_path, body))
    assert dump(old_database) == before
    assert backups(old_database) == []
    with Store.open(old_database) as store:
        assert store.check() == []


def test_failing_first_revision_leaves_an_empty_file(tmp_path: Path) -> None:
    folder = next_revision(tmp_path, FAIL_HALFWAY)
    with pytest.raises(StoreError, match="nowhere"):
        open_engine(tmp_path / "gallery.db", migrations=folder)
    assert (tmp_path / "gallery.db").stat().st_size == 0
    with Store.open(tmp_path / "gallery.db") as store:
        assert store.check() == []


OLD_FACES = """
INSERT INTO content (id, hash, width, height, format, detector, added_at)
VALUES (1, hex(zeroblob(32)), 640, 480, 'JPEG', 'd', '2023-01-01T00:00:00.000000+00:00'),
       (2, replace(hex(zeroblob(32)), '0', '1'), 640, 480, 'JPEG', 'd', '2023-01-01T00:00:00.000000+00:00');
INSERT INTO path (content_id, path, size, mtime_ns) VALUES (1, x'2F612E6A7067', 1, 1), (2, x'2F622E6A7067', 1, 1);
INSERT INTO face (id, content_id, "left", top, "right", bottom, confidence, landmarks, emotion, score, source, rejected)
VALUES (1, 1, 0, 0, 9, 9, 0.9499, x'', 'sad', 0.8, 'model', 0),
       (2, 1, 300, 0, 309, 9, 0.95, x'', 'happy', 0.8, 'model', 0),
       (3, 2, 0, 0, 9, 9, 0.96, x'', 'fear', 0.4, 'model', 0),
       (4, 1, 200, 0, 209, 9, 0.99, x'', NULL, NULL, 'person', 1),
       (5, 1, 400, 0, 409, 9, 0.6, x'', 'angry', 1, 'person', 0),
       (6, 1, 100, 0, 109, 9, 0.96, x'', 'neutral', 0.3, 'model', 0);
INSERT INTO crop (face_id, jpeg) SELECT id, x'' FROM face;
"""
"""Two photos: of the faces of /a.jpg the first isn't sure, the fourth rejected, the fifth counts by a person's word."""


def upgraded_to(revision: str, file: Path) -> None:
    """A new database as it was at this revision."""
    config = Config()
    config.set_main_option("script_location", str(bundled_folder("migrations")))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_upgrade_numbers_faces_as_they_were_counted_when_they_were_shown(tmp_path: Path) -> None:
    file = tmp_path / "gallery.db"
    upgraded_to("0003", file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(OLD_FACES)
    with Store.open(file) as store:
        shown = {face.number: (face.id, face.emotion) for face in store.photo("/a.jpg").faces}
        assert shown == {1: (2, "happy"), 2: (5, "angry"), 3: (6, "uncertain")}
        assert [face.number for face in store.photo("/b.jpg").faces] == [1]
        # Those that don't count come after them, in the order in which they were found.
        assert faces_named(store, ["/a.jpg#4", "/a.jpg#5"]) == [1, 4]
        assert [len(store.crop(face)) for face in range(1, 7)] == [0] * 6


OLD_ALBUMS = """
INSERT INTO album (id, name, key, note, created_at, query) VALUES
  (7, 'Été', 'été', 'dear', '2023-01-01T00:00:00.000000+00:00', NULL),
  (8, 'Best', 'best', '', '2023-01-02T00:00:00.000000+00:00', 'emotion:happy');
INSERT INTO album_photo (album_id, hash, position, added_at)
  VALUES (7, hex(zeroblob(32)), 1, '2023-01-01T00:00:00.000000+00:00');
INSERT INTO action (done_at, summary, steps) VALUES ('2023-01-03T00:00:00.000000+00:00', 'album ''Old'' deleted',
  '[{"table": "album", "remove": {"common": {}, "columns": [], "rows": []}, "put": {"common": {"id": 9, "name": "Old",
  "key": "old", "note": "", "created_at": "2023-01-01T00:00:00+00:00", "query": null, "cover_hash": null},
  "columns": [], "rows": [[]]}}]');
"""


def test_upgrade_gives_every_album_an_id_also_one_that_is_undone(tmp_path: Path) -> None:
    file = tmp_path / "gallery.db"
    upgraded_to("0004", file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(OLD_ALBUMS)
    with Store.open(file) as store:
        assert undo(store) is not None
        albums = list_albums(store)
        assert [(one.name, one.note, one.query, one.waiting) for one in albums] == [
            ("Best", "", "emotion:happy", 0),
            ("Old", "", None, 0),
            ("Été", "dear", None, 1),
        ]
        assert len({one.uid for one in albums}) == 3
        assert all(re.fullmatch("[0-9a-f]{32}", one.uid) for one in albums)


def test_current_database_is_opened_without_a_copy(old_database: Path) -> None:
    Store.open(old_database).close()
    assert backups(old_database) == []


def test_developers_command_works_on_the_named_database(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "GALLERY_DB": str(tmp_path / "gallery.db"), "PYTHONPATH": str(root)}
    upgrade = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(upgrade, cwd=root, env=environment, check=True, capture_output=True)
    with Store.open(tmp_path / "gallery.db") as store:
        assert store.check() == []
