"""Lists of points from the disk and to it: tables (CSV), and 3D Slicer's markups (.mrk.json, .fcsv).

In memory all are in ITK's world (LPS, mm). A file of Slicer's says which world it is in, LPS or RAS; a table is in LPS
unless its columns are called r, a, s.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from .names import check_name

ENDINGS = (".csv", ".fcsv", ".mrk.json")
_AXES = {("x", "y", "z"): "LPS", ("l", "p", "s"): "LPS", ("r", "a", "s"): "RAS", ("x", "y"): "LPS"}
_NAMES = ("label", "name")
_SIGNS = {"LPS": (1.0, 1.0, 1.0), "RAS": (-1.0, -1.0, 1.0)}
_WORLDS = {"LPS": "LPS", "1": "LPS", "RAS": "RAS", "0": "RAS"}  # older versions of Slicer wrote a number
_FCSV_COLUMNS = ("id", "x", "y", "z", "ow", "ox", "oy", "oz", "vis", "sel", "lock", "label", "desc", "associatedNodeID")
_MOST_BYTES = 100_000_000
_SCHEMA = (
    "https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/"
    "markups-schema-v1.0.3.json#"
)
_UNPLACED = ("undefined", "preview", "missing")  # what Slicer says of a control point that has no position


@dataclass(frozen=True, eq=False)
class PointList:
    """Points in the order of their file.

    Attributes:
        positions: [n, 3], or [n, 2] from a table with two columns; world mm, LPS.
        labels: one each, "" where there is none.
    """

    positions: np.ndarray
    labels: tuple[str, ...]


def is_points(path: str | Path) -> bool:
    """Whether a file's name says that it holds points."""
    return Path(path).name.lower().endswith(ENDINGS)


