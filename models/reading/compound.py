"""Several commands in one breath, exceptions, corrections inside a sentence, politeness. Knows connecting words; no house."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
_ANY_WORDS = re.compile(r"(?:play|put on|listen|add|remind|say|tell|announce|broadcast|call|shout|write|note|what|who|when i say)\b", re.I)
_PUT = re.compile(
    r"^(?:pop|bung|stick|chuck|whack|shove|bang|slap|whip|plonk|plop|sling|nudge|knock|flick|ping|ease|inch) "
    r"(?=(?:(?:on|off|up|down) )?(?:the|my|our|that|this|those|these|both|all|it|them|[\w]+'s)\b)"
    r"(?=.*\b(?:on|off|up|down|to|at|open|shut|closed)\b)",
    re.I,
)
"""Verbs that say no more than "put": what is done stands in the particle or the value."""
_CORRECTION = re.compile(
    r"(?:,|\.|-|–|—|…)?\s+(?:no wait|wait no|no sorry|sorry no|no no|oh no|er no|uh no|i mean|i meant|sorry|scratch that|make that|"
    r"or rather|rather|(?:oops|no|sorry|wait|oh),? i mean(?:t)?|"
    r"actually no|no actually|wait|correction|(?:no|oh|wait|sorry),? make (?:it|that)|actually,? make (?:it|that)|actually|oops)[,]?\s+|"
    r"(?<=\w)\s+(?:er+m?|uh+|umm+)\s+(?=(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|quarter|twenty|thirty|"
    r"forty|fifty|sixty)\b)|"
    r"(?:,|\.+|-|–|—|…)\s*(?:h+m+|e+r+m*|u+m+|u+h+)[,.…]*\s+|"
    r"(?:,|\.|-|–|—|…)\s*no[,]?\s+|\s+no,\s+|(?<=\bon)\s+no\s+(?=off\b)|(?<=\boff)\s+no\s+(?=on\b)|"
    r"(?<=\bup)\s+no\s+(?=down\b)|(?<=\bdown)\s+no\s+(?=up\b)|"
    r"\s+no\s+(?=(?:\d|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)|"
    r"(?:the|in the|red|green|blue|white|yellow|purple|pink|orange|half|quarter|a|turn|switch|to|at|make|set|open|close)\b)",
    re.I,
)
_SPLIT = re.compile(
    r"\s*(?:[;.!?:]+\s+(?:and\s+|then\s+|also\s+)*|,?\s+and then\s+|,?\s+and also\s+|,?\s+then\s+|,?\s+after that\s+|,\s*and\s+|"
    r",?\s+as well as\s+|"
    r",?\s+and\s+|,?\s+also\s+|,?\s+plus\s+|,\s+|\s+&\s+|,?\s+but\s+)",
    re.I,
)
_EXCEPT = re.compile(
    r",?\s+(?:except(?: for)?|but not|apart from|other than|besides|excluding|but leave|with the exception of|save for|not including|"
    r"just not|only not|but keep|(?<=all )but)\s+",
    re.I,
)


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
_ALL_BUT = re.compile(
    r"(?<=\w)\s+(?:but|bar|save|minus|without)\s+(?=(?:the|my|our|in|on|not|for|here|this)\b)"
    r"(?!.*\b(?:turn|switch|open|close|set|dim|start|play|lock|make)\b)",
    re.I,
)


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
_BY_HALF = re.compile(r"^((?:please )?(?:open|close|shut|raise|lower)\b(?!.*\b(?:and|then)\b).*?) by half\b", re.I)
_NO_VERB = re.compile(
    r"^((?:all|every|both|everything)\b(?!.*\b(?:turn|switch|are|is|set|put|play|close|open)\b)(?:(?! but | except | apart ).)*?)"
    r"\s+(on|off)\b(?!\s+the\b)(.*)$",
    re.I,
)
_ALL_EXCEPT = re.compile(
    r"^(?:turn |switch |put )?(?P<what>all|everything|every \w+|all (?:the |of the )?\w+) (?:but|except(?: for)?|apart from) "
    r"(?P<kept>.+?) (?P<way>on|off)(?P<where>\s.*)?$",
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
_TAKEN_BACK = re.compile(
    r"[,.;–-]*\s+(?:no |oh |actually |wait |well )*(?:never ?mind(?: that| it)?|forget (?:it|that|about it)|cancel that|"
    r"(?:just )?leave it alone|don't bother|scratch that|no don't)[.!]*$",
    re.I,
)
_STATEMENT = re.compile(
    r"(?:(?:it|that|he|she|there)(?:'s| is)|its|theres|(?:we|you|they)(?:'re| are)|(?:i'm|i am)|"
    r"(?:it|i|we|he|she|they) (?:feels?|looks?|can't|have|has|need)|"
    r"(?:movie|film|dinner|bed|story|nap|party|bath)[ -]?time\b|time (?:for|to)|"
    r"[\w']+(?: \w+)?(?:'s| is| are|'re) "
    r"(?:too|so|getting|very|really|freezing|asleep|sleeping|awake|coming|leaving|here|hot|cold|tired))\b",
    re.I,
)
_VERBS = re.compile(
    r"turn|switch|lock|unlock|open|close|shut|set|dim|brighten|start|stop|pause|resume|play|put|add|make|raise|lower|mute|skip|activate",
    re.I,
)
_NO_BREAK = re.compile(
    r"to|and|then|or|please|the|an?|my|our|i|you|we|they|he|she|can|could|would|will|not|don't|that|if|when|also|now|just|is|are", re.I
)
"""After these a verb begins no new command."""
_SAYS_WHY = re.compile(r"(?:there|it|that|i|we|they|he|she)'(?:s|m|re)", re.I)
"""What begins a reason that follows a command without a word between them: "close the shutters there's a storm coming"."""
_NO_BREAK_WHY = re.compile(
    r"to|and|then|or|that|what|where|how|who|why|if|when|whether|because|cause|since|so|until|unless|while|says?|think|sure|know", re.I
)
_PARTICLES = ("on", "off", "up", "down")
_GOES_ON = re.compile(
    r"the|my|our|an?|this|that|these|those|in|at|for|and|or|but|then|to|by|with|until|when|after|before|from|of|please|again|now|too|"
    r"also|if|on|off|up|down|is|are|it|them|as|while",
    re.I,
)
"""After these words that follow "on" or "off" no new thing begins."""


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


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence that may be a command, and where it stood."""

    text: str
    start: int
    end: int


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
        shorter = _ENDEARED.sub(lambda m: _way(m.group()), text) if not _ANY_WORDS.match(text) else text
        if shorter.strip():
            text = shorter
    return _PUT.sub("put ", text.strip(), count=1)


