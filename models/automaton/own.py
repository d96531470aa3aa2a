"""The owner's own commands as automata, and what of a text they can be beyond their sentences. Knows one home's commands; no audio.

Somebody who lists many sentences shows by example: their slots may also be said in other orders that the examples suggest. Such an order
is a chain of slots, each at most once, with the words between two slots as they were seen there (cheap), or after the one and before the
other in different examples (dearer). A slot that every example has is never left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from devices.home import Home, OwnCommand
from models.automaton.lattice import Lattice, Node, State
from models.automaton.template_nodes import spoken, template_node, values_node

INDUCED_COST = 1.5
UNSEEN_COST = 1.0
"""Nats for words between two slots that no example has together."""
EXAMPLES = 12
"""Fewer plain sentences than this are no basis to learn orders from."""
_SLOT = re.compile(r"\{([^{}]+)\}")
_ARTICLE = re.compile(r"\b(?:a|an) (?=[\[(]*\{)", re.IGNORECASE)
_SYNTAX = re.compile(r"[\[\]()|<>;]")
_MOST_SLOTS = 8


def chain(sentences: Sequence[str], lists: Mapping[str, str]) -> Node | None:
    """The automaton of orders that plain example sentences suggest; None if there are too few, or too many slots to tell apart."""
    plain = [s for s in sentences if not _SYNTAX.search(s) and _SLOT.search(s)]
    slots = sorted({_name(slot) for s in plain for slot in _SLOT.findall(s)})
    if len(plain) < EXAMPLES or not 1 < len(slots) <= _MOST_SLOTS:
        return None
    seen: set[tuple[str, str, str]] = set()
    for sentence in plain:
        parts = _SLOT.split(sentence)
        names = ["", *(_name(slot) for slot in parts[1::2]), ""]
        for last, words, following in zip(names, (spoken(words) for words in parts[0::2]), names[1:], strict=False):
            seen.update((last, said, following) for said in _articles(words, following))
    after: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for last, words, following in seen:
        after.setdefault(last, set()).add(words)
        before.setdefault(following, set()).add(words)
    links = {
        (last, following): [
            (words, 0.0 if (last, words, following) in seen else UNSEEN_COST)
            for words in sorted(after.get(last, set()) & before.get(following, set()))
        ]
        for last in ["", *slots]
        for following in [*slots, ""]
        if last or following
    }
    always = frozenset.intersection(*(frozenset(_name(slot) for slot in _SLOT.findall(s)) for s in plain))
    return _chained(slots, always, links, lists)


def _chained(
    slots: Sequence[str], always: frozenset[str], links: Mapping[tuple[str, str], list[tuple[str, float]]], lists: Mapping[str, str]
) -> Node:
    start, done = Node(), Node()
    done.end = True
    places: dict[tuple[str, frozenset[str]], Node] = {}

    def place(last: str, used: frozenset[str]) -> Node:
        key = (last, used)
        if key not in places:
            node = places[key] = Node()
            for following in [*(s for s in slots if s not in used), *([""] if always <= used else [])]:
                for words, cost in links.get((last, following), ()):
                    target = done if not following else Node()
                    if following:
                        target.calls.append((lists["{" + following + "}"], place(following, used | {following}), 0.0))
                    _link(node, words, target, cost, spaced=bool(following), first=not last)
        return places[key]

    start.skips.append((place("", frozenset()), 0.0))
    return start


def _link(node: Node, words: str, target: Node, cost: float, *, spaced: bool, first: bool) -> None:
    at = Node()
    node.skips.append((at, cost))
    for text in ([] if first else [" "]) + ([words] if words else []) + ([" "] if spaced and words else []):
        after = Node()
        if text == " ":
            at.spaces.append(after)
        else:
            at.texts.append((text, after, 0.0))
        at = after
    at.skips.append((target, 0.0))


def _articles(words: str, following: str) -> tuple[str, ...]:
    """Words before a slot with "a" and with "an": which of them is right hangs on the slot's value."""
    head, _, last = words.rpartition(" ")
    if not following or last not in ("a", "an"):
        return (words,)
    return tuple(f"{head} {article}".strip() for article in ("a", "an"))


def either_article(sentence: str) -> str:
    """The owner's sentence with "a" or "an" before a slot, whichever of the two was written."""
    return _ARTICLE.sub("(a|an) ", sentence)


def _name(slot: str) -> str:
    return slot.split(":")[0]


def slots_in(home: Home, text: str) -> tuple[str, dict[str, str]] | None:
    """The own command's intent and the slots of a text that is one of its sentences, or an order of its slots that its examples suggest.

    Values come back as listed. None if the text is no own command.
    """
    said = spoken(text)
    for command, lattice in _matchers(home.commands):
        walked = lattice.start.walk(" " + said)
        if walked is not None and _complete(walked[0]):
            return command.intent, _values(command, said)
    return None


def _complete(state: State) -> bool:
    return state.final < float("inf")


def _values(command: OwnCommand, said: str) -> dict[str, str]:
    rest, found = f" {said} ", dict[str, str]()
    for value, slot in sorted(((v, s) for s, vs in command.slots.items() for v in vs), key=lambda p: -len(p[0])):
        form = f" {spoken(value)} "
        if slot not in found and form in rest:
            rest = rest.replace(form, " | ", 1)
            found[slot] = value
    return found


class _Key(tuple[OwnCommand, ...]):
    """Commands, hashed by what they say (their mappings have no hash)."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(repr(tuple(self)))


def _matchers(commands: tuple[OwnCommand, ...]) -> list[tuple[OwnCommand, Lattice]]:
    return _made(_Key(commands))


@lru_cache(maxsize=4)
def _made(commands: _Key) -> list[tuple[OwnCommand, Lattice]]:
    made: list[tuple[OwnCommand, Lattice]] = []
    for command in commands:
        lists = {"{" + slot + "}": "{" + slot + "}" for slot in command.slots}
        subs = {"{" + slot + "}": values_node((value, 0.0) for value in values) for slot, values in command.slots.items()}
        root = Node()
        for sentence in command.sentences:
            try:
                root.skips.append((template_node([either_article(sentence)], lists), 0.0))
            except ValueError:
                continue  # models.automaton.grammar tells of it
        induced = chain(command.sentences, lists)
        if induced is not None:
            root.skips.append((induced, INDUCED_COST))
        made.append((command, Lattice(root, subs)))
    return made
