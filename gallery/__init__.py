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
    from gallery.api import album_export, index, predict, query_export, rescore, watch
    from gallery.curation.albums import (
        Album,
        add_to_album,
        album_names,
        album_photos,
        create_album,
        create_smart_album,
        delete_album,
        duplicate_album,
        freeze_album,
        list_albums,
        move_in_album,
        read_album,
        remove_from_album,
        rename_album,
        set_album_cover,
        set_album_note,
        set_album_query,
        sort_album,
    )
    from gallery.curation.collecting import Collected, collect_photos
    from gallery.curation.doubt import DoubtfulFace, doubtful_faces
    from gallery.curation.drawing import Drawn, draw_face
    from gallery.curation.dump import dump_text, write_dump
    from gallery.curation.dump_lines import Dump, read_dump
    from gallery.curation.history import Action, Compacted, compact, list_actions, undo
    from gallery.curation.labels import NamedFace, clear_labels, faces_meant, faces_named, label_faces, reject_faces
    from gallery.curation.picks import clear_picks, pick_photos, reject_photos
    from gallery.curation.restoring import Restored, restore_dump
    from gallery.curation.review import Review
    from gallery.curation.roots import RootRecord, forget_root, list_roots
    from gallery.curation.saved_queries import (
        SavedQuery,
        delete_query,
        list_queries,
        read_query,
        rename_query,
        save_query,
    )
    from gallery.curation.turning import rotate_photos
    from gallery.export import (
        FORMATS,
        Export,
        ExportAction,
        ExportOptions,
        ExportResult,
        Heading,
        NameTemplate,
        export_as,
        export_photos,
        write_report,
    )
    from gallery.faces import Box, Detection, EmotionClassifier, FaceDetector, Prediction
    from gallery.indexing.indexer import IndexOptions, PhotoResult, Status, Summary
    from gallery.indexing.pruning import Attached, Gone, GonePhoto, attached_to, find_gone, forget_gone
    from gallery.indexing.rescoring import Rescored
    from gallery.insight.accuracy import AccuracyReport, accuracy_report
    from gallery.insight.breakdown import Breakdown, breakdown
    from gallery.insight.drawings import save_annotated, save_reasons
    from gallery.insight.model_diff import ModelDiff, model_diff
    from gallery.insight.moods import save_moods
    from gallery.insight.precision import min_scores
    from gallery.insight.reasons import FaceReasons, PhotoReasons, explain_faces
    from gallery.insight.timeline import Timeline, timeline
    from gallery.insight.viewing import open_photo
    from gallery.preferences import replace_settings, set_setting, settings_content, unset_setting, use_model
    from gallery.query.explained import language_examples
    from gallery.query.query import Query
    from gallery.records import FaceRecord, FailureRecord, PhotoRecord
    from gallery.settings import Settings, load_settings, setting_origins
    from gallery.similar.backfill import fill_looks
    from gallery.similar.best import RankedBurst, RankedShot, rank_bursts
    from gallery.similar.bursts import Shot, find_bursts
    from gallery.similar.duplicates import DuplicateGroup, exact_duplicates, near_duplicates
    from gallery.store.backup import back_up
    from gallery.store.existing import database_exists
    from gallery.store.roots import Root, known_roots
    from gallery.store.statistics import Stats
    from gallery.store.store import Store
    from gallery.vision.checkpoints import ModelCard, find_model, list_models, read_card
    from gallery.vision.onnx_export import export_onnx
    from gallery.web.opening import ServeOptions, serve
    from gallery.xmp.sidecars import SidecarAction, SidecarResult, clear_sidecars, write_sidecars

