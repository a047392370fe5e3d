"""Which shots are kept whole: brackets, focus stacks and panoramas are told from bursts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageEnhance, ImageFilter
from PIL.TiffImagePlugin import IFDRational
from skimage import data

from gallery.db import schema
from gallery.images.exposure import Exposure, exposure_in
from gallery.similar.best import rank_bursts
from gallery.similar.bursts import find_bursts
from gallery.similar.series import Series, series_of_exposures, series_of_pictures
from gallery.store.store import Store
from tests.support.make import added, face, write
from tests.support.photos import draw_picture, save_photo

TAG = ExifTags.Base
SIZE = (512, 384)


def exif(**tags: Any) -> Image.Exif:
    made = Image.Exif()
    made.get_ifd(ExifTags.IFD.Exif).update({TAG[name]: value for name, value in tags.items()})
    return made


def shots(folder: Path, *exposures: dict[str, Any]) -> list[str]:
    return [
        str(save_photo(draw_picture((64, 48)), folder / f"{count}.jpg", exif=exif(**tags)))
        for count, tags in enumerate(exposures)
    ]


def landscape() -> Image.Image:
    return Image.fromarray(data.coffee()).convert("RGB").resize((1024, 768))


def test_exposure_is_read_in_stops() -> None:
    read = exposure_in(
        exif(
            ExposureBiasValue=IFDRational(-4, 3),
            ExposureMode=2,
            ExposureTime=IFDRational(1, 64),
            FNumber=IFDRational(8, 1),
            ISOSpeedRatings=400,
        )
    )
    # log2(8 * 8) + log2(64) - log2(400 / 100) = 6 + 6 - 2
    assert read == Exposure(pytest.approx(-4 / 3), pytest.approx(10.0), True)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"ExposureBiasValue": IFDRational(1, 0), "ExposureTime": IFDRational(0, 1), "FNumber": IFDRational(4, 1)},
        {"ExposureBiasValue": IFDRational(1_000_000, 1), "ExposureMode": 3},
        {"ExposureBiasValue": "bright", "ExposureTime": "long", "FNumber": b"f", "ISOSpeedRatings": 0},
    ],
)
def test_what_makes_no_sense_says_nothing(tags: dict[str, Any]) -> None:
    made = Image.Exif()
    # As read from a file: Pillow would refuse to write some of these.
    made._ifds[ExifTags.IFD.Exif] = {TAG[name]: value for name, value in tags.items()}
    assert exposure_in(made) == Exposure()


def biases(*stops: float) -> list[dict[str, Any]]:
    return [{"ExposureBiasValue": IFDRational(round(stop * 3), 3)} for stop in stops]


def times(*parts: int) -> list[dict[str, Any]]:
    return [
        {"ExposureTime": IFDRational(1, part), "FNumber": IFDRational(8, 1), "ISOSpeedRatings": 100} for part in parts
    ]


@pytest.mark.parametrize(
    ("exposures", "told"),
    [
        (biases(0, -1, 1), Series.BRACKET),
        (biases(-2 / 3, -1 / 3, 0, 1 / 3, 2 / 3), Series.BRACKET),
        ([{**one, "ExposureMode": 2} for one in biases(0, -2)], Series.BRACKET),
        (times(30, 120, 500), Series.BRACKET),
        (biases(0, 0, 0), None),
        (biases(0, 0, 1 / 3, 1 / 3), None),
        (times(100, 125, 110, 140), None),
        ([{"ExposureMode": 2}, {"ExposureMode": 2}, {"ExposureMode": 2}], None),
        ([{}, {}, {}], None),
    ],
)
def test_bracket_is_told_by_what_the_camera_says(
    tmp_path: Path, exposures: list[dict[str, Any]], told: Series | None
) -> None:
    assert series_of_exposures(shots(tmp_path, *exposures)) == told


def test_file_that_cannot_be_read_is_no_bracket(tmp_path: Path) -> None:
    assert series_of_exposures([str(tmp_path / "gone.jpg"), *shots(tmp_path, *biases(0, 0))]) is None


def parts(share: float, count: int, *, down: bool = False) -> list[Image.Image]:
    """Of a wide picture, each beginning so far along the one before."""
    whole = landscape().rotate(90, expand=True) if down else landscape()
    length = whole.height if down else whole.width
    side = int(length / (1 + share * (count - 1)))
    starts = [round(count * share * side) for count in range(count)]
    cut = [(0, at, whole.width, at + side) if down else (at, 0, at + side, whole.height) for at in starts]
    return [whole.crop(box).resize(SIZE) for box in cut]


@pytest.mark.parametrize(
    ("share", "count", "down"), [(0.2, 3, False), (0.3, 4, False), (0.3, 3, True), (0.4, 2, False)]
)
def test_parts_of_a_panorama_go_on_where_the_one_before_ends(share: float, count: int, down: bool) -> None:
    pictures = parts(share, count, down=down)
    assert series_of_pictures(pictures) is Series.PANORAMA
    assert series_of_pictures(pictures[::-1]) is Series.PANORAMA


def focused_on(share: float) -> Image.Image:
    """Sharp at this height of the picture, blurred above and below."""
    picture = landscape()
    blurred = picture.filter(ImageFilter.GaussianBlur(6))
    band = (0, int((share - 0.17) * picture.height), picture.width, int((share + 0.17) * picture.height))
    blurred.paste(picture.crop(band), band)
    return blurred.resize(SIZE)


def test_focus_that_goes_through_the_picture_is_a_stack() -> None:
    assert series_of_pictures([focused_on(share) for share in (0.17, 0.5, 0.83)]) is Series.FOCUS_STACK


def test_burst_by_hand_is_a_burst() -> None:
    picture = landscape()
    shaken = [
        ImageEnhance.Brightness(picture.crop((x, y, x + 960, y + 720)).filter(ImageFilter.GaussianBlur(blur)))
        .enhance(light)
        .resize(SIZE)
        for x, y, blur, light in ((10, 20, 0, 1.0), (40, 10, 3, 1.1), (5, 40, 0, 0.9), (30, 30, 1, 1.0))
    ]
    assert series_of_pictures(shaken) is None
    assert series_of_pictures(shaken[:2]) is None


def test_two_pictures_that_have_nothing_in_common_are_no_panorama() -> None:
    assert series_of_pictures([landscape().resize(SIZE), draw_picture(SIZE)]) is None


def burst(store: Store, paths: list[str]) -> None:
    """Ever happier, a second apart."""
    for second, path in enumerate(paths):
        write(store, added(path, face("happy", 0.5 + second / 10), taken_at=f"2024-05-01T10:00:0{second}"))
    with store.write_connection() as connection:
        connection.execute(schema.content.update().values(look=0x2AAA_AAAA_AAAA_AAAA))


def test_bracket_is_kept_whole_in_the_order_of_time_and_a_burst_has_one_winner(store: Store, tmp_path: Path) -> None:
    paths = shots(tmp_path, *biases(0, -1, 1))
    burst(store, paths)
    [ranked] = rank_bursts(store, find_bursts(store))
    assert ranked.series is Series.BRACKET
    assert [shot.photo.path for shot in ranked.winners] == paths
    assert (ranked.as_json()["series"], len(ranked.as_json()["shots"])) == ("bracket", 3)

    for path in paths:
        save_photo(draw_picture((64, 48)), Path(path))
    [ranked] = rank_bursts(store, find_bursts(store))
    assert ranked.series is None
    assert [shot.photo.path for shot in ranked.winners] == [paths[2]]  # the happiest
