"""Expands templates over invented homes and wraps, joins, corrects and mangles the result. Knows no model and no data set."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.reading.wordpiece import split_words
from models.training import homes, values

Tagged = list[tuple[str, str, str]]
"""Chunks: words, slot or "", and the list that the words were drawn from or ""."""

HERE = Path(__file__).parent
NONE = "none"
NAME_LISTS = (
    "light",
    "switch",
    "fan",
    "cover",
    "lock",
    "player",
    "climate",
    "sensor",
    "vacuum",
    "mower",
    "scene",
    "script",
    "button",
    "camera",
)


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
        intent = self.r.choice(
            (
                "HassTurnOn",
                "HassTurnOff",
                "HassTurnOff",
                "HassLightSet",
                "HassSetPosition",
                "HassVacuumStart",
                "HassMediaPause",
                "HassClimateSetTemperature",
            )
        )
        for _ in range(20):
            row = self.templates.rows[self.r.choice(self.by_intent[intent])]
            if len(row[0]) > 1:
                continue
            chunks = self.expand(row[1])
            text = " ".join(c[0] for c in chunks)
            if len(text.split()) <= 8 and re.match(
                r"\W*(turn|switch|open|close|lock|shut|dim|set|start|pause|stop|activate|lower|raise|put|make|vacuum)", text
            ):
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
    **dict.fromkeys(
        ["blinds", "curtains", "shutters", "awnings", "shades", "drapes", "windows", "doors", "gates", "locks"], "device_class"
    ),
    **dict.fromkeys(["all", "every", "everything", "each", "both", "everywhere"], "quantifier"),
    **dict.fromkeys(["it", "that", "them", "this", "those", "these"], "pronoun"),
    "here": "here",
    **dict.fromkeys(
        [
            "up",
            "down",
            "brighter",
            "dimmer",
            "darker",
            "lighter",
            "warmer",
            "cooler",
            "colder",
            "hotter",
            "louder",
            "quieter",
            "softer",
            "faster",
            "slower",
            "increase",
            "decrease",
            "raise",
            "lower",
            "reduce",
            "higher",
            "brighten",
            "dim",
        ],
        "direction",
    ),
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
        if slot == "name" and " ".join(ws) in AREA_SET and not intents.keys() & {"HubShowCamera", "HassTurnOn", "HubTeach"}:
            slot = "area"
        if slot == "name" and len(ws) == 1 and (ws[0] in GENERIC or ws[0] in GENERIC_DC):
            slot = "domain" if ws[0] in GENERIC else "device_class"
        for i, w in enumerate(ws):
            words.append(w)
            if slot:
                tags.append(("B-" if i == 0 else "I-") + slot)
            else:
                lex = LEXICON.get(w)
                tags.append(f"B-{lex}" if lex else "O")
    for i in range(1, len(words)):
        if tags[i] == "B-domain" and words[i] in GENERIC and tags[i - 1] in ("B-name", "I-name"):
            tags[i] = "I-name"
    for i in range(len(words) - 1):
        if words[i] in ("this", "my") and words[i + 1] == "room" and tags[i + 1] == "O":
            tags[i], tags[i + 1] = "B-here", "I-here"
        if words[i] == "in" and words[i + 1] == "here" and tags[i] == "O":
            tags[i], tags[i + 1] = "B-here", "I-here"
    return Example(words=words, tags=tags, intents=dict(intents), n=n, source=source)


AREA_SET = frozenset(homes.AREAS) | frozenset(
    f"{p}'s {x}" for p in homes.PEOPLE for x in ("room", "bedroom", "office", "bathroom", "den", "study")
)


def finish(chunks: Tagged, source: str, intents: dict[str, float], n: int = 1) -> Example:
    """Tags; wrapper words carry no slot."""
    ex = tag([(t, "zz" if slot == "\x00" else slot, name) for t, slot, name in chunks], source, intents, n)
    return replace(ex, tags=["O" if t.endswith("-zz") else t for t in ex.tags])
