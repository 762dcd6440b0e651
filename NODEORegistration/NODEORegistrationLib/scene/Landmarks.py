"""Points that correspond: which ones of two lists are pairs, and where they lie in the worker's files."""

import csv
from dataclasses import dataclass

import slicer

from .SceneExport import fileMatrix

_COLUMNS = ("x", "y", "z", "label")  # mm, LPS


@dataclass(frozen=True)
class Pair:
    """Two points that correspond.

    Attributes:
        name: what the worker calls them; no two pairs have the same.
        fixed, moving: their numbers in the lists, from 0.
    """

    name: str
    fixed: int
    moving: int


def placed(points):
    """The numbers of the points of a list that somebody has put somewhere; a point that follows the mouse is none."""
    defined = points.PositionDefined
    count = points.GetNumberOfControlPoints()
    return [index for index in range(count) if points.GetNthControlPointPositionStatus(index) == defined]


def pairsOf(fixed, moving):
    """The pairs of two lists: by label, if all labels of a list differ and the lists have some in common, or by order.

    Points without a partner are left out.
    """
    here, there = labelsOf(fixed), labelsOf(moving)
    if areByLabel(here, there):
        numbers = dict(zip(there, placed(moving), strict=True))
        found = zip(here, placed(fixed), strict=True)
        return [Pair(label, index, numbers[label]) for label, index in found if label in numbers]
    names = here if _areDistinct(here) else [str(number) for number in range(1, len(here) + 1)]
    return [Pair(*row) for row in zip(names, placed(fixed), placed(moving), strict=False)]


def areByLabel(here, there):
    """Whether labels say which points of two lists belong together."""
    return _areDistinct(here) and _areDistinct(there) and not set(here).isdisjoint(there)


def _areDistinct(labels):
    return all(labels) and len(set(labels)) == len(labels)


def withoutPartner(fixed, moving):
    """The labels of one list that the other lacks, where labels say what belongs together."""
    here, there = labelsOf(fixed), labelsOf(moving)
    if not areByLabel(here, there):
        return []
    return [label for label in here if label not in there] + [label for label in there if label not in here]


def labelsOf(points):
    """The labels of the points that are placed, each in one line."""
    return [" ".join(points.GetNthControlPointLabel(index).split()) for index in placed(points)]


def writePairs(fixed, moving):
    """Write two lists as tables, row by row a pair.

    Args:
        fixed, moving: (point list, its volume, the matrix that this is written with, path of the table).

    Raises:
        ExportError: a parent of a list deforms.
    """
    pairs = pairsOf(fixed[0], moving[0])
    names = [pair.name for pair in pairs]
    _write(names, [pair.fixed for pair in pairs], *fixed)
    _write(names, [pair.moving for pair in pairs], *moving)


def writeList(points, volumeNode, toWorld, path):
    """Write one list as a table, its points called as they are labelled or, where labels do not differ, numbered.

    Args:
        volumeNode, toWorld: the volume that it belongs to, and the matrix that this is written with.

    Raises:
        ExportError: a parent of the list deforms.
    """
    names = labelsOf(points)
    if not _areDistinct(names):
        names = [str(number) for number in range(1, len(names) + 1)]
    _write(names, placed(points), points, volumeNode, toWorld, path)


def _write(names, indices, points, volumeNode, toWorld, path):
    toFile = fileMatrix(points, volumeNode, toWorld)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for name, index in zip(names, indices, strict=True):
            x, y, z, _one = toFile.MultiplyPoint([*points.GetNthControlPointPosition(index), 1.0])
            table.writerow([f"{value:.9g}" for value in (-x, -y, z)] + [name])  # RAS -> LPS


def newList(name, color, volumeNode=None):
    """An empty list in the scene whose points are numbered, under the transform that a volume is under.

    Args:
        color: red, green, blue, 0 to 1.
    """
    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", slicer.mrmlScene.GenerateUniqueName(name))
    points.SetControlPointLabelFormat("%d")
    points.CreateDefaultDisplayNodes()
    points.GetDisplayNode().SetSelectedColor(color)
    if volumeNode is not None:
        points.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    return points
