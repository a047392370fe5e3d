"""`gallery export` and `gallery album export`: photos as files in a folder, an archive, a page or a table."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from gallery.cli.commands.completion import complete_albums
from gallery.cli.filters import parse_filters, query_options
from gallery.cli.output import counted, print_json, printable
from gallery.cli.progress import Progress
from gallery.cli.state import State, database_option, loudness_options, pass_state
from gallery.curation.albums import Album, album_photos, read_album
from gallery.errors import UsageError
from gallery.export import (
    TABLES,
    WAYS,
    Action,
    ExportOptions,
    ExportResult,
    Kind,
    NameTemplate,
    check_new,
    check_report_name,
    export_photos,
    write_archive,
    write_report,
    write_table,
)
from gallery.export.photo_folders import refuse_library
from gallery.query.query import Query
from gallery.records import PhotoRecord

if TYPE_CHECKING:
    from gallery.settings import Settings
    from gallery.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])

_FORMS: Final = (*WAYS, "zip", "html", *TABLES)
_FITTING: Final[dict[str, tuple[str, ...]]] = {
    "name": (*WAYS, "zip"),
    "update": WAYS,
    "cleanup": WAYS,
    "report": (*WAYS, "zip", "html"),
    "json": (*WAYS, "zip", "html"),
}
"""With which forms an option makes sense."""
_TOLD: Final = (Action.MISSING, Action.FAILED, Action.KEPT)
_STDOUT: Final = Path("-")

_place = click.Path(path_type=Path)
_OPTIONS = (
    click.option("--as", "form", type=click.Choice(_FORMS), default="copy", help="What to make; copy by default."),
    click.option("--name", "template", metavar="TEMPLATE", help="How files are called, such as '{date:%Y}/{stem}'."),
    click.option("--update", is_flag=True, help="Replace what an earlier export made and what has changed since."),
    click.option(
        "--cleanup", is_flag=True, help="Remove what an earlier export made and what is no longer part of it."
    ),
    click.option(
        "--report", type=_place, metavar="FILE", help="Write what became of each file to a new .csv or .json."
    ),
    click.option("-n", "--dry-run", is_flag=True, help="Only tell what would be done."),
    click.option("--json", "as_json", is_flag=True, help="Print an array of {source, target, action, reason}."),
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the options say; what doesn't go together is refused."""

    form: str
    template: str | None
    update: bool
    cleanup: bool
    report: Path | None
    dry_run: bool
    as_json: bool

    def __post_init__(self) -> None:
        given = {"name": self.template, "update": self.update, "cleanup": self.cleanup, "report": self.report}
        for option, value in {**given, "json": self.as_json}.items():
            if value and self.form not in _FITTING[option]:
                raise UsageError(f"--{option} goes with --as {', '.join(_FITTING[option])}, not with {self.form}")
        if self.report is not None:
            check_report_name(self.report)
        if self.report is not None and self.dry_run:
            raise UsageError("--report and --dry-run exclude each other: a dry run writes nothing; it tells its plan")

    @property
    def naming(self) -> NameTemplate:
        """Raises UsageError for a template that can't be understood."""
        return NameTemplate.parse(self.template or "{stem}")


def _export_options(command: F) -> F:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.argument("name", shell_complete=complete_albums)
@click.argument("dest", type=_place)
@query_options
@_export_options
@database_option
@loudness_options
@pass_state
def export(state: State, /, name: str, dest: Path, **given: Any) -> int:
    """Put the photos of an album into the folder DEST, which is made if need be.

    A query or flags narrow the album to those of its photos for which they hold, and a limit to the first of these. All
    else is as for `gallery export`, whose help explains it.

    \b
    gallery album export "Happy days" ~/Desktop/happy
    gallery album export "Happy days" /media/stick --name '{number:03} {stem}' --update --cleanup
    gallery album export "Happy days" ~/happy.zip --as zip date:2024
    """
    wish, filters = _split(given)
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        query = None if query is None else replace(query, missing=True)
        photos = album_photos(store, name, settings, query)
        one = read_album(store, name, settings)
        return _Export(state, store, settings, wish, dest.expanduser(), one.name, one).run(photos)


