"""Of a photo with copies, the one is meant of which the query speaks. Expectations are worked out by hand."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gallery.curation.albums import album_photos, create_album, create_smart_album, read_album, set_album_cover
from gallery.curation.doubt import doubtful_faces
from gallery.curation.labels import faces_meant
from gallery.curation.review import Review
from gallery.curation.saved_queries import save_query
from gallery.indexing.pruning import find_gone
from gallery.insight.breakdown import breakdown
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.similar.best import rank_bursts
from gallery.similar.bursts import Shot
from gallery.store.store import LinkPath, Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import DETECTOR, MODEL, added, digest, face, open_store, stamp, write

BACKUP, PHOTOS, BOTH = "/c/Backup/Trip/x.jpg", "/c/Photos/x.jpg", "/c/Photos/Trip/x.jpg"
ALL = (BACKUP, BOTH, PHOTOS)
"""By name."""


@pytest.fixture
def store(store: Store) -> Store:
    """One photo in three files, with a happy face of which a model is in some doubt."""
    copies = [LinkPath(stamp(path), digest(BACKUP)) for path in (PHOTOS, BOTH)]
    write(store, added(BACKUP, face("happy", 0.6)), *copies)
    save_query(store, "photos", Query.of(where="path:/c/Photos"))
    save_query(store, "few photos", Query.of(where="path:/c/Photos limit:5"))
    create_smart_album(store, "Photos", Query.of(where="path:/c/Photos"))
    create_album(store, "By hand", Query())
    return store


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        ("path:/c/Backup", [BACKUP]),
        ("path:/c/Photos", [BOTH, PHOTOS]),
        ("path:/c/Photos/x.jpg", [PHOTOS]),
        ("photos", [BOTH, PHOTOS]),
        ("trip", [BACKUP, BOTH]),
        ("photos trip", [BOTH]),
        ("photos backup", ALL),
        ("photos trip backup", [BACKUP, BOTH]),
        ("photos or nowhere", [BOTH, PHOTOS]),
        ("trip or photos", [BOTH, BACKUP, PHOTOS]),
        ("photos emotion:happy", [BOTH, PHOTOS]),
        ("photos or emotion:happy", [BOTH, PHOTOS, BACKUP]),
        ("photos or emotion:sad", [BOTH, PHOTOS]),
        ("(photos emotion:sad) or backup", [BACKUP]),
        ("emotion:happy or not path:backup", [BOTH, PHOTOS, BACKUP]),
        ("emotion:sad or not (path:backup and emotion:happy)", None),
        ("photos not path:nowhere", [BOTH, PHOTOS]),
        ("not (path:backup path:nowhere)", [BOTH, PHOTOS, BACKUP]),
        ("not (path:backup emotion:sad)", [BOTH, PHOTOS, BACKUP]),
        ("query:photos", [BOTH, PHOTOS]),
        ('query:"few photos"', [BOTH, PHOTOS]),
        ('query:"few photos" or backup', [BACKUP, BOTH, PHOTOS]),
        ("album:photos", [BOTH, PHOTOS]),
        ("album:photos trip", [BOTH]),
        ('album:"by hand" photos', [BOTH, PHOTOS]),
        ("photos is:missing or photos", [BOTH, PHOTOS]),
    ],
)
def test_file_that_matches_comes_first(store: Store, query: str, matched: Sequence[str] | None) -> None:
    found = store.search(Query.of(where=query))
    assert [photo.matched for photo in found] == ([] if matched is None else [tuple(matched)])
    for photo in found:
        assert (photo.path, set(photo.paths)) == (photo.paths[0], set(ALL))
        assert tuple(photo.paths[: len(photo.meant)]) == photo.meant
        assert store.search_paths(Query.of(where=query)) == [photo.path]


@pytest.mark.parametrize("query", ["", "emotion:happy", 'album:"by hand"', "limit:1"])
def test_query_that_says_nothing_of_paths_means_every_file(store: Store, query: str) -> None:
    [photo] = store.search(Query.of(where=query))
    assert (photo.matched, photo.meant, photo.paths) == (None, ALL, ALL)


def test_flags_say_the_same_as_words(store: Store) -> None:
    for query in (Query.of(path="/c/Photos"), Query.of(album="Photos"), Query.of(path="photos", emotions=["happy"])):
        [photo] = store.search(query)
        assert photo.meant == (BOTH, PHOTOS)
    [photo] = album_photos(store, "Photos")
    assert photo.meant == (BOTH, PHOTOS)
    [photo] = album_photos(store, "By hand")
    assert photo.meant == ALL


def test_file_that_exists_is_shown_even_where_one_that_is_gone_matched(store: Store) -> None:
    store.mark_missing([PHOTOS, BOTH])
    assert store.search(Query.of(path="/c/Photos")) == []
    [photo] = store.search(Query.of(path="/c/Photos", missing=True))
    assert (photo.paths, photo.missing) == ((BACKUP,), False)
    store.mark_missing([BACKUP])
    [photo] = store.search(Query.of(path="/c/Photos", missing=True))
    assert (photo.meant, photo.paths, photo.missing) == ((BOTH, PHOTOS), (BOTH, PHOTOS, BACKUP), True)


def test_cover_of_a_smart_album_is_the_file_that_its_query_means(store: Store) -> None:
    for name, cover in (("Photos", BOTH), ("By hand", BACKUP)):
        set_album_cover(store, name, PHOTOS)
        assert read_album(store, name).cover == cover


@pytest.fixture
def three(store: Store) -> Store:
    """Besides, `m` between the two and `a` before all, which has a copy at the end."""
    a = "/c/Aunt/a.jpg"
    changes = [added("/c/Middle/photos m.jpg"), added(a), LinkPath(stamp("/c/Zoo/photos/a.jpg"), digest(a))]
    store.write(changes, model=MODEL, detector=DETECTOR)
    return store


def test_order_by_path_is_that_of_the_files_shown(three: Store) -> None:
    shown = ["/c/Middle/photos m.jpg", BOTH, "/c/Zoo/photos/a.jpg"]
    for query in ("photos", "photos -emotion:sad", "photos has:date", "(photos has:date) or emotion:sad"):
        assert three.search_paths(Query.of(where=f"{query} sort:path")) == shown
        assert three.search_paths(Query.of(where=f"{query} sort:path limit:2")) == shown[:2]
    assert three.search_paths(Query.of(where="sort:path")) == ["/c/Aunt/a.jpg", BACKUP, "/c/Middle/photos m.jpg"]


def test_order_by_path_with_files_that_are_gone_is_that_of_the_files_shown(three: Store) -> None:
    three.mark_missing(["/c/Aunt/a.jpg"])
    shown = [BACKUP, "/c/Middle/photos m.jpg", "/c/Zoo/photos/a.jpg"]
    assert three.search_paths(Query.of(sort="path", missing=True)) == shown
    assert three.search_paths(Query.of(sort="path")) == shown
    three.write([added("/c/Middle/photos m.jpg", content="new")], model=MODEL, detector=DETECTOR)
    found = three.search(Query.of(sort="path", missing=True))
    assert [(photo.path, photo.missing) for photo in found] == [
        (BACKUP, False),
        ("/c/Middle/photos m.jpg", True),
        ("/c/Middle/photos m.jpg", False),
        ("/c/Zoo/photos/a.jpg", False),
    ]


IN_PHOTOS = Query.of(path="/c/Photos")


def best_shot(store: Store) -> str:
    [photo] = store.search(IN_PHOTOS)
    with store.read() as connection:
        number = connection.exec_driver_sql("SELECT id FROM content").scalar_one()
    [burst] = rank_bursts(store, [[Shot(number, photo.capture.taken_at, True, 1)]], Settings(), IN_PHOTOS)  # type: ignore[arg-type]
    return burst.shots[0].photo.path


def reviewed(store: Store) -> str:
    face = Review(store, doubtful_faces(store, IN_PHOTOS), query=IN_PHOTOS).current()
    return face.path if face else ""


@pytest.mark.parametrize(
    "shown",
    [
        best_shot,
        reviewed,
        lambda store: faces_meant(store, IN_PHOTOS)[0].path,
        lambda store: doubtful_faces(store, IN_PHOTOS)[0].path,
    ],
)
def test_whatever_answers_shows_the_file_that_matched(store: Store, shown: Callable[[Store], str]) -> None:
    assert shown(store) == BOTH


def test_photos_by_folder_are_counted_where_the_query_means_them(store: Store) -> None:
    def folders(query: Query) -> list[str | None]:
        return [group.key for group in breakdown(store, "folder", query).groups]

    assert folders(Query()) == ["/c/Backup/Trip", "/c/Photos", "/c/Photos/Trip"]
    assert folders(IN_PHOTOS) == ["/c/Photos", "/c/Photos/Trip"]
    assert folders(Query.of(where="photos trip")) == ["/c/Photos/Trip"]
    assert folders(Query.of(where="photos or emotion:happy")) == ["/c/Backup/Trip", "/c/Photos", "/c/Photos/Trip"]
    store.mark_missing([PHOTOS])
    assert folders(Query.of(path="/c/Photos", missing=True)) == ["/c/Photos/Trip"]
    store.mark_missing(ALL)
    assert folders(Query.of(path="/c/Photos", missing=True)) == ["/c/Photos", "/c/Photos/Trip"]


def test_files_that_are_gone_are_forgotten_where_the_query_means_them(tmp_path: Path) -> None:
    a, b, c = (str(tmp_path / folder / "x.jpg") for folder in "abc")
    copies = [LinkPath(stamp(path), digest(a)) for path in (b, c)]
    for folder in "abc":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "other").touch()
    Path(a).touch()
    with open_store(tmp_path, added(a), *copies) as store:
        store.mark_missing([b, c])
        assert find_gone(store).copies == (b, c)
        assert find_gone(store, Query.of(path=b)).copies == (b,)
        assert find_gone(store, Query.of(path=a)).copies == ()
        store.mark_missing([a])
        assert find_gone(store, Query.of(path=b)).copies == (b,)
        Path(a).unlink()
        assert [photo.paths for photo in find_gone(store, Query.of(path=b)).photos] == [(a, b, c)]


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    """`beach.jpg` and `group.jpg`, with copies in `Backup`, which comes first by name."""
    for path in map(Path, fill(gallery).values()):
        _copy(gallery, path, gallery.photos / "Backup" / path.name)
    return gallery


def _copy(gallery: Gallery, path: Path, to: Path) -> None:
    to.parent.mkdir(exist_ok=True)
    shutil.copy2(path, to)
    with Store.open(gallery.db) as store:
        info = to.stat()
        link = LinkPath(stamp(to, info.st_size, info.st_mtime_ns), gallery.hash(str(path)))
        store.write([link], model=MODEL, detector=DETECTOR)


def _lines(gallery: Gallery, *args: str) -> list[str]:
    return gallery.run(*args).stdout.splitlines()


def test_commands_name_the_file_that_matched(gallery: Gallery, tmp_path: Path) -> None:
    beach = str(gallery.photos / "beach.jpg")
    said = ["emotion:happy", "date:2023", "photos/beach"]
    assert _lines(gallery, "search", *said) == [beach]
    assert _lines(gallery, "search", "date:2023", "--path", beach) == [beach]
    assert _lines(gallery, "label", "-n", *said, "sad") == [f"{beach}#1\thappy"]
    assert _lines(gallery, "export", *said, "--as", "csv", "--to", "-")[1].startswith(f"{beach},")
    export = gallery.run("export", *said, "--to", tmp_path / "out", "--as", "symlink")
    assert (export.exit_code, (tmp_path / "out" / "beach.jpg").readlink()) == (0, Path(beach))


def _sidecars(gallery: Gallery) -> set[str]:
    return {str(path.relative_to(gallery.photos)) for path in gallery.photos.rglob("*.xmp")}


def test_sidecars_are_written_and_cleared_beside_the_files_that_matched(gallery: Gallery) -> None:
    everywhere = {"beach.jpg.xmp", "Backup/beach.jpg.xmp", "group.jpg.xmp", "Backup/group.jpg.xmp"}
    gallery.run("xmp", "write", "photos/beach")
    assert _sidecars(gallery) == {"beach.jpg.xmp"}
    gallery.run("xmp", "write", "emotion:happy")
    assert _sidecars(gallery) == everywhere
    gallery.run("xmp", "clear", "--path", str(gallery.photos / "Backup"))
    assert _sidecars(gallery) == {"beach.jpg.xmp", "group.jpg.xmp"}
    gallery.run("xmp", "write", "backup")
    gallery.run("xmp", "clear", "photos/group")
    assert _sidecars(gallery) == everywhere - {"group.jpg.xmp"}


def test_sidecar_beside_a_copy_that_is_gone_stays_where_another_folder_is_cleared(gallery: Gallery) -> None:
    gallery.run("xmp", "write")
    gone = gallery.photos / "Backup" / "beach.jpg"
    gone.unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing([str(gone)])
    gallery.run("xmp", "clear", "photos/beach")
    assert "Backup/beach.jpg.xmp" in _sidecars(gallery)
    gallery.run("xmp", "clear", "emotion:happy")
    assert _sidecars(gallery) == set()


def test_queries_without_paths_ask_no_more_of_the_database(store: Store) -> None:
    asked: list[str] = []

    def statements(query: str) -> int:
        asked.clear()
        store.search_paths(Query.of(where=query))
        return len(asked)

    with store.read() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_trace_callback(asked.append)
    assert statements("emotion:happy") == statements("") == 4
    assert statements("photos") > 4
