"""The scenes of a story as they are written down in TOML. Knows the format; plays nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

STORIES = ("tour", "conversation", "learning")
"""The tour takes a minute, the conversation three, learning ten seconds."""


class SceneScript(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scene."""

    shows: str
    say: tuple[str, ...]
    room: str | None = None
    screen: bool = False
    person: str | None = None
    house: dict[str, str] = {}
    unplug: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    """What is said over the reply."""
    then: tuple[tuple[str, ...], ...] = ()
    """What is said each time that the hub has asked something."""
    killed: bool = False
    """Whether the hub is killed after this turn, and started again."""

    @property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """All that is said in this scene, as it is said."""
        return tuple(said for said in (self.say, self.over, *self.then) if said)


class _Scenes(msgspec.Struct, frozen=True):
    scene: tuple[SceneScript, ...]


def scenes(story: str = "tour") -> tuple[SceneScript, ...]:
    """The scenes of a story, in order."""
    text = (Path(__file__).parent / f"{story}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), _Scenes).scene
