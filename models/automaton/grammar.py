"""The house as an automaton: which sentences can be said here. Knows names, rooms and templates; no audio, no meaning, no state.

Home Assistant's English sentences (home-assistant-intents), our own of language/spoken.yaml and templates.yaml, and the owner's
commands. Templates are made into automata once a process; only the lists of names differ from house to house.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from home_assistant_intents import get_intents

from devices.home import EMPTY, Home
from models.automaton.house_lists import DAYS, ON, OWN, ROOM_NAMES, STRANGER_COST, clock, list_node, named, names, wild, works
from models.automaton.lattice import Lattice, Node, State
from models.automaton.listed import sampled, vocabulary
from models.automaton.own import INDUCED_COST, chain, either_article
from models.automaton.template_nodes import number_node, parsed, required_lists, spoken, template_node, values_node

_LEADING_WILD = 6.0
"""Nats for a sentence that begins with free text: nearly anything would be one."""
_OTHERS = 6.0
"""Nats for any other sentence in a house that has no devices and commands of its own: a coffee machine, say."""
_KEPT = 6
_ACTION_INTENTS = frozenset((
    "HassTurnOn", "HassTurnOff", "HassLightSet", "HassSetPosition", "HassClimateSetTemperature", "HassFanSetSpeed", "HassVacuumStart",
    "HassVacuumReturnToBase", "HassVacuumCleanArea", "HassMediaPause", "HassMediaUnpause", "HassMediaNext", "HassSetVolume",
    "HassMediaPlayerMute", "HassMediaPlayerUnmute", "HassSetVolumeRelative", "HassLawnMowerStartMowing", "HassLawnMowerDock",
    "HassClimateSetFanMode",
))
_SHAPES = {
    "<sentences>": 0.0,
    "<please> <sentences>": 1.0,
    "<hey> [<please>] <sentences>": 3.0,
    "(i want [you] to|i'd like [you] to|i would like [you] to) <sentences>": 3.0,
    "<sentences> <thanks>": 2.0,
    "<please> <sentences> <thanks>": 3.0,
    "[<please>] <actions> (and|and then) <actions>": 3.0,
    "[<please>] <actions> (in|after) <duration>": 2.0,
    "[<please>] (in|after) <duration> <actions>": 2.0,
    "[<please>] <actions> at {clock}": 2.0,
}
"""What an utterance can be made of, with its cost in nats."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grammar:
    """What can be said in one house. Immutable but for what is worked out on the way; `start` is before the first word."""

    lattice: Lattice
    version: int = 0
    """The home's names_version."""
    templates: int = 0
    problems: tuple[str, ...] = ()
    """Own sentences that could not be read, one sentence each."""
    written: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """Words as heard (16 ounce) → as the house writes them (sixteen ounce)."""
    longest: int = 1
    room_words: frozenset[str] = frozenset()
    """Words of the names of rooms, other people's too."""
    name_words: frozenset[str] = frozenset()
    """Words of the names of the house's things."""

    @property
    def start(self) -> State:
        return self.lattice.start

    @property
    def empty(self) -> bool:
        """Whether nothing at all can be said."""
        return not self.lattice.start.letters() or not self.templates

    def written_text(self, text: str) -> str:
        """The text with variants of the house's words as the house writes them."""
        if not self.written:
            return text
        words = text.split()
        out: list[str] = []
        at = 0
        while at < len(words):
            for size in range(min(self.longest, len(words) - at), 0, -1):
                found = self.written.get(tuple(words[at : at + size]))
                if found is not None:
                    out.append(found)
                    at += size
                    break
            else:
                out.append(words[at])
                at += 1
        return " ".join(out)

    def accepts(self, text: str) -> bool:
        """Whether the text is a sentence of this house (case, hyphens and end marks don't matter)."""
        walked = self.start.walk(" " + spoken(text))
        return walked is not None and walked[0].final < float("inf")

    def next_words(self, state: State, limit: float, most: int = 200) -> set[str]:
        """Words that may follow a complete sentence at a cost of at most `limit` nats more than ending there."""
        ending = state.final
        taken = state.step(" ")
        found: set[str] = set()
        agenda = [("", taken[0], taken[1])] if taken is not None else []
        if state.gap:
            agenda.append(("", state, 0.0))
        while agenda and len(found) < most:
            word, here, cost = agenda.pop()
            if cost - ending > limit:
                continue
            if word and (" " in here.letters() or here.can_end):
                found.add(word)
            for letter in here.letters() - {" "}:
                step = here.step(letter)
                if step is not None:
                    agenda.append((word + letter, step[0], cost + step[1]))
        return found

    def sentences(self, count: int, seed: int = 0) -> list[str]:
        """Random sentences of the house, for an engine that wants a list."""
        return sampled(self.lattice, count, random.Random(seed))

    def vocabulary(self) -> frozenset[str]:
        """Every word that a sentence of the house may hold, free text aside."""
        return vocabulary(self.lattice)


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    intent: str
    start: Node
    needs: frozenset[str]
    action: bool
    cost: float
    """Nats: how much less likely than a command to a device."""


