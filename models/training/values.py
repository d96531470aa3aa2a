"""Random values of the lists that templates name: numbers in words and digits, times, durations, titles, items. No templates here."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from pathlib import Path

PAST = ("half past", "quarter past", "quarter to", "a quarter past", "ten past", "twenty to", "five to", "ten to")
_LISTS = tomllib.loads((Path(__file__).parent / "words.toml").read_text())["values"]

ONES: list[str] = _LISTS["ones"].split("|")
TENS: list[str] = _LISTS["tens"].split("|")
DAYS: list[str] = _LISTS["days"].split("|")
MONTHS: list[str] = _LISTS["months"].split("|")
ORD: list[str] = _LISTS["ord"].split("|")
COLORS: list[str] = _LISTS["colors"].split("|")
CTEMPS: list[str] = _LISTS["ctemps"].split("|")
ITEMS: list[str] = _LISTS["items"].split("|")
TODOS: list[str] = _LISTS["todos"].split("|")
THINGS: list[str] = _LISTS["things"].split("|")
TIMER: list[str] = _LISTS["timer"].split("|")
LISTS: list[str] = _LISTS["lists"].split("|")
TODOLISTS: list[str] = _LISTS["todolists"].split("|")
SONGS: list[str] = _LISTS["songs"].split("|")
ARTISTS: list[str] = _LISTS["artists"].split("|")
GENRES: list[str] = _LISTS["genres"].split("|")
ALBUMS: list[str] = _LISTS["albums"].split("|")
PLAYLISTS: list[str] = _LISTS["playlists"].split("|")
PODCASTS: list[str] = _LISTS["podcasts"].split("|")
MOVIES: list[str] = _LISTS["movies"].split("|")
SHOWS: list[str] = _LISTS["shows"].split("|")
STATIONS: list[str] = _LISTS["stations"].split("|")
BOOKS: list[str] = _LISTS["books"].split("|")
PLACES: list[str] = _LISTS["places"].split("|")
THATS: list[str] = _LISTS["thats"].split("|")
ANNOUNCE: list[str] = _LISTS["announce"].split("|")
PHRASES: list[str] = _LISTS["phrases"].split("|")
TOPICS: list[str] = _LISTS["topics"].split("|")
STEPS: list[str] = _LISTS["steps"].split("|")
FANMODES: list[str] = _LISTS["fanmodes"].split("|")
LDOM: list[str] = _LISTS["ldom"].split("|")
DC: list[str] = _LISTS["dc"].split("|")
LIST_TOPICS: list[str] = _LISTS["list_topics"].split("|")
DAYS_SAID: list[str] = _LISTS["days_said"].split("|")
SPANS_SAID: list[str] = _LISTS["spans_said"].split("|")
ZONES: list[str] = _LISTS["zones"].split("|")
MEDIA_CLASSES: list[str] = _LISTS["media_classes"].split("|")


def words(n: int) -> str:
    """0–9999 in English words, as people say them."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f" {ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{ONES[n // 100]} hundred" + (f" {words(n % 100)}" if n % 100 else "")
    return f"{words(n // 1000)} thousand" + (f" {words(n % 1000)}" if n % 1000 else "")


def number(r: random.Random, n: int) -> str:
    return str(n) if r.random() < 0.42 else (words(n) if n != 100 or r.random() < 0.5 else "a hundred")


def percent(r: random.Random, bare: float = 0.25) -> str:
    n = r.choice((r.randint(0, 100), r.randint(1, 20) * 5))
    k = r.random()
    if k < bare:
        return number(r, n)
    if n < 100 and k < bare + 0.1 and r.random() < 0.6:
        return f"{n}%"
    return f"{number(r, n)} percent"


def duration(r: random.Random) -> str:
    k = r.random()
    h, m, s = (
        r.choice((1, 2, 3, 4, 5, 6, 8, 12, 24)),
        r.choice((r.randint(1, 90), r.choice((5, 10, 15, 20, 25, 30, 40, 45, 60, 90)))),
        r.choice((5, 10, 15, 20, 30, 40, 45, 50, 90, r.randint(1, 99))),
    )
    hs, ms, ss = (
        f"{number(r, h)} hour{'s' * (h != 1)}",
        f"{number(r, m)} {r.choice(('minute', 'minute', 'min')) + 's' * (m != 1)}",
        f"{number(r, s)} second{'s' * (s != 1)}",
    )
    if k < 0.42:
        return ms
    if k < 0.54:
        return hs
    if k < 0.64:
        return ss
    if k < 0.70:
        return r.choice(SPANS_SAID)
    if k < 0.76:
        return f"{number(r, r.randint(1, 12))} and a half {r.choice(('hours', 'minutes'))}"
    if k < 0.86:
        return f"{hs}{r.choice((' ', ' and ', ' '))}{ms}"
    if k < 0.94:
        return f"{ms}{r.choice((' ', ' and ', ' '))}{ss}"
    if k < 0.97:
        return f"{hs} {ms} and {ss}"
    return f"{number(r, r.choice((1, 5, 10, 20, 30)))} {r.choice(('min', 'mins', 'sec', 'secs', 'hrs'))}"


def adjective_duration(r: random.Random) -> str:
    k = r.random()
    n = r.choice((1, 2, 3, 4, 5, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60, 90, r.randint(1, 99)))
    u = r.choice(("minute", "minute", "minute", "hour", "second", "min"))
    if k < 0.8:
        return f"{number(r, n)} {u}"
    return (
        f"{number(r, n)}-{u}"
        if k < 0.88
        else r.choice(("half hour", "hour and a half", "two and a half minute", "one hour thirty minute", "hour long"))
    )


def clock(r: random.Random) -> str:
    h, m = r.randint(1, 12), r.choice((0, 0, 0, 15, 30, 30, 45, 5, 10, 20, 50, 55, r.randint(1, 59)))
    k = r.random()
    ap = r.choice(("am", "pm", "a.m.", "p.m.", "in the morning", "in the evening", "in the afternoon", "at night", "", "", ""))
    if k < 0.3:
        t = number(r, h) if m == 0 else f"{words(h)} {words(m) if m > 9 else 'oh ' + words(m)}"
    elif k < 0.5:
        t = str(h) if m == 0 else f"{h}:{m:02d}"
    elif k < 0.58:
        t = f"{r.choice(PAST)} {number(r, h)}"
    elif k < 0.66:
        t = f"{number(r, h)} o'clock"
    elif k < 0.72:
        return r.choice(("noon", "midnight", "midday", "sunrise", "sunset", "dawn"))
    elif k < 0.78:
        return f"{r.randint(0, 23)}:{r.choice((0, 15, 30, 45)):02d}"
    elif k < 0.84:
        t = f"{h}{r.choice(('am', 'pm'))}"
        return t
    else:
        t = words(h)
    return f"{t} {ap}".strip()


def day(r: random.Random) -> str:
    k = r.random()
    if k < 0.3:
        return r.choice(DAYS_SAID)
    if k < 0.6:
        part = r.choice(("", "", "", " morning", " evening", " afternoon"))
        return f"{r.choice(('', '', 'next ', 'this ', 'on ', 'coming '))}{r.choice(DAYS)}{part}"
    if k < 0.8:
        return f"{r.choice(('the ', 'on the '))}{r.choice(ORD)}{r.choice(('', f' of {r.choice(MONTHS)}'))}"
    return f"{r.choice(MONTHS)} {r.choice(ORD)}" if k < 0.93 else f"in {number(r, r.randint(2, 10))} {r.choice(('days', 'weeks'))}"


def when(r: random.Random) -> str:
    k = r.random()
    c, d = clock(r), day(r)
    if k < 0.35:
        return c
    if k < 0.55:
        return f"{c} {d}"
    if k < 0.75:
        return f"{d} at {c}"
    return r.choice((d, f"tomorrow at {c}", f"{c} tomorrow", "the morning", "later", f"{duration(r)} from now"))


def when_prep(r: random.Random) -> str:
    k = r.random()
    if k < 0.35:
        return f"at {clock(r)}"
    if k < 0.5:
        return f"{day(r)} at {clock(r)}"
    if k < 0.6:
        return f"at {clock(r)} {day(r)}"
    if k < 0.75:
        return day(r)
    return (
        f"in {duration(r)}"
        if k < 0.92
        else r.choice(("in the morning", "tonight", "later", "after dinner", "before bed", "when i get home", "an hour before"))
    )


def repeat(r: random.Random) -> str:
    return r.choice(
        (
            "every day",
            "daily",
            "every morning",
            "every weekday",
            "on weekdays",
            "on weekends",
            "every weekend",
            "weekdays",
            "each day",
            "every night",
            "weekly",
            "monthly",
            "every hour",
            "every evening",
            "monday to friday",
            "monday through friday",
            "weekday",
            f"every {r.choice(DAYS)}",
            f"on {r.choice(DAYS)}s",
            f"{r.choice(DAYS)}s",
            f"every {r.choice(DAYS)} and {r.choice(DAYS)}",
            f"each {r.choice(DAYS)}",
        )
    )


def temperature(r: random.Random) -> str:
    n = r.choice((r.randint(15, 28), r.randint(15, 28), r.randint(60, 80), r.randint(5, 99), r.choice((150, 180, 200, 350, 400))))
    k = r.random()
    base = number(r, n)
    if k < 0.1:
        base = f"{base} and a half" if not base.isdigit() else f"{n}.5"
    elif k < 0.13:
        base = f"{words(n)} point five"
    return base + r.choice(
        (" degrees", " degrees", " degrees", "", "", "", "°", " degrees celsius", " degrees fahrenheit", " celsius", " °c", "°")
    )


def volume_step(r: random.Random) -> str:
    return r.choice((percent(r, 0.4), number(r, r.randint(1, 30)), "ten percent", "twenty", f"{number(r, r.randint(1, 5))} points", "five"))


def degree_step(r: random.Random) -> str:
    return r.choice(
        (
            "a degree",
            "one degree",
            f"{number(r, r.randint(2, 6))} degrees",
            "half a degree",
            "a couple of degrees",
            "one and a half degrees",
            "a few degrees",
        )
    )


def query(r: random.Random) -> str:
    return r.choice(
        r.choice(
            (
                SONGS,
                ARTISTS,
                ALBUMS,
                MOVIES,
                SHOWS,
                BOOKS,
                [f"{g} music" for g in GENRES],
                [f"{p} playlist" for p in PLAYLISTS],
                STATIONS,
                [f"{r.choice(SONGS)} by {r.choice(ARTISTS)}"],
                [f"my {r.choice(PLAYLISTS)} playlist"],
            )
        )
    )


PLAIN: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "num": ("", lambda r: number(r, r.randint(1, 100))),
    "pct": ("brightness", percent),
    "pctstep": ("step", lambda r: percent(r, 0.1)),
    "pos": ("position", percent),
    "spd": (
        "fan_speed",
        lambda r: (
            percent(r, 0.25)
            if r.random() < 0.7
            else r.choice(("low", "medium", "high", "full speed", "max", "the lowest setting", "half speed"))
        ),
    ),
    "vol": ("volume", lambda r: percent(r, 0.45)),
    "volstep": ("step", volume_step),
    "temp": ("temperature", temperature),
    "degstep": ("step", degree_step),
    "kelvin": ("color_temperature", lambda r: number(r, r.randint(20, 65) * 100) + r.choice(("", " kelvin", "k"))),
    "dur": ("duration", duration),
    "sdur": ("start_duration", adjective_duration),
    "time": ("datetime", when),
    "clock": ("datetime", clock),
    "day": ("datetime", day),
    "when": ("datetime", when_prep),
    "repeat": ("repeat", repeat),
    "query": ("search_query", query),
    "song": ("search_query", lambda r: r.choice(SONGS)),
    "artist": ("search_query", lambda r: r.choice(ARTISTS)),
    "album": ("search_query", lambda r: r.choice(ALBUMS)),
    "genre": ("search_query", lambda r: r.choice(GENRES)),
    "playlist": ("search_query", lambda r: r.choice(PLAYLISTS)),
    "podcast": ("search_query", lambda r: r.choice(PODCASTS)),
    "movie": ("search_query", lambda r: r.choice(MOVIES)),
    "show": ("search_query", lambda r: r.choice(SHOWS)),
    "station": ("search_query", lambda r: r.choice(STATIONS)),
    "book": ("search_query", lambda r: r.choice(BOOKS)),
    "topicw": ("search_query", lambda r: r.choice(TOPICS)),
    "mclass": (
        "media_class",
        lambda r: r.choice(MEDIA_CLASSES),
    ),
    "item": ("item", lambda r: r.choice(ITEMS)),
    "todoitem": ("item", lambda r: r.choice(TODOS + ITEMS[:40])),
    "list": ("list", lambda r: r.choice(LISTS)),
    "todo": ("list", lambda r: r.choice(TODOLISTS)),
    "listfor": (
        "list",
        lambda r: r.choice(LIST_TOPICS),
    ),
    "msg": ("message", lambda r: r.choice(TODOS)),
    "msg2": ("message", lambda r: r.choice(THINGS)),
    "msgthat": ("message", lambda r: r.choice(THATS)),
    "announce": ("message", lambda r: r.choice(ANNOUNCE)),
    "tname": ("timer_name", lambda r: r.choice(TIMER)),
    "loc": ("location", lambda r: r.choice(PLACES)),
    "color": ("color", lambda r: r.choice(COLORS)),
    "ctemp": ("color_temperature", lambda r: r.choice(CTEMPS)),
    "fanmode": ("mode", lambda r: r.choice(FANMODES)),
    "step": ("step", lambda r: r.choice(STEPS)),
    "phrase": ("phrase", lambda r: r.choice(PHRASES)),
    "ldom": ("domain", lambda r: r.choice(LDOM)),
    "dc": ("device_class", lambda r: r.choice(DC)),
    "here": ("here", lambda r: r.choice(("here", "in here", "in this room", "this room", "around here"))),
    "zone": (
        "state",
        lambda r: r.choice(ZONES),
    ),
}
