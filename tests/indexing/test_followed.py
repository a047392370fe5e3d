"""Pictures without a file for which another one of the same shot stands: nobody is told of them as missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gallery.curation.labels import faces_named, label_faces
from gallery.db import schema
from gallery.indexing.indexer import Status
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.insight.reasons import explain_faces
from gallery.query.query import Query
from tests.support.library import Library
from tests.support.shots import draw_shot, library_of_shots, save, turned


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with library_of_shots(tmp_path) as made:
        yield made


@pytest.fixture
def turned_photo(library: Library) -> Path:
    """Its picture before has no file any more."""
    path = save(draw_shot(1), library.folder / "a.jpg")
    save(draw_shot(5), library.folder / "other.jpg")
    library.run()
    shutil.copy2(path, library.folder.parent / "backup.jpg")
    save(turned(draw_shot(1), 6), path)
    assert library.run()["a.jpg"] is Status.EDITED
    return path


def missing(library: Library) -> tuple[set[str], int, int]:
    """The names that a search for missing photos tells, and how many the figures and `prune` do."""
    figures = library.store.stats()
    assert figures.photos == library.store.count(Query(missing=True)) == len(library.store.search(Query(missing=True)))
    return library.names(Query.parse("is:missing")), figures.missing, len(find_gone(library.store).photos)


def contents(library: Library) -> int:
    with library.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.content)).scalar_one())


@pytest.mark.usefixtures("turned_photo")
def test_picture_that_was_turned_in_its_place_is_not_missing(library: Library) -> None:
    assert missing(library) == (set(), 0, 0)
    assert library.names(Query.parse("is:missing or not is:missing")) == {"a.jpg", "other.jpg"}
    assert library.store.stats().photos == 2
    assert not find_gone(library.store)


def test_turned_photo_is_missing_once_when_its_file_is_gone(library: Library, turned_photo: Path) -> None:
    turned_photo.unlink()
    assert library.run()["a.jpg"] is Status.MISSING
    assert missing(library) == ({"a.jpg"}, 1, 1)


def test_turned_picture_is_not_missing_once_the_old_one_is_put_back(library: Library, turned_photo: Path) -> None:
    shutil.copy2(library.folder.parent / "backup.jpg", turned_photo)
    assert library.run()["a.jpg"] is Status.EDITED
    assert missing(library) == (set(), 0, 0)


@pytest.mark.usefixtures("turned_photo")
def test_ignored_photo_leaves_no_missing_picture_behind(library: Library) -> None:
    (library.folder / ".galleryignore").write_text("a.jpg\n")
    assert library.run()["a.jpg"] is Status.UNWANTED
    assert missing(library) == (set(), 0, 0)


def test_gone_file_of_a_picture_that_was_followed_is_that_of_a_copy(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    copy = Path(shutil.copy2(path, library.folder / "copy.jpg"))
    library.run()
    save(turned(draw_shot(1), 6), path)
    library.run()
    copy.unlink()
    assert library.run()["copy.jpg"] is Status.MISSING
    assert missing(library) == (set(), 0, 0)
    gone = find_gone(library.store)
    assert gone.copies == (str(copy),)
    assert forget_gone(library.store, gone) == gone
    assert missing(library) == (set(), 0, 0)
    assert contents(library) == 2
    assert library.store.check() == []


def test_words_that_wait_on_an_earlier_picture_outlive_prune(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    label_faces(library.store, faces_named(library.store, [f"{path}#1"]), "angry")
    save(draw_shot(1).crop((300, 100, 640, 480)), path)
    library.run()
    forget_gone(library.store, find_gone(library.store))
    assert contents(library) == 2
    assert [word.emotion for word in explain_faces(library.store, path).waiting] == ["angry"]


def test_earlier_pictures_are_forgotten_with_the_photo_that_stood_for_them(
    library: Library, turned_photo: Path
) -> None:
    label_faces(library.store, faces_named(library.store, [f"{turned_photo}#1"]), "angry")
    turned_photo.unlink()
    library.run()
    gone = find_gone(library.store)
    assert [photo.paths for photo in gone.photos] == [(str(turned_photo),)]
    assert forget_gone(library.store, gone) == gone
    assert missing(library) == (set(), 0, 0)
    assert contents(library) == 1

    shutil.copy2(library.folder.parent / "backup.jpg", turned_photo)
    library.run()
    assert "angry" in library.emotions(turned_photo)
    assert library.store.check() == []
