"""From a file to an upright picture and what the file says of itself."""

__all__ = [
    "annotate",
    "apart",
    "colours",
    "crops",
    "decode",
    "effort",
    "exposure",
    "ignoring",
    "likeness",
    "look",
    "passed_over",
    "photo_count",
    "pixels",
    "quality",
    "recognise",
    "scan",
    "sources",
    "thumbnail_cache",
    "thumbnails",
    "turns",
]
