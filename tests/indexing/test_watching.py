"""Keeping up with folders: what is looked at when, and what is told of it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from gallery.api import index
from gallery.errors import PathError
from gallery.images.passed_over import Names
from gallery.indexing.indexer import PhotoResult
from gallery.indexing.watching import PATIENCE_SECONDS, file_events, matters, watch
from gallery.store.roots import known_mounts
from gallery.store.store import KnownFile, Store
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.make import open_store
from tests.support.programs import started

Step = Callable[[], Collection[str] | None]


class World:
    """A folder, the database that keeps up with it, and a clock: each step of a story happens a second later."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "photos"
        self.folder.mkdir()
        self.store = open_store(folder)
        self.now = 0.0
        self.told: list[str] = []
        self.watched: list[list[str]] = []
        self.detector = FakeDetector()

    def draw(self, name: str, *emotions: str, seed: int = 0) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        draw_faces(*emotions, seed=seed).save(path, "JPEG")
        return str(path)

    def follow(self, *steps: Step, folders: Sequence[Path] | None = None) -> list[list[tuple[str, str]]]:
        """The name and fate of each photo that was told, look by look; the first tick comes before all steps."""
        story = iter((lambda: None, *steps))

        def events(roots: Sequence[str]) -> Iterator[Collection[str]]:
            self.watched.append([Path(root).name for root in roots])
            for step in story:
                self.now += 1
                yield step() or ()

        look = partial(index, store=self.store, detector=self.detector, classifier=FakeClassifier())
        rounds = watch(folders or [self.folder], look, events=events, tell=self.told.append, clock=lambda: self.now)
        return [[(Path(result.path).name, str(result.status)) for result in results] for results in rounds]

    def known(self) -> dict[str, KnownFile]:
        return {Path(path).name: known for path, known in self.store.known_files().items()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def quiet() -> None:
    """A second without any change."""


def test_first_look_tells_everything_and_the_next_only_what_is_new(world: World) -> None:
    world.draw("a.jpg", "happy", seed=1)
    world.draw("b.jpg", seed=2)
    rounds = world.follow(lambda: [world.draw("c.jpg", "sad", seed=3)], quiet, quiet, quiet)
    assert rounds == [[("a.jpg", "new"), ("b.jpg", "new")], [("c.jpg", "new")]]
    assert world.told == []


def test_nothing_is_looked_at_where_nothing_changes(world: World) -> None:
    assert world.follow(*[quiet] * 100) == [[]]


def test_moves_and_deletions_are_noticed(world: World) -> None:
    a, b = Path(world.draw("a.jpg", seed=1)), Path(world.draw("b.jpg", seed=2))

    def move() -> list[str]:
        (world.folder / "new").mkdir()
        a.rename(world.folder / "new" / "c.jpg")
        b.unlink()
        return [str(a), str(b), str(world.folder / "new")]

    assert world.follow(move, quiet, quiet)[1:] == [[("c.jpg", "moved"), ("b.jpg", "missing")]]


def test_file_that_still_grows_is_left_alone_and_others_are_not_read_with_it_half_done(world: World) -> None:
    whole = Path(world.draw("../whole.jpg", "happy")).read_bytes()
    growing, parts = world.folder / "growing.jpg", 5

    def grow(part: int) -> list[str]:
        growing.write_bytes(whole[: part * len(whole) // parts])
        return [str(growing)]

    steps = [partial(grow, part) for part in range(1, parts + 1)]
    rounds = world.follow(*steps, quiet, quiet)
    assert rounds == [[], [("growing.jpg", "new")]]
    assert world.detector.seen == 1


def test_file_that_grows_without_events_is_left_alone_too(world: World) -> None:
    whole = Path(world.draw("../whole.jpg", "happy")).read_bytes()
    growing = world.folder / "growing.jpg"

    def grow(share: float) -> None:
        growing.write_bytes(whole[: int(share * len(whole))])

    def begin() -> list[str]:
        grow(0.2)
        return [str(growing)]

    rounds = world.follow(
        begin, partial(grow, 0.4), partial(grow, 0.6), partial(grow, 0.8), partial(grow, 1), *[quiet] * 5
    )
    assert rounds == [[], [("growing.jpg", "new")]]


def test_while_changes_never_stop_there_is_a_look_now_and_then_at_what_stands_still(world: World) -> None:
    busy = world.folder / "busy.jpg"

    def work(second: int) -> list[str]:
        busy.write_bytes(bytes(second))
        return [str(busy), *([world.draw("done.jpg", "happy")] if second == 1 else [])]

    seconds = int(PATIENCE_SECONDS) + 1
    rounds = world.follow(*[partial(work, second) for second in range(1, seconds)])
    assert rounds == [[], [("done.jpg", "new")]]
    assert list(world.known()) == ["done.jpg"]


def test_failure_is_told_once_and_tried_again_when_the_file_changes(world: World) -> None:
    bad = world.folder / "bad.jpg"
    bad.write_bytes(b"\xff\xd8 cut short")
    rounds = world.follow(
        lambda: [world.draw("a.jpg", seed=1)],
        quiet,
        quiet,
        lambda: [world.draw("bad.jpg", "happy", seed=2)],
        quiet,
        quiet,
        lambda: [str(bad), str(bad.write_bytes(b"gone again") or bad)],
        quiet,
        quiet,
    )
    assert rounds == [[("bad.jpg", "failed")], [("a.jpg", "new")], [("bad.jpg", "new")], [("bad.jpg", "failed")]]


def test_folder_that_vanishes_is_told_and_its_photos_stay(world: World) -> None:
    world.draw("a.jpg", "happy")
    away = world.folder.with_name("away")

    def unplug() -> list[str]:
        world.folder.rename(away)
        return [str(world.folder / "a.jpg"), str(world.folder)]

    def plug_in() -> None:
        away.rename(world.folder)

    rounds = world.follow(unplug, quiet, quiet, quiet, plug_in, quiet, quiet, quiet)
    assert rounds == [[("a.jpg", "new")], []]
    assert not world.known()["a.jpg"].missing
    folder = world.folder
    assert world.told == [f"{folder}: is gone; its photos stay as they are until it is back", f"{folder}: is back"]
    assert world.watched == [["photos"], [], ["photos"]]


def test_other_folders_are_kept_up_with_meanwhile(world: World) -> None:
    other = world.folder.with_name("other")
    other.mkdir()
    world.draw("a.jpg", seed=1)

    def unplug() -> None:
        shutil.rmtree(world.folder)

    def arrive() -> list[str]:
        shutil.copyfile(world.folder.with_name("b.jpg"), other / "b.jpg")
        return [str(other / "b.jpg")]

    world.draw("../b.jpg", seed=2)
    rounds = world.follow(unplug, arrive, *[quiet] * 3, folders=[world.folder, other])
    assert rounds == [[("a.jpg", "new")], [("b.jpg", "new")]]
    assert not world.known()["a.jpg"].missing


def test_folder_that_is_made_anew_is_watched_anew(world: World) -> None:
    def replace() -> None:
        # Renamed first: the file system may give a new folder the number of one just deleted.
        world.folder.rename(world.folder.with_name("old"))
        world.draw("b.jpg", seed=2)

    world.draw("a.jpg", seed=1)
    assert world.follow(replace, quiet, quiet) == [[("a.jpg", "new")], [("b.jpg", "new"), ("a.jpg", "missing")]]
    assert world.watched == [["photos"], ["photos"]]


def test_while_another_index_runs_there_is_no_look(world: World) -> None:
    world.draw("a.jpg")
    lock = world.store.index_lock()
    lock.__enter__()

    def release() -> None:
        lock.__exit__(None, None, None)

    assert world.follow(quiet, quiet, release) == [[("a.jpg", "new")]]
    [told] = world.told
    assert told.startswith("another `gallery index` is running on this database; ")


def test_results_that_nobody_reads_are_kept_all_the_same(world: World) -> None:
    world.draw("a.jpg")
    look = partial(index, store=world.store, detector=world.detector, classifier=FakeClassifier())
    rounds: list[Iterator[PhotoResult]] = list(watch([world.folder], look, events=lambda _: iter([()])))
    assert [list(results) for results in rounds] == [[]]
    assert list(world.known()) == ["a.jpg"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jpg", True),
        ("sub/A.HEIC", True),
        ("a.jpg.xmp", False),
        ("notes.txt", False),
        (".hidden/a.jpg", False),
        (".a.jpg.part", False),
        ("@eaDir/a.jpg", False),
        (".galleryignore", True),
        ("sub/.galleryignore", True),
        (".git/.galleryignore", False),
        ("folder", True),
        ("gone.or.was.a.folder", True),
        ("", True),
    ],
)
def test_changes_that_matter(tmp_path: Path, name: str, expected: bool) -> None:
    root = tmp_path / ".config" / "Photos"  # what lies above the folder doesn't hide it
    (root / "folder").mkdir(parents=True)
    for file in ("notes.txt", "a.jpg.xmp"):
        (root / file).touch()
    assert matters(str(root / name), [str(root)]) is expected


def first_change(folder: Path, change: Callable[[], object], poll_seconds: float | None = None) -> set[str]:
    """What the file system tells of the change."""
    events = file_events(str(folder / "gallery.db"), poll_seconds=poll_seconds)([str(folder)])
    next(events)
    change()
    return set(next(changed for changed in events if changed))


@pytest.mark.parametrize("poll_seconds", [None, 0.05], ids=["events", "polling"])
def test_real_changes_are_told(tmp_path: Path, poll_seconds: float | None) -> None:
    (tmp_path / "sub").mkdir()

    def change() -> None:
        (tmp_path / "gallery.db-journal").touch()
        (tmp_path / "notes.txt").touch()
        draw_faces("happy").save(tmp_path / "sub" / "a.jpg")

    seen = first_change(tmp_path, change, poll_seconds)
    assert str(tmp_path / "sub" / "a.jpg") in seen
    assert seen <= {str(tmp_path / "sub" / "a.jpg"), str(tmp_path / "sub"), str(tmp_path)}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are no UTF-8")
def test_name_that_is_no_text_counts_as_a_change_of_the_folder(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))
    assert first_change(tmp_path, odd.touch) == {str(tmp_path)}


def test_link_to_a_folder_is_told_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    assert str(link / "a.jpg") in first_change(link, (link / "a.jpg").touch)


def test_folder_whose_name_is_no_text_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="its name is no UTF-8"):
        next(file_events("db")([os.fsdecode(os.fsencode(tmp_path) + b"/\xe9")]))


