"""Typed turns: one, or a batch of lines that share nothing. Knows options and files; not windows, sound or the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from devices.home import Home, OwnCommand
from devices.homefile import load_home, names_version
from hub import knowledge as learned
from hub.clock import FixedClock, SystemClock, parse_now
from hub.config import CommandSettings, Config
from hub.context import CONVERSATION
from hub.errors import HubError
from hub.keeping.store import Store
from hub.loop import new_turn, safely
from hub.running.worker import Worker
from hub.scene import REMEMBERED, Execute, Parts, Scene
from hub.turn import Opening, Turn
from hub.turn_json import past

DEMO_HOME = Path(__file__).parent.parent / "devices" / "simulated" / "home.yaml"


class AskError(HubError):
    """A question, or a line of a batch, that cannot be asked as it stands."""

    code = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A typed turn with everything that surrounds it."""

    text: str
    id: str | None = None
    home: Path | None = None
    db: Path | None = None
    room: str | None = None
    person: str | None = None
    now: datetime | None = None
    screen: bool | None = None
    history: tuple[Mapping[str, Any], ...] | None = None
    """Turn JSON, oldest first; None: the journal's last minutes, if there is a journal."""
    live: bool = False
    """Whether commands are sent."""
    alone: bool = False
    """A line of a batch: what other lines of it wrote to the journal is not its past."""


class Asker:
    """Answers questions with models that are loaded once. Close it."""

    def __init__(self, config: Config) -> None:
        from models.reading.interpret import Interpreter
        from models.reading.nlu import Nlu

        self.config = config
        nlu = _nlu(Nlu)
        self.reader = Interpreter(nlu)
        self.nlu = str(getattr(nlu, "name", "none")) if nlu is not None else "none"
        self._thinking, self._writing = Worker("thinks"), Worker("writes")
        self._stores: dict[Path, Store] = {}
        self._asked: set[str] = set()
        """Turns that this asker wrote."""

    def close(self) -> None:
        self._thinking.close()
        self._writing.close()
        for store in self._stores.values():
            store.close()

    async def ask(self, question: Question, execute: Execute | None = None, home: Home | None = None) -> Turn:
        """The turn of one question, journalled where it names a `db`."""
        clock = FixedClock(question.now) if question.now is not None else SystemClock()
        house = home if home is not None else home_of(question.home, self.config)
        store = self.store(question.db) if question.db is not None else None
        parts = Parts(
            config=self.config, clock=clock, reader=self.reader, home=lambda: house, thinking=self._thinking, writing=self._writing,
            store=store, knowledge=learned.load(store) if store is not None else learned.NOTHING, execute=execute, nlu=self.nlu,
        )
        now = clock.now()
        parts.remember(self._before(store, question, house.id, now))
        opening = Opening(kind="typed", at=now, room=question.room, person=question.person, text=question.text, live=question.live)
        turn_id = question.id if question.id and (store is None or store.turn(question.id) is None) else None
        turn = await safely(new_turn(opening, turn_id), Scene(parts, screen=question.screen))
        if store is not None:
            self._asked.add(turn.id)
        return replace(turn, id=question.id) if question.id else turn

    def _before(self, store: Store | None, question: Question, home: str | None, now: datetime) -> Sequence[Mapping[str, Any]]:
        """The turns that surround this one: the conversation that was handed in, and what the journal shows people to do as a rule."""
        told = question.history
        if store is None:
            return told or ()
        known = [t for t in store.turns(last=REMEMBERED, until=now if question.alone else None) if t.get("home") in (None, home)]
        if question.alone:
            known = [t for t in known if t.get("id") not in self._asked]
        if told is None:
            return known
        given = {t.get("id") for t in told} - {None}
        return [*(t for t in known if t.get("id") not in given and now - _at(t) > CONVERSATION), *told]

    def store(self, path: Path) -> Store:
        """The journal at `path`, opened once."""
        if path not in self._stores:
            self._stores[path] = Store(path)
        return self._stores[path]


def home_of(path: Path | None, config: Config) -> Home:
    """The home file's house (the option's, the configuration's, else the demo's) with the commands of hub.toml. HomeFileError."""
    found = load_home(path or (Path(config.hub.home).expanduser() if config.hub.home else DEMO_HOME))
    return with_commands(found, config.commands)


def with_commands(home: Home, commands: Sequence[CommandSettings]) -> Home:
    """The house with the owner's commands from hub.toml."""
    if not commands:
        return home
    own = tuple(
        OwnCommand(
            intent=c.intent, sentences=tuple(c.sentences), slots={k: tuple(v) for k, v in c.slots.items()}, topic=c.publish.get("topic"),
            payload=c.publish.get("payload"), reply=c.reply,
        )
        for c in commands
    )
    home = replace(home, commands=(*home.commands, *own))
    return replace(home, names_version=names_version(home))


def question_of(line: bytes, defaults: Question, folder: Path) -> Question:
    """One line of a batch over the command's own options; paths are relative to where the command runs. AskError says what is wrong."""
    try:
        data = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        raise AskError(f"no JSON ({error})") from None
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise AskError("a line needs at least a `text`")
    _typed(data, {"id": (str, int), "home": str, "db": str, "room": str, "person": str, "now": str, "screen": bool, "dry_run": bool})
    changed: dict[str, Any] = {"text": data["text"], "id": str(data["id"]) if data.get("id") is not None else None, "alone": True}
    for key in ("home", "db"):
        if data.get(key) is not None:
            changed[key] = folder / Path(data[key]).expanduser()
    for key in ("room", "person", "screen"):
        if data.get(key) is not None:
            changed[key] = data[key]
    if data.get("now") is not None:
        try:
            changed["now"] = parse_now(data["now"])
        except ValueError as error:
            raise AskError(str(error), "now") from None
    if data.get("history") is not None:
        changed["history"] = _history(data["history"], folder)
    if data.get("dry_run") is not None:
        changed["live"] = not data["dry_run"]
    return replace(defaults, **changed)


def read_history(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Turns of a JSONL file. AskError names the line that is no Turn."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise AskError(f"the history cannot be read ({error.strerror})", str(path), "Name a JSONL file of turns.") from None
    turns: list[Any] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                turns.append(msgspec.json.decode(line))
            except (msgspec.DecodeError, RecursionError) as error:
                raise AskError(f"no JSON ({error})", f"{path}:{number}", "Each line is one Turn.") from None
    return _checked(turns, str(path))


def _history(given: Any, folder: Path) -> tuple[Mapping[str, Any], ...]:
    if isinstance(given, str):
        return read_history(folder / Path(given).expanduser())
    if not isinstance(given, list):
        raise AskError("`history` is neither a path nor a list of turns")
    return _checked(given, "history")


def _checked(turns: list[Any], where: str) -> tuple[Mapping[str, Any], ...]:
    for number, turn in enumerate(turns, 1):
        if not isinstance(turn, dict):
            raise AskError(f"turn {number} is no object", where)
        try:
            past(turn)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            raise AskError(f"turn {number}: {error}", where) from None
    return tuple(turns)


def _at(turn: Mapping[str, Any]) -> datetime:
    return parse_now(str(turn["at"]))


def _typed(data: Mapping[str, Any], kinds: Mapping[str, Any]) -> None:
    for key, kind in kinds.items():
        value = data.get(key)
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise AskError(f"`{key}` is {value!r}")


def _nlu(kind: Any) -> Any:
    """The intent model, or None where its weights are not there: the exact reader works without."""
    try:
        return kind()
    except FileNotFoundError:
        return None
