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
_SENSOR = {
    "humidity": "humidity",
    "battery": "battery",
    "power": "power",
    "energy": "energy",
    "illuminance": "illuminance",
    "co2": "carbon_dioxide",
    "motion": "motion",
    "occupancy": "occupancy",
    "pressure": "pressure",
}
_DONE = {"open": "open", "close": "closed", "lock": "locked", "unlock": "unlocked", "on": "on", "off": "off"}
"""What a thing is once it has been done: "is there a window open"."""
_STATE = {"closed": "closed", "open": "open"}

Asked = tuple[str, dict[str, Any], Aim, float]


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
        return _temperature(gist, house, context)
    for what in [*measures, *measured]:
        if what in _SENSOR:
            return _sensor(gist, house, context, _SENSOR[what])
    return _state(gist, house, context)


def _temperature(gist: Gist, house: HouseWords, context: Context) -> Asked | None:
    aimed = aim(gist, house, context)
    home = house.home
    outside = gist.says("outside", "outdoors", "outdoor")
    if outside:
        found = [
            i
            for i, e in home.entities.items()
            if e.domain in ("sensor", "weather")
            and {"outside", "outdoor", "outdoors"} & set(normal(e.name).split())
            and (e.domain == "weather" or home.device_class(i) == "temperature" or "temperature" in normal(e.name))
        ]
        if found:
            return "HassGetState", {"name": home.entities[found[0]].name}, Aim(ids=(found[0],), said=True, named=True, cost=0.1), 0.9
        if not aimed.places or not any(
            in_place(home, i, list(aimed.places)) and home.device_class(i) == "temperature" for i in home.entities
        ):
            return "HassGetWeather", {}, Aim(said=True, cost=0.1), 0.8
    if aimed.named:
        climates = tuple(i for i in aimed.ids if home.entities[i].domain == "climate")
        if climates:
            return "HassClimateGetTemperature", {}, replace(aimed, ids=climates), 0.9
        return "HassGetState", {}, aimed, 0.88
    if aimed.code is not None:
        return "HassClimateGetTemperature", {}, aimed, 0.85
    slots = {k: v for k, v in aimed.slots.items() if k in ("area", "floor")}
    noun = aimed.noun
    if noun is not None and noun not in ("climate",) and aimed.ids:
        return "HassGetState", {}, aimed, 0.85
    return "HassClimateGetTemperature", {}, replace(aimed, slots=slots, ids=(), code=None), 0.9


def _sensor(gist: Gist, house: HouseWords, context: Context, device_class: str) -> Asked | None:
    home = house.home
    aimed = aim(gist, house, context)
    if aimed.unknown:
        said = set(normal(aimed.unknown).split())
        own = tuple(i for i, e in home.entities.items() if _measures(house, i, device_class) and said <= set(normal(e.name).split()))
        if not own:
            return "HassGetState", {"device_class": device_class}, aimed, 0.85
        name = home.entities[own[0]].name
        return "HassGetState", {"name": name}, Aim(ids=own[:1], said=True, named=True, slots={"name": name}, cost=0.2), 0.88
    if aimed.named:
        own = tuple(
            i for i in aimed.ids if home.entities[i].domain in ("sensor", "binary_sensor", "climate") and _measures(house, i, device_class)
        )
        if not own:
            devices = {home.entities[i].device for i in aimed.ids} - {None}
            own = tuple(
                i
                for i, e in home.entities.items()
                if e.device in devices and _measures(house, i, device_class) and e.domain in ("sensor", "binary_sensor")
            )
        if not own:
            words = {w for i in aimed.ids for w in normal(home.entities[i].name).split()}
            own = tuple(i for i, e in home.entities.items() if _measures(house, i, device_class) and words <= set(normal(e.name).split()))
        numeric = tuple(i for i in own if i.startswith("sensor."))
        own = numeric[:1] or own
        if own:
            return "HassGetState", {"name": home.entities[own[0]].name}, replace(aimed, ids=own), 0.9
        return "HassGetState", {}, aimed, 0.7
    ids = [
        i
        for i, e in home.entities.items()
        if e.domain in ("sensor", "binary_sensor", "climate", "humidifier") and _measures(house, i, device_class)
    ]
    places = list(aimed.places) if aimed.places else None
    room = aimed.room
    here = [] if context.area is None or aimed.everywhere else [i for i in ids if in_place(home, i, [context.area])]
    if places is None and context.area is not None and here:
        places, room = [context.area], context.area
    placed = [i for i in ids if in_place(home, i, places)]
    if not placed and places:
        spoken = [set(normal(home.areas[a].name).split()) for a in places]
        placed = [i for i in ids if home.area_of(i) is None and any(w <= set(normal(home.entities[i].name).split()) for w in spoken)]
    slots = {k: v for k, v in aimed.slots.items() if k in ("area", "floor")} | {"device_class": device_class}
    if not placed:
        where = aimed.slots.get("area") or aimed.slots.get("floor")
        return (
            "HassGetState",
            slots,
            replace(
                aimed,
                slots=slots,
                ids=(),
                code="no_valid_targets",
                detail={k: v for k, v in {"device_class": device_class, "area": where}.items() if v},
            ),
            0.85,
        )
    if len(placed) == 1:
        slots["name"] = home.entities[placed[0]].name
    return "HassGetState", slots, replace(aimed, slots=slots, ids=tuple(placed), code=None, room=room), 0.88


def _measures(house: HouseWords, entity_id: str, device_class: str) -> bool:
    own = house.home.device_class(entity_id)
    if own is not None:
        return str(own).lower().rpartition(".")[2] in (device_class, f"{device_class}_charging") and not str(own).endswith("charging")
    return device_class.partition("_")[0] in normal(house.home.entities[entity_id].name).split()


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
    if aimed.named:
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
    if aimed.noun is not None:
        noun = aimed.noun
        if noun in ("window", "door", "garage", "gate") and not aimed.unknown:
            aimed = _contacts(house, context, noun, aimed)
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


def _contacts(house: HouseWords, context: Context, noun: str, aimed: Aim) -> Aim:
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
    return replace(aimed, ids=tuple(placed), code=None, slots=slots)


def _everywhere(house: HouseWords, aimed: Aim) -> Aim:
    from models.reading.nouns import ids_of

    ids = ids_of(aimed.noun or "", house.home)
    slots = {k: v for k, v in aimed.slots.items() if k not in ("area", "name")}
    return replace(aimed, ids=tuple(ids), code=None if ids else "no_valid_targets", slots=slots, room=None)
