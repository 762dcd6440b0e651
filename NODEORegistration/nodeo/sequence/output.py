"""The files of a registered series: written frame by frame to the side, in place all at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..field.point_inverse import moved
from ..files.hushed import hushed
from ..files.points import PointList, quoted
from ..files.transform_files import write_transform
from ..geometry.grid import Grid
from ..geometry.resampling import resampled
from .result import Frame
from .series import time_text
from .stack import Stack

PLAIN = (
    "warped.seq.nrrd", "jacobian.seq.nrrd", "motion.seq.nrrd", "labels.seq.nrrd", "reference.nrrd", "points.csv",
    "metrics.json", "report.html", "motion.gif",
)  # fmt: skip
FOLDERS = {"transforms": ".h5", "inverses": ".h5", "warped": ".nrrd", "jacobian": ".nrrd", "labels": ".nrrd"}


def file_of(folder: str, number: int) -> str:
    """Where a frame's file is: ``transforms/007.h5``."""
    return f"{folder}/{number:03d}{FOLDERS[folder]}"


def known_files(output: Path, count: int) -> list[str]:
    """All that a series of ``count`` frames may leave in its folder, and what an earlier one has left there."""
    known = {*PLAIN, *(file_of(folder, number) for folder in FOLDERS for number in range(count))}
    for folder, ending in FOLDERS.items():
        found = (output / folder).glob(f"*{ending}") if (output / folder).is_dir() else ()
        known.update(f"{folder}/{path.name}" for path in found if path.stem.isdecimal())
    return sorted(known)


class Writer:
    """Writes frames as they come into a folder that nobody looks at yet.

    Args:
        folder: to write into; it exists.
        reference: whose grid the warped frames have.
        times, unit: of the series.
        dtype: of the warped frames.
        separate: a file a frame in place of one for all; no motion.
        points: of the reference, to be tracked; or None.
        labels: of the reference, to be carried to every frame; or None.
        one_grid: whether all frames lie on the reference's grid: else their labels are in a file a frame.
    """

    def __init__(
        self,
        folder: Path,
        reference: sitk.Image,
        times: tuple[float, ...],
        unit: str,
        dtype: np.dtype,
        *,
        separate: bool,
        points: PointList | None = None,
        labels: sitk.Image | None = None,
        one_grid: bool = True,
    ) -> None:
        self._folder, self._times, self._unit, self._separate = folder, times, unit, separate
        self._points, self._labels = points, labels
        self._tracks: dict[int, np.ndarray] = {}
        grid, count = Grid.of(reference), len(times)
        self._stacks: dict[str, Stack] = {}
        if not separate:
            self._stacks = {name: Stack(grid, count, np.dtype(np.float32)) for name in ("jacobian", "motion")}
            self._stacks["warped"] = Stack(grid, count, dtype)
        if labels is not None and one_grid and not separate:
            self._stacks["labels"] = Stack(grid, count, sitk.GetArrayViewFromImage(labels).dtype)

    def put(self, frame: Frame, image: sitk.Image) -> None:
        """Write what can be written of a frame, and keep the rest.

        Args:
            image: the frame itself, whose grid its labels get.
        """
        self._transform("transforms", frame.number, frame.transform)
        self._transform("inverses", frame.number, frame.inverse)
        for name, quantity in (("warped", frame.warped), ("jacobian", frame.jacobian), ("motion", frame.motion)):
            if name in self._stacks or name in FOLDERS:
                self._image(name, frame.number, quantity)
        if self._labels is not None:
            self._image("labels", frame.number, resampled(self._labels, image, frame.inverse, labels=True))
        if self._points is not None:
            k = frame.transform.GetDimension()
            self._tracks[frame.number] = moved(frame.transform, self._points.positions[:, :k])

    def finish(self, metrics: dict[str, Any], mean: sitk.Image | None) -> None:
        """Write what all frames are in, and what was measured.

        Args:
            mean: the reference, if it is none of the frames.
        """
        for name, stack in self._stacks.items():
            path = self._folder / f"{name}.seq.nrrd"
            stack.write(path, self._times, self._unit, compressed=name == "labels")
        if mean is not None:
            with hushed():
                sitk.WriteImage(mean, str(self._folder / "reference.nrrd"))
        if self._points is not None:
            (self._folder / "points.csv").write_text("\n".join(self._rows(self._points)) + "\n", encoding="utf-8")
        (self._folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")

    def _transform(self, folder: str, number: int, transform: sitk.Transform) -> None:
        path = self._folder / file_of(folder, number)
        path.parent.mkdir(exist_ok=True)
        write_transform(transform, path)

    def _image(self, name: str, number: int, image: sitk.Image) -> None:
        if name in self._stacks:
            self._stacks[name].put(number, image)
            return
        path = self._folder / file_of(name, number)
        path.parent.mkdir(exist_ok=True)
        with hushed():
            sitk.WriteImage(image, str(path), useCompression=name == "labels")

    def _rows(self, points: PointList) -> Iterable[str]:
        """A line a frame and point: frame, time, label, x, y, z; LPS, mm."""
        yield "frame,time,label,x,y,z"
        for number in sorted(self._tracks):
            track = np.pad(self._tracks[number], ((0, 0), (0, 3 - self._tracks[number].shape[1])))
            for label, place in zip(points.labels, track, strict=True):
                yield ",".join(
                    [str(number), time_text(self._times[number]), quoted(label), *(f"{x:.6f}" for x in place)]
                )
