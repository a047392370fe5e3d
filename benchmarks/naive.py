"""What ours is measured against: the loop one writes first, `fer`, and facenet-pytorch's own search for faces.

Their libraries are imported when one of them is made: the processes that look for faces import the main module, and
with it this one.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageOps

from gallery.faces import Box, Detection, FaceDetector
from gallery.images.crops import crop_face
from gallery.images.decode import read_image
from gallery.settings import Settings
from gallery.vision.lazy import networks

SETTINGS = Settings()

REFERENCE = Settings(long_side=1280, min_face=40)
"""At which facenet-pytorch's faces are those to find again."""

SURE = 0.9
"""Confidence of the faces that are compared."""

SAME_FACE = 0.5
"""Intersection over union from which on two boxes show one face."""

FER_LONG_SIDE = 1280
"""Pixels of the longer side that `fer` is shown; at full size it takes five times as long."""

TABLES = """
create table photo (path text primary key);
create table face (path text, left real, top real, right real, bottom real, confidence real, emotion text, score real);
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One go over some photos: the faces of each by its path, and how long `photos` of them took."""

    faces: dict[str, int]
    photos: int
    seconds: float

    @property
    def rate(self) -> float:
        """Photos per second."""
        return self.photos / self.seconds


class Facenet(FaceDetector):
    """facenet-pytorch's `detect` as a FaceDetector."""

    def __init__(self, min_face: int) -> None:
        from facenet_pytorch import MTCNN

        from gallery.vision.device import choose_device

        self._min_face = min_face
        self._mtcnn = MTCNN(keep_all=True, min_face_size=min_face, device=choose_device(SETTINGS.device))

    @property
    def signature(self) -> str:
        """Its name and least face."""
        return f"facenet-pytorch min_face={self._min_face}"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each picture; one too small to be searched, where facenet-pytorch fails, has none."""
        return [self._faces(image) if min(image.size) >= self._min_face else [] for image in images]

    def _faces(self, image: Image.Image) -> list[Detection]:
        boxes, scores = self._mtcnn.detect(image)
        found = [] if boxes is None else zip(boxes, scores, strict=True)
        faces = [Detection(Box(*map(float, box)).clipped(*image.size), float(score)) for box, score in found]
        return [face for face in faces if face.box.area > 0]


class NaiveLoop:
    """Each photo decoded in full and searched in full, each face classified alone, a commit per photo."""

    def __init__(self) -> None:
        from gallery.vision.checkpoints import find_model
        from gallery.vision.classifier import NetworkClassifier
        from gallery.vision.device import choose_device

        self._facenet = Facenet(min_face=20)
        self._classifier = NetworkClassifier(find_model(SETTINGS.model), device=choose_device(SETTINGS.device))

    def __call__(self, paths: Sequence[Path]) -> Run:
        """Index the photos into a new database."""
        with TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / "naive.db")) as database:
            database.executescript(TABLES)
            return timed(lambda path: self._index(path, database), paths)

    def _index(self, path: Path, database: sqlite3.Connection) -> int:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
        [faces] = self._facenet.detect([picture])
        database.execute("insert into photo values (?)", [str(path)])
        for face in faces:
            box = face.box
            [read] = self._classifier.predict([crop_face(picture, box)])
            row = (str(path), box.left, box.top, box.right, box.bottom, face.confidence, read.emotion, read.score)
            database.execute("insert into face values (?, ?, ?, ?, ?, ?, ?, ?)", row)
        database.commit()
        return sum(face.confidence >= SETTINGS.min_confidence for face in faces)


class Fer:
    """The program `fer` with its Haar cascade, which tells no confidence: all of its faces count.

    Raises ImportError where it isn't installed.
    """

    def __init__(self) -> None:
        import cv2
        from fer.fer import FER

        self._cv2, self._fer = cv2, FER(mtcnn=False)

    def __call__(self, paths: Sequence[Path]) -> Run:
        """Look for faces and their emotions, storing nothing."""
        return timed(self._look, paths)

    def _look(self, path: Path) -> int:
        picture = self._cv2.imread(str(path))
        height, width = picture.shape[:2]
        scale = min(1.0, FER_LONG_SIDE / max(height, width))
        size = round(width * scale), round(height * scale)
        return len(self._fer.detect_emotions(self._cv2.resize(picture, size, interpolation=self._cv2.INTER_AREA)))


def timed(work: Callable[[Path], int], paths: Sequence[Path]) -> Run:
    """The faces that `work` counts in each photo, one after the other."""
    start = time.perf_counter()
    faces = {str(path): work(path) for path in paths}
    return Run(faces, len(paths), time.perf_counter() - start)


def compare_faces(pictures: Sequence[Path]) -> None:
    """Print how many of the sure faces of facenet-pytorch ours finds again, and of which only ours is sure."""
    facenet, detector = Facenet(REFERENCE.min_face), networks(SETTINGS)[0]
    counts: Counter[str] = Counter()
    for path in pictures:
        counts += compared(path.name, seen(path, facenet, REFERENCE), seen(path, detector, SETTINGS))
    theirs = counts["theirs"]
    print(f"facenet-pytorch at {REFERENCE.long_side}/{REFERENCE.min_face}: {theirs} faces with {SURE} and more")
    print(f"ours at {SETTINGS.long_side}/{SETTINGS.min_face}: {counts['ours']} such faces")
    for name, again in (("with any confidence", counts["again"]), (f"with {SURE} and more", counts["again sure"])):
        print(
            f"found again {name}, IoU {SAME_FACE}: {again} of {theirs}" + (f", {again / theirs:.2%}" if theirs else "")
        )
    print(f"only ours, with {SURE} and more: {counts['only ours']}")


def seen(path: Path, detector: FaceDetector, settings: Settings) -> list[Detection]:
    """The faces in a photo, in pixels of the full picture."""
    photo = read_image(path, long_side=settings.long_side, max_megapixels=settings.max_megapixels, quick=True)
    [faces] = detector.detect([photo.image])
    return [face.scaled(photo.width / photo.image.width, photo.height / photo.image.height) for face in faces]


def compared(name: str, theirs: Sequence[Detection], ours: Sequence[Detection]) -> Counter[str]:
    """Counts over the sure faces of a photo; faces that only one side has are printed."""
    counts: Counter[str] = Counter()
    for face in sure(theirs):
        same = same_face(face, ours)
        counts.update({"theirs": 1, "again": bool(same), "again sure": bool(sure(same))})
        if not same:
            print(f"{name}: only facenet-pytorch: {described(face)}")
    for face in sure(ours):
        alone = not same_face(face, theirs)
        counts.update({"ours": 1, "only ours": alone})
        if alone:
            print(f"{name}: only ours: {described(face)}")
    return counts


def sure(faces: Sequence[Detection]) -> list[Detection]:
    """Those that are compared."""
    return [face for face in faces if face.confidence >= SURE]


def same_face(face: Detection, others: Sequence[Detection]) -> list[Detection]:
    """Those of the others that show this face."""
    return [other for other in others if other.box.iou(face.box) >= SAME_FACE]


def described(face: Detection) -> str:
    """Place, height and confidence in a few words."""
    box = face.box
    return f"at {box.left:.0f}, {box.top:.0f}, {box.height:.0f} pixels high, confidence {face.confidence:.3f}"
