"""How well a person is heard over the hub's own voice, and whether the hub ever hears itself.

    .venv/bin/python -m bench.echo [--data DIR] [--every N] [--minutes M]

(a) Simulated rooms: Piper's voice comes back as echo at −6…+6 dB against a real recording of "alexa" said over it; stopped = woken within
0.6 s of the word's end, beside AEC3 alone and nothing at all. (b) Hours of the hub's own speech, its wake word in it, echo at +6 dB:
self-wakes. (c) Real double talk (Microsoft's AEC challenge): how much the cancellers take away where the far end sounds.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from bench.room import TEXT, Hearing, Pcm, Scene, Sound, loudness, pcm, room, through
from bench.sound import DATA, machine, read, rows, wilson
from devices.homefile import load_home
from hub.asking import DEMO_HOME
from hub.loop import STOP
from hub.sound.ears import Opened
from hub.sound.echo import EchoCanceller
from hub.sound.playback import FRAME, samples_of
from models.automaton import grammar
from models.hearing.vad import Vad
from models.hearing.wake import RATE, WakeWords
from models.said import Speech
from models.voice.tts import Voice

OWN = (
    "My wake word is Alexa.",
    "Say Alexa, and then what you want.",
    "Alexa, turn on the kitchen light, is what you could say.",
    "A Lexus is parked in front of the garage, and Alexander is at the door.",
    "I am listening when somebody says Alexa.",
    "You can say stop whenever I speak.",
)
QUESTIONS = (
    "Shall I really unlock the front door? Say yes or no.",
    "Which one do you mean, the kitchen ceiling light or the reading lamp?",
    "Do you want me to stop the timer?",
)
"""What a reply may end with; speech over it could be taken for the answer."""
SILENCE = np.zeros(FRAME)


def ours(mic: Pcm, played: Pcm) -> Pcm:
    """What the hub's wake words hear, of a canceller that knows nothing yet."""
    canceller = EchoCanceller()
    blocks = []
    for at in range(0, len(mic) - FRAME + 1, FRAME):
        canceller.process(mic[at : at + FRAME], played[at : at + FRAME])
        blocks.append(canceller.for_wake)
    return np.concatenate(blocks)


def aec3_alone(mic: Pcm, played: Pcm) -> Pcm:
    from livekit import rtc

    apm, out = rtc.AudioProcessingModule(echo_cancellation=True, noise_suppression=True, high_pass_filter=True), np.empty_like(mic)
    for start in range(0, len(mic), 160):
        apm.process_reverse_stream(rtc.AudioFrame(bytearray(played[start : start + 160].tobytes()), RATE, 1, 160))
        frame = rtc.AudioFrame(bytearray(mic[start : start + 160].tobytes()), RATE, 1, 160)
        apm.process_stream(frame)
        out[start : start + 160] = np.frombuffer(bytes(frame.data), np.int16)
    return out


WAYS: dict[str, Callable[[Pcm, Pcm], Pcm]] = {"hub": ours, "AEC3 alone": aec3_alone, "nothing": lambda mic, played: mic}


def wakes(words: WakeWords, sound: Pcm) -> list[float]:
    words.reset()
    found = []
    for start in range(0, len(sound) - 1279, 1280):
        wake = words.feed(sound[start : start + 1280])
        if wake is not None:
            found.append(wake.at_s)
    return found


def barge_in(reply: Sound, data: Path, every: int) -> None:
    words = WakeWords(["alexa"])
    said_rows = [r for r in rows("wakewords", data) if r["keyword"] == "alexa" and not r.get("upstream_flac_damaged")][::every]
    print(f"\n(a) 'alexa' over the reply, n {len(said_rows)} a cell: stopped (Wilson 95 %), delay from the word's end p50/p95, other wakes")
    spent = dict.fromkeys(WAYS, 0.0)
    for near in (True, False):
        for db in (-6, 0, 6):
            rng, cells = np.random.default_rng(100 + db), []
            hits: dict[str, list[float]] = {name: [] for name in WAYS}
            other = dict.fromkeys(WAYS, 0)
            for row in said_rows:
                said = read(data / "wakewords" / row["file"]).astype(float)
                said *= 0.3 / np.abs(said).max()
                echo = through(reply, room(rng, near))
                echo *= loudness(said) / loudness(echo) * 10 ** (db / 20)
                at = int(rng.uniform(1.5 * RATE, len(reply) - len(said) - RATE))
                mic = echo + rng.normal(0, 3e-4, len(echo))
                mic[at : at + len(said)] += said
                loud = np.convolve(np.square(said), np.ones(800) / 800, "same")
                end = (at + np.flatnonzero(loud > 0.02 * loud.max())[-1]) / RATE
                for name, way in WAYS.items():
                    began = time.process_time()
                    cleaned = way(pcm(mic), pcm(reply))
                    spent[name] += time.process_time() - began
                    found = wakes(words, cleaned)
                    good = [t for t in found if at / RATE < t < end + 0.6]
                    other[name] += len(found) - len(good)
                    hits[name] += [(good[0] - end) * 1000] if good else []
            for name, late in hits.items():
                low, high = wilson(len(late), len(said_rows))
                p50, p95 = np.percentile(late, [50, 95]) if late else (np.nan, np.nan)
                share = 100 * len(late) / len(said_rows)
                cells.append(f"{name}: {share:5.1f} % ({100 * low:.0f}–{100 * high:.0f}) {p50:4.0f}/{p95:4.0f} ms, {other[name]}")
            print(f"  {'loudspeaker near' if near else 'reverberant     '} {db:+d} dB   " + "   ".join(cells), flush=True)
    seconds = 6 * len(said_rows) * len(reply) / RATE
    print("  cost, CPU-s a second:", {name: round(s / seconds, 4) for name, s in spent.items() if name != "nothing"})


