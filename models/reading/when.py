"""Moments as people say them: the clock, days and repeats, read relative to now. Knows no zone rules and no device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.reading.duration import UNITS, duration
from models.reading.numbers import Token, cardinal, ordinal

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_PARTS = {"morning": 8, "noon": 12, "lunchtime": 12, "afternoon": 15, "evening": 18, "tonight": 20, "night": 21, "midnight": 0}


@dataclass(frozen=True, slots=True)
class When:
    """A moment, or the next of a row of them."""

    at: datetime
    repeat: tuple[str, ...]
    """Weekday names; empty if once."""
    exact: bool
    """A clock time or an offset was said, not only a day or a part of it."""
    used: tuple[int, ...]
    """The tokens that said it."""


def _clock(words: Sequence[str], at: int) -> tuple[int, int, str | None, int] | None:
    """(hour, minute, "am"|"pm"|"24"|None, tokens used)."""
    word = words[at]
    if word in ("noon", "midday"):
        return 12, 0, "24", 1
    if word == "midnight":
        return 0, 0, "24", 1
    half = None
    if word == "half" and words[at + 1 : at + 2] == ["past"]:
        half = (30, 2)
    elif word == "half" and (hour := _hour(words, at + 1)) is not None and 1 <= hour[0] <= 12:  # "half six" is half past six
        follow = list(words[at + 1 + hour[2] : at + 2 + hour[2]])
        if not follow or (follow[0] not in UNITS and follow[0] not in ("percent", "%", "degrees")):
            half = (30, 1)
    elif word == "quarter" and list(words[at + 1 : at + 2]) == ["past"]:
        half = (15, 2)
    if word == "a" and list(words[at + 1 : at + 2]) == ["quarter"]:
        inner = _clock(words, at + 1)
        return (inner[0], inner[1], inner[2], inner[3] + 1) if inner else None
    if half is None:
        lead = (15, 1) if word == "quarter" else None
        if lead is None:
            n = cardinal(words, at)
            lead = (int(n[0]), n[1]) if n and n[0] == int(n[0]) and 0 < n[0] < 60 else None
            if lead and list(words[at + lead[1] : at + lead[1] + 1]) in (["minutes"], ["minute"]):
                lead = (lead[0], lead[1] + 1)
        if lead and at + lead[1] < len(words) and words[at + lead[1]] in ("past", "after", "to", "till", "before", "of"):
            sign = 1 if words[at + lead[1]] in ("past", "after") else -1
            if words[at + lead[1]] == "of" and word != "quarter":
                return None
            hour = _hour(words, at + lead[1] + 1)
            if hour is None:  # "at five to call the vet"
                return None if word == "quarter" else _plain_clock(words, at)
            minutes = (hour[0] * 60 + sign * lead[0]) % (24 * 60)
            h, m = divmod(minutes, 60)
            if hour[0] <= 12 and h == 0 and hour[1] is None:
                h = 12
            return h, m, hour[1], lead[1] + 1 + hour[2]
        if word == "quarter":
            return None
        return _plain_clock(words, at)
    hour = _hour(words, at + half[1])
    if hour is None:
        return None
    return hour[0], half[0], hour[1], half[1] + hour[2]


def _meridiem(words: Sequence[str], at: int) -> tuple[str | None, int]:
    used = 0
    if list(words[at : at + 1]) in (["o'clock"], ["oclock"]):
        used = 1
    elif list(words[at : at + 2]) == ["o", "clock"]:
        used = 2
    rest = list(words[at + used : at + used + 3])
    if rest[:1] in (["am"], ["pm"]):
        return rest[0], used + 1
    if rest[:2] in (["a", "m"], ["p", "m"]):
        return rest[0] + "m", used + 2
    if rest[:3] == ["in", "the", "morning"]:
        return "am", used + 3
    if rest[:3] in (["in", "the", "afternoon"], ["in", "the", "evening"]):
        return "pm", used + 3
    if rest[:2] == ["at", "night"]:
        return "night", used + 2
    return ("o'clock" if used else None), used


def _hour(words: Sequence[str], at: int) -> tuple[int, str | None, int] | None:
    if at < len(words) and words[at] in ("noon", "midnight", "midday"):
        return (0 if words[at] == "midnight" else 12), "24", 1
    n = cardinal(words, at)
    if n is None or n[0] != int(n[0]) or not 0 <= n[0] <= 23:
        return None
    meridiem, used = _meridiem(words, at + n[1])
    return int(n[0]), meridiem, n[1] + used


def _plain_clock(words: Sequence[str], at: int) -> tuple[int, int, str | None, int] | None:
    word: str = words[at]
    if ":" in word or (word.count(".") == 1 and len(word.split(".")[1]) == 2 and word.split(".")[0].isdecimal()):
        h, m = [*word.replace(".", ":").split(":"), ""][:2]
        if h.isdecimal() and m.isdecimal() and int(h) < 24 and int(m) < 60:
            meridiem, used = _meridiem(words, at + 1)
            if meridiem is None and ((len(h) == 2 and h[0] == "0") or int(h) > 12 or int(h) == 0):
                meridiem = "24"
            return int(h), int(m), meridiem, 1 + used
        return None
    n = cardinal(words, at)
    if n is None or n[0] != int(n[0]):
        return None
    hour, used = int(n[0]), n[1]
    if word.isdecimal() and 3 <= len(word) <= 4 and hour % 100 < 60 and hour // 100 < 24:  # 0730, 1930
        meridiem, more = _meridiem(words, at + used)
        if list(words[at + used : at + used + 1]) == ["hours"]:
            meridiem, more = "24", 1
        return hour // 100, hour % 100, meridiem or ("24" if len(word) == 4 and (word[0] == "0" or hour >= 1300) else None), used + more
    if 100 <= hour <= 2400 and hour % 100 == 0 and "hundred" in words[at : at + used]:  # eighteen hundred
        more = 1 if list(words[at + used : at + used + 1]) == ["hours"] else 0
        return hour // 100 % 24, 0, "24", used + more
    if not 0 <= hour <= 24:
        # "seven thirty" may have been read as no valid hour only when over 24: "seventy" is no clock
        return None
    if hour >= 20 and used == 2:  # twenty one … twenty three
        meridiem, more = _meridiem(words, at + used)
        return hour % 24, 0, meridiem or "24", used + more
    minute = 0
    nxt = list(words[at + used : at + used + 2])
    if nxt and nxt[0] in ("oh", "o") and len(nxt) > 1:
        low = cardinal(words, at + used + 1)
        if low and 1 <= low[0] <= 9:
            minute, used = int(low[0]), used + 1 + low[1]
    elif nxt:
        low = cardinal(words, at + used)
        if low and low[0] == int(low[0]) and 10 <= low[0] < 60:
            minute, used = int(low[0]), used + low[1]
    meridiem, more = _meridiem(words, at + used)
    if meridiem is None and hour > 12:
        meridiem = "24"
    return hour % 24, minute, meridiem, used + more


def _repeat(words: Sequence[str], at: int) -> tuple[tuple[str, ...], int] | None:
    """ "every weekday", "every monday and friday", "on weekends", "daily"."""
    word = words[at]
    if word in ("daily", "everyday"):
        return DAYS, 1
    lead = 1 if word in ("every", "each") else 0
    if word == "on" and words[at + 1 : at + 2]:
        if words[at + 1] in ("weekdays", "workdays"):
            return DAYS[:5], 2
        if words[at + 1] in ("weekends",):
            return DAYS[5:], 2
    if not lead:
        plural = [d for d in DAYS if word == d + "s"]
        if not plural:
            if word in ("weekdays", "workdays"):
                return DAYS[:5], 1
            return (DAYS[5:], 1) if word == "weekends" else None
    nxt = words[at + lead : at + lead + 1]
    if not nxt:
        return None
    if nxt[0] in ("day", "morning", "evening", "night"):
        return DAYS, lead + (1 if nxt[0] == "day" else 0)
    if nxt[0] in ("weekday", "workday"):
        return DAYS[:5], lead + 1
    if nxt[0] == "weekend":
        return DAYS[5:], lead + 1
    found: list[str] = []
    i = at + lead
    while i < len(words):
        day = next((d for d in DAYS if words[i] in (d, d + "s")), None)
        if day is not None:
            found.append(day)
            i += 1
        elif words[i] == "and" and found and i + 1 < len(words) and any(words[i + 1] in (d, d + "s") for d in DAYS):
            i += 1
        else:
            break
    return (tuple(d for d in DAYS if d in found), i - at) if found else None


def find(toks: Sequence[Token], now: datetime, *, prefer: str = "next", bare: bool = False) -> When | None:
    """The moment that the words name, relative to `now`; None if they name none.

    `prefer` reads an hour without am or pm: "next" takes what comes first, "morning" a waking hour, "day" between 7 and 21 o'clock.
    `bare` lets a number without "at" be a clock time ("an alarm for seven" has already lost its lead).
    """
    words = [t.text for t in toks]
    used: set[int] = set()
    day: datetime | None = None
    clock: tuple[int, int, str | None] | None = None
    repeat: tuple[str, ...] = ()
    part: str | None = None
    offset: int | None = None
    weekday: int | None = None
    i = 0
    while i < len(words):
        word = words[i]
        step = 0
        rest = words[i : i + 5]
        if word in ("in", "after"):
            length = duration(words, i + 1)
            if length is not None and offset is None:
                offset, step = length.total, length.end - i
                if words[length.end : length.end + 2] in (["from", "now"],):
                    step += 2
            elif len(rest) > 2 and rest[1] == "the" and rest[2] in _PARTS and word == "in":
                part, step = rest[2], 3
        elif (length := duration(words, i)) is not None and words[length.end : length.end + 2] == ["from", "now"]:
            offset, step = length.total, length.end + 2 - i
        elif (again := _repeat(words, i)) is not None:
            repeat, step = again
        elif word in ("tomorrow", "tomorrow's"):
            day, step = now + timedelta(days=1), 1
        elif rest[:4] == ["the", "day", "after", "tomorrow"] or rest[:3] == ["day", "after", "tomorrow"]:
            day, step = now + timedelta(days=2), 4 if word == "the" else 3
        elif word in ("today", "today's"):
            day, step = now, 1
        elif word == "tonight":
            day, part, step = now, "tonight", 1
        elif word == "this" and rest[1:2] and rest[1] in ("morning", "afternoon", "evening"):
            day, part, step = now, rest[1], 2
        elif word in ("on", "next", "this", "coming") and rest[1:2] and rest[1].rstrip("s") in DAYS and rest[1] in DAYS:
            weekday, step = DAYS.index(rest[1]), 2
        elif word in DAYS:
            weekday, step = DAYS.index(word), 1
        elif (date := _date(words, i, now)) is not None:
            day, step = date
        elif word in ("at", "for", "by", "around", "about", "to", "until", "till") and i + 1 < len(words) and clock is None:
            k = i + 1
            while k < len(words) and words[k] in ("at", "about", "around", "exactly"):
                k += 1
            read = _clock(words, k) if k < len(words) else None
            if read is not None and word in ("at", "by", "around", "about"):
                follow = words[k + read[3] : k + read[3] + 1]
                if follow and (follow[0] in UNITS or follow[0] in ("percent", "%", "degrees", "°")):
                    read = None
            elif read is not None and not bare and read[2] is None and ":" not in words[k] and word != "until":
                read = None
            if read is not None:
                clock, step = (read[0], read[1], read[2]), k + read[3] - i
        elif clock is None and (read := _clock(words, i)) is not None:
            follow = words[i + read[3] : i + read[3] + 1]
            clear = read[2] is not None or ":" in word or "past" in words[i : i + read[3]] or bare
            if clear and not (follow and (follow[0] in UNITS or follow[0] in ("percent", "%", "degrees", "°"))):
                clock, step = (read[0], read[1], read[2]), read[3]
        elif (word in ("morning", "afternoon", "evening") and (day is not None or weekday is not None or repeat)) or (
            word == "night" and (day is not None or weekday is not None or repeat)
        ):
            part, step = word, 1
        if step:
            used.update(range(i, i + step))
            i += step
        else:
            whole = cardinal(words, i)
            i += whole[1] if whole is not None else 1  # "twenty seven" is no hour, and there is no "seven" in it
    if offset is not None:
        return When(now + timedelta(seconds=offset), repeat, True, tuple(sorted(used)))
    if clock is None and day is None and weekday is None and part is None and not repeat:
        return None
    moment = _place(now, day, weekday, repeat, part, clock, prefer)
    return When(moment, repeat, clock is not None, tuple(sorted(used)))


def _date(words: Sequence[str], at: int, now: datetime) -> tuple[datetime, int] | None:
    """ "the 5th of december", "december fifth", "on the 5th"."""
    i = at
    if words[i] == "on":
        i += 1
    if i < len(words) and words[i] == "the":
        i += 1
    if i >= len(words):
        return None
    month: int | None = None
    dom: int | None = None
    word = words[i]
    if word in MONTHS and i + 1 < len(words):
        month = MONTHS.index(word) + 1
        i += 1
        if words[i] == "the":
            i += 1
        if i >= len(words):
            return None
        dom, step = _day_number(words, i)
        i += step
    else:
        dom, step = _day_number(words, i)
        is_ordinal = dom is not None and not words[i].isdecimal()
        i += step
        if dom is not None and words[i : i + 1] == ["of"]:
            i += 1
        if dom is not None and i < len(words) and words[i] in MONTHS:
            month = MONTHS.index(words[i]) + 1
            i += 1
        elif not (is_ordinal and words[at] == "on" and words[i : i + 1] != ["floor"]):
            return None
    if dom is None or not 1 <= dom <= 31:
        return None
    for ahead in range(400):
        candidate = now + timedelta(days=ahead)
        if candidate.day == dom and (month is None or candidate.month == month):
            return candidate, i - at
    return None


def _day_number(words: Sequence[str], at: int) -> tuple[int | None, int]:
    if at >= len(words):
        return None, 0
    word = words[at]
    if word in ("twenty", "thirty") and at + 1 < len(words):
        low = ordinal(words[at + 1])
        if low is not None and low < 10:
            return (20 if word == "twenty" else 30) + low, 2
    if word.isdecimal() and at + 1 < len(words) and words[at + 1] in ("st", "nd", "rd", "th"):
        return int(word), 2
    if word.isdecimal() and 1 <= int(word) <= 31:
        return int(word), 1
    value = ordinal(word)
    return (value, 1) if value is not None else (None, 0)


def _place(
    now: datetime,
    day: datetime | None,
    weekday: int | None,
    repeat: tuple[str, ...],
    part: str | None,
    clock: tuple[int, int, str | None] | None,
    prefer: str,
) -> datetime:
    mark: str | None
    if clock is None:
        hour, minute, mark = (_PARTS[part] if part else 9), 0, "24"
    else:
        hour, minute, mark = clock
    hours: list[int]
    if mark == "24" or hour > 12 or (hour == 0 and mark != "pm"):
        hours = [hour]
    elif mark == "am":
        hours = [hour % 12]
    elif mark == "pm":
        hours = [hour % 12 + 12]
    elif mark == "night":
        hours = [hour % 12 + 12] if 5 <= hour < 12 else [hour % 12]
    elif part in ("morning",):
        hours = [hour % 12]
    elif part in ("afternoon", "evening", "tonight", "night"):
        hours = [hour % 12 + 12] if hour != 12 else ([0] if part in ("tonight", "night") else [12])
        if part in ("tonight", "night") and 1 <= hour <= 4:
            hours = [hour]
    else:
        hours = [hour % 12, hour % 12 + 12]
    both = len(hours) == 2
    if both and (prefer == "morning" and 4 <= hour <= 11):
        hours = hours[:1]
    base = (day or now).replace(minute=minute, second=0, microsecond=0)
    allowed = {DAYS.index(d) for d in repeat} if repeat else ({weekday} if weekday is not None else None)
    options: list[datetime] = []
    for ahead in range(9):
        if day is not None and ahead > (1 if hours == [0] and part in ("tonight", "night") else 0):
            break
        for h in hours:
            moment = (base + timedelta(days=ahead)).replace(hour=h)
            if allowed is not None and moment.weekday() not in allowed:
                continue
            options.append(moment)
    if both and (prefer == "day" or day is not None or allowed is not None):
        sensible = [m for m in options if (7 <= m.hour < (20 if allowed is not None else 22) if prefer == "day" else 5 <= m.hour < 17)]
        options = sensible or options
    ahead_of_now = [m for m in options if m > now]
    if part in ("tonight", "night") and hours == [0]:
        ahead_of_now = [m for m in ahead_of_now if m.date() > now.date()] or ahead_of_now
    if clock is None and part in ("tonight", "night") and day is not None and not ahead_of_now and now.hour < 23:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if ahead_of_now:
        return min(ahead_of_now)
    late = max(options) if options else base.replace(hour=hours[0])
    return late + timedelta(days=7 if weekday is not None else 1) if day is None or day.date() == now.date() else late


def iso(moment: datetime) -> str:
    """Local time without zone, to the second."""
    return moment.replace(tzinfo=None, microsecond=0).isoformat()
