"""The gallery looks at the folders, in all the ways it can; another model; folders and photos that are forgotten."""

from __future__ import annotations

from gallery.curation.roots import forget_root
from gallery.indexing.pruning import find_gone, forget_gone
from gallery.indexing.rescoring import rescore
from gallery.store.roots import known_mounts
from tests.world.run import Run
from tests.world.watcher import Watcher
from tests.world.world import Dice, DifferenceError, World, one_of, step


@step(20)
def index(world: World, dice: Dice) -> str:
    """All known folders, or those that there are where one isn't known."""
    disk, known = world.disk, sorted(world.model.roots)
    wanted = [str(disk.photos), *([str(disk.usb)] if disk.is_connected(str(disk.usb)) else [])]
    folders = known if dice.below(4) and known else list(dict.fromkeys([*wanted, *known]))
    world.look(folders)
    return ", ".join(folders)


@step(4)
def index_a_part(world: World, dice: Dice) -> str | None:
    """A folder, a photo, or the other name of the photos."""
    disk, model = world.disk, world.model
    known = [path for path in model.files if path.startswith(f"{disk.photos}/")]
    if dice.below(3) == 0:
        if not known or str(disk.photos) not in model.roots:
            return None
        world.look([disk.other])
        return str(disk.other)
    what = one_of(dice, disk.folders() if dice.below(2) else [*disk.files(), *disk.folders()])
    world.look([what])
    return str(what)


@step(3)
def watch(world: World, _: Dice) -> str:
    """A watch that began long ago, or now, looks again; of a folder that isn't there it says nothing."""
    disk = world.disk
    folders = [disk.photos, disk.usb]
    if world.watcher is None:
        world.watcher = Watcher(folders, world.index, known_mounts(world.store))
    Run(world.model, force=False).run([str(folder) for folder in folders if folder.exists()])
    world.note_drives()
    world.watcher.look()
    world.compare()
    return "the photos and the drive"


@step(1)
def index_all_anew(world: World, _: Dice) -> str | None:
    """All is read again, and searched for faces."""
    if not world.model.roots:
        return None
    world.look(sorted(world.model.roots), force=True)
    return "every file"


@step(2)
def change_model(world: World, dice: Dice) -> str:
    """Stored faces are read with another one, by themselves or with the next look."""
    model = world.model
    model.answer = one_of(dice, [None, "neutral", "disgust"])
    if dice.below(2) and model.roots:
        world.look(sorted(model.roots))
    else:
        for _ in rescore(world.store, world.classifier):
            pass
        world.compare()
    return f"takes all for {model.answer}" if model.answer else "the true one"


@step(1)
def forget_folder(world: World, dice: Dice) -> str | None:
    """`roots forget`."""
    if not world.model.roots:
        return None
    folder = one_of(dice, sorted(world.model.roots))
    world.model.forget_root(folder)
    forget_root(world.store, folder)
    world.compare()
    return folder


@step(1)
def prune(world: World, dice: Dice) -> str | None:
    """Forgets what is gone: only what surely is."""
    model, even_if_unplugged = world.model, dice.below(4) == 0
    gone = forget_gone(world.store, find_gone(world.store, even_if_unplugged=even_if_unplugged))
    pictures = [model.facts(photo.hash).picture for photo in gone.photos]
    for picture in pictures:
        away = [path for path in model.paths(picture) if model.files[path].state != "missing"]
        if away and not even_if_unplugged:
            raise DifferenceError(f"forgot {picture}, which isn't missing: {away}")
        if model.state(picture) != "missing" and not even_if_unplugged:
            raise DifferenceError(f"forgot {picture}, which is {model.state(picture)}")
    for picture in pictures:
        model.forget(picture)
    for picture in [one for one in model.photos if not model.paths(one) and model.state(one) == "missing"]:
        if any(model.shots.are_one(picture, one) for one in pictures):
            model.forget(picture)
    for path in gone.copies:
        del model.files[path]
    world.compare()
    return f"{len(pictures)} photos, {len(gone.copies)} copies" if gone else None
