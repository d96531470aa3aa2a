"""Text to meaning to actions on the dev halves: Home Assistant's sentences, its community's tasks, owner's commands, unknown things, speed.

Run: python -m bench.understanding [--data DIR] [--only PART,…] [--failures N]. Hassil runs beside it.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from devices.home import Home, State
from devices.homefile import parse_home
from models.reading.interpret import Interpreter
from models.said import Context, Interpretation, Utterance

NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
_ASKED = (
    "HassGetState",
    "HassClimateGetTemperature",
    "HassGetWeather",
    "HubMediaStatus",
    "HubListItems",
    "HassGetCurrentTime",
    "HassGetCurrentDate",
)


def wilson(good: int, n: int) -> str:
    """ "98.2 % (96.1–99.2), n 475"."""
    if n == 0:
        return "n 0"
    z, p = 1.96, good / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{100 * p:.1f} % ({100 * max(0.0, middle - half):.1f}–{100 * (middle + half):.1f}), n {n}"


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def home_of(data: Mapping[str, Any]) -> Home:
    parsed: Any = parse_home(data)
    home: Home = getattr(parsed, "home", parsed)
    return home


def reader() -> Interpreter:
    """The interpreter as the hub runs it, with its language model where the weights are there."""
    try:
        from models.reading.nlu import Nlu

        return Interpreter(Nlu())
    except (ImportError, FileNotFoundError, OSError):
        return Interpreter(None)


def interpret(one: Interpreter, text: str, home: Home, area: str | None = None, **more: Any) -> Interpretation:
    return one.interpret(Utterance(text=text, confidence=1.0), home, Context(now=NOW, area=area, **more))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"^\w+\.\w+\.", "", value).lower() if re.match(r"^\w+\.\w+(DeviceClass|Mode|Feature)\.", value) else value
    if isinstance(value, list):
        return [_clean(v) for v in value]
    return value


def ha_fixture(path: Path, rows: Iterable[Mapping[str, Any]] = ()) -> Home:
    """Home Assistant's test home as a home file, with the things that its tests add sentence by sentence."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    floors = {f["name"]: f["id"] for f in data.get("floors", [])}
    areas = list(data.get("areas", []))
    entities = []
    for entity in data.get("entities", []):
        state = entity.get("state")
        if isinstance(state, dict):
            state = state["out"]
        if isinstance(state, bool):
            state = "on" if state else "off"
        attributes = {k.removeprefix("native_"): _clean(v) for k, v in (entity.get("attributes") or {}).items()}
        entities.append({**entity, "name": str(entity["name"]).replace("[']", "'"), "state": state, "attributes": attributes})
    known = {e["name"].lower() for e in entities} | {a["name"].lower() for a in areas}
    kinds = {
        "Overhead Light": "light",
        "Garage Door": "cover",
        "Jane": "person",
        "Sliding Door": "cover",
        "Patio Door": "binary_sensor",
        "Office Sensor": "binary_sensor",
        "Skylight": "binary_sensor",
    }
    for row in rows:
        name, area = row["slots"].get("name"), row["slots"].get("area")
        if area and str(area).lower() not in known:
            known.add(str(area).lower())
            areas.append({"id": f"{area}_id".lower(), "name": area, "floor": "first_floor_id"})
        if name in kinds and name.lower() not in known:
            known.add(name.lower())
            where = next((a["id"] for a in areas if a["name"] == area), None)
            entities.append({"id": f"{kinds[name]}.{name.lower().replace(' ', '_')}", "name": name, "area": where, "state": "off"})
    for area_row in areas:
        if area_row.get("floor") in floors:
            area_row["floor"] = floors[area_row["floor"]]
        elif area_row.get("floor") and area_row["floor"] not in {f["id"] for f in data.get("floors", [])}:
            data.setdefault("floors", []).append({"id": area_row["floor"], "name": area_row["floor"]})
            floors[area_row["floor"]] = area_row["floor"]
    devices = [{k: d.get(k) for k in ("id", "name", "area")} for d in data.get("devices", [])]
    return home_of({"floors": data.get("floors", []), "areas": areas, "devices": devices, "entities": entities})


