"""Photos searched in processes of their own: nothing changes but the time it takes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

import gallery
from gallery.errors import ImageError
from gallery.images.recognise import Known
from gallery.images.scan import scan
from gallery.indexing.indexer import Status, index
from gallery.indexing.processes import MANY, decode_in_processes, read_in_processes
from gallery.indexing.reading import ReadPhoto, read_here
from gallery.records import FileStamp
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.system.machine import LEAST_TO_DECODE, suitable
from gallery.vision.lazy import networks
from tests.support.databases import content
from tests.support.edits import give_star
from tests.support.fakes import FakeClassifier, FakeDetector, TellingDetector, draw_faces
from tests.support.photos import DAMAGED_EXIF, astronaut
from tests.support.programs import started

FATAL = (1, 2, 3)
EMOTIONS = ("happy", "sad", "neutral", "fear")
SETTINGS = Settings(batch_size=5)


class FatalDetector(FakeDetector):
    """Kills its process, as a decoder's crash would, at a picture whose first pixel is FATAL."""

    def detect(self, images):
        if any(image.getpixel((0, 0)) == FATAL for image in images):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().detect(images)


class FatalHashes(set[str]):
    """Kills a process that was started by another one, as a decoder's crash would, when it is asked for one of them."""

    def __contains__(self, digest: object) -> bool:
        if super().__contains__(digest) and multiprocessing.parent_process():
            os.kill(os.getpid(), signal.SIGKILL)
        return False


class HomelyDetector(FakeDetector):
    """Can't be sent to another process."""

    decoders = 2

    def __reduce__(self):
        raise AssertionError("stays where it is")


def draw(folder: Path, count: int) -> list[FileStamp]:
    folder.mkdir()
    for number in range(count):
        draw_faces(*EMOTIONS[: number % 4], seed=number).save(folder / f"{number:03}.jpg", "JPEG")
    return list(scan([folder]))


def in_processes(files: list[FileStamp], known: set[str] | None = None, **options) -> list[ReadPhoto]:
    detector, read = options.get("detector") or FakeDetector(), options.get("read", read_in_processes)
    batches = list(read(files, Known(known or set()), detector, SETTINGS, options.get("count", 2)))
    assert all(len(batch) == SETTINGS.batch_size for batch in batches[:-1])
    return [read for batch in batches for read in batch]


def here(files: list[FileStamp]) -> list[ReadPhoto]:
    return [read for batch in read_here(files, Known(), FakeDetector(), SETTINGS) for read in batch]


@pytest.mark.parametrize("read", [read_in_processes, decode_in_processes])
def test_result_and_order_are_those_of_one_process(tmp_path, read):
    files = draw(tmp_path / "Photos", 23)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    files.insert(7, FileStamp(str(tmp_path / "broken.jpg"), 10, 0))
    files.insert(9, FileStamp(str(tmp_path / "gone.jpg"), 10, 0))
    expected, got = here(files), in_processes(files, read=read)
    assert [(read.file, read.hash, read.photo) for read in got] == [(r.file, r.hash, r.photo) for r in expected]
    failed = [(read.error.path, read.error.reason, read.error.transient) for read in got if read.error]
    assert failed == [(r.error.path, r.error.reason, r.error.transient) for r in expected if r.error]
    assert [transient for _, _, transient in failed] == [False, True]
    assert sum(len(read.photo.faces) for read in got if read.photo) == 33  # 0, 1, 2, 3 and again, to 22 photos and one


@pytest.mark.parametrize("read", [read_in_processes, decode_in_processes])
def test_known_content_is_not_searched(tmp_path, read):
    files = draw(tmp_path / "Photos", 4)
    hashes = [read.hash for read in here(files)]
    got = in_processes(files, set(hashes[1:3]), read=read)
    assert [read.hash for read in got] == hashes
    assert [read.photo is None for read in got] == [False, True, True, False]


@pytest.mark.parametrize("read", [read_in_processes, decode_in_processes])
def test_known_picture_in_other_bytes_is_not_searched(tmp_path, read):
    files = draw(tmp_path / "Photos", 3)
    before = here(files)
    give_star(Path(files[1].path))
    known = Known(pictures=frozenset([before[1].picture]))
    got = [one for batch in read(files, known, FakeDetector(), SETTINGS, 2) for one in batch]
    assert [one.photo is None for one in got] == [False, True, False]
    assert (got[1].picture, got[1].capture.taken_source) == (before[1].picture, "file")
    assert got[1].hash != before[1].hash


def test_processes_that_decode_feed_the_detector_here_in_batches(tmp_path):
    shown: list[int] = []

    class Counting(HomelyDetector):
        def detect(self, images):
            shown.append(len(images))
            return super().detect(images)

    in_processes(draw(tmp_path / "Photos", 12), detector=Counting(), read=decode_in_processes)
    assert shown == [5, 5, 2]


