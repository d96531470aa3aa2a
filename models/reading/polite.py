"""The request without its wrapping: politeness, endearments, colloquial verbs, misheard small words. Knows words; no house."""

from __future__ import annotations

import re

_POLITE_START = re.compile(
    r"^(?:(?:br+|ugh+|phew|wow|gosh|oof|yikes|argh+|whoa)[,.!]+\s+(?=\S)|"
    r"(?:hey|hi|hello|ok|okay|well|so|um+|uh+|er+|oh|alright|right|now|"
    r"(?:look|listen)(?=[,.!])|please|kindly|yo|dear)[,.!]?\s+(?=\S)|"
    r"(?:(?:hey|hi|hello|ok|okay)\s+)?(?:hub|house|computer|jarvis|alexa|google|siri|olly|assistant|home assistant)[,.!]?\s+(?=\S)|"
    r"(?:can|could|would|will|won't|can't|couldn't) (?:you|we|u|ya) (?:please |kindly |just |maybe |possibly |"
    r"perhaps |be so kind (?:as )?to |be able to )*(?=\S)|"
    r"would you mind (?=\S)|do you mind (?=\S)|"
    r"(?:i'd|i would) (?:really )?like (?:for )?(?:you|to have you) to (?=\S)|(?:i|we) (?:want|need) you to (?=\S)|"
    r"(?:i'd|i would|we would|we'd) (?:really )?like (?:to )?(?=(?:turn|set|open|close|switch|dim|play|have)\b)|"
    r"(?:i|we) (?:want|need|wish) (?:to )?(?=(?:turn|set|open|close|switch|dim|lock|unlock)\b)|"
    r"be so (?:kind|good) (?:as )?(?:to|and) (?=\S)|i was wondering if you could (?=\S)|do me a favou?r and (?=\S)|"
    r"be an? (?:angel|dear|love|darling|star|sport|pal|sweetheart|treasure|good \w+) and (?=\S)|"
    r"do (?:me|us) a (?:solid|favou?r)[,.!]?\s+(?=\S)|"
    r"go ahead and (?=\S)|make sure (?:to|that you|you) (?=\S)|let's (?=(?:turn|set|open|close|dim)\b)|"
    r"(?:tell|show) (?:me|us) (?=(?:what|who|where|which|how)\b)|good ?(?:night|morning|evening)[,:;.!]+\s+(?=\S)|"
    r"(?:is it|would it be) possible to (?=\S)|(?:i think )?(?:you should|you can|we should) (?=(?:turn|set|open|close|switch|dim)\b))",
    re.I,
)
_HOW_TO_ANSWER = re.compile(
    r"[.?!,]?\s*(?:please |just |only )*(?:answer|respond|reply|say) (?:me )?(?:only |just |briefly|shortly|quickly)?\s*"
    r"(?:with|in|using)?\b.*"
    r"(?:yes|no|word|words|sentence|briefly|shortly|number)\b.*$",
    re.I | re.S,
)
_POLITE_END = re.compile(
    r"[,]?\s+(?:please|thanks|thank you(?: very much| so much)?|for me|will you|would you|"
    r"if you (?:would|can|could|please|don't mind)|right now|"
    r"now|immediately|asap|if possible|okay|ok|cheers|mate|buddy|dear|hub|computer|jarvis|alexa|my dear|at once|"
    r"straight away|right away)[.!?]*$",
    re.I,
)
_ENDEARED = re.compile(
    r"(?:,\s*|\s+(?:please|thanks|ta|cheers|off|on|up|down)[, ]\s*)(?:my )?"
    r"(?:love|luv|hon|honey|darling|sweetie|sweetheart|babe|pal|bud|bro|man)[.!?]*$|"
    r"(?:,\s*|\s+)(?:ta|ta very much|quick|quickly|sharpish|pronto|then|for us|will ya|would ya|if you'd be so kind|be a dear)[.!?]*$",
    re.I,
)
"""What ends a request and says nothing, where no title, item or message may end so."""
ANY_WORDS = re.compile(r"(?:play|put on|listen|add|remind|say|tell|announce|broadcast|call|shout|write|note|what|who|when i say)\b", re.I)
_PUT = re.compile(
    r"^(?:pop|bung|stick|chuck|whack|shove|bang|slap|whip|plonk|plop|sling|nudge|knock|flick|ping|ease|inch) "
    r"(?=(?:(?:on|off|up|down) )?(?:the|my|our|that|this|those|these|both|all|it|them|[\w]+'s)\b)"
    r"(?=.*\b(?:on|off|up|down|to|at|open|shut|closed)\b)",
    re.I,
)
"""Verbs that say no more than "put": what is done stands in the particle or the value."""
_PLAIN = {
    "turning": "turn",
    "switching": "switch",
    "closing": "close",
    "opening": "open",
    "setting": "set",
    "dimming": "dim",
    "playing": "play",
    "locking": "lock",
    "making": "make",
    "starting": "start",
    "putting": "put",
    "adding": "add",
}
_MIND = re.compile(r"^(?:please )?(?:(?:would|do) you mind|how about|what about|any chance of(?: you)?|fancy) (\w+ing)\b", re.I)
_TO = re.compile(
    r"\b(?:too|two)\s+(?=(?:the|my|our)\b)|"
    r"(?<=[a-z] )(?:two|too)\s+(?=(?:1[0-9]|[2-9][0-9]|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b)",
    re.I,
)
"""What recognisers write for "to"."""
_LAST_DIGIT = re.compile(r"(?<=(?:en|ir|or|if|ix|gh|ne)ty )(?:to|too|for)(?=[.!]*$|\s+(?:degrees?|per ?cent|%))", re.I)
"""Nothing ends in "seventy to", and no unit follows it."""
_AND = re.compile(r"(?<=\w )(?:an|n|end)(?= (?:turn|switch|lock|unlock|open|close|shut|set|dim|start|stop|pause|play)\b)", re.I)
"""What recognisers write for "and"."""
_TOLD_AS_ASKED = re.compile(
    r"^((?:the|my|our) [\w' ]+?) (is|are) ((?:still |already )?(?:on|off|open|closed|shut|locked|unlocked|running))\?+$", re.I
)
"""A question that only its sign tells: "the light is on?"."""
_BY_HALF = re.compile(r"^((?:please )?(?:open|close|shut|raise|lower)\b(?!.*\b(?:and|then)\b).*?) by half\b", re.I)
_NO_VERB = re.compile(
    r"^((?:all|every|both|everything)\b(?!.*\b(?:turn|switch|are|is|set|put|play|close|open)\b)(?:(?! but | except | apart ).)*?)"
    r"\s+(on|off)\b(?!\s+the\b)(.*)$",
    re.I,
)
_DID = re.compile(
    r"^(?:did|have) (?:i|we|anyone|anybody|someone) (?:(?:forget|forgotten|remember) to )?(?:"
    r"(?P<verb>lock|close|shut|turn off|switch off|turn on|locked|closed|turned off|switched off) (?P<what>(?:the|my|our) .+?)|"
    r"(?:leave|left) (?P<what2>(?:the|my|our) .+?) (?P<left>open|on|unlocked|running))\??$",
    re.I,
)
_DONE_TO = {
    "lock": "locked", "close": "closed", "shut": "closed", "turn off": "off", "switch off": "off", "turn on": "on", "locked": "locked",
    "closed": "closed", "turned off": "off", "switched off": "off", "open": "open", "on": "on", "unlocked": "unlocked", "running": "on",
}  # fmt: skip
"""What is asked about a thing that somebody may have forgotten."""
_PARTICLES = ("on", "off", "up", "down")
_NO_LIGHTS = re.compile(r"^no (?:more )?lights?\b(?: on\b)?(?P<where>\s+anywhere\b)?(?=$|\s|[.!,])(?! to\b)", re.I)
_TWO_TIMERS = re.compile(
    r"^(?P<verb>(?:set|start|make|create|run|give me|i need) )(?:two|three|2|3|a few|some|several) timers?[,:;]?\s+(?:for me[,:]?\s+)?"
    r"(?=(?:one )?(?:for|of|at) )",
    re.I,
)
_ANOTHER_TIMER = re.compile(
    r"(?P<joint>\s*(?:,|\band\b|,\s*and\b|\bthen\b|\bplus\b)\s*)"
    r"(?:(?:another|a second|a third|the other|one more|one|a)"
    r"(?: one| timer)?|the second(?: one| timer)?)\s+(?:for|of|at)\s+(?P<length>[\w' -]+?)"
    r"(?=\s*(?:,|\band (?:another|one|a third|the)\b|$|[.!]))",
    re.I,
)
_UNIT = re.compile(r"\b(second|minute|hour)s?\b", re.I)
_PICTURE = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]\ufe0f?")


