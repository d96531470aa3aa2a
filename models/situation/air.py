""" "It's stuffy in here", "the air is so dry", "it smells": what the room has for its air. Proposes; chooses nothing."""

from __future__ import annotations

import re

from devices.home import Home
from models.reading.mentions import target_slots
from models.said import Context, Frame
from models.situation.going_on import frame
from models.situation.house_now import area_of, available, domain, is_on, name_words, of, value

_VERY = r"(?:(?:a bit|a little|so|too|very|really|awfully|pretty|quite|rather|terribly|getting|feels|way|far|super|just|kind of|bloody) )*"
_WHERE = r"(?: (?:in|out|around) (?:here|this room)| in the (?:room|air)| here| in this (?:room|place)| today| again| right now| now)*"
_SUBJECT = r"(?:(?:its|it is|it|the air(?: in here)? is|the air|this room is|the room is|the room|this place)"
_SUBJECT += r" (?:is |feels |gets |got |smells )?)?"
STUFFY = re.compile(
    rf"{_SUBJECT}{_VERY}(?:stuffy|airless|stale|smelly|stinky|smoky|musty|stifling|smells?(?: (?:bad|awful|funny|of \w+))?|stinks|reeks)"
    rf"{_WHERE}|(?:i|we) (?:need|want|could use) (?:some |a bit of |a little )?(?:fresh )?air{_WHERE}|"
    rf"let (?:some |in some )?(?:fresh )?air in{_WHERE}|let some (?:fresh )?air in|i cant breathe{_WHERE}|"
    rf"air (?:it|this room|the room) out|"
    rf"the air(?: in here)? is {_VERY}(?:bad|thick|terrible|awful|stale|stuffy){_WHERE}"
)
DAMP = re.compile(rf"{_SUBJECT}{_VERY}(?:humid|damp|muggy|clammy|moist|steamy|steamed up){_WHERE}")
DRY = re.compile(
    rf"(?:the air(?: in here)? (?:is|feels) {_VERY}dry{_WHERE}|(?:its|it is|it feels) {_VERY}dry(?: (?:in here|in this room|here|in the "
    rf"(?:room|air))){_WHERE}|(?:its|it is) (?:so|too|really|very|awfully) dry{_WHERE}|my (?:throat|skin|nose) is {_VERY}dry{_WHERE})"
)


def stuffy(said: str, home: Home, context: Context) -> list[Frame]:
    """A fan that stands still, a window that is shut."""
    still = [e for e in _here(home, context, "fan") if not is_on(home, e)]
    shut = [e for e in _here(home, context, "cover") if home.device_class(e) == "window" and value(home, e) == "closed"]
    clean = [e for e in _here(home, context, "switch") if name_words(home, e) & {"purifier", "extractor", "ventilation", "hood"}]
    pool = still or shut or [e for e in clean if not is_on(home, e)]
    return _on(pool, home)


def damp(said: str, home: Home, context: Context) -> list[Frame]:
    """What takes water out of the air on; what puts it in off; else the room's fan."""
    wetting = [e for e in _here(home, context, "humidifier") if not _dries(home, e) and is_on(home, e)]
    if wetting:
        return [frame("HassTurnOff", wetting[:1], 0.8, target_slots(home, wetting[:1]), "device_state")]
    drying = [e for e in _here(home, context, "humidifier", "switch", "fan") if _dries(home, e) and not is_on(home, e)]
    return _on(drying or [e for e in _here(home, context, "fan") if not is_on(home, e)], home)


def dry(said: str, home: Home, context: Context) -> list[Frame]:
    """What puts water into the air on; what takes it out off."""
    drying = [e for e in _here(home, context, "humidifier", "switch") if _dries(home, e) and is_on(home, e)]
    if drying:
        return [frame("HassTurnOff", drying[:1], 0.8, target_slots(home, drying[:1]), "device_state")]
    pool = [e for e in _here(home, context, "humidifier") if not _dries(home, e)]
    pool += [e for e in _here(home, context, "switch", "fan") if name_words(home, e) & {"humidifier", "vaporizer", "diffuser"}]
    return _on([e for e in pool if not is_on(home, e)] or pool[:1], home)


def _on(pool: list[str], home: Home) -> list[Frame]:
    """Each as one reading: with one of them it is clear."""
    signals = "room+device_state" if len(pool) == 1 else ""
    return [frame("HassTurnOn", [e], 0.6, target_slots(home, [e]), signals) for e in pool[:4]]


def _here(home: Home, context: Context, *domains: str) -> list[str]:
    """The room's; without a room the house's."""
    return [e for e in of(home, *domains) if available(home, e) and (context.area is None or area_of(home, e) == context.area)]


def _dries(home: Home, entity_id: str) -> bool:
    known = name_words(home, entity_id)
    return (domain(entity_id) == "humidifier" and home.device_class(entity_id) == "dehumidifier") or bool(
        known & {"dehumidifier", "dehum", "entfeuchter"}
    )
