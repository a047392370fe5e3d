"""Settings a user may turn, and the places where things live."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import platformdirs

from gallery.errors import UsageError
from gallery.folding import did_you_mean
from gallery.system.outside import OutsideError, content_of, read_toml

APP = "gallery"


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults < config.toml < GALLERY_* variables < flags; the fields' comments are the manual."""

    db: str = ""
    """Database path or SQLAlchemy URL; empty means `gallery.db` in the platform's data folder."""
    model: str = ""
    """Name of a shipped model or path of a checkpoint; empty means the default one."""
    device: str = "auto"
    """auto, cpu, cuda or mps."""
    long_side: int = 960
    """Pixels of the longer side at which faces are looked for; long pictures are, besides, in pieces of that length."""
    min_face: int = 30
    """Smallest face to find, in pixels at that size."""
    min_confidence: float = 0.95
    """Detections below this confidence are kept, but neither shown nor counted unless a person says what they show."""
    min_score: float = 0.5
    """A face whose best score is below this is shown as uncertain."""
    max_megapixels: float = 200.0
    """Larger pictures are refused: a few bytes can unpack to gigabytes."""
    max_seconds: float = 30.0
    """A photo that takes longer to decode is given up; seconds of the processor, not of waiting for a disk."""
    batch_size: int = 16
    """Photos per transaction; an interrupted run loses at most this many."""
    workers: int = 0
    """Processes that look for faces; 0: as many as there are cores, or one where a GPU does it."""
    detector: str = "mtcnn"
    """What finds faces: mtcnn, or thorough, which also finds small, tilted and lying ones; see `vision.loading`."""
    classifier: str = "torch"
    """What runs the model that reads their emotions; see `vision.loading`."""

    thumbnail_megabytes: float = 2000.0
    """Thumbnails may take so much of the cache folder: those of 50,000 photos take 900; 0 keeps none."""

    undo_days: int = 90
    """What was done so many days ago can no longer be taken back; the last thing always can."""
    undo_megabytes: float = 16.0
    """Nor can what lies further back than this: an album of 50,000 photos put in order takes 4."""

    def __post_init__(self) -> None:
        _check(self.device in DEVICES, "device", self.device, ", ".join(DEVICES))
        for name, (least, most) in RANGES.items():
            _check(least <= getattr(self, name) <= most, name, getattr(self, name), f"{least} to {most}")


RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "long_side": (64, 100_000),
    "min_face": (12, 100_000),
    "min_confidence": (0, 1),
    "min_score": (0, 1),
    "max_megapixels": (0.000001, 100_000),
    "max_seconds": (0.1, 86_400),
    "batch_size": (1, 100_000),
    "workers": (0, 256),
    "thumbnail_megabytes": (0, 1_000_000_000),
    "undo_days": (0, 100_000),
    "undo_megabytes": (0, 1_000_000),
}
"""What each number may be, both ends included."""

DEVICES = ("auto", "cpu", "cuda", "mps")


def _check(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise UsageError(f"{name} is {value!r}; allowed: {allowed}")


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    config: Path | None = None,
) -> Settings:
    """Settings from all four sources; flags that are None count as not given.

    Raises UsageError for a config file that is no TOML, an unknown key or a value of the wrong type or range.
    """
    path, given = config or config_file(), dict[str, tuple[str, Any]]()
    for source, values in _layers(flags, environ, path).items():
        for name, value in values.items():
            given[name] = ({"file": f"{path}: ", "variable": f"{variable(name)}: "}.get(source, ""), value)
    for name in sorted(given):
        with _told_of(given[name][0]):
            check_name(name)
    kept = {}
    for name, (source, value) in given.items():
        with _told_of(source):
            kept[name] = typed(name, value)
            replace(Settings(), **{name: kept[name]})
    return replace(Settings(), **kept)


@contextmanager
def _told_of(source: str) -> Iterator[None]:
    """What is wrong is told with its source before it."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{source}{error}") from None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a setting comes from: `source` is "default", "file", "variable" or "flag"."""

    name: str
    value: str | int | float
    source: str
    default: str | int | float


def setting_origins(
    flags: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
    config: Path | None = None,
) -> list[Origin]:
    """Every setting, as `load_settings` gives it with the same arguments, and its source. Raises as that does."""
    values, defaults = asdict(load_settings(flags, environ=environ, config=config)), asdict(Settings())
    sources = dict.fromkeys(defaults, "default")
    for source, given in _layers(flags, environ, config or config_file()).items():
        sources |= dict.fromkeys(given, source)
    return [Origin(name, values[name], sources[name], default) for name, default in defaults.items()]


def _layers(flags: Mapping[str, Any] | None, environ: Mapping[str, str], config: Path) -> dict[str, dict[str, Any]]:
    """What each source gives, the last one counts."""
    return {
        "file": _from_file(config),
        "variable": {f.name: environ[variable(f.name)] for f in fields(Settings) if environ.get(variable(f.name))},
        "flag": {name: value for name, value in (flags or {}).items() if value is not None},
    }


def check_name(name: str) -> None:
    """Raises UsageError unless there is a setting of this name."""
    known = [field.name for field in fields(Settings)]
    if name not in known:
        hint = did_you_mean(name, known) or f"; known: {', '.join(known)}"
        raise UsageError(f"unknown setting {name!r}{hint}")


def variable(name: str) -> str:
    """The variable of the environment that sets this setting."""
    return f"GALLERY_{name.upper()}"


def typed(name: str, value: Any) -> Any:
    """The value in the type of this setting.

    Text is read, a whole number serves as a fraction, all else must be of that type already; else it is a UsageError.
    """
    kind = type(getattr(Settings(), name))
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    try:
        if isinstance(text, str) or type(text) in (kind, int if kind is float else kind):
            return kind(text)
    except ValueError:
        pass
    raise UsageError(f"{name} is {value!r}; it must be {_KINDS[kind]}")


_KINDS = {str: "text", int: "a whole number", float: "a number"}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return read_toml(content_of(path))
    except FileNotFoundError:
        return {}
    except (OSError, OutsideError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: can't be read as a TOML settings file: {reason}") from None


def config_file() -> Path:
    """The settings file; it need not exist."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"


def default_database() -> Path:
    """Where the database lives unless told otherwise; the folder need not exist."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "gallery.db"


def bundled_folder(name: str) -> Path:
    """The folder `migrations` or `models`: beside the package in a checkout, inside it (`_name`) where installed."""
    package = Path(__file__).resolve().parent
    inside = package / f"_{name}"
    return inside if inside.is_dir() else package.parent / name
