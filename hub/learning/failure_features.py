"""What a turn, its neighbours and its journal show of which part failed, as numbers for one small network. Knows judged turns; no verdict.

Nothing here depends on one hub's scales or codes: confidences are placed within their journal (`usual.py`), a refusal is read from what is
there and what is missing (no intent; an intent without a target), and replies are not read at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rapidfuzz.fuzz import ratio

from devices.home import Home
from hub.learning import rephrase
from hub.learning.plausible import plausible
from hub.learning.second_opinion import NO_OPINION, SecondOpinion
from hub.learning.signals import Judged, Row, stops
from hub.learning.sound import NUMBER_WORDS, SMALL, changes, mishearing, plain, sound_alike
from hub.learning.usual import NOTHING, Usual, numbers
from hub.learning.vocabulary import COMMAND_WORDS, Vocabulary, usual, vocabulary

_NAMES = """
one empty n_words asr asr_known asr_rank reading reading_known reading_rank margin margin_known margin_rank wake wake_known
wake_rank rate rate_known nbest_same nbest_differs nbest_known strange strange_sounds strange_usual command_words rare_word
rare_pair chatter no_intent no_targets no_value asked acted answered ignored error unavailable timed_out refused has_actions
undone reversed explicit_no explicit_yes barge barge_early barge_late defect stop_next corrects_next alone gap_next gap_before
stops corrects after_failure linked_before linked next_likeness next_misheard next_same_text next_same_intent next_same_targets
next_same_domain next_done next_diff_sound next_diff_words next_name_differs next_diff_known linked_hard linked_corrected_intent
linked_corrected_target linked_value_differs smalltalk repeats_error rewritten has_targets many_targets name_said area_said unread
text_n text_bad text_other_intent text_other_target text_sounded text_corrected signalled
code_intent code_target code_value code_which coded plausible least_plausible unheard_of heard_here failed_here
again again_ok again_intent again_targets again_all again_code again_trust again_is_later again_later_targets later_again
name_sound name_letters value_differs rest_sound rest_words adds_words tries tries_same before_same_text before_hard before_error
target_trouble trouble_here names_thing asr_tells reading_tells wake_tells
"""
FEATURES = tuple(_NAMES.split())

_KNOWN = frozenset(COMMAND_WORDS)
_CODES = {
    "intent": ("no_intent_match", "not_understood", "not_for_me", "low_confidence"),
    "target": ("no_valid_targets", "no_such_device"),
    "value": ("missing_value",),
    "which": ("ambiguous", "did_you_mean"),
}
"""The contract's codes; a foreign journal may have others, or none."""


def features(
    session: Sequence[Judged],
    i: int,
    home: Home | None = None,
    online: bool = False,
    journal: Usual = NOTHING,
    second: SecondOpinion = NO_OPINION,
) -> list[float]:
    """One row of FEATURES for turn `i`; online: nothing that came later is looked at. `second`: what this hub would make of the words."""
    x: dict[str, float] = dict.fromkeys(FEATURES, 0.0)
    x["one"] = 1.0
    _heard(x, session[i].row, home, journal, counted=session[i].row.done and session[i].defect < 0.5)
    _answered(x, session[i].row, home, journal)
    _before(x, session, i, online)
    if not online:
        _marked(x, session[i])
        _after(x, session, i, home)
        _elsewhere(x, session, i, journal)
    _read_again(x, session, i, online, second)
    return [x[name] for name in FEATURES]


