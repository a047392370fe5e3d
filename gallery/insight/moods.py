"""A timeline of moods as a picture or a web page: which share of the faces shows which emotion, month after month."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gallery.emotions import COLOURS
from gallery.errors import ExportError, UsageError
from gallery.insight.breakdown import MIN_FACES, SHARES_RULE, SHOWN
from gallery.insight.drawings import refuse_original
from gallery.insight.mood_days import Mood, Shares, pooled
from gallery.insight.timeline import Period, Timeline
from gallery.store.store import Store
from gallery.system.files import write_beside
from gallery.system.paths import AnyPath, expanded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES: Final = (".png", ".html")

_DPI: Final = 150
_FAINT: Final = 0.6
"""How opaque bars are that several periods share."""
_PAPER, _INK, _QUIET = "white", "#1c2430", "#64748b"


def save_moods(store: Store, moods: Timeline, path: AnyPath, *, overwrite: bool = False) -> None:
    """Draws into a new file, whole or not at all: a PNG, or a web page that needs no other file and runs no script.

    Raises UsageError for another suffix, where there is nothing to draw, where it is an indexed photo of the store, or
    where something is there already and `overwrite` is false; a link that is overwritten is replaced, not followed.
    Raises ExportError where the file can't be written.
    """
    refuse_original(store, path)
    path = expanded(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{path}: can't draw into a file called {suffix or 'without suffix'}; use .png or .html")
    if os.path.lexists(path) and (not overwrite or path.is_dir()):
        raise UsageError(f"{path}: is there already; choose another name, or add --force")
    if not moods.periods:
        raise UsageError("nothing to draw: no photo with a date matches")
    content = picture(moods) if suffix == ".png" else page(moods).encode()
    try:
        write_beside(path, content)
    except OSError as error:
        raise ExportError(path, f"can't be written: {error.strerror or error}") from None


def title(moods: Timeline) -> str:
    """What the picture shows, in one line."""
    first, last = moods.periods[0].name, moods.periods[-1].name
    span = first if first == last else f"{first} to {last}"
    return f"Moods by {moods.by}, {span}: {moods.faces:,} faces in {moods.photos:,} photos"


def notes(moods: Timeline) -> list[str]:
    """What one must know to read the picture, in sentences."""
    fewer = f"Fainter: a {moods.by} with fewer, taken together with those beside it until they are enough."
    said = [SHARES_RULE, fewer, "Where no photo was taken there is a gap; where all together are too few, no bar."]
    if moods.undated:
        said.append(f"Not shown, for want of a date: {moods.undated:,} of the photos.")
    return [*said, "An emotion says how a face looks, not what a person feels."]


def pooled_shares(moods: Timeline) -> dict[str, Shares]:
    """The shares of each period that has faces, by its name; gaps are passed over, not counted as neighbours."""
    counts = [
        Mood(period.name, tuple(period.group.emotions[emotion] for emotion in SHOWN))
        for period in moods.periods
        if period.group and period.faces
    ]
    return {one.mood.key: one for one in pooled(counts)}


def picture(moods: Timeline) -> bytes:
    """The timeline as a PNG."""
    from matplotlib import style

    content = io.BytesIO()
    with style.context("default"):
        figure(moods).savefig(content, format="png", dpi=_DPI)
    return content.getvalue()


def figure(moods: Timeline) -> Figure:
    """The timeline as matplotlib draws it: shares above, numbers of faces below."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    drawn = Figure(figsize=(12, 6.5), layout="constrained", facecolor=_PAPER)
    shares, counts = drawn.subplots(2, sharex=True, height_ratios=(3, 1))
    _draw_shares(shares, moods)
    counts.bar(range(len(moods.periods)), [period.faces for period in moods.periods], 0.9, color=_QUIET)
    counts.axhline(MIN_FACES, color=_INK, linewidth=0.8, linestyle=":")
    places = moods.named()
    counts.set_xticks([place for place, _ in places], [name for _, name in places])
    counts.set_xlim(-0.6, len(moods.periods) - 0.4)
    counts.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    counts.set_ylabel("faces (n)")
    shares.set(ylim=(0, 1), ylabel="share of the faces")
    shares.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    shares.set_title(title(moods), loc="left")
    drawn.supxlabel("\n".join(notes(moods)), fontsize=8, color=_QUIET, x=0.01, ha="left")
    return drawn


