"""Puts the folders that a dump tells of among those that are looked through."""

from __future__ import annotations

from collections.abc import Iterable

from gallery.curation.dump_facts import RootFact
from gallery.curation.history import Recorder
from gallery.db import schema
from gallery.store.roots import Root, roots_in
from gallery.system.same_file import FileIds


def restore_roots(recorder: Recorder, facts: Iterable[RootFact]) -> int:
    """Adds the folders that aren't known, by whatever name; how many they are.

    Of a known one stays what is said of it; what is taken in follows where nothing is.
    """
    ids = FileIds()
    known = {root.path: root for root in roots_in(recorder.connection)}
    new = 0
    for fact in facts:
        told = Root(fact.path, fact.include, None, fact.follow_links)
        same = (root for root in known.values() if root.path == fact.path or ids.are_same(root.path, fact.path))
        root = next(same, None)
        if root is None:
            row = {"path": told.path, "include": told.manner, "added_at": fact.added_at}
            recorder.insert(schema.root, [row])
            known[told.path] = told
            new += 1
        elif not (root.include or root.follow_links):
            recorder.update(schema.root, {"include": told.manner}, schema.root.c.path == root.path)
    return new
