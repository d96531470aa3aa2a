"""Scripted conversations (tests/turns/*.yaml): each rule of turn-taking, on virtual time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.turn_script import Play

FOLDER = Path(__file__).parent / "turns"
SCRIPTS: list[Any] = [
    pytest.param(script, id=f"{path.stem}: {script['script']}")
    for path in sorted(FOLDER.glob("*.yaml")) for script in yaml.safe_load(path.read_text(encoding="utf-8"))
]  # fmt: skip

pytestmark = pytest.mark.looptime


@pytest.mark.parametrize("script", SCRIPTS)
async def test_script(script: dict[str, Any], tmp_path: Path) -> None:
    await Play(script, tmp_path).play()
