"""The Jinja2 subset that bridges write, evaluated in bounded steps and bounded memory. Knows no device; touches no Python object.

Jinja2 only parses. The tree is walked by this module, so there is nothing to break out of: values are numbers, strings, lists and
maps, attributes are map keys, and every step and every character counts against a budget.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import jinja2
from jinja2 import nodes

from devices.template_words import (
    FILTERS,
    GLOBALS,
    MAX_SIZE,
    TESTS,
    TemplateFailed,
    TemplateRefused,
    Undefined,
    replaced,
    text_of,
    truth_of,
)

__all__ = ["Template", "TemplateFailed", "TemplateRefused", "compiled", "value_of"]

MAX_SOURCE = 8_000
MAX_STEPS = 20_000
_ENVIRONMENT = jinja2.Environment(autoescape=False, cache_size=0)  # only its parser is used
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "gt": lambda a, b: a > b, "gteq": lambda a, b: a >= b,
    "lt": lambda a, b: a < b, "lteq": lambda a, b: a <= b, "in": lambda a, b: a in b, "notin": lambda a, b: a not in b,
}
_BINARY: dict[type[nodes.BinExpr], Callable[[Any, Any], Any]] = {
    nodes.Add: lambda a, b: a + b, nodes.Sub: lambda a, b: a - b, nodes.Mul: lambda a, b: a * b, nodes.Div: lambda a, b: a / b,
    nodes.FloorDiv: lambda a, b: a // b, nodes.Mod: lambda a, b: a % b,
}
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "replace", "split", "startswith", "endswith", "title", "capitalize",
        "find"}),
    dict: frozenset({"get", "items", "keys", "values"}), list: frozenset({"index", "count"}), tuple: frozenset({"index", "count"}),
}


_KNOWN: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Neg, nodes.Pos, nodes.List,
    nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Assign, nodes.If, nodes.For, nodes.Call, nodes.Slice, *_BINARY,
)


class Template:
    """A parsed template. `render(value="…", value_json=…)` gives its text; raises TemplateFailed, never anything else."""

    __slots__ = ("_tree", "source")

    def __init__(self, source: str) -> None:
        if len(source) > MAX_SOURCE:
            raise TemplateRefused(f"the template has {len(source)} characters; {MAX_SOURCE} are read")
        self.source = source
        try:
            self._tree = _ENVIRONMENT.parse(source)
        except (jinja2.TemplateSyntaxError, RecursionError) as error:
            raise TemplateRefused(f"the template can't be parsed ({error})") from error
        for node in self._tree.find_all(nodes.Node):
            if not isinstance(node, _KNOWN):
                raise TemplateRefused(f"templates with {type(node).__name__.lower()} are not evaluated here")
            if isinstance(node, nodes.Filter) and (node.node is None or node.name not in FILTERS):
                raise TemplateRefused(f"there is no filter {node.name!r} here")
            if isinstance(node, nodes.Test) and node.name not in (*TESTS, "defined", "undefined"):
                raise TemplateRefused(f"there is no test {node.name!r} here")
            if isinstance(node, nodes.Call):
                name = node.node.name if isinstance(node.node, nodes.Name) else None
                methods = isinstance(node.node, nodes.Getattr) and any(node.node.attr in names for names in _METHODS.values())
                if name not in GLOBALS and not methods:
                    raise TemplateRefused(f"there is no function {name or getattr(node.node, 'attr', '?')!r} here")

    def render(self, **names: Any) -> str:
        run = _Run(names)
        try:
            run.block(self._tree.body)
        except TemplateFailed:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError) as error:
            raise TemplateFailed(f"{type(error).__name__}: {error}") from error
        return "".join(run.out).strip()


@functools.lru_cache(maxsize=4096)
def compiled(source: str) -> Template:
    """A template from its text; the same text is parsed once. Raises TemplateRefused."""
    return Template(source)


def value_of(source: str | None, payload: str, **names: Any) -> str:
    """What a value_template makes of a payload; the payload itself without one. Raises TemplateFailed or TemplateRefused."""
    if source is None:
        return payload
    names["value"] = payload
    if "value_json" in source:
        try:
            names["value_json"] = json.loads(payload)
        except (ValueError, RecursionError):
            names["value_json"] = Undefined("value_json")
    return compiled(source).render(**names)


class _Run:
    """One rendering: its variables, its output, and what is left of its budget."""

    __slots__ = ("left", "names", "out", "size")

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = dict(names)
        self.out: list[str] = []
        self.size = 0
        self.left = MAX_STEPS

    def block(self, body: list[nodes.Node]) -> None:
        for node in body:
            self.step()
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    text = part.data if isinstance(part, nodes.TemplateData) else text_of(self.value(part))
                    self.size += len(text)
                    if self.size > MAX_SIZE:
                        raise TemplateFailed("the result grows too long")
                    self.out.append(text)
            elif isinstance(node, nodes.If):
                self.branch(node)
            elif isinstance(node, nodes.For):
                self.loop(node)
            elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
                self.names[node.target.name] = self.value(node.node)
            else:
                raise TemplateFailed(f"{type(node).__name__.lower()} is not evaluated here")

    def branch(self, node: nodes.If) -> None:
        if truth_of(self.value(node.test)):
            return self.block(node.body)
        for other in node.elif_:
            if truth_of(self.value(other.test)):
                return self.block(other.body)
        return self.block(node.else_)

    def loop(self, node: nodes.For) -> None:
        outer, targets = dict(self.names), node.target
        items = self.value(node.iter)
        count = 0
        for item in list(items):
            self.step()
            if isinstance(targets, nodes.Name):
                self.names[targets.name] = item
            elif isinstance(targets, nodes.Tuple):
                self.names.update(zip((part.name for part in targets.items if isinstance(part, nodes.Name)), item, strict=True))
            if node.test is None or truth_of(self.value(node.test)):
                count += 1
                self.block(node.body)
        if not count:
            self.block(node.else_)
        self.names = outer

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TemplateFailed("the template loops or is too long")

    def value(self, node: nodes.Node) -> Any:
        self.step()
        value = self.expression(node)
        if isinstance(value, (str, list, tuple, dict)) and len(value) > MAX_SIZE:
            raise TemplateFailed("a value grows too long")
        if isinstance(value, int) and value.bit_length() > 1024:
            raise TemplateFailed("a number grows too long")
        return value

    def expression(self, node: nodes.Node) -> Any:
        match node:
            case nodes.Const():
                return node.value
            case nodes.TemplateData():
                return node.data
            case nodes.Name():
                return self.names[node.name] if node.name in self.names else Undefined(node.name)
            case nodes.Getattr():
                return self.item(self.value(node.node), node.attr)
            case nodes.Getitem():
                owner = self.value(node.node)
                if isinstance(node.arg, nodes.Slice):
                    start, stop, step = (self.value(part) if part is not None else None for part in (node.arg.start, node.arg.stop,
                        node.arg.step))
                    return owner[start:stop:step]
                return self.item(owner, self.value(node.arg))
            case nodes.Filter():
                given = self.value(node.node) if node.node is not None else Undefined("")
                args, pairs = self.arguments(node)
                if isinstance(given, Undefined) and node.name in ("is_defined", "abs", "length", "count", "min", "max", "sum", "first",
                    "last"):
                    raise TemplateFailed(f"{given.name} is undefined")
                return FILTERS[node.name](given, *args, **pairs)
            case nodes.Test():
                given = self.value(node.node)
                if node.name in ("defined", "undefined"):
                    return isinstance(given, Undefined) == (node.name == "undefined")
                return TESTS[node.name](given, *self.arguments(node)[0])
            case nodes.Compare():
                left = self.value(node.expr)
                for operand in node.ops:
                    right = self.value(operand.expr)
                    if not _COMPARE[operand.op](None if isinstance(left, Undefined) else left, None if isinstance(right,
                        Undefined) else right):
                        return False
                    left = right
                return True
            case nodes.And():
                left = self.value(node.left)
                return self.value(node.right) if truth_of(left) else left
            case nodes.Or():
                left = self.value(node.left)
                return left if truth_of(left) else self.value(node.right)
            case nodes.Not():
                return not truth_of(self.value(node.node))
            case nodes.CondExpr():
                if truth_of(self.value(node.test)):
                    return self.value(node.expr1)
                return self.value(node.expr2) if node.expr2 is not None else Undefined("")
            case nodes.Concat():
                return "".join(text_of(self.value(part)) for part in node.nodes)
            case nodes.Neg():
                return -self.value(node.node)
            case nodes.Pos():
                return +self.value(node.node)
            case nodes.List() | nodes.Tuple():
                return [self.value(item) for item in node.items]
            case nodes.Dict():
                return {self.value(pair.key): self.value(pair.value) for pair in node.items}
            case nodes.Call():
                return self.call(node)
            case nodes.BinExpr():
                return self.binary(node)
        raise TemplateFailed(f"{type(node).__name__.lower()} is not evaluated here")

    def binary(self, node: nodes.BinExpr) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            raise TemplateFailed("something undefined is reckoned with")
        if isinstance(node, nodes.Mul) and not all(isinstance(side, (int, float)) for side in (left, right)):
            raise TemplateFailed("only numbers are multiplied here")
        if isinstance(node, nodes.Mod) and isinstance(left, str):
            raise TemplateFailed("% formats no strings here")
        return _BINARY[type(node)](left, right)

    def item(self, owner: Any, key: Any) -> Any:
        if isinstance(owner, Undefined):
            raise TemplateFailed(f"{owner.name} is undefined")
        if isinstance(owner, dict):
            return owner[key] if key in owner else Undefined(str(key))
        if isinstance(owner, (list, tuple, str)) and isinstance(key, int):
            return owner[key] if -len(owner) <= key < len(owner) else Undefined(str(key))
        return Undefined(str(key))

    def arguments(self, node: Any) -> tuple[list[Any], dict[str, Any]]:
        if getattr(node, "dyn_args", None) is not None or getattr(node, "dyn_kwargs", None) is not None:
            raise TemplateFailed("* and ** are not evaluated here")
        return [self.value(arg) for arg in node.args], {pair.key: self.value(pair.value) for pair in node.kwargs}

    def call(self, node: nodes.Call) -> Any:
        args, pairs = self.arguments(node)
        if isinstance(node.node, nodes.Name):
            return GLOBALS[node.node.name](*args, **pairs)
        if isinstance(node.node, nodes.Getattr):
            owner, name = self.value(node.node.node), node.node.attr
            if name not in _METHODS.get(type(owner), ()):
                raise TemplateFailed(f"{type(owner).__name__} has no {name}()")
            if name == "replace":
                return replaced(owner, *args[:2])
            result = getattr(owner, name)(*args, **pairs)
            return list(result) if name in ("items", "keys", "values") else result
        raise TemplateFailed("only known functions are called here")
