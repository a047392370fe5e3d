"""`gallery search`: who reads it decides how it looks, and what is found is the same for all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.emotions import EMOTIONS
from tests.support.cli_gallery import ODD_NAMES, Gallery, fill, isolate
from tests.support.make import face
from tests.support.programs import started
from tests.support.terminal import run_in_terminal, unstyled


@pytest.mark.parametrize(
    ("words", "warning"),
    [
        (["happy"], "'happy' is looked for in paths (0 photos there); emotion:happy finds 2"),
        (["faces:2..", "Joy"], "'Joy' is looked for in paths (0 photos there); emotion:happy finds 2"),
        (["not uncertain"], "'uncertain' is looked for in paths (0 photos there); is:uncertain finds 1"),
        (["sad", "neutral"], "'sad' is looked for in paths (0 photos there); emotion:sad finds 1"),
    ],
)
def test_emotion_without_its_field_is_told(gallery: Gallery, words: list[str], warning: str) -> None:
    fill(gallery)
    assert gallery.run("search", *words).stderr.splitlines() == [f"warning: {warning}"]
    assert gallery.run("search", *words, "-q").stderr == ""


@pytest.mark.parametrize("words", [['"happy"'], ["emotion:happy"], ["path:happy"], ["neutral"], ["beach"]])
def test_word_that_is_meant_for_paths_gets_no_warning(gallery: Gallery, words: list[str]) -> None:
    fill(gallery)
    assert gallery.run("search", *words).stderr == ""


def test_folder_called_like_an_emotion_is_found_without_a_word(gallery: Gallery) -> None:
    path = gallery.add("happy/one.jpg", face("sad"))
    done = gallery.run("search", "happy")
    assert (done.stdout, done.stderr) == (f"{path}\n", "")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """The three photos of `fill`, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch, folder)
        gallery = Gallery(folder)
        fill(gallery)
        yield gallery


def paths(filled: Gallery) -> dict[str, str]:
    return {name: str(filled.photos / f"{name}.jpg") for name in ("beach", "group", "empty")}


def test_pipe_gets_one_path_per_line_newest_first(filled: Gallery) -> None:
    photos = paths(filled)
    done = filled.run("search")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{photos['beach']}\n{photos['group']}\n{photos['empty']}\n"


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ("--emotion happy", "beach group"),
        ("-e happy --min-score 0.9", "beach"),
        ("-e sad -e happy", "beach group"),
        ("-e surprise,SADNESS", "group"),
        ("--all-emotions happy,sad", "group"),
        ("--all-emotions happy --all-emotions sad", "group"),
        ("--not-emotion sad", "beach empty"),
        ("--not-emotion happy,sad", "empty"),
        ("--emotion fear", ""),
        ("--emotion fear --min-score 0.4", "group"),
        ("--faces 0", "empty"),
        ("--faces 1..3", "beach group"),
        ("--faces 2..", "group"),
        ("--since 2023", "beach"),
        ("--until 2022", "group"),
        ("--since 2022-01-02T03:04 --until 2022-01-02", "group"),
        ("--path GROUP", "group"),
        ("--sort oldest", "group beach empty"),
        ("--sort path --limit 2", "beach empty"),
        ("--emotion angry", ""),
    ],
)
def test_flags_say_which_photos_are_meant(filled: Gallery, flags: str, found: str) -> None:
    photos = paths(filled)
    done = filled.run("search", *flags.split())
    assert done.exit_code == 0
    assert done.stdout == "".join(f"{photos[name]}\n" for name in found.split())
    as_json = json.loads(filled.run("search", *flags.split(), "--json").stdout)
    assert [photo["path"] for photo in as_json] == done.stdout.split()


