"""Moonshine as a recogniser: decodes inside the house's grammar by beam search, and freely beside it. Knows no turns and no devices.

Each `partial` encodes all sound so far again (about 6 ms a second of sound) and decodes.
Scores are corrected for what the network
would say to silence (its internal language model): log P(text | sound) − 0.6 log P(text | silence), after McDermott et al.,
"A density ratio approach to language model fusion", 2019. The first search makes do with a bonus a piece and is corrected afterwards;
where it leaves doubt, a second one asks silence at every step, and begins with a wide beam: in noise the first word of a rare sentence
is not among the likeliest few.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.automaton.grammar import Grammar
from models.hearing.asr import MAX_S, RATE, alike, completeness, loudness, posterior
from models.hearing.beam import Found, Searched, Settings, search
from models.hearing.moonshine import TOKENS_PER_S, Network
from models.hearing.pieces import Pieces
from models.hearing.silence import Silence
from models.said import Hypothesis, Utterance, Word

SHARPNESS = 0.8
"""Scale of scores that makes the posterior over the n-best a probability: bench.confidence's fit, as are TRUST and EVEN."""
IN_HOUSE = -0.35
"""Least house score of speech that is meant for the house: on the dev recordings 0 of 54 right commands lie below, 4 % at 10 dB."""
DOUBT = 1.1
"""A best sentence whose house score is not this much over IN_HOUSE is looked for again, more thoroughly."""
EARLY, WIDTH = (64, 48, 24, 16, 12), 10
"""The widths of the first steps of that second search, and of the others."""
QUICK_S = 0.3
"""Seconds of processor. Where the first search takes more, readings in the middle make do with it: slow machines look twice at the end."""
DEAREST = 1.4
"""Nats a piece at most that the grammar's costs take from the house score: "yes" is short."""
TRUST = 3.0
"""How steeply confidence falls as the house score falls below EVEN."""
EVEN = -0.4
"""The house score at which confidence is halved."""
MOST_FOUND = 16
"""So many sentences of a search are ranked."""
LEAST_S = 0.25
MOST_EXPANDED = 20_000
"""After so many expansions the grammar begins afresh, so that memory is bounded (about 10 MB a thousand)."""
_REMEMBERED = 20000


