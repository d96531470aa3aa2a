"""Promises of the search for what was meant: both layers, sound as well as text, keeping what was said, nothing risky or turned round."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bench.ranker import TITLES, titles
from devices.home import Home
from devices.homefile import parse_home
from hub.knowledge import Knowledge, Learned, Said, assemble
from hub.learning import rank, retrieve, rewrite
from hub.learning.reading import reader
from models.reading.embed import Embedder
from models.said import Context, Interpretation

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
LIGHTS = ("Desk Lamp", "Floor Lamp", "Porch Light", "Aquarium Light", "Piano Lamp")
HOME = parse_home({
    "id": "h", "areas": [{"id": "study", "name": "Study"}],
    "entities": [
        *({"id": f"light.{n.lower().replace(' ', '_')}", "name": n, "area": "study", "state": "off",
           "attributes": {"supported_color_modes": ["brightness"]}} for n in LIGHTS),
        {"id": "lock.front_door", "name": "Front Door", "state": "locked"},
        {"id": "switch.christmas_tree", "name": "Christmas Tree", "state": "off"},
    ],
})  # fmt: skip
OWN = (
    "turn on the desk lamp", "turn off the porch light", "what time is it", "set a timer for ten minutes",
    "play we don't talk about bruno",
)  # fmt: skip
LOST = Interpretation(frames=(), accepted=False, confidence=0.2, margin=0.0, code="no_intent_match")


@pytest.fixture(scope="module")
def read() -> Any:
    return reader(HOME, NOW)


def knows(*texts: str, n: float = 6.0) -> Knowledge:
    words = Counter(w for t in texts for w in t.split() for _ in range(4))
    return assemble(1, Learned(said=tuple(Said(text=t, home="h", n=n, meaning="") for t in texts), words={"h": dict(words)}))


def looked_for(heard: str, knowledge: Knowledge, read: Any, home: Home = HOME, meant: Interpretation | None = None) -> rewrite.Found:
    return rewrite.search(heard, knowledge, home, Context(now=NOW), meant or read(heard), read)


def test_a_text_is_nearer_to_its_mishearing_than_to_another_request() -> None:
    embedder = Embedder()
    said, heard, other = embedder.vectors(["turn on the desk lamp", "ton on the dusk lamb", "turn on the porch light"])
    assert np.linalg.norm(said) == pytest.approx(1.0, abs=1e-4)
    assert said @ heard > said @ other + 0.15


def test_vectors_do_not_depend_on_what_else_is_asked_for() -> None:
    embedder = Embedder()
    texts = ["play jazz", "set the thermostat in the living room to twenty one and a half degrees please", "", "off"]
    together = embedder.vectors(texts)
    for text, vector in zip(texts, together, strict=True):
        assert embedder.vectors([text])[0] @ vector > 0.999, "int8 rounds by what is read together, and by no more than that"


def test_both_layers_propose_and_a_number_goes_along() -> None:
    found = retrieve.search("set the piano lamb to forty per cent", knows(*OWN), HOME)
    assert ("set the piano lamp to forty percent", "global") in {(n.text, n.layer) for n in found}
    found = retrieve.search("turn of the poach light", knows(*OWN), HOME)
    assert ("turn off the porch light", "personal") in {(n.text, n.layer) for n in found}


def test_what_this_home_says_is_found_again_where_it_was_misheard(read: Any) -> None:
    found = looked_for("turn on the dusk lamb", knows(*OWN), read)
    assert found.rewrite is not None
    assert (found.rewrite.to, found.rewrite.source) == ("turn on the desk lamp", "personal")
    assert 0.5 < found.margin <= 1.0
    assert found.options[0][1] > found.keep


def test_own_requests_count_for_more_the_more_a_home_has_said() -> None:
    assert [retrieve.share(knows("play jazz", n=n), "h") for n in (0.0, 5.0, 45.0)] == pytest.approx([0.0, 0.5, 0.9])


def test_a_layer_of_ones_own_asks_for_the_same_likeness_as_the_global_one() -> None:
    for heard in ("play we don't talk anymore", "is it going to rain", "order me a pizza"):
        options = rewrite.candidates(heard, knows(*OWN), HOME, Context(now=NOW), (), True)
        assert all(max(o.alike, o.cosine) >= rank.FLOOR for o in options if o.source == "personal")


@pytest.mark.parametrize(
    ("before", "heard"),
    [
        ("play we don't talk about bruno", "play we don't talk anymore"),
        ("lock the front door", "unlock the front door"),
        ("turn on the desk lamp", "turn off the dusk lamb"),
        ("set a timer for fifteen minutes", "set a timer for fifty minutes"),
        ("turn on the porch light", "turn on the nursery light"),
    ],
)
def test_what_is_only_alike_is_kept(before: str, heard: str, read: Any) -> None:
    found = looked_for(heard, knows(*OWN, before), read)
    assert found.rewrite is None or found.rewrite.to != before


def test_titles_that_are_only_alike_are_never_taken_for_one_another() -> None:
    found = titles(TITLES, forced=False)
    assert found.harm == ()
    assert found.right >= 0.7 * found.misheard, "and mishearings of what is said here are still put right"
    assert len(titles(TITLES, forced=True).harm) <= 0.07 * found.kept, "not even where the ranker alone stands between them"


def test_nothing_risky_is_ever_proposed(read: Any) -> None:
    for heard in ("log the front door", "the front door please", "an lock the front door", "unlucky front door"):
        for option in rewrite.candidates(heard, knows("unlock the front door", *OWN), HOME, Context(now=NOW), (), True):
            assert "unlock" not in option.text.split()


def test_where_two_things_are_as_likely_nothing_is_rewritten_and_both_are_named(read: Any) -> None:
    twins = parse_home({
        "id": "h", "areas": [],
        "entities": [{"id": f"light.{n}", "name": f"{n.title()} Lamp", "state": "off"} for n in ("mona", "nona")],
    })  # fmt: skip
    here = reader(twins, NOW)
    found = looked_for("turn on the wona lamp", knows("turn on the mona lamp", "turn on the nona lamp"), here, twins, LOST)
    assert found.rewrite is None
    assert {to.to for to, _ in found.options[:2]} == {"turn on the mona lamp", "turn on the nona lamp"}
    assert found.margin < rewrite.LEAD


def test_the_search_costs_little_once_it_is_warm() -> None:
    texts = (f"{verb} the {name} {k}" for k in range(200) for verb in ("turn on", "turn off") for name in ("lamp", "fan", "tv", "blind"))
    many = knows(*texts)
    retrieve.warm(many, HOME)
    took = []
    for k in range(30):
        began = time.process_time()
        retrieve.search(f"turn on the dusk lamb {k}", many, HOME)
        took.append(time.process_time() - began)
    assert sorted(took)[15] < 0.01, "1,600 own requests, and every one of this home's names"
