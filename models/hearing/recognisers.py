"""Which recogniser is used, by what is asked for and what is installed. Knows where model files lie; no sound.

An engine is imported only where it is used: Vosk is an optional part.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models import manifest
from models.hearing.asr import Recogniser


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
                from models.hearing.asr_vosk import Vosk

                return Vosk(folder)
            except ImportError as error:
                if engine == "vosk":
                    raise NoRecogniser("Vosk is not installed: pip install 'ambient-hub[vosk]'.") from error
        elif engine == "vosk":
            raise NoRecogniser("The English Vosk model is not installed: run `hub setup`.")
    from models.hearing.asr_moonshine import Moonshine

    found = {part: manifest.locate(f"moonshine-tiny/{part}", root) for part in ("encoder", "decoder", "tokenizer")}
    missing = [part for part, path in found.items() if path is None]
    if missing:
        raise NoRecogniser(f"The speech model is not installed ({', '.join(missing)} missing): run `hub setup`.")
    paths = {part: path for part, path in found.items() if path is not None}
    return Moonshine(paths["encoder"], paths["decoder"], paths["tokenizer"])
