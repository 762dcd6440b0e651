"""``nodeo cohort``: many pairs. What registers is loaded when a pair is begun: who has nothing to do need not wait."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
from functools import partial
from pathlib import Path
from typing import Any

from ...cohort import bids
from ...cohort.measures import text_table
from ...cohort.pair import FILE_ROLES, Pair, check_columns, check_fit, pairs_of
from ...cohort.run import Plan, as_dict, collected, planned, run_pairs, write_summary
from ...errors import InputError
from ...evaluation.tables import aligned
from ...files.table import Mistakes, Row, read_rows
from ...progress import Progress, ProgressCallback
from ...report.canvas import check_matplotlib
from ...settings import Settings
from ..channel import Channel
from .crew import check_crew, crew
from .given import settings_of

_MOST_SHOWN = 50  # pairs that a dry run lists


def run(options: argparse.Namespace, channel: Channel) -> int:
    """Register what is missing of a cohort, and write its table and page."""
    _check_options(options)
    if options.report:
        check_matplotlib("The report")
    pairs = _pairs(options)
    plan = planned(pairs, options.output.absolute(), options.overwrite)
    mine = plan.pairs if options.index is None else plan.pairs[options.index :: options.of]
    to_do = plan.to_do(mine)
    if options.dry_run:
        channel.say(_foreseen(plan, to_do))
        return 0
    if to_do and not options.collect:
        _do(options, plan, to_do, channel)
    lines = collected(mine, plan.output)
    if options.index is None:
        source = options.bids or options.table
        write_summary(lines, plan.output, f"Cohort: {source.name}", options.bids)
    channel.finished(plan.output, as_dict(lines), text_table(lines))
    return 0 if all(line.status == "done" for line in lines) else 1


def _check_options(options: argparse.Namespace) -> None:
    """Refuse what cannot be meant."""
    if (options.table is None) == (options.bids is None):
        raise InputError("A cohort is one table or one BIDS folder.", "Name TABLE, or --bids BIDS.")
    if options.bids is not None and options.fixed is None:
        raise InputError("--bids was given without a template.", "Add --fixed FILE.")
    if (options.index is None) != (options.of is None):
        raise InputError("--index and --of belong together.", "Such as --index 0 --of 10.")
    if options.of is not None and options.of < 1:
        raise InputError(f"--of is {options.of}.", "It must be at least 1.")
    if options.of is not None and not 0 <= options.index < options.of:
        raise InputError(f"--index is {options.index} of {options.of}.", f"It must be 0 to {options.of - 1}.")
    check_crew(options)
    if options.space:
        check_fit(options.space)
        if not options.space.isalnum():
            raise InputError(f"--space is '{options.space}'.", "BIDS has letters and digits only in it.")


def _pairs(options: argparse.Namespace) -> list[Pair]:
    """The pairs that are asked for.

    Raises:
        InputError: there are mistakes; all of them are told.
    """
    settings_of(options)  # what is wrong for all is told once
    mistakes = Mistakes(f"The table {options.table}" if options.table is not None else f"The folder {options.bids}")
    if options.bids is not None:
        rows: list[Row] = bids.find_rows(options.bids, options.suffix)
    else:
        columns, rows = read_rows(options.table, mistakes)
        check_columns(columns, mistakes)
        if not rows:
            raise InputError(
                f"The table {options.table} has no pairs.", "A line a pair, below the names of the columns."
            )
    shared = {role: getattr(options, role) for role in FILE_ROLES}

    def chosen(varied: dict[str, str]) -> Settings:
        return settings_of(options, varied=varied)

    pairs = pairs_of(rows, options.output.absolute(), chosen, shared, options.space, mistakes)
    mistakes.check()
    return pairs


def _do(options: argparse.Namespace, plan: Plan, pairs: list[Pair], channel: Channel) -> None:
    """Register pairs, by whatever was chosen to do it."""
    anywhere = all(pair.settings.device in ("auto", "cuda") for pair in pairs)
    with crew(options, len(pairs), anywhere, channel) as hands:
        work = partial(register_pair, options=options, threads=hands.threads)
        run_pairs(plan, pairs, work, channel.progress, hands.outcomes)


def register_pair(pair: Pair, progress: ProgressCallback, *, options: argparse.Namespace, threads: int) -> None:
    """Register one pair as ``nodeo register`` does, with the record and the picture of a cohort beside it.

    Args:
        options: of the whole cohort.
        threads: for pairs whose settings leave that open; 0: all.
    """
    from .. import process

    process.make_ready()
    with process.lasting_imports() if "torch" not in sys.modules else contextlib.nullcontext():
        from ...cohort.results import Companions
        from .register import register

    companions = Companions(pair)
    settings = pair.settings if pair.settings.threads else pair.settings.replace(threads=threads)
    own = {
        **{role: Path(pair.files[role]) if role in pair.files else None for role in FILE_ROLES},
        **dict.fromkeys(("settings", "initial", "device", "seed", "threads")),
        "channel": [more.words(pair.files) for more in pair.channels],
        "preset": "balanced",
        "set": [f"{option.name}={_typed(getattr(settings, option.name))}" for option in dataclasses.fields(Settings)],
        "output": pair.folder,
        "overwrite": options.overwrite,
    }
    register(argparse.Namespace(**{**vars(options), **own}), _Quiet(progress), companions)


def _typed(value: Any) -> str:
    """A setting as it is typed, to the last bit."""
    return ",".join(map(repr, value)) if isinstance(value, tuple) else str(value)


class _Quiet:
    """The channel of one pair among many: its news goes to those who count pairs, its answer lies in its folder."""

    def __init__(self, progress: ProgressCallback) -> None:
        self._progress = progress

    def progress(self, news: Progress) -> None:
        self._progress(news)

    def say(self, text: str) -> None:
        pass

    def finished(self, output: Path, metrics: dict[str, Any], text: str) -> None:
        pass

    def failed(self, message: str, hint: str, code: str = "") -> None:
        pass

    def cancelled(self, note: str) -> None:
        pass

    def close(self) -> None:
        pass


def _foreseen(plan: Plan, to_do: list[Pair]) -> str:
    """What a call would do."""
    kept = len(plan.pairs) - len(plan.missing) - len(plan.changed)
    told = f"{len(plan.pairs)} pairs: {kept} there already, {len(plan.changed)} changed, {len(to_do)} to do"
    rows = [[pair.name, pair.files["moving"], "->", pair.files["fixed"]] for pair in to_do[:_MOST_SHOWN]]
    more = [f"and {len(to_do) - _MOST_SHOWN} more"] if len(to_do) > _MOST_SHOWN else []
    return "\n".join([told, *([aligned(rows)] if rows else []), *more])
