"""`hub run --input - --output FILE` with what it plays fed back as echo, in real time, end to end on a broker with the simulated house.

    .venv/bin/python -m bench.feedback [--echo 0] [--barges N] [--questions N] [--seed S]

(a) The hub says a long reply; a person says "alexa" and a command over it: the reply stops, the command is understood, nothing is said
twice. (b) "Shall I really unlock the front door?" with only the hub's own echo: stays locked. (c) The same while the TV plays in the
room and another voice says "yes": stays locked. (d) The same voice without a TV: unlocked, so that (c) means something.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.room import Sound, loudness, room
from bench.sound import machine, wilson
from devices.broker import embedded_broker
from devices.simulated import HOME_FILE, House, simulated_house
from hub.keeping.store import Store
from hub.running.live import call
from hub.sound.audio import FRAME, FRAME_S, RATE, read_file
from hub.sound.playback import samples_of
from models import manifest
from models.said import Speech
from models.voice.tts import Voice

HUB = str(Path(sys.executable).parent / "hub")
CLIPS = Path(__file__).parents[1] / "hub" / "demo" / "clips"
SAID = {
    "timer_status": "HassTimerStatus", "turn_off_lights_in_the_office": "HassTurnOff", "whats_the_date": "HassGetCurrentDate",
    "whats_the_temperature": "HassClimateGetTemperature",
    "is_the_front_door_locked": "HassGetState",
}  # fmt: skip
LEVEL = 0.08
"""Loudness of people."""
HOLD = 3
"""Frames kept before an echo begins, so that a late write leaves no hole in it."""


async def when(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Waits until it is so. TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (what is waited for is in another process)
            await asyncio.sleep(0.01)


def spoken(name: str) -> Sound:
    sound = read_file(CLIPS / f"{name}.flac").astype(float) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())
    sound = sound[max(0, loud[0] - 800) : loud[-1] + 1600]
    return np.asarray(sound * LEVEL / loudness(sound))


@dataclass(slots=True)
class Room:
    """The air between the hub's speaker, people and its microphone."""

    path: Sound
    out: Path
    near: Sound = field(default_factory=lambda: np.zeros(0))
    said_until: float = 0.0
    """When the last sample of what people said was written."""
    grown_at: float = 0.0
    """When the hub last wrote sound that was not all silent."""
    late: int = 0
    """Frames that this side wrote more than 20 ms late."""
    _rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def say(self, *sounds: Sound) -> None:
        self.near = np.concatenate((self.near, *sounds))

    async def live(self, pipe: asyncio.StreamWriter) -> None:
        size = 1 << (len(self.path) + FRAME).bit_length()
        spectrum, past, queue, sounding = np.fft.rfft(self.path, size), np.zeros(size), np.zeros(0, np.int16), False
        due = time.monotonic()
        with self.out.open("rb") as played:
            while True:
                new = np.frombuffer(played.read(2 * (RATE // 2)), np.int16)
                if new.any():
                    self.grown_at = time.monotonic()
                queue = np.concatenate((queue, new))
                sounding = len(queue) >= FRAME if sounding else len(queue) >= HOLD * FRAME
                frame, queue = (queue[:FRAME], queue[FRAME:]) if sounding else (np.zeros(FRAME, np.int16), queue)
                past = np.concatenate((past[FRAME:], frame.astype(float) / 32768))
                mic = np.fft.irfft(np.fft.rfft(past) * spectrum, size)[-FRAME:] + self._rng.normal(0, 3e-4, FRAME)
                near, self.near = self.near[:FRAME], self.near[FRAME:]
                mic[: len(near)] += near
                if len(near):
                    self.said_until = time.monotonic()
                try:
                    pipe.write((np.clip(mic, -1, 1) * 32767).astype(np.int16).tobytes())
                    await pipe.drain()
                except (BrokenPipeError, ConnectionResetError):
                    return
                due += FRAME_S
                self.late += time.monotonic() > due + FRAME_S
                await asyncio.sleep(max(0.0, due - time.monotonic()))


@dataclass(slots=True)
class Hub:
    """A hub process in a room."""

    room: Room
    folder: Path
    env: dict[str, str]
    errors: list[str] = field(default_factory=list)

    def turns(self) -> list[dict[str, Any]]:
        with Store(self.folder / "hub.db") as store:
            return store.turns()

    async def ask(self, text: str) -> dict[str, Any]:
        """A typed turn; back when it is decided, while its reply sounds."""
        return await call({"do": "ask", "text": text}, Path(self.env["XDG_RUNTIME_DIR"]) / "hub" / "hub.sock")

    async def until(self, count: int, seconds: float) -> list[dict[str, Any]]:
        """The turns, when there are `count` of them or the time is over."""
        with contextlib.suppress(TimeoutError):
            await when(lambda: len(self.turns()) >= count, seconds)
        return self.turns()

    async def quiet(self) -> None:
        """Until nothing has sounded for two seconds and no question waits for its answer."""
        await asyncio.sleep(7.0)
        await when(lambda: time.monotonic() - self.room.grown_at > 2)


@asynccontextmanager
async def running(folder: Path, url: str, path: Sound) -> AsyncIterator[Hub]:
    (folder / "run").mkdir(mode=0o700)
    (folder / "hub.toml").write_text('[wake]\nwords = ["alexa"]\n[web]\nport = 0\n[audio]\necho = "on"\n')
    env = {
        **os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"), "XDG_DATA_HOME": str(folder / "data"),
        "HUB_MODELS": str(manifest.folder()),
    }  # fmt: skip
    out = folder / "out.raw"
    out.touch()
    process = await asyncio.create_subprocess_exec(
        HUB, "run", "-c", str(folder / "hub.toml"), "--broker", url, "--input", "-", "--output", str(out),
        "--db", str(folder / "hub.db"), "--home", str(HOME_FILE), "--room", "office",
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=env,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stderr is not None
    hub = Hub(Room(path, out), folder, env)

    async def logs(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            hub.errors.append(line.decode())

    tasks = [asyncio.create_task(hub.room.live(process.stdin)), asyncio.create_task(logs(process.stderr))]
    try:
        await when(lambda: process.returncode is not None or any("Listening to" in line for line in hub.errors))
        if process.returncode is not None:
            raise RuntimeError("".join(hub.errors))
        yield hub
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def barge_in(hub: Hub, number: int, name: str, rng: np.random.Generator) -> tuple[bool, float | None]:
    """Whether the command over the reply was understood, and ms from the wake word's last sample to the reply's last."""
    await hub.quiet()
    before = len(hub.turns())
    began = time.monotonic()
    long = await hub.ask("what can you do")
    await when(lambda: hub.room.grown_at > began, 20)
    await asyncio.sleep(rng.uniform(1.0, 2.0))
    sounding = time.monotonic() - hub.room.grown_at < 0.3
    word, command = spoken(f"alexa_{number % 3 + 1}"), spoken(name)
    hub.room.say(word, np.zeros(int(0.25 * RATE)))
    await when(lambda: not len(hub.room.near))
    ended = time.monotonic() - 0.25
    hub.room.say(command)
    await asyncio.sleep(0.5)
    stopped = (hub.room.grown_at - ended) * 1000
    still = time.monotonic() - hub.room.grown_at < 0.2
    rows = await hub.until(before + 2, 12)
    after = rows[before + 1] if len(rows) > before + 1 else None
    good = after is not None and after.get("interrupted") == long["id"] and after["intent"] == SAID[name]
    heard = after["heard"] if after is not None else None
    how = "reply went on" if still else f"stopped {stopped:.0f} ms after the word"
    print(f"  {name:32} {'right' if good else 'WRONG'}: heard {heard!r}; {how}", "" if sounding else "(nothing sounded then)", flush=True)
    return good, None if still or not sounding else stopped


async def confirm(hub: Hub, house: House, voice: Voice, *, answer: bool, tv: bool) -> bool:
    """Whether the front door was unlocked after the question."""
    await hub.quiet()
    await house.set("media_player.tv", "playing" if tv else "off")
    await house.set("lock.front_door", "locked")
    await asyncio.sleep(0.5)
    asked = await hub.ask("unlock the front door")
    if asked["decision"] != "confirm":
        raise RuntimeError(f"not asked first: {asked}")
    if answer:
        other = np.concatenate([samples_of(Speech(text="", pcm=s.pcm, rate=round(s.rate * 1.15))) for s in voice.speak("Yes.")])
        await asyncio.sleep(0.5)
        await when(lambda: time.monotonic() - hub.room.grown_at > 0.5)
        hub.room.say(other.astype(float) * LEVEL / loudness(other.astype(float)))
    await asyncio.sleep(9)
    after = [(row["opening"], row["heard"], row["decision"], row.get("code")) for row in hub.turns()]
    since = after[max(n for n, row in enumerate(after) if row[1] == "unlock the front door" and row[0] == "typed") + 1 :]
    print(f"    heard afterwards: {since}", flush=True)
    return house.home.state("lock.front_door").value != "locked"


async def run(echo: float, barges: int, questions: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    voice = Voice.load()
    said = np.concatenate([samples_of(s).astype(float) for s in voice.speak("You can ask me to switch lights and play music.")])
    path = room(rng, True)
    path *= LEVEL / loudness(said) * 10 ** (echo / 20)
    print(f"{machine()}; load {os.getloadavg()[0]:.0f}; echo {echo:+.0f} dB", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        async with embedded_broker() as url, simulated_house(url) as house, running(Path(temporary), url, path) as hub:
            print("(a) a command over the reply")
            names = list(SAID)
            results = [await barge_in(hub, n, names[n % len(names)], rng) for n in range(barges)]
            right = sum(good for good, _ in results)
            low, high = wilson(right, barges)
            late = [ms for _, ms in results if ms is not None]
            times = f"stopped after {np.median(late):.0f} ms (median), at most {max(late):.0f}" if late else "never stopped"
            print(f"    right {right}/{barges} ({100 * low:.0f}–{100 * high:.0f} %); {times}, from the end of the wake word, n {len(late)}")
            for name, answer, tv, wanted in (
                ("(b) only its own echo", False, False, False), ("(c) the TV says yes", True, True, False),
                ("(d) a person says yes", True, False, True),
            ):  # fmt: skip
                opened = [await confirm(hub, house, voice, answer=answer, tv=tv) for _ in range(questions)]
                print(f"{name}: unlocked {sum(opened)} of {len(opened)} (should be {'all' if wanted else 'none'})", flush=True)
            print(f"frames written late by this side: {hub.room.late}")
            with contextlib.suppress(StopIteration):
                print(next(line for line in hub.errors if "Traceback" in line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--echo", type=float, default=0.0, help="dB against people's loudness")
    parser.add_argument("--barges", type=int, default=6)
    parser.add_argument("--questions", type=int, default=3, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(run(given.echo, given.barges, given.questions, given.seed))


if __name__ == "__main__":
    main()
