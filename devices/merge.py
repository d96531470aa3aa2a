"""One pass that merges found entities with the owner's file: names, areas, duplicates, claims. Knows no bus and no state."""

from __future__ import annotations

import re
from dataclasses import replace

from devices.home import Area, Device, Entity, Home
from devices.homefile import Finding
from devices.wiring import Found, FoundDevice


def tidy_name(name: str | None) -> str | None:
    """A name fit to be said and shown: printable, one line, at most 80 characters; None if nothing is left."""
    if name is None:
        return None
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:80].strip()
    return text or None


_COMMAND_NAME = re.compile(
    r"(?:(?:please )?(?:turn|switch) (?:on|off|it|the|all|every).*|(?:open|close|lock|unlock|start|stop|cancel|pause|play|resume|set|dim"
    r"|mute|unmute|undo|repeat|yes|no|okay|ok|help|never ?mind|next|previous|again|louder|quieter)"
    r"(?: (?:the|all|every|it|everything)\b.*)?)", re.I)


class Merge:
    """One pass over everything that was found."""

    def __init__(self, owner: Home) -> None:
        self.owner = owner
        self.areas: dict[str, Area] = dict(owner.areas)
        self.devices: dict[str, Device] = dict(owner.devices)
        self.entities: dict[str, Entity] = dict(owner.entities)
        self.placed: set[str] = set()
        """Ids of the entities that something on the bus answers to."""
        self._native: set[str] = set()
        self._unique: dict[str, str] = {}
        self._claimed: dict[tuple[str, str], tuple[str, str]] = {}
        self._findings: list[Finding] = []

    def findings(self) -> list[Finding]:
        lost = [entity for entity in self.owner.entities.values() if entity.id not in self.placed] if self.placed else []
        if lost:
            names = ", ".join(f"{entity.name} ({entity.id})" for entity in lost[:5]) + (" …" if len(lost) > 5 else "")
            self._find(f"nothing on the bus answers to {names}", "home file",
                       "Give unique_id or the id that the device has, or take them out of the home file.")
        return self._findings

    def _find(self, what: str, where: str, mend: str) -> None:
        self._findings.append(Finding(what=what, where=where, mend=mend))

    def add(self, found: Found) -> str | None:
        """The id under which a found entity stands in the house; None where it is left out. Native ones have to come first."""
        device = found.device
        same_as = device.same_as if device is not None else frozenset()
        if found.native:
            self._native |= same_as
        elif same_as & self._native:
            return None  # its bridge is read natively; one lamp must not answer twice
        if found.category == "config" or (found.category == "diagnostic" and found.attributes.get("device_class") != "battery"):
            return None
        holder = device.id if device is not None else found.key
        if found.unique_id is not None and self._unique.setdefault(f"{found.domain} {found.unique_id}", found.key) != found.key:
            self._find(f"unique_id {found.unique_id!r} is another entity's already ({self._unique[f'{found.domain} {found.unique_id}']})",
                       found.key, "Remove one of the two announcements (an empty retained message on its topic).")
            return None
        for claim in found.wiring.claims:
            other, where = self._claimed.setdefault(claim, (holder, found.key))
            if other != holder:
                self._find(f"it claims the command topic {claim[0]}, which belongs to {where}", found.key,
                           "Only one device may be commanded there; look at who publishes the second announcement.")
                return None
        entity = self._entity(found, device)
        self.entities[entity.id] = entity
        self.placed.add(entity.id)
        return entity.id

    def _entity(self, found: Found, device: FoundDevice | None) -> Entity:
        device_name = tidy_name(device.name) if device is not None else None
        own = tidy_name(found.name)
        full = own if own is None or device_name is None or own.casefold().startswith(device_name.casefold()) else f"{device_name} {own}"
        name = own or device_name or tidy_name(found.object_id.replace("_", " ")) or found.domain
        aliases: tuple[str, ...] = (full,) if full is not None and full != name else ()
        if found.domain not in ("scene", "script") and _COMMAND_NAME.fullmatch(name):
            plain, name = name, f"{name} {found.domain.replace('_', ' ')}"
            self._find(f"its name {plain!r} is a command", found.key, f"It is called {name!r} here; name it in the home file.")
        device_id = self._device(device, device_name)
        suffix = found.object_id or re.sub(r"\W+", "_", (full or name).casefold()).strip("_") or "unnamed"
        entity_id = f"{found.domain}.{suffix}"
        known = self._owners(found, entity_id, {name.casefold(), *(alias.casefold() for alias in aliases)})
        if known is not None:
            more = tuple(alias for alias in (name, *aliases) if alias not in (known.name, *known.aliases))
            unique_id, device_id = known.unique_id or found.unique_id, known.device or device_id
            return replace(known, aliases=(*known.aliases, *more), unique_id=unique_id, device=device_id)
        number = 2
        while entity_id in self.entities:
            entity_id, number = f"{found.domain}.{suffix}_{number}", number + 1
        area = self._area(found.area or (device.area if device is not None else None))
        return Entity(id=entity_id, name=name, aliases=aliases, area=area, device=device_id, unique_id=found.unique_id)

    def _owners(self, found: Found, entity_id: str, names: set[str]) -> Entity | None:
        """The owner's own record of this entity: by unique_id, by id, or by a name that only one of its domain has."""
        mine = [entity for entity in self.owner.entities.values() if entity.domain == found.domain and entity.id not in self.placed]
        if found.unique_id is not None:
            for entity in mine:
                if entity.unique_id == found.unique_id:
                    return entity
        for entity in mine:
            if entity.id == entity_id and entity.unique_id in (None, found.unique_id):
                return entity
        named = [entity for entity in mine
                 if entity.unique_id is None and names & {entity.name.casefold(), *map(str.casefold, entity.aliases)}]
        return named[0] if len(named) == 1 else None

    def _device(self, device: FoundDevice | None, name: str | None) -> str | None:
        if device is None:
            return None
        for known in self.owner.devices.values():
            if known.id == device.id or (name is not None and known.name.casefold() == name.casefold()):
                return known.id
        if device.id not in self.devices:
            self.devices[device.id] = Device(id=device.id, name=name or device.id, area=self._area(device.area), kind=device.kind)
        return device.id

    def _area(self, name: str | None) -> str | None:
        name = tidy_name(name)
        if name is None:
            return None
        folded = name.casefold()
        for area in self.areas.values():
            if folded in (area.id.casefold(), area.name.casefold(), *map(str.casefold, area.aliases)):
                return area.id
        ident = re.sub(r"\W+", "_", folded).strip("_") or "area"
        self.areas.setdefault(ident, Area(id=ident, name=name))
        return ident
