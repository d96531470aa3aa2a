"""Homes, persons, requests and reactions with hidden truth.
The truth stays in this process: the learner gets a journal file and nothing else.

After §0.2 of the learning notes. Wording: Home Assistant's sentence tests (public, human) with this home's names, and SLURP's texts.
Errors:
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
    "Kitchen",
    "Living Room",
    "Bedroom",
    "Bathroom",
    "Office",
    "Garage",
    "Hallway",
    "Dining Room",
    "Nursery",
    "Guest Room",
    "Basement",
    "Attic",
    "Laundry Room",
    "Playroom",
)
LIGHTS = (
    "Desk Lamp",
    "Floor Lamp",
    "Ceiling Light",
    "Bedside Lamp",
    "Reading Light",
    "Counter Light",
    "Porch Light",
    "Mirror Light",
    "Wall Sconce",
    "Corner Lamp",
    "Chandelier",
    "Night Light",
    "Closet Light",
    "Pantry Light",
    "Stair Light",
    "Vanity Light",
    "Piano Lamp",
    "Spotlight",
    "Fairy Lights",
    "Table Lamp",
    "Sofa Light",
    "Aquarium Light",
)
OTHERS = {
    "fan": ("Ceiling Fan", "Tower Fan", "Box Fan"),
    "cover": ("Left Curtain", "Bedroom Blinds", "Patio Shutter", "Roof Window"),
    "media_player": ("TV", "Speaker", "Radio", "Projector"),
    "switch": ("Coffee Maker", "Dehumidifier", "Water Pump", "Printer", "Kettle", "Humidifier", "Christmas Tree"),
    "climate": ("Thermostat", "Heat Pump"),
    "lock": ("Front Door", "Back Door"),
    "vacuum": ("Rover", "Robot Vacuum"),
}
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
    "light": {"supported_color_modes": ["rgb", "color_temp"], "brightness": 120},
    "fan": {"percentage": 30},
    "cover": {"current_position": 0},
    "media_player": {"volume_level": 0.3},
    "climate": {"temperature": 20, "current_temperature": 20, "hvac_modes": ["off", "heat", "cool"], "min_temp": 7, "max_temp": 30},
}
COLLOQUIAL = (
    (
        "turn on the {name}",
        ("{name} on please", "switch the {name} on", "put the {name} on", "could you turn the {name} on"),
        ("light", "fan", "switch", "media_player"),
    ),
    (
        "turn off the {name}",
        ("{name} off", "switch off the {name}", "shut off the {name}", "turn the {name} off"),
        ("light", "fan", "switch", "media_player"),
    ),
    ("set the {name} to 40 percent", ("{name} to forty percent", "dim the {name} to 40%"), ("light",)),
    ("open the {name}", ("open {name}", "please open up the {name}"), ("cover",)),
    ("close the {name}", ("close {name}", "shut the {name}"), ("cover",)),
    (
        "turn off the lights in the {area}",
        ("turn off the {area} lights", "lights off in the {area}", "switch the {area} lights off"),
        ("area",),
    ),
    ("turn on the lights in the {area}", ("turn on the {area} lights", "lights on in the {area}"), ("area",)),
    ("is the {name} on", ("check if the {name} is on",), ("light", "switch", "fan")),
    ("lock the {name}", ("please lock the {name}",), ("lock",)),
    ("set the {name} to 21 degrees", ("put the {name} at 21 degrees",), ("climate",)),
    ("start the {name}", ("start {name}",), ("vacuum",)),
)


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
    odd: float = 0.0
    """Share of goals that a part other than the recogniser gets wrong at first: nlu, entity, result, in equal parts."""
    false_wakes: float = 0.0
    vary: bool = False
    """Other gaps, other orders, other habits of confidence in every home: what the shipped networks are trained on."""
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


class Teller:
    """Writes the turns of one home as its hub would have journalled them, and the truth beside them."""

    def __init__(self, house: House, people: People, rng: random.Random) -> None:
        self.house, self.people, self.rng = house, people, rng
        self.count = 0
        self.low = rng.uniform(-0.25, 0.05) if people.vary else 0.0
        self.spread = rng.uniform(0.05, 0.2) if people.vary else 0.1
        self.keeps = {k: not people.vary or rng.random() < 0.85 for k in ("asr", "confidence", "margin", "wake", "speech_s", "nbest")}

    def turn(self, at: datetime, person: str, said: str, heard: str, want: str, goal: int, fault: str = "") -> dict[str, Any]:
        """One turn: what the hub made of what it heard, with one part of it broken if `fault` names one."""
        rng, house = self.rng, self.house
        self.count += 1
        meant = house.read(heard)
        misheard = bool(said) and not heard.endswith(said)
        broken = fault if key(meant) == want and want != "-" and not misheard else ""
        frames = (
            [{"intent": f.intent, "slots": dict(f.slots), "targets": list(f.targets)} for f in meant.frames] if key(meant) != "-" else []
        )
        code = meant.code or "no_intent_match"
        if broken in ("nlu", "entity"):
            frames, code = self.mistaken(frames, broken)
        got = frames_key(frames)
        trouble = rng.choice(("unavailable", "unavailable", "timed_out")) if self.people.vary else "unavailable"
        result = bool(frames) and (broken == "result" or rng.random() < 0.01)
        turn_id = f"{house.home.id}-{self.count}"
        targets = list(dict.fromkeys(t for f in frames for t in f["targets"]))
        asks = bool(frames) and str(frames[0]["intent"]).startswith(("HassGet", "HassTimerStatus"))
        truth = (
            "false_wake"
            if not said
            else "result"
            if result and got == want
            else "correct"
            if got == want
            else broken or ("asr" if misheard else "nlu")
        )
        house.truths[turn_id], house.meant[turn_id] = truth, want
        house.goal_of[turn_id], house.right_turn[turn_id] = goal, None
        base = 0.93 if not misheard and said else 0.74 if said else 0.6
        confidence = meant.confidence if broken not in ("nlu", "entity") else min(meant.confidence, rng.uniform(0.45, 0.97))
        silent = result and self.people.vary and rng.random() < 0.3
        heard_as = round(min(0.99, max(0.1, rng.gauss(base + self.low, self.spread))), 3)
        decision = ("answer" if asks else "act") if frames else "ignore" if not said and rng.random() < 0.4 else "decline"
        row: dict[str, Any] = {
            "kind": "turn",
            "id": turn_id,
            "at": at.isoformat(),
            "home": house.home.id,
            "person": None if person == "guest" else person,
            "room": None,
            "heard": heard,
            "wake": {"phrase": "hey_jarvis", "score": round(min(1.0, rng.uniform(0.75, 1) if said else rng.uniform(0.45, 0.85)), 3)}
            if self.keeps["wake"]
            else None,
            "asr": {"confidence": heard_as, "nbest": self.nbest(said, heard, heard_as)} if self.keeps["asr"] else None,
            "rewrite": None,
            "intent": frames[0]["intent"] if frames else None,
            "slots": frames[0]["slots"] if frames else {},
            "confidence": round(confidence, 3) if self.keeps["confidence"] else None,
            "margin": round(min(meant.margin, confidence), 3) if self.keeps["margin"] else None,
            "frames": frames,
            "targets": targets,
            "decision": "decline" if result and not silent and rng.random() < 0.6 else decision,
            "code": (trouble if not silent else None) if result else None if frames else code,
            "actions": []
            if asks
            else [
                {
                    "service": "homeassistant.turn_on",
                    "entity_id": t,
                    "data": {},
                    "status": trouble if result and not silent else "confirmed",
                }
                for t in targets
            ],
            "reply": "Okay." if frames else "Sorry, I didn't get that.",
            "reply_audio_ms": rng.randint(600, 2500),
            "speech_s": round(len((said or heard).split()) / rng.uniform(2.2, 3.0), 2) if self.keeps["speech_s"] else None,
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
            "_want": want,
            "_got": got,
            "_ok": not result,
        }
        return row

    def nbest(self, said: str, heard: str, confidence: float) -> list[dict[str, Any]]:
        """Other hypotheses, now and then with what was said among them."""
        if not self.keeps["nbest"] or not heard:
            return []
        rows = [{"text": heard, "confidence": confidence}]
        if said and self.rng.random() < 0.5:
            other = said if self.rng.random() < 0.3 and not heard.endswith(said) else self.house.ears["ann"].hear(said, 1.0)
            rows.append({"text": other, "confidence": round(confidence * self.rng.uniform(0.2, 0.9), 3)})
        return rows

    def mistaken(self, frames: list[dict[str, Any]], fault: str) -> tuple[list[dict[str, Any]], str]:
        """The right words understood wrongly: another intent, or another thing; or given up."""
        rng = self.rng
        if rng.random() < 0.45:
            return [], "no_intent_match" if fault == "nlu" else "no_valid_targets"
        frame = dict(frames[0])
        others = [
            e
            for e in self.house.home.entities
            if frame["targets"] and e.split(".")[0] == frame["targets"][0].split(".")[0] and e not in frame["targets"]
        ]
        if fault == "entity":
            if not others:
                return [], "no_valid_targets"
            other = rng.choice(others)
            frame |= {"targets": [other], "slots": {**frame["slots"], "name": self.house.home.entities[other].name}}
        else:
            frame["intent"] = rng.choice(
                [i for i in ("HassTurnOn", "HassTurnOff", "HassGetState", "HassMediaSearchAndPlay", "HassLightSet") if i != frame["intent"]]
            )
        return [frame], ""


def frames_key(frames: Sequence[dict[str, Any]]) -> str:
    """As `key`, of frames in their journalled form."""
    drop = ("name", "area", "floor", "domain", "device_class", "preferred_area_id")
    return (
        ";".join(
            f"{f['intent']}|{'+'.join(sorted(f['targets']))}|"
            + ",".join(f"{k}={value_key(v)}" for k, v in sorted(f["slots"].items()) if k not in drop)
            for f in frames
        )
        or "-"
    )


def journal(house: House, people: People, seed: int, chatter: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Weeks of turns, oldest first; fills the house's hidden truth. `chatter`: what is said near the hub and not to it."""
    rng = random.Random(seed * 7919 + house.number)
    start = datetime(2026, 10, 5, 6, 30, tzinfo=UTC)
    teller = Teller(house, people, rng)
    traces = rng.uniform(0.25, 0.85) if people.vary else people.traces
    slow = rng.uniform(8, 38) if people.vary else 20.0
    goal_number = 0
    for day in range(people.days):
        at = start + timedelta(days=day, minutes=rng.uniform(0, 40))
        if people.drift_day is not None and day == people.drift_day:
            for person in ("ann", "bob"):
                house.ears[person] = Ear(house.ears[person].confusion, random.Random(rng.random()), rate=people.wrong)
        for _ in range(rng.randint(*people.per_day)):
            person = "guest" if rng.random() < people.guests else rng.choice(("ann", "ann", "bob"))
            goal_number += 1
            if chatter and rng.random() < people.false_wakes:
                words = rng.choice(chatter).split()
                yield teller.turn(at, "guest", "", " ".join(words[: rng.randint(1, 9)]) if rng.random() < 0.85 else "", "-", goal_number)
                at += timedelta(seconds=rng.expovariate(1 / 1500) + 20)
                continue
            for row in _tries(house, people, teller, at, person, goal_number, traces, slow):
                yield row
                at = max(at, datetime.fromisoformat(row["at"]))
            sequel = rng.random() < (0.3 if people.vary else people.sequel)
            at += timedelta(seconds=rng.uniform(5, 40) if sequel else rng.expovariate(1 / 1500) + 50)


