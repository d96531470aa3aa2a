"""What an invented hub makes of words: the right frame, or a wrong one by a part that fails, and which part that is. Knows the truth.

The rule is the counterfactual one: with the words as said, would it be right? then it was the recogniser; else with the right frame?
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.manyways.hearing import pick
from bench.manyways.things import INTENT, OPPOSITE, VALUE, Place, Thing, Wish
from bench.manyways.ways import Ways
from hub.learning.sound import SMALL, plain, sound_alike

CHAT = ("HassRespond", "HubSmallTalk", "general_quirky", "HassMediaSearchAndPlay", "HassBroadcast", "HassGetWeather")


@dataclass(slots=True)
class Answer:
    """What the hub decided, and why it was wrong if it was."""

    frame: dict[str, Any]
    decision: str
    code: str | None
    failure: str
    status: str | None = None
    """Of its actions; None where there are none."""
    unsure: str = ""
    """The part that may feel that something is wrong: asr, nlu, entity."""
    done: bool = False
    """What was wanted has happened."""


@dataclass
class Hub:
    """One home's hub; some wordings and some things fail again and again."""

    place: Place
    ways: Ways
    r: random.Random
    _faults: dict[str, str] = field(default_factory=dict)
    _broken: dict[str, int] = field(default_factory=dict)

    def answer(self, wish: Wish, said: str, heard: str, day: int) -> Answer:
        """The answer to a wish in the words `said`, heard as `heard`."""
        r = self.r
        if not wish.frame:
            if heard != plain(said) and r.random() < 0.1:
                return self._deed(dict(r.choice(self.place.wishes).frame), "asr")
            if wish.verb == "absent":
                kept = {"intent": wish.slots["intent"], "slots": {}, "targets": []} if r.random() < self.ways.keeps_intent else {}
                return Answer(
                    kept, "decline", r.choice(("no_valid_targets", "no_valid_targets", "no_such_device")), "correct", unsure="entity"
                )
            ignored = r.random() < 0.1
            return Answer({}, "ignore" if ignored else "decline", "no_intent_match", "correct", unsure="nlu")
        gold = self._fault(wish, said)
        if self._damaged(wish, said, heard) and gold in ("", "result"):
            return self._unread(wish, "asr")
        if gold in ("nlu", "entity"):
            made = self._nlu(wish) if gold == "nlu" else self._entity(wish)
            # misheard as well: the words as said would not have helped either
            return made
        if self._breaks(wish, day):
            return self._result(wish)
        return self.right(wish)

    def right(self, wish: Wish) -> Answer:
        frame = dict(wish.frame)
        if wish.verb in ("state", "temp") or (wish.verb == "general" and self.r.random() < 0.7):
            return Answer(frame, "answer", None, "correct", done=True)
        if wish.verb == "unlock":
            return Answer(frame, "confirm", "confirm", "correct", done=True)
        if self.r.random() < 0.02:
            return Answer(frame, "answer", "already", "correct", done=True)
        return Answer(frame, "act", None, "correct", "confirmed" if self.r.random() < 0.8 else "sent", done=True)

    # -- what goes wrong --------------------------------------------------------------------------------------------

    def _fault(self, wish: Wish, said: str) -> str:
        """nlu, entity or nothing for these words; kept by a wording or a nickname for as long as this home's hub does."""
        ways, r = self.ways, self.r
        if said in self._faults:
            return self._faults[said]
        kept = r.random() < ways.sticky_faults
        odd = ways.harder if said in wish.indirect else 1.0
        roll = r.random()
        fault = "nlu" if roll < ways.nlu * odd else "entity" if roll < ways.nlu * odd + ways.entity and wish.names else ""
        if said in wish.nick:
            fault = "entity" if r.random() < 0.85 else ""
        if kept and (fault or r.random() < 0.5):
            self._faults[said] = fault
        return fault

    def _damaged(self, wish: Wish, said: str, heard: str) -> bool:
        """Whether what is needed to get it right is gone."""
        if heard == plain(said):
            return False
        left, words = set(heard.split()), set(plain(said).split()) - SMALL
        lost = words - left
        if not heard or not words:
            return True
        if not lost:
            return len(left - words - SMALL) > 3 and self.r.random() < 0.3
        if lost & wish.values:
            return True
        if lost & wish.names:
            return not (len(lost & wish.names) < len(wish.names) or len(lost) == 1) or self.r.random() >= self.ways.repairs
        return self.r.random() >= 0.35 * (len(lost) == 1)

    def _breaks(self, wish: Wish, day: int) -> bool:
        key = str((wish.frame.get("targets") or [wish.verb])[0])
        if self._broken.get(key, -1) >= day:
            return self.r.random() < 0.9
        if self.r.random() < self.ways.result * (1.0 if wish.frame.get("targets") else 0.3):
            if self.r.random() < 0.3:
                self._broken[key] = day + self.r.randint(0, 2)
            return True
        return False

    def _unread(self, wish: Wish, failure: str) -> Answer:
        """Words that no longer hold what was wanted."""
        mode = pick(self.r, self.ways.unreadable)
        if mode == "other_target" and wish.thing is not None:
            made = self._entity(wish, "near_name")
        elif mode == "other_intent":
            made = self._nlu(wish, self.r.choice(("opposite", "other_intent", "value", "lost_value")))
        elif mode == "no_target" and wish.names:
            made = self._entity(wish, "no_target")
        elif mode == "ask" and wish.thing is not None:
            made = self._entity(wish, "ask")
        elif mode == "room" and wish.thing is not None:
            made = self._entity(wish, "too_many")
        else:
            made = self._nlu(wish, "chat" if mode == "chat" else "no_intent")
        made.failure, made.unsure = failure, failure
        return made

    def _nlu(self, wish: Wish, mode: str = "") -> Answer:
        r, mode = self.r, mode or pick(self.r, self.ways.nlu_modes)
        frame = dict(wish.frame)
        key = VALUE.get(wish.verb, ("",))[0]
        if mode == "chat":
            said = {"intent": r.choice(CHAT), "slots": {}, "targets": []}
            return Answer(said, "answer", None, "nlu", unsure="nlu")
        if mode == "opposite" and wish.verb in OPPOSITE:
            other = OPPOSITE[wish.verb]
            frame |= {"intent": INTENT[other], "slots": {k: v for k, v in frame["slots"].items() if k != key}}
            if frame["intent"] != wish.frame["intent"]:
                return self._deed(frame, "nlu")
        if mode == "value" and key:
            others = [v for v in VALUE[wish.verb][1] if v != frame["slots"].get(key)]
            frame["slots"] = {**frame["slots"], key: r.choice(others)}
            return self._deed(frame, "nlu")
        if mode == "lost_value" and key:
            frame["slots"] = {k: v for k, v in frame["slots"].items() if k != key}
            return Answer(frame, "ask" if r.random() < self.ways.asks else "decline", "missing_value", "nlu", unsure="nlu")
        if mode in ("other_intent", "other_domain", "opposite", "value", "lost_value"):
            pool = [w for w in self.place.wishes if w.frame and w.frame["intent"] != wish.frame["intent"]]
            same = [w for w in pool if w.frame["targets"] == wish.frame["targets"]] if mode == "other_intent" else []
            if pool and (same or mode == "other_domain" or r.random() < 0.5):
                return self._deed(dict(r.choice(same or pool).frame), "nlu")
        return Answer({}, "decline" if r.random() < 0.9 else "ignore", "no_intent_match", "nlu", unsure="nlu")

    def _entity(self, wish: Wish, mode: str = "") -> Answer:
        r, mode = self.r, mode or pick(self.r, self.ways.entity_modes)
        frame, thing = dict(wish.frame), wish.thing
        alike = [t for t in self.place.things if thing is not None and t.domain == thing.domain and t.id != thing.id]
        if mode == "ask" and thing is not None and alike:
            frame["targets"] = [thing.id, *(t.id for t in r.sample(alike, min(2, len(alike))))]
            if r.random() < self.ways.asks:
                return Answer(frame, "ask", "ambiguous", "entity", unsure="entity")
            frame["targets"] = []
            return Answer(frame, "decline", "ambiguous", "entity", unsure="entity")
        if mode == "too_many" and thing is not None:
            many = [t.id for t in self.place.things if t.area == thing.area and t.domain == thing.domain]
            if len(many) > 1:
                frame |= {"targets": many, "slots": {"area": self.place.areas[thing.area], "domain": thing.domain}}
                return self._deed(frame, "entity")
        if mode in ("near_name", "same_domain", "other_room", "too_many") and (alike or thing is None):
            other = self._other(thing, alike, mode)
            if other is None:
                return self._elsewhere(wish)
            frame |= {"targets": [other.id], "slots": {**frame["slots"], "name": other.name}}
            return self._deed(frame, "entity")
        if mode == "ghost":
            frame["targets"] = []
            return Answer(frame, "act", None, "entity", unsure="entity")
        keeps = r.random() < self.ways.keeps_intent
        slots = {k: v for k, v in frame["slots"].items() if k not in ("name", "area") or r.random() < 0.5}
        kept = {"intent": frame["intent"], "slots": slots, "targets": []}
        code = "no_valid_targets" if keeps or r.random() < 0.6 else "no_such_device"
        return Answer(kept if keeps else {}, "decline", code, "entity", unsure="entity")

    def _other(self, thing: Thing | None, alike: list[Thing], mode: str) -> Thing | None:
        if thing is None:
            return None
        if mode == "near_name":
            return max(alike, key=lambda t: (sound_alike(t.name.lower(), thing.name.lower()), self.r.random()))
        away = [t for t in alike if t.area != thing.area] if mode == "other_room" else []
        return self.r.choice(away or alike)

    def _elsewhere(self, wish: Wish) -> Answer:
        """A room taken for another one."""
        rooms = [w for w in self.place.wishes if w.verb == wish.verb and w.frame["targets"] != wish.frame["targets"] and w.thing is None]
        if not rooms:
            return Answer({**wish.frame, "targets": []}, "decline", "no_valid_targets", "entity", unsure="entity")
        return self._deed(dict(self.r.choice(rooms).frame), "entity")

    def _deed(self, frame: dict[str, Any], failure: str) -> Answer:
        asks = str(frame["intent"]).startswith("HassGet")
        return Answer(frame, "answer" if asks else "act", None, failure, None if asks else "confirmed", unsure=failure)

    def _result(self, wish: Wish) -> Answer:
        mode = pick(self.r, self.ways.result_modes)
        frame = dict(wish.frame)
        if mode == "silent" and self.r.random() < self.ways.silent_result:
            return Answer(frame, "act", None, "result", self.r.choice(("confirmed", "sent")))
        if mode in ("timed_out", "refused"):
            return Answer(frame, "act" if self.r.random() < 0.7 else "decline", mode, "result", mode)
        status = "unavailable" if self.r.random() < 0.6 else None
        return Answer(frame, "decline" if mode == "declined" or status is None else "act", "unavailable", "result", status)


def recorded(row: Mapping[str, Any]) -> Answer:
    """What a published system answered to a real recording."""
    failure = str(row["failure"])
    return Answer(dict(row["frame"]), "act", None, failure, unsure=failure if failure != "correct" else "", done=failure == "correct")
