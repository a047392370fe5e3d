"""Photos handed on: as files in a folder, a zip archive, a web page, a table. All that there is stands in FORMATS."""

from __future__ import annotations

from gallery.export.archive import write_archive
from gallery.export.files import WAYS, How, check_new
from gallery.export.formats import FORMATS, Format, export_as, formats_help, refuse_ignored
from gallery.export.photos import ExportOptions, export_photos
from gallery.export.request import Export, Heading, Originals
from gallery.export.results import ExportAction, ExportResult, Kind
from gallery.export.safe_names import export_name
from gallery.export.table import check_report_name, write_report
from gallery.export.template import NameTemplate

__all__ = [
    "FORMATS",
    "WAYS",
    "Export",
    "ExportAction",
    "ExportOptions",
    "ExportResult",
    "Format",
    "Heading",
    "How",
    "Kind",
    "NameTemplate",
    "Originals",
    "check_new",
    "check_report_name",
    "export_as",
    "export_name",
    "export_photos",
    "formats_help",
    "page",
    "refuse_ignored",
    "streaming",
    "template",
    "write_archive",
    "write_report",
]
