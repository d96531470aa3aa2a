"""Whether a machine has finished, and since when a thing is as it is: answers from states and the clock. Knows no words of the question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from devices.home import Home
from hub.decision.line import Answer, Line
from hub.decision.states import said_state
from hub.saying import wording
from models.situation import house_now


def done(targets: Sequence[str], home: Home, *, still: bool = False) -> Answer:
    """Whether a machine has finished; with `still`, it was asked whether it goes on."""
    first = targets[0]
    name = house_now.appliance_of(home, first)
    group = house_now.appliances(home).get(name or "", list(targets))
    said = f"the {name}" if name is not None else wording.the(home.entities[first].name)
    running = house_now.runs(home, group)
    left = next((e for e in group if house_now.name_words(home, e) & {"remaining", "left"}), None)
    minutes = house_now.number(house_now.value(home, left)) if left is not None else None
    if running is False:
        line: Line = ("answer.no_it_is", {"name": said, "value": said_state(home, first)}) if still else ("answer.done", {"name": said})
        return Answer(lines=(line,), targets=tuple(targets))
    if running and still:
        return Answer(lines=(("answer.still", {"name": said}),), targets=tuple(targets))
    if running and minutes and left is not None:
        unit = str(home.state(left).attributes.get("unit_of_measurement", "min"))
        seconds = minutes * {"s": 1, "min": 60, "h": 3600}.get(unit, 60)
        return Answer(lines=(("answer.not_done_left", {"name": said, "left": wording.span(seconds)}),), targets=tuple(targets))
    if running is None:
        return Answer(lines=(("answer.is", {"name": said, "value": said_state(home, first)}),), targets=tuple(targets))
    shown = said_state(home, first)
    return Answer(
        lines=(("answer.not_done", {"name": said, "value": "running" if shown in ("on", "heat") else shown}),), targets=tuple(targets)
    )


def since(entity_id: str, home: Home, now: datetime) -> Answer:
    """How long a thing has been as it is."""
    changed = home.state(entity_id).changed
    if changed is None:
        return Answer(lines=(("answer.since_unknown", {}),), targets=(entity_id,))
    local = changed.astimezone(now.tzinfo)
    line: Line = ("answer.since", {"time": wording.clock(local), "span": wording.span((now - local).total_seconds())})
    return Answer(lines=(line,), targets=(entity_id,))
