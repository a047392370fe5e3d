"""The program as a whole: its help, its exit codes, its quiet start, and the smaller commands."""

from __future__ import annotations

import errno
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gallery.cli import COMMANDS, cli
from gallery.cli.output import printable
from gallery.emotions import EMOTIONS
from gallery.errors import CheckpointError, StoreLockedError, UsageError
from gallery.records import Capture
from gallery.store.store import Fail, Store
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import DETECTOR, MODEL, stamp
from tests.support.programs import started
from tests.support.terminal import run_in_terminal


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_and_exit_code(flag: str) -> None:
    done = CliRunner().invoke(cli, [flag])
    assert (done.exit_code, done.stderr) == (0, "")
    first_words = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    for word in (*COMMANDS, "0", "1", "2", "70", "130", "--db", "--version", "-v,", "-q,"):
        assert word in first_words


@pytest.mark.parametrize("name", COMMANDS)
def test_line_in_the_help_is_that_of_the_command(name: str) -> None:
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    assert command.name == name
    assert (command.help or "").startswith(COMMANDS[name][1].removesuffix("."))
    assert CliRunner().invoke(cli, [name, "--help"]).exit_code == 0


@pytest.mark.parametrize("flags", [["--version", "-v"], ["-v", "--version"]])
def test_version_tells_what_computes(flags: list[str]) -> None:
    import torch

    done = CliRunner().invoke(cli, flags)
    program, python, network = done.stdout.splitlines()
    assert (done.exit_code, program) == (0, f"gallery {version('smart-gallery')}")
    assert python.startswith("Python 3.")
    assert network.startswith(f"PyTorch {torch.__version__}, built for ")
    assert network.endswith(" is used")


def test_version() -> None:
    assert CliRunner().invoke(cli, ["--version"]).stdout == f"gallery {version('smart-gallery')}\n"


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from gallery.cli import cli
try:
    cli.main(["--help"])
finally:
    heavy = {"torch", "numpy", "sqlalchemy", "alembic", "rich", "PIL", "pillow_heif"}
    print(sorted(heavy & {name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


GROUPS = ([], ["album"], ["query"], ["xmp"], ["db"], ["model"], ["config"])


@pytest.mark.parametrize("words", GROUPS, ids="-".join)
def test_group_without_a_command_explains_itself(words: list[str]) -> None:
    done, asked = CliRunner().invoke(cli, words), CliRunner().invoke(cli, [*words, "--help"])
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", asked.stdout)


@pytest.mark.parametrize(
    ("words", "choices"),
    [(["completion"], "bash, zsh, fish"), (["album", "sort", "A"], "newest, oldest, added, score, faces, path")],
)
def test_choices_for_a_missing_word_are_one_line(words: list[str], choices: str) -> None:
    done = CliRunner().invoke(cli, words)
    first, _ = done.stderr.splitlines()
    assert (done.exit_code, first.partition(". ")[2]) == (2, f"Choose from: {choices}")


@pytest.mark.parametrize(
    ("args", "part"), [(["exprot"], "No such command 'exprot'. Did you mean 'export'?"), (["--bogus"], "--bogus")]
)
def test_unknown_words_exit_with_2(args: list[str], part: str) -> None:
    done = CliRunner().invoke(cli, args)
    first, second = done.stderr.splitlines()
    assert (done.exit_code, done.stdout, second) == (2, "", "Try `gallery --help`.")
    assert first.startswith("error: ")
    assert part in first


def raising(error: BaseException) -> click.Group:
    """The program with one more command, which fails."""

    class WithFailing(type(cli)):  # type: ignore[misc]
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            return failing if cmd_name == "failing" else super().get_command(ctx, cmd_name)

    @click.command()
    def failing() -> None:
        raise error

    program: click.Group = WithFailing(
        name="gallery", commands_by_name=COMMANDS, params=cli.params, callback=cli.callback
    )
    return program


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (UsageError("no such thing"), 2, "error: no such thing\n"),
        (StoreLockedError("/a\nb.db", "is locked"), 1, "error: /a\\nb.db: is locked\n"),
        (CheckpointError("m.pt", "no checkpoint"), 1, "error: m.pt: no checkpoint\n"),
        (OSError(errno.ENOSPC, "No space left on device", "/a"), 1, "error: No space left on device: /a\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            ZeroDivisionError("division by zero"),
            70,
            "error: a fault in gallery: ZeroDivisionError: division by zero\n"
            "Please report it with the command and what it prints when --verbose is added.\n",
        ),
    ],
)
def test_every_error_is_a_line_and_an_exit_code(error: BaseException, code: int, told: str) -> None:
    done = CliRunner().invoke(raising(error), ["failing"])
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", told)


def test_traceback_is_for_those_who_ask() -> None:
    done = CliRunner().invoke(raising(ZeroDivisionError("division by zero")), ["-v", "failing"])
    assert done.exit_code == 70
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert "raise error" in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("näh 🏖 [b].jpg", "näh 🏖 [b].jpg"),
        ("a\nb\tc\x00", "a\\nb\\tc\\x00"),
        ("\x1b[31m\x9b", "\\x1b[31m\\x9b"),
        ("caf\udce9", "caf\\udce9"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("👨\u200d👩\u200d👧 3\u202fPM", "👨\u200d👩\u200d👧 3\u202fPM"),
    ],
)
def test_only_harmless_characters_are_shown_as_they_are(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(shell: str) -> None:
    done = CliRunner().invoke(cli, ["completion", shell])
    assert done.exit_code == 0
    assert f"_GALLERY_COMPLETE={shell}_complete" in done.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.stdout, text=True, check=True)


