"""elastix (itk-elastix): its default B-spline parameters at 5 mm, with normalised correlation as the metric."""

from __future__ import annotations

import itk
import peer
import SimpleITK as sitk

RESOLUTIONS, GRID_MM = 4, 5.0


def register(task: peer.Task) -> peer.Outcome:
    """The default parameter map as it is, bending energy included, but for the metric and the result image."""
    fixed, moving = (itk.imread(str(path), itk.F) for path in (task.fixed, task.moving))
    parameters = itk.ParameterObject.New()
    bspline = parameters.GetDefaultParameterMap("bspline", RESOLUTIONS, GRID_MM)
    bspline["Metric"] = ["AdvancedNormalizedCorrelation", "TransformBendingEnergyPenalty"]
    bspline["WriteResultImage"] = ["false"]
    parameters.AddParameterMap(bspline)
    with task.timed():  # threads: from the environment; asked for here, they crash it (ITKElastix, issues 160 and 295)
        _, found = itk.elastix_registration_method(fixed, moving, parameter_object=parameters, log_to_console=False)
        field = itk.transformix_deformation_field(fixed, found)
    return peer.Outcome(_as_simpleitk(field, sitk.ReadImage(str(task.fixed))))


def _as_simpleitk(field: itk.Image, grid: sitk.Image) -> sitk.Image:
    image = sitk.GetImageFromArray(itk.array_from_image(field), isVector=True)
    image.CopyInformation(grid)
    return image


if __name__ == "__main__":
    peer.run(register, ["bspline"], ["itk-elastix", "itk-core", "SimpleITK"])
