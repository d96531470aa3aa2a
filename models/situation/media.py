"""What "play …" means here: which title, as film, audiobook or music, on which player. Knows titles and habits; starts nothing."""

from __future__ import annotations

import re
from typing import Any

from devices.home import Home
from models.reading.mentions import named
from models.said import Context, Frame, Habit
from models.situation import house_now
from models.situation.works import kinds, like_a_title

_PLAY = re.compile(
    r"(?:play|put on|start playing|hear|listen to|id like to (?:hear|listen to)|i want to (?:hear|listen to)|let me hear|play me|"
    r"start)(?: me)?(?: some| a bit of| a little)?(?: (.+?))?(?: (?:again))?"
)
_PUT_ON = re.compile(r"^(?:put|stick|get) ((?:some|a bit of|a little|the|my) .+|something(?: \w+)?|anything|music|a song) on$")
_TITLE_ON = re.compile(r"^(?:put|stick|get|turn) (.+) on$|^(?:start|hear|listen to|begin|continue) (.+)$")
_SLANG = re.compile(r"^(?:stick|pop|bung|whack|throw|chuck|get) on (?=\w)")
_RADIO = re.compile(r"(?:the |some |my )?radio")
_WATCH = re.compile(
    r"(?:watch|(?:i want to|id like to|i would like to|we want to|wed like to|lets|let me|can i|can we|could we|i feel like) "
    r"(?:watch|watching|see))(?: the (?:movie|film))? (.+)"
)
_READ_OUT = re.compile(r"read (?:me |us |to me |to us )?(?:some of |a chapter of |from )?(.+?)(?: (?:to|for) (?:me|us)| aloud| out loud)?")
_GENERIC = re.compile(
    r"(?:(?:some |my |a bit of |the |me some )?(?:music|tunes?|songs?|something|anything|stuff)(?: please)?|something (?:nice|good|"
    r"i like)|what i like|my (?:music|favou?rites?|kind of music|usual|stuff)|the usual|a song|my favou?rite music)?"
)
_CLASSED = re.compile(
    r"^(?:the |an? )?(movie|film|show|series|song|track|album|artist|playlist|podcast|audio ?book|book|radio station|station|"
    r"genre|episode|soundtrack|video|band)\b|"
    r"\b(movie|film|song|album|playlist|podcast|audio ?book|radio|soundtrack|book|station|band|episode)$"
)


_ORDER = re.compile(r"play the (?:last|previous|next|first) (?:song|track|one|title|episode)(?: again| once more)?")
"""A place in what plays, and no title: there is a film called "The Last Song"."""


