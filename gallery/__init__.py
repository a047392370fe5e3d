"""Finds the faces in photos, reads their emotions, and lets people search them and build albums.

import gallery

with gallery.Store.open("family.db") as store:
    for result in gallery.index("~/Photos", store=store):
        print(result.status, result.path)
    for photo in store.search(gallery.Query.of(emotions=["happy"], min_score=0.8)):
        print(photo.path, [face.emotion for face in photo.faces])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gallery.emotions import EMOTIONS
from gallery.errors import GalleryError

if TYPE_CHECKING:
    from gallery.api import index, predict, rescore
    from gallery.indexing.indexer import IndexOptions, PhotoResult, Status
    from gallery.indexing.rescoring import Rescored
    from gallery.query.query import Query
    from gallery.records import FaceRecord, PhotoRecord
    from gallery.settings import Settings, load_settings
    from gallery.store.store import Store

__all__ = [
    "EMOTIONS",
    "FaceRecord",
    "GalleryError",
    "IndexOptions",
    "PhotoRecord",
    "PhotoResult",
    "Query",
    "Rescored",
    "Settings",
    "Status",
    "Store",
    "index",
    "load_settings",
    "predict",
    "rescore",
]

# Loaded when first asked for: `import gallery` must cost a shell's completion nothing.
_HOMES = {
    "FaceRecord": "gallery.records",
    "IndexOptions": "gallery.indexing.indexer",
    "PhotoRecord": "gallery.records",
    "PhotoResult": "gallery.indexing.indexer",
    "Query": "gallery.query.query",
    "Rescored": "gallery.indexing.rescoring",
    "Settings": "gallery.settings",
    "Status": "gallery.indexing.indexer",
    "Store": "gallery.store.store",
    "index": "gallery.api",
    "load_settings": "gallery.settings",
    "predict": "gallery.api",
    "rescore": "gallery.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
