"""Changes config.toml: single settings, where all else in the file stays as its owner wrote it, or all of it."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gallery.errors import PathError, UsageError
from gallery.settings import Settings, bundled_folder, check_name, config_file, load_settings, typed
from gallery.system.files import write_beside
from gallery.system.outside import OutsideError, content_of, read_toml
from gallery.system.paths import absolute
from gallery.vision.checkpoints import SUFFIX, find_model, read_card
from gallery.vision.loading import check_chosen

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


_NEW_FILE: Final = "# Settings of gallery; those that begin with # have their built-in value.\n"


def settings_content(config: Path | None = None) -> bytes:
    """The settings file as it is, broken or not; where there is none, all settings as comments.

    Raises PathError where it is no file that can be read.
    """
    try:
        return content_of(config or config_file())
    except FileNotFoundError:
        lines = [f"# {name} = {_toml(value)}\n" for name, value in asdict(Settings()).items()]
        return "".join([_NEW_FILE, *lines]).encode()
    except (OSError, OutsideError) as error:
        raise PathError(
            config or config_file(), f"can't be read: {getattr(error, 'strerror', None) or error}"
        ) from None


def _toml(value: str | float) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()


def use_model(name: str, *, config: Path | None = None) -> str:
    """Makes a model the default, and returns what now stands for it in the settings.

    That is the name of a shipped model, else the absolute path of the file; links in it are not resolved. An empty
    name goes back to the built-in default. Raises UsageError for an unknown model, CheckpointError for an unusable
    one, both before anything is written; otherwise as `write_setting`.
    """
    value = _stored_name(name) if name else ""
    write_setting("model", value or None, config=config)
    return value


def set_setting(name: str, text: str, *, config: Path | None = None) -> str | int | float:
    """Keeps a setting that was typed in as text, and returns its value.

    A model is checked and kept as by `use_model`, a database by its absolute path. Raises UsageError for an unknown
    setting and a value that isn't allowed; else as `write_setting`.
    """
    check_name(name)
    if name == "model":
        return use_model(text, config=config)
    value = typed(name, text)
    if name == "db" and text and "://" not in text:
        value = absolute(text)
    check_chosen(replace(Settings(), **{name: value}))  # as this raises where the value is out of range
    write_setting(name, value, config=config)
    return value  # type: ignore[no-any-return]


def unset_setting(name: str, *, config: Path | None = None) -> None:
    """Takes a setting, or a key that is none, out of the settings file. Raises as `write_setting`."""
    if name not in _read(Path(config or config_file())):
        check_name(name)
    write_setting(name, None, config=config)


def replace_settings(content: bytes, *, config: Path | None = None) -> None:
    """Makes `content` the settings file, if it is a valid one; else the old one stays.

    Raises UsageError with the line where it can be told, PathError where the file can't be written.
    """
    path = Path(os.path.realpath(config or config_file()))

    def check(new: Path) -> None:
        try:
            check_chosen(load_settings(environ={}, config=new))
        except UsageError as error:
            reason = str(error).replace(f"{new}: ", "")
            raise UsageError(_with_line(reason, content.decode("utf-8", "replace"))) from None

    try:
        write_beside(path, content, private=True, check=check)
    except OSError as error:
        raise PathError(path, f"can't be written: {error.strerror or error}") from None


def _with_line(reason: str, text: str) -> str:
    """The reason, and the line of the setting that it names first."""
    for number, line in enumerate(text.splitlines(), 1):
        key = re.match(r"\s*\[*\s*[\"']?([\w-]+)", line)
        if key and re.match(rf"(unknown setting ')?{re.escape(key[1])}\b", reason):
            return f"line {number}: {reason}"
    return reason


def write_setting(name: str, value: str | float | None, *, config: Path | None = None) -> None:
    """Sets one key of the settings file, which is made where there is none; None removes the key.

    A new file, and the folders made for it, are its owner's alone; a link is followed. Raises UsageError where the
    file isn't a settings file or wouldn't be one afterwards, PathError where it can't be written; then it is as it was.
    """
    # The target of a link: renaming over the link itself would part the two.
    path = Path(os.path.realpath(config or config_file()))
    document = _read(path)
    if value is None and name not in document:
        return
    if value is None:
        del document[name]
    else:
        document[name] = value
    try:
        content = document.as_string().encode()
        write_beside(path, content, private=True, check=lambda new: _check(new, path, name, value))
    except UnicodeEncodeError:
        raise UsageError(f"{value!r} is no UTF-8 and can't stand in {path.name}; rename the file") from None
    except OSError as error:
        raise PathError(path, f"can't be written: {error.strerror or error}") from None


def _stored_name(name: str) -> str:
    path = find_model(name)
    read_card(path)
    shipped = path == bundled_folder("models") / f"{path.stem}{SUFFIX}" and path.stem == name
    return name if shipped else os.path.abspath(path)  # noqa: PTH100 - pathlib's would resolve links


def _read(path: Path) -> TOMLDocument:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        content = content_of(path)
        read_toml(content)  # which refuses what would take tomlkit long, or make it fail
        # Bytes, or the ends of lines would change.
        return tomlkit.parse(content.decode())
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, OutsideError, TOMLKitError, RecursionError) as error:
        raise UsageError(f"{path}: can't be read as a TOML settings file, and was left as it is: {error}") from None


def _check(new: Path, path: Path, name: str, value: str | float | None) -> None:
    """UsageError unless the program reads the new file, which shall be at the path, as meant."""
    with suppress(OutsideError):
        if read_toml(content_of(new)).get(name) == value:
            try:
                load_settings(environ={}, config=new)
            except UsageError as error:
                raise UsageError(str(error).replace(str(new), str(path))) from None
            return
    raise UsageError(f"{name} = {value!r} can't be written into the settings file; edit it by hand")
