"""Whoever taps a facet gets as many photos as it says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gallery.curation.albums import create_smart_album
from gallery.insight import facts as facts_module
from gallery.insight.facets import facets
from gallery.insight.facts import Facts, branching_folders, read_facts
from gallery.query.query import Query
from gallery.search.order import whole_order
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.make import added, face, write
from tests.support.plain_library import library

QUERIES = (
    "",
    "emotion:happy",
    "faces:2.. -emotion:sad",
    "emotion:happy or is:uncertain",
    "album:Best date:2023",
    "x y z",
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Facts]]:
    store, _ = library(tmp_path_factory.mktemp("library"), 90, seed=2)
    with store:
        create_smart_album(store, "Smiles", Query.parse("emotion:happy limit:9"))
        with store.read() as connection:
            yield store, read_facts(connection, Settings())


@pytest.mark.parametrize("text", QUERIES)
def test_each_count_is_that_of_the_query_it_leads_to(asked: tuple[Store, Facts], text: str) -> None:
    store, facts = asked
    with store.read() as connection:
        order = whole_order(connection, Query.parse(text), Settings())
    offered = [item for group in facets(text, order.numbers, facts) for item in group.items]
    for item in offered:
        assert item.count == store.count(Query.parse(text if item.is_on else item.query)), item
        assert item.is_on or item.count > 0


def test_what_the_query_has_is_on_and_can_be_taken_away(asked: tuple[Store, Facts]) -> None:
    store, facts = asked
    text = "emotion:joy date:2023 sort:oldest"
    with store.read() as connection:
        order = whole_order(connection, Query.parse(text), Settings())
    on = {item.label: item.query for group in facets(text, order.numbers, facts) for item in group.items if item.is_on}
    assert on == {"happy": "date:2023 sort:oldest", "2023": "emotion:joy sort:oldest"}


def test_every_kind_is_offered_for_all_photos(asked: tuple[Store, Facts]) -> None:
    store, facts = asked
    with store.read() as connection:
        order = whole_order(connection, Query(), Settings())
    groups = {group.name: [item.label for item in group.items] for group in facets("", order.numbers, facts)}
    assert list(groups) == ["emotion", "faces", "years", "albums", "cameras", "folders"]
    assert "uncertain" in groups["emotion"]
    assert groups["years"][-1] == "no date"
    assert "Smiles" in groups["albums"]
    assert groups["folders"] == ["home", "mnt"]


def test_albums_can_be_kept_back_and_folders_go_with_them(asked: tuple[Store, Facts]) -> None:
    store, facts = asked
    with store.read() as connection:
        order = whole_order(connection, Query(), Settings())
    groups = {group.name: group.items for group in facets("", order.numbers, facts, lambda name: name == "Best")}
    assert [item.label for item in groups["albums"]] == ["Best"]
    assert groups["folders"] == ()


def test_a_photo_that_came_later_is_passed_over(store: Store) -> None:
    write(store, added("/photos/a.jpg", face("happy")))
    with store.read() as connection:
        facts = read_facts(connection, Settings())
    write(store, added("/photos/b.jpg", face("happy")))
    with store.read() as connection:
        order = whole_order(connection, Query(), Settings())
    assert facets("", order.numbers, facts)[0].items[0].count == 1


def test_an_album_whose_query_has_no_answer_is_left_out(store: Store) -> None:
    from gallery.curation.albums import create_album, delete_album

    write(store, added("/photos/a.jpg", face("happy")))
    create_album(store, "Gone", ["/photos/a.jpg"])
    create_smart_album(store, "Hangs on it", Query.parse("album:Gone"))
    delete_album(store, "Gone")
    with store.read() as connection:
        assert read_facts(connection, Settings()).albums == {}


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        ([], []),
        (["/p/a.jpg"], []),
        (["/p/x/a.jpg", "/p/x/b.jpg"], []),
        (["/p/x/1/a.jpg", "/p/x/2/b.jpg", "/p/x/2/deep/c.jpg"], ["/p/x/1", "/p/x/2"]),
        (["/p/a.jpg", "/p/x/a.jpg", "/p/x-y/a.jpg", "/p/x y/a.jpg"], ["/p/x", "/p/x y", "/p/x-y"]),
        (["/p/50%/a.jpg", "/q/a.jpg"], ["/p", "/q"]),
    ],
)
def test_folders_are_those_where_the_gallery_branches(store: Store, paths: list[str], folders: list[str]) -> None:
    write(store, *(added(path) for path in paths))
    with store.read() as connection:
        assert sorted(branching_folders(connection)) == folders


def test_of_very_many_folders_some_are_enough(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_module, "MOST_FOLDERS", 2)
    write(store, *(added(f"/p/{name}/a.jpg") for name in "abc"))
    with store.read() as connection:
        assert branching_folders(connection) == ["/p/a", "/p/b"]
