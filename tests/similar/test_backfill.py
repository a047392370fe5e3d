"""Looks of photos that were indexed before there were any."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from gallery.db import schema
from gallery.images.look import look_of
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.similar.backfill import Looked, fill_looks
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery
from tests.support.photos import draw_picture


def looks(store: Store) -> list[int | None]:
    with store.read() as connection:
        return list(connection.execute(select(schema.content.c.look).order_by(schema.content.c.id)).scalars())


def fill(store: Store, query: Query | None = None) -> list[Looked]:
    return list(fill_looks(store, query or Query(), Settings()))


def test_looks_are_read_stored_and_not_read_again(gallery: Gallery) -> None:
    for seed in range(3):
        gallery.add(f"{seed}.jpg", seed=seed)
    with Store.open(gallery.db) as store:
        assert looks(store) == [None, None, None]
        assert fill(store) == [Looked(0, 3), Looked(3, 3)]
        stored = looks(store)
        assert fill(store) == []
    for seed, look in enumerate(stored):
        assert look is not None
        assert (look ^ look_of(draw_picture((320, 240), seed))).bit_count() <= 2  # JPEG changes a little


def test_only_photos_of_the_query_are_read(gallery: Gallery) -> None:
    gallery.add("one.jpg", seed=1)
    gallery.add("other.jpg", seed=2)
    with Store.open(gallery.db) as store:
        assert fill(store, Query.of(path="other")) == [Looked(0, 1), Looked(1, 1)]
        assert [look is None for look in looks(store)] == [True, False]


def test_file_that_cannot_be_read_is_told_and_tried_again(gallery: Gallery) -> None:
    path = Path(gallery.add("gone.jpg"))
    whole = path.read_bytes()
    gallery.add("good.jpg", seed=1)
    path.unlink()
    with Store.open(gallery.db) as store:
        [_, last] = fill(store)
        assert [(problem.path, problem.transient) for problem in last.failed] == [(str(path), True)]
        path.write_bytes(whole)
        assert fill(store) == [Looked(0, 1), Looked(1, 1)]
        assert None not in looks(store)


def test_look_of_another_picture_in_the_file_is_not_taken(gallery: Gallery) -> None:
    path = Path(gallery.add("changed.jpg"))
    path.write_bytes(Path(gallery.add("other.jpg", seed=1)).read_bytes())
    with Store.open(gallery.db) as store:
        [_, last] = fill(store)
        assert [str(problem) for problem in last.failed] == [
            f"{path}: has changed since it was indexed; run `gallery index` on its folder"
        ]
        assert looks(store)[0] is None


def test_second_file_serves_where_the_first_cannot_be_read(gallery: Gallery) -> None:
    gallery.add("b.jpg")
    Path(gallery.add("a.jpg")).unlink()  # the same content
    with Store.open(gallery.db) as store:
        assert fill(store) == [Looked(0, 1), Looked(1, 1)]
        assert None not in looks(store)
