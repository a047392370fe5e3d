"""`gallery model use` and what it does to the settings file."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest

from gallery.errors import CheckpointError, PathError, UsageError
from gallery.preferences import use_model, write_setting
from gallery.settings import config_file, load_settings
from gallery.vision.checkpoints import DEFAULT_MODEL
from tests.support.cli_gallery import Gallery
from tests.support.faces import save_small_checkpoint
from tests.support.terminal import run_in_terminal


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return save_small_checkpoint(tmp_path / "mine.safetensors")


NEXT = "The next `gallery index` reads the stored faces with it, or `gallery rescore` now.\n"
OWN = """\
# My settings.
long_side = 1280   # big prints

model = "somewhere.safetensors" # tried in May
min_score = 0.4
"""


def test_shipped_model_is_kept_by_its_name(gallery: Gallery) -> None:
    done = gallery.run("model", "use", "custom")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"custom is now the default model\n{NEXT}"
    assert config_file().read_text() == 'model = "custom"\n'


def test_model_of_ones_own_is_kept_by_its_absolute_path(
    gallery: Gallery, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(mine.parent)
    done = gallery.run("model", "use", "mine.safetensors")
    assert (done.exit_code, done.stderr) == (0, f"{mine} is now the default model\n{NEXT}")
    assert load_settings().model == str(mine)
    assert json.loads(gallery.run("model", "show", "--json").stdout)["path"] == str(mine)


def test_settings_file_and_its_folders_are_private_where_they_are_new(gallery: Gallery) -> None:
    gallery.run("model", "use", "custom")
    file = config_file()
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_else_in_the_file_stays_as_it_is(tmp_path: Path, mine: Path, end: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(OWN.replace("\n", end).encode())
    file.chmod(0o640)
    assert use_model(str(mine), config=file) == str(mine)
    expected = OWN.replace("somewhere.safetensors", str(mine)).replace("\n", end)
    assert file.read_bytes().decode() == expected
    assert file.stat().st_mode & 0o777 == 0o640


def test_new_key_joins_the_others(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# Mine.\nlong_side = 1280")
    use_model("custom", config=file)
    assert file.read_text().startswith("# Mine.\nlong_side = 1280\n")
    assert tomllib.loads(file.read_text()) == {"long_side": 1280, "model": "custom"}


@pytest.mark.parametrize("back", [["--default"], [""]])
def test_way_back_to_the_built_in_default(gallery: Gallery, mine: Path, back: list[str]) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text(OWN)
    gallery.run("model", "use", mine)
    done = gallery.run("model", "use", *back)
    assert (done.exit_code, done.stderr) == (0, f"{DEFAULT_MODEL} is now the default model\n{NEXT}")
    assert config_file().read_text() == "".join(line for line in OWN.splitlines(True) if "model" not in line)


def test_going_back_without_a_settings_file_makes_none(gallery: Gallery) -> None:
    assert gallery.run("model", "use", "--default").exit_code == 0
    assert not config_file().exists()


def test_variable_that_wins_is_named(gallery: Gallery, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLERY_MODEL", str(mine))
    done = gallery.run("model", "use", "custom")
    assert done.stderr == (
        f"custom is now the default model\nbut GALLERY_MODEL is set and wins: as long as it is, {mine} is used\n"
    )
    assert tomllib.loads(config_file().read_text()) == {"model": "custom"}


def test_link_in_place_of_the_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "gallery.toml", tmp_path / "config.toml"
    target.write_text("long_side = 1280\n")
    link.symlink_to("dotfiles/gallery.toml")
    use_model("custom", config=link)
    assert link.is_symlink()
    assert tomllib.loads(target.read_text()) == {"long_side": 1280, "model": "custom"}


def test_link_that_points_nowhere_gets_a_target(tmp_path: Path) -> None:
    link = tmp_path / "config.toml"
    link.symlink_to("later/gallery.toml")
    use_model("custom", config=link)
    assert link.is_symlink()
    assert (tmp_path / "later" / "gallery.toml").read_text() == 'model = "custom"\n'


def test_links_in_the_path_of_a_model_stay(tmp_path: Path, mine: Path) -> None:
    latest = tmp_path / "latest.safetensors"
    latest.symlink_to(mine)
    assert use_model(str(latest), config=tmp_path / "config.toml") == str(latest)


@pytest.mark.parametrize("name", ['quo"te.safetensors', "new\nline.safetensors", "näh 🏖.safetensors", "C:\\x'.st"])
def test_odd_names_of_models_are_read_back(tmp_path: Path, name: str) -> None:
    model, file = save_small_checkpoint(tmp_path / name), tmp_path / "config.toml"
    use_model(str(model), config=file)
    assert load_settings(environ={}, config=file).model == str(model)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"model = ", "config.toml: can't be read as a TOML settings file, and was left as it is"),
        (b'db = "\xff"', "config.toml: can't be read as a TOML settings file, and was left as it is"),
        (b"min_face = 1\n", "min_face is 1"),
        (b"colour = 3\n", "unknown setting 'colour'"),
        (b"[section]\nmodel = 'x'\n", "unknown setting 'section'"),
    ],
    ids=repr,
)
def test_broken_settings_file_is_left_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        use_model("custom", config=file)
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_wrong_kind_of_value_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("model = 5\nlong_side = 1280\n")
    use_model("custom", config=file)
    assert file.read_text() == 'model = "custom"\nlong_side = 1280\n'


def test_path_that_is_no_text_is_refused(tmp_path: Path) -> None:
    model = save_small_checkpoint(tmp_path / os.fsdecode(b"caf\xe9.safetensors"))
    with pytest.raises(UsageError, match="is no UTF-8"):
        use_model(str(model), config=tmp_path / "config.toml")
    assert list(tmp_path.iterdir()) == [model]


@pytest.mark.parametrize(("name", "error"), [("nosuch", UsageError), ("bad.safetensors", CheckpointError)])
def test_model_is_checked_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: type[Exception]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    with pytest.raises(error):
        use_model(name, config=tmp_path / "config.toml")
    assert not (tmp_path / "config.toml").exists()


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UsageError, match=r"file/config\.toml"):
        write_setting("model", "custom", config=tmp_path / "file" / "config.toml")
    if os.geteuid() != 0:
        (tmp_path / "locked").mkdir(mode=0o500)
        with pytest.raises(PathError, match=r"config\.toml: can't be written: Permission denied"):
            write_setting("model", "custom", config=tmp_path / "locked" / "config.toml")


@pytest.mark.parametrize("args", [[], ["custom", "--default"]])
def test_use_needs_one_answer(gallery: Gallery, args: list[str]) -> None:
    done = gallery.run("model", "use", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: which model? ")


def test_list_marks_the_model_in_use(gallery: Gallery, mine: Path) -> None:
    def used() -> list[str]:
        return [card["name"] for card in json.loads(gallery.run("model", "list", "--json").stdout) if card["in_use"]]

    assert used() == [DEFAULT_MODEL]
    starred = [line.split()[:2] for line in run_in_terminal(gallery, "model", "list", NO_COLOR="1")[1].splitlines()]
    assert [DEFAULT_MODEL, "*"] in starred
    assert sum("*" in words for words in starred) == 1

    gallery.run("model", "use", mine)
    assert used() == []
    assert run_in_terminal(gallery, "model", "list", COLUMNS="300")[1].splitlines()[-1] == f"In use: {mine}"
    mine.unlink()
    code, seen = run_in_terminal(gallery, "model", "list", COLUMNS="300")
    assert (code, seen.splitlines()[-1]) == (0, f"The settings name the model {str(mine)!r}, which isn't there.")
