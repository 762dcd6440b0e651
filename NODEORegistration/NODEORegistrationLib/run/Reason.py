"""A sentence that says why something cannot be done, and what it is about."""

from slicer.i18n import tr as _


class Reason(str):
    """A sentence, empty if there is nothing to say, and what it is about.

    Attributes:
        parameter: the name of the parameter that is missing or wrong, or an empty text.
    """

    def __new__(cls, text, parameter=""):
        reason = super().__new__(cls, text)
        reason.parameter = parameter
        return reason


def isDeformed(node):
    """Whether a parent transform deforms a node."""
    parent = node.GetParentTransformNode()
    return parent is not None and not parent.IsTransformToWorldLinear()


def whyNotVolume(volume):
    """Why a volume cannot be registered, or an empty text."""
    image = volume.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0:
        return _("{name} holds no image.").format(name=volume.GetName())
    if image.GetNumberOfScalarComponents() != 1:
        return _(
            "{name} is a color or vector volume: convert it to gray values first (Vector to Scalar Volume)."
        ).format(name=volume.GetName())
    if volume.IsA("vtkMRMLLabelMapVolumeNode"):
        return _("{name} is a label map: choose the image it was drawn on.").format(name=volume.GetName())
    if isDeformed(volume):
        return _("{name} is under a deforming transform: harden it first, or take the volume out of it.").format(
            name=volume.GetName()
        )
    return ""
