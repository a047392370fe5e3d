"""How much of what was done is kept for undo, and how room is given back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from gallery.curation import albums
from gallery.curation.history import compact, list_actions, undo
from gallery.db import schema
from gallery.errors import StoreError, StoreLockedError, UsageError
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import added, face, open_store

PHOTOS = [f"/p/{number}.jpg" for number in range(40)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    open_store(tmp_path, *(added(path, face(crop=bytes(20_000))) for path in PHOTOS)).close()
    return tmp_path / "gallery.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with Store.open(file) as store:
        yield store


def done(store: Store, *, days_ago: float = 0, size: int = 100) -> None:
    """An action of the past whose record has this many bytes."""
    steps = json.dumps([{"table": "label", "remove": {}, "put": {}, "filling": ""}])
    filled = steps.replace('"filling": ""', f'"filling": "{"x" * (size - len(steps))}"')
    row = {"done_at": datetime.now(UTC) - timedelta(days=days_ago), "summary": f"{days_ago:g}", "steps": filled}
    with store.write_connection() as connection:
        connection.execute(insert(schema.action), row)


def summaries(store: Store) -> list[str]:
    return [action.summary for action in list_actions(store)]


def test_what_is_too_long_ago_is_forgotten_by_the_next_action(store: Store) -> None:
    for days in (200, 91, 89, 1):
        done(store, days_ago=days)
    albums.create_album(store, "Mine")
    assert summaries(store) == ["album 'Mine' made with 0 photos", "1", "89"]


def test_what_takes_too_much_room_is_forgotten_by_the_next_action(file: Path) -> None:
    with Store.open(file, limits=Settings(undo_megabytes=0.01)) as store:
        for days in (5, 4, 3, 2):
            done(store, days_ago=days, size=4000)
        albums.create_album(store, "Mine")
        # 10,000 bytes: what was just done, and two of 4,000.
        assert summaries(store) == ["album 'Mine' made with 0 photos", "2", "3"]


def test_the_last_action_is_kept_whatever_its_size(file: Path) -> None:
    with Store.open(file, limits=Settings(undo_megabytes=0, undo_days=0)) as store:
        albums.create_album(store, "Mine", PHOTOS)
        albums.sort_album(store, "Mine", "path")
        assert summaries(store) == ["album 'Mine' sorted by path"]
        assert undo(store) is not None
        assert summaries(store) == []


def test_action_of_a_wrong_clock_leaves_no_gap(store: Store) -> None:
    for days in (3, 20_000, 2):
        done(store, days_ago=days)
    albums.create_album(store, "Mine")
    assert summaries(store) == ["album 'Mine' made with 0 photos", "2", "20000", "3"]


def test_what_changes_nothing_and_a_dry_run_forget_nothing(store: Store) -> None:
    albums.create_album(store, "Mine")
    done(store, days_ago=100)
    albums.create_album(store, "Other", dry_run=True)
    albums.set_album_note(store, "Mine", "")
    assert len(summaries(store)) == 2


def test_compacting_gives_room_back_and_loses_nothing(store: Store, file: Path) -> None:
    for days in (100, 95, 0):
        done(store, days_ago=days)
    with store.write_connection() as connection:
        connection.exec_driver_sql("DELETE FROM crop WHERE face_id > 10")
    compacted = compact(store)
    assert compacted.forgotten == 2
    assert compacted.after == file.stat().st_size
    assert compacted.before - compacted.after >= 30 * 20_000
    assert [len(store.crop(number)) for number in (1, 10)] == [20_000] * 2
    assert summaries(store) == ["0"]
    assert store.count(Query.parse("faces:1")) == 40
    assert store.check() == []
    assert compact(store).forgotten == 0


def test_compacting_beside_an_index_is_refused(store: Store, file: Path) -> None:
    with Store.open(file) as other, other.index_lock(), pytest.raises(StoreLockedError, match="another"):
        compact(store)


def test_compacting_what_is_no_file_is_refused() -> None:
    with Store.open("sqlite://") as store, pytest.raises(StoreError, match="only a database in a file"):
        compact(store)


@pytest.mark.parametrize("name", ["undo_days", "undo_megabytes"])
def test_limits_below_nothing_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is -1"):
        Settings(**{name: -1})


def test_command_says_what_became_of_it_and_goes_by_the_settings(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(gallery)
    for name in ("A", "B", "C"):
        gallery.run("album", "create", name)
    monkeypatch.setenv("GALLERY_UNDO_DAYS", "0")
    told = gallery.run("db", "compact")
    size = f"{gallery.db.stat().st_size / 1e6:.1f} MB"
    assert (told.exit_code, told.stdout) == (0, "")
    forgotten, sizes = told.stderr.splitlines()
    assert forgotten == "2 actions can't be taken back any more"
    assert sizes.startswith(f"{size}; it was ")
    gallery.run("album", "create", "D")
    assert gallery.run("undo", "--list").stdout.count("\n") == 1
