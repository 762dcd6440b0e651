"""elastix (itk-elastix): its default parameters; the B-spline's grid 5 mm, with normalised correlation as the metric.

``bspline-mi`` compares mutual information, its own default, with a grid of 10 mm, its default, too, or of five voxels
where that is finer; ``own-mi`` does so after its rigid and affine defaults, which begin with the image centres on each
other.
"""

from __future__ import annotations

import math

import itk
import peer
import SimpleITK as sitk

RESOLUTIONS, GRID_MM, DEFAULT_MM, GRID_VOXELS = 4, 5.0, 10.0, 5.0
VARIANTS = {"bspline": (), "bspline-mi": (), "own-mi": ("rigid", "affine")}  # what goes before the B-spline


def register(task: peer.Task) -> peer.Outcome:
    """The default parameter maps as they are, but for what is said above and the result image."""
    fixed, moving = (itk.imread(str(path), itk.F) for path in (task.fixed, task.moving))
    parameters = itk.ParameterObject.New()
    for kind in (*VARIANTS[task.variant], "bspline"):
        stage = parameters.GetDefaultParameterMap(kind, RESOLUTIONS, _spacing(task))
        if kind == "bspline" and task.variant == "bspline":
            stage["Metric"] = ["AdvancedNormalizedCorrelation", "TransformBendingEnergyPenalty"]
        elif kind == "rigid":
            stage["AutomaticTransformInitialization"] = ["true"]
            stage["AutomaticTransformInitializationMethod"] = ["GeometricalCenter"]
        stage["WriteResultImage"] = ["false"]
        parameters.AddParameterMap(stage)
    with task.timed():  # threads: from the environment; asked for here, they crash it (ITKElastix, issues 160 and 295)
        _, found = itk.elastix_registration_method(fixed, moving, parameter_object=parameters, log_to_console=False)
        field = itk.transformix_deformation_field(fixed, found)
    return peer.Outcome(_as_simpleitk(field, sitk.ReadImage(str(task.fixed))))


def _spacing(task: peer.Task) -> float:
    """Of the B-spline's grid, mm."""
    if task.variant == "bspline":
        return GRID_MM
    steps = task.images()[0].GetSpacing()
    return min(DEFAULT_MM, GRID_VOXELS * math.prod(steps) ** (1.0 / len(steps)))


def _as_simpleitk(field: itk.Image, grid: sitk.Image) -> sitk.Image:
    image = sitk.GetImageFromArray(itk.array_from_image(field), isVector=True)
    image.CopyInformation(grid)
    return image


if __name__ == "__main__":
    peer.run(register, list(VARIANTS), ["itk-elastix", "itk-core", "SimpleITK"])
