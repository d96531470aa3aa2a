"""The turns of a home as its hub would have journalled them, and the truth beside them. Knows people, ears and readings; learns nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bench.households.house import House, frames_key, key
from bench.households.people import People
from models.said import Interpretation

Understands = Callable[[str, str, datetime], tuple[Interpretation, Any]]
"""(heard, person, at) → what is made of it, and the rewrite that was used, if any."""


class Teller:
    """Writes the turns of one home as its hub would have journalled them, and the truth beside them."""

    def __init__(self, house: House, people: People, rng: random.Random, understands: Understands | None = None) -> None:
        self.house, self.people, self.rng = house, people, rng
        self.understands: Understands = understands or (lambda heard, person, at: (house.read(heard), None))
        self.count = 0
        self.low = rng.uniform(-0.25, 0.05) if people.vary else 0.0
        self.spread = rng.uniform(0.05, 0.2) if people.vary else 0.1
        self.keeps = {k: not people.vary or rng.random() < 0.85 for k in ("asr", "confidence", "margin", "wake", "speech_s", "nbest")}

    def turn(self, at: datetime, person: str, said: str, heard: str, want: str, goal: int, fault: str = "") -> dict[str, Any]:
        """One turn: what the hub made of what it heard, with one part of it broken if `fault` names one."""
        rng, house = self.rng, self.house
        self.count += 1
        meant, change = self.understands(heard, person, at)
        misheard = bool(said) and not heard.endswith(said)
        broken = fault if key(meant) == want and want != "-" and not misheard else ""
        frames = (
            [{"intent": f.intent, "slots": dict(f.slots), "targets": list(f.targets)} for f in meant.frames] if key(meant) != "-" else []
        )
        code = meant.code or "no_intent_match"
        if broken in ("nlu", "entity"):
            frames, code = self.mistaken(frames, broken)
        got = frames_key(frames)
        trouble = rng.choice(("unavailable", "unavailable", "timed_out")) if self.people.vary else "unavailable"
        result = bool(frames) and (broken == "result" or rng.random() < 0.01)
        turn_id = f"{house.home.id}-{self.count}"
        targets = list(dict.fromkeys(t for f in frames for t in f["targets"]))
        asks = bool(frames) and str(frames[0]["intent"]).startswith(("HassGet", "HassTimerStatus"))
        truth = (
            "false_wake"
            if not said
            else "result"
            if result and got == want
            else "correct"
            if got == want
            else broken or ("asr" if misheard else "nlu")
        )
        house.truths[turn_id], house.meant[turn_id] = truth, want
        house.goal_of[turn_id], house.right_turn[turn_id] = goal, None
        base = 0.93 if not misheard and said else 0.74 if said else 0.6
        confidence = meant.confidence if broken not in ("nlu", "entity") else min(meant.confidence, rng.uniform(0.45, 0.97))
        silent = result and self.people.vary and rng.random() < 0.3
        heard_as = round(min(0.99, max(0.1, rng.gauss(base + self.low, self.spread))), 3)
        decision = ("answer" if asks else "act") if frames else "ignore" if not said and rng.random() < 0.4 else "decline"
        row: dict[str, Any] = {
            "kind": "turn",
            "id": turn_id,
            "at": at.isoformat(),
            "home": house.home.id,
            "person": None if person == "guest" else person,
            "room": None,
            "heard": heard,
            "wake": {"phrase": "hey_jarvis", "score": round(min(1.0, rng.uniform(0.75, 1) if said else rng.uniform(0.45, 0.85)), 3)}
            if self.keeps["wake"]
            else None,
            "asr": {"confidence": heard_as, "nbest": self.nbest(said, heard, heard_as)} if self.keeps["asr"] else None,
            "rewrite": {"to": change.to, "source": change.source, "id": change.id} if change is not None else None,
            "intent": frames[0]["intent"] if frames else None,
            "slots": frames[0]["slots"] if frames else {},
            "confidence": round(confidence, 3) if self.keeps["confidence"] else None,
            "margin": round(min(meant.margin, confidence), 3) if self.keeps["margin"] else None,
            "frames": frames,
            "targets": targets,
            "decision": "decline" if result and not silent and rng.random() < 0.6 else decision,
            "code": (trouble if not silent else None) if result else None if frames else code,
            "actions": []
            if asks
            else [
                {
                    "service": "homeassistant.turn_on",
                    "entity_id": t,
                    "data": {},
                    "status": trouble if result and not silent else "confirmed",
                }
                for t in targets
            ],
            "reply": "Okay." if frames else "Sorry, I didn't get that.",
            "reply_audio_ms": rng.randint(600, 2500),
            "speech_s": round(len((said or heard).split()) / rng.uniform(2.2, 3.0), 2) if self.keeps["speech_s"] else None,
            "feedback": {"barge_in_ms": None, "explicit": None, "undone": False},
            "_want": want,
            "_got": got,
            "_ok": not result,
        }
        return row

    def nbest(self, said: str, heard: str, confidence: float) -> list[dict[str, Any]]:
        """Other hypotheses, now and then with what was said among them."""
        if not self.keeps["nbest"] or not heard:
            return []
        rows = [{"text": heard, "confidence": confidence}]
        if said and self.rng.random() < 0.5:
            other = said if self.rng.random() < 0.3 and not heard.endswith(said) else self.house.ears["ann"].hear(said, 1.0)
            rows.append({"text": other, "confidence": round(confidence * self.rng.uniform(0.2, 0.9), 3)})
        return rows

    def mistaken(self, frames: list[dict[str, Any]], fault: str) -> tuple[list[dict[str, Any]], str]:
        """The right words understood wrongly: another intent, or another thing; or given up."""
        rng = self.rng
        if rng.random() < 0.45:
            return [], "no_intent_match" if fault == "nlu" else "no_valid_targets"
        frame = dict(frames[0])
        others = [
            e
            for e in self.house.home.entities
            if frame["targets"] and e.split(".")[0] == frame["targets"][0].split(".")[0] and e not in frame["targets"]
        ]
        if fault == "entity":
            if not others:
                return [], "no_valid_targets"
            other = rng.choice(others)
            frame |= {"targets": [other], "slots": {**frame["slots"], "name": self.house.home.entities[other].name}}
        else:
            frame["intent"] = rng.choice(
                [i for i in ("HassTurnOn", "HassTurnOff", "HassGetState", "HassMediaSearchAndPlay", "HassLightSet") if i != frame["intent"]]
            )
        return [frame], ""
