"""The order of a turn, and the turns one after the other. The only module that knows which verb follows which."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace

from hub.errors import explain
from hub.scene import Scene
from hub.turn import Decision, Opening, Turn

log = logging.getLogger("hub")


async def run_turn(turn: Turn, scene: Scene) -> Turn:
    """hear → understand → decide → act → speak → learn. Raises only where the world broke (see `safely`)."""
    turn = await scene.hear(turn)
    turn = await scene.understand(turn)
    turn = await scene.decide(turn)
    turn = await scene.act(turn)
    turn = await scene.speak(turn)
    return await scene.learn(turn)


async def safely(turn: Turn, scene: Scene) -> Turn:
    """`run_turn`, but what breaks ends this turn with a sentence and a log line, and not the service."""
    try:
        return await run_turn(turn, scene)
    except Exception as error:  # whatever an engine raises must not make the hub deaf; it is logged, counted and told
        log.exception("a turn broke", extra={"data": {"turn": turn.id}})
        scene.parts.tell("error", turn=turn.id, error=explain(error))
        broken = replace(turn, decision=Decision(kind="decline", code="internal_error"), reply=BROKEN, error=explain(error))
        scene.parts.tell("decided", turn=broken)
        if scene.parts.mouth is not None:
            await scene.parts.mouth.say(BROKEN)
        return broken


BROKEN = "Sorry, something went wrong."


def new_turn(opening: Opening, turn_id: str | None = None) -> Turn:
    """A turn that has only begun."""
    return Turn(id=turn_id or uuid.uuid4().hex, opening=opening)
