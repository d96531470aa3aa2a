"""Loads the voice and says how loud it is now. Knows [voice] of hub.toml."""

from __future__ import annotations

import logging
from datetime import datetime, time
from pathlib import Path

from hub.config import Config
from models.voice.tts import NullVoice, Speaks, Voice, VoiceError

log = logging.getLogger("hub.sound.voices")


def load_voice(config: Config, folder: Path) -> Speaks:
    """Piper's voice with the sounds of its replies in `folder`, or silence where there is none: a hub without a voice still acts."""
    if config.voice.engine == "none":
        return NullVoice()
    try:
        return Voice.load(cache=folder)
    except VoiceError as error:
        log.warning("the hub has no voice and answers in writing only: %s", error)
        return NullVoice()


def loudness(config: Config, now: datetime) -> float:
    """Gain of a reply at this hour, 0–1."""
    return config.voice.quiet_volume if quiet(config, now) else config.voice.volume


def quiet(config: Config, now: datetime) -> bool:
    """Whether these are the owner's quiet hours."""
    start, end = config.voice.quiet_from, config.voice.quiet_to
    if start is None or end is None:
        return False
    clock, first, last = now.time(), _time(start), _time(end)
    return first <= clock < last if first <= last else clock >= first or clock < last


def _time(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))
