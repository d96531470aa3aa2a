"""Which later words say a failed request again, and where: a span over the following turns, or nothing. Knows texts, gaps and feedback.

After Wang et al., "Contextual Rephrase Detection" (EMNLP 2021): not pairwise, but the whole following dialogue with time gaps and implicit
feedback, and the LAST attempt that succeeded is chosen. The scorer is list-wise: features of the pair, of what lies between, and of the
rest of the session, through a small network (weights/rephrase.npz, recipe in bench/households/train.py). At night the span network
(models/conversation/again.py) reads the same turns, and what it says is three features more (weights/rephrase_again.npz).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from rapidfuzz.fuzz import partial_ratio, ratio, token_set_ratio

from hub.learning import spans
from hub.learning.signals import AT_ONCE_S, Judged, Row, stops
from hub.learning.sound import SMALL, changes, mishearing, sound_alike, spoken
from hub.learning.spans import WINDOW_S
from models.conversation.again import Again, Found

LOOK_AHEAD = 5
"""Requests after the failed one that are candidates."""
LINKED = 0.5
SAID_SO = 0.8
"""Least P(rephrase) of "no, I meant …" right after what was not understood, or was rewritten: people say so in so many words."""
UNSURE = (0.1, 0.9)
"""Where the features leave a doubt, the span network reads the turns too."""

_SEQUEL = re.compile(r"^\W*(?:and|also|now|then|plus|as well as)\b|\b(?:too|as well|also)\W*$", re.IGNORECASE)

FEATURES = (
    "one",
    "ratio",
    "sound",
    "set",
    "partial",
    "misheard",
    "length",
    "changed_sound",
    "n_changes",
    "same_text",
    "same_meaning",
    "same_intent",
    "same_targets",
    "share_targets",
    "i_hard",
    "i_error",
    "i_done",
    "i_ask",
    "i_barge",
    "i_no",
    "i_undone",
    "i_success",
    "j_hard",
    "j_done",
    "j_corrects",
    "j_barge",
    "j_no",
    "log_gap",
    "gap_long",
    "distance",
    "between_done",
    "between_like",
    "sequel",
    "same_person",
    "same_room",
    "later_better",
    "i_stops",
    "common",
    "hard_like",
    "done_opposed",
    "barge_like",
    "trace_like",
    "i_conf",
    "no_trace_done_differs",
)


READ = ("span", "span_nothing", "span_best")
"""What the span network adds: its probability of this later turn, of none, and whether this is the one it points at."""


def read_features(found: Found | None, later: int) -> list[float]:
    """READ for the later turn at that place of the window (from 0)."""
    if found is None or later >= len(found.turns):
        return [0.0, 1.0, 0.0]
    p = found.turns[later]
    return [p, found.nothing, float(p >= max(found.turns) and p > found.nothing)]


def features(session: Sequence[Judged], i: int, j: int) -> list[float]:
    a, b = session[i], session[j]
    x, y = a.row, b.row
    text_ratio = ratio(x.text, y.text) / 100
    sound_ratio = ratio(spoken(x.text), spoken(y.text)) / 100
    diff = changes(x.text, y.text)
    pairs = [sound_alike(p, q) for p, q in diff if p and q]
    misheard = mishearing(x.text, y.text)
    words_x, words_y = set(x.text.split()) - SMALL, set(y.text.split()) - SMALL
    common = len(words_x & words_y) / max(1, min(len(words_x), len(words_y)))
    gap = max(0.0, y.at - x.at)
    signals = a.signals
    trace = any(
        s in signals
        for s in ("hard_fail", "action_error", "explicit_no", "undone", "state_reversed", "barge_in_stop", "barge_in", "correcting")
    )
    like = max(text_ratio, sound_ratio)
    between = session[i + 1 : j]
    later = max(
        (
            max(ratio(x.text, s.row.text), ratio(spoken(x.text), spoken(s.row.text))) / 100
            for s in session[j + 1 : i + 1 + LOOK_AHEAD]
            if s.row.done
        ),
        default=0.0,
    )
    same_meaning = bool(x.meaning) and x.meaning == y.meaning
    conf = x.raw.get("confidence")
    barged = x.barge_ms is not None
    return [
        1.0,
        text_ratio,
        sound_ratio,
        token_set_ratio(x.text, y.text) / 100,
        partial_ratio(x.text, y.text) / 100,
        misheard,
        min(3.0, abs(len(x.text) - len(y.text)) / 10),
        min(pairs, default=1.0),
        min(4, len(diff)) / 4,
        float(x.text == y.text),
        float(same_meaning),
        float(x.intent is not None and x.intent == y.intent),
        float(bool(x.targets) and set(x.targets) == set(y.targets)),
        float(bool(set(x.targets) & set(y.targets))),
        float(x.hard),
        float(x.error),
        float(x.done),
        float(x.decision in ("ask", "confirm")),
        float(barged),
        float(x.explicit == "no"),
        float("undone" in signals or "state_reversed" in signals),
        a.success,
        float(y.hard),
        float(y.done),
        float(y.corrects),
        float(y.barge_ms is not None),
        float(y.explicit == "no"),
        math.log1p(gap) / 4,
        float(gap > 60),
        (j - i) / LOOK_AHEAD,
        float(any(s.row.done and not s.row.hard for s in between)),
        max((ratio(x.text, s.row.text) / 100 for s in between), default=0.0),
        float(bool(_SEQUEL.search(y.heard)) and not y.corrects),
        float(x.person == y.person),
        float(x.room == y.room),
        float(later > like + 0.05),
        float(stops(x.heard)),
        common,
        like * float(x.hard),
        float(x.done and y.done and not same_meaning and not trace),
        like * float(barged),
        like * float(trace),
        float(conf) if isinstance(conf, int | float) else 0.5,
        float(x.done and y.done and not trace) * (1 - misheard),
    ]


HAND = {
    "one": -5.2,
    "ratio": 1.5,
    "sound": 2.0,
    "set": 0.8,
    "partial": 0.3,
    "misheard": 1.6,
    "length": -0.3,
    "same_text": 0.5,
    "same_meaning": 0.3,
    "same_intent": 0.3,
    "i_hard": 1.4,
    "i_error": 0.3,
    "i_done": -0.6,
    "i_barge": 1.0,
    "i_no": 1.8,
    "i_undone": 1.6,
    "i_success": -0.6,
    "j_hard": -0.2,
    "j_done": 0.5,
    "j_corrects": 3.2,
    "j_no": -0.3,
    "log_gap": -0.6,
    "distance": -1.0,
    "between_done": -0.6,
    "sequel": -2.2,
    "same_person": 0.5,
    "same_room": 0.3,
    "i_stops": -6.0,
    "common": 1.4,
    "hard_like": 2.0,
    "done_opposed": -2.2,
    "barge_like": 0.8,
    "trace_like": 1.2,
    "no_trace_done_differs": -1.5,
}


@lru_cache(maxsize=2)
def _network(name: str = "rephrase") -> tuple[np.ndarray, ...] | None:
    path = files("models").joinpath(f"weights/{name}.npz")
    if not path.is_file():
        return None
    with path.open("rb") as stream, np.load(stream) as data:
        return tuple(data[k].astype(np.float32) for k in ("mean", "scale", "w1", "b1", "w2", "b2"))


def reload() -> None:
    """Takes the weights file anew: after training."""
    _network.cache_clear()


_HAND = np.array([HAND.get(name, 0.0) for name in FEATURES], dtype=np.float32)


def score(rows: Sequence[Sequence[float]]) -> np.ndarray:
    """P(rephrase) for each feature row; rows that READ was added to have a network of their own."""
    x = np.asarray(rows, dtype=np.float32)
    net = _network("rephrase_again" if x.shape[1] > len(FEATURES) else "rephrase")
    if net is None:
        z = x @ _HAND
    else:
        mean, scale, w1, b1, w2, b2 = net
        z = (np.maximum((x - mean) / scale @ w1 + b1, 0.0) @ w2 + b2)[:, 0]
    out: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(z, -30, 30)))
    return out


def candidates(session: Sequence[Judged], i: int) -> list[int]:
    """Later turns that could say turn `i` again."""
    row = session[i].row
    if not row.text or stops(row.heard):
        return []
    out = []
    for j in range(i + 1, min(len(session), i + 1 + LOOK_AHEAD)):
        later = session[j].row
        if later.at - row.at > WINDOW_S:
            break
        if later.at - row.at < AT_ONCE_S:
            continue
        if (
            not later.text
            or stops(later.heard)
            or ((later.intent or "").startswith("Hub") and later.intent in ("HubUndo", "HubYes", "HubNo", "HubStop", "HubWhy"))
        ):
            continue
        if row.person is not None and later.person is not None and row.person != later.person:
            continue
        if row.room is not None and later.room is not None and row.room != later.room:
            continue
        out.append(j)
    return out


def link(session: Sequence[Judged], network: Again | None = None, without: str = "") -> None:
    """Sets `links` (later position → probability) on every turn that something alike follows; with `network`, it reads them too.

    `without`: feedback or gaps are hidden from it, to see what they are worth.
    """
    _read(session, network, without)
    for i, (turn, after) in enumerate(pairwise(session)):
        failed = turn.row.hard or (turn.row.rewrite_id is not None and turn.signals)
        if i + 1 in turn.links and failed and after.row.corrects and after.row.text != turn.row.text:
            turn.links[i + 1] = max(turn.links[i + 1], SAID_SO)


def _read(session: Sequence[Judged], network: Again | None, without: str) -> None:
    asked: list[tuple[int, int]] = []
    for i, turn in enumerate(session):
        if turn.row.done and turn.success >= 0.7 and not turn.signals and i + 1 < len(session) and not _worth(session, i):
            continue
        asked += [(i, j) for j in candidates(session, i)]
    if not asked:
        return
    rows = [features(session, i, j) for i, j in asked]
    found = score(rows)
    for (i, j), p in zip(asked, found, strict=True):
        session[i].links[j] = float(p)
    if network is None or _network("rephrase_again") is None:
        return
    unsure = list(dict.fromkeys(i for (i, _), p in zip(asked, found, strict=True) if UNSURE[0] < p < UNSURE[1]))
    read = spans.found(session, unsure, network, without)
    again = [(i, j, row + read_features(read[i], j - i - 1)) for (i, j), row in zip(asked, rows, strict=True) if i in read]
    if again:
        for (i, j, _), p in zip(again, score([row for *_, row in again]), strict=True):
            session[i].links[j] = _between(session[i].links[j], float(p))


def _between(a: float, b: float) -> float:
    """Where two judges agree to meet: the mean of their log-odds."""
    odds = math.sqrt(a / max(1e-9, 1 - a) * b / max(1e-9, 1 - b))
    return odds / (1 + odds)


def _worth(session: Sequence[Judged], i: int) -> bool:
    """A turn that seems fine is looked at only if something like it follows."""
    row: Row = session[i].row
    return any(
        session[j].row.corrects or ratio(row.text, session[j].row.text) > 55 for j in range(i + 1, min(len(session), i + 1 + LOOK_AHEAD))
    )


def best(session: Sequence[Judged], i: int) -> int | None:
    """The last success reached over links, a chain of attempts included (their probabilities multiply, at least one step is direct)."""
    found: int | None = None
    reach: dict[int, float] = {i: 1.0}
    for j in range(i + 1, min(len(session), i + 1 + 2 * LOOK_AHEAD)):
        p = max((reach[k] * session[k].links.get(j, 0.0) for k in list(reach) if k < j), default=0.0)
        if p >= LINKED:
            reach[j] = p
            if session[j].row.done and "explicit_no" not in session[j].signals:
                if found is not None and session[j].row.meaning != session[found].row.meaning and not _failed_again(session[found], j):
                    break
                found = j
    return found


def _failed_again(turn: Judged, j: int) -> bool:
    return turn.links.get(j, 0.0) >= LINKED


def chain(session: Sequence[Judged], i: int) -> float:
    """P that `best` says turn `i` right."""
    j = session[i].best
    if j is None:
        return 0.0
    direct = session[i].links.get(j, 0.0)
    via = max((session[i].links.get(k, 0.0) * session[k].links.get(j, 0.0) for k in range(i + 1, j)), default=0.0)
    return max(direct, via)
