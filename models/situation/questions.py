"""Questions about the state of the house: is, are, which, how many, what, how warm. Knows what is asked; not the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from models.automaton.house_words import HouseWords, normal
from models.reading.gist import Gist
from models.reading.nouns import domain_of
from models.reading.resolve import in_place, kind_matches
from models.reading.target import Aim, aim
from models.said import Context
from models.situation.measured import CLASSES, DANGERS, Asked, sensor, temperature

_FIRST = frozenset(
    [
        "is",
        "are",
        "isn't",
        "aren't",
        "what",
        "what's",
        "whats",
        "which",
        "how",
        "how's",
        "when",
        "who",
        "who's",
        "where",
        "where's",
        "did",
        "does",
        "was",
        "were",
        "has",
        "why",
        "am",
        "any",
        "whose",
        "since",
        "do",
        "will",
        "tell",
        "check",
        "report",
        "give",
        "find",
    ]
)
_OPENING = ("window", "door", "opening", "garage_door")
_DONE = {"open": "open", "close": "closed", "lock": "locked", "unlock": "unlocked", "on": "on", "off": "off"}
"""What a thing is once it has been done: "is there a window open"."""
_STATE = {"closed": "closed", "open": "open"}


def is_question(gist: Gist) -> bool:
    words = [t.text for t in gist.tokens]
    while words and words[0] in (
        "please",
        "hey",
        "okay",
        "ok",
        "so",
        "and",
        "hi",
        "hello",
        "tell",
        "me",
        "us",
        "can",
        "you",
        "could",
        "would",
        "do",
        "know",
        "if",
        "whether",
        "i",
        "want",
        "to",
        "need",
        "like",
        "check",
        "say",
        "just",
        "now",
    ):
        if words[0] in ("tell", "check") or (words[0] in ("know", "if", "whether")):
            return True
        words = words[1:]
    return bool(words) and words[0] in _FIRST and words[0] not in ("give", "find", "do", "any")


def ask(gist: Gist, house: HouseWords, context: Context) -> Asked | None:
    """(intent, values, what it is about, base score) where the sentence is a question about the house."""
    if not is_question(gist):
        reading = _reading(gist, house, context)
        if reading is not None:
            return reading
        measure = gist.first("measure")
        verbs = gist.of("act", "amount", "color", "level", "ratio", "state")
        if (
            measure is None
            or verbs
            or measure.value in ("mode", "color", "position", "speed", "sound", "brightness", "volume", "motion", "power")
        ):
            return None
    measures = [str(p.value) for p in gist.of("measure")]
    measured = [str(p.value) for p in gist.of("measured")]
    if "weather" in measures:
        aimed = aim(gist, house, context, domains=("weather",))
        return (
            "HassGetWeather",
            {},
            replace(aimed, ids=aimed.ids if aimed.named else (), code=None if not aimed.unknown else aimed.code),
            0.88,
        )
    if any(
        gist.says(w)
        for w in ("sunny", "rainy", "cloudy", "rain", "raining", "snow", "snowing", "windy", "foggy", "umbrella", "storm", "stormy")
    ):
        if gist.of("called") and not any(i for i in house.home.entities if i.startswith("weather.")):
            return None
        return "HassGetWeather", {}, Aim(said=True, cost=0.05), 0.85
    if "temperature" in measures or ("temperature" in measured and not gist.of("act")):
        return temperature(gist, house, context)
    if _stands_at(gist):
        asked = temperature(gist, house, context)
        if asked is not None and asked[2].code is None and (asked[2].ids or asked[2].places or asked[0] == "HassGetState"):
            return asked
    for word, device_class in DANGERS.items():
        if gist.says(word) and any(house.home.device_class(i) == device_class for i in house.home.entities):
            return sensor(gist, house, context, device_class)
    for what in [*measures, *measured]:
        if what in CLASSES:
            return sensor(gist, house, context, CLASSES[what])
    return _state(gist, house, context)


def _stands_at(gist: Gist) -> bool:
    """What something stands at, with no word for what is measured: "what's the pool sitting at"."""
    words = [t.text for t in gist.tokens if t.text not in ("right", "now", "currently", "today")]
    return (
        len(words) > 2
        and words[0] in ("what", "what's", "whats", "where's", "wheres")
        and words[-1] == "at"
        and not gist.of("measure", "measured", "noun", "state")
    )


def _state(gist: Gist, house: HouseWords, context: Context) -> Asked | None:
    aimed = aim(gist, house, context)
    states = [str(p.value) for p in gist.of("state")]
    states = states or [_DONE[str(p.value)] for p in gist.of("act") if p.value in _DONE]
    levels = gist.of("level")
    if aimed.pronoun and not aimed.said:
        return None
    home = house.home
    words = [t.text for t in gist.tokens]
    slots: dict[str, Any] = {}
    if states:
        slots["state"] = _STATE.get(states[-1], states[-1])
    if "home" in states or (words[0] in ("who", "who's") and gist.first("everywhere") is not None):
        people = tuple(i for i in home.entities if i.startswith("person."))
        named = tuple(i for i in aimed.ids if i in people)
        if people and (named or words[0] in ("who", "who's", "how", "is", "are")):
            extra = {"name": home.entities[named[0]].name} if named else {"domain": "person"}
            return (
                "HassGetState",
                {"state": "home", **extra},
                Aim(ids=named or people, said=True, named=bool(named), slots={}, cost=0.05),
                0.85,
            )
    if not aimed.said:
        return None
    if aimed.named and slots.get("state") in ("locked", "unlocked") and not any(i.startswith("lock.") for i in aimed.ids):
        known = {w for i in aimed.ids for w in normal(home.entities[i].name).split()}
        locks = tuple(i for i in home.entities if i.startswith("lock.") and known <= set(normal(home.entities[i].name).split()))
        aimed = replace(aimed, ids=locks) if locks else aimed
    if aimed.named:
        if all(home.entities[i].domain in ("sensor", "binary_sensor") for i in aimed.ids) and aimed.extra <= 1:
            return "HassGetState", slots, replace(aimed, extra=0), 0.88
        if (
            "brightness" in [str(p.value) for p in gist.of("measure", "measured")]
            or states
            or levels
            or gist.says("status", "state")
            or len(words) <= 9
        ):
            return "HassGetState", slots, aimed, 0.88 if aimed.extra == 0 else 0.7
        return None
    if aimed.noun == "media" and not states and gist.says("which", "what", "what's", "who", "who's", "whose"):
        return "HubMediaStatus", {}, replace(aimed, slots={k: v for k, v in aimed.slots.items() if k != "domain"}), 0.8
    if aimed.noun == "everything" and states and slots["state"] in ("open", "closed", "locked", "unlocked"):
        return "HassGetState", slots, _that_can_be(house, aimed, str(slots["state"])), 0.88
    if aimed.noun is not None:
        noun = aimed.noun
        if noun in ("window", "door", "garage", "gate") and not aimed.unknown:
            aimed = _contacts(gist, house, context, noun, aimed)
            bolts = tuple(i for i in aimed.ids if i.startswith("lock."))
            others = tuple(i for i in aimed.ids if i not in bolts)
            if bolts and others and slots.get("state") in ("open", "closed", "locked", "unlocked"):
                aimed = replace(aimed, ids=others if slots["state"] in ("open", "closed") else bolts)
        if aimed.code == "ambiguous" or (
            aimed.room is not None and gist.first("here") is None and gist.says("are", "any", "all", "which", "how")
        ):
            aimed = _everywhere(house, aimed)
        if states or gist.says("which", "how", "any", "status", "state") or domain_of(noun):
            if (
                not states
                and not gist.says("status", "state", "many")
                and noun
                not in (
                    "light",
                    "climate",
                    "cooler",
                    "media",
                    "tv",
                    "lock",
                    "vacuum",
                    "washer",
                    "dryer",
                    "dishwasher",
                    "oven",
                    "coffee",
                    "alarm_panel",
                )
            ):
                return None
            return "HassGetState", slots, aimed, 0.88
    if aimed.code is not None and (states or aimed.noun):
        return "HassGetState", slots, aimed, 0.8
    return None


def _reading(gist: Gist, house: HouseWords, context: Context) -> Asked | None:
    """A sensor's name and nothing but "level" or "reading": what it says."""
    if any(p.kind not in ("called", "filler", "measure") for p in gist.parts):
        return None
    aimed = aim(gist, house, context, domains=("sensor", "binary_sensor"))
    if not aimed.named or not all(house.home.entities[i].domain in ("sensor", "binary_sensor") for i in aimed.ids):
        return None
    return "HassGetState", {}, aimed, 0.88


