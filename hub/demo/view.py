"""How the demo looks: a live picture where there is a terminal, a line a turn where there is none, and the table at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hub.demo.script import SceneScript
from hub.turn import Turn

COLOUR = {"act": "green]●", "answer": "cyan]●", "ask": "yellow]?", "confirm": "yellow]?", "decline": "red]○", "ignore": "dim]·"}
MARK = {kind: f"[{colour}[/]" for kind, colour in COLOUR.items()}
HEADING = "[bold]Ambient Hub[/] [dim]— everything below happens on this machine[/]"


class View:
    """Takes the demo's events and shows them. Use as a context; `table` afterwards."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = Live(console=console, refresh_per_second=12, transient=True) if console.is_terminal else None
        self._scene: SceneScript | None = None
        self._where = ""
        self._steps: list[str] = []
        self._house: dict[str, str] = {}
        self._past: list[str] = []

    def __enter__(self) -> View:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def take(self, kind: str, data: Mapping[str, Any]) -> None:
        """One event of the demo or of the hub."""
        show = getattr(self, f"_on_{kind}", None)
        if show is not None:
            show(data)
            if self._live is not None:
                self._live.update(self._picture())

    def _on_scene(self, data: Mapping[str, Any]) -> None:
        scene: SceneScript = data["scene"]
        self._scene, self._steps = scene, []
        place = (scene.room or "").replace("_", " ")
        self._where = f"{data['number']}/{data['of']} · {place}{', with a screen' if scene.screen else ''}"

    def _on_wake(self, data: Mapping[str, Any]) -> None:
        wake = data["opening"].wake
        self._steps = [*self._steps[-4:], f"[magenta]wake word[/]   {wake.phrase} [dim]{wake.score:.2f}[/]"]

    def _on_opened(self, data: Mapping[str, Any]) -> None:
        self._steps.append("[magenta]listening[/]   [dim]an answer needs no wake word[/]")

    def _on_partial(self, data: Mapping[str, Any]) -> None:
        if self._steps and self._steps[-1].startswith("[dim]hears"):
            self._steps.pop()
        self._steps.append(f"[dim]hears[/]       [italic]{data['text']}…[/]")

    def _on_heard(self, data: Mapping[str, Any]) -> None:
        if self._steps and self._steps[-1].startswith("[dim]hears"):
            self._steps.pop()
        self._steps.append(f"[blue]heard[/]       “{data['text']}”")

    def _on_barge_in(self, data: Mapping[str, Any]) -> None:
        self._steps.append(f"[red]interrupted[/] after {data.get('played_ms') or 0} ms of the reply")

    def _on_decided(self, data: Mapping[str, Any]) -> None:
        turn: Turn = data["turn"]
        self._steps.append(f"[yellow]decided[/]     {did(turn)}")
        if turn.reply:
            self._steps.append(f"[green]says[/]        “{turn.reply}”")

    def _on_turn(self, data: Mapping[str, Any]) -> None:
        turn: Turn = data["turn"]
        decided = turn.timings.get("decided")
        line = f"{MARK[kind_of(turn)]} “{heard(turn)}” → {did(turn)}" + (f" [dim]{decided:.0f} ms[/]" if decided is not None else "")
        if data.get("comment"):
            line += f" [dim]— {data['comment']}[/]"
        self._tell(line)

    def _on_step(self, data: Mapping[str, Any]) -> None:
        self._tell(f"[bold magenta]»[/] [bold]{data['text']}[/]")

    def _tell(self, line: str) -> None:
        self._past.append(line)
        if self._live is None:
            self.console.print(line, highlight=False)

    def _on_house(self, data: Mapping[str, Any]) -> None:
        self._house.pop(data["id"], None)
        self._house[data["id"]] = data["state"].value

    def _on_end(self, data: Mapping[str, Any]) -> None:
        if data.get("web"):
            self._steps = [f"The hub stays: http://127.0.0.1:{data['web']} shows every turn. Ctrl-C ends it."]
            self.console.print(self._steps[0])

    def _picture(self) -> Group:
        now = Panel("\n".join(self._steps) or "[dim]…[/]", title=self._where, subtitle=self._scene.shows if self._scene else None, height=9)
        changed = [f"{name} [bold]{value}[/]" for name, value in list(self._house.items())[-6:]]
        house = Panel("   ".join(reversed(changed)) or "[dim]quiet[/]", title="the house, last changed first", height=4)
        return Group(Text.from_markup(HEADING), now, house, *self._past[-6:])


def kind_of(turn: Turn) -> str:
    return turn.decision.kind if turn.decision is not None else "ignore"


def heard(turn: Turn) -> str:
    """The words, and what they were taken for where something learned says so."""
    words = turn.utterance.text if turn.utterance is not None else ""
    return f"{words} ⇒ {turn.rewrite.to} ({turn.rewrite.source})" if turn.rewrite is not None else words


def did(turn: Turn) -> str:
    """What came of a turn, in a few words."""
    if turn.outcomes:
        first = turn.outcomes[0]
        more = f" +{len(turn.outcomes) - 1}" if len(turn.outcomes) > 1 else ""
        return f"{first.command.service} {first.command.entity_id or first.command.data.get('payload', '')}{more} {first.status}"
    kind = kind_of(turn)
    code = f" ({turn.decision.code})" if turn.decision is not None and turn.decision.code else ""
    return "nothing: not meant for the hub" if kind == "ignore" else f"{kind}{code}"


def table(done: Sequence[tuple[SceneScript, Turn]]) -> Table:
    """A row a turn: what was heard, what was done, then times in ms from the end of speech."""
    title = "Times in ms from the last sample of speech"
    out = Table(title=title, title_justify="left", pad_edge=False, box=None, expand=True, header_style="bold")
    for name, share in (("heard", 4), ("done", 5), ("reply", 4)):
        out.add_column(name, overflow="fold", ratio=share)
    for name in ("words", "decided", "confirmed", "first sound"):
        out.add_column(name, justify="right", no_wrap=True)
    for _, turn in done:
        times = [turn.timings.get(key) for key in ("final_text", "decided", "confirmed", "first_sound")]
        spoken = [f"{t:.0f}" if t is not None else "" for t in times]
        barge_in = f" [red]⏹ {turn.feedback.barge_in_ms} ms[/]" if turn.feedback.barge_in_ms is not None else ""
        out.add_row(f"{MARK[kind_of(turn)]} {heard(turn)}", did(turn), turn.reply + barge_in, *spoken)
    return out
