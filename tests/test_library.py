"""The front door: what `import gallery` hands on, and that the command line does nothing which the library can't."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import gallery

CLI = Path(gallery.__file__).parent / "cli"
COMMANDS = sorted(path.stem for path in (CLI / "commands").glob("*.py") if path.stem != "__init__")

WORDS = ("gallery.emotions", "gallery.errors", "gallery.faces", "gallery.query", "gallery.records", "gallery.settings")
"""Pure words of the program, which anybody may say."""
OWN = {
    "check_new": "asked before the work begins, which export_as does, too",
    "check_report_name": "an option",
    "formats_help": "a text of the help",
    "refuse_ignored": "options",
    "counts": "a sentence",
    "date_notes": "what show says of dates in a file beside its date",
    "gap": "months between two bars",
    "networks": "told when loading begins, for a person who waits",
    "decode_crop": "a picture in the terminal",
    "names_face": "which words are faces",
    "refuse_original": "asked before anything is printed, which save_annotated does, too",
    "absolute": "words that are paths",
    "expanded": "words that are paths",
    "each_file_once": "words for copies and links",
    "IndexArguments": "a type",
    "yield_to_others": "the priority of the whole process, which is for whoever runs it to say",
}
"""Small things that the command line alone needs, and for what."""


def taken(path: Path) -> Iterator[tuple[str, str]]:
    """What a module of the command line takes from outside it: of which module, which name, empty for all of it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("gallery.cli"):
            yield from ((str(node.module), alias.name) for alias in node.names)


@pytest.mark.parametrize("name", gallery.__all__)
def test_every_name_is_handed_on_from_its_home(name: str) -> None:
    value = getattr(gallery, name)
    assert value is not None
    assert name in dir(gallery)


def test_names_are_those_of_their_homes_and_of_no_module() -> None:
    assert sorted({*gallery._HOMES, "EMOTIONS", "GalleryError"}) == sorted(gallery.__all__)
    root = Path(gallery.__file__).parent
    assert not {name for name in gallery.__all__ if (root / name).exists() or (root / f"{name}.py").exists()}
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = gallery.nonsense  # type: ignore[attr-defined]


def test_import_costs_nothing() -> None:
    code = """
import sys
import gallery
ours = [name for name in sys.modules if name.startswith("gallery")]
print(sorted(ours), {"click", "sqlalchemy", "PIL", "torch"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['gallery', 'gallery.emotions', 'gallery.errors'] set()\n"


@pytest.mark.parametrize("path", sorted(CLI.rglob("*.py")), ids=lambda path: path.stem)
def test_command_line_knows_no_tables_and_no_sql(path: Path) -> None:
    inner = [name for name, _ in taken(path) if name.startswith(("gallery.db", "gallery.search", "sqlalchemy"))]
    assert inner == []


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_do_what_the_library_hands_on(command: str) -> None:
    for module, name in taken(CLI / "commands" / f"{command}.py"):
        if not module.startswith("gallery") or module.startswith((*WORDS, "gallery.training")):
            continue
        value = getattr(import_module(module), name)
        assert not isinstance(value, ModuleType), f"{module}.{name}: take the functions, so that one sees which"
        if callable(value) and not isinstance(value, type):
            assert name in OWN or getattr(gallery, name, None) is value, f"{module}.{name}"


def test_no_command_is_built_on_another() -> None:
    """But for `album`, whose commands are in two modules, and `album export`, which is made with `export`."""
    for command in COMMANDS:
        tree = ast.parse((CLI / "commands" / f"{command}.py").read_text(encoding="utf-8"))
        names = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        others = {name for name in names if name.startswith("gallery.cli.commands")}
        assert not others or command == "album", command