def completed(gallery: Gallery, line: str) -> list[str]:
    """What bash would offer for the last word of the line."""
    words = line.split(" ")
    environ = {
        "_GALLERY_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "GALLERY_DB": str(gallery.db),
    }
    done = CliRunner(env=environ).invoke(cli)
    assert (done.exit_code, done.stderr) == (0, "")
    return [row.split(",", 1)[1] for row in done.stdout.splitlines() if row]


def test_completion_knows_emotions_and_albums(gallery: Gallery) -> None:
    assert completed(gallery, "gallery album show ") == []
    assert not gallery.db.exists()
    fill(gallery)
    for name in ("Happy $(days)", "Happier", "Rest"):
        gallery.run("album", "create", name)
    assert completed(gallery, "gallery album show Happ") == ["Happier", "'Happy $(days)'"]
    assert completed(gallery, "gallery search --emotion ") == list(EMOTIONS)
    assert completed(gallery, "gallery search --emotion happy,s") == ["happy,sad", "happy,surprise"]
    gallery.db.write_bytes(b"no database at all" * 100)
    assert completed(gallery, "gallery album show ") == []


def test_stats_count_by_emotion_year_and_camera(gallery: Gallery) -> None:
    fill(gallery)
    figures = json.loads(gallery.run("stats", "--json").stdout)
    assert figures.pop("database_bytes") == gallery.db.stat().st_size
    assert figures == {
        "photos": 3,
        "missing": 0,
        "faces": 4,
        "emotions": {**dict.fromkeys(EMOTIONS, 0), "happy": 2, "sad": 1, "uncertain": 1},
        "years": [{"year": 2023, "photos": 1}, {"year": 2022, "photos": 1}, {"year": None, "photos": 1}],
        "cameras": [{"camera": None, "photos": 2}, {"camera": "Canon EOS", "photos": 1}],
        "models": [{"id": MODEL.id, "name": MODEL.name, "current": True, "predictions": 4}],
        "failures": 0,
    }
    lines = [line.split() for line in gallery.run("stats").stdout.splitlines()]
    for expected in (["3", "photos"], ["4", "faces"], ["2", "happy", "█" * 30], ["1", "sad", "█" * 15], ["1", "2023"]):
        assert expected in lines


def test_stats_say_that_there_are_more_cameras(gallery: Gallery) -> None:
    for number in range(12):
        for seed in range(12 - number):
            path = f"{number}/{seed}.jpg"
            gallery.add(path, seed=20 * number + seed, capture=Capture(camera=f"Camera {number:02}"))
    lines = [line.strip() for line in gallery.run("stats").stdout.splitlines()]
    assert lines[lines.index("photos camera") + 10] == "3 Camera 09"
    assert lines[lines.index("photos camera") + 11] == "3 with 2 other cameras; `gallery stats --by camera` has all"


def test_errors_are_listed_with_their_reason(gallery: Gallery) -> None:
    fill(gallery)
    assert gallery.run("errors").stdout == ""
    assert json.loads(gallery.run("errors", "--json").stdout) == []
    with Store.open(gallery.db) as store:
        changes = [Fail(stamp("/photos/a [b]\n.jpg", size=7), "damaged", transient=False)]
        store.write(changes, model=MODEL, detector=DETECTOR)

    assert gallery.run("errors").stdout == "/photos/a [b]\\n.jpg\tdamaged\n"
    (failure,) = json.loads(gallery.run("errors", "--json").stdout)
    assert failure.pop("failed_at").endswith("+00:00")
    assert failure == {"path": "/photos/a [b]\n.jpg", "reason": "damaged", "transient": False, "size": 7}
    code, seen = run_in_terminal(gallery, "errors", NO_COLOR="1")
    assert (code, seen.splitlines()[2].split()[:3]) == (0, ["a", "[b]\\n.jpg", "damaged"])


