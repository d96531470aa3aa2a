"""A person says "alexa" and a command over the hub's own reply: is the reply stopped, how soon, and is the command understood.

    .venv/bin/python -m bench.over [--data DIR] [--home N] [--coffee N] [--echo quiet,-6,0,6] [--rooms near,reverberant] [--soon]

The real ears, guard, mixer, voice detection, wake word and recogniser on one made-up clock: what the mixer gives out comes back through
a simulated room, another one for every clip, and the ears' opening stops it as it does in the hub, so the echo ends when the reply does.
"alexa" and the command are real recordings by different people, 0.1–0.4 s apart, beginning 1.5 s or more into the reply. A command is
right where intent, slots and targets are those of the sentence that was read out (home commands), or all slots are (coffee orders).
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.coffee import own_commands, slots_of
from bench.room import TEXT, Hearing, Pcm, Scene, Sound, loudness, pcm, room, through
from bench.sound import DATA, machine, read, rows, wilson
from bench.spoken import home as spoken_home
from devices.home import Home
from devices.homefile import load_home
from hub.asking import Asker
from hub.config import Config
from hub.hear import Heard
from hub.sound.audio import FRAME, RATE
from hub.sound.ears import Opened
from hub.sound.playback import Playback, samples_of
from models.automaton import grammar
from models.said import Context, Speech, Utterance
from models.voice.tts import Voice

PEAK = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One barge-in: what is said, and how to know whether it was understood."""

    name: str
    said: Sound
    word_end: int
    """Sample of `said` at which the wake word is over."""
    house: grammar.Grammar
    right: Callable[[Utterance], bool]
    words: str = ""
    into_s: tuple[float, float] = (1.5, 5.0)
    """How long after the reply began the word begins, at least and at most."""


@dataclass(slots=True, kw_only=True)
class Result:
    clip: Clip
    wake_ms: float | None = None
    """From the end of the wake word."""
    stop_ms: float | None = None
    """From the opening to the reply's last sample."""
    heard: Heard | None = None
    openings: list[float] = field(default_factory=list)
    """Seconds from the end of the wake word."""

    @property
    def right(self) -> bool:
        return self.heard is not None and self.clip.right(self.heard.utterance)


def voiced(said: Sound) -> tuple[int, int]:
    """First and last sample of what is surely sound."""
    loud = np.flatnonzero(np.convolve(np.square(said), np.ones(800) / 800, "same") > 0.01 * np.square(said).max() / 8)
    return int(loud[0]), int(loud[-1])


def joined(word: Sound, command: Sound, rng: np.random.Generator) -> tuple[Sound, int]:
    """The wake word and the command, equally loud, a short pause between; and where the word is over."""
    first, last = voiced(word)
    word = word[max(0, first - 800) : last] * PEAK / np.abs(word).max()
    first, last = voiced(command)
    command = command[max(0, first - 480) : last + 3200]
    command = command * loudness(word) / loudness(command)
    gap = np.zeros(int(rng.uniform(0.1, 0.4) * RATE))
    return np.concatenate((word, gap, command)), len(word)


async def barge_in(hearing: Hearing, clip: Clip, reply: Pcm, db: float | None, near: bool) -> Result:
    rng = np.random.default_rng(zlib.crc32(f"{clip.name} {db} {near}".encode()))
    path = room(rng, near)
    level = 0.0 if db is None else loudness(clip.said) / loudness(through(reply / 32767, path)) * 10 ** (db / 20)
    hearing.house = clip.house
    woken: list[tuple[float, Opened]] = []
    playback: Playback | None = None

    def opened(opening: Opened) -> None:
        if opening.kind == "wake":
            woken.append((scene.now, opening))
            if playback is not None:
                playback.stop()

    scene = Scene(hearing, opened, path * level, rng)
    start = int(rng.uniform(*clip.into_s) * 50) * FRAME
    if db is not None:
        playback = scene.mixer.begin()
        playback.add(Speech(text="", pcm=reply.tobytes(), rate=RATE))
        playback.end()
    sound = np.concatenate((np.zeros(start), clip.said, np.zeros(3 * RATE)))
    result, end = Result(clip=clip), (start + clip.word_end) / RATE
    for at in range(0, len(sound) - FRAME, FRAME):
        await scene.step(sound[at : at + FRAME])
        if woken and woken[-1][0] > start / RATE and woken[-1][1].stretch.over:
            break
    await scene.ears.close()
    result.openings = [round(when - end, 2) for when, _ in woken]
    if woken and woken[0][0] > start / RATE:
        result.wake_ms = (woken[0][0] - end) * 1000
        result.heard = await woken[-1][1].stretch.heard()
        if playback is not None and playback.last_sound_at is not None:
            result.stop_ms = (playback.last_sound_at - woken[0][0]) * 1000
    return result