_BUILT: OrderedDict[Any, Grammar] = OrderedDict()


def build(home: Home) -> Grammar:
    """The house's grammar, remembered by what its things are called: building again for the same names costs nothing."""
    key = hash((
        home.names_version, tuple(home.entities.values()), tuple(home.areas.values()), tuple(home.floors.values()),
        tuple(home.devices.values()), repr(home.commands),
    ))
    known = _BUILT.get(key)
    if known is None:
        known = _BUILT[key] = _built(home)
        while len(_BUILT) > _KEPT:
            _BUILT.popitem(last=False)
    _BUILT.move_to_end(key)
    return known


def _built(home: Home) -> Grammar:
    templates, fixed = _fixed()
    written: dict[tuple[str, ...], str] = {("1/2",): "half"}
    subs: dict[str, Node] = dict(fixed)
    for name, domains in _name_lists().items():
        node = names(home, domains, written)
        if node is not None:
            subs[name] = node
    areas = named(((a.name, a.aliases) for a in home.areas.values()), written)
    known = {text for text, _ in areas}
    if areas:
        subs["{area own}"] = values_node(areas)
    subs["{area}"] = values_node([*areas, *((room, STRANGER_COST) for room in ROOM_NAMES if room not in known)])
    if home.floors:
        subs["{floor}"] = values_node(named(((f.name, f.aliases) for f in home.floors.values()), written))
    problems: list[str] = []
    own = _own(home, subs, written, problems)
    actions, sentences = Node(), Node()
    count = 0
    others = _OTHERS if own is not None and not home.entities else 0.0
    for template in templates:
        if all(name in subs for name in template.needs):
            count += 1
            sentences.skips.append((template.start, template.cost + others))
            if template.action:
                actions.skips.append((template.start, 0.0))
    if own is not None:
        sentences.skips.append((own, 0.0))
        actions.skips.append((own, 0.0))
        count += len(home.commands)
    subs["<sentences>"], subs["<actions>"] = sentences, actions
    root = _root()
    return Grammar(
        lattice=Lattice(root, subs), version=home.names_version, templates=count, problems=tuple(problems), written=written,
        longest=max((len(words) for words in written), default=1),
        name_words=frozenset(w for e in home.entities.values() for name in (e.name, *e.aliases) for w in spoken(name).split()),
        room_words=frozenset(word for name in (*(text for text, _ in areas), *ROOM_NAMES) for word in name.split()),
    )


@lru_cache(maxsize=1)
def _root() -> Node:
    root = Node()
    for template, cost in _SHAPES.items():
        root.skips.append((template_node([template]), cost))
    return root


@lru_cache(maxsize=1)
def _name_lists() -> dict[str, tuple[str, ...]]:
    """The lists of names that templates call, and the domains whose entities are in them (none: all)."""
    found: dict[str, tuple[str, ...]] = {"{name *}": (), "{name on}": ON, "{name own}": OWN}
    for template in _fixed()[0]:
        for name in template.needs:
            if name.startswith("{name "):
                found.setdefault(name, tuple(name[6:-1].split(",")))
    for sentence in _calls(node for node in _fixed()[1].values()):
        if sentence.startswith("{name ") and sentence not in found:
            found[sentence] = tuple(sentence[6:-1].split(","))
    return found


def _calls(nodes: Iterable[Node]) -> set[str]:
    from models.automaton.lattice import called_by

    return set().union(*(called_by(node) for node in nodes))