class Deaf(Vad):
    """Hears no speech in anything."""

    def feed(self, pcm: Pcm) -> float:
        return 0.0


async def own_voice(voice: Voice, minutes: float, seed: int, moves: float, *, wake_only: bool) -> None:
    """The hub talks all the time, every other reply with its wake word in it; the rooms change. Through the real ears."""
    rng, replies, raw = np.random.default_rng(seed), 0, 0
    hearing, plain = Hearing.load(grammar.build(load_home(DEMO_HOME))), WakeWords(["alexa"])
    if wake_only:
        hearing.engines.vad = Deaf()
    parts = [*OWN, *(s.strip() + "." for s in TEXT.split(".") if s.strip())]
    woken: list[float] = []
    openings: list[tuple[Opened, str, bool]] = []
    text, asks, began, changed, obeyed = "", False, 0.0, 0.0, 0

    @cache
    def said(sentence: str) -> Sound:
        return np.concatenate([samples_of(s).astype(float) for s in voice.speak(sentence)])

    def opened(opening: Opened) -> None:
        openings.append((opening, text, asks))
        if opening.kind == "wake":
            woken.append(scene.now)
            where = f"{scene.now / 60:.2f} min, {scene.now - began:.1f} s into {text!r}"
            print(f"  woke itself {where}, {scene.now - changed:.0f} s in this room", flush=True)

    scene = Scene(hearing, opened, room(rng, True), rng)
    try:
        while scene.now < minutes * 60:
            if rng.random() < moves:
                changed = scene.now
                scene.move(room(rng, bool(rng.random() < 0.7)))
            asks = bool(rng.random() < 0.3)
            texts = [parts[k] for k in rng.permutation(len(parts))[:6]] + ([str(rng.choice(QUESTIONS))] if asks else [])
            text = " ".join(texts)
            reply = np.concatenate([said(t) for t in texts])
            reply *= 0.2 / loudness(reply)
            playback = scene.mixer.begin()
            playback.add(Speech(text=text, pcm=pcm(reply).tobytes(), rate=RATE))
            playback.end()
            if int(scene.now / 600) > int(began / 600):
                print(f"  {scene.now / 60:.0f} min: woken by itself {len(woken)}", flush=True)
            began, replies = scene.now, replies + 1
            raw += len(wakes(plain, pcm(reply)))
            for _ in range(int(len(reply) / FRAME + 50 * rng.uniform(0.1, 1.5))):
                await scene.step(SILENCE)
        for opening, reply_text, asked in openings:
            if opening.kind != "stop_word":
                continue
            heard = await opening.stretch.heard() if opening.stretch.over else None
            if heard is None or heard.reason is not None:
                continue
            words = heard.utterance
            spoken = " ".join(words.text.lower().replace(",", " ").replace(".", " ").split())
            if spoken in STOP or (asked and words.in_house and words.confidence >= 0.5):
                obeyed += 1
                print(f"  obeyed itself: {words.text!r} ({words.confidence:.2f}) in {reply_text!r}", flush=True)
    finally:
        hearing.close()
    own = sum(kind == "own_voice" for _, kind in scene.told)
    speech = sum(o.kind == "stop_word" for o, _, _ in openings)
    print(
        f"\n(b) {scene.now / 60:.0f} min of its own voice in {replies} replies, seed {seed}: woken by itself {len(woken)} (kept from it by "
        f"the guard {own}; its clean voice wakes {raw} times); speech heard in it {speech} times, "
        f"obeyed {obeyed}"
    )


def double_talk(data: Path) -> None:
    print("\n(c) real double talk: dB taken away where the far end sounds, by 100 ms (10th…90th percentile), and where only people do")
    for row in rows("aec_doubletalk", data):
        mic, far = (pcm(read(data / "aec_doubletalk" / row[k]).astype(float)) for k in ("mic", "farend"))
        size = min(len(mic), len(far)) // 1600 * 1600
        mic, far = mic[:size], far[:size]

        def power(sound: Pcm) -> Sound:
            return np.asarray(10 * np.log10(np.square(sound.astype(float)).reshape(-1, 1600).mean(axis=1) + 1))

        gone, sounding = power(mic) - power(EchoCanceller().process(mic, far)), power(far)
        active = sounding > sounding.max() - 25
        quiet_far = ~np.convolve(active, np.ones(5), "same").astype(bool)
        people = quiet_far & (power(mic) > np.percentile(power(mic), 10) + 15)
        lost = f"{np.median(gone[people]):.1f}" if people.any() else "–"
        share = np.percentile(gone[active], [10, 50, 75, 90]).round(1)
        print(f"  {row['mic'][6:28]} moving {row['movement']!s:5}: {share} dB; near speech loses {lost} dB (median, n {int(people.sum())})")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--every", type=int, default=2)
    options.add_argument("--minutes", type=float, default=20)
    options.add_argument("--seed", type=int, default=5)
    options.add_argument("--moves", type=float, default=0.1, help="share of the replies before which the room changes")
    options.add_argument("--only", default="abc")
    options.add_argument("--wake-only", action="store_true", help="(b) without voice detection: whether it wakes itself, at half the cost")
    asked = options.parse_args()
    print(machine() + "; dev")
    voice = Voice.load()
    if "c" in asked.only:
        double_talk(asked.data)
    if "a" in asked.only:
        barge_in(np.concatenate([samples_of(s).astype(float) for s in voice.speak(TEXT)])[: 16 * RATE], asked.data, asked.every)
    if "b" in asked.only:
        asyncio.run(own_voice(voice, asked.minutes, asked.seed, asked.moves, wake_only=asked.wake_only))


if __name__ == "__main__":
    main()
