"""Frames that take what is missing from an earlier turn: "it", "and the kitchen", "a bit more". Only the order of asking."""

from __future__ import annotations

import re
from dataclasses import replace

from devices.home import Home
from models.conversation.adjust import bare_value, measured, multiplied, relative_to_last
from models.conversation.elsewhere import also, correction
from models.conversation.focus import about, focus, frames_of
from models.conversation.pronouns import IT, SOURCE, charge_of_it, list_words, query_about_it, verb_on_it
from models.reading.mentions import plain
from models.reading.steps import step
from models.said import Context, Frame, Past

_OPENER = re.compile(r"^(?:(?:no+|actually|wait|sorry|oh|well|hmm|oops|but|and then|then)[ ,]+)+(?=\w)")


_HERE_TOO = re.compile(
    r"(?:and |now )?(?:(?:the )?same(?: thing)?(?: in)? here|(?:in )?here (?:too|as well|also)|do (?:it|that|the same)(?: thing)?"
    r"(?: in)? here(?: too| as well)?|(?:in )?here)"
)


_I_SAID = re.compile(r"\W*(?:no+\W+)?i (?:just )?(?:said|wanted|asked for)\b", re.I)
_PLAY_AGAIN = re.compile(rf"(?:play|put on) {IT}(?: one| song| track| album)? (?:again|once more|one more time)")


def _said_again(said: str, text: str, last: Past, home: Home, context: Context) -> list[Frame]:
    """ "I said the table lamp": a correction by name. What somebody said of other things is no title to play."""
    lead = _I_SAID.match(text)
    if lead is None:
        return []
    what = plain(text[lead.end() :])
    found = correction(f"no {what}", last, home, context)
    if not what.startswith(("the ", "my ")):
        found = [f for f in found if str(f.slots.get("name") or what).casefold() == what or f.targets == about(last)]
    return [f for f in found if f.slots.get("search_query") == last.slots.get("search_query")]


def _later(one: Past, other: Past) -> bool:
    return one.at is not None and other.at is not None and one.at > other.at


def frames(said: str, text: str, home: Home, context: Context) -> list[Frame]:
    """Every way to complete the words from an earlier turn; [] where nothing was said before or the words stand alone."""
    if _HERE_TOO.fullmatch(said) and context.nearby and (not context.recent or _later(context.nearby[-1], context.recent[-1])):
        return also("and here", context.nearby[-1], home, context)
    if not context.recent:
        return []
    bare = _OPENER.sub("", said)
    if (found := verb_on_it(bare, home, context)) or (found := query_about_it(said, home, context) or charge_of_it(said, home, context)):
        return found
    last = focus(context)
    if last is None:
        return []
    if found := list_words(bare, last, home):
        return found
    if found := also(said, last, home, context):
        return found
    if found := correction(said, last, home, context) or _said_again(said, text, last, home, context):
        return found
    if _PLAY_AGAIN.fullmatch(bare) and last.intent == "HassMediaSearchAndPlay" and not context.playing:
        return [replace(f, targets=f.targets or about(last), code=None, score=0.94, source=SOURCE) for f in frames_of(last)[:1]]
    if found := measured(bare, home, context) or multiplied(bare, home, context):
        return found
    relative = step(bare)
    if relative is not None:
        return relative_to_last(relative, bare, home, context)
    if last.decision == "ask":
        return []
    if bare != said and last.intent == "HassStartTimer":
        bare = f"make it {bare.removeprefix('make it ')}"  # "no, ten minutes"
    return bare_value(bare.removesuffix(" instead"), text, last, home, context)
