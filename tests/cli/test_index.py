"""`gallery index` and `gallery predict` with the real detector and an untrained network of the shipped kind."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gallery.cli.network_options import searched_at
from gallery.emotions import EMOTIONS
from gallery.images.thumbnail_cache import thumbnails_folder
from gallery.settings import bundled_folder
from gallery.store.store import Store
from tests.support.cli_gallery import ODD_NAMES, Gallery
from tests.support.edits import write_exif
from tests.support.faces import save_small_checkpoint
from tests.support.photos import astronaut, draw_photo, save_photo
from tests.support.programs import started
from tests.support.terminal import run_in_terminal, unstyled

COUNTS = (
    *("new", "unchanged", "edited", "changed", "moved", "copied", "missing", "restored", "reread", "failed"),
    "unwanted",
)


@pytest.fixture
def gallery(gallery: Gallery, monkeypatch: pytest.MonkeyPatch, model: Path) -> Gallery:
    monkeypatch.setenv("GALLERY_MODEL", str(model))
    monkeypatch.setenv("GALLERY_DEVICE", "cpu")
    gallery.photos.mkdir()
    return gallery


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_small_checkpoint(tmp_path_factory.mktemp("model") / "untrained.safetensors")


def counts(gallery: Gallery, *args: str | Path) -> dict[str, int]:
    """What `index --json` counted, without the zeros and the clock."""
    done = gallery.run("index", gallery.photos, "--json", "-q", *args)
    values = json.loads(done.stdout)
    counted = ("in_bins", "failed_places", "words_waiting", "places_staying", "turns_ended", "videos", "raw", "odd")
    assert list(values) == [*COUNTS, "faces", *counted, "seconds", "photos_per_second"]
    assert done.exit_code == (1 if values["failed"] else 0)
    return {name: values[name] for name in COUNTS if values[name]}


def test_photo_with_something_odd_is_read_and_told(gallery: Gallery) -> None:
    path = save_photo(astronaut(), gallery.photos / "eileen.jpg")
    path.write_bytes(path.read_bytes()[:-2])
    done = gallery.run("index", gallery.photos)
    told = f"odd: {path}: its end marker is missing; all of the picture is there"
    assert (done.exit_code, done.stdout, done.stderr.splitlines()[0]) == (0, "", told)
    assert "1 photo: 1 new; 1 face; " in done.stderr
    assert done.stderr.splitlines()[-1] == "1 picture is odd but whole: `gallery search is:odd`"


def test_indexed_photo_can_be_searched_and_shown(gallery: Gallery) -> None:
    path = save_photo(astronaut(), gallery.photos / "eileen.jpg")
    done = gallery.run("index", gallery.photos)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("1 photo: 1 new; 1 face; ")
    assert done.stderr.endswith(" photos/s\n")
    assert done.stderr.count("\n") == 1

    (photo,) = json.loads(gallery.run("search", "--faces", "1", "--json").stdout)
    assert (photo["path"], photo["width"], photo["height"]) == (str(path), 512, 512)
    left, top, right, bottom = photo["faces"][0]["box"]
    assert left < 224 < right  # her nose is near (224, 120)
    assert top < 120 < bottom
    assert gallery.run("show", path).exit_code == 0


def test_each_fate_of_a_photo_is_counted(gallery: Gallery) -> None:
    for name, seed in [("stays", 1), ("moves", 2), ("goes", 3), ("changes", 4)]:
        draw_photo(gallery.photos / f"{name}.jpg", size=(320, 240), seed=seed)
    assert counts(gallery) == {"new": 4}
    assert counts(gallery) == {"unchanged": 4}

    (gallery.photos / "moves.jpg").rename(gallery.photos / "moved.jpg")
    (gallery.photos / "goes.jpg").rename(gallery.folder / "goes.jpg")
    draw_photo(gallery.photos / "changes.jpg", size=(330, 240), seed=5)
    (gallery.photos / "copy.jpg").write_bytes((gallery.photos / "stays.jpg").read_bytes())
    assert counts(gallery) == {"unchanged": 1, "changed": 1, "moved": 1, "copied": 1, "missing": 1}

    (gallery.folder / "goes.jpg").rename(gallery.photos / "goes.jpg")
    assert counts(gallery) == {"unchanged": 4, "restored": 1}


def test_bad_photo_is_told_at_once_and_listed_later(gallery: Gallery) -> None:
    draw_photo(gallery.photos / "good.jpg", size=(320, 240))
    bad = gallery.photos / "bad\n.jpg"
    bad.write_bytes(b"")

    done = gallery.run("index", gallery.photos)

    assert (done.exit_code, done.stdout) == (1, "")
    first, last = done.stderr.splitlines()
    assert first.startswith(f"failed: {gallery.photos}/bad\\n.jpg: empty file")
    assert last.startswith("2 photos: 1 new, 1 failed; 0 faces; ")
    (failure,) = json.loads(gallery.run("errors", "--json").stdout)
    assert failure["path"] == str(bad)
    assert first.endswith(failure["reason"])


def test_folder_without_photos_is_no_error(gallery: Gallery) -> None:
    (gallery.photos / "notes.txt").write_text("no photo")
    done = gallery.run("index", gallery.photos)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "0 photos\n")
    assert counts(gallery) == {}


@pytest.mark.parametrize("command", ["index", "predict"])
def test_path_that_is_not_there_exits_with_2(gallery: Gallery, command: str) -> None:
    done = gallery.run(command, gallery.folder / "nowhere")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{gallery.folder}/nowhere" in done.stderr
    assert "exist" in done.stderr
    assert not gallery.db.exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--min-face", "3"], "min_face is 3; allowed: 12 to 100000"),
        (["--batch-size", "0"], "batch_size is 0; allowed: 1 to 100000"),
        (["--long-side", "10"], "long_side is 10; allowed: 64 to 100000"),
        (["--fast", "--min-face", "2"], "min_face is 2; allowed: 12 to 100000"),
        (["--workers", "-1"], "workers is -1; allowed: 0 to 256"),
    ],
)
def test_setting_out_of_range_exits_with_2(gallery: Gallery, flags: list[str], message: str) -> None:
    done = gallery.run("index", gallery.photos, *flags)
    assert (done.exit_code, done.stderr) == (2, f"error: {message}\n")


@pytest.mark.parametrize(
    ("flags", "sizes"),
    [
        ({"long_side": None, "min_face": None}, (None, None)),
        ({"effort": None, "long_side": 700, "min_face": None}, (700, None)),
        ({"effort": "fast", "long_side": None, "min_face": None}, (640, 20)),
        ({"effort": "thorough", "long_side": None, "min_face": None}, (1600, 24)),
        ({"effort": "thorough", "long_side": None, "min_face": 0}, (1600, 0)),
    ],
    ids=str,
)
def test_sizes_go_with_the_effort_unless_given(flags: dict[str, Any], sizes: tuple[int | None, int | None]) -> None:
    searched = searched_at(**flags, device="cpu")
    detector = {"detector": "thorough"} if flags.get("effort") == "thorough" else {}
    assert searched == {"long_side": sizes[0], "min_face": sizes[1], "device": "cpu", **detector}


def test_wrong_model_is_refused_before_anything_is_loaded(gallery: Gallery) -> None:
    fake = gallery.folder / "model.pt"
    fake.write_bytes(b"\x80\x04}q\x00.")
    for name, code in [("nowhere", 2), (str(fake), 1)]:
        done = gallery.run("index", gallery.photos, "--model", name)
        assert (done.exit_code, done.stdout) == (code, "")
        assert done.stderr.startswith("error: ")
        assert name in done.stderr


def test_odd_names_are_indexed(gallery: Gallery) -> None:
    paths = sorted(
        os.fsencode(draw_photo(gallery.photos / name, size=(320, 240), seed=seed))
        for seed, name in enumerate(ODD_NAMES)
    )
    assert counts(gallery) == {"new": 3}
    found = gallery.run("search", "-0").stdout_bytes
    assert sorted(found.removesuffix(b"\0").split(b"\0")) == paths


def test_predict_answers_without_a_database(gallery: Gallery) -> None:
    path = save_photo(astronaut(), gallery.photos / "eileen.jpg")
    blank = draw_photo(gallery.photos / "blank.jpg", size=(320, 240))
    bad = gallery.photos / "bad.jpg"
    bad.write_bytes(b"no picture")

    done = gallery.run("predict", path, blank, bad, "--json")

    first, second = json.loads(done.stdout)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"failed: {bad}: ")
    assert (first["path"], first["paths"], first["hash"]) == (str(path), [str(path)], gallery.hash(str(path)))
    assert [face["id"] for face in first["faces"]] == [None]
    assert (second["path"], second["faces"]) == (str(blank), [])
    assert not gallery.db.exists()

    plain = gallery.run("predict", path, blank)
    (face,) = first["faces"]
    assert plain.exit_code == 0
    one, two = plain.stdout.splitlines()
    assert one.startswith(f"{path}\t{face['emotion']} 0.")
    assert two == f"{blank}\tno face"


def test_predict_agrees_with_index(gallery: Gallery) -> None:
    path = save_photo(astronaut(), gallery.photos / "eileen.jpg")
    gallery.run("index", gallery.photos)
    (indexed,) = json.loads(gallery.run("search", "--json").stdout)
    (predicted,) = json.loads(gallery.run("predict", path, "--json").stdout)
    indexed["faces"][0]["id"] = None
    assert predicted == indexed


def test_person_at_a_terminal_sees_progress_and_the_next_step(gallery: Gallery) -> None:
    draw_photo(gallery.photos / "blank.jpg", size=(320, 240))
    (gallery.photos / "bad.jpg").write_bytes(b"")

    code, seen = run_in_terminal(gallery, "index", gallery.photos, NO_COLOR="1", COLUMNS="300")

    assert code == 1
    for part in (
        "looking through the folders: 2 photos",
        "loading the models",
        "2/2",
        "1 new, 1 failed",
        f"failed: {gallery.photos}/bad.jpg: empty file",
        "2 photos: 1 new, 1 failed; 0 faces; ",
        "Next: `gallery search --emotion happy`, or `gallery stats`.\n",
        "`gallery errors` lists what couldn't be read.\n",
    ):
        assert part in seen
    assert seen.index("looking through the folders: 2 photos") < seen.index("loading the models") < seen.index("1 new")
    assert "looking" not in seen[seen.index("1 new") :]


def test_run_on_a_database_in_use_says_so_and_does_nothing(gallery: Gallery) -> None:
    draw_photo(gallery.photos / "blank.jpg", size=(320, 240))
    with Store.open(gallery.db) as store, store.index_lock():
        done = gallery.run("index", gallery.photos, "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    first, last = done.stderr.splitlines()
    assert first == "stopped; what is done is kept: 0 photos"
    assert last.startswith(f"error: {gallery.db}: another `gallery index` is running")


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="priorities are told so by POSIX alone")
def test_run_in_the_background_has_the_lowest_priority(gallery: Gallery) -> None:
    command = [sys.executable, "-m", "gallery", "--db", str(gallery.db), "index", str(gallery.photos)]
    with (
        Store.open(gallery.db) as store,
        store.index_lock(),
        started([*command, "--wait", "--background"]) as process,
    ):
        while process.poll() is None and os.getpriority(os.PRIO_PROCESS, process.pid) != 19:
            time.sleep(0.05)
        assert process.poll() is None  # it waits, with this priority
        process.kill()


def test_model_shows_what_its_file_says(gallery: Gallery, model: Path) -> None:
    done = gallery.run("model", "show", model)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["name:", "small"] in lines
    assert ["labels:", *EMOTIONS] in lines
    at = lines.index(["metrics:"])
    assert lines[at + 1 : at + 3] == [["accuracy"], ["PublicTest", "0.25"]]

    card = json.loads(gallery.run("model", "show", model, "--json").stdout)
    assert (card["name"], card["path"], card["architecture"]) == ("small", str(model), "custom")
    assert (card["id"], card["size_bytes"]) == (gallery.hash(str(model)), model.stat().st_size)


def test_models_are_listed_in_every_form(gallery: Gallery, model: Path) -> None:
    shipped = sorted(path.stem for path in bundled_folder("models").glob("*.safetensors"))
    assert gallery.run("model", "list").stdout.splitlines() == shipped
    assert [card["name"] for card in json.loads(gallery.run("model", "list", "--json").stdout)] == shipped
    code, seen = run_in_terminal(gallery, "model", "list", NO_COLOR="1", COLUMNS="300")
    assert code == 0
    *rows, last = seen.splitlines()[1:]
    assert [line.split()[0] for line in rows if not line.startswith(" ")] == shipped
    assert {line.split()[-4] for line in rows} == {"PublicTest", "PrivateTest"}
    assert last == f"In use: {model}"
    _, narrow = run_in_terminal(gallery, "model", "list", NO_COLOR="1", COLUMNS="80")
    assert [line.rstrip() for line in unstyled(narrow).splitlines()[1:-1]] == [line.rstrip() for line in rows]


def test_another_model_reads_the_stored_faces_again(gallery: Gallery, tmp_path: Path) -> None:
    other = save_small_checkpoint(tmp_path / "other.safetensors", seed=1, name="other")
    save_photo(astronaut(), gallery.photos / "eileen.jpg")
    gallery.run("index", gallery.photos)

    done = gallery.run("index", gallery.photos, "--model", other)

    assert done.exit_code == 0
    first, second = done.stderr.splitlines()
    assert first == "1 stored face read with the model other"
    assert second.startswith("1 photo: 1 unchanged; 0 faces; ")


def test_videos_and_raw_files_are_passed_over_and_counted(gallery: Gallery) -> None:
    draw_photo(gallery.photos / "a.jpg")
    below = gallery.photos / "below"
    below.mkdir()
    others = "a.MOV", "b.mp4", "c.cr2", "notes.txt", ".hidden.mov"
    for name in others:
        (below / name).touch()
    done = gallery.run("index", gallery.photos, "--json")
    values = json.loads(done.stdout)
    assert (values["new"], values["videos"], values["raw"]) == (1, 2, 1)
    assert done.stderr.splitlines()[1:] == ["passed over: 2 videos, 1 RAW"]
    (below / "b.mp4").unlink()
    (below / "c.cr2").unlink()
    assert gallery.run("index").stderr.splitlines()[1:] == ["passed over: 1 video"]


def test_photos_moved_into_bins_are_missing_and_those_in_bins_are_counted(gallery: Gallery) -> None:
    kept, deleted = (draw_photo(gallery.photos / f"{name}.jpg", seed=seed) for seed, name in enumerate("ab"))
    counts(gallery)
    (gallery.photos / "#recycle").mkdir()
    deleted.rename(gallery.photos / "#recycle" / "b.jpg")
    (gallery.photos / "@Recycle").mkdir()
    (gallery.photos / "@Recycle" / "c.jpg").write_bytes(kept.read_bytes())
    done = gallery.run("index", gallery.photos, "--json")
    values = json.loads(done.stdout)
    assert {name: values[name] for name in (*COUNTS, "in_bins") if values[name]} == {
        **{"unchanged": 1, "missing": 1, "in_bins": 2}
    }
    assert done.stderr.endswith("\npassed over: 2 in bins\n")
    assert gallery.run("search", "-q").stdout == f"{kept}\n"


def test_small_pictures_are_kept_unless_told_otherwise(gallery: Gallery) -> None:
    def kept() -> int:
        return len(list(thumbnails_folder().rglob("*.jpg")))

    draw_photo(gallery.photos / "a.jpg", seed=1)
    assert counts(gallery, "--no-thumbnails") == {"new": 1}
    assert kept() == 0
    draw_photo(gallery.photos / "b.jpg", seed=2)
    assert counts(gallery) == {"new": 1, "unchanged": 1}
    assert kept() == 1


def test_words_on_faces_that_a_new_picture_lacks_wait_and_are_told(gallery: Gallery) -> None:
    path, copy = gallery.photos / "eileen.jpg", gallery.photos / "copy.jpg"
    save_photo(astronaut(), path)
    write_exif(path, "2020:05:17 10:00:00", camera="Canon")
    backup = path.read_bytes()
    copy.write_bytes(backup)
    gallery.run("index", gallery.photos, "-q")
    gallery.run("label", f"{path}#1", "sad")
    gallery.run("album", "create", "Best", path)
    save_photo(astronaut().crop((0, 300, 512, 512)), path)
    write_exif(path, "2020:05:17 10:00:00", camera="Canon")

    lines = gallery.run("index", gallery.photos).stderr.splitlines()
    assert lines[0].startswith("2 photos: 1 unchanged, 1 edited; 0 faces; ")
    assert lines[1:] == [
        f"waiting: 1 word of yours on faces that weren't found again in {path}; `gallery show` tells",
        f"staying: 1 place in albums with pictures that have other files, not with {path}",
    ]
    assert "\nwaiting: sad, said of a face that isn't found in this picture, from " in gallery.run("show", path).stdout
    [word] = json.loads(gallery.run("show", path, "--json").stdout)["waiting"]
    assert (word["emotion"], word["is_face"], word["of_other"]) == ("sad", True, True)
    assert "no face is found here that lay at " in gallery.run("why", path).stdout

    path.write_bytes(backup)
    later = path.stat().st_mtime_ns + 10_000_000
    os.utime(path, ns=(later, later))
    assert counts(gallery) == {"edited": 1, "unchanged": 1}
    assert "waiting" not in json.loads(gallery.run("show", path, "--json").stdout)
    assert "said by a person" in gallery.run("show", path).stdout
