from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from gallery.curation.albums import album_photos, create_album
from gallery.db import schema
from gallery.errors import NotIndexedError, StoreError, StoreLockedError
from gallery.faces import Box, Detection, Prediction
from gallery.query.query import Query
from gallery.records import ScoredFace
from gallery.store.store import AddPhoto, Change, Fail, KnownFile, LinkPath, Store, Touch
from tests.support.make import (
    MODEL,
    OTHER_MODEL,
    added,
    box,
    digest,
    face,
    landmarks,
    open_store,
    photo,
    prediction,
    stamp,
    write,
)
from tests.support.said import label

A, B, C = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg"
MTIME = stamp(A).mtime_ns


def shown(store: Store, path: str) -> list[tuple[str, float, str]]:
    return [(face.emotion, face.score, face.source) for face in store.photo(path).faces]


def dump(store: Store) -> list[str]:
    with sqlite3.connect(store.location) as connection:
        return list(connection.iterdump())


def interrupt_while_writing(store: Store) -> None:
    with store.write_connection() as connection:
        connection.execute(insert(schema.album).values(name="x", key="x", note="", created_at=datetime.now(UTC)))
        raise KeyboardInterrupt


def delete_content(store: Store, path: str) -> None:
    with store.write_connection() as connection:
        connection.execute(schema.path.delete())
        connection.execute(schema.content.delete().where(schema.content.c.hash == digest(path)))


def test_new_files_are_known_afterwards(store: Store) -> None:
    write(store, added(A, face()), Fail(stamp(B, 0, 5), "empty file", transient=False))
    assert store.known_files() == {
        A: KnownFile(1000, MTIME, digest(A), missing=False),
        B: KnownFile(0, 5, None, missing=False, failure="empty file", transient=False),
    }
    assert store.known_hashes({digest(A), digest(B)}) == {digest(A)}
    assert store.known_hashes(set()) == set()
    assert store.paths_of(digest(A)) == [A]
    assert store.paths_of(digest(B)) == []


def test_new_photo_with_known_content_is_a_second_path(store: Store) -> None:
    write(store, added(A, face()), added(B, face(), face(), content=A))
    assert store.paths_of(digest(A)) == [A, B]
    assert len(store.photo(B).faces) == 1


def test_copy_within_one_batch_finds_its_content(store: Store) -> None:
    write(store, added(A), LinkPath(stamp(B), digest(A)))
    assert store.paths_of(digest(A)) == [A, B]


def test_file_replaced_in_place_shows_its_new_content(store: Store) -> None:
    write(store, added(A, face("sad")))
    create_album(store, "Kept", Query())
    write(store, AddPhoto(stamp(A, 2000, 7), photo("new", face("happy"))))
    assert store.known_files() == {A: KnownFile(2000, 7, digest("new"), missing=False)}
    assert shown(store, A) == [("happy", 0.9, "model")]
    (gone,) = album_photos(store, "Kept")
    assert (gone.hash, gone.path, gone.missing) == (digest(A), A, True)
    assert store.search_paths(Query()) == [A]
    assert store.count(Query(missing=True)) == 2


def test_file_replaced_by_a_known_content_is_pointed_at_it(store: Store) -> None:
    write(store, added(A), added(B), LinkPath(stamp(B), digest(A)))
    assert store.paths_of(digest(A)) == [A, B]
    assert store.paths_of(digest(B)) == []


def test_moved_file_keeps_its_row_and_all_ties(store: Store) -> None:
    write(store, added(A, face()))
    create_album(store, "Kept", Query())
    store.mark_missing([A])
    write(store, LinkPath(stamp(B, 1000, 9), digest(A), moved_from=A))
    assert store.known_files() == {B: KnownFile(1000, 9, digest(A), missing=False)}
    assert [(photo.path, photo.missing) for photo in album_photos(store, "Kept")] == [(B, False)]


def test_file_moved_over_another_leaves_one_path(store: Store) -> None:
    write(store, added(A), added(B), LinkPath(stamp(B), digest(A), moved_from=A))
    assert store.paths_of(digest(A)) == [B]
    assert list(store.known_files()) == [B]


def test_two_files_that_swapped_names_swap_contents(store: Store) -> None:
    write(store, added(A), added(B))
    write(store, LinkPath(stamp(A), digest(B)), LinkPath(stamp(B), digest(A)))
    assert (store.paths_of(digest(A)), store.paths_of(digest(B))) == ([B], [A])


