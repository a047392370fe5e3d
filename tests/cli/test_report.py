"""`gallery report`."""

from __future__ import annotations

import json

from tests.support.cli_gallery import Gallery, correct, fill
from tests.support.terminal import run_in_terminal


def test_pipe_gets_a_line_per_figure(gallery: Gallery) -> None:
    correct(gallery)
    done = gallery.run("report")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "model\tfirst\t2\t1\t2\t1",
        "emotion\thappy\t1\t1\t\t0",
        "emotion\tsad\t1\t0\thappy\t1",
        "shown\tangry\t0\t0",
        "shown\tdisgust\t0\t0",
        "shown\tfear\t0\t0",
        "shown\thappy\t2\t1",
        "shown\tsad\t1\t1",
        "shown\tsurprise\t0\t0",
        "shown\tneutral\t0\t0",
        "shown\tuncertain\t0\t0",
        "search\t2\t1\t2",
        "rejected\t1\t3",
        "waiting\t0\t0",
    ]


def test_terminal_says_how_little_the_figures_mean(gallery: Gallery) -> None:
    correct(gallery)
    code, seen = run_in_terminal(gallery, "report", TERM="dumb", NO_COLOR="1")
    assert code == 0
    assert (
        seen
        == """You said what 2 faces show.
These are mostly the doubtful ones: the shares say how a model does there, not on all photos.
With fewer than 30 faces the figures mean little.
first, in use: 1 of 2 faces right (50%); sure of 2, 1 of them right

    said    right  emotion
       1        1  happy
       1        0  sad         mostly happy instead (1)

  before    after  shown as, without your words and with them
       2        1  happy
       1        1  sad
       1        2  right, of 2 faces

1 of 3 detections you spoke of rejected as no face (33%)
"""
    )


def test_json_of_a_query(gallery: Gallery) -> None:
    correct(gallery)
    done = gallery.run("report", "--path", "beach", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    shown = found["search"].pop("shown")
    assert {"emotion": "happy", "before": 1, "after": 1} in shown
    assert len(shown) == 8
    model = {"id": "a" * 64, "name": "first", "is_current": True, "judged": 1, "right": 1, "sure": 1, "sure_right": 1}
    assert found == {
        "judged": 1,
        "rejected": 0,
        "rejected_share": 0.0,
        "models": [{**model, "share": 1.0}],
        "emotions": [{"emotion": "happy", "said": 1, "right": 1, "instead": None, "instead_faces": 0}],
        "search": {"faces": 1, "right_before": 1, "right_after": 1},
        "waiting": {"no_face": 0, "no_photo": 0},
    }


def test_nothing_said_yet_points_to_review(gallery: Gallery) -> None:
    fill(gallery)
    hint = "you haven't said what any of these faces shows; `gallery review` asks you about the doubtful ones\n"
    assert run_in_terminal(gallery, "report") == (0, hint)
    done = gallery.run("report")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
