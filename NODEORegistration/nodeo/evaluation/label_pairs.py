"""Many pairs of label maps from one table: Dice and HD95 of each, and their spread over the pairs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..files import reading
from ..files.names import check_name
from ..files.table import Mistakes, read_rows
from ..files.writing import appearing_file
from .labels import Evaluation, evaluate
from .tables import aligned, mean_and_sd, spread_cell

REQUIRED, OPTIONAL = ("fixed_labels", "other_labels"), ("transform", "name")
_COLUMNS = "The columns are fixed_labels, other_labels and, as needed, transform and name; paths start at the CSV file."


@dataclass(frozen=True)
class LabelPair:
    """Two files of labels, and a transform to warp the other one with, or None."""

    name: str
    fixed_labels: Path
    other_labels: Path
    transform: Path | None = None

    @property
    def files(self) -> list[Path]:
        """All that is read."""
        named = (self.fixed_labels, self.other_labels, self.transform)
        return [path for path in named if path is not None]


def read_pairs(path: Path) -> list[LabelPair]:
    """The pairs of a table; relative paths start at its folder.

    Raises:
        InputError: the file cannot be read, lacks a column or has an unknown one, or names a file that is not there.
    """
    mistakes = Mistakes(f"The list of pairs {path}")
    columns, lines = read_rows(path, mistakes)
    _check_columns(path, columns)
    mistakes.check()
    rows = [line.values for line in lines]
    if not rows:
        raise InputError(f"The list of pairs {path} holds no pairs.", _COLUMNS)
    pairs = [_pair(path, number, row) for number, row in enumerate(rows, start=1)]
    for pair in pairs:
        if sum(other.name == pair.name for other in pairs) > 1:
            raise InputError(f"Two pairs of {path} are called '{pair.name}'.", "Give each a name of its own.")
    return pairs


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    for name in REQUIRED:
        if name not in columns:
            raise InputError(f"The list of pairs {path} has no column '{name}'.", _COLUMNS)
    for name in columns:
        if name not in REQUIRED + OPTIONAL:
            raise InputError(f"The list of pairs {path} has a column '{name}' that is not known.", _COLUMNS)


def _pair(path: Path, number: int, row: dict[str, str]) -> LabelPair:
    files: dict[str, Path | None] = {}
    for column in (*REQUIRED, "transform"):
        text = row.get(column, "")
        if not text and column in REQUIRED:
            raise InputError(f"Pair {number} of {path} has no {column}.", _COLUMNS)
        files[column] = path.parent / text if text else None
        if text:
            check_name(path.parent / text, f"{column} of pair {number}")
        if text and not (path.parent / text).is_file():
            raise InputError(f"Pair {number} of {path}: {path.parent / text} does not exist.", "Check the path.")
    fixed, other = files["fixed_labels"], files["other_labels"]
    assert fixed is not None and other is not None
    return LabelPair(row.get("name") or f"pair {number}", fixed, other, files["transform"])


def evaluate_pairs(
    pairs: Sequence[LabelPair], structures: str, tell: Callable[[int, str], None] | None = None
) -> dict[str, Evaluation]:
    """The evaluation of each pair by its name.

    Args:
        structures: what :func:`nodeo.evaluation.structures.choose` understands.
        tell: called with the number of pairs done and the name of the next.

    Raises:
        InputError: a pair cannot be evaluated; the message begins with its name.
    """
    results = {}
    for done, pair in enumerate(pairs):
        if tell is not None:
            tell(done, pair.name)
        try:
            transform = None if pair.transform is None else reading.read_transform(pair.transform)
            fixed = reading.read_image(pair.fixed_labels, "fixed labels")
            other = reading.read_image(pair.other_labels, "other labels")
            results[pair.name] = evaluate(fixed, other, structures, transform)
        except InputError as error:
            message = f"{pair.name}: {error.message}" if pair.name else error.message
            raise InputError(message, error.hint, error.code) from error
    return results


def summary_table(results: dict[str, Evaluation]) -> str:
    """Mean ± SD over the pairs: a line a structure, then a line for the means of the pairs."""
    pairs = list(results.values())
    rows = [("code", "structure", "pairs", "   Dice", "HD95 (mm)")]
    for code in structures_of(results):
        having = [pair for pair in pairs if code in pair.structures]
        rows.append(
            (
                f"{code:>4}",
                having[0].name(code),
                f"{len(having):>5}",
                spread_cell(*mean_and_sd(pair.dice[code] for pair in having), 3),
                spread_cell(*mean_and_sd(pair.hd95[code] for pair in having), 2),
            )
        )
    overlap = spread_cell(*mean_and_sd(pair.mean_dice for pair in pairs), 3)
    distance = spread_cell(*mean_and_sd(pair.mean_hd95 for pair in pairs), 2)
    rows.append(("", "means of the pairs", f"{len(pairs):>5}", overlap, distance))
    return aligned(rows)


def pairs_table(results: dict[str, Evaluation]) -> str:
    """Mean ± SD over the structures: a line a pair."""
    rows = [("pair", "structures", "   Dice", "HD95 (mm)")]
    rows += [
        (
            name,
            f"{len(pair.structures):>10}",
            spread_cell(pair.mean_dice, pair.sd_dice, 3),
            spread_cell(pair.mean_hd95, pair.sd_hd95, 2),
        )
        for name, pair in results.items()
    ]
    return aligned(rows)


def structures_of(results: dict[str, Evaluation]) -> list[int]:
    """Every code that was measured in some pair, ascending."""
    return sorted({code for pair in results.values() for code in pair.structures})


def write_scores(path: Path, results: dict[str, Evaluation]) -> None:
    """One line a pair and structure: pair, code, structure, dice, hd95_mm; an empty field is what cannot be measured.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        with appearing_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("pair", "code", "structure", "dice", "hd95_mm"))
            for name, pair in results.items():
                for code in pair.structures:
                    numbers = (pair.dice[code], pair.hd95[code])
                    texts = ["" if number != number else f"{number:.6g}" for number in numbers]
                    writer.writerow((name, code, pair.name(code), *texts))
    except OSError as error:
        raise InputError(f"The scores could not be written to {path}: {error.strerror}.") from error
