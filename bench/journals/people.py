"""Knows how people behave when a hub gets it right or wrong, and writes what the hub could have seen; the truth goes into a second list."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.journals import words as W
from bench.journals.ears import Room, norm
from bench.journals.foreign import CODES, Read, confidence, intent, read, reply
from bench.journals.world import SERVICES, Goal, House, Person, goals

Row = dict[str, Any]


@dataclass
class Life:
    """One home's run through the weeks."""

    home: House
    ears: Room
    r: random.Random
    journal: list[Row] = field(default_factory=list)
    truth: list[Row] = field(default_factory=list)
    now: datetime = datetime(2026, 9, 28, 5, 0, tzinfo=UTC)
    serial: int = 0
    goal_no: int = 0
    wants: list[tuple[Goal, float]] = field(default_factory=list)
    tv: float = 0.3
    """Times a day that something wakes the hub that was not meant for it."""
    broken: float = 0.012
    """Share of deeds that the device does not do."""
    cannot: float = 0.3
    """Weight of what no house can do."""
    strict: float = 0.8
    """How alike a name must be for this hub to take it."""
    fixed: dict[tuple[str, Goal], str] = field(default_factory=dict)
    """People have their own way to ask for a thing, and mostly keep to it."""

    def __post_init__(self) -> None:
        every = goals(self.home)
        self.r.shuffle(every)
        self.wants = [(g, 1.0 / (1 + i) ** 0.75 * (self.cannot if g.verb == "unsupported" else 1.0)) for i, g in enumerate(every)]

    # -- asking -----------------------------------------------------------------------------------------------------

    def phrase(self, goal: Goal, p: Person) -> str:
        key = (str(p.id), goal)
        if key not in self.fixed or self.r.random() < 0.35:
            text = W.say(goal, self.home, p, self.r)
            if p.guest:
                return text
            self.fixed.setdefault(key, text)
            return text
        return self.fixed[key]

    def truth_of(self, goal: Goal) -> tuple[str | None, tuple[str, ...], tuple[tuple[str, Any], ...]]:
        return goal.verb, goal.targets, goal.value

    def turn(
        self, said: str, goal: Goal | None, p: Person, room: str | None, *, care: float = 1.0, tv: bool = False
    ) -> tuple[Row, Row, bool]:
        """One turn, heard and answered; says whether what was wanted was done."""
        r, style = self.r, self.home.style
        heard = self.ears.hear(said, r, care)
        got = read(heard, self.home, room, self.strict)
        gold = read(said, self.home, room, self.strict)
        unsupported = goal is not None and goal.verb == "unsupported"
        broken = got.code is None and bool(got.targets) and r.random() < self.broken
        right = goal is not None and not broken and got.same(self.truth_of(goal))
        if unsupported:
            right = got.code is not None
        if got.code == "ambiguous" and goal is not None and got.verb == goal.verb and set(goal.targets) <= set(got.targets):
            right = False
        if tv:
            failure = "false_wake"
        elif right:
            failure = "correct"
        elif goal is not None and broken and got.same(self.truth_of(goal)):
            failure = "result"
        elif goal is not None and gold.same(self.truth_of(goal)):
            failure = "asr"
        elif goal is not None and (gold.verb == goal.verb or (goal.verb == "heat" and gold.verb == "dim")):
            failure = "entity"
        else:
            failure = "nlu"
        code = "unavailable" if broken and got.code is None else got.code
        self.serial += 1
        ident = {
            0: f"{self.home.id}:{self.serial}",
            1: f"{r.randrange(16**8):08x}-{self.serial:04d}",
            2: f"t{self.serial}@{self.home.id}",
            3: f"{self.home.id}/{self.now:%Y%m%d}/{self.serial}",
        }[style]
        clean = 1.0 if heard == norm(said) else r.uniform(0.35, 0.85)
        number = confidence(style, 0.95 * clean, r)
        decision = (
            "act"
            if code is None and got.targets and got.verb not in ("weather", "warmth")
            else "answer"
            if code is None and got.verb in ("weather", "warmth", "time")
            else "act"
            if code is None
            else "ask"
            if code == "ambiguous"
            else "decline"
        )
        known = None if code is None else CODES[style].get(code, code)
        actions = []
        if code in (None, "unavailable") and got.targets and got.verb not in ("weather", "warmth"):
            service = SERVICES.get((got.verb or "", got.targets[0].split(".")[0]), ("homeassistant.turn_on", None))[0]
            actions = [
                {"service": service, "entity_id": t, "data": dict(got.value), "status": "timed_out" if broken else "confirmed"}
                for t in got.targets
            ]
        row: Row = {
            "kind": "turn",
            "id": ident,
            "at": self.now.isoformat(),
            "home": self.home.id,
            "person": p.id if self.home.persons_known else None,
            "room": room if self.home.rooms_known else None,
            "wake": {"phrase": "ok hub", "score": round(r.uniform(0.45, 0.75) if tv else r.uniform(0.6, 0.999), 2)} if style != 2 else None,
            "heard": heard,
            "asr": {"confidence": number, "nbest": []},
            "rewrite": None,
            "intent": intent(got.verb),
            "slots": {k: v for k, v in got.slots.items() if v is not None},
            "confidence": round(got.confidence, 3) if style != 3 else None,
            "margin": round(got.margin, 3) if style in (0, 1) else None,
            "frames": []
            if code == "no_intent_match" or style == 1
            else [{"intent": intent(got.verb), "slots": got.slots, "targets": list(got.targets)}],
            "targets": list(got.targets),
            "decision": decision,
            "code": known,
            "actions": actions,
            "reply": reply(style, got if not broken else Read(got.verb, got.targets, {}, (), "unavailable", 0, 0), self.home, r),
            "signals": [],
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
            "versions": {"asr": "other:1", "nlu": "other", "knowledge": 0},
        }
        if style == 0:
            row["asr"]["nbest"] = [{"text": heard, "confidence": number}] + (
                [{"text": norm(said), "confidence": round((number or 0) * 0.8, 3)}] if heard != norm(said) and r.random() < 0.3 else []
            )
        if style != 3:
            row["speech_s"] = round(0.35 * len(said.split()) + r.uniform(0.2, 0.8), 2)
        if style in (0, 2):
            row["reply_audio_ms"] = 400 + 60 * len(row["reply"] or "")
        self.journal.append(row)
        fact = {
            "turn": ident,
            "goal": self.goal_no,
            "said": said,
            "intent": goal.intent if goal else None,
            "targets": list(goal.targets) if goal else [],
            "value": dict(goal.value) if goal else {},
            "verb": goal.verb if goal else None,
            "name": self.home.thing(goal.thing).name if goal and goal.thing else None,
            "area": goal.area if goal and not goal.thing else None,
            "failure": failure,
            "defect": failure not in ("correct",) and not tv,
            "rephrase_turn": None,
            "span": None,
            "guest": p.guest,
            "undoable": False,
        }
        self.truth.append(fact)
        if decision == "act" and not broken and got.targets:
            self.states(got.verb, got.targets, "voice")
        self.now += timedelta(seconds=0.4 * len(said.split()) + 0.8)
        return row, fact, right

    def states(self, verb: str | None, targets: tuple[str, ...], cause: str, state: str | None = None) -> None:

        for t in targets:
            to = state or SERVICES.get((verb or "", t.split(".")[0]), ("", None))[1]
            if to:
                self.journal.append(
                    {
                        "kind": "state",
                        "at": (self.now + timedelta(seconds=self.r.uniform(0.3, 1.5))).isoformat(),
                        "home": self.home.id,
                        "entity_id": t,
                        "state": to,
                        "attributes": {},
                        "cause": cause,
                    }
                )

    def wait(self, low: float, high: float) -> None:
        self.now += timedelta(seconds=self.r.uniform(low, high))

    # -- one wish from start to end ---------------------------------------------------------------------------------

    def wish(self, goal: Goal, p: Person, room: str | None, said: str | None = None) -> None:
        r = self.r
        self.goal_no += 1
        said = said or self.phrase(goal, p)
        if goal.verb in W.AS_RECORDED and goal.thing is None and r.random() < 0.25:
            said, room = r.choice(W.AS_RECORDED[goal.verb]), goal.area or room
        row, fact, right = self.turn(said, goal, p, room)
        tries = [(row, fact)]
        talks = r.random() < p.trace
        acted = bool(row["actions"])
        if right:
            self.after_success(row, goal, p, room)
            return
        if goal.verb == "unsupported":
            if r.random() < 0.3:
                self.wait(2, 8)
                self.turn(r.choice(W.STOPS), None, p, room)
                self.truth[-1]["failure"] = "correct"
                self.truth[-1]["defect"] = False
            return
        if not talks:
            if r.random() < 0.3 and goal.state:
                self.wait(8, 90)
                if acted and r.random() < 0.5:
                    self.revert(row)
                self.states(goal.verb, goal.targets, "app")
            return
        for attempt in range(r.choice([1, 1, 2, 2, 3])):
            if row["decision"] == "ask" and r.random() < 0.7 and goal.area is None and goal.thing:
                area = self.home.thing(goal.thing).area
                text = f"the one in the {self.home.areas[area][0].lower()}" if area else "the first one"
                nxt, lead = text, 0
            elif r.random() < p.repeat and attempt == 0:
                nxt, lead = (said, 0) if r.random() < 0.6 else W.corrected(said, r)
            else:
                plain = W.say(goal, self.home, p, r, plain=True)
                nxt, lead = W.corrected(plain, r) if r.random() < 0.4 else (plain, 0)
            mood = r.random()
            if acted and mood < 0.15:
                self.wait(3, 15)
                self.revert(row)
                row["feedback"]["undone"] = self.home.style in (0, 1)
                self.wait(1, 6)
            elif mood < 0.3 or (acted and mood < 0.4):
                self.wait(1.5, 5)
                row["feedback"]["explicit"] = "no" if self.home.style != 2 else None
                no, nofact, _ = self.turn(r.choice(W.NOES), None, p, room)
                nofact.update(failure="correct", defect=False)
                no.update(
                    decision="ignore",
                    code=None,
                    intent=None,
                    reply="Sorry about that." if self.home.style else "",
                    actions=[],
                    targets=[],
                    frames=[],
                )
                self.wait(1, 6)
            elif mood < 0.65:
                row["feedback"]["barge_in_ms"] = r.randrange(200, 1800)
                self.wait(0.3, 1.5)
            else:
                self.wait(2, r.choice([9, 20, 40]))
            row, fact, right = self.turn(nxt, goal, p, room, care=0.55)
            if nxt.startswith(("the one in", "the first")):
                lead = -1
            tries.append((row, fact))
            acted = bool(row["actions"])
            if right:
                heard = row["heard"]
                cut = min(lead, len(heard)) if lead > 0 else 0
                if lead > 0 and norm(nxt[:lead]) and not heard.startswith(norm(nxt[:lead])):
                    cut = 0
                elif lead > 0:
                    cut = len(norm(nxt[:lead])) + 1 if norm(nxt[:lead]) else 0
                for _, f in tries[:-1]:
                    if lead >= 0:
                        f["rephrase_turn"], f["span"] = row["id"], [cut, len(heard)]
                self.after_success(row, goal, p, room, calm=True)
                return
        if r.random() < 0.45:
            row["feedback"]["barge_in_ms"] = r.randrange(200, 2500) if r.random() < 0.5 else None
            self.wait(0.5, 5)
            stop, stopfact, _ = self.turn(r.choice(W.STOPS), None, p, room)
            stop.update(decision="ignore", intent=r.choice([None, "HassNevermind"]), code=None, reply="", actions=[], targets=[], frames=[])
            stopfact.update(failure="correct", defect=False)
        elif goal.state and r.random() < 0.5:
            self.wait(5, 60)
            self.states(goal.verb, goal.targets, "app")

    def revert(self, row: Row) -> None:
        for a in row["actions"]:
            back = {"light": "off", "switch": "off", "cover": "closed"}.get(a["entity_id"].split(".")[0])
            if back:
                if a["service"].endswith(("off", "close_cover")):
                    back = {"off": "on", "closed": "open"}[back]
                self.states(None, (a["entity_id"],), self.r.choice(["app", "device"]), back)

    def after_success(self, row: Row, goal: Goal, p: Person, room: str | None, calm: bool = False) -> None:
        r = self.r
        if r.random() < p.false_barge:
            row["feedback"]["barge_in_ms"] = r.randrange(300, 2500)
            self.wait(0.3, 2)
            other = self.pick()
            self.goal_no += 1
            self.turn(self.phrase(other, p), other, p, room)
        elif r.random() < 0.05:
            self.wait(1, 4)
            row["feedback"]["explicit"] = "yes"
            if self.home.style in (1, 3):
                t, f, _ = self.turn(r.choice(W.THANKS), None, p, room)
                t.update(decision="ignore", intent=None, code=None, reply="", actions=[], targets=[], frames=[])
                f.update(failure="correct", defect=False)
        elif not calm and r.random() < 0.07 and goal.thing:
            near = [g for g, _ in self.wants if g.verb == goal.verb and g.thing and g.thing != goal.thing and g.value == goal.value]
            if near:
                g = r.choice(near)
                self.wait(2, 12)
                self.goal_no += 1
                self.turn("and " + W.say(g, self.home, p, r, plain=True), g, p, room)
        elif goal.state and r.random() < 0.02:  # changed their mind: no defect
            self.wait(5, 20)
            self.revert(row)

    def pick(self) -> Goal:
        return self.r.choices([g for g, _ in self.wants], [w for _, w in self.wants])[0]

    def who(self, day: int) -> Person:
        family = [p for p in self.home.people if not p.guest]
        return self.home.people[-1] if day % 9 == 5 and self.r.random() < 0.3 else self.r.choice(family)

    def days(self, n: int, per_day: tuple[int, int] = (20, 40)) -> None:
        r = self.r
        start = self.now
        daily = [g for g, _ in self.wants if g.state and g.thing]
        routine = r.sample(daily, 4)
        for day in range(n):
            date = start + timedelta(days=day)
            moments: list[tuple[datetime, Goal | None]] = []
            for _ in range(int(r.randint(*per_day) / 1.5)):
                hour = r.choices([6, 7, 8, 9, 12, 13, 16, 17, 18, 19, 20, 21, 22], [3, 6, 5, 2, 2, 2, 2, 5, 7, 7, 6, 4, 3])[0]
                moments.append((date.replace(hour=hour, minute=r.randrange(60), second=r.randrange(60)), self.pick()))
            if date.weekday() < 5 and r.random() < 0.85:  # a sequence: first one, within minutes the other
                at = date.replace(hour=6, minute=r.randrange(20, 59))
                moments.append((at, routine[0]))
                moments.append((at + timedelta(minutes=r.randrange(2, 9)), routine[1]))
            if r.random() < 0.85:  # a thing done at a time of day
                moments.append((date.replace(hour=22, minute=30 + r.randrange(10)), routine[2]))
            for _ in range(int(self.tv) + (r.random() < self.tv % 1)):
                moments.append((date.replace(hour=r.choice([9, 13, 19, 20, 21]), minute=r.randrange(60), second=r.randrange(60)), None))
            for at, goal in sorted(moments, key=lambda m: m[0]):
                self.now = max(self.now + timedelta(seconds=r.uniform(70, 200)), at)
                p = self.who(day)
                room = r.choice(list(self.home.areas))
                if goal is not None and goal.area and r.random() < 0.7:
                    room = goal.area
                if goal is None:
                    self.goal_no += 1
                    self.turn(r.choice(W.ASIDE), None, p, room, tv=True)
                    if r.random() < 0.4:
                        self.wait(1, 4)
                        self.turn("stop", None, p, room)
                        self.truth[-1].update(failure="correct", defect=False)
                    continue
                self.wish(goal, p, room)
        self.truth.append({"habits": [[_plain(routine[0]), _plain(routine[1])], ["22:30", _plain(routine[2])]]})

    def probe(self, n: int, r: random.Random) -> list[Row]:
        """Fresh wishes after the weeks: by the same people, in new words and old, newly heard."""
        self.r = r
        out = []
        for i in range(n):
            goal, p = self.pick(), self.who(i)
            said = self.phrase(goal, p)
            room = goal.area if goal.area and r.random() < 0.7 else r.choice(list(self.home.areas))
            if goal.verb in W.AS_RECORDED and goal.thing is None and r.random() < 0.25:
                said, room = r.choice(W.AS_RECORDED[goal.verb]), goal.area or room
            heard = self.ears.hear(said, r)
            out.append(
                {
                    "id": f"p{i}",
                    "text": heard,
                    "room": room if self.home.rooms_known else None,
                    "person": p.id if self.home.persons_known else None,
                    "now": (self.now + timedelta(hours=3)).isoformat(),
                    "truth": {
                        "said": said,
                        "intent": goal.intent,
                        "targets": list(goal.targets),
                        "value": dict(goal.value),
                        "verb": goal.verb,
                        "clean": heard == norm(said),
                        "guest": p.guest,
                    },
                }
            )
        return out


def _plain(g: Goal) -> Row:
    return {"intent": g.intent, "targets": list(g.targets), "value": dict(g.value)}
