"""The photos of the tour in a folder, and the gallery that knows them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from PIL import ExifTags, Image

import gallery
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.lazy import networks
from tests.support.tour.people import Shown, portrait
from tests.support.tour.photographs import photograph
from tests.support.tour.reading import Finder, Known, Reader
from tests.support.tour.scenes import landscape
from tests.support.tour.stories import STORIES, Cut, Group, Story, View

BETWEEN = timedelta(minutes=23)
IN_A_BURST = timedelta(seconds=1)

Taken = tuple[Image.Image, list[Shown] | None, datetime]
"""A picture, its faces where they are drawn, and when."""


def make_library(folder: Path) -> Store:
    """Draws the photos below `folder`, has them indexed, and says what a person would have said of them."""
    known = Known()
    for story in STORIES:
        _save(folder / "Photos" / story.folder, story, known)
    _odd_ones(folder / "Photos")
    store = Store.open(folder / "gallery.db")
    detector, classifier = networks(Settings())
    found = gallery.index(
        folder / "Photos", store=store, detector=Finder(known, detector), classifier=Reader(known, classifier)
    )
    list(found)
    _say(store)
    return store


def _save(folder: Path, story: Story, known: Known) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture, shown, when in _taken(story):
        if shown is not None:
            known.learn(picture, shown)
        name = f"IMG_{when:%Y%m%d_%H%M%S}.jpg"
        picture.save(folder / name, quality=90, exif=_exif(story, when).tobytes())


def _taken(story: Story) -> Iterator[Taken]:
    when = datetime.fromisoformat(f"{story.day}T10:07:00")
    for photo in story.photos:
        when += BETWEEN
        match photo:
            case View():
                yield landscape(photo.place, photo.light, photo.seed, photo.size), [], when
            case Cut():
                yield photograph(photo), None, when
            case Group():
                for number, feelings in enumerate(photo.shots):
                    background = photo.place, photo.light, photo.seed
                    picture, shown = portrait(dict(feelings), background, photo.size, shift=0.05 * number)
                    yield picture, shown, when + number * IN_A_BURST


def _exif(story: Story, when: datetime) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = story.camera
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = f"{when:%Y:%m:%d %H:%M:%S}"
    if story.place:
        position = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for number, (degrees, letters) in enumerate(zip(story.place, ("NS", "EW"), strict=True)):
            minutes, seconds = divmod(round(abs(degrees) * 3600), 60)
            position[1 + 2 * number] = letters[degrees < 0]
            position[2 + 2 * number] = (float(minutes // 60), float(minutes % 60), float(seconds))
    return exif


def _odd_ones(photos: Path) -> None:
    """A copy in another folder, and one that was cut off while it was copied."""
    first, second, *_ = sorted((photos / "2021 Balloons").glob("*.jpg"))
    (photos / "From the phone").mkdir()
    shutil.copy(first, photos / "From the phone" / first.name)
    (photos / "From the phone" / f"half {second.name}").write_bytes(second.read_bytes()[:20_000])


def _say(store: Store) -> None:
    norway, happy = gallery.Query.of(path="Norway"), gallery.Query.of(where="emotion:happy faces:2..")
    gallery.create_album(store, "Norway", norway)
    gallery.create_album(store, "Birthday", gallery.Query.of(path="Birthday"))
    gallery.create_album(store, "Stars and rockets", gallery.Query.of(where="path:Cape or path:Launch"))
    gallery.create_smart_album(store, "Happy together", happy)
