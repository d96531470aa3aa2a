"""Knows how people put a wish into words: plain, indirect, in their own names for things; nothing of how it is heard."""

from __future__ import annotations

import random

from bench.journals.world import Goal, House, Person

PLAIN = {
    "on": ("turn on {n}", "switch on {n}", "turn {n} on", "{n} on", "put {n} on"),
    "off": ("turn off {n}", "switch off {n}", "turn {n} off", "{n} off", "shut off {n}"),
    "open": ("open {n}", "raise {n}"),
    "close": ("close {n}", "shut {n}"),
    "lock": ("lock {n}",),
    "start": ("start {n}", "start cleaning with {n}"),
    "dock": ("send {n} home", "send {n} back to its base"),
    "dim": ("set {n} to {v} percent", "dim {n} to {v} percent", "{n} to {v} percent"),
    "colour": ("make {n} {v}", "turn {n} {v}", "set {n} to {v}"),
    "heat": ("set {n} to {v} degrees", "{n} to {v} degrees", "set the temperature in {a} to {v} degrees"),
    "warmth": ("what is the temperature in {a}", "how warm is it in {a}"),
    "volume": ("set {n} volume to {v} percent", "turn {n} to {v} percent"),
    "pause": ("pause {n}", "pause the music on {n}"),
    "next": ("next song on {n}", "skip this song on {n}"),
    "mute": ("mute {n}",),
    "buy": ("add {v} to the shopping list", "put {v} on my shopping list"),
    "weather": ("what is the weather", "what's the weather like"),
    "time": ("what time is it", "what is the time"),
    "timer": ("set a timer for {v} minutes", "start a {v} minute timer"),
    "unsupported": ("make me a sandwich", "call my sister", "book a table for two", "feed the dog"),
}
INDIRECT = {
    "on": ("could we have {n}", "i'd like {n} on", "get {n} going", "fire up {n}", "let's have {n}"),
    "off": ("kill {n}", "no more {n} please", "{n} can go off now", "i don't need {n} any more", "cut {n}"),
    "open": ("let some light in with {n}", "{n} up"),
    "close": ("{n} down", "pull {n} down"),
    "lock": ("make sure {n} is locked", "bolt {n}"),
    "start": ("the floor is filthy", "time to vacuum", "let {n} do its round"),
    "dock": ("{n} is done for today", "{n} go home"),
    "dim": ("bring {n} down to {v} percent", "take {n} to {v}", "{v} percent on {n}"),
    "colour": ("i want {n} {v}", "give me {v} on {n}"),
    "heat": ("make it {v} degrees in {a}", "i want {v} degrees in {a}"),
    "warmth": ("is it cold in {a}", "how cold is {a}"),
    "volume": ("{n} at {v} percent", "bring {n} to {v} percent"),
    "pause": ("hold {n}", "stop the music for a second on {n}"),
    "next": ("i don't like this one skip it on {n}",),
    "mute": ("be quiet {n}", "silence {n}"),
    "buy": ("we are out of {v}", "we need {v}", "remind me to buy {v}"),
    "weather": ("do i need a coat", "is it nice outside"),
    "time": ("how late is it", "do you have the time"),
    "timer": ("wake me up in {v} minutes", "give me {v} minutes", "count {v} minutes down"),
    "unsupported": ("tell the neighbours to be quiet", "iron my shirt"),
}
NUMBERS = {
    3: "three",
    5: "five",
    8: "eight",
    10: "ten",
    12: "twelve",
    18: "eighteen",
    19: "nineteen",
    20: "twenty",
    21: "twenty one",
    22: "twenty two",
    23: "twenty three",
    25: "twenty five",
    30: "thirty",
    40: "forty",
    45: "forty five",
    50: "fifty",
    60: "sixty",
    80: "eighty",
}


def name_of(goal: Goal, home: House, person: Person, r: random.Random, *, plain: bool) -> tuple[str, str]:
    """What the thing and the room are called this time."""
    area = ""
    if goal.area:
        names = (home.areas[goal.area][0], *home.areas[goal.area][1])
        area = (names[0] if plain else r.choice(names)).lower()
        area = area if area.endswith("room") and "'" in area else f"the {area}"
    if goal.thing is None:
        return (
            (f"the lights in {area}" if r.random() < 0.5 or plain else f"{area.removeprefix('the ')} lights", area)
            if goal.area
            else ("", "")
        )
    t = home.thing(goal.thing)
    twins = [x for x in home.things if x.name == t.name and x.domain == t.domain]
    name = t.name.lower()
    if t.nick and not plain and not person.guest and r.random() < 0.45:
        return t.nick, area
    if len(twins) > 1 and t.area and (plain or r.random() < 0.6):
        return f"the {name} in the {home.areas[t.area][0].lower()}", area
    return (name if r.random() < 0.2 else f"the {name}"), area


def say(goal: Goal, home: House, person: Person, r: random.Random, *, plain: bool = False) -> str:
    """One way of asking for it; plain after a failure, when people take more care."""
    pool = PLAIN[goal.verb] if plain or r.random() > person.indirect else INDIRECT[goal.verb]
    n, a = name_of(goal, home, person, r, plain=plain)
    v = goal.value[0][1] if goal.value else ""
    v = NUMBERS.get(v, str(v)) if isinstance(v, int) else v
    text = r.choice(pool).format(n=n, a=a or "here", v=v)
    return " ".join(text.split()) if plain else " ".join((r.choice(person.lead) + text).split())


def corrected(text: str, r: random.Random) -> tuple[str, int]:
    """The words with a lead that says something went wrong, and how long the lead is."""
    lead = r.choice(
        ["no i said ", "no ", "i said ", "i meant ", "no no ", "not that ", "wrong ", "what i want is ", "listen ", "argh ", ""]
    )
    return lead + text, len(lead)


ASIDE = (
    "did you see the match last night he should never have been sent off",
    "and now the weather for the north of england",
    "she said she would be here by six",
    "that was not the deal and you know it",
    "previously on the hospital",
    "i'll have to call you back later",
    "coming up after the break",
    "mum where are my shoes",
    "so then he turned off the main road and we were lost",
)
STOPS = ("stop", "never mind", "forget it", "cancel", "oh leave it")
NOES = ("no", "that's wrong", "no that's not what i said", "wrong one", "that is not what i asked for")
THANKS = ("thanks", "thank you", "great", "perfect", "yes")
AS_RECORDED = {
    "off": (
        "turn the lights off",
        "put the lights off now",
        "shut the lights off",
        "can you make the lights go out",
        "make the lights off",
    ),
    "weather": ("current weather forecast", "how is it outside", "weather report now"),
    "time": ("what time is it", "what is the current time", "can you tell me the time it is", "say the time", "time now"),
}
"""Sentences of SLURP that fit any home, for which there are real recordings."""
