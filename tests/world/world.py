"""Folders, a gallery of them, and the model: a step happens to all, and what is shown is what should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, TypeVar
from unittest import mock

from gallery.indexing.indexer import IndexOptions, PhotoResult, index
from gallery.settings import Settings
from gallery.store.roots import known_mounts, note_mounts
from gallery.store.store import Store
from gallery.system import drives
from tests.support.fakes import FakeClassifier
from tests.support.make import new_database
from tests.world.disk import Disk
from tests.world.model import EITHER, Fate, Model
from tests.world.pictures import BlockDetector
from tests.world.run import Run
from tests.world.shown import Told, differences, expected
from tests.world.watcher import Watcher

T = TypeVar("T")

_ASK_FOR_DRIVES: Final = ("curation.roots", "images.scan", "indexing.places", "indexing.pruning", "indexing.watching")


class DifferenceError(AssertionError):
    """Something is shown otherwise than it should be."""


class Dice(Protocol):
    """What chance says."""

    def below(self, count: int) -> int:
        """One of 0 to count - 1."""
        ...


Step = Callable[["World", Dice], str | None]
"""Does something, and says what; None where there was nothing to do it to."""

STEPS: Final[dict[str, Step]] = {}
WEIGHTS: Final[dict[str, int]] = {}


def step(weight: int = 1) -> Callable[[Step], Step]:
    """Makes a step of a function, that comes up so often."""

    def known(function: Step) -> Step:
        name = getattr(function, "__name__", "")
        STEPS[name], WEIGHTS[name] = function, weight
        return function

    return known


def one_of(dice: Dice, choice: Sequence[T]) -> T:
    """Of those that there are."""
    return choice[dice.below(len(choice))]


class World:
    """Begins with empty folders."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.disk = Disk(base)
        self.model = Model(self.disk)
        self.log: list[str] = []
        self.is_compared = True
        self.watcher: Watcher | None = None
        self._galleries = 0
        self.store = self._new_gallery()
        self._stack = ExitStack()
        self._stack.enter_context(_drives_of(self.disk))

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        self.store.close()

    def do(self, name: str, dice: Dice) -> None:
        """One step. Raises DifferenceError."""
        self.log.append(f"({name})")
        done = STEPS[name](self, dice)
        self.log[-1:] = [] if done is None else [f"{name}: {done}"]

    @property
    def classifier(self) -> FakeClassifier:
        """Of the model in use."""
        answer = self.model.answer
        return FakeClassifier(answer or "true", answer)

    def look(self, paths: Sequence[Path | str], *, force: bool = False) -> None:
        """The gallery looks through these, and both tell the same of it. Raises DifferenceError."""
        given = list(map(str, paths))
        wanted = sorted(Run(self.model, force).run(given))
        self.note_drives()
        results = self.index(given, force=force)
        told = sorted((result.path, _fate(result, wanted)) for result in results)
        if told != wanted and self.is_compared:
            lines = [f"told of {path}: {fate}" for path, fate in told if (path, fate) not in wanted]
            lines += [f"not told of {path}: {fate}" for path, fate in wanted if (path, fate) not in told]
            raise DifferenceError("\n".join(lines or [f"told {told}, should be {wanted}"]))
        self.compare()

    def index(self, paths: Sequence[str], **options: Any) -> Iterator[PhotoResult]:
        """What the gallery does, with the model in use."""
        return index(
            paths,
            store=self.store,
            detector=BlockDetector(),
            classifier=self.classifier,
            settings=Settings(workers=1, batch_size=1),
            options=IndexOptions(**options),
        )

    def note_drives(self) -> None:
        """What a walk notes itself where a drive is another device."""
        seen = self.model.mounts - set(known_mounts(self.store))
        here = [drive for drive in sorted(seen) if self.disk.is_connected(drive)]
        if here:
            note_mounts(self.store, here, ())

    def compare(self) -> None:
        """Raises DifferenceError where something is shown otherwise than it should be."""
        if not self.is_compared:
            return
        told = Told(self.store, self.disk)
        lines = differences(expected(self.model), told.view())
        if lines:
            raise DifferenceError("\n".join(lines))

    def move_to(self, gallery: Store) -> None:
        """This gallery takes the place of the one so far."""
        self.store.close()
        self.store, self.watcher = gallery, None

    def new_gallery(self) -> Store:
        """An empty one."""
        return self._new_gallery()

    def _new_gallery(self) -> Store:
        self._galleries += 1
        return Store.open(new_database(self.base / f"gallery {self._galleries}.db"))


def _fate(result: PhotoResult, wanted: Sequence[Fate]) -> str:
    """What is told of a file, where it may be told as either in the words of the model."""
    fate = str(result.status).replace("reread", "unchanged")
    return EITHER if fate in EITHER and (result.path, EITHER) in wanted else fate


@contextmanager
def _drives_of(disk: Disk) -> Iterator[None]:
    """The program asks the disk which drives are connected, in place of the system."""
    stands_for = {drives.is_connected: disk.is_connected, drives.drives_below: disk.drives_below}
    with ExitStack() as stack:
        for module in (import_module(f"gallery.{name}") for name in _ASK_FOR_DRIVES):
            for asked in ("is_connected", "drives_below"):
                real = getattr(module, asked, None)
                if real in stands_for:
                    stack.enter_context(mock.patch.object(module, asked, stands_for[real]))
        yield
