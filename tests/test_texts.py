"""What the texts of the project say to people: never to install a stranger's package, and no link into nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
TEXTS = sorted({*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md"), *CHECKOUT.glob("models/*.md")})
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