def test_path_given_from_the_folder_one_is_in(filled: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = paths(filled)
    monkeypatch.chdir(filled.folder)
    assert filled.run("search", "--path", "photos", "--limit", "1").stdout == f"{photos['beach']}\n"
    assert filled.run("search", "--path", "./elsewhere").stdout == ""


def test_json_is_the_documented_contract(filled: Gallery) -> None:
    photos = paths(filled)
    (photo,) = json.loads(filled.run("search", "--faces", "3", "--json").stdout)
    faces = photo.pop("faces")
    assert photo == {
        "path": photos["group"],
        "paths": [photos["group"]],
        "hash": filled.hash(photos["group"]),
        "width": 320,
        "height": 240,
        "taken_at": "2022-01-02T03:04:05",
        "turned": 0,
        "sideways": None,
        "replaced": False,
        "word": None,
        "files": [],
    }
    assert [(one["emotion"], one["score"], one["box"]) for one in faces] == [
        ("happy", 0.85, [10, 20, 60, 80]),
        ("sad", 0.7, [110, 20, 160, 80]),
        ("uncertain", 0.4, [210, 20, 260, 80]),
    ]
    for one in faces:
        assert list(one) == ["id", "number", "box", "confidence", "emotion", "score", "scores", "source"]
        assert list(one["scores"]) == list(EMOTIONS)
        assert (one["confidence"], one["source"], type(one["id"])) == (0.99, "model", int)


def test_nothing_found_is_an_empty_answer(filled: Gallery) -> None:
    assert filled.run("search", "-e", "disgust").stdout_bytes == b""
    assert json.loads(filled.run("search", "-e", "disgust", "--json").stdout) == []
    code, seen = run_in_terminal(filled, "search", "-e", "disgust")
    assert (code, seen) == (0, "No photo matches; ask for less, or index more folders with `gallery index FOLDER`.\n")
    assert run_in_terminal(filled, "search", "-e", "disgust", "--quiet") == (0, "")


def test_odd_names_reach_programs_byte_for_byte(gallery: Gallery) -> None:
    paths = sorted(os.fsencode(gallery.add(name, seed=number)) for number, name in enumerate(ODD_NAMES))
    for flag, end in [("-0", b"\0"), ("-q", b"\n")]:
        done = gallery.run_process("search", "--sort", "path", flag)
        assert (done.returncode, done.stderr) == (0, b"")
        assert sorted(done.stdout.removesuffix(end).split(end)) == sorted(end.join(paths).split(end))


@pytest.mark.parametrize(
    "args", [("search", "-0"), ("export", "--as", "csv", "--to", "-"), ("prune", "-n", "--even-if-unplugged")]
)
def test_odd_names_do_nothing_to_a_terminal(gallery: Gallery, args: tuple[str, ...]) -> None:
    path = Path(gallery.add("\x1b]0;title\x07\x1b[2J.jpg"))
    if args[0] == "prune":
        path.unlink()
        gallery.run("index", gallery.photos)

    _, seen = run_in_terminal(gallery, *args)

    assert r"\x1b]0;title\x07\x1b[2J.jpg" in seen
    assert not {char for char in seen if not char.isprintable()} - {"\n"}


def test_json_survives_names_that_are_no_utf8(gallery: Gallery) -> None:
    path = gallery.add(os.fsdecode(b"caf\xe9.jpg"))
    done = gallery.run_process("search", "--json")
    assert done.returncode == 0
    assert b"caf\\udce9.jpg" in done.stdout
    assert os.fsencode(json.loads(done.stdout)[0]["path"]) == os.fsencode(path)


def test_terminal_gets_a_table_in_which_names_are_harmless(gallery: Gallery) -> None:
    fill(gallery)
    for number, name in enumerate(("we [bold]ird\nname.jpg", "\x1b[31mred\u202egpj.jpg", os.fsdecode(b"caf\xe9.jpg"))):
        gallery.add(name, face("happy"), seed=10 + number)

    code, seen = run_in_terminal(gallery, "search", "--sort", "path", NO_COLOR="1", COLUMNS="300")

    rows = [line.split() for line in unstyled(seen).splitlines()]
    assert code == 0
    assert rows == [
        ["in", str(gallery.photos)],
        ["photo", "faces", "taken"],
        ["\\x1b[31mred\\u202egpj.jpg", "happy", "0.90"],
        ["beach.jpg", "happy", "0.93", "2023-06-01", "12:30"],
        ["caf\\udce9.jpg", "happy", "0.90"],
        ["empty.jpg", "no", "face"],
        ["group.jpg", "happy", "0.85,", "sad", "0.70,", "uncertain", "0.40", "2022-01-02", "03:04"],
        ["we", "[bold]ird\\nname.jpg", "happy", "0.90"],
        ["6", "photos"],
    ]


def test_colour_is_for_terminals_that_want_it(filled: Gallery) -> None:
    assert "\x1b[38;" in run_in_terminal(filled, "search")[1]
    assert "\x1b[38;" not in run_in_terminal(filled, "search", NO_COLOR="1")[1]


def test_crowd_is_counted_by_emotion(gallery: Gallery) -> None:
    gallery.add("crowd.jpg", *[face("happy")] * 4, *[face("sad")] * 2)
    assert "happy ×4, sad ×2" in run_in_terminal(gallery, "search", NO_COLOR="1", COLUMNS="300")[1]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("-e xyz", "unknown emotion 'xyz'; choose from angry, disgust, fear, happy, sad, surprise, neutral"),
        ("-e happy,", "unknown emotion ''; choose from angry, disgust, fear, happy, sad, surprise, neutral"),
        ("--min-score 1.5", "--min-score is 1.5; allowed: 0 to 1"),
        ("--min-score nan", "--min-score is nan; allowed: 0 to 1"),
        ("--faces 4..2", "--faces is '4..2'; allowed: 0 or more, the smaller number first, such as 2..4"),
        ("--limit 0", "--limit is 0; allowed: 1 to 999999999"),
    ],
)
def test_nonsense_is_answered_with_what_is_allowed(filled: Gallery, flags: str, message: str) -> None:
    done = filled.run("search", *flags.split())
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {message}\n")


