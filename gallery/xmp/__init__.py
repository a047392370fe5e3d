"""Emotions for other programs, in XMP sidecar files beside the photos.

| module | does |
|---|---|
| packet | reads the text of a sidecar, and edits it without touching the rest |
| properties | the properties that we read and write, by name |
| keywords | what the same keywords are in the three lists that we write, and in which places programs look for any |
| categories | the keywords of ACDSee, which are XML in a text |
| embedded | the keywords in a photo itself, read only |
| tags | what is to be written for a photo |
| tagging | puts tags into a packet, and takes just those out again |
| ledger | remembers in the database what was written |
| places | whose sidecar a file is |
| sidecars | writes, clears, compares |

The XML is read with lxml. The maintained XMP bindings are under the GPL (pyexiv2) or need a system library (exempi),
which this program, MIT-licensed and installed by pip alone, can't take; and a sidecar is to be the same afterwards to
the byte, which none of them can do.
"""

__all__ = ["pairing", "sidecars"]
