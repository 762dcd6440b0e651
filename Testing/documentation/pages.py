"""Which text stands in which block, and which pages are not current."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .api_tables import api, codes
from .command_tables import commands
from .counts import tests_table
from .dependency_table import dependencies
from .marked import filled
from .panel_table import panel
from .settings_tables import presets, settings

PAGES = Path(__file__).resolve().parents[2] / "Resources" / "Documentation"


def texts(ui: Any) -> dict[str, str]:
    """What the code says, by the name of its block.

    Args:
        ui: the widgets of a panel that has just been opened, by name.
    """
    return {
        "settings": settings(),
        "presets": presets(),
        "commands": commands(),
        "panel": panel(ui),
        "api": api(),
        "codes": codes(),
        "dependencies": dependencies(),
        "tests": tests_table((PAGES / "trust.md").read_text(encoding="utf-8")),
    }


def not_current(texts: Mapping[str, str], folder: Path = PAGES) -> dict[Path, str]:
    """The pages whose blocks say something else than the code, with what they should be."""
    pages = {page: page.read_text(encoding="utf-8") for page in sorted(folder.glob("*.md"))}
    current = {page: filled(text, texts) for page, text in pages.items()}
    return {page: text for page, text in current.items() if text != pages[page]}
