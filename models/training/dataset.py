"""Composes the training and dev sets from templates, homes, corpora and confusions. Knows what may never be trained on."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from pathlib import Path

from models.training import corpora, mapping
from models.training.confusion import Confusion
from models.training.corpora import HELD_FOLD, HomeAssistantTemplates, flat, rows
from models.training.sentences import Example, Sampler, Templates
from models.training.wording import AFTER, BEFORE, FILLERS, compound, draw

UNITS = frozenset(["percent", "degrees", "degree", "kelvin", "celsius", "fahrenheit"])
NUMERIC = frozenset(["brightness", "position", "fan_speed", "volume", "temperature", "color_temperature", "step"])


def held_template(row: str) -> bool:
    """Whether a template is kept for the template split (one in twenty-five)."""
    return zlib.crc32(row.encode()) % 25 == 0


def never(shared: Path) -> frozenset[str]:
    """Flat texts that are scored: SLURP test with its recogniser outputs, CLINC150 and Snips validation, HWU64's held fold,
    Home Assistant's tests and benchmark tasks, the spoken home commands."""
    out = {flat(r["text"]) for r in rows(shared / "slurp/test.jsonl")}
    for r in rows(shared / "slurp/test_asr_hyps.jsonl"):
        out.add(flat(r["gold"]))
        out.add(flat(r["asr"]))
    for name in (
        "clinc150/val.jsonl",
        "clinc150/oos_val.jsonl",
        "snips7/validate.jsonl",
        "ha_intents/tests_en.jsonl",
        "ha_assist/tasks.jsonl",
        "home_commands/labels.jsonl",
    ):
        out |= {flat(r["text"] or "") for r in rows(shared / name)}
    out |= {flat(r["text"]) for r in rows(shared / "hwu64/cv10_all.jsonl") if int(r["test_fold"]) == HELD_FOLD}
    out.discard("")
    return frozenset(out)


def confusion(shared: Path) -> Confusion:
    """Fitted on the fitting half of SLURP's real recogniser outputs."""
    pairs = [(r["gold"], r["asr"]) for r in rows(shared / "slurp/test_asr_hyps.jsonl") if corpora.fitting_half(r["slurp_id"])]
    words = {
        w
        for f in ("slurp/devel.jsonl", "hwu64/cv10_all.jsonl", "clinc150/train.jsonl")
        for r in rows(shared / f)
        for w in corpora.split_words(r["text"])
    }
    return Confusion(pairs, words)


def tidy(ex: Example) -> Example:
    """Units belong to their number; durations are one span."""
    if not ex.tags:
        return ex
    ex = corpora.merge_durations(ex)
    for i in range(1, len(ex.words)):
        if ex.words[i] in UNITS and ex.tags[i] == "O" and ex.tags[i - 1][2:] in NUMERIC:
            ex.tags[i] = "I-" + ex.tags[i - 1][2:]
    return ex


def politely(r: random.Random, ex: Example, p: float = 0.25) -> Example:
    """A real sentence with a lead, a tail or a filler now and then."""
    words, tags = list(ex.words), list(ex.tags)

    def put(at: int, text: str) -> None:
        new = text.split()
        words[at:at] = new
        if tags:
            tags[at:at] = ["O"] * len(new)

    if r.random() < p:
        put(0, r.choice(BEFORE))
    if r.random() < p / 2:
        put(len(words), r.choice(AFTER))
    if r.random() < p / 4:
        at = r.randint(0, len(words))
        if not (tags and at < len(tags) and tags[at].startswith("I-")):
            put(at, r.choice(FILLERS))
    return replace(ex, words=words, tags=tags)


def revalue(s: Sampler, ex: Example) -> Example:
    """The same sentence about another room, name, colour, list or item."""
    swap = {"area": "area", "color": "color", "list": "list", "name": "device"}
    words: list[str] = []
    tags: list[str] = []
    i = 0
    while i < len(ex.words):
        t = ex.tags[i]
        j = i + 1
        while j < len(ex.words) and t != "O" and ex.tags[j] == "I-" + t[2:]:
            j += 1
        if (
            t.startswith("B-")
            and t[2:] in swap
            and s.r.random() < 0.6
            and not (t[2:] == "name" and "Vacuum" in max(ex.intents, key=lambda k: ex.intents[k]))
        ):
            new, _ = s.value(swap[t[2:]])
            parts = corpora.split_words(new)
            words += parts
            tags += ["B-" + t[2:]] + ["I-" + t[2:]] * (len(parts) - 1)
        else:
            words += ex.words[i:j]
            tags += ex.tags[i:j]
        i = j
    return replace(ex, words=words, tags=tags)


def _weight(row: tuple[dict[str, float], object, str]) -> float:
    """How often a template is drawn: talk that is not for the hub comes in far more shapes than any one command."""
    if "none" in row[0]:
        return 7.0 if row[2].startswith("overheard") else 2.5
    return 0.6 if "HubSmallTalk" in row[0] else 1.0