def _draw_shares(axes: Axes, moods: Timeline) -> None:
    """A stack per period, fainter where it is of several; periods without shares leave their place empty."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    found = pooled_shares(moods)
    stacks = [(place, found.get(period.name)) for place, period in enumerate(moods.periods)]
    known = [(place, one.shares, one.pooled) for place, one in stacks if one is not None and one.shares is not None]
    places, bottom = [place for place, *_ in known], [0.0] * len(known)
    for number, emotion in enumerate(SHOWN):
        heights = [shares[number] for _, shares, _ in known]
        colours = [to_rgba(COLOURS[emotion], _FAINT if pooled > 1 else 1) for *_, pooled in known]
        axes.bar(places, heights, 0.9, bottom, color=colours, label=emotion)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    handles = [Patch(color=COLOURS[emotion]) for emotion in SHOWN]
    axes.legend(handles[::-1], SHOWN[::-1], loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the drawing on the page, in its own units."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Column:
    """All bars of a period, and what is said where one points at it."""

    says: str
    x: float
    width: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where things are on the page: a field of shares above one of counts."""

    moods: Timeline
    width: float = 1000.0
    left: float = 50.0
    shares_top: float = 10.0
    shares_height: float = 300.0
    counts_top: float = 335.0
    counts_height: float = 90.0
    height: float = 455.0

    @property
    def step(self) -> float:
        """The room of one period."""
        return (self.width - self.left) / len(self.moods.periods)

    @property
    def most(self) -> int:
        """Faces of the fullest period."""
        return max(1, *(period.faces for period in self.moods.periods))

    def middle(self, place: int) -> float:
        """Of the room of the period at this place."""
        return self.left + (place + 0.5) * self.step

    def columns(self) -> Iterator[Column]:
        """One for each period with photos."""
        found = pooled_shares(self.moods)
        for place, period in enumerate(self.moods.periods):
            if period.group:
                left, shares = self.left + place * self.step, found.get(period.name)
                bars = self._bars(period, shares, left + 0.05 * self.step)
                yield Column(_said(period, shares), left, self.step, tuple(bars))

    def _bars(self, period: Period, shares: Shares | None, left: float) -> Iterator[Bar]:
        width, low = 0.9 * self.step, self.shares_top + self.shares_height
        opacity = _FAINT if shares and shares.pooled > 1 else 1.0
        for emotion, share in _by_emotion(shares).items():
            height = share * self.shares_height
            low -= height
            if height:
                yield Bar(left, low, width, height, COLOURS[emotion], opacity)
        height = period.faces / self.most * self.counts_height
        yield Bar(left, self.counts_top + self.counts_height - height, width, height, _QUIET)


def _by_emotion(shares: Shares | None) -> dict[str, float]:
    """Empty where there are none."""
    return dict(zip(SHOWN, shares.shares, strict=True)) if shares and shares.shares else {}


def _said(period: Period, shares: Shares | None) -> str:
    """`2023-06: 120 faces in 80 photos; happy 45 %, neutral 40 %`."""
    assert period.group  # noqa: S101 - of a gap nothing is said
    ordered = sorted(_by_emotion(shares).items(), key=lambda share: -share[1])
    said = ", ".join(f"{emotion} {share:.0%}" for emotion, share in ordered if share)
    together = f"; of {shares.pooled} together" if said and shares and shares.pooled > 1 else ""
    told = f"{together}: {said}" if together else f"; {said}" if said else ""
    return f"{period.name}: {period.faces:,} faces in {period.group.photos:,} photos{told}"


def page(moods: Timeline) -> str:
    """The timeline as a web page: the drawing, and all its figures in a table."""
    from gallery.system.templates import page_templates

    return (
        page_templates("gallery.insight")
        .get_template("moods.html")
        .render(
            title=title(moods),
            notes=notes(moods),
            moods=moods,
            drawing=Drawing(moods),
            pooled=pooled_shares(moods),
            emotions=SHOWN,
            colours=COLOURS,
            min_faces=MIN_FACES,
        )
    )
