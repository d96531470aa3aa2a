"""`hub setup`: gets the model files and says plainly what could not be had. Knows progress bars, not checksums."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from models import manifest

FOLDER = click.Path(path_type=Path, file_okay=False)
MARKS = {"here": "[green]in place[/]", "fetched": "[green]fetched[/] ", "left out": "[yellow]left out[/]", "missing": "[red]missing[/] "}


@click.command()
@click.option("--models", "root", type=FOLDER, help="Folder to keep the models in.")
@click.option("--from", "mirrors", type=FOLDER, multiple=True, help="Folder that may hold the files already.")
def setup(root: Path | None, mirrors: tuple[Path, ...]) -> None:
    """Fetches and verifies the model files that the hub needs; what is already in place is left alone."""
    console = Console(stderr=True)
    root = root or manifest.folder()
    env = os.environ.get("HUB_MODELS_MIRROR")
    places = [*mirrors, *([Path(env)] if env else [])]
    for place in places:
        if not place.is_dir():
            raise click.UsageError(f"--from {place}: there is no such folder")
    results = []
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with tempfile.TemporaryDirectory(prefix="hub-setup-") as scratch, Progress(*columns, console=console, transient=True) as bars:
        for entry in manifest.entries():
            bar = bars.add_task(entry.key, total=entry.size)

            def show(done: int, total: int | None, bar: object = bar) -> None:
                bars.update(bar, completed=done, total=total)  # type: ignore[arg-type]

            results.append(manifest.fetch(entry, root, scratch=Path(scratch), mirrors=places, progress=show))
            bars.remove_task(bar)
    for got in results:
        status = got.status if got.status != "failed" else "left out" if got.entry.optional else "missing"
        note = f"[dim]{got.source or got.entry.licence}[/]" if got.status != "failed" else ""
        console.print(f"{MARKS[status]}  {got.entry.key:<24} {note}", soft_wrap=True, highlight=False)
    failed = [got for got in results if got.status == "failed"]
    for got in failed:
        console.print(f"{'The hub works without it: ' if got.entry.optional else ''}{got.problem}", soft_wrap=True, highlight=False)
    if any(not got.entry.optional for got in failed):
        raise SystemExit(1)
    console.print(f"The models are in {root}.", soft_wrap=True, highlight=False)