@pytest.mark.slow
def test_process_that_dies_decoding_costs_one_photo_and_is_replaced(tmp_path):
    files = draw(tmp_path / "Photos", 12)
    hashes = [read.hash for read in here(files)]
    got = in_processes(files, FatalHashes([hashes[3], hashes[8]]), detector=HomelyDetector(), read=decode_in_processes)
    assert [number for number, read in enumerate(got) if read.error] == [3, 8]
    assert [number for number, read in enumerate(got) if not read.photo] == [3, 8]
    assert got[3].error.path == files[3].path
    assert got[3].error.transient


@pytest.mark.slow
def test_process_that_dies_costs_one_photo_and_is_replaced(tmp_path):
    files = draw(tmp_path / "Photos", 20)
    for number in (3, 11, 12):
        picture = draw_faces("happy", seed=100 + number)
        picture.putpixel((0, 0), FATAL)
        picture.save(tmp_path / "Photos" / f"{number:03}.jpg", "PNG")
    got = in_processes(files, detector=FatalDetector())
    lost = [number for number, read in enumerate(got) if read.error]
    assert lost == [3, 11, 12]
    for number in lost:
        assert got[number].error.path == files[number].path
        assert got[number].error.transient
        assert "process die" in got[number].error.reason
    assert all(read.photo for number, read in enumerate(got) if number not in lost)


def test_warnings_of_damaged_metadata_are_kept_from_the_screen(tmp_path, capfd):
    photo = tmp_path / "a.jpg"
    draw_faces("happy").save(photo, exif=DAMAGED_EXIF)
    files = list(scan([photo]))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        here(files)
    assert told
    [read] = in_processes(files)
    assert read.photo
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_database_is_the_same_whatever_the_number_of_processes(tmp_path):
    photos = tmp_path / "Photos"
    draw(photos, MANY + 6)
    (photos / "copy.jpg").write_bytes((photos / "003.jpg").read_bytes())
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    found = []
    crews = [
        (1, FakeDetector()),
        (2, FakeDetector()),
        (3, FakeDetector()),
        (0, HomelyDetector()),
        (3, HomelyDetector()),
    ]
    for number, (workers, detector) in enumerate(crews):
        database, settings = tmp_path / f"{number}.db", Settings(workers=workers)
        with Store.open(database) as store:
            run = index([photos], store=store, detector=detector, classifier=FakeClassifier(), settings=settings)
            statuses = [(result.path, result.status, result.faces) for result in run]
        found.append((statuses, content(database)))
    assert all(each == found[0] for each in found)
    assert [status for _, status, _ in found[0][0]].count(Status.NEW) == MANY + 6


@pytest.mark.parametrize(
    ("given", "elsewhere"),
    [
        ({}, False),  # as a script that guards nothing needs it
        ({"settings": Settings(workers=2)}, True),
        ({"settings": Settings()}, True),
        ({"settings": Settings(workers=2), "workers": 1}, False),
        ({"settings": Settings(workers=1), "workers": 2}, True),
    ],
)
def test_settings_say_how_many_processes_search_unless_the_call_does(tmp_path, given, elsewhere):
    draw(tmp_path / "Photos", MANY)
    told = tmp_path / "told"
    told.mkdir()
    with Store.open(tmp_path / "gallery.db") as store:
        networks = {"detector": TellingDetector(told), "classifier": FakeClassifier()}
        results = list(gallery.index(tmp_path / "Photos", store=store, **networks, **given))
    processes = {int(file.name) for file in told.iterdir()}
    assert [result.status for result in results] == [Status.NEW] * MANY
    assert len(processes) <= 2
    assert (os.getpid() in processes) is not elsewhere


UNGUARDED = """
import sys
import gallery
from tests.support.fakes import FakeClassifier, FakeDetector

with gallery.Store.open(sys.argv[2]) as store:
    networks = {"detector": FakeDetector(), "classifier": FakeClassifier()}
    for result in gallery.index(sys.argv[1], store=store, **networks, **eval(sys.argv[3])):
        print(result.status)
"""


@pytest.mark.parametrize("given", ["{}", "{'workers': 2}"])
def test_script_that_guards_nothing_works_in_one_process_and_is_told_what_more_would_need(tmp_path, given):
    draw(tmp_path / "Photos", MANY)
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    command = [sys.executable, script, tmp_path / "Photos", tmp_path / "gallery.db", given]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(command, capture_output=True, env=environ, text=True, check=False)
    if given == "{}":
        assert (said.returncode, said.stdout) == (0, "new\n" * MANY), said.stderr
    else:
        assert said.returncode == 1
        assert said.stderr.splitlines()[-1] == (
            "gallery.errors.GalleryError: no process is left to read photos: memory ran out, or a script doesn't guard "
            'its main part by `if __name__ == "__main__":`; with workers=1 none is needed'
        )


def test_few_photos_are_searched_where_they_are(tmp_path):
    draw(tmp_path / "Photos", 3)
    with Store.open(tmp_path / "gallery.db") as store:
        run = index(
            [tmp_path / "Photos"],
            store=store,
            detector=HomelyDetector(),
            classifier=FakeClassifier(),
            settings=Settings(workers=2),
        )
        assert [result.status for result in run] == [Status.NEW] * 3


