"""What a person does with albums."""

from __future__ import annotations

from gallery.curation import albums
from gallery.query.query import Query
from tests.world.model import Model
from tests.world.person_steps import saying
from tests.world.said import Album, Asked, key
from tests.world.shown import in_album
from tests.world.world import Dice, World, one_of, step

ALBUMS = ("Best", "BEST", "\u00c9t\u00e9", "E\u0301te\u0301", "Us")


def free_name(world: World, dice: Dice) -> str | None:
    """One that no album has."""
    names = [name for name in ALBUMS if key(name) not in world.model.said.albums]
    return one_of(dice, names) if names else None


def some_album(world: World, dice: Dice, *, manual: bool = False) -> Album | None:
    """One of those that there are."""
    found = [album for album in world.model.said.albums.values() if not (manual and album.query)]
    return one_of(dice, sorted(found, key=lambda album: album.name)) if found else None


def some_paths(world: World, dice: Dice) -> list[str]:
    """Of known files, whether there or not."""
    known = sorted(world.model.files)
    return [one_of(dice, known) for _ in range(1 + dice.below(4))] if known else []


def pictures(model: Model, paths: list[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(map(model.picture, paths)))


def fresh(model: Model, album: Album, paths: list[str]) -> list[str]:
    """The pictures in these files for which nothing in the album stands yet."""
    there = {*album.photos, *map(model.home, album.photos)}
    return [one for one in pictures(model, paths) if one not in there]


def place_of(model: Model, album: Album, picture: str) -> str:
    """By which picture the album knows this one."""
    return next((one for one in album.photos if model.home(one) == picture), picture)


@step(3)
def make_album(world: World, dice: Dice) -> str | None:
    """Of some photos, or smart."""
    name, paths = free_name(world, dice), some_paths(world, dice)
    if name is None:
        return None
    emotion = one_of(dice, ["", "", "happy", "sad"])
    with saying(world) as said:
        if emotion:
            asked = Asked(emotion)
            albums.create_smart_album(world.store, name, Query.parse(asked.text))
            said.albums[key(name)] = Album(name, query=asked)
            return f"{name!r} of {asked.text}"
        albums.create_album(world.store, name, paths)
        said.albums[key(name)] = Album(name, pictures(world.model, paths))
    return f"{name!r} of {paths}"


@step(5)
def add_to_album(world: World, dice: Dice) -> str | None:
    """At its end, what isn't in it."""
    album, paths = some_album(world, dice, manual=True), some_paths(world, dice)
    if album is None or not paths:
        return None
    with saying(world):
        albums.add_to_album(world.store, album.name, paths)
        album.photos += fresh(world.model, album, paths)
    return f"{paths} to {album.name!r}"


@step(3)
def remove_from_album(world: World, dice: Dice) -> str | None:
    """Some that are in it, or not."""
    album, paths = some_album(world, dice, manual=True), some_paths(world, dice)
    if album is None or not paths:
        return None
    with saying(world):
        albums.remove_from_album(world.store, album.name, paths)
        gone, home = pictures(world.model, paths), world.model.home
        if album.cover is not None and home(album.cover) in gone:
            album.cover = None
        album.photos = [one for one in album.photos if home(one) not in gone]
    return f"{paths} from {album.name!r}"


@step(3)
def move_in_album(world: World, dice: Dice) -> str | None:
    """Before or after another, to the beginning or the end."""
    album, model = some_album(world, dice, manual=True), world.model
    if album is None:
        return None
    places = {one: [other for other in album.photos if model.home(other) == one] for one in model.photos}
    inside = [path for path in sorted(model.files) if places[model.picture(path)]]
    if not inside:
        return None
    path, beside, way = one_of(dice, inside), one_of(dice, inside), one_of(dice, ["first", "last", "before", "after"])
    moved, anchor = places[model.picture(path)], places[model.picture(beside)][0]
    if anchor in moved and way in ("before", "after"):
        return None
    with saying(world):
        rest = [one for one in album.photos if one not in moved]
        match way:
            case "first":
                albums.move_in_album(world.store, album.name, [path], first=True)
                place = 0
            case "last":
                albums.move_in_album(world.store, album.name, [path])
                place = len(rest)
            case "before":
                albums.move_in_album(world.store, album.name, [path], before=beside)
                place = rest.index(anchor)
            case _:
                albums.move_in_album(world.store, album.name, [path], after=beside)
                place = rest.index(anchor) + 1
        album.photos = [*rest[:place], *moved, *rest[place:]]
    return f"{path} {way} {beside} in {album.name!r}"


@step(2)
def choose_cover(world: World, dice: Dice) -> str | None:
    """One of its photos, or none."""
    album = some_album(world, dice)
    if album is None:
        return None
    model = world.model
    shown = list(map(model.home, album.photos)) if album.query is None else in_album(model, album) or []
    inside = [path for path in sorted(model.files) if model.picture(path) in shown]
    path = one_of(dice, [None, *inside, *inside])
    with saying(world):
        albums.set_album_cover(world.store, album.name, path)
        album.cover = None if path is None else place_of(model, album, model.picture(path))
    return f"{path} of {album.name!r}"


@step(2)
def rename_album(world: World, dice: Dice) -> str | None:
    """Also in capitals alone."""
    album, name = some_album(world, dice), one_of(dice, ALBUMS)
    if album is None or (key(name) in world.model.said.albums and key(name) != key(album.name)):
        return None
    before = album.name
    with saying(world) as said:
        albums.rename_album(world.store, before, name)
        said.rename(before, name)
    return f"{before!r} to {name!r}"


@step(1)
def duplicate_album(world: World, dice: Dice) -> str | None:
    """The same photos or query, and cover."""
    album, name = some_album(world, dice), free_name(world, dice)
    if album is None or name is None:
        return None
    with saying(world) as said:
        albums.duplicate_album(world.store, album.name, name)
        said.albums[key(name)] = Album(name, list(album.photos), album.query, album.cover)
    return f"{album.name!r} as {name!r}"


@step(1)
def delete_album(world: World, dice: Dice) -> str | None:
    """Its photos stay."""
    album = some_album(world, dice)
    if album is None:
        return None
    with saying(world) as said:
        albums.delete_album(world.store, album.name)
        del said.albums[key(album.name)]
    return repr(album.name)
