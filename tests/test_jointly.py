"""Of texts that sound alike, the one that suits the moment is meant: hearing, reading and situation are weighed together."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from devices.home import Area, Entity, Home, State
from hub.decide import decide
from hub.turn import Opening, Turn
from models.reading.interpret import Interpreter
from models.said import Context, Hypothesis, Interpretation, Past, Utterance

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)


def house(**states: str) -> Home:
    entities = {
        "media_player.tv": Entity(id="media_player.tv", name="TV", area="lounge"),
        "light.hall": Entity(id="light.hall", name="Hall Light", area="hall"),
        "light.hull": Entity(id="light.hull", name="Hull Light", area="hall"),
        "lock.front": Entity(id="lock.front", name="Front Door", area="hall"),
    }
    areas = {name: Area(id=name, name=name.title()) for name in ("lounge", "hall")}
    now = {id_: State(value=states.get(id_.partition(".")[2], "off")) for id_ in entities}
    return Home(entities=MappingProxyType(entities), areas=MappingProxyType(areas), states=MappingProxyType(now))


def heard(home: Home, *texts: tuple[str, float], recent: tuple[Past, ...] = ()) -> Interpretation:
    nbest = tuple(Hypothesis(text=text, confidence=p) for text, p in texts)
    utterance = Utterance(text=nbest[0].text, confidence=nbest[0].confidence, nbest=nbest, engine="moonshine:tiny-en")
    return Interpreter(None).interpret(utterance, home, Context(now=NOW, area="lounge", recent=recent))


def test_what_plays_is_paused_by_words_that_nearly_said_so() -> None:
    texts = (("how's the tv", 0.5), ("pause the tv", 0.45))
    playing, silent = heard(house(tv="playing"), *texts), heard(house(tv="off"), *texts)
    assert playing.heard == "pause the tv"
    assert playing.frames[0].intent == "HassMediaPause"
    assert "device_state" in playing.signals
    assert silent.heard == "how's the tv"


@pytest.mark.parametrize(("state", "meant"), [("on", "turn the hall light off"), ("off", "turn the hall light on")])
def test_on_and_off_that_sound_alike_go_by_what_would_change(state: str, meant: str) -> None:
    on, off = "turn the hall light on", "turn the hall light off"
    assert heard(house(hall=state), (on, 0.5), (off, 0.45)).heard == meant
    assert heard(house(hall=state), (off, 0.5), (on, 0.45)).heard == meant


def test_what_was_last_spoken_of_is_meant_by_a_name_like_it() -> None:
    last = Past(at=NOW, room="lounge", intent="HassTurnOn", targets=("light.hull",), decision="act")
    texts = (("turn on the hall light", 0.5), ("turn on the hull light", 0.42))
    assert heard(house(), *texts).frames[0].targets == ("light.hall",)
    assert heard(house(), *texts, recent=(last,)).frames[0].targets == ("light.hull",)


def test_two_names_that_sound_the_same_are_asked_about() -> None:
    home = house()
    found = heard(home, ("turn on the hall light", 0.45), ("turn on the hull light", 0.43))
    assert found.code == "ambiguous"
    turn = Turn(
        id="t", opening=Opening(kind="wake", at=NOW), context=Context(now=NOW, area="lounge"), interpretation=found,
        utterance=Utterance(text="turn on the hall light", confidence=0.45),
    )
    decision = decide(turn, home).decision
    assert decision is not None
    assert (decision.kind, set(decision.targets), decision.commands) == ("ask", {"light.hall", "light.hull"}, ())


def test_texts_that_mean_the_same_stand_together() -> None:
    texts = (("turn on the hull light", 0.4), ("turn on the hall light", 0.35), ("switch on the hall light", 0.2))
    found = heard(house(), *texts)
    assert found.frames[0].targets == ("light.hall",)
    alone = heard(house(), ("turn on the hall light", 0.35))
    assert found.confidence > alone.confidence


def test_the_moment_does_not_outweigh_what_was_clearly_heard() -> None:
    assert heard(house(tv="playing"), ("how's the tv", 0.8), ("pause the tv", 0.1)).heard == "how's the tv"


def test_the_moment_never_lifts_a_risky_action_over_a_harmless_one() -> None:
    found = heard(house(front="locked"), ("lock the front door", 0.5), ("unlock the front door", 0.48))
    assert found.heard == "lock the front door"
