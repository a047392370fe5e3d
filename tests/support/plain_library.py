"""A random library, once in a database and once as plain values, for asking both the same."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, update

from gallery.curation.albums import create_album
from gallery.curation.history import recorded
from gallery.db import schema
from gallery.query.query import album_key
from gallery.records import Capture, NewPhoto
from gallery.search import matches
from gallery.store.store import AddPhoto, LinkPath, Store
from gallery.store.unwanted import Why, mark_unwanted
from tests.support.make import DETECTOR, MODEL, box, digest, face, open_store, stamp

PLACES = (
    "/home/me/Italy/2023",
    "/home/me/italy",
    "/home/me/Spain (old)",
    "/mnt/50%",
    "/home/me/Straße",
    "/home/me/\u00c9t\u00e9",
    "/home/me/E\u0301te\u0301",
)
"""The last two are both called Été."""
CAMERAS = ("Canon EOS R6", "CANON IXUS", "Apple iPhone 13", "Pixel 7", None)
ALBUMS = ("Best", "Summer 2023")
SCORES = (0.2, 0.3, 0.4, 0.49, 0.5, 0.6, 0.8, 0.95, 1.0)
HOURS_EAST = 9
"""Of UTC: where the clock of this computer is while the tests run."""


@dataclass
class Face:
    """As a model sees it: `said` is an emotion or "not_face" where a person spoke of it."""

    emotion: str
    score: float
    confidence: float
    said: str | None = None

    @property
    def counts(self) -> bool:
        return self.said != "not_face" and (self.confidence >= 0.95 or self.said is not None)

    @property
    def best(self) -> tuple[str, float]:
        """The likeliest emotion, or a person's word, and its score."""
        return (self.emotion, self.score) if self.said is None else (self.said, 1.0)

    @cached_property
    def shown(self) -> str:
        emotion, score = self.best
        return emotion if score >= 0.5 else "uncertain"


@dataclass
class Photo:
    """`files` are paths, and whether they exist; `former` is the last one where others took all of them.

    `aside` are those of its files that nobody wants for now, whether they exist or not.
    """

    number: int
    faces: list[Face]
    taken_at: datetime | None
    added_at: datetime
    camera: str | None
    gps: bool
    files: dict[str, bool]
    albums: set[str] = field(default_factory=set)
    spoken_of: bool = False
    former: str = ""
    aside: tuple[str, ...] = ()

    @property
    def format(self) -> str:
        return "HEIF" if self.number % 4 == 0 else "JPEG"

    @property
    def odd(self) -> str | None:
        return "its part tEXt is damaged and was left out" if self.number % 7 == 0 else None

    @property
    def size(self) -> tuple[int, int]:
        return (4000, 3000) if self.number % 3 == 0 else (640, 800)

    @property
    def hash(self) -> str:
        return digest(f"photo {self.number}")

    @property
    def word(self) -> str | None:
        """What was said last of the photo among its like."""
        return "pick" if self.number % 5 == 0 else "reject" if self.number % 3 == 0 else None

    @property
    def lies(self) -> int | None:
        """As its faces say."""
        return 6 if self.number % 4 == 2 else None

    @property
    def turn(self) -> int | None:
        """As a person said, of two words in the last one."""
        return 3 if self.number % 8 == 2 else None

    @property
    def missing(self) -> bool:
        return not any(self.files.values()) and not self.aside

    @property
    def unwanted(self) -> bool:
        """No file of it is there, and one nobody wants: whatever is asked, it isn't found."""
        return not any(self.files.values()) and self.aside != ()

    @property
    def listed(self) -> list[str]:
        """The files that can be shown of it, by name."""
        return sorted((path for path, exists in self.files.items() if exists or self.missing), key=os.fsencode)

    def only_in(self, path: str) -> Photo:
        """The same photo, had it no other file."""
        return replace(self, files={path: not self.missing}, aside=())

    @cached_property
    def counted(self) -> list[Face]:
        return [one for one in self.faces if one.counts]


def newest_first(photos: Iterable[Photo]) -> list[Photo]:
    """Those without a date last; of one moment the one that came last."""
    return sorted(
        photos,
        key=lambda photo: (photo.taken_at is not None, photo.taken_at or datetime.min, photo.number),
        reverse=True,
    )


def draw(number: int, dice: random.Random) -> Photo:
    """The photo of this number."""
    faces = [
        Face(
            dice.choice(("happy", "happy", "sad", "surprise", "neutral", "fear")),
            dice.choice(SCORES),
            dice.choice((0.99, 0.99, 0.95, 0.949)),
            dice.choice((None,) * 8 + ("happy", "not_face")),
        )
        for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 4)))
    ]
    names = dice.sample(PLACES, dice.choice((1, 1, 1, 2, 3)))
    paths = [f"{name}/IMG_{number:02}.jpg" for name in names]
    # All files of the first are another photo's in the end.
    aside = tuple(path for path in paths if number > 1 and dice.random() < 0.15)
    return Photo(
        number,
        faces,
        datetime(2022, 1, 1) + timedelta(minutes=dice.randrange(3 * 365 * 1440)) if dice.random() < 0.85 else None,
        datetime(2024, 1, 1) + timedelta(minutes=dice.randrange(100 * 1440)),
        dice.choice(CAMERAS),
        dice.random() < 0.4,
        {path: dice.random() < 0.8 for path in paths if path not in aside},
        {name for name in ALBUMS if dice.random() < 0.3},
        any(one.said for one in faces) or dice.random() < 0.05,
        aside=aside,
    )


