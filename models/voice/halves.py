"""Cuts an ONNX file in two where one convolution begins. Knows protobuf's wire format and ONNX's field numbers; not what the model does.

Everything that depends on that convolution is the second half, everything else the first; the tensor that the convolution takes is
what the first half gives and the second wants. No bit of a weight changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_GRAPH = 7
_NODE, _WEIGHT, _INPUT, _OUTPUT, _VALUE = 1, 5, 11, 12, 13
_TAKES, _GIVES, _OPERATION = 1, 2, 4
_WEIGHT_NAME, _VALUE_NAME = 8, 1
_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """Two models in one another's stead."""

    first: bytes
    second: bytes
    between: str
    """The tensor that the first gives and the second takes: float, three dimensions."""


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    whole: memoryview
    """With its tag, as it stands in the file."""
    content: memoryview


def halves(model: bytes | memoryview, weight: str) -> Halves | None:
    """The model before and from the convolution with the weights of this name; None if it cannot be cut there. ValueError if it is no
    protobuf."""
    try:
        return _halves(memoryview(model), weight)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"not an ONNX file: {error}") from error


def _halves(model: memoryview, weight: str) -> Halves | None:
    outer = list(_fields(model))
    graph = next((list(_fields(field.content)) for field in outer if field.number == _GRAPH), [])
    nodes = [field for field in graph if field.number == _NODE]
    takes = [_texts(node, _TAKES) for node in nodes]
    gives = [_texts(node, _GIVES) for node in nodes]
    start = next((number for number, names in enumerate(takes) if weight in names), None)
    if start is None:
        return None
    between = takes[start][0]
    late: set[int] = set()
    after: set[str] = set()
    for number, names in enumerate(takes):  # ONNX wants nodes in the order of their use
        if number == start or after.intersection(names):
            late.add(number)
            after.update(gives[number])
    early_made = {name: number for number, names in enumerate(gives) if number not in late for name in names}
    wanted = {name for number in late for name in takes[number]} & early_made.keys() - {between}
    constants = {early_made[name] for name in wanted}
    if between not in early_made or any(_texts(nodes[number], _OPERATION) != ["Constant"] for number in constants):
        return None
    tie = _value(between)
    inputs = [field for field in graph if field.number == _INPUT]
    outputs = [field for field in graph if field.number == _OUTPUT]
    parts = []
    ways: tuple[tuple[set[int], list[bytes | memoryview]], ...] = (
        ({n for n in range(len(nodes)) if n not in late}, [*(f.whole for f in inputs), _framed(_OUTPUT, tie)]),
        (late | constants, [_framed(_INPUT, tie), *(f.whole for f in outputs)]),
    )
    for chosen, ends in ways:
        used = {name for number in chosen for name in takes[number]}
        kept: list[bytes | memoryview] = [nodes[number].whole for number in sorted(chosen)]
        kept += [f.whole for f in graph if f.number == _WEIGHT and _texts(f, _WEIGHT_NAME)[0] in used]
        kept += [f.whole for f in graph if f.number not in (_NODE, _WEIGHT, _INPUT, _OUTPUT, _VALUE)]
        head: list[bytes | memoryview] = [f.whole for f in outer if f.number != _GRAPH]
        parts.append(b"".join([*head, _framed(_GRAPH, b"".join([*kept, *ends]))]))
    return Halves(first=parts[0], second=parts[1], between=between)


def _value(name: str) -> bytes:
    """A float tensor of three dimensions, none of them fixed."""
    shape = b"".join(_framed(1, _framed(2, f"{name}_{axis}".encode())) for axis in range(3))
    tensor = _number(1 << 3) + _number(1) + _framed(2, shape)
    return _framed(_VALUE_NAME, name.encode()) + _framed(2, _framed(1, tensor))


def _texts(field: _Field, number: int) -> list[str]:
    return [bytes(f.content).decode() for f in _fields(field.content) if f.number == number]


def _fields(message: memoryview) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        begin = at
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _BYTES:
            size, at = _varint(message, at)
            content = message[at : at + size]
            at += size
        elif kind == 0:
            content = message[at:at]
            _, at = _varint(message, at)
        elif kind in (1, 5):
            content = message[at:at]
            at += 8 if kind == 1 else 4
        else:
            raise IndexError(f"wire type {kind} at byte {begin}")
        if at > len(message):
            raise IndexError("it ends in the middle of a field")
        yield _Field(tag >> 3, message[begin:at], content)


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _framed(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _BYTES) + _number(len(content)) + content
