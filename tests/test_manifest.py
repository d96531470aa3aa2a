"""What `hub setup` promises: a file is in place only if it is whole and right, and a bad download costs nothing."""

from __future__ import annotations

import errno
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from models import manifest
from models.manifest import Entry, Source, entries, fetch, locate, verified

DATA = b"weights " * 5000
SUM = hashlib.sha256(DATA).hexdigest()


def entry(*sources: Source, **more: Any) -> Entry:
    return Entry(**{"key": "toy", "path": "toy/model.bin", "sha256": SUM, "licence": "CC0", "use": "tests", "source": sources, **more})


class Ranged(SimpleHTTPRequestHandler):
    """A file server that honours `Range` and may cut a transfer short."""

    cut: int | None = None
    ranges: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        path = Path(self.directory) / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404, "Not Found")
            return
        data = path.read_bytes()
        wanted = self.headers.get("Range")
        start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        if wanted:
            Ranged.ranges.append(wanted)
        if start >= len(data):
            self.send_error(416, "Range Not Satisfiable")
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        self.wfile.write(data[start : Ranged.cut])

    def log_message(self, *args: object) -> None:
        """Keeps the test output clean."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "model.bin").write_bytes(DATA)
    Ranged.cut, Ranged.ranges = None, []
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Ranged, directory=str(tmp_path / "www")))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_address[1]}"
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_a_file_is_fetched_from_its_address_and_is_left_alone_the_second_time(server: str, root: Path, tmp_path: Path) -> None:
    toy = entry(Source(url=f"{server}/model.bin"))
    seen: list[tuple[int, int | None]] = []
    first = fetch(toy, root, scratch=tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert (first.status, (root / toy.path).read_bytes()) == ("fetched", DATA)
    assert seen[-1] == (len(DATA), len(DATA))
    assert fetch(toy, root, scratch=tmp_path).status == "here"


def test_a_truncated_download_is_reported_and_the_next_run_goes_on_where_it_stopped(server: str, root: Path, tmp_path: Path) -> None:
    toy = entry(Source(url=f"{server}/model.bin"))
    Ranged.cut = 1000
    broken = fetch(toy, root, scratch=tmp_path)
    assert broken.status == "failed"
    assert "1000 of 40000 bytes" in broken.problem
    assert not (root / toy.path).exists()
    Ranged.cut = None
    assert fetch(toy, root, scratch=tmp_path).status == "fetched"
    assert Ranged.ranges == ["bytes=1000-"]
    assert (root / toy.path).read_bytes() == DATA


def test_a_wrong_checksum_keeps_the_old_file_and_says_so(server: str, root: Path, tmp_path: Path) -> None:
    toy = entry(Source(url=f"{server}/model.bin"), sha256="0" * 64)
    (root / "toy").mkdir(parents=True)
    (root / toy.path).write_bytes(b"the old one")
    got = fetch(toy, root, scratch=tmp_path)
    assert got.status == "failed"
    assert "damaged, or another file" in got.problem
    assert "hub setup --from" in got.problem
    assert (root / toy.path).read_bytes() == b"the old one"
    assert list((root / "toy").glob("*.part")) == []


def test_the_second_source_is_asked_when_the_first_has_nothing(server: str, root: Path, tmp_path: Path) -> None:
    toy = entry(Source(url=f"{server}/nowhere.bin"), Source(url=f"{server}/model.bin"))
    got = fetch(toy, root, scratch=tmp_path)
    assert (got.status, got.source) == ("fetched", f"{server}/model.bin")


def test_no_network_is_one_plain_sentence_that_says_how_to_get_the_file_by_hand(root: Path, tmp_path: Path) -> None:
    got = fetch(entry(Source(url="http://127.0.0.1:9/model.bin")), root, scratch=tmp_path)
    assert got.status == "failed"
    assert "could not be reached" in got.problem
    assert "By hand: fetch http://127.0.0.1:9/model.bin" in got.problem


def test_a_full_disk_is_said_as_such(server: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(manifest, "_from_url", full)
    got = fetch(entry(Source(url=f"{server}/model.bin")), root, scratch=tmp_path)
    assert got.status == "failed"
    assert "the disk is full" in got.problem


def test_a_folder_that_cannot_be_made_is_said_as_such(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    got = fetch(entry(Source(url=f"{server}/model.bin")), tmp_path / "file", scratch=tmp_path)
    assert got.status == "failed"
    assert "cannot be written" in got.problem


def test_a_mirror_comes_before_the_network_and_may_hold_the_file_or_the_package(root: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    with zipfile.ZipFile(mirror / "toy_models-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("toy_models/model.bin", DATA)
    toy = entry(Source(package="toy-models==1.0", member="toy_models/model.bin"))
    assert fetch(toy, root, scratch=tmp_path / "s", mirrors=[mirror]).status == "fetched"
    (root / toy.path).unlink()
    (mirror / "toy_models-1.0-py3-none-any.whl").unlink()
    (mirror / "model.bin").write_bytes(DATA)
    assert fetch(toy, root, scratch=tmp_path / "s", mirrors=[mirror]).source == str(mirror / "model.bin")


def test_an_archive_becomes_a_folder_in_one_step(server: str, root: Path, tmp_path: Path) -> None:
    archive = tmp_path / "www" / "vosk-toy.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("vosk-toy/am/final.mdl", "x")
    right = hashlib.sha256(archive.read_bytes()).hexdigest()
    toy = entry(Source(url=f"{server}/vosk-toy.zip"), path="vosk-toy", archive="vosk-toy.zip", sha256=right)
    assert fetch(toy, root, scratch=tmp_path).status == "fetched"
    assert (root / "vosk-toy" / "am" / "final.mdl").read_text() == "x"
    assert verified(toy, root)
    assert fetch(toy, root, scratch=tmp_path).status == "here"


def test_every_listed_file_has_a_licence_a_checksum_and_an_official_address() -> None:
    for listed in entries():
        assert len(listed.sha256) == 64, listed.key
        assert listed.licence, listed.key
        assert any(s.url and s.url.startswith("https://") for s in listed.source), listed.key


def test_a_file_of_the_wrong_size_counts_as_not_installed(tmp_path: Path) -> None:
    listed = entries()[0]
    (tmp_path / listed.path).parent.mkdir(parents=True)
    (tmp_path / listed.path).write_bytes(b"half")
    assert locate(listed.key, tmp_path) is None


def test_an_unknown_key_is_a_programming_error() -> None:
    with pytest.raises(KeyError, match="no file with the key"):
        locate("nothing/like-this")
