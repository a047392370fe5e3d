"""What a person says of faces, keeps as queries, takes back, hands on, and takes along to another computer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gallery.api import album_export
from gallery.curation.dump import write_dump
from gallery.curation.dump_lines import read_dump
from gallery.curation.history import undo
from gallery.curation.labels import clear_labels, faces_named, label_faces, reject_faces
from gallery.curation.restoring import restore_dump
from gallery.curation.saved_queries import delete_query, save_query
from gallery.emotions import EMOTIONS
from gallery.export.formats import export_as
from gallery.query.query import Query
from tests.world.model import Model
from tests.world.pictures import digest_of
from tests.world.said import NOT_A_FACE, Asked, Restored, Said, Word, key
from tests.world.shown import in_album
from tests.world.world import Dice, DifferenceError, World, one_of, step


@contextmanager
def saying(world: World) -> Iterator[Said]:
    """What is said within can be taken back; then all is compared."""
    before = world.model.said.copy()
    yield world.model.said
    world.model.history.note(before, world.model.said)
    world.compare()


def face_of(world: World, dice: Dice) -> tuple[str, str, str] | None:
    """The picture and the face that are drawn, and how they are called."""
    model = world.model
    paths = [path for path in sorted(model.files) if model.photos[model.picture(path)].numbers]
    if not paths:
        return None
    path = one_of(dice, paths)
    faces = model.photos[model.picture(path)].numbers
    face = one_of(dice, sorted(faces))
    return model.picture(path), face, f"{path}#{faces[face]}"


@step(8)
def label(world: World, dice: Dice) -> str | None:
    """An emotion, that it is no face, or nothing any more."""
    found = face_of(world, dice)
    if found is None:
        return None
    picture, face, name = found
    emotion = one_of(dice, [*EMOTIONS, NOT_A_FACE, NOT_A_FACE, ""])
    with saying(world) as said:
        ids = faces_named(world.store, [name])
        if emotion in EMOTIONS:
            label_faces(world.store, ids, emotion)
        elif emotion:
            reject_faces(world.store, ids)
        else:
            clear_labels(world.store, ids)
            world.model.unsay(picture, face)
        if emotion:
            said.words.append(Word(picture, face, emotion))
    return f"{name} {emotion or 'forgotten'}"


@step(1)
def keep_query(world: World, dice: Dice) -> str | None:
    """Under a name, in the place of another, or it goes."""
    name = one_of(dice, ["smiles", "Mine"])
    albums = [album.name for album in world.model.said.albums.values() if in_album(world.model, album) is not None]
    asked = Asked(one_of(dice, [None, "happy"]), one_of(dice, albums) if albums else None)
    with saying(world) as said:
        if key(name) in said.queries and dice.below(3) == 0:
            delete_query(world.store, name)
            del said.queries[key(name)]
            return f"{name} deleted"
        if not asked.text:
            return None
        save_query(world.store, name, Query.parse(asked.text), replace=True)
        said.queries[key(name)] = (name, asked)
    return f"{name}: {asked.text}"


@step(5)
def take_back(world: World, _: Dice) -> str | None:
    """`undo`."""
    if not world.model.history.steps:
        return None
    world.model.undo()
    done = undo(world.store)
    world.compare()
    return done and done.summary


@step(2)
def export(world: World, dice: Dice) -> str | None:
    """An album into its folder, where an earlier export of it may lie: each photo that is there, once."""
    albums = [album for album in world.model.said.albums.values() if in_album(world.model, album) is not None]
    if not albums:
        return None
    album = one_of(dice, sorted(albums, key=lambda one: one.name))
    into = world.base / "exports" / str(dice.below(2))
    what = album_export(world.store, album.name, into)
    results = list(export_as("copy", replace(what, update=True, cleanup=world.store.paths_of), world.store))
    _compare_export(world.model, album.name, [result.target for result in results if result.source])
    return f"{album.name} into {into}"


def _compare_export(model: Model, name: str, targets: list[str | None]) -> None:
    shown = in_album(model, model.said.albums[key(name)]) or []
    wanted = sorted(one for one in shown if _can_be_read(model, one))
    digests = [digest_of(Path(target).read_bytes()) for target in targets if target]
    got = sorted(model.facts(digest).picture for digest in digests)
    # What lies there from an earlier export stands for a photo, too, whose file has changed since it was indexed.
    if not set(wanted) <= set(got) <= set(shown) or len(got) > len(set(got)):
        raise DifferenceError(f"export of {name} has {got}, should have {wanted}")


def _can_be_read(model: Model, picture: str) -> bool:
    """One of its files holds what was indexed."""
    there = [(Path(path), file) for path in model.paths(picture) if (file := model.files[path]).state == "there"]
    return any(path.is_file() and digest_of(path.read_bytes()) == file.digest for path, file in there)


@step(1)
def move_to_another_computer(world: World, dice: Dice) -> str | None:
    """All that was said goes into an empty gallery, which then looks through the folders, or did before."""
    disk, model = world.disk, world.model
    dump = world.base / "said.jsonl"
    write_dump(world.store, dump, force=True)
    looked_first = dice.below(2) == 0
    world.move_to(world.new_gallery())
    said, roots = model.said, model.roots
    shots = model.shots.spoken_of(said.pictures())
    world.model = Model(disk)
    world.model.answer = model.answer
    folders = [str(disk.photos), *([str(disk.usb)] if disk.is_connected(str(disk.usb)) else [])]
    if looked_first:
        world.look(folders)
    restored = restore_dump(world.store, read_dump(dump))
    if restored.problems or restored.renamed:
        raise DifferenceError(f"restored with {restored.problems} {restored.renamed}")
    model = world.model
    if said != Said() or roots - model.roots:
        model.history.steps.append(Restored(Said(), frozenset(roots - model.roots)))
    model.said, model.shots = said, model.shots.with_earlier(shots)
    model.roots |= roots
    world.compare()
    if not looked_first:
        world.look(folders)
    return "restored after a look" if looked_first else "restored before a look"
