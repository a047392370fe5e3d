"""Writes what is shown of photos into their sidecars, and takes it out again.

A sidecar is always made anew from what it is without our tags: writing again puts the emotions of today in the place of
those of yesterday, and clearing leaves the file as it was, to the byte where nobody else has edited it since. A file
that we made and that holds nothing but our tags is removed with them. Photos themselves are only read.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gallery.errors import ImageError, SidecarError
from gallery.records import FileStamp, PhotoRecord, was_at
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.system.same_file import FileIds
from gallery.xmp.embedded import own_keywords
from gallery.xmp.ledger import Entry, Ledger
from gallery.xmp.packet import Packet
from gallery.xmp.pairing import Beside, Places
from gallery.xmp.properties import FACES, LISTS, OURS, Property
from gallery.xmp.sidecar_file import check_writable, read_sidecar, replace_sidecar
from gallery.xmp.tagging import BARE, contents, note_in, recalled, with_tags, without_tags
from gallery.xmp.tags import Tags, tags_of


class SidecarAction(StrEnum):
    """What became of a sidecar, or of a photo that has none."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    NOTHING = "nothing"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value put into a property (`added`) or taken out of it."""

    added: bool
    property: str
    value: str


@dataclass(frozen=True, slots=True)
class SidecarResult:
    """What was done about one file of a photo, and with `dry_run` what would be."""

    photo: str
    sidecar: str
    action: SidecarAction
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    replaced: bool = False
    """The photo has no file, and at its path another photo lies now."""

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        changes = {
            name: [{"property": one.property, "value": one.value} for one in self.differences if one.added is added]
            for name, added in (("added", True), ("removed", False))
        }
        return {
            "photo": self.photo,
            "sidecar": self.sidecar,
            "action": str(self.action),
            "reason": self.reason or None,
            "replaced": self.replaced,
            **changes,
        }


@dataclass(frozen=True, slots=True)
class _Plan:
    before: bytes | None
    after: bytes | None
    entry: Entry | None


def write_sidecars(
    store: Store, photos: Iterable[PhotoRecord], settings: Settings | None = None, *, dry_run: bool = False
) -> Iterator[SidecarResult]:
    """Brings the sidecars of photos in line with what is shown of them; a result per file of each photo, as it goes on.

    A sidecar that can't be read or written is left as it was, and its result says why. With `dry_run` the results say
    what would be done, value by value, and nothing is.
    """
    sidecars = Sidecars(store, settings, dry_run=dry_run)
    for photo in photos:
        yield from sidecars.write(photo)


def clear_sidecars(
    store: Store, photos: Iterable[PhotoRecord], *, rest: bool = False, dry_run: bool = False
) -> Iterator[SidecarResult]:
    """Takes what we wrote out of the sidecars of photos, a result for each; otherwise as `write_sidecars`.

    With `rest`, at last out of all other sidecars that the database remembers, as of photos that are gone.
    """
    sidecars = Sidecars(store, dry_run=dry_run)
    for photo in photos:
        yield from sidecars.clear(photo)
    if rest:
        yield from sidecars.clear_rest()


