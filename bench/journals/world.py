"""Knows invented homes, who lives in them and what can be asked there; nothing of how it is said or heard."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Thing:
    id: str
    name: str
    area: str | None
    nick: str | None = None
    """What somebody here calls it, which the home file does not know."""
    aliases: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        return self.id.split(".")[0]


@dataclass(frozen=True)
class Goal:
    """What somebody wanted, as the outside world would check it."""

    verb: str
    intent: str
    targets: tuple[str, ...] = ()
    value: tuple[tuple[str, Any], ...] = ()
    thing: str | None = None
    area: str | None = None
    service: str | None = None
    state: str | None = None
    """The state that the targets take when it is done; None where nothing changes."""


@dataclass(frozen=True)
class Person:
    id: str | None
    lead: tuple[str, ...]
    repeat: float
    """How likely a second try has the same words."""
    indirect: float
    trace: float
    """How likely a failure leaves any trace in the journal."""
    false_barge: float
    guest: bool = False


@dataclass(frozen=True)
class House:
    id: str
    areas: dict[str, tuple[str, tuple[str, ...]]]
    things: tuple[Thing, ...]
    people: tuple[Person, ...]
    style: int
    """Wording of replies, codes and confidences: one of four foreign hubs."""
    rooms_known: bool
    persons_known: bool
    habits: tuple[tuple[Any, ...], ...] = field(default_factory=tuple)

    def thing(self, entity_id: str) -> Thing:
        return next(t for t in self.things if t.id == entity_id)

    def file(self) -> dict[str, Any]:
        on = {"lock": "locked", "cover": "closed", "climate": "heat", "vacuum": "docked", "todo": "3", "weather": "cloudy"}
        return {
            "id": self.id,
            "floors": [],
            "areas": [{"id": k, "name": n, "aliases": list(a)} for k, (n, a) in self.areas.items()],
            "entities": [
                {
                    "id": t.id,
                    "name": t.name,
                    "aliases": list(t.aliases),
                    "area": t.area,
                    "state": on.get(t.domain, "off"),
                    "attributes": attributes(t),
                }
                for t in self.things
            ],
        }


def attributes(t: Thing) -> dict[str, Any]:
    if t.domain == "light":
        return {"supported_color_modes": ["hs", "color_temp"], "brightness": None}
    if t.domain == "climate":
        return {"temperature": 20, "current_temperature": 19.5, "min_temp": 7, "max_temp": 30}
    if t.domain == "cover":
        return {"device_class": "blind", "current_position": 0}
    if t.domain == "media_player":
        return {"volume_level": 0.3, "device_class": "speaker"}
    return {}


AREAS = {
    "kitchen": ("Kitchen", ()),
    "lounge": ("Lounge", ("front room",)),
    "bed1": ("Main Bedroom", ()),
    "nursery": ("Nursery", ()),
    "hall": ("Hallway", ("corridor",)),
    "bath": ("Bathroom", ()),
    "study": ("Study", ("office",)),
    "attic": ("Attic", ("loft",)),
    "cellar": ("Cellar", ()),
    "garden": ("Garden", ("back yard",)),
    "dining_9": ("Dining Room", ()),
    "util": ("Utility Room", ("laundry",)),
    "sun": ("Conservatory", ()),
    "kid2": ("Maya's Room", ()),
}
LAMPS = [
    ("Floor Lamp", "the tall lamp"),
    ("Reading Light", "the book light"),
    ("Lava Lamp", "the blobby thing"),
    ("Salt Lamp", "the pink stone"),
    ("Piano Lamp", None),
    ("Spotlights", "the spots"),
    ("Chandelier", "the big light"),
    ("Mirror Light", None),
    ("Fairy Lights", "the twinkles"),
    ("Bookshelf Strip", "the shelf glow"),
    ("Globe", None),
    ("Pendant", "the hanging one"),
    ("Workbench Light", None),
    ("Aquarium Light", "the fish light"),
]
PLUGS = [
    ("Coffee Machine", "the espresso thing"),
    ("Heat Mat", None),
    ("Dehumidifier", "the damp machine"),
    ("Desk Fan", None),
    ("Air Purifier", "the filter"),
    ("Electric Blanket", "my blanket"),
    ("Christmas Tree", None),
    ("Fountain", "the water feature"),
    ("Kettle", None),
    ("Bread Maker", None),
    ("Sewing Machine", None),
    ("Projector", "the beamer"),
]
PLAYERS = [("Sonos Beam", "the soundbar"), ("Bathroom Radio", None), ("Stereo", "the hifi"), ("Marshall Speaker", None)]
COVERS = [("Roller Blind", "the shade"), ("Venetian Blinds", None), ("Awning", "the sun sail"), ("Velux", "the roof window blind")]
LEADS = (("",), ("", "please "), ("", "hey "), ("", "could you ", "can you "), ("", "i want you to "), ("", "okay ", "just "))


def house(number: int, *, seed: int) -> House:
    r = random.Random(f"house{number}/{seed}")
    keys = ["kitchen", "lounge", *r.sample([k for k in AREAS if k not in ("kitchen", "lounge")], r.randint(3, 6))]
    things: list[Thing] = []
    pool = {
        "light": r.sample(LAMPS, len(LAMPS)),
        "switch": r.sample(PLUGS, len(PLUGS)),
        "media_player": r.sample(PLAYERS, len(PLAYERS)),
        "cover": r.sample(COVERS, len(COVERS)),
    }

    def put(domain: str, area: str | None, name: str, nick: str | None = None, aliases: tuple[str, ...] = ()) -> None:
        slug = "_".join(name.lower().replace("'", "").split())
        tail = r.choice(["", "_2", f"_{r.randrange(16**4):04x}", "_l1", "_zigbee"])
        shape = r.choice([slug, slug, f"{area}_{slug}", f"0x{r.randrange(16**8):08x}_{slug[:5]}"])
        things.append(Thing(f"{domain}.{shape}{tail}", name, area, nick, aliases))

    for k in keys:
        put("light", k, f"{AREAS[k][0]} Light")
        for _ in range(r.choice([0, 1, 1, 2])):
            if pool["light"]:
                name, nick = pool["light"].pop()
                put("light", k, name, nick)
        if r.random() < 0.75 and pool["switch"]:
            name, nick = pool["switch"].pop()
            put("switch", k, name, nick)
    for k in r.sample(keys, 2):
        put("climate", k, r.choice(["Radiator", "Thermostat"]) if r.random() < 0.5 else f"{AREAS[k][0]} Heating")
    for k in r.sample(keys, 2):
        name, nick = pool["media_player"].pop()
        put("media_player", k, name, nick)
    for k in r.sample(keys, 2):
        name, nick = pool["cover"].pop()
        put("cover", k, name, nick)
    put("vacuum", "hall" if "hall" in keys else keys[-1], r.choice(["Rosie", "Dusty", "Roborock"]), "the robot")
    put("lock", None, r.choice(["Front Door", "Street Door"]))
    put("scene", None, r.choice(["Movie Night", "Dinner Party", "Cosy"]))
    put("todo", None, "Shopping List")
    put("weather", None, "Forecast Home")
    if r.random() < 0.6:  # the same name in two rooms
        twin = (
            next(t for t in things if t.domain == "light" and "Light" not in t.name)
            if any(t.domain == "light" and "Light" not in t.name for t in things)
            else None
        )
        if twin:
            other = r.choice([k for k in keys if k != twin.area])
            put("light", other, twin.name)
    seen: dict[str, Thing] = {}
    for t in things:
        seen.setdefault(t.id, t)
    people = []
    for p in range(r.randint(1, 3)):
        people.append(
            Person(
                id=r.choice(["anna", "bo", "carlos", "d_7", "eva", "u-19f"]) + str(p),
                lead=r.choice(LEADS),
                repeat=r.uniform(0.15, 0.5),
                indirect=r.uniform(0.1, 0.35),
                trace=r.uniform(0.4, 0.75),
                false_barge=r.uniform(0.02, 0.07),
            )
        )
    people.append(Person(id=None, lead=("", "ok "), repeat=0.4, indirect=0.3, trace=0.5, false_barge=0.06, guest=True))
    return House(
        id=f"h-{r.randrange(16**6):06x}",
        areas={k: AREAS[k] for k in keys},
        things=tuple(seen.values()),
        people=tuple(people),
        style=number % 4,
        rooms_known=number % 5 != 3,
        persons_known=number % 3 != 2,
    )


SERVICES = {
    ("on", "light"): ("light.turn_on", "on"),
    ("off", "light"): ("light.turn_off", "off"),
    ("on", "switch"): ("switch.turn_on", "on"),
    ("off", "switch"): ("switch.turn_off", "off"),
    ("open", "cover"): ("cover.open_cover", "open"),
    ("close", "cover"): ("cover.close_cover", "closed"),
    ("lock", "lock"): ("lock.lock", "locked"),
    ("on", "scene"): ("scene.turn_on", None),
    ("start", "vacuum"): ("vacuum.start", "cleaning"),
    ("dock", "vacuum"): ("vacuum.return_to_base", "returning"),
    ("dim", "light"): ("light.turn_on", "on"),
    ("colour", "light"): ("light.turn_on", "on"),
    ("heat", "climate"): ("climate.set_temperature", None),
    ("volume", "media_player"): ("media_player.volume_set", None),
    ("pause", "media_player"): ("media_player.media_pause", "paused"),
    ("next", "media_player"): ("media_player.media_next_track", None),
    ("buy", "todo"): ("todo.add_item", None),
    ("mute", "media_player"): ("media_player.volume_mute", None),
}
INTENTS = {
    "on": "HassTurnOn",
    "off": "HassTurnOff",
    "open": "HassTurnOn",
    "close": "HassTurnOff",
    "lock": "HassTurnOn",
    "start": "HassVacuumStart",
    "dock": "HassVacuumReturnToBase",
    "dim": "HassLightSet",
    "colour": "HassLightSet",
    "heat": "HassClimateSetTemperature",
    "warmth": "HassClimateGetTemperature",
    "volume": "HassSetVolume",
    "pause": "HassMediaPause",
    "next": "HassMediaNext",
    "buy": "HassListAddItem",
    "weather": "HassGetWeather",
    "time": "HassGetCurrentTime",
    "timer": "HassStartTimer",
    "mute": "HassMediaPlayerMute",
    "unsupported": "",
}
COLOURS = ("red", "blue", "green", "purple", "orange")
ITEMS = ("oat milk", "bin bags", "eggs", "brown rice", "cat food", "tomatoes", "washing powder", "sourdough bread", "lemons", "soy sauce")


def goals(home: House) -> list[Goal]:
    """Every single thing that can be wanted here, once."""
    out: list[Goal] = []

    def add(
        verb: str, targets: tuple[str, ...], thing: str | None = None, area: str | None = None, value: tuple[tuple[str, Any], ...] = ()
    ) -> None:
        service, state = SERVICES.get((verb, targets[0].split(".")[0]), (None, None)) if targets else (None, None)
        out.append(Goal(verb, INTENTS[verb], targets, value, thing, area, service, state))

    for t in home.things:
        one = (t.id,)
        if t.domain in ("light", "switch"):
            add("on", one, t.id)
            add("off", one, t.id)
        if t.domain == "light":
            for b in (10, 30, 50, 80):
                add("dim", one, t.id, value=(("brightness", b),))
            for c in COLOURS:
                add("colour", one, t.id, value=(("color", c),))
        if t.domain == "cover":
            add("open", one, t.id)
            add("close", one, t.id)
        if t.domain == "climate":
            for d in (18, 19, 20, 21, 22, 23):
                add("heat", one, t.id, t.area, value=(("temperature", d),))
            add("warmth", one, None, t.area)
        if t.domain == "media_player":
            for v in (10, 20, 40, 60):
                add("volume", one, t.id, value=(("volume_level", v),))
            for verb in ("pause", "next", "mute"):
                add(verb, one, t.id)
        if t.domain == "vacuum":
            add("start", one, t.id)
            add("dock", one, t.id)
        if t.domain == "lock":
            add("lock", one, t.id)
        if t.domain == "scene":
            add("on", one, t.id)
        if t.domain == "todo":
            for item in ITEMS:
                add("buy", one, t.id, value=(("item", item),))
    for a in home.areas:
        lights = tuple(t.id for t in home.things if t.domain == "light" and t.area == a)
        for verb in ("on", "off"):
            add(verb, lights, None, a)
        add("dim", lights, None, a, value=(("brightness", 40),))
    add("weather", ("",), None)
    add("time", (), None)
    for m in (3, 5, 8, 10, 12, 20, 25, 45):
        add("timer", (), None, value=(("minutes", m),))
    add("unsupported", (), None)
    return [Goal(g.verb, g.intent, tuple(t for t in g.targets if t), g.value, g.thing, g.area, g.service, g.state) for g in out]
