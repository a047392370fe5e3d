"""What was said stays when a photo is turned, cropped, retouched or compressed again in its place, and comes back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageEnhance
from sqlalchemy import select, update

from gallery.curation.albums import (
    add_to_album,
    album_photos,
    create_album,
    create_smart_album,
    read_album,
    set_album_cover,
)
from gallery.curation.dump import write_dump
from gallery.curation.dump_lines import read_dump
from gallery.curation.history import undo
from gallery.curation.labels import clear_labels, faces_named, label_faces, reject_faces
from gallery.curation.picks import pick_photos
from gallery.curation.restoring import restore_dump
from gallery.db import schema
from gallery.faces import Box
from gallery.indexing.indexer import PhotoResult, Status
from gallery.insight.accuracy import accuracy_report
from gallery.insight.reasons import explain_faces
from gallery.query.query import Query
from gallery.store.forgetting import forget_photos
from gallery.xmp.sidecars import Sidecars
from tests.support.edits import give_star, write_exif
from tests.support.library import Library
from tests.support.shots import FACES, AnywhereDetector, draw_shot, library_of_shots, save, turned


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with library_of_shots(tmp_path) as made:
        yield made


def shown(library: Library, path: Path) -> dict[int, tuple[str, str]]:
    return {face.number: (face.emotion, face.source) for face in library.store.photo(str(path)).faces}


def boxes(library: Library, path: Path) -> dict[int, Box]:
    return {face.number: face.box for face in library.store.photo(str(path)).faces}


def say(library: Library, path: Path, number: int, emotion: str) -> None:
    label_faces(library.store, faces_named(library.store, [f"{path}#{number}"]), emotion)


def reject(library: Library, path: Path, number: int) -> None:
    reject_faces(library.store, faces_named(library.store, [f"{path}#{number}"]))


def forget_former(library: Library) -> None:
    """Pictures that others followed in their places, as `prune` did it when these counted as missing."""
    content, path = schema.content.c, schema.path.c
    with library.store.write_connection() as connection:
        former = connection.execute(select(content.hash, content.id).where(content.id.not_in(select(path.content_id))))
        forget_photos(connection, dict(former.all()))


def names(library: Library, album: str) -> list[str]:
    return [Path(photo.path).name for photo in album_photos(library.store, album)]


def result(library: Library, path: Path) -> PhotoResult:
    return {found.path: found for found in library.results()}[str(path)]


def near(box: Box, other: Box) -> bool:
    return box.iou(other) > 0.9


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_changed_orientation_tag_is_a_turn_without_any_search(library: Library, orientation: int) -> None:
    path, other = save(draw_shot(1), library.folder / "a.jpg"), save(draw_shot(2), library.folder / "b.jpg")
    library.run()
    say(library, path, 2, "fear")
    reject(library, path, 1)
    create_album(library.store, "Best", [str(other), str(path)])
    set_album_cover(library.store, "Best", str(path))
    before = library.store.photo(str(other)).faces
    seen = library.detector.seen
    for file in (path, other):
        write_exif(file, orientation=orientation)

    assert library.run() == {"a.jpg": Status.EDITED, "b.jpg": Status.EDITED}

    assert library.detector.seen == seen
    assert shown(library, path) == {2: ("fear", "person")}
    # What the model says is right only where the crop was cut from the upright picture.
    assert shown(library, other) == {1: ("happy", "model"), 2: ("sad", "model")}
    [wanted] = AnywhereDetector().detect([turned(draw_shot(2), orientation)])
    found = library.store.photo(str(other)).faces
    assert all(face.box.iou(seen.box) > 0.9 for face, seen in zip(found, wanted, strict=True))
    # An eye is where it was seen, and the left one still lies left where nothing is upside down.
    assert all(len(face.landmarks) == 5 for face in (*found, *before))
    assert names(library, "Best") == ["b.jpg", "a.jpg"]
    assert read_album(library.store, "Best").cover == str(path)
    assert library.run() == dict.fromkeys(("a.jpg", "b.jpg"), Status.UNCHANGED)
    assert library.store.check() == []


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.heic", "a.avif"])
def test_turns_by_tag_are_known_in_every_format_that_has_them(library: Library, name: str) -> None:
    pillow_heif.register_heif_opener()
    path, picture = library.folder / name, draw_shot(3)

    def write(orientation: int) -> None:
        exif = Image.Exif()
        exif[0x112] = orientation
        picture.save(path, exif=exif.tobytes(), quality=90)

    write(1)
    library.run()
    say(library, path, 2, "fear")
    seen = library.detector.seen
    write(6)

    assert library.run() == {name: Status.EDITED}
    assert library.detector.seen == seen
    assert shown(library, path) == {1: ("happy", "model"), 2: ("fear", "person")}
    assert near(boxes(library, path)[2], Box(480 - 340, 400, 480 - 220, 480))


def test_a_photo_that_lay_on_its_side_is_searched_once_it_is_turned(library: Library) -> None:
    path = save(draw_shot(4, ()), library.folder / "a.jpg")
    library.run()
    seen = library.detector.seen
    write_exif(path, orientation=8)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert library.detector.seen == seen + 1


def test_turned_by_tag_and_moved_is_moved(library: Library) -> None:
    path, new = save(draw_shot(1), library.folder / "a.jpg"), library.folder / "b.jpg"
    library.run()
    say(library, path, 1, "fear")
    create_album(library.store, "Best", Query())
    write_exif(path, orientation=3)
    path.rename(new)

    assert library.run() == {"b.jpg": Status.MOVED}
    assert shown(library, new)[1] == ("fear", "person")
    assert names(library, "Best") == ["b.jpg"]
    assert library.run() == {"b.jpg": Status.UNCHANGED}


@pytest.mark.parametrize("turn", range(2, 9))
def test_turned_pixel_by_pixel_or_in_a_mirror(library: Library, turn: int) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 2, "fear")
    reject(library, path, 1)
    create_album(library.store, "Best", Query())
    save(turned(draw_shot(1), turn), path, quality=80)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path) == {2: ("fear", "person")}
    assert names(library, "Best") == ["a.jpg"]
    assert library.store.check() == []


EDITS = {
    "compressed": lambda picture: picture,
    "smaller": lambda picture: picture.resize((320, 240)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.1),
}


@pytest.mark.parametrize("edit", EDITS)
def test_compressed_again_made_smaller_or_retouched(library: Library, edit: str) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 2, "fear")
    say(library, path, 1, "angry")
    save(EDITS[edit](draw_shot(1)), path, quality=60)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path) == {1: ("angry", "person"), 2: ("fear", "person")}


def test_of_a_cropped_photo_words_follow_the_faces_that_are_left_and_others_wait(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    backup = shutil.copy2(path, library.folder.parent / "backup.jpg")
    say(library, path, 1, "angry")
    say(library, path, 2, "fear")
    # The left face is cut off, and the right one is nearer to the left border.
    save(draw_shot(1).crop((300, 100, 640, 480)), path)

    found = result(library, path)
    assert (found.status, found.waiting, found.staying) == (Status.EDITED, 1, 0)
    assert shown(library, path) == {2: ("fear", "person")}
    [word] = explain_faces(library.store, path).waiting
    assert (word.emotion, word.of_other) == ("angry", True)
    assert near(word.box, FACES["happy"])
    assert [said.emotion for said in explain_faces(library.store, path).unplaced] == ["angry"]
    report = accuracy_report(library.store)
    assert (report.judged, report.waiting_faces, report.waiting_photos) == (1, 1, 0)

    shutil.copy2(backup, path)
    assert result(library, path).waiting == 0
    assert shown(library, path) == {1: ("angry", "person"), 2: ("fear", "person")}
    assert accuracy_report(library.store).waiting_faces == 0


def test_a_crop_of_a_crop_is_still_the_shot(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 2, "fear")
    for box in ((200, 80, 640, 480), (300, 100, 640, 480)):
        save(draw_shot(1).crop(box), path)
        assert library.run() == {"a.jpg": Status.EDITED}
        assert shown(library, path)[2] == ("fear", "person")


@pytest.mark.parametrize("seed", [2, 3])
def test_an_unrelated_photo_in_its_place_gets_nothing(library: Library, seed: int) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 1, "angry")
    create_album(library.store, "Best", Query())
    save(draw_shot(seed), path)

    found = result(library, path)
    assert (found.status, found.waiting, found.staying) == (Status.CHANGED, 0, 0)
    assert shown(library, path) == {1: ("happy", "model"), 2: ("sad", "model")}
    assert read_album(library.store, "Best").missing == 1


def test_pictures_with_nothing_in_them_prove_nothing(library: Library) -> None:
    path = save(Image.new("RGB", (640, 480), "navy"), library.folder / "a.jpg")
    library.run()
    create_album(library.store, "Best", Query())
    save(Image.new("RGB", (640, 480), "navy"), path, quality=50)

    assert library.run() == {"a.jpg": Status.CHANGED}
    assert read_album(library.store, "Best").missing == 1


@pytest.mark.parametrize(
    ("after", "status"),
    [
        ("2020:05:17 10:00:00", Status.EDITED),
        ("2020:05:17 10:00:01", Status.CHANGED),
        # Its clock was corrected.
        ("2021:05:17 10:00:00", Status.EDITED),
    ],
)
def test_one_camera_at_another_second_took_another_shot(library: Library, after: str, status: Status) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    write_exif(path, "2020:05:17 10:00:00", camera="Canon")
    library.run()
    save(draw_shot(1), path, quality=70)
    write_exif(path, after, camera="Canon")

    assert library.run() == {"a.jpg": status}


def test_camera_and_second_prove_the_shot_whatever_was_done_to_it(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    write_exif(path, "2020:05:17 10:00:00", camera="Canon")
    library.run()
    create_album(library.store, "Best", Query())
    save(draw_shot(9), path)
    write_exif(path, "2020:05:17 10:00:00", camera="Canon")

    assert library.run() == {"a.jpg": Status.EDITED}
    assert names(library, "Best") == ["a.jpg"]


def test_two_photos_that_change_places_stay_what_they_are(library: Library) -> None:
    first, second = (save(draw_shot(seed), library.folder / f"{seed}.jpg") for seed in (1, 2))
    library.run()
    say(library, first, 1, "angry")
    create_album(library.store, "Best", [str(first)])
    between = library.folder / "between.jpg"
    first.rename(between)
    second.rename(first)
    between.rename(second)

    assert library.run() == dict.fromkeys(("1.jpg", "2.jpg"), Status.CHANGED)
    assert shown(library, second)[1] == ("angry", "person")
    assert shown(library, first)[1] == ("happy", "model")
    assert names(library, "Best") == ["2.jpg"]


def test_old_bytes_put_back_have_the_last_word_whichever_picture_it_was_said_of(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    backup = shutil.copy2(path, library.folder.parent / "backup.jpg")
    library.run()
    say(library, path, 1, "angry")
    say(library, path, 2, "fear")
    create_album(library.store, "Best", Query())
    set_album_cover(library.store, "Best", str(path))
    save(turned(draw_shot(1), 6), path)
    library.run()
    say(library, path, 1, "surprise")
    create_album(library.store, "New", Query())
    shutil.copy2(backup, path)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path) == {1: ("surprise", "person"), 2: ("fear", "person")}
    assert names(library, "Best") == names(library, "New") == ["a.jpg"]
    assert read_album(library.store, "Best").cover == str(path)
    # And turned once more, by the same program.
    save(turned(draw_shot(1), 6), path)
    assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path) == {1: ("surprise", "person"), 2: ("fear", "person")}
    assert library.store.check() == []


def test_album_places_stay_with_a_picture_that_has_another_file_until_that_is_gone(library: Library) -> None:
    path, copy = save(draw_shot(1), library.folder / "a.jpg"), library.folder / "copy.jpg"
    shutil.copy2(path, copy)
    library.run()
    create_album(library.store, "Best", [str(path)])
    create_smart_album(library.store, "All", Query())
    for album in ("Best", "All"):
        set_album_cover(library.store, album, str(path))
    save(draw_shot(1).resize((320, 240)), path)

    found = result(library, path)
    assert (found.status, found.waiting, found.staying) == (Status.EDITED, 0, 1)
    assert names(library, "Best") == ["copy.jpg"]
    assert [read_album(library.store, album).cover for album in ("Best", "All")] == [str(copy)] * 2

    kept = shutil.move(copy, library.folder.parent / "kept.jpg")
    library.run()
    assert names(library, "Best") == ["a.jpg"]
    assert [read_album(library.store, album).cover for album in ("Best", "All")] == [str(path)] * 2

    shutil.move(kept, copy)
    library.run()
    assert names(library, "Best") == ["copy.jpg"]
    assert read_album(library.store, "Best").missing == 0


def test_a_picked_photo_stays_picked_when_its_picture_is_cropped_and_when_it_is_back(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    save(draw_shot(2), library.folder / "b.jpg")
    library.run()
    pick_photos(library.store, [str(path)])
    before = path.read_bytes()
    save(draw_shot(1).resize((320, 240)), path)
    assert result(library, path).status is Status.EDITED
    assert library.names(Query.parse("is:picked")) == {"a.jpg"}
    path.write_bytes(before)
    library.run()
    assert library.names(Query.parse("is:picked")) == {"a.jpg"}


def test_of_two_places_in_one_album_the_first_counts(library: Library) -> None:
    path, other = save(draw_shot(1), library.folder / "a.jpg"), save(draw_shot(2), library.folder / "b.jpg")
    backup = shutil.copy2(path, library.folder.parent / "backup.jpg")
    library.run()
    create_album(library.store, "Best", [str(path), str(other)])
    shutil.copy2(backup, library.folder / "copy.jpg")
    save(draw_shot(1).resize((320, 240)), path)
    library.run()
    add_to_album(library.store, "Best", [str(path)])
    assert names(library, "Best") == ["copy.jpg", "b.jpg", "a.jpg"]
    (library.folder / "copy.jpg").unlink()
    library.run()

    assert names(library, "Best") == ["a.jpg", "b.jpg"]
    assert read_album(library.store, "Best").count == 2


def test_undo_takes_back_what_was_said_before_and_after(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 1, "angry")
    create_album(library.store, "Best", Query())
    save(turned(draw_shot(1), 2), path)
    library.run()
    say(library, path, 1, "fear")
    assert shown(library, path)[1] == ("fear", "person")
    assert clear_labels(library.store, faces_named(library.store, [f"{path}#1"])) == 2
    assert shown(library, path)[1] == ("happy", "model")

    undo(library.store)
    undo(library.store)
    assert shown(library, path)[1] == ("angry", "person")
    assert names(library, "Best") == ["a.jpg"]
    undo(library.store)
    undo(library.store)
    assert shown(library, path)[1] == ("happy", "model")
    assert library.store.check() == []


def test_forgotten_pictures_are_back_with_all_that_was_said(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    backup = shutil.copy2(path, library.folder.parent / "backup.jpg")
    save(draw_shot(5), library.folder / "other.jpg")
    library.run()
    say(library, path, 1, "angry")
    say(library, path, 2, "fear")
    create_album(library.store, "Best", [str(path)])
    save(draw_shot(1).crop((300, 100, 640, 480)), path)
    library.run()
    forget_former(library)
    assert shown(library, path) == {2: ("fear", "person")}
    assert len(explain_faces(library.store, path).waiting) == 1
    assert names(library, "Best") == ["a.jpg"]

    shutil.copy2(backup, path)
    give_star(path)
    library.run()
    # The number of a face that nobody saw for a while was forgotten with its photo.
    assert shown(library, path) == {2: ("fear", "person"), 3: ("angry", "person")}
    assert names(library, "Best") == ["a.jpg"]
    assert library.store.check() == []


def test_a_dump_gives_all_words_where_only_the_successor_is(library: Library, tmp_path: Path) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 1, "angry")
    say(library, path, 2, "fear")
    create_album(library.store, "Best", Query())
    set_album_cover(library.store, "Best", str(path))
    save(draw_shot(1).crop((300, 100, 640, 480)), path)
    library.run()
    save(turned(draw_shot(1).crop((300, 100, 640, 480)), 6), path)
    library.run()
    write_dump(library.store, tmp_path / "said.jsonl")
    (tmp_path / "elsewhere").mkdir()
    elsewhere = Library(tmp_path / "elsewhere")
    elsewhere.detector = AnywhereDetector()  # type: ignore[assignment]
    there = shutil.copy2(path, elsewhere.folder / "there.jpg")
    give_star(there)

    with elsewhere.store:
        restored = restore_dump(elsewhere.store, read_dump(tmp_path / "said.jsonl"))
        assert restored.problems == ()
        elsewhere.run()
        assert [emotion for emotion, _ in shown(elsewhere, there).values()] == ["fear"]
        assert names(elsewhere, "Best") == ["there.jpg"]
        assert read_album(elsewhere.store, "Best").cover == str(there)
        assert [word.emotion for word in explain_faces(elsewhere.store, there).waiting] == ["angry"]
        again = restore_dump(elsewhere.store, read_dump(tmp_path / "said.jsonl"))
        assert (again.labels, again.photos) == (0, 0)
        write_dump(elsewhere.store, tmp_path / "again.jsonl")
        assert elsewhere.store.check() == []
    facts = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()[1:]]
    assert sum(fact["fact"] == "succession" for fact in facts) == 2


def test_a_corrected_face_is_found_as_such_in_every_picture_of_the_shot(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 1, "angry")
    save(turned(draw_shot(1), 2), path)
    library.run()

    assert library.names(Query.parse("is:corrected")) == {"a.jpg"}
    assert library.names(Query.parse("emotion:angry")) == {"a.jpg"}
    assert library.names(Query.parse("not is:corrected")) == set()


def test_the_date_is_that_of_the_file_that_is_there(library: Library) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    write_exif(path, "2001:02:03 04:05:06")
    library.run()
    write_exif(path, "2003:01:01 00:00:00", orientation=6)
    library.run()

    assert library.store.photo(str(path)).capture.taken_at == datetime(2003, 1, 1)


@pytest.mark.parametrize("look", ["kept", "unknown"])
@pytest.mark.parametrize("edit", ["tag", "pixels", "crop"])
def test_photos_of_an_older_gallery_are_followed_by_look_and_crops(library: Library, look: str, edit: str) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 2, "fear")
    create_album(library.store, "Best", Query())
    with library.store.write_connection() as connection:
        forgotten = {"look": None} if look == "unknown" else {}
        connection.execute(update(schema.content).values(picture=None, orientation=None, **forgotten))
    if edit == "tag":
        write_exif(path, orientation=6)
    else:
        picture = draw_shot(1)
        save(turned(picture, 8) if edit == "pixels" else picture.crop((300, 100, 640, 480)), path)

    assert library.run() == {"a.jpg": Status.EDITED}
    assert shown(library, path)[2] == ("fear", "person")
    assert names(library, "Best") == ["a.jpg"]


def test_sidecars_written_for_a_photo_are_cleared_for_what_it_became(library: Library) -> None:
    path, new = save(draw_shot(1), library.folder / "a.jpg"), library.folder / "b.jpg"
    library.run()
    assert [done.action for done in Sidecars(library.store).write(library.store.photo(str(path)))] == ["created"]
    write_exif(path, orientation=6)
    path.rename(new)
    assert library.run() == {"b.jpg": Status.MOVED}

    record = library.store.photo(str(new))
    assert (library.folder / "a.jpg.xmp") in [Path(done.sidecar) for done in Sidecars(library.store).clear(record)]
    assert not (library.folder / "a.jpg.xmp").exists()


SHOT = {
    "fact": "succession",
    "old": "a" * 64,
    "new": "b" * 64,
    "turn": None,
    "size": [640, 480],
    "new_size": [340, 380],
    "faces": [[[1, 2, 3, 4], [5, 6, 7, 8]]],
    "followed_at": "2026-01-01T00:00:00+00:00",
}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"turn": 9}, "turn is 9; it is 1 to 8, or null"),
        ({"turn": True}, "turn is true; it is 1 to 8, or null"),
        ({"new": "a" * 64}, "old and new are one photo"),
        ({"size": [0, 480]}, "size is [0, 480]; it is width and height in pixels"),
        ({"new_size": 7}, "new_size is 7; it is width and height in pixels"),
        ({"faces": [[[1, 2, 3, 4]]]}, "faces has [[1, 2, 3, 4]]; each is two boxes"),
        ({"faces": {}}, "faces is {}; it is pairs of boxes"),
        ({"faces": [[[4, 2, 3, 4], [5, 6, 7, 8]]]}, "box is [4, 2, 3, 4]; left is at most right"),
        ({"picture": "x"}, 'picture is "x"'),
        ({"stars": 5}, 'has an unknown field: "stars"'),
    ],
)
def test_a_damaged_line_on_a_shot_is_told(
    library: Library, tmp_path: Path, damage: dict[str, object], reason: str
) -> None:
    file = tmp_path / "made-up.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in ({"gallery dump": 2}, SHOT, {**SHOT, **damage})))
    dump = read_dump(file)
    [problem] = dump.problems
    assert (problem.line, problem.reason[: len(reason)]) == (3, reason)
    assert len(dump.facts) == 1
    restore_dump(library.store, dump)
    assert library.store.check() == []


def test_faces_lie_where_they_were_drawn() -> None:
    [found] = AnywhereDetector().detect([draw_shot(1)])
    assert [near(face.box, FACES[name]) for face, name in zip(found, FACES, strict=True)]


def test_a_forgotten_picture_that_is_back_elsewhere_takes_the_place_of_the_one_that_followed_it(
    library: Library, tmp_path: Path
) -> None:
    path = save(draw_shot(1), library.folder / "a.jpg")
    library.run()
    say(library, path, 1, "fear")
    backup = shutil.copy(path, tmp_path / "a.jpg")
    write_exif(path, orientation=6)
    library.run()
    forget_former(library)
    path.unlink()
    shutil.copy(backup, library.folder / "b.jpg")

    assert library.run() == {"b.jpg": Status.MOVED}
    assert [Path(known).name for known in library.store.known_files()] == ["b.jpg"]
    assert shown(library, library.folder / "b.jpg")[1] == ("fear", "person")


def gallery_in(folder: Path) -> Library:
    folder.mkdir()
    made = Library(folder)
    made.detector = AnywhereDetector()  # type: ignore[assignment]
    return made


def test_place_of_a_picture_told_by_other_bytes_than_its_shot_goes_to_the_picture_that_is_here(
    library: Library, tmp_path: Path
) -> None:
    path = save(turned(draw_shot(1), 6), library.folder / "a.jpg")
    library.run()
    create_album(library.store, "Best", [str(path)])
    write_dump(library.store, tmp_path / "said.jsonl")
    second, third = gallery_in(tmp_path / "second"), gallery_in(tmp_path / "third")
    with second.store, third.store:
        # Here the turned picture is known by the bytes with a star.
        there = save(draw_shot(1), second.folder / "a.jpg")
        shutil.copy2(there, third.folder / "old.jpg")
        second.run()
        shutil.copy2(path, there)
        give_star(there)
        second.run()
        restore_dump(second.store, read_dump(tmp_path / "said.jsonl"))
        assert names(second, "Best") == ["a.jpg"]
        write_dump(second.store, tmp_path / "again.jsonl")
        third.run()
        restore_dump(third.store, read_dump(tmp_path / "again.jsonl"))
        assert names(third, "Best") == ["old.jpg"]
        assert third.store.check() == []
