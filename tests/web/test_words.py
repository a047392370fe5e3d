"""What is said on the page lands where `label`, `pick` and the like put it, and `undo` takes it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gallery.curation.history import list_actions, undo
from gallery.store.store import Store
from gallery.web.site import Access
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import added, box, face, open_store, write
from tests.support.web import Web, served


@pytest.fixture
def web(store: Store) -> Iterator[Web]:
    write(
        store,
        added(
            "/photos/a.jpg",
            face("happy", where=box(10)),
            face("sad", where=box(100)),
            face("fear", 0.3, where=box(200)),
        ),
        added("/photos/b.jpg", face("happy", where=box(10)), taken_at="2022-01-01"),
    )
    with served(store) as made:
        yield made


def ids(web: Web) -> dict[str, int]:
    return {tile[7]: tile[0] for tile in web.get("/api/tiles")["tiles"]}


def shown(store: Store, path: str = "/photos/a.jpg") -> list[tuple[int, str, str]]:
    return [(one.number, one.emotion, one.source) for one in store.photo(path).faces]


def test_a_face_is_said_to_show_an_emotion(web: Web, store: Store) -> None:
    name = {"photo": ids(web)["a.jpg"], "number": 2}
    before = web.site.versions.current()
    answer = web.post("/api/labels", {"faces": [name], "emotion": "surprise"})
    assert answer["done"] == "1 face: surprise"
    assert (2, "surprise", "person") in shown(store)
    assert web.site.versions.current() != before
    assert web.names("emotion:surprise") == ["a.jpg"]

    assert web.post("/api/undo", {"action": answer["undo"]})["done"] == "taken back: 1 face labelled surprise"
    assert (2, "sad", "model") in shown(store)


def test_a_face_is_said_to_be_none(web: Web, store: Store) -> None:
    web.post("/api/labels", {"faces": [{"photo": ids(web)["a.jpg"], "number": 1}], "emotion": "not_face"})
    assert [number for number, *_ in shown(store)] == [2, 3]
    assert web.get(f"/api/photos/{ids(web)['a.jpg']}")["faces"][0]["rejected"] is True


def test_faces_of_several_emotions_are_confirmed_at_once_and_taken_back_at_once(web: Web, store: Store) -> None:
    photo = ids(web)["a.jpg"]
    names = [{"photo": photo, "number": number} for number in (1, 2, 3, 3)]
    web.post("/api/labels", {"faces": names, "emotion": "right"})
    assert shown(store) == [(1, "happy", "person"), (2, "sad", "person"), (3, "fear", "person")]
    assert [action.summary for action in list_actions(store)] == ["3 faces confirmed"]
    undo(store)
    assert {source for *_, source in shown(store)} == {"model"}


def test_what_was_said_to_be_no_face_cant_be_confirmed(web: Web, store: Store) -> None:
    name = {"photo": ids(web)["a.jpg"], "number": 1}
    web.post("/api/labels", {"faces": [name], "emotion": "not_face"})
    found = web.send("/api/labels", {"faces": [name, {"photo": ids(web)["b.jpg"], "number": 1}], "emotion": "right"})
    assert found.status_code == 400
    assert len(list_actions(store)) == 1


def test_all_faces_that_a_query_is_about_after_a_look_at_how_many(web: Web, store: Store) -> None:
    body = {"query": "emotion:happy", "emotion": "neutral"}
    assert web.post("/api/labels", {**body, "preview": True}) == {"faces": 2, "photos": 2}
    assert list_actions(store) == []
    assert web.post("/api/labels", body)["done"] == "2 faces: neutral"
    assert [emotion for _, emotion, _ in shown(store)] == ["neutral", "sad", "uncertain"]


def test_all_faces_of_photos(web: Web) -> None:
    photos = [ids(web)["b.jpg"], ids(web)["a.jpg"]]
    assert web.post("/api/labels", {"photos": photos, "emotion": "sad", "preview": True}) == {"faces": 4, "photos": 2}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"emotion": "sad"}, 400),
        ({"emotion": "sad", "faces": [], "photos": []}, 400),
        ({"emotion": "sad", "photos": [1], "query": ""}, 400),
        ({"emotion": "sad", "faces": [{"photo": 1, "number": 99}]}, 404),
        ({"emotion": "sad", "faces": [{"photo": 10**12, "number": 1}]}, 404),
        ({"emotion": "sad", "query": "emotion:hapy"}, 400),
        ({"emotion": "sad", "query": "path:nowhere"}, 400),
        ({"emotion": "sad", "photos": []}, 400),
    ],
)
def test_what_makes_no_sense_says_nothing(web: Web, store: Store, body: dict[str, object], status: int) -> None:
    assert web.send("/api/labels", body).status_code == status
    assert list_actions(store) == []


def test_photos_are_picked_and_rejected(web: Web) -> None:
    photos = ids(web)
    assert web.post("/api/picks", {"photos": [photos["a.jpg"]], "word": "pick"})["done"] == "1 photo: picked"
    web.post("/api/picks", {"query": "path:b.jpg", "word": "reject"})
    assert {tile[7]: tile[8] for tile in web.get("/api/tiles")["tiles"]} == {"a.jpg": 1, "b.jpg": 2}
    assert web.names("is:picked") == ["a.jpg"]
    web.post("/api/undo", {})
    assert {tile[7]: tile[8] for tile in web.get("/api/tiles")["tiles"]} == {"a.jpg": 1, "b.jpg": 0}
    web.post("/api/picks", {"photos": list(photos.values()), "word": "none"})
    assert web.names("is:picked") == []
    assert web.send("/api/picks", {"photos": [10**9], "word": "pick"}).status_code == 404


def test_very_many_photos_can_be_named(web: Web) -> None:
    photos = [*ids(web).values(), *range(10**6, 10**6 + 50_000)]
    found = web.send("/api/picks", {"photos": photos, "word": "pick"})
    assert (found.status_code, found.json()["error"]) == (404, "there is no photo 1000000")


def test_a_face_that_was_missed_is_drawn(gallery: Gallery) -> None:
    fill(gallery)
    with open_store(gallery.folder) as store, served(store) as web:
        number = ids(web)["empty.jpg"]
        answer = web.post("/api/faces", {"photo": number, "box": [50, 60, 150.5, 170], "emotion": "happy"})
        assert answer["number"] == 1
        [drawn] = web.get(f"/api/photos/{number}")["faces"]
        assert (drawn["box"], drawn["emotion"], drawn["source"]) == ([50, 60, 150.5, 170], "happy", "person")
        assert web.client.get(f"/crops/{drawn['id']}").headers["content-type"] == "image/jpeg"
        web.post("/api/undo", {})
        assert web.get(f"/api/photos/{number}")["faces"] == []
        for box_ in ([0, 0, 1, 1], [0, 0, 0, 0], [400, 300, 500, 400]):
            assert web.send("/api/faces", {"photo": number, "box": box_, "emotion": "sad"}).status_code == 400
        assert web.send("/api/faces", {"photo": number, "box": [1, 2, 3], "emotion": "sad"}).status_code == 400
        assert web.send("/api/faces", {"photo": 10**9, "box": [0, 0, 90, 90], "emotion": "sad"}).status_code == 404


def test_only_what_was_done_last_is_taken_back(web: Web, store: Store) -> None:
    name = {"photo": ids(web)["a.jpg"], "number": 2}
    first = web.post("/api/labels", {"faces": [name], "emotion": "sad"})["undo"]
    web.post("/api/labels", {"faces": [name], "emotion": "fear"})
    assert web.send("/api/undo", {"action": first}).status_code == 403
    assert len(list_actions(store)) == 2
    assert web.post("/api/undo", {})["undo"] == first
    web.post("/api/undo", {"action": first})
    assert web.send("/api/undo", {}).status_code == 404


def test_where_only_looking_is_allowed_every_word_is_refused(web: Web, store: Store) -> None:
    with served(store, access=Access(read_only=True)) as reading:
        name = {"photo": ids(web)["a.jpg"], "number": 2}
        for path, body in {
            "/api/labels": {"faces": [name], "emotion": "sad"},
            "/api/picks": {"photos": [name["photo"]], "word": "pick"},
            "/api/faces": {"photo": name["photo"], "box": [0, 0, 99, 99], "emotion": "sad"},
            "/api/turns": {"photos": [name["photo"]], "degrees": 90},
            "/api/undo": {},
        }.items():
            assert reading.send(path, body).status_code == 403
        assert reading.get("/api/state")["read_only"] is True
    assert list_actions(store) == []


def test_the_most_doubtful_faces_come_first(store: Store) -> None:
    scores = {"/photos/sure.jpg": 0.95, "/photos/unsure.jpg": 0.4, "/photos/torn.jpg": 0.25}
    for day, (path, score) in enumerate(scores.items(), start=1):
        write(store, added(path, face("happy" if "torn" not in path else "sad", score), taken_at=f"2023-06-0{day}"))
    with served(store) as web:
        answer = web.get("/api/review")
        assert [one["name"] for one in answer["faces"]] == ["torn.jpg", "unsure.jpg"]
        assert answer["left"] == web.get("/api/state")["review"] == 2
        assert [one["name"] for one in web.get("/api/review", emotion="happy")["faces"]] == ["unsure.jpg"]
        first = answer["faces"][0]
        web.post("/api/labels", {"faces": [{"photo": first["photo"], "number": first["number"]}], "emotion": "right"})
        assert [one["name"] for one in web.get("/api/review")["faces"]] == ["unsure.jpg"]
        assert web.client.get(f"/crops/{first['face']}").content == b"jpeg"
        assert web.error("/api/review", emotion="joy")[0] == 400


def test_of_one_photo_and_one_moment_only_few_faces_come(store: Store) -> None:
    crowd = [face("happy", 0.3, where=box(100 * n)) for n in range(5)]
    write(store, added("/photos/crowd.jpg", *crowd, taken_at="2023-06-01T12:00:00"))
    for second in range(1, 6):
        write(store, added(f"/photos/{second}.jpg", face("happy", 0.3), taken_at=f"2023-06-01T12:00:0{second}"))
    with served(store) as web:
        assert len(web.get("/api/review")["faces"]) == 3
