"""docs/serve.md names every address and every flag, and the schema describes what is posted."""

from __future__ import annotations

import re
from pathlib import Path

import click

from gallery.cli import cli
from gallery.store.store import Store
from gallery.web.app import ADDRESSES, PICTURES
from gallery.web.schema import BODIES
from tests.support.web import served

PAGE = (Path(__file__).parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")


def test_every_address_is_told_and_no_other() -> None:
    told = re.findall(r"^\| `([A-Z]+ /[^`?]*)", PAGE, re.MULTILINE)
    there = [f"{one.method} {one.path}" for one in ADDRESSES] + [f"GET {path}" for path, _ in PICTURES]
    capitals = [path.replace("{face}", "FACE_ID") for path in there]
    assert sorted(told) == sorted(re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), path) for path in capitals)


def test_every_flag_is_told() -> None:
    command = cli.get_command(click.Context(cli), "serve")
    assert command is not None
    flags = {option for one in command.params for option in one.opts if option.startswith("--")}
    assert flags - {"--db", "--verbose", "--quiet"} == set(re.findall(r"`(--[a-z-]+)", PAGE.partition("## ")[0]))


def test_what_is_posted_has_a_schema(store: Store) -> None:
    with served(store) as web:
        schema = web.get("/api/schema")
    assert set(schema["bodies"]) == {one.path for one in ADDRESSES if one.method == "POST"} == set(BODIES)
    label = schema["$defs"][schema["bodies"]["/api/labels"]["$ref"].rpartition("/")[2]]
    assert set(label["properties"]) == {"emotion", "faces", "photos", "query", "preview"}
    assert label["additionalProperties"] is False
