"""`gallery serve` as people start it, and the password that lets others in."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from gallery.errors import UsageError
from gallery.records import Capture, FileStamp, NewPhoto
from gallery.store.store import AddPhoto, Store
from gallery.web import network
from gallery.web.app import make_app
from gallery.web.guard import Doors
from gallery.web.passwords import PasswordHash, keep_password, kept_password, password_file
from gallery.web.serving import Door, listen
from gallery.web.site import Site
from tests.support.cli_gallery import Gallery, fill
from tests.support.make import open_store
from tests.support.served import serving
from tests.support.web import HOST, ORIGIN

PASSWORD = "long enough"  # noqa: S105 - of a gallery that is drawn


def test_the_program_answers_and_ends_with_ctrl_c(gallery: Gallery) -> None:
    """Even while a page listens for news; and the address opens once."""
    fill(gallery)
    with serving(gallery) as served:
        assert served.get("/").status == 403
        cookie = served.open()
        assert served.get("/?" + urlsplit(served.address).query).status == 403
        assert served.get("/api/tiles", cookie).status == 200
        assert b"too long" in served.get(f"/api/tiles?query={'a' * 100_000}", cookie).read()
        assert served.get("/" + "a" * 300_000, cookie).status in (400, 403, 404, 431)
        assert served.get("/api/tiles", cookie).status == 200

        news = served.get("/api/events", cookie)
        assert news.readline() == b"event: version\n"
        assert "default-src 'none'" in str(news.getheader("content-security-policy"))
        with socket.create_connection((urlsplit(served.address).hostname, urlsplit(served.address).port)) as idle:
            idle.send(b"GET / HTTP/1.1\r\n")  # and never ends
            start = time.monotonic()
            served.process.send_signal(signal.SIGINT)
            _, errors = served.process.communicate(timeout=20)
            assert time.monotonic() - start < 2
    assert served.process.returncode == 130
    assert errors == b"interrupted\n"


def test_ctrl_c_ends_downloads_and_thumbnails_and_leaves_no_process(gallery: Gallery) -> None:
    fill(gallery)
    large = gallery.photos / "large.jpg"
    large.write_bytes(bytes(40_000_000))
    stamp = FileStamp.of(str(large), large.stat())
    photo = NewPhoto(gallery.hash(str(large)), 10, 10, "JPEG", Capture(), ())
    open_store(gallery.folder, AddPhoto(stamp, photo)).close()
    with serving(gallery) as served, ExitStack() as stack:
        cookie = served.open()
        tiles = {tile[7]: tile for tile in json.loads(served.get("/api/tiles", cookie).read())["tiles"]}
        assert served.get(f"/thumbnails/{tiles['beach.jpg'][1]}", cookie).status == 200
        parts, path = urlsplit(served.address), f"/originals/{tiles['large.jpg'][0]}"
        for _ in range(3):
            stalled = stack.enter_context(socket.create_connection((parts.hostname, parts.port)))
            stalled.send(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {cookie}\r\n\r\n".encode())
            assert stalled.recv(12) == b"HTTP/1.1 200"  # and reads no more
        start = time.monotonic()
        served.process.send_signal(signal.SIGINT)
        # Ends when the last that holds the pipe is gone.
        _, errors = served.process.communicate(timeout=20)
        assert time.monotonic() - start < 2
    assert errors == b"interrupted\n"


def test_a_second_one_on_the_same_port_says_who_has_it(gallery: Gallery) -> None:
    fill(gallery)
    with serving(gallery) as served:
        port = str(urlsplit(served.address).port)
        found = gallery.run("serve", "--no-open", "--port", port)
        assert found.exit_code == 2
        assert f"port {port} is taken by another `gallery serve`; choose another by --port" in found.stderr


def test_a_port_that_is_anothers_is_said_to_be(gallery: Gallery) -> None:
    fill(gallery)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        found = gallery.run("serve", "--no-open", "--port", str(other.getsockname()[1]))
    assert found.exit_code == 2
    assert "is taken by another program" in found.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--only", "album:Nowhere"], "album 'Nowhere': doesn't exist"),
        (["--only", ""], "--only needs a query"),
        (["--only", "emotion:hapy"], "did you mean 'happy'"),
        (["--key", "x.pem"], "--key goes with --certificate"),
        (["--certificate", "none.pem"], "is no certificate"),
        (["--host", "no.such.host.invalid"], "--host is"),
        (["--port", "70000"], "70000"),
    ],
)
def test_what_makes_no_sense_is_said_at_once(isolated: Path, gallery: Gallery, options: list[str], said: str) -> None:
    fill(gallery)
    keep_password(password_file(guests=False), PasswordHash.of(PASSWORD))
    found = gallery.run("serve", "--no-open", *options)
    assert found.exit_code == 2
    assert said in found.stderr
    assert isolated.exists()


def test_without_a_database_the_next_step_is_told(gallery: Gallery) -> None:
    found = gallery.run("serve", "--no-open")
    assert found.exit_code == 2
    assert "gallery index FOLDER" in found.stderr
    assert not gallery.db.exists()


def test_nothing_of_torch_is_loaded() -> None:
    code = (
        "import sys, gallery.web.serving, gallery.web.site\n"
        "print([name for name in ('torch', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_for_other_machines_a_password_is_asked_for_and_kept_as_a_hash(isolated: Path) -> None:
    file = password_file(guests=False)
    assert kept_password(file) is None
    keep_password(file, PasswordHash.of(PASSWORD))
    kept = kept_password(file)
    assert kept is not None
    assert kept.fits(PASSWORD)
    assert not kept.fits(PASSWORD + " ")
    assert PASSWORD not in file.read_text(encoding="utf-8")
    assert PasswordHash.of(PASSWORD).digest != kept.digest  # salted
    assert file.stat().st_mode & 0o777 == 0o600
    assert password_file(guests=True) != file
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError):
        kept_password(file)
    assert isolated.exists()


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_that_keeps_nobody_out_is_refused(password: str) -> None:
    with pytest.raises(UsageError):
        PasswordHash.of(password)


@pytest.fixture
def door(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Of a server that others can reach."""
    monkeypatch.setattr("gallery.web.login._FIRST_WAIT_SECONDS", 0.05)
    site = Site(store, store.limits)
    doors = Doors(frozenset({HOST}), token=None, password=PasswordHash.of(PASSWORD))
    with closing(site), TestClient(make_app(site, doors), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def test_others_come_in_by_the_password(door: TestClient) -> None:
    asked = door.get("/")
    assert asked.status_code == 401
    assert '<form method="post" action="/login">' in asked.text
    assert door.get("/api/state").status_code == 403
    assert door.get("/?token=None").status_code != 200

    wrong = door.post("/login", data={"password": "wrong"}, headers={"origin": ORIGIN})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    right = door.post("/login", data={"password": PASSWORD}, headers={"origin": ORIGIN})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    assert door.get("/api/state").status_code == 200


def test_guesses_wait_longer_and_longer(door: TestClient) -> None:
    took = []
    for _ in range(4):
        start = time.monotonic()
        door.post("/login", data={"password": "wrong"}, headers={"origin": ORIGIN})
        took.append(time.monotonic() - start)
    assert took[3] > 0.4


@pytest.mark.parametrize(
    "body", [b"", b"password=", b"password=" + b"x" * 20_000, b"\xff\xfe", b"&" * 5000, b"password=a&" * 9, b"other=1"]
)
def test_a_guess_that_is_none_opens_nothing(door: TestClient, body: bytes) -> None:
    assert door.post("/login", content=body, headers={"origin": ORIGIN}).status_code == 401


def test_another_page_cant_guess(door: TestClient) -> None:
    for headers in ({"origin": "https://evil.example"}, {}):
        assert door.post("/login", data={"password": PASSWORD}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("host", "port", "scheme", "called"),
    [
        ("127.0.0.1", 8365, "http", {"127.0.0.1:8365", "localhost:8365"}),
        ("::1", 8365, "http", {"[::1]:8365", "localhost:8365"}),
        ("192.168.1.5", 8365, "http", {"192.168.1.5:8365"}),
        ("192.168.1.5", 443, "https", {"192.168.1.5:443", "192.168.1.5"}),
        ("Photos.local", 80, "http", {"photos.local:80", "photos.local"}),
    ],
)
def test_the_names_that_it_may_be_called_by(host: str, port: int, scheme: str, called: set[str]) -> None:
    assert called <= network.names(host, port, scheme)
    assert "evil.example" not in network.names(host, port, scheme)
    if not network.is_loopback(host):
        assert network.names(host, port, scheme) == called


def test_at_all_addresses_it_has_the_names_of_this_machine() -> None:
    names = network.names("0.0.0.0", 8365, "http")  # noqa: S104 - nothing listens
    assert f"{socket.gethostname().lower()}:8365" in names
    assert "localhost:8365" in names
    assert all(name.endswith(":8365") for name in names)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl isn't installed, which makes a certificate")
def test_with_a_certificate_nobody_reads_along(gallery: Gallery, tmp_path: Path) -> None:
    fill(gallery)
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    made = [
        "openssl",
        "req",
        "-x509",
        *curve,
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(made, check=True, capture_output=True)
    with pytest.raises(UsageError):
        listen(Door(port=0, certificate=certificate))  # without its key
    with serving(gallery, "--certificate", str(certificate), "--key", str(key)) as served:
        parts = urlsplit(served.address)
        assert parts.scheme == "https"
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
        connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=30, context=context)
        connection.request("GET", "/?" + parts.query)
        found = connection.getresponse()
        assert found.status == 303
        assert "Secure" in str(found.getheader("set-cookie"))
