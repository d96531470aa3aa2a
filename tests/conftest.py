"""What all tests share: where the public data lies, and which models are installed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from models import manifest

# Else pytest-asyncio's first look for "the old loop" makes one that nobody closes, which is a warning and so an error.
asyncio.set_event_loop(None)

# Machines that run tests are shared and noisy: a slow example is no failure.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hub")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public recordings and sentences beside the checkout; tests that need it skip where it is absent."""
    data = ROOT.parent / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the public data is not beside this checkout (../shared/data)")
    return data


def installed(key: str) -> Path:
    """The path of a model file, or a skip that says how to get it."""
    path = manifest.locate(key)
    if path is None:
        pytest.skip(f"{key} is not installed: run `hub setup`")
    return path


def pytest_unconfigure() -> None:
    """livekit's threads end before the interpreter does, long before the many objects of a test run are gone."""
    from hub.sound.echo import end

    end()
