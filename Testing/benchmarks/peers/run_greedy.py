"""greedy (picsl-greedy), as its authors use it on brains: local correlation of radius 2, its own default smoothing."""

from __future__ import annotations

import peer
import SimpleITK as sitk
from picsl_greedy import Greedy2D, Greedy3D

ITERATIONS = ("100x50x10", "100x100x50")


def register(task: peer.Task) -> peer.Outcome:
    """The command line that its manual gives; the fields are saved without rounding (``-wp 0``)."""
    ndim = task.ndim
    greedy = {2: Greedy2D, 3: Greedy3D}[ndim]()
    forward, inverse = task.output / "warp.nrrd", task.output / "inverse_warp.nrrd"
    radius = "x".join(["2"] * ndim)
    with task.timed():
        greedy.execute(
            f"-i {task.fixed} {task.moving} -m NCC {radius} -n {task.variant} -s 1.732vox 0.7071vox "
            f"-o {forward} -oinv {inverse} -wp 0 -threads {task.threads} -V 0"
        )
    return peer.Outcome(sitk.ReadImage(str(forward)), sitk.ReadImage(str(inverse)))


if __name__ == "__main__":
    peer.run(register, ITERATIONS, ["picsl-greedy", "SimpleITK"])
