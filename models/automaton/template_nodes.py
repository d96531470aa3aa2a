"""Sentence templates (hassil's syntax) and lists as pieces of an automaton. Knows no house: what a list holds is filled in by name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from functools import cache

from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError

from models.automaton.lattice import Node

_SPACES = re.compile(r"(\s+)")
_MARKS = re.compile(r"[,.!?;:¿¡\"“”()\[\]{}<>|]+(?=\s|$)|[\"“”()\[\]{}<>|!?;¿¡]")
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken(text: str) -> str:
    """A text as it is walked: lower case, hyphens as spaces, no punctuation at the end of words, one space between words."""
    text = text.lower().replace("-", " ").replace("’", "'").replace("‘", "'").replace("_", " ").replace("&", " and ")
    return " ".join(_MARKS.sub(" ", text).split())


def number_words(value: int) -> tuple[str, ...]:
    """The ways to say a whole number from 0 to 99999 in words."""
    if value < 20:
        return (_ONES[value],)
    if value < 100:
        return (_TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else ""),)
    if value < 1000:
        heads = [f"{_ONES[value // 100]} hundred"] + (["a hundred"] if value // 100 == 1 else [])
        if not value % 100:
            return tuple(heads)
        return tuple(f"{head}{link}{tail}" for head in heads for link in (" ", " and ") for tail in number_words(value % 100))
    thousands, rest = divmod(value, 1000)
    heads = [f"{word} thousand" for word in number_words(thousands)]
    said = heads if not rest else [f"{head} {tail}" for head in heads for tail in number_words(rest)[:1]]
    if value < 10000 and value % 100 == 0 and value % 1000:
        said = [*said, *(f"{word} hundred" for word in number_words(value // 100))]
    return tuple(said)


def number_node(start: int, stop: int, step: int = 1, fractions: str | None = None) -> Node:
    """Whole values in digits and in words, never mixed; `fractions` halves or tenths adds 21.5 and the ways to say it."""
    texts: dict[str, None] = {}
    for value in range(start, stop + 1, max(step, 1)):
        sign = "minus " if value < 0 else ""
        digits, words = f"{sign}{abs(value)}", [sign + word for word in number_words(abs(value))]
        texts.update(dict.fromkeys((digits, *words)))
        if value >= 1000:
            texts[f"{value:,}"] = None
        if fractions and value < stop:
            for tenth in (5,) if fractions == "halves" else range(1, 10):
                texts[f"{digits}.{tenth}"] = None
                texts.update(dict.fromkeys(f"{word} point {_ONES[tenth]}" for word in words))
            texts.update(dict.fromkeys(f"{text} {half}" for text in (digits, *words) for half in ("and a half", "1/2")))
    return values_node(((text, 0.0) for text in texts), raw=True)


def values_node(values: Iterable[tuple[str, float]], raw: bool = False) -> Node:
    """A tree of texts with their costs; equal beginnings share nodes, word by word. `raw` texts are taken as they are."""
    start = Node()
    done = Node()
    done.end = True
    known: dict[tuple[Node, str], Node] = {}
    for text, cost in values:
        node = start
        words = (text if raw else spoken(text)).split()
        for position, word in enumerate(words):
            if position > 0:
                if not node.spaces:
                    node.spaces.append(Node())
                node = node.spaces[0]
            if (node, word) not in known:
                known[(node, word)] = Node()
                node.texts.append((word, known[(node, word)], 0.0))
            node = known[(node, word)]
        if words:
            node.skips = [(done, min([cost, *(c for n, c in node.skips if n is done)]))]
    return start


def template_node(templates: Iterable[str], lists: Mapping[str, str] | None = None) -> Node:
    """A sub-automaton of templates. It calls `<rule>` and `{list}` by those names, or by what `lists` has for them.

    Raises ValueError for a broken template.
    """
    start, done = Node(), Node()
    done.end = True
    for template in templates:
        last = _grow(parsed(template), _branch(start), lists or {})
        last.skips.append((done, 0.0))
    return start


@cache
def parsed(template: str) -> Expression:
    """Raises ValueError for a broken template."""
    try:
        return parse_sentence(template).expression
    except ParseError as error:
        raise ValueError(str(error)) from error


def required_lists(expression: Expression, rules: Mapping[str, Expression], depth: int = 0) -> frozenset[str]:
    """The lists without which no sentence of the template can be said."""
    if isinstance(expression, ListReference):
        return frozenset((list_call(expression),))
    if isinstance(expression, RuleReference):
        rule = rules.get(expression.rule_name)
        return required_lists(rule, rules, depth + 1) if rule is not None and depth < 24 else frozenset()
    if isinstance(expression, Alternative):
        parts = [required_lists(item, rules, depth) for item in expression.items]
        return frozenset.intersection(*parts) if parts else frozenset()
    if isinstance(expression, Group):
        return frozenset().union(*(required_lists(item, rules, depth) for item in expression.items))
    return frozenset()


def list_call(reference: ListReference) -> str:
    """How a list is called in the automaton: by its name, or as a range."""
    inline = reference.get_inline_range()
    return f"#{inline[0]}:{inline[1]}:{inline[2]}" if inline else "{" + reference.list_name + "}"


def _branch(node: Node) -> Node:
    first = Node()
    node.skips.append((first, 0.0))
    return first


def _grow(expression: Expression, node: Node, lists: Mapping[str, str]) -> Node:
    """Adds the expression after `node` and gives the node where it ends."""
    if isinstance(expression, TextChunk):
        for part in _SPACES.split(expression.original_text or expression.text):
            after = Node()
            if not part:
                continue
            if part.isspace() or part == "-":
                node.spaces.append(after)
            else:
                words = part.lower().replace("’", "'").replace("-", " ").strip("?!,;").strip()
                if not words:
                    continue
                node.texts.append((words, after, 0.0))
            node = after
        return node
    after = Node()
    if isinstance(expression, ListReference):
        name = list_call(expression)
        node.calls.append((lists.get(name, name), after, 0.0))
    elif isinstance(expression, RuleReference):
        name = f"<{expression.rule_name}>"
        node.calls.append((lists.get(name, name), after, 0.0))
    elif isinstance(expression, Permutation):
        for order in itertools.permutations(expression.items):
            last = _branch(node)
            for item in order:
                last = _grow(item, last, lists)
            last.skips.append((after, 0.0))
    elif isinstance(expression, Alternative):
        for item in expression.items:
            _grow(item, _branch(node), lists).skips.append((after, 0.0))
    elif isinstance(expression, Group):
        for item in expression.items:
            node = _grow(item, node, lists)
        return node
    return after
