"""Photos handed on: as files in a folder, a zip archive or a table. A page is made by `gallery.export.page`."""

from __future__ import annotations

from gallery.export.archive import write_archive
from gallery.export.cleanup import Originals
from gallery.export.files import WAYS, How, check_new
from gallery.export.photos import ExportOptions, export_photos
from gallery.export.results import Action, ExportResult, Kind
from gallery.export.safe_names import export_name
from gallery.export.table import TABLES, check_report_name, write_report, write_table
from gallery.export.template import NameTemplate

__all__ = [
    "TABLES",
    "WAYS",
    "Action",
    "ExportOptions",
    "ExportResult",
    "How",
    "Kind",
    "NameTemplate",
    "Originals",
    "check_new",
    "check_report_name",
    "export_name",
    "export_photos",
    "write_archive",
    "write_report",
    "write_table",
]
