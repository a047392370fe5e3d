"""`gallery export` and `gallery album export`: photos in any of the formats that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import click

from gallery.api import album_export, query_export
from gallery.cli.completing import complete_albums
from gallery.cli.filters import parse_filters, query_options
from gallery.cli.options import all_of, dry_run_option, shared_options
from gallery.cli.output import counted, print_json, print_text, printable
from gallery.cli.paths import PIPE, UserPath
from gallery.cli.progress import Progress
from gallery.cli.state import State
from gallery.errors import UsageError
from gallery.export import (
    FORMATS,
    Export,
    ExportAction,
    ExportResult,
    Kind,
    NameTemplate,
    check_new,
    check_report_name,
    export_as,
    formats_help,
    refuse_ignored,
    write_report,
)
from gallery.export.template import BY_STEM
from gallery.query.query import Query
from gallery.store.store import Store

_TOLD: Final = (ExportAction.MISSING, ExportAction.FAILED, ExportAction.KEPT)
_HELP: Final = """Put photos into a folder, an archive, a page or a table.

\b
FORMATS

Nothing is overwritten: where another file has the name, the start of the photo's hash is added to it. Run again, it
adds what is new only; after an interruption, what is left. A folder among the indexed photos is refused.

\b
--name makes names and folders of these fields; the suffix is added by itself:
{stem} {suffix} {date} {emotion} {number} {album} {camera} {hash}
{date:%Y-%m} as strftime, {number:03} with zeros, {hash:8} the first digits

What is made in a folder is noted there in .gallery-export.jsonl. --update goes by it to replace what changed, and
--cleanup to remove what no longer belongs to the same album, whatever it is called now, or, here, to the query
in the same words; what other albums and queries put into the folder stays. Neither touches a file that
isn't to the byte what an export made, and none that may be the last copy of a photo.

In a CSV, a cell that a spreadsheet would take for a formula has an apostrophe before it.

\b
gallery export emotion:happy date:2024 --to ~/happy --name '{date:%Y}/{emotion}/{stem}'
gallery export path:Italy --as csv --to -
"""


def _parsed_template(_: click.Context, __: click.Parameter, text: str | None) -> NameTemplate | None:
    return None if text is None else NameTemplate.parse(text)


_place = UserPath(path_type=Path)
_dest = UserPath(path_type=Path, allow_dash=True)
_export_options = all_of(
    click.option(
        "--as", "form", type=click.Choice(list(FORMATS)), default="copy", help="What to make; copy by default."
    ),
    click.option(
        "--name",
        "template",
        metavar="TEMPLATE",
        callback=_parsed_template,
        help="How files are called, such as '{date:%Y}/{stem}'.",
    ),
    click.option("--update", is_flag=True, help="Replace what an earlier export made and what has changed since."),
    click.option(
        "--cleanup", is_flag=True, help="Remove what an earlier export made and what is no longer part of it."
    ),
    click.option(
        "--report", type=_place, metavar="FILE", help="Write what became of each file to a new .csv or .json."
    ),
    dry_run_option,
    click.option("--json", "as_json", is_flag=True, help="Print objects {source, target, action, reason, replaced}."),
)


@dataclass(frozen=True, slots=True)
class _Options:
    """What is said beside the photos; what doesn't go together is refused."""

    form: str
    template: NameTemplate | None
    update: bool
    cleanup: bool
    report: Path | None
    dry_run: bool
    as_json: bool

    def __post_init__(self) -> None:
        given = {"name": self.template, "update": self.update, "cleanup": self.cleanup, "report": self.report}
        refuse_ignored(self.form, [option for option, value in {**given, "json": self.as_json}.items() if value])
        if self.report is not None:
            check_report_name(self.report)
        if self.report is not None and self.dry_run:
            raise UsageError("--report and --dry-run exclude each other: a dry run writes nothing; it tells its plan")

    def applied_to(self, export: Export, store: Store) -> Export:
        """The export as these options want it."""
        return replace(
            export,
            name=self.template or BY_STEM,
            update=self.update,
            cleanup=store.paths_of if self.cleanup else None,
            dry_run=self.dry_run,
        )


