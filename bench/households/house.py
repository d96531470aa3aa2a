"""Homes, what their people want, and the truth of it, which stays in this process: the learner gets a journal file and nothing else.

After §0.2 of the learning notes. Wording: Home Assistant's sentence tests (public, human) with this home's names, and SLURP's texts.
A request's truth is what the hub itself makes of the words as they were said clearly.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import yaml

from bench.households.confusion import Confusion, Ear
from bench.households.names import AREAS, ATTRIBUTES, COLLOQUIAL, LIGHTS, NEAR, NICKNAMES, OTHERS, STATES, TITLES
from bench.households.people import People
from devices.homefile import load_home
from hub.learning.signals import value_key
from models.said import Interpretation

Read = Callable[[str], Interpretation]
MADE_AT = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Hears(Protocol):
    """A recogniser with one person's voice."""

    def hear(self, text: str, rate: float | None = None) -> str: ...


@dataclass(slots=True, kw_only=True)
class Goal:
    """What somebody wants: wordings that all mean it."""

    wordings: tuple[str, ...]
    weight: float
    want: str = ""
    """The key of what should happen; `-` for nothing."""
    kind: str = ""
    """Goals of one kind differ in the thing only."""
    clear: tuple[str, ...] = ()
    """What is said instead where the wording is this person's own."""
    person: str | None = None
    cold: bool = False
    """Nobody asks for it before the probes do."""


@dataclass(slots=True)
class House:
    """One simulated home with everything that is hidden from the learner."""

    number: int
    file: Path
    home: Any
    read: Read
    goals: list[Goal]
    ears: dict[str, Hears]
    truths: dict[str, str] = field(default_factory=dict)
    """turn id → failure class: only the benchmark sees it."""
    meant: dict[str, str] = field(default_factory=dict)
    goal_of: dict[str, int] = field(default_factory=dict)
    right_turn: dict[str, str | None] = field(default_factory=dict)


DROPPED = ("name", "area", "floor", "domain", "device_class", "preferred_area_id")


def key(meant: Interpretation) -> str:
    """What a reading would do, as a key; `-` where it does nothing."""
    if not meant.accepted or any(f.code for f in meant.frames):
        return "-"
    return frames_key([{"intent": f.intent, "targets": f.targets, "slots": f.slots} for f in meant.frames])


def frames_key(frames: Sequence[dict[str, Any]]) -> str:
    """As `key`, of frames in their journalled form."""
    return (
        ";".join(
            f"{f['intent']}|{'+'.join(sorted(f['targets']))}|"
            + ",".join(f"{k}={value_key(v)}" for k, v in sorted(f["slots"].items()) if k not in DROPPED)
            for f in frames
        )
        or "-"
    )


def make_home(number: int, rng: random.Random, people: People) -> dict[str, Any]:
    """A home file with names of its own."""
    areas = rng.sample(AREAS, rng.randint(5, 7))
    entities: list[dict[str, Any]] = []
    lights = rng.sample(LIGHTS, rng.randint(7, 11))
    if people.near_names:
        near = rng.sample(NEAR, people.near_names + 3)
        paired = [name for pair in near[: people.near_names] for name in pair] + [pair[0] for pair in near[people.near_names :]]
        lights = [*paired, *(light for light in lights[:3] if light not in paired)]
    picks = [("light", name) for name in lights] + [
        (d, n) for d, names in OTHERS.items() for n in rng.sample(names, rng.randint(1, min(2, len(names))))
    ]
    for domain, name in picks:
        slug = re.sub(r"\W+", "_", name.lower())
        area = rng.choice(areas)
        entities.append(
            {
                "id": f"{domain}.{slug}",
                "name": name,
                "area": re.sub(r"\W+", "_", area.lower()),
                "state": STATES[domain],
                "attributes": ATTRIBUTES.get(domain, {}),
            }
        )
    return {"id": f"home{number}", "areas": [{"id": re.sub(r"\W+", "_", a.lower()), "name": a} for a in areas], "entities": entities}


