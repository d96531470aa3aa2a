"""The Moonshine network (Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice Commands", 2024) on onnxruntime.

Knows tensors: sound to hidden states, tokens to log-probabilities. No grammar, no words, no search.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.hearing.pieces import END, START
from models.one_thread import open_session

Floats = NDArray[np.float32]
LAYERS, HEADS, WIDTH = 6, 8, 36
TOKENS_PER_S = 6.5


class Network:
    """Encoder and decoder, one thread."""

    def __init__(self, encoder: Path, decoder: Path) -> None:
        self._encoder = open_session(encoder, arena=False)
        self._decoder = open_session(decoder, arena=False)
        outputs = [o.name for o in self._decoder.get_outputs()]
        self._present = [name for name in outputs if name != "logits"]
        self._outputs = ["logits", *self._present]
        self._grown = ["logits", *(name for name in self._present if ".decoder." in name)]

    def hear(self, sound: Floats) -> Heard:
        """The state before the first token for this sound, 16 kHz mono floats in ±1, at least 0.1 s."""
        mask = np.ones((1, sound.size), np.int64)
        hidden = self._encoder.run(None, {"input_values": sound[None, :], "attention_mask": mask})[0]
        return Heard(self._decoder, self._outputs, self._grown, hidden, mask)


class Heard:
    """One sound, encoded: gives log-probabilities of next tokens for several hypotheses at once."""

    def __init__(self, decoder: Any, outputs: Sequence[str], grown: Sequence[str], hidden: Floats, mask: NDArray[np.int64]) -> None:
        self._decoder, self._outputs, self._grown = decoder, list(outputs), list(grown)
        self._fixed: dict[str, Any] = {"encoder_attention_mask": mask, "encoder_hidden_states": hidden}
        self._first: tuple[Floats, Cache] | None = None

    def begin(self) -> tuple[Floats, Cache]:
        """Log-probabilities of the first token [1, pieces] and the cache after the start token."""
        if self._first is None:
            feed = dict(self._fixed)
            feed["input_ids"] = np.array([[START]], np.int64)
            feed["use_cache_branch"] = np.array([False])
            for layer in range(LAYERS):
                for side in ("decoder", "encoder"):
                    for part in ("key", "value"):
                        feed[f"past_key_values.{layer}.{side}.{part}"] = np.zeros((1, HEADS, 1, WIDTH), np.float32)
            out = dict(zip(self._outputs, self._decoder.run(self._outputs, feed), strict=True))
            logits = out.pop("logits")[:, -1]
            self._fixed["use_cache_branch"] = np.array([True])
            for name, value in out.items():
                if ".encoder." in name:
                    self._fixed[name.replace("present", "past_key_values")] = value
            self._first = log_softmax(logits), Cache([out[name] for name in self._grown[1:]])
        return self._first

    def step(self, tokens: Sequence[int], cache: Cache) -> tuple[Floats, Cache]:
        """Log-probabilities [rows, pieces] after one more token in each row of the cache, and the grown cache."""
        feed = dict(self._fixed)
        feed["input_ids"] = np.array(tokens, np.int64)[:, None]
        for name, value in zip(self._grown[1:], cache.values, strict=True):
            feed[name.replace("present", "past_key_values")] = value
        logits, *values = self._decoder.run(self._grown, feed)
        return log_softmax(logits[:, -1]), Cache(values)


    def follow(self, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        """Log-probability of each token of whole sequences and of their ends, in one run: one array a sequence, one longer than it."""
        if not sequences:
            return []
        first, cache = self.begin()
        longest = max(len(s) for s in sequences)
        table = np.full((len(sequences), longest), END, np.int64)
        for row, sequence in enumerate(sequences):
            table[row, : len(sequence)] = sequence
        feed = dict(self._fixed)
        feed["input_ids"] = table
        for name, value in zip(self._grown[1:], cache.values, strict=True):
            feed[name.replace("present", "past_key_values")] = np.repeat(value, len(sequences), axis=0)
        logits = self._decoder.run(["logits"], feed)[0]
        found: list[Floats] = []
        for row, sequence in enumerate(sequences):
            inside = log_softmax(logits[row, : len(sequence)])
            later = inside[np.arange(len(sequence)), [*sequence[1:], END]]
            found.append(np.concatenate([first[0, list(sequence[:1])], later]).astype(np.float32))
        return found


class Cache:
    """The decoder's keys and values so far, one row a hypothesis."""

    __slots__ = ("values",)

    def __init__(self, values: list[Floats]) -> None:
        self.values = values

    def rows(self, indices: Sequence[int]) -> Cache:
        chosen = np.array(indices, np.intp)
        return Cache([value[chosen] for value in self.values])


def log_softmax(logits: Floats) -> Floats:
    top = logits.max(axis=-1, keepdims=True)
    logits = logits - top
    result: Floats = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return result
