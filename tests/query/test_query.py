from __future__ import annotations

import math
import re
from datetime import datetime
from pathlib import Path

import pytest

from gallery.errors import UsageError
from gallery.query import terms
from gallery.query.fields import SORTS
from gallery.query.paths import parse_path
from gallery.query.query import Query, album_key, parse_faces
from gallery.query.times import parse_when
from tests.support.documented import documented


@pytest.mark.parametrize(("text", "result"), documented(parse_faces))
def test_faces_are_read_as_the_table_says(text: str, result: str) -> None:
    if result == "UsageError":
        with pytest.raises(UsageError, match=re.escape(text)):
            parse_faces(text)
    else:
        assert str(parse_faces(text)) == result


@pytest.mark.parametrize(("text", "result"), documented(parse_when))
def test_times_are_read_as_the_table_says(text: str, result: str) -> None:
    if result == "UsageError":
        with pytest.raises(UsageError, match=re.escape(repr(text))):
            parse_when(text)
    else:
        assert parse_when(text) == tuple(datetime.fromisoformat(part) for part in result.split(" to "))


def test_the_tables_are_not_empty() -> None:
    assert len(documented(parse_faces)) == 8
    assert len(documented(parse_when)) == 8


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59"])
def test_the_last_times_of_the_calendar_have_an_end(text: str) -> None:
    start, end = parse_when(text)
    assert start < end == datetime.max


@pytest.mark.parametrize("text", ["0000", "2023-13", "2023-00", "2023-04-31", "2023-06-01T24:00", "٢٠٢٣", "", "-1"])
def test_impossible_times_are_refused_with_their_name(text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(repr(text))) as caught:
        parse_when(text)
    assert "allowed" in str(caught.value)


def test_until_includes_the_named_unit() -> None:
    query = Query.of(since="2023", until="2023-06")
    assert query.where == terms.Between("date", datetime(2023, 1, 1), datetime(2023, 7, 1))


def test_what_people_type_becomes_a_query() -> None:
    query = Query.of(
        emotions=["Happiness", "happy", "FEAR"],
        all_emotions=("sad",),
        not_emotions=["anger"],
        min_score=0.8,
        faces="2..4",
        sort=" Oldest ",
        limit=5,
        missing=True,
        album="Summer",
    )
    conditions = (
        terms.HasEmotion(("sad",)),
        terms.HasEmotion(("happy", "fear")),
        terms.Not(terms.HasEmotion(("angry",))),
        terms.Faces(2, 4),
        terms.InAlbum("Summer"),
    )
    assert query == Query(where=terms.And(conditions), min_score=0.8, sort="oldest", limit=5, missing=True)


@pytest.mark.parametrize(
    ("typed", "value", "allowed"),
    [
        ({"emotions": ["hapy"]}, "'hapy'", "angry, disgust, fear, happy, sad, surprise, neutral"),
        ({"not_emotions": ["x"]}, "'x'", "angry, disgust, fear, happy, sad, surprise, neutral"),
        ({"min_score": 1.01}, "1.01", "0 to 1"),
        ({"min_score": -0.1}, "-0.1", "0 to 1"),
        ({"min_score": math.nan}, "nan", "0 to 1"),
        ({"faces": "4..2"}, "'4..2'", "the smaller number first"),
        ({"faces": "many"}, "'many'", "2..4"),
        ({"since": "2023-02-30"}, "'2023-02-30'", "a date of the calendar"),
        ({"until": "soon"}, "'soon'", "2023-06-01T12:30"),
        ({"since": "2024", "until": "2023"}, "'2024-01-01 00:00:00'", "before that of --until"),
        ({"sort": "best"}, "'best'", ", ".join(SORTS)),
        ({"limit": 0}, "0", "1 to 999999999"),
        ({"limit": 10**20}, "1" + "0" * 20, "1 to 999999999"),
        ({"path": " "}, "' '", "a folder"),
    ],
)
def test_nonsense_is_named_with_what_is_allowed(typed: dict[str, object], value: str, allowed: str) -> None:
    with pytest.raises(UsageError) as caught:
        Query.of(**typed)  # type: ignore[arg-type]
    assert value in str(caught.value)
    assert allowed in str(caught.value)


def test_a_query_made_by_hand_is_checked_too() -> None:
    with pytest.raises(UsageError, match="'uncertain'"):
        Query(where=terms.Not(terms.HasEmotion(("uncertain",))))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/photos/2023", "/photos/2023"),
        ("/photos/2023/", "/photos/2023"),
        ("/photos/../other", "/other"),
        ("~", "HOME"),
        ("~/beach", "HOME/beach"),
        (".", "HERE"),
        ("./sub", "HERE/sub"),
        ("../x", "PARENT/x"),
        ("there", "HERE/there"),
        ("beach", "beach"),
        ("2023/beach", "2023/beach"),
        ("IMG_0", "IMG_0"),
        ("~nobody-has-this-name", "~nobody-has-this-name"),
    ],
)
def test_places_become_absolute_and_parts_stay(
    typed: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/someone")
    meant = meant.replace("HOME", "/home/someone").replace("HERE", str(tmp_path))
    assert parse_path(typed) == meant.replace("PARENT", str(tmp_path.parent))


def test_album_names_are_told_apart_ignoring_case_and_encoding() -> None:
    assert album_key(" Caf\u00e9 ") == album_key("CAFE\u0301")
    assert album_key("Straße") == album_key("STRASSE")
    assert album_key("a") != album_key("á")


@pytest.mark.parametrize(
    ("scores", "named"),
    [({"joyful": 0.5}, "joyful"), ({"happy": 1.5}, "1.5"), ({"happy": -0.1}, "-0.1"), ({"sad": math.nan}, "nan")],
    ids=str,
)
def test_least_scores_that_make_no_sense_are_refused(scores: dict[str, float], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        Query.of(min_scores=scores)


def test_one_least_score_and_one_for_each_emotion_exclude_each_other() -> None:
    assert Query.of(min_scores={"happy": 0.4, "fear": None}).min_scores == (("happy", 0.4), ("fear", None))
    with pytest.raises(UsageError, match="exclude each other"):
        Query.of(min_score=0.5, min_scores={"happy": 0.4})
