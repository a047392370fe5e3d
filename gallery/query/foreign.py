"""What other languages write, and this one in another way: it would be taken for a part of a path, and find nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gallery.emotions import EMOTIONS, SYNONYMS
from gallery.errors import QueryError
from gallery.query import terms
from gallery.query.fields import FIELDS
from gallery.query.tokens import Token

_TEXTS: Final = (None, "path", "camera", "format")
"""Fields whose value is a part of a text; None: a word without a field."""
_WHOLE: Final = ("faces", "width", "height")
_RANGES: Final = (*_WHOLE, "date", "added", *EMOTIONS, *SYNONYMS)
_COMPARISON: Final = re.compile(r"([a-z]+)(==|=|!=|>=|=>|<=|=<|>|<)(.*)", re.IGNORECASE | re.DOTALL)
_OPERATOR: Final = re.compile(r"(==|=|!=|>=|=>|<=|=<|>|<)(.*)", re.DOTALL)
_JOINING: Final = {
    **dict.fromkeys(("&", "&&", "+"), "terms side by side all hold; leave it out"),
    **dict.fromkeys(("|", "||"), "write or"),
    "!": "write not",
}


def refuse_foreign(query: str, pieces: Sequence[Token]) -> None:
    """Raises QueryError at what is written as in other languages; nothing that stands in quotes is.

    | input           | result                                                       |
    |-----------------|--------------------------------------------------------------|
    | faces>2         | at 5: a comparison is a range here; write faces:3..          |
    | faces>=2        | at 5: a comparison is a range here; write faces:2..          |
    | Faces<2         | at 5: a comparison is a range here; write faces:..1          |
    | width<=800      | at 5: a comparison is a range here; write width:..800        |
    | faces=2         | at 5: a value stands after a colon; write faces:2            |
    | faces!=2        | at 5: a comparison is a range here; write not faces:2        |
    | faces>many      | at 5: a comparison is a range here; write faces:2..          |
    | faces>          | at 5: a comparison is a range here; write faces:2..          |
    | faces > 2       | at 6: a comparison is a range here; write faces:3..          |
    | faces:>2        | at 6: a comparison is a range here; write faces:3..          |
    | happy>0.8       | at 5: a comparison is a range here; write happy:0.8..        |
    | joy:>=.8        | at 4: a comparison is a range here; write joy:.8..           |
    | sad==0.8        | at 3: a value stands after a colon; write sad:0.8..          |
    | date>2023       | at 4: a comparison is a range here; write date:2023..        |
    | added:<2024-05  | at 6: a comparison is a range here; write added:..2024-05    |
    | emotion=happy   | at 7: a value stands after a colon; write emotion:happy      |
    | emotion!=happy  | at 7: a value stands after a colon; write not emotion:happy  |
    | camera=Canon    | at 6: a value stands after a colon; write camera:Canon       |
    | beach>2         | nothing                                                      |
    | a=b             | nothing                                                      |
    | "faces>2"       | nothing                                                      |
    | path:faces>2    | nothing                                                      |
    | beach > sea     | at 6: > compares nothing here; a part of a path goes in quotes: ">" |
    | a & b           | at 2: & means nothing here: terms side by side all hold; leave it out |
    | a ! b           | at 2: ! means nothing here: write not                        |
    | Tom "&" Jerry   | nothing                                                      |
    | *.heic          | at 0: * stands for nothing here, any part of a path is found; write path:.heic |
    | path:IMG_*      | at 9: * stands for nothing here, any part of a path is found; write path:IMG_ |
    | /2023/*.j?g     | at 6: * stands for nothing here, any part of a path is found; write path:/2023/ path:.j path:g |
    | camera:*canon*  | at 7: * stands for nothing here, any part of a camera is found; write camera:canon |
    | *               | at 0: * stands for nothing here, any part of a path is found; leave it out |
    | "*.heic"        | nothing                                                      |
    | album:*         | nothing                                                      |
    """
    for at, piece in enumerate(pieces):
        if piece.kind != "word" or not piece.plain:
            continue
        before, after = (pieces[place].text if 0 <= place < len(pieces) else "" for place in (at - 1, at + 1))
        reason = _of_word(piece, before, after) or _of_value(piece) or _of_wildcard(piece)
        if reason is not None:
            index, text = reason
            raise QueryError(query, piece.place(index), text)


_Reason = tuple[int, str] | None
"""At which character of the piece, and what is wrong there."""


def _of_word(piece: Token, before: str, after: str) -> _Reason:
    """A comparison without a colon, and an operator that stands alone, between these words."""
    if piece.colon is not None:
        return None
    if piece.text in _JOINING:
        return 0, f"{piece.text} means nothing here: {_JOINING[piece.text]}"
    alone = _OPERATOR.fullmatch(piece.text)
    if alone is not None:
        if before.lower() in (*FIELDS, *_RANGES):
            return 0, _instead(before, alone[1], alone[2] or after)
        return 0, f'{piece.text} compares nothing here; a part of a path goes in quotes: "{piece.text}"'
    found = _COMPARISON.fullmatch(piece.text)
    if found is None or found[1].lower() not in (*FIELDS, *_RANGES):
        return None
    return len(found[1]), _instead(*found.groups())


def _of_value(piece: Token) -> _Reason:
    """A comparison after the colon of a field that takes ranges."""
    field = "" if piece.colon is None else piece.text[: piece.colon]
    found = _OPERATOR.fullmatch(piece.text[len(field) + 1 :])
    if field.lower() not in _RANGES or found is None:
        return None
    return len(field) + 1, _instead(field, *found.groups())


def _of_wildcard(piece: Token) -> _Reason:
    field = None if piece.colon is None else piece.text[: piece.colon].lower()
    start = 0 if piece.colon is None else piece.colon + 1
    found = re.search(r"[*?]", piece.text[start:])
    if field not in _TEXTS or found is None:
        return None
    parts = [f"{field or 'path'}:{terms.quoted(part)}" for part in re.split(r"[*?]+", piece.text[start:]) if part]
    instead = f"write {' '.join(parts)}" if parts else "leave it out"
    whose = f"any part of a {field or 'path'} is found"
    return start + found.start(), f"{found[0]} stands for nothing here, {whose}; {instead}"


def _instead(name: str, operator: str, value: str) -> str:
    field = name.lower()
    sign = "".join(sorted(operator, reverse=True)) if operator in ("=>", "=<") else operator
    meant = _range(field, sign, value) if field in _RANGES else f"{field}:{terms.quoted(value)}" if value else None
    if meant is None:
        meant = FIELDS[field].example if field in FIELDS else f"{field}:0.8.."
    rule = "a comparison is a range here"
    if "=" in sign and not (set(sign) & set("<>")) and not (sign == "!=" and field in _RANGES):
        rule = "a value stands after a colon"
    return f"{rule}; write {'not ' if sign == '!=' else ''}{meant}"


def _range(field: str, sign: str, value: str) -> str | None:
    """None where the value is none of this field."""
    if not re.fullmatch(r"[0-9]{1,9}" if field in _WHOLE else r"[-0-9.t:]{1,20}|[0-9]*\.?[0-9]+", value):
        return None
    if field in _WHOLE:
        end = int(value) + {">": 1, "<": -1}.get(sign, 0)
        value = str(max(end, 0))
    if sign in ("=", "==", "!="):
        return f"{field}:{value}" + (".." if field in EMOTIONS or field in SYNONYMS else "")
    return f"{field}:..{value}" if sign.startswith("<") else f"{field}:{value}.."
