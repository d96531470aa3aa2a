"""Which earlier turn "it", "again" and "there" point to. Looks at the conversation only."""

from __future__ import annotations

from collections.abc import Callable

from models.said import Context, Frame, Past

ABOUT_TALK = frozenset(
    {
        "HubWhy",
        "HubWhatDidYouHear",
        "HubWhatDidYouDo",
        "HubRepeat",
        "HubSmallTalk",
        "HubHelp",
        "HassRespond",
        "HassNevermind",
        "HubNo",
        "HubYes",
        "HassGetCurrentTime",
        "HassGetCurrentDate",
        "HubTeach",
        "HubForget",
        "HubWhatLearned",
    }
)


def about(past: Past) -> tuple[str, ...]:
    """The entities that a turn was about: its targets, else what it acted on."""
    found = past.targets or tuple(dict.fromkeys(t for f in past.frames for t in f.targets))
    return found or tuple(dict.fromkeys(str(a["entity_id"]) for a in past.actions if a.get("entity_id")))


def focus(context: Context, fits: Callable[[Past], bool] | None = None) -> Past | None:
    """The latest turn that was about something (and fits); questions of the hub and refusals count only for their targets."""
    for past in reversed(context.recent):
        if past.intent in ABOUT_TALK or past.decision == "ignore" or past.intent is None:
            continue
        if fits is None or fits(past):
            return past
    return None


def frames_of(past: Past) -> tuple[Frame, ...]:
    """The turn's frames; made from its first intent where the record holds no more."""
    if past.frames:
        return past.frames
    return (Frame(intent=past.intent, slots=past.slots, targets=about(past)),) if past.intent else ()
