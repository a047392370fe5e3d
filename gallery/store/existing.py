"""Whether there is a database, for those who must not make one by asking. A path is looked up without SQLAlchemy."""

from __future__ import annotations

from pathlib import Path

from gallery.settings import default_database
from gallery.system.paths import expanded


def database_exists(location: str = "") -> bool:
    """Whether there is something to open at a path or URL, or in the default place.

    Always true of a URL that names a server, which will answer for itself.
    """
    if "://" not in location:
        return expanded(location or default_database()).exists()
    from sqlalchemy import make_url

    url = make_url(location)
    return url.get_backend_name() != "sqlite" or not url.database or Path(url.database).exists()
