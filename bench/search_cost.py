"""`python -m bench.search_cost`: what everything learned costs a turn: memory, the first turn, clear turns and turns in doubt.

Two thousand own requests, the home's own names, rules; one thread. CPU time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.cost import rss_mb
from devices.homefile import load_home
from hub.asking import DEMO_HOME
from hub.knowledge import NOTHING, Knowledge, Learned, Rule, Said, assemble
from hub.learning import retrieve
from hub.loop import new_turn
from hub.turn import Opening
from hub.understand import understand
from models.reading.interpret import Interpreter
from models.reading.nlu import Nlu
from models.said import Context, Utterance

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CLEAR = ("turn on the kitchen light", "turn off the desk lamp", "what time is it", "set a timer for ten minutes", "close the blinds")
DOUBT = (
    "turn on the kitten lied", "turn of the dusk lamb", "clothes the blends", "said the thermal stat to twenty", "ton on the flow lamb",
)  # fmt: skip


def everything(home: str | None) -> Knowledge:
    """As much as a home may ever have learned."""
    verbs = ["turn on", "turn off", "dim", "open", "close", "is", "lock", "set", "pause", "start"]
    places = ["kitchen", "bedroom", "den", "hall", "attic", "garage", "porch", "study", "bath", "loft"]
    things = [
        "light", "lamp", "fan", "blind", "door", "tv", "radio", "heater", "shade", "plug", "sign", "spot",
        "speaker", "window", "vent", "pump", "tree", "clock", "camera", "lock",
    ]  # fmt: skip
    texts = [f"{verb} the {place} {thing}" for verb in verbs for place in places for thing in things]
    said = tuple(Said(text=text, home=home, n=float(3 + k % 9), meaning="") for k, text in enumerate(texts))
    rules = tuple(
        Rule(id=f"r{k}", kind="text" if k % 2 else "fragment", heard=f"dusk lamb {k}", to=f"desk lamp {k}", source="personal", home=home)
        for k in range(2000)
    )
    words = Counter(w for s in said for w in s.text.split() for _ in range(3))
    return assemble(1, Learned(said=said, rules=rules, words={home or "": dict(words)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=DEMO_HOME)
    args = parser.parse_args()
    home, reader = load_home(args.home), Interpreter(Nlu())
    reader.nlu = Nlu()  # without the memory of sentences, which would hide what a turn costs

    def cost(texts: tuple[str, ...], knowledge: Knowledge, n: int = 40) -> list[float]:
        took = []
        for k in range(n):
            for text in texts:
                turn = replace(
                    new_turn(Opening(kind="wake", at=NOW), f"{k}"), context=Context(now=NOW), utterance=Utterance(text=text, confidence=1.0)
                )
                began = time.process_time()
                understand(turn, reader, home, knowledge)
                took.append(1000 * (time.process_time() - began))
        return sorted(took)

    cost((*CLEAR, *DOUBT), NOTHING, 3)
    before = rss_mb()
    knowledge = everything(home.id)
    held = rss_mb()
    began = time.process_time()
    retrieve.warm(knowledge, home)
    warmed = time.process_time() - began
    cost(DOUBT, knowledge, 3)
    print(f"memory: knowledge {held - before:.0f} MB, indices and bi-encoder {rss_mb() - held:.0f} MB; made in {warmed:.2f} s")
    for name, texts in (("clear", CLEAR), ("in doubt", DOUBT)):
        none, full = cost(texts, NOTHING), cost(texts, knowledge)
        print(
            f"{name}: {statistics.median(none):.1f} → {statistics.median(full):.1f} ms (median), "
            f"{none[int(0.95 * len(none))]:.1f} → {full[int(0.95 * len(full))]:.1f} ms (p95)"
        )


if __name__ == "__main__":
    main()
