"""What TAB makes of a line, in the shells themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gallery.cli.shell_words import words_typed
from tests.support.cli_gallery import Gallery
from tests.support.documented import documented
from tests.support.programs import started

START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
KEYS = {
    "bash": """bind -x '"\\C-t": printf "%%s|\\n" "$READLINE_LINE" >> %s'; bind '"\\C-u": unix-line-discard'""",
    "zsh": """autoload -U compinit; compinit -u -D; tell() { print -r -- "$BUFFER|" >> %s }; zle -N tell; """
    """bindkey '^T' tell; bindkey '^U' kill-whole-line""",
    "fish": """bind \\ct 'printf "%%s|\\n" (commandline -b) >> %s'; bind \\cu backward-kill-line""",
}
"""Ctrl-T writes the line that is being typed into a file, when all keys before it have been dealt with."""


@pytest.mark.parametrize(("given", "result"), documented(words_typed))
def test_line_is_read_as_shells_read_it(given: str, result: str) -> None:
    last = words_typed(given, ":")[-1]
    assert f"{last.text} {last.kept} {last.open}".rstrip() == result


def completed(gallery: Gallery, shell: str, lines: Sequence[str]) -> list[str]:
    """What becomes of each line when TAB is pressed at its end."""
    import pty

    out, script, ready = (gallery.folder / name for name in ("lines", "script", "ready"))
    out.touch()
    script.write_text(gallery.run("completion", shell).stdout)
    program = gallery.folder / "bin" / "gallery"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m gallery "$@"\n')
    program.chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "GALLERY_DB": str(gallery.db),
        "TERM": "dumb",
        "HOME": str(gallery.folder),
    }
    ours, theirs = pty.openpty()
    screen = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "preexec_fn": take_terminal}
    with started(START[shell], cwd=gallery.photos, env=environ, **screen) as process:
        os.close(theirs)
        threading.Thread(target=lambda: list(until_closed(ours)), daemon=True).start()
        wait_for_keys(ours, process)
        os.write(ours, f"{KEYS[shell] % out}; source {script}; touch {ready}\n".encode())
        while not ready.exists() and process.poll() is None:
            time.sleep(0.02)
        wait_for_keys(ours, process)
        for count, line in enumerate(lines, 1):
            os.write(ours, f"{line}\t\x14\x15".encode())
            while out.read_text().count("|\n") < count and process.poll() is None:
                time.sleep(0.02)
        process.kill()
    return [line.removesuffix("|") for line in out.read_text().splitlines()]


def wait_for_keys(terminal: int, process: subprocess.Popen[bytes]) -> None:
    """Until the shell reads each key itself: before, the terminal would take some of them for its own."""
    import termios

    while termios.tcgetattr(terminal)[3] & termios.ICANON and process.poll() is None:
        time.sleep(0.02)


def take_terminal() -> None:
    """Makes it that of the shell, which fish asks for."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def until_closed(terminal: int) -> Iterator[bytes]:
    """What the shell prints, which must be read or it would wait."""
    while True:
        try:
            yield os.read(terminal, 65536)
        except OSError:
            return


LINES = {
    "gallery search 'emotion:happy em": "gallery search 'emotion:happy emotion:",
    'gallery search "emotion:happy emotion:sa': 'gallery search "emotion:happy emotion:sad" ',
    "gallery search 'nothing like this zz": "gallery search 'nothing like this zz",
    "gallery search emotion:ha": "gallery search emotion:happy ",
    "gallery search --emotion=happy,sa": "gallery search --emotion=happy,sad ",
    "gallery show bea": "gallery show beach.jpg ",
    "gallery why 'summer d": "gallery why 'summer day.jpg' ",
    "gallery label bel": "gallery label below/",
    "gallery album add Happier summer": "gallery album add Happier summer\\ day.jpg ",
}
OWN_WAYS = {("bash", "gallery album add Happier summer"): "gallery album add Happier 'summer day.jpg' "}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("shell", START)
def test_tab_completes_or_leaves_alone(gallery: Gallery, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} isn't installed")
    for name in ("beach.jpg", "summer day.jpg", "below/one.jpg"):
        gallery.add(name)
    (gallery.photos / "notes.txt").touch()
    gallery.run("album", "create", "Happier")
    expected = {line: OWN_WAYS.get((shell, line), result) for line, result in LINES.items()}
    assert dict(zip(LINES, completed(gallery, shell, list(LINES)), strict=True)) == expected
