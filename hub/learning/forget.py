"""Taking back: a teaching, a rewrite, today, a person, everything; and with it all that was worked out from them.
Knows words and the store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from devices.home import Home
from hub.keeping.store import Store
from hub.knowledge import Knowledge, Learned, load, save
from hub.learning.sound import plain
from hub.learning.taught import is_called
from hub.turn import Turn
from models.said import Context, Frame, Interpretation

_DAY = re.compile(
    r"^\W*(?:please )?(?:forget|erase|delete) (?:everything |all |what(?:ever)? )*(?:(?:that )?(?:i|we)(?:'ve| have)? (?:said|told "
    r"you|asked|taught you) )?(?P<when>today|this (?:morning|afternoon|evening|hour)|(?:in )?the last hour)\W*$",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"^\W*(?:please )?(?:forget|erase|delete|unlearn) (?:everything|all)(?: (?:that )?(?:you(?:'ve| have)? learn(?:ed|t)|you "
    r"know(?: about (?:me|us))?|i(?:'ve| have)? taught you|about (?:me|us)))?\W*$",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"^\W*(?:please )?(?:(?:forget|unlearn|erase|delete) (?:that|this|what i (?:just )?(?:said|taught you)|the last (?:thing|"
    r"one)(?: i (?:said|taught you))?|what you just learned)|(?:don'?t|never|do not) (?:remember|learn) that)(?: again)?\W*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"^\W*(?:please )?(?:don'?t|do not|never) (?:ever )?do (?:that|this)(?: again| any ?more)?\W*$|^\W*(?:no,? )?i meant what i said\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"^\W*(?:please )?(?:forget|unlearn|delete|remove)(?: (?:about|what|that|when|the phrase|the name|the command|the routine)| "
    r"what (?:i taught you about|i said about)|i (?:say|said|call|am|'m)|you learned about|means?)*[, ]+(?P<key>.+?)(?: "
    r"(?:means|is|does) .+)?\W*$",
    re.IGNORECASE,
)
_STOP_LEARNING = re.compile(
    r"^\W*(?:please )?(?P<on>start|resume|stop|quit)? ?(?P<not>don'?t )?learn(?:ing)?(?: anything)?(?: (?:from|about) (?P<who>me|"
    r"us|this house|anyone))\W*$",
    re.IGNORECASE,
)
QUICK = 3000
"""Turns that are learned from again at once; with more it is left to the night."""


def heard(text: str, knowledge: Knowledge, home: Home, context: Context) -> Interpretation | None:
    """The reading of words that take something back; None for all others."""
    day = _DAY.match(text)
    if day is not None:
        when = day.group("when").lower()
        since = context.now - timedelta(hours=1) if "hour" in when else context.now.replace(hour=0, minute=0, second=0, microsecond=0)
        return _read(
            text,
            "today",
            "answer",
            "forgotten",
            "Okay, I forgot what was said " + ("in the last hour." if "hour" in when else "today."),
            {"op": "forget", "what": "since", "since": since.isoformat()},
        )
    if _ALL.match(text):
        return _read(
            text,
            "all",
            "answer",
            "forgotten",
            "Okay, I forgot what I was taught and what I learned. To erase the journal too, use hub forget --all.",
            {"op": "forget", "what": "learned"},
        )
    if _AGAIN.match(text):
        return _read(text, "again", "answer", "forgotten", "Okay, I won't take it that way again.", {"op": "forget", "what": "again"})
    if _THAT.match(text):
        return _read(text, "that", "answer", "forgotten", "Okay, I forgot that.", {"op": "forget", "what": "that"})
    off = _STOP_LEARNING.match(text)
    if off is not None and (off.group("on") or off.group("not")):
        stop = bool(off.group("not")) or (off.group("on") or "").lower() in ("stop", "quit")
        who = context.person if off.group("who") == "me" and context.person else "*"
        reply = "Okay, I won't learn from what is said any more." if stop else "Okay, I learn again."
        return _read(
            text,
            "learning",
            "answer",
            "learning_off" if stop else "learning_on",
            reply,
            {"op": "forget", "what": "off" if stop else "on", "who": who},
        )
    about = _ABOUT.match(text)
    if about is not None:
        key = re.sub(r"^(?:the|my|our|a) ", "", plain(about.group("key").strip("\"'“”")))
        found = [
            t
            for t in knowledge.learned.taught
            if is_called(t, key, home)
            or key in (t.key.split(":")[-1], t.value)
            or (t.kind == "preference" and key in t.value)
            or f"{key} fan" in t.key
        ]
        if found:
            return _read(
                text,
                "taught",
                "answer",
                "forgotten",
                f"Okay, I forgot {key}.",
                {"op": "forget", "what": "taught", "ids": [t.id for t in found]},
            )
    return None


def _read(text: str, what: str, decision: str, code: str, reply: str, effect: Mapping[str, Any]) -> Interpretation:
    frame = Frame(intent="HubForget", slots={"what": what}, score=1.0, source="taught")
    return Interpretation(
        frames=(frame,),
        accepted=True,
        confidence=1.0,
        margin=1.0,
        code=code,
        heard=text,
        detail={"decision": decision, "code": code, "reply": reply, "effect": dict(effect)},
    )


def carry_out(effect: Mapping[str, Any], turn: Turn, store: Store, now: datetime, home: Home) -> bool:
    """Does what the words asked; True if the knowledge changed."""
    what = effect.get("what")
    if what == "since":
        forget_turns(store, now, home=home, since=str(effect["since"]))
        return True
    if what == "learned":
        for row in store.taught():
            store.remove_taught(row["id"])
        fresh(store, Learned(off=load(store).learned.off), now, "forgot everything learned")
        store.put("from", now.isoformat())
        return True
    if what == "taught":
        return remove_taught(store, [str(i) for i in effect.get("ids") or ()], now)
    if what in ("off", "on"):
        learned = load(store).learned
        names = {*learned.off, str(effect["who"])} if what == "off" else set(learned.off) - {str(effect["who"]), "*"}
        save(store, replace(learned, off=tuple(sorted(names))), at=now, note=f"learning {what}")
        return True
    last = _last(turn, store)
    if last is None:
        return False
    if what == "again":
        return _never_again(last, store, now)
    ids = [row["id"] for row in store.taught() if row.get("turn") == last["id"]]
    forget_turns(store, now, home=home, turns=[str(last["id"])])
    return bool(ids) or True


def _last(turn: Turn, store: Store) -> dict[str, Any] | None:
    rows = [r for r in store.turns(last=6) if r.get("id") != turn.id]
    return rows[-1] if rows else None


def _never_again(last: Mapping[str, Any], store: Store, now: datetime) -> bool:
    """The owner's own block on what the last turn used, at once; else the turn is marked as wrong."""
    rewrite = last.get("rewrite") or {}
    store.set_feedback(str(last["id"]), explicit="no")
    if not rewrite.get("id"):
        return False
    if rewrite.get("source") == "taught":
        return remove_taught(store, [str(rewrite["id"])], now)
    return block(store, str(rewrite["id"]), now)


