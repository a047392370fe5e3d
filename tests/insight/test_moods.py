"""The timeline of moods: its periods, the picture and the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from gallery.emotions import COLOURS
from gallery.errors import ExportError, UsageError
from gallery.insight.breakdown import SHOWN, Breakdown, Group, breakdown
from gallery.insight.moods import figure, page, save_moods, title
from gallery.insight.timeline import Timeline, gap, in_a_row, timeline
from gallery.store.store import Store
from tests.support.cli_gallery import Gallery, fill, taken
from tests.support.disk import small_disk
from tests.support.make import DETECTOR, MODEL, added, face, open_store


def group(key: str | None, happy: int = 0, sad: int = 0, photos: int = 10) -> Group:
    return Group(key, photos, {**dict.fromkeys(SHOWN, 0), "happy": happy, "sad": sad})


def row(by: str, *groups: Group) -> Timeline:
    return in_a_row(Breakdown(by, 0, 0, groups))


MOODS = row(
    "month", group("2022-11", 30, 10), group("2023-02", 5, 5), group("2023-03", 0, 0, 4), group(None, 9, photos=7)
)


def test_months_without_photos_are_in_the_row_but_have_no_group() -> None:
    assert [period.name for period in MOODS.periods] == ["2022-11", "2022-12", "2023-01", "2023-02", "2023-03"]
    assert [period.group is None for period in MOODS.periods] == [False, True, True, False, False]
    assert (MOODS.photos, MOODS.faces, MOODS.undated) == (24, 50, 7)


@pytest.mark.parametrize(
    ("before", "after", "between"), [("2022-11", "2023-02", 2), ("2022-12", "2023-01", 0), ("2019", "2021", 1)]
)
def test_gap_counts_what_lies_between(before: str, after: str, between: int) -> None:
    assert gap(before, after) == between


def test_no_more_names_than_can_be_read() -> None:
    long = row("month", group("2000-03"), group("2019-05"))
    assert long.named()[:2] == [(10, "2001"), (34, "2003")]
    assert len(long.named()) <= 13
    assert row("year", group("2000"), group("2002")).named() == [(0, "2000"), (1, "2001"), (2, "2002")]
    assert row("year").named() == []


def test_timeline_is_by_year_where_months_would_be_too_many(tmp_path: Path) -> None:
    with open_store(tmp_path, added("/p/a", taken_at="1990-01-01"), added("/p/b", taken_at="2009-12-31")) as store:
        assert len(timeline(store).periods) == 240
    with open_store(tmp_path, added("/p/c", taken_at="2010-01-01")) as store:
        assert (timeline(store).by, len(timeline(store).periods)) == ("year", 21)
        assert len(timeline(store, "month").periods) == 241


def test_picture_has_a_stack_where_shares_mean_something_fainter_where_months_are_taken_together() -> None:
    shares, counts = figure(MOODS).axes
    assert shares.get_title("left") == "Moods by month, 2022-11 to 2023-03: 50 faces in 24 photos"
    happy, sad = (shares.containers[SHOWN.index(emotion)] for emotion in ("happy", "sad"))
    # February's 10 faces are too few: with November's 40 they are 50, 35 of them happy.
    assert [(bar.get_center()[0], bar.get_height()) for bar in happy] == [(0, 0.75), (3, pytest.approx(0.7))]
    assert [(bar.get_y(), bar.get_height()) for bar in sad] == [(0.75, 0.25), (pytest.approx(0.7), pytest.approx(0.3))]
    assert [bar.get_facecolor()[3] for bar in happy] == [1, 0.6]
    assert [bar.get_height() for bar in counts.patches] == [40, 0, 0, 10, 0]


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database whose photos must not be drawn over, none so far."""
    with open_store(tmp_path_factory.mktemp("database")) as opened:
        yield opened


def test_photo_is_never_drawn_over(store: Store, tmp_path: Path) -> None:
    photo = tmp_path / "beach.png"
    photo.write_bytes(b"a photo")
    store.write([added(str(photo))], model=MODEL, detector=DETECTOR)
    with pytest.raises(UsageError, match="is an indexed photo"):
        save_moods(store, MOODS, photo, overwrite=True)
    assert photo.read_bytes() == b"a photo"


def test_timeline_is_by_month_or_year_alone(store: Store) -> None:
    with pytest.raises(UsageError, match="by month or year, not by camera"):
        timeline(store, "camera")
    with pytest.raises(UsageError, match="can't be broken down by 'week'; allowed: emotion, month"):
        breakdown(store, "week")


def test_picture_is_a_png(store: Store, tmp_path: Path) -> None:
    save_moods(store, MOODS, tmp_path / "moods.PNG")
    with Image.open(tmp_path / "moods.PNG") as picture:
        assert (picture.format, picture.size) == ("PNG", (1800, 975))


