"""SimpleITK's diffeomorphic demons: matched histograms, three resolutions, the field smoothed after every step."""

from __future__ import annotations

import peer
import SimpleITK as sitk

SHRINK, ITERATIONS = (4, 2, 1), (100, 50, 25)
SMOOTHING_VOXELS = 1.5  # standard deviation: of the field after each step; half of each shrink factor: of the images
SMALLEST_AXIS = 16  # voxels; no axis is shrunk below that


def register(task: peer.Task) -> peer.Outcome:
    """Coarse to fine; each level starts from the field of the one before. Both images have to lie on one grid."""
    fixed, moving = task.images()
    moving = sitk.Resample(moving, fixed)
    with task.timed():
        moving = sitk.HistogramMatching(
            moving, fixed, numberOfHistogramLevels=256, numberOfMatchPoints=7, thresholdAtMeanIntensity=True
        )
        demons = sitk.DiffeomorphicDemonsRegistrationFilter()
        demons.SetSmoothDisplacementField(True)
        demons.SetStandardDeviations(SMOOTHING_VOXELS)
        demons.SetNumberOfThreads(task.threads)
        field = None
        for factor, iterations in zip(SHRINK, ITERATIONS, strict=True):
            level = [_reduced(image, factor) for image in (fixed, moving)]
            start: list[sitk.Image] = [] if field is None else [sitk.Resample(field, level[0])]
            demons.SetNumberOfIterations(iterations)
            field = demons.Execute(*level, *start)
    assert field is not None
    return peer.Outcome(field)


def _reduced(image: sitk.Image, factor: int) -> sitk.Image:
    if factor == 1:
        return image
    smooth = sitk.SmoothingRecursiveGaussian(image, [0.5 * factor * step for step in image.GetSpacing()])
    return sitk.Shrink(smooth, [max(1, min(factor, n // SMALLEST_AXIS)) for n in image.GetSize()])


if __name__ == "__main__":
    peer.run(register, ["default"], ["SimpleITK"])
