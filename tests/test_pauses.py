"""The speakers' pauses are learned from their turns, within bounds."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.running.pauses import Pauses
from hub.turn import Decision, Opening, Turn
from models.hearing.segment import Segmenter, Settings

OWN = Settings()


def spoken(*pauses: float, kind: str = "act") -> Turn:
    opening = Opening(kind="wake", at=datetime(2026, 11, 25, tzinfo=UTC))
    return Turn(id="t", opening=opening, decision=Decision(kind=kind), extra={"pauses": list(pauses)})


def ends_after(settings: Settings) -> float:
    """Silence after which a sentence that could go on is over."""
    segmenter, silence = Segmenter(settings), 0.0
    for _ in range(50):
        segmenter.step(0.9, 0.02)
    while not segmenter.over:
        segmenter.step(0.0, 0.02, "can_go_on")
        silence += 0.02
    return silence


def test_a_slow_speaker_is_waited_for_from_the_next_turn_on_and_a_quick_one_less() -> None:
    for pause, low, high in ((0.7, 0.6, 0.8), (0.1, 0.2, 0.3)):
        found = [OWN]
        pauses = Pauses(OWN, [], found.append)
        for _ in range(40):
            pauses.take("turn", {"turn": spoken(pause)})
        assert len(found) == 41
        assert low <= ends_after(found[-1]) <= high


def test_whatever_is_heard_the_wait_stays_between_half_and_twice_of_the_owners() -> None:
    for pause in (0.0, 5.0):
        pauses = Pauses(OWN, [{"decision": "act", "pauses": [pause] * 200}])
        assert OWN.can_go_on_s / 2 <= pauses.settings.can_go_on_s <= OWN.can_go_on_s * 2
        assert OWN.incomplete_s <= pauses.settings.incomplete_s <= OWN.incomplete_s * 2


def test_pauses_in_other_peoples_talk_teach_nothing() -> None:
    found: list[Settings] = []
    pauses = Pauses(OWN, [{"decision": "ignore", "pauses": [0.9] * 50}], found.append)
    pauses.take("turn", {"turn": spoken(0.9, kind="ignore")})
    assert (pauses.settings, found) == (OWN, [])


def test_a_new_speaker_takes_the_place_of_an_old_one() -> None:
    pauses = Pauses(OWN, [{"decision": "act", "pauses": [0.7] * 200}])
    slow = pauses.settings.can_go_on_s
    pauses.take("turn", {"turn": spoken(*[0.1] * 200)})
    assert pauses.settings.can_go_on_s < slow / 2