def block(store: Store, rule_id: str, now: datetime) -> bool:
    """Puts a rewrite on the block list for good, by the owner's word."""
    from hub.learning.gate import pair_id, with_blocks

    learned = load(store).learned
    pairs = {pair_id(r.heard, r.to): "never" for r in learned.rules if r.id == rule_id and r.kind == "text"}
    learned = replace(
        learned, blocked={**learned.blocked, rule_id: "never", **pairs}, allowed=tuple(a for a in learned.allowed if a != rule_id)
    )
    save(store, replace(learned, rules=with_blocks(learned.rules, learned, now)), at=now, note=f"blocked {rule_id} by hand")
    return True


def remove_taught(store: Store, ids: list[str], now: datetime) -> bool:
    """Removes teachings, and from every kept version too."""
    gone = [i for i in ids if store.remove_taught(i)]
    if gone:
        fresh(store, load(store).learned, now, "a teaching was forgotten")
    return bool(gone)


def fresh(store: Store, learned: Learned, now: datetime, note: str) -> int:
    """One new version in place of all, and no sound of an old reply: nothing that was forgotten is left in either."""
    store.drop_speech()
    store.drop_knowledge()
    version = save(store, learned, at=now, note=note)
    store.compact()
    return version


def forget_turns(
    store: Store,
    now: datetime,
    *,
    home: Home | None = None,
    turns: list[str] | None = None,
    since: str | None = None,
    person: str | None = None,
    everything: bool = False,
) -> dict[str, int]:
    """Erases turns with all that hangs on them, then learns anew from what is left (or leaves that to the night where it is much)."""
    before = load(store).learned
    if everything:
        gone = store.erase(everything=True)
        store.drop_speech()
        store.compact()
        return gone
    taught = store.taught()
    gone = store.erase(turns=turns or (), since=since, person=person)
    if person is not None:
        for row in taught:
            if row.get("by") == person and store.remove_taught(row["id"]):
                gone["taught"] = gone.get("taught", 0) + 1
    store.remove("watch")
    kept = Learned(blocked=before.blocked, blocks=before.blocks, allowed=before.allowed, off=before.off)
    fresh(store, kept, now, "forgot on request")
    if before.report and len(store.turns(last=QUICK + 1)) <= QUICK:
        from hub.learning.nightly import learn

        learn(store, now=now, home=home)
        fresh(store, load(store).learned, now, "learned again from what is left")
    return gone
