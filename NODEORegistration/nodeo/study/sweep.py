"""The sweep: every combination of some settings, with several seeds."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

from ..errors import InputError
from ..progress import ProgressCallback
from ..report.canvas import check_matplotlib
from ..settings import PRESETS, Settings
from .measures import text_table
from .output import Study, write_study
from .pair import StudyPair
from .runs import Case, run_cases

NAME = "sweep"
MOST_RUNS = 1000
_EXAMPLE = "For example --vary lambda_J=0,0.5,1 or, with values that are lists, --vary 'iterations=40,20;80,40'."


def parse_vary(texts: Sequence[str]) -> dict[str, list[str]]:
    """The values of each varied option, as text.

    ``option=value,value,…``; where a value is a list itself, or has a comma in it, semicolons stand between the values:
    ``iterations=40,20;80,40``. The option ``preset`` stands for a whole preset.

    Raises:
        InputError: an option is not known or named twice, or has no values, or the same one twice.
    """
    lists = {option.name for option in fields(Settings) if isinstance(option.default, tuple)}
    known = {"preset", *(option.name for option in fields(Settings))}
    varied: dict[str, list[str]] = {}
    for text in texts:
        name, sign, rest = (part.strip() for part in text.partition("="))
        if not sign:
            raise InputError(f"'{text}' is not of the form option=values.", _EXAMPLE)
        if name not in known:
            Settings().replace(**{name: rest})  # refuses it, and says what is meant
        if name in varied:
            raise InputError(f"{name} is varied twice.", "Give all its values at once.")
        values = [value.strip() for value in rest.split(";" if ";" in rest or name in lists else ",")]
        if not all(values):
            raise InputError(f"'{text}' has an empty value.", _EXAMPLE)
        if len(set(values)) < len(values):
            raise InputError(f"'{text}' has the same value twice.", "Name each once; --repeat runs it with more seeds.")
        varied[name] = values
    if not varied:
        raise InputError("Nothing is varied.", _EXAMPLE)
    return varied


def cases(chosen: Callable[[dict[str, str]], Settings], varied: dict[str, list[str]], repeat: int) -> list[Case]:
    """Every combination of the values, each with ``repeat`` seeds.

    Args:
        chosen: all settings of a run, given the texts of those that are varied.

    Raises:
        InputError: a combination is not possible, or there are too many.
    """
    if repeat < 1:
        raise InputError(f"--repeat is {repeat}.", "It must be at least 1.")
    if repeat > 1 and "seed" in varied:
        raise InputError("The seed is varied and repeated.", "Leave --repeat out.")
    for name in varied.get("preset", []):
        if name not in PRESETS:
            Settings.preset(name)  # refuses it, and says what is meant
    grid = list(itertools.product(*varied.values()))
    if len(grid) * repeat > MOST_RUNS:
        raise InputError(f"The grid has {len(grid) * repeat} runs.", f"More than {MOST_RUNS} are not taken on.")
    made = [
        _case(chosen, dict(zip(varied, values, strict=True)), seed if repeat > 1 else None)
        for values in grid
        for seed in range(repeat)
    ]
    for one, other in itertools.combinations(made, 2):
        if one.settings == other.settings:
            raise InputError(f"'{one.name}' and '{other.name}' are the same.", "Name each value once.")
    return made


def _case(chosen: Callable[[dict[str, str]], Settings], values: dict[str, str], nth_seed: int | None) -> Case:
    name = _name(values)
    try:
        settings = chosen(values)
    except InputError as error:
        raise InputError(f"{name}: {error.message}", error.hint, error.code) from error
    if nth_seed is not None:
        settings = settings.replace(seed=settings.seed + nth_seed)
        values = {**values, "seed": str(settings.seed)}
        name = _name(values)
    return Case(name, _folder(name), settings, values)


def _name(values: dict[str, str]) -> str:
    return ", ".join(f"{key}={text.replace(', ', ',')}" for key, text in values.items())


def _folder(name: str) -> str:
    """A folder's name that every file system takes, no two alike."""
    plain = re.sub(r"[^A-Za-z0-9=._-]+", "-", name.replace(", ", "_"))
    if plain == name.replace(", ", "_") and len(plain) <= 120:
        return plain
    return f"{plain[:100]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def study(pair: StudyPair, planned: Sequence[Case], folder: Path, progress: ProgressCallback) -> Study:
    """Run all cases, draw what they reach against what was varied, write table, picture and page into ``folder``.

    Raises:
        InputError: matplotlib is missing, or every run was refused.
        Cancelled: as :func:`nodeo.study.runs.run_cases`.
    """
    check_matplotlib("The study's picture")
    from .sweep_figure import draw

    outcomes = run_cases(planned, pair, folder, progress)
    done = Study(NAME, f"Sweep: {pair.title}", outcomes, text_table(outcomes), folder)
    write_study(done, draw(outcomes, done.title), "What the runs reach against what was varied")
    return done
