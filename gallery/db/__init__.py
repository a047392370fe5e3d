"""Tables, connections and upgrades: the database as SQL sees it."""

__all__ = ["columns", "engine", "keyed", "schema", "upgrade"]
