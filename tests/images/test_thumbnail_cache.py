from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from gallery.images.thumbnail_cache import ThumbnailCache, thumbnails_folder
from tests.support.make import digest

JPEG = b"\xff\xd8" + b"x" * 996 + b"\xff\xd9"
A, B, C = map(digest, "abc")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    file = tmp_path / "data" / "gallery.db"
    file.parent.mkdir()
    file.touch()
    return file


@pytest.fixture
def cache(database: Path) -> ThumbnailCache:
    return ThumbnailCache(database, 1_000_000)


def files(cache: ThumbnailCache) -> list[Path]:
    return sorted(cache.folder.rglob("*.jpg"))


def look_long_ago(path: Path, days: int) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_what_was_kept_is_there_for_every_program_that_uses_the_database(cache: ThumbnailCache, database: Path) -> None:
    assert cache.get(A, 320) is None
    assert cache.put(A, 320, JPEG)
    assert ThumbnailCache(database, 1_000_000).get(A, 320) == JPEG
    assert cache.get(A, 1440) is None
    assert cache.get(B, 320) is None
    assert ThumbnailCache(database.with_name("other.db"), 1_000_000).get(A, 320) is None


def test_only_the_owner_may_look_into_the_cache(cache: ThumbnailCache) -> None:
    before = os.umask(0)
    try:
        cache.put(A, 320, JPEG)
    finally:
        os.umask(before)
    for path in [thumbnails_folder(), *thumbnails_folder().rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_half_a_file_is_no_thumbnail_and_goes(cache: ThumbnailCache) -> None:
    cache.put(A, 320, JPEG)
    [file] = files(cache)
    file.write_bytes(JPEG[:500])
    assert cache.get(A, 320) is None
    assert files(cache) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63, f"{'a' * 63}/", "a" * 65])
def test_what_is_no_hash_names_no_file(cache: ThumbnailCache, name: str) -> None:
    with pytest.raises(ValueError, match="64 digits"):
        cache.get(name, 320)
    with pytest.raises(ValueError, match="64 digits"):
        cache.put(name, 320, JPEG)


def test_size_that_no_thumbnail_has_is_refused(cache: ThumbnailCache) -> None:
    with pytest.raises(ValueError, match="320 or 1440"):
        cache.get(A, 321)


def test_of_too_many_the_large_ones_go_first_and_then_those_nobody_looked_at(database: Path) -> None:
    cache = ThumbnailCache(database, 3500)
    for name, size in ((A, 320), (B, 320), (C, 320)):
        cache.put(name, size, JPEG)
    assert len(files(cache)) == 3  # the fourth is one too many
    cache.put(A, 1440, JPEG)
    assert cache.get(A, 1440) is None
    for days, name in ((3, B), (2, A), (1, C)):
        look_long_ago(cache.folder / "320" / name[:2] / f"{name}.jpg", days)
    assert cache.get(B, 320) == JPEG  # which is a look at it
    cache.put(digest("d"), 320, JPEG)
    assert [cache.get(name, 320) is not None for name in (A, B, C)] == [False, True, True]


def test_limit_of_nothing_keeps_nothing(database: Path) -> None:
    cache = ThumbnailCache(database, 0)
    assert not cache.put(A, 320, JPEG)
    assert not cache.folder.exists()


def test_those_of_photos_nobody_wants_go(cache: ThumbnailCache) -> None:
    for name in (A, B):
        for size in (320, 1440):
            cache.put(name, size, JPEG)
    assert cache.keep_only({B, C}) == 2
    assert {file.stem for file in files(cache)} == {B}


def test_those_of_a_database_that_is_gone_go_with_the_next_look_at_another(
    cache: ThumbnailCache, database: Path, tmp_path: Path
) -> None:
    (tmp_path / "drive").mkdir()
    for file in (database.with_name("deleted.db"), tmp_path / "drive" / "unplugged.db"):
        file.touch()
        ThumbnailCache(file, 1_000_000).put(A, 320, JPEG)
        file.unlink()
    (tmp_path / "drive").rmdir()
    (thumbnails_folder() / "something else").mkdir()
    cache.put(A, 320, JPEG)
    cache.keep_only({A})
    notes = [path.read_text() for path in thumbnails_folder().glob("*/database")]
    assert sorted(notes) == sorted([str(database), str(tmp_path / "drive" / "unplugged.db")])
    assert (thumbnails_folder() / "something else").is_dir()
    for note in thumbnails_folder().glob("*/database"):
        look_long_ago(note, 40)
    cache.keep_only({A})
    assert [path.read_text() for path in thumbnails_folder().glob("*/database")] == [str(database)]
    assert cache.get(A, 320) == JPEG


def test_cache_that_is_deleted_while_in_use_begins_anew(cache: ThumbnailCache) -> None:
    cache.put(A, 320, JPEG)
    for path in sorted(thumbnails_folder().rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    thumbnails_folder().rmdir()
    assert cache.get(A, 320) is None
    assert cache.put(A, 320, JPEG)
    assert cache.get(A, 320) == JPEG


def test_cache_that_cannot_be_written_is_told_of_once(
    cache: ThumbnailCache, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_bytes(b"a file where a folder should be")
    assert not cache.put(A, 320, JPEG)
    assert not cache.put(B, 320, JPEG)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert cache.get(A, 320) is None