def playing_frames(said: str, home: Home, context: Context) -> list[Frame]:
    """Readings of "play …" that hang on screen, person or habit; [] where the words alone say all."""
    said = _SLANG.sub("put on ", _PUT_ON.sub(r"play \1", said))
    if (titled := _TITLE_ON.match(said)) is not None and kinds(titled.group(1) or titled.group(2)) & _WORKS:
        said = f"play {titled.group(1) or titled.group(2)}"
    watch = _WATCH.fullmatch(said)
    match = _PLAY.fullmatch(said)
    if said in ("music", "some music", "tunes", "music on", "a little music"):
        return _generic(said, {}, [], home, context)
    aloud = _READ_OUT.fullmatch(said)
    if aloud is not None:
        return _classed(aloud.group(1), "audiobook", {}, [], home, context) if kinds(aloud.group(1)) & _READ else []
    if (watch is None and match is None) or _ORDER.fullmatch(said):
        return []
    phrase = (watch.group(1) if watch is not None else match.group(1) if match is not None else "") or ""
    place = re.search(r" (?:in|on|at) (?:the )?([\w ]+)$", phrase)
    where: list[str] = []
    slots: dict[str, Any] = {}
    if (
        place is not None
        and (found := named(place.group(1), home))
        and not found.rest
        and (found.areas or any(house_now.domain(e) == "media_player" for e in found.entities))
    ):
        where = [e for e in found.entities if house_now.domain(e) == "media_player"]
        if where:
            slots["name"] = home.entities[where[0]].name
        if found.areas and not where:
            slots["area"] = home.areas[found.areas[0]].name
            where = [e for e in house_now.of(home, "media_player") if house_now.area_of(home, e) in found.areas]
        phrase = phrase[: place.start()].strip()
    elif place is not None and place.group(1) in ("tv", "television", "telly", "big screen"):
        where = house_now.here_first(home, [e for e in house_now.of(home, "media_player") if house_now.tv(home, e)], context.area)[:1]
        phrase = phrase[: place.start()].strip()
    if match is not None and not said.startswith(("play", "put on", "listen", "start playing", "hear", "id like", "i want", "let me")):
        return []
    if _RADIO.fullmatch(phrase) and (station := preference(context, radio=True)) is not None:
        return _generic(said, slots, where, home, context, liked=station)
    if _GENERIC.fullmatch(phrase):
        return _generic(said, slots, where, home, context) if phrase or said.startswith("play") else []
    named_kind = re.match(r"(?:the |an? )?(movie|film|audio ?book|series|tv show|show)(?: of| called)? (.+)$", phrase)
    if named_kind is not None:
        kind = {"film": "movie", "audio book": "audiobook", "series": "tv_show", "show": "tv_show", "tv show": "tv_show"}.get(
            named_kind.group(1), named_kind.group(1)
        )
        return _classed(named_kind.group(2), kind, slots, where, home, context)
    if watch is not None and kinds(phrase) & _WORKS:
        return _classed(phrase, "tv_show" if kinds(phrase) & _SERIES else "movie", slots, where, home, context)
    if (_CLASSED.search(phrase) and not kinds(phrase) & _WORKS) or (watch is not None and not kinds(phrase)):
        return []
    if re.match(r"(?:play|put on)(?: me)? (?:some|a bit of|a little) ", said) and not kinds(phrase) - {"music"}:
        targets = where[:1] or house_now.speakers(home, context.area, picture=False)
        found_music = slots | {"search_query": phrase}
        return [Frame(intent="HassMediaSearchAndPlay", slots=found_music, targets=tuple(targets), score=0.93, source="context")]
    known = kinds(phrase) if phrase not in ("it", "that", "this", "them", "room", "up") else frozenset()
    title = re.sub(r"^the (?=hunger games$)", "", phrase)
    if not known and said.startswith(("play", "put on", "start playing")) and like_a_title(title) and _seen(where, home, context):
        known = frozenset({"film"})
    return _titled(title, known, slots, where, home, context) if known & _WORKS else []


_SERIES = frozenset({"series", "series_and_book"})
_READ = frozenset({"film_and_book", "series_and_book"})
_WORKS = _READ | _SERIES | {"film"}


def _seen(where: list[str], home: Home, context: Context) -> bool:
    """Whether what is played can be looked at: on the player that was named, else on the hub's own screen."""
    return any(house_now.tv(home, e) for e in where) or (context.screen and not where)


def _classed(title: str, kind: str, slots: dict[str, Any], where: list[str], home: Home, context: Context) -> list[Frame]:
    """A title whose kind was said: no screen decides, only which player has one."""
    picture = kind in ("movie", "tv_show")
    targets = (
        [e for e in where if house_now.tv(home, e) == picture][:1] or where[:1] or house_now.speakers(home, context.area, picture=picture)
    )
    found = slots | {"search_query": title, "media_class": kind}
    return [Frame(intent="HassMediaSearchAndPlay", slots=found, targets=tuple(targets), score=0.93, source="context")]


