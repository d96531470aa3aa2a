"""A typed turn that really acts, on a broker of its own choosing and without a running hub."""

from __future__ import annotations

from hub.asking import Asker, Question
from hub.running.house import open_house
from hub.turn import Turn


async def ask_on_broker(asker: Asker, question: Question) -> Turn:
    """Connects, waits until the house is known, acts, and goes. BrokerError where there is no broker."""
    async with open_house(asker.config, question.home, settle=True) as house:
        return await asker.ask(question, house.execute, house.home())
