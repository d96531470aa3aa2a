"""Commands that hang on a condition: "if it is above 23", "when the washing machine is done". Knows states now; waits for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.home import Home
from models.automaton.house_words import HouseWords
from models.reading.gist import read
from models.reading.numbers import amounts
from models.reading.resolve import in_place
from models.reading.target import aim
from models.said import Context

_IF = re.compile(r"\b(if|in case|provided(?: that)?|unless|when|whenever|once|as soon as|until|till|while|after the|before the)\b", re.I)
_NO_COMMAND = re.compile(
    r"(?:what|when|is|are|how|who|which|do|does|did|tell|check|remind|notify|wake|let|add|play|forget|why)\b", re.I
)
_ABOVE = frozenset(["above", "over", "more", "higher", "warmer", "hotter", "exceeds", "greater", "brighter", "louder"])
_BELOW = frozenset(["below", "under", "less", "lower", "colder", "cooler", "beneath", "darker", "quieter"])
_DARK = frozenset(["dark", "night", "sunset"])


@dataclass(frozen=True, slots=True)
class Conditional:
    """A command and what it hangs on."""

    command: str
    word: str
    """if · unless · when · until … as said."""
    condition: str


def conditional(text: str) -> Conditional | None:
    """The command and the condition of a sentence that has one; None for a plain one and for questions."""
    match = _IF.search(text)
    if match is None:
        return None
    leads = match.start() == 0 and "," in text and re.match(r"when|if|once|as soon", text, re.I) is not None
    if not leads and _NO_COMMAND.match(text):
        return None
    word = match.group(1).lower()
    if match.start() == 0:
        first, comma, rest = text[match.end() :].partition(",")
        if not comma:
            return None
        return Conditional(re.sub(r"^\s*then\s+", "", rest).strip(), word, first.strip())
    return Conditional(text[: match.start()].strip(" ,"), word, text[match.end() :].strip(" ,."))


def holds(asked: Conditional, house: HouseWords, context: Context, place: str | None, targets: tuple[str, ...]) -> bool | None:
    """Whether an "if" holds now; None where it can't be told."""
    if asked.word not in ("if", "in case", "provided", "provided that", "unless"):
        return None
    truth = _truth(asked.condition, house, context, place, targets)
    return truth if truth is None or asked.word != "unless" else not truth


def _truth(condition: str, house: HouseWords, context: Context, place: str | None, targets: tuple[str, ...]) -> bool | None:
    home = house.home
    gist = read(condition, house)
    words = [t.text for t in gist.tokens]
    numbers = amounts(words)
    spoken = set(words)
    if numbers and spoken & (_ABOVE | _BELOW):
        aimed = aim(gist, house, context)
        area = aimed.places[0] if aimed.places else place
        value = _value(home, aimed.ids or targets, area, spoken)
        if value is None:
            return None
        return value > numbers[0].value if spoken & _ABOVE else value < numbers[0].value
    states = gist.of("state")
    if states and gist.of("called", "noun"):
        aimed = aim(gist, house, context)
        if not aimed.ids:
            return None
        wanted = {"on": ("on", "playing", "heat", "cool"), "off": ("off", "idle", "standby")}.get(
            str(states[-1].value), (str(states[-1].value),)
        )
        negative = bool(spoken & {"not", "isn't", "aren't"})
        return any(home.state(i).value in wanted for i in aimed.ids) is not negative
    return None


def _value(home: Home, ids: tuple[str, ...], area: str | None, spoken: set[str]) -> float | None:
    sources = list(ids)
    if area is not None:
        sources += [
            i
            for i, e in home.entities.items()
            if in_place(home, i, [area])
            and (
                e.domain == "climate"
                or (e.domain == "sensor" and (home.device_class(i) == "temperature" or (home.device_class(i) or "none") in spoken))
            )
        ]
    for entity_id in sources:
        state = home.state(entity_id)
        for raw in (state.attributes.get("current_temperature"), state.value):
            try:
                return float(str(raw))
            except ValueError:
                continue
    return None
