"""Thumbnails on demand, by real processes: one set of them for all that can share it."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gallery.errors import GalleryError, ImageError, NotIndexedError
from gallery.images.decode import hash_file
from gallery.images.sources import Source
from gallery.indexing import thumbnailing
from gallery.indexing.thumbnailing import Thumbnails
from gallery.settings import Settings
from gallery.store.thumbnail_rows import pictured
from tests.support.library import Library
from tests.support.make import digest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Thumbnails]]:
    library = Library(tmp_path_factory.mktemp("library"))
    for number in range(12):
        library.draw(f"{number}.jpg", "happy")
    Image.effect_noise((6000, 4000), 99).save(library.folder / "slow.png", compress_level=1)
    assert len(library.run()) == 13
    with Thumbnails(library.store, processes=1) as thumbnails:
        yield library, thumbnails


def photo(library: Library, name: str) -> str:
    return hash_file(library.folder / name)


def emptied(thumbnails: Thumbnails) -> None:
    assert thumbnails.cache is not None
    thumbnails.cache.keep_only(())


def test_thumbnail_is_made_once_and_kept(made: tuple[Library, Thumbnails]) -> None:
    library, thumbnails = made
    emptied(thumbnails)
    name = photo(library, "0.jpg")
    assert thumbnails.cached(name, 320) is None
    jpeg = thumbnails.get(name, 320)
    assert Image.open(io.BytesIO(jpeg)).size == (320, 240)
    assert thumbnails.cached(name, 320) == jpeg
    assert Image.open(io.BytesIO(thumbnails.get(name, 1440))).size == (640, 480)


def test_photo_that_is_gone_is_shown_from_the_cache_and_else_told_of(made: tuple[Library, Thumbnails]) -> None:
    library, thumbnails = made
    emptied(thumbnails)
    path, name = library.folder / "1.jpg", photo(library, "1.jpg")
    jpeg = thumbnails.get(name, 320)
    path.unlink()
    assert thumbnails.get(name, 320) == jpeg
    with pytest.raises(ImageError, match="is gone"):
        thumbnails.get(name, 1440)
    library.run()
    emptied(thumbnails)
    with pytest.raises(ImageError, match="none of its files is there"):
        thumbnails.get(name, 320)


def test_copy_of_the_photo_helps_out(made: tuple[Library, Thumbnails]) -> None:
    library, thumbnails = made
    name = photo(library, "2.jpg")
    (library.folder / "2 copy.jpg").write_bytes((library.folder / "2.jpg").read_bytes())
    library.run()
    emptied(thumbnails)
    (library.folder / "2 copy.jpg").write_bytes(b"something else")
    assert thumbnails.get(name, 320)


def test_unknown_photo_and_unknown_size_are_refused(made: tuple[Library, Thumbnails]) -> None:
    _, thumbnails = made
    with pytest.raises(NotIndexedError):
        thumbnails.get(digest("unknown"), 320)
    with pytest.raises(ValueError, match="320 or 1440"):
        thumbnails.get(digest("unknown"), 10**6)


def test_who_wishes_last_is_served_first(made: tuple[Library, Thumbnails]) -> None:
    library, thumbnails = made
    emptied(thumbnails)
    names = [photo(library, f"{number}.jpg") for number in range(3, 9)]
    order: list[str] = []
    first = thumbnails.wish(photo(library, "slow.png"), 320)
    futures = [thumbnails.wish(name, 320) for name in names]
    assert not first.done()
    for name, future in zip(names, futures, strict=True):
        future.add_done_callback(lambda _, name=name: order.append(name))  # type: ignore[misc]
    assert all(future.result(60) for future in [first, *futures])
    assert order == names[::-1]


def test_wish_of_several_is_made_once_and_one_taken_back_is_not_made(made: tuple[Library, Thumbnails]) -> None:
    library, thumbnails = made
    emptied(thumbnails)
    wanted, dropped = photo(library, "9.jpg"), photo(library, "10.jpg")
    busy = thumbnails.wish(photo(library, "slow.png"), 320)
    taken_back = thumbnails.wish(dropped, 320)
    several = [thumbnails.wish(wanted, 320) for _ in range(3)]
    assert taken_back.cancel()
    assert busy.result(60)
    assert len({future.result(60) for future in several}) == 1
    assert thumbnails.get(photo(library, "0.jpg"), 320)
    assert thumbnails.cached(dropped, 320) is None


def test_colour_of_the_photo_is_kept_when_all_is_quiet(
    made: tuple[Library, Thumbnails], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, thumbnails = made
    emptied(thumbnails)
    name = photo(library, "0.jpg")
    with library.store.write_connection() as connection:
        connection.exec_driver_sql("UPDATE content SET colour = NULL")
    thumbnails.get(name, 320)
    thumbnails.note_colours()
    assert colour(library, name) is None
    monkeypatch.setattr(thumbnailing, "_QUIET_SECONDS", 0.0)
    thumbnails.note_colours()
    found = colour(library, name)
    assert found is not None
    # 16,16,16 with one yellow square of 100 in 640 x 480 pixels: 16 + 239 * 0.0326 = 23.8 of red and green.
    assert [found >> 16, found >> 8 & 255, found & 255] == pytest.approx([24, 24, 16], abs=3)


def colour(library: Library, name: str) -> int | None:
    known = pictured(library.store, name)
    assert known is not None
    return known.colour


def test_full_disk_shows_the_photo_all_the_same(
    made: tuple[Library, Thumbnails], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And this is told once."""
    library, thumbnails = made
    emptied(thumbnails)
    assert thumbnails.cache is not None
    monkeypatch.setattr(thumbnails.cache, "folder", Path(os.devnull) / "full")
    for name in ("4.jpg", "8.jpg", "4.jpg"):
        assert thumbnails.get(photo(library, name), 320)
        assert thumbnails.cached(photo(library, name), 320) is None
    assert [record.message.count("made anew each time") for record in caplog.records] == [1]


