"""What other programs and people do to the files: the gallery isn't told of any of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gallery.emotions import EMOTIONS
from tests.world.disk import BIN, IGNORE_FILE, NAMES
from tests.world.world import Dice, World, one_of, step


def place(world: World, dice: Dice, *, free: bool) -> Path:
    """A path for a photo in some folder, where nothing lies or perhaps something."""
    folder = one_of(dice, world.disk.folders())
    names = [name for name in NAMES if not free or not os.path.lexists(folder / name)]
    return folder / one_of(dice, names or [f"more {len(list(folder.iterdir()))}.jpg"])


def is_own(path: Path) -> bool:
    """Not a link."""
    return not path.is_symlink()


@step(8)
def take_photo(world: World, dice: Dice) -> str:
    """A camera that perhaps counts from 1 again."""
    path = place(world, dice, free=dice.below(6) > 0)
    faces = list(dict.fromkeys(one_of(dice, EMOTIONS) for _ in range(dice.below(4))))
    world.disk.write(path, world.disk.catalogue.draw(faces), in_place=False)
    return f"{path} shows {', '.join(faces) or 'nobody'}"


@step(8)
def edit_file(world: World, dice: Dice) -> str | None:
    """A star, a date, or all that is said of the picture taken out."""
    files = world.disk.files()
    if not files:
        return None
    path, how, in_place = one_of(dice, files), one_of(dice, ["star", "date", "strip"]), dice.below(2) == 0
    made = world.disk.edited(path, how, dice.below(10))
    if made is None:
        return None
    world.disk.write(path, made[0], in_place=in_place)
    return f"{how} in {path}{' in place' if in_place else ''}"


@step(2)
def touch_file(world: World, dice: Dice) -> str | None:
    """Nothing else changes."""
    files = world.disk.files()
    if not files:
        return None
    path = one_of(dice, files)
    world.disk.touch(path)
    return str(path)


@step(6)
def move_file(world: World, dice: Dice) -> str | None:
    """Perhaps onto another."""
    files = world.disk.files()
    if not files:
        return None
    path, to = one_of(dice, files), place(world, dice, free=dice.below(5) > 0)
    path.replace(to)
    return f"{path} to {to}"


@step(5)
def copy_file(world: World, dice: Dice) -> str | None:
    """With its time or without."""
    files = list(filter(is_own, world.disk.files()))
    if not files:
        return None
    path, to, with_time = one_of(dice, files), place(world, dice, free=True), dice.below(2) == 0
    shutil.copy2(path, to)
    if not with_time:
        world.disk.touch(to)
    return f"{path} to {to}"


@step(3)
def link_file(world: World, dice: Dice) -> str | None:
    """A hard link or a symbolic one."""
    files = list(filter(is_own, world.disk.files()))
    if not files:
        return None
    path, to, hard = one_of(dice, files), place(world, dice, free=True), dice.below(2) == 0
    if hard:
        to.hardlink_to(path)
    else:
        to.symlink_to(path)
    return f"{path} also as {to}, {'a hard link' if hard else 'a link'}"


@step(5)
def delete_file(world: World, dice: Dice) -> str | None:
    """Also links."""
    names = world.disk.photo_names()
    if not names:
        return None
    path = one_of(dice, names)
    path.unlink()
    return str(path)


@step(2)
def throw_away(world: World, dice: Dice) -> str | None:
    """Into the bin."""
    files = world.disk.files()
    if not files:
        return None
    path, folder = one_of(dice, files), world.disk.photos / BIN
    folder.mkdir(exist_ok=True)
    path.replace(folder / path.name)
    return str(path)


@step(2)
def swap_files(world: World, dice: Dice) -> str | None:
    """Two photos change their places."""
    files = world.disk.files()
    if not files:
        return None
    one, other = one_of(dice, files), one_of(dice, files)
    if one == other:
        return None
    between = one.with_name("between")
    one.replace(between)
    other.replace(one)
    between.replace(other)
    return f"{one} and {other}"


@step(1)
def break_file(world: World, dice: Dice) -> str | None:
    """What is there can't be read."""
    files = world.disk.files()
    if not files:
        return None
    path = one_of(dice, files)
    world.disk.write(path, b"\xff\xd8 no photo %d" % dice.below(3))
    return str(path)