def _way(end: str) -> str:
    """The particle at the head of an end that says nothing else: " off" of " off darling"."""
    word = end.split(maxsplit=1)[0].strip(",").lower() if end.strip() else ""
    return f" {word}" if word in _PARTICLES else ""


def corrections(text: str) -> list[tuple[str, str]]:
    """(before, after) for each word of correction: "turn on, no, off the light" is ("turn on", "off the light"). Last first."""
    return [
        (text[: m.start()].strip(" ,"), re.sub(r"^make (?:it|that) (?=[\w.-]+(?: [\w-]+)?$)", "", text[m.end() :].strip(" ,"), flags=re.I))
        for m in reversed(list(_CORRECTION.finditer(text)))
        if text[: m.start()].strip(" ,") and text[m.end() :].strip(" ,")
    ]


def exception(text: str) -> tuple[str, str] | None:
    """("turn off all lights", "the kitchen") of "turn off all lights except the kitchen"; None without an exception."""
    whole = _ALL_EXCEPT.match(text.strip(" ."))
    if whole is not None:
        what = "all the lights" if whole["what"].lower() == "all" else whole["what"]
        return f"turn {whole['way']} {what}{whole['where'] or ''}", whole["kept"]
    match = _EXCEPT.search(text) or _ALL_BUT.search(text)
    if (
        match is not None
        and match.re is _ALL_BUT
        and not re.search(r"\b(?:all|every|everything|lights|everywhere)\b", text[: match.start()], re.I)
    ):
        match = None
    if match is None or not text[: match.start()].strip() or not text[match.end() :].strip():
        lead = re.match(r"(?:except(?: for)?|apart from)\s+(.+?),\s*(.+)$", text, re.I)
        return (lead.group(2), lead.group(1)) if lead else None
    rest = re.sub(r"\s+(?:on|off|alone|as (?:it|they) (?:is|are))$", "", text[match.end() :].strip(" ."), flags=re.I)
    return text[: match.start()].strip(" ,"), rest


