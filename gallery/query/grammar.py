"""Reads queries in the search language. Pure: needs no database, and not the time of day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gallery.errors import QueryError
from gallery.query import terms
from gallery.query.fields import SORTS, Value, choice
from gallery.query.foreign import refuse_foreign
from gallery.query.parser import Parser, field_of, value_of
from gallery.query.terms import Term
from gallery.query.tokens import Token, tokens


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text asks for; None for what it doesn't speak of."""

    where: Term | None = None
    sort: str | None = None
    limit: int | None = None

    def __str__(self) -> str:
        """In the language itself, always in the same way."""
        ordered = self.sort is not None or self.limit is not None
        parts = {
            "": f"({self.where})" if ordered and isinstance(self.where, terms.Or) else self.where,
            "sort:": self.sort,
            "limit:": self.limit,
        }
        return " ".join(f"{name}{value}" for name, value in parts.items() if value is not None)


def parse(text: str) -> Parsed:
    r"""What the text asks for. Raises QueryError, which names the place, and nothing else.

    The result is the text of what was understood, which means the same again; or the place of an error, counted from 0,
    and the beginning of its reason.

    | input                                | result                                                |
    |--------------------------------------|-------------------------------------------------------|
    |                                      | everything                                            |
    | emotion:happy                        | emotion:happy                                         |
    | EMOTION:Happy                        | emotion:happy                                         |
    | emotion:happiness                    | emotion:happy                                         |
    | emotion:anger                        | emotion:angry                                         |
    | emotion:scared                       | emotion:fear                                          |
    | emotion:happy,surprise               | emotion:happy,surprise                                |
    | emotion:joy,happy,sad                | emotion:happy,sad                                     |
    | emotion:"happy, sad"                 | emotion:happy,sad                                     |
    | emotion:                             | at 0: emotion: needs a value, such as emotion:happy   |
    | emotion:hapy                         | at 8: unknown emotion 'hapy'; did you mean 'happy'?   |
    | emotion:sad,hapy                     | at 12: unknown emotion 'hapy'; did you mean 'happy'?  |
    | emotion:happy,                       | at 13: nothing stands after ,                         |
    | emotion:,happy                       | at 8: unknown emotion ''; choose from angry, disgust  |
    | emotion:xyz                          | at 8: unknown emotion 'xyz'; choose from angry, disg  |
    | emotion:uncertain                    | at 8: uncertain is no emotion; write is:uncertain     |
    | emotoin:happy                        | at 0: unknown field 'emotoin'; did you mean 'emotion' |
    | happy:0.8..                          | happy:0.8..                                           |
    | Happiness:.8..                       | happy:0.8..                                           |
    | sad:..0.3                            | sad:..0.3                                             |
    | fear:0.25..0.75                      | fear:0.25..0.75                                       |
    | neutral:0..1                         | neutral:0.0..1.0                                      |
    | happy:0.8                            | at 6: a score is a range; write happy:0.8.. for at l  |
    | happy:..                             | at 6: '..' is no range of scores; allowed: 0.8..      |
    | happy:high                           | at 6: 'high' is no range of scores; allowed: 0.8..    |
    | happy:0.8..0.2                       | at 6: '0.8..0.2' is no range of scores; allowed: 0 t  |
    | happy:1.5..                          | at 6: '1.5..' is no range of scores; allowed: 0 to 1  |
    | happy:-1..                           | at 6: '-1..' is no range of scores; allowed: 0.8..    |
    | happy:                               | at 0: happy: needs a value, such as happy:0.8..       |
    | hapy:0.8..                           | at 0: unknown field 'hapy'; did you mean 'happy'?     |
    | all:happy                            | all:happy                                             |
    | all:happy,surprised                  | all:happy,surprise                                    |
    | all:everyone                         | at 4: unknown emotion 'everyone'; choose from angry   |
    | none:sad                             | not emotion:sad                                       |
    | none:sad,anger                       | not emotion:sad,angry                                 |
    | -none:sad                            | emotion:sad                                           |
    | none:                                | at 0: none: needs a value, such as none:sad           |
    | most:happy                           | most:happy                                            |
    | most:hapy                            | at 5: unknown emotion 'hapy'; did you mean 'happy'?   |
    | mixed:                               | mixed:                                                |
    | not mixed:                           | not mixed:                                            |
    | mixed:happy                          | at 6: nothing may stand after mixed:                  |
    | faces:3                              | faces:3                                               |
    | faces:2..4                           | faces:2..4                                            |
    | faces:2..                            | faces:2..                                             |
    | faces:..4                            | faces:..4                                             |
    | faces:0                              | faces:0                                               |
    | faces:2..2                           | faces:2                                               |
    | faces:4..2                           | at 6: '4..2' is no range of faces; the smaller numb   |
    | faces:..                             | at 6: '..' is no number of faces; allowed: a number   |
    | faces:two                            | at 6: 'two' is no number of faces; allowed: a number  |
    | faces:-1                             | at 6: '-1' is no number of faces; allowed: a number   |
    | faces:                               | at 0: faces: needs a value, such as faces:2..         |
    | date:2023                            | date:2023                                             |
    | date:2023-06                         | date:2023-06                                          |
    | date:2023-06-01                      | date:2023-06-01                                       |
    | date:2023-06-01T12:30                | date:2023-06-01T12:30                                 |
    | date:2023-06-01t12:30                | date:2023-06-01T12:30                                 |
    | date:"2023-06-01 12:30"              | date:2023-06-01T12:30                                 |
    | date:2023-06..2024                   | date:2023-06..2024                                    |
    | date:2023..                          | date:2023..                                           |
    | date:..2023                          | date:..2023                                           |
    | date:2023..2023                      | date:2023                                             |
    | date:2023..2023-06                   | date:2023..2023-06                                    |
    | date:-3w..                           | date:-3w..                                            |
    | date:-2D                             | date:-2d                                              |
    | date:..-6m                           | date:..-6m                                            |
    | date:-1y..-1m                        | date:-1y..-1m                                         |
    | date:2023..yesterday                 | date:2023..yesterday                                  |
    | date:Today                           | date:today                                            |
    | date:none                            | not has:date                                          |
    | not date:none                        | has:date                                              |
    | date:2024..2023                      | at 5: '2024..2023' ends before it begins; the earlie  |
    | date:-1w..-3w                        | at 5: '-1w..-3w' ends before it begins; the earlier   |
    | date:2023-02-30                      | at 5: time '2023-02-30' doesn't exist (day is out of  |
    | date:2023..2024-13                   | at 11: time '2024-13' doesn't exist (month must be i  |
    | date:2023-6-1                        | at 5: time '2023-6-1' isn't understood; allowed: 202  |
    | date:soon                            | at 5: time 'soon' isn't understood; allowed: 2023, 2  |
    | date:-3h..                           | at 5: time '-3h' isn't understood; allowed: 2023, 20  |
    | date:..                              | at 5: a range needs a time at one end at least, such  |
    | date:                                | at 0: date: needs a value, such as date:2023-06..202  |
    | added:-7d..                          | added:-7d..                                           |
    | added:2026-01..2026-03               | added:2026-01..2026-03                                |
    | added:none                           | at 6: time 'none' isn't understood; allowed: 2023, 2  |
    | added:                               | at 0: added: needs a value, such as added:-7d..       |
    | beach                                | path:beach                                            |
    | path:Italy                           | path:Italy                                            |
    | path:IMG_01.jpg                      | path:IMG_01.jpg                                       |
    | path:"Summer 2023"                   | path:"Summer 2023"                                    |
    | "Summer 2023"                        | path:"Summer 2023"                                    |
    | Summer" "2023                        | path:"Summer 2023"                                    |
    | "emotion:happy"                      | path:emotion:happy                                    |
    | path:12:30                           | path:12:30                                            |
    | 12:30                                | path:12:30                                            |
    | path:/photos/2023/                   | path:/photos/2023                                     |
    | /photos/../other                     | path:/other                                           |
    | path:"say \"hi\""                    | path:"say \"hi\""                                     |
    | path:a\b                             | path:"a\\b"                                           |
    | path:"a,b"                           | path:"a,b"                                            |
    | a,b                                  | path:"a,b"                                            |
    | path:50%                             | path:50%                                              |
    | Ärger                                | path:Ärger                                            |
    | path:                                | at 0: path: needs a value, such as path:Italy         |
    | path:" "                             | at 6: nothing stands between the quotes; write a par  |
    | ""                                   | at 0: nothing stands between the quotes; write a par  |
    | path:"Italy                          | at 5: the quotes that begin here don't end; add a "   |
    | C:\Photos                            | at 0: unknown field 'C'; text with a colon is writte  |
    | camera:canon                         | camera:canon                                          |
    | camera:"iPhone 13"                   | camera:"iPhone 13"                                    |
    | format:HEIF                          | format:HEIF                                           |
    | width:2000..                         | width:2000..                                          |
    | height:..800                         | height:..800                                          |
    | format:                              | at 0: format: needs a value, such as format:heif      |
    | height:9..1                          | at 7: '9..1' is no range of pixels; the smaller num   |
    | width:wide                           | at 6: 'wide' is no number of pixels; allowed: a numb  |
    | camera:                              | at 0: camera: needs a value, such as camera:canon     |
    | album:Best                           | album:Best                                            |
    | album:"Summer (2023)"                | album:"Summer (2023)"                                 |
    | -album:Best                          | not album:Best                                        |
    | album:                               | at 0: album: needs a value, such as album:"Summer 20  |
    | query:smiles                         | query:smiles                                          |
    | query:"my smiles" date:2023          | query:"my smiles" date:2023                           |
    | query:""                             | at 0: query: needs a value, such as query:smiles      |
    | has:gps                              | has:gps                                               |
    | has:Face                             | has:face                                              |
    | has:date                             | has:date                                              |
    | has:faces                            | at 4: unknown has: 'faces'; did you mean 'face'?      |
    | has:                                 | at 0: has: needs a value, such as has:gps             |
    | is:uncertain                         | is:uncertain                                          |
    | is:corrected                         | is:corrected                                          |
    | is:picked                            | is:picked                                             |
    | is:rejected-shot                     | is:rejected-shot                                      |
    | is:rejected                          | at 3: unknown is: 'rejected'; did you mean 'rejected- |
    | is:odd                               | is:odd                                                |
    | is:missing                           | is:missing                                            |
    | is:mising                            | at 3: unknown is: 'mising'; did you mean 'missing'?   |
    | is:blue                              | at 3: unknown is: 'blue'; allowed: uncertain, correc  |
    | sort:score                           | sort:score                                            |
    | sort:Oldest emotion:sad              | emotion:sad sort:oldest                               |
    | sort:newset                          | at 5: unknown sort: 'newset'; did you mean 'newest'?  |
    | sort:size                            | at 5: unknown sort: 'size'; allowed: newest, oldest   |
    | sort:score sort:path                 | at 11: sort: is there twice; say it once              |
    | -sort:score                          | at 1: sort: is said of the whole query, outside ( )   |
    | limit:20                             | limit:20                                              |
    | emotion:happy or emotion:sad limit:5 | (emotion:happy or emotion:sad) limit:5                |
    | limit:0                              | at 6: limit: is '0'; allowed: 1 or more               |
    | limit:many                           | at 6: limit: is 'many'; allowed: 1 or more            |
    | (beach limit:3)                      | at 7: limit: is said of the whole query, outside ( )  |
    | a b                                  | path:a path:b                                         |
    | a and b                              | path:a path:b                                         |
    | a AND b OR c                         | path:a path:b or path:c                               |
    | a or b                               | path:a or path:b                                      |
    | a, b                                 | path:a or path:b                                      |
    | a , b                                | path:a or path:b                                      |
    | a b or c d                           | path:a path:b or path:c path:d                        |
    | (a or b) c                           | (path:a or path:b) path:c                             |
    | ((a))                                | path:a                                                |
    | a (b (c d))                          | path:a path:b path:c path:d                           |
    | a or (b or c)                        | path:a or path:b or path:c                            |
    | not a                                | not path:a                                            |
    | -a                                   | not path:a                                            |
    | not not a                            | path:a                                                |
    | not -a                               | path:a                                                |
    | -(a b)                               | not (path:a path:b)                                   |
    | not(a or b)                          | not (path:a or path:b)                                |
    | -a b                                 | not path:a path:b                                     |
    | "or"                                 | path:or                                               |
    | "not" a                              | path:not path:a                                       |
    | "-a"                                 | path:"-a"                                             |
    | a-b                                  | path:a-b                                              |
    | path:-a                              | path:"-a"                                             |
    | a or                                 | at 2: nothing stands after or                         |
    | or a                                 | at 0: nothing stands before or                        |
    | a or or b                            | at 2: nothing stands after or                         |
    | and                                  | at 0: nothing stands before and                       |
    | a not                                | at 2: nothing stands after not                        |
    | a -                                  | at 2: nothing stands after -; a dash that is meant i  |
    | ()                                   | at 0: nothing stands between ( and )                  |
    | (a                                   | at 0: this ( isn't closed; add a )                    |
    | a (                                  | at 2: nothing stands after (                          |
    | a)                                   | at 1: this ) closes nothing; take it away, or write   |
    | )                                    | at 0: nothing stands before )                         |
    | (((((((((a)))))))))                  | at 8: too many ( within each other; allowed: 8        |
    """
    found = list(tokens(text))
    refuse_foreign(text, found)
    pieces, order = _without_order(text, found)
    if not pieces:
        return Parsed(None, **order)
    return Parsed(Parser(text, pieces).parse(), **order)


def _without_order(text: str, pieces: list[Token]) -> tuple[list[Token], dict[str, Any]]:
    """Takes out `sort:` and `limit:`, which are said of the whole query wherever they stand."""
    kept: list[Token] = []
    order: dict[str, Any] = {}
    depth = 0
    for piece in pieces:
        depth += {"(": 1, ")": -1}.get(piece.kind, 0)
        field = field_of(piece)
        if field not in ("sort", "limit"):
            kept.append(piece)
            continue
        if depth > 0 or (kept and kept[-1].kind == "not"):
            raise QueryError(text, piece.position, f"{field}: is said of the whole query, outside ( ) and without not")
        if field in order:
            raise QueryError(text, piece.position, f"{field}: is there twice; say it once")
        value = value_of(text, piece)
        order[field] = choice(value, SORTS) if field == "sort" else _limit(value)
    return kept, order


def _limit(value: Value) -> int:
    if not re.fullmatch("[0-9]{1,9}", value.text) or int(value.text) < 1:
        raise value.error(f"limit: is {value.text!r}; allowed: 1 or more")
    return int(value.text)
