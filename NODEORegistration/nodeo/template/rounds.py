"""A template from its images to the last cohort onto it: register all, average, correct the shape, and again."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import SimpleITK as sitk

from ..cohort.claim import last_end
from ..cohort.measures import Line
from ..cohort.pair import Pair
from ..cohort.run import Plan, collected, planned, write_summary
from ..engine.inputs import check_image, without_time
from ..errors import Cancelled, InputError
from ..field.mean_inverse import correction
from ..files.reading import read_image, read_transform
from ..files.writing import appearing_file, write_image
from ..geometry.grid import Grid
from ..progress import ProgressCallback
from . import labels, measures, names
from .asked import FEWEST, KEPT, MACHINES, Asked, too_few
from .grid import covering_grid, mean_affine_removed
from .measures import transform_of
from .news import News
from .subjects import Subjects

Do = Callable[[Plan, list[Pair], str, ProgressCallback], None]


class Making:
    """One call that makes a template, or goes on with it.

    Args:
        asked: what for; its folder is this call's alone.
        do: does what is missing of a cohort: its plan, the pairs, and what with each: ``align``, ``register`` or
            ``hand out``.
        progress: is told how far it is; raises when the work is to stop.
    """

    def __init__(self, asked: Asked, do: Do, progress: ProgressCallback) -> None:
        self._asked, self._do = asked, do
        self._news = News(progress, asked.rounds)
        self._subjects = Subjects(asked.in_order(), self._news)

    def run(self) -> tuple[list[dict[str, Any]], list[Line]]:
        """Do what is missing; what was measured in each round and at the end, and how each subject ended.

        Raises:
            Cancelled: what is finished is kept.
            InputError: there are too few images left, or the disk refuses.
        """
        try:
            rounds = [self._round(number) for number in range(self._asked.rounds + 1)]
            return self._end(rounds)
        except (Cancelled, KeyboardInterrupt):
            note = f"What is finished is kept in {self._asked.output}; the same command goes on from there."
            raise Cancelled(note) from None

    # --- a round ------------------------------------------------------------------------------------------------------

    def _round(self, number: int) -> dict[str, Any]:
        """What was measured in a round, which is done unless it is there."""
        self._news.enter(number)
        folder = self._asked.folder(number)
        try:
            return json.loads((folder / names.ROUND).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            pass
        start = time.monotonic()
        if number == 0 and self._asked.initial is not None:
            image, measured = self._given(self._asked.initial)
        else:
            image, measured = self._first() if number == 0 else self._next(number)
        measured = {"round": number, **measured, "seconds": round(time.monotonic() - start, 1)}
        write_image(image, folder / names.TEMPLATE)
        with appearing_file(folder / names.ROUND) as partial:
            partial.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        if number < self._asked.rounds:
            _tidy(folder)
        return measured

    def _given(self, path: Path) -> tuple[sitk.Image, dict[str, Any]]:
        """The image to begin with."""
        image = check_image(without_time(read_image(path, "initial image")), "initial image")
        return sitk.Cast(image, sitk.sitkFloat32), {"subjects": 0, "failed": {}}

    def _first(self) -> tuple[sitk.Image, dict[str, Any]]:
        """The average after alignment, on a grid and of a size that no image has more say in than another."""
        crowd = self._subjects.met()
        middle = crowd.middle()
        by_name = {pair.name: pair for pair in self._asked.subjects}
        reference = crowd.looks[middle].grid
        pairs, failed = self._done(self._asked.pairs(0, Path(by_name[middle].files["moving"])), "align")
        transforms = [transform_of(pair) for pair in pairs]
        back = mean_affine_removed(transforms, reference)
        places = {
            pair.name: sitk.CompositeTransform([transform, back])
            for pair, transform in zip(pairs, transforms, strict=True)
        }
        grid = covering_grid(reference, [crowd.looks[pair.name].grid for pair in pairs], list(places.values()))
        on = grid.stamp(sitk.Image(list(grid.size), sitk.sitkUInt8))
        image, measured = self._subjects.averaged(pairs, lambda pair: places[pair.name], on)
        return image, {"subjects": len(pairs), "failed": failed, **measured}

    def _next(self, number: int) -> tuple[sitk.Image, dict[str, Any]]:
        """The average after registration to the one before."""
        before = self._asked.folder(number - 1) / names.TEMPLATE
        on = read_image(before, "template")
        pairs, failed = self._done(self._asked.pairs(number, before))
        mean = self._subjects.mean_shape(pairs, on)
        found = correction(mean.displacement(), Grid.of(on))
        folder = self._asked.folder(number)
        for file, field in ((names.BACK, found.back), (names.THERE, found.there)):
            write_image(sitk.Cast(field, sitk.sitkVectorFloat32), folder / file)
        back = read_transform(folder / names.BACK)  # as it is read when the subjects' results are handed out

        def place(pair: Pair) -> sitk.Transform:
            return sitk.CompositeTransform([transform_of(pair), back])

        image, measured = self._subjects.averaged(pairs, place, on)
        return image, {
            "subjects": len(pairs),
            "failed": failed,
            **measures.similarity(pairs, folder),
            **measures.displacement(mean, on),
            "corrected": found.share,
            **measured,
        }

    def _done(self, pairs: list[Pair], what: str = "register") -> tuple[list[Pair], dict[str, str]]:
        """A cohort: the pairs that worked out, and the others' sentences."""
        plan = planned(pairs, pairs[0].folder.parent, True)
        if missing := plan.to_do(pairs):
            self._do(plan, missing, what, self._news.pass_on)
        lines = collected(pairs, plan.output)
        _check_place(lines, plan.output)
        failed = {line.pair.name: line.error for line in lines if line.status != "done"}
        done = [pair for pair in pairs if pair.name not in failed]
        if len(done) < FEWEST:
            raise too_few(len(pairs), failed)
        return done, failed

    # --- the end ------------------------------------------------------------------------------------------------------

    def _end(self, rounds: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Line]]:
        """All onto the finished template; what is measured there is measured on what is handed out."""
        self._news.enter(self._asked.rounds + 1)
        asked, place = self._asked, self._asked.output / names.TEMPLATE
        last = asked.folder(asked.rounds) / names.TEMPLATE
        if not place.is_file() or place.read_bytes() != last.read_bytes():
            with appearing_file(place) as partial:
                shutil.copyfile(last, partial)
        plan = planned(asked.subjects, asked.output / names.SUBJECTS, True)
        failed = rounds[-1]["failed"]
        missing = [pair for pair in plan.to_do(asked.subjects) if pair.name not in failed]
        start = time.monotonic()
        if missing:
            self._hand_out(plan, missing)
        lines = [
            replace(line, error=failed.get(line.pair.name, line.error))
            for line in collected(asked.subjects, plan.output)
        ]
        _check_place([line for line in lines if line.pair.name not in failed], plan.output)
        if not missing and (kept := _kept(asked, len(rounds))):
            return kept, lines
        write_summary(lines, plan.output, f"On the template of {asked.output.name}", None)
        pairs = [line.pair for line in lines if line.status == "done"]
        if len(pairs) < FEWEST:
            return rounds, lines
        on = read_image(place, "template")
        around = self._subjects.around(pairs, on)
        self._news.tell("labels")
        labels.write_voted(pairs, asked.output / names.LABELS)
        measured = {
            "round": "end",
            "subjects": len(pairs),
            "failed": {line.pair.name: line.error for line in lines if line.status != "done"},
            **around,
            "seconds": round(time.monotonic() - start, 1),
        }
        for number in range(asked.rounds + 1):
            _tidy(asked.folder(number))
        return [*rounds, measured], lines

    def _hand_out(self, plan: Plan, missing: list[Pair]) -> None:
        """The subjects' results; the last round is done again if what it left has gone."""
        number = self._asked.rounds
        folder = self._asked.folder(number)
        if not all((folder / pair.name).is_dir() for pair in missing) or not (folder / names.BACK).is_file():
            (folder / names.ROUND).unlink()
            self._round(number)
            self._news.enter(number + 1)
        self._do(plan, missing, "hand out", self._news.pass_on)


def _check_place(lines: Sequence[Line], output: Path) -> None:
    """Refuse to go on without subjects that failed for the disk, the memory or the device: none is left out for that.

    Raises:
        InputError: there is one.
    """
    for line in lines:
        if line.status == "done":
            continue
        says = last_end(output, line.pair)
        code = says.get("code", "") if says.get("error") else "output"  # not even that could be written
        if code in MACHINES:
            raise InputError(
                f"{line.pair.name}: {line.error or f'nothing could be written to {output}.'}",
                "The same command goes on from what is finished." if code in KEPT else "",
                code,
            )


def _tidy(folder: Path) -> None:
    """Remove what a round was made from: gigabytes of transforms that nobody reads again."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name in (names.BACK, names.THERE):
            path.unlink()


def _kept(asked: Asked, rounds: int) -> list[dict[str, Any]]:
    """What an earlier call has measured of all of it; empty if it was not all."""
    try:
        known = json.loads((asked.output / names.METRICS).read_text(encoding="utf-8"))["rounds"]
    except (OSError, ValueError, KeyError):
        return []
    return known if len(known) == rounds + 1 and known[-1]["round"] == "end" else []