# A name a line would leave no room for anything else.
# fmt: off
__all__ = [
    "EMOTIONS", "FORMATS",
    "AccuracyReport", "Action", "Album", "Attached", "Box", "Breakdown", "Collected", "Compacted", "Detection",
    "DoubtfulFace", "Drawn", "Dump", "DuplicateGroup", "EmotionClassifier", "Export", "ExportAction", "ExportOptions",
    "ExportResult", "FaceDetector", "FaceReasons", "FaceRecord", "FailureRecord", "GalleryError", "Gone", "GonePhoto",
    "Heading", "IndexOptions", "ModelCard", "ModelDiff", "NameTemplate", "NamedFace", "PhotoReasons", "PhotoRecord",
    "PhotoResult", "Prediction", "Query", "RankedBurst", "RankedShot", "Rescored", "Restored", "Review", "Root",
    "RootRecord", "SavedQuery", "ServeOptions", "Settings", "Shot", "SidecarAction", "SidecarResult", "Stats", "Status",
    "Store", "Summary", "Timeline",
    "accuracy_report", "add_to_album", "album_export", "album_names", "album_photos", "attached_to", "back_up",
    "breakdown", "clear_labels", "clear_picks", "clear_sidecars", "collect_photos", "compact", "create_album",
    "create_smart_album", "database_exists", "delete_album", "delete_query", "doubtful_faces", "draw_face", "dump_text",
    "duplicate_album", "exact_duplicates", "explain_faces", "export_as", "export_onnx", "export_photos", "faces_meant",
    "faces_named", "fill_looks", "find_bursts", "find_gone", "find_model", "forget_gone", "forget_root", "freeze_album",
    "index", "known_roots", "label_faces", "language_examples", "list_actions", "list_albums", "list_models",
    "list_queries", "list_roots", "load_settings", "min_scores", "model_diff", "move_in_album", "near_duplicates",
    "open_photo", "pick_photos", "predict", "query_export", "rank_bursts", "read_album", "read_card", "read_dump",
    "read_query", "reject_faces", "reject_photos", "remove_from_album", "rename_album", "rename_query",
    "replace_settings", "rescore", "restore_dump", "rotate_photos", "save_annotated", "save_moods", "save_query",
    "save_reasons", "serve", "set_album_cover", "set_album_note", "set_album_query", "set_setting", "setting_origins",
    "settings_content", "sort_album", "timeline", "undo", "unset_setting", "use_model", "watch", "write_dump",
    "write_report", "write_sidecars",
]
# fmt: on

# Loaded when first asked for: `import gallery` must cost a shell's completion nothing.
_HANDED_ON = {
    "gallery.api": "album_export index predict query_export rescore watch",
    "gallery.curation.albums": (
        "Album add_to_album album_names album_photos create_album create_smart_album delete_album "
        "duplicate_album freeze_album list_albums move_in_album read_album remove_from_album rename_album "
        "set_album_cover set_album_note set_album_query sort_album"
    ),
    "gallery.curation.collecting": "Collected collect_photos",
    "gallery.curation.doubt": "DoubtfulFace doubtful_faces",
    "gallery.curation.drawing": "Drawn draw_face",
    "gallery.curation.dump": "dump_text write_dump",
    "gallery.curation.dump_lines": "Dump read_dump",
    "gallery.curation.history": "Action Compacted compact list_actions undo",
    "gallery.curation.labels": "NamedFace clear_labels faces_meant faces_named label_faces reject_faces",
    "gallery.curation.picks": "clear_picks pick_photos reject_photos",
    "gallery.curation.restoring": "Restored restore_dump",
    "gallery.curation.review": "Review",
    "gallery.curation.roots": "RootRecord forget_root list_roots",
    "gallery.curation.saved_queries": "SavedQuery delete_query list_queries read_query rename_query save_query",
    "gallery.curation.turning": "rotate_photos",
    "gallery.export": (
        "FORMATS Export ExportAction ExportOptions ExportResult Heading NameTemplate export_as export_photos "
        "write_report"
    ),
    "gallery.faces": "Box Detection EmotionClassifier FaceDetector Prediction",
    "gallery.indexing.indexer": "IndexOptions PhotoResult Status Summary",
    "gallery.indexing.pruning": "Attached Gone GonePhoto attached_to find_gone forget_gone",
    "gallery.indexing.rescoring": "Rescored",
    "gallery.insight.accuracy": "AccuracyReport accuracy_report",
    "gallery.insight.breakdown": "Breakdown breakdown",
    "gallery.insight.drawings": "save_annotated save_reasons",
    "gallery.insight.model_diff": "ModelDiff model_diff",
    "gallery.insight.moods": "save_moods",
    "gallery.insight.precision": "min_scores",
    "gallery.insight.reasons": "FaceReasons PhotoReasons explain_faces",
    "gallery.insight.timeline": "Timeline timeline",
    "gallery.insight.viewing": "open_photo",
    "gallery.preferences": "replace_settings set_setting settings_content unset_setting use_model",
    "gallery.query.explained": "language_examples",
    "gallery.query.query": "Query",
    "gallery.records": "FaceRecord FailureRecord PhotoRecord",
    "gallery.settings": "Settings load_settings setting_origins",
    "gallery.similar.backfill": "fill_looks",
    "gallery.similar.best": "RankedBurst RankedShot rank_bursts",
    "gallery.similar.bursts": "Shot find_bursts",
    "gallery.similar.duplicates": "DuplicateGroup exact_duplicates near_duplicates",
    "gallery.store.backup": "back_up",
    "gallery.store.existing": "database_exists",
    "gallery.store.roots": "Root known_roots",
    "gallery.store.statistics": "Stats",
    "gallery.store.store": "Store",
    "gallery.vision.checkpoints": "ModelCard find_model list_models read_card",
    "gallery.vision.onnx_export": "export_onnx",
    "gallery.web.opening": "ServeOptions serve",
    "gallery.xmp.sidecars": "SidecarAction SidecarResult clear_sidecars write_sidecars",
}
_HOMES = {name: module for module, names in _HANDED_ON.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
