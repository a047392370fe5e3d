"""Puts tags into a packet, and takes just those out again.

What we put in is noted in the packet itself, in our own namespace: so it can be told apart from what others wrote even
where the file was moved, was edited since, or comes from another machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gallery.errors import SidecarError
from gallery.xmp.keywords import emotion_of, filled
from gallery.xmp.packet import MAX_BYTES, Edit, Packet, container, escaped, fields_of, text_of
from gallery.xmp.properties import (
    ADDED,
    CARRIED,
    FACE_FIELDS,
    FACES,
    HIERARCHY,
    LISTS,
    OURS,
    RDF,
    READ_ONLY,
    TAGS,
    Keywords,
    Property,
)
from gallery.xmp.tags import FaceTag, Tags

BARE: Final = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="gallery">\n'
    f' <rdf:RDF xmlns:rdf="{RDF}">\n'
    " </rdf:RDF>\n"
    "</x:xmpmeta>\n"
    '<?xpacket end="w"?>\n'
).encode()
"""What a new sidecar is made from. One that is this again without our tags holds nothing of anybody."""

MOST_CARRIED: Final = 5_000
"""Of keywords put into lists that were empty; no picture has so many but one made to do harm."""
LONGEST_CARRIED: Final = 2_000
"""Characters of such a keyword, with all above it."""

_ABOUT: Final = (f"{{{RDF}}}about", "about")
_PLACEHOLDERS: Final = frozenset({*_ABOUT, f"{{{RDF}}}ID", f"{{{RDF}}}nodeID"})


@dataclass(frozen=True, slots=True)
class Note:
    """What we put into the lists of keywords: emotions, and the photo's other keywords where a list was empty."""

    added: Keywords = field(default_factory=dict)
    carried: Keywords = field(default_factory=dict)


def contents(packet: Packet) -> dict[Property, list[str]]:
    """What the packet has of all that we write, as texts."""
    faces = (fields_of(item, OURS) for item in packet.items(FACES))
    shown = [str(FaceTag(tuple(face.get(name, "") for name in FACE_FIELDS))) for face in faces]
    return {**keywords_in(packet), FACES: shown}


def keywords_in(packet: Packet) -> dict[Property, list[str]]:
    """The lists of keywords that we write."""
    return {one: packet.values(one) for one in LISTS}


def keywords_around(packet: Packet) -> dict[Property, list[str]]:
    """Those, and all other keywords."""
    return {**keywords_in(packet), **{one: packet.texts(one) for one in READ_ONLY}}


def note_in(packet: Packet) -> Note | None:
    """What the packet itself says that we put in; None where there is nothing of ours."""
    if not any(True for _ in _our_properties(packet)):
        return None
    return Note({one: packet.values(ADDED[one]) for one in LISTS}, {one: packet.values(CARRIED[one]) for one in LISTS})


def recalled(packet: Packet, note: Note) -> Note:
    """For a packet from which another program dropped our namespace: what may still be in it of what we put in.

    Only emotions that stand there as leaves of our branch: a bare `happy` may be somebody's own word.
    """
    seen = {emotion_of(one, text) for one in (TAGS, HIERARCHY) for text in packet.values(one)}
    added = {one: [text for text in texts if emotion_of(one, text) in seen] for one, texts in note.added.items()}
    return Note(added, note.carried if any(added.values()) else {})


def with_tags(packet: Packet, tags: Tags, own: Keywords) -> tuple[bytes, Note]:
    """The content of a packet without our tags, with these in it, and what was put in.

    `own` are the keywords in the photo itself, which `filled` keeps from being hidden. Raises SidecarError.
    """
    present = keywords_around(packet)
    full = _filled(present, own, packet.path)
    carried = {one: [] if present[one] else full[one] for one in LISTS}
    added = {one: [text for text in tags.keywords(one) if text not in full[one]] for one in LISTS}
    note = Note(added, carried)
    content = packet.edited(_insertions(packet, tags, note))
    _check(content, packet, tags, note)
    return content, note


def _filled(present: Keywords, own: Keywords, path: str) -> dict[Property, list[str]]:
    try:
        full = filled(present, own)
    except ValueError as error:
        raise SidecarError(path, f"{error}; the file was left alone") from None
    carried = [text for one in LISTS if not present[one] for text in full[one]]
    if len(carried) > MOST_CARRIED or any(len(text) > LONGEST_CARRIED for text in carried):
        raise SidecarError(path, "more keywords or longer ones than any photo has; the file was left alone")
    return full