def test_move_from_a_path_with_another_content_leaves_that_alone(store: Store) -> None:
    write(store, added(A), added(B), LinkPath(stamp(C), digest(A), moved_from=B))
    assert store.paths_of(digest(A)) == [A, C]
    assert store.paths_of(digest(B)) == [B]


def test_photo_that_returns_is_searchable_again(store: Store) -> None:
    write(store, added(A, face()))
    store.mark_missing([A, "/p/never-heard-of.jpg"])
    assert store.known_files()[A].missing
    assert store.search_paths(Query()) == []
    write(store, Touch(stamp(A, 1000, 99)))
    assert store.known_files()[A] == KnownFile(1000, 99, digest(A), missing=False)
    assert store.search_paths(Query()) == [A]


def test_missing_file_stays_missing_since_the_first_time(store: Store) -> None:
    write(store, added(A))
    store.mark_missing([A])
    before = dump(store)
    store.mark_missing([A])
    assert dump(store) == before


def test_paths_that_exist_come_first(store: Store) -> None:
    write(store, added(A), LinkPath(stamp(B), digest(A)), LinkPath(stamp(C), digest(A)))
    store.mark_missing([A])
    assert store.paths_of(digest(A)) == [B, C, A]
    assert store.photo(A).path == B


def test_failure_of_a_changed_file_is_told_beside_its_old_content(store: Store) -> None:
    write(store, added(A, face()), Fail(stamp(A, 3, 4), "truncated", transient=True))
    assert store.known_files() == {A: KnownFile(3, 4, digest(A), missing=False, failure="truncated", transient=True)}
    assert store.search_paths(Query()) == [A]


def test_failure_of_a_missing_file_keeps_the_mark(store: Store) -> None:
    write(store, added(A))
    store.mark_missing([A])
    write(store, Fail(stamp(A), "no permission", transient=True))
    assert store.known_files()[A].missing


@pytest.mark.parametrize("success", [added(A), LinkPath(stamp(A), digest(B)), LinkPath(stamp(A), digest(B), B)])
def test_success_ends_a_failure(store: Store, success: Change) -> None:
    write(store, added(B), Fail(stamp(A), "truncated", transient=False), success)
    assert store.failures() == []


def test_touch_ends_a_failure(store: Store) -> None:
    write(store, added(A), Fail(stamp(A), "no permission", transient=True), Touch(stamp(A)))
    assert store.failures() == []


def test_failures_are_listed_with_their_last_reason(store: Store) -> None:
    before = datetime.now(UTC)
    write(store, Fail(stamp(B, 1, 2), "first", transient=False), Fail(stamp(A, 3, 4), "odd", transient=True))
    write(store, Fail(stamp(B, 5, 6), "second", transient=False))
    first, second = store.failures()
    assert (first.path, first.size, first.mtime_ns, first.reason, first.transient) == (A, 3, 4, "odd", True)
    assert (second.path, second.size, second.mtime_ns, second.reason) == (B, 5, 6, "second")
    assert before <= first.failed_at <= datetime.now(UTC)
    store.clear_failures([A, C])
    assert [failure.path for failure in store.failures()] == [B]


def test_exception_within_a_batch_leaves_nothing_behind(store: Store) -> None:
    write(store, added(A, face()))
    before = dump(store)
    with pytest.raises(NotIndexedError, match="not there"):
        write(store, added(B, face()), Fail(stamp(C), "x", transient=False), Touch(stamp("/not there")))
    with pytest.raises(NotIndexedError, match=digest("nothing")):
        write(store, added(B, face()), LinkPath(stamp(C), digest("nothing")))
    with pytest.raises(KeyboardInterrupt):
        interrupt_while_writing(store)
    assert dump(store) == before


KILLED = """
import os, sys
from sqlalchemy import Engine, event
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, face

@event.listens_for(Engine, "after_cursor_execute")
def die_in_the_second_batch(connection, cursor, statement, values, *_):
    if statement.startswith("INSERT INTO path") and b"/p/3.jpg" in values:
        os.kill(os.getpid(), 9)

with Store.open(sys.argv[1]) as store:
    store.write([added("/p/1.jpg", face())], model=MODEL, detector=DETECTOR)
    store.write([added("/p/2.jpg", face()), added("/p/3.jpg", face())], model=MODEL, detector=DETECTOR)
"""


