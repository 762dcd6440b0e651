"""What a template is to be made of, and whether what lies in a folder is made of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..cohort import record
from ..cohort.claim import locked
from ..cohort.pair import Pair
from ..errors import InputError
from ..files.destination import check_output
from ..files.writing import appearing_file, parents
from ..settings import Settings
from . import names
from .labels import check_maps

FEWEST = 2  # images, of which there is an average
MOST_ROUNDS = 100
KEPT = ("memory", "output")  # codes of what may be mended before the same call goes on


@dataclass(frozen=True)
class Asked:
    """A template to be made.

    Attributes:
        output: its folder, absolute.
        subjects: each image onto the finished template, as the last cohort registers them.
        rounds: how often all are registered and averaged before that.
        initial: an image to begin with, absolute; None: the average after alignment.
    """

    output: Path
    subjects: Sequence[Pair]
    rounds: int
    initial: Path | None

    @property
    def settings(self) -> Settings:
        """Those of all registrations, but of the first of several rounds."""
        return self.subjects[0].settings

    def folder(self, number: int) -> Path:
        """Of a round; 0 is what comes before the first."""
        return self.output / names.ROUNDS / str(number)

    def pairs(self, number: int, fixed: Path) -> list[Pair]:
        """Each image onto ``fixed``, as a round registers them, by name: no sum depends on the images' order."""
        settings = coarser(self.settings) if number == 1 < self.rounds else self.settings
        return [
            Pair(
                pair.name,
                self.folder(number) / pair.name,
                {
                    "fixed": str(fixed),
                    **{role: pair.files[role] for role in ("moving", "moving_mask") if role in pair.files},
                },
                settings,
            )
            for pair in self.in_order()
        ]

    def in_order(self) -> list[Pair]:
        """The subjects by name."""
        return sorted(self.subjects, key=lambda pair: pair.name)

    def check(self) -> None:
        """Refuse what is no template.

        Raises:
            InputError: there are too few images, or rounds, or too many.
        """
        if len(self.subjects) < FEWEST:
            raise InputError(f"There are {len(self.subjects)} images.", f"An average needs at least {FEWEST}.")
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise InputError(f"--rounds is {self.rounds}.", f"It must be 1 to {MOST_ROUNDS}.")


def too_few(images: int, failed: Mapping[str, str]) -> InputError:
    """What is to be said where hardly one of the ``images`` is left; ``failed``: name to sentence of the others."""
    name, sentence = next(iter(failed.items()))
    left = images - len(failed)
    return InputError(
        f"Of {images} images {left} can be registered, and an average needs at least {FEWEST}. {name}: {sentence}",
        "Mend or replace it." if len(failed) == 1 else "Mend or replace those that fail, this one first.",
    )


def coarser(settings: Settings) -> Settings:
    """Without the finest level: of a template that is not sharp yet there is no more to see."""
    if len(settings.levels) == 1:
        return settings
    lists = {name: getattr(settings, name) for name in ("levels", "iterations", "steps", "node_spacing")}
    return replace(settings, **{name: values[:-1] for name, values in lists.items() if len(values) > 1})


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
            if known.is_file() and not _is_of(known, asked):
                if not overwrite:
                    raise InputError(
                        f"{asked.output} holds a template of other images or settings.",
                        "Name another folder, or add --overwrite to make it anew.",
                        "output",
                    )
                check_maps(asked.in_order())
                _clear(asked.output)
            if known.is_file():
                yield
            else:
                check_maps(asked.in_order())
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
    except InputError:
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
