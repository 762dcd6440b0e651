"""``nodeo template``: the average of many images, and each image's way to it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from ...cohort.attempt import Work
from ...cohort.pair import Pair, pairs_of
from ...cohort.run import Plan, run_pairs
from ...files.names import check_there
from ...files.table import Mistakes, Row, read_rows
from ...progress import ProgressCallback
from ...settings import Settings
from ...settings.checks import nearest
from ...template import names
from ...template.aligned import align_pair
from ...template.asked import Asked
from ...template.folder import claimed
from ...template.handed_out import hand_out
from ...template.measures import text_table
from ...template.output import write_output
from ...template.rounds import Making
from .. import process
from ..channel import Channel
from .cohort import register_pair
from .crew import Crew, check_crew, crew
from .given import settings_of

COLUMNS = ("name", "subject", "session", "moving", "moving_mask", "moving_labels")
_TABLES = (".csv", ".tsv", ".txt")
_SPACE = "template"  # what BIDS names call it


def run(options: argparse.Namespace, channel: Channel) -> int:
    """Make a template, or go on with it, and register everybody onto it."""
    check_crew(options)
    asked = _asked(options)
    asked.check()
    anywhere = asked.settings.device in ("auto", "cuda")
    with claimed(asked, options.overwrite), ExitStack() as stack:

        @cache
        def hands() -> Crew:
            """Hired when there is work: where nothing is missing no worker starts."""
            return stack.enter_context(crew(options, len(asked.subjects), anywhere, channel))

        rounds, lines = Making(asked, partial(_do, options, hands, asked), channel.progress).run()
        found = write_output(asked, rounds, lines)
    channel.finished(asked.output, found, text_table(rounds, lines))
    return 0 if all(line.status == "done" for line in lines) else 1


def _asked(options: argparse.Namespace) -> Asked:
    """What the options ask for.

    Raises:
        InputError: there are mistakes; all of them are told.
    """
    settings = settings_of(options)
    output = options.output.absolute()
    rows, mistakes = _rows(options.images)

    def chosen(_varied: dict[str, str]) -> Settings:
        return settings

    pairs = pairs_of(rows, output / names.SUBJECTS, chosen, {}, _SPACE, mistakes, needed=("moving",))
    mistakes.check()
    initial = None if options.image is None else options.image.absolute()
    if initial is not None:
        check_there(options.image, "initial image")
    return Asked(output, [_onto(pair, output / names.TEMPLATE) for pair in pairs], options.rounds, initial)


def _rows(given: list[Path]) -> tuple[list[Row], Mistakes]:
    """The images, a line each."""
    if len(given) != 1 or given[0].suffix.lower() not in _TABLES:
        return [Row(str(path), Path.cwd(), {"moving": str(path)}) for path in given], Mistakes("The list of images")
    mistakes = Mistakes(f"The table {given[0]}")
    columns, rows = read_rows(given[0], mistakes)
    for name in columns:
        if name not in COLUMNS:
            mistakes.add("line 1", f"A template knows no column '{name}'. {nearest(name, COLUMNS)}")
    return rows, mistakes


def _onto(pair: Pair, template: Path) -> Pair:
    return replace(pair, files={**pair.files, "fixed": str(template)})


def _do(
    options: argparse.Namespace,
    hands: Callable[[], Crew],
    asked: Asked,
    plan: Plan,
    pairs: list[Pair],
    what: str,
    progress: ProgressCallback,
) -> None:
    work: dict[str, Work] = {
        "align": partial(_align, threads=hands().threads),
        "register": partial(register_pair, options=options, threads=hands().threads),
        "hand out": partial(_hand_out, last=asked.folder(asked.rounds)),
    }
    run_pairs(plan, pairs, work[what], progress, hands().outcomes)


def _align(pair: Pair, progress: ProgressCallback, *, threads: int) -> None:
    process.make_ready()
    align_pair(pair, threads, progress)


def _hand_out(pair: Pair, progress: ProgressCallback, *, last: Path) -> None:
    process.make_ready()
    hand_out(pair, last / pair.name, progress)