def test_killed_process_loses_only_the_running_batch(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "gallery.db"], cwd=root, check=False)
    assert done.returncode == -9
    with Store.open(tmp_path / "gallery.db") as store:
        assert list(store.known_files()) == ["/p/1.jpg"]
        assert store.check() == []


def test_paths_of_any_bytes_come_back_as_they_were(store: Store) -> None:
    odd = [os.fsdecode(b"/p/\xff\xfe caf\xe9.jpg"), "/p/new\nline [bold] \U0001f600.jpg", "/p/%_\\'\".jpg"]
    write(store, *(added(path) for path in odd), Fail(stamp(odd[0] + "x"), f"{odd[0]}: broken", transient=False))
    assert sorted(store.known_files(), key=os.fsencode) == sorted([*odd, odd[0] + "x"], key=os.fsencode)
    assert [store.photo(path).path for path in odd] == odd
    (failure,) = store.failures()
    assert failure.reason == "/p/\\udcff\\udcfe caf\\udce9.jpg: broken"


def test_numbers_beyond_the_columns_are_held_at_their_ends(store: Store) -> None:
    write(store, AddPhoto(stamp(A, 5, 2**64), photo(A)))
    assert store.known_files()[A].mtime_ns == 2**63 - 1


def test_rounding_a_hair_above_one_is_no_error(store: Store) -> None:
    found = Detection(box(), 1.0000001, landmarks(box()))
    sure = Prediction((0.0, 0.0, 0.0, 1.0000001, 0.0, 0.0, 0.0))
    write(store, added(A, ScoredFace(found, b"", sure)))
    assert shown(store, A) == [("happy", 1.0, "model")]
    assert store.check() == []


def test_detections_below_the_gate_are_kept_but_not_shown(store: Store) -> None:
    write(store, added(A, face(confidence=0.5), face("sad", confidence=0.96)))
    assert shown(store, A) == [("sad", 0.9, "model")]
    assert len(store.faces_without_prediction(OTHER_MODEL)) == 2


def test_new_model_takes_over_face_by_face_and_gives_back(store: Store) -> None:
    write(store, added(A, face("happy"), face("sad", where=box(200))))
    store.use_model(OTHER_MODEL)
    assert shown(store, A) == [("happy", 0.9, "model"), ("sad", 0.9, "model")]
    first, second = store.faces_without_prediction(OTHER_MODEL)
    assert (first.jpeg, second.face_id) == (b"jpeg", first.face_id + 1)
    store.add_predictions(OTHER_MODEL, [(first.face_id, prediction("fear", 0.7))])
    assert shown(store, A) == [("fear", 0.7, "model"), ("sad", 0.9, "model")]
    assert store.photo(A).faces[0].scores["fear"] == 0.7
    assert store.search_paths(Query.of(emotions=("fear",))) == [A]
    assert store.faces_without_prediction(OTHER_MODEL) == [second]
    store.use_model(MODEL)
    assert shown(store, A) == [("happy", 0.9, "model"), ("sad", 0.9, "model")]
    assert store.faces_without_prediction(MODEL) == []
    assert [(model.name, model.is_current, model.predictions) for model in store.models()] == [
        ("first", True, 2),
        ("second", False, 1),
    ]
    assert store.check() == []


def test_predictions_of_a_model_not_in_use_change_nothing_shown(store: Store) -> None:
    write(store, added(A, face("happy")))
    (crop,) = store.faces_without_prediction(OTHER_MODEL)
    store.add_predictions(OTHER_MODEL, [(crop.face_id, prediction("fear"))])
    assert shown(store, A) == [("happy", 0.9, "model")]


def test_model_that_says_something_else_replaces_its_word(store: Store) -> None:
    write(store, added(A, face("happy")))
    number = store.photo(A).faces[0].id or 0
    store.add_predictions(MODEL, [(number, prediction("fear", 0.6))])
    store.add_predictions(MODEL, [])
    assert shown(store, A) == [("fear", 0.6, "model")]


