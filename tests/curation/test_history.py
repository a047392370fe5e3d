from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update

from gallery.curation import albums
from gallery.curation.history import KEPT, list_actions, recorded, undo
from gallery.db import schema
from gallery.errors import StoreError
from gallery.query.query import Query
from gallery.store.store import Store
from tests.support.make import DETECTOR, MODEL, added, box, digest, face, open_store, write

A, B, C, D = "/p/a.jpg", "/p/b.jpg", "/p/c.jpg", "/p/d.jpg"
HAPPY = Query.of(emotions=("happy",))


@pytest.fixture
def store(store: Store) -> Store:
    """Oldest to newest: a happy, b fear, c happy, d sad."""
    write(
        store,
        added(A, face("happy"), taken_at="2021-01-01"),
        added(B, face("fear"), taken_at="2022-01-01"),
        added(C, face("happy", 0.6), taken_at="2023-01-01"),
        added(D, face("sad"), taken_at="2024-01-01"),
    )
    return store


def kept(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that people typed in, as it stands in the database."""
    with store.read() as connection:
        return {
            name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in KEPT.items()
        }


def label(path: str, emotion: str | None, **rest: Any) -> dict[str, Any]:
    """What a person said of the face of the photo that was first at this path; no emotion: it is none."""
    where = box()
    sides = {"left": where.left, "top": where.top, "right": where.right, "bottom": where.bottom}
    kind = "not_face" if emotion is None else "emotion"
    return {"hash": digest(path), **sides, "kind": kind, "emotion": emotion, "said_at": datetime.now(UTC), **rest}


def shown(store: Store, path: str) -> list[tuple[str, str]]:
    return [(face.emotion, face.source) for face in store.photo(path).faces]


def prepare(store: Store) -> None:
    """A manual album with note and cover, a smart one and a saved query that ask for it, and a label."""
    albums.create_album(store, "Mine", [A, B, C], note="of last summer")
    albums.set_album_cover(store, "Mine", B)
    albums.create_smart_album(store, "Best", Query.parse("album:Mine emotion:happy limit:2"))
    with recorded(store, "prepared") as recorder:
        row = {"name": "Dear", "key": "dear", "text": "album:mine", "created_at": datetime(2024, 1, 1, tzinfo=UTC)}
        recorder.insert(schema.saved_query, [row])
        recorder.insert(schema.label, [label(D, "neutral")])


CHANGES: dict[str, Callable[[Store], object]] = {
    "album 'New' made with 2 photos": lambda store: albums.create_album(store, "New", HAPPY),
    "album 'Empty' made with 0 photos": lambda store: albums.create_album(store, "Empty"),
    "smart album 'New' made": lambda store: albums.create_smart_album(store, "New", HAPPY, note="x"),
    "1 photo added to album 'Mine'": lambda store: albums.add_to_album(store, "mine", [A, D]),
    "2 photos taken out of album 'Mine'": lambda store: albums.remove_from_album(store, "mine", [B, C, D]),
    "2 photos moved in album 'Mine'": lambda store: albums.move_in_album(store, "mine", [C, B], first=True),
    "album 'Mine' sorted by newest": lambda store: albums.sort_album(store, "mine", "newest"),
    "album 'Mine' renamed to 'Ours'": lambda store: albums.rename_album(store, "mine", "Ours"),
    "album 'Mine' renamed to 'MINE'": lambda store: albums.rename_album(store, "mine", "MINE"),
    "album 'Mine' duplicated as 'Yours'": lambda store: albums.duplicate_album(store, "mine", "Yours"),
    "album 'Best' duplicated as 'Yours'": lambda store: albums.duplicate_album(store, "best", "Yours"),
    "note of album 'Mine' changed": lambda store: albums.set_album_note(store, "mine", "now\nlonger"),
    "cover of album 'Mine' changed": lambda store: albums.set_album_cover(store, "mine", None),
    "query of album 'Best' changed": lambda store: albums.set_album_query(store, "best", Query.parse("faces:1")),
    "album 'Best' made manual with 2 photos": lambda store: albums.freeze_album(store, "best"),
    "album 'Mine' deleted": lambda store: albums.delete_album(store, "mine"),
    "album 'Best' deleted": lambda store: albums.delete_album(store, "best"),
}


@pytest.mark.parametrize(("summary", "change"), CHANGES.items(), ids=list(CHANGES))
def test_every_change_of_albums_is_taken_back_to_the_row(
    store: Store, summary: str, change: Callable[[Store], object]
) -> None:
    prepare(store)
    before = kept(store)
    change(store)
    assert kept(store) != before
    [last, *others] = list_actions(store)
    assert last.summary == summary
    assert undo(store) == last
    assert kept(store) == before
    assert list_actions(store) == others
    assert store.check() == []


def test_undo_called_again_takes_back_what_was_done_before(store: Store) -> None:
    states = [kept(store)]
    prepare(store)
    while list_actions(store):
        undo(store)
    assert kept(store) == states[0]

    for change in (
        lambda: albums.create_album(store, "Mine", HAPPY),
        lambda: albums.add_to_album(store, "Mine", [B]),
        lambda: albums.delete_album(store, "Mine"),
        lambda: albums.create_album(store, "Mine", [D]),
        lambda: albums.rename_album(store, "Mine", "Other"),
        lambda: albums.delete_album(store, "Other"),
    ):
        change()
        states.append(kept(store))
    assert [action.summary for action in list_actions(store)] == [
        "album 'Other' deleted",
        "album 'Mine' renamed to 'Other'",
        "album 'Mine' made with 1 photo",
        "album 'Mine' deleted",
        "1 photo added to album 'Mine'",
        "album 'Mine' made with 2 photos",
    ]
    for state in reversed(states[:-1]):
        assert undo(store) is not None
        assert kept(store) == state
    assert undo(store) is None
    assert list_actions(store) == []


def test_actions_are_told_the_last_first_with_their_time(store: Store) -> None:
    before = datetime.now(UTC)
    for name in ("One", "Two", "Three"):
        albums.create_album(store, name)
    found = list_actions(store, limit=2)
    assert [action.summary for action in found] == [
        "album 'Three' made with 0 photos",
        "album 'Two' made with 0 photos",
    ]
    assert before <= found[1].done_at <= found[0].done_at <= datetime.now(UTC)


def test_what_changes_nothing_is_no_action(store: Store) -> None:
    prepare(store)
    count = len(list_actions(store))
    albums.add_to_album(store, "Mine", [A])
    albums.remove_from_album(store, "Mine", [D])
    albums.set_album_note(store, "Mine", "of last summer")
    albums.rename_album(store, "Mine", "Mine")
    albums.move_in_album(store, "Mine", [A], first=True)
    albums.sort_album(store, "Mine", "oldest")
    assert len(list_actions(store)) == count


def test_dry_run_leaves_no_trace(store: Store) -> None:
    prepare(store)
    before, done = kept(store), list_actions(store)
    assert albums.create_album(store, "New", HAPPY, dry_run=True).count == 2
    assert albums.create_smart_album(store, "New", HAPPY, dry_run=True).count == 2
    assert albums.add_to_album(store, "Mine", [A, D], dry_run=True) == 1
    assert albums.remove_from_album(store, "Mine", [A, D], dry_run=True) == 1
    assert albums.freeze_album(store, "Best", dry_run=True).query is None
    assert albums.delete_album(store, "Mine", dry_run=True) == ("smart album 'Best'", "query 'Dear'")
    assert (kept(store), list_actions(store)) == (before, done)


def test_action_that_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    prepare(store)
    before, done = kept(store), list_actions(store)

    def fail() -> None:
        with recorded(store, "half a deed") as recorder:
            recorder.delete(schema.album_photo)
            recorder.insert(schema.label, [label(A, "sad")])
            raise KeyboardInterrupt

    def clash() -> None:
        with recorded(store, "two albums of one name") as recorder:
            recorder.update(schema.album, {"note": "changed"})
            recorder.update(schema.album, {"name": "Mine"})

    with pytest.raises(KeyboardInterrupt):
        fail()
    with pytest.raises(StoreError):
        clash()
    assert (kept(store), list_actions(store)) == (before, done)
    assert shown(store, A) == [("happy", "model")]


def test_labels_taken_back_are_not_shown_any_more(store: Store) -> None:
    with recorded(store, "said") as recorder:
        keys = recorder.insert(schema.label, [label(A, "sad"), label(B, None), label(C, "surprise")])
    assert [shown(store, path) for path in (A, B, C)] == [[("sad", "person")], [], [("surprise", "person")]]
    with recorded(store, "changed") as recorder:
        recorder.update(schema.label, {"emotion": "angry"}, schema.label.c.id == keys[0][0])
        recorder.delete(schema.label, schema.label.c.id == keys[1][0])
        recorder.update_each(schema.label, [{"id": keys[2][0], "emotion": "neutral"}])
    assert [shown(store, path) for path in (A, B, C)] == [
        [("angry", "person")],
        [("fear", "model")],
        [("neutral", "person")],
    ]
    undo(store)
    assert [shown(store, path) for path in (A, B, C)] == [[("sad", "person")], [], [("surprise", "person")]]
    undo(store)
    assert [shown(store, path)[0][1] for path in (A, B, C)] == ["model"] * 3
    assert store.check() == []


def test_keys_of_new_rows_come_in_the_order_of_the_rows(store: Store) -> None:
    paths = [f"/x/{number}.jpg" for number in range(1200)]
    with recorded(store, "said") as recorder:
        keys = recorder.insert(schema.label, [label(path, "sad") for path in paths])
    said = schema.label.c
    with store.read() as connection:
        hashes = dict(connection.execute(select(said.id, said.hash)).all())
    assert [hashes[number] for (number,) in keys] == [digest(path) for path in paths]


def forget(store: Store, path: str) -> None:
    """As if the photo had been pruned: what people said of it waits."""
    content = schema.content.c
    with store.write_connection() as connection:
        number = connection.execute(select(content.id).where(content.hash == digest(path))).scalar_one()
        for table in (schema.label, schema.album_photo):
            connection.execute(update(table).where(table.c.content_id == number).values(content_id=None))
        connection.execute(delete(schema.path).where(schema.path.c.content_id == number))
        connection.execute(delete(schema.content).where(content.id == number))


def test_photo_that_has_another_number_by_now_is_put_back_all_the_same(store: Store) -> None:
    albums.create_album(store, "Mine", [A, B, C])
    with recorded(store, "said") as recorder:
        recorder.insert(schema.label, [label(A, "sad"), label(B, "sad")])
    with recorded(store, "unsaid") as recorder:
        recorder.delete(schema.label)
    albums.delete_album(store, "Mine")
    forget(store, A)
    forget(store, C)
    store.write([added("/q/z.jpg"), added(A, face("happy"))], model=MODEL, detector=DETECTOR)

    undo(store)
    assert [photo.path for photo in albums.album_photos(store, "Mine")] == [A, B]
    assert albums.read_album(store, "Mine").waiting == 1
    undo(store)
    assert shown(store, A) == [("sad", "person")]
    store.write([added(C, face("happy"))], model=MODEL, detector=DETECTOR)
    assert [photo.path for photo in albums.album_photos(store, "Mine")] == [A, B, C]
    assert store.check() == []


def test_change_of_a_photo_with_another_number_by_now_is_taken_back(store: Store) -> None:
    albums.create_album(store, "Mine", [A, B])
    with recorded(store, "said") as recorder:
        recorder.insert(schema.label, [label(A, "sad")])
    albums.move_in_album(store, "Mine", [A])
    forget(store, A)
    store.write([added("/q/z.jpg"), added(A, face("happy"))], model=MODEL, detector=DETECTOR)
    undo(store)
    assert [photo.path for photo in albums.album_photos(store, "Mine")] == [A, B]
    undo(store)
    assert shown(store, A) == [("happy", "model")]


@pytest.mark.parametrize(
    "steps",
    [
        "",
        "no JSON",
        "5",
        "null",
        "{}x",
        '{"table": "album"}',
        '[{"table": "content", "remove": {"common": {}, "columns": ["id"], "rows": [[1]]}, "put": {"rows": []}}]',
        '[{"table": "album", "put": {"rows": []}}]',
        '[{"table": "album", "remove": [7], "put": {"rows": []}}]',
        '[{"table": "album", "remove": {"common": {}, "columns": ["name"], "rows": [["x"]]}, "put": {"rows": []}}]',
        '[{"table": "album", "remove": {"common": {}, "columns": ["id"], "rows": [[1, 2]]}, "put": {"rows": []}}]',
        '[{"table": "album", "remove": {"rows": []}, "put": {"common": {"id": 1, "x": 2}, "columns": [], "rows": '
        "[[]]}}]",
        '[{"table": "album", "remove": {"rows": []}, "put": {"common": {"id": 1, "created_at": "noon"}, "columns": [], '
        '"rows": [[]]}}]',
    ],
)
def test_damaged_action_changes_nothing_and_says_which_it_is(store: Store, steps: str) -> None:
    prepare(store)
    before = kept(store)
    with store.write_connection() as connection:
        row = {"done_at": datetime.now(UTC), "summary": "album 'X' deleted", "steps": steps}
        connection.execute(insert(schema.action).values(row))
    with pytest.raises(
        StoreError, match=r"what was done last \(album 'X' deleted\) is damaged and can't be taken back"
    ):
        undo(store)
    assert kept(store) == before


def test_half_a_step_that_the_database_refuses_changes_nothing(store: Store) -> None:
    prepare(store)
    before = kept(store)
    remove = {"common": {}, "columns": ["id"], "rows": [[1]]}
    put = {"common": {"id": 99}, "columns": [], "rows": [[]]}
    with store.write_connection() as connection:
        steps = [
            {"table": "album", "remove": {"rows": []}, "put": put},
            {"table": "label", "remove": remove, "put": {"rows": []}},
        ]
        row = {"done_at": datetime.now(UTC), "summary": "x", "steps": json.dumps(steps)}
        connection.execute(insert(schema.action).values(row))
    with pytest.raises(StoreError):
        undo(store)
    assert kept(store) == before


def test_who_writes_at_the_same_time_waits_and_is_recorded(tmp_path: Path) -> None:
    open_store(tmp_path, added(A)).close()
    begun, errors = threading.Barrier(2, timeout=60), []

    def make_albums(who: str) -> None:
        try:
            with Store.open(tmp_path / "gallery.db", busy_timeout_seconds=60) as store:
                begun.wait()
                for number in range(10):
                    albums.create_album(store, f"{who} {number}", [A])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=make_albums, args=[who]) for who in ("Ann", "Bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    expected = {f"{who} {number}" for who in ("Ann", "Bob") for number in range(10)}
    with Store.open(tmp_path / "gallery.db") as store:
        assert {album.name for album in albums.list_albums(store) if album.count == 1} == expected
        assert {action.summary for action in list_actions(store)} == {
            f"album {name!r} made with 1 photo" for name in expected
        }
        while undo(store):
            pass
        assert albums.list_albums(store) == []


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Store]:
    """2,000 photos without faces."""
    numbers = range(1, 2001)
    shared = {"width": 1, "height": 1, "format": "JPEG", "detector": DETECTOR, "added_at": datetime.now(UTC)}
    with open_store(tmp_path) as store:
        with store.write_connection() as connection:
            contents = [{"id": number, "hash": digest(str(number)), **shared} for number in numbers]
            connection.execute(insert(schema.content), contents)
            paths = [{"content_id": n, "path": f"/p/{n}.jpg", "size": 1, "mtime_ns": 1} for n in numbers]
            connection.execute(insert(schema.path), paths)
        yield store


def test_large_albums_are_changed_and_put_back_in_few_statements_and_little_text(large: Store) -> None:
    statements: list[str] = []
    albums.create_album(large, "Empty")
    event.listen(large._engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for change in (
        lambda: albums.create_album(large, "All", Query()),
        lambda: albums.sort_album(large, "All", "path"),
        lambda: albums.duplicate_album(large, "All", "Copy"),
        lambda: albums.remove_from_album(large, "All", Query()),
        lambda: undo(large),
        lambda: albums.delete_album(large, "All"),
        lambda: undo(large),
    ):
        change()
        assert len(statements) < 60
        statements.clear()
    with large.read() as connection:
        sizes = connection.execute(select(schema.action.c.steps)).scalars().all()
    # A hash has 64 characters, and must be named once for each photo.
    assert max(map(len, sizes)) < 2000 * 85


def test_steps_are_json_that_another_program_can_read(store: Store) -> None:
    with recorded(store, "said") as recorder:
        [(number,)] = recorder.insert(schema.label, [label(A, "sad")])
    with recorded(store, "unsaid") as recorder:
        recorder.delete(schema.label, schema.label.c.id == number)
    with store.read() as connection:
        inserted, deleted = map(json.loads, connection.execute(select(schema.action.c.steps)).scalars())
    assert inserted == [
        {
            "table": "label",
            "remove": {"common": {"id": number}, "columns": [], "rows": [[]]},
            "put": {"common": {}, "columns": [], "rows": []},
        }
    ]
    assert deleted[0]["put"]["common"]["hash"] == digest(A)
