from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from gallery.curation.roots import forget_root
from gallery.images.decode import hash_file
from gallery.images.thumbnail_cache import ThumbnailCache
from gallery.indexing import kept_thumbnails, reading
from gallery.indexing.kept_thumbnails import cache_of
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.thumbnail_rows import pictured
from tests.support.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.fixture
def cache(library: Library) -> ThumbnailCache:
    found = cache_of(library.store, library.settings)
    assert found is not None
    return found


def kept(cache: ThumbnailCache) -> set[str]:
    return {path.stem for path in cache.folder.rglob("*.jpg")}


def colour(library: Library, path: Path) -> int | None:
    photo = pictured(library.store, hash_file(path))
    assert photo is not None
    return photo.colour


def test_indexing_keeps_a_thumbnail_and_the_mean_colour_of_each_photo(library: Library, cache: ThumbnailCache) -> None:
    path = library.draw("a.jpg", "angry")
    library.run()
    jpeg = cache.get(hash_file(path), 320)
    assert jpeg is not None
    assert Image.open(io.BytesIO(jpeg)).size == (320, 240)
    found = colour(library, path)
    assert found is not None
    # 16,16,16 with one red square of 100 in 640 x 480 pixels: 16 + 239 * 0.0326 = 23.8 of red.
    assert [found >> 16, found >> 8 & 255, found & 255] == pytest.approx([24, 16, 16], abs=3)


def test_without_thumbnails_nothing_is_kept_and_later_force_makes_them(library: Library, cache: ThumbnailCache) -> None:
    path = library.draw("a.jpg", "angry")
    list(library.start(thumbnails=False))
    assert not cache.folder.exists()
    assert colour(library, path) is None
    list(library.start(force=True))
    assert kept(cache) == {hash_file(path)}
    assert colour(library, path) is not None


def test_setting_of_no_megabytes_keeps_nothing(library: Library, cache: ThumbnailCache) -> None:
    library.draw("a.jpg", "angry")
    library.run()
    library.settings = Settings(batch_size=3, thumbnail_megabytes=0)
    library.draw("b.jpg", "angry")
    library.run()
    assert kept(cache) == set()


def test_photo_of_which_no_thumbnail_can_be_made_is_indexed_all_the_same(
    library: Library, cache: ThumbnailCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Image.Image) -> None:
        raise OSError("encoder error")

    monkeypatch.setattr(kept_thumbnails, "thumbnail_of", fail)
    path = library.draw("a.jpg", "happy")
    library.run()
    assert library.emotions(path) == ["happy"]
    assert kept(cache) == set()
    assert reading.made_of(None, library.settings) is None


@pytest.mark.parametrize("how", ["ignored", "forgotten root", "pruned", "missing"])
def test_next_run_takes_out_thumbnails_of_photos_that_nobody_wants(
    library: Library, cache: ThumbnailCache, how: str
) -> None:
    stays, goes = library.draw("stays/a.jpg", "happy"), library.draw("goes/b.jpg", "sad")
    names = {hash_file(stays), hash_file(goes)}
    library.run(stays.parent, goes.parent)
    assert kept(cache) == names
    if how == "ignored":
        (goes.parent / ".galleryignore").write_text("*.jpg\n")
    elif how == "forgotten root":
        forget_root(library.store, str(goes.parent))
    else:
        goes.unlink()
        library.run(goes.parent)
        assert kept(cache) == names  # a photo that is missing may come back
        if how == "pruned":
            forget_gone(library.store, find_gone(library.store, even_if_unplugged=True))
    library.run(stays.parent, *([goes.parent] if how == "ignored" else []))
    assert kept(cache) == (names if how == "missing" else {hash_file(stays)})


def test_thumbnails_are_no_photos_of_a_home_folder_that_is_indexed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(library.folder / "Caches"))
    library.draw("a.jpg", "happy")
    for _ in range(3):
        library.run()
        assert library.names(Query()) == {"a.jpg"}
    assert len(list((library.folder / "Caches").rglob("*.jpg"))) == 1
