"""What is said near a hub and not to it: people among themselves, and the television. Made from parts; knows no home and no hub."""

from __future__ import annotations

import random


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("/"))


_WHO = _parts(
    "he/she/they/we/i/you/my sister/the boss/your mother/nobody/that guy/the team/the minister/dad/everyone/"
    "our neighbour/the kids/the driver/people"
)
_DID = _parts(
    "went to/never liked/forgot about/was talking about/is coming to/bought/can't stand/said something about/"
    "was late for/lost/wants to see/should have called/would rather have/has to finish/broke/paid for/missed/"
    "was looking for/always complains about/already knew"
)
_WHAT = _parts(
    "the party/that movie/the train/his keys/the meeting/dinner/school/the game/the new place/the election/it/"
    "the whole thing/her phone/the dentist/the garden/their money/work/the dog/that song/the second half/the bill/"
    "the wedding/a cup of tea/the budget/the hospital/your homework/the light at the end"
)
_WHEN = _parts(
    "///yesterday/last night/again/on friday/at the weekend/after lunch/this time/in the end/you know/to be honest/"
    "or something/i think/before it rained/for years/anyway"
)
_LEAD = _parts("///and then/but/so/well/because/oh my god/yeah/no but/i mean/look/apparently/if/when/remember/honestly/wait")
_ASK = _parts(
    "what do you want for/did you hear about/have you seen/where did you put/who told you about/why is nobody at/"
    "are you done with/how was/when is/can you pass me/do you remember/don't forget/let's talk about/"
    "come and look at/give me a hand with/stay tuned for/up next/and now back to/thanks for watching/tonight on"
)
_WHOLE = _parts(
    "mm hm/yeah/what/okay bye/love you/be right back/oh no/really/i don't know/ha ha ha/are you serious/right/"
    "good night/come here/sit down/dinner is ready/hold on/ladies and gentlemen/breaking news this hour/goal/"
    "and that's the end of the first half/this programme contains flashing images/see you tomorrow/ouch/bless you"
)


def talk(r: random.Random) -> str:
    """One stretch of it."""
    roll = r.random()
    if roll < 0.15:
        return r.choice(_WHOLE)
    if roll < 0.45:
        return " ".join(f"{r.choice(_ASK)} {r.choice(_WHAT)} {r.choice(_WHEN)}".split())
    parts = [f"{r.choice(_LEAD)} {r.choice(_WHO)} {r.choice(_DID)} {r.choice(_WHAT)} {r.choice(_WHEN)}" for _ in range(r.choice((1, 1, 2)))]
    return " ".join(" and ".join(parts).split())
