"""A photo is more than its bytes: what people said of it stays, whatever other programs write into the file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from gallery.curation.albums import (
    add_to_album,
    album_photos,
    create_album,
    create_smart_album,
    list_albums,
    move_in_album,
    read_album,
    remove_from_album,
    set_album_cover,
)
from gallery.curation.dump import dump_text, write_dump
from gallery.curation.dump_lines import read_dump
from gallery.curation.history import undo
from gallery.curation.labels import clear_labels, faces_named, label_faces, reject_faces
from gallery.curation.restoring import restore_dump
from gallery.db import schema
from gallery.export.photos import export_photos
from gallery.export.results import ExportAction
from gallery.images.look import look_of
from gallery.indexing.identity import Identity
from gallery.indexing.indexer import Status
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.similar.duplicates import exact_duplicates
from gallery.store.store import Store
from gallery.xmp.sidecars import Sidecars
from tests.support.edits import give_star, strip, write_exif, write_place
from tests.support.fakes import draw_faces
from tests.support.library import Library
from tests.support.photos import draw_picture
from tests.support.shots import draw_shot


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    with made.store:
        yield made


def shown(library: Library, path: Path) -> list[tuple[str, str]]:
    return [(face.emotion, face.source) for face in library.store.photo(str(path)).faces]


def say(library: Library, path: Path, number: int, emotion: str) -> None:
    label_faces(library.store, faces_named(library.store, [f"{path}#{number}"]), emotion)


def names(library: Library, album: str) -> list[str]:
    return [Path(photo.path).name for photo in album_photos(library.store, album)]


def forget_pictures(library: Library) -> None:
    """As in a database of the version before, whose photos weren't read since."""
    with library.store.write_connection() as connection:
        connection.execute(update(schema.content).values(picture=None, orientation=None))


def test_a_star_leaves_all_that_was_said(library: Library) -> None:
    first, second, third = (library.draw(name, "happy", "sad") for name in ("1.jpg", "2.jpg", "3.jpg"))
    library.run()
    say(library, first, 2, "fear")
    reject_faces(library.store, faces_named(library.store, [f"{second}#1"]))
    create_album(library.store, "Best", [str(path) for path in (third, first, second)])
    create_album(library.store, "Bare", [str(third)])
    set_album_cover(library.store, "Best", str(first))
    for path in (first, second, third):
        give_star(path)
    seen = library.detector.seen

    assert library.run() == dict.fromkeys(("1.jpg", "2.jpg", "3.jpg"), Status.EDITED)

    assert library.detector.seen == seen
    assert shown(library, first) == [("happy", "model"), ("fear", "person")]
    assert shown(library, second) == [("sad", "model")]
    assert names(library, "Best") == ["3.jpg", "1.jpg", "2.jpg"]
    album = read_album(library.store, "Best")
    assert (album.count, album.missing, album.waiting, album.cover) == (3, 0, 0, str(first))
    assert read_album(library.store, "Bare").cover is None
    assert library.store.search(Query(missing=True)) == library.store.search(Query())
    assert library.run() == dict.fromkeys(("1.jpg", "2.jpg", "3.jpg"), Status.UNCHANGED)
    assert library.store.check() == []


def test_every_edit_after_the_first_is_one_too(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    say(library, path, 1, "sad")

    for rating in range(1, 5):
        give_star(path, rating)
        assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path) == [("sad", "person")]


