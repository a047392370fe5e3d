"""`gallery prune`: what is forgotten, what stays and waits, and what is never forgotten by mistake."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gallery.curation.albums import album_photos, create_album
from gallery.curation.history import recorded, undo
from gallery.db import schema
from gallery.errors import StoreLockedError, UsageError
from gallery.indexing import pruning
from gallery.indexing.pruning import Attached, attached_to, find_gone, forget_gone
from gallery.query.query import Query
from gallery.store.store import AddPhoto, LinkPath, Store
from tests.support.cli_gallery import Gallery
from tests.support.make import DETECTOR, MODEL, digest, face, open_store, photo, stamp


class Library:
    """Photos on the disk and in a database; one whose file was deleted is marked as missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Photos"
        self.store = open_store(folder)

    def add(self, name: str, *faces: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        self.write(AddPhoto(stamp(path), photo(name, *map(face, faces))))
        return str(path)

    def write(self, change: AddPhoto | LinkPath) -> None:
        self.store.write([change], model=MODEL, detector=DETECTOR)

    def lose(self, *paths: str) -> None:
        for path in paths:
            Path(path).unlink()
        self.store.mark_missing(paths)

    def rows(self, *tables: str) -> list[int]:
        """How many rows are in each."""
        with self.store.read() as connection:
            counts = [select(func.count()).select_from(schema.metadata.tables[table]) for table in tables]
            return [connection.execute(count).scalar_one() for count in counts]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.store.close()


def gone_names(library: Library, query: Query | None = None, **options: bool) -> list[str]:
    return sorted(Path(one.paths[0]).name for one in find_gone(library.store, query, **options).photos)


def label(library: Library, name: str, emotion: str = "sad") -> None:
    """A person's word on the only face of the photo."""
    with recorded(library.store, "face corrected") as recorder:
        found = recorder.connection.execute(
            schema.face.select().join(schema.content).where(schema.content.c.hash == digest(name))
        )
        row = found.mappings().one()
        sides = {side: row[side] for side in ("left", "top", "right", "bottom")}
        said = {
            "hash": digest(name),
            "kind": "emotion",
            "emotion": emotion,
            "said_at": datetime(2024, 1, 1, tzinfo=UTC),
            **sides,
        }
        recorder.insert(schema.label, [said])


def test_gone_photo_goes_with_all_that_was_read_in_it(library: Library) -> None:
    library.add("stays.jpg", "happy", "sad")
    gone = library.add("gone.jpg", "happy", "fear")
    library.lose(gone)
    found = find_gone(library.store)
    assert [(one.hash, one.paths, one.replaced) for one in found.photos] == [(digest("gone.jpg"), (gone,), False)]
    assert (found.copies, found.kept, found.unplugged) == ((), (), {})
    assert attached_to(library.store, found.photos) == Attached(faces=2, labels=0, places=0)
    assert forget_gone(library.store, found) == found
    assert library.rows("content", "path", "face", "crop", "prediction") == [1, 1, 2, 2, 2]
    assert library.store.check() == []
    assert not find_gone(library.store)


def test_what_people_typed_in_waits_and_is_back_with_the_photo(library: Library) -> None:
    path = library.add("a.jpg", "happy")
    label(library, "a.jpg", "sad")
    create_album(library.store, "Best", Query())
    library.lose(path)
    library.add("keeps the folder.jpg")
    found = find_gone(library.store)
    assert attached_to(library.store, found.photos) == Attached(faces=1, labels=1, places=1)
    forget_gone(library.store, found)
    assert library.rows("label", "album_photo") == [1, 1]

    library.add("a.jpg", "happy")
    [back] = album_photos(library.store, "Best")
    assert [(one.emotion, one.source) for one in back.faces] == [("sad", "person")]
    assert library.store.check() == []


def test_what_was_done_before_can_still_be_undone(library: Library) -> None:
    library.add("keeps the folder.jpg")
    path = library.add("a.jpg", "happy")
    label(library, "a.jpg", "sad")
    library.lose(path)
    forget_gone(library.store, find_gone(library.store))
    action = undo(library.store)
    assert action is not None
    assert action.summary == "face corrected"
    library.add("a.jpg", "happy")
    assert [one.emotion for one in library.store.photo(path).faces] == ["happy"]


def test_photo_with_another_file_only_loses_the_path(library: Library) -> None:
    first = library.add("a.jpg", "happy")
    copy = library.folder / "copy.jpg"
    shutil.copy(first, copy)
    library.write(LinkPath(stamp(copy), digest("a.jpg")))
    library.lose(first)
    found = find_gone(library.store)
    assert (found.photos, found.copies) == ((), (first,))
    forget_gone(library.store, found)
    assert library.store.paths_of(digest("a.jpg")) == [str(copy)]
    assert len(library.store.photo(str(copy)).faces) == 1


def test_file_that_is_there_again_is_kept(library: Library) -> None:
    path = library.add("a.jpg")
    library.store.mark_missing([path])
    found = find_gone(library.store)
    assert (found.photos, found.copies, found.kept) == ((), (), (path,))


@pytest.mark.parametrize("comes_back", ["on the disk", "in the database"])
def test_file_that_comes_back_while_one_is_asked_is_kept(library: Library, comes_back: str) -> None:
    library.add("keeps the folder.jpg")
    path, other = library.add("a.jpg", "happy"), library.add("b.jpg")
    library.lose(path, other)
    found = find_gone(library.store)
    assert len(found.photos) == 2
    if comes_back == "on the disk":
        Path(path).write_text("a.jpg")
    else:
        library.write(LinkPath(stamp("/elsewhere/a.jpg"), digest("a.jpg")))
    assert [one.paths for one in forget_gone(library.store, found).photos] == [(other,)]
    assert path in library.store.known_files()


def test_file_that_cannot_be_looked_at_is_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library.add("secret/a.jpg")
    library.add("b.jpg")
    library.lose(path)
    look = Path.lstat

    def refuse(self: Path) -> object:
        if self.parent.name == "secret":
            raise PermissionError(13, "Permission denied", str(self))
        return look(self)

    # Root, as which tests may run, is refused nothing.
    monkeypatch.setattr(pruning.Path, "lstat", refuse)
    found = find_gone(library.store)
    assert (found.photos, found.kept) == ((), (path,))


def test_photo_whose_last_place_was_taken_goes(library: Library) -> None:
    path = library.add("a.jpg", "happy")
    library.write(AddPhoto(stamp(path), photo("edited", face("sad"))))
    found = find_gone(library.store)
    assert [(one.hash, one.paths, one.replaced) for one in found.photos] == [(digest("a.jpg"), (path,), True)]
    forget_gone(library.store, found)
    assert library.store.known_hashes([digest("a.jpg"), digest("edited")]) == {digest("edited")}


def test_photos_of_a_deleted_folder_go(library: Library) -> None:
    library.add("2018/a.jpg")
    gone = library.add("2019/trip/b.jpg")
    library.lose(gone)
    shutil.rmtree(library.folder / "2019")
    assert gone_names(library) == ["b.jpg"]


def unmount(folder: Path) -> None:
    """What is left of a drive that is mounted in a folder of its own: nothing, or that folder, empty."""
    shutil.rmtree(folder)


def unmount_leaving_the_place(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / ".hidden").touch()


def unlink_leaving_a_dead_link(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder.parent / "media" / "drive")


@pytest.mark.parametrize("unplug", [unmount, unmount_leaving_the_place, unlink_leaving_a_dead_link])
@pytest.mark.parametrize("name", ["a.jpg", "2019/trip/a.jpg"])
def test_photos_on_a_drive_that_may_be_unplugged_are_kept(
    library: Library, unplug: Callable[[Path], None], name: str
) -> None:
    path = library.add(f"drive/{name}")
    library.lose(path)
    unplug(library.folder / "drive")
    if unplug is not unmount:
        library.add("beside.jpg")  # which tells nothing of what is mounted in, or linked from, the other folder
    found = find_gone(library.store)
    assert (found.photos, found.copies) == ((), ())
    # Where nothing else is beside it, the whole library may be on that drive.
    assert found.unplugged == {str(library.folder if unplug is unmount else library.folder / "drive"): 1}
    assert gone_names(library, even_if_unplugged=True) == ["a.jpg"]


def test_photos_on_another_drive_tell_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    path = library.add("usb1/a.jpg")
    library.add("usb2/b.jpg")
    library.lose(path)
    (library.folder / "usb1").rmdir()
    assert gone_names(library) == ["a.jpg"]
    monkeypatch.setattr(pruning, "_drive", lambda _: 4242)
    found = find_gone(library.store)
    assert (found.photos, found.unplugged) == ((), {str(library.folder / "usb1"): 1})


def test_folder_with_other_files_is_no_unplugged_drive(library: Library) -> None:
    path = library.add("trip/a.jpg")
    (library.folder / "trip" / "diary.txt").touch()
    library.lose(path)
    assert gone_names(library) == ["a.jpg"]


def test_photo_that_may_have_a_file_on_an_unplugged_drive_only_loses_the_path(library: Library) -> None:
    path = library.add("a.jpg", "happy")
    library.add("beside.jpg")
    copy = library.folder / "drive" / "a.jpg"
    copy.parent.mkdir()
    library.write(LinkPath(stamp(copy), digest("a.jpg")))
    library.lose(path)
    library.store.mark_missing([str(copy)])
    found = find_gone(library.store)
    assert (found.photos, found.copies) == ((), (path,))


def test_query_says_which_photos(library: Library) -> None:
    for name, emotion in [("2018/a.jpg", "happy"), ("2018/b.jpg", "sad"), ("2019/c.jpg", "happy")]:
        library.lose(library.add(name, emotion))
        library.add(f"{Path(name).parent}/stays.jpg")
    assert gone_names(library) == ["a.jpg", "b.jpg", "c.jpg"]
    assert gone_names(library, Query.of(path=str(library.folder / "2018"))) == ["a.jpg", "b.jpg"]
    assert gone_names(library, Query.of(emotions=("happy",))) == ["a.jpg", "c.jpg"]
    with pytest.raises(UsageError, match="narrow the query"):
        find_gone(library.store, Query(limit=1))


def test_hundreds_of_photos_go_at_once(library: Library) -> None:
    library.add("stays.jpg", "happy")
    paths = [str(library.folder / f"{number}.jpg") for number in range(501)]
    changes = [AddPhoto(stamp(path), photo(path, face())) for path in paths]
    library.store.write(changes, model=MODEL, detector=DETECTOR)
    library.store.mark_missing(paths)
    assert len(forget_gone(library.store, find_gone(library.store)).photos) == 501
    assert library.rows("content", "path", "face") == [1, 1, 1]


def test_nothing_is_forgotten_while_photos_are_indexed(library: Library) -> None:
    library.add("stays.jpg")
    library.lose(library.add("a.jpg"))
    found = find_gone(library.store)
    with Store.open(library.store.location) as other, other.index_lock(), pytest.raises(StoreLockedError):
        forget_gone(library.store, found)
    assert library.rows("content") == [2]


def lose(gallery: Gallery, *paths: str) -> None:
    for path in paths:
        Path(path).unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing(paths)


@pytest.fixture
def lost(gallery: Gallery) -> str:
    """The path of a photo with two faces and a place in an album that is gone, beside one that stays."""
    gallery.add("stays.jpg", face(), seed=1)
    path = gallery.add("lost.jpg", face("happy"), face("sad", where=None), seed=2)
    gallery.run("album", "create", "Best", path)
    lose(gallery, path)
    return path


QUESTION = "Forget 1 photo with 2 faces? 1 album place will wait for them. [y/N]: "


def test_command_lists_then_asks_then_forgets(gallery: Gallery, lost: str) -> None:
    done = gallery.run("prune", stdin="n\n")
    assert (done.exit_code, done.stdout) == (0, f"{lost}\n")
    assert done.stderr == f"{QUESTION}n\nnothing forgotten\n"
    done = gallery.run("prune", stdin="y\n")
    assert (done.exit_code, done.stdout) == (0, f"{lost}\n")
    assert done.stderr == f"{QUESTION}y\nforgot 1 photo\n"
    done = gallery.run("prune")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "nothing to forget\n")


