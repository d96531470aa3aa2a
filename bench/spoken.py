"""Recorded commands through the whole pipeline, as `hub listen` runs it: intent and slots right, and how soon after the last sample.

Gold is the frame that the hub's own reader gives for the sentence that was read out (and hassil's where it has one), so that this measures
what speech costs. With `--woken GAP` each command follows somebody's real "alexa" (other speakers, dev) after so many seconds, and the wake
word is waited for. Run: python -m bench.spoken [--snr clean,10,5] [--every N] [--realtime] [--woken 0.1]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import soundfile
import yaml
from numpy.typing import NDArray

from bench.sound import DATA, machine, mixed, read, rows, to_int16, wilson
from hub.asking import Asker, Question
from hub.config import Config, WakeSettings
from hub.listening import Listener
from hub.turn_json import to_json


def thing(entity_id: str, name: str, area: str | None, **attributes: Any) -> dict[str, Any]:
    """An entity of a home file."""
    return {"id": entity_id, "name": name, "area": area, "state": "off", "attributes": attributes}


def home(data: Path, folder: Path) -> Path:
    """The home that the sentences are about: speech-to-phrase's fixtures, with blinds, windows and curtains in its two rooms."""
    fixtures = yaml.safe_load((data / "home_commands" / "stp_fixtures_en.yaml").read_text())["fixtures"]
    areas = [{"id": a["name"].lower(), "name": a["name"]} for a in fixtures["areas"]]
    entities: list[dict[str, Any]] = []
    for entity in fixtures["entities"]:
        attributes: dict[str, Any] = {}
        if entity["domain"] == "light":
            attributes["supported_color_modes"] = ["rgb" if entity.get("light_supports_color") else "onoff"]
        if entity["name"] == "Garage Door":
            attributes["device_class"] = "garage"
        if entity["name"] == "Outdoor Humidity":
            attributes |= {"device_class": "humidity", "unit_of_measurement": "%"}
        slug = entity["name"].lower().replace(" ", "_")
        area = "office" if entity["name"] in ("Standing Light", "TV", "Sliding Door") else None
        entities.append(thing(f"{entity['domain']}.{slug}", entity["name"], area, **attributes))
    for area, name in ((a["id"], a["name"]) for a in areas):
        entities.append(thing(f"light.{area}", f"{name} Ceiling", area, supported_color_modes=["rgb"]))
        entities.append(thing(f"climate.{area}", f"{name} Thermostat", area, current_temperature=20))
        entities += [thing(f"cover.{area}_{kind}", f"{name} {kind}", area, device_class=kind) for kind in ("blind", "window", "curtain")]
    entities += [thing("light.lamp", "Lamp", "office"), thing("light.living_room_lamp", "Living Room Lamp", None)]
    path = folder / "home.yaml"
    path.write_text(yaml.safe_dump({"id": "spoken", "areas": areas, "entities": entities}))
    return path


def same(gold: dict[str, Any], turn: dict[str, Any] | None) -> bool:
    """Intent and slots; the hub's own room does not count, numbers by value."""
    if turn is None or turn.get("intent") != gold["intent"]:
        return False

    def plain(slots: dict[str, Any]) -> dict[str, str]:
        kept = {k: v for k, v in slots.items() if k != "area" or v != "Kitchen"}
        return {k: str(float(v)) if isinstance(v, int | float) else str(v).casefold() for k, v in kept.items()}

    return plain(gold["slots"]) == plain(turn["slots"])


