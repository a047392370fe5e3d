"""What is answered: JSON of plain values and msgspec's structs, and errors in the same shape everywhere."""

from __future__ import annotations

import json
import logging
from typing import Any, Final

import msgspec

from gallery.errors import (
    GalleryError,
    ImageError,
    NotIndexedError,
    PathError,
    QueryError,
    StoreError,
    StoreLockedError,
)
from gallery.web.asked import BadRequestError
from gallery.web.utf16 import to_browser

_log = logging.getLogger(__name__)

JSON: Final = "application/json"


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, for people; `field` of what was asked, and in a query the place, `caret`, where it is known."""

    error: str
    field: str | None = None
    caret: int | None = None


class NotFoundError(GalleryError):
    """What is asked for isn't there, or not for this guest: which of both, nobody is told."""


class RefusedError(GalleryError):
    """It is there, but not to be had: for a guest, or where nothing may be changed."""


def encoded(answer: Any) -> bytes:
    """The answer as JSON. Names may have bytes that are no UTF-8: these are escapes such as `\\udce9`, as in --json."""
    try:
        return msgspec.json.encode(answer)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(answer)).encode()


def problem_of(error: Exception) -> tuple[int, Problem]:
    """The status and what is said of an error; one that isn't ours is noted in the log, and nothing of it told."""
    match error:
        case BadRequestError():
            return 400, Problem(str(error), error.field)
        case QueryError():
            return 400, Problem(error.reason, "query", to_browser(error.text, error.position))
        case NotFoundError() | NotIndexedError():
            return 404, Problem(str(error))
        case RefusedError():
            return 403, Problem(str(error))
        case StoreLockedError():
            return 503, Problem(error.reason)
        case StoreError():
            return 500, Problem(error.reason)
        case ImageError():
            return 422, Problem(error.reason)
        case PathError():
            return 400, Problem(error.reason)
        case GalleryError():
            return 400, Problem(str(error))
    _log.error("a fault in gallery: %r", error, exc_info=error)
    return 500, Problem(f"a fault in gallery: {type(error).__name__}; the terminal that serves tells more")