def without_tags(packet: Packet, note: Note) -> bytes:
    """The content without what the note says, and without all in our namespace.

    Keywords that we carried into a list stay where somebody has put others beside them since: those would hide them.
    """
    gone = [element for one in LISTS for element in _taken(packet, one, note)]
    gone += _our_properties(packet)
    chosen = set(gone)
    for block in packet.descriptions:
        emptied = len(block) and all(child in chosen for child in block)
        if emptied and set(block.attrib) <= _PLACEHOLDERS:
            gone.append(block)
    return packet.edited(packet.take_out(gone))


def _taken(packet: Packet, which: Property, note: Note) -> Iterator[Any]:
    """The items to take out of a list, and the whole property where nothing is left in it."""
    # One item for each that we put in: a second one of the same name is somebody else's.
    ours = Counter(text for text in note.added.get(which, ()) if emotion_of(which, text))
    gone: list[Any] = []
    kept: list[Any] = []
    for item in reversed(packet.items(which)):
        text = text_of(item)
        (gone if ours[text] > 0 else kept).append(item)
        ours[text] -= 1
    carried = set(note.carried.get(which, ()))
    if all(text_of(item) in carried for item in kept):
        gone, kept = gone + kept, []
    yield from gone
    if gone and not kept:
        yield from (element for block in packet.descriptions for element in block.findall(which.tag))


def _our_properties(packet: Packet) -> Iterator[Any]:
    return (child for block in packet.descriptions for child in block.iterchildren(f"{{{OURS}}}*"))


def _insertions(packet: Packet, tags: Tags, note: Note) -> Iterator[Edit]:
    """New items go into the lists that are there; everything else into a block of our own, the last one."""
    properties: list[tuple[Property, Sequence[str]]] = []
    for one in LISTS:
        texts = [*note.carried[one], *note.added[one]]
        element = packet.property(one)
        if not texts:
            continue
        if element is None:
            properties.append((one, _items(texts)))
        else:
            yield _into_list(packet, element, one, texts)
    properties.append((FACES, [_face_item(face.fields) for face in tags.faces]))
    properties += [(ADDED[one], _items(note.added[one])) for one in LISTS if note.added[one]]
    properties += [(CARRIED[one], _items(note.carried[one])) for one in LISTS if note.carried[one]]
    yield packet.append(packet.rdf, [_block(packet, properties)], deeper=" ")


def _into_list(packet: Packet, element: Any, which: Property, texts: Sequence[str]) -> Edit:
    piece = container(element)
    if piece is None:
        inner = "".join(_items(texts))
        return packet.append(element, [f'<rdf:{which.container} xmlns:rdf="{RDF}">{inner}</rdf:{which.container}>'])
    prefix = f"{piece.prefix}:" if piece.prefix else ""
    return packet.append(piece, [f"<{prefix}li>{escaped(text)}</{prefix}li>" for text in texts], deeper=" ")


def _items(texts: Sequence[str]) -> list[str]:
    return [f"<rdf:li>{escaped(text)}</rdf:li>" for text in texts]


def _face_item(fields: Mapping[str, str]) -> str:
    attributes = " ".join(f'gallery:{name}="{escaped(value)}"' for name, value in fields.items())
    return f"<rdf:li {attributes}/>"


def _block(packet: Packet, properties: Sequence[tuple[Property, Sequence[str]]]) -> str:
    """An `rdf:Description` with these lists."""
    about = next((block.get(name) for block in packet.descriptions for name in _ABOUT if name in block.attrib), "")
    spaces = {one.prefix: one.uri for one, _ in properties}
    if packet.rdf.nsmap.get("rdf") != RDF:
        spaces = {"rdf": RDF, **spaces}
    lines = [f'<rdf:Description rdf:about="{escaped(about)}"']
    lines += [f'    xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items()]
    lines[-1] += ">"
    for one, items in properties:
        lines += [f"   <{one}>", f"    <rdf:{one.container}>"]
        lines += [f"     {item}" for item in items]
        lines += [f"    </rdf:{one.container}>", f"   </{one}>"]
    lines.append("  </rdf:Description>")
    return ("\r\n" if "\r\n" in packet.text else "\n").join(lines)


def _check(content: bytes, before: Packet, tags: Tags, note: Note) -> None:
    """Reads what was made: whatever strange text a stranger's file holds, nothing wrong is ever written."""
    if len(content) > MAX_BYTES:
        raise SidecarError(before.path, f"would be larger than {MAX_BYTES // 1_000_000} MB; the file was left alone")
    had = keywords_in(before)
    want: dict[Property, list[str]] = {one: [*had[one], *note.carried[one], *note.added[one]] for one in LISTS}
    want[FACES] = [str(face) for face in tags.faces]
    if contents(Packet(content, before.path)) != want:
        raise SidecarError(before.path, "can't be edited safely; the file was left alone")