def _pictures(text: str) -> str:
    """The text with a picture as a word that nobody knows, where the words say only what is to be done: "💡 off" is not "off"."""
    if not _PICTURE.search(text):
        return text
    rest = _PICTURE.sub("", text).strip(" .!")
    if not re.fullmatch(r"(?:please )?(?:turn|switch|put|set)?(?: (?:the|my))?\s*(?:on|off|up|down|open|close)?", rest, re.I):
        return text
    return _PICTURE.sub(" sign ", text).strip()


def _timers(text: str) -> str:
    """Each of several timers as a command: "a timer for 10 minutes and another for 20", whose unit is the first one's."""
    first = re.search(r"\btimers?\b", text, re.I)
    if first is None:
        return text
    unit = _UNIT.search(text)
    text = _TWO_TIMERS.sub(lambda m: f"{m['verb']}a timer ", text)
    text = re.sub(r"^(\w+(?: \w+)? a timer )one (?=for|of|at)", r"\1", text, flags=re.I)
    start = text.lower().find("timer")

    def apart(match: re.Match[str]) -> str:
        if match.start() < start or (unit is None and not _UNIT.search(match["length"])):
            return match.group()
        if not _UNIT.search(match["length"]) and (unit is None or not re.fullmatch(r"[\w-]+(?: [\w-]+)?", match["length"])):
            return match.group()
        length = match["length"] if _UNIT.search(match["length"]) else f"{match['length']} {unit.group(1) if unit else ''}s"
        return f" and set a timer for {length}"

    return _ANOTHER_TIMER.sub(apart, text)