def _heard(x: dict[str, float], row: Row, home: Home | None, journal: Usual, counted: bool) -> None:
    words = row.text.split()
    x["empty"], x["n_words"] = float(not words), min(12, len(words)) / 6
    found = numbers(row)
    for name in ("asr", "reading", "margin", "wake", "rate"):
        place = journal.standing(name, found.get(name))
        x[name] = place if place is not None else 0.0
        if name == "rate":
            x["rate_known"] = float(place is not None)
            continue
        x[f"{name}_known"] = float(place is not None)
        rank = journal.rank(name, found.get(name))
        x[f"{name}_rank"] = rank if rank is not None else 0.5
    for name in ("asr", "reading", "wake"):
        x[f"{name}_tells"] = journal.tells(name)
    asr = row.raw.get("asr")
    nbest = [
        plain(str(h.get("text", ""))) for h in (asr.get("nbest") if isinstance(asr, Mapping) else None) or () if isinstance(h, Mapping)
    ]
    x["nbest_known"] = float(len(nbest) > 1)
    x["nbest_same"] = sum(t == plain(row.heard) for t in nbest) / len(nbest) if len(nbest) > 1 else 0.5
    x["nbest_differs"] = min(1.0, max((1 - ratio(row.text, t) / 100 for t in nbest), default=0.0) * 2)
    known = vocabulary(home) if home is not None else None
    names = _names(row)
    strange = [w for w in words if w not in (known.words if known else _KNOWN) and w not in names and not any(c.isdigit() for c in w)]
    x["strange"] = len(strange) / max(1, len(words))
    x["strange_sounds"] = max((_nearest(w, known) for w in strange), default=0.0)
    x["strange_usual"] = max((usual(w) for w in strange), default=0.0)
    x["command_words"] = sum(w in _KNOWN for w in words) / max(1, len(words))
    x["chatter"] = sum(w not in _KNOWN and w not in SMALL and usual(w) > 0.3 for w in strange) / max(1, len(words))
    own = known.name_words if known else frozenset()
    x["plausible"], x["least_plausible"], x["unheard_of"] = plausible(words, own | names)
    x["heard_here"], x["failed_here"] = journal.recurs(strange, row)
    x["rare_word"], x["rare_pair"] = journal.rare(row.text, counted)
    x["stops"], x["corrects"] = float(stops(row.heard)), float(row.corrects)


def _names(row: Row) -> set[str]:
    return {w for key in ("name", "area", "floor") for w in plain(str(row.slots.get(key) or "")).split()}


def _nearest(word: str, known: Vocabulary | None) -> float:
    if known is None:
        return 0.0
    near = known.nearest(word, 0.4, 1)
    return near[0][1] if near else 0.0


def _answered(x: dict[str, float], row: Row, home: Home | None, journal: Usual) -> None:
    statuses = {str(a.get("status")) for a in row.raw.get("actions") or () if isinstance(a, Mapping)}
    x["no_intent"] = float(row.hard and not row.intent)
    x["no_targets"] = float(row.hard and bool(row.intent) and not row.targets)
    for name, codes in _CODES.items():
        x[f"code_{name}"] = float(row.code in codes)
    x["coded"] = float(row.code is not None)
    x["target_trouble"], x["trouble_here"] = journal.trouble(row)
    x["names_thing"] = float(bool(row.slots.get("name")))
    x["no_value"] = float(row.hard and bool(row.intent) and bool(row.targets))
    x["asked"] = float(row.decision in ("ask", "confirm"))
    x["acted"], x["answered"] = float(row.decision == "act"), float(row.decision == "answer")
    x["ignored"] = float(row.decision in ("ignore", None))
    x["error"], x["has_actions"] = float(row.error), float(bool(statuses))
    x["unavailable"] = float(row.code == "unavailable" or "unavailable" in statuses)
    x["timed_out"], x["refused"] = float("timed_out" in statuses), float("refused" in statuses)
    x["smalltalk"] = float(row.intent in ("HubSmallTalk", "HassRespond"))
    x["rewritten"] = float(row.rewrite_id is not None)
    x["has_targets"], x["many_targets"] = float(bool(row.targets)), float(len(row.targets) > 1)
    words = set(row.text.split())
    named = _said(row, "name", home)
    placed = _said(row, "area", home)
    x["name_said"] = max((len(n & words) / len(n) for n in named if n), default=1.0) if named else 0.5
    x["area_said"] = max((len(n & words) / len(n) for n in placed if n), default=1.0) if placed else 0.5
    explained = set().union(*named, *placed) | {w for v in row.slots.values() for w in plain(str(v)).split()}
    left = [w for w in words if w not in explained and w not in SMALL and w not in _KNOWN and not any(c.isdigit() for c in w)]
    x["unread"] = len(left) / max(1, len(words)) if row.intent else 1.0