def test_date_place_and_camera_are_read_anew(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    write_exif(path, "2001:02:03 04:05:06", camera="Old")
    library.run()
    write_exif(path, "1999:12:31 23:00:00", camera="New")
    assert library.run() == {"a.jpg": Status.EDITED}

    capture = library.store.photo(str(path)).capture
    assert (capture.taken_at, capture.camera, capture.latitude) == (datetime(1999, 12, 31, 23), "New", None)
    assert library.names(Query.parse("emotion:happy date:1999")) == {"a.jpg"}
    assert library.names(Query.parse("date:2001")) == set()

    write_place(path, 41, 12)
    library.run()
    capture = library.store.photo(str(path)).capture
    assert (capture.latitude, capture.longitude, capture.camera) == (41, 12, None)


def test_a_star_given_today_leaves_an_old_photo_without_a_date_old(library: Library) -> None:
    path = library.draw("scan.jpg", "happy")
    old = int(datetime(2005, 6, 7, tzinfo=UTC).timestamp())
    os.utime(path, (old, old))
    library.run()
    give_star(path)
    library.run()

    assert library.names(Query.parse("date:2005")) == {"scan.jpg"}


def test_a_star_given_and_taken_back_leaves_the_time_of_the_file_before(library: Library) -> None:
    path = library.draw("scan.jpg", "happy")
    for year, change in ((2005, lambda _: None), (2006, give_star), (2007, strip)):
        change(path)
        when = int(datetime(year, 6, 7, tzinfo=UTC).timestamp())
        os.utime(path, (when, when))
        library.run()

    assert library.names(Query.parse("date:2005")) == {"scan.jpg"}


def test_first_bytes_keep_their_date_where_all_is_read_anew_with_others_in_their_place(library: Library) -> None:
    path = library.draw("scan.jpg", "happy")
    old = int(datetime(2005, 6, 7, tzinfo=UTC).timestamp())
    os.utime(path, (old, old))
    library.run()
    write_exif(path, "2001:02:03 04:05:06")
    assert [found.status for found in library.start(force=True)] == [Status.EDITED]
    assert library.names(Query.parse("date:2001")) == {"scan.jpg"}
    strip(path)
    give_star(path)
    now = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    os.utime(path, (now, now))
    library.run()

    assert library.names(Query.parse("date:2005")) == {"scan.jpg"}


def test_edited_and_moved_is_moved(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    say(library, path, 1, "sad")
    give_star(path)
    path.rename(library.folder / "b.jpg")

    assert library.run() == {"b.jpg": Status.MOVED}
    assert shown(library, library.folder / "b.jpg") == [("sad", "person")]
    assert [photo.paths for photo in library.store.search(Query(missing=True))] == [(str(library.folder / "b.jpg"),)]


def test_a_starred_copy_is_another_file_of_the_same_photo(library: Library, tmp_path: Path) -> None:
    path, copy = library.draw("a.jpg", "happy"), library.folder / "b.jpg"
    write_exif(path, "2001:02:03 04:05:06")
    library.run()
    say(library, path, 1, "sad")
    create_album(library.store, "Best", Query())
    shutil.copy(path, copy)
    write_exif(copy, "2003:01:01 00:00:00")

    assert library.run() == {"a.jpg": Status.UNCHANGED, "b.jpg": Status.COPIED}

    assert shown(library, copy) == shown(library, path) == [("sad", "person")]
    [photo] = library.store.search(Query())
    assert photo.paths == (str(path), str(copy))
    assert photo.capture.taken_at == datetime(2001, 2, 3, 4, 5, 6)
    assert exact_duplicates(library.store) == []
    assert names(library, "Best") == ["a.jpg"]
    # Whichever file is left is what an export gives.
    path.unlink()
    results = list(export_photos(album_photos(library.store, "Best"), tmp_path / "out"))
    assert [result.action for result in results] == [ExportAction.COPIED]
    assert (tmp_path / "out" / "a.jpg").exists() or (tmp_path / "out" / "b.jpg").read_bytes() == copy.read_bytes()


def test_copies_of_a_starred_photo_are_the_same_file(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    give_star(path)
    shutil.copy(path, library.folder / "b.jpg")
    shutil.copy(path, library.folder / "c.jpg")
    library.run()

    [group] = exact_duplicates(library.store)
    assert [Path(found).name for found in group.paths] == ["a.jpg", "b.jpg", "c.jpg"]
    [photo] = group.photos
    assert photo.hash == library.store.photo(str(path)).hash


def test_photo_and_its_starred_copy_indexed_together_are_one(library: Library) -> None:
    path, copy = library.draw("a.jpg", "happy"), library.folder / "b.jpg"
    shutil.copy(path, copy)
    give_star(copy)

    assert library.run() == {"a.jpg": Status.NEW, "b.jpg": Status.COPIED}
    [photo] = library.store.search(Query())
    assert photo.paths == (str(path), str(copy))
    assert photo.hash_of(str(path)) != photo.hash_of(str(copy))
    assert library.run() == dict.fromkeys(("a.jpg", "b.jpg"), Status.UNCHANGED)


def test_the_old_bytes_put_back_are_the_photo_and_the_last_word_counts(library: Library, tmp_path: Path) -> None:
    path = library.draw("a.jpg", "happy")
    write_exif(path, "2001:02:03 04:05:06")
    backup = shutil.copy2(path, tmp_path / "backup.jpg")
    library.run()
    say(library, path, 1, "sad")
    create_album(library.store, "Best", Query())
    write_exif(path, "2003:01:01 00:00:00")
    library.run()
    say(library, path, 1, "fear")
    shutil.copy2(backup, path)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path) == [("fear", "person")]
    assert names(library, "Best") == ["a.jpg"]
    assert library.store.photo(str(path)).capture.taken_at == datetime(2001, 2, 3, 4, 5, 6)


def test_undo_takes_back_what_was_said_before_and_after_an_edit(library: Library) -> None:
    first, second = library.draw("1.jpg", "happy"), library.draw("2.jpg", "happy")
    library.run()
    create_album(library.store, "Best", [str(first), str(second)])
    say(library, first, 1, "sad")
    give_star(first)
    library.run()
    clear_labels(library.store, faces_named(library.store, [f"{first}#1"]))
    move_in_album(library.store, "Best", [str(first)])
    remove_from_album(library.store, "Best", [str(first)])
    assert names(library, "Best") == ["2.jpg"]

    undo(library.store)
    assert names(library, "Best") == ["2.jpg", "1.jpg"]
    undo(library.store)
    assert names(library, "Best") == ["1.jpg", "2.jpg"]
    undo(library.store)
    assert shown(library, first) == [("sad", "person")]
    undo(library.store)
    assert shown(library, first) == [("happy", "model")]


def test_edited_photo_isnt_put_into_an_album_again(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    create_album(library.store, "Best", Query())
    give_star(path)
    library.run()

    assert add_to_album(library.store, "Best", [str(path)]) == 0


def test_forgotten_photo_that_returns_with_a_star_has_all_that_was_said(library: Library, tmp_path: Path) -> None:
    path = library.draw("a.jpg", "happy")
    write_exif(path, "2001:02:03 04:05:06")
    library.run()
    say(library, path, 1, "sad")
    create_album(library.store, "Best", Query())
    set_album_cover(library.store, "Best", str(path))
    away = shutil.move(path, tmp_path / "a.jpg")
    library.draw("other.jpg", "fear")
    library.run()
    forget_gone(library.store, find_gone(library.store, even_if_unplugged=True))
    assert read_album(library.store, "Best").waiting == 1
    shutil.move(away, path)
    give_star(path)

    assert library.run()["a.jpg"] is Status.NEW
    assert shown(library, path) == [("sad", "person")]
    assert names(library, "Best") == ["a.jpg"]
    assert read_album(library.store, "Best").cover == str(path)
    assert library.store.photo(str(path)).capture.taken_at == datetime(2001, 2, 3, 4, 5, 6)
    # And once more, from the name that it has now.
    give_star(path, 3)
    assert library.run()["a.jpg"] is Status.EDITED
    assert shown(library, path) == [("sad", "person")]
    assert library.store.check() == []


def test_photo_indexed_before_pictures_were_known_is_recognised_by_look_and_crops(library: Library) -> None:
    paths = [library.draw("0.jpg", "happy", "sad"), library.folder / "1.jpg"]
    draw_picture(seed=1).save(paths[1])
    library.run()
    say(library, paths[0], 2, "fear")
    create_album(library.store, "Best", [str(path) for path in paths])
    forget_pictures(library)
    for path in paths:
        give_star(path)

    assert library.run() == dict.fromkeys(("0.jpg", "1.jpg"), Status.EDITED)
    assert shown(library, paths[0]) == [("happy", "model"), ("fear", "person")]
    assert names(library, "Best") == ["0.jpg", "1.jpg"]
    # From now on by their pictures, without a search.
    seen = library.detector.seen
    for path in paths:
        give_star(path, 3)
    assert library.run() == dict.fromkeys(("0.jpg", "1.jpg"), Status.EDITED)
    assert library.detector.seen == seen


@pytest.mark.parametrize("kind", ["another face", "flat", "another size"])
def test_what_only_resembles_a_photo_indexed_before_is_another(library: Library, kind: str) -> None:
    path = library.folder / "a.jpg"
    flat = Image.new("RGB", (640, 480), "navy")
    before = flat if kind == "flat" else draw_faces("happy")
    before.save(path, quality=95)
    library.run()
    forget_pictures(library)
    after = {"another face": draw_faces("surprise"), "flat": flat, "another size": before.resize((1280, 960))}[kind]
    after.save(path, quality=90)
    if kind == "another face":
        with library.store.write_connection() as connection:
            # They look alike to the last bit.
            connection.execute(update(schema.content).values(look=look_of(after)))

    # At most it is another version of the same shot.
    assert library.run() == {"a.jpg": Status.EDITED if kind == "another size" else Status.CHANGED}
    # The picture before isn't missing where another one of its shot stands for it.
    assert len(library.store.search(Query(missing=True))) == (1 if kind == "another size" else 2)


def test_touched_photo_that_was_indexed_before_is_known_by_its_picture_from_then_on(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    forget_pictures(library)
    os.utime(path, (1, 1))
    assert library.run() == {"a.jpg": Status.UNCHANGED}
    give_star(path)
    path.rename(library.folder / "b.jpg")

    assert library.run() == {"b.jpg": Status.MOVED}
    assert library.detector.seen == 1


def test_two_photos_that_prove_to_be_one_keep_all_that_was_said_of_both(library: Library) -> None:
    path, copy = library.draw("a.jpg", "happy", "sad"), library.folder / "b.jpg"
    other = library.draw("c.jpg", "happy")
    library.run()
    forget_pictures(library)
    shutil.copy(path, copy)
    give_star(copy)
    library.run()
    forget_pictures(library)
    assert len(library.store.search(Query())) == 3
    say(library, copy, 1, "angry")
    say(library, path, 1, "fear")
    say(library, copy, 2, "neutral")
    create_album(library.store, "Best", [str(copy), str(other), str(path)])

    list(library.start(force=True))

    assert {photo.paths for photo in library.store.search(Query())} == {(str(path), str(copy)), (str(other),)}
    assert shown(library, path) == [("fear", "person"), ("neutral", "person")]
    assert names(library, "Best") == ["a.jpg", "c.jpg"]
    assert read_album(library.store, "Best").count == 2
    assert remove_from_album(library.store, "Best", [str(copy)]) == 1
    assert names(library, "Best") == ["c.jpg"]
    undo(library.store)
    assert names(library, "Best") == ["a.jpg", "c.jpg"]
    undo(library.store)
    undo(library.store)
    assert shown(library, path) == [("fear", "person"), ("sad", "model")]
    assert library.store.check() == []


def test_edited_photo_that_is_looked_through_again_at_once_keeps_what_was_said(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    say(library, path, 1, "sad")
    give_star(path)

    assert [result.status for result in library.start(force=True)] == [Status.EDITED]
    assert library.detector.seen == 2
    assert shown(library, path) == [("sad", "person")]
    assert [result.status for result in library.start(force=True)] == [Status.REREAD]
    assert shown(library, path) == [("sad", "person")]
    assert library.store.check() == []


def test_a_forgotten_copy_takes_along_what_it_alone_said(library: Library) -> None:
    path, copy = library.draw("a.jpg", "happy"), library.folder / "b.jpg"
    shutil.copy(path, copy)
    write_exif(path, "2003:01:01 00:00:00")
    write_exif(copy, "2001:02:03 04:05:06")
    library.run()
    copy.unlink()
    library.run()
    assert library.names(Query.parse("date:2001")) == {"a.jpg"}
    forget_gone(library.store, find_gone(library.store))
    assert library.names(Query.parse("date:2003")) == {"a.jpg"}


def test_all_taken_out_of_a_file_is_an_edit(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    write_exif(path, "2001:02:03 04:05:06", camera="Old")
    library.run()
    strip(path)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert library.store.photo(str(path)).capture.camera is None


def test_another_picture_in_its_place_is_another_photo(library: Library, tmp_path: Path) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    say(library, path, 1, "sad")
    draw_shot(1, ["happy"]).save(path, quality=95)

    create_album(library.store, "Best", Query())
    assert library.run() == {"a.jpg": Status.CHANGED}
    assert shown(library, path) == [("happy", "model")]
    # Nobody is told to index the folder again: the file there is another photo, and this one has none.
    photos = album_photos(library.store, "Best")
    assert [result.action for result in export_photos(photos, tmp_path / "out")] == [ExportAction.MISSING]
    [told] = Sidecars(library.store).write(photos[0])
    assert (told.action, told.reason) == ("missing", f"was at {path}, where another photo is now")


def test_a_replaced_photo_is_told_by_its_own_hash_where_a_starred_one_took_its_place(library: Library) -> None:
    path, starred = library.draw("a.jpg", "happy"), library.draw("b.jpg", "sad")
    library.run()
    give_star(starred)
    library.run()
    before = library.store.photo(str(path)).hash
    starred.rename(path)
    assert library.run()["a.jpg"] is Status.CHANGED

    photos = library.store.search(Query(missing=True))
    assert [photo.hash for photo in photos if photo.replaced] == [before]
    assert len({photo.hash for photo in photos}) == 2


def test_known_pictures_are_shared_with_what_reads_in_the_background(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    identity = Identity.of(library.store.pictures(), set(), force=False)
    with library.store.read() as connection:
        row = connection.execute(select(schema.content.c.hash, schema.content.c.picture)).one()

    assert [picture.data for picture in library.store.pictures().photos] == [row.picture]
    assert [identity.showing(picture) for picture in library.store.pictures().photos] == [row.hash]
    assert identity.name(library.store.photo(str(path)).hash) == row.hash
    assert isinstance(library.store, Store)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Library]:
    """A gallery on another computer."""
    (tmp_path / "elsewhere").mkdir()
    made = Library(tmp_path / "elsewhere")
    with made.store:
        yield made


@pytest.mark.parametrize("indexed_first", [True, False])
def test_a_dump_finds_a_photo_that_was_given_a_star_elsewhere(
    library: Library, elsewhere: Library, tmp_path: Path, *, indexed_first: bool
) -> None:
    path, starred = library.draw("a.jpg", "happy"), elsewhere.folder / "b.jpg"
    write_exif(path, "2001:02:03 04:05:06")
    library.run()
    say(library, path, 1, "sad")
    create_album(library.store, "Best", Query())
    create_smart_album(library.store, "All", Query())
    for album in ("Best", "All"):
        set_album_cover(library.store, album, str(path))
    write_dump(library.store, tmp_path / "said.jsonl")
    shutil.copy(path, starred)
    give_star(starred)

    if indexed_first:
        elsewhere.run()
    restored = restore_dump(elsewhere.store, read_dump(tmp_path / "said.jsonl"))
    assert (restored.labels, restored.photos, restored.waiting) == (1, 1, 0 if indexed_first else 2)
    assert restored.problems == ()
    elsewhere.run()

    assert shown(elsewhere, starred) == [("sad", "person")]
    assert names(elsewhere, "Best") == ["b.jpg"]
    assert [album.cover for album in list_albums(elsewhere.store)] == [str(starred)] * 2
    assert elsewhere.store.photo(str(starred)).capture.taken_at == datetime(2001, 2, 3, 4, 5, 6)
    assert elsewhere.store.check() == []
    again = restore_dump(elsewhere.store, read_dump(tmp_path / "said.jsonl"))
    assert (again.labels, again.photos) == (0, 0)


def test_a_dump_leaves_the_date_of_the_file_of_which_it_speaks(
    library: Library, elsewhere: Library, tmp_path: Path
) -> None:
    path = library.draw("a.jpg", "happy")
    write_exif(path, "2001:02:03 04:05:06")
    library.run()
    say(library, path, 1, "sad")
    write_dump(library.store, tmp_path / "said.jsonl")
    # The second is read before the first is in the database, and stored after it.
    elsewhere.settings = Settings(batch_size=1)
    strip(Path(shutil.copy(path, elsewhere.folder / "a.jpg")))
    shutil.copy(path, elsewhere.folder / "b.jpg")
    restore_dump(elsewhere.store, read_dump(tmp_path / "said.jsonl"))
    elsewhere.run()

    assert elsewhere.names(Query.parse("date:2001")) == {"a.jpg"}
    assert shown(elsewhere, elsewhere.folder / "b.jpg") == [("sad", "person")]


@pytest.mark.parametrize("picture", ["", 1, "0" * 32, f"{'0' * 32}:9", f"{'g' * 32}:1"])
def test_a_picture_in_a_dump_that_is_none_is_a_problem_of_its_line(
    library: Library, tmp_path: Path, picture: object
) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    say(library, path, 1, "sad")
    header, line, folder = dump_text(library.store).splitlines()
    fact = json.loads(line)
    assert fact["picture"].endswith(":1")
    (tmp_path / "made-up.jsonl").write_text(f"{header}\n{json.dumps({**fact, 'picture': picture})}\n{folder}\n")

    [problem] = read_dump(tmp_path / "made-up.jsonl").problems
    assert (problem.line, problem.reason.partition(" is ")[0]) == (2, "picture")
