"""Reads the public train sets and Home Assistant's templates as tagged examples. Never reads what is scored."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.reading.wordpiece import split_words
from models.training import mapping
from models.training.sentences import LEXICON, Example, Sampler, Tagged, finish

HELD_FOLD = 9
"""HWU64 fold kept for the dev figures."""

ENTITY: dict[str, str] = {
    "house_place": "area",
    "device_type": "name",
    "color_type": "color",
    "date": "datetime",
    "time": "datetime",
    "timeofday": "datetime",
    "general_frequency": "repeat",
    "list_name": "list",
    "artist_name": "search_query",
    "song_name": "search_query",
    "music_genre": "search_query",
    "radio_name": "search_query",
    "podcast_name": "search_query",
    "audiobook_name": "search_query",
    "audiobook_author": "search_query",
    "playlist_name": "search_query",
    "podcast_descriptor": "search_query",
    "music_descriptor": "search_query",
    "game_name": "search_query",
    "movie_name": "search_query",
    "media_type": "media_class",
    "place_name": "location",
    "event_name": "message",
    "change_amount": "step",
    "music_album": "search_query",
}
SNIPS_SLOT: dict[str, str] = {
    "artist": "search_query",
    "track": "search_query",
    "album": "search_query",
    "playlist": "search_query",
    "genre": "search_query",
    "object_name": "search_query",
    "music_item": "media_class",
    "object_type": "media_class",
    "city": "location",
    "country": "location",
    "state": "location",
    "geographic_poi": "location",
    "current_location": "location",
    "timeRange": "datetime",
}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def flat(text: str) -> str:
    return " ".join(split_words(text))


def fitting_half(slurp_id: int) -> bool:
    """Half of SLURP's dev test sentences lends its recogniser outputs to the confusion model; the other half is only scored."""
    return zlib.crc32(str(slurp_id).encode()) % 2 == 0


def soft(readings: tuple[str, ...]) -> dict[str, float]:
    return {readings[0]: 1.0}


def _tagged(words: list[str], spans: list[tuple[list[str], str]], intent: str) -> list[str]:
    tags = ["O"] * len(words)
    for value, slot in spans:
        n = len(value)
        for i in range(len(words) - n + 1):
            if n and words[i : i + n] == value and all(t == "O" for t in tags[i : i + n]):
                if slot == "name" and n == 1 and value[0] in LEXICON:
                    slot = LEXICON[value[0]]
                if slot == "area" and value[0] == "house":
                    break
                before = tags[i - 1][2:] if i else ""
                tags[i : i + n] = [("I-" if before == slot == "datetime" else "B-") + slot] + [f"I-{slot}"] * (n - 1)
                break
    if intent == "none":
        return []
    return [f"B-{LEXICON[w]}" if t == "O" and w in LEXICON else t for t, w in zip(tags, words, strict=True)]


def slurp_like(path: Path, source: str, skip: frozenset[str], hwu: bool) -> Iterator[tuple[Example, int]]:
    """Examples of SLURP devel or HWU64 with the fold (0 for SLURP); sentences in `skip` are left out."""
    for row in rows(path):
        text = row["text"]
        words = split_words(text)
        label = mapping.label_of(row["scenario"], row["intent"].removeprefix(row["scenario"] + "_") if hwu else row["action"])
        if not words or flat(text) in skip or label in mapping.SLURP_UNUSED:
            continue
        action = label.removeprefix(row["scenario"] + "_")
        intent = mapping.slurp(row["scenario"], action, text)
        spans = [(split_words(e["value"] if hwu else e["filler"]), ENTITY[e["type"]]) for e in row["entities"] if e["type"] in ENTITY]
        probs = {"HubSmallTalk": 0.6, "none": 0.4} if label == "general_quirky" else soft(intent)
        yield (
            Example(words=words, tags=_tagged(words, spans, intent[0]), intents=probs, source=source),
            int(row.get("test_fold", 0) if hwu else 0),
        )


def clinc(path: Path) -> Iterator[Example]:
    for row in rows(path):
        if row["intent"] in mapping.CLINC_UNUSED:
            continue
        readings = mapping.clinc(row["intent"], row["text"])
        words = split_words(row["text"])
        if readings and words:
            yield Example(words=words, tags=[], intents=soft(readings), source="clinc")


def snips(path: Path) -> Iterator[Example]:
    for row in rows(path):
        readings = mapping.snips(row["intent"], row["text"])
        words = split_words(row["text"])
        if readings and words:
            spans = [(split_words(s["value"]), SNIPS_SLOT[s["type"]]) for s in row["slots"] if s["type"] in SNIPS_SLOT]
            yield Example(words=words, tags=_tagged(words, spans, readings[0]), intents=soft(readings), source="snips:" + row["intent"])


HA_LIST: dict[str, str] = {
    "temperature": "temp",
    "position": "pos",
    "fan_speed": "spd",
    "brightness": "pct",
    "color_temperature": "kelvin",
    "volume": "vol",
    "volume_step_up": "volstep",
    "volume_step_down": "volstep",
    "search_query": "query",
    "shopping_list_item": "item",
    "todo_list_item": "todoitem",
    "message": "announce",
    "timer_name": "tname",
    "area": "area",
    "floor": "floor",
    "color": "color",
    "color_temperature_names": "ctemp",
    "fan_mode": "fanmode",
    "zone": "zone",
    "name": "device",
    "timer_command": "cmd",
    "cover_classes": "dc",
    "media_class": "mclass",
}
DOMAIN_LIST: dict[str, str] = {
    "light": "light",
    "switch": "switch",
    "fan": "fan",
    "cover": "cover",
    "valve": "cover",
    "lock": "lock",
    "media_player": "player",
    "climate": "climate",
    "scene": "scene",
    "script": "script",
    "button": "button",
    "input_button": "button",
    "vacuum": "vacuum",
    "lawn_mower": "mower",
    "sensor": "sensor",
    "binary_sensor": "sensor",
    "person": "person",
    "todo": "todo",
    "input_boolean": "switch",
    "water_heater": "climate",
}


