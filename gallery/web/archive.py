"""An album as an archive to take away."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from gallery.errors import ExportError
from gallery.web.albums import album_query
from gallery.web.asked import Asked
from gallery.web.lanes import Lanes
from gallery.web.site import Site


async def archive(site: Site, lanes: Lanes, request: Request) -> Response:
    """`GET /api/albums/UID/zip`. It is made as a whole first, beside other temporary files."""
    asked = Asked(request.path_params)
    path = await lanes.run("export", lambda: _archived(site, asked))
    return FileResponse(
        path,
        media_type="application/zip",
        filename=path.name,
        headers={"cache-control": "no-store"},
        background=BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True),
    )


def _archived(site: Site, asked: Asked) -> Path:
    from gallery.api import album_export, query_export
    from gallery.export import ExportAction, export_as, export_name

    name, query = album_query(site, asked)
    folder = Path(tempfile.mkdtemp(dir=site.scratch()))
    path = folder / f"{export_name(name)}.zip"
    try:
        if site.is_guest:
            export = query_export(site.reader, query, path, site.settings)
        else:
            export = album_export(site.reader, name, path, settings=site.settings)
        results = list(export_as("zip", export, site.reader))
        if not any(result.action is ExportAction.COPIED for result in results):
            raise ExportError(path, "none of the photos can be read")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return path
