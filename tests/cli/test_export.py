"""`gallery album export` and `gallery export`: what they make, tell and refuse."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from gallery.store.store import Store
from tests.support.cli_gallery import ODD_NAMES, Gallery, fill
from tests.support.exported import contents
from tests.support.make import face
from tests.support.terminal import run_in_terminal

SAID = {"reason": None, "replaced": False}


@pytest.fixture
def photos(gallery: Gallery) -> dict[str, str]:
    photos = fill(gallery)
    gallery.run("album", "create", "Happy", "-e", "happy")
    return photos


@pytest.fixture
def out(gallery: Gallery) -> Path:
    return gallery.folder / "out"


def lose(gallery: Gallery, path: str) -> None:
    Path(path).unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing([path])


@pytest.mark.parametrize("how", ["copy", "hardlink", "symlink"])
def test_export_tells_what_it_did_and_is_safe_to_repeat(
    gallery: Gallery, photos: dict[str, str], out: Path, how: str
) -> None:
    done = "copied" if how == "copy" else "linked"
    plan = "".join(f"{done}\t{photos[name]}\t{out}/{name}.jpg\n" for name in ("beach", "group"))

    planned = gallery.run("album", "export", "Happy", out, "--as", how, "-n")
    assert (planned.exit_code, planned.stdout) == (0, plan)
    assert planned.stderr == f"dry run, nothing was written: 2 photos: 2 {done}\n"
    assert not out.exists()

    first = gallery.run("album", "export", "Happy", out, "--as", how)
    assert (first.exit_code, first.stdout, first.stderr) == (0, "", f"2 photos: 2 {done}\n")
    assert contents(out) == {f"{name}.jpg": Path(photos[name]).read_bytes() for name in ("beach", "group")}

    again = gallery.run("album", "export", "Happy", out, "--as", how, "--json")
    assert (again.exit_code, again.stderr) == (0, "2 photos: 2 already there\n")
    assert json.loads(again.stdout) == [
        {"source": photos[name], "target": str(out / f"{name}.jpg"), "action": "already there"} | SAID
        for name in ("beach", "group")
    ]


def test_export_reports_photos_that_are_gone_and_fails_for_changed_ones(
    gallery: Gallery, photos: dict[str, str], out: Path
) -> None:
    gallery.run("album", "create", "All", "--sort", "path")
    lose(gallery, photos["empty"])
    gone = f"missing: {photos['empty']}: no file of this photo exists any more\n"
    done = gallery.run("album", "export", "All", out)
    assert (done.exit_code, done.stderr) == (0, f"{gone}3 photos: 2 copied, 1 missing\n")

    Path(photos["group"]).write_bytes(b"another picture")
    done = gallery.run("album", "export", "All", gallery.folder / "other")
    assert done.exit_code == 1
    assert done.stderr == (
        f"{gone}failed: {photos['group']}: changed since it was indexed; run `gallery index` on its folder and "
        "export again\n3 photos: 1 copied, 1 missing, 1 failed\n"
    )


def test_export_of_odd_names_stays_in_its_folder(gallery: Gallery, out: Path) -> None:
    for number, name in enumerate(ODD_NAMES):
        gallery.add(name, face(), seed=number)
    assert gallery.run("export", "--to", out).exit_code == 0
    assert sorted(map(os.fsencode, contents(out))) == sorted(
        ["näh 🏖.jpg".encode(), b"we [bold]ird_name.jpg", b"caf\xe9.jpg"]
    )


@pytest.mark.parametrize("form", ["copy", "hardlink", "symlink", "html"])
def test_export_among_the_photos_is_refused(gallery: Gallery, photos: dict[str, str], form: str) -> None:
    before = contents(gallery.photos)
    for place in (gallery.photos, gallery.photos / "happy"):
        done = gallery.run("album", "export", "Happy", place, "--as", form)
        assert (done.exit_code, done.stdout, done.stderr) == (
            1,
            "",
            f"error: {place}: lies among your indexed photos in {gallery.photos}, where the next `gallery index` would "
            "find what is exported, too; name a folder outside\n",
        )
    assert contents(gallery.photos) == before
    assert sorted(path.name for path in gallery.photos.iterdir()) == sorted(f"{name}.jpg" for name in photos)


@pytest.mark.usefixtures("photos")
def test_export_to_a_file_is_refused(gallery: Gallery) -> None:
    place = gallery.folder / "mine"
    place.write_bytes(b"mine")
    done = gallery.run("album", "export", "Happy", place, "-q")
    expected = f"error: {place}: is a file, or lies in one; name a folder\n"
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", expected)


@pytest.mark.usefixtures("photos")
def test_query_narrows_the_album_and_keeps_its_order(gallery: Gallery, out: Path) -> None:
    gallery.run("album", "create", "All", "--sort", "path")
    numbered = ("--name", "{number} {stem}", "-n")
    plan = gallery.run("album", "export", "All", out, "faces:..1", *numbered).stdout
    assert [Path(line.split("\t")[2]).name for line in plan.splitlines()] == ["1 beach.jpg", "2 empty.jpg"]
    plan = gallery.run("album", "export", "all", out, "--sort", "faces", *numbered).stdout
    names = [Path(line.split("\t")[2]).name for line in plan.splitlines()]
    assert names == ["1 group.jpg", "2 beach.jpg", "3 empty.jpg"]
    plan = gallery.run("album", "export", "Happy", out, "faces:0", *numbered)
    assert (plan.exit_code, plan.stdout) == (0, "")


@pytest.mark.usefixtures("photos")
def test_limit_takes_the_first_of_the_album(gallery: Gallery, out: Path) -> None:
    # By date beach is the newest and empty, which has none, the last.
    gallery.run("album", "create", "Mine", "--sort", "path")
    gallery.run("album", "move", "Mine", str(gallery.photos / "empty.jpg"), "--first")
    for narrowing, expected in [
        (["--limit", "2"], ["empty", "beach"]),
        (["limit:1"], ["empty"]),
        (["limit:1", "faces:1.."], ["beach"]),
        (["--limit", "1", "--sort", "faces"], ["group"]),
        (["sort:newest limit:1"], ["beach"]),
        (["sort:oldest", "faces:1.."], ["group", "beach"]),
        (["faces:1..", "--limit", "5"], ["beach", "group"]),
    ]:
        plan = gallery.run("album", "export", "Mine", out, "-n", *narrowing).stdout
        assert [Path(line.split("\t")[2]).stem for line in plan.splitlines()] == expected, narrowing
        listed = gallery.run("album", "show", "Mine", *narrowing).stdout
        assert [Path(line).stem for line in listed.splitlines()] == expected, narrowing


def test_template_update_and_cleanup(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    by_date = ("emotion:happy", "--to", out, "--name", "{date:%Y}/{emotion}/{stem}", "--update", "--cleanup")
    done = gallery.run("export", *by_date)
    assert (done.exit_code, done.stderr) == (0, "2 photos: 2 copied\n")
    assert list(contents(out)) == ["2022/happy/group.jpg", "2023/happy/beach.jpg"]

    gallery.run("label", f"{photos['group']}#1", "sad")
    done = gallery.run("export", *by_date)
    assert (done.exit_code, done.stderr) == (0, "1 photo: 1 already there; 1 earlier file: 1 removed\n")
    assert sorted(path.name for path in out.iterdir()) == [".gallery-export.jsonl", "2023"]

    lose(gallery, photos["beach"])
    done = gallery.run("export", *by_date)
    assert done.exit_code == 0
    assert done.stderr == (
        f"kept: {out}/2023/happy/beach.jpg: what it was copied from isn't known or there any more; "
        "this may be the last copy\n0 photos; 1 earlier file: 1 kept\n"
    )


def test_sidecars_are_counted_apart(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    Path(f"{photos['beach']}.xmp").write_text("tags")
    done = gallery.run("album", "export", "Happy", out)
    assert (done.exit_code, done.stderr) == (0, "2 photos: 2 copied; 1 sidecar: 1 copied\n")


def test_report_tells_of_each_file(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    report = gallery.folder / "report.json"
    assert gallery.run("album", "export", "Happy", out, "--report", report).exit_code == 0
    assert json.loads(report.read_bytes()) == [
        {"source": photos[name], "destination": str(out / f"{name}.jpg"), "action": "copied"} | SAID
        for name in ("beach", "group")
    ]
    done = gallery.run("album", "export", "Happy", gallery.folder / "other", "--report", report)
    expected = f"error: {report}: exists already, and nothing is ever overwritten; name another file\n"
    assert (done.exit_code, done.stderr) == (1, expected)
    assert contents(gallery.folder / "other") == {}


@pytest.mark.usefixtures("photos")
def test_zip(gallery: Gallery) -> None:
    out = gallery.folder / "happy.zip"
    done = gallery.run("album", "export", "Happy", out, "--as", "zip", "--name", "{album}/{stem}")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "2 photos: 2 copied\n")
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["Happy/beach.jpg", "Happy/group.jpg"]


@pytest.mark.usefixtures("photos")
def test_page_has_the_name_of_the_album(gallery: Gallery, out: Path) -> None:
    done = gallery.run("album", "export", "happy", out, "--as", "html")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "2 photos: 2 copied\n")
    assert "<title>Happy</title>" in (out / "index.html").read_text()


def test_page_has_the_note_and_the_cover_of_the_album(gallery: Gallery, photos: dict[str, str], out: Path) -> None:
    gallery.run("album", "note", "Happy", "Two <b>weeks</b>")
    gallery.run("album", "cover", "Happy", photos["group"])
    assert gallery.run("album", "export", "Happy", out, "--as", "html").exit_code == 0
    header = (out / "index.html").read_text().split("</header>")[0]
    assert "Two &lt;b&gt;weeks&lt;/b&gt;" in header
    assert f'href="photos/group-{gallery.hash(photos["group"])[:16]}.jpg" data-place="1"' in header


def test_tables(gallery: Gallery, photos: dict[str, str]) -> None:
    out = gallery.folder / "all.json"
    done = gallery.run("export", "sort:path", "--as", "json", "--to", out)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "3 photos: 3 listed\n")
    assert [row["path"] for row in json.loads(out.read_bytes())] == [photos[n] for n in ("beach", "empty", "group")]

    done = gallery.run("export", "faces:1", "--as", "csv", "--to", "-")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout_bytes.decode() == (
        "path,hash,taken_at,camera,faces,emotions\r\n"
        f"{photos['beach']},{gallery.hash(photos['beach'])},2023-06-01T12:30:00+02:00,Canon EOS,1,happy 0.93\r\n"
    )

    done = gallery.run("export", "--as", "csv", "--to", gallery.folder / "no.csv", "-n")
    assert done.stderr == "dry run, nothing was written: 3 photos: 3 listed\n"
    assert not (gallery.folder / "no.csv").exists()


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--name", "{x}"], "name template '{x}': there is no field {x}; known: {stem}, {suffix}, {date}, {emotion}, "),
        (["--report", "r.txt"], "r.txt: a report is a .csv or a .json file; name it so"),
        (["--report", "r.csv", "-n"], "--report and --dry-run exclude each other: a dry run writes nothing; it tells"),
        (["emotion:hapy"], "unknown emotion 'hapy'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    gallery: Gallery, out: Path, options: list[str], message: str
) -> None:
    done = gallery.run("album", "export", "Happy", out, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {message}")
    assert not out.exists()


@pytest.mark.usefixtures("photos")
def test_terminal_shows_no_trace_of_the_progress_bar(gallery: Gallery, out: Path) -> None:
    code, seen = run_in_terminal(gallery, "album", "export", "Happy", out, NO_COLOR="1")
    assert code == 0
    assert seen.splitlines()[-1].endswith("2 photos: 2 copied")