@click.command("export")
@query_options
@click.option("--to", "dest", type=_place, required=True, metavar="DEST", help="The folder or file to make.")
@_export_options
@database_option
@loudness_options
@pass_state
def export_query(state: State, /, dest: Path, **given: Any) -> int:
    """Put photos into a folder, an archive, a page or a table.

    \b
    --as copy, hardlink, symlink  files in the folder DEST; sidecars are copied along
    --as zip                      the new file DEST, with the same names
    --as html                     a page to hand on, with smaller pictures, in the folder DEST
    --as csv, json                the new file DEST, or - for stdout, with a row per photo

    Nothing is overwritten: where another file has the name, the start of the photo's hash is added to it. Run again, it
    adds what is new only; after an interruption, what is left. A folder among the indexed photos is refused.

    \b
    --name makes names and folders of these fields; the suffix is added by itself:
    {stem} {suffix} {date} {emotion} {number} {album} {camera} {hash}
    {date:%Y-%m} as strftime, {number:03} with zeros, {hash:8} the first digits

    What is made in a folder is noted there in .gallery-export.jsonl. --update goes by it to replace what changed, and
    --cleanup to remove what no longer belongs to the same album or, here, to the query. Neither touches a file that
    isn't to the byte what an export made, and none that may be the last copy of a photo.

    In a CSV, a cell that a spreadsheet would take for a formula has an apostrophe before it.

    \b
    gallery export emotion:happy date:2024 --to ~/happy --name '{date:%Y}/{emotion}/{stem}'
    gallery export path:Italy --as csv --to -
    """
    wish, filters = _split(given)
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        photos = store.search(parse_filters(filters, store, settings) or Query(), settings=settings)
        return _Export(state, store, settings, wish, dest.expanduser(), dest.name).run(photos)


def _split(given: dict[str, Any]) -> tuple[_Wish, dict[str, Any]]:
    wish = _Wish(**{field.name: given.pop(field.name) for field in fields(_Wish)})
    wish.naming  # noqa: B018 - what is wrong with it is to be said before all else
    return wish, given


@dataclass(frozen=True, slots=True)
class _Export:
    """One export, told as it goes on."""

    state: State
    store: Store
    settings: Settings
    wish: _Wish
    dest: Path
    title: str
    album: Album | None = None

    def run(self, photos: Sequence[PhotoRecord]) -> int:
        """The exit code."""
        if self.wish.form in TABLES:
            self._table(photos)
            return 0
        report = None if self.wish.report is None else self.wish.report.expanduser()
        results = self._results(photos)
        if report is not None:
            check_new(report)
        told: list[ExportResult] = []
        try:
            with Progress(unit="photos", quiet=self.state.quiet) as progress:
                progress.plan(len(photos))
                for result in self._told(results, progress):
                    told.append(result)
        except BaseException:
            if self.wish.form != "zip":
                self.state.note(f"stopped; what is done is kept: {_sentence(told)}")
            raise
        finally:
            if report is not None:
                write_report(report, told)
        if self.wish.as_json:
            print_json([result.as_json() for result in told])
        start = "dry run, nothing was written: " if self.wish.dry_run else ""
        self.state.note(start + _sentence(told))
        return 1 if any(result.action is Action.FAILED for result in told) else 0

    def _results(self, photos: Sequence[PhotoRecord]) -> Iterator[ExportResult]:
        form, naming, dry_run = self.wish.form, self.wish.naming, self.wish.dry_run
        name = "" if self.album is None else self.album.name
        if form == "zip":
            return write_archive(photos, self.dest, name=naming, album=name, dry_run=dry_run)
        refuse_library(self.store, self.dest)
        if form == "html":
            from gallery.export.page import write_page

            note, cover = ("", None) if self.album is None else (self.album.note, self.album.cover)
            return write_page(
                photos,
                self.dest,
                title=self.title,
                note=note,
                cover=cover,
                settings=self.settings,
                dry_run=dry_run,
            )
        how = next(way for way in WAYS if way == form)
        options = ExportOptions(how, naming, name, self.wish.update, dry_run)
        return export_photos(photos, self.dest, options, cleanup=self.store.paths_of if self.wish.cleanup else None)

    def _told(self, results: Iterable[ExportResult], progress: Progress) -> Iterator[ExportResult]:
        """The results, those that went wrong told one by one as they come, and in a dry run the others as well."""
        for result in results:
            if result.kind is Kind.PHOTO:
                progress.advance(worked=result.action is not Action.THERE)
            if result.action in _TOLD:
                progress.tell(f"{result.action}: {result.source or result.target}: {result.reason}")
            elif self.wish.dry_run and not self.wish.as_json:
                source, target = printable(result.source or ""), printable(result.target or "")
                click.echo(f"{result.action}\t{source}\t{target}")
            yield result

    def _table(self, photos: Sequence[PhotoRecord]) -> None:
        if self.dest == _STDOUT:
            sys.stdout.buffer.write(TABLES[self.wish.form](photos))
            sys.stdout.buffer.flush()
            return
        write_table(photos, self.dest, self.wish.form, dry_run=self.wish.dry_run)
        done = "dry run, nothing was written: " if self.wish.dry_run else ""
        self.state.note(f"{done}{counted(len(photos), 'photo')} listed in {self.dest}")


def _sentence(results: Sequence[ExportResult]) -> str:
    """`3 photos: 2 copied, 1 already there; 1 sidecar: 1 copied; 1 earlier file: 1 removed`."""
    parts = []
    for kind in Kind:
        counts = Counter(result.action for result in results if result.kind is kind)
        if counts or kind is Kind.PHOTO:
            actions = ", ".join(f"{counts[action]} {action}" for action in Action if counts[action])
            parts.append(f"{counted(counts.total(), kind)}{': ' if actions else ''}{actions}")
    return "; ".join(parts)
