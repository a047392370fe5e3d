"""The plan of the house holds: imports point down, packages are used through what they name, nothing grows large."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
ROOT = CHECKOUT / "gallery"
PACKAGES = sorted(file.parent.name for file in ROOT.glob("*/__init__.py"))
MODULES = sorted(ROOT.rglob("*.py"))

LONGEST_MODULE = 300
MOST_IN_ROOT = 12


def imports(module: Path) -> Iterator[tuple[str, list[str]]]:
    """Each module of ours that is imported from, and the names taken from it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gallery":
            yield str(node.module), [alias.name for alias in node.names]


def used_from_outside(package: str) -> Iterator[tuple[str, str]]:
    """What modules of other packages take from this one, and which module does."""
    for module in MODULES:
        if module.is_relative_to(ROOT / package):
            continue
        for name, taken in imports(module):
            match name.split("."):
                case [_, first] if first == package:
                    yield from ((one, module.stem) for one in taken)
                case [_, first, second, *_] if first == package:
                    yield second, module.stem


def named(package: str) -> list[str]:
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            return list(ast.literal_eval(node.value))
    return []


def test_imports_point_down() -> None:
    # In a process of its own: it switches off the loggers of others.
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout


def test_there_are_packages() -> None:
    assert len(PACKAGES) >= 15


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_what_it_is_for(package: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("package", PACKAGES)
def test_others_use_what_a_package_names_and_no_more(package: str) -> None:
    """Mostly modules, rather than what is in them: to hand that on, a package had to import them all, and a search
    would wait for what it doesn't need."""
    used = dict(used_from_outside(package))
    hidden = {name: module for name, module in used.items() if name not in named(package)}
    assert not hidden, f"gallery/{package}/__init__.py doesn't name these in __all__"
    modules = {name for name in named(package) if (ROOT / package / f"{name}.py").exists()}
    assert modules <= set(used), f"gallery/{package}/__init__.py names modules that nobody else uses"


def test_the_root_holds_few_modules_and_none_is_long() -> None:
    assert len(list(ROOT.glob("*.py"))) <= MOST_IN_ROOT
    lengths = {
        str(module.relative_to(ROOT)): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
