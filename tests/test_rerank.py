"""Context re-ranks readings inside a margin, never into a risky action, and says what decided."""

from __future__ import annotations

from datetime import UTC, datetime

from devices.home import Area, Entity, Home, State
from models.phrases import phrase, phrases
from models.said import Context, Frame, Past
from models.situation.features import SIGNALS, features
from models.situation.rerank import MARGIN, rerank, weights

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOME = Home(
    areas={"a": Area(id="a", name="A"), "b": Area(id="b", name="B")},
    entities={
        e.id: e
        for e in (
            Entity(id="media_player.a", name="TV A", area="a"),
            Entity(id="media_player.b", name="TV B", area="b"),
            Entity(id="lock.a", name="Door", area="a"),
            Entity(id="light.a", name="Lamp", area="a"),
        )
    },
    states={
        "media_player.a": State(value="off"),
        "media_player.b": State(value="playing"),
        "lock.a": State(value="locked"),
        "light.a": State(value="on"),
    },
)
TVS = [
    Frame(intent="HassTurnOff", targets=("media_player.a",), score=0.5),
    Frame(intent="HassTurnOff", targets=("media_player.b",), score=0.5),
]


def test_the_tv_that_is_on_is_the_one_to_turn_off_and_the_state_decided() -> None:
    ranked = rerank(TVS, HOME, Context(now=NOW))
    assert ranked.order[0].targets == ("media_player.b",)
    assert ranked.signals == ("device_state",)
    assert ranked.margin > 0.2


def test_without_the_signal_nothing_is_decided() -> None:
    ranked = rerank(TVS, HOME, Context(now=NOW), without=frozenset({"device_state"}))
    assert ranked.margin < 0.01


def test_the_room_decides_between_equals() -> None:
    lamps = [Frame(intent="HassMediaSearchAndPlay", targets=(f"media_player.{r}",), score=0.5) for r in "ab"]
    ranked = rerank(lamps, HOME, Context(now=NOW, area="b"))
    assert ranked.order[0].targets == ("media_player.b",)
    assert "room" in ranked.signals


def test_a_sure_first_reading_is_not_overturned() -> None:
    sure = [
        Frame(intent="HassTurnOff", targets=("media_player.a",), score=0.9),
        Frame(intent="HassTurnOff", targets=("media_player.b",), score=0.9 - MARGIN - 0.05),
    ]
    past = Past(at=NOW, intent="HassTurnOn", targets=("media_player.b",), actions=({"service": "x", "entity_id": "media_player.b"},))
    assert rerank(sure, HOME, Context(now=NOW, area="b", recent=(past,))).order[0].targets == ("media_player.a",)


def test_context_never_lifts_a_risky_reading_over_a_harmless_one() -> None:
    past = Past(at=NOW, intent="HassTurnOn", targets=("lock.a",), actions=({"service": "lock.lock", "entity_id": "lock.a"},))
    readings = [Frame(intent="HassTurnOff", targets=("light.a",), score=0.5), Frame(intent="HassTurnOff", targets=("lock.a",), score=0.49)]
    assert rerank(readings, HOME, Context(now=NOW, recent=(past,))).order[0].targets == ("light.a",)


def test_probabilities_sum_to_one_and_one_reading_stays_as_it_is() -> None:
    ranked = rerank(TVS, HOME, Context(now=NOW))
    assert abs(sum(f.score for f in ranked.order) - 1.0) < 1e-9
    assert rerank(TVS[:1], HOME, Context(now=NOW)).order == (TVS[0],)
    assert rerank([], HOME, Context(now=NOW)).order == ()


def test_every_weight_is_of_a_feature_that_has_a_signal_and_every_feature_has_a_weight() -> None:
    assert set(weights()) == set(SIGNALS)
    assert set(SIGNALS.values()) <= {"room", "device_state", "screen", "habit", "time", "history", "taught", "person", "activity"}


def test_features_are_bounded() -> None:
    past = tuple(
        Past(at=NOW, intent="HassTurnOff", targets=("media_player.b",), actions=({"entity_id": "media_player.b"},)) for _ in range(4)
    )
    found = features(TVS[1], HOME, Context(now=NOW, area="b", recent=past))
    assert all(0.0 <= v <= 1.0 for v in found.values())


def test_every_phrase_can_be_said_with_no_values_at_all() -> None:
    for key, variants in phrases().items():
        assert variants
        for seed in ("1", "2", "3"):
            assert "{" not in phrase(key, seed)


def test_one_seed_always_gives_one_phrase_and_seeds_vary() -> None:
    said = {phrase("done.okay", str(i)) for i in range(20)}
    assert len(said) > 1
    assert phrase("done.okay", "7") == phrase("done.okay", "7")
