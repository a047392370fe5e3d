"""`gallery config`: the settings, where they come from, and how they are changed."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from gallery.cli.asking import agreed
from gallery.cli.options import loudness_options, pass_state, shared_options
from gallery.cli.output import console, message, plain_table, print_json, printable, to_terminal
from gallery.cli.state import State
from gallery.errors import GalleryError
from gallery.settings import Origin, Settings, config_file, setting_origins, variable


@click.group()
def config() -> None:
    """Show and change the settings.

    They are kept in a TOML file. A variable of the environment such as GALLERY_MIN_SCORE wins over the file, a flag
    over both.
    """


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in asdict(Settings()) if name.startswith(incomplete)]


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print one object: `file` and `settings`, each with its source.")
@shared_options
def show(state: State, as_json: bool) -> None:
    """Show every setting, its value, and where that comes from: default, file, variable or flag.

    To a pipe a line per setting: name, value and source, with tabs between.
    """
    found = setting_origins({"db": state.database})
    if as_json:
        print_json({"file": str(config_file()), "settings": [asdict(one) for one in found]})
    elif to_terminal():
        _draw(found)
    else:
        for one in found:
            click.echo(f"{one.name}\t{printable(str(one.value))}\t{one.source}")
    state.hint(f"settings file: {config_file()}" + ("" if config_file().exists() else " (not there yet)"))


@config.command("set")
@click.argument("name", shell_complete=_complete)
@click.argument("value")
@loudness_options
@pass_state
def set_(state: State, name: str, value: str) -> None:
    """Set a setting in the settings file; all else in it stays as it is."""
    from gallery.preferences import set_setting

    kept = set_setting(name, value)
    state.note(f"{name} is now {kept if kept != '' else 'the built-in one'}")
    state.note_winner(name)


@config.command()
@click.argument("name", shell_complete=_complete)
@loudness_options
@pass_state
def unset(state: State, name: str) -> None:
    """Take a setting out of the settings file, so that it is the built-in one again."""
    from gallery.preferences import unset_setting

    unset_setting(name)
    state.note(f"{name} isn't in the settings file any more")
    state.note_winner(name)


@config.command()
@loudness_options
@pass_state
def edit(state: State) -> int:
    """Edit the settings file in your editor, the one named by $VISUAL or $EDITOR.

    What you wrote becomes the settings file when it is a valid one; until then the old one stays. Exits with 1 where it
    is given up.
    """
    from gallery.preferences import settings_content

    before = settings_content()
    draft = _draft(before)
    while True:
        content = _edited(draft, before)
        if content == before:
            draft.unlink()
            state.note("nothing changed")
            return 0
        problem = _replace(content)
        if problem is None:
            draft.unlink()
            state.note(f"settings kept in {config_file()}")
            return 0
        message(problem)
        if not agreed("Edit again?", default=True, way_out=f"what you wrote is in {draft}"):
            state.note(f"nothing changed; what you wrote is in {draft}")
            return 1


def _edited(draft: Path, before: bytes) -> bytes:
    try:
        click.edit(filename=str(draft))
    except click.ClickException as error:
        if draft.read_bytes() == before:
            draft.unlink()
            raise
        reason = f"{error.format_message()}; nothing changed, what you wrote is in {draft}"
        raise click.ClickException(reason) from None
    return draft.read_bytes()


def _replace(content: bytes) -> str | None:
    """What is wrong with it, if anything."""
    from gallery.preferences import replace_settings

    try:
        replace_settings(content)
    except GalleryError as error:
        return str(error)
    return None


def _draft(content: bytes) -> Path:
    """A file of its owner's alone, whose name tells editors that it is TOML."""
    number, name = tempfile.mkstemp(prefix="gallery-config-", suffix=".toml")
    with os.fdopen(number, "wb") as file:
        file.write(content)
    return Path(name)


def _draw(found: list[Origin]) -> None:

    table = plain_table("setting", "value", "from", "default")
    for one in found:
        source = variable(one.name) if one.source == "variable" else one.source
        table.add_row(one.name, printable(str(one.value)), source, printable(str(one.default)))
    console().print(table)
