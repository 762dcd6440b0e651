"""A template's folder: one call's alone, and of what lies in it whether it is made of what is asked for."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..cohort import record
from ..cohort.claim import locked
from ..cohort.pair import Pair
from ..errors import InputError
from ..files.destination import check_output
from ..files.writing import appearing_file, parents
from . import names
from .asked import KEPT, Asked
from .labels import check_maps


@contextlib.contextmanager
def claimed(asked: Asked, overwrite: bool) -> Iterator[None]:
    """The folder of a template, ready to go on in, and this call's alone.

    Raises:
        InputError: it holds something else, and ``overwrite`` does not say that it may be replaced; or another call
            works in it.
    """
    known = asked.output / names.ASKED
    check_output(asked.output, overwrite or known.is_file())
    try:
        with parents(asked.output / names.LOCK), _alone(asked.output):
            if known.is_file() and _is_of(known, asked):
                yield
                return
            if known.is_file() and not overwrite:
                raise InputError(
                    f"{asked.output} holds a template of other images or settings.",
                    "Name another folder, or add --overwrite to make it anew.",
                    "output",
                )
            check_maps(asked.in_order())
            if known.is_file():
                _clear(asked.output)
            with _begun(asked):
                yield
    except OSError as error:
        raise InputError(
            f"The template's folder {asked.output} cannot be written: {error.strerror}.",
            "Free some space, or name another folder.",
        ) from error


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other call makes the template of a folder meanwhile.

    Raises:
        InputError: one does.
    """
    lock = folder / names.LOCK
    new = not lock.exists()
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not locked(handle):
            raise InputError(f"Another call is making the template in {folder}.", "Wait for it to end.")
        yield
    except BaseException:
        if new and not (folder / names.ASKED).exists():
            lock.unlink()
        raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def _begun(asked: Asked) -> Iterator[None]:
    """A template that is new in its folder: if it is refused before its first average, nothing of it is left."""
    begun = [path for path in (asked.output / names.ASKED, asked.output / names.ROUNDS) if not path.exists()]
    with appearing_file(asked.output / names.ASKED) as partial:
        partial.write_text(json.dumps(_told(asked), indent=1) + "\n", encoding="utf-8")
    try:
        yield
    except InputError as error:
        if error.code in KEPT:
            raise
        first = 0 if asked.initial is None else 1
        if not (asked.folder(first) / names.ROUND).is_file():
            for path in begun:
                _remove(path)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _told(asked: Asked) -> dict[str, Any]:
    return {
        "images": {pair.name: record.stamped(_files(pair)) for pair in asked.in_order()},
        "settings": record.wanted(asked.subjects[0]),
        "initial": record.stamped(_initial(asked)),
    }


def _files(pair: Pair) -> dict[str, str]:
    """What is read of a subject."""
    return {role: path for role, path in pair.files.items() if role != "fixed"}


def _initial(asked: Asked) -> dict[str, str]:
    return {} if asked.initial is None else {"initial image": str(asked.initial)}


def _is_of(known: Path, asked: Asked) -> bool:
    """Whether a folder's images and settings are those that are asked for; the number of rounds may differ."""
    try:
        told = json.loads(known.read_text(encoding="utf-8"))
        images, initial = told["images"], told["initial"]
        same = told["settings"] == record.wanted(asked.subjects[0]) and set(images) == {p.name for p in asked.subjects}
        return (
            same
            and record.same_files(_initial(asked), initial)
            and all(record.same_files(_files(pair), images[pair.name]) for pair in asked.subjects)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _clear(output: Path) -> None:
    """Remove what was made of something else."""
    (output / names.ASKED).unlink()
    for folder in (names.ROUNDS, names.SUBJECTS):
        shutil.rmtree(output / folder, ignore_errors=True)
    for file in (names.TEMPLATE, names.LABELS, names.TABLE, names.METRICS, names.PAGE):
        (output / file).unlink(missing_ok=True)
