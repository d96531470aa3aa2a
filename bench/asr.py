"""What the recogniser hears of recorded commands, clean and in noise, and how much other speech it takes for a command.

Right is: the hub's own reader gives the heard text the same frames as the sentence that was read out, numbers compared by value. In noise
each recording is heard once for each draw: a kind of noise and a place in it. Beside it on the same recordings: Moonshine's free greedy
text and hassil with Home Assistant's sentences, and hassil on the gold text.
Run: python -m bench.asr [--snr clean,10,5] [--draws dishes:2,pink,rain] [--negatives 550] [--keep FILE.jsonl]
What is kept is what bench.confidence reads.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import zlib
from collections.abc import Iterator
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
from models.hearing import asr, recognisers
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


KINDS = {"dishes": "gsc_doing_the_dishes*", "pink": "gsc_pink_noise*", "rain": "esc10_rain*"}


def _plain(value: Any) -> str:
    try:
        return str(float(value))
    except (TypeError, ValueError):
        return str(value)


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
        return tuple((f.intent, tuple(sorted((k, _plain(v)) for k, v in f.slots.items()))) for f in read.frames) or None

    def hassil(self, text: str) -> Any:
        found = recognize_best(text, self.intents, slot_lists=self.lists, intent_context={"area": "kitchen"}, language="en")
        return (found.intent.name, tuple(sorted((e.name, str(e.value)) for e in found.entities_list))) if found else None


Draw = tuple[str, int]
"""A kind of noise, and which draw of it."""


def draws(asked: str) -> list[Draw]:
    """dishes:2,pink → dishes twice, pink once."""
    found: list[Draw] = []
    for part in asked.split(","):
        kind, _, times = part.partition(":")
        found += [(kind, number) for number in range(int(times or 1))]
    return found


def pcm(path: Path, data: Path, snr: str, draw: Draw) -> np.ndarray:
    clean = sound.read(path)
    if snr == "clean":
        return sound.to_int16(clean)
    kind, number = draw
    files = sorted((data / "noise" / "audio").glob(KINDS[kind]))
    return sound.mixed(clean, sound.read(files[number % len(files)]), float(snr), zlib.crc32(path.name.encode()) + 7919 * number)


def listen(engine: asr.Recogniser, house_grammar: grammar.Grammar, heard: np.ndarray) -> tuple[Utterance, float]:
    """What was heard, and the processor's seconds for it."""
    engine.start(house_grammar)
    engine.accept(heard)
    began = time.process_time()
    return engine.finish(), time.process_time() - began


def conditions(snrs: str, drawn: list[Draw]) -> Iterator[tuple[str, list[Draw]]]:
    for snr in snrs.split(","):
        yield snr, drawn if snr != "clean" else [("none", 0)]


def row_of(name: str, row: dict[str, Any], snr: str, draw: Draw, heard: Utterance, right: list[bool]) -> dict[str, Any]:
    return {
        "set": name, "file": row["file"], "snr": snr, "noise": draw, "gold": row.get("text") if right else None, "heard": heard.text,
        "free": heard.free, "house_score": heard.house_score, "in_house": heard.in_house, "confidence": heard.confidence,
        "nbest": [(h.text, h.confidence) for h in heard.nbest], "right": right,
        "said": [asr.alike(h.text) == asr.alike(row["text"]) for h in heard.nbest] if right else [],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=sound.DATA)
    parser.add_argument("--snr", default="clean,10,5")
    parser.add_argument("--draws", default="dishes:2,pink,rain")
    parser.add_argument("--negatives", type=int, default=550)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    home = house(args.data)
    house_grammar = grammar.build(home)
    engine, readers = recognisers.load(), Readers(home)
    listed = [r for r in sound.rows("home_commands", args.data) if r["seconds"] < 12]
    commands = [r for r in listed if r["text"] and not r["out_of_vocabulary"] and house_grammar.accepts(r["text"])]
    mixed_in = [(name, r) for name in ("speech_negatives", "s2i") for r in sound.rows(name, args.data)]
    random.Random(3).shuffle(mixed_in)
    others = ([("home_commands", r) for r in listed if r not in commands] + mixed_in)[: args.negatives]
    print(f"{engine.name}; {len(commands)} commands, {len(others)} clips of other speech, dev; {sound.machine()}")
    kept: list[dict[str, Any]] = []
    for snr, drawn in conditions(args.snr, draws(args.draws)):
        counts = dict.fromkeys(("house", "accepted and right", "falsely rejected", "greedy + hub", "greedy + hassil", "hassil on gold"), 0)
        by_draw = dict.fromkeys(drawn, 0)
        times: list[float] = []
        wrong: list[str] = []
        for row in commands:
            gold, by_hassil = readers.ours(row["text"]), readers.hassil(row["text"])
            for draw in drawn:
                heard, took = listen(engine, house_grammar, pcm(args.data / "home_commands" / row["file"], args.data, snr, draw))
                times.append(took)
                rights = [asr.alike(h.text) == asr.alike(row["text"]) or readers.ours(h.text) == gold for h in heard.nbest]
                right = bool(rights) and rights[0]
                by_draw[draw] += right
                counts["house"] += right
                counts["accepted and right"] += right and heard.in_house
                counts["falsely rejected"] += right and not heard.in_house
                counts["greedy + hub"] += readers.ours(heard.free) == gold
                counts["hassil on gold"] += by_hassil is not None
                counts["greedy + hassil"] += by_hassil is not None and readers.hassil(heard.free) == by_hassil
                kept.append(row_of("home_commands", row, snr, draw, heard, rights or [False]))
                if not right:
                    about = f"{draw[0]}, free {heard.free!r}, house score {heard.house_score}"
                    wrong.append(f"{row['text']!r} heard as {heard.text!r} ({about})")
        n = len(commands) * len(drawn)
        print(f"\n{snr}: decode median {np.median(times) * 1000:.0f} ms, p95 {np.percentile(times, 95) * 1000:.0f} ms (CPU)")
        for name, count in counts.items():
            low, high = sound.wilson(count, n)
            print(f"  {name:<20} {count}/{n}  {count / n:.1%}  [{low:.1%}, {high:.1%}]")
        print("  by draw             ", ", ".join(f"{kind} {number}: {count}" for (kind, number), count in by_draw.items()), flush=True)
        taken = []
        for name, row in others:
            heard, _ = listen(engine, house_grammar, pcm(args.data / name / row["file"], args.data, snr, drawn[0]))
            kept.append(row_of(name, row, snr, drawn[0], heard, []))
            if heard.in_house:
                taken.append(f"{row['file']}: {heard.text!r} (free {heard.free!r}, confidence {heard.confidence:.2f})")
        if others:
            low, high = sound.wilson(len(taken), len(others))
            print(f"  other speech taken   {len(taken)}/{len(others)}  {len(taken) / len(others):.1%}  [{low:.1%}, {high:.1%}]")
        for line in [*wrong[:20], *taken[:20]]:
            print("     ", line, flush=True)
    if args.keep:
        args.keep.parent.mkdir(parents=True, exist_ok=True)
        args.keep.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")


if __name__ == "__main__":
    main()
