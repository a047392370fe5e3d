"""What makes a shot the best of its burst."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gallery.curation.history import recorded
from gallery.curation.picks import clear_picks, pick_photos, reject_photos
from gallery.db import schema
from gallery.records import ScoredFace
from gallery.similar.best import RankedBurst, RankedShot, rank_bursts
from gallery.similar.bursts import find_bursts
from gallery.store.store import Store
from tests.support.make import added, box, digest, face, open_store
from tests.support.photos import draw_photo
from tests.support.real_face import BLURRED, SHARP

LOOK = 0x2AAA_AAAA_AAAA_AAAA


def shown(happy: float, left: float = 10, *, picture: bytes = SHARP) -> ScoredFace:
    """A face with this score for happy; what else it may show has the rest."""
    return face("happy", happy, where=box(left), crop=picture)


def best(folder: Path, **shots: list[ScoredFace]) -> list[RankedShot]:
    """A burst of shots, a second apart, named as their files in the folder: ranked."""
    changes = [
        added(str(folder / name), *faces, taken_at=f"2024-05-01T10:00:{second:02}")
        for second, (name, faces) in enumerate(shots.items())
    ]
    with open_store(folder, *changes) as store:
        return rank(store)


def rank(store: Store) -> list[RankedShot]:
    with store.write_connection() as connection:
        connection.execute(schema.content.update().values(look=LOOK))
    bursts = find_bursts(store)
    [burst] = rank_bursts(store, bursts)
    return list(burst.shots)


def names(shots: list[RankedShot]) -> list[str]:
    return [Path(shot.photo.path).name for shot in shots]


def test_least_happy_face_decides(tmp_path: Path) -> None:
    ranked = best(
        tmp_path,
        one_laughs=[shown(0.99), shown(0.1, 100)],
        all_smile=[shown(0.6), shown(0.7, 100)],
        all_frown=[shown(0.05), shown(0.02, 100)],
    )
    assert names(ranked) == ["all_smile", "one_laughs", "all_frown"]
    assert [shot.happy for shot in ranked] == [pytest.approx(0.6), pytest.approx(0.1), pytest.approx(0.02)]


def test_of_equally_happy_shots_the_sharper_one_wins(tmp_path: Path) -> None:
    ranked = best(tmp_path, blurred=[shown(0.9, picture=BLURRED)], sharp=[shown(0.9)])
    assert names(ranked) == ["sharp", "blurred"]
    sharp, blurred = (shot.sharpness or 0 for shot in ranked)
    assert 0 < blurred < sharp / 2
    assert ranked[0].score - ranked[1].score > 0.25


def test_sharpness_does_not_make_up_for_a_frown(tmp_path: Path) -> None:
    assert names(best(tmp_path, sharp=[shown(0.2)], smiling=[shown(0.9, picture=BLURRED)])) == ["smiling", "sharp"]


def test_of_equal_shots_the_earliest_comes_first(tmp_path: Path) -> None:
    assert names(best(tmp_path, first=[shown(0.9)], second=[shown(0.9)])) == ["first", "second"]


def test_persons_word_counts_one_or_nothing(tmp_path: Path) -> None:
    best(tmp_path, by_model=[shown(0.9)], said_happy=[shown(0.2)], said_sad=[shown(0.99)])
    with open_store(tmp_path) as store:
        with recorded(store, "labelled") as recorder:
            for name, emotion in (("said_happy", "happy"), ("said_sad", "sad")):
                where = box()
                sides = {"left": where.left, "top": where.top, "right": where.right, "bottom": where.bottom}
                row = {"hash": digest(str(tmp_path / name)), "kind": "emotion", "emotion": emotion}
                recorder.insert(schema.label, [{**row, **sides, "said_at": datetime.now(UTC)}])
        ranked = rank(store)
    assert names(ranked) == ["said_happy", "by_model", "said_sad"]
    assert [shot.happy for shot in ranked] == [1.0, pytest.approx(0.9), 0.0]


def test_shot_that_lost_a_face_counts_as_unhappy(tmp_path: Path) -> None:
    both = [shown(0.5), shown(0.6, 100)]
    ranked = best(tmp_path, turned_away=[shown(0.99)], first=both, second=both)
    assert names(ranked) == ["first", "second", "turned_away"]
    assert [(shot.lost, shot.happy) for shot in ranked][2] == (1, 0.0)


def test_one_false_face_does_not_condemn_the_other_shots(tmp_path: Path) -> None:
    false = [shown(0.9), shown(0.1, 100)]
    ranked = best(tmp_path, false_face=false, first=[shown(0.8)], second=[shown(0.7)])
    assert names(ranked) == ["first", "second", "false_face"]
    assert [shot.lost for shot in ranked] == [0, 0, 0]


def test_faces_below_the_gate_do_not_count(tmp_path: Path) -> None:
    doubtful = face("sad", 0.9, where=box(200), confidence=0.9, crop=SHARP)
    [first, _] = best(tmp_path, happy=[shown(0.9), doubtful], less=[shown(0.8)])
    assert (names([first]), first.happy) == (["happy"], pytest.approx(0.9))


def test_shot_without_faces_comes_last(tmp_path: Path) -> None:
    ranked = best(tmp_path, back_turned=[], frowning=[shown(0.01, picture=BLURRED)])
    assert names(ranked) == ["frowning", "back_turned"]
    assert (ranked[1].happy, ranked[1].eyes, ranked[1].sharpness) == (None, None, None)


def test_damaged_crop_leaves_sharpness_open(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ranked = best(tmp_path, damaged=[shown(0.5, picture=b"no picture")], whole=[shown(0.4)])
    assert [(shot.photo.path.endswith("damaged"), shot.sharpness is None) for shot in ranked] == [
        (False, False),
        (True, True),
    ]
    assert "its stored picture can't be read" in caplog.text


def test_pictures_without_any_face_are_compared_by_their_files(tmp_path: Path) -> None:
    for name, size in (("small.jpg", (60, 40)), ("sharp.jpg", (640, 480))):
        draw_photo(tmp_path / name, size=size)
    ranked = best(tmp_path, **{"gone.jpg": [], "sharp.jpg": []})
    assert names(ranked) == ["sharp.jpg", "gone.jpg"]
    assert ranked[0].problem is None
    assert "is gone" in str(ranked[1].problem)


def test_persons_word_counts_before_the_score(tmp_path: Path) -> None:
    names_of = ("happiest", "picked", "rejected", "no face, picked")
    changes = [
        added(str(tmp_path / name), *faces, taken_at=f"2024-05-01T10:00:{second:02}")
        for second, (name, faces) in enumerate(
            zip(names_of, ([shown(0.9)], [shown(0.2)], [shown(0.99)], []), strict=True)
        )
    ]
    with open_store(tmp_path, *changes) as store:
        pick_photos(store, [tmp_path / "picked", tmp_path / "no face, picked"])
        reject_photos(store, [tmp_path / "rejected"])
        ranked = rank(store)
        assert names(ranked) == ["picked", "no face, picked", "happiest", "rejected"]
        assert [shot.word for shot in ranked] == ["pick", "pick", None, "reject"]
        assert names(list(RankedBurst(tuple(ranked)).winners)) == ["picked", "no face, picked"]
        clear_picks(store, [tmp_path / name for name in names_of])
        [winner] = RankedBurst(tuple(rank(store))).winners
        assert winner.word is None
        assert names([winner]) == ["rejected"]
        reject_photos(store, [tmp_path / name for name in names_of])
        assert RankedBurst(tuple(rank(store))).winners == ()
