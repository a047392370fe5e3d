"""Sidecars in the style of the programs that write them, and a second, independent reader: exiftool."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

DIGIKAM = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
    xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
   xmp:Rating="3"
   digiKam:ColorLabel="0">
   <digiKam:TagsList>
    <rdf:Seq>
     <rdf:li>People/Zoë &amp; Ana</rdf:li>
     <rdf:li>beach</rdf:li>
    </rdf:Seq>
   </digiKam:TagsList>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>People|Zoë &amp; Ana</rdf:li>
     <rdf:li>beach</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Zoë &amp; Ana</rdf:li>
     <rdf:li>beach</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <mwg-rs:Regions rdf:parseType="Resource">
    <mwg-rs:RegionList>
     <rdf:Bag>
      <rdf:li>
       <rdf:Description mwg-rs:Name="Zoë" mwg-rs:Type="Face">
       <mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.1" stArea:h="0.2" stArea:unit="normalized"/>
       </rdf:Description>
      </rdf:li>
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
DIGIKAM += (" " * 99 + "\n") * 5 + '<?xpacket end="w"?>'

LIGHTROOM = """\
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   xmp:Rating="5"
   photoshop:SidecarForExtension="JPG"
   crs:Exposure2012="+0.35"
   crs:ToneCurveName2012="Linear">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>Ana</rdf:li>
     <rdf:li>People</rdf:li>
     <rdf:li>happy</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>
     <rdf:li>People|Ana</rdf:li>
    </rdf:Bag>
   </lr:hierarchicalSubject>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

DARKTABLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.5.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <!-- edited by hand -->
  <rdf:Description rdf:about=""
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
   exif:DateTimeOriginal="2023:06:01 12:30:00.000"
   xmp:Rating="1"
   darktable:xmp_version="5"
   darktable:auto_presets_applied="1">
   <darktable:history>
    <rdf:Seq>
     <rdf:li
      darktable:num="0"
      darktable:operation="exposure"
      darktable:enabled="1"
      darktable:params="gz02eJxjYGBgYAFiCQYYOOHEgAZY0QVwggZ7CB6pfNoAAE4gGQg="/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""

IMMICH = """\
<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 12.97'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>

 <rdf:Description rdf:about=''
  xmlns:digiKam='http://www.digikam.org/ns/1.0/'>
  <digiKam:TagsList>
   <rdf:Seq>
    <rdf:li>Trips/Italy</rdf:li>
   </rdf:Seq>
  </digiKam:TagsList>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:exif='http://ns.adobe.com/exif/1.0/'>
  <exif:DateTimeOriginal>2023-06-01T12:30:00+02:00</exif:DateTimeOriginal>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:xmp='http://ns.adobe.com/xap/1.0/'>
  <xmp:Rating>4</xmp:Rating>
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>"""

PHOTOPRISM = """\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">At the &lt;lake&gt;</rdf:li></rdf:Alt></dc:title>
      <dc:subject><rdf:Bag><rdf:li>lake</rdf:li><rdf:li><![CDATA[a & b]]></rdf:li></rdf:Bag></dc:subject>
    </rdf:Description>
    <rdf:Description rdf:about="uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b" xmlns:own="http://example.org/own/"
        own:mood='say "cheese"'/>
  </rdf:RDF>
</x:xmpmeta>
"""

_BARE_ROOT = f'<rdf:RDF xmlns:rdf="{RDF}"/>'
_DEFAULT_NAMESPACE = (
    f'<RDF xmlns="{RDF}"><Description about=""><dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<Bag><li>lake</li></Bag></dc:subject></Description></RDF>"
)
_EMPTY_LISTS = (
    f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:lr="http://ns.adobe.com/lightroom/1.0/"><rdf:Description rdf:about="" >'
    "<dc:subject/><lr:hierarchicalSubject ><rdf:Bag /></lr:hierarchicalSubject></rdf:Description></rdf:RDF>"
)
_ANGLES = PHOTOPRISM.replace('"cheese"', '"cheese" > frown />').replace(
    "<dc:title>", "<dc:title\n><!-- </dc:title> -->"
)
_LATIN_1 = PHOTOPRISM.replace("UTF-8", "ISO-8859-1").replace("lake", "läke")

EMBEDDED = (
    f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description rdf:about="">'
    "<dc:subject><rdf:Bag><rdf:li>lake</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
).encode()
"""As a photo may have in itself."""

STYLES = {
    "digikam": DIGIKAM.encode(),
    "lightroom": LIGHTROOM.encode(),
    "darktable": DARKTABLE.encode(),
    "immich": IMMICH.encode(),
    "photoprism": PHOTOPRISM.encode(),
    "windows lines": LIGHTROOM.replace("\n", "\r\n").encode(),
    "byte order mark": b"\xef\xbb\xbf" + DARKTABLE.encode(),
    "utf-16": DIGIKAM.encode("utf-16"),
    "utf-16 big end first": b"\xfe\xff" + LIGHTROOM.encode("utf-16-be"),
    "angles": _ANGLES.encode(),
    "latin-1": _LATIN_1.encode("latin-1"),
    "bare root": _BARE_ROOT.encode(),
    "default namespace": _DEFAULT_NAMESPACE.encode(),
    "empty lists": _EMPTY_LISTS.encode(),
}
"""By the program that writes such sidecars, or by what is odd about them."""

BEYOND_EXIFTOOL = frozenset({"angles", "latin-1", "utf-16 big end first", "default namespace"})
"""Sound, but exiftool 12.57 can't read them, with our tags or without."""

needs_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool isn't installed")


def exiftool(file: Path) -> dict[str, Any]:
    """All XMP in a file as exiftool reads it, and what it has to say against the file, by the names of the groups."""
    command = ["exiftool", "-j", "-G1", "-a", "-struct", "-XMP:all", "-Warning", "-Error", "-validate", str(file)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    return {name: value for name, value in found.items() if name != "SourceFile"}
