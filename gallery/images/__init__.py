"""From a file to an upright picture and what the file says of itself."""

__all__ = [
    "annotate",
    "colours",
    "crops",
    "decode",
    "ignoring",
    "look",
    "passed_over",
    "quality",
    "recognise",
    "scan",
    "sources",
    "thumbnail_cache",
    "thumbnails",
]