class Page(HTMLParser):
    """What stands in the elements of a page, and the bars of its drawing."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: dict[str, list[str]] = {}
        self.bars: list[tuple[str, float]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(tag)
        given = dict(attrs)
        if tag == "rect" and "fill" in given and "g" in self._open:
            self.bars.append((str(given["fill"]), float(str(given["height"]))))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.said.setdefault(self._open[-1], []).append(data.strip())


def test_page_draws_and_lists_the_same_figures() -> None:
    seen = Page(page(MOODS))
    # Shares of a field 300 high, counts of one 90 high in which the most, 40 faces, fill it.
    assert seen.bars == [
        (COLOURS["happy"], 225.0),
        (COLOURS["sad"], 75.0),
        ("#64748b", 90.0),
        (COLOURS["happy"], 210.0),
        (COLOURS["sad"], 90.0),
        ("#64748b", 22.5),
        ("#64748b", 0.0),
    ]
    assert seen.said["title"] == [
        title(MOODS),
        title(MOODS),
        "2022-11: 40 faces in 10 photos; happy 75%, sad 25%",
        "2023-02: 10 faces in 10 photos; of 2 together: happy 70%, sad 30%",
        "2023-03: 0 faces in 4 photos",
    ]
    assert seen.said["td"][:11] == ["10", "40", "0%", "0%", "0%", "75%", "25%", "0%", "0%", "0%", "1"]
    assert seen.said["td"][11:22] == ["10", "10", "0%", "0%", "0%", "70%", "30%", "0%", "0%", "0%", "2"]
    assert seen.said["td"][22:] == ["4", "0", *["–"] * 9]
    assert "Not shown, for want of a date: 7 of the photos." in seen.said["p"][1]
    assert re.findall('fill-opacity="([^"]+)"', page(MOODS)) == ["0.6", "0.6"]


def test_timeline_of_many_small_months_is_full() -> None:
    # Six faces a month: 25 and more are in five neighbouring ones, at the ends in those that there are.
    small = row("month", *(group(f"2023-{month:02}", 4, 2) for month in range(1, 13)))
    shares, _ = figure(small).axes
    happy = shares.containers[SHOWN.index("happy")]
    assert [bar.get_center()[0] for bar in happy] == list(range(12))
    assert [bar.get_height() for bar in happy] == pytest.approx([4 / 6] * 12)
    assert Page(page(small)).said["title"][4].endswith("; of 5 together: happy 67%, sad 33%")


def test_timeline_of_too_few_faces_in_all_says_none() -> None:
    shares, _ = figure(row("month", group("2023-01", 10, 4), group("2023-02", 10))).axes
    assert [len(container) for container in shares.containers] == [0] * len(SHOWN)


def test_page_says_on_a_phone_that_it_goes_on_beyond_the_edge() -> None:
    text = page(MOODS)
    assert text.count("There is more to the right: swipe or scroll sideways.") == text.count('<div class="wide"') == 2


def test_page_is_whole_in_itself_and_says_what_it_shows() -> None:
    text = page(MOODS)
    assert not {"script", "img", "link", "iframe"} & set(Page(text).tags)
    assert "://" not in text
    assert 'role="img" aria-labelledby="moods-title moods-says"' in text
    assert set(re.findall(r'aria-labelledby="([^"]+)"', text)[0].split()) <= set(re.findall(r'id="([^"]+)"', text))


@pytest.mark.parametrize("name", ["moods.gif", "moods"])
def test_other_kinds_of_files_are_refused(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"use \.png or \.html"):
        save_moods(store, MOODS, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unless_told_to(store: Store, tmp_path: Path) -> None:
    file, link = tmp_path / "moods.html", tmp_path / "link.html"
    file.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    for taken_name in (file, link):
        with pytest.raises(UsageError, match="is there already"):
            save_moods(store, MOODS, taken_name)
    assert file.read_text() == "mine"
    save_moods(store, MOODS, file, overwrite=True)
    assert file.read_text().startswith("<!doctype html>")


def test_full_disk_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    with small_disk(1000), pytest.raises(ExportError, match=r"moods\.html: can't be written"):
        save_moods(store, MOODS, tmp_path / "moods.html")
    assert list(tmp_path.iterdir()) == []


def test_command_draws_and_says_so(gallery: Gallery) -> None:
    fill(gallery)
    out = gallery.folder / "moods.html"
    done = gallery.run("stats", "--plot", out)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"moods drawn into {out}\n")
    assert "Moods by month, 2022-01 to 2023-06: 4 faces in 2 photos" in out.read_text()
    done = gallery.run("stats", "--plot", out)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"error: {out}: is there already; choose another name, or add --force\n"
    assert gallery.run("stats", "--plot", out, "--force", "--by", "year", "--emotion", "sad").exit_code == 0
    assert "Moods by year, 2022: 3 faces in 1 photos" in out.read_text()


def test_indexed_photo_is_never_drawn_over(gallery: Gallery) -> None:
    gallery.add("mood.png", face(), capture=taken("2020-01-01"))
    mine = gallery.photos / "mood.png"
    before, link = mine.read_bytes(), gallery.folder / "link.png"
    link.symlink_to(mine)
    for name in (mine, link):
        done = gallery.run("stats", "--plot", name, "--force")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"error: {name}: is an indexed photo, which is never overwritten; choose another name\n"
    assert mine.read_bytes() == before
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["--by", "folder"], "--plot draws a timeline, not groups by folder; use --by month or --by year"),
        (["--since", "2030"], "nothing to draw: no photo with a date matches"),
    ],
)
def test_what_is_no_timeline_is_not_drawn(gallery: Gallery, args: list[str], reason: str) -> None:
    fill(gallery)
    done = gallery.run("stats", "--plot", gallery.folder / "moods.png", *args)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {reason}\n")
    assert not (gallery.folder / "moods.png").exists()
