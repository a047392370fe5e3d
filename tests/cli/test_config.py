"""`gallery config`: where settings come from, and changing them one by one or in an editor."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from gallery.cli import cli
from gallery.cli.state import COMPLETE_VARIABLE
from gallery.errors import PathError, UsageError
from gallery.preferences import replace_settings, set_setting, unset_setting
from gallery.settings import Origin, Settings, config_file, load_settings, setting_origins
from tests.support.cli_gallery import Gallery
from tests.support.terminal import run_in_terminal


@pytest.fixture
def config(gallery: Gallery) -> Path:
    """A settings file with two settings and a comment."""
    assert gallery.folder in config_file().parents
    config_file().parent.mkdir(parents=True)
    config_file().write_text("# Mine.\nmin_score = 0.4\nlong_side = 1280 # big prints\n")
    return config_file()


def test_each_setting_has_the_source_that_wins(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("long_side = 500\nmin_face = 20\nmin_score = 0.1\n")
    environ = {"GALLERY_MIN_FACE": "21", "GALLERY_MIN_SCORE": "0.2"}
    found = {one.name: one for one in setting_origins({"min_score": 0.3}, environ=environ, config=file)}
    assert list(found) == [*Settings.__dataclass_fields__]
    assert found["long_side"] == Origin("long_side", 500, "file", 960)
    assert found["min_face"] == Origin("min_face", 21, "variable", 30)
    assert found["min_score"] == Origin("min_score", 0.3, "flag", 0.5)
    assert found["device"] == Origin("device", "auto", "default", "auto")


def test_show_to_a_pipe_and_as_json(gallery: Gallery, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLERY_DEVICE", "cpu")
    done = gallery.run("config", "show")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"db\t{gallery.db}\tflag",
        "model\t\tdefault",
        "device\tcpu\tvariable",
        "long_side\t1280\tfile",
        "min_face\t30\tdefault",
        "min_confidence\t0.95\tdefault",
        "min_score\t0.4\tfile",
        "max_megapixels\t200.0\tdefault",
        "max_seconds\t30.0\tdefault",
        "batch_size\t16\tdefault",
        "workers\t0\tdefault",
        "detector\tmtcnn\tdefault",
        "classifier\ttorch\tdefault",
        "thumbnail_megabytes\t2000.0\tdefault",
        "undo_days\t90\tdefault",
        "undo_megabytes\t16.0\tdefault",
    ]
    said = json.loads(gallery.run("config", "show", "--json").stdout)
    assert said["file"] == str(config)
    assert said["settings"][3] == {"name": "long_side", "value": 1280, "source": "file", "default": 960}
    assert not gallery.db.exists()


def test_show_on_a_terminal_names_the_variable_and_the_file(
    gallery: Gallery, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GALLERY_DEVICE", "cpu")
    code, seen = run_in_terminal(gallery, "config", "show", NO_COLOR="1", COLUMNS="300")
    rows = [line.split() for line in seen.splitlines()]
    assert code == 0
    assert ["device", "cpu", "GALLERY_DEVICE", "auto"] in rows
    assert ["min_score", "0.4", "file", "0.5"] in rows
    assert seen.splitlines()[-1] == f"settings file: {config}"
    config.unlink()
    assert run_in_terminal(gallery, "config", "show")[1].endswith("config.toml (not there yet)\n")


def test_broken_file_is_named(gallery: Gallery, config: Path) -> None:
    config.write_text("min_score 0.4")
    done = gallery.run("config", "show")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {config}: can't be read as a TOML settings file: ")


@pytest.mark.parametrize(
    ("name", "text", "line", "value"),
    [
        ("min_score", "0.7", "min_score = 0.7", 0.7),
        ("max_megapixels", "100", "max_megapixels = 100.0", 100.0),
        ("workers", "2", "workers = 2", 2),
        ("device", "cpu", 'device = "cpu"', "cpu"),
        ("detector", "mtcnn", 'detector = "mtcnn"', "mtcnn"),
        ("model", "custom", 'model = "custom"', "custom"),
        ("db", "sqlite:////tmp/x.db", 'db = "sqlite:////tmp/x.db"', "sqlite:////tmp/x.db"),
        ("db", "/photos/näh.db", 'db = "/photos/näh.db"', "/photos/näh.db"),
    ],
)
def test_setting_is_written_in_its_own_type(tmp_path: Path, name: str, text: str, line: str, value: object) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# Mine.\n")
    assert set_setting(name, text, config=file) == value
    assert file.read_text(encoding="utf-8") == f"# Mine.\n{line}\n"
    assert getattr(load_settings(environ={}, config=file), name) == value


def test_database_is_kept_by_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert set_setting("db", "my.db", config=tmp_path / "config.toml") == str(tmp_path / "my.db")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("colour", "red", "unknown setting 'colour'; known: db, model, "),
        ("min_score", "2", "min_score is 2.0; allowed: 0 to 1"),
        ("min_score", "high", "min_score is 'high'; it must be a number"),
        ("workers", "1.5", "workers is '1.5'; it must be a whole number"),
        ("model", "nosuch", "no model 'nosuch'"),
        ("detector", "nosuch", "detector is 'nosuch'; allowed: mtcnn, thorough\n"),
        ("classifier", "nosuch", "classifier is 'nosuch'; allowed: torch\n"),
    ],
)
def test_setting_that_makes_no_sense_is_refused(
    gallery: Gallery, config: Path, name: str, text: str, reason: str
) -> None:
    before = config.read_bytes()
    done = gallery.run("config", "set", name, text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {reason}")
    assert config.read_bytes() == before


def test_set_and_unset_leave_all_else_as_it_is(gallery: Gallery, config: Path) -> None:
    done = gallery.run("config", "set", "min_score", "0.6")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "min_score is now 0.6\n")
    assert config.read_text() == "# Mine.\nmin_score = 0.6\nlong_side = 1280 # big prints\n"
    done = gallery.run("config", "unset", "min_score")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "min_score isn't in the settings file any more\n"
    assert config.read_text() == "# Mine.\nlong_side = 1280 # big prints\n"


def test_variable_that_wins_over_the_file_is_named(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLERY_MIN_SCORE", "0.9")
    winner = "but GALLERY_MIN_SCORE is set and wins: as long as it is, 0.9 is used\n"
    assert gallery.run("config", "set", "min_score", "0.6").stderr == f"min_score is now 0.6\n{winner}"


def test_unset_takes_out_a_key_that_is_no_setting(gallery: Gallery, config: Path) -> None:
    config.write_text("colour = 3\nlong_side = 1280\n")
    assert gallery.run("config", "unset", "colour").exit_code == 0
    assert config.read_text() == "long_side = 1280\n"
    done = gallery.run("config", "unset", "colour")
    assert (done.exit_code, done.stderr.startswith("error: unknown setting 'colour'; known: ")) == (2, True)


def test_unset_without_a_file_makes_none(tmp_path: Path) -> None:
    unset_setting("min_score", config=tmp_path / "config.toml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"min_face = 40\nlong_side = 10\n", "line 2: long_side is 10; allowed: 64 to 100000"),
        (b"\n\ncolour = 3", "line 3: unknown setting 'colour'; known: "),
        (b"# a\n[section]\nx = 1", "line 2: unknown setting 'section'; known: "),
        (b"min_face = 40\nmin_score 3", "can't be read as a TOML settings file: Expected '=' .*line 2"),
        (b"\xff", "can't be read as a TOML settings file: 'utf-8' codec"),
    ],
    ids=repr,
)
def test_replacement_that_is_no_settings_file_is_refused_with_its_line(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("min_face = 20\n")
    with pytest.raises(UsageError, match=f"^{reason}"):
        replace_settings(content, config=file)
    assert file.read_text() == "min_face = 20\n"
    assert list(tmp_path.iterdir()) == [file]


def test_replacement_goes_through_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "real.toml", tmp_path / "config.toml"
    file.write_text("min_face = 20\n")
    link.symlink_to(file)
    replace_settings(b"min_face = 40\n", config=link)
    assert link.is_symlink()
    assert file.read_text() == "min_face = 40\n"


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(PathError, match=r"config\.toml: can't be written"):
        replace_settings(b"", config=tmp_path / "file" / "config.toml")


EDITOR = """
import json, pathlib, sys
state, file = map(pathlib.Path, sys.argv[1:])
answers = json.loads(state.read_text())
state.with_name("seen").write_bytes(file.read_bytes())
state.with_name("draft").write_text(str(file))
answer = answers.pop(0)
state.write_text(json.dumps(answers))
if answer is not None:
    file.write_text(answer)
