"""The command line, a thin shell over the library: a command parses, calls one function, prints the answer."""

from __future__ import annotations

import gc
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, Final, NoReturn

import click

from gallery.cli import exits
from gallery.cli.lazy import LazyGroup
from gallery.cli.options import database_option, loudness_options
from gallery.cli.output import StderrHandler
from gallery.cli.state import COMPLETE_VARIABLE, State

__all__ = ["COMMANDS", "cli", "main"]

PROGRAM: Final = "gallery"
DISTRIBUTION: Final = "smart-gallery"
"""What it is installed as: on the package index, `gallery` is somebody else's."""
COMMANDS: Final = {
    "index": ("gallery.cli.commands.index:index", "Look through folders and remember every face."),
    "watch": ("gallery.cli.commands.watch:watch", "Keep up with folders as photos come and go."),
    "roots": ("gallery.cli.commands.roots:roots", "List the folders that the gallery looks through, and forget some."),
    "search": ("gallery.cli.commands.search:search", "List the photos that a query describes."),
    "fields": ("gallery.cli.commands.fields:fields", "Explain the search language."),
    "query": ("gallery.cli.commands.query:query", "Keep queries under a name."),
    "serve": ("gallery.cli.commands.serve:serve", "Open the gallery in the browser."),
    "show": ("gallery.cli.commands.show:show", "Show all that is known of a photo."),
    "open": ("gallery.cli.commands.open:open_", "Open a photo in the system's viewer."),
    "why": ("gallery.cli.commands.why:why", "Explain what is shown of each face of a photo."),
    "stats": ("gallery.cli.commands.stats:stats", "Count photos, faces and emotions."),
    "album": ("gallery.cli.commands.album:album", "Make, fill, list and export albums."),
    "export": ("gallery.cli.commands.export:export_query", "Put photos into a folder, an archive, a page or a table."),
    "pick": ("gallery.cli.commands.pick:pick", "Say which photos are the ones to keep."),
    "rotate": (
        "gallery.cli.commands.rotate:rotate",
        "Show photos turned, and change no file.",
    ),
    "best": ("gallery.cli.commands.best:best", "Find the best shot of each burst."),
    "duplicates": ("gallery.cli.commands.duplicates:duplicates", "List photos that are there more than once."),
    "label": ("gallery.cli.commands.label:label", "Say which emotion a face shows."),
    "reject": ("gallery.cli.commands.label:reject", "Say that something is no face."),
    "review": ("gallery.cli.commands.review:review", "Go through the most doubtful faces."),
    "report": ("gallery.cli.commands.report:report", "Say how often the model was right where you corrected it."),
    "undo": ("gallery.cli.commands.undo:undo", "Take back what you did last."),
    "dump": ("gallery.cli.commands.dump:dump", "Write all that you typed in as text."),
    "restore": ("gallery.cli.commands.dump:restore", "Read back what `dump` wrote."),
    "xmp": ("gallery.cli.commands.xmp:xmp", "Hand emotions to other programs, in sidecar files."),
    "errors": ("gallery.cli.commands.failures:errors", "List the files that couldn't be read, and why."),
    "prune": ("gallery.cli.commands.prune:prune", "Forget photos whose files are gone."),
    "predict": ("gallery.cli.commands.predict:predict", "Read the faces of photos without a database."),
    "rescore": ("gallery.cli.commands.rescore:rescore", "Read every stored face again with another model."),
    "train": ("gallery.cli.commands.train:train", "Train a network on FER2013 and write a checkpoint."),
    "evaluate": ("gallery.cli.commands.evaluate:evaluate", "Measure a model, shipped or a file, on labelled faces."),
    "model": ("gallery.cli.commands.model:model", "List, describe and compare models, choose one, and hand one on."),
    "config": ("gallery.cli.commands.config:config", "Show and change the settings."),
    "db": ("gallery.cli.commands.db:db", "Look after the database."),
    "completion": (
        "gallery.cli.commands.completion:completion",
        "Print the script that completes commands in your shell.",
    ),
}


class Root(LazyGroup):
    """The program; every way out of it leads through `exits`."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *rest: Any,
        **extra: Any,
    ) -> NoReturn:
        state = State()
        extra |= {"standalone_mode": False, "obj": state}
        if COMPLETE_VARIABLE in os.environ:
            from gallery.cli.commands.completion import prepare

            prepare()
        run = super().main
        sys.exit(exits.run(lambda: run(args, prog_name or PROGRAM, *rest, **extra), state))

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with exits.quiet_interruptions():  # for `gallery --help | head`
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with exits.quiet_interruptions():
            return super().invoke(ctx)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    import platform  # here, as the other: every start would pay for it
    from importlib.metadata import version

    click.echo(f"{PROGRAM} {version(DISTRIBUTION)}")
    if ctx.ensure_object(State).verbose:
        from gallery.vision.device import build

        click.echo(f"Python {platform.python_version()} on {platform.system()}\n{build()}")
    ctx.exit()


@click.command(
    cls=Root,
    name=PROGRAM,
    commands_by_name=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=exits.HELP,
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version, with -v also what computes, and exit.",
)
@database_option
@loudness_options
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Finds the faces in your photos, reads their emotions, and makes albums of them.

    Begin with `gallery index FOLDER`. Nothing leaves your machine, and your photos are never changed.
    """
    log, state = logging.getLogger(PROGRAM), ctx.ensure_object(State)
    log.handlers = [StderrHandler()]
    log.setLevel(logging.DEBUG if state.verbose else logging.ERROR if state.quiet else logging.WARNING)
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main() -> NoReturn:
    """The program `gallery`."""
    _open_closed_streams()
    # What imports make lasts as long as the program; looking for garbage among it costs a search a fifth of its time,
    # half of it while starting (until the command is imported), half while leaving.
    gc.disable()
    # Pillow warns of damaged metadata, in terms that help nobody; a photo that can't be read is reported anyway.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        cli.main()
    finally:
        # Torch's libraries complain of leaks where they aren't cleared away.
        if "torch" not in sys.modules:
            gc.freeze()


def _open_closed_streams() -> None:
    """Where the shell closed stdin, stdout or stderr (`gallery stats >&-`): what comes there goes nowhere.

    Without, the next file that is opened takes the number, and what libraries print is written into it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