@click.command()
@click.argument("name", shell_complete=complete_albums)
@click.argument("dest", type=_dest)
@query_options
@_export_options
@shared_options
def export(state: State, /, name: str, dest: Path, **given: Any) -> int:
    """Put the photos of an album into the folder DEST, which is made if need be.

    A query or flags narrow the album to those of its photos for which they hold, and a limit to the first of these. All
    else is as for `gallery export`, whose help explains it.

    \b
    gallery album export "Happy days" ~/Desktop/happy
    gallery album export "Happy days" /media/stick --name '{number:03} {stem}' --update --cleanup
    gallery album export "Happy days" ~/happy.zip --as zip date:2024
    """
    options, filters = _split(given)
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings)
        asked = album_export(store, name, dest, query, settings)
        return _run(state, store, options, asked)


@click.command("export", help=_HELP.replace("FORMATS", formats_help()))
@query_options
@click.option("--to", "dest", type=_dest, required=True, metavar="DEST", help="The folder or file to make.")
@_export_options
@shared_options
def export_query(state: State, /, dest: Path, **given: Any) -> int:
    """The help is made of all formats."""
    options, filters = _split(given)
    settings = state.settings()
    with state.open_existing_store(settings) as store:
        query = parse_filters(filters, store, settings) or Query()
        asked = query_export(store, query, dest, settings)
        if filters["precision"] is not None:  # the scores that it stands for change with what people say
            asked = replace(asked, owner=f"{asked.owner}-{filters['precision']}")
        return _run(state, store, options, asked)


def _split(given: dict[str, Any]) -> tuple[_Options, dict[str, Any]]:
    return _Options(**{field.name: given.pop(field.name) for field in fields(_Options)}), given


def _run(state: State, store: Store, options: _Options, asked: Export) -> int:
    """Makes the export and tells of it; the exit code."""
    asked, made = options.applied_to(asked, store), FORMATS[options.form]
    if made.render is not None and asked.dest == PIPE:
        print_text(made.render(asked))
        return 0
    if asked.dest == PIPE:
        fitting = ", ".join(name for name, one in FORMATS.items() if one.render is not None)
        raise UsageError(f"'-' is the pipe, which takes --as {fitting}; './-' is a folder or file of that name")
    results = export_as(options.form, asked, store)
    report = options.report
    if report is not None:
        check_new(report)
    told: list[ExportResult] = []
    try:
        with Progress(unit="photos", quiet=state.quiet) as progress:
            progress.plan(len(asked.photos))
            told.extend(_told(results, options, progress))
    except BaseException:
        if made.into == "folder":
            state.note(f"stopped; what is done is kept: {_sentence(told)}")
        raise
    finally:
        if report is not None:
            write_report(report, told)
    if options.as_json:
        print_json([result.as_json() for result in told])
    state.note_done(_sentence(told), dry_run=options.dry_run)
    return 1 if any(result.action is ExportAction.FAILED for result in told) else 0


def _told(results: Iterable[ExportResult], options: _Options, progress: Progress) -> Iterator[ExportResult]:
    """The results, those that went wrong told one by one as they come, and in a dry run the others as well."""
    for result in results:
        if result.kind is Kind.PHOTO:
            progress.advance(worked=result.action is not ExportAction.THERE)
        if result.action in _TOLD:
            reason = "" if result.reason == result.told else f": {result.reason}"
            progress.tell(f"{result.action}: {result.told or result.target}{reason}")
        elif options.dry_run and not options.as_json:
            source, target = printable(result.told), printable(result.target or "")
            click.echo(f"{result.action}\t{source}\t{target}")
        yield result


def _sentence(results: Sequence[ExportResult]) -> str:
    """`3 photos: 2 copied, 1 already there; 1 sidecar: 1 copied; 1 earlier file: 1 removed`."""
    parts = []
    for kind in Kind:
        counts = Counter(result.action for result in results if result.kind is kind)
        if counts or kind is Kind.PHOTO:
            actions = ", ".join(f"{counts[action]} {action}" for action in ExportAction if counts[action])
            parts.append(f"{counted(counts.total(), kind)}{': ' if actions else ''}{actions}")
    return "; ".join(parts)
