"""Files, paths, threads and cores: what the operating system gives, made safe and plain. Knows nothing of photos."""

__all__ = [
    "ahead",
    "drives",
    "files",
    "holders",
    "locks",
    "machine",
    "outside",
    "parents",
    "paths",
    "same_file",
    "templates",
    "unix",
    "viewer",
    "waiting",
]