RUN = """
import signal
import sys
from threading import Event
from gallery.images.recognise import Known
from gallery.indexing.processes import read_in_processes
from gallery.images.scan import scan
from gallery.settings import Settings
from tests.support.fakes import FakeDetector

class Telling(FakeDetector):
    def detect(self, images):
        print("looking", flush=True)
        Event().wait()

if __name__ == "__main__":
    list(read_in_processes(list(scan([sys.argv[1]])), Known(), Telling(), Settings(), 2))
"""


@pytest.mark.parametrize("blow", ["SIGINT", "SIGKILL"])
def test_no_process_outlives_the_one_that_started_it(tmp_path, blow):
    draw(tmp_path / "Photos", 4)
    script = tmp_path / "run.py"
    script.write_text(RUN)
    with started(
        [sys.executable, script, tmp_path / "Photos"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("looking")  # two may say it at once
        if blow == "SIGINT":
            os.killpg(process.pid, signal.SIGINT)  # to all of them, as a terminal does
        else:
            process.kill()
        # Ends when the last that holds the pipe is gone, whatever that was at.
        _, complaint = process.communicate(timeout=30)
    assert process.returncode == -signal.Signals[blow]
    assert complaint.count("Traceback") == (blow == "SIGINT"), complaint  # of the script itself, no other


BORN = """
import os
import signal
import sys
from gallery.images.recognise import Known
from gallery.indexing.processes import read_in_processes
from gallery.images.scan import scan
from gallery.settings import Settings
from tests.support.fakes import FakeDetector

class Asking(FakeDetector):
    def __reduce__(self):
        return report, ()

def report():
    deaf = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    os.write(1, f"{deaf}\\n".encode())  # in one go: two may say it at once
    return FakeDetector()

if __name__ == "__main__":
    list(read_in_processes(list(scan([sys.argv[1]])), Known(), Asking(), Settings(), 2))
"""


def test_processes_are_born_deaf_to_ctrl_c(tmp_path):
    """A Ctrl-C while they start, before they can ignore it themselves, would end in a traceback each."""
    draw(tmp_path / "Photos", 4)
    script = tmp_path / "run.py"
    script.write_text(BORN)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    said = subprocess.run(
        [sys.executable, script, tmp_path / "Photos"], capture_output=True, env=environ, text=True, check=True
    )
    assert set(said.stdout.split()) == {"True"}, said


def test_error_arrives_from_another_process_as_it_was():
    error = pickle.loads(pickle.dumps(ImageError("a.jpg", "is gone", transient=True)))  # noqa: S301 - our own
    assert (error.path, error.reason, error.transient, str(error)) == ("a.jpg", "is gone", True, "a.jpg: is gone")


def test_lazy_detector_goes_to_another_process_as_its_settings():
    detector, _ = networks(Settings(device="cpu", min_face=44), on_load=lambda: pytest.fail("loaded here"))
    pickled = pickle.dumps(detector)
    assert len(pickled) < 1000
    there = pickle.loads(pickled)  # noqa: S301 - our own
    assert there.signature == "mtcnn min_face=44"
    [[face]] = there.detect([astronaut()])
    assert face.confidence > 0.99


def test_cpu_is_shared_by_processes_and_a_gpu_is_fed_by_them(monkeypatch):
    detector, _ = networks(Settings(device="cpu"))
    assert (detector.processes, detector.decoders) == (suitable(), 0)
    monkeypatch.setattr("gallery.vision.device.choose_device", lambda _: torch.device("cuda"))
    assert (detector.processes, detector.decoders) == (1, suitable(each=LEAST_TO_DECODE))


@pytest.mark.parametrize("workers", [1, 2])
def test_classifier_is_told_that_photos_are_read_beside_it(tmp_path, workers):
    told = []

    class Polite(FakeClassifier):
        others = False

        @contextmanager
        def beside_others(self):
            self.others = True
            yield
            self.others = False

        def predict(self, crops):
            told.append(self.others)
            return super().predict(crops)

    draw(tmp_path / "Photos", MANY)
    classifier, settings = Polite(), Settings(workers=workers)
    with Store.open(tmp_path / "gallery.db") as store:
        list(
            index([tmp_path / "Photos"], store=store, detector=FakeDetector(), classifier=classifier, settings=settings)
        )
    assert set(told) == {True}
    assert not classifier.others


def test_networks_leave_most_cores_to_what_goes_on_beside_them(monkeypatch):
    for module in ("vision.lazy", "system.machine"):
        monkeypatch.setattr(f"gallery.{module}.cores", lambda: 8)
    used = []
    for name in ("classifier.NetworkClassifier.predict", "detector.MTCNNDetector.detect"):
        monkeypatch.setattr(f"gallery.vision.{name}", lambda *_: used.append(torch.get_num_threads()))
    detector, classifier = networks(Settings(device="cpu", model="custom"))
    before = torch.get_num_threads()
    torch.set_num_threads(16)
    try:
        detector.detect([astronaut()])
        classifier.predict([astronaut()])
        with classifier.beside_others():
            classifier.predict([astronaut()])
        classifier.predict([astronaut()])
        assert (used, torch.get_num_threads()) == ([2, 8, 2, 8], 16)
    finally:
        torch.set_num_threads(before)
