"""Tables, connections and upgrades: the database as SQL sees it."""

__all__ = ["columns", "connecting", "engine", "keyed", "schema", "upgrade"]
