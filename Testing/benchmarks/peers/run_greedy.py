"""greedy (picsl-greedy), as its authors use it: local correlation of radius 2, or mutual information; own smoothing.

A variant is the iterations, then, after dashes: ``own``, with an affine start of its own as in its quick start (image
centres on each other, rigid, then affine, by the same metric; the correlation weighted, as is told there), and ``nmi``,
normalised mutual information.
"""

from __future__ import annotations

import numpy as np
import peer
import SimpleITK as sitk
from picsl_greedy import Greedy2D, Greedy3D

ITERATIONS = ("100x50x10", "100x100x50")
VARIANTS = (*ITERATIONS, *(f"{ITERATIONS[0]}-{words}" for words in ("nmi", "own", "own-nmi")))


def register(task: peer.Task) -> peer.Outcome:
    """The command line that its manual gives; fields are handed over unrounded (``-wp 0``), the seed is fixed."""
    fixed, moving = task.images()
    greedy = {2: Greedy2D, 3: Greedy3D}[task.ndim]()
    iterations, *words = task.variant.split("-")
    radius = "x".join(["2"] * task.ndim)
    metric = "NMI" if "nmi" in words else f"{'WNCC' if 'own' in words else 'NCC'} {radius}"
    common = f"-i fixed moving -m {metric} -n {iterations} -seed 1 -threads {task.threads} -V 0"
    images = {"fixed": fixed, "moving": moving}
    with task.timed():
        if "own" in words:
            greedy.execute(f"-a -dof 6 -ia-image-centers -o rigid {common}", **images, rigid=None)
            greedy.execute(f"-a -dof 12 -ia rigid -o affine {common}", affine=None)
        start = "-it affine " if "own" in words else ""
        greedy.execute(
            f"{start}{common} -s 1.732vox 0.7071vox -o warp -oinv inverse -wp 0", **images, warp=None, inverse=None
        )
    if "own" not in words:
        return peer.Outcome(greedy["warp"], greedy["inverse"])
    affine = _in_world(np.asarray(greedy["affine"]))
    there, back = (
        sitk.DisplacementFieldTransform(sitk.Cast(greedy[name], sitk.sitkVectorFloat64)) for name in ("warp", "inverse")
    )
    return peer.Outcome(
        peer.dense(sitk.CompositeTransform([affine, there]), fixed),
        peer.dense(sitk.CompositeTransform([back, affine.GetInverse()]), moving),
    )


def _in_world(matrix: np.ndarray) -> sitk.AffineTransform:
    """Its matrix, fixed to moving in RAS, as a transform in LPS."""
    k = len(matrix) - 1
    flip = np.diag([-1.0, -1.0, 1.0][:k])
    affine = sitk.AffineTransform(k)
    affine.SetMatrix((flip @ matrix[:k, :k] @ flip).ravel().tolist())
    affine.SetTranslation((flip @ matrix[:k, k]).tolist())
    return affine


if __name__ == "__main__":
    peer.run(register, VARIANTS, ["picsl-greedy", "SimpleITK"])