def polite(text: str) -> str:
    """The request without its wrapping: "could you please … for me, thanks"."""
    asked = _HOW_TO_ANSWER.search(text)
    if asked is not None and asked.start() > 8:
        text = text[: asked.start()]
    text = _timers(_pictures(text))
    text = _NO_LIGHTS.sub(lambda m: "turn off all the lights everywhere" if m["where"] else "turn off the lights", text.strip())
    text = re.sub(r"\b(turn|turned|switch|switched|shut) of\b", r"\1 off", text, flags=re.I)
    text = _TO.sub("to ", text)
    text = _LAST_DIGIT.sub(lambda m: "four" if m.group().lower() == "for" else "two", text)
    text = _AND.sub("and", text)
    text = _TOLD_AS_ASKED.sub(r"\2 \1 \3", text.strip())
    text = _BY_HALF.sub(r"\1 halfway", text.strip())
    text = re.sub(r"\bto (?:her|his|its|their) (?=(?:dock|base|charger|charging|station|home)\b)", "to the ", text, flags=re.I)
    text = _NO_VERB.sub(lambda m: f"turn {m.group(2)} {m.group(1)}{m.group(3)}", text.strip(), count=1) if "?" not in text else text
    text = _DID.sub(lambda m: f"is {m['what'] or m['what2']} {_DONE_TO[(m['verb'] or m['left']).lower()]}", text.strip(), count=1)
    text = re.sub(r"^(?:look|log|lok|loc|luck)\s+(?=(?:the|my|our)\b.*\bdoors?\b)", "lock ", text.strip(), flags=re.I)
    text = re.sub(r"^(?:at|had|ad)\s+(?=.+\s+(?:to|on) (?:the|my|our)\b.*\b(?:list|groceries)\b)", "add ", text.strip(), flags=re.I)
    text = re.sub(r"^light (?:up )?(?=(?:the|my|our)\b)", "turn on ", text.strip(), flags=re.I)
    text = re.sub(
        r"\b((?:turn|switch|shut)\b.*?)\bof(?=$|\s+(?:in|on|upstairs|downstairs|please|now)\b)", r"\1off", text.strip(), flags=re.I
    )
    before = None
    while before != text:
        before = text
        text = _MIND.sub(lambda m: _PLAIN.get(m.group(1).lower(), m.group(1)), text.strip())
        text = _POLITE_START.sub("", text.strip(), count=1)
        shorter = _POLITE_END.sub("", text)
        if shorter.strip():
            text = shorter
        shorter = _ENDEARED.sub(lambda m: _way(m.group()), text) if not ANY_WORDS.match(text) else text
        if shorter.strip():
            text = shorter
    return _PUT.sub("put ", text.strip(), count=1)


def _way(end: str) -> str:
    """The particle at the head of an end that says nothing else: " off" of " off darling"."""
    word = end.split(maxsplit=1)[0].strip(",").lower() if end.strip() else ""
    return f" {word}" if word in _PARTICLES else ""
