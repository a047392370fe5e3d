"""The search language: from what people type to terms and a Query. Pure: no database, no disk."""
