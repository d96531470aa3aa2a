"""Invented homes and what can be wanted in them, in many wordings. Knows names and sentences; nothing of how they are heard or answered."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Frame = Mapping[str, Any]

OF = (
    "Oak",
    "Glass",
    "Upper",
    "Lower",
    "Blue",
    "Green",
    "Old",
    "Small",
    "Tall",
    "Round",
    "Window",
    "Shelf",
    "Table",
    "Bench",
    "Stove",
    "Stairs",
    "Cabinet",
    "Wardrobe",
    "Mantel",
    "Plant",
    "Print",
    "Cradle",
    "Bar",
    "Niche",
    "Balcony",
    "North",
    "South",
    "Guest's",
    "Emma's",
    "Tom's",
    "Grandma's",
    "Leo's",
    "Copper",
    "Paper",
    "Moon",
    "Arc",
)
KINDS = {
    "light": ("Lamp", "Light", "Lights", "Strip", "Bulb", "Lantern", "Sconce", "Spot"),
    "switch": ("Heater", "Pump", "Plug", "Toaster", "Boiler", "Charger", "Diffuser", "Iron", "Cooker", "Fryer"),
    "fan": ("Fan", "Ventilator"),
    "cover": ("Blind", "Curtains", "Shutter", "Shades", "Drapes"),
    "media_player": ("TV", "Television", "Speaker", "Receiver", "Radio", "Record Player"),
    "climate": ("Thermostat", "Heating", "Aircon", "Radiator"),
    "vacuum": ("Vacuum", "Hoover", "Sweeper"),
    "scene": ("Evening", "Reading Time", "Party", "Bright Morning", "Sleep"),
    "lock": ("Door", "Gate Lock", "Back Gate"),
}
ROOMS = (
    "Kitchen",
    "Living Room",
    "Bedroom",
    "Bathroom",
    "Office",
    "Garage",
    "Hall",
    "Dining Room",
    "Den",
    "Loft",
    "Pantry",
    "Patio",
    "Porch",
    "Studio",
    "Library",
    "Gym",
    "Kids Room",
    "Workshop",
    "Snug",
    "Landing",
)
NICKS = (
    "the ugly one",
    "big bertha",
    "the sunshine",
    "the noisy thing",
    "old faithful",
    "the snowman",
    "the disco",
    "the beast",
    "the glowworm",
    "my favourite",
    "the cave",
    "the little one",
    "the gadget",
    "the dragon",
    "the old stove",
    "the wobbly one",
    "the reading corner",
    "the star",
    "the bubbles",
    "the warm one",
    "the grey box",
    "the shop window",
)
SAID: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "on": (
        ("turn on the {n}", "switch the {n} on", "turn the {n} on please", "{n} on", "put on the {n}", "power on the {n}"),
        ("i need the {n}", "can we get some {n}", "let there be {n}", "start up the {n}", "{n} please", "wake the {n} up"),
    ),
    "off": (
        ("turn off the {n}", "switch off the {n}", "turn the {n} off", "{n} off please", "power off the {n}"),
        ("that's enough {n}", "we are done with the {n}", "put the {n} to sleep", "lose the {n}", "make the {n} go away"),
    ),
    "dim": (
        ("set the {n} to {v} percent", "{n} {v} percent", "change the {n} brightness to {v}", "dim the {n} to {v} percent"),
        ("{v} percent is enough for the {n}", "i would like the {n} at about {v}", "take the {n} to {v}"),
    ),
    "color": (
        ("make the {n} {v}", "set the {n} to {v}", "turn the {n} {v}"),
        ("i feel like {v} on the {n}", "{v} would be nice for the {n}"),
    ),
    "open": (("open the {n}", "raise the {n}", "pull up the {n}"), ("let me see outside past the {n}", "{n} all the way up")),
    "close": (("close the {n}", "lower the {n}", "shut the {n}"), ("i don't want to be seen do the {n}", "{n} all the way down")),
    "heat": (("set the {n} to {v} degrees", "{n} to {v}", "change the {n} to {v} degrees"), ("i'm freezing make the {n} {v}",)),
    "volume": (("set the {n} volume to {v}", "volume {v} on the {n}"), ("{v} is loud enough for the {n}",)),
    "pause": (("pause the {n}", "pause what's on the {n}"), ("hold on a second {n}", "quiet on the {n}")),
    "next": (("next track on the {n}", "skip on the {n}"), ("something else on the {n}",)),
    "clean": (("start the {n}", "run the {n}", "have the {n} clean"), ("it's dusty in here", "there are crumbs everywhere")),
    "lock": (("lock the {n}",), ("is the {n} shut for the night make sure",)),
    "unlock": (("unlock the {n}",), ("let them in by the {n}",)),
    "state": (("is the {n} on", "what's the state of the {n}", "check the {n}"), ("did i leave the {n} running",)),
    "area_on": (
        ("turn on the lights in the {a}", "turn on the {a} lights", "{a} lights on"),
        ("make the {a} bright", "it's dark in the {a}"),
    ),
    "area_off": (
        ("turn off the lights in the {a}", "{a} lights off", "turn off the {a} lights"),
        ("nobody is in the {a}", "dark {a} please"),
    ),
    "temp": (("what's the temperature in the {a}", "how warm is the {a}"), ("will i freeze in the {a}",)),
}
WORDS = {
    10: "ten",
    15: "fifteen",
    18: "eighteen",
    19: "nineteen",
    20: "twenty",
    21: "twenty one",
    22: "twenty two",
    25: "twenty five",
    30: "thirty",
    40: "forty",
    50: "fifty",
    60: "sixty",
    70: "seventy",
    75: "seventy five",
    80: "eighty",
    90: "ninety",
}
VERBS = {
    "light": ("on", "off", "dim", "color", "state"),
    "switch": ("on", "off", "state"),
    "fan": ("on", "off"),
    "cover": ("open", "close"),
    "media_player": ("volume", "pause", "next", "off"),
    "climate": ("heat",),
    "vacuum": ("clean",),
    "scene": ("on",),
    "lock": ("lock", "unlock"),
}
INTENT = {
    "on": "HassTurnOn",
    "off": "HassTurnOff",
    "dim": "HassLightSet",
    "color": "HassLightSet",
    "open": "HassTurnOn",
    "close": "HassTurnOff",
    "heat": "HassClimateSetTemperature",
    "volume": "HassSetVolume",
    "pause": "HassMediaPause",
    "next": "HassMediaNext",
    "clean": "HassVacuumStart",
    "lock": "HassTurnOn",
    "unlock": "HassTurnOff",
    "state": "HassGetState",
    "area_on": "HassTurnOn",
    "area_off": "HassTurnOff",
    "temp": "HassClimateGetTemperature",
}
VALUE: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    "dim": ("brightness", (10, 20, 30, 40, 50, 60, 70, 75, 80, 90)),
    "color": ("color", ("red", "green", "blue", "purple", "yellow", "pink")),
    "heat": ("temperature", (18, 19, 20, 21, 22)),
    "volume": ("volume_level", (10, 15, 20, 25, 30, 40, 50)),
}
UNNAMED: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    ("play some jazz", "HassMediaSearchAndPlay", {"search_query": "jazz"}),
    ("play music", "HassMediaSearchAndPlay", {}),
    ("play my favourite playlist", "HassMediaSearchAndPlay", {"search_query": "my favourite", "media_class": "playlist"}),
    ("put on the rolling stones", "HassMediaSearchAndPlay", {"search_query": "the rolling stones"}),
    ("pause", "HassMediaPause", {}),
    ("play something by queen", "HassMediaSearchAndPlay", {"search_query": "queen", "media_class": "artist"}),
    ("volume up", "HassSetVolumeRelative", {"volume_step": "up"}),
    ("louder please", "HassSetVolumeRelative", {"volume_step": "up"}),
    ("next song", "HassMediaNext", {}),
    ("skip this one", "HassMediaNext", {}),
    ("set the volume to thirty", "HassSetVolume", {"volume_level": 30}),
    ("play the audio book", "HassMediaSearchAndPlay", {"media_class": "audiobook"}),
    ("stop the music", "HassMediaPause", {}),
)
OPPOSITE = {
    "on": "off",
    "off": "on",
    "open": "close",
    "close": "open",
    "lock": "unlock",
    "area_on": "area_off",
    "area_off": "area_on",
    "dim": "on",
    "color": "on",
    "pause": "next",
    "next": "pause",
    "state": "on",
    "heat": "temp",
    "temp": "heat",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    id: str
    name: str
    area: str
    nick: str | None
    aliases: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return self.id.split(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing that is wanted: the frame that does it, and its wordings."""

    verb: str
    frame: Frame
    """intent, slots, targets; empty for what no house can do."""
    plain: tuple[str, ...]
    indirect: tuple[str, ...] = ()
    nick: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    """With the room said too."""
    names: frozenset[str] = frozenset()
    """Words without which the thing is not known."""
    values: frozenset[str] = frozenset()
    thing: Thing | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    """Of what is absent: the intent and the name that a hub may still understand."""
    recorded: Sequence[Mapping[str, Any]] = field(default=())
    """Real recordings of the one wording, each with `asr`, a published system's `frame` and the `failure` that it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """A home: its file, its things, and what can be wanted."""

    id: str
    file: Mapping[str, Any]
    things: tuple[Thing, ...]
    areas: Mapping[str, str]
    wishes: tuple[Wish, ...]
    absent: tuple[Wish, ...]
    """What is asked of things that are not here, or not made for it."""


def place(number: int, r: random.Random) -> Place:
    """A home with names of its own, some of them twice, some of them alike."""
    areas = {a.lower().replace(" ", "_"): a for a in r.sample(ROOMS, r.randint(3, 8))}
    things: dict[str, Thing] = {}
    nicks = r.sample(NICKS, len(NICKS))
    by_area, nicked = r.random() < 0.4, r.uniform(0.1, 0.7)
    for domain, kinds in KINDS.items():
        most = {"light": (4, 12), "switch": (1, 6), "cover": (0, 4), "media_player": (1, 3)}.get(domain, (0, 2))
        for _ in range(r.randint(*most)):
            area = r.choice(list(areas))
            first = areas[area] if r.random() < (0.6 if by_area else 0.2) else r.choice(OF)
            name = r.choice(kinds) if domain == "scene" or r.random() < 0.12 else f"{first} {r.choice(kinds)}"
            slug = name.lower().replace("'", "").replace(" ", "_")
            ident = f"{domain}." + r.choice([slug, f"{area}_{slug}", f"{slug}_{r.randrange(16**3):03x}"])
            nick = nicks.pop() if nicks and r.random() < nicked else None
            aliases = (f"{name.lower()} thing",) if r.random() < 0.05 else ()
            things.setdefault(ident, Thing(id=ident, name=name, area=area, nick=nick, aliases=aliases))
    found = tuple(things.values())
    file = {
        "id": f"w{number}-{r.randrange(16**4):04x}",
        "areas": [{"id": k, "name": v} for k, v in areas.items()],
        "entities": [
            {
                "id": t.id,
                "name": t.name,
                "aliases": list(t.aliases),
                "area": t.area,
                "state": "off",
                "attributes": {"supported_color_modes": ["rgb"]} if t.domain == "light" else {},
            }
            for t in found
        ],
    }
    return Place(file["id"], file, found, areas, tuple(_wishes(found, areas, r)), tuple(_absent(found, r)))


def _absent(things: Sequence[Thing], r: random.Random) -> list[Wish]:
    here = {t.name for t in things}
    out = []
    for _ in range(15):
        domain = r.choice([d for d in KINDS if d != "scene"])
        name = f"{r.choice(OF)} {r.choice(KINDS[domain])}"
        verb = r.choice(VERBS[domain])
        if r.random() < 0.4:  # a thing of this home that can't do it
            name = r.choice(things).name
            verb = r.choice([v for v in ("open", "lock", "heat", "dim", "volume") if v not in VERBS[domain]])
        elif name in here:
            continue
        said = tuple(s.format(n=name.lower(), v=r.choice(("twenty", "thirty", "blue"))) for s in SAID[verb][0])
        out.append(Wish(verb="absent", frame={}, plain=said, slots={"intent": INTENT[verb], "name": name}))
    return out


def _wishes(things: Sequence[Thing], areas: Mapping[str, str], r: random.Random) -> list[Wish]:
    out = []
    for t in things:
        for verb in VERBS[t.domain]:
            key, values = VALUE.get(verb, ("", (None,)))
            for value in r.sample(values, min(2, len(values))):
                out.append(_wish(verb, t, areas[t.area], key, value, r))
    for a, name in areas.items():
        lights = [t.id for t in things if t.domain == "light" and t.area == a]
        climates = [t.id for t in things if t.domain == "climate" and t.area == a]
        for verb, targets in (("area_on", lights), ("area_off", lights), ("temp", climates)):
            if targets:
                slots = {"area": name, **({"domain": "light"} if verb != "temp" else {})}
                said, odd = (tuple(s.format(a=name.lower()) for s in part) for part in SAID[verb])
                frame = {"intent": INTENT[verb], "slots": slots, "targets": targets}
                out.append(Wish(verb=verb, frame=frame, plain=said, indirect=odd, names=frozenset(name.lower().split())))
    players = [t for t in things if t.domain == "media_player"]
    if players:  # what is meant without being named: the hub knows which
        usual = r.choice(players)
        for text, intent, slots in UNNAMED:
            out.append(Wish(verb="unnamed", frame={"intent": intent, "slots": dict(slots), "targets": [usual.id]}, plain=(text,)))
    for verb, text in (("area_on", "turn on the lights"), ("area_off", "turn off the lights"), ("area_off", "lights off please")):
        a = r.choice(list(areas))
        lights = [t.id for t in things if t.domain == "light" and t.area == a]
        if lights:
            slots = {"domain": "light", **({"area": areas[a]} if r.random() < 0.5 else {})}
            out.append(Wish(verb="unnamed", frame={"intent": INTENT[verb], "slots": slots, "targets": lights}, plain=(text,)))
    return out


def _wish(verb: str, t: Thing, area: str, key: str, value: Any, r: random.Random) -> Wish:
    word = (WORDS.get(value, str(value)) if r.random() < 0.8 else str(value)) if isinstance(value, int) else str(value or "")
    name = t.name.lower()
    said, odd = (tuple(" ".join(s.format(n=name, v=word).split()) for s in part) for part in SAID[verb])
    slots = {"name": t.name, **({key: value} if key else {})}
    return Wish(
        verb=verb,
        frame={"intent": INTENT[verb], "slots": slots, "targets": [t.id]},
        plain=said,
        indirect=odd,
        nick=tuple(s.format(n=t.nick, v=word).replace("the the", "the").replace("the my", "my") for s in SAID[verb][0]) if t.nick else (),
        exact=tuple(f"{s} in the {area.lower()}" for s in said if not s.endswith("please")),
        names=frozenset(name.split()),
        values=frozenset(word.split()) if key else frozenset(),
        thing=t,
    )
