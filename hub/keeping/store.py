"""The journal: one SQLite file (WAL, one writer at a time, mode 0600). Knows rows and times; what a row means is its reader's."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from hub.keeping.store_file import open_journal, trouble
from hub.keeping.store_rows import Row, decode, encode, iso, state_row, turn_row, where
from hub.turn import Turn
from hub.turn_json import to_json

log = logging.getLogger("hub.keeping.store")



class Store:
    """The journal in `path` (made if absent, with its folder); safe from any thread; several processes may have it open.

    Every method that writes returns after the row is on disk. StoreError where the disk is full or read-only; a damaged file is set
    aside as `NAME.damaged-TIME` with a line in `messages` and the log, and a fresh one begun.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._depth = 0
        opened = open_journal(self.path)
        self._db = opened.db
        self.read_only = opened.read_only
        self.messages = opened.messages
        """What a person should know about how the file was found."""

    # -- turns ---------------------------------------------------------------------------------------------------------

    def add_turn(self, turn: Turn | Mapping[str, Any], *, home: str | None = None, person: str | None = None) -> None:
        """Writes (or overwrites) one turn; acknowledged when this returns. `home` and `person` win over what the turn says."""
        data = to_json(turn) if isinstance(turn, Turn) else {k: v for k, v in turn.items() if k != "kind"}
        data["home"] = home if home is not None else data.get("home")
        data["person"] = person if person is not None else data.get("person")
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO turns VALUES (?,?,?,?,?,?)", turn_row(data))

    def turn(self, turn_id: str) -> Row | None:
        """One turn as Turn JSON with `home` and `person`."""
        rows = self._read("SELECT json FROM turns WHERE id = ?", (turn_id,))
        return decode(rows[0][0]) if rows else None

    def turns(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None, home: str | None = None,
        person: str | None = None, last: int | None = None,
    ) -> list[Row]:
        """Turns oldest first; `since` is inclusive, `until` not; `last` keeps only so many of the newest."""
        condition, values = where(since, until, home=home, person=person)
        tail = " ORDER BY at DESC, id DESC" + (f" LIMIT {int(last)}" if last is not None else "")
        return [decode(row[0]) for row in reversed(self._read(f"SELECT json FROM turns{condition}{tail}", values))]

    def iter_turns(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None, home: str | None = None, page: int = 2000,
    ) -> Iterator[Row]:
        """As `turns`, a page in memory at a time."""
        return self._pages("turns", "id", page, *where(since, until, home=home))

    def iter_states(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None, home: str | None = None, page: int = 2000,
    ) -> Iterator[Row]:
        """As `states`, a page in memory at a time."""
        return self._pages("states", "digest", page, *where(since, until, home=home))

    def set_feedback(self, turn_id: str, **feedback: Any) -> bool:
        """Sets keys of a stored turn's `feedback` (barge_in_ms, explicit, undone, barge_in…); False if there is no such turn."""
        with self.writing():
            data = self.turn(turn_id)
            if data is None:
                return False
            data["feedback"] = {**(data.get("feedback") or {}), **feedback}
            self.add_turn(data)
        return True

    def update_turn(self, turn_id: str, **keys: Any) -> bool:
        """Sets top-level keys of a stored turn (reply_audio_ms, timings_ms…); False if there is no such turn."""
        with self.writing():
            data = self.turn(turn_id)
            if data is None:
                return False
            self.add_turn({**data, **keys})
        return True

    # -- states and events ---------------------------------------------------------------------------------------------

    def add_state(
        self, *, at: datetime | str, entity_id: str, state: str, attributes: Mapping[str, Any] | None = None, cause: str = "device",
        home: str | None = None,
    ) -> None:
        """One change of the house; cause voice · app · device."""
        moment = at if isinstance(at, str) else at.isoformat()
        row = {"at": moment, "home": home, "entity_id": entity_id, "state": state, "attributes": dict(attributes or {}), "cause": cause}
        with self.writing() as db:
            db.execute("INSERT OR IGNORE INTO states VALUES (?,?,?,?,?,?)", state_row(row))

    def states(
        self, *, since: datetime | str | None = None, until: datetime | str | None = None, home: str | None = None,
        entity_id: str | None = None,
    ) -> list[Row]:
        """State events oldest first, as in the journal format without `kind`."""
        condition, values = where(since, until, home=home, entity_id=entity_id)
        return [decode(row[0]) for row in self._read(f"SELECT json FROM states{condition} ORDER BY at, digest", values)]

    def add_event(self, kind: str, *, at: datetime, turn: str | None = None, **data: Any) -> int:
        """A raw event beside the turns (barge_in, wake, speech, microphone…), kept so that it can be read again."""
        with self.writing() as db:
            cursor = db.execute("INSERT INTO events (at, kind, turn, json) VALUES (?,?,?,?)", (at.timestamp(), kind, turn, encode(data)))
        return int(cursor.lastrowid or 0)

    def events(self, kind: str | None = None, *, since: datetime | str | None = None, turn: str | None = None) -> list[Row]:
        """Raw events oldest first: their data with `id`, `kind`, `at` and `turn`."""
        condition, values = where(since, None, kind=kind, turn=turn)
        rows = self._read(f"SELECT id, kind, at, turn, json FROM events{condition} ORDER BY at, id", values)
        return [{"id": r[0], "kind": r[1], "at": iso(r[2]), "turn": r[3], **decode(r[4])} for r in rows]

    # -- knowledge, teachings, timers, values --------------------------------------------------------------------------

    def add_knowledge(self, data: Mapping[str, Any], *, at: datetime, note: str = "") -> int:
        """Writes a new version of everything learned and makes it the active one; returns its number (from 1)."""
        with self.writing() as db:
            db.execute("UPDATE knowledge SET active = 0 WHERE active = 1")
            cursor = db.execute("INSERT INTO knowledge (at, active, note, json) VALUES (?,1,?,?)", (at.timestamp(), note, encode(data)))
        return int(cursor.lastrowid or 0)

    def knowledge(self, version: int | None = None) -> tuple[int, Row] | None:
        """(version, data) of the active version, or of the one asked for; None where there is none."""
        rows = (
            self._read("SELECT version, json FROM knowledge WHERE active = 1 ORDER BY version DESC LIMIT 1")
            if version is None else self._read("SELECT version, json FROM knowledge WHERE version = ?", (version,))
        )
        return (int(rows[0][0]), decode(rows[0][1])) if rows else None

    def knowledge_versions(self) -> list[Row]:
        """Every version without its data, oldest first: version, at, active, note."""
        rows = self._read("SELECT version, at, active, note FROM knowledge ORDER BY version")
        return [{"version": r[0], "at": iso(r[1]), "active": bool(r[2]), "note": r[3]} for r in rows]

    def use_knowledge(self, version: int) -> bool:
        """Makes an earlier version the active one (0: nothing learned); False if there is no such version."""
        with self.writing() as db:
            if version and not db.execute("SELECT 1 FROM knowledge WHERE version = ?", (version,)).fetchone():
                return False
            db.execute("UPDATE knowledge SET active = (version = ?)", (version,))
        return True

    def drop_knowledge(self, versions: Iterable[int] | None = None) -> int:
        """Removes versions (all of them for None); returns how many."""
        with self.writing() as db:
            if versions is None:
                return db.execute("DELETE FROM knowledge").rowcount
            return sum(db.execute("DELETE FROM knowledge WHERE version = ?", (v,)).rowcount for v in versions)

    def put_taught(self, taught_id: str, data: Mapping[str, Any], *, at: datetime, person: str | None = None) -> None:
        """Writes (or overwrites) what somebody taught."""
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO taught VALUES (?,?,?,?)", (taught_id, at.timestamp(), person, encode(data)))

    def taught(self, *, since: datetime | str | None = None, person: str | None = None) -> list[Row]:
        """Teachings oldest first: their data with `id`, `at`, `person`."""
        condition, values = where(since, None, person=person)
        rows = self._read(f"SELECT id, at, person, json FROM taught{condition} ORDER BY at, id", values)
        return [{**decode(r[3]), "id": r[0], "at": iso(r[1]), "person": r[2]} for r in rows]

    def remove_taught(self, taught_id: str) -> bool:
        with self.writing() as db:
            return db.execute("DELETE FROM taught WHERE id = ?", (taught_id,)).rowcount > 0

    def put_timer(self, timer_id: str, data: Mapping[str, Any], *, due: datetime | None) -> None:
        """Writes (or overwrites) a timer, alarm or reminder."""
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO timers VALUES (?,?,?)", (timer_id, due.timestamp() if due else None, encode(data)))

    def timers(self) -> list[Row]:
        """Everything that runs, soonest first: the data with `id`."""
        return [{**decode(r[1]), "id": r[0]} for r in self._read("SELECT id, json FROM timers ORDER BY due IS NULL, due, id")]

    def remove_timer(self, timer_id: str) -> bool:
        with self.writing() as db:
            return db.execute("DELETE FROM timers WHERE id = ?", (timer_id,)).rowcount > 0

    def get(self, key: str, default: Any = None) -> Any:
        """A small value kept under `key`."""
        rows = self._read("SELECT json FROM kv WHERE key = ?", (key,))
        return msgspec.json.decode(rows[0][0]) if rows else default

    def put(self, key: str, value: Any) -> None:
        with self.writing() as db:
            db.execute("INSERT OR REPLACE INTO kv VALUES (?,?)", (key, encode(value)))

    def remove(self, key: str) -> bool:
        with self.writing() as db:
            return db.execute("DELETE FROM kv WHERE key = ?", (key,)).rowcount > 0

    # -- forgetting ----------------------------------------------------------------------------------------------------

    def erase(
        self, *, turns: Iterable[str] = (), since: datetime | str | None = None, person: str | None = None, everything: bool = False,
    ) -> dict[str, int]:
        """Deletes for good (overwritten on disk): the turns named, or all that happened since, or all of a person, or everything.

        What hangs on a turn goes with it (events, teachings whose `turn` it is). Returns rows deleted by table. What was learned from
        them is the caller's to work out again.
        """
        gone: dict[str, int] = {}
        with self.writing() as db:
            ids = list(turns)
            if everything:
                for table in ("turns", "states", "events", "knowledge", "taught", "timers", "kv"):
                    gone[table] = db.execute(f"DELETE FROM {table}").rowcount
            elif since is not None or person is not None:
                condition, values = where(since, None, person=person)
                ids += [r[0] for r in db.execute(f"SELECT id FROM turns{condition}", values)]
                gone["taught"] = db.execute(f"DELETE FROM taught{condition}", values).rowcount
                if person is None:
                    gone["states"] = db.execute(f"DELETE FROM states{condition}", values).rowcount
                    gone["events"] = db.execute(f"DELETE FROM events{condition}", values).rowcount
            for turn_id in dict.fromkeys(ids):
                gone["turns"] = gone.get("turns", 0) + db.execute("DELETE FROM turns WHERE id = ?", (turn_id,)).rowcount
                gone["events"] = gone.get("events", 0) + db.execute("DELETE FROM events WHERE turn = ?", (turn_id,)).rowcount
                gone["taught"] = gone.get("taught", 0) + db.execute("DELETE FROM taught WHERE json ->> '$.turn' = ?", (turn_id,)).rowcount
        self.compact()
        return gone

    def retain(self, now: datetime, *, turns_days: float, states_days: float) -> int:
        """Deletes what is older than the owner wants to keep; 0 days keeps all. Returns how many rows went."""
        gone = 0
        with self.writing() as db:
            for table, days in (("turns", turns_days), ("events", turns_days), ("states", states_days)):
                if days > 0:
                    gone += db.execute(f"DELETE FROM {table} WHERE at < ?", ((now - timedelta(days=days)).timestamp(),)).rowcount
        if gone:
            self.compact()
        return gone

    def compact(self) -> None:
        """Rewrites the file without what was deleted and empties the write-ahead log, so that no deleted text stays on disk."""
        with self._lock:
            try:
                self._db.execute("VACUUM")
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise trouble(self.path, error) from error
                log.warning("%s: another program reads the journal; deleted rows leave the file when it is next compacted", self.path)

    # -- the file ------------------------------------------------------------------------------------------------------

    @property
    def speech(self) -> Path:
        """The folder beside the journal with the sounds of replies, which say again what people said."""
        return self.path.parent / "speech"

    def drop_speech(self) -> None:
        """Deletes the sounds of replies; they are made anew when they are wanted."""
        for sound in self.speech.glob("*.s16"):
            sound.unlink(missing_ok=True)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; inner ones join the outer. Raises StoreError with what to do."""
        with self._lock:
            if self._depth:
                yield self._db
                return
            self._depth = 1
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise trouble(self.path, error) from error
                raise
            finally:
                self._depth = 0

    def _pages(self, table: str, key: str, page: int, condition: str, values: list[Any]) -> Iterator[Row]:
        mark: tuple[Any, Any] = (float("-inf"), b"" if key == "digest" else "")
        joint = " AND " if condition else " WHERE "
        sql = f"SELECT at, {key}, json FROM {table}{condition}{joint}(at, {key}) > (?, ?) ORDER BY at, {key} LIMIT {page}"
        while rows := self._read(sql, (*values, *mark)):
            yield from (decode(row[2]) for row in rows)
            mark = (rows[-1][0], rows[-1][1])

    def _read(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(sql, tuple(values)).fetchall()
            except sqlite3.Error as error:
                raise trouble(self.path, error) from error
