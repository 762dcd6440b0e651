"""greedy (picsl-greedy), as its authors use it on brains: local correlation of radius 2, its own default smoothing."""

from __future__ import annotations

import peer
from picsl_greedy import Greedy2D, Greedy3D

ITERATIONS = ("100x50x10", "100x100x50")


def register(task: peer.Task) -> peer.Outcome:
    """The command line that its manual gives; fields are handed over unrounded (``-wp 0``), the seed is fixed."""
    fixed, moving = task.images()
    greedy = {2: Greedy2D, 3: Greedy3D}[task.ndim]()
    radius = "x".join(["2"] * task.ndim)
    with task.timed():
        greedy.execute(
            f"-i fixed moving -m NCC {radius} -n {task.variant} -s 1.732vox 0.7071vox "
            f"-o warp -oinv inverse -wp 0 -seed 1 -threads {task.threads} -V 0",
            fixed=fixed,
            moving=moving,
            warp=None,
            inverse=None,
        )
    return peer.Outcome(greedy["warp"], greedy["inverse"])


if __name__ == "__main__":
    peer.run(register, ITERATIONS, ["picsl-greedy", "SimpleITK"])
