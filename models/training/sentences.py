"""Expands templates over invented homes and wraps, joins, corrects and mangles the result. Knows no model and no data set."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.training import homes, values
from models.wordpiece import split_words

Tagged = list[tuple[str, str, str]]
"""Chunks: words, slot or "", and the list that the words were drawn from or ""."""

HERE = Path(__file__).parent
NONE = "none"
NAME_LISTS = ("light", "switch", "fan", "cover", "lock", "player", "climate", "sensor", "vacuum", "mower", "scene", "script", "button", "camera")


@dataclass(slots=True)
class Example:
    words: list[str]
    tags: list[str]
    """A slot a word with B- or I-, or O; empty if the slots are unknown."""
    intents: dict[str, float]
    n: int = 1
    source: str = ""


_TOKEN = re.compile(r"[()\[\]|{}]|@[a-z0-9]+|[^()\[\]|{}@]+")


def parse(text: str) -> Any:
    """A template as nested tuples: ("seq", …), ("alt", …), ("slot", node, name), ("list", name), ("text", words)."""
    tokens = _TOKEN.findall(text)
    pos = 0

    def seq(stop: str) -> Any:
        nonlocal pos
        alternatives: list[list[Any]] = [[]]
        while pos < len(tokens) and tokens[pos] not in stop:
            token = tokens[pos]
            pos += 1
            if token == "|":
                alternatives.append([])
            elif token == "(":
                alternatives[-1].append(seq(")"))
                pos += 1
            elif token == "[":
                alternatives[-1].append(("opt", seq("]")))
                pos += 1
            elif token == "{":
                inner = seq("}")
                pos += 1
                alternatives[-1].append(inner)
            elif token.startswith("@"):
                alternatives[-1].append(("list", token[1:]))
            else:
                alternatives[-1].append(("text", token))
        nodes = [("seq", items) for items in alternatives]
        return nodes[0] if len(nodes) == 1 else ("alt", nodes)

    # {words:slot} is written to a marked group first, so that the brackets inside keep their meaning
    text = re.sub(r"\{([^{}]*):([a-z_]+)\}", lambda m: f"{{({m[1]})\x00{m[2]}\x01}}", text)
    tokens = [t for raw in _TOKEN.findall(text) for t in re.split(r"(\x00[a-z_]+\x01)", raw) if t]
    return seq("")


class Templates:
    """All templates of the folder: intent distribution and tree, with the file and line for the template split."""

    def __init__(self, folder: Path = HERE / "templates") -> None:
        self.rows: list[tuple[dict[str, float], Any, str]] = []
        for path in sorted(folder.glob("*.txt")):
            intents: dict[str, float] = {}
            for number, line in enumerate(path.read_text().splitlines(), 1):
                line = line.strip()
                if not line or line.startswith("%"):
                    continue
                if line.startswith("#"):
                    parts = line[1:].split()
                    intents = {p.split("=")[0]: float(p.split("=")[1]) if "=" in p else 1.0 for p in parts}
                    continue
                self.rows.append((intents, parse(line), f"{path.stem}:{number}"))


class Sampler:
    """Draws sentences: one random generator, one home at a time."""

    def __init__(self, seed: int, templates: Templates, held: bool = False) -> None:
        self.held = held
        self.r = random.Random(seed)
        self.templates = templates
        self.home = homes.invent(self.r, self.held)
        self.drawn = 0
        self.by_intent: dict[str, list[int]] = {}
        for i, (intents, _, _) in enumerate(templates.rows):
            for intent in intents:
                self.by_intent.setdefault(intent, []).append(i)

    def value(self, name: str) -> tuple[str, str]:
        r, home = self.r, self.home
        if name in values.PLAIN:
            slot, draw = values.PLAIN[name]
            return draw(r), slot
        if name == "area":
            return r.choice(home.areas), "area"
        if name == "floor":
            return r.choice(home.floors), "floor"
        if name == "person":
            return r.choice(home.people), "name"
        if name == "weird":
            return (r.choice(homes.WEIRD) if r.random() < 0.5 else homes.weird_word(r)), "name"
        if name == "device":
            return r.choice(home.names[r.choice(("light", "light", "switch", "switch", "fan", "player", "climate"))]), "name"
        if name == "anything":
            return r.choice(home.names[r.choice(("light", "switch", "sensor", "cover", "lock", "player", "climate"))]), "name"
        return r.choice(home.names[name]), "name"

    def expand(self, node: Any) -> Tagged:
        r = self.r
        kind = node[0]
        if kind == "text":
            return [(node[1], "", "")]
        if kind == "list":
            if node[1] in ("cmd", "cmd2"):
                text = " ".join(c[0] for c in self.plain_command())
                return [(text, "conversation_command", "")]
            text, slot = self.value(node[1])
            return [(text, slot, node[1])]
        if kind == "opt":
            return self.expand(node[1]) if r.random() < 0.45 else []
        if kind == "alt":
            return self.expand(r.choice(node[1]))
        out: Tagged = []
        for item in node[1]:
            if item[0] == "text" and item[1].startswith("\x00"):
                slot = item[1][1:-1]
                inner = out.pop() if out else ("", "", "")
                out.append((inner[0], slot, inner[2]))
            else:
                part = self.expand(item)
                # a marked group must stay one chunk
                if len(part) > 1 and item[0] in ("alt", "seq"):
                    marked = self._next_is_mark(node[1], item)
                    if marked:
                        part = [(" ".join(p[0] for p in part), "", "")]
                out.extend(part if part or not self._next_is_mark(node[1], item) else [("", "", "")])
        return out

    @staticmethod
    def _next_is_mark(items: list[Any], item: Any) -> bool:
        i = next(k for k, other in enumerate(items) if other is item)
        return i + 1 < len(items) and items[i + 1][0] == "text" and items[i + 1][1].startswith("\x00")

    def plain_command(self) -> Tagged:
        """A short command of one device, for "in ten minutes …"."""
        intent = self.r.choice(("HassTurnOn", "HassTurnOff", "HassTurnOff", "HassLightSet", "HassSetPosition", "HassVacuumStart", "HassMediaPause", "HassClimateSetTemperature"))
        for _ in range(20):
            row = self.templates.rows[self.r.choice(self.by_intent[intent])]
            if len(row[0]) > 1:
                continue
            chunks = self.expand(row[1])
            text = " ".join(c[0] for c in chunks)
            if len(text.split()) <= 8 and re.match(r"\W*(turn|switch|open|close|lock|shut|dim|set|start|pause|stop|activate|lower|raise|put|make|vacuum)", text):
                return chunks
        return [("turn off the lights", "", "")]

    def chunks(self, row: int) -> tuple[Tagged, dict[str, float]]:
        self.drawn += 1
        if self.drawn % 40 == 0:
            self.home = homes.invent(self.r, self.held)
        intents, tree, _ = self.templates.rows[row]
        return self.expand(tree), intents


LEXICON: dict[str, str] = {
    **dict.fromkeys(["light", "lights", "lighting", "lamp", "lamps", "fan", "fans", "switches"], "domain"),
    **dict.fromkeys(["blinds", "curtains", "shutters", "awnings", "shades", "drapes", "windows", "doors", "gates", "locks"], "device_class"),
    **dict.fromkeys(["all", "every", "everything", "each", "both", "everywhere"], "quantifier"),
    **dict.fromkeys(["it", "that", "them", "this", "those", "these"], "pronoun"),
    "here": "here",
    **dict.fromkeys(["up", "down", "brighter", "dimmer", "darker", "lighter", "warmer", "cooler", "colder", "hotter", "louder", "quieter", "softer", "faster", "slower", "increase", "decrease", "raise", "lower", "reduce", "higher", "brighten", "dim"], "direction"),
}
GENERIC = frozenset(["light", "lights", "lighting", "lamp", "lamps", "fan", "fans"])
GENERIC_DC = frozenset(["blind", "blinds", "curtain", "curtains", "shutter", "shutters", "shade", "shades", "awning", "window", "windows"])


def tag(chunks: Tagged, source: str, intents: dict[str, float], n: int = 1) -> Example:
    """Chunks to words with B-/I- tags. "kitchen light" is an area and a kind of device; longer names stay names."""
    words: list[str] = []
    tags: list[str] = []
    for text, slot, _ in chunks:
        ws = split_words(text)
        if slot == "name" and len(ws) >= 2 and (ws[-1] in GENERIC or ws[-1] in GENERIC_DC) and " ".join(ws[:-1]) in AREA_SET:
            words += ws
            tags += ["B-area"] + ["I-area"] * (len(ws) - 2) + ["B-domain" if ws[-1] in GENERIC else "B-device_class"]
            continue
        if slot == "name" and len(ws) == 1 and (ws[0] in GENERIC or ws[0] in GENERIC_DC):
            slot = "domain" if ws[0] in GENERIC else "device_class"
        for i, w in enumerate(ws):
            words.append(w)
            if slot:
                tags.append(("B-" if i == 0 else "I-") + slot)
            else:
                lex = LEXICON.get(w)
                tags.append(f"B-{lex}" if lex else "O")
    for i in range(len(words) - 1):
        if words[i] in ("this", "my") and words[i + 1] == "room" and tags[i + 1] == "O":
            tags[i], tags[i + 1] = "B-here", "I-here"
        if words[i] == "in" and words[i + 1] == "here" and tags[i + 1] != "B-here":
            tags[i + 1] = "B-here"
    return Example(words=words, tags=tags, intents=dict(intents), n=n, source=source)


AREA_SET = frozenset(homes.AREAS) | frozenset(f"{p}'s {x}" for p in homes.PEOPLE for x in ("room", "bedroom", "office", "bathroom", "den", "study"))

BEFORE = """please|can you|could you|would you|will you|can you please|could you please|would you please|i want you to|i'd like you to|i need you to|hey|ok|okay|hey there|
hey jarvis|alexa|ok google|computer|hey hub|jarvis|olly|siri|hey siri|google|hey computer|um|uh|so|well|now|right|alright|just|and|then|oh|hi|hello|hey can you|
hub|excuse me|if you could|would you mind to|be so kind and|do me a favor and|i was wondering if you could|quickly|can we|let's|go ahead and|you know what|
yo|hey buddy|dear|kindly|i would like you to|is it possible to|if you don't mind|for me|could you maybe|may you|pls|actually|oh yeah|one more thing""".replace("\n", "").split("|")
AFTER = """please|thanks|thank you|now|for me|right now|right away|would you|will you|if you can|okay|ok|quickly|immediately|asap|for a while|dear|buddy|please and thank you|
if you don't mind|real quick|at once|again|alexa|jarvis|olly|hub|could you|can you|you know|or something|and thanks|when you can|today|right|man|please thanks|if possible""".replace("\n", "").split("|")
FILLERS = ["um", "uh", "er", "like", "erm", "hmm", "uhm", "well"]
JOIN = ["and", "and", "and", "and", "then", "and then", "and also", "also", "plus", "after that", "as well as", "and please", "and can you", "and after that", "followed by", "while you're at it", "", "and could you", "but also"]
EXCEPT = ["except", "except for", "but not", "apart from", "other than", "excluding", "all but", "with the exception of", "besides", "but leave"]
EDIT = ["no", "no wait", "wait no", "sorry", "i mean", "no i mean", "actually", "no sorry", "rather", "or rather", "make that", "oops", "scratch that", "no no", "uh no", "i meant", "hang on", "correction", "wait", "no make that", "er no", "not that"]
COMMANDS = ["HassTurnOn", "HassTurnOff", "HassLightSet", "HassSetPosition", "HassClimateSetTemperature", "HassMediaSearchAndPlay", "HassStartTimer", "HubSetAlarm", "HubSetReminder", "HassVacuumStart", "HassMediaPause", "HassSetVolume", "HassSetVolumeRelative", "HassShoppingListAddItem", "HassListAddItem", "HassFanSetSpeed", "HassGetState", "HassClimateGetTemperature", "HassGetWeather", "HassGetCurrentTime", "HassCancelTimer", "HubCancelAlarm", "HassBroadcast", "HassVacuumReturnToBase", "HassMediaNext", "HassMediaPlayerMute", "HubShowCamera", "HassLawnMowerStartMowing", "HassVacuumCleanArea"]