class Moonshine:
    """One recogniser. See models.hearing.asr.Recogniser. Raises FileNotFoundError or ValueError if a model file is missing or wrong."""

    name = "moonshine:tiny-en"

    def __init__(self, encoder: Path, decoder: Path, tokenizer: Path, settings: Settings | None = None) -> None:
        self.pieces = Pieces(tokenizer)
        self.network = Network(encoder, decoder)
        self.settings = settings or Settings()
        self._silence: Silence | None = None
        self._quiet: OrderedDict[tuple[int, ...], NDArray[np.float32]] = OrderedDict()
        self._grammar: Grammar | None = None
        self._sound: list[NDArray[np.int16]] = []
        self._samples = 0
        self._last: tuple[int, Utterance, bool] | None = None
        """Samples heard, their reading, and whether it was looked for thoroughly where it left doubt."""

    def start(self, grammar: Grammar | None = None) -> None:
        self._grammar = None if grammar is None or grammar.empty else grammar
        if self._grammar is not None and self._grammar.lattice.expanded > MOST_EXPANDED:
            self._grammar.lattice.forget()
        self._sound, self._samples, self._last = [], 0, None

    def accept(self, pcm: NDArray[np.int16]) -> None:
        room = int(MAX_S * RATE) - self._samples
        if room > 0 and pcm.size:
            self._sound.append(np.array(pcm[:room], np.int16))
            self._samples += min(pcm.size, room)

    def partial(self) -> Utterance:
        return self._read(final=False)

    def finish(self) -> Utterance:
        return self._read(final=True)

    def _read(self, *, final: bool) -> Utterance:
        """The reading of all sound so far; the last one, if only a moment or only silence came since then and it was sure."""
        if self._last is not None:
            samples, before, thorough = self._last
            new = self._samples - samples
            if (new < RATE // 50 and (thorough or not final)) or (not final and new < RATE // 20):
                return before
            if (before.in_house or thorough) and self._quiet_since(samples):
                return before
        self._last = (self._samples, *self._decode(final))
        return self._last[1]

    def _quiet_since(self, samples: int) -> bool:
        """Whether what came after so many samples is far below the loudest of what came before: nothing that can change the words."""
        sound = np.concatenate(self._sound)
        levels = [loudness(part) for part in np.array_split(sound[:samples], max(1, samples // 1600))]
        tail = sound[samples:]
        return tail.size <= RATE and max(loudness(t) for t in np.array_split(tail, max(1, tail.size // 800))) < 0.04 * max(levels)

    def complete(self, text: str) -> str:
        return completeness(self._grammar, text)

    def silence(self) -> Silence:
        """What the network says to silence: its own language model."""
        if self._silence is None:
            self._silence = Silence(self.network)
        return self._silence

    def _decode(self, final: bool) -> tuple[Utterance, bool]:
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
        seconds = sound.size / RATE
        if seconds < LEAST_S or loudness(sound) < 1e-5:
            return Utterance(text="", confidence=0.0, in_house=False, engine="moonshine", speech_s=seconds), True
        began = time.thread_time()
        heard = self.network.hear(sound.astype(np.float32) / 32768.0)
        longest = max(4, math.ceil(seconds * TOKENS_PER_S))
        grammar = self._grammar
        start = grammar.start if grammar is not None else None
        searched = search(heard, start, self.pieces, longest, self.settings)
        ranked = self._ranked(searched.found[:MOST_FOUND])
        doubt = start is not None and (not ranked or self._house_score(ranked[0]) < IN_HOUSE + DOUBT)
        thorough = final or time.thread_time() - began < QUICK_S
        if doubt and thorough:
            settings = replace(self.settings, early=EARLY, width=max(WIDTH, self.settings.width))
            more = search(heard, start, self.pieces, longest, settings, self.silence()).found[:MOST_FOUND]
            known = {r.found.text: r for r in (*ranked, *self._ranked(more))}
            ranked = sorted(known.values(), key=lambda r: -r.score)[:MOST_FOUND]
            self.silence().forget()
        return self._utterance(searched, ranked, seconds), thorough or not doubt

    def _utterance(self, searched: Searched, ranked: Sequence[Ranked], seconds: float) -> Utterance:
        free = self.pieces.text(searched.free)
        if self._grammar is None or not ranked:
            confidence = math.exp(searched.free_logp / max(1, len(searched.free_steps))) if free else 0.0
            words = _words(self.pieces, searched.free, searched.free_steps, seconds)
            only = (Hypothesis(text=free, confidence=confidence, words=words),) if free else ()
            return Utterance(text=free, confidence=confidence, nbest=only, free=free, in_house=False, engine="moonshine", speech_s=seconds)
        house_score = self._house_score(ranked[0])
        trust = 1.0 / (1.0 + math.exp(-TRUST * (house_score - EVEN)))
        shares = posterior([r.score for r in ranked], SHARPNESS)
        merged: dict[str, Hypothesis] = {}
        for reading, share in zip(ranked, shares, strict=True):
            text = self._grammar.written_text(reading.found.text)
            key = alike(text)
            if key in merged:
                merged[key] = replace(merged[key], confidence=merged[key].confidence + share * trust)
            else:
                words = _words(self.pieces, reading.found.tokens, reading.found.steps, seconds)
                merged[key] = Hypothesis(text=text, confidence=share * trust, words=words)
        nbest = sorted((h for h in merged.values() if h.confidence > 0.001 or len(merged) == 1), key=lambda h: -h.confidence)
        nbest = nbest or list(merged.values())[:1]
        return Utterance(
            text=nbest[0].text, confidence=nbest[0].confidence, nbest=tuple(nbest), free=free, house_score=house_score,
            in_house=house_score >= IN_HOUSE, engine="moonshine", speech_s=seconds,
        )

    def _house_score(self, reading: Ranked) -> float:
        """How sure it is that a sentence of the house was said, nats a piece: its probability, and half of its lead over silence."""
        found, quiet = reading.found, reading.quiet
        own = ~np.array([*found.wild, False])
        apart = float((np.array(found.steps) - np.maximum(quiet, self.settings.floor))[own].sum()) / max(1, int(own.sum()))
        return (found.logp - min(found.cost, DEAREST * len(found.steps))) / len(found.steps) + 0.5 * apart

    def _ranked(self, found: Sequence[Found]) -> list[Ranked]:
        """Scores corrected by what the network says to silence, best first."""
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
            score = f.logp - f.cost - self.settings.silence * float(np.maximum(quiet[own], self.settings.floor).sum())
            scored.append(Ranked(f, score, quiet))
        return sorted(scored, key=lambda r: -r.score)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence, its corrected score, and the log-probabilities of its tokens given silence."""

    found: Found
    score: float
    quiet: NDArray[np.float32]


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

