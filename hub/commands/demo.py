"""`hub demo`: the product at work without any hardware. Knows options and the way in; the scenes are in hub/demo."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from pathlib import Path
from statistics import median

import click
import msgspec
from rich.console import Console

from hub.config import Config


@click.command()
@click.option("--mic", "with_mic", is_flag=True, help="Speak yourself: this machine's microphone and speaker in the simulated house.")
@click.option(
    "--story", type=click.Choice(["tour", "conversation", "learning"]), default="tour", show_default=True,
    help="A tour (one minute); an evening's conversation with interruptions, questions and a kill -9 (three minutes); "
    "a house that learns overnight (ten seconds).",
)
@click.option("--stay", is_flag=True, help="Stay up with the web page when the scenes have been played.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Also write the table at the end as an SVG file.")
def demo(with_mic: bool, story: str, stay: bool, picture: Path | None) -> None:
    """Recorded people speak in a simulated house on a real broker; every turn is shown, and a table at the end."""
    from hub.demo import learning, play
    from hub.demo.script import scenes
    from hub.demo.view import View, table

    logging.getLogger().setLevel(logging.ERROR)
    console = Console(width=None if Console().is_terminal else 130, record=picture is not None)
    with tempfile.TemporaryDirectory(prefix="hub-demo-") as folder:
        config = _config(Config(), Path(folder), stay)
        with View(console) as view, contextlib.suppress(KeyboardInterrupt):
            if with_mic:
                from hub.sound.audio import MicSource
                from hub.sound.players import open_player

                console.print("Say “Alexa”, then for example “turn on the living room lamp”. Ctrl-C ends it.")
                asyncio.run(play.mic(config, MicSource(), open_player("speaker"), view.take))
                return
            if story == "learning":
                done = asyncio.run(learning.play(config, view.take))
            else:
                done = asyncio.run(play.play(config, view.take, story, stay=stay))
    console.print(table(done))
    decided = [turn.timings["decided"] for _, turn in done if "decided" in turn.timings]
    missing = len(scenes(story)) - len({scene.shows for scene, _ in done}) if story != "learning" else 0
    if decided:
        console.print(f"{len(done)} turns; from the end of speech to the decision: median {median(decided):.0f} ms.")
    if story == "tour" and not stay:
        console.print("There is more: make demo ARGS='--story conversation' (three minutes), ARGS='--story learning' (ten seconds).")
    if picture is not None:
        console.save_svg(str(picture), title="make demo")
    if missing:
        console.print(f"[red]{missing} scenes were not answered.[/] Run `hub doctor` to see what is wrong.")
        raise SystemExit(1)


def _config(config: Config, folder: Path, stay: bool) -> Config:
    replace = msgspec.structs.replace
    return replace(
        config,
        hub=replace(config.hub, name="demo", db=str(folder / "hub.db")),
        wake=replace(config.wake, words=["alexa"]),
        web=replace(config.web, enabled=stay),
    )
