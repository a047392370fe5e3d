"""The pages in docs/ say what the program does: tables are compared with it, examples are run."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import click
import pytest
from PIL import Image

import gallery as gallery_package
from gallery.cli import COMMANDS, cli
from gallery.settings import Settings
from tests.support.cli_gallery import Gallery, fill
from tests.support.fakes import FakeClassifier, FakeDetector, draw_faces
from tests.support.search_page import PAGE, with_table

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def gallery(gallery: Gallery) -> Gallery:
    fill(gallery)
    return gallery


def rows_below(page: str, heading: str) -> list[list[str]]:
    """The cells of the tables between this heading and the next; the first row of a table is its heading."""
    section = (DOCS / page).read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("|")]
    starts = [number for number, row in enumerate(rows) if row[0].startswith("---")]
    kept = [row for number, row in enumerate(rows) if number not in starts and number + 1 not in starts]
    return [[cell.strip() for cell in row] for row in kept]


def test_search_page_has_all_that_gallery_fields_explains() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_table(text), "bring it up to date by: python -m tests.support.search_page"
    assert "| `emotion:happy` | a face is shown as happy |" in text


def test_flags_on_the_search_page_mean_the_words_beside_them(gallery: Gallery) -> None:
    rows = rows_below("search.md", "Flags")
    assert len(rows) >= 12
    gallery.run("album", "create", "Happy days", "emotion:happy")
    for flags, words in rows:
        done = gallery.run("query", "save", "mine", "--replace", *shlex.split(flags.strip("`")))
        assert done.exit_code == 0, done.stderr
        assert gallery.run("query", "show", "mine").stdout.strip() == words.strip("`")


def test_search_page_names_every_flag() -> None:
    command = cli.get_command(click.Context(cli), "search")
    assert command is not None
    flags = {option for one in command.params for option in one.opts if option.startswith("--")}
    section = PAGE.read_text(encoding="utf-8").partition("## Flags\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"--[a-z-]+", section))
    assert flags - told == {"--db", "--verbose", "--quiet", "--json", "--print0", "--help"} & flags


def test_mistake_on_the_search_page_is_told_as_it_stands_there(gallery: Gallery) -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Mistakes\n")[2]
    shown = section.partition("```\n")[2].partition("```")[0]
    done = gallery.run("search", "emotion:hapy")
    assert (done.exit_code, done.stderr) == (2, shown)


def test_every_command_is_in_the_guide() -> None:
    text = (DOCS / "using.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`gallery {name}" not in text] == []


def test_every_setting_is_in_the_guide_with_its_default() -> None:
    told: dict[str, str] = {}
    for names, defaults, _ in rows_below("using.md", "Settings"):
        told |= dict(zip(names.replace("`", "").split(", "), defaults.split(", "), strict=True))
    defaults = {field.name: field.default for field in fields(Settings)} | {"model": "resnet18"}
    assert told == {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in defaults.items()}


def test_every_exit_code_of_the_help_is_in_the_guide(gallery: Gallery) -> None:
    codes = re.findall(r"^ +(\d+)  ", gallery.run("--help").stdout, re.MULTILINE)
    assert [row[0] for row in rows_below("using.md", "In scripts")] == codes == ["0", "1", "2", "70", "130"]


FACES = {"beach": ("happy", "happy"), "dinner": ("happy", "neutral"), "rain": ("sad",)}


@pytest.fixture
def home(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The photos of docs/library.md, and networks that read them."""
    monkeypatch.setenv("HOME", str(isolated))
    monkeypatch.chdir(isolated)
    monkeypatch.setattr("gallery.api.networks", lambda *_: (FakeDetector(), FakeClassifier()))
    (isolated / "Photos").mkdir()
    for day, (name, emotions) in enumerate(FACES.items()):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2024:05:{9 - day:02} 12:00:00"  # the newest is found first
        draw_faces(*emotions, seed=day).save(isolated / "Photos" / f"{name}.jpg", quality=95, exif=exif)
    return isolated


def examples(page: str) -> list[tuple[str, str]]:
    """Each piece of Python on a page, and what it prints; nothing where no output follows."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```(?:\n\n```\n(.*?)```)?", text, re.DOTALL)


def test_every_name_of_the_library_is_listed_once() -> None:
    listed = [name for _, names in rows_below("library.md", "All names") for name in re.findall(r"`(\w+)`", names)]
    assert sorted(listed) == sorted(gallery_package.__all__)


@pytest.mark.usefixtures("home")
def test_examples_of_the_library_print_what_stands_below_them(capsys: pytest.CaptureFixture[str]) -> None:
    found = examples("library.md")
    assert len(found) >= 7
    names: dict[str, object] = {}
    for code, shown in found:
        exec(compile(code, "docs/library.md", "exec"), names)  # noqa: S102
        assert capsys.readouterr().out == shown, code