def tight(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """A recording without the silence around it."""
    loud = np.flatnonzero(np.abs(sound) > max(0.01, 0.05 * float(np.max(np.abs(sound)))))
    return sound[max(0, loud[0] - 400) : loud[-1] + 400] if loud.size else sound


def woken(command: NDArray[np.float32], words: list[NDArray[np.float32]], gap_s: float, seed: int) -> NDArray[np.float32]:
    """A wake word as loud as the command, a gap, the command."""
    rng = np.random.default_rng(seed)
    word = words[int(rng.integers(len(words)))]
    said = tight(command)
    word = word * (float(np.max(np.abs(said))) / max(1e-6, float(np.max(np.abs(word)))))
    quiet = [rng.normal(0, 3e-4, int(16000 * s)).astype(np.float32) for s in (0.6, gap_s, 1.0)]
    return np.concatenate([quiet[0], word, quiet[1], said, quiet[2]])


async def run(data: Path, snrs: list[str], every: int, realtime: bool, failures: int, gap_s: float | None = None) -> None:
    config = Config(wake=WakeSettings(words=["alexa"]))
    words: list[NDArray[np.float32]] = []
    if gap_s is not None:
        clips = [row for row in rows("wakewords", data) if row["keyword"] == "alexa" and not row["upstream_flac_damaged"]]
        words = [word for row in clips[::3] if (word := tight(read(data / "wakewords" / row["file"]))).size < 16000]  # no noisy ones
    labels = [row for row in rows("home_commands", data)[::every] if row["text"] is not None and "hey mycroft" not in row["text"]]
    spoken = [row for row in labels if not row["out_of_vocabulary"] and row["text"] != "this is a test"]
    others = [row for row in labels if row["out_of_vocabulary"] or row["text"] == "this is a test"]
    noise = read(data / "noise" / next(r["file"] for r in rows("noise", data) if r["cls"] == "doing_the_dishes"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        house = home(data, folder)
        asker = Asker(config)
        listener = Listener(config, asker, wake=gap_s is not None)
        gold = {row["text"]: await asker_json(asker, row["text"], house) for row in spoken}
        print(machine())
        for snr in snrs:
            right, late, wrong, fired = 0, [], [], []
            for number, row in enumerate([*spoken, *others]):
                sound = read(data / "home_commands" / row["file"])
                sound = sound if gap_s is None else woken(sound, words, gap_s, number)
                pcm = to_int16(sound) if snr == "clean" else mixed(sound, noise, float(snr), number)
                path = folder / "clip.wav"
                soundfile.write(path, pcm, 16000, subtype="PCM_16")
                got: list[dict[str, Any]] = []
                began = time.monotonic()
                question = Question(text="", home=house, room="kitchen")
                await listener.listen(str(path), question, lambda turn, got=got: got.append(dict(turn)), realtime=realtime)
                took = time.monotonic() - began
                turns = [turn for turn in got if turn.get("id") is not None and turn["decision"] != "ignore"]
                if row in others:
                    fired += [(row["file"], turn["heard"]) for turn in turns if turn["actions"]]
                    continue
                best = turns[0] if len(turns) == 1 else None
                if best is not None and "decided" in best["timings_ms"]:
                    late.append(best["timings_ms"]["decided"])
                if same(gold[row["text"]], best):
                    right += 1
                else:
                    wrong.append((row["file"], row["text"], [turn.get("heard", turn.get("reason")) for turn in got], f"{took:.1f} s"))
            low, high = wilson(right, len(spoken))
            print(f"{snr:>5}: {right}/{len(spoken)} = {100 * right / len(spoken):.1f} % [{100 * low:.1f}, {100 * high:.1f}]", end="")
            late.sort()
            if late:
                print(f"   decided after median {median(late):.0f} ms, p95 {late[int(0.95 * (len(late) - 1))]:.0f} ms", end="")
            print(f"   acted on other speech: {len(fired)}/{len(others)} {fired}")
            for miss in wrong[:failures]:
                print("      ", json.dumps(miss))
        listener.close()
        asker.close()


async def asker_json(asker: Asker, text: str, house: Path) -> dict[str, Any]:
    return to_json(await asker.ask(Question(text=text, home=house, room="kitchen")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--snr", default="clean,10,5")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--realtime", action="store_true")
    parser.add_argument("--failures", type=int, default=20)
    parser.add_argument("--woken", type=float, metavar="GAP", help="seconds between the wake word and the command")
    given = parser.parse_args()
    asyncio.run(run(given.data, given.snr.split(","), given.every, given.realtime, given.failures, given.woken))


if __name__ == "__main__":
    main()
