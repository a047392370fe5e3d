"""Keeps the database in step with the photo folders: scan, decode, detect, crop, classify, store."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Final

from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.images.passed_over import Reason
from gallery.images.photo_count import count_photos
from gallery.images.recognise import Known
from gallery.images.thumbnail_cache import ThumbnailCache
from gallery.indexing.drawn_faces import make_drawn
from gallery.indexing.kept_thumbnails import cache_of, keep, tidy
from gallery.indexing.known_roots import Manner
from gallery.indexing.options import IndexOptions
from gallery.indexing.pipeline import left_to_right, score_each
from gallery.indexing.places import Places, find_places
from gallery.indexing.processes import MANY, decode_in_processes, read_in_processes
from gallery.indexing.reading import ReadPhoto, read_here
from gallery.indexing.reconcile import Reconciler, Status
from gallery.indexing.rescoring import rescore_locked
from gallery.indexing.results import Phase, PhotoResult, Summary
from gallery.indexing.second_names import second_names
from gallery.indexing.successors import following, left_behind, with_known_faces
from gallery.indexing.turned_faces import search_turned
from gallery.records import FileStamp, ModelInfo, NewPhoto, ScoredFace
from gallery.settings import Settings
from gallery.store.changes import AddPhoto, Change, Fail, FindAgain, NewVersion, Touch
from gallery.store.renaming import copies, rename_files
from gallery.store.store import Store
from gallery.store.unwanted import mark_unwanted

__all__ = ["IndexOptions", "Phase", "PhotoResult", "Status", "Summary", "index"]


def index(
    paths: Sequence[str | os.PathLike[str]],
    *,
    store: Store,
    detector: FaceDetector,
    classifier: EmotionClassifier,
    settings: Settings | None = None,
    options: IndexOptions | None = None,
) -> Iterator[PhotoResult]:
    """Brings the database up to date with the folders and files in `paths`, yielding a result per photo.

    What is yielded is in the database: results come after their batch is committed, so that an interrupted run loses
    at most one batch, and the next run goes on from there. A file that can't be read is recorded with its reason and
    tried again when it has changed. Stored faces that this classifier hasn't seen are read first.

    With `settings.workers` above 1 so many processes look for faces where there are more than a few photos to read;
    with 0 as many as suit the detector, by its `processes`, and the machine. The detector must then be one that can be
    pickled; one that has `decoders`, as on a GPU, stays here, and the processes, as many as it says, only decode. Each
    process imports the script that runs, which must guard its main part by `if __name__ == "__main__"`; since not all
    do, this process works alone where no settings are given.

    A known folder that isn't there is a failure, and its photos stay as they are; so do those on a drive in a folder
    that was there and isn't connected.

    Raises ScanError at once where a path neither exists nor is known; while running, StoreLockedError where another
    process indexes into the same database, unless the options say to wait, StoreError where it can't be written, and
    GalleryError where no process is left to read.
    """
    options = options or IndexOptions()
    settings = settings or Settings(workers=1)
    if options.workers is not None:
        settings = replace(settings, workers=options.workers)
    places = find_places(store, paths, Manner(options.include, options.follow_links))
    cache = cache_of(store, settings)
    if cache is None or not options.thumbnails:
        settings = replace(settings, thumbnail_megabytes=0)
    return _results(_Crew(store, detector, classifier, settings, cache), places, options)


_MOST_BINS: Final = 200
"""Folders within bins that are listed to count what lies there: snapshots may hold all photos a hundred times."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """Who does the work of a run."""

    store: Store
    detector: FaceDetector
    classifier: EmotionClassifier
    settings: Settings
    cache: ThumbnailCache | None

    def write(self, changes: Sequence[Change]) -> None:
        model = ModelInfo(self.classifier.model_id, self.classifier.name)
        found_faces = any(isinstance(change, AddPhoto | FindAgain) for change in changes)
        # Not asked for otherwise: a folder that was only moved would wait for torch to load.
        detector = f"{self.detector.signature} long_side={self.settings.long_side}" if found_faces else ""
        self.store.write(changes, model=model, detector=detector)

    def count(self, faces: Sequence[ScoredFace]) -> int:
        return sum(face.detection.confidence >= self.settings.min_confidence for face in faces)


def _results(crew: _Crew, places: Places, options: IndexOptions) -> Iterator[PhotoResult]:
    store = crew.store
    with store.index_lock(wait=options.wait):
        places.note(store)
        for so_far in () if options.keep_model else rescore_locked(store, crew.classifier):
            if options.on_rescore:
                options.on_rescore(so_far)
        rules = Reconciler(
            store.known_files(), store.paths_of, store.pictures, options.force, crew.settings.max_seconds
        )
        places.names.learn(rules.known)
        _tell(options, Phase.LOOKING)
        present = list(_counted(places.files, options.on_found))
        rules.away = places.drives_away(store, rules.known, [file.path for file in present])
        files = [file for file in present if not (options.skip and options.skip(places.names.as_found(file)))]
        if options.on_plan:
            options.on_plan(len(files) + sum(problem.is_photo for problem in places.problems))
        plan = _planned(rules, files, retry_failed=options.retry_failed)
        yield from plan.told
        yield from _restore(crew, plan.back)
        if plan.to_read:
            _tell(options, Phase.LOADING)
        loaded = False
        with closing(_read(crew, rules, plan.to_read)) as batches, crew.classifier.beside_others():
            for batch in batches:
                yield from _store_batch(crew, rules, batch)
                if not loaded and any(read.photo for read in batch):
                    loaded = True
                    _tell(options, Phase.READING)
        yield from _finish(crew, rules, [file.path for file in present], places)
        search_turned(store, crew.detector, crew.classifier, crew.settings, crew.write)
        make_drawn(store, crew.settings)
        tidy(crew.cache, store)
    if options.on_other_files:
        options.on_other_files(places.beside.videos, places.beside.raw)
    if options.on_bins:
        options.on_bins(count_photos(places.beside.passed_over.of(Reason.BIN), most_folders=_MOST_BINS))


def _tell(options: IndexOptions, phase: Phase) -> None:
    if options.on_phase:
        options.on_phase(phase)


def _counted(files: Iterator[FileStamp], tell: Callable[[int], None] | None) -> Iterator[FileStamp]:
    for count, file in enumerate(files, 1):
        if tell:
            tell(count)
        yield file


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done about the files of a run: nothing but to tell of them, to note that they are back, to read."""

    told: list[PhotoResult] = field(default_factory=list)
    back: list[FileStamp] = field(default_factory=list)
    to_read: list[FileStamp] = field(default_factory=list)


