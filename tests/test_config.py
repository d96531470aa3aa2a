"""hub.toml: what is wrong is said with line and nearest name, what holds is shown with where it comes from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.config import Config, document
from hub.config_file import check, load
from hub.errors import ConfigError

ROOT = Path(__file__).parent.parent


def write(folder: Path, text: str) -> Path:
    path = folder / "hub.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_has_its_default() -> None:
    loaded = load(None, env={})
    assert loaded.config == Config()
    assert set(loaded.origins.values()) == {"default"}


def test_options_win_over_the_environment_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, '[wake]\nwords = ["alexa"]\nthreshold = 0.6\n[hub]\nroom = "kitchen"\n')
    loaded = load(path, env={"HUB_HUB_ROOM": "office", "HUB_WAKE_THRESHOLD": "0.7"}, options={"wake.threshold": 0.8, "hub.name": None})
    assert (loaded.config.wake.words, loaded.config.hub.room, loaded.config.wake.threshold) == (["alexa"], "office", 0.8)
    assert loaded.origins["wake.words"] == f"{path}:2"
    assert loaded.origins["hub.room"] == "HUB_HUB_ROOM"
    assert loaded.origins["wake.threshold"] == "--threshold"
    assert loaded.origins["hub.name"] == "default"


def test_the_environment_speaks_lists_numbers_and_switches() -> None:
    config = load(None, env={"HUB_WAKE_WORDS": "alexa, hey_jarvis", "HUB_WEB_PORT": "0", "HUB_HUB_SCREEN": "true"}).config
    assert (config.wake.words, config.web.port, config.hub.screen) == (["alexa", "hey_jarvis"], 0, True)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[wake]\nwrods = ["alexa"]', 2, "Did you mean `words`?"),
        ("[wkae]\n", 1, "Did you mean `wake`?"),
        ("# one\n\n[wake]\nthreshold = 3", 4, "wake.threshold"),
        ('[wake]\nwords = "alexa"', 2, "wake.words"),
        ("[wake]\nwords = []", 2, "wake.words"),
        ("[wake\nx=1", 1, "broken TOML"),
        ("[hub]\nname = 'ok'\nroom = unquoted", 3, "broken TOML"),
        ("wake = 3", 1, "is a section"),
        ('[hub]\nname = "two words"', 2, "hub.name"),
        ('[[commands]]\nintent="a"\nsentences=["x"]\n[[commands]]\nintent="b"\nsentence=["x"]', 6, "Did you mean `sentences`?"),
        ('[[commands]]\nintent="a"\nsentences=[]', 1, "sentences"),
        ('[voice]\nquiet_from = "25:00"', 2, "voice.quiet_from"),
        ("[web]\nport = 99999", 2, "web.port"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_what_to_do(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = write(tmp_path, text)
    loaded, problems = check(path, env={})
    assert loaded is None
    assert problems[0].where == f"{path}:{line}"
    assert said in str(problems[0])
    with pytest.raises(ConfigError, match=str(path)):
        load(path, env={})


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "[wake]\nwrods = 1\nthreshold = 9\n[adio]\n")
    _, problems = check(path, env={"HUB_WEB_PORT": "many"})
    assert len(problems) == 4
    assert "HUB_WEB_PORT" in str(problems[3])


@pytest.mark.parametrize(("content", "said"), [(b"\xff\xfe", "UTF-8"), (None, "cannot be read")])
def test_a_file_that_cannot_be_read_has_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "hub.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        load(path, env={})


def test_every_command_takes_c_and_says_what_is_wrong_in_it(tmp_path: Path) -> None:
    path = write(tmp_path, "[wake]\nwrods = 1\n")
    for args in (
        ["ask", "hello"],
        ["turns"],
        ["journal", "export"],
        ["listen", "x.wav"],
        ["run"],
        ["devices"],
        ["doctor"],
        ["config"],
        ["config", "check"],
    ):
        done = CliRunner().invoke(cli, [*args, "-c", str(path)])
        assert done.exit_code == 1, args
        assert "Did you mean `words`?" in done.stderr, args
        assert "Traceback" not in done.output, args


def test_config_shows_every_key_its_origin_and_no_password(tmp_path: Path) -> None:
    path = write(tmp_path, '[mqtt]\nbroker = "mqtt://me:secret@host"\n')
    shown = CliRunner().invoke(cli, ["config", "--show-origin", "-c", str(path)])
    assert shown.exit_code == 0
    assert "secret" not in shown.output
    assert f"{path}:2" in shown.output
    assert all(f"{key} = " in shown.output for key in load(None, env={}).origins)
    good = CliRunner().invoke(cli, ["config", "check", "-c", str(path)])
    assert good.exit_code == 0


def test_the_reference_in_docs_is_the_one_that_the_program_prints() -> None:
    printed = subprocess.run([sys.executable, "-m", "hub.config"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert (ROOT / "docs" / "config.md").read_text(encoding="utf-8") == printed
    assert printed == document() + "\n"


def test_every_setting_is_described() -> None:
    from msgspec.structs import fields

    from hub.config import description, sections

    for section, struct in sections().items():
        assert struct.__doc__, section
        for field in fields(struct):
            assert description(struct, field.name), f"{section}.{field.name}"


OWN = """
[[commands]]
intent = "{intent}"
sentences = {sentences}
[commands.slots]
size = ["small", "large"]
[commands.publish]
topic = "house/own"
payload = "{{size}}"
"""


@pytest.mark.parametrize(
    ("commands", "already"),
    [
        ([("lightsOut", ["battle stations", "turn off the lights"])], "turn off the lights"),
        ([("orderTea", ["bring me [a] {size} tea"]), ("orderPot", ["(bring|get) me a small tea"])], "small tea"),
        ([("orderTea", ["bring me [a] {size} tea"]), ("alarm", ["battle stations"])], None),
    ],
)
def test_an_own_command_that_says_what_is_said_already_is_told(
    tmp_path: Path, commands: list[tuple[str, list[str]]], already: str | None
) -> None:
    path = write(tmp_path, "".join(OWN.format(intent=i, sentences=s) for i, s in commands))
    done = CliRunner().invoke(cli, ["config", "check", "-c", str(path)])
    if already is None:
        assert (done.exit_code, done.output) == (0, f"{path}: good\n")
    else:
        assert done.exit_code == 1
        assert already in done.output
        assert "is already" in done.output