def workers(thumbnails: Thumbnails) -> list[int]:
    assert thumbnails._pool is not None
    return [process.pid for process in thumbnails._pool._pool_manager.worker_manager.workers.values()]


def takes_for_ever(source: Source, *_: object) -> None:
    """In place of reading a picture: how long any picture takes hangs on the machine. Tells when it has begun."""
    Path(f"{source.file.path}.begun").touch()
    time.sleep(60)


def test_process_that_dies_is_replaced_and_costs_only_the_photo_it_was_at(
    made: tuple[Library, Thumbnails], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, thumbnails = made
    thumbnails.get(photo(library, "0.jpg"), 320)
    emptied(thumbnails)
    with monkeypatch.context() as patch:
        patch.setattr(thumbnailing, "read_thumbnail", takes_for_ever)
        waiting = thumbnails.wish(photo(library, "slow.png"), 320)
    begun, until = library.folder / "slow.png.begun", time.monotonic() + 30
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.01)
    [process] = workers(thumbnails)
    os.kill(process, signal.SIGKILL)
    with pytest.raises(ImageError, match="made a process die"):
        waiting.result(60)
    assert thumbnails.get(photo(library, "5.jpg"), 320)
    # One that has nothing to do, as when memory runs out.
    [process] = workers(thumbnails)
    os.kill(process, signal.SIGKILL)
    assert thumbnails.get(photo(library, "6.jpg"), 320)


def test_what_could_not_be_made_is_not_tried_each_time_it_is_passed(
    made: tuple[Library, Thumbnails], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, thumbnails = made
    path = library.folder / "7.jpg"
    name, content = photo(library, "7.jpg"), path.read_bytes()
    path.write_bytes(b"damaged")
    emptied(thumbnails)
    for _ in range(2):
        with pytest.raises(ImageError, match="has changed since it was indexed"):
            thumbnails.get(name, 320)
        path.write_bytes(content)
    monkeypatch.setattr(thumbnailing, "_TOLD_SECONDS", 0.0)
    assert thumbnails.get(name, 320)


def test_processes_that_nobody_needs_end_and_others_begin(
    made: tuple[Library, Thumbnails], monkeypatch: pytest.MonkeyPatch
) -> None:
    library, thumbnails = made
    emptied(thumbnails)
    thumbnails.get(photo(library, "0.jpg"), 320)
    thumbnails.note_colours()
    assert len(workers(thumbnails)) == 1
    monkeypatch.setattr(thumbnailing, "_IDLE_SECONDS", 0.0)
    thumbnails.note_colours()
    assert thumbnails._pool is None
    assert thumbnails.get(photo(library, "3.jpg"), 320)


def test_picture_that_takes_too_long_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(tmp_path)
    good, slow, other = (library.draw(name, "happy") for name in ("good.jpg", "slow.jpg", "other.jpg"))
    list(library.start(thumbnails=False))
    # The process starts in its own time: only what it works at is measured.
    with Thumbnails(library.store, processes=1, seconds=0.5) as thumbnails:
        with monkeypatch.context() as patch:
            patch.setattr(thumbnailing, "read_thumbnail", takes_for_ever)
            waiting = thumbnails.wish(hash_file(slow), 320)
        with pytest.raises(ImageError, match=r"longer than 0\.5 seconds"):
            waiting.result(60)
        assert thumbnails.get(hash_file(other), 320)
    with Thumbnails(library.store, Settings(thumbnail_megabytes=0), processes=1) as thumbnails:
        assert thumbnails.get(hash_file(good), 320)
        waiting = thumbnails.wish(hash_file(slow), 1440)
    assert waiting.done()
    with pytest.raises(GalleryError, match="any more"):
        thumbnails.get(hash_file(good), 320)
