"""What can go along with a series: what changes with its frames, and what was drawn on the reference they go to."""

from dataclasses import dataclass

import slicer

from .Carried import FOLLOWER
from .Companions import earlierTransforms, lyingIn, placeBefore
from .ResultMarks import kindOf, pairOf, storedMetrics
from .Series import browserOf, isShownBy
from .SeriesImport import isReference


@dataclass(frozen=True)
class SeriesCompanions:
    """Nodes that lie where a series, or its reference, lies.

    Attributes:
        frames: those that the series' browser changes with its frames.
        reference: those that no browser changes: what was drawn on the reference.
        foreign: those of another series.
    """

    frames: list
    reference: list
    foreign: list

    @staticmethod
    def of(series, fixed, referenceName):
        """Those of a series.

        Args:
            series: a :class:`~NODEORegistrationLib.scene.Series.Series`.
            fixed: the volume outside it that is the reference; None: it is in the series.
            referenceName: what the results call the reference: what went along with another one is its.
        """
        moving, browser = series.proxy, series.browser
        place = moving.GetParentTransformNode()
        home = place if fixed is None else fixed.GetParentTransformNode()
        withFrames = _nodesIn((place, *earlierTransforms(moving)), place, moving, fixed)
        withReference = _nodesIn((home, *_earlierFollowers(moving, referenceName)), home, moving, fixed)
        there = list(dict.fromkeys(withFrames + withReference))
        return SeriesCompanions(
            [node for node in withFrames if isShownBy(browser, node)],
            [node for node in withReference if browserOf(node) is None and not isReference(node)],
            [node for node in there if browserOf(node) is not None and not isShownBy(browser, node)],
        )


def _nodesIn(transforms, place, moving, fixed):
    """What lies under one of these transforms, and lies or has lain in one place before."""
    found = [companion.node for companion in lyingIn(transforms, moving, fixed)]
    return [node for node in found if placeBefore(node) is place]


def _earlierFollowers(moving, referenceName):
    """Where earlier registrations of a series onto the same reference have put what belongs to that."""
    found = []
    for node in slicer.util.getNodesByClass("vtkMRMLTransformNode"):
        inputs = (storedMetrics(node) or {}).get("inputs") or {}
        if kindOf(node) == FOLLOWER and pairOf(node)[1] is moving and inputs.get("fixed") == referenceName:
            found.append(node)
    return found
