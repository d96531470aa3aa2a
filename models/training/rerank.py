"""Learns models/weights/rerank.json: which of several readings was meant, from invented homes and situations.

Each example draws a home, a wish, and the traces that the wish leaves in the context, by the rates of EVIDENCE; rivals get the same
things at the rates of chance. The ranker is a softmax over the readings of one example with the reader's score as offset, fitted by
gradient descent with L2 (list-wise logistic loss; Cao et al., ICML 2007, top-one probability). numpy only; about 20 s.

    python -m models.training.rerank [--examples 12000] [--seed 1]

The rates are assumptions, not measurements; bench/context.py measures what comes of them. No sentence of tests/sentences is used.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from devices.home import Area, Entity, Home, State
from models.said import Context, Frame, Habit, Past
from models.situation.features import SIGNALS, features
from models.situation.rerank import _logit

OUT = Path(__file__).parent.parent / "weights" / "rerank.json"
EVIDENCE: Mapping[str, tuple[float, float]] = {
    "in the room": (0.85, 0.35),
    "state fits": (0.94, 0.35),
    "acted on before, if anything was": (0.85, 0.0),
    "something was done before": (0.4, 0.4),
    "a habit, if there is one": (0.88, 0.0),
    "there is a habit": (0.3, 0.3),
    "alarm just stopped": (0.45, 0.04),
    "coffee in the morning": (0.85, 0.3),
    "tea in the afternoon": (0.75, 0.4),
    "screen for films": (0.96, 0.06),
    "own thing": (0.9, 0.2),
    "available": (0.98, 0.9),
    "a ringing timer": (0.97, 0.02),
}
"""How often a trace is seen for what is meant, and for what is not."""
ROOMS = ("r0", "r1", "r2", "r3")
ON = {
    "light": "on",
    "media_player": "playing",
    "fan": "on",
    "climate": "heat",
    "switch": "on",
    "cover": "open",
    "vacuum": "cleaning",
    "lock": "locked",
    "sensor": "running",
}
OFF = {
    "light": "off",
    "media_player": "idle",
    "fan": "off",
    "climate": "off",
    "switch": "off",
    "cover": "closed",
    "vacuum": "docked",
    "lock": "unlocked",
    "sensor": "idle",
}


def example(rng: random.Random) -> tuple[list[Frame], int, Home, Context] | None:
    """(readings, index of what was meant, home, context), or None where the draw has no choice in it."""
    make = rng.choice((_switch, _switch, _relative, _halt, _done, _brew, _temperature, _media, _liked))
    readings, wants_on = make(rng)
    if len(readings) < 2:
        return None
    prior = np.array([f.score for f in readings])
    meant = int(rng.choices(range(len(readings)), weights=list(prior))[0])
    return _situation(rng, readings, wants_on, meant)


def _seen(rng: random.Random, name: str, is_meant: bool) -> bool:
    return rng.random() < EVIDENCE[name][0 if is_meant else 1]


def _frame(intent: str, target: str, score: float, **slots: object) -> Frame:
    return Frame(intent=intent, targets=(target,) if target else (), score=score, slots=slots)


def _switch(rng: random.Random) -> tuple[list[Frame], bool | None]:
    kind = rng.choice(("light", "media_player", "fan", "cover", "climate"))
    on = rng.random() < 0.5
    intent = "HassTurnOn" if on else "HassTurnOff"
    names = rng.choice((("a", "b"), ("a", "b", "c"), ("anna lamp", "ben lamp")))
    return [_frame(intent, f"{kind}.{n.replace(' ', '_')}", 0.5) for n in names], not on


def _relative(rng: random.Random) -> tuple[list[Frame], bool | None]:
    made = [
        _frame("HassSetVolumeRelative", "media_player.a", 0.5, volume_step="down"),
        _frame("HassClimateSetTemperature", "climate.a", 0.5, temperature_step=-1),
        _frame("HassLightSet", "light.a", 0.2, brightness_step=-20),
        _frame("HassFanSetSpeed", "fan.a", 0.35, percentage_step=-10),
    ]
    return rng.sample(made, rng.randint(2, 4)), True


def _halt(rng: random.Random) -> tuple[list[Frame], bool | None]:
    pause = rng.random() < 0.5
    made = [_frame("HassMediaPause", "media_player.a", 0.5), _frame("HubPause" if pause else "HubStop", "vacuum.a", 0.45)]
    made.append(_frame("HassPauseTimer", "", 0.4) if pause else _frame("HubStop", "", 0.4))
    return made, True


def _done(rng: random.Random) -> tuple[list[Frame], bool | None]:
    made = [
        _frame("HassGetState", "sensor.washing_machine_status", 0.5, state="done"),
        _frame("HassGetState", "sensor.dryer_status", 0.5, state="done"),
        _frame("HassGetState", "sensor.dishwasher_status", 0.5, state="done"),
        _frame("HassTimerStatus", "", 0.5),
    ]
    return rng.sample(made, rng.randint(2, 4)), True


def _brew(rng: random.Random) -> tuple[list[Frame], bool | None]:
    return [_frame("HassTurnOn", "switch.coffee_maker", 0.5), _frame("HassTurnOn", "switch.kettle", 0.4)], None


def _temperature(rng: random.Random) -> tuple[list[Frame], bool | None]:
    return [
        _frame("HassClimateGetTemperature", "sensor.oven_status", 0.45),
        _frame("HassClimateGetTemperature", "sensor.room_temperature", 0.5),
    ], None


def _media(rng: random.Random) -> tuple[list[Frame], bool | None]:
    made = [
        _frame("HassMediaSearchAndPlay", "media_player.a", 0.5, search_query="x", media_class=c)
        for c in rng.sample(("movie", "audiobook", "album"), 2)
    ]
    return made, None


def _liked(rng: random.Random) -> tuple[list[Frame], bool | None]:
    return [_frame("HassMediaSearchAndPlay", "media_player.a", 0.5, search_query=q) for q in ("jazz", "rock", "")], None


def _situation(rng: random.Random, readings: list[Frame], wants_on: bool | None, meant: int) -> tuple[list[Frame], int, Home, Context]:
    room = rng.choice(ROOMS) if rng.random() < 0.8 else None
    entities: dict[str, Entity] = {}
    states: dict[str, State] = {}
    hour = rng.randrange(24)
    activity = None
    timers: list[Mapping[str, object]] = []
    for index, frame in enumerate(readings):
        right = index == meant
        if not frame.targets:
            if ("Timer" in frame.intent or frame.intent == "HubStop") and (right or rng.random() < 0.2):
                timers.append({"kind": "timer", "ringing": frame.intent == "HubStop" and _seen(rng, "a ringing timer", right)})
            continue
        target = frame.targets[0]
        if target in entities:
            continue
        kind = target.partition(".")[0]
        here = _seen(rng, "in the room", right)
        area = room if here and room is not None else rng.choice([r for r in ROOMS if r != room])
        entities[target] = Entity(id=target, name=target.partition(".")[2].replace("_", " "), area=area)
        fits = _seen(rng, "state fits", right)
        on = fits if wants_on is None else fits == wants_on
        if wants_on is None and kind == "sensor" and "oven" not in target:
            on = False
        if wants_on is None and kind == "switch":
            on = False
        value = ON[kind] if on else OFF[kind]
        if "temperature" in target:
            value = "21"
        states[target] = State(value=value if _seen(rng, "available", right) else "unavailable")
    goal = readings[meant]
    if any("coffee" in t for t in goal.targets):
        hour = rng.randrange(5, 11) if _seen(rng, "coffee in the morning", True) else hour
        activity = "alarm_stopped" if _seen(rng, "alarm just stopped", True) else None
    elif any("kettle" in t for t in goal.targets):
        hour = rng.randrange(14, 22) if _seen(rng, "tea in the afternoon", True) else hour
        activity = "alarm_stopped" if _seen(rng, "alarm just stopped", False) else None
    picture = goal.slots.get("media_class") == "movie"
    screen = _seen(rng, "screen for films", picture)
    now = datetime(2026, 5, 4, hour, 15, tzinfo=UTC) + timedelta(days=rng.randrange(7))
    home = Home(areas={r: Area(id=r, name=r) for r in ROOMS}, entities=entities, states=states)
    person = "anna" if any("anna" in t for f in readings for t in f.targets) and rng.random() < 0.7 else None
    if person is not None and _seen(rng, "own thing", True):
        meant = next(i for i, f in enumerate(readings) if "anna" in f.targets[0])
        goal = readings[meant]
    recent = _recent(rng, readings, goal, now, room)
    context = Context(
        now=now,
        area=room,
        screen=screen,
        person=person,
        activity=activity,
        timers=tuple(timers),
        recent=recent,
        habits=_habits(rng, readings, goal, activity, now, recent[-1].intent if recent else None),
    )
    return readings, meant, home, context


def _recent(rng: random.Random, readings: list[Frame], goal: Frame, now: datetime, room: str | None) -> tuple[Past, ...]:
    if rng.random() > EVIDENCE["something was done before"][0]:
        return ()
    about = goal if _seen(rng, "acted on before, if anything was", True) else rng.choice(readings)
    if not about.targets:
        return ()
    actions = ({"service": "x.y", "entity_id": about.targets[0], "status": "confirmed"},) if rng.random() < 0.7 else ()
    intent = rng.choice(("HassTurnOn", "HassTurnOff", about.intent))
    return (
        Past(at=now - timedelta(seconds=rng.choice((10, 40, 90, 200))), room=room, intent=intent, targets=about.targets, actions=actions),
    )


def _habits(
    rng: random.Random, readings: list[Frame], goal: Frame, activity: str | None, now: datetime, before: str | None
) -> tuple[Habit, ...]:
    if rng.random() > EVIDENCE["there is a habit"][0]:
        return ()
    about = goal if _seen(rng, "a habit, if there is one", True) else rng.choice(readings)
    support = rng.choice((2, 3, 5, 9, 20))
    if about.intent == "HassMediaSearchAndPlay":
        query = about.slots.get("search_query")
        return (
            (Habit(kind="preference", when={}, then={"intent": about.intent, "slots": {"search_query": query}}, p=0.8, support=support),)
            if query
            else ()
        )
    kind = rng.choice(("sequence", "time"))
    when: dict[str, object] = {"at": now.strftime("%H:%M"), "days": []}
    if kind == "sequence":
        when = {"activity": activity} if activity is not None else {"intent": before} if before is not None else when
    return (Habit(kind=kind, when=when, then={"intent": about.intent, "targets": about.targets}, p=0.8, support=support),)


def fit(examples: list[tuple[list[Frame], int, Home, Context]], names: list[str], *, rounds: int = 300, l2: float = 0.002) -> np.ndarray:
    """Weights of the list-wise softmax by plain gradient descent with momentum."""
    place = {name: i for i, name in enumerate(names)}
    width = max(len(e[0]) for e in examples)
    x = np.zeros((len(examples), width, len(names)))
    offset = np.full((len(examples), width), -30.0)
    y = np.array([e[1] for e in examples])
    for row, (readings, _, home, context) in enumerate(examples):
        for column, frame in enumerate(readings):
            offset[row, column] = _logit(frame.score)
            for name, value in features(frame, home, context).items():
                x[row, column, place[name]] = value
    w, speed = np.zeros(len(names)), np.zeros(len(names))
    for _ in range(rounds):
        score = offset + x @ w
        p = np.exp(score - score.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(y)), y] -= 1.0
        gradient = np.einsum("nk,nkf->f", p, x) / len(y) + l2 * w
        speed = 0.9 * speed - 1.0 * gradient
        w += speed
    return w


def right(examples: list[tuple[list[Frame], int, Home, Context]], names: list[str], w: np.ndarray) -> float:
    """Share of examples whose first reading is the meant one."""
    table = dict(zip(names, w, strict=True))
    hits = 0
    for readings, meant, home, context in examples:
        scores = [_logit(f.score) + sum(table[k] * v for k, v in features(f, home, context).items()) for f in readings]
        hits += int(np.argmax(scores)) == meant
    return hits / len(examples)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=12000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    drawn = [e for _ in range(asked.examples) if (e := example(rng)) is not None]
    cut = int(len(drawn) * 0.8)
    names = list(SIGNALS)
    w = fit(drawn[:cut], names)
    before, after = right(drawn[cut:], names, np.zeros(len(names))), right(drawn[cut:], names, w)
    weights = {name: round(float(value), 3) for name, value in zip(names, w, strict=True)}
    OUT.write_text(
        json.dumps(
            {
                "made_by": "models/training/rerank.py",
                "examples": cut,
                "seed": asked.seed,
                "held_out": {"without_context": round(before, 3), "with": round(after, 3)},
                "weights": weights,
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    print(f"held out {len(drawn) - cut}: {before:.3f} without context, {after:.3f} with")
    for name, value in sorted(weights.items(), key=lambda kv: -abs(kv[1])):
        print(f"{name:16} {value:+.2f}")


if __name__ == "__main__":
    main()