def slots_right(expected: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    """Every expected slot, values alike; an `area` of the room and a `domain` more are no error."""

    def same(a: Any, b: Any) -> bool:
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return abs(a - b) < 1e-6
        return str(a).lower() == str(b).lower()

    return all(k in got and same(v, got[k]) for k, v in expected.items()) and set(got) - set(expected) <= {"area", "domain"}


def part_sentences(data: Path, one: Interpreter, failures: int) -> None:
    rows = read_jsonl(data / "ha_intents" / "tests_en.jsonl")
    every = ha_fixture(data / "ha_intents" / "fixtures.yaml", rows)
    plain = ha_fixture(data / "ha_intents" / "fixtures.yaml", [r for r in rows if r["slots"].get("name") != "Garage Door"])
    wrong, times = [], []
    for row in rows:
        home = every if row["slots"].get("name") == "Garage Door" else plain
        start = time.thread_time()
        found = interpret(one, row["text"], home, "living_room_id")
        times.append(time.thread_time() - start)
        frame = found.frames[0] if len(found.frames) == 1 else None
        if frame is None or frame.intent != row["intent"] or not slots_right(row["slots"], frame.slots):
            wrong.append((row["text"], row["intent"], row["slots"], [(f.intent, dict(f.slots)) for f in found.frames]))
    print(f"Home Assistant's sentences, intent and all slots: {wilson(len(rows) - len(wrong), len(rows))}")
    speed("  typed, interpreter only", times)
    for item in wrong[:failures]:
        print("   ✗", *item, sep=" | ")


def simulate(home: Home, found: Interpretation, context: Context) -> Home:
    """The home after what would be done, by the hub's own services and expected states."""
    from devices.capability import expected_state
    from hub.decision.services import commands

    if found.code is not None or not found.accepted:
        return home
    for frame in found.frames:
        for command in commands(frame, home, context):
            if command.entity_id is not None and command.entity_id in home.entities:
                home = home.with_state(command.entity_id, expected_state(home, command))
    return home


def part_tasks(data: Path, one: Interpreter, failures: int) -> None:
    rows = read_jsonl(data / "ha_assist" / "tasks.jsonl")
    homes: dict[str, Home] = {}
    good: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in rows:
        key = f"{row['bench']}/{row['home']}"
        if key not in homes:
            homes[key] = ha_fixture(data / "ha_assist" / "fixtures" / key / "_fixtures.yaml")
        home = homes[key]
        for entity_id, setup in (row["setup"] or {}).items():
            before = home.state(entity_id)
            attributes = {**before.attributes, **{k.removeprefix("native_"): v for k, v in (setup.get("attributes") or {}).items()}}
            home = home.with_state(entity_id, State(value=str(setup.get("state", before.value)), attributes=MappingProxyType(attributes)))
        context = Context(now=NOW, area=None)
        found = one.interpret(Utterance(text=row["text"], confidence=1.0), home, context)
        total[row["bench"]] += 1
        ok, why = _task_right(row, home, found, context)
        good[row["bench"]] += ok
        if not ok:
            print(
                "   ✗",
                row["text"],
                why,
                [(f.intent, dict(f.slots), f.targets, f.code) for f in found.frames],
                found.code,
                dict(found.detail),
                sep=" | ",
            )
    print(f"Community tasks, right changes or answer: {wilson(sum(good.values()), sum(total.values()))}  {dict(total)}")


def _task_right(row: Mapping[str, Any], home: Home, found: Interpretation, context: Context) -> tuple[bool, str]:
    after = simulate(home, found, context)
    expected = row["expect_changes"] or {}
    for entity_id in home.entities:
        want = expected.get(entity_id)
        now, was = after.state(entity_id), home.state(entity_id)
        if want is None:
            if now.value != was.value:
                return False, f"{entity_id} became {now.value}"
            continue
        if "state" in want and entity_id.partition(".")[0] != "todo" and str(want["state"]) != str(now.value):
            return False, f"{entity_id} is {now.value}, not {want['state']}"
        for key, value in (want.get("attributes") or {}).items():
            got = now.attributes.get(key)
            if isinstance(value, (int, float)) and isinstance(got, (int, float)) and abs(value - got) <= 1.5:
                continue
            if key == "current_position" and got is None and now.value == want.get("state"):
                continue
            if str(list(got) if isinstance(got, tuple) else got) != str(value):
                return False, f"{entity_id} {key} is {got}, not {value}"
    if row["expect_response"]:
        text = answered(home, found, context).lower()
        if not any(str(e).lower() in text for e in row["expect_response"]):
            return False, f"says {text!r}"
    return True, ""


def answered(home: Home, found: Interpretation, context: Context) -> str:
    """What the hub would say."""
    from hub.decide import decide
    from hub.saying.reply import reply
    from hub.turn import Opening, Turn

    turn = Turn(id="bench", opening=Opening(kind="typed", at=context.now), context=context, interpretation=found)
    decided = decide(turn, home)
    return str(reply(decided, home))


def part_own(data: Path, one: Interpreter, failures: int) -> None:
    grammar = yaml.safe_load((data / "s2i" / "coffee_maker.yaml").read_text(encoding="utf-8"))["context"]
    sentences = [_template(s) for s in grammar["expressions"]["orderDrink"]]
    home = home_of(
        {
            "areas": [],
            "entities": [],
            "commands": [
                {
                    "intent": "orderDrink",
                    "sentences": sentences,
                    "slots": grammar["slots"],
                    "publish": {"topic": "coffee", "payload": "{coffeeDrink}"},
                }
            ],
        }
    )
    rows = read_jsonl(data / "s2i" / "train_text_432.jsonl")
    wrong, times = [], []
    for row in rows:
        start = time.thread_time()
        found = interpret(one, row["text"], home)
        times.append(time.thread_time() - start)
        want = {s["type"]: s["value"].strip().lower() for s in row["slots"]}
        got = {k: str(v).lower() for k, v in found.frames[0].slots.items()} if found.frames else {}
        if not found.frames or found.frames[0].intent != "orderDrink" or got != want:
            wrong.append((row["text"], want, got))
    print(f"Coffee orders as text (the vendors' own sentences), all slots: {wilson(len(rows) - len(wrong), len(rows))}")
    speed("  typed", times)
    for item in wrong[:failures]:
        print("   ✗", *item, sep=" | ")


def _template(sentence: str) -> str:
    """Picovoice's grammar in Home Assistant's syntax."""
    text = re.sub(r"\[([^\]]+)\]", lambda m: "[(" + "|".join(p.strip() for p in m.group(1).split(",")) + ")]", sentence)
    return re.sub(r"\$(\w+):(\w+)", r"{\2}", text)


ROOMS = (
    "ballroom",
    "sauna",
    "wine cellar",
    "conservatory",
    "observatory",
    "boat house",
    "stables",
    "east wing",
    "dungeon",
    "game room",
    "music room",
    "tower",
    "nursery",
    "gym",
    "hallway closet",
    "tree house",
    "cottage",
    "server room",
    "pool house",
    "mezzanine",
)
DEVICES = (
    "disco ball",
    "fog machine",
    "lava lamp",
    "jukebox",
    "chandelier",
    "ice maker",
    "paper shredder",
    "treadmill",
    "aquarium pump",
    "popcorn maker",
    "neon sign",
    "space heater",
    "bread maker",
    "projector screen",
    "doorbell camera",
    "hot tub",
    "sprinkler system",
    "electric blanket",
    "toaster",
    "sewing machine",
)


def negatives() -> list[str]:
    """Sentences about what the house has not."""
    out = [f"{verb} the lights in the {room}" for room in ROOMS for verb in ("turn on", "turn off")]
    out += [f"{room} lights off" for room in ROOMS] + [f"set the {room} lights to 50 percent" for room in ROOMS]
    out += [f"close the blinds in the {room}" for room in ROOMS] + [f"make it warmer in the {room}" for room in ROOMS]
    out += [f"turn on the {device}" for device in DEVICES] + [f"switch the {device} off please" for device in DEVICES]
    out += [f"can you start the {device}" for device in DEVICES]
    return out


def acts(found: Interpretation) -> bool:
    """Whether something in the house would be changed."""
    return (
        found.accepted
        and found.code is None
        and any(f.targets and f.code is None and f.intent not in _ASKED and not f.intent.startswith("Hub") for f in found.frames)
    )


def part_negatives(data: Path, one: Interpreter, failures: int) -> None:
    home = ha_fixture(data / "ha_intents" / "fixtures.yaml")
    sets: list[tuple[str, list[str]]] = [("things that are not in the house", negatives())]
    clinc = sorted((data / "clinc150").glob("*oos*"))
    for path in clinc:
        rows = read_jsonl(path) if path.suffix == ".jsonl" else [{"text": t} for t in path.read_text(encoding="utf-8").splitlines()]
        sets.append(
            (f"out of scope ({path.stem})", [r["text"] for r in rows if r.get("intent", "oos") in ("oos", None) or "oos" in path.stem])
        )
    for title, texts in sets:
        bad, taken, times = [], 0, []
        for text in texts:
            start = time.thread_time()
            found = interpret(one, text, home, "living_room_id")
            times.append(time.thread_time() - start)
            taken += found.accepted and found.code is None
            if acts(found):
                bad.append((text, [(f.intent, dict(f.slots), f.targets, f.source, round(f.score, 2)) for f in found.frames]))
        print(f"Wrong actions, {title}: {wilson(len(bad), len(texts))}; taken for some command or question: {taken}")
        speed("  a miss", times)
        for item in bad[:failures]:
            print("   ✗", *item, sep=" | ")


def rich_home() -> Home:
    """A home that has one of everything that people talk to, the simulated one."""
    from devices.homefile import load_home

    found: Any = load_home(Path(__file__).resolve().parents[1] / "devices" / "simulated" / "home.yaml")
    home: Home = getattr(found, "home", found)
    return home


def part_free(data: Path, one: Interpreter, failures: int) -> None:
    """People's own words (SLURP test, HWU64 fold 1), home intents; the whole interpreter and the model alone."""
    from models.training import mapping

    home = rich_home()
    area = next(iter(home.areas))
    hwu = [r for r in read_jsonl(data / "hwu64" / "cv10_all.jsonl") if r["test_fold"] == 1]
    sets = [
        ("SLURP test", read_jsonl(data / "slurp" / "test.jsonl"), "text"),
        ("HWU64 fold 1", hwu, "text"),
        ("SLURP, real recogniser texts", read_jsonl(data / "slurp" / "test_asr_hyps.jsonl")[::5], "asr"),
    ]
    for title, rows, key in sets:
        good = alone = n = 0
        times: list[float] = []
        missed: list[tuple[Any, ...]] = []
        confusion: Counter[str] = Counter()
        for row in rows:
            action = row.get("action") or row["intent"]
            label = mapping.label_of(row["scenario"], action)
            if label not in mapping.HOME or not row[key].strip():
                continue
            right = mapping.slurp(row["scenario"], action, row.get("gold") or row["text"])
            n += 1
            start = time.thread_time()
            found = interpret(one, row[key], home, area)
            times.append(time.thread_time() - start)
            got = found.frames[0].intent if found.frames else "none"
            if one.nlu is not None:
                alone += one.nlu.read(row[key]).intents[0][0] in right
            if got in right:
                good += 1
            else:
                confusion[f"{right[0]} → {got} ({found.frames[0].source if found.frames else '-'})"] += 1
                missed.append((row[key], right[0], got, found.frames[0].source if found.frames else "", round(found.confidence, 2)))
        print(f"{title}, home intents, intent: {wilson(good, n)}; the model alone: {wilson(alone, n)}")
        speed("  typed", times)
        print("  most confused:", confusion.most_common(12))
        for item in missed[:: max(1, len(missed) // max(1, failures))]:
            print("   ✗", *item, sep=" | ")


def speed(title: str, times: list[float]) -> None:
    ordered = sorted(times)
    if ordered:
        middle, late = 1e3 * ordered[len(ordered) // 2], 1e3 * ordered[int(len(ordered) * 0.95)]
        print(f"{title}: median {middle:.1f} ms, p95 {late:.1f} ms, n {len(ordered)}")


def part_speed(data: Path, one: Interpreter, failures: int) -> None:
    """A new home for every sentence, and the others' time on the same sentences."""
    from hassil.intents import Intents, TextSlotList
    from hassil.recognize import recognize_best
    from home_assistant_intents import get_intents

    rows = read_jsonl(data / "ha_intents" / "tests_en.jsonl")[::5]
    base = ha_fixture(data / "ha_intents" / "fixtures.yaml")
    start = time.thread_time()
    for index, row in enumerate(rows):
        entities = {k: replace(e, name=f"{e.name} {index}") if k.startswith("light.") else e for k, e in base.entities.items()}
        interpret(one, row["text"], replace(base, entities=MappingProxyType(entities), names_version=10_000 + index), "living_room_id")
    rate = len(rows) / (time.thread_time() - start)
    print(f"Each sentence in a home of its own ({len(base.entities)} entities): {rate:.0f} sentences/s, n {len(rows)}")
    intents = Intents.from_dict(get_intents("en") or {})
    lists = {
        "name": TextSlotList.from_tuples([(e.name, e.name, {"domain": e.domain}) for e in base.entities.values()], allow_template=False),
        "area": TextSlotList.from_tuples([(a.name, a.name) for a in base.areas.values()], allow_template=False),
        "floor": TextSlotList.from_tuples([(f.name, f.name) for f in base.floors.values()], allow_template=False),
    }
    for title, texts in (("hits", [r["text"] for r in rows]), ("misses", negatives())):
        for name, run in (
            ("this hub", lambda t: interpret(one, t, base, "living_room_id")),
            ("hassil", lambda t: recognize_best(t, intents, slot_lists=lists, intent_context={"area": "Living Room"}, language="en")),
        ):
            times = []
            for text in texts:
                begin = time.thread_time()
                run(text)
                times.append(time.thread_time() - begin)
            speed(f"  {title}, {name}", times)


def peers(home: Home) -> dict[str, Callable[[str, str], list[str]]]:
    """Readers of text → the intents that they would act on, in this home: hassil with Home Assistant's sentences, gazetteer-matcher."""
    from hassil.intents import Intents, TextSlotList
    from hassil.recognize import recognize_best
    from home_assistant_intents import get_intents

    intents = Intents.from_dict(get_intents("en") or {})
    names = [(n, e.name, {"domain": e.domain}) for e in home.entities.values() for n in (e.name, *e.aliases)]
    lists = {
        "name": TextSlotList.from_tuples(names, allow_template=False),
        "area": TextSlotList.from_tuples([(n, a.name) for a in home.areas.values() for n in (a.name, *a.aliases)], allow_template=False),
        "floor": TextSlotList.from_tuples([(f.name, f.name) for f in home.floors.values()], allow_template=False),
    }

    def hassil(text: str, area: str) -> list[str]:
        context = {"area": home.areas[area].name}
        found = recognize_best(text, intents, slot_lists=lists, intent_context=context, best_slot_name="name", language="en")
        return [found.intent.name] if found is not None else []

    readers: dict[str, Callable[[str, str], list[str]]] = {"hassil": hassil}
    try:
        from gazetteer_matcher import GazetteerMatcher
    except ImportError:
        return readers
    matcher = GazetteerMatcher(
        home={
            "areas": {a.id: {"name": a.name, "aliases": list(a.aliases), "floor": a.floor} for a in home.areas.values()},
            "floors": {f.id: {"name": f.name, "aliases": list(f.aliases)} for f in home.floors.values()},
            "entities": {
                e.id: {"name": e.name, "aliases": list(e.aliases), "domain": e.domain, "area": e.area} for e in home.entities.values()
            },
        }
    )

    def gazetteer(text: str, area: str) -> list[str]:
        found = matcher.interpret(text, context_area=area)
        return [str(f.intent) for f in found.frames] if found.accepted else []

    readers["gazetteer-matcher"] = gazetteer
    return readers


def part_peers(data: Path, one: Interpreter, failures: int) -> None:
    """The same sentences read by what a user would pick instead, in the same run: intents right, things not here acted on, time."""
    rows = [r for r in read_jsonl(data / "ha_intents" / "tests_en.jsonl") if r["slots"].get("name") != "Garage Door"]
    base = ha_fixture(data / "ha_intents" / "fixtures.yaml", rows)
    tests = Path(__file__).resolve().parents[1] / "tests" / "sentences"
    own = home_of(yaml.safe_load((tests / "home.yaml").read_text(encoding="utf-8")))
    several = yaml.safe_load((tests / "several.yaml").read_text(encoding="utf-8"))
    ours = {"this hub": base, **peers(base)}
    theirs = peers(own)
    for name in ours:

        def intents_of(text: str, area: str, home: Home, others: Mapping[str, Any], who: str = name) -> list[str]:
            if who != "this hub":
                return list(others[who](text, area))
            found = interpret(one, text, home, area)
            return [f.intent for f in found.frames] if found.accepted and (found.code is None or found.code == "missing_value") else []

        start = time.thread_time()
        if name == "this hub":
            right = sum([f.intent for f in interpret(one, r["text"], base, "living_room_id").frames] == [r["intent"]] for r in rows)
        else:
            right = sum(intents_of(r["text"], "living_room_id", base, ours) == [r["intent"]] for r in rows)
        took = 1e3 * (time.thread_time() - start) / len(rows)
        acted = sum(bool(intents_of(t, "living_room_id", base, ours)) for t in negatives())
        both = sum(intents_of(r["say"], r["in"], own, theirs) == [f["intent"] for f in r["frames"]] for r in several)
        print(f"{name}: Home Assistant's sentences, intent: {wilson(right, len(rows))}; {took:.1f} ms each")
        print(f"  things that are not here, acted on: {wilson(acted, len(negatives()))}")
        print(f"  several commands in one breath, all intents: {wilson(both, len(several))}")


PARTS: dict[str, Callable[[Path, Interpreter, int], None]] = {
    "sentences": part_sentences,
    "tasks": part_tasks,
    "own": part_own,
    "negatives": part_negatives,
    "free": part_free,
    "speed": part_speed,
    "peers": part_peers,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--failures", type=int, default=20)
    chosen = parser.parse_args()
    print(f"machine: {platform.processor() or platform.machine()}, Python {platform.python_version()}, one thread")
    one = reader()
    print("language model:", "yes" if one.nlu is not None else "no (weights absent)")
    for part in chosen.only.split(","):
        print(f"\n## {part}")
        PARTS[part](chosen.data, one, chosen.failures)


if __name__ == "__main__":
    main()