def _that_can_be(house: HouseWords, aimed: Aim, state: str) -> Aim:
    """What can be open or locked at all, in the place that was said or in the house: "is anything open downstairs"."""
    home = house.home
    locks = state in ("locked", "unlocked")
    ids = tuple(
        i
        for i, e in home.entities.items()
        if (
            e.domain == "lock"
            if locks
            else e.domain in ("cover", "valve") or (e.domain == "binary_sensor" and home.device_class(i) in _OPENING)
        )
        and (aimed.places is None or aimed.room is not None or in_place(home, i, list(aimed.places)))
    )
    slots = {k: v for k, v in aimed.slots.items() if k == "floor" or (k == "area" and aimed.room is None)}
    return replace(aimed, ids=ids, code=None if ids else "no_valid_targets", slots=slots, room=None)


def _contacts(gist: Gist, house: HouseWords, context: Context, noun: str, aimed: Aim) -> Aim:
    """Windows and doors that only have a contact sensor."""
    home = house.home
    classes = {"window": ("window", "opening"), "door": ("door", "opening"), "garage": ("garage_door",)}.get(noun, (noun,))
    ids = [i for i, e in home.entities.items() if e.domain == "binary_sensor" and home.device_class(i) in classes]
    if noun == "door":
        ids += [i for i in home.entities if i.startswith("lock.")]
    covers = [i for i, e in home.entities.items() if e.domain == "cover" and kind_matches(home, i, None, noun)]
    ids = [*covers, *(i for i in ids if i not in covers)]
    placed = [i for i in ids if aimed.places is None or in_place(home, i, list(aimed.places))]
    if not placed:
        return aimed
    slots = {k: v for k, v in aimed.slots.items() if k not in ("domain", "name") and not (k == "area" and aimed.places is None)}
    here = [i for i in placed if context.area is not None and in_place(home, i, [context.area])]
    if aimed.places is None and here and context.area is not None and _one_here(gist):
        slots["area"] = home.areas[context.area].name
        return replace(aimed, ids=tuple(here), code=None, slots=slots, room=context.area)
    return replace(aimed, ids=tuple(placed), code=None, slots=slots, room=None)


def _one_here(gist: Gist) -> bool:
    """Whether one thing was asked about as if there were no other: "is the window open" in a room that has one."""
    return gist.says("is", "isn't", "did", "was", "has") and gist.says("the", "my", "this", "that") and gist.first("quant") is None


def _everywhere(house: HouseWords, aimed: Aim) -> Aim:
    from models.reading.nouns import ids_of

    ids = ids_of(aimed.noun or "", house.home)
    slots = {k: v for k, v in aimed.slots.items() if k not in ("area", "name")}
    return replace(aimed, ids=tuple(ids), code=None if ids else "no_valid_targets", slots=slots, room=None)