class Sidecars:
    """The sidecars of the photos in a store. With `dry_run` no file is written, and nothing in the database."""

    def __init__(self, store: Store, settings: Settings | None = None, *, dry_run: bool = False) -> None:
        self._min_score = (settings or Settings()).min_score
        self._dry_run = dry_run
        self._ledger = Ledger(store)
        self._known = store.known_files()
        self._places = Places()
        self._seen: set[Path] = set()
        self._ids = FileIds()

    def write(self, photo: PhotoRecord) -> Iterator[SidecarResult]:
        """Brings the sidecar of each file of a photo in line with what is shown of it; a result for each.

        Where the query that found the photo speaks of paths, of each file that it means. A file that several paths lead
        to has one, beside the file itself where others are links. A sidecar that can't be read or written is left as it
        was, and its result says why.
        """
        tags = tags_of(photo, self._min_score)
        found: list[Beside] = []
        names = list(self._places.each_file(photo.paths, photo.meant))
        for path, _ in names:
            file = Path(path)
            if photo.replaced or not file.is_file():
                reason = was_at(path) if photo.replaced else "no such file any more; its drive may not be connected"
                yield SidecarResult(path, "", SidecarAction.MISSING, reason, replaced=photo.replaced)
                continue
            try:
                self._check_indexed(file, photo)
                found.append(self._places.beside(file))
            except SidecarError as error:
                yield _failed(path, "", error)
                continue
            yield self._apply(found[-1].chosen, path, photo.key, tags)
        yield from self._clear_others(photo, found, [path for _, others in names for path in others])

    def _clear_others(
        self, photo: PhotoRecord, found: Sequence[Beside], links: Sequence[str]
    ) -> Iterator[SidecarResult]:
        """Takes tags of this photo out of files that have become another's since, or that lie beside links to it."""
        now = {beside.chosen for beside in found}
        others = [other for beside in found for other in self._ledger.of(beside.others, photo.key)]
        for link in links:
            with contextlib.suppress(SidecarError):
                beside = self._places.beside(Path(link))
                others += self._ledger.of((beside.chosen, *beside.others), photo.key)
        for other in (other for other in dict.fromkeys(others) if other not in now):
            if not any(self._ids.are_same(str(other), str(one)) for one in now):
                yield self._apply(other, photo.path, photo.key, Tags())

    def clear(self, photo: PhotoRecord) -> Iterator[SidecarResult]:
        """Takes what we wrote out of every sidecar of a photo, a result for each.

        Where the query that found the photo speaks of paths, out of those beside the files that it means. Where the
        database knows nothing of a sidecar, what it says itself of our tags is believed.
        """
        everywhere = self._ledger.paths_of(photo.key) if photo.matched is None else []
        sidecars = dict.fromkeys(everywhere, photo.path)
        for path in photo.meant:
            file = Path(path)
            try:
                beside = self._places.beside(file)
                sidecars[str(beside.chosen)] = path
                sidecars |= {str(other): path for other in self._ledger.of(beside.others, photo.hash)}
            except SidecarError as error:
                if file.parent.exists():
                    yield _failed(path, "", error)
        for sidecar, path in sidecars.items():
            yield self._apply(Path(sidecar), path, photo.key, Tags())

    def clear_rest(self) -> Iterator[SidecarResult]:
        """Takes what we wrote out of all other sidecars that the database remembers, as of photos that are gone."""
        for path in self._ledger.paths():
            entry = self._ledger.at(path)
            if entry is not None and Path(path) not in self._seen:
                yield self._apply(Path(path), "", entry.hash, Tags())

    def _apply(self, sidecar: Path, photo: str, digest: str, tags: Tags) -> SidecarResult:
        self._seen.add(sidecar)
        try:
            plan = self._plan(sidecar, photo, digest, tags)
            differences = tuple(_differences(plan, str(sidecar)))
            if plan.after != plan.before:
                check_writable(sidecar)
            if not self._dry_run:
                self._carry_out(sidecar, plan)
        except SidecarError as error:
            return _failed(photo, str(sidecar), error)
        return SidecarResult(photo, str(sidecar), _action(plan), differences=differences)

    def _plan(self, sidecar: Path, photo: str, digest: str, tags: Tags) -> _Plan:
        before = read_sidecar(sidecar)
        entry = self._ledger.at(str(sidecar))
        base = None if before is None else _without_ours(before, entry, str(sidecar))
        if base == BARE:
            base = None
        if not tags.faces:
            return _Plan(before, base, None)
        packet = Packet(BARE if base is None else base, str(sidecar))
        own = {} if all(packet.values(one) for one in LISTS) else own_keywords(Path(photo))
        after, note = with_tags(packet, tags, own)
        made = Packet(after, str(sidecar))
        reversible = without_tags(made, note_in(made) or note) == packet.content
        original = None if reversible else packet.content
        entry = Entry(str(sidecar), digest, note, _sha256(after), original)
        return _Plan(before, after, entry)

    def _carry_out(self, sidecar: Path, plan: _Plan) -> None:
        path = str(sidecar)
        had = self._ledger.at(path)
        if plan.entry != had and plan.entry is not None:
            # First the note, then the file: after a crash between the two the note speaks of tags that aren't there,
            # which does no harm; tags without a note might.
            self._ledger.put(path, plan.entry)
        if plan.after != plan.before:
            try:
                replace_sidecar(sidecar, plan.before, plan.after)
            except BaseException:
                self._ledger.put(path, had)
                raise
        if plan.entry is None and had is not None:
            self._ledger.put(path, None)

    def _check_indexed(self, file: Path, photo: PhotoRecord) -> None:
        """Raises SidecarError for a file that holds another photo by now: its emotions aren't those that we know."""
        now, known = FileStamp.of(str(file), file.stat()), self._known.get(str(file))
        if known is not None and now.unchanged_since(known):
            return
        from gallery.images.decode import hash_file

        try:
            if hash_file(file) == photo.hash_of(str(file)):
                return
        except ImageError as error:
            raise SidecarError(file, error.reason) from None
        raise SidecarError(file, "changed since it was indexed; run `gallery index` on its folder and write again")


def _without_ours(content: bytes, entry: Entry | None, path: str) -> bytes:
    """The sidecar without our tags, which may never have been in it."""
    if entry is not None and entry.original is not None and _sha256(content) == entry.written:
        return entry.original
    if entry is None and not _names_us(content):
        return content
    packet = Packet(content, path)
    note = note_in(packet)
    if note is None and entry is not None:
        note = recalled(packet, entry.note)
    return content if note is None else without_tags(packet, note)


def _names_us(content: bytes) -> bool:
    """Whether our namespace may be in the file: far quicker than reading it."""
    return any(OURS.encode(codec) in content for codec in ("utf-8", "utf-16-le", "utf-16-be"))


def _action(plan: _Plan) -> SidecarAction:
    if plan.after == plan.before:
        return SidecarAction.NOTHING if plan.entry is None else SidecarAction.UNCHANGED
    if plan.before is None:
        return SidecarAction.CREATED
    return SidecarAction.REMOVED if plan.after is None else SidecarAction.CHANGED


def _differences(plan: _Plan, path: str) -> Iterator[Difference]:
    if plan.before == plan.after:
        return
    before, after = (_shown(content, path) for content in (plan.before, plan.after))
    for one in (*LISTS, FACES):
        yield from (Difference(False, str(one), text) for text in before[one] if text not in after[one])
        yield from (Difference(True, str(one), text) for text in after[one] if text not in before[one])


def _shown(content: bytes | None, path: str) -> dict[Property, Sequence[str]]:
    return dict.fromkeys((*LISTS, FACES), ()) if content is None else {**contents(Packet(content, path))}


def _failed(photo: str, sidecar: str, error: SidecarError) -> SidecarResult:
    return SidecarResult(photo, sidecar or error.path, SidecarAction.FAILED, error.reason)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
