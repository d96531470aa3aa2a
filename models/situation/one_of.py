""" "The tv", "my lamp", "the blind", "show me the door", "good night": one of several, by room, state and person. Proposes."""

from __future__ import annotations

import re
from collections.abc import Callable

from devices.home import Home
from models.reading.mentions import KINDS, named, of_kind, target_slots
from models.said import Context, Frame
from models.situation import house_now
from models.situation.going_on import frame
from models.situation.house_now import area_of, domain, here_first, is_on, name_words, of, value

SHOW = re.compile(
    r"(?:show(?: me)?|let me see|display|put up|pull up|can i see|see|view|look at|who(?:s| is) (?:at|by)|what(?:s| is) (?:going on|"
    r"happening) (?:at|in|outside)|bring up|look at)(?: me)?(?: (?:whos|who is|whats|what is)(?: (?:at|by|in|on|"
    r"outside))?)?(?: the| my)? (.+?)(?: camera| cam| feed| video| picture| stream|"
    r" live)*(?: on (?:the )?(?:screen|display))?"
)


ADD = re.compile(r"add (?:some |a |an |more )?((?:[a-z]+ ?){1,4})")


STATE_IT = re.compile(
    r"(?:is|are) (?:it|they|that|those|everything|all|the house|the (?:garage|gate)(?: door)?) (?:still |already |all )?"
    r"(on|off|open|closed|locked|unlocked)(?: (?:now|up))?"
)


def scene(words: tuple[str, ...], topic: str | None) -> Callable[[str, Home, Context], list[Frame]]:
    def make(said: str, home: Home, context: Context) -> list[Frame]:
        scenes = [e for e in of(home, "scene", "script") if any(w in f" {_label(home, e)} " for w in words)]
        scenes += [e for e in of(home, "scene", "script") if _label(home, e) == said and e not in scenes]
        exact = [e for e in scenes if _label(home, e).replace(" ", "") == said.replace(" ", "")]
        scenes = exact or scenes
        own = [e for e in scenes if context.person is not None and context.person.casefold() in name_words(home, e)]
        others = [e for e in scenes if not own and not _somebodys(home, e)]
        best = (own or others or scenes)[:1]
        if best:
            return [frame("HassTurnOn", best, 0.9, {"name": home.entities[best[0]].name}, "person" if own else "")]
        return [frame("HubSmallTalk", (), 0.85, {"topic": topic})] if topic is not None else []

    return make


_SCENE = re.compile(
    r"(?:(?:its|it is|lets have|lets|lets get|time for|time to|it is time for|its time for|its time to|get ready for|start|begin|"
    r"i want|we want|go to|go into|were having) (?:a |an |the |our |some )?)?(.+?)(?: time| mode| scene| mood| now| again)?"
)


def called_scene(said: str, home: Home, context: Context) -> list[Frame]:
    """ "Party time", "time to chill": a scene's own name with nothing but a wrapping around it."""
    match = _SCENE.fullmatch(said)
    core = match.group(1) if match is not None else said
    if core == said:
        return []
    scenes = of(home, "scene", "script")
    found = [e for e in scenes if _label(home, e).removesuffix(" mode").removesuffix(" time") == core]
    found = found or [e for e in scenes if set(_label(home, e).split()) - _WRAPPING == set(core.split())]
    found = here_first(home, found, context.area)
    return [frame("HassTurnOn", [e], 0.9 if len(found) == 1 else 0.5, {"name": home.entities[e].name}) for e in found[:4]]


_WRAPPING = frozenset({"time", "mode", "night", "scene", "evening", "the", "a"})
_WATER = re.compile(r"(?:water|sprinkle|irrigate) (?:the |my |our )?([\w ]+)|(?:give )?the ([\w ]+) (?:some water|needs? water(?:ing)?)")


def water(said: str, home: Home, context: Context) -> list[Frame]:
    """The valve or pump that waters what was named; only where the house has one for it, or one at all."""
    match = _WATER.fullmatch(said)
    if match is None:
        return []
    what = next((g for g in match.groups() if g), "")
    pool = [e for e in of(home, "valve", "switch") if domain(e) == "valve" or name_words(home, e) & _WATERING]
    meant = named(what, home)
    wanted = set(house_now.words(what))
    fitting = [e for e in pool if area_of(home, e) in meant.areas or wanted & (name_words(home, e) - _WATERING)]
    if not fitting and not meant.areas and wanted & _GREEN:
        fitting = [e for e in pool if name_words(home, e) & _WATERING]
    return [frame("HassTurnOn", [e], 0.9 if len(fitting) == 1 else 0.5, target_slots(home, [e])) for e in fitting[:4]]