def test_sound_database_passes_the_check_and_a_damaged_one_does_not(gallery: Gallery) -> None:
    fill(gallery)
    done = gallery.run("db", "check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "The database is sound.\n")
    connection = sqlite3.connect(gallery.db)
    connection.execute("CREATE VIEW spy AS SELECT 1")
    connection.close()
    done = gallery.run("db", "check")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "view 'spy' isn't gallery's\n", "")


def test_file_that_is_no_gallery_is_refused_and_kept(gallery: Gallery) -> None:
    gallery.db.write_bytes(b"my letters" * 100)
    done = gallery.run("search")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"error: {gallery.db}: is no gallery database; nothing was changed in it\n"
    assert gallery.db.read_bytes() == b"my letters" * 100


def test_settings_file_that_is_broken_is_named(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GALLERY_MIN_SCORE", "7")
    done = gallery.run("search")
    assert (done.exit_code, done.stderr) == (2, "error: GALLERY_MIN_SCORE: min_score is 7.0; allowed: 0 to 1\n")


def test_settings_file_with_a_misspelt_key_is_named(gallery: Gallery) -> None:
    folder = Path(json.loads(gallery.run("config", "show", "--json").stdout)["file"]).parent
    folder.mkdir(parents=True)
    file = folder / "config.toml"
    for line, reason in (
        ("min_scor = 0.7", "unknown setting 'min_scor'; did you mean 'min_score'?"),
        ("min_score = 7", "min_score is 7.0; allowed: 0 to 1"),
        ("min_score = 'x'", "min_score is 'x'; it must be a number"),
    ):
        file.write_text(line)
        done = gallery.run("search")
        assert (done.exit_code, done.stderr) == (2, f"error: {file}: {reason}\n")
    assert gallery.run("config", "set", "min_face", "40").stderr == f"error: {file}: {reason}\n"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["search", "--emotion", "hapy"], "unknown emotion 'hapy'; did you mean 'happy'? Choose from angry, disgust, "),
        (["label", "x.jpg#1", "hapy"], "unknown emotion 'hapy'; did you mean 'happy'? Choose from angry, disgust, "),
        (["album", "show", "sumer"], "album 'sumer': doesn't exist; did you mean 'Summer'?\n"),
        (["search", "album:Sumer"], "album 'Sumer': doesn't exist; did you mean 'Summer'?\n"),
        (["query", "show", "smle"], "query 'smle': doesn't exist; did you mean 'Smile'?\n"),
        (["search", "query:smle"], "query 'smle': doesn't exist; did you mean 'Smile'?\n"),
    ],
)
def test_misspelt_name_gets_a_suggestion(gallery: Gallery, command: list[str], told: str) -> None:
    fill(gallery)
    gallery.run("album", "create", "Summer")
    gallery.run("query", "save", "Smile", "emotion:happy")
    done = gallery.run(*command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {told}")


@pytest.mark.parametrize(
    "command",
    [["album", "delete", "Mine"], ["query", "delete", "Mine"], ["label", "emotion:happy", "sad"], ["prune"]],
    ids=" ".join,
)
def test_question_that_nobody_answers_asks_for_yes(gallery: Gallery, command: list[str]) -> None:
    photos = fill(gallery)
    gallery.run("album", "create", "Mine")
    gallery.run("query", "save", "Mine", "emotion:happy")
    Path(photos["empty"]).unlink()
    with Store.open(gallery.db) as store:
        store.mark_missing([photos["empty"]])
    done = gallery.run(*command, stdin="")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == "error: nobody is there to answer; use --yes"
    assert gallery.run(*command, stdin="n\n").exit_code == 0
    assert gallery.run(*command, "--yes", stdin="").exit_code == 0


def test_model_that_is_none_is_refused(gallery: Gallery) -> None:
    fake = gallery.folder / "model.pt"
    fake.write_bytes(b"\x80\x04}q\x00.")
    done = gallery.run("model", "show", fake)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: {fake}: ")
    done = gallery.run("model", "show", "nowhere")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: no model 'nowhere': ")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_ends_with_130_and_one_line(gallery: Gallery) -> None:
    fill(gallery)
    gallery.run("album", "create", "Happy")
    with started(
        [sys.executable, "-m", "gallery", "--db", str(gallery.db), "album", "delete", "Happy"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        while process.stderr.read(1) not in (b"?", b""):
            pass
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate()
    assert (process.returncode, rest.splitlines()[-1]) == (130, b"interrupted")
    assert gallery.run("album", "list").stdout == "Happy\n"
