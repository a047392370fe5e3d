"""Reading the stored faces with another model: `gallery.rescore` and `gallery rescore`."""

from __future__ import annotations

import io
import json
import logging
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import event

import gallery
from gallery.errors import StoreLockedError
from gallery.faces import Prediction
from gallery.indexing.rescoring import BATCH, Rescored, rescore
from gallery.records import ModelInfo
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery
from tests.support.faces import save_small_checkpoint
from tests.support.fakes import FACE_COLOURS, FakeClassifier
from tests.support.make import added, box, face, open_store
from tests.support.programs import started
from tests.support.terminal import run_in_terminal


def crop(emotion: str) -> bytes:
    """A stored crop in the colour that FakeClassifier reads."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), FACE_COLOURS[emotion]).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def two_faces() -> list[object]:
    return [face("angry", crop=crop("happy")), face("angry", crop=crop("sad"), where=box(200))]


class Counting(FakeClassifier):
    """Counts the crops it was shown."""

    seen = 0

    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        self.seen += len(crops)
        return super().predict(crops)


def shown(store: Store, path: str) -> list[str]:
    return [one.emotion for one in store.photo(path).faces]


def test_new_model_reads_each_stored_face_once_and_is_shown(tmp_path: Path) -> None:
    model = Counting()
    with open_store(tmp_path, added("/p/a.jpg", *two_faces()), added("/p/b.jpg")) as store:
        assert shown(store, "/p/a.jpg") == ["angry", "angry"]
        assert list(gallery.rescore(store, classifier=model)) == [Rescored(0, 2), Rescored(2, 2)]
        assert shown(store, "/p/a.jpg") == ["happy", "sad"]
        assert store.current_model() == ModelInfo(model.model_id, model.name)
        assert list(rescore(store, model)) == []
        assert model.seen == 2


def test_model_that_returns_is_shown_without_reading_anything(tmp_path: Path) -> None:
    model, gloomy = Counting(), FakeClassifier("gloomy", answer="sad")
    with open_store(tmp_path, added("/p/a.jpg", *two_faces())) as store:
        for one in (model, gloomy):
            list(rescore(store, one))
        assert shown(store, "/p/a.jpg") == ["sad", "sad"]
        assert list(rescore(store, model)) == []
        assert (shown(store, "/p/a.jpg"), model.seen) == (["happy", "sad"], 2)


def test_interrupted_run_is_gone_on_with(tmp_path: Path) -> None:
    model = Counting()
    with open_store(tmp_path, *(added(f"/p/{n}.jpg", face("angry", crop=crop("happy"))) for n in range(10))) as store:
        running = rescore(store, model, batch=4)
        assert [next(running), next(running)] == [Rescored(0, 10), Rescored(4, 10)]
        running.close()  # type: ignore[attr-defined] # what Ctrl-C does to it
        assert [shown(store, f"/p/{n}.jpg") for n in (3, 4)] == [["happy"], ["angry"]]
        assert list(rescore(store, model, batch=4)) == [Rescored(0, 6), Rescored(4, 6), Rescored(6, 6)]
        assert model.seen == 10
        assert {shown(store, f"/p/{n}.jpg")[0] for n in range(10)} == {"happy"}


def test_damaged_crop_costs_only_its_own_face(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = face("angry", crop=b"\xff\xd8 no more", where=box(100))
    with open_store(tmp_path, added("/p/a.jpg", two_faces()[0], damaged, two_faces()[1])) as store:  # type: ignore[arg-type]
        number = store.photo("/p/a.jpg").faces[1].id
        with caplog.at_level(logging.WARNING, logger="gallery"):
            assert list(rescore(store, FakeClassifier())) == [Rescored(0, 3), Rescored(3, 3, failed=1)]
        assert shown(store, "/p/a.jpg") == ["happy", "angry", "sad"]
        assert [record.getMessage().split(":")[0] for record in caplog.records] == [f"face {number}"]
        assert list(rescore(store, FakeClassifier())) == [Rescored(0, 1), Rescored(1, 1, failed=1)]


def test_only_one_process_at_a_time_reads_the_faces(tmp_path: Path) -> None:
    with open_store(tmp_path, added("/p/a.jpg", *two_faces())) as store, store.index_lock():
        with pytest.raises(StoreLockedError, match="another"):
            list(rescore(store, FakeClassifier()))
        assert store.current_model() == ModelInfo("a" * 64, "first")


def test_crops_are_left_alone_where_nothing_is_to_be_read(tmp_path: Path) -> None:
    with open_store(tmp_path, added("/p/a.jpg", *two_faces())) as store:
        list(rescore(store, FakeClassifier()))
        with store.read() as connection:
            statements: list[str] = []
            event.listen(connection.engine, "before_cursor_execute", lambda _c, _k, sql, *_: statements.append(sql))
        list(rescore(store, FakeClassifier()))
    assert any("prediction" in sql for sql in statements)
    assert not any("crop" in sql for sql in statements)


@pytest.fixture
def program(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    monkeypatch.setenv("GALLERY_DEVICE", "cpu")
    monkeypatch.setenv("GALLERY_MODEL", str(save_small_checkpoint(gallery.folder / "untrained.safetensors")))
    return gallery


def test_command_sums_up_and_shows_the_new_model(program: Gallery, tmp_path: Path) -> None:
    other = save_small_checkpoint(tmp_path / "other.safetensors", seed=1, name="other")
    open_store(tmp_path, added("/p/a.jpg", *two_faces())).close()

    done = program.run("rescore", "--model", other, "--json")

    assert done.exit_code == 0
    assert re.fullmatch(r"2 stored faces read with the model other; \d+\.\d s, \d+\.\d faces/s\n", done.stderr)
    figures = json.loads(done.stdout)
    assert list(figures) == ["model", "id", "faces", "failed", "seconds", "faces_per_second"]
    assert (figures["model"], figures["id"]) == ("other", program.hash(str(other)))
    assert (figures["faces"], figures["failed"]) == (2, 0)
    assert figures["faces_per_second"] == pytest.approx(2 / figures["seconds"], rel=0.05)
    current = {model["name"]: model["current"] for model in json.loads(program.run("stats", "--json").stdout)["models"]}
    assert current == {"first": False, "other": True}

    again = program.run("rescore", "--model", other)
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == "no stored face that the model other hasn't read already\n"


def test_command_exits_with_1_where_a_face_cannot_be_read(program: Gallery, tmp_path: Path) -> None:
    open_store(tmp_path, added("/p/a.jpg", face(crop=crop("happy")), face(crop=b"nothing"))).close()
    done = program.run("rescore")
    assert done.exit_code == 1
    first, last = done.stderr.splitlines()
    assert first.startswith("warning: face 2: its stored picture can't be read")
    assert last.startswith("1 stored face read with the model small, 1 failed; ")


def test_person_at_a_terminal_sees_how_far_it_is(program: Gallery, tmp_path: Path) -> None:
    open_store(tmp_path, added("/p/a.jpg", *two_faces())).close()
    code, seen = run_in_terminal(program, "rescore", NO_COLOR="1", COLUMNS="300")
    assert code == 0
    for part in ("Loading the models…\n", "2/2", " faces/s", "2 stored faces read with the model small; "):
        assert part in seen


def test_rescoring_makes_no_database(program: Gallery) -> None:
    done = program.run("rescore")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no database there yet" in done.stderr
    assert not program.db.exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(program: Gallery, tmp_path: Path) -> None:
    good, bad, late = crop("happy"), 3000, 300
    # It waits until somebody reads its warnings, far more than a pipe holds: it can't have ended when the signal comes.
    crops = [good] * (BATCH + 1) + [b"nothing"] * bad + [good] * late
    with open_store(tmp_path, *(added(f"/p/{n}.jpg", face(crop=jpeg)) for n, jpeg in enumerate(crops))) as store:
        command = [sys.executable, "-m", "gallery", "--db", str(program.db), "rescore"]
        with started(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert process.stderr.readline().startswith(f"warning: face {BATCH + 2}: ")
            process.send_signal(signal.SIGINT)
            told = process.communicate()[1].splitlines()
        [kept] = [model.predictions for model in store.models() if model.is_current]
    assert process.returncode == 130
    assert told[-1] == "interrupted"
    done = int(re.fullmatch(rf"stopped; what is done is kept: (\d+) of {len(crops)} faces", told[-2])[1])
    assert BATCH <= done < BATCH + 1 + bad
    assert kept == (BATCH if done == BATCH else BATCH + 1)
    again = program.run("rescore").stderr.splitlines()[-1]
    assert again.startswith(f"{BATCH + 1 + late - kept} stored faces read with the model small, {bad} failed; ")