def _tries(
    house: House, people: People, teller: Teller, at: datetime, person: str, number: int, traces: float, slow: float
) -> list[dict[str, Any]]:
    """One goal: said, and said again for as long as it goes wrong and patience lasts."""
    rng, ear = teller.rng, house.ears[person]
    goal = rng.choices(house.goals, [g.weight for g in house.goals])[0]
    want = key(house.read(goal.wordings[0]))
    said = rng.choice(goal.wordings)
    fault = rng.choice(("nlu", "entity", "result")) if rng.random() < people.odd else ""
    tries: list[dict[str, Any]] = []
    rate, prefix = people.wrong, ""
    for attempt in range(3):
        row = teller.turn(
            at, person, said, prefix + ear.hear(said, rate), want, number, fault if attempt == 0 or rng.random() < 0.4 else ""
        )
        tries.append(row)
        if row["_got"] == want and row["_ok"]:
            if rng.random() < people.false_barge:
                row["feedback"]["barge_in_ms"] = rng.randint(200, 900)
            break
        if rng.random() >= (traces if attempt == 0 else 0.75):
            break
        if row["decision"] in ("act", "answer"):
            roll = rng.random()
            if roll < 0.55:
                row["feedback"]["barge_in_ms"] = rng.randint(150, 900)
            elif roll < 0.65:
                row["feedback"]["explicit"] = "no"
            elif roll < 0.8:
                row["feedback"]["undone"] = True
        if attempt == 2 or rng.random() < 0.06:
            break
        at += timedelta(seconds=rng.uniform(3, slow))
        if people.vary and rng.random() < 0.08:
            other = rng.choice(house.goals).wordings[0]
            number_between = number + 1_000_000
            between = teller.turn(at, person, other, other, key(house.read(other)), number_between)
            tries.append(between)
            at += timedelta(seconds=rng.uniform(3, slow))
        again = rng.random()
        if again >= 0.65 or (fault in ("nlu", "entity") and again > 0.3):
            said = rng.choice(goal.wordings)
        prefix = rng.choice(LEADS)
        rate = people.wrong * 0.6
    last = tries[-1]
    if last["_got"] == want and last["_ok"] and house.goal_of[last["id"]] == number:
        for row in tries[:-1]:
            if house.goal_of[row["id"]] == number:
                house.right_turn[row["id"]] = last["id"]
    return tries


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
