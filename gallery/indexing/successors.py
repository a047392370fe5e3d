"""What indexing does about a photo that came into the place of another, showing the same shot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gallery.errors import ImageError
from gallery.faces import Box, FaceDetector
from gallery.images.decode import read_new
from gallery.images.recognise import Known
from gallery.images.turns import between
from gallery.indexing.in_pieces import Again
from gallery.indexing.reading import Decoded, ReadPhoto, look_for_faces
from gallery.indexing.reconcile import Reconciler
from gallery.indexing.results import PhotoResult
from gallery.indexing.shots import turned_photo
from gallery.records import FoundFace
from gallery.settings import Settings
from gallery.store.changes import AddPhoto, Change, Follows, LinkPath
from gallery.store.numbering import numbers_again
from gallery.store.store import Store

_NOWHERE = Box(0.0, 0.0, 0.0, 0.0)


def with_known_faces(
    read: ReadPhoto, rules: Reconciler, store: Store, detector: FaceDetector, settings: Settings
) -> ReadPhoto:
    """What was read, with the faces of the photo whose picture a tag turns another way here; else the same.

    Nothing is looked for, unless that photo has no face: it may have lain on its side.
    """
    if read.photo is not None or read.capture is None or read.picture is None:
        return read
    before = rules.known.get(read.file.path)
    name = rules.identity.turned(read.picture, before.photo if before else None)
    if name is None:
        return read
    stored = store.stored_look(name)
    has_faces = stored is not None and bool(stored.faces)
    try:
        digest, photo = read_new(
            read.file.path,
            lambda digest: digest != read.hash,
            long_side=settings.long_side,
            max_megapixels=settings.max_megapixels,
            quick=True,
            detailed=has_faces,
        )
    except ImageError as error:
        return replace(read, error=error)
    if photo is None:
        return replace(read, error=ImageError(read.file.path, "was changed while it was read", transient=True))
    if stored is None or not stored.faces:
        decoded = Decoded(read.file, digest, photo, None, read.picture)
        [found] = look_for_faces([decoded], Known(), detector, Again(settings))
        return found
    turn = between(stored.orientation, read.picture.orientation)
    return replace(read, photo=turned_photo(stored, photo, read, turn))


def following(
    read: ReadPhoto, rules: Reconciler, store: Store, faces: Sequence[FoundFace], settings: Settings
) -> Follows | None:
    """That this new photo, with these faces, follows a known one, and their numbers; None where it doesn't."""
    try:
        found = rules.identity.succession(store, rules.known.get(read.file.path), read, settings)
    except ImageError:  # gone or changed meanwhile: another run will see
        return None
    stored = store.stored_look(found.old) if found else None
    if found is None or stored is None:
        return None
    known = dict.fromkeys(stored.numbers, _NOWHERE)
    known |= {face.number: found.into_new(face.detection.box) or _NOWHERE for face in stored.faces}
    return Follows(found, tuple(numbers_again(known, [face.detection.box for face in faces])))


def left_behind(store: Store, rules: Reconciler, change: Change, result: PhotoResult) -> PhotoResult:
    """The result, with what of other photos of the shot isn't found in this one: to be asked once that is stored."""
    match change:
        case AddPhoto(photo=photo):
            name = photo.hash
        case LinkPath(hash=digest):
            name = rules.identity.name(digest)
        case _:
            return result
    if not rules.identity.has_others(name):
        return result
    waiting, staying, stays_turned = store.left_behind(name)
    return replace(result, waiting=waiting, staying=staying, turn_ended=stays_turned)