sys.exit("leave" in (answer or ""))
"""


class Editor:
    """A program that writes one text after the other into the file it is given; None leaves it as it is."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "editor"
        self.folder.mkdir()
        (self.folder / "edit.py").write_text(EDITOR)
        command = [sys.executable, str(self.folder / "edit.py"), str(self.folder / "state")]
        monkeypatch.setenv("VISUAL", shlex.join(command))
        monkeypatch.setenv("TMPDIR", str(self.folder))
        monkeypatch.setattr("tempfile.tempdir", str(self.folder))

    def types(self, *texts: str | None) -> None:
        (self.folder / "state").write_text(json.dumps(texts))

    @property
    def seen(self) -> str:
        """What was in the file when it was last opened."""
        return (self.folder / "seen").read_text()

    @property
    def draft(self) -> Path:
        return Path((self.folder / "draft").read_text())


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    return Editor(tmp_path, monkeypatch)


def test_what_was_edited_becomes_the_settings_file(gallery: Gallery, config: Path, editor: Editor) -> None:
    before = config.read_text()
    editor.types("min_score = 0.7\n")
    done = gallery.run("config", "edit")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"settings kept in {config}\n")
    assert editor.seen == before
    assert config.read_text() == "min_score = 0.7\n"
    assert not editor.draft.exists()


