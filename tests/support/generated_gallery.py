"""A server that answers the page as the gallery does, about any number of photos that don't exist: for its timeline."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

import gallery.export.page
import gallery.web
from gallery.emotions import COLOURS, EMOTIONS

STATIC = Path(gallery.web.__file__).parent / "static"
SHARED = {name: Path(gallery.export.page.__file__).parent / name for name in ("look.css", "face_labels.js")}
TYPES = {
    **{".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"},
    ".webmanifest": "application/manifest+json",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'"
)
ASPECTS = np.array([1.5, 1.333, 0.667, 0.75, 1.778, 1.0])
NEWEST = date(2026, 11, 27)


class Generated:
    """`count` photos over 20 years, the newest first, in days of all sizes; one of them has `large_day` photos."""

    def __init__(self, count: int, *, large_day: int = 0) -> None:
        dice = np.random.default_rng(7)
        days = min(count, 5000)
        shares = dice.pareto(1.5, days) + 0.02
        sizes = np.maximum(1, ((count - large_day) * shares / shares.sum()).astype(int))
        if large_day:
            sizes[days // 3] = large_day
        sizes[-1] += max(0, count - int(sizes.sum()))
        self.count = int(sizes.sum())
        self.firsts = np.concatenate([[0], np.cumsum(sizes)])
        self.shapes = dice.integers(len(ASPECTS), size=self.count)
        self.aspects = ASPECTS[self.shapes]
        self.colours = dice.integers(0x303030, 0xD0D0D0, size=self.count)
        self.large_day = int(self.firsts[days // 3])
        self.said: list[dict[str, Any]] = []
        self.thumbnails_come = threading.Event()
        self.thumbnails_come.set()
        self._lock = threading.Lock()

    def day_of(self, index: int) -> str:
        """The date of a day, counted from the newest."""
        return (NEWEST - timedelta(days=index * 7300 // len(self.firsts))).isoformat()

    @cached_property
    def timeline(self) -> dict[str, Any]:
        """`GET /api/timeline`: worked out once, as the gallery keeps its days."""
        sums = np.add.reduceat(self.aspects, self.firsts[:-1])
        days = [
            [self.day_of(index), int(self.firsts[index + 1] - self.firsts[index]), round(float(total), 4), 0]
            for index, total in enumerate(sums)
        ]
        return {"version": "1", "total": self.count, "days": days}

    def tiles(self, offset: int, limit: int) -> dict[str, Any]:
        """`GET /api/tiles`."""
        tiles = [self._tile(rank) for rank in range(offset, min(offset + limit, self.count))]
        return {"version": "1", "offset": offset, "tiles": tiles}

    def _tile(self, rank: int) -> list[Any]:
        day = self.day_of(int(np.searchsorted(self.firsts, rank, side="right")) - 1)
        emotions = [[rank % 7, 1]] if rank % 3 else []
        colour = f"{int(self.colours[rank]):06x}"
        name = f"IMG_{rank:07}.jpg"
        return [
            rank + 1,
            f"{rank:064x}",
            float(self.aspects[rank]),
            colour,
            emotions,
            len(emotions),
            f"{day}T12:00:00",
            name,
            0,
        ]

    def review(self, limit: int) -> dict[str, Any]:
        """`GET /api/review`: faces without end, those that got a word left out."""
        with self._lock:
            done = sum(len(each["faces"]) for each in self.said)
        faces = [
            {
                **{"face": number, "photo": number, "hash": f"{number:064x}", "number": 1, "name": f"IMG_{number}.jpg"},
                **{"emotion": EMOTIONS[number % 7], "score": 0.4, "taken_at": None},
            }
            for number in range(done + 1, done + limit + 1)
        ]
        return {"left": 100_000 - done, "faces": faces}

    def say(self, body: dict[str, Any]) -> dict[str, Any]:
        """`POST /api/labels`."""
        with self._lock:
            self.said.append(body)
            return {"done": f"{len(body['faces'])} said", "undo": len(self.said)}

    def state(self) -> dict[str, Any]:
        """`GET /api/state`."""
        emotions = [{"name": name, "color": COLOURS[name]} for name in EMOTIONS]
        return {"version": "1", "photos": self.count, "faces": 0, "emotions": emotions, "roots": [], "read_only": False}


def pictures() -> list[bytes]:
    """A few thumbnails, grainy as photos are."""
    dice = np.random.default_rng(3)
    made = []
    for aspect in ASPECTS:
        size = (320, round(320 / aspect)) if aspect > 1 else (round(320 * aspect), 320)
        coarse = Image.fromarray(dice.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        grain = dice.normal(0, 6, (size[1], size[0], 3))
        pixels = np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8)
        file = BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=80)
        made.append(file.getvalue())
    return made


@contextmanager
def served(generated: Generated) -> Iterator[str]:
    """The address of a server that knows these photos."""
    handler = type("Handler", (_Handler,), {"generated": generated, "pictures": pictures()})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Browsers hang up whenever they like."""


class _Handler(BaseHTTPRequestHandler):
    generated: Generated
    pictures: list[bytes]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Else 40 ms for each answer: head and body are two packets.

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/api/"):
            self._answer(self._asked(parts.path.removeprefix("/api/"), given))
        elif parts.path.startswith(("/thumbnails/", "/crops/")):
            self.generated.thumbnails_come.wait()
            shape = self.generated.shapes[int(parts.path.rpartition("/")[2], 16)]
            self._send(self.pictures[shape], "image/jpeg", "private, immutable, max-age=31536000")
        else:
            self._file(parts.path)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._answer(self.generated.say(body) if self.path == "/api/labels" else None)

    def _asked(self, name: str, given: dict[str, str]) -> Any:
        if name == "tiles":
            return self.generated.tiles(int(given["offset"]), int(given["limit"]))
        if name == "review":
            return self.generated.review(int(given["limit"]))
        known = {"timeline": lambda: self.generated.timeline, "state": self.generated.state}
        return known[name]() if name in known else None

    def _answer(self, answer: Any) -> None:
        if answer is None:
            self._send(b'{"error": "not generated"}', "application/json", status=404)
        else:
            self._send(json.dumps(answer).encode(), "application/json")

    def _file(self, path: str) -> None:
        name = path.removeprefix("/static/").lstrip("/") or "index.html"
        file = SHARED.get(name, STATIC / name)
        if not file.is_file():
            self._send(b"", "text/plain", status=404)
        else:
            self._send(file.read_bytes(), TYPES[file.suffix])

    def _send(self, body: bytes, kind: str, cache: str = "no-store", status: int = 200) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", cache)):
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