def test_unclassified_crops_are_paged_without_gaps(store: Store) -> None:
    write(store, *(added(f"/p/{number}.jpg", face()) for number in range(5)))
    pages, after = [], 0
    while page := store.faces_without_prediction(OTHER_MODEL, limit=2, after=after):
        pages.append([crop.face_id for crop in page])
        after = page[-1].face_id
    assert pages == [[1, 2], [3, 4], [5]]


def test_what_a_person_said_outlives_models_and_counts_from_three_tenths_of_overlap(store: Store) -> None:
    write(store, added(A, face("happy", where=Box(0, 0, 100, 100)), face("sad", where=Box(200, 0, 300, 100))))
    label(store, A, "fear", Box(0, 0, 100, 30))  # three tenths of the face: counts
    label(store, A, "angry", Box(200, 0, 300, 29))  # less
    store.use_model(OTHER_MODEL)
    assert shown(store, A) == [("fear", 1.0, "person"), ("sad", 0.9, "model")]
    assert store.check() == []


def test_last_word_on_a_face_counts_and_rejection_hides_it(store: Store) -> None:
    write(store, added(A, face("happy")))
    label(store, A, None, box(), minute=1)
    label(store, A, "angry", box(), minute=0)
    store.use_model(OTHER_MODEL)
    assert shown(store, A) == []
    assert store.search_paths(Query.of(emotions=("happy", "angry"))) == []
    assert store.search_paths(Query.of(faces="0")) == [A]
    label(store, A, "angry", box(), minute=2)
    store.use_model(MODEL)
    assert shown(store, A) == [("angry", 1.0, "person")]


def test_content_with_what_people_made_of_it_can_not_be_deleted(store: Store) -> None:
    write(store, added(A, face()), added(B, face()))
    label(store, A, "fear", box())
    create_album(store, "Kept", Query.of(path=B))
    for path in (A, B):
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            delete_content(store, path)
    assert len(store.known_files()) == 2


def test_second_indexer_is_refused_until_the_first_is_done(store: Store) -> None:
    with Store.open(store.location) as second:
        with store.index_lock(), pytest.raises(StoreLockedError, match="another `gallery index`"), second.index_lock():
            pass
        with second.index_lock():
            pass
    assert Path(f"{store.location}.lock").stat().st_mode & 0o077 == 0


def test_database_in_memory_works_without_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open("sqlite://") as store, store.index_lock():
        write(store, added(A, face()))
        assert store.search_paths(Query.of(emotions=("happy",))) == [A]
    assert list(tmp_path.iterdir()) == []


def test_sound_database_has_nothing_to_report_and_damage_is_told(store: Store) -> None:
    write(store, added(A, face("happy")), added(B, face("sad")))
    assert store.check() == []
    with sqlite3.connect(store.location) as connection:
        connection.execute("UPDATE face SET emotion = 'fear' WHERE id = 1")
        connection.execute("DELETE FROM content WHERE id = 2")
        connection.execute("CREATE TRIGGER wipe AFTER INSERT ON path BEGIN DELETE FROM album; END")
    assert store.check() == [
        "table face, row 2: refers to a row of content that isn't there",
        "table path, row 2: refers to a row of content that isn't there",
        "trigger 'wipe' isn't gallery's",
        "1 faces show something else than labels and predictions say",
    ]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE content SET taken_at = 'yesterday'",
        "UPDATE prediction SET scores = x'00'",
        "UPDATE face SET landmarks = x'0000'",
        "UPDATE face SET taken_at = 5",
        "PRAGMA ignore_check_constraints = ON; UPDATE face SET score = 'high'",
    ],
)
def test_values_that_gallery_never_wrote_are_an_error_not_a_crash(store: Store, damage: str) -> None:
    write(store, added(A, face()))
    with sqlite3.connect(store.location) as connection:
        connection.executescript(damage)
    with pytest.raises(StoreError, match="can't be read"):
        store.search(Query.of(emotions=("happy",), min_score=0))


SEARCH = """
import sys
from gallery.query.query import Query
from gallery.store.store import Store
with Store.open(sys.argv[1]) as store:
    print(store.search(Query.of(emotions=("happy",)))[0].path)
print([name for name in ("alembic", "numpy", "torch", "PIL", "pillow_heif", "filelock") if name in sys.modules])
"""


def test_search_loads_nothing_that_it_does_not_need(store: Store) -> None:
    write(store, added(A, face()))
    done = subprocess.run([sys.executable, "-c", SEARCH, store.location], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [A, "[]"]
