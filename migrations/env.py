"""Runs the revisions: on the connection that `gallery.db.upgrade` hands over, or for a developer's `alembic` command.

The command works on the database named by GALLERY_DB, else on the default one.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection

from gallery.db import schema
from gallery.db.engine import connect_engine
from gallery.db.upgrade import without_foreign_keys


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True)
    context.run_migrations()


def migrate_by_command() -> None:
    engine = connect_engine(os.environ.get("GALLERY_DB"))
    with engine.connect() as connection, without_foreign_keys(connection), connection.begin():
        migrate(connection)
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("gallery's migrations need a database to look at: run alembic without --sql")
given = context.config.attributes.get("connection")
migrate(given) if given is not None else migrate_by_command()