@lru_cache(maxsize=1)
def _fixed() -> tuple[tuple[_Template, ...], dict[str, Node]]:
    """What is the same in every house: templates as automata, rules and lists that hold no names."""
    raw: dict[str, Any] = get_intents("en") or {}
    own = _spoken()
    extra = _extra()
    rules: dict[str, str] = {**raw["expansion_rules"], **extra.get("expansion_rules", {}), **own["rules"]}
    lists: dict[str, Any] = {**raw["lists"], **extra.get("lists", {})}
    subs: dict[str, Node] = {f"<{name}>": template_node([text], {"{name}": "{name *}"}) for name, text in rules.items()}
    for name, data in lists.items():
        node = list_node(data)
        if node is not None:
            subs["{" + name + "}"] = node
    subs["{clock}"], subs["{count}"], subs["{day}"] = clock(), number_node(1, 99), values_node((day, 0.0) for day in DAYS)
    subs["{spoken_text}"] = subs["{message}"] = wild()
    subs["{when}"] = template_node(["<when>"])
    subs["{search_query}"] = subs["{query_free}"] = works()
    subs["{timer_command}"] = template_node(["<actions>"])
    trees = {name: parsed(text) for name, text in rules.items()}
    made: list[_Template] = []
    seen: set[tuple[str, str]] = set()

    def add(text: str, intent: str, domains: Sequence[str], action: bool, local: Mapping[str, str] = EMPTY) -> None:
        called = {"{name}": "{name " + (",".join(sorted(domains)) or "*") + "}", **local}
        key = (text, called["{name}"])
        if key in seen:
            return
        seen.add(key)
        needs = frozenset(called.get(name, name) for name in required_lists(parsed(text), trees))
        cost = float(own["costs"].get(intent, 2.0 if "{timer_command" in text else 0.0)) + _LEADING_WILD * _opens_wild(text)
        if text.startswith("{timer_"):
            cost += float(own["costs"]["bare"])
        made.append(_Template(text, intent, template_node([text], called), needs, action and not needs & _WILD_LISTS, cost))

    for source in (raw["intents"], extra.get("intents", {})):
        for intent, block in source.items():
            for number, data in enumerate(block["data"]):
                domains = (data.get("requires_context") or {}).get("domain") or ()
                domains = (domains,) if isinstance(domains, str) else tuple(domains)
                local: dict[str, str] = {}
                for name, text in (data.get("expansion_rules") or {}).items():
                    local[f"<{name}>"] = f"<{intent} {number} {name}>"
                    subs[local[f"<{name}>"]] = template_node([text], {"{name}": "{name *}"})
                for text in data["sentences"]:
                    add(text, intent, domains, intent in _ACTION_INTENTS and text != "[<the>] {name}", local)
    for text in own["actions"]:
        add(text, "things" if "<things>" in text else "", (), True)
    for kind in ("sentences", "talk"):
        for text in own[kind]:
            add(text, kind, (), False)
    return tuple(made), subs


@lru_cache(maxsize=1)
def _spoken() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files("models") / "language" / "spoken.yaml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def going_on() -> dict[str, frozenset[str]]:
    """Words by which to tell whether a whole sentence goes on: tails, units, nouns, before, bare (language/spoken.yaml)."""
    return {kind: frozenset(str(words).split()) for kind, words in _spoken()["going_on"].items()}


def _extra() -> dict[str, Any]:
    """language/templates.yaml: the reader's own sentences, in the shape of home-assistant-intents."""
    path = files("models") / "language" / "templates.yaml"
    if not path.is_file():
        return {}
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded if isinstance(loaded, dict) else {}


_WILD_LISTS = frozenset(
    "{" + name + "}" for name in ("message", "search_query", "zone", "timer_name", "shopping_list_item", "todo_list_item", "spoken_text",
                                "query_free", "item_free", "topic_free")
)


def _opens_wild(text: str) -> bool:
    """Whether a sentence of the template may begin with free text."""
    words = text.replace("[", " ").replace("(", " ").split()
    return any("{" + word[1:].split("}")[0].split(":")[0] + "}" in _WILD_LISTS for word in words[:1] if word.startswith("{"))


def _own(home: Home, subs: dict[str, Node], written: dict[tuple[str, ...], str], problems: list[str]) -> Node | None:
    """The owner's commands; a sentence that cannot be read is left out and told of."""
    start = Node()
    for number, command in enumerate(home.commands):
        lists: dict[str, str] = {}
        for slot, values in command.slots.items():
            lists["{" + slot + "}"] = name = f"{{own {number} {slot}}}"
            subs[name] = values_node(named(((value, ()) for value in values), written))
        for sentence in command.sentences:
            try:
                node = template_node([either_article(sentence)], lists | {"{name}": "{name *}"} if "{name}" not in lists else lists)
            except ValueError as error:
                problems.append(f"The sentence {sentence!r} of the command {command.intent} cannot be read ({error}); mend its brackets.")
                continue
            start.skips.append((node, 0.0))
        induced = chain(command.sentences, lists)
        if induced is not None:
            start.skips.append((induced, INDUCED_COST))
    return start if start.skips else None
