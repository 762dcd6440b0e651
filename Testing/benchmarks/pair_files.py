"""Anyone's own pairs, from a CSV or JSON file.

A record a pair: ``fixed`` and ``moving``; as needed ``fixed_labels`` and ``moving_labels``, ``fixed_points`` and
``moving_points`` (CSV files with the header x,y,z, world mm), ``name``, ``initial`` (identity, affine, auto or own),
``settings`` of this engine (KEY=VALUE, spaces between) and ``structures`` (as for ``nodeo evaluate``). Paths start at
the file.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

from nodeo.errors import InputError
from pairs import GROUPS, NAMED, Pair

FILES = ("fixed", "moving", "fixed_labels", "moving_labels", "fixed_points", "moving_points")
OPTIONS = ("name", "initial", "settings", "structures")
STARTS = ("identity", "affine", "auto", "own")
_COLUMNS = f"A pair has {FILES[0]} and {FILES[1]} and, as needed, {', '.join((*FILES[2:], *OPTIONS))}."


def chosen(words: list[str]) -> list[Pair]:
    """The pairs that words on the command line mean: names, groups of names, or files of pairs; each pair once.

    Raises:
        InputError: a word is none of these, or a pair's files are not there.
    """
    found: dict[str, Pair] = {}
    for word in words:
        if word in NAMED or word in GROUPS:
            pairs = [NAMED[name] for name in GROUPS.get(word, [word])]
        elif Path(word).suffix in (".csv", ".json"):
            pairs = read(Path(word))
        else:
            raise InputError(f"There is no pair '{word}'.", f"Known: {', '.join((*GROUPS, *NAMED))}, or a file.")
        found.update((pair.name, pair) for pair in pairs)
    absent = [pair.name for pair in found.values() if not pair.present]
    if absent:
        raise InputError(f"The files of {', '.join(absent)} are not here.", "Check the paths.")
    return list(found.values())


def read(path: Path) -> list[Pair]:
    """The pairs of a file.

    Raises:
        InputError: it cannot be read, or a record lacks something or has something that is not known.
    """
    try:
        records = _records(path)
    except (OSError, ValueError) as error:
        raise InputError(f"The list of pairs {path} cannot be read: {error}.", _COLUMNS) from error
    pairs = [_pair(path, number, record) for number, record in enumerate(records, start=1)]
    for pair in pairs:
        if sum(other.name == pair.name for other in pairs) > 1:
            raise InputError(f"Two pairs of {path} are called '{pair.name}'.", "Give each a name of its own.")
    return pairs


def _records(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".json":
        records = json.loads(text)
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise ValueError("it is not a list of records")
        return records
    return list(csv.DictReader(text.splitlines(), skipinitialspace=True))


def _pair(path: Path, number: int, record: dict[str, Any]) -> Pair:
    given = {key: str(value).strip() for key, value in record.items() if key and value not in (None, "")}
    unknown = sorted(set(given) - {*FILES, *OPTIONS})
    missing = [key for key in FILES[:2] if key not in given]
    if unknown or missing:
        problem = f"does not know '{unknown[0]}'" if unknown else f"has no '{missing[0]}'"
        raise InputError(f"Pair {number} of {path} {problem}.", _COLUMNS)
    for truth in ("labels", "points"):
        if (f"fixed_{truth}" in given) != (f"moving_{truth}" in given):
            raise InputError(f"Pair {number} of {path} has {truth} of one image only.", "Give both, or neither.")
    initial = given.get("initial", "identity")
    if initial not in STARTS:
        raise InputError(f"Pair {number} of {path} starts from '{initial}'.", f"Use one of {', '.join(STARTS)}.")
    files = {key: path.parent / given[key] for key in FILES if key in given}
    points = {"points": (files["fixed_points"], files["moving_points"])} if "fixed_points" in files else {}
    title = given.get("structures", "all")
    name = re.sub(r"[^\w.-]", "_", given.get("name", f"{path.stem}_{number}"))
    return Pair(
        name,
        *(files.get(key) for key in FILES[:4]),
        points=points,
        initial=initial,
        settings=(*(("initial=auto",) if initial == "own" else ()), *given.get("settings", "").split()),
        structures={title: title},
    )