WATCHER = """
import sys
from functools import partial
from gallery.cli import cli
import gallery.cli.index_run
from tests.support.fakes import FakeClassifier, FakeDetector
gallery.cli.index_run.load_pipeline = lambda state, settings, **_: (FakeDetector(), FakeClassifier())
cli.main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_command_keeps_up_until_ctrl_c(tmp_path: Path) -> None:
    photos, database = tmp_path / "photos", tmp_path / "gallery.db"
    photos.mkdir()
    draw_faces("happy", seed=1).save(photos / "a.jpg")
    command = [sys.executable, "-c", WATCHER, "--db", str(database), "watch", str(photos)]
    with started(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stderr.readline().startswith("1 photo: 1 new; 1 face; ")
        assert process.stderr.readline() == "watching 1 folder; Ctrl-C stops\n"
        draw_faces("sad", "happy", seed=2).save(photos / "b.jpg")
        assert process.stdout.readline() == f"new\t{photos}/b.jpg\t2\n"
        (photos / "c.jpg").write_bytes(b"no photo")
        assert process.stderr.readline().startswith(f"failed: {photos}/c.jpg: not a picture")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, "", "interrupted\n")
    with Store.open(database) as store:
        assert sorted(Path(path).name for path in store.known_files()) == ["a.jpg", "b.jpg", "c.jpg"]


class Drive:
    """A file system that can be plugged in and unplugged, at a place of its own."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True)

    def plug_in(self) -> None:
        done = subprocess.run(["mount", "-t", "tmpfs", "none", str(self.place)], check=False, capture_output=True)
        if done.returncode:
            pytest.skip("only root may mount")

    def unplug(self) -> None:
        subprocess.run(["umount", str(self.place)], check=False, capture_output=True)


