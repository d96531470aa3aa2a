"""What the recogniser hears of recorded commands, clean and in noise, and how much other speech it takes for a command.

Right is: the hub's own reader gives the heard text the same frames as the sentence that was read out. Beside it on the same recordings:
Moonshine's free greedy text and hassil with Home Assistant's sentences, and hassil on the gold text.
Run: python -m bench.asr [--snr clean,10,5] [--negatives 120]
"""

from __future__ import annotations

import argparse
import random
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml
from hassil import Intents, TextSlotList, recognize_best
from home_assistant_intents import get_intents

from bench import sound
from devices.home import Area, Entity, Home
from models.automaton import grammar
from models.hearing import asr
from models.reading.interpret import Interpreter
from models.said import Context, Utterance


def house(data: Path) -> Home:
    """Speech-to-phrase's own test home."""
    fixtures = yaml.safe_load((data / "home_commands" / "stp_fixtures_en.yaml").read_text(encoding="utf-8"))["fixtures"]
    entities = {}
    for entity in fixtures["entities"]:
        name = f"{entity['domain']}.{entity['name'].lower().replace(' ', '_')}"
        entities[name] = Entity(id=name, name=entity["name"])
    areas = {area["name"].lower(): Area(id=area["name"].lower(), name=area["name"]) for area in fixtures["areas"]}
    return Home(entities=MappingProxyType(entities), areas=MappingProxyType(areas))


class Readers:
    """The hub's reader and hassil, each giving a comparable meaning of a text, or None."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.interpreter = Interpreter(None)
        self.context = Context(now=datetime(2026, 11, 2, 18, tzinfo=UTC), area="kitchen")
        self.intents = Intents.from_dict(get_intents("en"))
        names = [(e.name, e.name, {"domain": e.domain}) for e in home.entities.values()]
        areas = [(a.name, a.id) for a in home.areas.values()]
        lists = {"name": names, "area": areas, "floor": [("nowhere", "nowhere")]}
        self.lists = {kind: TextSlotList.from_tuples(values, name=kind) for kind, values in lists.items()}

    def ours(self, text: str) -> Any:
        read = self.interpreter.interpret(Utterance(text=text, confidence=1.0), self.home, self.context)
        return tuple((f.intent, tuple(sorted((k, str(v)) for k, v in f.slots.items()))) for f in read.frames) or None

    def hassil(self, text: str) -> Any:
        found = recognize_best(text, self.intents, slot_lists=self.lists, intent_context={"area": "kitchen"}, language="en")
        return (found.intent.name, tuple(sorted((e.name, str(e.value)) for e in found.entities_list))) if found else None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=sound.DATA)
    parser.add_argument("--snr", default="clean,10,5")
    parser.add_argument("--negatives", type=int, default=120)
    args = parser.parse_args()
    home = house(args.data)
    house_grammar = grammar.build(home)
    engine, readers = asr.load(), Readers(home)
    noise = sound.read(args.data / "noise" / "audio" / "gsc_doing_the_dishes.flac")
    listed = [r for r in sound.rows("home_commands", args.data) if r["seconds"] < 12]
    commands = [r for r in listed if r["text"] and not r["out_of_vocabulary"] and house_grammar.accepts(r["text"])]
    others = [("home_commands", r) for r in listed if r not in commands]
    mixed_in = [(name, r) for name in ("speech_negatives", "s2i") for r in sound.rows(name, args.data)]
    random.Random(3).shuffle(mixed_in)
    others += mixed_in[: max(0, args.negatives - len(others))]
    print(f"{engine.name}; {len(commands)} commands, {len(others)} clips of other speech, dev; {sound.machine()}")
    for condition in args.snr.split(","):
        counts = dict.fromkeys(("house", "accepted and right", "falsely rejected", "greedy + hub", "greedy + hassil", "hassil on gold"), 0)
        times: list[float] = []
        wrong: list[str] = []
        for row in commands:
            heard = listen(engine, house_grammar, pcm(args.data / "home_commands" / row["file"], noise, condition), times)
            gold, ours = readers.ours(row["text"]), readers.ours(heard.text)
            right = ours == gold or asr.alike(heard.text) == asr.alike(row["text"])
            counts["house"] += right
            counts["accepted and right"] += right and heard.in_house
            counts["falsely rejected"] += right and not heard.in_house
            counts["greedy + hub"] += readers.ours(heard.free) == gold
            by_hassil = readers.hassil(row["text"])
            counts["hassil on gold"] += by_hassil is not None
            counts["greedy + hassil"] += by_hassil is not None and readers.hassil(heard.free) == by_hassil
            if not right:
                wrong.append(f"{row['text']!r} heard as {heard.text!r} (free {heard.free!r}, house score {heard.house_score})")
        taken = []
        for name, row in others:
            heard = listen(engine, house_grammar, pcm(args.data / name / row["file"], noise, condition), [])
            if heard.in_house:
                taken.append(f"{row['file']}: {heard.text!r} (free {heard.free!r})")
        print(f"\n{condition}: decode median {np.median(times) * 1000:.0f} ms, p95 {np.percentile(times, 95) * 1000:.0f} ms (CPU)")
        for name, count in counts.items():
            low, high = sound.wilson(count, len(commands))
            print(f"  {name:<20} {count}/{len(commands)}  {count / len(commands):.1%}  [{low:.1%}, {high:.1%}]")
        low, high = sound.wilson(len(taken), len(others))
        print(f"  other speech taken   {len(taken)}/{len(others)}  {len(taken) / len(others):.1%}  [{low:.1%}, {high:.1%}]")
        for line in [*wrong[:10], *taken[:10]]:
            print("     ", line, flush=True)


def pcm(path: Path, noise: Any, condition: str) -> Any:
    speech = sound.read(path)[: 16000 * 10]
    if condition == "clean":
        return sound.to_int16(speech)
    return sound.mixed(speech, noise, float(condition), zlib.crc32(path.name.encode()))


def listen(engine: asr.Recogniser, house_grammar: grammar.Grammar, samples: Any, times: list[float]) -> Utterance:
    engine.start(house_grammar)
    engine.accept(samples)
    began = time.process_time()
    heard = engine.finish()
    times.append(time.process_time() - began)
    return heard


if __name__ == "__main__":
    main()
