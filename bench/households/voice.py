"""`python -m bench.households.voice`: the same loop with a real recogniser, and the text mode of the same homes beside it.

Every request is said by Piper, goes through a room and a kitchen's noise, and is heard by the hub's recogniser inside the house's
sentences. There is one Piper voice to be had; the three speakers are made from it by pitch, formants, pace and variation, which is less
than three people. What was heard is kept in bench/cache, so a run that is stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from piper import PiperVoice, SynthesisConfig

from bench import sound
from bench.echo import room, through
from bench.households.confusion import Confusion, Ear
from bench.households.house import House, build
from bench.households.journal import journal
from bench.households.lessons import Lessons
from bench.households.outcomes import HEAD, Score, line, score
from bench.households.people import KIND, People
from bench.households.probing import probes
from hub.learning.reading import reader
from models import manifest
from models.automaton import grammar
from models.hearing import asr, recognisers

PERSONS = {"ann": (1.15, 1.05), "bob": (1.0, 1.0), "guest": (0.88, 0.92)}
"""Pitch and formants (by resampling), and pace."""
SNR_DB = (8.0, 12.0, 18.0)
QUIET_DB = (15.0, 20.0, 30.0)
CLEARER_DB = 5.0
"""A second try is said louder."""
NOISES = ("doing_the_dishes", "dude_miaowing", "pink_noise")
TAKES = 2
"""Different takes of a sentence by a person: another noise, another place in the room."""
FOLDER = Path("bench/cache/households-voice")


class Studio:
    """Piper, rooms, noise and the recogniser, and what was heard so far in one home."""

    def __init__(self, house: House, data: Path, until: float, near: bool) -> None:
        self.until, self.near = until, near
        self.snr = QUIET_DB if near else SNR_DB
        stamp = zlib.crc32(house.file.read_bytes() + repr((self.snr, CLEARER_DB, NOISES, PERSONS)).encode())
        self.path = FOLDER / f"heard-{stamp:08x}.json"
        self.heard: dict[str, list[str]] = json.loads(self.path.read_text()) if self.path.is_file() else {}
        model = manifest.locate("piper/voice")
        if model is None:
            raise SystemExit("The voice is not installed: run `hub setup`.")
        self.piper = PiperVoice.load(model)
        self.engine = recognisers.load()
        self.grammar = grammar.build(house.home)
        rows = [r for r in sound.rows("noise", data) if r["cls"] in NOISES]
        self.noises = [sound.read(data / "noise" / r["file"]) for r in rows]
        self.new = 0

    def hear(self, text: str, person: str, take: int, clearer: bool) -> list[str]:
        """Hypotheses, best first."""
        name = f"{person}|{take}|{clearer}|{text}"
        if name not in self.heard:
            if time.monotonic() > self.until:
                raise TimeoutError
            self.heard[name] = self._listen(text, person, take, clearer)
            self.new += 1
            if self.new % 25 == 0:
                self.save()
        return self.heard[name]

    def save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.heard))

    def _listen(self, text: str, person: str, take: int, clearer: bool) -> list[str]:
        seed = zlib.crc32(f"{text}|{person}|{take}|{clearer}".encode())
        rng = np.random.default_rng(seed)
        pitch, pace = PERSONS[person]
        settings = SynthesisConfig(length_scale=pitch / pace * float(rng.uniform(0.9, 1.1)), noise_scale=0.75, noise_w_scale=0.9)
        pieces = [chunk.audio_float_array for chunk in self.piper.synthesize(text, settings)]
        said = np.concatenate(pieces).astype(np.float32)
        said = soxr.resample(said, self.piper.config.sample_rate * pitch, 16000).astype(np.float32)
        quiet = np.zeros(4000, np.float32)
        said = np.concatenate([quiet, said / max(1e-6, float(np.abs(said).max())) * 0.5, quiet])
        said = through(said.astype(np.float64), room(rng, near=self.near)).astype(np.float32)
        snr = float(rng.choice(self.snr)) + (CLEARER_DB if clearer else 0.0)
        pcm = sound.mixed(said, self.noises[int(rng.integers(len(self.noises)))], snr, seed)
        self.engine.start(self.grammar)
        self.engine.accept(pcm)
        heard = self.engine.finish()
        return list(dict.fromkeys([heard.text, *(h.text for h in heard.nbest)]))[:4]


class VoiceEar:
    """One person heard through the studio. A lower rate is a clearer try; rate 1 asks for another hypothesis of the last sound."""

    def __init__(self, studio: Studio, person: str, rng: random.Random, rate: float) -> None:
        self.studio, self.person, self.rng, self.rate = studio, person, rng, rate
        self._last: list[str] = []

    def hear(self, text: str, rate: float | None = None) -> str:
        if rate is not None and rate >= 1.0:
            return self._last[1] if len(self._last) > 1 else text
        clearer = rate is not None and rate < self.rate
        self._last = self.studio.hear(text, self.person, 0 if clearer else self.rng.randrange(TAKES), clearer)
        return self._last[0]


def trimmed(house: House, goals: int) -> House:
    """The home with its most frequent requests alone, in two wordings each: every sentence has to be said and heard."""
    most = sorted(house.goals, key=lambda g: -g.weight)[:goals]
    for goal in most:
        goal.wordings = goal.wordings[:2]
    house.goals = most
    return house


def mishearing(house: House, people: People, studio: Studio) -> float:
    """The share of first tries that are not heard as they were said, by how often they are said."""
    wrong = total = 0.0
    for goal in house.goals:
        for text in goal.wordings:
            for person, weight in (("ann", 2.0), ("bob", 1.0)):
                for take in range(TAKES):
                    heard = studio.hear(text, person, take, False)[0]
                    share = goal.weight * weight / len(goal.wordings)
                    wrong += share * (asr.alike(heard) != asr.alike(text))
                    total += share
    return wrong / total


def one_run(house: House, people: People, seed: int, n: int, lessons: Lessons, name: str) -> tuple[Score, dict[str, Any]]:
    """Journal, learning and probes of one home in one mode."""
    rows = list(journal(house, people, seed))
    asked = probes(house, people, n, seed, [r["heard"] for r in rows])
    result = Score()
    score(result, house, asked, lessons.learn(name, house, rows))
    defects = sum(r["_got"] != r["_want"] for r in rows)
    return result, {"turns": len(rows), "defects": defects}


def main() -> None:
    """Prints both modes side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=2)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--goals", type=int, default=16)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--probes", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--near", action="store_true", help="near the microphone and in less noise")
    parser.add_argument("--minutes", type=float, default=40.0, help="stop listening then; a second call goes on")
    args = parser.parse_args()
    until = time.monotonic() + 60 * args.minutes
    people = replace(KIND, days=args.days, near_names=2, guests=0.08)
    confusion = Confusion(args.data / "slurp")
    spoken, typed = Score(), Score()
    rates = []
    with tempfile.TemporaryDirectory() as temp, Lessons(Path(temp) / "learner") as lessons:
        for number in range(args.first, args.first + args.homes):
            house = trimmed(build(number, Path(temp), args.data, confusion, people, args.seed, reader), args.goals)
            studio = Studio(house, args.data, until, args.near)
            try:
                rate = mishearing(house, people, studio)
                house.ears = {p: VoiceEar(studio, p, random.Random(args.seed + number), people.wrong) for p in PERSONS}
                result, about = one_run(house, people, args.seed, args.probes, lessons, f"voice{number}")
            except TimeoutError:
                studio.save()
                print(f"home {number}: time is up with {len(studio.heard)} sentences heard; call again to go on", file=sys.stderr)
                break
            studio.save()
            spoken.add(result)
            rates.append(rate)
            matched = replace(people, wrong=rate)
            house.ears = {p: Ear(confusion, random.Random(args.seed + k + 10 * number), rate=rate) for k, p in enumerate(PERSONS)}
            result, _ = one_run(house, matched, args.seed, args.probes, lessons, f"text{number}")
            typed.add(result)
            print(f"home {number}: {rate:.0%} misheard, {about}; {len(studio.heard)} sentences heard", file=sys.stderr)
    if not rates:
        return
    conditions = f"near, {QUIET_DB} dB" if args.near else f"in reverberant rooms, {SNR_DB} dB"
    print(f"{len(rates)} homes, {args.goals} requests each, {people.days} days; {sound.machine()}")
    print(f"{np.mean(rates):.1%} of the first tries misheard, {conditions}")
    print(HEAD)
    print(line("voice", spoken, random.Random(1)))
    print(line("text, same homes and share misheard", typed, random.Random(1)))
    for what, items in (("lost, voice", spoken.worst), ("won, voice", spoken.won), ("missed, voice", spoken.missed)):
        print(f"\n{what} ({len(items)}):", *items[:8], sep="\n   ")


if __name__ == "__main__":
    main()
