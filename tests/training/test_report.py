from __future__ import annotations

import base64
import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.training.config import TrainConfig
from gallery.training.evaluate import Evaluation, measure
from gallery.training.journal import EpochResult
from gallery.training.recipes import config_for
from gallery.training.report import duration, write_report

HISTORY = [
    EpochResult(1, 0.1, 1.75, 0.25, 0.375, 0.375, 0.375, 65.0),
    EpochResult(2, 0.01, 1.5, 0.5, 0.625, 0.625, 0.625, 60.0),
]
HEADINGS = ["Summary", "Figures by split", "Emotions: PublicTest", "Emotions: PrivateTest", "Epochs", "Settings"]
VOID = {"meta", "img", "br", "link"}


class Page(HTMLParser):
    """What a reader of the page finds: headings, tables by the heading above them, pictures, items of lists."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.tables: dict[str, list[list[list[str]]]] = {}
        self.images: list[dict[str, str]] = []
        self.items: list[str] = []
        self.changed: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._marked = False
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        match tag:
            case "img":
                self.images.append(dict(attrs))
            case "h2":
                self.headings.append("")
            case "li":
                self.items.append("")
            case "table":
                self.tables.setdefault(self.headings[-1], []).append([])
            case "tr":
                self.tables[self.headings[-1]][-1].append([])
                self._marked = dict(attrs).get("class") == "changed"
            case "td" | "th":
                self.tables[self.headings[-1]][-1][-1].append("")

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self._open.pop() == tag

    def handle_data(self, data):
        if "h2" in self._open:
            self.headings[-1] += data
        elif "li" in self._open:
            self.items[-1] += data
        elif {"td", "th"} & set(self._open):
            row = self.tables[self.headings[-1]][-1][-1]
            row[-1] += data
            if self._marked and self._open[-1] == "th":
                self.changed.append(data)


def evaluated(split: str) -> Evaluation:
    """Two angry faces, one read as happy; three happy ones read right; each with certainty."""
    read = torch.tensor([0, 3, 3, 3, 3])
    found = measure(torch.nn.functional.one_hot(read, 7).float(), torch.tensor([0, 0, 3, 3, 3]), split)
    return dataclasses.replace(found, macro_f1=0.625)


@pytest.fixture
def pictures(tmp_path):
    """Four pictures of one colour each, the last of them of a split."""
    paths = [tmp_path / name for name in ("curves.png", "confusion.png", "hardest.png", "PublicTest/reliability.png")]
    paths[-1].parent.mkdir()
    for number, path in enumerate(paths):
        Image.new("RGB", (4, 4), (number, 0, 0)).save(path)
    return paths


def report(folder: Path, config: TrainConfig | None = None, **changes) -> Page:
    given = {
        "history": HISTORY,
        "evaluations": [evaluated("PublicTest"), evaluated("PrivateTest")],
        "pictures": [],
        **changes,
    }
    return Page(write_report(folder, config=config or TrainConfig(), **given))


def test_report_is_made_where_the_run_is(tmp_path):
    folder = tmp_path / "runs" / "one"
    path = write_report(folder, config=TrainConfig(), history=[], evaluations=[], pictures=[])
    assert [*folder.iterdir()] == [path] == [folder / "report.html"]


def test_summary_says_how_the_run_went(tmp_path):
    page = report(tmp_path, TrainConfig(epochs=5))
    assert page.headings == HEADINGS
    assert page.tables["Summary"] == [
        [
            ["Network", "custom"],
            ["Recipe", "baseline"],
            ["Epochs", "2 of 5"],
            ["Best on PublicTest", "macro recall 62.50% in epoch 2"],
            ["Training time", "2 min 5 s"],
            ["Settings other than the recipe's", "1"],
        ]
    ]


def test_figures_of_each_split_are_told(tmp_path):
    [figures] = report(tmp_path).tables["Figures by split"]
    assert figures == [
        ["split", "faces", "macro recall", "accuracy", "macro F1", "ECE"],
        ["PublicTest", "5", "75.00%", "80.00%", "0.625", "20.00%"],
        ["PrivateTest", "5", "75.00%", "80.00%", "0.625", "20.00%"],
    ]


def test_figures_of_each_emotion_are_told_and_absent_ones_have_none(tmp_path):
    classes, counts = report(tmp_path).tables["Emotions: PublicTest"]
    rows = {
        "angry": ["1.000", "0.500", "0.667", "2"],
        "happy": ["0.750", "1.000", "0.857", "3"],
    }
    assert classes == [
        ["emotion", "precision", "recall", "F1", "faces"],
        *([label, *rows.get(label, ["–", "–", "–", "0"])] for label in EMOTIONS),
    ]
    assert counts[0] == ["labelled", *EMOTIONS]
    assert counts[1] == ["angry", "1", "0", "0", "1", "0", "0", "0"]
    assert counts[4] == ["happy", "0", "0", "0", "3", "0", "0", "0"]


def test_every_epoch_is_in_the_table(tmp_path):
    [table] = report(tmp_path).tables["Epochs"]
    assert table[1:] == [
        ["1", "0.1", "1.7500", "25.00%", "37.50%", "37.50%", "65.0"],
        ["2", "0.01", "1.5000", "50.00%", "62.50%", "62.50%", "60.0"],
    ]


def test_settings_other_than_the_recipes_are_marked(tmp_path):
    recipe = config_for("custom", "best")
    config = dataclasses.replace(recipe, epochs=recipe.epochs + 1, flip=0.25)
    page = report(tmp_path, config)
    [[header, *rows]] = page.tables["Settings"]
    assert header == ["setting", "value", "recipe"]
    assert [row[:2] for row in rows] == [[name, str(value)] for name, value in config.as_dict().items()]
    assert [row for row in rows if row[2]] == [
        ["epochs", str(recipe.epochs + 1), str(recipe.epochs)],
        ["flip", "0.25", str(recipe.flip)],
    ]
    assert page.changed == ["epochs", "flip"]


def test_settings_of_an_unknown_recipe_stand_beside_the_defaults(tmp_path):
    assert report(tmp_path, TrainConfig(recipe="of my own", hidden=64)).changed == ["hidden"]


def test_pictures_are_inside_the_page_with_words_for_who_cannot_see_them(tmp_path, pictures):
    page = report(tmp_path, pictures=pictures)
    titles = ["Learning curves", "Confusion", "Hardest faces", "Reliability: PublicTest"]
    assert page.headings == [*HEADINGS[:4], *titles, *HEADINGS[4:]]
    for image, path in zip(page.images, pictures, strict=True):
        kind, _, content = image["src"].partition(",")
        assert kind == "data:image/png;base64"
        assert base64.b64decode(content, validate=True) == path.read_bytes()
        assert len(image["alt"]) > 20


def test_picture_of_another_name_is_called_by_it(tmp_path, pictures):
    other = pictures[0].rename(tmp_path / "<b>mine.png")
    page = report(tmp_path, pictures=[other])
    assert page.headings[4] == page.images[0]["alt"] == "<b>mine"


def test_page_asks_no_network_and_runs_nothing(tmp_path, pictures):
    page = report(tmp_path, pictures=pictures)
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith("data:image/png;base64,") for name, value in page.attributes if name in ("src", "href"))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//|@import|url\(", re.sub(r"base64,[^\"]*", "", text))
    assert ("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'") in page.attributes


def test_what_strangers_wrote_is_shown_and_not_obeyed(tmp_path):
    trap = "<script>alert('1')</script> & \"more\""
    config = TrainConfig(recipe=trap, model="resnet18", pretrained=f"/weights/{trap}")
    page = report(tmp_path, config, notes=[trap], evaluations=[dataclasses.replace(evaluated("x"), split=trap)])
    assert "script" not in page.tags
    assert page.items == [trap]
    assert ["Recipe", trap] in page.tables["Summary"][0]
    assert ["pretrained", f"/weights/{trap}", "none"] in page.tables["Settings"][0]
    assert page.tables["Figures by split"][0][1][0] == trap


def test_notes_are_listed(tmp_path):
    page = report(tmp_path, notes=["12 faces are in two splits.", "Größe"])
    assert page.items == ["12 faces are in two splits.", "Größe"]
    assert page.headings[1] == "Notes"


def test_setting_that_is_no_text_in_any_encoding_is_survived(tmp_path):
    config = TrainConfig(model="resnet18", pretrained="/weights/\udcff.pth")
    assert ["pretrained", "/weights/\\udcff.pth", "imagenet"] in report(tmp_path, config).tables["Settings"][0]


def test_run_without_epochs_and_figures_has_its_settings(tmp_path):
    page = report(tmp_path, history=[], evaluations=[])
    assert page.headings == ["Summary", "Settings"]
    assert page.tables["Summary"][0][2] == ["Epochs", "0 of 25"]


def test_report_that_cannot_be_made_leaves_the_one_before(tmp_path):
    report(tmp_path)
    before = (tmp_path / "report.html").read_bytes()
    with pytest.raises(FileNotFoundError):
        report(tmp_path, TrainConfig(epochs=7), pictures=[tmp_path / "gone.png"])
    assert (tmp_path / "report.html").read_bytes() == before


def test_duration_is_told_as_in_its_table():
    rows = re.findall(r"\| ([\d.]+) +\| (.+?) +\|", duration.__doc__ or "")
    assert len(rows) == 3
    assert {seconds: duration(float(seconds)) for seconds, _ in rows} == dict(rows)
