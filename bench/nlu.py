"""How well the joint model reads sentences it was never trained on: intent, slots, out of scope, calibration, time and memory.

Run: python -m bench.nlu [--shared ../shared/data] [--write]. Dev data only.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from models.reading.nlu import NONE, Nlu, Reading
from models.reading.wordpiece import split_words
from models.training import dataset, mapping
from models.training.sentences import Example


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.96, right / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def row(name: str, right: int, n: int) -> str:
    low, high = wilson(right, n)
    return f"| {name} | {100 * right / max(1, n):.1f} % | {100 * low:.1f}–{100 * high:.1f} | {n} |"


def spans_of(example: Example) -> set[tuple[str, str]]:
    """The slots of a generated example: slot and plain words."""
    out: set[tuple[str, str]] = set()
    slot, words = "", []
    for word, tag in [*zip(example.words, example.tags, strict=True), ("", "O")]:
        if tag.startswith("I-") and tag[2:] == slot:
            words.append(word)
            continue
        if slot:
            out.add((slot, " ".join(words)))
        slot, words = (tag[2:], [word]) if tag != "O" else ("", [])
    return out


LEXICAL = frozenset(("pronoun", "direction", "quantifier", "here"))


def same_spans(reading: Reading, example: Example) -> bool:
    """All slots that carry a value are right; words that a list of words finds as well are not counted."""
    got = {(s.slot, s.text) for s in reading.spans if s.slot not in LEXICAL}
    return got == {s for s in spans_of(example) if s[0] not in LEXICAL}


def resident_mb() -> float:
    """Resident memory of this process now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def speed(nlu: Nlu, texts: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile, milliseconds of processor time a sentence (all work is in the calling thread)."""
    took = []
    for text in texts:
        began = time.thread_time()
        nlu.read(text)
        took.append(1000 * (time.thread_time() - began))
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.95)]


def hassil_right(cases: Sequence[tuple[str, tuple[str, ...], str]]) -> int:
    """How many of these texts Home Assistant's own matcher reads, given any name and area that the text holds (the kindest case for it)."""
    import hassil
    import home_assistant_intents

    data = home_assistant_intents.get_intents("en")
    assert data is not None
    data["lists"] = {**data["lists"], **{k: {"wildcard": True} for k in ("name", "area", "floor")}}
    for intent in data["intents"].values():
        for block in intent["data"]:
            block.pop("requires_context", None)
    intents = hassil.Intents.from_dict(data)
    right = 0
    for text, readings, _ in cases:
        found = {r.intent.name for r in hassil.recognize_all(text, intents)}
        right += bool(found & set(readings))
    return right


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--shared", type=Path, default=Path("../shared/data"))
    ask.add_argument("--path", type=Path, default=None)
    ask.add_argument("--hassil", action="store_true", help="the same sentences by hassil too (minutes)")
    ask.add_argument("--failures", type=int, default=20)
    args = ask.parse_args()
    bare = resident_mb()
    nlu = Nlu(args.path)
    nlu.read("turn on the kitchen light and set it to fifty percent please now")
    loaded = resident_mb() - bare
    folder = args.path or Path("models/weights/nlu")
    size = sum(p.stat().st_size for p in folder.iterdir()) / 1e6
    scored = dataset.scored(args.shared)
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; model {nlu.version}; split: dev\n")
    print("| what | right | 95 % | n |\n| --- | --- | --- | --- |")
    failures: list[str] = []
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    confusion: Counter[tuple[str, str]] = Counter()
    fives: list[tuple[float, bool]] = []
    total = {"gold": [0, 0], "heard": [0, 0]}
    for name in ("slurp gold", "hwu64 held fold", "slurp heard"):
        right = n = again = narrow = 0
        for text, readings, label in scored[name]:
            if label not in mapping.HOME:
                continue
            got = nlu.read(text)
            ok = got.intent in readings
            right, n = right + ok, n + 1
            again += any(i in readings for i, _ in got.intents[:3])
            narrow += got.intent == (readings[0] if label == "datetime_query" else mapping.SLURP[label][0])
            kind = "heard" if name == "slurp heard" else "gold"
            total[kind][0] += ok
            total[kind][1] += 1
            group = next(g for g, labels in mapping.HOME_GROUPS.items() if label in labels)
            groups[f"{kind}: {group}"][0] += ok
            groups[f"{kind}: {group}"][1] += 1
            fives.append((got.intents[0][1], ok))
            if not ok:
                confusion[(label, got.intent)] += 1
                if name != "slurp heard":
                    failures.append(f"{text!r}: {got.intent} {got.intents[0][1]:.2f}, wanted {readings[0]} ({label})")
        print(row(f"{name}, home intents", right, n))
        print(row(f"{name}, one reading a label only, whatever the wording", narrow, n))
        print(row(f"{name}, a right one among the first three", again, n))
    print(row("**free human phrasing, gold texts**", *total["gold"]))
    print(row("**free human phrasing, real recogniser texts**", *total["heard"]))
    for name, (right, n) in sorted(groups.items()):
        print(row(name, right, n))
    for name, examples in dataset.splits().items():
        intent = slots = count = 0
        for ex in examples:
            got = nlu.read(" ".join(ex.words))
            intent += got.intent in ex.intents
            slots += same_spans(got, ex)
            count += got.n_commands == ex.n
        print(row(f"{name} split, intent", intent, len(examples)))
        print(row(f"{name} split, all value slots", slots, len(examples)))
        print(row(f"{name} split, number of commands", count, len(examples)))
    wanted = [nlu.read(t) for k in ("slurp gold", "hwu64 held fold") for t, _, label in scored[k] if label in mapping.HOME]
    level = sorted(r.for_me for r in wanted)[int(0.02 * len(wanted))]
    others = [t for t, r, _ in scored["clinc val"] if r == (NONE,)]
    for name, texts in (
        ("CLINC150 out-of-scope sentences", [t for t, _, _ in scored["oos"]]),
        ("CLINC150 other assistants' sentences", others),
    ):
        print(
            row(
                f"{name} taken for ours at 2 % false rejects (for_me ≥ {level:.3f})",
                sum(nlu.read(t).for_me >= level for t in texts),
                len(texts),
            )
        )
        print(row(f"{name} taken for ours by intent", sum(nlu.read(t).intent != NONE for t in texts), len(texts)))
    made = {" ".join(ex.words) for ex in dataset.templates_only(60_000)}
    gold = [c for k in ("slurp gold", "hwu64 held fold") for c in scored[k] if c[2] in mapping.HOME]
    new = [c for c in gold if " ".join(split_words(c[0])) not in made]
    print(row("gold texts that no template makes", sum(nlu.read(t).intent in r for t, r, _ in new), len(new)))
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for p, ok in fives:
        bins[min(9, int(p * 10))].append((p, ok))
    gap = sum(abs(sum(p for p, _ in b) - sum(ok for _, ok in b)) for b in bins.values()) / len(fives)
    print(f"\ncalibration error of the first intent (ten bins): {gap:.3f}")
    for texts_name, texts in (
        ("12 words", ["could you please turn off all the lights in the living room now"] * 200),
        ("dev sentences", [t for t, _, _ in scored["slurp gold"]][:600]),
    ):
        middle, tail = speed(nlu, texts)
        print(f"{texts_name}: {middle:.2f} ms median, {tail:.2f} ms p95 of processor time, one thread")
    trained = json.loads((folder / "labels.json").read_text())["trained"]
    print(f"size on disk {size:.1f} MB; memory over the bare process {loaded:.0f} MB; trained with {trained}")
    if args.hassil:
        for name in ("slurp gold", "hwu64 held fold", "slurp heard"):
            cases = [c for c in scored[name] if c[2] in mapping.HOME]
            cases = cases[:: max(1, len(cases) // 400)]
            print(row(f"hassil with any name and area, {name}", hassil_right(cases), len(cases)))
    print("\nmost confused (label, read as):")
    for (label, intent_name), n in confusion.most_common(20):
        print(f"- {label} as {intent_name}: {n}")
    print("\nhardest failures:")
    for line in failures[:: max(1, len(failures) // args.failures)][: args.failures]:
        print(f"- {line}")


if __name__ == "__main__":
    main()
