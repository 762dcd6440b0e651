"""What a study leaves in its folder: a table, a picture, and a page that holds both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..files.writing import appearing
from ..report.page import document, folded_block, picture_block, wide_table
from .measures import ABOUT, MEASURES, csv_text, headings, rows, value
from .runs import Outcome, failed


@dataclass(frozen=True)
class Study:
    """A finished study.

    Attributes:
        name: of its files.
        title: for people.
        outcomes: of all its runs.
        text: the table for a terminal.
        folder: where it was written.
    """

    name: str
    title: str
    outcomes: Sequence[Outcome]
    text: str
    folder: Path

    @property
    def complete(self) -> bool:
        """Whether every run worked out."""
        return not failed(self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """The table for a program: a record a run."""
        return {
            "study": self.name,
            "runs": [
                {
                    "run": outcome.case.name,
                    "folder": str(outcome.folder),
                    "values": outcome.case.values,
                    "kept": outcome.kept,
                    "error": outcome.reason if outcome.error else None,
                    **{measure.key: value(outcome, measure.key) for measure in MEASURES},
                }
                for outcome in self.outcomes
            ],
        }


def write_study(study: Study, picture: bytes, alt: str) -> None:
    """Write ``NAME.csv``, ``NAME.png`` and ``NAME.html`` into the study's folder.

    Raises:
        InputError: the disk refuses.
    """
    texts = {f"{study.name}.csv": csv_text(study.outcomes), f"{study.name}.html": _page(study, picture, alt)}
    with appearing(study.folder, (*texts, f"{study.name}.png")) as folder:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / f"{study.name}.png").write_bytes(picture)


def _page(study: Study, picture: bytes, alt: str) -> str:
    parts = [
        f"<section><h2>Table</h2>{wide_table(headings(study.outcomes), rows(study.outcomes))}"
        f'{_failures(study.outcomes)}<p class="hint">{escape(ABOUT)}</p></section>',
        picture_block(picture, alt),
        folded_block("Settings that all runs have in common", _common_settings(study.outcomes)),
        folded_block(
            "Folders", {outcome.case.name: str(outcome.folder.relative_to(study.folder)) for outcome in study.outcomes}
        ),
    ]
    return document(study.title, parts)


def _common_settings(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    first, *others = [outcome.case.settings.as_dict() for outcome in outcomes]
    return {name: value for name, value in first.items() if all(other[name] == value for other in others)}


def _failures(outcomes: Sequence[Outcome]) -> str:
    return "".join(
        f'<p class="bad">Failed: {escape(outcome.case.name)}: {escape(outcome.reason)}</p>'
        for outcome in failed(outcomes)
    )
