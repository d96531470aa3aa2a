""" "Turn it off again", "is it locked", "send it home", "take it off": words for what an earlier turn was about. Reads no values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from devices.capability import SWITCHED
from devices.home import Home
from models.conversation.focus import about, focus
from models.reading.mentions import identity, target_slots
from models.said import Context, Frame, Past
from models.situation.house_now import domain, name_words

SOURCE = "context/history"


_GENERIC = frozenset(
    ["sensor", "lock", "the", "temperature", "state", "status", "light", "door", "window", "room", "motion", "of", "switch", "lamp", "one"]
)


IT = r"(?:it|that|them|this|those|these|that one|this one|that thing|the thing|the same one|the same|all of them|both|both of them|they)"


_AGAIN = r"(?: (?:again|back|now|too|as well|then|instead|please|already))*"


_VERBS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "off",
        re.compile(
            rf"(?:and )?(?:(?:turn|switch|shut|power|put) (?:off {IT}|{IT}(?: back| right)? off|off)|kill {IT}|"
            rf"(?:back )?off|deactivate {IT}|shut {IT} down){_AGAIN}"
        ),
    ),
    (
        "on",
        re.compile(
            rf"(?:and )?(?:(?:turn|switch|power|put) (?:on {IT}|{IT}(?: back| right)? on|on|back on)|(?:back )?on|activate {IT}){_AGAIN}"
        ),
    ),
    ("close", re.compile(rf"(?:and )?(?:close|shut) {IT}(?: up)?{_AGAIN}")),
    ("open", re.compile(rf"(?:and )?(?:open {IT}(?: up)?|(?:back )?open){_AGAIN}")),
    ("unlock", re.compile(rf"(?:and )?unlock {IT}{_AGAIN}")),
    ("lock", re.compile(rf"(?:and )?lock {IT}(?: up)?{_AGAIN}")),
    ("stop", re.compile(rf"(?:stop|halt|end) {IT}{_AGAIN}")),
    ("pause", re.compile(rf"(?:pause|hold) {IT}{_AGAIN}")),
    ("resume", re.compile(rf"(?:resume|continue|unpause|restart|start) {IT}{_AGAIN}")),
    ("mute", re.compile(rf"mute {IT}{_AGAIN}")),
    ("unmute", re.compile(rf"unmute {IT}{_AGAIN}")),
    (
        "dock",
        re.compile(
            rf"(?:send|bring|take|let) (?:{IT}|him|her) (?:back|home|back home|to base|back to base|to the dock|to its dock|go home)|"
            rf"dock (?:{IT}|him|her)|(?:go|come) (?:home|back)"
        ),
    ),
    ("toggle", re.compile(rf"toggle {IT}{_AGAIN}")),
)


_ABLE: Mapping[str, frozenset[str]] = {
    "off": frozenset({*SWITCHED, "script", "vacuum"}),
    "close": frozenset({"cover", "valve"}),
    "lock": frozenset({"lock"}),
    "stop": frozenset({"media_player", "vacuum", "cover", "fan", "lawn_mower", "script", "switch", "light", "siren"}),
    "pause": frozenset({"media_player", "vacuum", "lawn_mower"}),
    "dock": frozenset({"vacuum", "lawn_mower"}),
    "mute": frozenset({"media_player"}),
}


_SAME_AS = {"on": "off", "open": "close", "unlock": "lock", "resume": "pause", "unmute": "mute", "toggle": "off"}


_QUERY = re.compile(
    rf"(?:is|are) {IT} (?:still |already |now |all )?(on|off|open|closed|shut|locked|unlocked|"
    rf"running|playing|charging|home)(?: now| yet| already| again)?|"
    rf"(?:where is|wheres|hows|how is|whats|what is) {IT}(?: doing| now| set to)?"
)


def verb_on_it(said: str, home: Home, context: Context) -> list[Frame]:
    act = next((name for name, pattern in _VERBS if pattern.fullmatch(said)), None)
    if act is None:
        return []
    if any(t.get("ringing") for t in context.timers) and act in ("stop", "off"):
        return []
    able = _ABLE[_SAME_AS.get(act, act)]
    named_it = bool(re.search(rf"\b{IT}\b", said))
    if act in ("open", "close") and (latest := focus(context)) is not None and {domain(t) for t in about(latest)} == {"lock"}:
        return [doing("unlock" if act == "open" else "lock", about(latest), latest, home)]
    past = focus(
        context, lambda p: any(domain(t) in able for t in about(p)) or (p.intent or "").startswith(("HassStartTimer", "HubSetAlarm"))
    )
    if past is None:
        return _kin(act, focus(context), home)
    if (past.intent or "").startswith(("HassStartTimer", "HubSetAlarm")) and not any(domain(t) in able for t in about(past)):
        if act not in ("off", "stop", "pause", "resume"):
            return []
        intent = {"pause": "HassPauseTimer", "resume": "HassUnpauseTimer"}.get(
            act, "HubCancelAlarm" if "Alarm" in str(past.intent) else "HassCancelTimer"
        )
        kept = {k: v for k, v in past.slots.items() if k in ("name", "datetime")}
        return [Frame(intent=intent, slots=kept, score=0.95, source=SOURCE)]
    if not named_it and len(said.split()) > 3:
        return []
    targets = tuple(t for t in about(past) if domain(t) in able)
    if not named_it and act == "open" and "again" not in said and "back" not in said:
        return []
    if said in ("on", "off") and not past.actions:
        return []
    return [doing(act, targets, past, home)]


def doing(act: str, targets: tuple[str, ...], past: Past, home: Home) -> Frame:
    kind = domain(targets[0])
    slots = identity(past.slots) if set(targets) == set(about(past)) and identity(past.slots) else target_slots(home, targets)
    if act in ("stop", "pause", "resume") and kind == "media_player":
        intent = "HassMediaUnpause" if act == "resume" else "HassMediaPause"
    elif act in ("stop", "pause") and kind in ("vacuum", "lawn_mower", "cover", "script"):
        intent = "HubStop" if act == "stop" else "HubPause"
    elif act == "resume":
        intent = "HassVacuumStart" if kind == "vacuum" else "HassLawnMowerStartMowing" if kind == "lawn_mower" else "HassTurnOn"
    elif act in ("mute", "unmute"):
        intent = "HassMediaPlayerMute" if act == "mute" else "HassMediaPlayerUnmute"
    elif act == "dock":
        intent = "HassLawnMowerDock" if kind == "lawn_mower" else "HassVacuumReturnToBase"
    elif act == "toggle":
        intent = "HassToggle"
    elif kind == "vacuum" and act in ("on", "off"):
        intent = "HassVacuumStart" if act == "on" else "HassVacuumReturnToBase"
    else:
        intent = "HassTurnOn" if act in ("on", "open", "lock") else "HassTurnOff"
    return Frame(intent=intent, slots=slots, targets=targets, score=0.95, source=SOURCE)


def _kin(act: str, past: Past | None, home: Home) -> list[Frame]:
    """The lock that goes with a door just spoken of, the switch of an appliance whose sensor was asked about."""
    if past is None or not about(past):
        return []
    able = _ABLE[_SAME_AS.get(act, act)]
    known = set().union(*(name_words(home, t) for t in about(past) if t in home.entities)) - _GENERIC
    known -= {w for t in about(past) if (a := home.area_of(t)) is not None for w in a.name.casefold().split()}
    device = {home.entities[t].device for t in about(past) if t in home.entities} - {None}
    kin = [e for e in home.entities if domain(e) in able and (home.entities[e].device in device or (known & name_words(home, e)))]
    best = [e for e in kin if home.entities[e].device in device] or kin
    if len(best) == 1:
        return [doing(act, tuple(best), past, home)]
    if act in ("open", "close", "lock", "unlock") and {domain(t) for t in about(past)} <= {"binary_sensor", "sensor"}:
        intent = "HassTurnOn" if act in ("open", "lock") else "HassTurnOff"
        return [Frame(intent=intent, slots=identity(past.slots), targets=about(past), score=0.93, source=SOURCE, code="not_supported")]
    return []


_CHARGE = re.compile(
    r"(?:how (?:much|far|full)|what(?:s| is)|hows|how is) (?:\w+ ){0,2}?(?:battery|charge|juice|charged)(?: level)?"
    r"(?: (?:has|does|is|have) it(?: still)?(?: got| have)?(?: left)?| is left| left| like| is it| it has(?: left)?)?(?: now)?|"
    r"(?:is it|does it need to be|does it need) (?:fully )?(?:charged|charging|full)(?: up)?(?: yet| now| already)?"
)


def charge_of_it(said: str, home: Home, context: Context) -> list[Frame]:
    """ "How much battery has it got left" after something that has one was spoken of."""
    if _CHARGE.fullmatch(said) is None:
        return []
    past = focus(context, lambda p: any("battery_level" in home.state(t).attributes for t in about(p) if t in home.entities))
    if past is None:
        return []
    ids = tuple(t for t in about(past) if t in home.entities and "battery_level" in home.state(t).attributes)
    slots = {**target_slots(home, ids), "device_class": "battery"}
    return [Frame(intent="HassGetState", slots=slots, targets=ids, score=0.93, source=SOURCE)]


def query_about_it(said: str, home: Home, context: Context) -> list[Frame]:
    asked = _QUERY.fullmatch(said)
    past = focus(context, lambda p: bool(about(p)))
    if asked is None or past is None:
        return []
    state = {"shut": "closed", "running": "on"}.get(asked.group(1), asked.group(1)) if asked.group(1) else None
    return [
        Frame(
            intent="HassGetState",
            slots=identity(past.slots) | ({"state": state} if state else {}),
            targets=about(past),
            score=0.93,
            source=SOURCE,
        )
    ]


_TAKE_OFF = re.compile(rf"(?:remove|delete|take|cross|scratch) {IT}(?: off| out| away)*(?: again| the list| of it)*|take it off(?: again)?")


_ON_IT = re.compile(
    r"(?:whats|what is|what else is|read me whats|tell me whats)(?: all)? on (?:it|that|there|the list|that list)|read (?:it|"
    r"that)(?: out)?(?: to me)?"
)


def list_words(said: str, last: Past, home: Home) -> list[Frame]:
    """Off the list again; what is on it."""
    lists = tuple(t for t in about(last) if domain(t) == "todo")
    if not lists:
        return []
    name = {"name": home.entities[lists[0]].name} if lists[0] in home.entities else {}
    if _TAKE_OFF.fullmatch(said) and last.slots.get("item"):
        return [Frame(intent="HassListRemoveItem", slots={"item": last.slots["item"], **name}, targets=lists, score=0.94, source=SOURCE)]
    return [Frame(intent="HubListItems", slots=name, targets=lists, score=0.94, source=SOURCE)] if _ON_IT.fullmatch(said) else []