@pytest.fixture
def drive(world: World) -> Iterator[Drive]:
    """Below the watched folder."""
    made = Drive(world.folder / "nas")
    yield made
    made.unplug()


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a drive as Linux does")
@pytest.mark.parametrize("below", [True, False], ids=["in a watched folder", "itself watched"])
def test_nothing_is_missing_while_a_drive_that_came_after_the_start_is_unplugged(
    world: World, drive: Drive, below: bool
) -> None:
    def arrive() -> None:
        drive.plug_in()
        world.draw("nas/a.jpg", "happy")

    def come_back() -> None:
        drive.plug_in()
        world.draw("nas/a.jpg", "happy")

    folders = [world.folder if below else drive.place]
    steps = (arrive, *[quiet] * 4, drive.unplug, *[quiet] * 4, come_back, *[quiet] * 4)
    rounds = world.follow(*steps, folders=folders)
    assert not world.known()["a.jpg"].missing
    told = [result for results in rounds for result in results]
    assert told == [("a.jpg", "new"), *([("nas", "failed")] if below else [])]
    gone = f"{drive.place}: is gone; its photos stay as they are until it is back"
    assert world.told == ([] if below else [gone, f"{drive.place}: is back"])


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a drive as Linux does")
def test_nothing_is_missing_where_a_drive_seen_before_is_not_there_at_the_start(world: World, drive: Drive) -> None:
    drive.plug_in()
    world.draw("nas/a.jpg", "happy")
    assert world.follow() == [[("a.jpg", "new")]]
    drive.unplug()
    assert world.follow(quiet) == [[("nas", "failed")]]
    assert not world.known()["a.jpg"].missing
    drives = known_mounts(world.store)
    assert drives == [str(drive.place)]
    assert list(watch([drive.place], lambda *_, **__: iter(()), events=lambda _: iter([()]), drives=drives)) == []


