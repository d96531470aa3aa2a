"""`python -m bench.rephrases`: which later words say a failed request again, beside every simpler way.

On conversations written by hand (rephrases.txt: one person, other words than the training data's; nothing was fitted on it), and with
`--homes N` on simulated homes 1500… with hidden truth, as bench.households.detect has them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rapidfuzz.fuzz import ratio

from hub.learning import rephrase, spans
from hub.learning.signals import Judged, observe, row_of, sessions, weigh
from models.conversation.again import Again
from models.reading.nlu import Nlu

FILE = Path(__file__).with_name("rephrases.txt")
Answer = tuple[int, int, int] | None
"""(turn of the session, first character, last + 1)"""
Method = Callable[[Sequence[Judged], int], Answer]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A session, the turn of it that is asked about, and the truth."""

    session: list[Judged]
    asked: int
    truth: Answer


def read(path: Path, nlu: Nlu) -> list[Dialogue]:
    """The conversations of the file as the learner would see them: Turn JSON, judged."""
    out = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            continue
        at, truth, rows = datetime(2026, 11, 2, 12, tzinfo=UTC), None, []
        for n, line in enumerate(lines):
            gap, told, text = ("0", *line.split(" ", 1)) if n == 0 else line.split(" ", 2)
            at += timedelta(seconds=float(gap))
            if "[" in text:
                start, end = text.index("["), text.index("]") - 1
                text = text.replace("[", "").replace("]", "")
                truth = (n, start, end)
            rows.append(turn(f"t{n}", at, told, text, nlu))
        out.append(Dialogue(observe([row_of(r) for r in rows]), 0, truth))
    return out


def simulated(rows: Sequence[dict[str, Any]], truths: Mapping[str, str], right: Mapping[str, str | None]) -> list[Dialogue]:
    """Every failed turn of a simulated home's journal."""
    out = []
    for some in sessions(row_of({k: v for k, v in r.items() if not k.startswith("_")}) for r in rows):
        session = observe(some)
        place = {t.row.id: k for k, t in enumerate(session)}
        for i, judged in enumerate(session):
            if truths[judged.row.id] not in ("correct", "false_wake"):
                j = place.get(right[judged.row.id] or "")
                out.append(Dialogue(session, i, None if j is None else (j, *session[j].row.span)))
    return out


def households(homes: int, data: Path) -> list[Dialogue]:
    """Failed turns of simulated homes that nothing was trained on."""
    from bench.households.confusion import Confusion
    from bench.households.house import build
    from bench.households.journal import journal
    from bench.households.train import VARIED
    from hub.learning.reading import reader

    confusion, out = Confusion(data / "slurp"), []
    with (data / "clinc150" / "oos_val.jsonl").open(encoding="utf-8") as lines:
        chatter = [json.loads(line)["text"] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1500, 1500 + homes):
            house = build(number, Path(folder), data, confusion, VARIED, 9, reader)
            rows = list(journal(house, VARIED, 9, chatter))
            out += simulated(rows, house.truths, house.right_turn)
    return out


def turn(name: str, at: datetime, told: str, text: str, nlu: Nlu) -> dict[str, Any]:
    """A turn of the journal, as far as the words and what became of them say."""
    meant = nlu.read(text)
    slots = {span.slot: span.text for span in meant.spans}
    done = told != "fail"
    return {
        "id": name, "at": at.isoformat(), "home": "h", "person": None, "heard": text,
        "intent": meant.intent if done else None, "slots": slots if done else {}, "targets": [],
        "decision": "act" if done else "decline", "code": None if done else "no_intent_match", "actions": [], "reply_audio_ms": 900,
        "feedback": {"barge_in_ms": 500 if told == "barge" else None, "explicit": "no" if told == "no" else None, "undone": told == "undo"},
    }  # fmt: skip


def spanned(session: Sequence[Judged], j: int | None) -> Answer:
    return None if j is None else (j, *session[j].row.span)


def next_turn(session: Sequence[Judged], i: int) -> Answer:
    return spanned(session, i + 1 if i + 1 < len(session) else None)


def edit_distance(session: Sequence[Judged], i: int) -> Answer:
    near = [(ratio(session[i].row.text, s.row.text) / 100, j) for j, s in enumerate(session) if i < j <= i + 5 and s.row.done]
    return spanned(session, max(near)[1] if near and max(near)[0] >= 0.6 else None)


def same_intent(session: Sequence[Judged], i: int, nlu: Nlu) -> Answer:
    mine = nlu.read(session[i].row.text).intent
    return spanned(session, next((j for j, s in enumerate(session) if i < j <= i + 5 and s.row.done and s.row.intent == mine), None))


def listwise(session: Sequence[Judged], i: int, network: Again | None, without: str = "") -> Answer:
    """What the learner does: links, chains and the last success. `without`: feedback or gaps are hidden from the network."""
    session = [replace(s, links={}, best=None) for s in session]
    rephrase.link(session, network, without)
    weigh(session)
    for k in range(len(session) - 1, -1, -1):
        session[k].best = rephrase.best(session, k)
    j = session[i].best
    failed = session[i].defect >= 0.5 or session[i].row.hard
    return spanned(session, j if j is not None and failed and rephrase.chain(session, i) >= rephrase.LINKED else None)


