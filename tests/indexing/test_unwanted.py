"""Photos that nobody wants any more, and the folders that are looked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gallery.curation.albums import album_photos, create_album, list_albums, remove_from_album
from gallery.curation.history import undo
from gallery.curation.labels import faces_named, label_faces
from gallery.curation.roots import forget_root, list_roots
from gallery.errors import ScanError, UsageError
from gallery.indexing.indexer import Status
from gallery.indexing.places import find_places
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.insight.breakdown import breakdown
from gallery.query.query import Query
from gallery.store.roots import Root, known_roots, note_mounts, note_roots
from tests.support.edits import give_star
from tests.support.library import Library

NEW, UNCHANGED, MISSING, RESTORED, UNWANTED, FAILED = (
    *(Status.NEW, Status.UNCHANGED, Status.MISSING, Status.RESTORED, Status.UNWANTED, Status.FAILED),
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    with made.store:
        yield made


@pytest.fixture
def ignored(library: Library) -> Library:
    """A photo each in `ok` and in `private`, the latter labelled and in an album; then private is to be ignored."""
    library.draw("ok/a.jpg", "happy")
    private = library.draw("private/b.jpg", "sad")
    library.run()
    create_album(library.store, "All", Query())
    label_faces(library.store, faces_named(library.store, [f"{private}#1"]), "fear")
    (library.folder / ".galleryignore").write_text("private/\n")
    return library


def everywhere(library: Library) -> list[set[str]]:
    """The names of photos that searches for all, also missing ones, find, and the album lists."""
    searches = (Query(), Query(missing=True), Query.parse("is:missing or not is:missing"), Query.parse("path:Photos"))
    found = [library.names(query) for query in searches]
    return [*found, {Path(photo.path).name for photo in album_photos(library.store, "All")}]


def test_what_is_ignored_later_leaves_searches_albums_and_figures(ignored: Library) -> None:
    assert ignored.run() == {"a.jpg": UNCHANGED, "b.jpg": UNWANTED}
    assert everywhere(ignored) == [{"a.jpg"}] * 5
    assert ignored.names(Query.parse("is:missing")) == set()
    assert [ignored.store.count(query) for query in (Query(), Query(missing=True))] == [1, 1]
    figures = ignored.store.stats()
    assert (figures.photos, figures.missing, figures.faces, figures.emotions["happy"]) == (1, 0, 1, 1)
    assert [(album.count, album.missing) for album in list_albums(ignored.store)] == [(1, 0)]
    assert [group.key for group in breakdown(ignored.store, "folder").groups] == [str(ignored.folder / "ok")]
    assert not find_gone(ignored.store, even_if_unplugged=True)
    record = ignored.store.photo(str(ignored.folder / "private" / "b.jpg"))
    assert (record.missing, record.unwanted) == (False, "ignored")
    assert ignored.run() == {"a.jpg": UNCHANGED}  # told once


def test_what_was_said_is_kept_and_all_is_back_when_the_rule_goes(ignored: Library) -> None:
    ignored.run()
    (ignored.folder / ".galleryignore").unlink()
    assert ignored.run() == {"a.jpg": UNCHANGED, "b.jpg": RESTORED}
    assert everywhere(ignored) == [{"a.jpg", "b.jpg"}] * 5
    assert ignored.emotions(ignored.folder / "private" / "b.jpg") == ["fear"]
    assert ignored.detector.seen == 2


def test_photo_that_nobody_wants_can_be_taken_out_of_an_album_by_its_path(ignored: Library) -> None:
    ignored.run()
    private = ignored.folder / "private" / "b.jpg"
    assert remove_from_album(ignored.store, "All", [private]) == 1
    (ignored.folder / ".galleryignore").unlink()
    ignored.run()
    assert [Path(photo.path).name for photo in album_photos(ignored.store, "All")] == ["a.jpg"]
    undo(ignored.store)
    assert {Path(photo.path).name for photo in album_photos(ignored.store, "All")} == {"a.jpg", "b.jpg"}


def test_ignored_photo_that_is_then_deleted_is_missing(ignored: Library) -> None:
    ignored.run()
    (ignored.folder / "private" / "b.jpg").unlink()
    assert ignored.run() == {"a.jpg": UNCHANGED, "b.jpg": MISSING}
    assert ignored.names(Query.parse("is:missing")) == {"b.jpg"}


def test_photo_with_another_file_that_is_wanted_is_found_at_that(ignored: Library) -> None:
    copy = ignored.folder / "ok" / "c.jpg"
    copy.write_bytes((ignored.folder / "private" / "b.jpg").read_bytes())
    ignored.run()
    assert ignored.names() == {"a.jpg", "c.jpg"}
    assert ignored.names(Query.parse("path:private or path:private is:missing")) == set()
    assert ignored.store.photo(str(copy)).paths == (str(copy),)
    # Deleted there, the photo isn't missing: its other file is there.
    copy.unlink()
    ignored.run()
    assert everywhere(ignored) == [{"a.jpg"}] * 5
    assert ignored.store.stats().missing == 0
    gone = find_gone(ignored.store)
    assert (gone.photos, gone.copies) == ((), ())


def test_what_is_looked_through_by_itself_stays_whatever_a_folder_above_ignores(ignored: Library) -> None:
    private = ignored.folder / "private"
    assert ignored.run(private) == {"b.jpg": UNCHANGED}
    assert ignored.run() == {"a.jpg": UNCHANGED}
    assert ignored.names() == {"a.jpg", "b.jpg"}
    assert [root.path for root in known_roots(ignored.store)] == [str(ignored.folder), str(private)]


def test_photos_indexed_in_a_bin_before_are_unwanted(library: Library) -> None:
    library.draw("a.jpg", "happy")
    inside = library.draw("x/b.jpg", "sad")
    library.run()
    inside.parent.rename(library.folder / "#recycle")
    bin_ = library.folder / "#recycle" / "b.jpg"
    library.run(bin_)  # as the versions before did
    assert library.run() == {"a.jpg": UNCHANGED, "b.jpg": UNWANTED}
    assert library.store.photo(str(bin_)).unwanted == "bin"


def test_links_that_are_not_followed_this_time_change_nothing(library: Library) -> None:
    far = library.folder.with_name("far")
    library.draw("../far/b.jpg", "sad")
    (library.folder / "link").symlink_to(far)
    assert [result.status for result in library.start(follow_links=True)] == [NEW]
    assert list(library.start(follow_links=False)) == []
    assert library.names() == {"b.jpg"}


def test_whether_links_are_followed_is_remembered_with_the_folder(library: Library) -> None:
    far = library.folder.with_name("far")
    library.draw("../far/b.jpg", "sad")
    library.draw("sub/a.jpg")
    (library.folder / "sub" / "link").symlink_to(far)
    assert library.run() == {"a.jpg": NEW}
    assert [result.status for result in library.start(follow_links=True)] == [UNCHANGED, NEW]
    assert known_roots(library.store)[0].follow_links
    assert library.run() == {"a.jpg": UNCHANGED, "b.jpg": UNCHANGED}
    assert library.run(library.folder / "sub") == {"a.jpg": UNCHANGED, "b.jpg": UNCHANGED}
    assert len(known_roots(library.store)) == 1
    # What is taken in is another matter.
    assert len(list(library.start(include=["#recycle"]))) == 2
    assert [result.path for result in library.start(follow_links=False)] == [str(library.folder / "sub" / "a.jpg")]
    assert library.run() == {"a.jpg": UNCHANGED}
    assert known_roots(library.store)[0].include == ("#recycle",)


def test_what_is_to_be_taken_in_is_remembered_with_the_folder(library: Library) -> None:
    library.draw("#recycle/a.jpg", "happy")
    library.draw("sub/@Recycle/b.jpg", "happy")
    assert library.run() == {}
    taken_in = {Path(result.path).name: result.status for result in library.start(include=["#RECYCLE"])}
    assert taken_in == {"a.jpg": NEW}
    assert library.run() == {"a.jpg": UNCHANGED}
    assert library.run(library.folder / "sub") == {}
    assert known_roots(library.store)[0].include == ("#RECYCLE",)
    assert [result.status for result in library.start(include=[])] == [UNWANTED]


def test_folders_that_another_one_comes_to_are_not_known_by_themselves(library: Library) -> None:
    library.draw("2023/a.jpg")
    library.draw(".hidden/b.jpg")
    library.run()
    library.run(library.folder / "2023", library.folder / ".hidden", library.folder / "2023" / "a.jpg")
    found = list_roots(library.store)
    assert [record.root.path for record in found] == [str(library.folder), str(library.folder / ".hidden")]
    assert [(record.photos, record.missing, record.unwanted, record.visible) for record in found] == [
        *((2, 0, 0, True), (1, 0, 0, True)),
    ]
    assert all(record.root.looked_at for record in found)


def test_known_folder_that_is_away_is_told_and_the_others_are_looked_through(library: Library) -> None:
    away = library.folder.with_name("away")
    library.draw("../DISK/a.jpg", "happy")
    disk = library.folder.with_name("DISK")
    library.run(disk)
    disk.rename(away)
    library.draw("b.jpg", "sad")
    assert library.run(disk, library.folder) == {"DISK": FAILED, "b.jpg": NEW}
    [failure] = library.store.failures()
    assert failure.reason == "isn't there; its photos stay as they are until it is back"
    assert library.names() == {"a.jpg", "b.jpg"}
    assert [record.visible for record in list_roots(library.store)] == [False, True]
    away.rename(disk)
    assert library.run(disk) == {"a.jpg": UNCHANGED}
    assert library.store.failures() == []


def test_folder_of_a_gallery_without_known_folders_is_known_by_its_photos(library: Library) -> None:
    library.draw("a.jpg", "happy")
    library.run()
    with library.store.write_connection() as connection:
        connection.execute(text("DELETE FROM root"))
    library.folder.rename(library.folder.with_name("away"))
    assert library.run() == {"Photos": FAILED}
    assert library.names() == {"a.jpg"}


def test_path_neither_there_nor_known_is_refused_before_anything_is_done(library: Library) -> None:
    library.draw("a.jpg")
    with pytest.raises(ScanError, match="doesn't exist; check the spelling"):
        library.run(library.folder, library.folder / "a.jpg.typo")
    assert library.store.known_files() == {}
    assert known_roots(library.store) == []


def test_forgotten_folder_leaves_searches_and_undo_brings_it_back(ignored: Library) -> None:
    other = ignored.folder.with_name("Other")
    ignored.draw("../Other/c.jpg", "happy")
    gone = ignored.draw("ok/gone.jpg", "happy")
    ignored.run(ignored.folder, other)
    gone.unlink()
    ignored.run()
    assert forget_root(ignored.store, ignored.folder) == 1
    assert ignored.names(Query(missing=True)) == {"c.jpg"}
    assert ignored.store.stats().photos == 1
    assert [record.root.path for record in list_roots(ignored.store)] == [str(other)]
    assert find_gone(ignored.store, even_if_unplugged=True).photos == ()
    done = undo(ignored.store)
    assert done is not None
    assert done.summary == f"folder {ignored.folder} forgotten"
    assert ignored.names() == {"a.jpg", "c.jpg"}
    assert ignored.names(Query.parse("is:missing")) == {"gone.jpg"}
    assert ignored.store.photo(str(ignored.folder / "private" / "b.jpg")).unwanted == "ignored"
    assert list_roots(ignored.store)[1].root.looked_at is not None


def test_forgotten_folder_is_back_when_it_is_looked_through_again(library: Library) -> None:
    library.draw("a.jpg", "happy")
    gone = library.draw("b.jpg", "sad")
    library.run()
    forget_root(library.store, library.folder)
    gone.unlink()
    assert library.run() == {"a.jpg": RESTORED, "b.jpg": MISSING}
    undo(library.store)  # of what is so by now
    assert library.names() == {"a.jpg"}
    assert [record.root.path for record in list_roots(library.store)] == [str(library.folder)]


def test_photos_in_another_known_folder_stay_when_one_is_forgotten(library: Library) -> None:
    library.draw("2023/a.jpg", "happy")
    library.draw("b.jpg", "sad")
    library.run(library.folder / "2023")
    library.run()
    assert forget_root(library.store, library.folder) == 1
    assert library.names() == {"a.jpg"}
    with pytest.raises(UsageError, match="isn't a folder that the gallery knows"):
        forget_root(library.store, library.folder)


def test_photos_of_a_folder_that_is_gone_for_good_can_be_forgotten(library: Library) -> None:
    library.draw("../DISK/a.jpg", "happy")
    library.draw("b.jpg", "sad")
    disk = library.folder.with_name("DISK")
    library.run(disk, library.folder)
    disk.rename(library.folder.with_name("sold"))
    assert not find_gone(library.store)
    gone = find_gone(library.store, even_if_unplugged=True)
    assert [photo.paths for photo in gone.photos] == [(str(disk / "a.jpg"),)]
    assert len(forget_gone(library.store, gone).photos) == 1
    assert library.names(Query(missing=True)) == {"b.jpg"}


def test_photos_below_a_drive_that_is_not_connected_stay(library: Library) -> None:
    library.draw("nas/a.jpg", "happy")
    library.draw("b.jpg", "sad")
    library.run()
    # As if another device had been seen there when it was looked through.
    note_mounts(library.store, {str(library.folder / "nas")}, ())
    (library.folder / "nas" / "a.jpg").rename(library.folder.with_name("a.jpg"))
    assert library.run() == {"nas": FAILED, "b.jpg": UNCHANGED}
    [failure] = library.store.failures()
    assert failure.reason == "its drive isn't connected; its photos stay as they are until it is back"
    assert library.names() == {"a.jpg", "b.jpg"}
    assert len(find_gone(library.store, even_if_unplugged=True).photos) == 1


def test_photo_that_is_copied_while_the_drive_with_its_first_file_is_away_is_no_moved_one(library: Library) -> None:
    on_drive = library.draw("nas/a.jpg", "happy")
    copy = library.folder / "b.jpg"
    copy.write_bytes(on_drive.read_bytes())
    library.run()
    note_mounts(library.store, {str(library.folder / "nas")}, ())
    on_drive.unlink()
    (library.folder / "c.jpg").write_bytes(copy.read_bytes())
    assert library.run() == {"b.jpg": UNCHANGED, "c.jpg": Status.COPIED, "nas": FAILED}
    assert str(on_drive) in library.store.known_files()


def test_photo_is_moved_from_where_a_drive_was_once(library: Library) -> None:
    photo, _ = (library.draw(f"nas/{name}.jpg", "happy") for name in "ab")
    library.run()
    note_mounts(library.store, {str(library.folder / "nas")}, ())
    photo.rename(library.folder / "c.jpg")
    assert library.run() == {"c.jpg": Status.MOVED, "b.jpg": UNCHANGED}


def test_place_of_a_drive_in_which_its_photos_lie_by_now_is_a_folder_as_any_other(library: Library) -> None:
    paths = [library.draw(f"nas/{name}.jpg", "happy") for name in "ab"]
    library.run()
    note_mounts(library.store, {str(library.folder / "nas")}, ())
    paths[0].unlink()
    assert library.run() == {"a.jpg": MISSING, "b.jpg": UNCHANGED}


def test_roots_are_told_in_their_order(library: Library) -> None:
    library.run()
    [root] = known_roots(library.store)
    assert root == Root(str(library.folder), (), root.looked_at)


def test_what_is_ignored_is_known_by_the_name_that_its_folder_had_first(ignored: Library, tmp_path: Path) -> None:
    other = tmp_path / "Other name"
    other.symlink_to(ignored.folder)
    assert ignored.run(other) == {"a.jpg": UNCHANGED, "b.jpg": UNWANTED}
    assert ignored.names() == {"a.jpg"}


def test_photos_of_a_drive_that_is_not_connected_stay_whatever_name_it_is_looked_through_by(
    library: Library, tmp_path: Path
) -> None:
    photo = library.draw("a.jpg", "happy")
    library.run()
    note_mounts(library.store, [str(library.folder)], [])
    photo.unlink()
    other = tmp_path / "Other name"
    other.symlink_to(library.folder)
    assert library.run(other) == {library.folder.name: FAILED}
    assert library.names() == {"a.jpg"}


def test_starred_photo_that_is_ignored_keeps_what_was_said_until_it_is_back(ignored: Library) -> None:
    private = ignored.folder / "private" / "b.jpg"
    (ignored.folder / ".galleryignore").unlink()
    give_star(private)
    assert ignored.run()["b.jpg"] is Status.EDITED
    edited = ignored.store.known_files()[str(private)]
    (ignored.folder / ".galleryignore").write_text("private/\n")
    assert ignored.run()["b.jpg"] is UNWANTED
    aside = ignored.store.known_files()[str(private)]
    assert (aside.hash, aside.photo, aside.unwanted) == (edited.hash, edited.photo, "ignored")
    assert edited.hash != edited.photo
    (ignored.folder / ".galleryignore").unlink()
    assert ignored.run()["b.jpg"] is RESTORED
    assert ignored.emotions(private) == ["fear"]


def test_unwanted_photo_is_not_missing_while_its_drive_is_not_connected(ignored: Library) -> None:
    ignored.run()
    drive = ignored.folder / "private"
    note_mounts(ignored.store, [str(drive)], [])
    (drive / "b.jpg").unlink()
    (ignored.folder / ".galleryignore").unlink()
    assert ignored.run() == {"a.jpg": UNCHANGED, "private": FAILED}
    assert ignored.store.photo(str(drive / "b.jpg")).unwanted == "ignored"
    assert ignored.names(Query.parse("is:missing")) == set()


def test_what_others_say_of_folders_while_a_run_waits_for_them_counts(library: Library) -> None:
    library.draw("a.jpg", "happy")
    library.run()
    waiting = find_places(library.store, [library.folder])
    note_roots(library.store, [Root(str(library.folder), ("#recycle",))])
    waiting.note(library.store)
    assert [root.include for root in known_roots(library.store)] == [("#recycle",)]