def read_points(path: str | Path, role: str) -> PointList:
    """The points in a file, at least one; ``role`` (such as "fixed points") names them in messages.

    Raises:
        InputError: there is no such file, it holds no points, or something in place of a number.
    """
    path = Path(path)
    check_name(path, role)
    if not path.is_file():
        raise InputError(f"The {role} {path} do not exist.", "Check the path.")
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(f"The {role} {path} have {path.stat().st_size / 1e6:.0f} MB: that is no list of points.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise _unreadable(path, role, "it is no text") from error
    name = path.name.lower()
    if name.endswith(".json"):
        points = _from_markups(text, path, role)
    elif name.endswith(".fcsv"):
        points = _from_fcsv(text, path, role)
    else:
        points = _from_table(text, path, role)
    if not len(points.positions):
        raise InputError(f"The {role} {path} hold no points.", "Place some, or leave the file out.")
    return points


def write_points(path: str | Path, points: PointList) -> None:
    """Write points, in LPS, in the form that the ending of ``path`` names."""
    name = Path(path).name.lower()
    form = _markups if name.endswith(".json") else _fcsv if name.endswith(".fcsv") else _table
    Path(path).write_text(form(points), encoding="utf-8")


# --- tables -----------------------------------------------------------------------------------------------------------


def _from_table(text: str, path: Path, role: str) -> PointList:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    separator = next((mark for mark in (",", ";", "\t") if lines and mark in lines[0]), None)
    rows = [line.split() for line in lines] if separator is None else list(csv.reader(lines, delimiter=separator))
    rows = [[cell.strip() for cell in row] for row in rows]
    if not rows:
        return PointList(np.zeros((0, 3)), ())
    if any(_is_number(cell) for cell in rows[0]):
        return _without_header(rows, path, role)
    header = [cell.lower() for cell in rows[0]]
    axes = next((axes for axes in _AXES if all(axis in header for axis in axes)), None)
    if axes is None:
        raise _unreadable(path, role, f"its columns are {', '.join(rows[0])[:60]}, and none are x, y, z")
    columns = [header.index(axis) for axis in axes]
    named = next((header.index(name) for name in _NAMES if name in header), None)
    return _parsed(rows[1:], columns, named, _AXES[axes], path, role, first=2)


def _without_header(rows: list[list[str]], path: Path, role: str) -> PointList:
    """Two or three numbers a row, or a label and three numbers."""
    first = [_is_number(cell) for cell in rows[0]]
    if len(first) == 4 and first.count(False) == 1 and not (first[0] and first[3]):
        named = first.index(False)
        columns = [column for column in range(4) if column != named]
    elif len(first) in (2, 3):
        named, columns = None, list(range(len(first)))
    else:
        raise _unreadable(path, role, f"a row has {len(first)} cells, and no header says which are x, y, z")
    return _parsed(rows, columns, named, "LPS", path, role, first=1)


def _parsed(
    rows: Sequence[Sequence[str]],
    columns: Sequence[int],
    named: int | None,
    world: str,
    path: Path,
    role: str,
    first: int,
) -> PointList:
    """The points of rows of text; ``first`` is the number of the first row, as a person counts them."""
    positions, labels = [], []
    for number, row in enumerate(rows, start=first):
        cells = [row[column] if column < len(row) else "" for column in columns]
        positions.append([_number(cell, f"row {number}", path, role) for cell in cells])
        labels.append(row[named] if named is not None and named < len(row) else "")
    signs = np.array(_SIGNS[world][: len(columns)])
    return PointList(np.array(positions, dtype=float).reshape(-1, len(columns)) * signs, tuple(labels))


def _table(points: PointList) -> str:
    columns = "x,y,z"[: 2 * points.positions.shape[1] - 1]
    named = any(points.labels)
    lines = [f"{columns},label" if named else columns]
    for position, label in zip(points.positions, points.labels, strict=True):
        lines.append(",".join([*_digits(position), *([quoted(label)] if named else [])]))
    return "\n".join(lines) + "\n"


# --- Slicer's markups -------------------------------------------------------------------------------------------------


def _from_fcsv(text: str, path: Path, role: str) -> PointList:
    world, columns, lines = "LPS", list(_FCSV_COLUMNS), []
    for line in text.splitlines():
        name, sign, value = line.lstrip("# ").partition("=")
        if not line.startswith("#"):
            lines += [line] if line.strip() else []
        elif sign and name.strip() == "CoordinateSystem":
            world = _world(value.strip(), path, role)
        elif sign and name.strip() == "columns":
            columns = [column.strip() for column in value.split(",")]
    if not all(axis in columns for axis in "xyz"):
        raise _unreadable(path, role, "its columns are not x, y, z")
    named = columns.index("label") if "label" in columns else None
    places = [columns.index(axis) for axis in "xyz"]
    return _parsed(list(csv.reader(lines)), places, named, world, path, role, first=1)


def _from_markups(text: str, path: Path, role: str) -> PointList:
    try:
        markups = json.loads(text)["markups"]
        lists = [(str(markup.get("coordinateSystem", "LPS")), markup["controlPoints"]) for markup in markups]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(path, role, "it is no markups file of Slicer") from error
    if len(lists) != 1 or not isinstance(lists[0][1], list):
        raise _unreadable(path, role, f"it holds {len(lists)} lists of points in place of one")
    signs = np.array(_SIGNS[_world(lists[0][0], path, role)])
    positions, labels = [], []
    for number, point in enumerate(lists[0][1], start=1):
        if not isinstance(point, dict) or point.get("positionStatus") in _UNPLACED:
            continue
        position = point.get("position")
        if not isinstance(position, list) or len(position) != 3:
            raise _unreadable(path, role, f"point {number} has no position of three numbers")
        positions.append([_number(value, f"point {number}", path, role) for value in position])
        labels.append(str(point.get("label", "")))
    return PointList(np.array(positions, dtype=float).reshape(-1, 3) * signs, tuple(labels))


def _fcsv(points: PointList) -> str:
    lines = [
        "# Markups fiducial file version = 4.11",
        "# CoordinateSystem = LPS",
        f"# columns = {','.join(_FCSV_COLUMNS)}",
    ]
    for number, (position, label) in enumerate(zip(_in_space(points), points.labels, strict=True), start=1):
        lines.append(",".join([str(number), *_digits(position), "0,0,0,1,1,1,0", quoted(label), ","]))
    return "\n".join(lines) + "\n"


def _markups(points: PointList) -> str:
    listed = [
        {"id": str(number), "label": label, "position": [float(x) for x in position], "positionStatus": "defined"}
        for number, (position, label) in enumerate(zip(_in_space(points), points.labels, strict=True), start=1)
    ]
    markup = {"type": "Fiducial", "coordinateSystem": "LPS", "coordinateUnits": "mm", "controlPoints": listed}
    return json.dumps({"@schema": _SCHEMA, "markups": [markup]}, indent=2) + "\n"


def _in_space(points: PointList) -> np.ndarray:
    """[n, 3]: Slicer knows no points of a plane."""
    positions = points.positions
    return np.pad(positions, ((0, 0), (0, 3 - positions.shape[1])))


# --- cells ------------------------------------------------------------------------------------------------------------


def _world(text: str, path: Path, role: str) -> str:
    if text.upper() not in _WORLDS:
        raise _unreadable(path, role, f"its coordinate system is {text[:20]}")
    return _WORLDS[text.upper()]


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return not isinstance(cell, bool)


def _number(cell: Any, where: str, path: Path, role: str) -> float:
    if not _is_number(cell) or not math.isfinite(float(cell)):
        raise InputError(f"The {role} {path} hold {str(cell)[:20]!r} in {where}, which is not a number.", "Correct it.")
    return float(cell)


def _digits(position: np.ndarray) -> list[str]:
    return [f"{value:.9g}" for value in position]


def quoted(label: str) -> str:
    """A cell of a table, in one line, in quotation marks where it needs them."""
    label = " ".join(label.splitlines())
    return '"' + label.replace('"', '""') + '"' if any(mark in label for mark in ',"') else label


def _unreadable(path: Path, role: str, why: str) -> InputError:
    return InputError(
        f"The {role} {path} cannot be read as points: {why}.",
        "Known are a CSV table with the columns x, y, z (mm, LPS) and Slicer's .mrk.json and .fcsv.",
    )
