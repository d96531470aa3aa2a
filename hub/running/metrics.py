"""Counts what happens, in Prometheus' text form. Knows events; no label ever holds what was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from hub.turn import Turn

BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 5.0)
HELP = {
    "hub_turns_total": "Turns by how they were opened and what was decided.",
    "hub_actions_total": "Commands by outcome.",
    "hub_wakes_total": "Wake words by what followed.",
    "hub_barge_ins_total": "Replies that were stopped.",
    "hub_errors_total": "Turns that broke.",
    "hub_stage_seconds": "Seconds from the end of speech to each stage.",
    "hub_audio_frames_dropped_total": "Frames of sound that nobody took in time.",
    "hub_audio_frames_total": "Frames of sound heard.",
    "hub_model_info": "Models in use.",
}


class Metrics:
    """An observer of turns; `text` is what /metrics answers."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
        self._stages: dict[str, list[float]] = {}
        self.gauges: dict[str, Callable[[], float]] = {}
        """Read when asked for: name → value."""
        self.models: dict[str, str] = {}

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "wake":
            self._add("hub_wakes_total", outcome="woken")
        elif kind == "own_voice":
            self._add("hub_wakes_total", outcome="own_voice")
        elif kind == "barge_in":
            self._add("hub_barge_ins_total")
        elif kind == "error":
            self._add("hub_errors_total")
        elif kind == "turn":
            self._turn(data["turn"])

    def text(self) -> str:
        lines: list[str] = []
        by_name: dict[str, list[str]] = {}
        for (name, labels), value in sorted(self._counts.items()):
            by_name.setdefault(name, []).append(f"{name}{_labels(labels)} {value}")
        for name, gauge in self.gauges.items():
            by_name.setdefault(name, []).append(f"{name} {gauge():g}")
        for name, rows in by_name.items():
            lines += [f"# HELP {name} {HELP.get(name, name)}", f"# TYPE {name} counter", *rows]
        if self._stages:
            lines += [f"# HELP hub_stage_seconds {HELP['hub_stage_seconds']}", "# TYPE hub_stage_seconds histogram"]
        for stage, (*counts, total, seen) in sorted(self._stages.items()):
            for bound, count in zip(BUCKETS, counts, strict=True):
                lines.append(f'hub_stage_seconds_bucket{{stage="{stage}",le="{bound:g}"}} {count:g}')
            lines.append(f'hub_stage_seconds_bucket{{stage="{stage}",le="+Inf"}} {seen:g}')
            lines += [f'hub_stage_seconds_sum{{stage="{stage}"}} {total:g}', f'hub_stage_seconds_count{{stage="{stage}"}} {seen:g}']
        if self.models:
            lines += [f"# HELP hub_model_info {HELP['hub_model_info']}", "# TYPE hub_model_info gauge"]
            lines += [f"hub_model_info{_labels((('kind', kind), ('version', version)))} 1" for kind, version in sorted(self.models.items())]
        return "\n".join(lines) + "\n"

    def _turn(self, turn: Turn) -> None:
        decision = turn.decision.kind if turn.decision is not None else "none"
        self._add("hub_turns_total", origin=turn.opening.kind, result=decision)
        for outcome in turn.outcomes:
            self._add("hub_actions_total", status=outcome.status)
        for stage in ("final_text", "decided", "confirmed", "first_sound"):
            if stage in turn.timings and turn.opening.kind != "typed":
                self._time(stage, turn.timings[stage] / 1000)

    def _add(self, name: str, **labels: str) -> None:
        self._counts[(name, tuple(sorted(labels.items())))] += 1

    def _time(self, stage: str, seconds: float) -> None:
        row = self._stages.setdefault(stage, [0.0] * (len(BUCKETS) + 2))
        for index, bound in enumerate(BUCKETS):
            if seconds <= bound:
                row[index] += 1
        row[-2] += seconds
        row[-1] += 1


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    return "{" + ",".join(f'{key}="{_safe(value)}"' for key, value in labels) + "}" if labels else ""


def _safe(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