def wrap(r: random.Random, chunks: Tagged) -> Tagged:
    """Politeness, wake words and fillers around and in between."""
    out = list(chunks)
    if r.random() < 0.32:
        out = [(r.choice(BEFORE), "\x00", ""), *out]
        if r.random() < 0.15:
            out = [(r.choice(BEFORE), "\x00", ""), *out]
    if r.random() < 0.16:
        out = [*out, (r.choice(AFTER), "\x00", "")]
    if r.random() < 0.07:
        at = r.randint(0, len(out))
        out = [*out[:at], (r.choice(FILLERS), "\x00", ""), *out[at:]]
    return out


def coordinate(r: random.Random, s: Sampler, chunks: Tagged) -> tuple[Tagged, int]:
    """"the kitchen light" → "the kitchen light, the fan and the lamp"."""
    at = [i for i, c in enumerate(chunks) if c[2] in ("light", "device", "switch", "area", "cover", "lock", "item", "player", "fan", "todoitem", "floor", "dc")]
    if not at:
        return chunks, 1
    i = r.choice(at)
    extra = 1 if r.random() < 0.72 else (2 if r.random() < 0.7 else 3)
    the = r.choice(("the ", "the ", "")) if chunks[i][2] not in ("item", "todoitem") else ""
    new: Tagged = [chunks[i]]
    for k in range(extra):
        text, slot = s.value(chunks[i][2])
        new.append((r.choice(("and", "and", "and also", "plus", "as well as")) if k == extra - 1 else r.choice(("", "and")), "conj", ""))
        if the:
            new.append((the, "", ""))
        new.append((text, slot, chunks[i][2]))
    return [*chunks[:i], *new, *chunks[i + 1:]], min(4, 1 + extra)


