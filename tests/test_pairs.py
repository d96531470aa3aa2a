"""The same words in two contexts, both of which must be right: tests/sentences/pairs*.yaml through the real reader and decision.

pairs.yaml was written with the rules. pairs_blind.yaml keeps what a second hand wrote without knowing them and what was wrong at first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from devices.home import Home, State
from devices.homefile import load_home
from hub.context import build
from hub.decide import decide
from hub.saying.reply import reply
from hub.turn import Opening, Turn
from hub.turn_json import past
from models.reading.interpret import Interpreter
from models.reading.nlu import Nlu
from models.said import Utterance

HERE = Path(__file__).parent / "sentences"
FILES = ("pairs.yaml", "pairs_blind.yaml")
NOW = "2026-11-23T18:00:00+01:00"


@lru_cache(maxsize=4)
def pairs(*files: str) -> list[Any]:
    return [pair for file in files or FILES for pair in yaml.safe_load((HERE / file).read_text(encoding="utf-8"))["pairs"]]


@lru_cache(maxsize=1)
def interpreter() -> Interpreter:
    return Interpreter(Nlu())


@lru_cache(maxsize=16)
def at_rest(name: str) -> Home:
    return load_home(HERE / "homes" / f"{name}.yaml")


def house(case: Mapping[str, Any]) -> Home:
    """The house at rest with the case's states; `gone` entities are not in it, what `add` lists is."""
    home = at_rest(str(case["home"])) if "home" in case else load_home(HERE / "pairs_home.yaml")
    gone = set(case.get("gone", ()))
    if gone:
        home = replace(
            home,
            entities={k: v for k, v in home.entities.items() if k not in gone},
            names_version=home.names_version + hash(tuple(sorted(gone))) % 10**9,
        )
    for entity_id, told in (case.get("set") or {}).items():
        told = told if isinstance(told, Mapping) else {"state": told}
        value = (
            {True: "on", False: "off"}.get(told.get("state"), told.get("state"))
            if isinstance(told.get("state"), bool)
            else told.get("state")
        )
        before = home.state(entity_id)
        attributes = {**before.attributes, **{k: v for k, v in told.items() if k != "state"}}
        home = home.with_state(entity_id, State(value=str(value if value is not None else before.value), attributes=attributes))
    return home


def history(case: Mapping[str, Any], now: datetime) -> list[Any]:
    """`past` lists earlier turns: `ago` in seconds, `do` as "service entity entity…" for what was done."""
    turns = []
    for row in case.get("past", ()):
        row = dict(row)
        done = str(row.pop("do", "")).split()
        at = now - timedelta(seconds=float(row.pop("ago", 20)))
        actions = [{"service": done[0], "entity_id": e, "data": row.get("data", {}), "status": "confirmed"} for e in done[1:]]
        row.pop("data", None)
        room = row.pop("room", case.get("room"))
        turns.append(past({"at": at.isoformat(), "room": room, "heard": "", "targets": done[1:], "actions": actions} | row))
    return turns


def run(text: str, case: Mapping[str, Any]) -> Turn:
    now = datetime.fromisoformat(str(case.get("now", NOW)))
    home = house(case)
    context = build(now, home, history(case, now), room=case.get("room"), person=case.get("person"), screen=case.get("screen", False))
    said = Utterance(text=text, confidence=1.0)
    turn = Turn(id="t", opening=Opening(kind="typed", at=now, room=case.get("room"), text=text), context=context, utterance=said)
    turn = replace(turn, interpretation=interpreter().interpret(said, home, context))
    turn = decide(turn, home)
    return replace(turn, reply=reply(turn, home))


def same(got: Any, wanted: str) -> bool:
    """Equal in words; a moment to the minute."""
    return str(got).casefold() == wanted.casefold() or (len(wanted) == 16 and str(got).startswith(wanted))


def faults(turn: Turn, case: Mapping[str, Any]) -> list[str]:
    """What is not as the case wants it; empty if all is right."""
    meant, decision = turn.interpretation, turn.decision
    assert meant is not None
    assert decision is not None
    first = meant.frames[0] if meant.frames else None
    wrong = []
    if "intent" in case and (first is None or first.intent not in str(case["intent"]).split("|")):
        wrong.append(f"intent {first.intent if first else None} instead of {case['intent']}")
    if "decision" in case and decision.kind not in case["decision"].split("|"):
        wrong.append(f"{decision.kind}/{decision.code} instead of {case['decision']}")
    if "code" in case and decision.code != case["code"]:
        wrong.append(f"code {decision.code} instead of {case['code']}")
    targets = set(decision.targets) or {t for f in meant.frames for t in f.targets}
    if "targets" in case and targets != set(case["targets"]):
        wrong.append(f"targets {sorted(targets)} instead of {case['targets']}")
    for key, value in (case.get("slots") or {}).items():
        got = first.slots.get(key) if first else None
        if not any(same(got, v) for v in str(value).split("|")):
            wrong.append(f"slot {key} {got!r} instead of {value!r}")
    if "do" in case:
        done = sorted(f"{c.service} {c.entity_id or ''}".strip() for c in decision.commands)
        if done != sorted(case["do"]):
            wrong.append(f"does {done} instead of {case['do']}")
    for wanted in case.get("includes", ()):
        services, entity = wanted.split()
        if not any(c.service in services.split("|") and c.entity_id == entity for c in decision.commands):
            wrong.append(f"does {[(c.service, c.entity_id) for c in decision.commands]} without {wanted}")
    told = str([dict(first.slots) if first else {}, [(c.entity_id, dict(c.data)) for c in decision.commands], turn.reply])
    if "holds" in case and case["holds"] not in told:
        wrong.append(f"{told} lacks {case['holds']}")
    if "lacks" in case and case["lacks"] in told:
        wrong.append(f"{told} holds {case['lacks']}")
    for key, value in (case.get("data") or {}).items():
        got = decision.commands[0].data.get(key) if decision.commands else None
        if str(got).casefold() != str(value).casefold():
            wrong.append(f"data {key} {got!r} instead of {value!r}")
    if "signal" in case and case["signal"] not in meant.signals:
        wrong.append(f"signals {meant.signals} lack {case['signal']}")
    if "says" in case and not any(word in turn.reply.casefold() for word in str(case["says"]).casefold().split("|")):
        wrong.append(f"says {turn.reply!r}")
    return wrong


def test_there_are_at_least_two_hundred_pairs_and_none_twice() -> None:
    assert len(pairs()) >= 200
    assert len({str(p) for p in pairs()}) == len(pairs())


@pytest.mark.parametrize("index", range(len(pairs())))
def test_the_same_words_mean_each_thing_in_its_own_context(index: int) -> None:
    text, *cases = pairs()[index]
    wrong = {
        f"{text!r} in {('first', 'second', 'third')[i]}": found for i, case in enumerate(cases) if (found := faults(run(text, case), case))
    }
    assert not wrong


def test_every_half_of_a_pair_decides_something_that_can_be_said() -> None:
    for text, *cases in pairs():
        for case in cases:
            turn = run(text, case)
            assert turn.decision is not None
            assert turn.reply or turn.decision.kind == "ignore", text