def clauses(text: str) -> list[Clause]:
    """The pieces between "and", "then" and commas, in order; one piece if there is nothing to split."""
    found: list[Clause] = []
    start = 0
    for match in _SPLIT.finditer(text):
        if match.start() > start:
            found.append(Clause(text[start : match.start()], start, match.start()))
        start = match.end()
    if text[start:].strip():
        found.append(Clause(text[start:], start, len(text)))
    return [c for c in found if c.text.strip()]


def run_on(text: str) -> list[Clause]:
    """The pieces of commands said without a word between them: "turn off the telly lock the front door", "big light off corner lamp on".
    One where there is one."""
    words = list(re.finditer(r"[\w']+", text))
    cuts = [0]
    last = 0
    ends_so = bool(words) and words[-1].group().lower() in _PARTICLES
    for i, word in enumerate(words):
        if ends_so and i - last >= 1 and word.group().lower() in _PARTICLES and i < len(words) - 2:
            bound = _VERBS.fullmatch(words[i - 1].group()) or _GOES_ON.fullmatch(words[i + 1].group())
            if not bound and not any(_VERBS.fullmatch(w.group()) for w in words[i + 1 :]):
                cuts.append(words[i + 1].start())
                last = i + 1
                continue
        why = i >= 2 and _SAYS_WHY.fullmatch(word.group()) and not _NO_BREAK_WHY.fullmatch(words[i - 1].group())
        if why and not _ANY_WORDS.match(text):
            cuts.append(word.start())
            break
        follows = i + 1 < len(words) and (i + 2 < len(words) or words[i + 1].group().lower() not in ("on", "off", "up", "down"))
        if i - last >= 3 and follows and _VERBS.fullmatch(word.group()) and not _NO_BREAK.fullmatch(words[i - 1].group()):
            cuts.append(word.start())
            last = i
    return [Clause(text[a:b].strip(), a, b) for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def taken_back(text: str) -> bool:
    """Whether a command is taken back in the same breath: "turn off the lamp, never mind"."""
    match = _TAKEN_BACK.search(text)
    return match is not None and len(text[: match.start()].split()) > 1


def reasons_apart(pieces: list[Clause], text: str) -> list[Clause]:
    """The pieces without those that only say why: "it's getting chilly, turn the heating up". All where none or nothing else would stay."""
    kept = []
    for i, piece in enumerate(pieces):
        joint = text[piece.end : pieces[i + 1].start] if i + 1 < len(pieces) else text[pieces[i - 1].end : piece.start]
        said_why = _STATEMENT.match(piece.text.strip()) is not None or (":" in joint and i + 1 < len(pieces))
        if not said_why or re.search(r"\w", joint.lower().replace("so", "")):
            kept.append(piece)
    return kept if kept and len(kept) < len(pieces) else pieces


def rejoin(pieces: list[Clause], text: str, first: int, last: int) -> str:
    """The text from piece `first` to piece `last` as it stood."""
    return text[pieces[first].start : pieces[last].end]


_ASKS = re.compile(r"(?:is|are|isn't|aren't|what|what's|whats|which|how|how's|who|who's|where|when|why|did|does|was|were|has|do)\b", re.I)


def asks(text: str) -> bool:
    """Whether a piece begins as a question."""
    return _ASKS.match(text.strip()) is not None
