"""Tables, connections and upgrades: the database as SQL sees it."""