def _planned(rules: Reconciler, files: Sequence[FileStamp], *, retry_failed: bool) -> _Plan:
    plan = _Plan()
    for file in files:
        reason = None if retry_failed else rules.failure(file)
        if reason is not None:
            plan.told.append(PhotoResult(file.path, Status.FAILED, reason=reason))
        elif not rules.needs_no_reading(file):
            plan.to_read.append(file)
        elif rules.known[file.path].missing:
            plan.back.append(file)
        else:
            plan.told.append(PhotoResult(file.path, Status.UNCHANGED))
    return plan


def _restore(crew: _Crew, files: Sequence[FileStamp]) -> Iterator[PhotoResult]:
    if files:
        crew.write([Touch(file) for file in files])
    for file in files:
        yield PhotoResult(file.path, Status.RESTORED)


def _read(crew: _Crew, rules: Reconciler, files: Sequence[FileStamp]) -> Generator[list[ReadPhoto], None, None]:
    """Read and search the files, in processes of their own where there are enough to make up for starting them."""
    detector, settings = crew.detector, crew.settings
    known = rules.identity.known if files else Known()
    if len(files) < MANY or settings.workers == 1:
        return read_here(files, known, detector, settings)
    if decoders := detector.decoders:
        return decode_in_processes(files, known, detector, settings, settings.workers or decoders)
    count = settings.workers or detector.processes
    if count == 1:
        return read_here(files, known, detector, settings)
    return read_in_processes(files, known, detector, settings, count)