def literal_texts(data: Path, rng: random.Random, n: int, others: bool = False) -> list[str]:
    """Public human texts without this home's names: timers, media, alarms, questions; `others`: what no house can do."""
    texts: list[str] = []
    with (data / "ha_intents" / "tests_en.jsonl").open(encoding="utf-8") as lines:
        commands = [json.loads(line) for line in lines]
    for row in commands:
        if not {"name", "area", "floor"} & set(row["slots"]) and row["intent"].startswith(
            ("HassStartTimer", "HassMedia", "HassGetCurrent", "HassSetVolume", "HassTurn", "HassCancel")
        ):
            texts.append(row["text"])
    with (data / "slurp" / "devel.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if others != row["intent"].startswith(("iot_", "alarm_", "audio_", "play_", "weather_", "datetime_", "lists_")):
                texts.append(row["text"])
    if others:
        known = {row["text"] for row in commands}
        texts = [t for t in texts if t not in known]
    return rng.sample(texts, min(n, len(texts)))


def build(
    number: int, folder: Path, data: Path, confusion: Confusion, people: People, seed: int, reader: Callable[[Any, datetime], Any]
) -> House:
    """A home with its file, its people's ears, and what they want (more often what they want often)."""
    rng = random.Random(seed * 1009 + number)
    spec = make_home(number, rng, people)
    file = folder / f"home{number}.yaml"
    file.write_text(yaml.safe_dump(spec), encoding="utf-8")
    home = load_home(file)
    read: Read = reader(home, MADE_AT)
    goals = _goals(spec, rng, data, read, people)
    names = tuple(e["name"].lower() for e in spec["entities"]), tuple(a["name"].lower() for a in spec["areas"])
    ears: dict[str, Hears] = {
        p: Ear(confusion, random.Random(rng.random()), rate=people.wrong, names=names, valid=people.valid_errors)
        for p in ("ann", "bob", "guest")
    }
    return House(number=number, file=file, home=home, read=read, goals=goals, ears=ears)


def _goals(spec: dict[str, Any], rng: random.Random, data: Path, read: Read, people: People) -> list[Goal]:
    """Everything that is wanted in this home, with its weights."""
    goals: list[Goal] = []
    for first, more, kinds in COLLOQUIAL:
        for entity in spec["entities"]:
            if entity["id"].split(".")[0] in kinds:
                said = tuple(w.format(name=entity["name"].lower(), area="") for w in (first, *more))
                goals.append(Goal(wordings=said, weight=0.0, kind=first))
        if "area" in kinds:
            goals += [
                Goal(wordings=tuple(w.format(area=a["name"].lower(), name="") for w in (first, *more)), weight=0.0, kind=first)
                for a in spec["areas"]
            ]
    goals += [Goal(wordings=(t,), weight=0.0) for t in literal_texts(data, rng, 40)]
    kept = []
    rng.shuffle(goals)
    for goal in goals:
        goal.want = key(read(goal.wordings[0]))
        if goal.want == "-":
            continue
        goal.wordings = tuple(w for w in goal.wordings if key(read(w)) == goal.want)
        kept.append(goal)
    kept = _near_first(kept, spec, people)[:70]
    foreign = [n for n in (*LIGHTS, *(n for ns in OTHERS.values() for n in ns)) if n not in {e["name"] for e in spec["entities"]}]
    if people.lacking:
        here = {e["name"] for e in spec["entities"]}
        foreign = [b for a, b in NEAR if a in here and b not in here] * 2 + foreign[:4]
    cannot = [
        w.format(name=rng.choice(foreign).lower(), area=rng.choice(AREAS).lower()) for first, more, _ in COLLOQUIAL for w in (first, *more)
    ]
    cannot += literal_texts(data, rng, 60, others=True)
    rng.shuffle(cannot)
    kept += [Goal(wordings=(t,), weight=0.0, want="-") for t in cannot if key(read(t)) == "-"][:25]
    kept += _titles(rng, read, people) + _nicknames(spec, rng, read, people)
    rng.shuffle(kept)
    for rank, goal in enumerate(kept):
        goal.weight = (0.4 if goal.want == "-" else 1.0) / (rank + 3)
    if people.unasked:
        cold = [e["name"].lower() for e in spec["entities"] if rng.random() < 0.15]
        for goal in kept:
            goal.cold = goal.cold or any(name in goal.wordings[0] for name in cold)
    return kept


def _near_first(goals: list[Goal], spec: dict[str, Any], people: People) -> list[Goal]:
    """Where there are things with names alike, more is said about them."""
    if not people.near_names:
        return goals
    alike = {n.lower() for n in (n for pair in NEAR for n in pair) if n in {e["name"] for e in spec["entities"]}}
    about = [g for g in goals if any(n in g.wordings[0] for n in alike)]
    rest = [g for g in goals if g not in about]
    return [*about[:30], *rest]


def _titles(rng: random.Random, read: Read, people: People) -> list[Goal]:
    out = []
    for pair in rng.sample(TITLES, people.titles):
        for n, title in enumerate(rng.sample(pair, 2)):
            said = tuple(w.format(title=title) for w in ("play {title}", "put on {title}", "play {title} please"))
            want = key(read(said[0]))
            if want != "-":
                out.append(
                    Goal(
                        wordings=tuple(w for w in said if key(read(w)) == want),
                        weight=0.0,
                        want=want,
                        kind="title",
                        cold=n == 1 and rng.random() < 0.5,
                    )
                )
    return out


def _nicknames(spec: dict[str, Any], rng: random.Random, read: Read, people: People) -> list[Goal]:
    lights = [e["name"].lower() for e in spec["entities"] if e["id"].startswith("light.")]
    out = []
    for saying, clear in rng.sample(NICKNAMES, people.nicknames):
        for person, name in zip(("ann", "bob"), rng.sample(lights, 2), strict=True):
            plainly = clear.format(name=name)
            out.append(Goal(wordings=(saying,), weight=0.0, want=key(read(plainly)), kind="nickname", clear=(plainly,), person=person))
    return out
