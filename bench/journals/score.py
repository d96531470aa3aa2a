"""Knows the truth and the hub's commands; measures what a hub learned from the journals made here. Nothing of how the hub learns."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.journals.world import AREAS

AREAS_OF = {k: v[0] for k, v in AREAS.items()}
HUB = "hub"
Row = dict[str, Any]
LABELS = ("correct", "false_wake", "asr", "nlu", "entity", "result")


def hub(*args: str, ok: tuple[int, ...] = (0,)) -> list[Row]:
    done = subprocess.run([HUB, *args], capture_output=True, text=True)
    if done.returncode not in ok:
        print("!!", args, done.returncode, done.stderr[-600:], file=sys.stderr)
    rows = []
    for line in done.stdout.splitlines():
        with contextlib.suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    return rows


def rows(path: Path) -> list[Row]:
    return [json.loads(x) for x in path.read_text().splitlines()]


def right(turn: Row, truth: Row) -> bool:
    """Whether what was understood is what was wanted: the targets, the direction and the value."""
    if truth["verb"] == "unsupported":
        return not turn["actions"]
    if turn["decision"] not in ("act", "answer", "confirm"):
        return False
    verb, said = truth["verb"], turn.get("intent")
    if verb == "buy":
        return str((turn.get("slots") or {}).get("item", "")).lower() == str(truth["value"]["item"]) and turn.get("intent") in (
            "HassListAddItem",
            "HassShoppingListAddItem",
        )
    if verb in ("time", "timer", "weather"):
        if verb == "weather":
            return said == "HassGetWeather"
        slots = {k: (str(v).lower()) for k, v in (turn.get("slots") or {}).items()}
        return said == truth["intent"] and all(slots.get(k) == str(v).lower() for k, v in truth["value"].items())
    if set(turn["targets"]) != set(truth["targets"]):
        return False
    same = {
        "on": ("HassTurnOn",),
        "off": ("HassTurnOff",),
        "open": ("HassTurnOn", "HassOpenCover", "HassSetPosition"),
        "close": ("HassTurnOff", "HassCloseCover", "HassSetPosition"),
        "lock": ("HassTurnOn", "HassLock"),
    }
    if said not in same.get(verb, (truth["intent"],)):
        return False
    slots = turn.get("slots") or {}
    return all(str(slots.get(k, "")).lower() == str(v).lower() for k, v in truth["value"].items())


def ask(probes: list[Row], home: Path, db: Path, work: Path) -> dict[str, Row]:
    batch = work / "batch.jsonl"
    batch.write_text(
        "".join(
            json.dumps(
                {
                    "id": p["id"],
                    "text": p["text"],
                    "home": str(home),
                    "db": str(db),
                    "now": p["now"],
                    **{k: p[k] for k in ("room", "person") if p[k]},
                }
            )
            + "\n"
            for p in probes
        )
    )
    return {t["id"] if t["id"] in {p["id"] for p in probes} else t.get("id"): t for t in hub("ask", "--batch", str(batch), "--json")}


def f1(got: set[Any], want: set[Any]) -> float:
    hit = len(got & want)
    return 2 * hit / (len(got) + len(want)) if got or want else 1.0


def span_scores(folder: Path, got: dict[str, Row]) -> dict[str, float]:
    journal = {t["id"]: t for t in rows(folder / "journal.jsonl") if t["kind"] == "turn"}
    truth = [t for t in rows(folder / "truth.jsonl") if "turn" in t]
    order = sorted(journal.values(), key=lambda t: datetime.fromisoformat(t["at"]))
    place = {t["id"]: i for i, t in enumerate(order)}
    out: dict[str, list[float]] = defaultdict(list)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for t in truth:
        if not t["defect"]:
            continue
        later = []
        me = order[place[t["turn"]]]
        for x in order[place[me["id"]] + 1 : place[me["id"]] + 6]:
            if datetime.fromisoformat(x["at"]) - datetime.fromisoformat(me["at"]) > timedelta(seconds=120):
                break
            later.append(x)
        base = {"next": (later[0]["id"], [0, len(later[0]["heard"])]) if later else None}
        for cut in (0.4, 0.5, 0.6, 0.7):
            near = [(x, edit(me["heard"], x["heard"])) for x in later]
            near = [n for n in near if n[1] <= cut]
            base[f"edit{cut}"] = (near[-1][0]["id"], [0, len(near[-1][0]["heard"])]) if near else None
        g = got.get(t["turn"])
        base["ours"] = (g["rephrase_turn"], g["span"]) if g and g.get("rephrase_turn") and g.get("span") else None
        for k, v in base.items():
            if t["rephrase_turn"] is None:
                counts[k]["fp"] += v is not None
                out[k].append(float(v is None))
                continue
            want = {(t["rephrase_turn"], i) for i in range(*t["span"])}
            have = {(v[0], i) for i in range(*v[1])} if v else set()
            s = f1(have, want)
            out[k].append(s)
            counts[k]["tp"] += s
            counts[k]["want"] += 1
            counts[k]["fp"] += v is not None and s < 1
    return (
        {k: sum(v) / len(v) for k, v in out.items()}
        | {k + "_n": len(v) for k, v in out.items()}
        | {k + "_pos": counts[k]["tp"] / max(1, counts[k]["want"]) for k in out}
        | {k + "_f": 2 * counts[k]["tp"] / max(1, counts[k]["want"] * 1 + counts[k]["tp"] + counts[k]["fp"]) for k in out}
    )


def edit(a: str, b: str) -> float:
    prev = list(range(len(b) + 1))
    for i, x in enumerate(a):
        row = [i + 1]
        for j, y in enumerate(b):
            row.append(min(prev[j + 1] + 1, row[-1] + 1, prev[j] + (x != y)))
        prev = row
    return prev[-1] / max(1, len(a), len(b))


def main() -> None:
    global HUB
    a = argparse.ArgumentParser()
    a.add_argument("folder", type=Path)
    a.add_argument("--hub", default="hub")
    a.add_argument("--only", default="")
    a.add_argument("-v", action="store_true")
    o = a.parse_args()
    HUB = o.hub
    total: Counter[str] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for folder in sorted(o.folder.glob("home*")):
        if o.only and folder.name not in o.only.split(","):
            continue
        home, db, empty = folder / "home.json", folder / "hub.db", folder / "empty.db"
        for f in folder.glob("*.db*"):
            f.unlink()
        truth = {t["turn"]: t for t in rows(folder / "truth.jsonl") if "turn" in t}
        probes = rows(folder / "probes.jsonl")
        both = ("--db", str(db), "--home", str(home))
        at = time.time()
        hub("journal", "import", str(folder / "journal.jsonl"), *both)
        imported = time.time() - at
        last = max(datetime.fromisoformat(t["at"]) for t in rows(folder / "journal.jsonl"))
        at = time.time()
        learned = hub("learn", "--now", (last + timedelta(hours=1)).isoformat(), "--json", *both)
        took = time.time() - at
        (folder / "learned.json").write_text(json.dumps(learned, indent=1))
        # probes, without and with what was learned
        shutil.copy(db, folder / "asked.db")
        base = ask(probes, home, empty, folder)
        new = ask(probes, home, folder / "asked.db", folder)
        c: Counter[str] = Counter()
        heard = {t["heard"] for t in rows(folder / "journal.jsonl") if t["kind"] == "turn"}
        for p in probes:
            b, n = base.get(p["id"]), new.get(p["id"])
            if b is None or n is None:
                c["lost"] += 1
                continue
            rb, rn = right(b, p["truth"]), right(n, p["truth"])
            c["probes"] += 1
            c["bad0"] += not rb
            c["bad1"] += not rn
            c["win"] += rn and not rb
            c["loss"] += rb and not rn
            seen = p["text"] in heard
            c["unseen_bad0"] += not rb and not seen
            c["unseen_bad1"] += not rn and not seen
            c["clean"] += rb
            rewritten = bool(n.get("rewrite"))
            c["rewritten"] += rewritten
            c["rewritten_right"] += rb and rewritten
            c["asked"] += n["decision"] == "ask" and b["decision"] != "ask"
            if (o.v and rb != rn) or (rewritten and rb):
                print(
                    "  ",
                    "WIN " if rn and not rb else "LOSS" if rb and not rn else "same",
                    "|",
                    p["truth"]["said"],
                    "|",
                    p["text"],
                    "|",
                    (n.get("rewrite") or {}).get("to"),
                    (n.get("rewrite") or {}).get("source"),
                    "|",
                    b["decision"],
                    b["intent"],
                    b["targets"],
                    "->",
                    n["decision"],
                    n["intent"],
                    n["targets"],
                    "want",
                    p["truth"]["targets"],
                    p["truth"]["value"],
                )
            if o.v and not rb and not rn:
                print(
                    "   still",
                    "|",
                    p["truth"]["said"],
                    "|",
                    p["text"],
                    "|",
                    "seen" if seen else "new",
                    n["decision"],
                    n["code"],
                    n["intent"],
                    n["targets"][:2],
                    n["slots"],
                    "want",
                    p["truth"]["verb"],
                    p["truth"]["targets"][:2],
                    p["truth"]["value"],
                )
        # rephrases
        got = {x["turn"]: x for x in hub("rephrases", "--jsonl", *both)}
        s = span_scores(folder, got)
        for k, v in s.items():
            spans[k].append((v, s["ours_n"]))
        # failures
        said = {x["turn"]: x["failure"] for x in hub("failures", "--jsonl", *both)}
        for t, f in truth.items():
            confusion[f["failure"], said.get(t, "missing")] += 1
        # labels
        good = emitted = 0
        fixed = {t for t, f in truth.items() if f["defect"] and f["rephrase_turn"]}
        covered = 0
        for x in hub("labels", "--jsonl", *both):
            if not x["emitted"]:
                continue
            f = truth.get(x["turn"])
            if f is None:
                continue
            emitted += 1
            ok = label_right(x, f)
            good += ok
            covered += x["turn"] in fixed
            if o.v and not ok:
                print(
                    "   label",
                    f["said"],
                    "|",
                    x["intent"],
                    x["slots"],
                    "| want",
                    f["intent"],
                    f["name"],
                    f["area"],
                    f["value"],
                    f["failure"],
                )
        c.update(labels=emitted, labels_right=good, fixed=len(fixed), fixed_labelled=covered)
        rewrites = hub("rewrites", "--jsonl", *both)
        print(folder.name, dict(c), "rewrites", len(rewrites), f"import {imported:.1f}s learn {took:.1f}s", flush=True)
        if o.v:
            for x in rewrites:
                print(
                    "   rw",
                    {k: x.get(k) for k in ("from", "to", "source", "layer", "person", "state", "wins", "losses", "status")}
                    if len(json.dumps(x)) > 300
                    else x,
                )
        total.update(c)
    print("TOTAL", dict(total))
    t = total
    change = (t["bad1"] - t["bad0"]) / max(1, t["bad0"])
    unseen = (t["unseen_bad1"] - t["unseen_bad0"]) / max(1, t["unseen_bad0"])
    print(f"win:loss {t['win']}:{t['loss']}; defects {t['bad0']} -> {t['bad1']} ({change:+.1%})")
    print(f"texts never heard before: {t['unseen_bad0']} -> {t['unseen_bad1']} ({unseen:+.1%})")
    print(f"rewritten though right {t['rewritten_right']}/{t['clean']}; asked {t['asked']}")
    share = t["fixed_labelled"] / max(1, t["fixed"])
    print(f"labels: precision {t['labels_right']}/{t['labels']}; of the failed turns later said right {share:.0%}")
    for k in sorted(spans):
        if not k.endswith("_n"):
            print(f"span {k}: {sum(v * n for v, n in spans[k]) / max(1, sum(n for _, n in spans[k])):.3f}")
    macro = []
    for x in LABELS:
        tp = confusion[x, x]
        got, want = sum(n for (_, g), n in confusion.items() if g == x), sum(n for (w, _), n in confusion.items() if w == x)
        macro.append(2 * tp / max(1, got + want))
        print(f"failure {x}: F1 {macro[-1]:.2f} (n {want})", {g: n for (w, g), n in confusion.items() if w == x})
    print(f"failures macro-F1 {sum(macro) / 6:.3f}")


def label_right(x: Row, f: Row) -> bool:
    if f["verb"] is None:
        return False
    if f["verb"] == "unsupported":
        return not x["intent"]
    same = {
        "on": ("HassTurnOn",),
        "off": ("HassTurnOff",),
        "open": ("HassTurnOn", "HassOpenCover", "HassSetPosition"),
        "close": ("HassTurnOff", "HassCloseCover", "HassSetPosition"),
        "lock": ("HassTurnOn", "HassLock"),
    }
    if x["intent"] not in (*same.get(f["verb"], (f["intent"],)), *(("HassShoppingListAddItem",) if f["verb"] == "buy" else ())):
        return False
    slots = {k: str(v).lower() for k, v in (x["slots"] or {}).items()}
    if (
        f["name"]
        and f["verb"] not in ("buy",)
        and slots.get("name", "").lower() != f["name"].lower()
        and f["verb"] not in ("heat", "start", "dock", "pause", "next", "mute", "volume")
    ):
        return False
    if f["area"] and "area" in slots and slots["area"] not in (f["area"],) and AREAS_OF.get(f["area"], "").lower() != slots["area"]:
        return False
    return all(slots.get(k) == str(v).lower() for k, v in f["value"].items())


if __name__ == "__main__":
    main()