def _said(row: Row, key: str, home: Home | None) -> list[set[str]]:
    """The words of each name that what was understood goes by."""
    out = [set(plain(str(row.slots[key])).split())] if row.slots.get(key) else []
    if home is None:
        return out
    if key == "name" and len(row.targets) == 1:
        entity = home.entities.get(row.targets[0])
        if entity is not None:
            out += [set(plain(n).split()) for n in (entity.name, *entity.aliases)]
    if key == "area" and row.slots.get(key) in home.areas:
        area = home.areas[str(row.slots[key])]
        out += [set(plain(n).split()) for n in (area.name, *area.aliases)]
    return out


def _before(x: dict[str, float], session: Sequence[Judged], i: int, online: bool) -> None:
    row = session[i].row
    x["alone"] = float(i == 0 and (online or len(session) == 1))
    x["gap_before"] = math.log1p(max(0.0, row.at - session[i - 1].row.at)) / 4 if i else 1.2
    if i == 0:
        return
    before = session[i - 1].row
    x["before_same_text"] = float(bool(row.text) and before.text == row.text)
    x["before_hard"], x["before_error"] = float(before.hard), float(before.error)
    x["after_failure"] = float(before.hard or before.error) if online else session[i - 1].defect
    x["linked_before"] = (
        0.0 if online else max((session[k].links.get(i, 0.0) for k in range(max(0, i - rephrase.LOOK_AHEAD), i)), default=0.0)
    )


def _marked(x: dict[str, float], turn: Judged) -> None:
    row = turn.row
    barge = row.barge_ms
    reply_ms = row.raw.get("reply_audio_ms")
    length = float(reply_ms) if isinstance(reply_ms, int | float) else 0.0
    x["undone"], x["reversed"] = float(row.undone or "undone" in turn.signals), float(turn.reversed)
    x["explicit_no"], x["explicit_yes"] = float(row.explicit == "no"), float(row.explicit == "yes")
    x["barge"], x["barge_early"] = float(barge is not None), float(barge is not None and barge <= 1500)
    x["barge_late"] = float(barge is not None and (barge > 1500 or (length > 0 and barge > 0.7 * length)))
    x["defect"] = turn.defect
    x["signalled"] = float(any(s not in ("hard_fail", "action_error", "gave_up") for s in turn.signals))


def _after(x: dict[str, float], session: Sequence[Judged], i: int, home: Home | None) -> None:
    turn, row = session[i], session[i].row
    after = session[i + 1] if i + 1 < len(session) else None
    x["stop_next"], x["corrects_next"] = (
        float(after is not None and stops(after.row.heard)),
        float(after is not None and after.row.corrects),
    )
    x["gap_next"] = math.log1p(max(0.0, after.row.at - row.at)) / 4 if after is not None else 1.2
    link = x["linked"] = max(turn.links.values(), default=0.0)
    tried = [session[j].row for j, p in turn.links.items() if p >= 0.4]
    x["tries"], x["tries_same"] = min(4, len(tried)) / 2, float(sum(t.text == row.text for t in tried)) / max(1, len(tried))
    later = _later(session, i)
    if later is None:
        return
    to = later.row
    _compared(x, row, to)
    known = (vocabulary(home).words if home is not None else _KNOWN) | _names(row)
    x["next_likeness"], x["next_misheard"] = ratio(row.text, to.text) / 100, mishearing(row.text, to.text)
    x["next_same_text"], x["next_done"] = float(row.text == to.text), float(to.done)
    same_intent = x["next_same_intent"] = float(row.intent is not None and row.intent == to.intent)
    same_targets = x["next_same_targets"] = float(bool(row.targets) and set(row.targets) == set(to.targets))
    x["next_same_domain"] = float(bool(row.targets) and bool(to.targets) and row.targets[0].split(".")[0] == to.targets[0].split(".")[0])
    diff = changes(row.text, to.text)
    x["next_diff_sound"] = min((sound_alike(a, b) for a, b in diff if a and b), default=1.0 if not diff else 0.5)
    x["next_diff_words"] = min(4, sum(max(len(a.split()), len(b.split())) for a, b in diff)) / 4
    there = _names(to)
    x["next_name_differs"] = float(any(set(b.split()) & there for _, b in diff))
    x["next_diff_known"] = float(all(w in known for a, _ in diff for w in a.split()))
    x["linked_hard"] = link * float(row.hard)
    x["linked_corrected_intent"] = link * float(to.done) * (1 - same_intent)
    x["linked_corrected_target"] = link * float(to.done) * same_intent * (1 - same_targets)
    x["linked_value_differs"] = link * float(to.done) * same_intent * same_targets * float(row.meaning != to.meaning)
    x["repeats_error"] = float(row.error and to.error)


