"""index(): every fate of a photo, on real files and a real database, with networks that are exact."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from sqlalchemy import update

from gallery.curation.albums import album_photos, create_album
from gallery.db import schema
from gallery.errors import CheckpointError, ScanError, StoreLockedError
from gallery.faces import Box, Detection, Prediction
from gallery.indexing.indexer import Phase, PhotoResult, Status, Summary, index
from gallery.indexing.pruning import find_gone
from gallery.indexing.rescoring import Rescored
from gallery.query.query import Query
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.library import Library
from tests.support.photos import save_photo


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    with made.store:
        yield made


def test_new_photos_are_searchable_with_their_faces_in_full_size_pixels(library: Library) -> None:
    large = library.folder / "large.jpg"
    draw_faces("happy", "sad").resize((1920, 1440)).save(large, quality=95)
    plain = library.draw("plain.jpg")

    results = {Path(result.path).name: result for result in library.results()}

    assert results["large.jpg"] == PhotoResult(str(large), Status.NEW, faces=2)
    assert results["plain.jpg"] == PhotoResult(str(plain), Status.NEW, faces=0)
    record = library.store.photo(str(large))
    assert (record.width, record.height) == (1920, 1440)
    happy = record.faces[0]
    # The left square of draw_faces, (20, 100) to (120, 200) of 640x480, three times as large.
    assert (happy.box.left, happy.box.top) == pytest.approx((60, 300), abs=1)
    assert (happy.box.right, happy.box.bottom) == pytest.approx((360, 600), abs=1)
    assert (happy.emotion, happy.source) == ("happy", "model")
    assert happy.score == pytest.approx(0.88, abs=1e-6)
    assert library.names(Query.of(emotions=["sad"])) == {"large.jpg"}
    assert library.names() == {"large.jpg", "plain.jpg"}


def test_second_run_opens_no_file(library: Library) -> None:
    paths = [library.draw(f"{n}.jpg", "happy") for n in range(5)]
    library.run()
    before = library.detector.seen
    for path in paths:
        path.chmod(0)  # root reads it anyway; the detector's count shows it for everyone

    assert Counter(library.run().values()) == {Status.UNCHANGED: 5}
    assert library.detector.seen == before


def test_photo_touched_without_change_is_unchanged(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    os.utime(path, ns=(1_000_000_000, 1_000_000_000))

    assert library.run() == {"a.jpg": Status.UNCHANGED}
    assert library.detector.seen == 1
    assert library.run() == {"a.jpg": Status.UNCHANGED}


def test_photo_replaced_in_place_is_a_new_photo(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    library.draw("a.jpg", "sad")

    assert library.run() == {"a.jpg": Status.CHANGED}
    assert library.emotions(path) == ["sad"]
    assert library.names(Query.of(emotions=["happy"])) == set()


def test_photo_edited_and_its_original_kept_aside_is_changed_and_moved(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    aside = path.with_name("original.jpg")
    path.rename(aside)
    library.draw("a.jpg", "sad")

    statuses = library.run()

    assert statuses["a.jpg"] is Status.CHANGED
    assert statuses["original.jpg"] in (Status.MOVED, Status.COPIED)
    assert library.detector.seen == 2
    assert (library.emotions(path), library.emotions(aside)) == (["sad"], ["happy"])


def test_swapped_names_follow_the_content(library: Library) -> None:
    a, b = library.draw("a.jpg", "happy"), library.draw("b.jpg", "sad")
    library.run()
    a.rename(library.folder / "c.tmp")
    b.rename(a)
    (library.folder / "c.tmp").rename(b)

    assert library.run() == {"a.jpg": Status.CHANGED, "b.jpg": Status.CHANGED}
    assert library.detector.seen == 2
    assert (library.emotions(a), library.emotions(b)) == (["sad"], ["happy"])


def test_renaming_the_whole_folder_detects_nothing_and_loses_nothing(library: Library) -> None:
    paths = [library.draw(f"2023/{n}.jpg", "happy", "sad") for n in range(7)]
    library.run()
    faces = {record.hash: record.faces for record in library.store.search(Query())}
    create_album(library.store, "Best", Query.of(emotions=["happy"]))
    seen = library.detector.seen
    renamed = library.folder.with_name("Pictures")
    library.folder.rename(renamed)

    statuses = library.run(renamed)

    assert Counter(statuses.values()) == {Status.MOVED: 7}
    assert library.detector.seen == seen
    found = library.store.search(Query())
    assert {record.hash: record.faces for record in found} == faces
    assert {record.path for record in found} == {str(renamed / "2023" / path.name) for path in paths}
    assert len(album_photos(library.store, "Best")) == 7
    assert Counter(library.run(renamed).values()) == {Status.UNCHANGED: 7}


def test_copy_is_a_second_path_of_the_same_photo(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    shutil.copy(path, library.folder / "b.jpg")

    assert library.run() == {"a.jpg": Status.UNCHANGED, "b.jpg": Status.COPIED}
    assert library.detector.seen == 1
    [record] = library.store.search(Query())
    assert [Path(p).name for p in record.paths] == ["a.jpg", "b.jpg"]


def test_copies_that_are_new_together_are_searched_once(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    for name in ("b.jpg", "c.jpg", "d.jpg", "e.jpg"):
        shutil.copy(path, library.folder / name)

    statuses = library.run()

    assert statuses.pop("a.jpg") is Status.NEW
    assert set(statuses.values()) == {Status.COPIED}
    assert library.detector.seen == 1
    [record] = library.store.search(Query())
    assert len(record.paths) == 5
    assert len(record.faces) == 1


def test_two_new_places_of_a_moved_photo_are_a_move_and_a_copy(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    shutil.copy(path, library.folder / "x.jpg")
    path.rename(library.folder / "y.jpg")

    assert library.run() == {"x.jpg": Status.MOVED, "y.jpg": Status.COPIED}
    [record] = library.store.search(Query())
    assert {Path(p).name for p in record.paths} == {"x.jpg", "y.jpg"}


def test_photo_that_is_gone_is_missing_and_searchable_again_when_it_returns(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.draw("b.jpg", "sad")
    library.run()
    elsewhere = path.rename(library.folder.parent / "a.jpg")

    assert library.run() == {"a.jpg": Status.MISSING, "b.jpg": Status.UNCHANGED}
    assert library.names() == {"b.jpg"}
    assert library.names(Query(missing=True)) == {"a.jpg", "b.jpg"}
    assert library.run() == {"b.jpg": Status.UNCHANGED}

    elsewhere.rename(path)
    assert library.run() == {"a.jpg": Status.RESTORED, "b.jpg": Status.UNCHANGED}
    assert library.names() == {"a.jpg", "b.jpg"}
    assert library.detector.seen == 2


def test_missing_photo_that_turns_up_elsewhere_has_moved(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    hidden = path.rename(library.folder.parent / "kept.jpg")
    library.run()
    hidden.rename(library.folder / "new-name.jpg")

    assert library.run() == {"new-name.jpg": Status.MOVED}
    [record] = library.store.search(Query())
    assert [Path(p).name for p in record.paths] == ["new-name.jpg"]


def test_other_folders_are_left_alone(library: Library) -> None:
    library.draw("one/a.jpg", "happy")
    gone = library.draw("two/b.jpg", "sad")
    library.run()
    gone.unlink()

    assert library.run(library.folder / "one") == {"a.jpg": Status.UNCHANGED}
    assert library.names() == {"a.jpg", "b.jpg"}


def test_folder_with_a_common_beginning_of_its_name_is_another_folder(library: Library) -> None:
    library.draw("one/a.jpg", "happy")
    gone = library.draw("one more/b.jpg", "sad")
    library.run()
    gone.unlink()

    assert library.run(library.folder / "one") == {"a.jpg": Status.UNCHANGED}


def test_unreadable_files_are_recorded_and_the_run_goes_on(library: Library) -> None:
    (library.folder / "empty.jpg").write_bytes(b"")
    (library.folder / "text.jpg").write_text("no picture at all")
    whole = library.draw("cut.jpg", "happy")
    whole.write_bytes(whole.read_bytes()[:3000])
    library.draw("good.jpg", "happy")

    statuses = library.run()

    assert statuses == {
        "cut.jpg": Status.FAILED,
        "empty.jpg": Status.FAILED,
        "good.jpg": Status.NEW,
        "text.jpg": Status.FAILED,
    }
    reasons = {Path(failure.path).name: failure.reason for failure in library.store.failures()}
    assert reasons.keys() == {"cut.jpg", "empty.jpg", "text.jpg"}
    assert "empty" in reasons["empty.jpg"]
    assert "not a picture" in reasons["text.jpg"]


def test_known_failure_is_told_again_but_tried_only_after_a_change(library: Library) -> None:
    path = library.folder / "a.jpg"
    path.write_bytes(b"")
    [first] = library.results()
    [second] = library.results()
    assert first == second
    assert second.status is Status.FAILED

    library.draw("a.jpg", "happy")
    assert library.run() == {"a.jpg": Status.NEW}
    assert library.store.failures() == []


def test_retry_failed_opens_unchanged_files_again(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.settings = Settings(batch_size=3, max_megapixels=0.1)
    assert library.run() == {"a.jpg": Status.FAILED}
    library.settings = Settings(batch_size=3)

    assert library.run() == {"a.jpg": Status.FAILED}
    assert library.run(retry_failed=True) == {"a.jpg": Status.NEW}
    assert library.emotions(path) == ["happy"]


def test_failure_of_a_file_that_is_gone_is_forgotten(library: Library) -> None:
    path = library.folder / "a.jpg"
    path.write_bytes(b"")
    library.run()
    path.unlink()

    assert library.run() == {}
    assert library.store.failures() == []


def test_indexed_photo_that_becomes_unreadable_keeps_its_faces(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    original = path.read_bytes()
    path.write_bytes(original[:2000])

    assert library.run() == {"a.jpg": Status.FAILED}
    path.write_bytes(original)
    assert library.run() == {"a.jpg": Status.UNCHANGED}
    assert library.emotions(path) == ["happy"]
    assert library.store.failures() == []


def test_dead_link_is_a_failure_until_it_is_gone(library: Library) -> None:
    link = library.folder / "link.jpg"
    link.symlink_to(library.folder / "nowhere.jpg")
    assert library.run() == {"link.jpg": Status.FAILED}
    link.unlink()

    assert library.run() == {}
    assert library.store.failures() == []


def test_photo_of_which_only_links_are_left_is_missing_until_it_is_back(library: Library) -> None:
    photo, link = library.draw("z/a.jpg", "happy"), library.folder / "best" / "link.jpg"
    library.draw("z/other.jpg")
    link.parent.mkdir()
    link.symlink_to(photo)
    library.run()
    content = photo.read_bytes()
    photo.unlink()

    results = [(Path(result.path).name, result.status) for result in library.results()]
    assert results.count(("link.jpg", Status.MISSING)) == results.count(("a.jpg", Status.MISSING)) == 1
    assert library.names() == {"other.jpg"}
    [gone] = find_gone(library.store).photos
    assert sorted(Path(path).name for path in gone.paths) == ["a.jpg", "link.jpg"]

    photo.write_bytes(content)
    library.run()
    assert library.names() == {"link.jpg", "other.jpg"}


def test_link_to_a_drive_that_may_be_unplugged_is_not_missing(library: Library, tmp_path: Path) -> None:
    drive, link = tmp_path / "drive", library.folder / "link.jpg"
    drive.mkdir()
    library.draw("a.jpg", "happy").rename(drive / "a.jpg")
    link.symlink_to(drive / "a.jpg")
    library.run()
    (drive / "a.jpg").unlink()
    assert library.run() == {"link.jpg": Status.FAILED}
    assert library.names() == {"link.jpg"}


class OneBadPhoto(FakeDetector):
    """Fails on the picture with three faces, alone or among others, as a network out of memory would."""

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        found = super().detect(images)
        if any(len(faces) == 3 for faces in found):
            raise RuntimeError("out of memory")
        return found


def test_photo_on_which_the_detector_fails_costs_only_itself(library: Library) -> None:
    library.draw("a.jpg", "happy")
    library.draw("b.jpg", "sad", "sad", "sad")
    library.draw("c.jpg", "fear")
    library.detector = OneBadPhoto()

    assert library.run() == {"a.jpg": Status.NEW, "b.jpg": Status.FAILED, "c.jpg": Status.NEW}
    [failure] = library.store.failures()
    assert "out of memory" in failure.reason
    library.detector = FakeDetector()
    assert library.run() == {"a.jpg": Status.UNCHANGED, "b.jpg": Status.NEW, "c.jpg": Status.UNCHANGED}


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_names_of_any_bytes_are_indexed(library: Library) -> None:
    names = [b"a b.jpg", b"new\nline.jpg", b"[bold]x.jpg", "😀.jpg".encode(), b"caf\xe9.jpg", b"100%_\\.jpg"]
    for number, name in enumerate(names):
        draw_faces("happy", seed=number).save(os.fsdecode(os.fsencode(library.folder) + b"/" + name), "JPEG")

    assert Counter(library.run().values()) == {Status.NEW: len(names)}
    found = {os.fsencode(record.path).rpartition(b"/")[2] for record in library.store.search(Query())}
    assert found == set(names)


def test_missing_folder_is_refused_before_anything_is_done(library: Library) -> None:
    with pytest.raises(ScanError, match="nowhere"):
        library.start(library.folder / "nowhere")


def test_second_indexer_on_the_same_database_is_refused(library: Library, tmp_path: Path) -> None:
    library.draw("a.jpg", "happy")
    with (
        Store.open(tmp_path / "gallery.db") as other,
        other.index_lock(),
        pytest.raises(StoreLockedError, match="another"),
    ):
        library.results()
    assert library.run() == {"a.jpg": Status.NEW}


def test_interrupted_run_keeps_the_finished_batches(library: Library) -> None:
    for number in range(8):
        library.draw(f"{number}.jpg", "happy")
    running = library.start()
    next(running)  # the first batch of three is committed
    running.close()  # what Ctrl-C does to it

    assert library.names() == {"0.jpg", "1.jpg", "2.jpg"}
    assert Counter(library.run().values()) == {Status.UNCHANGED: 3, Status.NEW: 5}


def contents(store: Store) -> list[PhotoRecord]:
    return sorted(store.search(Query(missing=True)), key=lambda record: record.hash)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_batch_size_changes_no_result(library: Library, tmp_path: Path, size: int) -> None:
    for number in range(7):
        library.draw(f"{number}.jpg", "happy", "sad")
    library.run()
    with Store.open(tmp_path / "other.db") as other:
        settings = Settings(batch_size=size)
        list(
            index(
                [library.folder],
                store=other,
                detector=library.detector,
                classifier=library.classifier,
                settings=settings,
            )
        )
        assert contents(other) == contents(library.store)


def test_indexing_with_another_model_rescores_what_is_unchanged(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    library.run()
    library.classifier = FakeClassifier("gloomy", answer="sad")

    seen = library.detector.seen
    steps: list[object] = []
    running = library.start(on_plan=steps.append, on_rescore=steps.append)
    assert [result.status for result in running] == [Status.UNCHANGED]
    assert steps == [Rescored(0, 1), Rescored(1, 1), 1]
    assert library.emotions(path) == ["sad"]
    assert library.detector.seen == seen


def test_phases_are_told_in_their_order(library: Library) -> None:
    for name in "abcde":
        library.draw(f"{name}.jpg", "happy")
    told: list[object] = []
    hear = {"on_phase": told.append, "on_plan": told.append, "on_found": lambda count: told.append(-count)}
    for result in library.start(**hear):
        told.append(result.status)
    # Three photos are a batch here; the first one waited for the networks.
    looked = [Phase.LOOKING, -1, -2, -3, -4, -5, 5]
    assert told == [*looked, Phase.LOADING, *["new"] * 3, Phase.READING, *["new"] * 2]

    told.clear()
    (library.folder / "a.jpg").rename(library.folder / "f.jpg")
    for result in library.start(**hear):
        told.append(result.status)
    assert told == [*looked, *["unchanged"] * 4, Phase.LOADING, "moved"]  # and then none was needed


class LargerBoxes(FakeDetector):
    """The same faces in boxes a tenth larger, and none at the right end of the row."""

    @property
    def signature(self) -> str:
        return "larger"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        return [[self._grown(face) for face in faces[:2]] for faces in super().detect(images)]

    def _grown(self, face: Detection) -> Detection:
        box = face.box
        return replace(face, box=Box(box.left - 5, box.top - 5, box.right + 5, box.bottom + 5))


def test_forced_run_finds_the_faces_of_unchanged_photos_anew(library: Library) -> None:
    path = library.draw("a.jpg", "happy", "sad", "angry")
    library.run()
    create_album(library.store, "Mine", [str(path)])
    library.classifier = FakeClassifier("second")
    library.run()
    library.detector = LargerBoxes()

    assert library.results() == [PhotoResult(str(path), Status.UNCHANGED)]
    assert list(library.start(force=True)) == [PhotoResult(str(path), Status.REREAD, faces=2)]

    found = library.store.photo(str(path))
    assert [(face.emotion, face.box.left) for face in found.faces] == [("happy", 15), ("sad", 165)]
    # What another model said of faces that are gone is gone with them.
    assert {model.name: model.predictions for model in library.store.models()} == {"fake": 0, "second": 2}
    assert [photo.path for photo in album_photos(library.store, "Mine")] == [str(path)]
    assert library.store.check() == []
    assert library.results() == [PhotoResult(str(path), Status.UNCHANGED)]


def test_forced_run_keeps_the_time_a_photo_is_known_by(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    os.utime(path, (0, datetime(2020, 5, 1, 12).timestamp()))
    library.run()
    os.utime(path, (0, datetime(2024, 5, 1, 12).timestamp()))

    assert [result.status for result in library.start(force=True)] == [Status.REREAD]

    [found] = library.store.search(Query.of(where="emotion:happy date:2020"))
    assert found.capture.taken_at == datetime(2020, 5, 1, 12)
    draw_faces("happy", seed=99).save(library.folder / "b.jpg", "JPEG")
    os.utime(library.folder / "b.jpg", (0, datetime(2022, 5, 1, 12).timestamp()))
    library.run()
    order = [Path(photo.path).name for photo in library.store.search(Query.of(emotions=["happy"]))]
    assert order == ["b.jpg", "a.jpg"]


def test_forced_run_reads_anew_what_the_photo_says_of_itself(library: Library) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "EOS R6"
    exif[ExifTags.Base.DateTime] = "2019:03:02 10:11:12"
    path = save_photo(draw_faces("happy"), library.folder / "a.jpg", exif=exif)
    library.run()
    with library.store.write_connection() as connection:  # as a version that read less of it left it
        unread = {"camera": None, "taken_at": datetime(2024, 5, 1), "taken_source": "file"}
        connection.execute(update(schema.content).values(**unread))
        connection.execute(update(schema.face).values(taken_at=datetime(2024, 5, 1)))

    assert [result.status for result in library.start(force=True)] == [Status.REREAD]

    [found] = library.store.search(Query.parse("emotion:happy camera:R6 date:2019-03-02"))
    assert (found.path, found.capture.taken_source) == (str(path), "exif")
    assert library.store.count(Query.parse("date:2024")) == 0


def test_forced_run_takes_back_a_date_of_the_future(library: Library) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "9999:12:31 23:59:59"
    path = save_photo(draw_faces("happy"), library.folder / "a.jpg", exif=exif)
    os.utime(path, (0, datetime(2022, 5, 1, 12).timestamp()))
    library.run()
    with library.store.write_connection() as connection:  # as a version that believed it left it
        connection.execute(update(schema.content).values(taken_at=datetime(9999, 12, 31), taken_source="exif"))
        connection.execute(update(schema.face).values(taken_at=datetime(9999, 12, 31)))

    assert [result.status for result in library.start(force=True)] == [Status.REREAD]

    [found] = library.store.search(Query.parse("emotion:happy date:2022-05-01"))
    assert found.capture.taken_source == "file"
    assert library.store.count(Query.parse("date:9999")) == 0


def test_forced_run_searches_a_photo_in_two_places_once(library: Library) -> None:
    path = library.draw("a.jpg", "happy")
    shutil.copy2(path, library.folder / "b.jpg")
    for number in range(4):  # more than fit into a batch, so that the copy may come in another one
        shutil.copy2(path, library.folder / f"c{number}.jpg")
    library.run()

    statuses = Counter(result.status for result in library.start(force=True))

    assert statuses == {Status.REREAD: 1, Status.UNCHANGED: 5}
    assert library.emotions(path) == ["happy"]


def test_forced_run_keeps_the_faces_of_what_it_cannot_read(library: Library) -> None:
    good, bad = library.draw("good.jpg", "happy"), library.draw("bad.jpg", "sad", "sad", "sad")
    library.run()
    library.detector = OneBadPhoto()

    statuses = {Path(result.path).name: result.status for result in library.start(force=True)}

    assert statuses == {"good.jpg": Status.REREAD, "bad.jpg": Status.FAILED}
    assert (library.emotions(good), library.emotions(bad)) == (["happy"], ["sad", "sad", "sad"])


def test_forced_run_that_is_stopped_leaves_each_photo_with_its_old_or_its_new_faces(library: Library) -> None:
    paths = [library.draw(f"{number}.jpg", "happy", "sad", "angry") for number in range(7)]
    library.run()
    library.detector = LargerBoxes()
    running = library.start(force=True)
    next(running)
    running.close()

    # A batch has three photos.
    assert [len(library.store.photo(str(path)).faces) for path in paths] == [2, 2, 2, 3, 3, 3, 3]
    assert library.store.check() == []
    assert Counter(result.status for result in library.start(force=True)) == {Status.REREAD: 7}
    assert [len(library.store.photo(str(path)).faces) for path in paths] == [2] * 7


def test_plan_tells_the_number_of_photos_before_the_first_result(library: Library) -> None:
    for number in range(4):
        library.draw(f"{number}.jpg", "happy")
    told: list[int] = []
    running = library.start(on_plan=told.append)
    next(running)
    assert told == [4]
    running.close()


def test_summary_counts_by_status() -> None:
    summary = Summary()
    summary.add(PhotoResult("a", Status.NEW, faces=2))
    summary.add(PhotoResult("b", Status.FAILED, reason="empty"))
    summary.add(PhotoResult("c", Status.MISSING))

    assert summary.as_json(4.0) == {
        "new": 1,
        "unchanged": 0,
        "edited": 0,
        "changed": 0,
        "moved": 0,
        "copied": 0,
        "missing": 1,
        "restored": 0,
        "reread": 0,
        "failed": 1,
        "unwanted": 0,
        "faces": 2,
        "in_bins": 0,
        "failed_places": 0,
        "words_waiting": 0,
        "places_staying": 0,
        "turns_ended": 0,
        "videos": 0,
        "raw": 0,
        "odd": 0,
        "seconds": 4.0,
        "photos_per_second": 0.5,
    }


def test_database_in_memory_works(library: Library) -> None:
    for number in range(9):
        library.draw(f"{number}.jpg", "happy")
    with Store.open("sqlite://") as library.store:
        assert Counter(library.run().values()) == {Status.NEW: 9}
        assert Counter(library.run().values()) == {Status.UNCHANGED: 9}


class BrokenModel(FakeClassifier):
    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:  # noqa: ARG002
        raise CheckpointError("model.safetensors", "its weights overflow")


def test_unusable_model_ends_the_run_instead_of_failing_every_photo(library: Library) -> None:
    library.draw("a.jpg", "happy")
    library.classifier = BrokenModel()
    with pytest.raises(CheckpointError, match="overflow"):
        library.results()
    assert library.store.failures() == []


def test_skipped_file_keeps_its_failure(library: Library) -> None:
    broken = library.folder / "broken.jpg"
    broken.write_bytes(b"")
    library.draw("good.jpg", "happy")
    library.run()
    [failure] = library.store.failures()
    planned: list[int] = []

    results = list(library.start(skip=lambda file: file.path == str(broken), on_plan=planned.append))

    assert [Path(result.path).name for result in results] == ["good.jpg"]
    assert planned == [1]
    assert library.store.failures() == [failure]


def test_failure_in_a_folder_that_cannot_be_looked_into_is_kept(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = library.draw("locked/broken.jpg")
    broken.write_bytes(b"")
    library.run()
    locked, scandir = broken.parent, os.scandir

    def refusing(path: str) -> Any:
        if Path(path) == locked:  # rights would not keep root out
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert library.run() == {"locked": Status.FAILED}
    assert {Path(failure.path).name for failure in library.store.failures()} == {"broken.jpg", "locked"}


def overwritten_and_put_elsewhere(library: Library) -> tuple[Path, Path]:
    """A photo in whose place came another, and the file it has gone to since the last run."""
    path = library.draw("a.jpg", "happy", "sad")
    library.run()
    original = path.read_bytes()
    library.draw("a.jpg", "angry")
    library.run()
    elsewhere = library.folder / "elsewhere.jpg"
    elsewhere.write_bytes(original)
    return path, elsewhere


def test_forced_run_finds_the_faces_of_a_photo_that_was_overwritten_and_is_back_elsewhere(library: Library) -> None:
    path, elsewhere = overwritten_and_put_elsewhere(library)
    library.detector = LargerBoxes()

    results = list(library.start(force=True))

    assert results == [PhotoResult(str(path), Status.REREAD, 1), PhotoResult(str(elsewhere), Status.MOVED, 2)]
    # The squares of draw_faces begin at 20 and 170; LargerBoxes puts five pixels around them.
    assert [face.box.left for face in library.store.photo(str(elsewhere)).faces] == [15, 165]
    assert library.store.check() == []


def test_forced_run_tells_copies_of_a_photo_that_was_overwritten(library: Library) -> None:
    path, elsewhere = overwritten_and_put_elsewhere(library)
    copy = shutil.copy(elsewhere, library.folder / "further.jpg")

    results = list(library.start(force=True))

    assert results == [
        PhotoResult(str(path), Status.REREAD, 1),
        PhotoResult(str(elsewhere), Status.MOVED, 2),
        PhotoResult(str(copy), Status.COPIED),
    ]
    assert library.detector.seen == 2 + 2  # once each when they were new, once each by force
