"""What the texts of the project say to people: never to install a stranger's package, and no link into nowhere."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
TEXTS = sorted({*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md"), *CHECKOUT.glob("models/*.md")})
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOLDERS = ("gallery", "benchmarks", "migrations")
SOURCES = sorted(
    path for folder in FOLDERS for kind in ("py", "html", "j2") for path in CHECKOUT.glob(f"{folder}/**/*.{kind}")
)
OTHERS = [path for path in (CHECKOUT / "pyproject.toml", CHECKOUT / ".ci" / "run") if path.exists()]

_INSTALL = re.compile(r"\binstall\s+([^&;|`\n]+)")
_STRANGER = re.compile(r"(smart[-_])?gallery([\[=<>~!@].*)?")
"""On the package index, `gallery` is somebody else's, and `smart-gallery` isn't ours yet."""
_EXTRAS = re.compile(r"(?<![\w./-])gallery\[[a-z]+(,[a-z]+)*\](?!\s*=)")


def strangers(text: str) -> list[str]:
    """What the text tells people to install, by the name of this program instead of from a copy of it."""
    named = [word.strip("'\"()., ") for told in _INSTALL.findall(text) for word in told.split()]
    return [word for word in named if _STRANGER.fullmatch(word)] + [found[0] for found in _EXTRAS.finditer(text)]


def said(path: Path) -> Iterator[str]:
    """The text of a file; of Python also each string as it is when put together."""
    text = path.read_text(encoding="utf-8")
    yield text
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("run pip install 'gallery[onnx]'", ["gallery[onnx]", "gallery[onnx]"]),
        ("`pip install gallery`", ["gallery"]),
        ("uv pip install --upgrade gallery==0.2.0.", ["gallery==0.2.0"]),
        ("pipx install smart-gallery", ["smart-gallery"]),
        ("it needs gallery[onnx]", ["gallery[onnx]"]),
        ("pip install . && .venv/bin/gallery index ~/Photos", []),
        ("pip install '.[onnx]' in a copy of the project", []),
        ("pip uninstall -y gallery && pip install .", []),
        ("pip install -e './gallery[dev]'", []),
        ("gallery install-completion", []),
    ],
)
def test_only_advice_to_install_by_name_is_found(text: str, found: list[str]) -> None:
    told = strangers(text)
    assert told[: len(found)] == found
    assert bool(told) == bool(found)


def test_nobody_is_told_to_install_a_package_of_that_name() -> None:
    told = {path: [name for text in said(path) for name in strangers(text)] for path in (*TEXTS, *SOURCES, *OTHERS)}
    assert {path.relative_to(CHECKOUT): names for path, names in told.items() if names} == {}


def links(text: str) -> list[str]:
    """Where the links of a Markdown text lead to, except to other sites."""
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]


def anchors(text: str) -> set[str]:
    """What may stand after the # of a link to this text."""
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(text: Path) -> list[str]:
    dead = []
    for link in links(text.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        target = (text.parent / name).resolve() if name else text
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            dead.append(link)
    return dead


def test_dead_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# How good is it?\n")
    page = tmp_path / "a.md"
    page.write_text("[1](b.md) [2](b.md#how-good-is-it) [3](https://x.org/y) [4](c.md) [5](b.md#nowhere) [6](#nowhere)")
    assert dead_links(page) == ["c.md", "b.md#nowhere", "#nowhere"]


def test_links_between_the_texts_lead_somewhere() -> None:
    assert len(TEXTS) >= 8
    dead = {text.relative_to(CHECKOUT): found for text in TEXTS if (found := dead_links(text))}
    assert dead == {}


def test_modules_named_in_the_texts_exist() -> None:
    told = {
        name for text in TEXTS for name in re.findall(r"`((?:gallery|tests|migrations)/[\w/.]+)`", text.read_text())
    }
    assert len(told) >= 15
    assert [name for name in sorted(told) if "NAME" not in name and not (CHECKOUT / name).exists()] == []


def test_code_shown_to_contributors_stands_in_the_program() -> None:
    shown = re.findall(r"```python\n(.*?)```", (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(shown) >= 5
    code = "\n".join(path.read_text(encoding="utf-8") for path in CHECKOUT.glob("[gt]*/**/*.py"))
    assert [piece for piece in shown if piece not in code] == []


def test_every_dependency_is_accounted_for() -> None:
    section = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Why each dependency\n")[2]
    told = re.findall(r"^\| ([\w-]+) \|", section.partition("\n## ")[0], re.MULTILINE)
    needed = [re.split(r"[=<>]", one)[0] for one in PROJECT["dependencies"]]
    assert sorted(told) == sorted(["package", *needed])


def test_changelog_begins_with_the_version_that_is_worked_on() -> None:
    headings = re.findall(r"^## (\S+)", (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == PROJECT["version"]