@step(3)
def move_folder(world: World, dice: Dice) -> str | None:
    """Also into what is hidden, ignored or a bin."""
    disk = world.disk
    fixed = {disk.photos, disk.usb, disk.nas}
    folders = [folder for folder in disk.folders() if folder not in fixed]
    if not folders:
        return None
    folder, above = one_of(dice, folders), one_of(dice, disk.folders())
    to = above / one_of(dice, ["2023", "trip", "private", "trip 2", ".hidden", BIN])
    if os.path.lexists(to) or to.is_relative_to(folder):
        return None
    shutil.move(folder, to)
    return f"{folder} to {to}"


@step(1)
def make_folder(world: World, dice: Dice) -> str | None:
    """An empty one."""
    folder = one_of(dice, world.disk.folders()) / one_of(dice, ["2023", "trip", "private"])
    if os.path.lexists(folder) or len(folder.relative_to(world.base).parts) > 6:
        return None
    folder.mkdir()
    return str(folder)


@step(1)
def delete_folder(world: World, dice: Dice) -> str | None:
    """With all that is in it."""
    disk = world.disk
    fixed = {disk.photos, disk.usb, disk.nas}
    folders = [folder for folder in disk.folders() if folder not in fixed]
    if not folders:
        return None
    folder = one_of(dice, folders)
    disk.remove(folder)
    return str(folder)


@step(3)
def ignore(world: World, dice: Dice) -> str | None:
    """A rule more, or all in a folder gone."""
    file = one_of(dice, world.disk.folders()) / IGNORE_FILE
    rule = one_of(dice, ["", "private/", "trip/", "a.jpg", "2023/", "c.jpg"])
    if not rule:
        file.unlink(missing_ok=True)
        return f"no rules in {file.parent}"
    before = file.read_text() if file.exists() else ""
    file.write_text(f"{before}{rule}\n")
    return f"{rule} in {file.parent}"


@step(2)
def stop_ignoring(world: World, dice: Dice) -> str | None:
    """The rules of a folder go."""
    files = [file for folder in world.disk.folders() if (file := folder / IGNORE_FILE).exists()]
    if not files:
        return None
    file = one_of(dice, files)
    file.unlink()
    return str(file)


@step(3)
def connect_or_not(world: World, dice: Dice) -> str:
    """A drive is unplugged, or plugged in again."""
    drive = one_of(dice, world.disk.drives)
    if world.disk.is_connected(drive):
        world.disk.unplug(drive)
        return f"{drive} unplugged"
    world.disk.plug(drive)
    return f"{drive} plugged in"


@step(2)
def back_up(world: World, dice: Dice) -> str | None:
    """A file as it is now."""
    files = world.disk.files()
    if not files:
        return None
    path = one_of(dice, files)
    world.disk.keep(path)
    return str(path)


@step(4)
def put_back(world: World, dice: Dice) -> str | None:
    """A file as it was."""
    if not world.disk.backup:
        return None
    kept = one_of(dice, world.disk.backup)
    return kept.path if world.disk.put_back(kept) else None


@step(8)
def change_picture(world: World, dice: Dice) -> str | None:
    """Turned by a tag or pixel by pixel, cropped, compressed again; in its place."""
    files = world.disk.files()
    if not files:
        return None
    path, how, in_place = one_of(dice, files), one_of(dice, ["tag", "turn", "crop", "compress"]), dice.below(2) == 0
    made = world.disk.made_of(path, how, dice.below(56))
    if made is None:
        return None
    world.disk.write(path, made, in_place=in_place)
    return f"{how} {path}{' in place' if in_place else ''}"
