"""Looks for the faces of photos that a person turned as they lie now, and again when that is taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.images.decode import DecodedPhoto, Wanted
from gallery.images.look import look_of
from gallery.images.lying import lies
from gallery.images.sources import Source, read_source
from gallery.images.turns import turned_face, undone
from gallery.indexing.in_pieces import Again, with_pieces
from gallery.indexing.pipeline import find_each, left_to_right, score_each
from gallery.records import NewPhoto, ScoredFace
from gallery.settings import Settings
from gallery.store.changes import Change, FindAgain, Touch
from gallery.store.store import Store
from gallery.store.thumbnail_rows import pictured
from gallery.store.turned import to_search

_log = logging.getLogger(__name__)

_AS_IT_IS: Final = 1


def search_turned(
    store: Store,
    detector: FaceDetector,
    classifier: EmotionClassifier,
    settings: Settings,
    write: Callable[[Sequence[Change]], None],
) -> int:
    """Looks for the faces of those photos that lie otherwise than when they were searched: how many that were.

    Those of which no file can be read wait.
    """
    with store.read() as connection:
        waiting = to_search(connection)
    done = 0
    for digest, turn in waiting.items():
        for source in _files(store, digest):
            try:
                photo = read_source(source, Wanted(settings.long_side, settings.max_megapixels, quick=True))
                again = Again(settings, turn=turn or _AS_IT_IS)
                faces = _searched(photo, source, turn, (detector, classifier), again)
            except ImageError as error:
                _log.debug("the faces of a photo that was turned wait: %s", error)
                continue
            write([FindAgain(Touch(source.file), _found(source, photo, faces, turn))])
            done += 1
            break
    return done


def _files(store: Store, digest: str) -> Sequence[Source]:
    photo = pictured(store, digest)
    return photo.files if photo else ()


def _searched(
    photo: DecodedPhoto,
    source: Source,
    turn: int | None,
    networks: tuple[FaceDetector, EmotionClassifier],
    again: Again,
) -> tuple[ScoredFace, ...]:
    """The faces of the photo in the position that was said, in pixels of the picture as it is. Raises ImageError."""
    detector, classifier = networks
    shown = photo if turn is None else replace(photo.turned(turn), is_told=True)
    [found] = find_each([shown], detector)
    if not isinstance(found, ImageError) and again.needed(shown):
        found = with_pieces(found, source, detector, again)
    [scored] = [found] if isinstance(found, ImageError) else score_each([found], classifier)
    if isinstance(scored, ImageError):
        raise scored
    numbered = left_to_right(scored, again.settings.min_confidence)
    back, sizes = undone(again.turn), ((shown.width, shown.height), (photo.width, photo.height))
    return tuple(replace(one, detection=turned_face(one.detection, back, *sizes)) for one in numbered)


def _found(source: Source, photo: DecodedPhoto, faces: tuple[ScoredFace, ...], turn: int | None) -> NewPhoto:
    return NewPhoto(
        source.hash,
        photo.width,
        photo.height,
        photo.format,
        photo.capture,
        faces,
        look_of(photo.image),
        lies=None if photo.is_told else lies(face.detection for face in faces),
        searched=turn,
    )
