"""`gallery index`: the main job."""

from __future__ import annotations

from typing import Any

import click

from gallery.api import index as index_photos
from gallery.cli.folders import folders_to_look_through, open_store_for
from gallery.cli.index_run import IndexRun
from gallery.cli.network_options import (
    background_option,
    follow_links_option,
    pipeline_options,
    searched_at,
    thumbnails_option,
    workers_option,
)
from gallery.cli.options import shared_options
from gallery.cli.paths import UserPath
from gallery.cli.state import State
from gallery.query.query import Query
from gallery.system.machine import yield_to_others


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", type=UserPath())
@follow_links_option
@click.option("--include", multiple=True, metavar="NAME", help="Look into bins and the like of this name, too.")
@click.option("--retry-failed", is_flag=True, help="Try files again that couldn't be read before.")
@click.option("--force", is_flag=True, help="Look at unchanged photos again, too; what you said of their faces stays.")
@pipeline_options
@click.option("--batch-size", type=int, metavar="N", help="Photos per transaction; 16 by default.")
@workers_option
@thumbnails_option
@background_option
@click.option("--wait", is_flag=True, help="Wait for another `gallery index` on this database, which else is refused.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one object at the end; see above.")
@shared_options
def index(
    state: State,
    /,
    paths: tuple[str, ...],
    follow_links: bool | None,
    include: tuple[str, ...],
    retry_failed: bool,
    force: bool,
    thumbnails: bool,
    wait: bool,
    background: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Look through folders and remember every face.

    Without a folder, all that `gallery roots` lists. One of these that isn't there is told of, and its photos stay as
    they are; so do those on a drive that isn't connected.

    Photos that haven't changed since the last time are passed over. Ctrl-C stops; the same command goes on from there.
    Exits with 1 where photos couldn't be read; `gallery errors` lists them.

    With --force every photo is opened and searched for faces anew, for example with --thorough. What you said of the
    faces stays, and so do albums; what other models said of them goes.

    With --background a laptop stays usable, and the run takes longer: it has the lowest priority, and one core less.

    Bins, snapshots, and what other programs make of photos are passed over, unless --include names them, as in
    --include '#recycle' --include '*.lrdata'. That is remembered for these folders until --include is given again;
    --include '' takes in none. Photos that an ignore file names by now, or that lie in a bin, are no longer wanted:
    they are found no more, what you said of them is kept, and they are back when the rule goes.

    A small picture of each photo that is searched goes into the cache folder of your system, for `gallery serve`; those
    of photos that were forgotten, or that are no longer wanted, are taken out.

    \b
    --json prints an object: the number of photos that are new, unchanged,
      edited (the same picture with another star, keyword, date or place, or
      the same shot turned, cropped, retouched or compressed again),
      changed (another picture), moved, copied, missing, restored, reread
      (unchanged, and searched anew by --force), failed and unwanted
      (there, and ignored by now or in a bin); faces found in this run;
      in_bins, those passed over in bins and snapshots; failed_places, those of
      the failed that are no photos, but folders that couldn't be looked into;
      words_waiting, said of faces that weren't found again in what came into
      the places of their photos; places_staying, in albums, with pictures
      that have a file elsewhere; turns_ended, photos that you had turned and
      another program turned since;
      videos and raw, files of these kinds among the photos, which are passed
      over, too; odd, photos with something odd about their files, or a date
      in them, whose pictures are whole;
      seconds; photos_per_second
    """
    if background:
        yield_to_others()
    settings = state.settings(**searched_at(**flags))
    names = [name for name in include if name] if include else None
    with open_store_for(state, settings, paths) as store:
        first_time = store.count(Query(missing=True)) == 0
        options = {"include": names, "retry_failed": retry_failed, "force": force}
        options |= {"thumbnails": thumbnails, "wait": wait}
        run = IndexRun(state, settings, follow_links=follow_links, **options)
        run.report(index_photos(folders_to_look_through(store, paths), store=store, **run.arguments), as_json=as_json)
    if first_time and run.summary.new:
        state.hint("Next: `gallery search --emotion happy`, or `gallery stats`.")
    if run.summary.failed:
        state.hint("`gallery errors` lists what couldn't be read.")
    return 1 if run.summary.failed else 0
