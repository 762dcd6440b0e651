"""The pairs of a cohort, as they are asked for; all that is wrong with them is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from ..errors import InputError
from ..files.names import check_there
from ..files.table import Mistakes, Row
from ..settings import ALIGNED, Settings
from ..settings.checks import nearest
from ..study import ROLES
from . import names
from .channels import COLUMNS as MORE
from .channels import Channel, channels_of, file_roles, in_words, is_column

FILE_ROLES = (*ROLES, "fixed_points", "moving_points")
INITIALS = (*ALIGNED, "points")  # what initial may be besides a file
_OPTIONS = tuple(option.name for option in fields(Settings))
COLUMNS = ("name", "subject", "session", *FILE_ROLES, "preset", *_OPTIONS)
_UNFIT = re.compile(r'[\x00-\x1f/\\:*?"<>|]|^[. ]|[. ]$')
_LONGEST = 120  # characters of a name
_LABEL = re.compile(r"[A-Za-z0-9]+")
_OWN_NAMES = "In a table the column name gives each a name of its own."

Chosen = Callable[[dict[str, str]], Settings]


@dataclass(frozen=True)
class Pair:
    """A pair that a cohort asks for.

    Attributes:
        name: no two have the same.
        folder: of its results, absolute.
        files: role to absolute path: images, points, further images such as ``moving_2`` and, if it is a file,
            ``initial``.
        settings: all of them.
        names: what its files are called where that is not what ``nodeo register`` calls them.
        subject, session: their labels, or "".
        channels: what is compared besides.
    """

    name: str
    folder: Path
    files: dict[str, str]
    settings: Settings
    names: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    session: str = ""
    channels: tuple[Channel, ...] = ()

    def name_of(self, file: str) -> str:
        """What one of its files is called."""
        return self.names.get(file, file)


def check_columns(columns: Sequence[str], mistakes: Mistakes) -> None:
    """Tell of columns that are not known."""
    for name in columns:
        if name not in COLUMNS and not is_column(name):
            mistakes.add("line 1", f"There is no column '{name}'. {nearest(name, (*COLUMNS, *MORE))}")


def pairs_of(
    rows: Sequence[Row],
    output: Path,
    chosen: Chosen,
    shared: Mapping[str, Path | None],
    space: str,
    mistakes: Mistakes,
    needed: Sequence[str] = ("fixed", "moving"),
) -> list[Pair]:
    """The pairs that the lines of a table ask for.

    Args:
        output: the cohort's folder.
        chosen: all settings, given the texts of those that a line sets, ``preset`` among them.
        shared: role to file, for lines that name none.
        space: what the fixed image's space is called in BIDS names; "": from the fixed file's name.
        needed: roles without which a line is none.
    """
    settings = _Once(chosen)
    pairs = []
    for row in rows:
        files = _files(row, shared, mistakes, needed)
        more = channels_of(row, mistakes)
        try:
            pair = replace(_pair(row, files, output, settings, space), channels=more)
        except InputError as error:
            mistakes.add(row.where, f"{error.message} {error.hint}".strip())
            continue
        pairs.append((row, pair))
    _check_alone(pairs, mistakes)
    return [pair for _, pair in pairs]


class _Once:
    """Settings made once for all lines that set the same: their checks take longer than reading a line."""

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._made: dict[tuple[tuple[str, str], ...], Settings] = {}

    def __call__(self, values: dict[str, str]) -> Settings:
        key = tuple(sorted(values.items()))
        if key not in self._made:
            self._made[key] = self._chosen(dict(values))
        return self._made[key]


def _files(row: Row, shared: Mapping[str, Path | None], mistakes: Mistakes, needed: Sequence[str]) -> dict[str, str]:
    """Role to absolute path; tells of those that are missing."""
    roles = (*FILE_ROLES, *file_roles(row))
    named = {role: row.folder / row.values[role] for role in roles if role in row.values}
    named = {**{role: path for role, path in shared.items() if path is not None}, **named}
    initial = row.values.get("initial", "")
    if initial and initial not in INITIALS:
        named["initial"] = row.folder / initial
    for role in needed:
        if role not in named:
            mistakes.add(row.where, f"It names no {role} image.")
    if "fixed_labels" in named and "moving_labels" not in named:
        mistakes.add(row.where, "Fixed labels alone measure nothing: name moving_labels, too.")
    if ("fixed_points" in named) != ("moving_points" in named):
        mistakes.add(row.where, "There are points of one image only: name fixed_points and moving_points, or neither.")
    for role, path in named.items():
        try:
            check_there(path, in_words(role))
        except InputError as error:
            mistakes.add(row.where, f"{error.message} {error.hint}".strip())
    return {role: str(path.absolute()) for role, path in named.items()}


def _pair(row: Row, files: dict[str, str], output: Path, settings: Chosen, space: str) -> Pair:
    subject, session = (
        _label(row.values.get(column, ""), column, prefix)
        for column, prefix in (("subject", "sub-"), ("session", "ses-"))
    )
    if session and not subject:
        raise InputError("It has a session and no subject.", "Give the column subject, too.")
    varied = {name: text for name, text in row.values.items() if name == "preset" or name in _OPTIONS}
    if "initial" in files:
        varied["initial"] = files["initial"]
    made = settings(varied)
    if made.initial not in INITIALS and "initial" not in files:  # from the command line, for all
        files = {**files, "initial": str(Path(made.initial).absolute())}
        made = settings({**varied, "initial": files["initial"]})
    moving = files.get("moving", "")
    if not subject:
        name = row.values.get("name") or names.stem(moving)
        check_fit(name)
        return Pair(name, output / name, files, made)
    place = names.of_subject(subject, session, row.values.get("name", ""), moving)
    in_space = space or names.space_of(files.get("fixed", ""))
    return Pair(
        place.prefix,
        output / place.folder,
        files,
        made,
        place.files(names.suffix_of(moving), in_space),
        subject,
        session,
    )


def _label(text: str, column: str, prefix: str) -> str:
    label = text.removeprefix(prefix)
    if label and not _LABEL.fullmatch(label):
        raise InputError(f"The {column} is '{text}'.", "BIDS has letters and digits only in it.")
    return label


def check_fit(name: str) -> None:
    """Refuse a name that is none for a folder on every system.

    Raises:
        InputError: it is not.
    """
    if not name or _UNFIT.search(name) or len(name.encode()) > _LONGEST or name.casefold() in names.TAKEN:
        raise InputError(
            f"The name '{name}' is none for a folder.",
            f"Take up to {_LONGEST} letters, digits, '-', '_' and '.', beginning with no point.",
        )


def _check_alone(pairs: Sequence[tuple[Row, Pair]], mistakes: Mistakes) -> None:
    """Tell of two lines with one name, or one folder, or with the folder of one in that of the other."""
    first: dict[str, Row] = {}
    for row, pair in pairs:
        keys = [key.casefold() for key in (pair.name, str(pair.folder))]  # as some disks compare them
        other = next((first[key] for key in keys if key in first), None)
        if other is not None:
            mistakes.add(row.where, f"The name '{pair.name}' is that of {other.where}, too. {_OWN_NAMES}")
        for key in keys:
            first.setdefault(key, row)
    around = {str(folder).casefold(): row for row, pair in pairs for folder in pair.folder.parents}
    for row, pair in pairs:
        inner = around.get(str(pair.folder).casefold())
        if inner is not None:
            sentence = f"The folder of {inner.where} would lie in that of the name '{pair.name}'. {_OWN_NAMES}"
            mistakes.add(row.where, sentence)
