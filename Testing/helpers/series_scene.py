"""A series in the scene: a ball that moves to and fro, a sequence of volumes in a browser of Slicer's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

TIMES = ("0", "120", "250")  # ms
SHIFTS = (0.0, 2.0, -1.5)  # mm along the first axis of the volume's voxels, frame by frame


def ball(size=(20, 18, 16), shift: float = 0.0, growth: float = 1.0) -> np.ndarray:
    """A ball with stripes inside, [D, H, W]; shifted along the columns, in voxels, and so many times as wide."""
    w, h, d = size
    z, y, x = np.meshgrid(np.arange(d), np.arange(h), np.arange(w), indexing="ij")
    x, y, z = ((a - n / 2) / growth + n / 2 for a, n in ((x - shift, w), (y, h), (z, d)))
    r = np.sqrt((x - w / 2) ** 2 + (y - h / 2) ** 2 + (z - d / 2) ** 2)
    inside = 400.0 + 150.0 * np.sin(0.9 * x) * np.cos(0.8 * y) + 100.0 * np.sin(0.7 * z + 1.0)
    return (inside / (1.0 + np.exp(2.0 * (r - 0.36 * min(size))))).astype(np.int16)


def add_series(shifts=SHIFTS, times=TIMES, name: str = "beat", size=(20, 18, 16), draw=ball) -> SimpleNamespace:
    """A sequence with its browser, and the volume node that shows the first of its frames."""
    import slicer
    import vtk

    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("phase")
    sequence.SetIndexUnit("ms")
    if not times[0].isdecimal():
        sequence.SetIndexType(sequence.TextIndex)
    matrix = vtk.vtkMatrix4x4()
    for row, values in enumerate(((-1.5, 0, 0, 12), (0, -1.25, 0, 9), (0, 0, 2.0, -5))):
        for column, value in enumerate(values):
            matrix.SetElement(row, column, value)
    for time, shift in zip(times, shifts, strict=True):
        frame = slicer.vtkMRMLScalarVolumeNode()
        frame.SetIJKToRASMatrix(matrix)
        slicer.util.updateVolumeFromArray(frame, draw(size, shift / 1.5))
        sequence.SetDataNodeAtValue(frame, time)
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", f"{name} browser")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    proxy = browser.GetProxyNode(sequence)
    proxy.CreateDefaultDisplayNodes()
    return SimpleNamespace(sequence=sequence, browser=browser, proxy=proxy)