@pytest.mark.parametrize(
    ("flags", "part"),
    [
        ("--since 2023-02-30", "'2023-02-30' doesn't exist"),
        ("--sort size", "'size' is not one of 'newest', 'oldest', 'added', 'score', 'faces', 'path'"),
        ("--min-score high", "'high' is not a valid float"),
        ("--album nowhere", "album 'nowhere': doesn't exist"),
    ],
)
def test_misuse_exits_with_2_and_names_the_value(filled: Gallery, flags: str, part: str) -> None:
    done = filled.run("search", *flags.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert part in done.stderr


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["emotion:happy", "-n", "x"], None),
        (["emotion:happy", "faces:2.."], "group"),
        (["emotion:happy faces:2.."], "group"),
        (["emotion:happy", "not", "emotion:sad"], "beach"),
        (["--", "-emotion:sad", "faces:1.."], "beach"),
        (["--emotion", "happy", "--", "-emotion:sad"], "beach"),
        (["beach", "or", "date:none"], "beach empty"),
        (["has:gps"], "beach"),
        (["camera:canon"], "beach"),
        (["is:uncertain"], "group"),
        (["emotion:fear", "--min-score", "0.4"], "group"),
        (["-e", "happy", "emotion:fear", "--min-score", "0.4"], "group"),
        (["fear:0.4..", "sort:oldest"], "group"),
        (["sort:path", "limit:2"], "beach empty"),
        (["limit:1", "--sort", "path"], "beach"),
        (["is:missing"], ""),
    ],
    ids=str,
)
def test_words_and_flags_hold_together(filled: Gallery, words: list[str], found: str | None) -> None:
    photos = paths(filled)
    done = filled.run("search", *words)
    if found is None:
        assert done.exit_code == 2
    else:
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout == "".join(f"{photos[name]}\n" for name in found.split())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("emotoin:happy", "unknown field 'emotoin'; did you mean 'emotion'?\n  emotoin:happy\n  ^\n"),
        (
            "faces:2.. emotion:hapy",
            "unknown emotion 'hapy'; did you mean 'happy'?\n  faces:2.. emotion:hapy\n                    ^\n",
        ),
        ("漢字 e\u0301 (", "nothing stands after (\n  漢字 e\u0301 (\n         ^\n"),
        (
            "\x1b[31m\n \u202e )",
            "this ) closes nothing; take it away, or write it in quotes\n"
            "  \\x1b[31m\\n \\u202e )\n                    ^\n",
        ),
        (
            "a " * 50 + "sort:x " + "b " * 50,
            "unknown sort: 'x'; allowed: newest, oldest, added, score, faces, path\n"
            f"  …{' a' * 27} sort:x{' b' * 29} …\n  {' ' * 61}^\n",
        ),
    ],
)
def test_caret_stands_under_the_place(filled: Gallery, query: str, told: str) -> None:
    done = filled.run("search", query)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"error: {told}")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("-emotion:sad", "'-emotion:sad' begins with a dash, as flags do; put -- before it, or write: not emotion:sad"),
        ("-has:gps", "'-has:gps' begins with a dash, as flags do; put -- before it, or write: not has:gps"),
        ("-(a b)", "'-(a b)' begins with a dash, as flags do; put -- before it, or write: not (a b)"),
        ("-beach", "No such option '-b'. To exclude photos, put -- before it, or write: not beach"),
        ("--xyz", "No such option '--xyz'."),
    ],
)
def test_negated_term_among_the_flags_is_told_the_way_out(filled: Gallery, word: str, told: str) -> None:
    done = filled.run("search", "emotion:happy", word)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"error: {told}\nTry `gallery search --help`.\n"