def encoder(session: Sequence[Judged], i: int, network: Again, without: str = "") -> Answer:
    """The span network alone."""
    found = spans.found(session, [i], network, without).get(i)
    if found is None:
        return None
    best = max(range(len(found.turns)), key=lambda k: found.turns[k])
    return (i + 1 + best, *found.spans[best]) if found.turns[best] > found.nothing else None


def pairwise(session: Sequence[Judged], i: int, network: Again) -> Answer:
    """A cross-encoder that sees one later turn at a time: the surest."""
    one = spans.window(session, i)
    read = network.read([replace(one, after=(a,)) for a in one.after]) if one.after else []
    best = max(range(len(read)), key=lambda k: read[k].turns[0], default=None)
    return None if best is None or read[best].turns[0] <= read[best].nothing else (i + 1 + best, *read[best].spans[0])


def words(answer: Answer, session: Sequence[Judged]) -> list[str]:
    """The words of a span, each with its turn."""
    if answer is None:
        return []
    turn, start, end = answer
    return [f"{turn} {w}" for w in re.findall(r"[\w']+", session[turn].row.heard[start:end])]


def overlap(a: list[str], b: list[str]) -> float:
    """F1 of two spans in words; two nothings agree."""
    if not a or not b:
        return float(a == b)
    common = sum(min(a.count(w), b.count(w)) for w in set(a))
    return 2 * common / (len(a) + len(b))


def figures(rows: Sequence[tuple[Answer, Answer, float]]) -> tuple[float, ...]:
    """Turn F1, precision, recall; span F1 and exact match over all; right refusals."""
    right = sum(a is not None and b is not None and a[0] == b[0] for a, b, _ in rows)
    claimed, there = sum(a is not None for a, _, _ in rows), sum(b is not None for _, b, _ in rows)
    none = [a is None for a, b, _ in rows if b is None]
    return (
        2 * right / max(1, claimed + there), right / max(1, claimed), right / max(1, there), sum(f for _, _, f in rows) / len(rows),
        sum(f == 1.0 for _, _, f in rows) / len(rows), sum(none) / max(1, len(none)),
    )  # fmt: skip


def row(name: str, found: Sequence[tuple[Answer, Answer, float]]) -> str:
    """One line of the table; the interval is of the turn F1, by bootstrap over conversations."""
    rng = random.Random(1)
    draws = sorted(figures(rng.choices(found, k=len(found)))[0] for _ in range(500))
    first, *others = figures(found)
    return f"| {name} | {len(found)} | {first:.3f} ({draws[12]:.3f} … {draws[487]:.3f}) | {' | '.join(f'{f:.3f}' for f in others)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--network", type=Path, help="weights of the span network, if not the ones that ship")
    parser.add_argument("--pair", type=Path, help="weights of the pairwise baseline (models/training/again.py --pair)")
    parser.add_argument("--homes", type=int, default=0)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=0)
    args = parser.parse_args()
    nlu = Nlu()
    network = Again(args.network) if args.network else spans.reader()
    pair = Again(args.pair) if args.pair else None
    dialogues = households(args.homes, args.data) if args.homes else read(args.file, nlu)
    print(table(dialogues, ways(nlu, network, pair), args.show))


def ways(nlu: Nlu, network: Again | None, pair: Again | None) -> dict[str, Method]:
    """Every way that is compared."""
    out: dict[str, Method] = {
        "next turn": next_turn, "edit distance ≥ 0.6": edit_distance, "same intent": lambda s, i: same_intent(s, i, nlu),
    }  # fmt: skip
    if pair is not None:
        out["pairwise cross-encoder"] = lambda s, i: pairwise(s, i, pair)
    out["features alone"] = lambda s, i: listwise(s, i, None)
    if network is not None:
        for name, without in (("", ""), (" − feedback", "feedback"), (" − time", "gap")):
            out[f"span network{name}"] = lambda s, i, w=without: encoder(s, i, network, w)  # type: ignore[misc]
        for name, without in (("", ""), (" − feedback", "feedback"), (" − time", "gap")):
            out[f"both{name}"] = lambda s, i, w=without: listwise(s, i, network, w)  # type: ignore[misc]
    return out


def table(dialogues: Sequence[Dialogue], methods: Mapping[str, Method], show: int = 0) -> str:
    """The figures of every way, and what the last but two gets wrong."""
    lines = ["| way | failed turns | turn F1 (95 %) | precision | recall | span F1 | exact | right refusals |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    wrong = []
    for name, method in methods.items():
        found = []
        for d in dialogues:
            got = method(d.session, d.asked)
            found.append((got, d.truth, overlap(words(got, d.session), words(d.truth, d.session))))
            if name == "both" and (got and got[0]) != (d.truth and d.truth[0]):
                wrong.append(f"{d.session[d.asked].row.heard!r}: {got} for {d.truth}")
        lines.append(row(name, found))
    return "\n".join([*lines, *wrong[:show]])


if __name__ == "__main__":
    main()