_WATERING = frozenset({"sprinkler", "sprinklers", "irrigation", "drip", "watering", "hose", "pump"})
_GREEN = frozenset({"garden", "lawn", "grass", "plants", "flowers", "beds", "yard", "vegetables", "tomatoes", "roses", "hedge"})


def _label(home: Home, entity_id: str) -> str:
    entity = home.entities[entity_id]
    return " ".join(house_now.words(" ".join((entity.name, *entity.aliases))))


def _somebodys(home: Home, entity_id: str) -> bool:
    return "'s " in home.entities[entity_id].name or "’s " in home.entities[entity_id].name


def show(said: str, home: Home, context: Context) -> list[Frame]:
    match = SHOW.fullmatch(said)
    phrase = match.group(1) if match is not None else ""
    cameras = of(home, "camera")
    wanted = set(house_now.words(phrase)) - {"the", "my", "a", "at", "in", "camera", "cam", "feed", "of", "on", "me"}
    if not wanted or not cameras:
        return []

    def fit(entity_id: str) -> int:
        area = home.area_of(entity_id)
        known = name_words(home, entity_id) | (set(house_now.words(area.name)) if area is not None else set())
        return len(wanted & known) if wanted <= known else 0

    if wanted <= _ENTRANCE and not any(fit(c) for c in cameras):
        watching = [c for c in cameras if _seen(home, c) & _ENTRANCE]
        cameras, wanted = (watching, _seen(home, watching[0])) if len(watching) == 1 else ([], wanted)
    best = max((fit(c) for c in cameras), default=0)
    found = [c for c in cameras if fit(c) == best] if best else []
    if not found:
        return []
    exact = [c for c in found if wanted == name_words(home, c) - {"camera", "cam"}] or found
    explicit = "camera" in said or " cam" in said or said.startswith(("show", "let me", "display", "pull", "bring", "view", "who", "what"))
    return (
        [
            frame(
                "HubShowCamera",
                exact if len(exact) == 1 else found,
                0.93 if explicit else 0.6,
                {"name": home.entities[exact[0]].name},
                "screen",
            )
        ]
        if explicit
        else []
    )


_ENTRANCE = frozenset({"front", "door", "doorbell", "entrance", "porch", "doorstep", "bell", "outside", "gate", "hallway"})


def _seen(home: Home, entity_id: str) -> set[str]:
    area = home.area_of(entity_id)
    return set(name_words(home, entity_id)) | (set(house_now.words(area.name)) if area is not None else set())


def kind(what: str, intent: str, home: Home, context: Context) -> list[Frame]:
    """One thing of a kind, told by room and state: "turn off the tv" with two of them, one on."""
    if what in ("everything", "all", "it", "them", "that") or re.search(
        r"\b(all|every|both|lights|lamps|in the|upstairs|downstairs)\b", what
    ):
        return []
    if what.startswith("my ") or context.person is not None:
        own = _own(what.removeprefix("my "), home, context)
        if own:
            return [frame(intent, own, 0.9, {"name": home.entities[own[0]].name}, "person")]
    if what not in KINDS or (
        named(what, home).entities and any(home.entities[e].name.casefold() == what for e in named(what, home).entities)
    ):
        return []
    if what in ("light", "music", "door", "lock"):
        return []
    pool = of_kind(home, what)
    if len(pool) < 2 or any(domain(e) in ("sensor", "binary_sensor") for e in pool):
        return []
    here = [e for e in pool if context.area is not None and area_of(home, e) == context.area]
    called = [e for e in here if what in name_words(home, e)]
    if called and (intent == "HassTurnOn" or any(is_on(home, e) for e in called)):
        pool = here = called  # "the lamp" where the ceiling is a light too
    if len(here) == 1 and (intent == "HassTurnOn" or is_on(home, here[0])):
        return [frame(intent, here, 0.85, target_slots(home, here), "room")]
    return [frame(intent, [e], 0.5, target_slots(home, [e])) for e in pool[:8]]


def _own(what: str, home: Home, context: Context) -> list[str]:
    """The speaker's own thing: "my lamp" is Anna's lamp when Anna speaks."""
    if context.person is None or what not in KINDS:
        return []
    mine = [
        e
        for e in of_kind(home, what)
        if context.person.casefold() in name_words(home, e) or f"{context.person.casefold()}s" in name_words(home, e)
    ]
    return mine if len(mine) == 1 else []


