"""Several commands in one breath, exceptions, corrections inside a sentence. Knows connecting words; no house."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.reading.polite import ANY_WORDS

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
_ALL_BUT = re.compile(
    r"(?<=\w)\s+(?:but|bar|save|minus|without)\s+(?=(?:the|my|our|in|on|not|for|here|this)\b)"
    r"(?!.*\b(?:turn|switch|open|close|set|dim|start|play|lock|make)\b)",
    re.I,
)
_ALL_EXCEPT = re.compile(
    r"^(?:turn |switch |put )?(?P<what>all|everything|every \w+|all (?:the |of the )?\w+) (?:but|except(?: for)?|apart from) "
    r"(?P<kept>.+?) (?P<way>on|off)(?P<where>\s.*)?$",
    re.I,
)
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


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence that may be a command, and where it stood."""

    text: str
    start: int
    end: int


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
    """The pieces of commands said without a word between them: "turn off the telly lock the front door". One where there is one."""
    words = list(re.finditer(r"[\w']+", text))
    cuts = [0]
    last = 0
    for i, word in enumerate(words):
        why = i >= 2 and _SAYS_WHY.fullmatch(word.group()) and not _NO_BREAK_WHY.fullmatch(words[i - 1].group())
        if why and not ANY_WORDS.match(text):
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

_ASKS = re.compile(r"(?:is|are|isn't|aren't|what|what's|whats|which|how|how's|who|who's|where|when|why|did|does|was|were|has|do)\b", re.I)


def asks(text: str) -> bool:
    """Whether a piece begins as a question."""
    return _ASKS.match(text.strip()) is not None