def home_clips(data: Path, alexas: Sequence[Sound], asker: Asker, folder: Path) -> list[Clip]:
    house = load_home(spoken_home(data, folder))
    words, context = grammar.build(house), Context(now=datetime.now().astimezone(), area="kitchen")
    clips = []

    def plain(slot: tuple[str, Any]) -> str:
        name, value = slot
        return f"{name} {float(value) if isinstance(value, int | float) else value}"

    def meant(utterance: Utterance) -> list[Any]:
        found = asker.reader.interpret(utterance, house, context)
        return [(f.intent, sorted(map(plain, f.slots.items())), sorted(f.targets)) for f in found.frames] if found.accepted else []

    for row in rows("home_commands", data):
        if row["out_of_vocabulary"] or row["text"] is None or row["voice"] != "human" or "hey mycroft" in row["text"]:
            continue
        gold = meant(Utterance(text=row["text"], confidence=1.0, in_house=True))
        if not gold:
            continue
        rng = np.random.default_rng(zlib.crc32(row["file"].encode()))
        said, end = joined(alexas[int(rng.integers(len(alexas)))], read(data / "home_commands" / row["file"]).astype(float), rng)
        clips.append(
            Clip(name=row["file"], said=said, word_end=end, house=words, right=lambda u, g=gold: meant(u) == g, words=row["text"])  # type: ignore[misc]
        )
    return clips


def coffee_clips(data: Path, alexas: Sequence[Sound]) -> list[Clip]:
    command = own_commands(data, "yaml")
    house, clips = grammar.build(Home(commands=(command,))), []
    for row in rows("s2i", data):
        rng = np.random.default_rng(zlib.crc32(row["file"].encode()))
        said, end = joined(alexas[int(rng.integers(len(alexas)))], read(data / "s2i" / row["file"]).astype(float), rng)
        right = lambda u, s=row["slots"]: slots_of(u.text, command) == s  # type: ignore[misc]  # noqa: E731
        clips.append(Clip(name=row["file"], said=said, word_end=end, house=house, right=right, words=str(row["slots"])))
    return clips


def spread(clips: list[Clip], count: int) -> list[Clip]:
    return clips if count >= len(clips) else [clips[i * len(clips) // count] for i in range(count)]


def told(name: str, results: Sequence[Result]) -> None:
    woke = [r for r in results if r.wake_ms is not None]
    good = [r for r in results if r.right]

    def share(count: int, of: int) -> str:
        low, high = wilson(count, of)
        return f"{count}/{of} = {100 * count / max(1, of):.1f} % ({100 * low:.0f}–{100 * high:.0f})"

    late = np.percentile([r.wake_ms or 0.0 for r in woke], [50, 95]) if woke else (np.nan, np.nan)
    stops = [r.stop_ms for r in woke if r.stop_ms is not None]
    stop = f"; opening → last sample {np.median(stops):.0f}, most {max(stops):.0f} ms" if stops else ""
    print(
        f"{name:18} woken {share(len(woke), len(results))}, {late[0]:.0f}/{late[1]:.0f} ms after the word's end (p50/p95){stop}; "
        f"command right {share(len(good), len(results))}, of the woken {share(len(good), len(woke))}",
        flush=True,
    )


async def run(data: Path, home: int, coffee: int, echoes: Sequence[str], rooms: Sequence[str], failures: int, soon: bool) -> None:
    voice = Voice.load()
    reply = pcm(np.concatenate([samples_of(s).astype(float) for s in voice.speak(TEXT)]))
    alexas = [
        read(data / "wakewords" / r["file"]).astype(float)
        for r in rows("wakewords", data)
        if r["keyword"] == "alexa" and not r.get("upstream_flac_damaged")
    ]
    asker, hearing = Asker(Config()), Hearing.load(grammar.build(Home()))
    try:
        with tempfile.TemporaryDirectory() as folder:
            clips = [*spread(home_clips(data, alexas, asker, Path(folder)), home), *spread(coffee_clips(data, alexas), coffee)]
            clips = [replace(clip, into_s=(1.0, 2.0)) for clip in clips] if soon else clips
        print(f"{machine()}, {hearing.engines.recogniser.name}; dev; {len(clips)} clips", flush=True)
        everything: list[Result] = []
        for name in rooms:
            for echo in echoes:
                if echo == "quiet" and name != rooms[0]:
                    continue
                db = None if echo == "quiet" else float(echo)
                results = [await barge_in(hearing, clip, reply, db, name == "near") for clip in clips]
                told("quiet" if db is None else f"{name} {db:+.0f} dB", results)
                everything += [] if db is None else results
                for r in [r for r in results if not r.right][:failures]:
                    text = r.heard.utterance.text if r.heard is not None else "–"
                    reason = r.heard.reason if r.heard is not None else "not woken"
                    print(f"      {r.clip.name[-40:]} | {r.clip.words} | {text!r} {reason or ''} | {r.openings}", flush=True)
        if everything:
            told("all with echo", everything)
    finally:
        hearing.close()
        asker.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--home", type=int, default=30)
    parser.add_argument("--coffee", type=int, default=30)
    parser.add_argument("--echo", default="quiet,-6,0,6")
    parser.add_argument("--rooms", default="near,reverberant")
    parser.add_argument("--failures", type=int, default=8)
    parser.add_argument("--soon", action="store_true", help="one second or two into the very first reply, before the room is known")
    given = parser.parse_args()
    rooms = given.rooms.split(",")
    asyncio.run(run(given.data, given.home, given.coffee, given.echo.split(","), rooms, given.failures, given.soon))


if __name__ == "__main__":
    main()
