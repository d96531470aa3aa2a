"""Homes, persons, requests and reactions with hidden truth. The truth stays in this process: the learner gets a journal file and nothing else.

After §0.2 of the learning notes. Wording: Home Assistant's sentence tests (public, human) with this home's names, and SLURP's texts. Errors:
`confusion.py`, fitted on SLURP's real recogniser outputs. A request's truth is what the hub itself makes of the words as they were said.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bench.households.confusion import Confusion, Ear
from hub.learning.signals import value_key
from models.said import Interpretation

AREAS = (
    "Kitchen", "Living Room", "Bedroom", "Bathroom", "Office", "Garage", "Hallway", "Dining Room", "Nursery", "Guest Room", "Basement", "Attic", "Laundry Room", "Playroom",
)  # fmt: skip
LIGHTS = (
    "Desk Lamp", "Floor Lamp", "Ceiling Light", "Bedside Lamp", "Reading Light", "Counter Light", "Porch Light", "Mirror Light", "Wall Sconce", "Corner Lamp", "Chandelier",
    "Night Light", "Closet Light", "Pantry Light", "Stair Light", "Vanity Light", "Piano Lamp", "Spotlight", "Fairy Lights", "Table Lamp", "Sofa Light", "Aquarium Light",
)  # fmt: skip
OTHERS = {
    "fan": ("Ceiling Fan", "Tower Fan", "Box Fan"), "cover": ("Left Curtain", "Bedroom Blinds", "Patio Shutter", "Roof Window"),
    "media_player": ("TV", "Speaker", "Radio", "Projector"), "switch": ("Coffee Maker", "Dehumidifier", "Water Pump", "Printer", "Kettle", "Humidifier", "Christmas Tree"),
    "climate": ("Thermostat", "Heat Pump"), "lock": ("Front Door", "Back Door"), "vacuum": ("Rover", "Robot Vacuum"),
}  # fmt: skip
STATES = {
    "light": "off",
    "fan": "off",
    "cover": "closed",
    "media_player": "idle",
    "switch": "off",
    "climate": "heat",
    "lock": "locked",
    "vacuum": "docked",
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "light": {"supported_color_modes": ["rgb", "color_temp"], "brightness": 120}, "fan": {"percentage": 30}, "cover": {"current_position": 0},
    "media_player": {"volume_level": 0.3}, "climate": {"temperature": 20, "current_temperature": 20, "hvac_modes": ["off", "heat", "cool"], "min_temp": 7, "max_temp": 30},
}  # fmt: skip
COLLOQUIAL = (
    ("turn on the {name}", ("{name} on please", "switch the {name} on", "put the {name} on", "could you turn the {name} on"), ("light", "fan", "switch", "media_player")),
    ("turn off the {name}", ("{name} off", "switch off the {name}", "shut off the {name}", "turn the {name} off"), ("light", "fan", "switch", "media_player")),
    ("set the {name} to 40 percent", ("{name} to forty percent", "dim the {name} to 40%"), ("light",)),
    ("open the {name}", ("open {name}", "please open up the {name}"), ("cover",)), ("close the {name}", ("close {name}", "shut the {name}"), ("cover",)),
    ("turn off the lights in the {area}", ("turn off the {area} lights", "lights off in the {area}", "switch the {area} lights off"), ("area",)),
    ("turn on the lights in the {area}", ("turn on the {area} lights", "lights on in the {area}"), ("area",)),
    ("is the {name} on", ("check if the {name} is on",), ("light", "switch", "fan")), ("lock the {name}", ("please lock the {name}",), ("lock",)),
    ("set the {name} to 21 degrees", ("put the {name} at 21 degrees",), ("climate",)), ("start the {name}", ("start {name}",), ("vacuum",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How persons behave; the defaults are the pessimistic row."""

    wrong: float = 0.28
    """Share of requests that are misheard."""
    traces: float = 0.4
    """Share of defects after which anything is done about it."""
    false_barge: float = 0.05
    per_day: tuple[int, int] = (20, 40)
    days: int = 28
    guests: float = 0.05
    sequel: float = 0.08
    drift_day: int | None = None
    """From this day on another voice speaks."""


@dataclass(slots=True, kw_only=True)
class Goal:
    """What somebody wants: wordings that all mean it."""

    wordings: tuple[str, ...]
    weight: float


@dataclass(slots=True, kw_only=True)
class Said:
    """One request of the probe set, with its truth."""

    goal: Goal
    text: str
    heard: str
    truth: str
    person: str
    seen: bool = False