def library(folder: Path, count: int, seed: int) -> tuple[Store, list[Photo]]:
    """So many photos in a database in the folder, and the same as plain values."""
    dice = random.Random(seed)
    photos = [draw(number, dice) for number in range(1, count + 1)]
    store = open_store(folder)
    for name in ALBUMS:
        create_album(store, name)
    store.write([_new(photo) for photo in photos], model=MODEL, detector=DETECTOR)
    for photo in photos:
        _finish(store, photo)
    photos.append(_overwrite(store, photos[0], count + 1))
    return store, photos


def save(store: Store, kind: str, name: str, text: str) -> None:
    """Keeps the text as a smart album or a saved query."""
    row = {"name": name, "key": album_key(name), "created_at": datetime.now(UTC)}
    with recorded(store, "kept") as recorder:
        if kind == "album":
            recorder.insert(schema.album, [{**row, "note": "", "query": text}])
        else:
            recorder.insert(schema.saved_query, [{**row, "text": text}])


def _new(photo: Photo) -> AddPhoto:
    latitude, longitude = (45.0, 9.0) if photo.gps else (None, None)
    capture = Capture(photo.taken_at, camera=photo.camera, latitude=latitude, longitude=longitude, odd=photo.odd)
    faces = tuple(
        face(one.emotion, one.score, confidence=one.confidence, where=box(10 + 100 * place))
        for place, one in enumerate(photo.faces)
    )
    return AddPhoto(
        stamp(_everywhere(photo)[0]), NewPhoto(photo.hash, *photo.size, photo.format, capture, faces, lies=photo.lies)
    )


def _finish(store: Store, photo: Photo) -> None:
    """Its other files, when it was added, what people said of it, the albums it is in."""
    links = [LinkPath(stamp(path), photo.hash) for path in _everywhere(photo)[1:]]
    store.write(links, model=MODEL, detector=DETECTOR)
    store.mark_missing([path for path, exists in photo.files.items() if not exists])
    mark_unwanted(store, dict.fromkeys(photo.aside, Why.IGNORED))
    content = schema.content
    with store.write_connection() as connection:
        added_at = (photo.added_at - timedelta(hours=HOURS_EAST)).replace(tzinfo=UTC)
        connection.execute(update(content).where(content.c.hash == photo.hash).values(added_at=added_at))
    with recorded(store, "said") as recorder:
        recorder.insert(schema.label, _labels(photo))
        recorder.insert(schema.pick, _words(photo))
        turns = [] if photo.turn is None else [1, photo.turn]
        said_at = datetime(2024, 1, 1, tzinfo=UTC)
        recorder.insert(schema.turned, [{"hash": photo.hash, "turn": turn, "said_at": said_at} for turn in turns])
        for name in sorted(photo.albums):
            recorder.insert(schema.album_photo, [_place(recorder.connection, name, photo)])


def _everywhere(photo: Photo) -> list[str]:
    return [*photo.files, *photo.aside]


def _labels(photo: Photo) -> list[dict[str, object]]:
    said = [(place, one.said) for place, one in enumerate(photo.faces) if one.said]
    if photo.spoken_of and not said:
        said = [(50, "happy")]  # where no face is any more
    return [
        {
            **{"hash": photo.hash, "said_at": datetime.now(UTC)},
            **{"left": 10 + 100 * place, "top": 20, "right": 50 + 100 * place, "bottom": 60},
            **{
                "kind": "not_face" if word == "not_face" else "emotion",
                "emotion": None if word == "not_face" else word,
            },
        }
        for place, word in said
    ]


def _words(photo: Photo) -> list[dict[str, object]]:
    """Some after another one, as where two photos proved to be one."""
    words = [] if photo.word is None else [photo.word]
    if photo.number % 2:
        words = [{"pick": "reject", "reject": "pick"}[word] for word in words] + words
    return [{"hash": photo.hash, "word": word, "said_at": datetime(2024, 1, 1, tzinfo=UTC)} for word in words]


def _place(connection: Connection, name: str, photo: Photo) -> dict[str, object]:
    number = matches.album_id(connection, name)
    return {"album_id": number, "hash": photo.hash, "position": photo.number, "added_at": datetime.now(UTC)}


def _overwrite(store: Store, photo: Photo, number: int) -> Photo:
    """Puts a new photo in all the files of this one, of which only the database knows from then on."""
    new = Photo(number, [], None, datetime(2024, 4, 1), None, gps=False, files=dict.fromkeys(photo.files, True))
    known = NewPhoto(new.hash, 640, 480, "JPEG", Capture(), ())
    store.write([AddPhoto(stamp(path, size=7), known) for path in new.files], model=MODEL, detector=DETECTOR)
    *_, photo.former = photo.files
    photo.files = {}
    _finish(store, new)
    return new
