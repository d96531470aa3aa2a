"""Answers to questions from the states of the house, the clock and the timers. Calls nothing and changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, available_timezones

from devices.home import Home
from hub.decision.line import Answer, Line
from hub.decision.measured import measured, where
from hub.decision.progress import done, since
from hub.decision.states import matches, reading, said_state
from hub.keeping import timers as plans
from hub.saying import wording
from hub.saying.timer_words import timer_said
from models.phrases import phrases
from models.said import Context, Frame
from models.situation import house_now

_HOW_WARM = re.compile(r"\b(?:temperature|temp|degrees|hot|warm|cold|cool|chilly)\b.*\b(?:outside|outdoors|out)\b")

QUERIES = frozenset(
    {
        "HassGetState",
        "HassClimateGetTemperature",
        "HassGetWeather",
        "HassGetCurrentTime",
        "HassGetCurrentDate",
        "HassTimerStatus",
        "HubAlarmStatus",
        "HubReminderStatus",
        "HubWaitStatus",
        "HubListItems",
        "HubMediaStatus",
        "HassRespond",
        "HubSmallTalk",
        "HubHelp",
        "HassNevermind",
    }
)


def answer(frame: Frame, heard: str, home: Home, context: Context) -> Answer:
    """What can be said to one of QUERIES; `heard` tells is, which, how many and since when apart."""
    intent, slots = frame.intent, frame.slots
    if intent == "HassGetState":
        return _state(frame, heard.casefold(), home, context)
    if intent == "HassClimateGetTemperature":
        wanted = re.search(r"\bset (?:to|at)\b|\btarget\b|\bset ?point\b", heard.casefold()) is not None
        return temperature(frame.targets, home, context, goal_only=wanted)
    if intent == "HassGetWeather":
        gauge = [t for t in house_now.outdoors(home) if house_now.domain(t) == "sensor"] if _HOW_WARM.search(heard.casefold()) else []
        return temperature(gauge, home, context) if gauge else _weather(frame.targets, home)
    if intent == "HassGetCurrentTime":
        return _time(heard, context)
    if intent == "HassGetCurrentDate":
        return Answer(lines=(("answer.date", {"value": f"{context.now.strftime('%A')}, {wording.date(context.now)}"}),))
    if intent in plans.QUERIES:
        return _timers(frame, home, context)
    if intent == "HubListItems":
        return _items(frame.targets, home)
    if intent == "HubMediaStatus":
        return _media(frame.targets, home, context)
    if intent == "HassNevermind":
        return Answer(lines=(("answer.never_mind", {}),), code="never_mind")
    if intent == "HubHelp":
        return Answer(lines=(("answer.help", {}),))
    topic = str(slots.get("topic") or _topic(heard))
    return Answer(lines=((f"talk.{topic}" if f"talk.{topic}" in phrases() else "talk.other", {}),))


def temperature(targets: Sequence[str], home: Home, context: Context, *, goal_only: bool = False) -> Answer:
    """Readings of thermostats, sensors and the weather, with their units; `goal_only`: what they are set to."""
    lines: list[Line] = []
    for entity_id in targets:
        value, unit, goal = reading(home, entity_id)
        value = goal if goal_only and goal is not None else value
        if value is None:
            continue
        area = home.area_of(entity_id)
        machine = house_now.appliance_of(home, entity_id)
        said = f"{wording.number(value)}{unit}"
        name = f"the {machine}" if machine is not None else wording.called(home, entity_id)
        if machine is not None and goal is not None:
            lines.append(("answer.temperature_target", {"name": name, "value": said, "target": wording.number(goal)}))
        elif machine is None and not house_now.indoors(home, entity_id) and house_now.domain(entity_id) in ("sensor", "weather"):
            lines.append(
                ("answer.temperature", {"value": said, "where": "outside" if house_now.outside(home, entity_id) else f"in {name}"})
            )
        elif machine is not None or area is None:
            lines.append(("answer.temperature_of", {"name": name, "value": said}))
        else:
            where = "" if area.id == context.area else f"in {wording.the(area.name)}"
            lines.append(("answer.temperature", {"value": said, "where": where}))
    if not lines:
        gone = [t for t in targets if not house_now.available(home, t)]
        if gone:
            names, are = wording.named(home, gone, context.area)
            return Answer(
                lines=(("decline.unavailable", {"names": names, "are": are}),), code="unavailable", kind="decline", targets=tuple(targets)
            )
        return Answer(lines=(("decline.no_device_here", {}),), code="no_valid_targets", kind="decline", targets=tuple(targets))
    return Answer(lines=tuple(lines), targets=tuple(targets))


def _state(frame: Frame, heard: str, home: Home, context: Context) -> Answer:
    targets = [t for t in frame.targets if t in home.entities]
    wanted = frame.slots.get("state")
    if not targets:
        if wanted == "done":
            return Answer(lines=(("answer.nothing_runs", {}),))
        name = str(frame.slots.get("name") or frame.slots.get("device_class") or frame.slots.get("domain") or "that")
        return Answer(lines=(("decline.no_valid_targets", {"name": name.replace("_", " ")}),), code="no_valid_targets", kind="decline")
    names = [wording.called(home, t) for t in targets]
    if wanted == "done":
        return done(targets, home, still="still" in heard.split())
    kind = str(frame.slots.get("device_class") or "")
    if "superlative" in frame.slots:
        most = {"name": where(home, targets[0], kind), "value": measured(home, targets[0], kind)}
        return Answer(lines=(("answer.most", most),), targets=tuple(targets))
    if kind == "battery" and wanted is None and all("battery_level" in home.state(t).attributes for t in targets):
        told = [("answer.is_at", {"name": wording.called(home, t), "value": measured(home, t, kind)}) for t in targets[:5]]
        return Answer(lines=tuple(told), targets=tuple(targets))
    if re.search(r"\bsince when\b|\bhow long\b", heard):
        return since(targets[0], home, context.now)
    if wanted is None and _SET_TO.search(heard) and all(goal(home, t) is not None for t in targets):
        degrees = {t: f"{wording.number(goal(home, t) or 0)} degrees" for t in targets[:5]}
        told = [("answer.set_to", {"name": wording.called(home, t), "value": said}) for t, said in degrees.items()]
        return Answer(lines=tuple(told), targets=tuple(targets))
    if wanted is None:
        return _value(targets, home, context)
    found = {t: matches(home, t, str(wanted)) for t in targets}
    if all(v is None for v in found.values()):
        gone, are = wording.named(home, targets, context.area)
        if any(not house_now.available(home, t) for t in targets):
            return Answer(
                lines=(("decline.unavailable", {"names": gone, "are": are}),), code="unavailable", kind="decline", targets=tuple(targets)
            )
        return Answer(lines=(("decline.wrong_state", {}),), targets=tuple(targets))
    yes = [wording.called(home, t) for t, v in found.items() if v]
    no = [wording.called(home, t) for t, v in found.items() if v is False]
    line: Line
    if re.search(r"\bhow many\b", heard):
        line = ("answer.count", {"count": wording.count(len(yes))})
    elif (
        len(targets) > 1
        and re.match(r"(which|what|who|where)\b(?! about)", heard)
        and not re.match(r"what(?:'s| is) the (state|status)", heard)
    ):
        line = ("answer.names", {"names": wording.listed(yes)}) if yes else ("answer.none", {})
    elif len(targets) == 1:
        state = said_state(home, targets[0])
        line = ("answer.yes", {}) if yes else ("answer.no_it_is", {"name": names[0], "value": state})
    elif re.search(r"\ball\b|\bevery|\bboth\b", heard):
        line = (
            ("answer.yes", {})
            if not no
            else ("answer.no_names", {"names": wording.listed(no), "are": "is" if len(no) == 1 else "are", "value": str(wanted)})
        )
    else:
        line = ("answer.yes_names", {"names": wording.listed(yes)}) if yes else ("answer.no_none", {})
    return Answer(lines=(line,), targets=tuple(targets), detail={"matched": [t for t, v in found.items() if v]})


def _value(targets: Sequence[str], home: Home, context: Context) -> Answer:
    lines: list[Line] = []
    for entity_id in targets[:5]:
        kind, entity = house_now.domain(entity_id), home.entities[entity_id]
        name = wording.called(home, entity_id)
        if not house_now.available(home, entity_id):
            lines.append(("decline.unavailable", {"names": name, "are": "is"}))
        elif kind == "person":
            where = home.state(entity_id).value
            key = {"home": "answer.where_home", "not_home": "answer.where_away"}.get(where, "answer.where_zone")
            lines.append((key, {"name": entity.name, "value": where}))
        elif kind == "climate":
            lines += temperature([entity_id], home, context).lines
        elif kind == "media_player" and house_now.value(home, entity_id) == "playing":
            lines += _media([entity_id], home, context).lines
        else:
            lines.append(("answer.is", {"name": name, "value": said_state(home, entity_id)}))
    gone = all(not house_now.available(home, t) for t in targets)
    return Answer(lines=tuple(lines), targets=tuple(targets), code="unavailable" if gone else None, kind="decline" if gone else "answer")


def _weather(targets: Sequence[str], home: Home) -> Answer:
    found = [t for t in targets if house_now.domain(t) == "weather"] or house_now.of(home, "weather")[:1]
    if not found:
        return Answer(lines=(("decline.no_weather", {}),), code="no_valid_targets", kind="decline")
    state = home.state(found[0])
    condition = (
        str(state.attributes.get("condition") or state.value).replace("-", " ").replace("_", " ").replace("partlycloudy", "partly cloudy")
    )
    value, unit, _ = reading(home, found[0])
    line: Line = ("answer.weather", {"value": condition, "temperature": f" and {wording.number(value)}{unit}" if value is not None else ""})
    return Answer(lines=(line,), targets=(found[0],))


def _time(heard: str, context: Context) -> Answer:
    """The time here, or in a city that the tz database knows: named now, or the last one spoken of where "there" is said."""
    texts = [heard]
    if re.search(r"\bthere\b", heard.casefold()):
        texts += [past.heard for past in reversed(context.recent)] + [
            str(v) for past in reversed(context.recent) for v in past.slots.values()
        ]
    cities = {zone.rpartition("/")[2].replace("_", " ").casefold(): zone for zone in available_timezones() if "/" in zone}
    for text in texts:
        folded = f" {' '.join(house_now.words(text))} "
        city = next((c for c in cities if f" in {c} " in folded), None)
        if city is not None:
            there = context.now.astimezone(ZoneInfo(cities[city]))
            return Answer(lines=(("answer.time_there", {"value": wording.clock(there), "name": city.title()}),))
    place = re.search(r"\bin (?:the )?((?!here\b|there\b|this\b|my\b)[a-z][a-z ]+)$", " ".join(house_now.words(heard)))
    if place is not None and place.group(1) not in ("morning", "evening", "afternoon", "house", "kitchen"):
        line: Line = ("decline.no_place", {"name": place.group(1).title()})
        return Answer(lines=(line,), kind="decline", code="unknown_place")
    return Answer(lines=(("answer.time", {"value": wording.clock(context.now)}),))


def _timers(frame: Frame, home: Home, context: Context) -> Answer:
    known = tuple(plans.from_json(t) for t in context.timers)
    plan = plans.plan(frame, known, context.now, area=context.area, home=home, person=context.person)
    if plan.status != "done":
        if frame.slots and known:
            key = (
                "reminder_not_found" if "Reminder" in frame.intent else "alarm_not_found" if "Alarm" in frame.intent else "timer_not_found"
            )
            return Answer(lines=((f"decline.{key}", {}),), code="timer_not_found", kind="decline")
        if "Wait" in frame.intent:
            return Answer(lines=(("answer.no_waits", {}),), detail={"plan": plan})
        key = "no_reminders" if "Reminder" in frame.intent else "no_alarms" if "Alarm" in frame.intent else "no_timers"
        return Answer(lines=((f"answer.{key}", {}),), detail={"plan": plan})
    lines: list[Line] = [("answer.timers_left", {"value": timer_said(t, context.now)}) for t in plan.about[:4]]
    return Answer(lines=tuple(lines), detail={"plan": plan})


def _items(targets: Sequence[str], home: Home) -> Answer:
    found = [t for t in targets if house_now.domain(t) == "todo"]
    if not found:
        return Answer(lines=(("decline.no_valid_targets", {"name": "such a list"}),), code="no_valid_targets", kind="decline")
    state = home.state(found[0])
    name = wording.called(home, found[0])
    items = state.attributes.get("items")
    if isinstance(items, (list, tuple)):
        open_items = [
            str(i.get("summary", i.get("name", ""))) if isinstance(i, Mapping) else str(i)
            for i in items
            if not (isinstance(i, Mapping) and (i.get("status") == "completed" or i.get("complete")))
        ]
        line: Line = (
            ("answer.list_items", {"name": name, "value": wording.listed(open_items)})
            if open_items
            else ("answer.list_empty", {"name": name})
        )
        return Answer(lines=(line,), targets=(found[0],))
    size = house_now.number(state.value)
    if size is None:
        return Answer(lines=(("decline.wrong_state", {}),), targets=(found[0],))
    if size == 0:
        return Answer(lines=(("answer.list_empty", {"name": name}),), targets=(found[0],))
    things = f"{wording.count(int(size))} thing{'' if size == 1 else 's'}"
    return Answer(lines=(("answer.list_count", {"name": name, "count": things, "are": "is" if size == 1 else "are"}),), targets=(found[0],))


def _media(targets: Sequence[str], home: Home, context: Context) -> Answer:
    found = [t for t in targets if house_now.value(home, t) in ("playing", "paused")] or house_now.music(home, context)
    if not found:
        return Answer(lines=(("answer.nothing_playing", {}),))
    attributes = home.state(found[0]).attributes
    title, artist = attributes.get("media_title"), attributes.get("media_artist")
    if not title:
        return Answer(lines=(("answer.playing_unknown", {"name": wording.called(home, found[0])}),), targets=(found[0],))
    return Answer(lines=(("answer.playing", {"value": f"{title} by {artist}" if artist else str(title)}),), targets=(found[0],))


_SET_TO = re.compile(r"\bset (?:to|at|for)\b|\bset ?point\b|\btarget\b|\bsupposed to be\b|\baiming for\b")


def goal(home: Home, entity_id: str) -> float | None:
    """What a heater is set to."""
    if house_now.domain(entity_id) not in ("climate", "water_heater"):
        return None
    attributes = home.state(entity_id).attributes
    return house_now.number(attributes.get("temperature", attributes.get("target_temperature")))


def _topic(heard: str) -> str:
    text = heard.casefold()
    for topic, pattern in (
        ("morning", r"good morning"),
        ("good_night", r"good ?night|sleep well"),
        ("evening", r"good (evening|afternoon)"),
        ("thanks", r"thank|thanks|cheers"),
        ("how_are_you", r"how are you|how do you do|how's it going"),
        ("joke", r"joke|laugh"),
        ("praise", r"love you|well done|good job|clever|perfect"),
        ("who_are_you", r"who (are|made|created) you|your name|what are you"),
        ("data", r"\bdata\b"),
        ("listening", r"listening|recording"),
        ("commands", r"what can (i|you)"),
        ("goodbye", r"\bbye\b|see you"),
        ("sorry", r"sorry"),
        ("home", r"\bhome\b|i'm back"),
        ("greeting", r"\b(hello|hi|hey)\b"),
    ):
        if re.search(pattern, text):
            return topic
    return "other"
