"""The documents say what is true: every module has its place in the architecture page, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]

SMALL_ROOMS = {"commands", "demo", "learning", "simulated", "training", "web"}
"""Folders whose modules have a page or a list of their own."""


def named() -> set[str]:
    text = (ROOT / "docs" / "architecture.md").read_text()
    return set(re.findall(r"`([\w*/]+\.(?:py|toml)|[\w]+/)`", text))


@pytest.mark.parametrize("layer", ["devices", "models", "hub"])
def test_every_module_has_its_place_in_the_architecture_page(layer: str) -> None:
    patterns = [re.compile(name.replace("*", ".*").replace(".py", r"\.py") + "$") for name in named()]
    modules = [p.name for p in (ROOT / layer).rglob("*.py") if p.name != "__init__.py" and not SMALL_ROOMS & set(p.parts)]
    assert [m for m in modules if not any(pattern.match(m) for pattern in patterns)] == []


def test_the_architecture_page_names_no_module_that_is_gone() -> None:
    have = {p.name for layer in ("devices", "models", "hub") for p in (ROOT / layer).rglob("*") if p.suffix in (".py", ".toml")}
    have |= {f"{p.name}/" for layer in ("devices", "models", "hub") for p in (ROOT / layer).iterdir() if p.is_dir()}
    assert [name for name in named() if "*" not in name and name not in have] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_every_module_says_in_its_first_line_what_it_knows() -> None:
    sources = [p for layer in ("devices", "models", "hub") for p in (ROOT / layer).rglob("*.py") if p.read_text().strip()]
    assert [str(p) for p in sources if not p.read_text().startswith('"""')] == []
