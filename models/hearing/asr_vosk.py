"""Vosk (Kaldi) as a recogniser: streams, and is held to the words of the house. Knows no turns and no devices.

A grammar with a word that the model does not have can bring the process down, so words are checked first; `[unk]` is added.
Where the grammar hears something that it has no words for, the same sound is read once more without it.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.automaton.grammar import Grammar
from models.hearing.asr import MAX_S, RATE, completeness, loudness, posterior
from models.said import Hypothesis, Utterance, Word

UNKNOWN = "[unk]"
ALTERNATIVES = 8
SENTENCES = 400
"""How many of the house's sentences Vosk's own small language model is made from, beside words that none of them has."""
SHARPNESS = 1.0
SENTENCE_GAIN = 2.0
"""Nats for a reading that is a whole sentence of the house: Vosk's own model of the grammar knows pairs of words only."""
SURE = 0.3
_LEAST_LOUD = 1e-5


class Vosk:
    """One recogniser. See models.hearing.asr.Recogniser. Raises FileNotFoundError if the folder holds no model."""

    def __init__(self, folder: Path) -> None:
        import vosk

        if not (folder / "am").is_dir() and not (folder / "final.mdl").is_file():
            raise FileNotFoundError(f"{folder} holds no Vosk model")
        vosk.SetLogLevel(-1)
        self._make = vosk.KaldiRecognizer
        self._model = vosk.Model(str(folder))
        self.name = f"vosk:{folder.name.removeprefix('vosk-model-')}"
        self._phrases: OrderedDict[int, str | None] = OrderedDict()
        self._grammar: Grammar | None = None
        self._engine: Any = None
        self._sound: list[NDArray[np.int16]] = []
        self._samples = 0
        self._results: list[dict[str, Any]] = []
        self._finished: Utterance | None = None

    def knows(self, word: str) -> bool:
        """Whether the model can hear this word at all."""
        return bool(word) and self._model.vosk_model_find_word(word) >= 0

    def start(self, grammar: Grammar | None = None) -> None:
        self._grammar = None if grammar is None or grammar.empty else grammar
        phrases = self._listed(self._grammar) if self._grammar is not None else None
        self._engine = self._new(phrases)
        self._sound, self._samples, self._results, self._finished = [], 0, [], None

    def accept(self, pcm: NDArray[np.int16]) -> None:
        if self._engine is None:
            self.start(self._grammar)
        room = int(MAX_S * RATE) - self._samples
        if room <= 0 or not pcm.size:
            return
        part = np.array(pcm[:room], np.int16)
        self._finished = None
        self._sound.append(part)
        self._samples += part.size
        if self._engine.AcceptWaveform(part.tobytes()):
            self._results.append(json.loads(self._engine.Result()))

    def partial(self) -> Utterance:
        if self._finished is not None:
            return self._finished
        if self._engine is None:
            return self._nothing()
        heard = [_best_text(r) for r in self._results] + [str(json.loads(self._engine.PartialResult()).get("partial", ""))]
        text = " ".join(t for t in heard if t)
        known = " ".join(w for w in text.split() if w != UNKNOWN)
        share = len(known.split()) / len(text.split()) if text else 0.0
        nbest = (Hypothesis(text=known, confidence=share),) if known else ()
        return Utterance(
            text=known, confidence=share, nbest=nbest, free=known, in_house=self._grammar is not None and share == 1.0, engine="vosk",
            speech_s=self._samples / RATE,
        )

    def finish(self) -> Utterance:
        if self._finished is None:
            self._finished = self._whole()
            self._engine = None
        return self._finished

    def complete(self, text: str) -> str:
        return completeness(self._grammar, text)

    def _whole(self) -> Utterance:
        sound = np.concatenate(self._sound) if self._sound else np.zeros(0, np.int16)
        if self._engine is None or loudness(sound) < _LEAST_LOUD:
            return self._nothing()
        self._results.append(json.loads(self._engine.FinalResult()))
        nbest = self._favoured(_joined(self._results))
        if not nbest:
            return self._nothing()
        free = nbest[0].text
        house = self._grammar is not None and self._grammar.accepts(free)
        foreign = UNKNOWN in free.split()
        if self._grammar is not None and (not house or nbest[0].confidence < 0.5):
            engine = self._new(None)
            engine.AcceptWaveform(sound.tobytes())
            again = _joined([json.loads(engine.FinalResult())])
            free = again[0].text if again else ""
            if foreign:
                nbest = again
        nbest = tuple(h for h in nbest if UNKNOWN not in h.text.split())
        if not nbest:
            return self._nothing()
        return Utterance(
            text=nbest[0].text, confidence=nbest[0].confidence, nbest=nbest, free=free, engine="vosk", speech_s=self._samples / RATE,
            in_house=house and nbest[0].confidence >= SURE,
        )

    def _favoured(self, nbest: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
        """The n-best with whole sentences of the house made likelier than other strings of its words."""
        if self._grammar is None:
            return nbest
        gains = [SENTENCE_GAIN if self._grammar.accepts(h.text) else 0.0 for h in nbest]
        shares = posterior([math.log(max(h.confidence, 1e-9)) + gain for h, gain in zip(nbest, gains, strict=True)])
        weighed = (replace(h, confidence=share) for h, share in zip(nbest, shares, strict=True))
        return tuple(sorted(weighed, key=lambda h: -h.confidence))

    def _nothing(self) -> Utterance:
        return Utterance(text="", confidence=0.0, in_house=False, engine="vosk", speech_s=self._samples / RATE)

    def _new(self, phrases: str | None) -> Any:
        engine = self._make(self._model, RATE, phrases) if phrases is not None else self._make(self._model, RATE)
        engine.SetWords(True)
        engine.SetMaxAlternatives(ALTERNATIVES)
        return engine

    def _listed(self, grammar: Grammar) -> str | None:
        """The grammar as Vosk takes it, a JSON list of phrases whose every word the model knows; None if none is."""
        key = id(grammar.lattice)
        if key not in self._phrases:
            sentences = grammar.sentences(SENTENCES)
            said = {word for sentence in sentences for word in sentence.split()}
            self._phrases[key] = self.phrases([*sentences, *sorted(grammar.vocabulary() - said)])
            while len(self._phrases) > 4:
                self._phrases.popitem(last=False)
        return self._phrases[key]

    def phrases(self, wanted: Sequence[str]) -> str | None:
        """The JSON for Vosk: the phrases that it can hear, and `[unk]` if the model has it; None if there is none."""
        words = ((p, p.split()) for p in wanted)
        known = dict.fromkeys(p for p, said in words if said and all(w[0].isalnum() and self.knows(w) for w in said))
        unknown = [UNKNOWN] if self.knows(UNKNOWN) else []
        return json.dumps([*known, *unknown], ensure_ascii=False) if known else None


def _best_text(result: dict[str, Any]) -> str:
    alternatives = result.get("alternatives") or [result]
    return str(alternatives[0].get("text", ""))


def _joined(results: Sequence[dict[str, Any]]) -> tuple[Hypothesis, ...]:
    """The n-best of the whole utterance from those of its stretches, probabilities multiplied; a word's is its readings' share."""
    whole: list[tuple[float, str, tuple[Word, ...]]] = [(1.0, "", ())]
    for result in results:
        alternatives = [a for a in result.get("alternatives") or [result] if a.get("text")]
        if not alternatives:
            continue
        shares = posterior([float(a.get("confidence", 0.0)) for a in alternatives], SHARPNESS)
        weights: dict[str, float] = {}
        for alternative, share in zip(alternatives, shares, strict=True):
            for word in set(alternative["text"].split()):
                weights[word] = weights.get(word, 0.0) + share
        parts = []
        for alternative, share in zip(alternatives, shares, strict=True):
            words = tuple(
                Word(text=w["word"], start_s=float(w["start"]), end_s=float(w["end"]), confidence=min(1.0, weights.get(w["word"], share)))
                for w in alternative.get("result", ())
            )
            parts.append((share, alternative["text"].strip(), words))
        joined = [(p * q, f"{text} {more}".strip(), words + new) for p, text, words in whole for q, more, new in parts]
        whole = sorted(joined, key=lambda w: -w[0])[:ALTERNATIVES]
    merged: dict[str, Hypothesis] = {}
    for p, text, words in whole:
        if text:
            before = merged.get(text, Hypothesis(text=text, confidence=0.0, words=words))
            merged[text] = replace(before, confidence=before.confidence + p)
    return tuple(sorted(merged.values(), key=lambda h: -h.confidence))
