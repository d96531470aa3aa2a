"""Days in one drawn home: wishes, what is heard and answered, how people take it, and the journal of it beside the truth."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.households.confusion import Confusion
from bench.manyways.hearing import Hearing, pick
from bench.manyways.hub import CHAT, Answer, Hub, recorded
from bench.manyways.things import Place, Wish
from bench.manyways.ways import Ways
from hub.learning.sound import plain

Row = dict[str, Any]
LEADS = ("no i said ", "no ", "i said ", "i meant ", "no no ", "wrong ", "again ", "that's not right ", "sorry i meant ", "listen ")
NOES = ("no", "wrong", "that's wrong", "no that's not it", "that's not what i wanted", "not that one", "nope")
STOPS = ("stop", "never mind", "cancel", "forget it", "cancel that", "stop it", "leave it")
THANKS = ("thanks", "thank you", "great", "perfect", "cool thanks", "good")
WAYS_AGAIN = {"asr": "same", "nlu": "other", "entity": "exact", "result": "same"}


@dataclass
class Life:
    """One home's run; `journal` is what its hub wrote, `truth` is turn → failure."""

    place: Place
    ways: Ways
    hub: Hub
    hearing: Hearing
    chatter: Sequence[str]
    general: Sequence[Wish]
    r: random.Random
    journal: list[Row] = field(default_factory=list)
    truth: dict[str, str] = field(default_factory=dict)
    now: datetime = datetime(2026, 3, 2, 6, tzinfo=UTC)
    day: int = 0
    fixed: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Place, ways: Ways, confusion: Confusion, chatter: Sequence[str], general: Sequence[Wish], r: random.Random) -> Life:
        names = [t.name for t in place.things] + list(place.areas.values())
        words = [w for text in r.sample(list(chatter), min(60, len(chatter))) for w in plain(text).split()]
        cannot = [w for w in general if not w.frame]
        can = [w for w in general if w.frame and bool(w.recorded) == (r.random() < ways.recorded)]
        chosen = [*r.sample(cannot, min(20, len(cannot))), *r.sample(can, min(60, len(can)))]
        return cls(place, ways, Hub(place, ways, r), Hearing(confusion, ways, names, words or ["the"], r), chatter, chosen, r)

    def live(self) -> None:
        """All the days."""
        r, ways = self.r, self.ways
        wishes = list(self.place.wishes)
        r.shuffle(wishes)
        cannot, general = [w for w in self.general if not w.frame], [w for w in self.general if w.frame]
        start = self.now
        for self.day in range(ways.days):
            self.now = max(self.now, start + timedelta(days=self.day, minutes=r.uniform(0, 50)))
            for _ in range(r.randint(*ways.per_day)):
                self.now += timedelta(seconds=r.expovariate(1 / 1400) + 50)
                if r.random() < ways.false_wakes:
                    self._false_wake()
                    continue
                odd = self.place.absent if r.random() < ways.absent else cannot
                pool = odd if r.random() < ways.cannot else general if r.random() < ways.general else wishes
                if pool:
                    self._wish(pool[min(len(pool) - 1, int(len(pool) * r.random() ** 2))])

    # -- one wish ---------------------------------------------------------------------------------------------------

    def _wish(self, wish: Wish) -> None:
        r, ways = self.r, self.ways
        said = self._words(wish)
        row, answer = self._said(wish, said)
        tried = 0
        while not answer.done and answer.failure != "correct":
            if r.random() >= (ways.trace if not tried else ways.patience):
                if r.random() < 0.15 and answer.frame:
                    self._mark(row, answer, pick(r, ways.marks))
                return
            self._mark(row, answer, pick(r, ways.marks))
            if r.random() < ways.gives_up:
                self._wait(0.5, 5)
                if r.random() < 0.6:
                    self._aside(r.choice(STOPS))
                elif r.random() < 0.3:
                    self._wish(r.choice(self.place.wishes))
                return
            self._wait(*ways.slow)
            if r.random() < 0.06:
                self._said(other := r.choice(self.place.wishes), self._words(other))
                self._wait(*ways.slow)
            how = WAYS_AGAIN[answer.failure] if r.random() < ways.fits else pick(r, ways.again)
            said, lead = self._again(wish, said, how)
            row, answer = self._said(wish, said, lead, again=True)
            tried += 1
            if tried > 3:
                return
        self._after(row, answer, wish)

    def _words(self, wish: Wish) -> str:
        r, key = self.r, id(wish)
        if key in self.fixed and r.random() < 0.6:
            return self.fixed[key]
        pool = wish.nick if wish.nick and r.random() < self.ways.nicknames else wish.indirect if r.random() < self.ways.indirect else ()
        said = r.choice(pool or wish.plain)
        return self.fixed.setdefault(key, said)

    def _again(self, wish: Wish, said: str, how: str) -> tuple[str, str]:
        """The words of the next try, and what is said before them."""
        r = self.r
        lead = r.choice(LEADS) if how == "lead" or r.random() < 0.15 else ""
        if how == "other":
            others = [s for s in wish.plain if s != said]
            return (r.choice(others) if others else said), lead
        if how == "exact" and wish.exact:
            return r.choice(wish.exact), lead
        if how == "exact" or said in wish.nick:
            return r.choice(wish.plain), lead
        return said, lead

    def _after(self, row: Row, answer: Answer, wish: Wish) -> None:
        """After a turn that went as it should, or could not go."""
        r, ways = self.r, self.ways
        if answer.decision == "confirm":
            self._wait(1, 5)
            self._aside(r.choice(("yes", "no", "yes please")))
            return
        roll = r.random()
        if roll < ways.false_barge:
            row["feedback"]["barge_in_ms"] = r.randint(200, 2600)
            if r.random() < 0.6:
                self._wait(0.3, 4)
                self._wish(r.choice(self.place.wishes))
        elif roll < ways.false_barge + ways.thanks:
            row["feedback"]["explicit"] = "yes" if r.random() < 0.6 else None
            if r.random() < 0.6:
                self._wait(0.5, 4)
                self._aside(r.choice(THANKS))
        elif roll < ways.false_barge + ways.thanks + ways.fickle:
            self._mark(row, answer, r.choice(("undo", "revert", "barge")))
        elif roll < ways.false_barge + ways.thanks + ways.fickle + ways.sequel and answer.done:
            same = [w for w in self.place.wishes if w.verb == wish.verb and w is not wish]
            self._wait(2, 40)
            self._wish(r.choice(same) if same and r.random() < 0.5 else r.choice(self.place.wishes))

    def _mark(self, row: Row, answer: Answer, how: str) -> None:
        """How displeasure shows."""
        r = self.r
        acted = bool(row["actions"])
        if how == "barge":
            row["feedback"]["barge_in_ms"] = r.randint(150, 2400)
        elif how == "no":
            row["feedback"]["explicit"] = "no"
        elif how == "said_no":
            row["feedback"]["explicit"] = "no" if r.random() < 0.5 else None
            self._wait(0.5, 5)
            self._aside(r.choice(NOES))
        elif how == "undo" and acted:
            row["feedback"]["undone"] = True
        elif how in ("revert", "app") and acted:
            self._wait(2, 15)
            self._state(row["actions"][0]["entity_id"], r.choice(("on", "off")), r.choice(("app", "device")))

    def _aside(self, said: str) -> None:
        """A word of control or thanks: no wish of its own."""
        heard = self.hearing.hear(said, 0.3)
        style = self.ways.style
        intent = (None, "HassNevermind", "HubNo" if said in NOES else "HubYes" if said in THANKS else "HubStop", None)[style]
        decision = ("ignore", "answer", "act", "ignore" if self.r.random() < 0.7 else "decline")[style]
        frame = {"intent": intent, "slots": {}, "targets": []} if intent else {}
        self._write(said, heard, Answer(frame, decision, None if decision != "decline" else "no_intent_match", "correct"))

    def _false_wake(self) -> None:
        """The hub wakes, and nobody meant it."""
        r, ways = self.r, self.ways
        for _ in range(r.choice((1, 1, 1, 1, 2))):
            kind = pick(r, ways.wake_text)
            words = r.choice(self.chatter).split()
            text = {"empty": "", "fragment": " ".join(words[: r.randint(1, 3)])}.get(
                kind, " ".join(words[r.choice((0, 0, 2)) :][: r.randint(3, 14)])
            )
            wish = r.choice(self.place.wishes)
            if kind == "command":
                text = r.choice(("did you ", "i told him to ", "then she said ", "can somebody ", "")) + r.choice(wish.plain)
            if kind == "question":
                text = r.choice(
                    ("what did you say", "where are you going", "who was that", "how are you doing", "is that yours", "what's this")
                )
            made, frame = pick(r, ways.wake_answer), dict(wish.frame)
            if not text:
                made = r.choice(("ignore", "decline"))
            if made == "act" and kind != "command" and r.random() < 0.6:
                made = "decline"
            answer = {
                "ignore": Answer({}, "ignore", None, "false_wake"),
                "decline": Answer({}, "decline", "no_intent_match", "false_wake"),
                "chat": Answer({"intent": r.choice(CHAT), "slots": {}, "targets": []}, "answer", None, "false_wake"),
                "ask": Answer({**frame, "targets": []}, "ask" if r.random() < 0.5 else "decline", "missing_value", "false_wake"),
                "act": Answer(frame, "act", None, "false_wake", "confirmed"),
            }[made]
            row = self._write(text, plain(text), answer)
            if r.random() < 0.25:
                row["feedback"]["barge_in_ms"] = r.randint(200, 2000) if made != "ignore" else None
                self._wait(0.5, 6)
                self._aside(r.choice((*STOPS, *STOPS, "no", "not you", "i wasn't talking to you")))
            elif made == "act" and r.random() < 0.4:
                self._mark(row, answer, r.choice(("undo", "revert")))
            elif r.random() < 0.12:
                self._wait(4, 30)
                self._wish(r.choice(self.place.wishes))
            self._wait(3, 25)

    # -- one turn ---------------------------------------------------------------------------------------------------

    def _said(self, wish: Wish, said: str, lead: str = "", again: bool = False) -> tuple[Row, Answer]:
        r = self.r
        if wish.recorded:
            rows = [x for x in wish.recorded if x["failure"] == "correct"] if again and r.random() < 0.6 else wish.recorded
            real = r.choice(rows or wish.recorded)
            answer = recorded(real)
            return self._write(said, lead + str(real["asr"]), answer), answer
        heard = self.hearing.hear(said, self.ways.care if again else 1.0)
        answer = self.hub.answer(wish, said, heard, self.day)
        return self._write(said, lead + heard, answer), answer

    def _write(self, said: str, heard: str, answer: Answer) -> Row:
        r, ways = self.r, self.ways
        ident = f"{self.place.id}-{len(self.truth)}"
        self.truth[ident] = answer.failure
        false, misheard = answer.failure == "false_wake", not heard.endswith(plain(said))
        level = ways.asr_level - ways.asr_tells * misheard * r.uniform(0.3, 1.2) - ways.wake_tells * false * r.random()
        sure = 0.92 - ways.nlu_tells * (answer.unsure == "nlu") - ways.nlu_feels_asr * (answer.unsure == "asr" or false)
        sure -= 0.3 * (not answer.frame) * r.random()
        margin = sure - ways.entity_tells * (answer.unsure == "entity") * r.random() - 0.2 * r.random()
        asr, read = (self._unit(r.gauss(a, b)) for a, b in ((level, ways.asr_noise), (sure, ways.nlu_noise)))
        frame, targets = answer.frame, [str(t) for t in answer.frame.get("targets") or ()]
        refused = answer.decision in ("decline", "ignore")
        n = len((said or heard).split())
        row: Row = {
            "kind": "turn",
            "id": ident,
            "at": self.now.isoformat(),
            "home": self.place.id,
            "person": None,
            "room": None,
            "heard": heard,
            "wake": {"phrase": "hub", "score": self._unit(r.gauss(0.9, 0.07) - ways.wake_tells * false * r.uniform(0.3, 1.4))},
            "asr": {"confidence": asr, "nbest": self._nbest(said, heard, asr)},
            "rewrite": None,
            "intent": frame.get("intent"),
            "slots": dict(frame.get("slots") or {}),
            "confidence": read,
            "margin": self._unit(margin),
            "frames": [dict(frame)] if frame and not (refused and ways.style == 1) else [],
            "targets": targets,
            "decision": answer.decision,
            "code": answer.code,
            "actions": [{"service": "homeassistant.turn_on", "entity_id": t, "data": {}, "status": answer.status} for t in targets]
            if answer.status
            else [],
            "reply": "",
            "reply_audio_ms": r.randint(400, 3200),
            "speech_s": round(n / r.uniform(*ways.rate) + r.uniform(0.1, 0.6), 2),
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
        }
        self.journal.append(row)
        self.now += timedelta(seconds=0.35 * n + r.uniform(0.5, 2.5))
        if answer.status in ("confirmed", "sent") and answer.decision == "act":
            for target in targets:
                self._state(target, "off" if "Off" in str(frame["intent"]) else "on", "voice")
        return row

    def _nbest(self, said: str, heard: str, confidence: float) -> list[Row]:
        r = self.r
        if r.random() >= self.ways.nbest or not heard:
            return []
        others = [
            said if r.random() < self.ways.nbest_true and heard != plain(said) else self.hearing.hear(heard, 9.0)
            for _ in range(r.randint(1, 3))
        ]
        return [{"text": t, "confidence": round(confidence * 0.8**k, 3)} for k, t in enumerate((heard, *others))]

    def _unit(self, value: float) -> float:
        return round(min(1.0, max(0.02, value)), 3)

    def _state(self, entity: str, state: str, cause: str) -> None:
        at = (self.now + timedelta(seconds=self.r.uniform(0.1, 1))).isoformat()
        self.journal.append(
            {"kind": "state", "at": at, "home": self.place.id, "entity_id": entity, "state": state, "attributes": {}, "cause": cause}
        )

    def _wait(self, low: float, high: float) -> None:
        self.now += timedelta(seconds=self.r.uniform(low, high))


def general_wishes(texts: Sequence[tuple[str, str]], cannot: Sequence[str], real: Mapping[str, Sequence[Row]]) -> list[Wish]:
    """Wishes without things: (text, intent) of public sentences, what no house can do, and real recordings by their sentence."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in texts:
        by_intent.setdefault(intent, []).append(text)
    out = []
    for text, intent in texts:
        others = tuple(by_intent[intent][:6])
        out.append(Wish(verb="general", frame={"intent": intent, "slots": {}, "targets": []}, plain=(text, *others[:2]), indirect=()))
    out += [Wish(verb="cannot", frame={}, plain=(text,)) for text in cannot]
    out += [Wish(verb="general", frame=rows[0]["frame"], plain=(text,), recorded=tuple(rows)) for text, rows in real.items()]
    return out