def _titled(title: str, known: frozenset[str], slots: dict[str, Any], where: list[str], home: Home, context: Context) -> list[Frame]:
    with_picture = [e for e in where if house_now.tv(home, e)]
    made: list[Frame] = []
    picture = "tv_show" if known & _SERIES and not known & {"film_and_book", "film"} else "movie"
    sees = _seen(where, home, context)
    query = " ".join(w if w in ("of", "the", "and", "in", "on", "a", "to") and i else w.capitalize() for i, w in enumerate(title.split()))
    base = slots | {"search_query": query}
    if sees:
        targets = with_picture[:1] or where[:1] or house_now.speakers(home, context.area, picture=True)
        known_kind = {"media_class": picture} if context.screen or known & _READ else {}
        found = base | known_kind
        made.append(Frame(intent="HassMediaSearchAndPlay", slots=found, targets=tuple(targets), score=0.9, source="context/screen"))
    elif known & _READ:
        targets = where[:1] or house_now.speakers(home, context.area, picture=False)
        made.append(
            Frame(
                intent="HassMediaSearchAndPlay",
                slots=base | {"media_class": "audiobook"},
                targets=tuple(targets),
                score=0.9,
                source="context/screen",
            )
        )
    return made


def _generic(
    said: str, slots: dict[str, Any], where: list[str], home: Home, context: Context, *, liked: Habit | None = None
) -> list[Frame]:
    paused = [e for e in house_now.of(home, "media_player") if house_now.value(home, e) == "paused" and (not where or e in where)]
    if said == "play" and paused:
        return [
            Frame(
                intent="HassMediaUnpause",
                targets=tuple(house_now.here_first(home, paused, context.area)[:1]),
                score=0.9,
                source="context/device_state",
            )
        ]
    liked = liked or preference(context)
    targets = where[:1] or house_now.speakers(home, context.area, picture=False)
    if liked is not None:
        wanted = {k: v for k, v in (liked.then.get("slots") or {}).items() if k in ("search_query", "media_class")}
        signals = "habit+person" if context.person is not None else "habit"
        return [
            Frame(intent="HassMediaSearchAndPlay", slots=slots | wanted, targets=tuple(targets), score=0.9, source=f"context/{signals}")
        ]
    return [Frame(intent="HassMediaSearchAndPlay", slots=slots, targets=tuple(targets), score=0.75, source="context")]


def _station(habit: Habit) -> bool:
    slots = habit.then.get("slots") or {}
    return slots.get("media_class") == "radio" or bool(re.search(r"\b(?:radio|fm)\b", str(slots.get("search_query")).casefold()))


def preference(context: Context, *, radio: bool = False) -> Habit | None:
    """What this person plays as a rule (which station, of `radio`): at least twice, and in most cases; None where nothing stands out."""
    liked = [
        h
        for h in context.habits
        if h.kind == "preference"
        and h.then.get("intent") in (None, "HassMediaSearchAndPlay")
        and (h.then.get("slots") or {}).get("search_query")
        and (not radio or _station(h))
        and (h.person is None or context.person is None or h.person == context.person)
    ]
    each: dict[str, Habit] = {}  # the journal and what was learned from it tell of the same music
    for habit in liked:
        query = str(habit.then["slots"]["search_query"]).casefold()
        if query not in each or habit.p * habit.support > each[query].p * each[query].support:
            each[query] = habit
    liked = list(each.values())
    ranked = sorted(liked, key=lambda h: -h.p * h.support)
    share = 0.5 * sum(h.p for h in liked) if radio else 0.5
    if not ranked or ranked[0].p < share or ranked[0].support < 2:
        return None
    if len(ranked) > 1 and ranked[1].support > 0.6 * ranked[0].support and ranked[1].then != ranked[0].then:
        return None
    return ranked[0]


def player(frame: Frame, home: Home, context: Context) -> list[str]:
    """The player for something to be played: with a picture for films, in the room, else the only one."""
    picture = frame.slots.get("media_class") in ("movie", "tv_show", "video", "episode")
    area = frame.slots.get("area")
    wanted = next((a.id for a in home.areas.values() if area in (a.id, a.name)), None) if area is not None else context.area
    return house_now.speakers(home, wanted, picture=picture) or house_now.of(home, "media_player")
