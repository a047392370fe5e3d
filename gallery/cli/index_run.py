"""What `gallery index` and `gallery watch` share: the networks of a run, its bar, its counts and what is told of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from gallery.api import IndexArguments
from gallery.cli.network_options import load_pipeline
from gallery.cli.output import counted, print_json, printable
from gallery.cli.progress import Progress
from gallery.cli.rescore_progress import show_rescored
from gallery.cli.state import State
from gallery.cli.taken_up import Networks, Tools
from gallery.indexing.indexer import IndexOptions, Phase, PhotoResult, Status, Summary
from gallery.indexing.rescoring import Rescored
from gallery.settings import Settings


class IndexRun:
    """One run: `arguments` are for `gallery.index` and `gallery.watch`, `summary` counts what `report` has told of."""

    def __init__(self, state: State, settings: Settings, **options: Any) -> None:
        self._state = state
        self._progress = Progress(unit="photos", quiet=state.quiet, describe=self._beside_the_bar)
        self._phase, self._found = Phase.LOOKING, 0
        self.summary = Summary()
        self._left = Left()
        self.tools = Tools(settings, *self.load(settings))
        self.arguments: IndexArguments = {
            **self.use(self.tools),
            "options": IndexOptions(
                on_phase=self._begin,
                on_found=self._count_found,
                on_plan=self._plan,
                on_bins=self._count_bins,
                on_other_files=self._count_others,
                on_rescore=self._follow_rescoring,
                **options,
            ),
        }

    def load(self, settings: Settings) -> Networks:
        """Detector and classifier as the settings say."""
        return load_pipeline(self._state, settings, told=True)

    def use(self, tools: Tools) -> IndexArguments:
        """The arguments by which `index` works with these from now on."""
        self.tools = tools
        return {
            "detector": tools.detector,
            "classifier": tools.classifier,
            "settings": tools.settings,
            "keep_model": tools.keep_model,
        }

    def report(self, results: Iterable[PhotoResult], *, as_json: bool) -> None:
        """Follows the results and sums them up, also where Ctrl-C or an error ends them."""
        start = time.monotonic()
        try:
            with self._progress:
                self._follow(results)
        except BaseException:
            self._state.note(f"stopped; what is done is kept: {self._sentence(self._counts(start))}")
            raise
        counts = self._counts(start)
        self._state.note(self._sentence(counts))
        if passed_over := _passed_over(self.summary):
            self._state.note(f"passed over: {passed_over}")
        for line in self._left.lines():
            self._state.note(line)
        if odd := self.summary.odd:
            self._state.note(
                f"{counted(odd, 'picture')} {'is' if odd == 1 else 'are'} odd but whole: `gallery search is:odd`"
            )
        if as_json:
            print_json(counts)

    def _follow(self, results: Iterable[PhotoResult]) -> None:
        """Counts the results as they come and tells of failures at once."""
        for result in results:
            self.summary.add(result)
            self._left.add(result)
            if result.status.is_looked_at and result.is_photo:
                self._progress.advance(worked=result.status is not Status.UNCHANGED)
            if result.status is Status.FAILED:
                self._progress.tell(f"failed: {result.path}: {result.reason}")
            elif result.odd:
                self._progress.tell(f"odd: {result.path}: {result.odd}")

    def _counts(self, start: float) -> dict[str, Any]:
        return self.summary.as_json(time.monotonic() - start)

    def _begin(self, phase: Phase) -> None:
        self._phase = phase
        if phase is Phase.READING:
            self._progress.measure_from_now()
        self._progress.redraw()

    def _count_found(self, count: int) -> None:
        self._found = count

    def _plan(self, total: int) -> None:
        self._progress.plan(total, unit="photos")

    def _count_bins(self, count: int) -> None:
        self.summary.in_bins = count

    def _count_others(self, videos: int, raw: int) -> None:
        self.summary.videos, self.summary.raw = videos, raw

    def _follow_rescoring(self, so_far: Rescored) -> None:
        """Shows a model that is new to the database reading the stored faces: minutes, where there are 100,000."""
        show_rescored(self._progress, so_far)
        if so_far.done == so_far.total:
            self._state.note(f"{counted(so_far.read, 'stored face')} read with the model {self.tools.classifier.name}")

    def _beside_the_bar(self) -> str:
        if self._progress.unit == "faces":
            return "reading the stored faces with the new model"
        if self._phase is Phase.LOOKING:
            return f"{self._phase}: {counted(self._found, 'photo')}"
        so_far = self._parts()
        return ", ".join(part for part in (so_far, self._phase if self._phase is Phase.LOADING else "") if part)

    def _sentence(self, counts: dict[str, Any]) -> str:
        """`3 photos: 2 new, 1 failed; 4 faces; 1.5 s, 2.0 photos/s; 1 place couldn't be looked at`."""
        parts, places = self._parts(), self.summary.failed_places
        beside = f"; {counted(places, 'place')} couldn't be looked at" if places else ""
        if not parts:
            return f"0 photos{beside}"
        speed = f"{counts['seconds']:.1f} s, {counts['photos_per_second']:.1f} photos/s"
        faces = counted(self.summary.faces, "face")
        return f"{counted(self.summary.photos, 'photo')}: {parts}; {faces}; {speed}{beside}"

    def _parts(self) -> str:
        counts = {status: getattr(self.summary, status) for status in Status}
        counts[Status.FAILED] -= self.summary.failed_places
        return ", ".join(f"{count} {status}" for status, count in counts.items() if count)


class Left:
    """What of photos isn't found in those that came into their places, over several results."""

    def __init__(self) -> None:
        self._words, self._places, self._turns = _Told(), _Told(), _Told()

    def add(self, result: PhotoResult) -> Left:
        """Counts one result; gives itself."""
        self._words.add(result.path, result.waiting)
        self._places.add(result.path, result.staying)
        self._turns.add(result.path, int(result.turn_ended))
        return self

    def lines(self) -> Iterator[str]:
        """A sentence for each kind, where there is any."""
        if self._words.count:
            words = counted(self._words.count, "word")
            yield f"waiting: {words} of yours on faces that weren't found again in {self._words}; `gallery show` tells"
        if self._places.count:
            places = counted(self._places.count, "place")
            yield f"staying: {places} in albums with pictures that have other files, not with {self._places}"
        if self._turns.count:
            turned = counted(self._turns.count, "photo")
            yield f"turned: {turned} by another program, for which your `gallery rotate` ends: {self._turns}"


class _Told:
    """How many there are in all, and of which photos, in short: `beach.jpg and 2 others`."""

    def __init__(self) -> None:
        self.count, self._paths = 0, list[str]()

    def add(self, path: str, count: int) -> None:
        self.count += count
        self._paths += [path] if count else []

    def __str__(self) -> str:
        others = f" and {counted(len(self._paths) - 1, 'other')}" if len(self._paths) > 1 else ""
        return printable(self._paths[0]) + others


def _passed_over(summary: Summary) -> str:
    """`12 videos, 3 RAW, 1 in bins`; empty for nothing."""
    told = {
        counted(summary.videos, "video"): summary.videos,
        f"{summary.raw} RAW": summary.raw,
        f"{summary.in_bins} in bins": summary.in_bins,
    }
    return ", ".join(text for text, count in told.items() if count)
