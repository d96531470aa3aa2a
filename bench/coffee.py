"""Coffee orders by real people, with the owner's own commands only, clean and in noise. Right is intent and every slot.

Picovoice's speech-to-intent set and protocol. The command's sentences are the vendors' coffee_maker.yaml (yaml), one template by hand
(short), or their 432 training sentences as examples, the slots' values being the vendors' lists, as a home file has them (examples), or no
more than the values that the 432 sentences show (induced).
"""

from __future__ import annotations

import argparse
import random
import re
import time
import zlib
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml

from bench import sound
from devices.home import Home, OwnCommand
from models.automaton import grammar
from models.automaton.template_nodes import spoken
from models.hearing import recognisers


def own_commands(data: Path, way: str) -> OwnCommand:
    """The command in one of the four ways that the module tells of."""
    vendor = yaml.safe_load((data / "s2i" / "coffee_maker.yaml").read_text(encoding="utf-8"))["context"]
    slots = {name: tuple(values) for name, values in vendor["slots"].items()}
    if way == "yaml":
        sentences = tuple(_template(text) for text in vendor["expressions"]["orderDrink"])
    elif way == "short":
        sentences = (
            "(brew|can i get|can i have|i want|get me|give me|i'd like|make me|may i have) (a|an)"
            " ([{size}];[{roast}];[{numberOfShots}]) {coffeeDrink}"
            " [with ({milkAmount} [and {sugarAmount}]|{sugarAmount} [and {milkAmount}])]",
        )
    else:
        rows = sound.rows_of(data / "s2i" / "train_text_432.jsonl")
        found: dict[str, None] = {}
        shown: dict[str, dict[str, None]] = {}
        for row in rows:
            text = row["text"]
            for slot in sorted(row["slots"], key=lambda s: -s["start"]):
                text = text[: slot["start"]] + "{" + slot["type"] + "}" + text[slot["end"] :]
                shown.setdefault(slot["type"], {})[slot["value"]] = None
            found[" ".join(text.split())] = None
        sentences = tuple(found)
        if way == "induced":
            slots = {name: tuple(values) for name, values in shown.items()}
    return OwnCommand(intent="orderDrink", sentences=sentences, slots=MappingProxyType(slots), topic="coffee", payload="")


def _template(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]", lambda m: "(" + "|".join(part.strip() for part in m[1].split(",")) + ")", text)
    return re.sub(r"\$(\w+):(\w+)", lambda m: "{" + m[1] + ("" if m[1] == m[2] else ":" + m[2]) + "}", text)


def slots_of(text: str, command: OwnCommand) -> dict[str, str]:
    """The listed values that a text holds, longest first: enough for a text that came out of the grammar."""
    rest = f" {spoken(text)} "
    found: dict[str, str] = {}
    values = sorted(((value, slot) for slot, listed in command.slots.items() for value in listed), key=lambda v: -len(v[0]))
    for value, slot in values:
        if slot not in found and f" {spoken(value)} " in rest:
            rest = rest.replace(f" {spoken(value)} ", " | ", 1)
            found[slot] = value
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=sound.DATA)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--grammar", default="yaml", choices=("yaml", "short", "examples", "induced"))
    parser.add_argument("--snr", default="clean,24,21,18,15,12,9,6")
    args = parser.parse_args()
    command = own_commands(args.data, args.grammar)
    house = grammar.build(Home(commands=(command,)))
    engine = recognisers.load()
    listed = sound.rows("s2i", args.data)
    random.Random(1).shuffle(listed)
    listed = listed[: args.limit or None]
    noise = sound.read(args.data / "noise" / "audio" / "gsc_doing_the_dishes.flac")
    print(f"{engine.name}, grammar {args.grammar}, {len(listed)} recordings, dev; {sound.machine()}")
    shares = []
    worst: list[tuple[str, str, Any, str]] = []
    for condition in args.snr.split(","):
        right, times = 0, []
        for row in listed:
            clean = sound.read(args.data / "s2i" / row["file"])
            seed = zlib.crc32(row["file"].encode())
            pcm = sound.to_int16(clean) if condition == "clean" else sound.mixed(clean, noise, float(condition), seed)
            engine.start(house)
            engine.accept(pcm)
            began = time.process_time()
            heard = engine.finish()
            times.append(time.process_time() - began)
            good = slots_of(heard.text, command) == row["slots"]
            right += good
            if not good:
                worst.append((condition, heard.text, row["slots"], heard.free))
        low, high = sound.wilson(right, len(listed))
        if condition != "clean":
            shares.append(right / len(listed))
        share = right / len(listed)
        took = np.median(times) * 1000
        print(f"{condition:>6}  {right}/{len(listed)}  {share:.1%}  [{low:.1%}, {high:.1%}]  median {took:.0f} ms", flush=True)
    if shares:
        print(f"mean of the noisy ones: {np.mean(shares):.2%}")
    for item in worst[:20]:
        print("   ", *item, sep=" | ")


if __name__ == "__main__":
    main()
