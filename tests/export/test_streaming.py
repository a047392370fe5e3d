"""A zip file that is sent while it is made: what changes under it is told, and spoils nothing else."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from gallery.errors import ExportError
from gallery.export.streaming import LEFT_OUT, stream_archive
from gallery.records import Capture, PhotoRecord


def photo(path: Path, content: bytes) -> PhotoRecord:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return PhotoRecord(str(path), [str(path)], hashlib.sha256(content).hexdigest(), 4, 3, Capture(), [])


def test_a_file_that_shrinks_while_it_is_sent_is_told_and_the_others_are_whole(tmp_path: Path) -> None:
    large, small = photo(tmp_path / "large.jpg", b"1" * 5_000_000), photo(tmp_path / "small.jpg", b"two")
    pieces = stream_archive([large, small])
    sent = [next(pieces), next(pieces)]
    with Path(large.path).open("r+b") as file:
        file.truncate(2_000_000)
    content = b"".join([*sent, *pieces])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["large.jpg", "small.jpg", LEFT_OUT]
        assert archive.testzip() == "large.jpg"
        assert archive.read("small.jpg") == b"two"
        told = archive.read(LEFT_OUT).decode()
        assert f"{large.path}: changed while it was sent" in told


def test_photos_of_one_name_are_both_in_it_and_none_takes_the_name_of_the_list(tmp_path: Path) -> None:
    one, two = photo(tmp_path / "a" / "x.jpg", b"one"), photo(tmp_path / "b" / "X.jpg", b"two")
    odd = photo(tmp_path / LEFT_OUT, b"a photo called so")
    gone = photo(tmp_path / "gone.jpg", b"")
    Path(gone.path).unlink()
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_archive([one, two, odd, gone])))) as archive:
        assert archive.namelist() == ["x.jpg", f"X-{two.hash[:8]}.jpg", f"left out-{odd.hash[:8]}.txt", LEFT_OUT]
        assert archive.read(f"X-{two.hash[:8]}.jpg") == b"two"


def test_nothing_is_begun_where_nothing_can_be_sent(tmp_path: Path) -> None:
    changed = photo(tmp_path / "a.jpg", b"one")
    Path(changed.path).write_bytes(b"two")
    with pytest.raises(ExportError, match="none of the photos can be read"):
        next(stream_archive([changed]))
