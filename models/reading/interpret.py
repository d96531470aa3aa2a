"""What an utterance asks for in this home: every reader's readings put together, refused or chosen. Knows the readers; acts on nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from devices.home import Home
from models.automaton.house_words import house_words
from models.conversation.spelled_out import said_again, spelled_out
from models.reading.aside import aside
from models.reading.breath import corrected, drops, excepted, several, suspicious
from models.reading.clause import read_clause
from models.reading.compound import taken_back
from models.reading.condition import Conditional, conditional, holds
from models.reading.jointly import Joint, choose, hopeless, hypotheses, rescues, torn, weighed
from models.reading.learned import Model, Remembered
from models.reading.numbers import decimals
from models.reading.own_room import own_room
from models.reading.polite import polite
from models.reading.schedule import lasting, opposite
from models.reading.waiting import DELAYABLE, waiting
from models.reading.whole import Whole, explode, whole_of
from models.said import Context, Frame, Interpretation, Utterance

LONGEST = 400
"""Characters. What is longer is no command."""
_MARKUP = re.compile(r"<(?!\s*unk\s*>)(?=[^<]*>)|[{}\\\[\]]|;\s*--|\$\(")
"""Nobody says such signs: what holds them was written for another machine."""
ENOUGH = 0.5
"""A reading that is less likely is not acted on."""
SPELLED_OUT = 0.7
"""The least likely reading that a sentence may have which was spelled out by what was said before."""
ENOUGH_FREE = 0.7
"""The same where the model alone says that any words are a title or an item."""
SAID_FREELY = frozenset(
    {
        "HubSetReminder",
        "HubSetAlarm",
        "HassListAddItem",
        "HassShoppingListAddItem",
        "HassMediaSearchAndPlay",
        "HassBroadcast",
        "HubTeach",
        "HassStartTimer",
    }
)
"""What may hold any words, so that the house's own sentences say little about it."""
FREELY = 0.4
"""How surely such words must have been heard where the rest does not sound like the house's."""


class Interpreter:
    """Reads utterances in a home and a context. Holds the language model and no state of the house."""

    def __init__(self, nlu: Model | None = None) -> None:
        self.nlu: Model | None = Remembered(nlu) if nlu is not None else None

    def interpret(self, utterance: Utterance, home: Home, context: Context) -> Interpretation:
        """The commands of an utterance, their targets, and why not where they can't be done.

        Never raises on any text; an utterance that fits nothing has no frames and the code `no_intent_match`.
        """
        texts = hypotheses(utterance)
        nothing = Interpretation(frames=(), accepted=False, confidence=0.0, margin=0.0, code="no_intent_match", heard=utterance.text)
        if not texts:
            return nothing
        read: list[Joint] = []
        first: Whole | None = None
        for index, hypothesis in enumerate(texts):
            if hopeless(hypothesis, read):
                break
            whole = self.read(hypothesis.text, home, context)
            if index == 0:
                first = whole
            elif whole is None or not rescues(hypothesis.text, whole, texts[0].text, first):
                continue
            if whole is not None:
                read.append(weighed(hypothesis, whole, home, context))
        if not read:
            return nothing
        best, second, signals = choose(read, home)
        decided = _decided(best, second)
        question = torn(best, second) if decided.accepted else None
        if question is not None:
            decided = replace(decided, frames=question[:1], rivals=question[1:], accepted=False, code="ambiguous")
        if signals:
            decided = replace(decided, signals=tuple(dict.fromkeys((*decided.signals, *signals))))
        if (
            not utterance.in_house
            and not _answers(decided, context)
            and not (utterance.confidence >= FREELY and all(f.intent in SAID_FREELY and f.source == "exact" for f in decided.frames))
        ):
            return replace(decided, accepted=False, code="not_for_me")
        return decided

    def read(self, text: str, home: Home, context: Context, depth: int = 0) -> Whole | None:
        """The best reading of one text, or None. What is understood by itself and by what was said before in no way is spelled out once."""
        again = said_again(text, home, context) if depth == 0 else None
        if again is not None:
            return Whole(frames=(again,), score=again.score, signals=("history",))
        found = self._read(text, home, context, depth)
        if depth or not context.recent or not _hollow(found):
            return found
        full = spelled_out(text, home, context)
        other = self._read(full, home, replace(context, recent=()), 1) if full is not None else None
        if other is None or _hollow(other) or other.score < SPELLED_OUT:
            return found
        frames = tuple(replace(f, source="context/history") for f in other.frames)
        return replace(other, frames=frames, signals=tuple(dict.fromkeys((*other.signals, "history"))))

    def _read(self, text: str, home: Home, context: Context, depth: int) -> Whole | None:
        text = text.strip()
        if not text or len(text) > LONGEST or _MARKUP.search(text):
            return None
        mine = own_room(text, home, context) if depth == 0 else text
        if mine != text:
            found = self.read(mine, home, context)
            return replace(found, signals=tuple(dict.fromkeys((*found.signals, "person")))) if found is not None else None
        said = decimals(polite(text))
        why_not = aside(text) if depth == 0 else None
        if why_not is not None:
            single = self.single(text, home, context, depth)
            sure = (
                single is not None
                and single.code is None
                and all(f.source.partition("/")[0] in ("exact", "own", "context", "taught", "confirmed") for f in single.frames)
            )
            if sure and single is not None and single.score >= 0.93:
                return single
            frames = single.frames if single is not None and single.score >= 0.6 else ()
            return Whole(
                frames=tuple(replace(f, targets=(), code="not_for_me") for f in frames),
                score=0.8,
                code="not_for_me",
                detail={"reason": why_not},
            )
        waits = waiting(self, said, home, context) if depth == 0 else None
        if waits is not None:
            return waits
        asked = conditional(said)
        if asked is not None and depth == 0:
            found = self._if(asked, home, context)
            if found is not None:
                return found
        if depth == 0 and taken_back(said):
            return self.read("never mind", home, context, 1)
        single = self.single(said, home, context, depth)
        if single is not None and single.code is None and single.score >= 0.9 and not suspicious(said, single) and lasting(said) is None:
            return single
        attempts: tuple[Callable[[str, Home, Context, int], Whole | None], ...] = (
            self._lasting,
            partial(corrected, self),
            partial(excepted, self),
            partial(several, self),
        )
        for attempt in attempts:
            found = attempt(said, home, context, depth)
            if found is not None and (found.code is None or not certain(single)) and (
                single is None or single.code is not None or suspicious(said, single) or found.score >= single.score - 0.1
            ):
                return found
        if single is not None and single.code is None and suspicious(said, single) and drops(said, single, home):
            return replace(single, frames=tuple(replace(f, targets=()) for f in single.frames), score=0.4, code="no_intent_match")
        return single

    def single(self, text: str, home: Home, context: Context, depth: int) -> Whole | None:
        def inner(command: str) -> bool:
            if depth >= 2:
                return False
            found = self.read(command, home, context, depth + 2)
            return found is not None and found.code is None and all(f.intent in DELAYABLE for f in found.frames)

        readings = read_clause(text, home, context, self.nlu, inner)
        if not readings:
            return None
        return whole_of(readings, home, context)

    def _if(self, asked: Conditional, home: Home, context: Context) -> Whole | None:
        """A command with a condition: done now if an "if" holds, else refused with the reason; never done regardless."""
        found = self.read(asked.command, home, context, 1)
        if found is None or any(f.intent.startswith("Hub") for f in found.frames):
            return None
        area = next(
            (
                context_area
                for f in found.frames
                if (context_area := house_words(home).area_called(str(f.slots.get("area", "")))) is not None
            ),
            None,
        )
        targets = tuple(t for f in found.frames for t in f.targets)
        truth = holds(asked, house_words(home), context, area.id if area is not None else None, targets)
        if truth is True or found.code is not None:
            return found
        code = "condition_false" if truth is False else "not_supported"
        frames = tuple(replace(f, code=code) for f in found.frames)
        return replace(found, frames=frames, code=code, detail={"condition": asked.condition, "when": asked.word})

    def _lasting(self, text: str, home: Home, context: Context, depth: int) -> Whole | None:
        """ "the light on for ten minutes": on now, and a timer that carries the opposite."""
        split = lasting(text)
        if split is None or depth:
            return None
        found = self.read(split[0], home, context, depth + 1)
        if found is None or found.code is not None or len(found.frames) != 1 or found.frames[0].intent not in ("HassTurnOn", "HassTurnOff"):
            return None
        back = opposite(split[0])
        if back is None:
            return None
        later = Frame(intent="HassStartTimer", slots={**split[1], "conversation_command": back}, score=0.9, source="exact")
        return replace(found, frames=(*found.frames, later))


