"""Drawn faces, and photos that were picked or rejected, written as text and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from gallery.curation.drawing import draw_face
from gallery.curation.dump import dump_text
from gallery.curation.dump_lines import read_dump
from gallery.curation.history import list_actions, undo
from gallery.curation.picks import pick_photos, reject_photos
from gallery.curation.restoring import Restored, restore_dump
from gallery.faces import Box
from gallery.query.query import Query
from tests.support.library import Library
from tests.support.make import digest, open_store

SAID = "2024-05-01T12:00:00.250000+00:00"
DRAWN = f'{{"fact": "drawn", "hash": "{"a" * 64}", "box": [1, 2, 30, 40], "said_at": "{SAID}"}}'
PICK = f'{{"fact": "pick", "hash": "{"a" * 64}", "word": "pick", "said_at": "{SAID}"}}'


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Two photos: one with a face drawn, and picked; the other rejected."""
    library = Library(tmp_path)
    kept, other = library.draw("kept.jpg", "happy"), library.draw("other.jpg")
    library.run()
    draw_face(library.store, kept, Box(300, 250, 400, 350), "fear")
    pick_photos(library.store, [kept])
    reject_photos(library.store, [other])
    return library


def restore(library: Library, text: str) -> Restored:
    file = library.folder.with_name("dump.jsonl")
    file.write_text(text)
    return restore_dump(library.store, read_dump(file))


def faces(library: Library) -> list[tuple[int, str]]:
    return [(face.number, face.emotion) for face in library.store.photo(library.folder / "kept.jpg").faces]


def words(library: Library) -> list[set[str]]:
    return [library.names(Query.parse(text)) for text in ("is:picked", "is:rejected-shot")]


def test_all_of_it_comes_back_in_another_database(library: Library, tmp_path: Path) -> None:
    text = dump_text(library.store)
    assert [text.count(f'"fact": "{fact}"') for fact in ("label", "drawn", "pick")] == [1, 1, 2]
    library.store.close()
    (tmp_path / "other").mkdir()
    library.store = open_store(tmp_path / "other")
    restored = restore(library, text)
    assert (restored.labels, restored.drawn, restored.picks, restored.waiting) == (1, 1, 2, 4)
    assert [one.summary for one in list_actions(library.store)] == [
        "'dump.jsonl' restored: 1 label, 0 albums, 0 photos of albums, 0 queries, 1 drawn face, "
        "2 picked or rejected photos, 1 folder"
    ]
    library.run()
    assert faces(library) == [(1, "happy"), (2, "fear")]
    assert words(library) == [{"kept.jpg"}, {"other.jpg"}]
    assert dump_text(library.store) == text
    again = restore(library, text)
    assert (again.labels, again.drawn, again.picks, again.already_there) == (0, 0, 0, 5)


def test_photos_that_are_here_get_their_drawn_faces_with_the_next_run_and_undo_takes_them(library: Library) -> None:
    text = dump_text(library.store)
    for _ in range(3):
        undo(library.store)
    assert (faces(library), words(library)) == ([(1, "happy")], [set(), set()])
    restore(library, text)
    assert words(library) == [{"kept.jpg"}, {"other.jpg"}]
    library.run()
    assert faces(library) == [(1, "happy"), (2, "fear")]
    undo(library.store)
    assert (faces(library), words(library)) == ([(1, "happy")], [set(), set()])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (PICK.replace("pick", "keep").replace('"fact": "keep"', '"fact": "pick"'), 'word is "keep"; allowed: pick, re'),
        (PICK.replace(', "word": "pick"', ""), "has no word"),
        (PICK.replace(SAID, "today"), 'said_at is "today"'),
        (DRAWN.replace("[1, 2, 30, 40]", "[1, 2, 0, 40]"), "box is [1, 2, 0, 40]"),
        (DRAWN.replace("a" * 64, "b"), 'hash is "b"'),
        (DRAWN.replace("}", ', "emotion": "sad"}'), 'has an unknown field: "emotion"'),
    ],
)
def test_damaged_line_is_told_and_the_others_are_restored(library: Library, line: str, reason: str) -> None:
    restored = restore(library, f'{{"gallery dump": 2}}\n{line}\n{PICK}\n{PICK}\n{DRAWN}\n')
    [problem] = restored.problems
    assert problem.line == 2
    assert problem.reason.startswith(reason)
    assert (restored.picks, restored.drawn, restored.already_there) == (1, 1, 1)


def test_picture_tells_which_photo_was_meant_where_its_file_has_other_bytes(library: Library) -> None:
    name = digest("the photo as it was elsewhere")
    picture = next(part for part in dump_text(library.store).split('"picture": "')[1:]).split('"')[0]
    assert words(library)[1] == {"other.jpg"}
    line = PICK.replace("a" * 64, name).replace("}", f', "picture": "{picture}"}}').replace("2024", "2099")
    assert restore(library, f'{{"gallery dump": 2}}\n{line}\n').waiting == 0
