"""Invents conversations in which a request fails and is said again, or is not. Knows public wordings, invented homes and misheard words.

Wordings: HWU64 without the held fold and SLURP devel, grouped by intent and fillers, and the templates below over invented homes. Errors:
`confusion.py`, fitted on half of SLURP's recogniser outputs. What is scored elsewhere (dataset.never) is left out.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from models.conversation.again import TURNS, After, Window
from models.reading.wordpiece import split_words
from models.training import corpora, dataset
from models.training.homes import InventedHome, invent

TEMPLATES: dict[str, tuple[tuple[str, ...], ...]] = {
    "light": (
        ("turn on the {n}", "switch on the {n}", "{n} on", "put the {n} on please", "can you turn the {n} on", "i want the {n} on"),
        ("turn off the {n}", "switch the {n} off", "{n} off", "kill the {n}", "shut off the {n}"),
        ("dim the {n} to {p} percent", "set the {n} to {p} percent", "{n} at {p} percent", "make the {n} {p} percent bright"),
        ("make the {n} {c}", "set the {n} to {c}", "change the colour of the {n} to {c}", "{c} light on the {n}"),
    ),
    "switch": (
        ("turn on the {n}", "start the {n}", "switch the {n} on", "{n} on"),
        ("turn off the {n}", "stop the {n}", "switch off the {n}", "{n} off please"),
        ("is the {n} on", "did i leave the {n} on", "check whether the {n} is on"),
    ),
    "cover": (
        ("open the {n}", "raise the {n}", "could you open the {n}", "{n} up"),
        ("close the {n}", "shut the {n}", "lower the {n}", "{n} down please"),
        ("set the {n} to {p} percent", "open the {n} {p} percent", "{n} to {p} percent"),
    ),
    "lock": (("lock the {n}", "please lock the {n}", "make sure the {n} is locked"), ("is the {n} locked", "did we lock the {n}")),
    "player": (
        ("turn up the {n}", "make the {n} louder", "{n} louder"),
        ("pause the {n}", "pause what is on the {n}", "hold the {n}"),
        ("set the volume of the {n} to {p} percent", "{n} volume {p}", "put the {n} at {p} percent volume"),
    ),
    "climate": (
        ("set the {n} to {t} degrees", "put the {n} at {t}", "{n} to {t} degrees please", "make it {t} degrees on the {n}"),
        ("what is the {n} set to", "how warm is the {n}"),
    ),
    "area": (
        ("turn on the lights in the {a}", "{a} lights on", "lights on in the {a}", "light up the {a}"),
        ("turn off the {a} lights", "lights off in the {a}", "no lights in the {a} please", "make the {a} dark"),
        ("what is the temperature in the {a}", "how warm is it in the {a}", "{a} temperature"),
        ("vacuum the {a}", "clean the {a}", "send the vacuum to the {a}"),
    ),
    "time": (
        ("set a timer for {m} minutes", "{m} minute timer", "start a timer of {m} minutes", "count down {m} minutes"),
        ("wake me at {h}", "set an alarm for {h}", "alarm at {h} please"),
        ("remind me at {h} to call {w}", "reminder to call {w} at {h}"),
    ),
}
COLOURS = ("red", "blue", "green", "warm white", "purple", "orange", "pink")
NUMBERS = ("ten", "15", "twenty", "30", "forty", "50", "sixty", "70", "80", "ninety", "25")
LEADS = (
    "no {}", "no, {}", "no i said {}", "i said {}", "i meant {}", "no i meant {}", "no no {}", "that's wrong, {}", "wrong, {}", "sorry, {}",
    "hey {}", "ugh, {}", "actually {}", "no that's not what i said, {}", "not that, {}", "let me try again, {}", "again, {}", "please {}",
    "listen, {}", "stop, {}", "wait, {}", "what i want is {}", "i asked you to {}", "argh {}", "oh come on, {}", "once more, {}",
    "are you deaf, {}", "{} i said", "{} please", "{} this time", "{}, i meant", "well, {}", "look, {}", "okay, {}", "um {}", "nope, {}",
)  # fmt: skip
SHORT = ("no the {}", "the {}", "no, the {}", "i meant the {}", "{} i said", "not that one, the {}", "the {} i mean", "no i said the {}")
SEQUELS = (
    "and the {a} too", "also the {n}", "and now the {n}", "the {a} as well", "then do the {n}", "the same in the {a}", "and the {n}",
    "do that for the {n} too", "the {n} too please", "what about the {a}", "now the other one",
)  # fmt: skip
TALK = (
    "thanks", "thank you", "stop", "never mind", "no", "wrong", "okay", "great", "that's not right", "forget it", "cancel", "cancel that",
    "undo that", "what", "what did you do", "why did you do that", "good", "louder", "quieter", "yes", "leave it", "hello",
    "are you there",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Goal:
    """What somebody wants, in all the ways that it is said; `value` is the word that makes it this goal and not its sister."""

    wordings: tuple[str, ...]
    value: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A window and where the request is said again with success: (later turn, first, last character + 1), or None."""

    window: Window
    answer: tuple[int, int, int] | None


def public(shared: Path) -> list[Goal]:
    """Requests of the train sets, those of equal intent and fillers together."""
    skip = dataset.never(shared)
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for name in ("hwu64/cv10_all.jsonl", "slurp/devel.jsonl"):
        for row in corpora.rows(shared / name):
            text = corpora.flat(row["text"])
            if text in skip or int(row.get("test_fold", 0)) == corpora.HELD_FOLD or not 1 < len(text.split()) <= 14:
                continue
            fillers = tuple(sorted(str(e.get("filler") or e.get("value") or "").lower() for e in row["entities"]))
            alone = "" if fillers else text if row["intent"].startswith(("general", "qa")) else "any"
            groups[row["intent"], (*fillers, alone)].append(text)
    return [Goal(tuple(dict.fromkeys(texts)), kind=intent) for (intent, _), texts in groups.items()]


