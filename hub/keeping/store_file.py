"""The journal's file: opened, checked, brought to today's format, set aside if damaged. Knows no rows."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

from hub.errors import StoreDamaged, StoreError

log = logging.getLogger("hub.keeping.store")

MIGRATIONS = (
    """
    CREATE TABLE turns (id TEXT PRIMARY KEY, at REAL NOT NULL, home TEXT, person TEXT, room TEXT, json BLOB NOT NULL);
    CREATE INDEX turns_at ON turns (at);
    CREATE TABLE states (
      digest BLOB PRIMARY KEY, at REAL NOT NULL, home TEXT, entity_id TEXT NOT NULL, cause TEXT, json BLOB NOT NULL
    );
    CREATE INDEX states_at ON states (at);
    CREATE INDEX states_entity ON states (entity_id, at);
    CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, turn TEXT, json BLOB NOT NULL);
    CREATE INDEX events_at ON events (at);
    CREATE TABLE knowledge (
      version INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, active INTEGER NOT NULL, note TEXT, json BLOB NOT NULL
    );
    CREATE TABLE taught (id TEXT PRIMARY KEY, at REAL NOT NULL, person TEXT, json BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE timers (id TEXT PRIMARY KEY, due REAL, json BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE kv (key TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID;
    """,
)
"""One script a version, applied in order inside one transaction each; never edited once released."""
QUICK_CHECK_BYTES = 32_000_000
"""A file up to this size is checked whole when it is opened; a bigger one where it is read."""



@dataclass(slots=True)
class OpenFile:
    """An open journal and what a person should know about how it was found."""

    db: sqlite3.Connection
    read_only: bool = False
    messages: list[str] = field(default_factory=list)


def open_journal(path: Path) -> OpenFile:
    """Opens or makes the file; a damaged one is set aside as `NAME.damaged-TIME` and a fresh one begun. StoreError otherwise."""
    try:
        return _open(path)
    except StoreDamaged as error:
        said = _set_aside(path, error)
        opened = _open(path)
        opened.messages.insert(0, said)
        return opened


def trouble(path: Path, error: sqlite3.Error) -> StoreError:
    """What a person can do about an error of the database."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    where = str(path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        mend = "Stop the hub and start it again; it sets the file aside and begins a fresh one."
        return StoreDamaged(f"the journal is damaged ({error})", where, mend)
    if code == sqlite3.SQLITE_FULL:
        return StoreError("the disk is full; the last change was not written", where, "Free some space; the hub goes on by itself.")
    if code == sqlite3.SQLITE_READONLY:
        mend = "Make file and folder writable, or name another with --db."
        return StoreError("the journal is read-only; nothing can be written", where, mend)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError("another program holds the journal", where, "Try again when it is done.")
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreError("the journal cannot be opened", where, "Name another file with --db, or make the folder writable.")
    return StoreError(f"the journal cannot be used ({error})", where, "Is the disk full or worn? `hub doctor` says more.")


def _open(path: Path) -> OpenFile:
    _make_file(path)
    try:
        db = _connect(path)
    except sqlite3.Error as error:
        raise trouble(path, error) from error
    try:
        _prepare(path, db)
    except sqlite3.Error as error:
        db.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return _open_read_only(path, error)
        raise trouble(path, error) from error
    except BaseException:
        db.close()
        raise
    return OpenFile(db)


def _connect(path: Path, query: str = "") -> sqlite3.Connection:
    target = path.absolute().as_uri() + query
    return sqlite3.connect(target, uri=True, timeout=10, isolation_level=None, check_same_thread=False)


def _prepare(path: Path, db: sqlite3.Connection) -> None:
    db.execute("PRAGMA busy_timeout = 10000")
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON").fetchall()
    if path.stat().st_size <= QUICK_CHECK_BYTES:
        verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreDamaged(f"the journal is damaged ({verdict.strip()})", str(path))
    _migrate(path, db)


def _open_read_only(path: Path, cause: sqlite3.Error) -> OpenFile:
    query = "?mode=ro" if path.with_name(path.name + "-wal").exists() else "?immutable=1"
    try:
        db = _connect(path, query)
        version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise trouble(path, error) from error
    if version != len(MIGRATIONS):
        db.close()
        raise trouble(path, cause) from cause
    return OpenFile(db, True, [f"{path}: the journal is read-only here; it can be read and nothing is written"])


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
        try:
            found = os.fstat(handle)
            if found.st_mode & 0o077 and found.st_uid == os.getuid():
                os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
    except OSError as error:
        if path.is_file() and os.access(path, os.R_OK):
            return
        what = f"the journal cannot be opened ({error.strerror})"
        raise StoreError(what, str(path), "Name another file with --db, or make the folder writable.") from error


def _migrate(path: Path, db: sqlite3.Connection) -> None:
    found = _version(db)
    if found > len(MIGRATIONS):
        what = f"the journal was written by a newer version (format {found}, this one knows {len(MIGRATIONS)})"
        raise StoreError(what, str(path), "Update the program, or name another file with --db.")
    while found < len(MIGRATIONS):
        db.execute("BEGIN IMMEDIATE")
        try:
            found = _version(db)  # another process may have come first
            if found < len(MIGRATIONS):
                for statement in MIGRATIONS[found].split(";"):
                    if statement.strip():
                        db.execute(statement)
                found += 1
                db.execute(f"PRAGMA user_version = {found}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _set_aside(path: Path, error: StoreDamaged) -> str:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}")
    try:
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    except OSError:
        raise error from None
    said = f"{path}: {error.what}. It was set aside as {aside.name} and a fresh journal begun; sqlite3's .recover may save its rows"
    log.warning("%s", said)
    return said
