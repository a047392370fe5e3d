"""The text of an XMP packet: read with lxml, edited in place.

lxml says what is in the text, a walk over its tags says where. Only what is put in or taken out changes; everything
else stays as it is to the byte: declaration, byte order mark, padding, comments, quotes, line ends.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from gallery.errors import SidecarError
from gallery.xmp.properties import META, RDF, Property

MAX_BYTES: Final = 10_000_000
"""Larger files are no sidecars: the histories of edits that raw converters keep reach a few hundred kilobytes."""

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DECLARED: Final = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_CODECS: Final = frozenset(
    [
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "mac-roman", "koi8-r", "koi8-u"),
        *("shift_jis", "euc_jp", "euc_kr", "gbk", "gb2312", "gb18030", "big5"),
        *(f"iso8859-{part}" for part in range(1, 17)),
        *(f"cp125{page}" for page in range(9)),
    ]
)
"""What texts are written in. Python knows others, of which punycode takes a minute for a megabyte."""
_PROLOG: Final = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_MARKUP: Final = re.compile(
    r"""<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<(?P<end>/)?(?P<name>[^\s/>]+)(?:[^>"']|"[^"]*"|'[^']*')*?(?P<empty>/)?>""",
    re.DOTALL,
)
_CONTAINERS: Final = frozenset(f"{{{RDF}}}{kind}" for kind in ("Seq", "Bag", "Alt"))
_LI: Final = f"{{{RDF}}}li"
_DESCRIPTION: Final = f"{{{RDF}}}Description"


@dataclass(frozen=True, slots=True)
class Span:
    """Where an element stands in the text: its start tag, and its end tag, which an empty `<a/>` doesn't have."""

    start: int
    open_end: int
    close_start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Puts `text` in the place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str = ""


class Packet:
    """A packet as it is. Raises SidecarError for anything that can't be understood or edited safely.

    `path` is for messages. Elements are lxml's; they are read here, and never changed.
    """

    def __init__(self, content: bytes, path: str) -> None:
        self.content, self.path = content, path
        self._mark, self._codec, self.text = _decoded(content, path)
        root = _parsed(content, self.text, path)
        self.rdf = _rdf(root, path)
        self.spans = dict(_spans(root, self.text, path))
        self.descriptions = self.rdf.findall(_DESCRIPTION)

    def property(self, which: Property) -> Any | None:
        """The first element of this property that is a list or empty; None where there is none.

        Raises SidecarError where it is something else: a list beside it would be a second value of one property.
        """
        found = [element for block in self.descriptions for element in block.findall(which.tag)]
        if any(block.get(which.tag) is not None for block in self.descriptions):
            raise SidecarError(self.path, f"{which} isn't a list there; the file was left alone")
        for element in found:
            if container(element) is None and (len(element) or (element.text or "").strip()):
                raise SidecarError(self.path, f"{which} isn't a list there; the file was left alone")
        return found[0] if found else None

    def items(self, which: Property) -> list[Any]:
        """The `rdf:li` elements of a list, of all its pieces where there are several."""
        self.property(which)
        pieces = [container(element) for block in self.descriptions for element in block.findall(which.tag)]
        return [item for piece in pieces if piece is not None for item in piece.findall(_LI)]

    def values(self, which: Property) -> list[str]:
        """The texts in a list, in their order; what is more than a text is passed over."""
        return [text for text in map(text_of, self.items(which)) if text]

    def texts(self, which: Property) -> list[str]:
        """The texts of a property that is only read, however it is written down: as a list, as one text, as attribute.

        Its namespace may lack the slash at its end, as Windows writes it.
        """
        tags = (which.tag, f"{{{which.uri.rstrip('/')}}}{which.name}")
        found: list[str] = []
        for block in self.descriptions:
            found += [text for tag in tags if (text := block.get(tag))]
            for element in block.iterchildren(*tags):
                piece = container(element)
                found += [text_of(element)] if piece is None else map(text_of, piece.findall(_LI))
        return [text for text in found if text]

    def append(self, parent: Any, pieces: Sequence[str], *, deeper: str = "") -> Edit:
        """Puts pieces of XML behind the last child of an element, each on a line of its own where the others are.

        Into an element without children they are indented by `deeper` more than its end tag. `take_out` of the new
        elements gives back the text as it was, unless the element was an empty `<a/>`.
        """
        span = self.spans[parent]
        children = list(parent.iterchildren("*"))
        if children:
            last = self.spans[children[-1]]
            indent = self._space_before(last.start)
            return Edit(last.end, last.end, "".join(indent + piece for piece in pieces))
        space = self.text[span.open_end : span.close_start]
        indent = space + deeper if "\n" in space and not space.strip() else ""
        inner = "".join(indent + piece for piece in pieces)
        if span.open_end == span.end:
            tag = self.text[span.start : span.end]
            return Edit(span.start, span.end, f"{tag[:-2].rstrip()}>{inner}</{_name(parent)}>")
        return Edit(span.open_end, span.open_end, inner)

    def take_out(self, elements: Iterable[Any]) -> list[Edit]:
        """Takes out elements and the white space before each. What lies inside another of them goes with that."""
        chosen = set(elements)
        outer = [one for one in chosen if not any(above in chosen for above in one.iterancestors())]
        spans = [self.spans[element] for element in outer]
        return [Edit(span.start - len(self._space_before(span.start)), span.end) for span in spans]

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The content after these edits, in the same encoding."""
        text = self.text
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return self._mark + text.encode(self._codec, "xmlcharrefreplace")

    def _space_before(self, position: int) -> str:
        """The white space before a tag, if there is nothing else between it and the tag before."""
        first = position
        while first and self.text[first - 1] in " \t\r\n":
            first -= 1
        return self.text[first:position] if self.text.endswith(">", 0, first) else ""


def container(element: Any) -> Any | None:
    """The Seq, Bag or Alt in a property."""
    return next((child for child in element.iterchildren("*") if child.tag in _CONTAINERS), None)


def text_of(item: Any) -> str:
    """The text of an `rdf:li`; empty where it has a structure."""
    return "" if any(True for _ in item.iterchildren("*")) else "".join(item.itertext(etree.Element)).strip()


def fields_of(item: Any, uri: str) -> dict[str, str]:
    """The fields of a structure that are in a namespace, however it is written down: as attributes or elements."""
    inner = item.find(_DESCRIPTION)
    found: dict[str, str] = {}
    for place in (item, *(() if inner is None else (inner,))):
        found |= {etree.QName(name).localname: value for name, value in place.items() if name.startswith(f"{{{uri}}}")}
        found |= {etree.QName(child).localname: text_of(child) for child in place.iterchildren(f"{{{uri}}}*")}
    return found


def escaped(text: str) -> str:
    """Text as it may stand in XML, between tags or within quotes."""
    return html.escape(text).replace("\r", "&#13;")


def _decoded(content: bytes, path: str) -> tuple[bytes, str, str]:
    """Byte order mark, codec and text."""
    mark, codec = next(((mark, codec) for mark, codec in _MARKS if content.startswith(mark)), (b"", ""))
    try:
        if not codec:
            declared = _DECLARED.match(content)
            codec = _codec(declared[1].decode()) if declared else "utf-8"
        text = content[len(mark) :].decode(codec)
        if mark + text.encode(codec) == content:
            return mark, codec, text
    except (LookupError, UnicodeError):
        pass
    raise SidecarError(path, "is no XML: its bytes aren't in the encoding that it names; the file was left alone")


def _codec(name: str) -> str:
    """As Python calls the encoding of these many names. Raises LookupError for one that no text is written in."""
    codec = codecs.lookup(name).name
    if codec not in _CODECS:
        raise LookupError(name)
    return codec


def _parsed(content: bytes, text: str, path: str) -> Any:
    """The root element. What could make a parser read other files, or grow without end, is refused."""
    refusal = SidecarError(path, "declares a document type, which no XMP has; the file was left alone")
    prolog = _PROLOG.match(text)
    if prolog is not None and text.startswith("<!DOCTYPE", prolog.end()):
        raise refusal
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SidecarError(path, f"is broken XML ({_one_line(error)}); the file was left alone") from None
    if root.getroottree().docinfo.doctype:
        raise refusal
    return root


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or "no content"


def _rdf(root: Any, path: str) -> Any:
    tag = f"{{{RDF}}}RDF"
    inside = root.findall(tag) if root.tag in (f"{{{META}}}xmpmeta", f"{{{META}}}xapmeta") else []
    found = [root] if root.tag == tag else inside
    if len(found) != 1:
        raise SidecarError(path, "is XML, but no XMP; the file was left alone")
    return found[0]


def _spans(root: Any, text: str, path: str) -> Iterator[tuple[Any, Span]]:
    """Where each element stands. Both walks pass the start tags in the same order."""
    elements = root.iter("*")
    stack: list[tuple[Any, re.Match[str]]] = []
    for tag in _MARKUP.finditer(text):
        if tag["name"] is None:
            continue
        if tag["end"]:
            element, first = stack.pop()
            yield element, Span(first.start(), first.end(), tag.start(), tag.end())
            continue
        element = next(elements, None)
        if element is None or _name(element) != tag["name"]:
            raise SidecarError(path, "can't be edited safely; the file was left alone")
        if tag["empty"]:
            yield element, Span(tag.start(), tag.end(), tag.end(), tag.end())
        else:
            stack.append((element, tag))


def _name(element: Any) -> str:
    """The name of an element as it stands in its tags."""
    local = etree.QName(element).localname
    return f"{element.prefix}:{local}" if element.prefix else local