class HomeAssistantTemplates:
    """Home Assistant's English sentence templates, sampled through hassil's expression trees with invented names."""

    def __init__(self) -> None:
        import hassil
        import home_assistant_intents

        data = home_assistant_intents.get_intents("en")
        assert data is not None
        self.h = hassil
        self.lists = data["lists"]
        self.rules = {k: hassil.parse_sentence(v).expression for k, v in data["expansion_rules"].items()}
        self.rows: list[tuple[str, Any, list[str], str]] = []
        for intent, body in data["intents"].items():
            for block in body["data"]:
                domains = (block.get("requires_context") or {}).get("domain") or []
                domains = [domains] if isinstance(domains, str) else domains
                for k, sentence in enumerate(block["sentences"]):
                    self.rows.append((intent, hassil.parse_sentence(sentence).expression, domains, f"{intent}:{sentence[:40]}:{k}"))

    def draw(self, s: Sampler) -> Example:
        by: dict[str, list[int]] = {}
        if not hasattr(self, "_by"):
            for i, row in enumerate(self.rows):
                by.setdefault(row[0], []).append(i)
            self._by = by
        intent = s.r.choice(list(self._by)) if s.r.random() < 0.3 else self.rows[s.r.randrange(len(self.rows))][0]
        _, tree, domains, _ = self.rows[s.r.choice(self._by[intent])]
        s.drawn += 1
        if s.drawn % 40 == 0:
            from models.training import homes

            s.home = homes.invent(s.r, s.held)
        chunks = self._walk(tree, s, domains)
        joined: Tagged = []
        for text, slot, name in chunks:
            if joined and not slot and not joined[-1][1]:
                joined[-1] = (joined[-1][0] + text, "", "")
            else:
                joined.append((text, slot, name))
        return finish(joined, "ha", {intent: 1.0})

    def _walk(self, node: Any, s: Sampler, domains: list[str]) -> Tagged:
        h, r = self.h, s.r
        if isinstance(node, h.TextChunk):
            return [(node.original_text, "", "")]
        if isinstance(node, h.RuleReference):
            return self._walk(self.rules[node.rule_name], s, domains)
        if isinstance(node, h.ListReference):
            return [self._value(node, s, domains)]
        if isinstance(node, h.Alternative):
            return self._walk(r.choice(node.items), s, domains)
        items = list(node.items)
        if isinstance(node, h.Permutation):
            r.shuffle(items)
            return [c for item in items for c in [*self._walk(item, s, domains), (" ", "", "")]]
        return [c for item in items for c in self._walk(item, s, domains)]

    def _value(self, node: Any, s: Sampler, domains: list[str]) -> tuple[str, str, str]:
        name, slot = node.list_name, node.slot_name
        if name in ("timer_hours", "timer_minutes", "timer_seconds"):
            from models.training.values import number

            return number(s.r, s.r.randint(1, 60)), "start_duration" if slot.startswith("start_") else "duration", ""
        if name == "timer_half":
            return s.r.choice(("half", "1/2")), "start_duration" if slot.startswith("start_") else "duration", ""
        if name == "timer_command":
            return " ".join(c[0] for c in s.plain_command()), "conversation_command", ""
        name = DOMAIN_LIST.get(s.r.choice(domains), "device") if name == "name" and domains else HA_LIST.get(name, name)
        if name in self.lists or (name not in HA_LIST.values() and name not in DOMAIN_LIST.values()):
            outs = [v["in"] for v in self.lists.get(name, {}).get("values", [])]
            if outs:
                text = "".join(c[0] for c in self._walk(self.h.parse_sentence(s.r.choice(outs)).expression, s, domains))
                return text, {"volume_step": "direction", "brightness_level": "brightness"}.get(slot, slot), ""
            return "something", "", ""
        text, drawn = s.value(name)
        if slot == "state":
            drawn = "state"
        return text, drawn, name


def merge_durations(ex: Example) -> Example:
    """ "5 minutes and 30 seconds" is one duration: the unit words and joints between belong to it."""
    tags, words = list(ex.tags), ex.words
    unit = re.compile(r"(hours?|minutes?|seconds?|mins?|secs?)$")
    for i, w in enumerate(words):
        if i and unit.match(w) and tags[i] == "O":
            j = i - 1
            if words[j] in ("an", "a") and j:
                j -= 1
            kind = tags[j][2:]
            if kind in ("duration", "start_duration"):
                for k in range(j + 1, i + 1):
                    tags[k] = "I-" + kind
    for i in range(1, len(words) - 1):
        if words[i] in ("and", "a") and tags[i] == "O" and tags[i - 1][2:] in ("duration", "start_duration"):
            j = i + 2 if words[i + 1] == "a" and i + 2 < len(words) else i + 1
            if tags[j][2:] == tags[i - 1][2:]:
                for k in range(i, j + 1):
                    tags[k] = "I-" + tags[i - 1][2:]
    for i in range(1, len(words)):
        if tags[i].startswith("B-") and tags[i][2:] in ("duration", "start_duration") and tags[i - 1][2:] == tags[i][2:]:
            tags[i] = "I-" + tags[i][2:]
    ex.tags = tags
    return ex
