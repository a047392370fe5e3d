"""An album as a web page: which files it makes and leaves alone, and what is in them."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms

from gallery.emotions import COLOURS
from gallery.errors import ExportError
from gallery.export import ExportAction, ExportResult, Heading, export_photos, wording
from gallery.export.page import document, pictures, write_page
from gallery.faces import Box
from gallery.records import Capture, FaceRecord, PhotoRecord
from gallery.settings import Settings
from tests.support.pages import details, drawn, face, page_of, parsed, record
from tests.support.photos import draw_picture, save_photo
from tests.support.programs import ending_within

SHA = "0123456789abcdef" * 4
HOSTILE = ("<img src=x onerror=alert(1)>.jpg", "\"'><!--<script>alert(1).jpg", "a\u202egpj.exe\u2028.jpg")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> set[str]:
    return set(contents(folder)) - {".gallery-export.jsonl"}


def descriptions(folder: Path) -> list[str]:
    return [str(image.get("alt")) for image in parsed(folder).iterfind(".//li/a/img")]


def test_page_is_a_folder_that_needs_nothing_else(tmp_path: Path) -> None:
    beach = drawn(tmp_path / "photos", "beach.jpg", face(), face(), seed=1, taken="2023-06-01T12:30:00")
    empty = drawn(tmp_path / "photos", "sea.jpg", seed=2)
    page = tmp_path / "new" / "page"

    results = page_of([beach, empty], page, "Italy")

    made = [f"beach-{beach.hash[:16]}.jpg", f"sea-{empty.hash[:16]}.jpg"]
    assert results == [
        ExportResult(photo.path, str(page / "photos" / name), ExportAction.COPIED)
        for photo, name in zip([beach, empty], made, strict=True)
    ]
    assert names(page) == {"index.html", *(f"{kind}/{name}" for kind in ("photos", "thumbs") for name in made)}
    tree = parsed(page)
    assert tree.findtext(".//title") == "Italy"
    assert descriptions(page) == ["beach.jpg, 1 June 2023: two happy faces", "sea.jpg"]
    assert [link.get("href") for link in tree.iterfind(".//li/a")] == [f"photos/{name}" for name in made]
    assert [image.get("src") for image in tree.iterfind(".//li/a/img")] == [f"thumbs/{name}" for name in made]


def test_viewer_is_told_size_and_places_of_faces(tmp_path: Path) -> None:
    # 320 of 640 pixels to the right are 50 %, 120 of 480 down are 25 %; the second face leaves the picture.
    sad, happy = Box(320, 120, 384, 240), Box(-64, 0, 64, 480)
    faces = face("sad", 0.7, number=2, where=sad), face(number=5, where=happy, source="person")
    page_of([drawn(tmp_path / "photos", "beach.jpg", *faces, taken="2023-06-01")], tmp_path / "page")
    assert details(tmp_path / "page") == [
        {
            "name": "beach.jpg",
            "date": "1 June 2023",
            "summary": "one happy face and one sad face",
            "width": 640,
            "height": 480,
            "faces": [
                {"number": 2, "box": [50.0, 25.0, 10.0, 25.0], "emotion": "sad", "label": "sad 70%"},
                {"number": 5, "box": [0.0, 0.0, 10.0, 100.0], "emotion": "happy", "label": "happy"},
            ],
        }
    ]


def test_pictures_are_upright_and_carry_no_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Camera of Ana"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    picture = draw_picture((1200, 2400))
    path = save_photo(picture, tmp_path / "photos" / "tall.jpg", exif=exif, orientation=6)
    page_of([record(path)], tmp_path / "page")

    [view], [thumb] = ((tmp_path / "page" / kind).iterdir() for kind in ("photos", "thumbs"))
    for made, size in ((view, (1000, 2000)), (thumb, (360, 360))):
        assert b"Ana" not in made.read_bytes()
        with Image.open(made) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    with Image.open(view) as image:
        # draw_picture's marks: red at the top left, blue at the top right.
        red, blue = image.getpixel((20, 20)), image.getpixel((980, 20))
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


def test_colours_of_another_space_look_the_same_without_its_profile(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A space whose red is our blue, and the other way round: the names of two tags are exchanged.
    exchanged = srgb.replace(b"rXYZ", b"tXYZ", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"tXYZ", b"bXYZ", 1)
    as_it_is, turned = (200, 100, 50), (50, 100, 200)
    for name, profile, colour in (
        ("srgb", srgb, as_it_is),
        ("exchanged", exchanged, turned),
        ("damaged", srgb[:200], as_it_is),
    ):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (64, 64), as_it_is).save(path, icc_profile=profile)
        [result] = page_of([record(path)], tmp_path / name)
        with Image.open(str(result.target)) as image:
            assert "icc_profile" not in image.info
            assert all(abs(a - b) < 5 for a, b in zip(image.getpixel((32, 32)), colour, strict=True)), name


def test_thumbnail_shows_the_faces(tmp_path: Path) -> None:
    # A wide photo, all black but for a white face at its right end.
    picture = Image.new("RGB", (3000, 1000))
    picture.paste("white", (2600, 400, 2900, 700))
    path = save_photo(picture, tmp_path / "wide.png")
    page_of([record(path, face(where=Box(2600, 400, 2900, 700)))], tmp_path / "page")
    [thumb] = (tmp_path / "page" / "thumbs").iterdir()
    with Image.open(thumb) as image:
        # The window is x 2000 to 3000: the face lies at 600 to 900 of 1000, which is 216 to 324 of 360.
        column = [image.getpixel((x, 198))[0] for x in (210, 222, 318, 330)]
    assert [value > 128 for value in column] == [False, True, True, False]


def test_heic_becomes_jpeg(tmp_path: Path) -> None:
    path = save_photo(draw_picture(), tmp_path / "IMG_1.HEIC")
    [result] = page_of([record(path)], tmp_path / "page")
    with Image.open(str(result.target)) as image:
        assert (image.format, image.size) == ("JPEG", (640, 480))


def test_what_cannot_be_read_is_reported_and_left_out(tmp_path: Path) -> None:
    good = drawn(tmp_path / "photos", "good.jpg", seed=1)
    broken, gone, changed, huge = (
        drawn(tmp_path / "photos", f"{name}.jpg", seed=seed)
        for seed, name in enumerate(("broken", "gone", "changed", "huge"), 2)
    )
    Path(broken.path).write_bytes(b"\xff\xd8 no more")
    broken = PhotoRecord(
        broken.path, broken.paths, hashlib.sha256(b"\xff\xd8 no more").hexdigest(), 640, 480, Capture(), []
    )
    Path(gone.path).unlink()
    Path(changed.path).write_bytes(Path(good.path).read_bytes())
    save_photo(draw_picture((2000, 1000)), Path(huge.path))
    huge = record(Path(huge.path))

    settings = Settings(max_megapixels=1)
    results = list(write_page([broken, gone, changed, huge, good], tmp_path / "page", Heading("A"), settings=settings))

    assert [(result.action.value, result.target is None) for result in results] == [
        ("failed", True),
        ("missing", True),
        ("failed", True),
        ("failed", True),
        ("copied", False),
    ]
    reasons = [result.reason or "" for result in results]
    assert reasons[0].startswith("not a picture of a known format") or reasons[0].startswith("damaged or cut short")
    assert reasons[1] == "no file of this photo exists any more"
    assert reasons[2] == "changed since it was indexed; run `gallery index` on its folder and export again"
    assert "2000 x 1000 pixels are 2 megapixels" in reasons[3]
    assert descriptions(tmp_path / "page") == ["good.jpg"]
    assert len(names(tmp_path / "page")) == 3


def test_another_file_of_a_photo_does_as_well(tmp_path: Path) -> None:
    first, second = drawn(tmp_path / "a", "x.jpg"), drawn(tmp_path / "b", "y.jpg")
    Path(first.path).write_bytes(b"replaced")
    both = PhotoRecord(first.path, [first.path, second.path], second.hash, 640, 480, Capture(), [])
    [result] = page_of([both], tmp_path / "page")
    assert (result.source, result.action) == (second.path, ExportAction.COPIED)


def test_next_run_makes_only_what_is_new_and_removes_what_no_longer_belongs(tmp_path: Path) -> None:
    first, second, third = (drawn(tmp_path / "photos", f"{seed}.jpg", seed=seed) for seed in range(3))
    page = tmp_path / "page"
    page_of([first, second], page, "Before")
    made = {path: path.stat().st_mtime_ns for path in (page / "photos").iterdir()}
    # Not even looked at again.
    Path(second.path).unlink()

    results = page_of([third, second], page, "After")

    assert [result.action.value for result in results] == ["copied", "already there"]
    assert parsed(page).findtext(".//title") == "After"
    kept = page / "photos" / f"1-{second.hash[:16]}.jpg"
    assert kept.stat().st_mtime_ns == made[kept]
    remaining = {f"{name}-{photo.hash[:16]}.jpg" for name, photo in (("1", second), ("2", third))}
    assert {path.name for path in (page / "photos").iterdir()} == remaining
    assert {path.name for path in (page / "thumbs").iterdir()} == remaining


def test_run_that_was_broken_off_is_simply_run_again(tmp_path: Path) -> None:
    photos = [drawn(tmp_path / "photos", f"{seed}.jpg", seed=seed) for seed in range(12)]
    page = tmp_path / "page"
    page_of(photos[:2], page, "Before")
    before = (page / "index.html").read_bytes()

    run = write_page(photos[1:], page, Heading("After"))
    next(run)
    run.close()  # type: ignore[attr-defined]
    (page / "photos" / ".gallery-0123456789abcdef.part").write_bytes(b"half")

    # The page that was there still works: everything it shows is there.
    assert (page / "index.html").read_bytes() == before
    assert {f"photos/0-{photos[0].hash[:16]}.jpg", f"thumbs/1-{photos[1].hash[:16]}.jpg"} <= names(page)

    actions = [result.action for result in page_of(photos[1:], page, "After")]
    assert actions[0] is ExportAction.THERE
    fresh = tmp_path / "fresh"
    page_of(photos[1:], fresh, "After")
    assert contents(page) == contents(fresh)


def test_nothing_is_written_in_a_dry_run(tmp_path: Path) -> None:
    photos = [drawn(tmp_path / "photos", f"{seed}.jpg", seed=seed) for seed in range(2)]
    page = tmp_path / "page"
    planned = list(write_page(photos, page, Heading("A"), dry_run=True))
    assert [result.action for result in planned] == [ExportAction.COPIED] * 2
    assert not page.exists()
    assert page_of(photos, page) == planned

    Path(photos[1].path).write_bytes(b"changed")
    before = contents(page)
    again = list(write_page(photos, page, Heading("B"), dry_run=True))
    assert [result.action for result in again] == [ExportAction.THERE] * 2
    assert contents(page) == before


@pytest.mark.parametrize("dry_run", [False, True])
def test_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path, dry_run: bool) -> None:
    photo = drawn(tmp_path / "photos", "a.jpg")
    other, file = tmp_path / "other", tmp_path / "file"
    other.mkdir()
    (other / "index.html").write_text("mine")
    file.write_text("mine")
    for place, reason in (
        (other, "holds other files already; name a new or empty folder for the page"),
        (file, "is a file, or lies in one; name a folder"),
    ):
        with pytest.raises(ExportError) as caught:
            write_page([photo], place, Heading("A"), dry_run=dry_run)
        assert caught.value.reason == reason
    assert contents(other) == {"index.html": b"mine"}
    assert file.read_text() == "mine"


def test_files_a_person_put_into_the_folder_stay(tmp_path: Path) -> None:
    first, second = (drawn(tmp_path / "photos", f"{seed}.jpg", seed=seed) for seed in range(2))
    page = tmp_path / "page"
    page_of([first], page)
    in_the_way = page / "photos" / f"1-{second.hash[:16]}.jpg"
    for mine in (page / "letter.txt", page / "photos" / "mine.jpg", in_the_way):
        mine.write_bytes(b"mine")

    [result] = page_of([second], page)

    assert result.reason == f"a file called {in_the_way.name} that isn't the page's is there already"
    assert {name for name, content in contents(page).items() if content == b"mine"} == {
        "letter.txt",
        "photos/mine.jpg",
        f"photos/{in_the_way.name}",
    }
    assert descriptions(page) == []


@pytest.mark.parametrize(
    "marker",
    [
        "not JSON",
        "[]",
        '{"made_by": "gallery page 2", "pictures": []}',
        '{"made_by": "gallery page 1", "pictures": ["../../precious.jpg"]}',
        '{"made_by": "gallery page 1", "pictures": ["/precious.jpg"]}',
        '{"made_by": "gallery page 1", "pictures": ["..jpg", "a\\n.jpg"]}',
        '{"made_by": "gallery page 1", "pictures": [1]}',
        "[" * 100_000,
        '{"made_by": "gallery page 1", "pictures": ' + "9" * 5000 + "}",
    ],
    ids=lambda marker: marker[:60],
)
def test_marker_that_is_not_ours_is_refused(tmp_path: Path, marker: str) -> None:
    page = tmp_path / "a" / "b"
    page.mkdir(parents=True)
    (tmp_path / "precious.jpg").write_bytes(b"precious")
    (page / ".gallery-page.json").write_text(marker)
    with pytest.raises(ExportError, match="can't go on with"):
        page_of([], page)
    assert contents(tmp_path) == {"precious.jpg": b"precious", "a/b/.gallery-page.json": marker.encode()}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_marker_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".gallery-page.json")
    with ending_within(10), pytest.raises(ExportError, match="can't go on with"):
        page_of([], tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "",
        '{"page": "a.jpg"}',
        '{"page": ["../../precious.jpg"]}',
        '{"page": ["a.jpg", "/precious.jpg"]}',
        '{"page": ["..jpg", "a\\n.jpg"]}',
        '{"page": [1]}',
        '{"name": "index.html"}',
    ],
)
def test_record_that_speaks_of_no_page_makes_none(tmp_path: Path, line: str) -> None:
    page = tmp_path / "a" / "b"
    page.mkdir(parents=True)
    (tmp_path / "precious.jpg").write_bytes(b"precious")
    record_of = f'{{"gallery_export": 1}}\n{line}'.encode()
    (page / ".gallery-export.jsonl").write_bytes(record_of)
    with pytest.raises(ExportError, match="holds other files already"):
        page_of([], page)
    assert contents(tmp_path) == {"precious.jpg": b"precious", "a/b/.gallery-export.jsonl": record_of}


def test_page_of_the_version_before_is_gone_on_with(tmp_path: Path) -> None:
    first, second = (drawn(tmp_path / "photos", f"{seed}.jpg", seed=seed) for seed in range(2))
    old, new = tmp_path / "old", tmp_path / "new"
    for page in (old, new):
        page_of([first], page)
    # As that version left it: the pictures in a marker of the page's own.
    (old / ".gallery-export.jsonl").unlink()
    marker = {"made_by": "gallery page 1", "pictures": [f"0-{first.hash[:16]}.jpg"]}
    (old / ".gallery-page.json").write_text(json.dumps(marker, indent=1))

    assert [result.action.value for result in page_of([second, first], old)] == ["copied", "already there"]
    page_of([second, first], new)
    assert contents(old) == contents(new)
    page_of([second], old)
    assert names(old) == names_of([second])


def test_page_and_copies_in_one_folder_leave_each_other_alone(tmp_path: Path) -> None:
    first, second = (drawn(tmp_path / "photos", f"{seed}.jpg", seed=seed) for seed in range(2))
    page = tmp_path / "page"
    page_of([first], page)
    list(export_photos([first, second], page))
    page_of([second], page)
    assert names(page) == {*names_of([second]), "0.jpg", "1.jpg"}
    list(export_photos([second], page, cleanup=lambda _: [first.path]))
    assert names(page) == {*names_of([second]), "1.jpg"}
    assert [result.action.value for result in page_of([second], page)] == ["already there"]


def test_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    page, precious = tmp_path / "page", tmp_path / "precious"
    page_of([], page)
    (page / "photos").rmdir()
    drawn(precious, "a.jpg")
    (page / "photos").symlink_to(precious)
    with pytest.raises(ExportError, match="is a link to elsewhere"):
        page_of([], page)
    assert [path.name for path in precious.iterdir()] == ["a.jpg"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page"
    page.mkdir(mode=0o500)
    with pytest.raises(ExportError, match="can't be used as a folder for a page: Permission denied"):
        page_of([], page)


def test_photos_are_only_read(tmp_path: Path) -> None:
    photo = drawn(tmp_path / "photos", "a.jpg")
    before = Path(photo.path).stat(), contents(tmp_path / "photos")
    page_of([photo], tmp_path / "page")
    after = Path(photo.path).stat(), contents(tmp_path / "photos")
    assert (before[0].st_mtime_ns, before[0].st_mode, before[1]) == (after[0].st_mtime_ns, after[0].st_mode, after[1])


@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_strangers_are_nothing_but_text(tmp_path: Path, name: str) -> None:
    page_of([drawn(tmp_path / "photos", name)], tmp_path / "page", f"{name}</script> & 'co'")
    tree = parsed(tmp_path / "page")
    shown = name.replace("\u202e", "\ufffd").replace("\u2028", "\ufffd")
    assert tree.findtext(".//title") == f"{shown}</script> & 'co'"
    assert tree.findtext(".//h1/bdi") == f"{shown}</script> & 'co'"
    assert descriptions(tmp_path / "page") == [shown]
    assert details(tmp_path / "page")[0]["name"] == shown
    assert len(tree.findall(".//script")) == 2
    assert len(tree.findall(".//img")) == 2  # the thumbnail, and the one in the viewer
    assert [key for element in tree.iter() for key in element.attrib if key.startswith("on") or key == "style"] == []
    source = (tmp_path / "page" / "index.html").read_text()
    assert source.count("</script") == 2
    assert "<!--" not in source
    assert "\u2028" not in source
    assert re.fullmatch(r"[A-Za-z0-9._-]+", next((tmp_path / "page" / "photos").iterdir()).name)


@pytest.mark.skipif(os.name == "nt", reason="its names are Unicode always")
def test_name_that_is_no_text_at_all(tmp_path: Path) -> None:
    page_of([drawn(tmp_path / "photos", os.fsdecode(b"caf\xe9.jpg"))], tmp_path / "page", os.fsdecode(b"\xff"))
    assert descriptions(tmp_path / "page") == ["caf\ufffd.jpg"]
    assert parsed(tmp_path / "page").findtext(".//title") == "\ufffd"


def test_policy_allows_this_style_and_this_script_alone(tmp_path: Path) -> None:
    page_of([], tmp_path / "page")
    source = (tmp_path / "page" / "index.html").read_text()
    [style] = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    [script] = re.findall(r"<script>(.*?)</script>", source, re.DOTALL)

    def allowed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    [policy] = parsed(tmp_path / "page").xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "img-src": "'self' file:",
        "style-src": allowed(style),
        "script-src": allowed(script),
    }
    assert "http" not in style + script
    assert all(f".{emotion} {{ --emotion: {colour}; }}" in style for emotion, colour in COLOURS.items())


def test_note_stands_below_the_title_line_by_line(tmp_path: Path) -> None:
    note = "Two weeks\nwith <script>alert(1)</script> & \u202eana\n\nand\train"
    results = write_page([drawn(tmp_path / "photos", "a.jpg")], tmp_path / "page", Heading("Italy", note))
    assert len(list(results)) == 1
    [below] = parsed(tmp_path / "page").xpath("//header//p[@class='note']")
    assert [line.text_content().strip() for line in below.iterfind("bdi")] == [
        "Two weeks",
        "with <script>alert(1)</script> & \ufffdana",
        "",
        "and rain",
    ]
    page_of([], tmp_path / "plain")
    assert parsed(tmp_path / "plain").xpath("//p[@class='note']") == []


def test_cover_stands_beside_the_title_and_leads_to_its_photo(tmp_path: Path) -> None:
    photos = [drawn(tmp_path / "photos", f"{name}.jpg", seed=seed) for seed, name in enumerate("abc")]
    Path(photos[0].path).unlink()

    def made(name: str, cover: str) -> list[dict[str, str]]:
        list(write_page(photos, tmp_path / name, Heading("Italy", cover=cover)))
        found = parsed(tmp_path / name).xpath("//header//a[@id='cover']")
        return [dict(link.attrib) | dict(link.find("img").attrib) for link in found]

    # The second on the page, since `a` is gone: counted from 0 it is 1.
    view = f"photos/c-{photos[2].hash[:16]}.jpg"
    picture = {"src": view, "alt": "c.jpg", "width": "640", "height": "480", "decoding": "async"}
    assert made("page", photos[2].path) == [
        {"id": "cover", "class": "cover", "href": view, "data-place": "1"} | picture
    ]
    assert names(tmp_path / "page") == names_of(photos[1:])
    assert descriptions(tmp_path / "page") == ["b.jpg", "c.jpg"]
    # What isn't on the page isn't its cover either.
    assert made("gone", photos[0].path) == []
    assert made("other", str(tmp_path / "photos" / "z.jpg")) == []


def names_of(photos: list[PhotoRecord]) -> set[str]:
    pictures_of = [pictures.picture_name(photo) for photo in photos]
    return {"index.html", *(f"{kind}/{name}" for kind in ("photos", "thumbs") for name in pictures_of)}


def test_filters_count_photos_not_faces(tmp_path: Path) -> None:
    photos = [
        drawn(tmp_path / "photos", "a.jpg", face("happy"), face("happy"), face("sad"), seed=1),
        drawn(tmp_path / "photos", "b.jpg", face("happy"), face("uncertain", 0.3), seed=2),
        drawn(tmp_path / "photos", "c.jpg", seed=3),
    ]
    page_of(photos, tmp_path / "page")
    buttons = parsed(tmp_path / "page").xpath("//div[@id='filters']/button")
    assert [" ".join(button.text_content().split()) for button in buttons] == [
        "all 3",
        "happy 2",
        "sad 1",
        "uncertain 1",
    ]
    assert [button.get("aria-pressed") for button in buttons] == ["true", "false", "false", "false"]
    page_of(photos[2:], tmp_path / "plain")
    assert parsed(tmp_path / "plain").xpath("//div[@id='filters']") == []


def test_picture_names_are_plain_and_always_the_same() -> None:
    def named(path: str) -> str:
        return pictures.picture_name(PhotoRecord(path, [path], SHA, 4, 3, Capture(), []))

    assert named("/photos/beach.jpg") == "beach-0123456789abcdef.jpg"
    assert named("/photos/Été à Nîmes #3.heic") == "Ete_a_Nimes_3-0123456789abcdef.jpg"
    assert named("/photos/海.jpg") == "photo-0123456789abcdef.jpg"
    assert named("/photos/..jpg") == "jpg-0123456789abcdef.jpg"
    assert named("/photos/100%&?=.jpg") == "100-0123456789abcdef.jpg"
    assert named("/photos/" + "x" * 200 + ".jpg") == "x" * 60 + "-0123456789abcdef.jpg"


@pytest.mark.parametrize(
    ("size", "boxes", "window"),
    [
        ((400, 300), [], Box(50, 0, 350, 300)),
        ((300, 400), [], Box(0, 50, 300, 350)),
        ((300, 300), [Box(0, 0, 10, 10)], Box(0, 0, 300, 300)),
        # Faces from 0 to 40: their middle, 20, would need a window from -130.
        ((400, 300), [Box(0, 0, 40, 40)], Box(0, 0, 300, 300)),
        # From 180 to 380: the middle is 280, the window would end at 430.
        ((400, 300), [Box(180, 0, 220, 40), Box(340, 0, 380, 40)], Box(100, 0, 400, 300)),
        ((1000, 100), [Box(480, 0, 500, 40)], Box(440, 0, 540, 100)),
    ],
)
def test_thumbnail_is_the_square_around_the_faces(size: tuple[int, int], boxes: list[Box], window: Box) -> None:
    faces = [face(where=box) for box in boxes]
    assert pictures.thumb_window(PhotoRecord("a", ["a"], SHA, *size, Capture(), faces)) == window


@pytest.mark.parametrize(
    ("emotions", "words"),
    [
        (["happy"], "one happy face"),
        (["happy", "happy"], "two happy faces"),
        (["sad", "happy"], "one happy face and one sad face"),
        (["uncertain", "fear", "surprise", "disgust"], None),
        (["neutral"] * 12, "twelve neutral faces"),
        (["angry"] * 13, "13 angry faces"),
    ],
)
def test_faces_in_words(emotions: list[str], words: str | None) -> None:
    four = "one disgusted face, one fearful face, one surprised face and one uncertain face"
    shown: list[FaceRecord] = [face(emotion) for emotion in emotions]
    assert wording.faces(shown) == (words or four)


def test_date_of_the_file_is_not_told_as_that_of_the_photo(tmp_path: Path) -> None:
    photo = drawn(tmp_path, "a.jpg")
    taken = record(Path(photo.path), taken="2021-12-31T23:59:59")
    scanned = record(Path(photo.path), taken="2026-01-02", source="file")
    later = record(Path(photo.path), taken="2022-02-01")
    assert [wording.description(one) for one in (photo, taken, scanned)] == [
        "a.jpg",
        "a.jpg, 31 December 2021",
        "a.jpg, file of 2 January 2026",
    ]
    assert wording.period([photo, scanned]) == ""
    assert wording.period([taken, scanned]) == "December 2021"
    assert wording.period([later, taken, scanned]) == "December 2021 to February 2022"


def test_page_of_a_thousand_photos_stays_small() -> None:
    photo = PhotoRecord("/photos/IMG_20230601_123000.jpg", [], SHA, 4000, 3000, Capture(), [face(), face("sad")])
    page = document.render(Heading("Album"), [document.Entry(photo, "IMG_20230601_123000-0123456789abcdef.jpg")] * 1000)
    assert len(page) < 1_000_000


def test_photo_that_a_person_turned_is_shown_so_and_its_file_is_left_alone(tmp_path: Path) -> None:
    # The face at 320..384, 120..240 of 640 x 480; turned to the right it is at 240..360, 320..384 of 480 x 640.
    photo = drawn(tmp_path / "photos", "scan.jpg", face("sad", 0.7, where=Box(320, 120, 384, 240)), seed=3)
    before = Path(photo.path).read_bytes()
    page_of([photo], tmp_path / "page")
    [result] = page_of([replace(photo, turn=6)], tmp_path / "page")

    name = f"scan-{photo.hash[:16]}-90.jpg"
    assert result == ExportResult(photo.path, str(tmp_path / "page" / "photos" / name), ExportAction.COPIED)
    assert names(tmp_path / "page") == {"index.html", f"photos/{name}", f"thumbs/{name}"}
    [told] = details(tmp_path / "page")
    assert (told["width"], told["height"]) == (480, 640)
    assert told["faces"][0]["box"] == [50, 50, 25, 10]
    with Image.open(tmp_path / "page" / "photos" / name) as shown, Image.open(photo.path) as stored:
        assert shown.size == (480, 640)
        upper_left = stored.getpixel((4, stored.height - 5))
        assert all(abs(a - b) < 30 for a, b in zip(shown.getpixel((4, 4)), upper_left, strict=True))
    assert Path(photo.path).read_bytes() == before
    assert page_of([replace(photo, turn=6)], tmp_path / "page")[0].action is ExportAction.THERE