def _store_batch(crew: _Crew, rules: Reconciler, batch: Sequence[ReadPhoto]) -> list[PhotoResult]:
    """Classify the faces of a batch, write all of it in one transaction, and tell what became of each photo."""
    batch = [with_known_faces(read, rules, crew.store, crew.detector, crew.settings) for read in batch]
    found = {read.hash: read.photo.faces for read in batch if read.photo}
    stored = crew.store.known_hashes(found)
    # Copies of a photo are read before its batch is committed; here it is in the database.
    done = rules.added if rules.force else stored
    to_score = {digest: faces for digest, faces in found.items() if digest not in done}
    scored = dict(zip(to_score, score_each(list(to_score.values()), crew.classifier), strict=True))
    decided = [_decide(crew, rules, read, scored.get(read.hash), is_stored=read.hash in stored) for read in batch]
    crew.write([change for change, _ in decided])
    keep(crew.cache, batch)
    make_drawn(crew.store, crew.settings, [read.hash for read in batch if read.photo])
    results = [left_behind(crew.store, rules, *one) for one in decided]
    return [replace(result, is_odd=read.is_odd) for result, read in zip(results, batch, strict=True)]


_Scored = tuple[ScoredFace, ...] | ImageError
"""The faces of a photo, or why none could be looked for."""


def _decide(
    crew: _Crew, rules: Reconciler, read: ReadPhoto, faces: _Scored | None, *, is_stored: bool
) -> tuple[Change, PhotoResult]:
    """What to do about a file and to tell of it; of a known content there are no `faces`, or nobody needs them."""
    file, outcome = read.file, read.error or faces
    if isinstance(outcome, ImageError):
        return Fail(file, outcome.reason, outcome.transient), PhotoResult(file.path, Status.FAILED, 0, outcome.reason)
    version = None if is_stored else _new_version(crew, rules, read)
    if read.photo is None or outcome is None or read.hash in rules.added:
        if version is None:
            known, status = rules.of_known_content(file, read.hash, read.picture)
        else:
            known, status = rules.of_new_version(file, read.hash, version)
        return known, PhotoResult(file.path, status)
    if version is not None and not rules.force:
        known, status = rules.of_new_version(file, read.hash, version)
        return known, PhotoResult(file.path, status)
    photo = read.photo
    numbered = left_to_right(outcome, crew.settings.min_confidence)
    new = NewPhoto(
        read.hash,
        photo.width,
        photo.height,
        photo.format,
        photo.capture,
        numbered,
        photo.look,
        photo.picture,
        photo.colour,
        lies=photo.lies,
    )
    if is_stored or version is not None:
        change, status = rules.of_content_read_again(file, new, version)
    elif follows := following(read, rules, crew.store, numbered, crew.settings):
        change, status = rules.of_successor(file, new, follows)
    else:
        change, status = rules.of_new_content(file, new)
    return change, PhotoResult(file.path, status, crew.count(outcome), odd=photo.odd)


def _new_version(crew: _Crew, rules: Reconciler, read: ReadPhoto) -> NewVersion | None:
    """What these bytes are, where they weren't seen before, and are a known photo."""
    if read.capture is None or read.hash in rules.added:
        return None
    name = rules.identity.showing(read.picture)
    name = name or rules.identity.proven(crew.store, rules.known.get(read.file.path), read, crew.settings)
    return None if name is None else NewVersion(name, read.picture, read.capture)


def _finish(crew: _Crew, rules: Reconciler, found: Sequence[str], places: Places) -> Iterator[PhotoResult]:
    """What comes last: places that couldn't be looked at, photos that weren't found, failures that are over."""
    places.find_away(crew.store, rules.known, found)
    problems = places.problems
    unseen = [problem.path for problem in problems]
    unfound = rules.not_found(found, places.roots_by_all_names, unseen)
    unwanted = places.unwanted(unfound.there)
    over = rules.stale_failures(found, places.roots_by_all_names, unseen)
    if problems:
        crew.write([Fail(FileStamp(p.path, 0, 0), p.reason, p.transient) for p in problems])
    if unfound.gone:
        crew.store.mark_missing(unfound.gone)
    if unwanted:
        mark_unwanted(crew.store, unwanted)
    if over:
        crew.store.clear_failures(over)
    if names := second_names(rules.known, copies(crew.store), found):
        rename_files(crew.store, names)
    places.note_look(crew.store)
    for problem in problems:
        yield PhotoResult(problem.path, Status.FAILED, reason=problem.reason, is_photo=problem.is_photo)
    for path in unfound.gone:
        yield PhotoResult(path, Status.MISSING)
    for path, reason in unwanted.items():
        yield PhotoResult(path, Status.UNWANTED, reason=reason)
