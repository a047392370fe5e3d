from __future__ import annotations

import os
from pathlib import Path

import pytest

import gallery
from gallery.errors import PathError, UsageError
from gallery.preferences import settings_content, write_setting
from gallery.settings import Settings, bundled_folder, config_file, default_database, load_settings
from tests.support.programs import ending_within


def config(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_source_the_defaults_hold(tmp_path):
    assert load_settings(environ={}, config=tmp_path / "none.toml") == Settings()


def test_each_source_overrules_the_one_before(tmp_path):
    path = config(tmp_path, "long_side = 500\nmin_face = 20\nmin_score = 0.1\n")
    environ = {"GALLERY_MIN_FACE": "21", "GALLERY_MIN_SCORE": "0.2"}
    settings = load_settings({"min_score": 0.3}, environ=environ, config=path)
    assert (settings.long_side, settings.min_face, settings.min_score) == (500, 21, 0.3)
    assert settings.batch_size == Settings().batch_size


def test_flag_that_is_none_and_empty_variable_count_as_not_given(tmp_path):
    path = config(tmp_path, 'db = "here.db"\nmin_face = 20\n')
    settings = load_settings({"min_face": None}, environ={"GALLERY_DB": ""}, config=path)
    assert (settings.db, settings.min_face) == ("here.db", 20)


def test_flag_of_zero_is_given(tmp_path):
    assert load_settings({"min_score": 0}, environ={}, config=tmp_path / "none.toml").min_score == 0


def test_variables_of_other_programs_are_ignored(tmp_path):
    environ = {"GALLERY_SOMETHING": "1", "MIN_FACE": "12", "gallery_min_face": "12"}
    assert load_settings(environ=environ, config=tmp_path / "none.toml") == Settings()


def test_whole_number_in_the_file_serves_as_a_fraction(tmp_path):
    settings = load_settings(environ={}, config=config(tmp_path, "min_score = 1"))
    assert settings.min_score == 1.0
    assert isinstance(settings.min_score, float)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 3", "colour"),
        ("[db]\npath = 'x'\n[section]", "section"),
        ("min_face = 'small'", "min_face"),
        ("min_face = [30]", "min_face"),
        ("min_face = 30.7", "min_face"),
        ("long_side = inf", "long_side"),
        ("long_side = nan", "long_side"),
        ("min_score = true", "min_score"),
        ("db = ['a', 'b']", "db"),
        ("db = 5", "db"),
        ("this is no TOML", "config.toml"),
        (f"min_face = {'9' * 401}", r"config\.toml.*digits"),
        (f"min_score = 0.{'9' * 10}e999", "min_score"),
        (f"min_face = {'9' * 5000}", r"config\.toml"),
        (f"db = {'[' * 20_000}{']' * 20_000}", r"config\.toml.*deeply"),
        (f"db = {'{a=' * 20_000}1{'}' * 20_000}", r"config\.toml.*deeply"),
        ("#" * 2_000_000, r"config\.toml.*larger"),
    ],
)
def test_settings_file_with_a_mistake_is_refused_by_name(tmp_path, text, named):
    with pytest.raises(UsageError, match=named):
        load_settings(environ={}, config=config(tmp_path, text))


def test_settings_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(b'db = "\xff\xfe"')
    with pytest.raises(UsageError, match=r"config\.toml"):
        load_settings(environ={}, config=path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipe_in_place_of_the_settings_file_is_refused_at_once(tmp_path):
    path = tmp_path / "config.toml"
    os.mkfifo(path)
    with ending_within(10), pytest.raises(UsageError, match="pipe"):
        load_settings(environ={}, config=path)
    with ending_within(10), pytest.raises(PathError, match="pipe"):
        settings_content(path)
    with ending_within(10), pytest.raises(UsageError, match="pipe"):
        write_setting("min_face", 40, config=path)


def test_folder_in_place_of_the_settings_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="TOML"):
        load_settings(environ={}, config=tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_score", "1.01"),
        ("min_score", "-0.1"),
        ("min_score", "nan"),
        ("min_confidence", "2"),
        ("device", "tpu"),
        ("long_side", "63"),
        ("min_face", "11"),
        ("min_face", "30.5"),
        ("max_megapixels", "0"),
        ("max_megapixels", "nan"),
        ("batch_size", "0"),
        ("batch_size", "many"),
        ("batch_size", "9223372036854775807"),
        ("long_side", "1" + "0" * 400 + "1"),
        ("min_face", "200000"),
        ("max_megapixels", "inf"),
    ],
)
def test_variable_out_of_range_is_refused_with_name_and_value(tmp_path, name, value):
    with pytest.raises(UsageError) as caught:
        load_settings(environ={f"GALLERY_{name.upper()}": value}, config=tmp_path / "none.toml")
    assert name in str(caught.value)
    assert value.lstrip("-").rstrip("0") in str(caught.value)


def test_unknown_flag_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(UsageError, match=r"'speed'.*min_face"):
        load_settings({"speed": 3}, environ={}, config=tmp_path / "none.toml")


def test_path_object_serves_as_text(tmp_path):
    settings = load_settings({"model": tmp_path / "mine.safetensors"}, environ={}, config=tmp_path / "none.toml")
    assert settings.model == str(tmp_path / "mine.safetensors")


def test_environment_of_the_process_is_read_by_default(tmp_path, monkeypatch):
    monkeypatch.setenv("GALLERY_MIN_FACE", "44")
    assert load_settings(config=tmp_path / "none.toml").min_face == 44


def test_settings_file_and_database_bear_the_name_of_the_program():
    assert config_file().name == "config.toml"
    assert default_database().name == "gallery.db"
    assert config_file().parent.name == default_database().parent.name == "gallery"


@pytest.mark.parametrize("name", ["migrations", "models"])
def test_bundled_folders_are_found(name):
    assert bundled_folder(name).is_dir()


def test_checkout_keeps_bundled_folders_beside_the_package():
    folder = bundled_folder("migrations")
    assert folder.name in ("migrations", "_migrations")
    assert Path(gallery.__file__).resolve().parent in (folder.parent, folder.parent / "gallery")
