"""What of a house a condition awaits: "the dryer finishes", "it gets dark", "Tom is home". Knows words and states; waits for nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from devices.home import Home
from models.automaton.house_words import HouseWords, normal
from models.reading.gist import read
from models.reading.numbers import amounts, plain, tokens
from models.reading.resolve import ground, in_place
from models.reading.target import aim
from models.said import Context
from models.situation import house_now
from models.situation.awaited import Awaited, Unseen
from models.situation.measured import CLASSES
from models.situation.questions import ask

DUSK_LUX = 30.0
"""An outdoor light sensor below this says that it is dark."""
_DARK = re.compile(r"\b(?:dark|dusk|sunset|sundown|nightfall)\b|\bsun\b.*\b(?:sets?|goes down|down|set)\b", re.I)
_LIGHT = re.compile(r"^(?:it|it's|it is)\b.*\b(?:light|bright)\b|\b(?:dawn|sunrise)\b|\bsun\b.*\b(?:rises?|comes up|up|risen)\b", re.I)
_NUMBER = re.compile(
    r"\b(?P<up>above|over|exceeds?|more than|higher than|warmer than|hotter than|greater than|brighter than|reach(?:es)?|hits?)\b|"
    r"\b(?P<down>below|under|less than|lower than|colder than|cooler than|beneath)\b",
    re.I,
)
_HOME = re.compile(
    r"^(?P<who>.+?)(?:'m|'re|'s|\s)+"
    r"(?:is |am |are |has |have |gets? |getting |comes? |coming |arrives? |arrived |arriving |got |returns? |reach(?:es)? )*"
    r"(?:back |at )*(?:home|back|in the house)$|^(?P<who2>.+?) (?:has |have )?(?:arrives?|arrived|returns?|returned|comes? in)$",
    re.I,
)
_AWAY = re.compile(
    r"^(?P<who>.+?)(?:'m|'re|'s|\s)+(?:is |am |are |has |have )?"
    r"(?:leaves?|left|gone|away|out|goes? out|goes? away|leaves? (?:the house|home)|left the house|not (?:at )?home)$",
    re.I,
)
_DONE = re.compile(
    r"^(?P<what>.+?)(?:'s| is| are| has| have| gets)? (?:been |all )?"
    r"(?:done|finished|finishes|finish|ready|complete|completed|through|over|ended|ends|stops|stopped|"
    r"stops running|stopped running|no longer running|not running(?: any ?more)?)"
    r"(?: (?:washing|drying|cleaning|cooking|charging|printing|brewing))?$",
    re.I,
)
_VERBS: tuple[tuple[str, str, bool], ...] = (
    (r"(?<!is )(?<!are )(?:unlocks?|gets unlocked)", "unlocked", True),
    (r"(?:is|are|has been) unlocked", "unlocked", False),
    (r"(?<!is )(?<!are )(?:locks?|gets locked)", "locked", True),
    (r"(?:is|are|has been) locked", "locked", False),
    (r"(?<!is )(?<!are )(?:opens?|gets opened|goes up|is being opened)", "open", True),
    (r"(?:is|are) (?:open|opened)", "open", False),
    (r"(?<!is )(?<!are )(?:closes?|shuts?|gets closed|goes down|is being closed)", "closed", True),
    (r"(?:is|are) (?:closed|shut)", "closed", False),
    (r"(?:turns?|goes|comes|switches|is turned|is switched|gets turned) on|starts?(?: (?:running|playing|up))?|begins?|plays", "on", True),
    (r"(?:turns?|goes|switches|is turned|is switched|gets turned) off|stops?(?: playing)?|pauses", "off", True),
    (r"(?:is|are) (?:on|running|playing)", "on", False),
    (r"(?:is|are) off", "off", False),
    (r"(?:rings?|goes off|is triggered|triggers|leaks?|is wet|gets wet)", "on", True),
    (r"(?:detects? (?:something|motion|movement|smoke|water|a leak)|senses? \w+)", "on", True),
)
_PAST = {"open": "open", "closed": "closed", "locked": "locked", "unlocked": "unlocked", "on": "on", "off": "off"}
_STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("open", "opening", "on"),
    "closed": ("closed", "off"),
    "locked": ("locked",),
    "unlocked": ("unlocked",),
    "on": ("on", "playing", "running", "heat", "cool", "cleaning", "mowing", "home"),
    "off": ("off", "idle", "standby", "paused", "docked", "stopped"),
}
_SWITCHED = (
    "light",
    "fan",
    "person",
    "lock",
    "cover",
    "media_player",
    "climate",
    "humidifier",
    "valve",
    "button",
    "scene",
    "script",
    "siren",
)
"""What is on or off, and so is not done unless it belongs to a machine."""
_MOTION = re.compile(
    r"^(?:there(?:'s| is) (?:any |some )?(?:motion|movement|someone|somebody)|(?:motion|movement) is detected|"
    r"(?:someone|somebody) (?:comes|walks|goes|enters|is)(?: in(?:to)?)?)\b(?P<where>.*)$"
)
_CONTACT = ("door", "window", "opening", "garage_door")


def watched(condition: str, house: HouseWords, context: Context) -> Awaited | Unseen | None:
    """What of this house has to come about for a condition, why that cannot be seen, or None where the words are no such condition."""
    said = re.sub(r"\s+", " ", condition.strip(" .,!?").lower())
    said = re.sub(r"^(?:that|then)\s+", "", said)
    if _DARK.search(said) or _LIGHT.search(said):
        return _sun(house.home, dark=_DARK.search(said) is not None)
    if (compared := _NUMBER.search(said)) is not None:
        return _level(said, compared, house, context)
    for pattern, home in ((_HOME, True), (_AWAY, False)):
        match = pattern.match(said)
        if match is not None:
            who = match["who"] or match.groupdict().get("who2") or ""
            found = _people(who.strip(), house, context, home=home)
            if found is not None:
                return found
    if (match := _DONE.match(said)) is not None:
        found = _machine(match["what"], house, context)
        if found is not None:
            return found
    return _change(said, house, context)


def _sun(home: Home, *, dark: bool) -> Awaited | Unseen:
    fact = "it is dark" if dark else "it is light"
    suns = [i for i in home.entities if i.startswith("sun.")]
    if suns:
        return Awaited(kind="state", entities=(suns[0],), states=("below_horizon" if dark else "above_horizon",), fact=fact)
    outside = [
        i for i, e in home.entities.items() if e.domain == "sensor" and home.device_class(i) == "illuminance" and house_now.outside(home, i)
    ]
    if outside:
        return Awaited(kind="below" if dark else "above", entities=(outside[0],), level=DUSK_LUX, fact=fact)
    return Unseen("no_sun", "dark" if dark else "light")


def _people(who: str, house: HouseWords, context: Context, *, home: bool) -> Awaited | Unseen | None:
    people = [i for i in house.home.entities if i.startswith("person.")]
    states, where = (("home",), "home") if home else (("home",), "away")
    name, ids, every = "", list[str](), False
    if who in ("i", "me", "i'm"):
        named = [
            i for i in people if context.person and normal(context.person) in (normal(house.home.entities[i].name), i.partition(".")[2])
        ]
        ids, name = named or (people if len(people) == 1 else []), "you"
    elif who in ("we", "somebody", "someone", "anybody", "anyone"):
        ids, name = people, "somebody"
    elif who in ("everybody", "everyone", "all of us", "we all"):
        ids, name, every = people, "everybody", True
    elif who in ("nobody", "no one"):
        ids, name, every, home, where = people, "everybody", True, not home, "away" if home else "home"
    else:
        ids = [i for i in house.entities_called(re.sub(r"^(?:the|my|our) ", "", who)) if i.startswith(("person.", "device_tracker."))]
        if not ids:
            return None if who not in ("he", "she", "they") else Unseen("no_person")
        name = house.home.entities[ids[0]].name
    if not ids:
        return Unseen("no_person")
    is_ = "are" if name == "you" else "is"
    return Awaited(
        kind="state", entities=tuple(ids), states=states, negated=not home, every=every, event=True, fact=f"{name} {is_} {where}"
    )


def _machine(what: str, house: HouseWords, context: Context) -> Awaited | None:
    home = house.home
    gist = read(what, house)
    aimed = aim(gist, house, context)
    spoken = _spoken(what, aimed.ids if aimed.named else (), home)
    if aimed.noun == "media" and not aimed.named:
        playing = [i for i in (context.playing or house_now.music(home, context)) if i in home.entities]
        ids = playing or [i for i in aimed.ids if house_now.value(home, i) == "playing"]
        if not ids:
            return None
        return Awaited(
            kind="state", entities=tuple(ids[:1]), states=("playing", "buffering"), negated=True, event=True, fact=f"{spoken} is over"
        )
    ids = [i for i in aimed.ids if house_now.appliance_of(home, i) is not None or house_now.domain(i) not in _SWITCHED]
    if not ids:
        known = set(house_now.words(what))
        ids = [i for name, group in house_now.appliances(home).items() if known & set(house_now.words(name)) for i in group]
    if not ids or (aimed.unknown and not aimed.named and aimed.noun is None):
        return None
    family = [i for group in house_now.appliances(home).values() if ids[0] in group for i in group] or ids
    best = [i for i in house_now.progress(home, family) if house_now.runs(home, [i]) is not None] or house_now.progress(home, family)
    return Awaited(kind="done", entities=(best[0],), event=True, fact=f"{spoken} is done")


def _spoken(what: str, ids: Sequence[str], home: Home) -> str:
    """The subject as it is said back: by its own name where it was called so."""
    lead = "the " if re.match(r"(?:the|my|our|a|an)\b", what) else ""
    bare = re.sub(r"^(?:the|my|our|a|an|all|every|both|any|one)(?: of)?(?: the)? ", "", what)
    if len(ids) == 1 and normal(home.entities[ids[0]].name) == normal(bare):
        return lead + (home.entities[ids[0]].name if not lead else home.entities[ids[0]].name.lower())
    return lead + bare


def _level(said: str, compared: re.Match[str], house: HouseWords, context: Context) -> Awaited | Unseen | None:
    numbers = amounts([t.text for t in tokens(said[compared.end() :])])
    if not numbers:
        return None
    subject = re.sub(r"\b(?:is|are|it's|gets|goes|rises|drops|falls|climbs|becomes|has|to|up|down)\b", " ", said[: compared.start()])
    subject = re.sub(r"\s+", " ", subject).strip()
    word = "temperature" if subject in ("", "it", "inside", "in here", "here") else ""
    home = house.home
    question = ask(read(f"what is the {word if word else subject}", house), house, context)
    if question is None:
        return Unseen("no_sensor", subject or "it")
    intent, slots, aimed, _ = question
    ids = list(aimed.ids)
    if intent == "HassClimateGetTemperature" and not ids and aimed.code is None:
        ids = list(ground(intent, {**aimed.slots, **slots}, home, context).targets)
    if intent == "HassGetWeather":
        ids = house_now.outdoors(home)
    if not ids:
        return Unseen("no_sensor", subject or "it")
    level = float(numbers[0].value)
    up = compared["up"] is not None
    if compared.group().startswith(("reach", "hit")):
        now = house_now.number(house_now.value(home, ids[0]))
        up = now is None or now < level
        level += -0.001 if up else 0.001
    name = "it" if word else re.sub(r"^(?:my|our)\b", "the", subject)
    changes = re.search(r"\b(?:gets|goes|rises|drops|falls|climbs|becomes|reaches|hits|exceeds)\b", said) is not None
    fact = f"{name} is {'above' if up else 'below'} {plain(round(level, 1))}"
    return Awaited(kind="above" if up else "below", entities=tuple(ids[:1]), level=level, fact=fact, event=changes)


def _change(said: str, house: HouseWords, context: Context) -> Awaited | Unseen | None:
    motion = _MOTION.match(said)
    if motion is not None:
        return _motion(motion["where"], house, context)
    for verb, state, event in _VERBS:
        match = re.match(rf"^(?P<what>.+?)(?:'s)? (?:{verb})(?: again)?$", said)
        if match is None:
            continue
        ids = _subject(match["what"], state, house, context)
        if not ids:
            return Unseen("no_sensor", match["what"])
        spoken = _spoken(match["what"], ids, house.home)
        every = re.match(r"^(?:all|every|both)\b", match["what"]) is not None
        are = "are" if every and spoken.endswith("s") else "is"
        the = "all the " if every else "" if spoken.startswith("the ") or spoken[:1].isupper() else "the "
        return Awaited(
            kind="state", entities=tuple(ids), states=_STATES[state], every=every, event=event, fact=f"{the}{spoken} {are} {_PAST[state]}"
        )
    return None


def _motion(where: str, house: HouseWords, context: Context) -> Awaited | Unseen:
    home = house.home
    aimed = aim(read(where, house), house, context)
    if aimed.unknown:
        return Unseen("no_sensor", where.strip())
    places: Sequence[str] | None = aimed.places or ((context.area,) if context.area is not None else None)
    classes = (CLASSES["motion"], CLASSES["occupancy"], "presence")
    ids = [
        i for i, e in home.entities.items() if e.domain == "binary_sensor" and home.device_class(i) in classes and in_place(home, i, places)
    ]
    if not ids:
        return Unseen("no_sensor", "motion")
    return Awaited(kind="state", entities=tuple(ids), states=("on",), event=True, fact=f"there is motion{where}")


def _subject(what: str, state: str, house: HouseWords, context: Context) -> list[str]:
    """The entities of a subject that can tell of such a state."""
    home = house.home
    gist = read(what, house)
    aimed = aim(gist, house, context)
    if aimed.unknown:
        return []
    ids = list(aimed.ids) or [i for i in aimed.candidates if i in home.entities]
    moves = state in ("open", "closed")
    words = {w for w in normal(what).split() if w not in ("the", "my", "our", "a", "all", "any", "every", "both")}
    placed = {w for a in aimed.places or () for n in (home.areas[a].name, *home.areas[a].aliases) for w in normal(n).split()}
    kinds = {"door", "doors", "window", "windows", "gate", "gates", "garage", "in", "at", "to"}
    plain_kind = not words - kinds - placed
    if not aimed.named and aimed.noun in ("door", "window", "gate", "garage") and not plain_kind:
        ids = []  # "the back door" is not any door
    if moves or state == "on":
        contacts = [
            i
            for i, e in home.entities.items()
            if e.domain == "binary_sensor"
            and (not moves or home.device_class(i) in _CONTACT)
            and words
            and words <= set(normal(e.name).split())
        ]
        if aimed.noun in ("door", "window", "garage", "gate") and plain_kind and not contacts:
            contacts = [
                i
                for i, e in home.entities.items()
                if e.domain == "binary_sensor"
                and home.device_class(i) in (aimed.noun, "garage_door" if aimed.noun == "garage" else aimed.noun)
                and (aimed.places is None or in_place(home, i, list(aimed.places)))
            ]
        ids = [*ids, *(i for i in contacts if i not in ids)]
    allowed = {
        "open": ("cover", "valve", "binary_sensor"),
        "closed": ("cover", "valve", "binary_sensor"),
        "locked": ("lock",),
        "unlocked": ("lock",),
    }.get(state)
    if state == "locked" or state == "unlocked":
        ids = [i for i in ids if i.startswith("lock.")] or [
            i for i, e in home.entities.items() if e.domain == "lock" and words <= set(normal(e.name).split())
        ]
    if allowed is None:
        return [i for i in ids if house_now.domain(i) not in ("sensor", "scene", "script", "button", "weather", "person")]
    return [
        i
        for i in ids
        if house_now.domain(i) in allowed and (house_now.domain(i) != "binary_sensor" or home.device_class(i) in (*_CONTACT, None))
    ]
