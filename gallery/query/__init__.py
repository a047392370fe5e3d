"""The search language: from what people type to terms and a Query. Pure: no database, no disk."""

__all__ = ["completing", "editing", "explained", "fields", "parser", "query", "terms", "times", "tokens"]
