"""Recordings for benchmarks: reading, and mixing with noise as Picovoice's benchmarks do. Knows no engine."""

from __future__ import annotations

import json
import os
import platform
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FRAME = 2048


def rows(name: str, data: Path = DATA) -> list[dict[str, Any]]:
    """The labels of one set."""
    return rows_of(data / name / "labels.jsonl")


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def machine() -> str:
    """The line that says what was measured on."""
    return f"{platform.machine()}, {os.cpu_count()} cores seen, one thread used, Python {platform.python_version()}"


@lru_cache(maxsize=64)
def read(path: Path) -> NDArray[np.float32]:
    """16 kHz mono, ±1."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono: NDArray[np.float32] = sound.mean(axis=1).astype(np.float32)
    return mono if rate == 16000 else soxr.resample(mono, rate, 16000).astype(np.float32)


def loudest_frame(sound: NDArray[np.float32]) -> float:
    frames = sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME)
    return float(np.max(np.sum(np.square(frames, dtype=np.float64), axis=1))) if frames.size else float(np.sum(np.square(sound)))


def mixed(speech: NDArray[np.float32], noise: NDArray[np.float32], snr_db: float, seed: int) -> NDArray[np.int16]:
    """Speech in noise, the ratio of the loudest frames being `snr_db`; scaled down together where it would clip."""
    rng = np.random.default_rng(seed)
    while noise.size < speech.size + FRAME:
        noise = np.concatenate([noise, noise])
    at = int(rng.integers(0, noise.size - speech.size))
    part = noise[at : at + speech.size]
    scale = np.sqrt(loudest_frame(speech) / (max(loudest_frame(part), 1e-9) * 10 ** (snr_db / 10)))
    both = speech + part * scale
    peak = float(np.max(np.abs(both))) or 1.0
    return to_int16(both / max(1.0, peak))


def to_int16(sound: NDArray[np.float32]) -> NDArray[np.int16]:
    return (np.clip(sound, -1, 1) * 32767).astype(np.int16)


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if n == 0:
        return 0.0, 1.0
    p, d = right / n, 1 + z * z / n
    middle, half = (p + z * z / (2 * n)) / d, z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d
    return float(middle - half), float(middle + half)
