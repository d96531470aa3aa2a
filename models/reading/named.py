"""Things that a sentence names in full: what is only named is asked about, and no guess passes over it. Knows names; reads no verbs."""

from __future__ import annotations

from devices.home import Home
from models.automaton.house_words import house_words, normal
from models.reading.compound import asks
from models.reading.gist import read
from models.reading.nouns import of_the_make
from models.reading.parts import Part
from models.reading.strange import another_of
from models.said import Frame

_LONG = 6
"""Words. More of them are a sentence."""
_MOVERS = frozenset({"cover", "lock", "valve", "alarm_control_panel", "climate", "water_heater", "vacuum", "lawn_mower"})
"""What is never set going by its name alone."""


def named_in_full(text: str, home: Home) -> tuple[str, ...]:
    """The entities of a name that is said and nothing else; () where there is more, or less."""
    if len(text.split()) > _LONG:
        return ()
    parts = [p for p in read(text, house_words(home)).parts if p.kind not in ("filler", "opener")]
    return _entities(parts[0]) if len(parts) == 1 else ()


def only_named(text: str, home: Home) -> Frame | None:
    """ "The garage door", and nothing else: what is to happen to a thing that moves, locks or heats is asked and never guessed."""
    called = named_in_full(text, home) if not asks(text) or text.lower().startswith("do ") else ()
    if not called or any(home.entities[i].domain not in _MOVERS for i in called):
        return None
    slots = {"name": home.entities[called[0]].name}
    return Frame(intent="HassTurnOn", slots=slots, targets=called, score=0.9, source="exact", code="missing_value")


def passes_over(meant: Frame, text: str, home: Home) -> bool:
    """Whether a guess moves another thing than was named in full: "the garage door" is no sliding door, "the second Dusty" not Dusty."""
    kinds = {t.partition(".")[0] for t in meant.targets}
    gist = read(text, house_words(home))
    named = [ids for p in gist.parts if (ids := _entities(p))]
    if another_of(gist) and any(set(ids) & set(meant.targets) for ids in named):
        return True
    nouns = gist.of("noun")
    if meant.targets and any(not of_the_make(p.text, p.value, meant.targets, home) for p in nouns):
        return True
    return any(not set(ids) & set(meant.targets) and {i.partition(".")[0] for i in ids} & kinds for ids in named)


def another_scene(text: str, home: Home) -> str | None:
    """What is called as a scene or script of this house but for one word that nobody knows: "movie morning" beside "Movie Night"."""
    gist = read(text, house_words(home))
    verb = next((p for p in gist.parts if p.kind not in ("filler", "opener")), None)
    strange = gist.of("unknown")
    if verb is None or verb.kind != "act" or len(strange) != 1:
        return None
    start = verb.end
    while start < len(gist.tokens) and gist.tokens[start].text in ("the", "my", "our"):
        start += 1
    said = [t.text for t in gist.tokens[start:]]
    at = strange[0].start - start
    if not 2 <= len(said) <= _LONG or at < 0:
        return None
    for entity in home.entities.values():
        if entity.domain in ("scene", "script"):
            for name in (entity.name, *entity.aliases):
                words = normal(name).split()
                if len(words) == len(said) and all(a == b or i == at for i, (a, b) in enumerate(zip(words, said, strict=True))):
                    return " ".join(said)
    return None


def _entities(part: Part) -> tuple[str, ...]:
    """The entities that a stretch names in full; () where it may be anything else."""
    if part.kind != "called" or any(c.kind != "entity" or c.how not in ("name", "alias") or c.cost > 0 for c in part.value):
        return ()
    return tuple(dict.fromkeys(c.id for c in part.value))
