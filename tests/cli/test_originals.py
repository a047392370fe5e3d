"""Whatever is asked of the program, the photos, and what lies beside them, stay as they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gallery.cli import COMMANDS
from tests.support.cli_gallery import Gallery, fill
from tests.support.faces import save_small_checkpoint
from tests.support.photos import astronaut, save_photo

NOTHING_TO_DO_WITH_PHOTOS = {"train", "evaluate", "watch", "serve"}
"""The first two read other files; `watch` is `index` again and again, until Ctrl-C; `serve` is asked about in
tests/web/test_media.py."""

ASKED = (
    "index {photos}",
    "index {photos} --force --min-face 40",
    "index {photos} --retry-failed --json",
    "roots",
    "search",
    "fields",
    "query save all faces:0..",
    "show {beach}",
    "show {beach} --annotate {out}/shown.png",
    "open {beach}",
    "label {empty} --box 20,30,80,100 happy",
    "pick {beach}",
    "rotate {beach} 90",
    "pick --reject {empty}",
    "why {beach} --annotate {out}/why.png",
    "stats --by folder",
    "stats --plot {out}/moods.html",
    "album create Mine {beach} {empty}",
    "album create Happy --smart emotion:happy",
    "album sort Mine path",
    "album cover Mine {beach}",
    "album export Mine {out}/copied",
    "album export Mine {out}/linked --as hardlink",
    "album export Mine {out}/pointed --as symlink",
    "album export Mine {out}/page --as html",
    "export --to {out}/all.zip --as zip",
    "album remove Mine {empty}",
    "album export Mine {out}/copied --update --cleanup",
    "album export Mine {out}/linked --as hardlink --update --cleanup",
    "album export Mine {out}/pointed --as symlink --update --cleanup",
    "export --to {out}/all.csv --as csv",
    "best --album Winners",
    "duplicates --near",
    "label {eileen}#1 sad",
    "reject {eileen}#1",
    "review --list",
    "report",
    "undo",
    "roots forget {photos}",
    "undo",
    "dump {out}/said.jsonl",
    "restore {out}/said.jsonl",
    "xmp write --dry-run",
    "xmp write",
    "xmp diff",
    "xmp clear",
    "errors",
    "prune --yes",
    "predict {beach}",
    "rescore",
    "model list",
    "config show",
    "db check",
    "db backup {out}/copy.db",
    "completion bash",
)


@pytest.fixture
def gallery(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> Gallery:
    monkeypatch.setenv("GALLERY_MODEL", str(save_small_checkpoint(gallery.folder / "untrained.safetensors")))
    monkeypatch.setenv("GALLERY_DEVICE", "cpu")
    monkeypatch.setenv("PATH", str(gallery.folder / "no viewer"))
    return gallery


def state(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Every file: content, time of change and rights; a hard link adds to none of these."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_command_leaves_photos_and_their_neighbours_alone(gallery: Gallery) -> None:
    named: dict[str, str | Path] = {"photos": gallery.photos, "out": gallery.folder / "out", **fill(gallery)}
    named["eileen"] = save_photo(astronaut(), gallery.photos / "eileen.jpg")
    (gallery.photos / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    (gallery.photos / "notes.txt").write_text("mine")
    (gallery.folder / "out").mkdir()
    before = state(gallery.photos)
    for line in ASKED:
        done = gallery.run(*(word.format(**named) for word in line.split()))
        # 1: the broken photo makes `index` end so.
        assert done.exit_code in (0, 1), (line, done.stderr)
        now = state(gallery.photos)
        if line in ("xmp write", "xmp diff"):  # between these and `xmp clear`, sidecars may be there
            now = {name: value for name, value in now.items() if not name.endswith(".xmp")}
        assert now == before, line


def test_every_command_was_asked() -> None:
    asked = {line.split()[0] for line in ASKED}
    assert asked | NOTHING_TO_DO_WITH_PHOTOS == set(COMMANDS)
