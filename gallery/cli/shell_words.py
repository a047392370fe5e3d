"""The words of a command line that is still being typed, as shells read them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Word:
    """A word: its `text` without quotes; the quote that is still `open`, if any.

    What is typed next to it takes the place of all that stands behind the first `kept` characters of the text.
    """

    text: str = ""
    kept: int = 0
    open: str = ""


@dataclass(slots=True)
class _Line:
    breaks: str
    words: list[Word] = field(default_factory=list)
    current: Word | None = None

    def add(self, character: str) -> None:
        self.word.text += character

    @property
    def word(self) -> Word:
        if self.current is None:
            self.current = Word()
            self.words.append(self.current)
        return self.current

    def quoted(self, quote: str, rest: str) -> int:
        """Reads what is in quotes up to their end; how many characters of the rest that are."""
        word, at = self.word, 0
        kept, word.kept, word.open = word.kept, len(word.text), quote
        while at < len(rest):
            if rest[at] == quote:
                word.kept, word.open = kept, ""
                return at + 1
            if quote == '"' and rest[at] == "\\" and rest[at + 1 : at + 2] in ('"', "\\", "$", "`"):
                at += 1
            self.add(rest[at : at + 1])
            at += 1
        return at


def words_typed(line: str, breaks: str = "") -> list[Word]:
    r"""The words of the line, of which the last is the one that is being typed; it may be empty.

    `breaks` are characters at which the shell takes words apart, outside quotes, when it completes them. As text,
    characters kept, open quote of the last word, with `:` for a break:

    | input                       | result                   |
    |-----------------------------|--------------------------|
    | gallery show                | show 0                   |
    | gallery show a\ b           | a b 0                    |
    | g search emotion:ha         | emotion:ha 8             |
    | g search 'emotion:happy em  | emotion:happy em 0 '     |
    | g search path:"Summer d     | path:Summer d 5 "        |
    | g search path:"Summer"x     | path:Summerx 5           |
    | g search "a\"b              | a"b 0 "                  |
    | g search a"b c":'d e        | ab c:d e 5 '             |
    """
    found, at = _Line(breaks), 0
    while at < len(line):
        char = line[at]
        at += 1
        if char.isspace():
            found.current = None
        elif char in "'\"":
            at += found.quoted(char, line[at:])
        elif char == "\\" and at < len(line):
            found.add(line[at])
            at += 1
        else:
            found.add(char)
            if char in breaks:
                found.word.kept = len(found.word.text)
    if found.current is None:
        found.words.append(Word())
    return found.words
