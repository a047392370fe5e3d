"""What `gallery show` and `gallery why` share: the options, the way of an answer on one photo, the bars of a face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import click

from gallery.cli.completing import complete_photos
from gallery.cli.options import all_of, shared_options
from gallery.cli.output import console, print_json
from gallery.cli.paths import UserPath
from gallery.cli.photo_lists import score_text
from gallery.emotions import COLOURS
from gallery.insight.drawings import refuse_original
from gallery.records import PhotoRecord
from gallery.store.store import Store

if TYPE_CHECKING:
    from rich.text import Text

    from gallery.cli.state import State
    from gallery.settings import Settings

_BAR_WIDTH: Final = 24


class _Answer(Protocol):
    def as_json(self) -> dict[str, Any]: ...


T = TypeVar("T", bound=_Answer)
T_contra = TypeVar("T_contra", contravariant=True)


class _Save(Protocol[T_contra]):
    def __call__(
        self, store: Store, about: T_contra, path: Path, settings: Settings | None = None, /, *, overwrite: bool = False
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Card(Generic[T]):
    """A kind of answer on one photo: how it is `read`, which photo it is `of`, how it is told and drawn."""

    read: Callable[[Store, Path, Settings], T]
    of: Callable[[T], PhotoRecord]
    lines: Callable[[T], Iterable[Text]]
    save: _Save[T]
    drawn: str
    """What is said when it was drawn, before the name of the file."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The arguments of the commands: of which photo, drawn `out` into which file, if any, and told how."""

    photo: Path
    out: Path | None
    force: bool
    as_json: bool


def photo_options(draws: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds what makes a Wish; `draws` is the help of --annotate."""
    return all_of(
        click.argument("photo", type=click.Path(path_type=Path), shell_complete=complete_photos),
        click.option("--annotate", "out", type=UserPath(path_type=Path), metavar="OUT", help=draws),
        click.option("--force", is_flag=True, help="Let --annotate replace an existing file; never an indexed photo."),
        click.option("--json", "as_json", is_flag=True, help="Print one object."),
        shared_options,
    )


def show_card(state: State, card: Card[T], wish: Wish) -> None:
    """Prints the answer, and draws it where that is wished."""
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        found = card.read(store, wish.photo, settings)
        if wish.out is not None:
            # Before anything is printed, for it is a mistake that is worth no answer.
            refuse_original(store, wish.out, card.of(found))
            # And drawn before, too: whoever reads the answer may have enough of it.
            card.save(store, found, wish.out, settings, overwrite=wish.force)
            state.note(f"{card.drawn} {wish.out}")
        if wish.as_json:
            print_json(found.as_json())
        else:
            screen = console()
            for line in card.lines(found):
                screen.print(line, soft_wrap=True)


def bars(scores: Mapping[str, float]) -> Iterator[Text]:
    """A line for each emotion, with a bar as long as its score."""
    from rich.text import Text

    for label, score in scores.items():
        yield Text.assemble(f"  {label:<9}{score_text(score)} ", ("█" * round(score * _BAR_WIDTH), COLOURS[label]))
