""" "Turn it down", "it's too dark", "I'm cold": more or less of light, warmth, sound and wind in a room. Proposes; chooses nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from devices.capability import accepts
from devices.home import Home
from models.conversation.adjust import stepped
from models.reading.mentions import of_kind, room_slots, target_slots
from models.reading.steps import Step
from models.said import Context, Frame
from models.situation import house_now
from models.situation.going_on import SOURCE, frame
from models.situation.house_now import area_of, available, domain, here_first, is_on, of, value


def comfort_step(found: Step, said: str, home: Home, context: Context) -> list[Frame]:
    """Up or down without a word for what: the sound that plays, the lamps that shine, the heating that runs, the fan that turns."""
    if found.kind == "light":
        sunny = _blinds(home, context, "open") if found.sign < 0 and _SUN.search(said) else []
        if sunny:
            return [frame("HassTurnOff", sunny, 0.7, {"domain": "cover", **_light_slots(home, context, sunny)}, "room+device_state")]
        return _light_step(found, home, context)
    if found.kind is None and not re.search(r"\b(up|down|higher|lower|raise|reduce|increase|decrease|crank)\b", said):
        return []  # a bare "more" leans on what was said before, and nothing was
    area = context.area
    made: list[Frame] = []
    if found.kind in (None, "volume"):
        players = house_now.music(home, context)
        if not players and found.kind == "volume":
            players = here_first(home, [e for e in of(home, "media_player") if is_on(home, e)] or of(home, "media_player"), area)[:1]
        if players:
            made.append(stepped(_as(found, "volume"), tuple(players[:1]), target_slots(home, players[:1]), home, score=0.6, source=SOURCE))
    if found.kind in (None, "temperature"):
        heaters = [e for e in of(home, "climate") if house_now.appliance_of(home, e) is None]
        here = here_first(home, heaters, area)
        own = any(area_of(home, e) == area for e in heaters)
        still = [e for e in of(home, "fan") if area is not None and area_of(home, e) == area and available(home, e) and not is_on(home, e)]
        if found.kind == "temperature" and found.sign < 0 and still and not own:
            return [frame("HassTurnOn", still[:1], 0.7, target_slots(home, still[:1]), "room+device_state")]
        active = [e for e in here if is_on(home, e)]
        chosen = (active or here)[:1] if found.kind == "temperature" or active else []
        if chosen:
            made.append(stepped(_as(found, "temperature"), tuple(chosen), target_slots(home, chosen), home, score=0.35, source=SOURCE))
        if found.kind == "temperature" and found.sign > 0 and not own:
            stoves = [e for e in of_kind(home, "heater") if domain(e) == "switch" and (area is None or area_of(home, e) == area)]
            off = [e for e in stoves if available(home, e) and not is_on(home, e)]
            if off:
                return [frame("HassTurnOn", off[:1], 0.6, target_slots(home, off[:1]), "room+device_state")]
        if found.kind == "temperature" and found.sign < 0 and (not active or not heaters):
            fans = [e for e in of(home, "fan") if area is None or area_of(home, e) == area]
            made += [frame("HassTurnOn", fans[:1], 0.4, target_slots(home, fans[:1]))] if fans and not is_on(home, fans[0]) else []
    if found.kind in (None, "speed"):
        fans = here_first(home, [e for e in of(home, "fan") if is_on(home, e)], area)[:1]
        if fans and (area is None or area_of(home, fans[0]) in (area, None) or found.kind == "speed"):
            made.append(stepped(_as(found, "speed"), tuple(fans), target_slots(home, fans), home, score=0.3, source=SOURCE))
    if found.kind is None:
        lamps = [e for e in of(home, "light") if is_on(home, e) and (area is None or area_of(home, e) == area)]
        if lamps and _AIMLESS.search(said) is None:
            heard = any(f.intent == "HassSetVolumeRelative" for f in made)
            likely = 0.12 if heard else 0.33 if made else 0.5  # what can be heard goes first; of a lamp and the heating nobody can know
            made.append(stepped(_as(found, "light"), tuple(lamps), _light_slots(home, context, lamps), home, score=likely, source=SOURCE))
    return made


_HEAVY = frozenset({"garage", "gate", "door", "window"})
_SUN = re.compile(r"\bsun(?:light|shine)?\b|\bglare\b")
_AIMLESS = re.compile(r"\bcrank\b|\bloud\b")


def _as(found: Step, kind: str) -> Step:
    return Step(kind=kind, sign=found.sign, size=found.size, state=found.state)


def _light_slots(home: Home, context: Context, lamps: Sequence[str]) -> dict[str, Any]:
    if context.area is not None and all(area_of(home, e) == context.area for e in lamps):
        return room_slots(home, context)
    return target_slots(home, lamps)


def _light_step(found: Step, home: Home, context: Context) -> list[Frame]:
    lamps = [e for e in of(home, "light") if available(home, e) and (context.area is None or area_of(home, e) == context.area)]
    on = [e for e in lamps if is_on(home, e)]
    signals = "room+device_state" if context.area is not None else "device_state"
    on = [e for e in on if accepts(home, e, "light.turn_on", "brightness_pct")] if found.sign < 0 or len(on) < len(lamps) else on
    full = [e for e in on if (house_now.number(home.state(e).attributes.get("brightness")) or 0.0) >= 250]
    if found.sign > 0:
        dark = [e for e in lamps if not is_on(home, e)]
        if dark and not on:
            return [frame("HassTurnOn", dark, 0.7, {"domain": "light", **_light_slots(home, context, dark)}, signals)]
        if on and len(full) < len(on):
            return [stepped(found, tuple(on), _light_slots(home, context, on), home, score=0.7, source=f"{SOURCE}/{signals}")]
        off = [e for e in lamps if not is_on(home, e)]
        if off:
            return [frame("HassTurnOn", off, 0.6, target_slots(home, off), signals)]
        blinds = _blinds(home, context, "closed")
        if blinds and found.state:
            return [frame("HassTurnOn", blinds, 0.6, {"domain": "cover", **_light_slots(home, context, blinds)}, signals)]
        return [stepped(found, tuple(on), _light_slots(home, context, on), home, score=0.5, source=SOURCE)] if on else []
    if on:
        return [stepped(found, tuple(on), _light_slots(home, context, on), home, score=0.7, source=f"{SOURCE}/{signals}")]
    blinds = _blinds(home, context, "open")
    return (
        [frame("HassTurnOff", blinds, 0.6, {"domain": "cover", **_light_slots(home, context, blinds)}, signals)]
        if blinds and found.state
        else []
    )


DAYLIGHT = re.compile(
    r"(?:let|get) (?:some|the|more|a bit of|a little) (?:day|sun)?(?:light|shine)(?: back)? in(?: here)?|let the sun in|"
    r"let (?:some )?sun(?:shine|light)? in|(?:i want|we need) (?:some |more )?(?:daylight|sunlight|sunshine)(?: in here)?"
)


def daylight(said: str, home: Home, context: Context) -> list[Frame]:
    """What keeps the daylight out of the room; with nothing closed, its lamps."""
    shut = _blinds(home, context, "closed")
    if shut:
        return [frame("HassTurnOn", shut, 0.8, {"domain": "cover", **_light_slots(home, context, shut)}, "room+device_state")]
    return _light_step(Step(kind="light", sign=1, size="normal", state=True), home, context)


def _blinds(home: Home, context: Context, state: str) -> list[str]:
    return [
        e
        for e in of(home, "cover")
        if home.device_class(e) not in _HEAVY and (context.area is None or area_of(home, e) == context.area) and value(home, e) == state
    ]