def exception(r: random.Random, s: Sampler, chunks: Tagged) -> Tagged:
    """"… except the hall"."""
    kind = r.choice(("light", "device", "area", "area"))
    text, slot = s.value(kind)
    lead = r.choice(("the ", "", "in the ", "the one in the ")) if kind == "area" else r.choice(("the ", "the ", ""))
    return [*chunks, (r.choice(EXCEPT), "except", ""), (lead, "", ""), (text, slot, kind)]


def repair(r: random.Random, s: Sampler, chunks: Tagged) -> Tagged:
    """"turn on no off the lamp": what is taken back, and the words that take it back, are one repair span."""
    for i, (text, slot, _) in enumerate(chunks):
        m = re.search(r"\b(on|off)\b", text) if not slot else None
        if m and r.random() < 0.6:
            other = "off" if m[1] == "on" else "on"
            return [*chunks[:i], (text[:m.start()], "", ""), (f"{other} {r.choice(EDIT)}", "repair", ""), (text[m.start():], "", ""), *chunks[i + 1:]]
    at = [i for i, c in enumerate(chunks) if c[2] and c[1]]
    if at and r.random() < 0.75:
        i = r.choice(at)
        wrong, _ = s.value(chunks[i][2]) if chunks[i][2] not in ("cmd", "cmd2") else ("", "")
        if wrong and wrong != chunks[i][0]:
            return [*chunks[:i], (f"{wrong} {r.choice(EDIT)} {r.choice(('', 'the', '', ''))}", "repair", ""), *chunks[i:]]
    first = split_words(" ".join(c[0] for c in s.plain_command()))[: r.randint(2, 5)]
    return [(" ".join(first) + " " + r.choice(EDIT), "repair", ""), *chunks]