def test_known_folder_that_is_not_there_at_the_start_is_taken_up_when_it_comes(world: World) -> None:
    away, other = world.folder.with_name("away"), world.folder.with_name("other")
    other.mkdir()
    world.draw("a.jpg", "happy")
    world.follow()
    world.folder.rename(away)
    draw_faces(seed=2).save(other / "b.jpg")

    def come() -> None:
        draw_faces(seed=3).save(away / "c.jpg")
        away.rename(world.folder)

    rounds = world.follow(quiet, come, quiet, quiet, folders=[world.folder, other])
    assert rounds == [[("b.jpg", "new")], [("c.jpg", "new")]]
    assert world.told == [
        f"{world.folder}: is gone; its photos stay as they are until it is back",
        f"{world.folder}: is back",
    ]


def test_ignore_file_that_changes_is_followed(world: World) -> None:
    world.draw("a.jpg", seed=1)
    world.draw("private/b.jpg", seed=2)
    rules = world.folder / ".galleryignore"

    def ignore() -> list[str]:
        rules.write_text("private\n")
        return [str(rules)]

    def allow() -> list[str]:
        rules.unlink()
        return [str(rules)]

    rounds = world.follow(ignore, quiet, quiet, allow, quiet, quiet)
    assert rounds[1:] == [[("b.jpg", "unwanted")], [("b.jpg", "restored")]]


@pytest.mark.parametrize(("name", "expected"), [("#recycle/a.jpg", False), ("x/@Recycle/y/a.jpg", False)])
def test_changes_in_bins_matter_where_they_are_taken_in_alone(tmp_path: Path, name: str, expected: bool) -> None:
    assert matters(str(tmp_path / name), [str(tmp_path)]) is expected
    assert matters(str(tmp_path / name), [str(tmp_path)], Names(["#RECYCLE", "@recycle"]))
