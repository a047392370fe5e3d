"""Brings collections of pictures to try the program on: what other libraries are tested on, in their sources.

pip brings what is on the package index, apt-get what Debian distributes; each is unpacked into a folder of its own.
Sources that aren't to be had are told, and left out. Nothing of it belongs into the repository.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

FROM_PIP: Final = ("pillow", "pillow-heif", "imageio", "tifffile")
FROM_DEBIAN: Final = (
    *("exiv2", "gdk-pixbuf", "graphicsmagick", "imagemagick", "libexif", "libheif", "libimage-exiftool-perl"),
    *("libjpeg-turbo", "libpng1.6", "libwebp", "tiff"),
)
_SOURCES: Final = "deb-src http://deb.debian.org/debian {release} main\n"


def fetch(folder: Path) -> None:
    """Unpacks them into the folder; those that are there already are left as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        for package in FROM_PIP:
            if not (folder / package).exists():
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package]
                _bring([*command, "--dest", str(room), package], room, folder / package)
        if (release := _debian_release()) is not None:
            options = _own_lists(room, release)
            for package in FROM_DEBIAN:
                if not (folder / package).exists():
                    _bring(["apt-get", *options, "source", "--download-only", "-qq", package], room, folder / package)


def _debian_release() -> str | None:
    """Its name, on a Debian with apt: keys and names of packages are those of its release."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return None
    return told.get("VERSION_CODENAME") if told.get("ID") == "debian" and shutil.which("apt-get") else None


def _own_lists(room: Path, release: str) -> list[str]:
    """Has apt keep its lists of sources here: those of the machine stay as they are."""
    (room / "lists" / "partial").mkdir(parents=True)
    (room / "cache" / "archives" / "partial").mkdir(parents=True)
    (room / "sources.list").write_text(_SOURCES.format(release=release))
    settings = {"SourceList": "sources.list", "SourceParts": "none"}
    options = [f"-oDir::Etc::{name}={room / file}" for name, file in settings.items()]
    options += [f"-oDir::State::Lists={room / 'lists'}", f"-oDir::Cache={room / 'cache'}", "-oAPT::Sandbox::User=root"]
    subprocess.run(["apt-get", *options, "update", "-qq"], check=False)
    return options


def _bring(command: list[str], room: Path, place: Path) -> None:
    before = set(room.iterdir())
    subprocess.run(command, cwd=room, stdout=subprocess.DEVNULL, check=False)
    new = set(room.iterdir()) - before
    archives = [file for file in new if ".tar." in file.name and ".debian." not in file.name and file.suffix != ".asc"]
    for archive in archives:
        with tarfile.open(archive) as packed:
            packed.extractall(place, filter="data")
    print(f"{place.name}: {'fetched' if archives else 'not to be had'}", flush=True)


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
