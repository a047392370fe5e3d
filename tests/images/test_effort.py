"""Pictures that are made to keep a program busy are refused, or given up, and never stop anything else."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from gallery.errors import ImageError
from gallery.images import effort
from gallery.images.apart import Apart
from gallery.images.decode import Wanted, read_image, read_wanted
from gallery.images.effort import too_long, worth_another_try
from gallery.images.recognise import Known, recognise
from tests.support.hostile import grumbling, slow, with_scans

WANTED = Wanted(500, 200, quick=True)


def test_jpeg_of_more_scans_than_any_program_makes_is_refused_at_once(tmp_path: Path) -> None:
    assert read_image(with_scans(tmp_path / "a.jpg", 500), long_side=50, max_megapixels=1).width == 64
    start = time.process_time()
    with pytest.raises(ImageError, match="a JPEG of 501 scans") as caught:
        read_image(with_scans(tmp_path / "b.jpg", 501), long_side=50, max_megapixels=1)
    assert time.process_time() - start < 1
    assert not caught.value.transient


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_file_far_larger_than_its_picture_can_be_is_refused_at_once(tmp_path: Path, name: str) -> None:
    photo = tmp_path / name
    Image.new("RGB", (100, 100)).save(photo)
    with photo.open("r+b") as file:
        file.truncate(300_000_000)  # nearly all of it a hole, which takes no room on the disk
    with pytest.raises(ImageError, match="300000000 bytes for a picture of 100 x 100 pixels"):
        read_image(photo, long_side=50, max_megapixels=1)


def test_file_of_gigabytes_is_looked_at_before_it_is_hashed(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    Image.new("RGB", (100, 100)).save(photo)
    with photo.open("r+b") as file:
        file.truncate(3_000_000_000)
    start = time.process_time()
    with closing(Apart(30)) as apart, pytest.raises(ImageError, match="no camera makes that"):
        recognise(photo, Known(), WANTED, apart)
    assert time.process_time() - start < 1


def test_slow_picture_is_given_up_and_the_next_one_read(tmp_path: Path) -> None:
    photo = tmp_path / "good.tif"
    Image.new("RGB", (64, 48), "red").save(photo)
    with closing(Apart(0.5)) as apart:
        start = time.monotonic()
        with pytest.raises(
            ImageError, match=r"took too long: more than 0\.5 s; raise the setting max_seconds"
        ) as caught:
            read_wanted(slow(tmp_path / "slow.jpg"), WANTED, apart)
        assert time.monotonic() - start < 8
        assert not caught.value.transient
        read = read_wanted(photo, WANTED, apart)
    assert (read.width, read.height, read.format, read.image.getpixel((9, 9))) == (64, 48, "TIFF", (255, 0, 0))


def test_reading_ends_when_it_is_stopped_meanwhile(tmp_path: Path) -> None:
    apart = Apart(60)
    apart.close()
    with pytest.raises(ImageError, match="stopped") as caught:
        apart.read(slow(tmp_path / "slow.jpg"), WANTED)
    assert caught.value.transient


def test_what_is_read_apart_is_what_would_be_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Apart, "largest_file_bytes", 1000)
    photo = tmp_path / "a.jpg"
    Image.effect_noise((300, 200), 60).save(photo)
    with closing(Apart(30)) as apart:
        found, here = recognise(photo, Known(), WANTED, apart), recognise(photo, Known(), WANTED)
        known = Known(pictures={here.picture})
        assert apart._process is not None
        assert recognise(photo, known, WANTED, apart).photo is None
    assert (found.hash, found.picture, found.capture) == (here.hash, here.picture, here.capture)
    assert found.photo is not None
    assert here.photo is not None
    assert found.photo.image.tobytes() == here.photo.image.tobytes()


def test_what_a_decoder_prints_goes_with_the_photo(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with closing(Apart(30)) as apart, pytest.raises(ImageError, match=r"its decoder says: .*code not yet in table"):
        read_wanted(grumbling(tmp_path / "a.tif"), WANTED, apart)
    assert capfd.readouterr() == ("", "")


def test_photo_that_took_too_long_is_tried_again_only_with_a_higher_limit() -> None:
    reason = too_long("a.jpg", 2.5).reason
    assert [worth_another_try(reason, seconds) for seconds in (1, 2.5, 2.6, 86_400)] == [False, False, True, True]
    assert not worth_another_try("damaged or cut short: 12 bytes are there (x); restore it from a copy", 86_400)


def test_photo_that_an_older_version_called_damaged_is_tried_once_more(tmp_path: Path) -> None:
    assert worth_another_try("damaged or cut short (unknown pixel mode); restore it from a copy", 1)
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(60))
    with pytest.raises(ImageError) as caught:
        read_wanted(tmp_path / "a.jpg", WANTED)
    assert caught.value.reason.startswith("damaged or cut short: 64 bytes are there (")
    assert not worth_another_try(caught.value.reason, 1)


@pytest.mark.parametrize("hidden", [0, 1, (1 << 20) - 1, 1 << 20])
def test_scans_are_counted_wherever_the_file_is_cut_to_be_read(tmp_path: Path, hidden: int) -> None:
    photo = tmp_path / "a"
    photo.write_bytes(b"\0" * hidden + b"\xff\xda\xff\xda")
    with photo.open("rb") as file:
        assert effort._scans(file) == 2