@dataclass(slots=True)
class House:
    """One simulated home with everything that is hidden from the learner."""

    number: int
    file: Path
    home: Any
    read: Callable[[str], Interpretation]
    goals: list[Goal]
    ears: dict[str, Ear]
    truths: dict[str, str] = field(default_factory=dict)
    """turn id → failure class: only the benchmark sees it."""
    meant: dict[str, str] = field(default_factory=dict)
    goal_of: dict[str, int] = field(default_factory=dict)
    right_turn: dict[str, str | None] = field(default_factory=dict)


def key(meant: Interpretation) -> str:
    """What a reading would do, as a key; `-` where it does nothing."""
    if not meant.accepted or any(f.code for f in meant.frames):
        return "-"
    drop = ("name", "area", "floor", "domain", "device_class", "preferred_area_id")
    return ";".join(
        f"{f.intent}|{'+'.join(sorted(f.targets))}|" + ",".join(f"{k}={value_key(v)}" for k, v in sorted(f.slots.items()) if k not in drop)
        for f in meant.frames
    )


def make_home(number: int, rng: random.Random) -> dict[str, Any]:
    """A home file with names of its own."""
    areas = rng.sample(AREAS, rng.randint(5, 7))
    entities: list[dict[str, Any]] = []
    lights = rng.sample(LIGHTS, rng.randint(7, 11))
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
        for line in lines:
            row = json.loads(line)
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
        texts = [t for t in texts if t not in set(_commands(data))]
    return rng.sample(texts, min(n, len(texts)))


def _commands(data: Path) -> list[str]:
    with (data / "ha_intents" / "tests_en.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def build(
    number: int, folder: Path, data: Path, confusion: Confusion, people: People, seed: int, reader: Callable[[Any, datetime], Any]
) -> House:
    """A home with its file, its people's ears, and what they want (more often what they want often)."""
    from devices.homefile import load_home

    rng = random.Random(seed * 1009 + number)
    spec = make_home(number, rng)
    file = folder / f"home{number}.yaml"
    file.write_text(yaml.safe_dump(spec), encoding="utf-8")
    home = load_home(file)
    read = reader(home, datetime(2026, 11, 2, 12, tzinfo=UTC))
    goals: list[Goal] = []
    for first, more, kinds in COLLOQUIAL:
        for entity in spec["entities"]:
            if entity["id"].split(".")[0] in kinds:
                goals.append(Goal(wordings=tuple(w.format(name=entity["name"].lower(), area="") for w in (first, *more)), weight=0.0))
        if "area" in kinds:
            goals += [
                Goal(wordings=tuple(w.format(area=a["name"].lower(), name="") for w in (first, *more)), weight=0.0) for a in spec["areas"]
            ]
    goals += [Goal(wordings=(t,), weight=0.0) for t in literal_texts(data, rng, 40)]
    kept = []
    rng.shuffle(goals)
    for goal in goals:
        truth = key(read(goal.wordings[0]))
        if truth == "-":
            continue
        goal.wordings = tuple(w for w in goal.wordings if key(read(w)) == truth)
        kept.append(goal)
    kept = kept[:70]
    foreign = [n for n in (*LIGHTS, *(n for ns in OTHERS.values() for n in ns)) if n not in {e["name"] for e in spec["entities"]}]
    cannot = [
        w.format(name=rng.choice(foreign).lower(), area=rng.choice(AREAS).lower()) for first, more, _ in COLLOQUIAL for w in (first, *more)
    ]
    cannot += literal_texts(data, rng, 60, others=True)
    rng.shuffle(cannot)
    kept += [Goal(wordings=(t,), weight=0.0) for t in cannot if key(read(t)) == "-"][:25]
    rng.shuffle(kept)
    for rank, goal in enumerate(kept):
        goal.weight = (0.4 if key(read(goal.wordings[0])) == "-" else 1.0) / (rank + 3)
    ears = {p: Ear(confusion, random.Random(rng.random()), rate=people.wrong) for p in ("ann", "bob", "guest")}
    return House(number=number, file=file, home=home, read=read, goals=kept, ears=ears)


LEADS = ("no i said ", "no, ", "i said ", "no i meant ", "", "", "", "")


