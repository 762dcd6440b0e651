"""What a registration hands out, and the files that hold it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import SimpleITK as sitk

from ..files.hushed import hushed
from ..files.transform_files import write_transform
from ..settings import Settings

FILES = (
    "transform.h5",
    "inverse.h5",
    "displacement.nrrd",
    "warped.nrrd",
    "jacobian.nrrd",
    "warped_labels.nrrd",
    "metrics.json",
    "settings.json",
    "report.html",
    "report.png",
)  # all that a registration may leave in its folder


@dataclass
class Result:
    """A finished registration.

    Attributes:
        transform: φ, a pull-back map fixed world -> moving world: the displacement, then the initial transform.
        inverse: φ⁻¹, moving world -> fixed world.
        displacement: u in φ(x) = A(x + u(x)), world mm, float32, on the velocity nodes or (``dense_field``) the voxels.
        warped: the moving image on the fixed grid, in the moving image's pixel type.
        jacobian: det J of φ on the fixed grid, float32.
        initial: A.
        background: the value of ``warped`` where φ leads out of the moving image.
        metrics: what was measured; JSON-able.
        history: one record an iteration: level, iteration, loss, similarity, penalties.
        settings: with which it was made.
    """

    transform: sitk.Transform
    inverse: sitk.Transform
    displacement: sitk.Image
    warped: sitk.Image
    jacobian: sitk.Image
    initial: sitk.Transform
    background: float
    metrics: dict[str, Any]
    history: list[dict[str, Any]]
    settings: Settings

    def write(self, folder: Path) -> None:
        """Write every file into ``folder``, which exists; :mod:`nodeo.files.writing` does so all at once.

        ``transform.h5``, ``inverse.h5``, ``displacement.nrrd``, ``warped.nrrd``, ``jacobian.nrrd``, ``settings.json``,
        ``metrics.json`` with the history in it.
        """
        write_transform(self.transform, folder / "transform.h5")
        write_transform(self.inverse, folder / "inverse.h5")
        with hushed():
            sitk.WriteImage(self.displacement, str(folder / "displacement.nrrd"))
            sitk.WriteImage(self.warped, str(folder / "warped.nrrd"))
            sitk.WriteImage(self.jacobian, str(folder / "jacobian.nrrd"))
        self.settings.write(folder / "settings.json")
        self.write_metrics(folder / "metrics.json")

    def write_metrics(self, path: Path) -> None:
        """Write what was measured, and the history, as JSON."""
        path.write_text(json.dumps({**self.metrics, "history": self.history}, indent=2) + "\n", encoding="utf-8")
