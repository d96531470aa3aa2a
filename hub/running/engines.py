"""Loads what hears, and translates hub.toml for it. Knows which engine takes which setting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hub.config import Config
from hub.errors import ModelError
from hub.running.worker import Worker
from hub.sound.ears import Engines
from models.hearing.segment import Settings


def load_engines(config: Config, *, wake: bool = True) -> Engines:
    """Recogniser, wake words and voice activity, loaded side by side. ModelError where one is not installed, WakeWordError for a word."""
    from models.hearing import recognisers
    from models.hearing.vad import Vad
    from models.hearing.wake import WakeWords

    with ThreadPoolExecutor(2, "loads") as pool:
        hearing = pool.submit(recognisers.load, {"engine": config.recogniser.engine})
        words = pool.submit(WakeWords, config.wake.words, config.wake.threshold, config.wake.debounce_s) if wake else None
        vad = Vad()
        try:
            recogniser = hearing.result()
        except recognisers.NoRecogniser as error:
            raise ModelError(str(error).rstrip("."), "recogniser") from error
        found = words.result() if words is not None else None
    return Engines(recogniser=recogniser, hearing=Worker("hears"), waking=Worker("wakes"), vad=vad, wake=found)


def segmenter_settings(config: Config) -> Settings:
    """The segmenter's own settings from [speech]."""
    speech = config.speech
    return Settings(
        on=speech.threshold, off=speech.threshold, min_speech_s=speech.minimum_s, complete_s=speech.complete_s,
        can_go_on_s=speech.can_go_on_s, incomplete_s=speech.incomplete_s, unknown_s=speech.unknown_s, max_s=speech.longest_s,
        nothing_said_s=speech.nothing_said_s,
    )