def test_without_a_file_all_settings_are_offered_as_comments(gallery: Gallery, editor: Editor) -> None:
    editor.types(None)
    done = gallery.run("config", "edit")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "nothing changed\n")
    lines = editor.seen.splitlines()
    assert all(line.startswith("# ") for line in lines)
    assert {'# model = ""', "# min_score = 0.5", "# workers = 0"} <= set(lines)
    assert not config_file().exists()
    assert not editor.draft.exists()


def test_mistake_is_told_and_may_be_mended(gallery: Gallery, config: Path, editor: Editor) -> None:
    before = config.read_text()
    editor.types("min_score = 7\n", "min_score = 0.7\n")
    done = gallery.run("config", "edit", stdin="y\n")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == (
        f"line 1: min_score is 7.0; allowed: 0 to 1\nEdit again? [Y/n]: y\nsettings kept in {config}\n"
    )
    assert editor.seen == "min_score = 7\n"
    assert config.read_text() != before


def test_mistake_that_is_given_up_leaves_the_file_and_the_draft(gallery: Gallery, config: Path, editor: Editor) -> None:
    before = config.read_bytes()
    editor.types("min_score 7\n")
    done = gallery.run("config", "edit", stdin="n\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"nothing changed; what you wrote is in {editor.draft}"
    assert config.read_bytes() == before
    assert editor.draft.read_text() == "min_score 7\n"
    if os.name == "posix":
        assert editor.draft.stat().st_mode & 0o777 == 0o600


def test_file_that_is_broken_already_can_be_mended(gallery: Gallery, config: Path, editor: Editor) -> None:
    config.write_text("min_score 0.4")
    editor.types("min_score = 0.4\n")
    assert gallery.run("config", "edit").exit_code == 0
    assert config.read_text() == "min_score = 0.4\n"


def test_editor_that_fails_changes_nothing(
    gallery: Gallery, config: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.read_bytes()
    editor.types("# leave\n")
    done = gallery.run("config", "edit")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.endswith(f"Editing failed; nothing changed, what you wrote is in {editor.draft}\n")
    assert config.read_bytes() == before
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert gallery.run("config", "edit").exit_code == 1
    assert [path.name for path in editor.folder.glob("*.toml")] == [editor.draft.name]


def test_names_are_completed() -> None:
    complete = ShellComplete(cli, {}, "gallery", COMPLETE_VARIABLE)
    assert [item.value for item in complete.get_completions(["config", "set"], "min")] == [
        "min_face",
        "min_confidence",
        "min_score",
    ]
