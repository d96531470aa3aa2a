"""What every recogniser offers, and which one is used. Knows no engine's insides.

A recogniser hears one utterance at a time: `start`, `accept` as the sound comes, `partial` whenever somebody wants to know, `finish`.
Not thread-safe: it belongs to one executor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models import manifest
from models.grammar import Grammar
from models.said import Utterance
from models.template_nodes import spoken

RATE = 16000
MAX_S = 30.0
"""More speech than this in one utterance is not listened to."""


class Recogniser(Protocol):
    """An engine that turns 16 kHz mono sound into words, in the house's grammar where there is one."""

    name: str
    """For `Turn.versions`, e.g. moonshine:tiny-en."""

    def start(self, grammar: Grammar | None = None) -> None:
        """Begins a new utterance; what was heard before is forgotten."""

    def accept(self, pcm: NDArray[np.int16]) -> None:
        """More sound, any length."""

    def partial(self) -> Utterance:
        """The best reading of all sound so far."""

    def finish(self) -> Utterance:
        """The reading of the whole utterance. `start` begins the next."""

    def complete(self, text: str) -> str:
        """complete · can_go_on · incomplete: whether the text is a whole sentence of the house, and whether it may go on."""


Recognizer = Recogniser


class NoRecogniser(Exception):
    """No recogniser is installed; the message says what to do."""


def load(settings: Mapping[str, Any] | None = None) -> Recogniser:
    """The engine that `settings` asks for (`engine` = auto · vosk · moonshine, `models` = folder), auto by default: Vosk where its
    English model is installed, else Moonshine. Raises NoRecogniser."""
    settings = settings or {}
    engine = str(settings.get("engine", "auto"))
    root = Path(settings["models"]) if settings.get("models") else None
    if engine not in ("auto", "vosk", "moonshine"):
        raise NoRecogniser(f"There is no recogniser {engine!r}: choose auto, vosk or moonshine.")
    if engine in ("auto", "vosk"):
        folder = manifest.locate("vosk-en", root)
        if folder is not None:
            try:
                from models.asr_vosk import Vosk

                return Vosk(folder)
            except ImportError as error:
                if engine == "vosk":
                    raise NoRecogniser("Vosk is not installed: pip install 'ambient-hub[vosk]'.") from error
        elif engine == "vosk":
            raise NoRecogniser("The English Vosk model is not installed: run `hub setup`.")
    from models.asr_moonshine import Moonshine

    found = {part: manifest.locate(f"moonshine-tiny/{part}", root) for part in ("encoder", "decoder", "tokenizer")}
    missing = [part for part, path in found.items() if path is None]
    if missing:
        raise NoRecogniser(f"The speech model is not installed ({', '.join(missing)} missing): run `hub setup`.")
    paths = {part: path for part, path in found.items() if path is not None}
    return Moonshine(paths["encoder"], paths["decoder"], paths["tokenizer"])


def completeness(grammar: Grammar | None, text: str) -> str:
    """complete · can_go_on · incomplete, by the grammar; without one every text may go on."""
    text = spoken(text)
    if not text:
        return "incomplete"
    if grammar is None or grammar.empty:
        return "can_go_on"
    walked = grammar.start.walk(" " + text)
    if walked is None or walked[0].final == math.inf:
        return "incomplete"
    return "can_go_on" if walked[0].can_go_on else "complete"


def posterior(scores: Sequence[float], scale: float = 1.0) -> list[float]:
    """Softmax of log scores, times a scale that makes it calibrated."""
    if not scores:
        return []
    top = max(scores)
    weights = [math.exp(min(0.0, (score - top) * scale)) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights]


def loudness(pcm: NDArray[np.int16]) -> float:
    """Root mean square, 0–1."""
    return float(np.sqrt(np.mean(np.square(pcm.astype(np.float32) / 32768.0)))) if pcm.size else 0.0
