"""Trains the bi-encoder of requests: python -m models.training.embed. Writes models/weights/embed.

Pairs: a text as a recogniser may hear it, or another wording, with what was said; in-batch negatives and one hard negative each: the same
sentence about another thing of the same home, another request about the same thing, or the same intent with other values. Softmax over the
batch, temperature 0.05.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from models.reading.embed import BUCKETS, WIDTH, Embedder, features, padded
from models.training.again_data import TEMPLATES, Goal, Maker

OUT = Path(__file__).parents[1] / "weights" / "embed"
TAU = 0.05
BAG = 128


class Net(nn.Module):
    """Bucket ids (batch, pieces) → vectors of length one."""

    def __init__(self, rarity: Tensor) -> None:
        super().__init__()
        self.bag = nn.Embedding(BUCKETS + 1, BAG, padding_idx=BUCKETS)
        self.up = nn.Linear(BAG, 2 * BAG)
        self.out = nn.Linear(2 * BAG, WIDTH)
        self.straight = nn.Linear(BAG, WIDTH, bias=False)
        with torch.no_grad():  # it begins as a random projection of tf-idf, so that what is never trained is still told apart
            self.bag.weight.normal_(std=0.1).mul_(rarity[:, None])
            self.straight.weight.copy_(torch.eye(WIDTH))
            self.out.weight.mul_(0.05)
            self.out.bias.zero_()

    def table(self, ids: Tensor) -> Tensor:
        return self.bag(ids)

    def forward(self, ids: Tensor) -> Tensor:
        n = (ids < BUCKETS).float().sum(1, keepdim=True).clamp(min=1)
        x = self.table(ids).sum(1) / n.sqrt()
        y = self.straight(x) + self.out(nn.functional.gelu(self.up(x)))
        return y / (y * y).sum(1, keepdim=True).clamp(min=1e-12).sqrt()


class Shipped(Net):
    """The same with the table as int8 rows with a scale each."""

    def shrink(self) -> None:
        rows = self.bag.weight.detach()
        scale = rows.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (rows / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        del self.bag

    def table(self, ids: Tensor) -> Tensor:
        return self.rows[ids].float() * self.scale[ids]


class Pairs:
    """Draws (heard, said, other)."""

    def __init__(self, shared: Path, seed: int) -> None:
        self.maker = Maker(shared, seed)
        self.r = self.maker.r
        self.kinds: dict[str, list[Goal]] = {}
        for goal in self.maker.goals:
            self.kinds.setdefault(goal.kind, []).append(goal)

    def draw(self) -> tuple[str, str, str]:
        r, goal = self.r, self.maker.goal()
        said = r.choice(goal.wordings)
        heard = said if r.random() < 0.6 else r.choice(goal.wordings)
        heard = self.maker.mangled(heard) if heard == said or r.random() < 0.5 else heard
        return heard, said, self.other(goal, said)

    def other(self, goal: Goal, said: str) -> str:
        """What is easily taken for it and is not it."""
        r, home = self.r, self.maker.home
        if goal.kind in TEMPLATES and goal.value:
            if r.random() < 0.6:
                names = home.areas if goal.kind == "area" else home.names[goal.kind]
                return said.replace(goal.value, r.choice([n for n in names if n != goal.value] or names))
            form = r.choice(r.choice(TEMPLATES[goal.kind]))
            return form.format(n=goal.value, a=goal.value, c="red", p="forty", t="20", m="ten", h="seven", w="ann")
        sisters = self.kinds.get(goal.kind, ())
        return r.choice(r.choice(sisters).wordings) if len(sisters) > 1 else r.choice(self.maker.goal().wordings)


def rare(texts: list[str]) -> Tensor:
    """How rare each bucket is: its idf in the training texts, scaled to about one; 0 for "nothing"."""
    seen = np.zeros(BUCKETS + 1)
    every = list(dict.fromkeys(texts))
    for text in every:
        seen[list(dict.fromkeys(features(text)))] += 1
    idf = np.log(1 + len(every) / (1 + seen)) / 5
    idf[BUCKETS] = 0
    return torch.tensor(idf, dtype=torch.float32)


def run(net: Net, pairs: list[tuple[str, str, str]], minutes: float, rate: float, seed: int) -> None:
    """Adam over the pairs, as often as the minutes allow."""
    r = random.Random(seed)
    ids = {t: features(t) for pair in pairs for t in pair}
    number = {t: k for k, t in enumerate(ids)}
    adam = torch.optim.Adam(net.parameters(), lr=rate)
    began, done, losses = time.monotonic(), 0.0, []
    while done < 1.0:
        r.shuffle(pairs)
        for at in range(0, len(pairs) - 191, 192):
            done = (time.monotonic() - began) / (60 * minutes)
            if done >= 1.0:
                break
            for g in adam.param_groups:
                g["lr"] = rate * max(0.02, 1 - done)
            some = pairs[at : at + 192]
            heard, said, other = (net(torch.from_numpy(padded([ids[p[n]] for p in some]))) for n in range(3))
            texts = np.array([number[p[1]] for p in some] + [number[p[2]] for p in some])
            same = torch.from_numpy((texts[: len(some), None] == texts[None]) & ~np.eye(len(some), len(texts), dtype=bool))
            z = (heard @ torch.cat((said, other)).T / TAU).masked_fill(same, -1e4)
            loss = nn.functional.cross_entropy(z, torch.arange(len(some)))
            adam.zero_grad()
            loss.backward()
            adam.step()
            losses.append(loss.item())
            if len(losses) % 200 == 0:
                print(f"{done:.0%} steps {len(losses)} loss {np.mean(losses[-200:]):.3f}", flush=True)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--shared", type=Path, default=Path("../shared/data"))
    ask.add_argument("--out", type=Path, default=OUT)
    ask.add_argument("--size", type=int, default=60_000)
    ask.add_argument("--minutes", type=float, default=8.0)
    ask.add_argument("--rate", type=float, default=1e-3)
    ask.add_argument("--seed", type=int, default=6)
    args = ask.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    source = Pairs(args.shared, args.seed)
    pairs = [source.draw() for _ in range(args.size)]
    print(len(pairs), "pairs", pairs[:4], flush=True)
    rarity = rare([t for pair in pairs for t in pair])
    net = Net(rarity)
    run(net, pairs, args.minutes, args.rate, args.seed)
    shipped = Shipped(rarity)
    shipped.load_state_dict(net.state_dict())
    shipped.shrink()
    shipped.eval()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        axes = {"ids": {0: "batch", 1: "pieces"}, "vector": {0: "batch"}}
        torch.onnx.export(
            shipped, (torch.randint(0, BUCKETS, (2, 9)),), str(whole), input_names=["ids"], output_names=["vector"], dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, args.out / "embed.onnx", weight_type=QuantType.QInt8, per_channel=True)
    version = hashlib.sha256((args.out / "embed.onnx").read_bytes()).hexdigest()[:12]
    about = {"version": version, "trained": {k: getattr(args, k) for k in ("size", "minutes", "rate", "seed")}}
    (args.out / "about.json").write_text(json.dumps(about, indent=1) + "\n")
    fresh = [source.draw() for _ in range(2000)]
    embedder = Embedder(args.out)
    a, b, c = (embedder.vectors([p[n] for p in fresh]) for n in range(3))
    first = np.mean((a @ b.T).argmax(1) == np.arange(2000))
    print(f"{version}: nearer than the hard negative {np.mean((a * b).sum(1) > (a * c).sum(1)):.3f}, first of 2000 {first:.3f}")


if __name__ == "__main__":
    main()