def moved(verb: str, what: str, home: Home, context: Context) -> list[Frame]:
    kind = what.removesuffix(" up").removesuffix(" down")
    exact = [e for e in named(what, home).entities if not named(what, home).rest]
    locks = [e for e in exact if domain(e) == "lock"]
    if verb == "open" and locks and not any(domain(e) in ("cover", "valve") for e in exact):
        return [frame("HassTurnOff", locks[:1], 0.9, target_slots(home, locks[:1]))]
    if kind.removesuffix(" door") in ("garage", "gate") and "lock" not in verb:
        gates = of_kind(home, kind.removesuffix(" door"))
        opened = verb in ("open", "raise", "pull up", "roll up")
        return [frame("HassTurnOn" if opened else "HassTurnOff", gates, 0.9, target_slots(home, gates))] if len(gates) == 1 else []
    if kind not in KINDS or KINDS[kind][0][0] not in ("cover", "lock") or named(kind, home).areas:
        return []
    if any(home.entities[e].name.casefold() == kind for e in named(kind, home).entities):
        return []
    opens = verb in ("open", "raise", "pull up", "roll up", "unlock")
    pool = [e for e in of_kind(home, kind) if domain(e) in (("lock",) if "lock" in verb else ("cover", "lock"))]
    if kind.endswith("s") or len(pool) < 2:
        return []
    made = []
    for entity_id in pool[:8]:
        bolt = domain(entity_id) == "lock"
        made.append(frame("HassTurnOn" if opens != bolt else "HassTurnOff", [entity_id], 0.5, target_slots(home, [entity_id])))
    return made


def lock_up(said: str, home: Home, context: Context) -> list[Frame]:
    locks = of(home, "lock")
    return [frame("HassTurnOn", locks, 0.9, {"domain": "lock"})] if locks else []


def it(said: str, home: Home, context: Context) -> list[Frame]:
    """The only thing of the room that can be closed, opened or locked now."""
    verb = said.split()[0]
    if "lock" in verb:
        pool = [e for e in of(home, "lock") if value(home, e) == ("unlocked" if verb == "lock" else "locked")]
        intent = "HassTurnOn" if verb == "lock" else "HassTurnOff"
    else:
        pool = [e for e in of(home, "cover", "valve") if is_on(home, e) == (verb != "open")]
        intent = "HassTurnOn" if verb == "open" else "HassTurnOff"
    pool = here_first(home, pool, context.area)
    return [frame(intent, [e], 0.5, target_slots(home, [e]), "device_state" if len(pool) == 1 else "") for e in pool[:6]]


def add(said: str, home: Home, context: Context) -> list[Frame]:
    match = ADD.fullmatch(said)
    lists = [e for e in of(home, "todo") if name_words(home, e) & {"shopping", "grocery", "groceries"}] or of(home, "todo")
    if (
        match is None
        or not lists
        or re.search(
            r"\b(minute|minutes|hour|hours|second|seconds|time|timer|alarm|to|onto|reminder|and|event|meeting|plus|one|two|three|four|"
            r"five|six|seven|eight|nine|ten|twelve|twenty|hundred|light|lights|more|it|that|this|here)\b",
            match.group(1),
        )
    ):
        return []
    return [frame("HassShoppingListAddItem", lists[:1], 0.9, {"item": match.group(1).strip()})]


def time_there(said: str, home: Home, context: Context) -> list[Frame]:
    if "time" not in said or named(said.rpartition(" in ")[2], home).areas:
        return []
    return [frame("HassGetCurrentTime", (), 0.7, {}, "history" if "there" in said else "")]


def state_it(said: str, home: Home, context: Context) -> list[Frame]:
    match = STATE_IT.fullmatch(said)
    state = match.group(1) if match is not None else "on"
    kinds = (
        ("lock",)
        if "lock" in state
        else ("cover",)
        if state in ("open", "closed")
        else ("light", "fan", "switch", "media_player", "climate")
    )
    if (gate := re.search(r"\b(garage|gate)\b", said)) is not None and state in ("open", "closed"):
        gates = of_kind(home, gate.group())
        return [frame("HassGetState", gates, 0.9, {**target_slots(home, gates), "state": state})] if gates else []
    if not re.search(r"\b(everything|all|house)\b", said):
        return []
    targets = of(home, *kinds)
    return [frame("HassGetState", targets, 0.7, {"state": state, "domain": kinds[0]})] if targets else []
