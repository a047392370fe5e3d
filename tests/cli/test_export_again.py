"""Exporting again into the same folder: albums that got another name, several queries in one place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.exported import contents

AGAIN = ("--update", "--cleanup")


@pytest.fixture
def photos(gallery: Gallery) -> dict[str, str]:
    return fill(gallery)


@pytest.fixture
def out(gallery: Gallery) -> Path:
    return gallery.folder / "out"


def told(gallery: Gallery, *args: str | Path) -> str:
    """What the program says on stderr, having done it."""
    done = gallery.run(*args)
    assert done.exit_code == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", ["Trip", "Summer"])
def test_album_under_another_name_still_knows_its_files(
    gallery: Gallery, photos: dict[str, str], out: Path, name: str
) -> None:
    told(gallery, "album", "create", "trip", photos["beach"], photos["group"])
    told(gallery, "album", "export", "trip", out)
    told(gallery, "album", "rename", "trip", name)
    told(gallery, "album", "remove", name, photos["group"])
    expected = "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "album", "export", name, out, *AGAIN) == expected
    assert list(contents(out)) == ["beach.jpg"]


def test_new_album_of_the_old_name_owns_nothing_of_the_old_one(
    gallery: Gallery, photos: dict[str, str], out: Path
) -> None:
    # SQLite gives the row number of a deleted album to the next one.
    told(gallery, "album", "create", "trip", photos["beach"])
    told(gallery, "album", "export", "trip", out)
    told(gallery, "album", "delete", "-y", "trip")
    told(gallery, "album", "create", "trip", photos["group"])
    assert told(gallery, "album", "export", "trip", out, *AGAIN) == "1 photo: 1 copied\n"
    assert list(contents(out)) == ["beach.jpg", "group.jpg"]


def test_album_restored_elsewhere_goes_on_with_its_export(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    told(gallery, "album", "create", "trip", photos["beach"], photos["group"])
    told(gallery, "album", "export", "trip", out)
    told(gallery, "dump", gallery.folder / "said.jsonl")
    told(gallery, "album", "delete", "-y", "trip")
    told(gallery, "restore", gallery.folder / "said.jsonl")
    told(gallery, "album", "remove", "trip", photos["group"])
    expected = "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "album", "export", "trip", out, *AGAIN) == expected


def test_deleted_album_that_is_undone_goes_on_with_its_export(
    gallery: Gallery, photos: dict[str, str], out: Path
) -> None:
    told(gallery, "album", "create", "trip", photos["beach"], photos["group"])
    told(gallery, "album", "export", "trip", out)
    told(gallery, "album", "delete", "-y", "trip")
    told(gallery, "undo")
    told(gallery, "album", "remove", "trip", photos["group"])
    expected = "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "album", "export", "trip", out, *AGAIN) == expected


@pytest.mark.usefixtures("photos")
def test_queries_in_one_folder_leave_each_others_files(gallery: Gallery, out: Path) -> None:
    told(gallery, "export", "path:beach", "--to", out)
    assert told(gallery, "export", "path:group", "--to", out, *AGAIN) == "1 photo: 1 copied\n"
    assert told(gallery, "export", "path:group", "--limit", "1", "--to", out, *AGAIN) == "1 photo: 1 already there\n"
    assert list(contents(out)) == ["beach.jpg", "group.jpg"]


def test_file_that_stands_for_two_queries_stays_for_the_second(
    gallery: Gallery, photos: dict[str, str], out: Path
) -> None:
    happy, faces = ("emotion:happy", "--to", out, *AGAIN), ("faces:1..", "--to", out, *AGAIN)
    told(gallery, "export", *happy)
    assert told(gallery, "export", *faces) == "2 photos: 2 already there\n"
    told(gallery, "label", f"{photos['group']}#1", "sad")
    assert told(gallery, "export", *happy) == "1 photo: 1 already there\n"
    assert list(contents(out)) == ["beach.jpg", "group.jpg"]
    for number in (1, 2, 3):
        told(gallery, "reject", f"{photos['group']}#{number}")
    assert told(gallery, "export", *faces) == "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert list(contents(out)) == ["beach.jpg"]


def test_query_for_an_album_follows_its_name(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    told(gallery, "album", "create", "trip", photos["beach"], photos["group"])
    told(gallery, "export", "album:trip", "--to", out, *AGAIN)
    told(gallery, "album", "rename", "trip", "Summer")
    told(gallery, "album", "remove", "Summer", photos["group"])
    expected = "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "export", "album:Summer", "--to", out, *AGAIN) == expected


def as_version_0_1_0_wrote_it(out: Path) -> None:
    manifest = out / ".gallery-export.jsonl"
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    for line in lines:
        line.pop("owners", None)
    manifest.write_text("\n".join(map(json.dumps, lines)))


def test_exports_of_version_0_1_0_are_gone_on_with(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    told(gallery, "album", "create", "Trip", photos["beach"], photos["group"], photos["empty"])
    told(gallery, "album", "export", "Trip", out)
    as_version_0_1_0_wrote_it(out)
    told(gallery, "album", "remove", "Trip", photos["group"])
    expected = "2 photos: 2 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "album", "export", "Trip", out, *AGAIN) == expected
    # From here on they are known by more than the name.
    as_version_0_1_0_wrote_it(out)
    told(gallery, "album", "export", "Trip", out)
    told(gallery, "album", "rename", "Trip", "Summer")
    told(gallery, "album", "remove", "Summer", photos["empty"])
    expected = "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "album", "export", "Summer", out, *AGAIN) == expected
    assert list(contents(out)) == ["beach.jpg"]


def test_query_exported_by_version_0_1_0_is_gone_on_with(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    told(gallery, "export", "emotion:happy", "--to", out)
    as_version_0_1_0_wrote_it(out)
    told(gallery, "label", f"{photos['group']}#1", "sad")
    expected = "1 photo: 1 already there; 1 earlier file: 1 removed\n"
    assert told(gallery, "export", "emotion:happy", "--to", out, *AGAIN) == expected


def test_restored_album_has_an_id_of_its_own_beside_the_one_it_was(gallery: Gallery, photos: dict[str, str]) -> None:
    told(gallery, "album", "create", "trip", photos["beach"])
    told(gallery, "dump", gallery.folder / "said.jsonl")
    told(gallery, "album", "rename", "trip", "Summer")
    told(gallery, "restore", gallery.folder / "said.jsonl")
    with Store.open(gallery.db) as store, store.read() as connection:
        rows = connection.exec_driver_sql("SELECT name, uid FROM album").all()
    assert sorted(name for name, _ in rows) == ["Summer", "trip"]
    assert len({uid for _, uid in rows}) == 2
