"""What a report is drawn from, and what its panels share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import SimpleITK as sitk

from ..geometry.grid import Grid
from .content import find_content, thinned, window_of
from .planes import Plane, choose_planes


@dataclass(frozen=True)
class ReportInput:
    """What a report is drawn from.

    Attributes:
        fixed: scalar image, 3-D, 2-D, or 3-D with one axis of one voxel.
        before: the moving image resampled on the fixed grid by the initial transform only.
        warped: the moving image resampled on the fixed grid by the whole transform.
        jacobian: determinant of the transform's Jacobian on the fixed grid.
        transform: the whole pull-back map, fixed world to moving world.
        initial: the part of it that was given before registration.
        metrics: nested dictionary as in ``metrics.json``; any key may be absent.
        history: one dictionary an iteration with ``level``, ``iteration``, ``loss`` and ``similarity``.
        settings: the options of the run.
        title: the heading.
    """

    fixed: sitk.Image
    before: sitk.Image
    warped: sitk.Image
    jacobian: sitk.Image
    transform: sitk.Transform
    initial: sitk.Transform
    metrics: dict[str, Any]
    history: list[dict[str, Any]]
    settings: dict[str, Any]
    title: str


class Scene:
    """What the panels share, computed once.

    Attributes:
        data: the input of the report.
        grid: geometry of the fixed image.
        content: where its content is.
        planes: the slices that are shown.
    """

    def __init__(self, data: ReportInput) -> None:
        self.data = data
        self.grid = Grid.of(data.fixed)
        self.content = find_content(data.fixed, data.before)
        self.planes = choose_planes(self.grid, self.content)
        self._fixed_window = window_of(thinned(data.fixed)[0])
        self._moving_window = window_of(np.stack([thinned(data.before)[0], thinned(data.warped)[0]]))

    def fixed(self, plane: Plane) -> np.ndarray:
        """The fixed image on ``plane`` [rows, columns], 0 to 1."""
        return normalised(plane.picture(self.data.fixed), self._fixed_window)

    def moving(self, plane: Plane, image: sitk.Image) -> np.ndarray:
        """A resampled moving image on ``plane`` [rows, columns], 0 to 1."""
        return normalised(plane.picture(image), self._moving_window)

    def inside(self, plane: Plane) -> np.ndarray:
        """Where on ``plane`` [rows, columns] there is fixed content, its holes filled."""
        mask = plane.picture(self.data.fixed) > self.content.threshold
        closed = sitk.BinaryMorphologicalClosing(sitk.GetImageFromArray(mask.astype(np.uint8)), [2, 2])
        return sitk.GetArrayFromImage(sitk.BinaryFillhole(closed)) > 0

    @cached_property
    def line_distance(self) -> float:
        """Distance between the lines of the deformation grid, mm, a round number: about 28 in the longest picture."""
        longest = max(max(plane.extent(self.grid)) for plane in self.planes)
        distance = max(longest / 28, 4 * min(self.grid.step))
        return float(round(distance, -int(np.floor(np.log10(distance)))))

    @cached_property
    def log_jacobian(self) -> np.ndarray:
        """log2 of the positive determinants within the content [n], thinned out."""
        inside = thinned(self.data.fixed)[0] > self.content.threshold
        determinant = thinned(self.data.jacobian)[0][inside]
        return np.log2(determinant[determinant > 0])

    @cached_property
    def jacobian_limit(self) -> float:
        """Largest |log2 det J| with a colour of its own: the smallest of a few that covers 98 % of the content."""
        largest = np.percentile(np.abs(self.log_jacobian), 98) if self.log_jacobian.size else 0.0
        return next((limit for limit in (0.5, 1.0) if largest <= limit), 2.0)

    @cached_property
    def deformation(self) -> sitk.Transform:
        """What registration added: fixed world to fixed world. An initial transform without an inverse stays in it."""
        try:
            return sitk.CompositeTransform([self.data.initial.GetInverse(), self.data.transform])
        except RuntimeError:
            return self.data.transform

    def carried(self, plane: Plane) -> tuple[np.ndarray, np.ndarray]:
        """Where the points of ``plane`` come from: mm across and mm down, each [rows, columns]."""
        region = plane.cut(self.data.fixed)
        grid = Grid.of(region)
        field = sitk.TransformToDisplacementField(
            self.deformation, sitk.sitkVectorFloat64, grid.size, grid.origin, grid.spacing, grid.direction
        )
        points = np.stack(list(np.indices(tuple(reversed(grid.size))))[::-1], axis=-1)
        source = grid.index(grid.world(points) + sitk.GetArrayFromImage(field)) * np.asarray(grid.spacing)
        return plane.turn(source[..., plane.across]), plane.turn(source[..., plane.down])


def normalised(values: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """0 to 1, where a little is kept free above what is bright."""
    low, high = window
    return np.clip((values - low) / (high - low) * 0.9, 0.0, 1.0)
