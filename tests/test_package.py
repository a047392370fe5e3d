"""The wheel carries all that the program needs, and works where no checkout is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.support.photos import DAMAGED_EXIF, astronaut

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(command, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel alone; what it depends on comes from this environment."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def test_wheel_carries_migrations_models_and_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "gallery/py.typed" in names
    assert "gallery/_migrations/env.py" in names
    assert "gallery/_migrations/versions/0001_first_schema.py" in names
    assert "gallery/_models/custom.safetensors" in names
    assert "gallery/training/templates/report.html" in names
    assert "gallery/insight/templates/moods.html" in names
    assert {f"gallery/export/page/{name}" for name in ("page.html.j2", "page.css", "page.js")} <= names
    assert not any(name.startswith(("tests/", "migrations/", "models/")) for name in names)


def test_wheel_carries_the_page_of_the_gallery(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    static = CHECKOUT / "gallery" / "web" / "static"
    files = {
        f"gallery/web/static/{file.relative_to(static).as_posix()}" for file in static.rglob("*") if file.is_file()
    }
    assert "gallery/web/static/index.html" in files
    assert files <= names
    assert "gallery/export/page/look.css" in names


def test_distribution_is_called_smart_gallery_and_brings_the_command_gallery(wheel: Path) -> None:
    """The name `gallery` is a stranger's on the package index."""
    with zipfile.ZipFile(wheel) as archive:
        [folder] = {name.partition("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        told = Parser().parsestr(archive.read(f"{folder}/METADATA").decode())
        commands = archive.read(f"{folder}/entry_points.txt").decode().split("\n")
    assert (told["Name"], told["Version"]) == ("smart-gallery", PROJECT["version"])
    assert commands[:2] == ["[console_scripts]", "gallery = gallery.cli:main"]


def test_source_archive_carries_the_texts(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(CHECKOUT)]
    subprocess.run(command, check=True, capture_output=True)
    with tarfile.open(tmp_path / f"smart_gallery-{PROJECT['version']}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    texts = {str(path.relative_to(CHECKOUT)) for path in (*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md"))}
    assert {"README.md", "CONTRIBUTING.md", "docs/search.md"} <= texts <= names


@pytest.mark.slow
def test_installed_program_indexes_and_searches_a_real_face(site: Path, tmp_path: Path) -> None:
    photos = tmp_path / "Photos"
    photos.mkdir()
    # Metadata that points beyond the file: Pillow warns of it, and nobody must see that.
    astronaut().save(photos / "eileen.png", exif=DAMAGED_EXIF)
    home = {**os.environ, "PYTHONPATH": str(site), "GALLERY_DB": str(tmp_path / "gallery.db"), "GALLERY_DEVICE": "cpu"}

    def gallery(*arguments: str, told: str = "") -> str:
        command = [sys.executable, "-m", "gallery", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(told, done.stderr), done.stderr
        return done.stdout

    where = [sys.executable, "-c", "import gallery; print(gallery.__file__)"]
    imported = subprocess.run(where, cwd=tmp_path, env=home, capture_output=True, text=True, check=True).stdout
    assert Path(imported.strip()).is_relative_to(site)

    told = r"1 photo: 1 new; 1 face; [0-9.]+ s, [0-9.]+ photos/s\n"
    counts = json.loads(gallery("index", str(photos), "--json", told=told))
    assert (counts["new"], counts["failed"], counts["faces"]) == (1, 0, 1)
    [photo] = json.loads(gallery("search", "--json"))
    assert photo["path"] == str(photos / "eileen.png")
    assert (photo["width"], photo["height"]) == (512, 512)
    [face] = photo["faces"]
    assert (face["emotion"], face["source"]) == ("happy", "model")
    assert gallery("search", "--emotion", "happy") == f"{photos / 'eileen.png'}\n"
    assert gallery("search", "--emotion", "sad") == ""
    assert json.loads(gallery("model", "show", "custom", "--json"))["architecture"] == "custom"
