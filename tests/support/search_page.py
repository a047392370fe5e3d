"""The table in docs/search.md, made of what `gallery fields` prints. Run it to bring the page up to date:

python -m tests.support.search_page
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import wrap

from click.testing import CliRunner

from gallery.cli import cli
from gallery.emotions import EMOTIONS, SYNONYMS

PAGE = Path(__file__).parents[2] / "docs" / "search.md"
_BEGIN, _END = "a test compares -->\n", "<!-- end of what is made -->"


def with_table(text: str) -> str:
    """The page with the table as it should be."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}{_made()}{_END}{rest.partition(_END)[2]}"


def _made() -> str:
    rows = json.loads(CliRunner().invoke(cli, ["fields", "--json"]).stdout)
    lines = ["| write | to find photos of which this holds |", "|---|---|"]
    lines += [f"| `{_cell(row['example'])}` | {_prose(row['meaning'])} |" for row in rows]
    lines += ["", f"The emotions are {', '.join(f'`{emotion}`' for emotion in EMOTIONS)}."]
    others = ", ".join(f"`{word}` ({emotion})" for word, emotion in SYNONYMS.items())
    lines += wrap(f"Also understood: {others}.", 120)
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _prose(text: str) -> str:
    """Outside code marks a backslash counts only when doubled."""
    return _cell(text.replace("\\", "\\\\"))


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