def test_all_that_a_person_said_is_counted_before_it_waits(gallery: Gallery) -> None:
    gallery.add("stays.jpg", seed=1)
    paths = [gallery.add(f"{number}.jpg", face("happy"), seed=number) for number in (2, 3, 4)]
    gallery.run("label", paths[0], "--box", "200,100,300,220", "sad")
    gallery.run("label", f"{paths[1]}#1", "fear")
    gallery.run("pick", *paths[:2])
    gallery.run("pick", "--reject", paths[2])
    gallery.run("rotate", paths[0], "90")
    for path in paths:
        lose(gallery, path)
    told = gallery.run("prune", stdin="n\n").stderr
    waits = "2 corrections, 1 drawn face, 2 picks, 1 rejection and 1 turn will wait for them."
    assert told == f"Forget 3 photos with 4 faces? {waits} [y/N]: n\nnothing forgotten\n"


def test_dry_run_forgets_nothing(gallery: Gallery, lost: str) -> None:
    for _ in range(2):
        done = gallery.run("prune", "--dry-run", "--yes")
        assert (done.exit_code, done.stdout, done.stderr) == (0, f"{lost}\n", "would forget 1 photo\n")


def test_json_says_what_was_done(gallery: Gallery, lost: str) -> None:
    found = {"copies": [], "kept": [], "unplugged": {}}
    photos = [{"paths": [lost], "replaced": False}]
    for flag, forgotten in (("--dry-run", False), ("--yes", True)):
        said = json.loads(gallery.run("prune", "--json", flag).stdout)
        assert [len(one.pop("hash")) for one in said["photos"]] == [64]
        assert said == {"photos": photos, **found, "forgotten": forgotten}
    assert json.loads(gallery.run("prune", "--json").stdout) == {"photos": [], **found, "forgotten": False}


def test_command_says_what_it_keeps(gallery: Gallery) -> None:
    there, away = gallery.add("there.jpg", seed=1), gallery.add("../drive/a.jpg", seed=2)
    drive = gallery.folder / "drive"
    with Store.open(gallery.db) as store:
        store.mark_missing([there, away])
    shutil.rmtree(drive)
    done = gallery.run("prune", "--yes")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.splitlines()[-3:] == [
        "if nothing is there any more, add --even-if-unplugged",
        "kept: 1 file, there after all; run `gallery index`",
        "nothing to forget",
    ]
    assert done.stderr.startswith("kept: 1 file in ")
    done = gallery.run("prune", "--yes", "--even-if-unplugged")
    assert (done.exit_code, done.stdout) == (0, f"{away}\n")
    assert done.stderr.splitlines()[-1] == "forgot 1 photo"
