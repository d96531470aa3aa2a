"""Moonshine as a recogniser: decodes inside the house's grammar by beam search, and freely beside it. Knows no turns and no devices.

Each `partial` encodes all sound so far again (about 6 ms a second of sound) and decodes.
Scores are corrected for what the network
would say to silence (its internal language model): log P(text | sound) − 0.6 log P(text | silence), after McDermott et al.,
"A density ratio approach to language model fusion", 2019.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.asr import MAX_S, RATE, completeness, loudness, posterior
from models.beam import Found, Searched, Settings, search
from models.grammar import Grammar
from models.moonshine import TOKENS_PER_S, Heard, Network
from models.pieces import Pieces
from models.said import Hypothesis, Utterance, Word

SILENCE_WEIGHT = 0.6
SHARPNESS = 0.7
"""Scale of scores that makes the posterior over the n-best a probability, fitted on the dev recordings."""
IN_HOUSE = 1.0
"""Least house score of speech that is meant for the house: 2 % false rejects on the dev recordings."""
LEAST_QUIET = -8.0
"""A piece is not made more likely than this by how rare it is."""
LEAST_S = 0.25
_REMEMBERED = 20000


class Moonshine:
    """One recogniser. See models.asr.Recogniser. Raises FileNotFoundError or ValueError if a model file is missing or wrong."""

    name = "moonshine:tiny-en"

    def __init__(self, encoder: Path, decoder: Path, tokenizer: Path, settings: Settings | None = None) -> None:
        self.pieces = Pieces(tokenizer)
        self.network = Network(encoder, decoder)
        self.settings = settings or Settings()
        self._silence: Heard | None = None
        self._quiet: OrderedDict[tuple[int, ...], NDArray[np.float32]] = OrderedDict()
        self._grammar: Grammar | None = None
        self._sound: list[NDArray[np.int16]] = []
        self._samples = 0
        self._last: tuple[int, Utterance] | None = None

    def start(self, grammar: Grammar | None = None) -> None:
        self._grammar = None if grammar is None or grammar.empty else grammar
        self._sound, self._samples, self._last = [], 0, None

    def accept(self, pcm: NDArray[np.int16]) -> None:
        room = int(MAX_S * RATE) - self._samples
        if room > 0 and pcm.size:
            self._sound.append(np.array(pcm[:room], np.int16))
            self._samples += min(pcm.size, room)

    def partial(self) -> Utterance:
        if self._last is None or self._samples - self._last[0] >= RATE // 20:
            self._last = (self._samples, self._decode())
        return self._last[1]

    def finish(self) -> Utterance:
        if self._last is None or self._last[0] != self._samples:
            self._last = (self._samples, self._decode())
        return self._last[1]

    def complete(self, text: str) -> str:
        return completeness(self._grammar, text)

    def silence(self) -> Heard:
        """A second of silence, encoded: what the network says to it is its own language model."""
        if self._silence is None:
            self._silence = self.network.hear(np.zeros(RATE, np.float32))
        return self._silence

    def _decode(self) -> Utterance:
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
        seconds = sound.size / RATE
        if seconds < LEAST_S or loudness(sound) < 1e-5:
            return Utterance(text="", confidence=0.0, in_house=False, engine="moonshine", speech_s=seconds)
        heard = self.network.hear(sound.astype(np.float32) / 32768.0)
        longest = max(4, math.ceil(seconds * TOKENS_PER_S))
        grammar = self._grammar
        searched = search(heard, grammar.start if grammar is not None else None, self.pieces, longest, self.settings)
        return self._utterance(searched, seconds)

    def _utterance(self, searched: Searched, seconds: float) -> Utterance:
        free = self.pieces.text(searched.free)
        if self._grammar is None or not searched.found:
            confidence = math.exp(searched.free_logp / max(1, len(searched.free_steps))) if free else 0.0
            words = _words(self.pieces, searched.free, searched.free_steps, seconds)
            only = (Hypothesis(text=free, confidence=confidence, words=words),) if free else ()
            return Utterance(text=free, confidence=confidence, nbest=only, free=free, in_house=False, engine="moonshine", speech_s=seconds)
        ranked = self._ranked(searched.found[: self.settings.width * 2])
        shares = posterior([score for _, score, _ in ranked], SHARPNESS)
        nbest: list[Hypothesis] = []
        for (found, _, _), share in zip(ranked, shares, strict=True):
            if share > 0.001:
                words = _words(self.pieces, found.tokens, found.steps, seconds)
                nbest.append(Hypothesis(text=self._grammar.written_text(found.text), confidence=share, words=words))
        best, _, quiet = ranked[0]
        house_score = (best.logp - quiet) / (len(best.tokens) + 1)
        return Utterance(
            text=nbest[0].text, confidence=nbest[0].confidence, nbest=tuple(nbest), free=free, house_score=house_score,
            in_house=house_score >= IN_HOUSE, engine="moonshine", speech_s=seconds,
        )

    def _ranked(self, found: Sequence[Found]) -> list[tuple[Found, float, float]]:
        """(sentence, corrected score, log P given silence), best first."""
        unknown = [f.tokens for f in found if f.tokens not in self._quiet]
        if unknown:
            for tokens, value in zip(unknown, self.silence().follow(unknown), strict=True):
                self._quiet[tokens] = value
            while len(self._quiet) > _REMEMBERED:
                self._quiet.popitem(last=False)
        scored = []
        for f in found:
            quiet = self._quiet[f.tokens]
            own = ~np.array([*f.wild, False])
            scored.append((f, f.logp - f.cost - SILENCE_WEIGHT * float(np.maximum(quiet[own], LEAST_QUIET).sum()), float(quiet.sum())))
        return sorted(scored, key=lambda s: -s[1])


def _words(pieces: Pieces, tokens: Sequence[int], steps: Sequence[float], seconds: float) -> tuple[Word, ...]:
    """Words with the least probability of their pieces; times are shares of the sound by letters, for the network gives none."""
    listed = pieces.words(tokens)
    letters = sum(len(word) + 1 for word, _ in listed) or 1
    at, found = 0, []
    for word, positions in listed:
        begin, at = at, at + len(word) + 1
        sure = math.exp(min(steps[p] for p in positions))
        found.append(Word(text=word, start_s=seconds * begin / letters, end_s=seconds * at / letters, confidence=sure))
    return tuple(found)