def at_home(r: random.Random, home: InventedHome) -> Goal:
    """A request to an invented home."""
    kind = r.choice(("light", "light", "light", "area", "area", "switch", "cover", "player", "climate", "time", "lock"))
    wordings = r.choice(TEMPLATES[kind])
    value = r.choice(home.areas) if kind == "area" else "" if kind == "time" else r.choice(home.names[kind])
    fill = {
        "n": value, "a": value, "c": r.choice(COLOURS), "p": r.choice(NUMBERS), "t": str(r.randint(16, 25)), "m": r.choice(NUMBERS),
        "h": f"{r.randint(5, 11)} {r.choice(('am', 'pm', 'thirty', 'o clock'))}", "w": r.choice(home.people),
    }  # fmt: skip
    return Goal(tuple(w.format(**fill) for w in wordings), value, kind)


class Maker:
    """Draws conversations."""

    def __init__(self, shared: Path, seed: int) -> None:
        self.r = random.Random(seed)
        self.noise = dataset.confusion(shared)
        self.goals = public(shared)
        self.with_others = [g for g in self.goals if len(g.wordings) > 1]
        self.home = invent(self.r)

    def goal(self) -> Goal:
        k = self.r.random()
        return at_home(self.r, self.home) if k < 0.55 else self.r.choice(self.with_others if k < 0.8 else self.goals)

    def mangled(self, text: str) -> str:
        """As a recogniser may hear it; other than it was said."""
        words = split_words(text)
        for strength in (1.0, 1.5, 2.5, 4.0, 6.0):
            heard = " ".join(self.noise.mangle(self.r, words, [], strength)[0])
            if heard != " ".join(words):
                return heard
        return text

    def gap(self, again: bool) -> float:
        return self.r.uniform(2, 30) if again else self.r.choice((self.r.uniform(3, 45), self.r.uniform(15, 120)))

    def said(self, goal: Goal, before: str, lead: float = 0.45) -> tuple[str, int, int]:
        """The goal in words, with what may be put around it: (text, first, last + 1)."""
        r = self.r
        if goal.value and r.random() < 0.12:
            text, form = goal.value, r.choice(SHORT)
        else:
            text, form = (before if r.random() < 0.6 else r.choice(goal.wordings)), r.choice(LEADS) if r.random() < lead else "{}"
        at = form.index("{}")
        return form.format(text), at, at + len(text)

    def other(self, goal: Goal) -> After:
        """Something else that is said: a sister of the goal, a sequel, a word of talk, or anything."""
        r, k = self.r, self.r.random()
        if k < 0.2 and goal.value:
            sister = r.choice(self.home.areas) if goal.kind == "area" else r.choice(self.home.names[goal.kind])
            if sister != goal.value:
                return After(text=r.choice(goal.wordings).replace(goal.value, sister), gap_s=self.gap(False), feedback="ok")
        if k < 0.38:
            name = r.choice(self.home.names[r.choice(("light", "switch", "cover"))])
            text = r.choice(SEQUELS).format(a=r.choice(self.home.areas), n=name)
            return After(text=text, gap_s=self.gap(r.random() < 0.6), feedback=r.choice(("ok", "ok", "fail", "none")))
        if k < 0.52:
            return After(text=r.choice(TALK), gap_s=r.uniform(1.5, 15), feedback=r.choice(("ok", "fail", "none")))
        text = r.choice(self.goal().wordings)
        if r.random() < 0.2:
            text = self.mangled(text)
        return After(text=text, gap_s=self.gap(False), feedback=r.choice(("ok", "ok", "ok", "fail", "none", "undo")))

    def draw(self) -> Example:
        """One conversation."""
        r = self.r
        if r.random() < 0.1:
            self.home = invent(r)
        goal = self.goal()
        text = r.choice(goal.wordings)
        k = r.random()
        heard = self.mangled(text) if k < 0.78 else text
        feedback = r.choice(("fail", "fail", "fail", "barge", "undo", "no", "ok", "none"))
        after: list[After] = []
        answer: tuple[int, int, int] | None = None
        if r.random() < 0.12:
            feedback = r.choice(("ok", "ok", "barge", "none"))
            heard = text if r.random() < 0.7 else heard
            after = [self.other(goal) for _ in range(r.randint(1, TURNS))]
            return self.example(heard, feedback, after, None)
        tries = r.choice((0, 1, 1, 1, 1, 2, 2, 3)) if feedback not in ("ok", "none") else r.choice((0, 0, 1, 1, 2))
        works = r.random() < 0.85
        for number in range(tries):
            while r.random() < 0.16:
                after.append(self.other(goal))
            again, first, last = self.said(goal, text)
            good = works and number == tries - 1
            if not good and r.random() < 0.75:
                lead, inner, tail = again[:first], self.mangled(again[first:last]), again[last:]
                again, last = lead + inner + tail, first + len(inner)
            told = r.choice(("ok", "ok", "ok", "none", "barge")) if good else r.choice(("fail", "fail", "fail", "barge", "undo", "no"))
            if len(after) >= TURNS:
                break
            after.append(After(text=again, gap_s=self.gap(True), feedback=told))
            if good:
                answer = (len(after) - 1, first, last)
        for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
            after.append(self.other(goal))
        if not after:
            after.append(self.other(goal))
        return self.example(heard, feedback, after, answer)

    def example(self, heard: str, feedback: str, after: list[After], answer: tuple[int, int, int] | None) -> Example:
        window = Window(text=heard, feedback=feedback, after=tuple(after[:TURNS]))
        return Example(window, answer if answer is not None and answer[0] < TURNS else None)
