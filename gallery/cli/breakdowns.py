"""Breakdowns on stdout: bars for a person, lines for a program, JSON for either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import click

from gallery.cli.output import console, counted, printable, to_terminal
from gallery.emotions import COLOURS
from gallery.insight.breakdown import SHARES_RULE, SHOWN, Breakdown, Group
from gallery.insight.timeline import gap

if TYPE_CHECKING:
    from rich.text import Text

_BAR_WIDTH: Final = 30
_NAMED: Final = 3
"""So many emotions are spelled out beside a bar, the largest first."""


def emotion_bars(emotions: Mapping[str, int]) -> Iterator[Text]:
    """A line for each emotion, with a bar that is longest for the most frequent one."""
    from rich.text import Text

    most = max(1, *emotions.values())
    for emotion, count in emotions.items():
        yield Text.assemble(f"{count:>8} {emotion:<10}", ("█" * round(count / most * _BAR_WIDTH), COLOURS[emotion]))


def print_groups(found: Breakdown) -> None:
    """Bars on a terminal; to a pipe a line per group: key, photos, faces and the count of each emotion, with tabs."""
    if not to_terminal():
        for group in found.groups:
            click.echo("\t".join([printable(group.key or ""), str(group.photos), str(group.faces), *_counts(group)]))
        return
    screen = console()
    for line in _lines(found):
        screen.print(line, soft_wrap=True)


def _counts(group: Group) -> list[str]:
    return [str(group.emotions[emotion]) for emotion in SHOWN if len(group.emotions) > 1]


def _lines(found: Breakdown) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"  photos    faces  {found.by}", style="dim")
    names = [printable(group.key or "unknown") for group in found.groups]
    width = max(map(len, names), default=0)
    before = None
    for group, name in zip(found.groups, names, strict=True):
        if found.by in ("month", "year") and before and group.key and (missed := gap(before, group.key)):
            yield Text(f"{'':19}… {counted(missed, found.by)} without photos", style="dim")
        moods = _emotion(found, group) if found.by == "emotion" else _moods(group)
        yield Text.assemble(f"{group.photos:>8} {group.faces:>8}  {name:<{width}}  ", moods)
        before = group.key
    yield Text(f"{found.photos:>8} {found.faces:>8}  in all", style="dim")
    if any(group.faces for group in found.groups):
        yield Text(SHARES_RULE, style="dim")


def _emotion(found: Breakdown, group: Group) -> Text:
    from rich.text import Text

    most = max(1, *(other.faces for other in found.groups))
    bar = "█" * round(group.faces / most * _BAR_WIDTH)
    share = found.share_of(group)
    percent = "" if share is None else f"{share:>4.0%} "
    return Text.assemble(percent, (bar, COLOURS[str(group.key)]))


def _moods(group: Group) -> Text:
    """A bar of all emotions, and the largest of them in words."""
    from rich.text import Text

    shares = group.shares()
    if shares is None:
        return Text("too few faces" if group.faces else "no faces", style="dim")
    ends = [round(_BAR_WIDTH * sum(list(shares.values())[: place + 1])) for place in range(len(shares))]
    widths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    bar = [("█" * width, COLOURS[emotion]) for emotion, width in zip(shares, widths, strict=True)]
    largest = sorted(shares, key=lambda emotion: -shares[emotion])[:_NAMED]
    named = ", ".join(f"{emotion} {shares[emotion]:.0%}" for emotion in largest if shares[emotion])
    return Text.assemble(*bar, f"  {named}")
