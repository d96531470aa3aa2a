"""`hub devices`: the house as the hub sees it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from hub.commands.options import config_option, emit, ends_well, home_option, note, settings


@click.command()
@config_option
@home_option
@click.option("--broker", help="mqtt[s]://user:password@host:port, percent-encoded.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@ends_well
def devices(config_path: Path | None, home: Path | None, broker: str | None, as_json: bool) -> None:
    """Lists what is in the house: from the broker, merged with the home file; what is wrong goes to standard error."""
    config = settings(config_path, hub__home=home, mqtt__broker=broker).config
    found, problems = asyncio.run(_look(config, home))
    for problem in problems:
        note(f"{problem.where}: {problem.what}. {problem.mend}")
    rows = [_row(found, entity_id) for entity_id in sorted(found.entities)]
    if as_json:
        areas = [{"id": a.id, "name": a.name, "aliases": list(a.aliases), "floor": a.floor} for a in found.areas.values()]
        emit({
            "id": found.id, "areas": areas, "entities": rows,
            "problems": [{"what": p.what, "where": p.where, "mend": p.mend} for p in problems],
        })  # fmt: skip
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("id", "name", "area", "state", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row["id"], row["name"], row["area"] or "", row["state"])
    Console().print(table)


async def _look(config: Any, home: Path | None) -> tuple[Any, tuple[Any, ...]]:
    from hub.running.house import open_house, owners

    if config.mqtt.broker is None:
        owner = owners(config, home)
        if owner is not None:
            return owner, ()
    async with open_house(config, home, settle=True) as house:
        return house.home(), tuple(house.catalogue.problems)


def _row(home: Any, entity_id: str) -> dict[str, Any]:
    entity, state, area = home.entities[entity_id], home.state(entity_id), home.area_of(entity_id)
    return {
        "id": entity_id, "name": entity.name, "aliases": list(entity.aliases), "area": area.id if area else None, "device": entity.device,
        "state": state.value, "available": state.available, "attributes": dict(state.attributes),
    }  # fmt: skip
