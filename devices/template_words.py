"""The filters, tests and functions that a bridge's template may use, each with bounded results. Knows no template syntax."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

MAX_SIZE = 100_000
"""Characters of a string, items of a list, made while rendering."""


class TemplateRefused(ValueError):
    """The template uses what this subset leaves out; the message says what."""


class TemplateFailed(ValueError):
    """The template did not give a value for this input; the message says why."""


class Undefined:
    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


def _int(value: Any, default: Any = 0, base: int = 10) -> Any:
    try:
        return int(value, base) if isinstance(value, str) and base != 10 else int(float(value)) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def _float(value: Any, default: Any = 0.0) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return number if math.isfinite(number) else default


def _round(value: Any, precision: int = 0, method: str = "common", default: Any = None) -> Any:
    number = _float(value, None)
    if number is None:
        if default is not None:
            return default
        raise TemplateFailed(f"{value!r} can't be rounded")
    precision = max(-15, min(15, int(precision)))
    if method in ("ceil", "floor"):
        factor = 10.0**precision
        number = (math.ceil if method == "ceil" else math.floor)(number * factor) / factor
    else:
        number = round(number, precision)
    return int(number) if precision <= 0 else number


def _default(value: Any, other: Any = "", boolean: bool = False) -> Any:
    return other if isinstance(value, Undefined) or (boolean and not value) else value


def _iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = None) -> Any:
    return (if_none if if_none is not None else if_false) if value is None else if_true if truth_of(value) else if_false


def _bool(value: Any, default: Any = False) -> Any:
    if isinstance(value, (bool, int, float)):
        return bool(value)
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on", "enable"):
        return True
    return False if text in ("0", "false", "no", "off", "disable") else default


def replaced(value: Any, old: Any, new: Any) -> str:
    text, old, new = text_of(value), str(old) or "\0", str(new)
    if len(text) + text.count(old) * len(new) > MAX_SIZE:
        raise TemplateFailed("a value grows too long")
    return text.replace(old, new)


def _join(value: Any, by: Any = "") -> str:
    parts, glue = [text_of(item) for item in value], str(by)
    if sum(map(len, parts)) + len(glue) * len(parts) > MAX_SIZE:
        raise TemplateFailed("a value grows too long")
    return glue.join(parts)


def text_of(value: Any) -> str:
    if isinstance(value, Undefined):
        return ""
    text = str(value)
    if len(text) > MAX_SIZE:
        raise TemplateFailed("the result grows too long")
    return text


def truth_of(value: Any) -> bool:
    return not isinstance(value, Undefined) and bool(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "int": _int, "float": _float, "round": _round, "default": _default, "d": _default, "iif": _iif, "bool": _bool, "abs": abs,
    "lower": lambda v: text_of(v).lower(), "upper": lambda v: text_of(v).upper(), "title": lambda v: text_of(v).title(),
    "capitalize": lambda v: text_of(v).capitalize(), "trim": lambda v: text_of(v).strip(), "string": text_of, "length": len, "count": len,
    "replace": replaced, "first": lambda v: v[0] if v else "",
    "last": lambda v: v[-1] if v else "", "join": _join, "list": list, "min": min,
    "max": max, "sum": sum, "sort": sorted, "reverse": lambda v: v[::-1], "unique": lambda v: list(dict.fromkeys(v)),
    "tojson": lambda v: json.dumps(v), "to_json": lambda v: json.dumps(v), "from_json": lambda v: json.loads(text_of(v)),
    "multiply": lambda v, by: _float(v) * by, "add": lambda v, by: _float(v) + by, "is_defined": lambda v: v, "safe": lambda v: v,
    "e": lambda v: v, "bitwise_and": lambda v, by: int(v) & int(by), "bitwise_or": lambda v, by: int(v) | int(by),
    "split": lambda v, by=None: text_of(v).split(by), "log": lambda v, base=math.e: math.log(_float(v), base),
    "sqrt": lambda v: math.sqrt(_float(v)),
}
TESTS: dict[str, Callable[..., bool]] = {
    "none": lambda v: v is None, "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "mapping": lambda v: isinstance(v, dict), "sequence": lambda v: isinstance(v, (str, list, tuple, dict)),
    "iterable": lambda v: isinstance(v, (str, list, tuple, dict)), "even": lambda v: v % 2 == 0, "odd": lambda v: v % 2 == 1,
    "divisibleby": lambda v, by: v % by == 0, "true": lambda v: v is True, "false": lambda v: v is False,
    "boolean": lambda v: isinstance(v, bool), "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "float": lambda v: isinstance(v, float), "in": lambda v, other: v in other, "eq": lambda v, o: v == o, "equalto": lambda v, o: v == o,
    "==": lambda v, o: v == o, "ne": lambda v, o: v != o, "!=": lambda v, o: v != o, "gt": lambda v, o: v > o, ">": lambda v, o: v > o,
    "ge": lambda v, o: v >= o, ">=": lambda v, o: v >= o, "lt": lambda v, o: v < o, "<": lambda v, o: v < o, "le": lambda v, o: v <= o,
    "<=": lambda v, o: v <= o,
}
GLOBALS: dict[str, Callable[..., Any]] = {
    "int": _int, "float": _float, "bool": _bool, "iif": _iif, "min": min, "max": max, "range": lambda *args: _range(*args),
    "is_number": lambda v: _float(v, None) is not None, "dict": lambda **pairs: dict(pairs),
}


def _range(*args: Any) -> list[int]:
    numbers = range(*(int(arg) for arg in args))
    if len(numbers) > 1000:
        raise TemplateFailed("range() is too long")
    return list(numbers)