def certain(whole: Whole | None) -> bool:
    """Whether a whole text was read by a sentence that is written down, with nothing missing."""
    return whole is not None and whole.code is None and all(f.source == "exact" for f in whole.frames)


def _answers(found: Interpretation, context: Context) -> bool:
    """Whether this answers a question of the hub's that is open: short words say little about the house they are said in."""
    last = context.recent[-1] if context.recent else None
    asked = last is not None and (last.decision in ("ask", "confirm") or last.offer is not None)
    return (
        asked
        and bool(found.frames)
        and found.confidence >= 0.3
        and all(
            f.source.partition("/")[0] in ("context", "confirmed") or f.intent in ("HubYes", "HubNo", "HubChoose", "HassNevermind")
            for f in found.frames
        )
    )


def _hollow(found: Whole | None) -> bool:
    """Whether a reading comes to nothing: unlikely, or of things that are not there."""
    return found is None or found.code in ("no_intent_match", "no_valid_targets") or (found.code is None and found.score < ENOUGH)


def _decided(best: Joint, second: Joint | None) -> Interpretation:
    hypothesis, whole = best.hypothesis, best.whole
    margin = whole.margin
    if margin is None:
        rival = max((f.score for f in whole.rivals), default=0.0) if whole.code != "ambiguous" else whole.score
        margin = max(0.0, whole.score - rival)
        if second is not None and [f.targets for f in second.whole.frames] != [f.targets for f in whole.frames]:
            margin = min(margin, max(0.0, math.exp(best.total) - math.exp(second.total)))
    confidence = min(1.0, whole.score * math.sqrt(max(hypothesis.confidence, 0.0)))
    enough = ENOUGH_FREE if any(f.source == "model" and f.intent in SAID_FREELY for f in whole.frames) else ENOUGH
    likely = whole.score >= enough and confidence >= 0.4
    code = whole.code if likely or whole.code == "not_for_me" else "no_intent_match"
    frames = whole.frames if likely or whole.code is not None else tuple(replace(f, targets=()) for f in whole.frames)
    return Interpretation(
        frames=frames,
        accepted=whole.code is None and likely,
        confidence=round(confidence, 4),
        margin=round(min(margin, 1.0), 4),
        code=code,
        heard=hypothesis.text,
        signals=whole.signals,
        rivals=whole.rivals,
        detail=whole.detail,
    )


__all__ = ["Interpreter", "Whole", "explode"]