def finish(chunks: Tagged, source: str, intents: dict[str, float], n: int = 1) -> Example:
    """Tags; wrapper words carry no slot."""
    ex = tag([(t, "zz" if slot == "\x00" else slot, name) for t, slot, name in chunks], source, intents, n)
    return replace(ex, tags=["O" if t.endswith("-zz") else t for t in ex.tags])


def draw(s: Sampler, rows: list[int]) -> Example:
    """One training sentence from these template rows."""
    r = s.r
    chunks, intents = s.chunks(r.choice(rows))
    intent = max(intents, key=lambda k: intents[k])
    n = 1
    k = r.random()
    if intent in COMMANDS and len(intents) == 1:
        if k < 0.07:
            chunks, n = coordinate(r, s, chunks)
        elif k < 0.10 and any(c[1] in ("domain", "device_class") or "everything" in c[0] for c in chunks):
            chunks = exception(r, s, chunks)
        elif k < 0.14:
            chunks = repair(r, s, chunks)
    chunks = wrap(r, chunks)
    return finish(chunks, "template", intents, n)


def compound(s: Sampler, rows_of: dict[str, list[int]]) -> Example:
    """Two to four commands in one breath; the intents share the probability."""
    r = s.r
    count = r.choice((2, 2, 2, 2, 3, 3, 4))
    chunks: Tagged = []
    share: dict[str, float] = {}
    total = 0
    for i in range(count):
        intent = r.choice(COMMANDS)
        rows = [x for x in rows_of.get(intent, []) if len(s.templates.rows[x][0]) == 1]
        if not rows:
            continue
        part, _ = s.chunks(r.choice(rows))
        if i and r.random() < 0.06:
            part, more = coordinate(r, s, part)
            total += more - 1
        if total:
            chunks.append((r.choice(JOIN), "conj", ""))
        chunks += part
        share[intent] = share.get(intent, 0.0) + 1.0
        total += 1
    weight = sum(share.values())
    return finish(wrap(r, chunks), "compound", {k: v / weight for k, v in share.items()}, min(4, max(1, total)))
