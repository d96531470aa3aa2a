"""Sentences that speak about the house, not to it: told, negated, asked of somebody else. Knows English openings; no house."""

from __future__ import annotations

import re

_NEGATED = re.compile(
    r"^(?:please |just |and |but )*(?:don't|dont|do not|never|you (?:should |must )?never|nobody|no one|stop asking)\s+"
    r"(?:ever )?(?!wake|let me|let us|remind|forget|disturb|bother|worry|"
    r"care|like|mind|know|do (?:that|it|this)$)\w+\s+\w+",
    re.I,
)
_TOLD = re.compile(
    r"^(?:(?:and|so|but|then|because|yesterday|last night|earlier),? )*"
    r"(?:i|he|she|they|we|you|somebody|someone|everybody|"
    r"(?:my|your|his|her|our|their) \w+|the (?:man|woman|kids|children|neighbou?rs?|guy|boss))\s+"
    r"(?:just |always |never |already |had |have |has |"
    r"then |often |also |once |really )*"
    r"(?:told|said|says|asked|was|were|had|turned|opened|closed|shut|switched|locked|unlocked|painted|bought|broke|heard|saw|went|"
    r"came|used to|forgot to|"
    r"keeps?|kept|thought|thinks?|believed?|tried|tries|fixed|installed|replaced|dimmed|played|stopped|started|paused|"
    r"set up|can't|cannot|couldn't|wouldn't|didn't|doesn't|won't)\b",
    re.I,
)
_REPORTED = re.compile(
    r"\b(?:(?:told|asked|asks|tells) (?:me|her|him|them|us|you|everyone|my \w+|the \w+) (?:to|if|that|whether)|"
    r"(?:he|she|they|i|we|you|it) (?:said|says)|"
    r"said (?:my|the|his|her) \w+$|there (?:is|are|was|were) (?:a|an|one|two|three|four|some|many|lots|no)\b)",
    re.I,
)
_OTHERS = re.compile(
    r"^(?:do you want (?:me|us) to|should (?:i|we)|shall (?:i|we)|would you like me to|"
    r"how (?:do|can|could|would|to|does) (?:i|you|we|one|it)\b|"
    r"who(?:'s|'ve| has| have)? (?:left|turned|switched|opened|closed|shut|locked|unlocked|moved|broke|broken|took|touched|put|set|did)|"
    r"how to|have you ever|did you (?:ever|see|know|like)|do you (?:like|think|remember|have)|what if|imagine|"
    r"if i were (?:you|him|her|them)|"
    r"i wonder|i wish|if only|suppose|"
    r"why (?:do|does|don't|doesn't|is|are|was) (?:the|my|your|our|people|we|they))\b",
    re.I,
)


_STANDS = re.compile(
    r"^it(?:'s| is) (?:still |already |nearly |getting |so )*light(?: out(?:side)?| already| now)*[.!]*$|"
    r"^(?:(?:and|but|so|well) )*(?:the|my|our) [\w' ]+? (?:is|are|was|were) (?:still |already |now |both |all )*"
    r"(?:on|off|open|closed|shut|locked|unlocked|running)(?:,? (?:and|but) (?:the|my|our) .+)?[.!]*$",
    re.I,
)
"""How something stands, told and not asked."""


def aside(text: str) -> str | None:
    """Why a sentence is no command: "negated", "told"; None where it may be one. What is written down exactly is asked first."""
    said = text.strip()
    if _NEGATED.match(said):
        return "negated"
    if _TOLD.match(said) or _OTHERS.match(said) or _STANDS.match(said):
        return "told"
    reported = _REPORTED.search(said)
    if reported is not None and not re.match(
        r"(?:is|are|what|who|which|how|tell|check|remind|when|add|play|broadcast|announce)\b", said, re.I
    ):
        return "told"
    return None