def _compared(x: dict[str, float], row: Row, to: Row) -> None:
    """Where the words of a later try differ, by what they stand for: the thing's name, a value, the rest."""
    words, there = row.text.split(), _names(to)
    name = " ".join(plain(str(to.slots.get("name") or to.slots.get("area") or "")).split())
    if name:
        n = len(name.split())
        windows = {" ".join(words[k : k + m]) for m in (max(1, n - 1), n, n + 1) for k in range(max(1, len(words) - m + 1))}
        x["name_sound"] = max((sound_alike(w, name) for w in windows), default=0.0)
        x["name_letters"] = max((ratio(w, name) / 100 for w in windows), default=0.0)
    rest: list[tuple[str, str]] = []
    for a, b in changes(row.text, to.text):
        if any(w in NUMBER_WORDS or w[:1].isdigit() for w in (*a.split(), *b.split())):
            x["value_differs"] = 1.0
        elif not set(b.split()) & there:
            rest.append((a, b))
    sounds = [sound_alike(a, b) for a, b in rest if a and b]
    x["rest_sound"] = sum(sounds) / len(sounds) if sounds else 1.0
    x["rest_words"] = min(6, sum(max(len(a.split()), len(b.split())) for a, b in rest)) / 4
    x["adds_words"] = max(-1.0, min(1.0, (len(to.text.split()) - len(words)) / 4))


def _read_again(x: dict[str, float], session: Sequence[Judged], i: int, online: bool, second: SecondOpinion) -> None:
    """What this hub would make of the words, beside what was made of them and of the try that worked."""
    row = session[i].row
    x["again_trust"], x["again_intent"], x["again_targets"] = second.trust, 0.5, 0.5
    found = second.of(row.text)
    if found is None:
        return
    x["again"], x["again_ok"] = 1.0, float(found.accepted)
    x["again_code"] = float(found.code == "no_valid_targets")
    if row.intent:
        x["again_intent"] = float(found.intent == row.intent)
        x["again_targets"] = float(found.targets == frozenset(row.targets))
        x["again_all"] = float(found.accepted and bool(row.meaning) and found.key == row.meaning)
    later = None if online else _later(session, i)
    if later is None:
        return
    to, then = later.row, second.of(later.row.text)
    x["again_is_later"] = float(found.accepted) * (1.0 if found.key == to.meaning else 0.0)
    x["again_later_targets"] = float(bool(found.targets) and found.targets == frozenset(to.targets))
    x["later_again"] = float(then is not None and then.accepted and then.key == to.meaning)


def _later(session: Sequence[Judged], i: int) -> Judged | None:
    turn = session[i]
    if turn.best is not None and rephrase.chain(session, i) >= 0.4:
        return session[turn.best]
    linked = [(p, j) for j, p in turn.links.items() if p >= 0.4]
    return session[max(linked)[1]] if linked else None


def _elsewhere(x: dict[str, float], session: Sequence[Judged], i: int, journal: Usual) -> None:
    past = journal.others(session, i)
    n = max(0, past.n)
    x["text_n"] = math.log1p(n) / 3
    x["text_bad"] = (past.bad + 0.3) / (n + 1.0)
    corrected = max(0, past.corrected)
    x["text_corrected"] = corrected / (n + 1.0)
    x["text_other_intent"] = past.other_intent / (corrected + 1.0)
    x["text_other_target"] = past.other_target / (corrected + 1.0)
    x["text_sounded"] = past.sounded / corrected if corrected > 0 else 0.0
