"""`gallery xmp`: what is shown of photos, for other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import all_of, database_option, dry_run_option, loudness_options, nul_option, shared_options
from gallery.cli.output import counted, print_json, print_paths, printable, to_terminal
from gallery.cli.progress import Progress
from gallery.cli.state import State
from gallery.query.query import Query
from gallery.xmp.sidecars import SidecarResult, clear_sidecars, write_sidecars

_WRITTEN = ("created", "changed", "removed")

_json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print objects {photo, sidecar, action, reason, replaced, added, removed}; the last two of {property, value}.",
)
_changing_options = all_of(query_options, dry_run_option, _json_option, nul_option, shared_options)


@click.group()
@database_option
@loudness_options
def xmp() -> None:
    """Hand emotions to other programs, in sidecar files.

    A sidecar is a small file beside a photo, `beach.jpg.xmp`, which digiKam, darktable, Immich, PhotoPrism and others
    read; the photo itself is never touched. Where `beach.xmp` exists and is this photo's, that one is used: where it
    names the photo's suffix, or no other picture is called `beach`. All else in a sidecar stays as it is.

    Emotions become keywords, `Emotion/happy` and `happy`. Each face is noted as well, with its box, score and who said
    so, in a namespace of our own; never among the faces of people. Each file of a photo gets a sidecar; where a query
    speaks of paths, each that it means: with path:~/Photos not the copies elsewhere.

    \b
    gallery xmp diff emotion:happy
    gallery xmp write emotion:happy date:2024..
    gallery xmp clear
    """


@xmp.command()
@_changing_options
def write(state: State, /, **given: Any) -> int:
    """Write the emotions shown of photos into their sidecars.

    Of every indexed photo unless a query says which. What was written before is replaced: where a face was corrected,
    the old emotion goes. Faces that are uncertain are left out. A pipe gets the paths of the sidecars that changed.
    Exits with 1 where a sidecar couldn't be written; it was left alone, and the others were written.
    """
    return _change(state, given, clear=False)


@xmp.command()
@_changing_options
def clear(state: State, /, **given: Any) -> int:
    """Take what `write` wrote out of sidecars again, and nothing else.

    Out of every sidecar unless a query says of which photos. A sidecar that nobody else has edited since is as it was
    before, to the byte; one that `write` made is deleted, unless somebody has put something into it since. A pipe gets
    the paths of the sidecars that changed.
    """
    return _change(state, given, clear=True)


@xmp.command()
@query_options
@_json_option
@shared_options
def diff(state: State, /, as_json: bool, **filters: Any) -> int:
    r"""Show what `write` would change, sidecar by sidecar.

    A pipe gets a line for each value, with tabs: sidecar, `+` or `-`, property, value.
    """
    results = _run(state, filters, dry_run=True, clear=False)
    if as_json:
        print_json([one.as_json() for one in results])
    else:
        _draw_differences(results) if to_terminal() else _print_differences(results)
    return _sum_up(state, results, clear=False, dry_run=True)


def _change(state: State, given: dict[str, Any], *, clear: bool) -> int:
    dry_run, as_json, nul = (given.pop(name) for name in ("dry_run", "as_json", "nul"))
    results = _run(state, given, dry_run=dry_run, clear=clear)
    _print(results, as_json=as_json, nul=nul, dry_run=dry_run)
    return _sum_up(state, results, clear=clear, dry_run=dry_run)


def _run(state: State, filters: dict[str, Any], *, dry_run: bool, clear: bool) -> list[SidecarResult]:
    settings = state.settings()
    results: list[SidecarResult] = []
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        found = store.search(query or Query(missing=clear), settings=settings)
        progress = Progress(unit="photos", quiet=state.quiet)
        if clear:
            work = clear_sidecars(store, progress.through(found), rest=query is None, dry_run=dry_run)
        else:
            work = write_sidecars(store, progress.through(found), settings, dry_run=dry_run)
        try:
            with progress:
                results.extend(_told(work, progress))
        except BaseException:
            state.note(f"stopped; {_sentence(results, 'with nothing to do')}")
            raise
    return results


def _told(work: Iterable[SidecarResult], progress: Progress) -> Iterator[SidecarResult]:
    """The results, those that went wrong told one by one as they come."""
    for one in work:
        if one.action in ("failed", "missing"):
            place = "" if one.replaced else f"{one.sidecar or one.photo}: "
            progress.tell(f"{one.action}: {place}{one.reason}")
        yield one


def _print(results: Sequence[SidecarResult], *, as_json: bool, nul: bool, dry_run: bool) -> None:
    written = [one for one in results if one.action in _WRITTEN]
    if as_json:
        print_json([one.as_json() for one in results])
    elif nul or not to_terminal():
        print_paths((one.sidecar for one in written), nul=nul)
    elif dry_run:
        for one in written:
            click.echo(f"{one.action}\t{printable(one.sidecar)}")


def _print_differences(results: Sequence[SidecarResult]) -> None:
    for one in results:
        for each in one.differences:
            sign = "+" if each.added else "-"
            click.echo(f"{printable(one.sidecar)}\t{sign}\t{each.property}\t{printable(each.value)}")


def _draw_differences(results: Sequence[SidecarResult]) -> None:
    from rich.text import Text

    from gallery.cli.output import console

    screen = console()
    for one in (one for one in results if one.action in _WRITTEN):
        screen.print(Text.assemble(printable(one.sidecar), (f"  {one.action}", "dim")), soft_wrap=True)
        for each in one.differences:
            sign, style = ("+", "green") if each.added else ("-", "red")
            screen.print(Text(f"  {sign} {each.property}  {printable(each.value)}", style=style), soft_wrap=True)


def _sum_up(state: State, results: Sequence[SidecarResult], *, clear: bool, dry_run: bool) -> int:
    nothing = "with nothing of ours" if clear else "without an emotion to write"
    state.note_done(_sentence(results, nothing), dry_run=dry_run)
    return 1 if any(one.action == "failed" for one in results) else 0


def _sentence(results: Sequence[SidecarResult], nothing: str) -> str:
    """`3 files: 1 created, 1 unchanged, 1 without an emotion to write`."""
    counts = Counter(str(one.action) for one in results)
    words = {name: name for name in (*_WRITTEN, "unchanged", "missing", "failed")} | {"nothing": nothing}
    parts = [f"{counts[action]} {word}" for action, word in words.items() if counts[action]]
    return ": ".join([counted(len(results), "file"), ", ".join(parts)]) if parts else "no photo matches"