def training(shared: Path, size: float, seed: int = 7) -> list[Example]:
    """All training views, shuffled; `size` 1 is about 250 thousand.

    Scored sentences are left out; only templates may give one by chance, of four words at most.
    """
    r = random.Random(seed)
    skip = never(shared)
    templates = Templates()
    s = Sampler(seed, templates)
    open_rows = [i for i, row in enumerate(templates.rows) if not held_template(row[2])]
    rows_of = {k: [i for i in v if i in set(open_rows)] for k, v in s.by_intent.items()}
    noise = confusion(shared)
    out: list[Example] = []
    weights = [_weight(templates.rows[i]) for i in open_rows]
    for row in r.choices(open_rows, weights, k=int(105_000 * size)):
        out.append(draw(s, [row]))
    for _ in range(int(30_000 * size)):
        out.append(compound(s, rows_of))
    ha = HomeAssistantTemplates()
    ha.rows = [row for row in ha.rows if not held_template(row[3])]
    for _ in range(int(16_000 * size)):
        out.append(ha.draw(s))

    def real(ex: Example, views: float) -> None:
        n = int(views * size) + (r.random() < views * size % 1)
        for k in range(n):
            view = politely(r, ex) if k else ex
            if k and ex.tags and r.random() < 0.5:
                view = revalue(s, view)
            out.append(replace(view, words=list(view.words), tags=list(view.tags)))

    for ex, fold in corpora.slurp_like(shared / "hwu64/cv10_all.jsonl", "hwu", skip, True):
        if fold != HELD_FOLD:
            real(ex, 9.0 if "none" not in ex.intents else 3.0)
    for ex, _ in corpora.slurp_like(shared / "slurp/devel.jsonl", "slurp", skip, False):
        real(ex, 9.0 if "none" not in ex.intents else 3.0)
    for ex in corpora.clinc(shared / "clinc150/train.jsonl"):
        if flat(" ".join(ex.words)) not in skip:
            real(ex, 4.0 if "none" not in ex.intents else 2.0)
    for row in rows(shared / "clinc150/oos_train.jsonl"):
        real(Example(words=corpora.split_words(row["text"]), tags=[], intents={"none": 1.0}, source="oos"), 15.0)
    keep = {"snips:PlayMusic": 2.0, "snips:GetWeather": 1.0, "snips:SearchCreativeWork": 1.0}
    for ex in corpora.snips(shared / "snips7/train.jsonl"):
        if flat(" ".join(ex.words)) not in skip:
            real(ex, keep.get(ex.source, 0.35))

    for i, ex in enumerate(out):
        ex = tidy(ex)
        if r.random() < 0.38:
            words, tags = noise.mangle(r, ex.words, ex.tags, 0.8)
            ex = replace(ex, words=words, tags=tags)
        out[i] = ex
    out = [ex for ex in out if 0 < len(ex.words) <= 40 and (len(ex.words) <= 4 or " ".join(ex.words) not in skip)]
    r.shuffle(out)
    return out


def splits(seed: int = 99) -> dict[str, list[Example]]:
    """Dev sentences by what is new in them: the template, the words of the home (entity), or only the home."""
    templates = Templates()
    closed = [i for i, row in enumerate(templates.rows) if held_template(row[2])]
    open_rows = [i for i, row in enumerate(templates.rows) if not held_template(row[2])]
    named = [i for i in open_rows if "'list', '" in str(templates.rows[i][1])]
    fresh, strange = Sampler(seed, templates), Sampler(seed + 1, templates, held=True)
    return {
        "template": [tidy(draw(fresh, closed)) for _ in range(1200)],
        "entity": [tidy(draw(strange, named)) for _ in range(1200)],
        "home": [tidy(draw(fresh, open_rows)) for _ in range(1200)],
        "compound": [
            tidy(compound(fresh, {k: [i for i in v if i in set(open_rows)] for k, v in fresh.by_intent.items()})) for _ in range(600)
        ],
    }


def templates_only(n: int, seed: int = 5) -> list[Example]:
    """Sentences as templates give them, to count which scored sentences they can make."""
    templates = Templates()
    s = Sampler(seed, templates)
    return [tidy(draw(s, list(range(len(templates.rows))))) for _ in range(n)]


def scored(shared: Path) -> dict[str, list[tuple[str, tuple[str, ...], str]]]:
    """Public dev sentences: text, readings that count as right, original label. Recogniser texts are of the half that lent nothing."""
    out: dict[str, list[tuple[str, tuple[str, ...], str]]] = {
        "slurp gold": [],
        "slurp heard": [],
        "hwu64 held fold": [],
        "clinc val": [],
        "oos": [],
    }
    for r in rows(shared / "slurp/test.jsonl"):
        out["slurp gold"].append(
            (r["text"], mapping.slurp(r["scenario"], r["action"], r["text"]), mapping.label_of(r["scenario"], r["action"]))
        )
    for r in rows(shared / "slurp/test_asr_hyps.jsonl"):
        if not corpora.fitting_half(r["slurp_id"]):
            out["slurp heard"].append(
                (r["asr"], mapping.slurp(r["scenario"], r["action"], r["gold"]), mapping.label_of(r["scenario"], r["action"]))
            )
    gold = {flat(t) for t, _, _ in out["slurp gold"]}
    for r in rows(shared / "hwu64/cv10_all.jsonl"):
        if int(r["test_fold"]) == HELD_FOLD and flat(r["text"]) not in gold:
            action = r["intent"].removeprefix(r["scenario"] + "_")
            out["hwu64 held fold"].append(
                (r["text"], mapping.slurp(r["scenario"], action, r["text"]), mapping.label_of(r["scenario"], action))
            )
    for r in rows(shared / "clinc150/val.jsonl"):
        if r["intent"] not in mapping.CLINC_UNUSED:
            readings = mapping.clinc(r["intent"], r["text"])
            if readings:
                out["clinc val"].append((r["text"], readings, r["intent"]))
    for r in rows(shared / "clinc150/oos_val.jsonl"):
        out["oos"].append((r["text"], ("none",), "oos"))
    return out