def test_asking_makes_no_database(gallery: Gallery) -> None:
    expected = (
        f"error: {gallery.db}: no database there yet; run `gallery index FOLDER` first, or name another by --db\n"
    )
    done = gallery.run("search")
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", expected)
    assert gallery.run("--db", f"sqlite:///{gallery.db}", "search").exit_code == 2
    assert list(gallery.folder.iterdir()) == []


def test_database_can_be_named_in_every_usual_place(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    beach = fill(gallery)["beach"]
    other = Gallery(gallery.folder / "other")
    assert other.run("search", "--limit", "1", "--db", gallery.db).stdout == f"{beach}\n"
    assert other.run("--db", f"sqlite:///{gallery.db}", "search", "--limit", "1").stdout == f"{beach}\n"
    monkeypatch.setenv("GALLERY_DB", str(gallery.db))
    done = subprocess.run([sys.executable, "-m", "gallery", "search", "--limit", "1"], capture_output=True, check=True)
    assert done.stdout == os.fsencode(beach) + b"\n"


@pytest.mark.parametrize(
    "args",
    [
        ["search", "-e", "happy"],
        ["search", "all:happy or is:corrected"],
        ["fields"],
        ["query", "list"],
        ["search", "--json"],
        ["album", "list"],
        ["stats"],
        ["errors"],
    ],
)
def test_asking_needs_neither_torch_nor_numpy(filled: Gallery, args: list[str]) -> None:
    code = f"""
import sys
for name in ("torch", "torchvision", "facenet_pytorch", "numpy", "pillow_heif", "lightning_fabric", "torchmetrics"):
    sys.modules[name] = None
from gallery.cli import cli
cli.main(["--db", {str(filled.db)!r}, *{args!r}])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_reader_that_leaves_early_is_no_error(filled: Gallery) -> None:
    with started(
        [sys.executable, "-m", "gallery", "--db", str(filled.db), "search"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("flags", [["--json"], ["-0"]])
def test_output_that_cannot_be_written_is_an_error(filled: Gallery, flags: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "gallery", "--db", str(filled.db), "search", *flags]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"error: No space left on device\n")
