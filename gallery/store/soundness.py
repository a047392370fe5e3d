"""What is wrong with a database."""

from __future__ import annotations

from sqlalchemy import Connection

from gallery.db import schema
from gallery.store.shown import count_stale


def check(connection: Connection) -> list[str]:
    """What is wrong, in sentences; empty where nothing is."""
    stale = count_stale(connection)
    problems = [f"{stale} faces show something else than labels and predictions say"] if stale else []
    if connection.dialect.name != "sqlite":
        return problems
    return [*_damage(connection), *_strangers(connection), *problems]


def _damage(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    damage = [f"damaged: {line}" for line in found if line != "ok"]
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision != schema.HEAD:
        damage.append(f"the schema is {revision}, not {schema.HEAD}")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return damage + sorted(
        f"table {row[0]}, row {row[1]}: refers to a row of {row[2]} that isn't there" for row in broken
    )


def _strangers(connection: Connection) -> list[str]:
    """Triggers and views: gallery makes none, and one in a database from elsewhere acts behind our back."""
    rows = connection.exec_driver_sql("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')")
    return [f"{kind} {name!r} isn't gallery's" for kind, name in rows]
