"""The joint model's intents and spans as frames in this home. Knows the model's output; trusts it only where the home fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from devices.home import Home
from models.house_words import house_words, normal
from models.resolve import frame
from models.said import Context, Frame

try:
    from models.nlu import Nlu
except ImportError:
    Nlu = Any  # type: ignore[assignment,misc]

_LEAST = 0.3
_FREE = frozenset({"item", "search_query", "message", "media_class", "name"})


def learned(text: str, home: Home, context: Context, nlu: Nlu, others: Sequence[Frame]) -> list[tuple[Frame, Mapping[str, Any]]]:
    """Frames for the model's likely intents. A span that names what the home has not is a refusal, never dropped."""
    reading = nlu.read(text)
    words = house_words(home)
    found: list[tuple[Frame, Mapping[str, Any]]] = []
    for intent, p in reading.intents[:3]:
        if p < _LEAST or intent in ("none", "out_of_scope", ""):
            continue
        slots: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        for span in reading.spans:
            if span.slot == "area":
                area = words.area_called(span.text)
                if area is None:
                    unknown["area"] = span.text
                else:
                    slots["area"] = area.name
            elif span.slot == "floor":
                floor = words.floor_called(span.text)
                if floor is None:
                    unknown["floor"] = span.text
                else:
                    slots["floor"] = floor.name
            elif span.slot == "name" and not intent.startswith("HassStartTimer"):
                ids = words.entities_called(span.text)
                if ids:
                    slots["name"] = home.entities[ids[0]].name
                else:
                    unknown["name"] = span.text
            elif span.slot in ("item", "search_query", "message"):
                slots[span.slot] = normal(span.text)
        same = next((f for f in others if f.intent == intent and f.code is None), None)
        if same is not None:
            continue
        score = p * reading.for_me * 0.9
        if unknown:
            found.append((Frame(intent=intent, slots=slots, score=score, source="model", code="no_valid_targets"), unknown))
            continue
        built, grounded = frame(intent, slots, home, context, score=score, source="model")
        found.append((built, grounded.detail))
    return found