def journal(house: House, people: People, seed: int) -> Iterator[dict[str, Any]]:
    """Four weeks of turns as the hub would have journalled them, oldest first; fills the house's hidden truth."""
    rng = random.Random(seed * 7919 + house.number)
    start = datetime(2026, 10, 5, 6, 30, tzinfo=UTC)
    count = 0
    goal_number = 0

    def turn(at: datetime, person: str, said: str, heard: str, want: str, goal: int) -> dict[str, Any]:
        nonlocal count
        count += 1
        meant = house.read(heard)
        got = key(meant)
        frames = [{"intent": f.intent, "slots": dict(f.slots), "targets": list(f.targets)} for f in meant.frames] if got != "-" else []
        turn_id = f"{house.home.id}-{count}"
        targets = list(dict.fromkeys(t for f in frames for t in f["targets"]))
        result = rng.random() < 0.02 and got != "-"
        asks = bool(frames) and str(frames[0]["intent"]).startswith(("HassGet", "HassTimerStatus"))
        base = 0.9 if heard == said else 0.72
        house.truths[turn_id] = "result" if result and got == want else "correct" if got == want else "asr" if heard != said else "nlu"
        house.meant[turn_id] = want
        house.goal_of[turn_id] = goal
        house.right_turn[turn_id] = None
        return {
            "kind": "turn",
            "id": turn_id,
            "at": at.isoformat(),
            "home": house.home.id,
            "person": None if person == "guest" else person,
            "room": None,
            "heard": heard,
            "wake": {"phrase": "hey_jarvis", "score": round(rng.uniform(0.8, 1), 3)},
            "asr": {"confidence": round(min(0.99, max(0.2, rng.gauss(base, 0.1))), 3), "nbest": []},
            "rewrite": None,
            "intent": frames[0]["intent"] if frames else None,
            "slots": frames[0]["slots"] if frames else {},
            "confidence": round(meant.confidence, 3),
            "margin": round(meant.margin, 3),
            "frames": frames,
            "targets": targets,
            "decision": ("answer" if asks else "act") if frames else "decline",
            "code": "unavailable" if result else None if frames else (meant.code or "no_intent_match"),
            "actions": []
            if asks
            else [
                {"service": "homeassistant.turn_on", "entity_id": t, "data": {}, "status": "unavailable" if result else "confirmed"}
                for t in targets
            ],
            "reply": "Okay." if frames else "Sorry, I didn't get that.",
            "reply_audio_ms": 900,
            "speech_s": round(len(said.split()) / 2.6, 2),
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
            "_want": want,
            "_got": got,
        }

    for day in range(people.days):
        at = start + timedelta(days=day, minutes=rng.uniform(0, 40))
        if people.drift_day is not None and day == people.drift_day:
            for person in ("ann", "bob"):
                house.ears[person] = Ear(house.ears[person].confusion, random.Random(rng.random()), rate=people.wrong)
        for _ in range(rng.randint(*people.per_day)):
            person = "guest" if rng.random() < people.guests else rng.choice(("ann", "ann", "bob"))
            ear = house.ears[person]
            goal = rng.choices(house.goals, [g.weight for g in house.goals])[0]
            want = key(house.read(goal.wordings[0]))
            goal_number += 1
            said = rng.choice(goal.wordings)
            tries: list[dict[str, Any]] = []
            rate = people.wrong
            prefix = ""
            for attempt in range(3):
                heard = ear.hear(said, rate)
                row = turn(at, person, said, prefix + heard, want, goal_number)
                right = row["_got"] == want and row["code"] != "unavailable"
                tries.append(row)
                if right:
                    if rng.random() < people.false_barge:
                        row["feedback"]["barge_in_ms"] = rng.randint(200, 900)
                    break
                if rng.random() >= (people.traces if attempt == 0 else 0.75):
                    break
                if row["decision"] != "decline":
                    roll = rng.random()
                    if roll < 0.55:
                        row["feedback"]["barge_in_ms"] = rng.randint(150, 900)
                    elif roll < 0.65:
                        row["feedback"]["explicit"] = "no"
                    elif roll < 0.8:
                        row["feedback"]["undone"] = True
                if attempt == 2:
                    break
                at += timedelta(seconds=rng.uniform(4, 20))
                said = said if rng.random() < 0.65 else rng.choice(goal.wordings)
                prefix = rng.choice(LEADS)
                rate = people.wrong * 0.6
            last = tries[-1]
            if last["_got"] == want and last["code"] != "unavailable":
                for row in tries[:-1]:
                    house.right_turn[row["id"]] = last["id"]
            yield from tries
            at += timedelta(seconds=rng.uniform(6, 40) if rng.random() < people.sequel else rng.expovariate(1 / 1500) + 50)


def probes(house: House, people: People, n: int, seed: int, seen: Sequence[str]) -> list[Said]:
    """Fresh requests of the same people, with their truth."""
    rng = random.Random(seed * 104729 + house.number)
    known = frozenset(seen)
    out = []
    for _ in range(n):
        person = rng.choice(("ann", "ann", "bob"))
        goal = rng.choices(house.goals, [g.weight for g in house.goals])[0]
        said = rng.choice(goal.wordings)
        heard = house.ears[person].hear(said, people.wrong)
        out.append(Said(goal=goal, text=said, heard=heard, truth=key(house.read(goal.wordings[0])), person=person, seen=heard in known))
    return out
