"""Draws the panel and the slice views of one registration: `python Testing/module/screenshots.py [--output FOLDER]`.

The panel is real Qt, its data real MRML, the slices what Slicer's slice logic renders; slicer_host/README.md says what
a stand-in for the application cannot draw.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "NODEORegistration"
WIDTH = 400  # of the panel, as Slicer opens it
SLICE = (300, 340)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--output", type=Path, default=ROOT / "Resources" / "Screenshots")
    output = options.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(ROOT / "Testing"), str(MODULE)]
    from slicer_host import start

    host = start()
    host.reset()
    panel = host.load(MODULE / "NODEORegistration.py")
    Shots(host, panel, output).all()
    host.reset()


class Shots:
    """The pictures of one walk through the panel."""

    def __init__(self, host, panel, output: Path) -> None:
        self.host, self.panel, self.output = host, panel, output

    def all(self) -> None:
        import SampleData

        self.shoot_panel("panel-empty")
        SampleData.downloadSample("NODEO: Colin27 → MNI152")
        self.host.wait(lambda: self.panel.ui.registerButton.enabled)
        self.fit()
        self.shoot_slice("slices-before")
        self.know()
        self.panel.ui.presetComboBox.currentText = "Fast"
        self.panel.ui.registerButton.click()
        self.host.wait(lambda: self.is_at_level(2), 300)
        self.shoot_panel("panel-running")
        self.host.wait(lambda: self.panel.ui.registerButton.text == "Register", 300)
        self.shoot_panel("panel-finished")
        self.shoot_slice("slices-after")
        self.guidance()
        self.inspect()
        self.batch()
        self.series()

    def is_at_level(self, level: int) -> bool:
        return f"Level {level} " in self.panel.ui.stageLabel.text

    def know(self) -> None:
        """Place pairs of points, as clicks would: where both brains end."""
        parameters = self.panel._parameters
        self.panel.ui.placePairsButton.click()
        for name, direction in (("front", (0, 1, 0)), ("back", (0, -1, 0)), ("top", (0, 0, 1))):
            for volume, points in (
                (parameters.fixedVolume, parameters.fixedPoints),
                (parameters.movingVolume, parameters.movingPoints),
            ):
                points.AddControlPoint(*end_of_brain(volume, direction))
                self.host.wait(0.05)
            for points in (parameters.fixedPoints, parameters.movingPoints):
                points.SetNthControlPointLabel(points.GetNumberOfControlPoints() - 1, name)
        self.panel.ui.placePairsButton.click()
        parameters.pointsFor = parameters.pointsFor.MEASURE

    def guidance(self) -> None:
        """The section Guidance, with what came of the points."""
        ui = self.panel.ui
        for section in ("inputsCollapsibleButton", "resultCollapsibleButton", "inspectCollapsibleButton"):
            getattr(ui, section).collapsed = True
        ui.regularizationCollapsibleButton.collapsed = True
        ui.guidanceCollapsibleButton.collapsed = False
        self.shoot_panel("panel-guidance")
        ui.guidanceCollapsibleButton.collapsed = True

    def inspect(self) -> None:
        ui = self.panel.ui
        for section in ("regularizationCollapsibleButton", "inputsCollapsibleButton", "resultCollapsibleButton"):
            getattr(ui, section).collapsed = True
        ui.inspectCollapsibleButton.collapsed = False
        ui.gridCheckBox.checked = True
        for title, name in (("Checkerboard", "checkerboard"), ("Difference", "difference"), ("Jacobian", "jacobian")):
            titles = [ui.inspectModeComboBox.itemText(index) for index in range(ui.inspectModeComboBox.count)]
            ui.inspectModeComboBox.currentIndex = next(i for i, text in enumerate(titles) if text.startswith(title))
            self.shoot_slice(f"slices-{name}")
        ui.smallestButton.click()
        self.shoot_panel("panel-inspect")
        ui.inspectCollapsibleButton.collapsed = True

    def batch(self) -> None:
        """The sections Carry along and Batch, with what has come of a volume and of one that does not fit."""
        import numpy as np
        import qt
        import slicer

        parameters, ui = self.panel._parameters, self.panel.ui
        slicer.util.addVolumeFromArray(np.ones((1, 64, 64), np.float32), None, "Scout")
        organs = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Lesions")
        organs.SetReferenceImageGeometryParameterFromVolumeNode(parameters.movingVolume)
        ui.carryCollapsibleButton.collapsed = ui.batchCollapsibleButton.collapsed = False
        self.host.wait(0.05)
        for widget, names in ((ui.carryList, ("Lesions", "Moving")), (ui.batchList, ("Colin27", "Scout"))):
            for row in range(widget.count):
                if widget.item(row).text().startswith(names):
                    widget.item(row).setCheckState(qt.Qt.Checked)
        parameters.other_settings = "iterations=8"
        ui.batchButton.click()
        self.host.wait(lambda: self.panel._parts.batchBox.batch is None, 300)
        self.shoot_panel("panel-batch")
        ui.carryCollapsibleButton.collapsed = ui.batchCollapsibleButton.collapsed = True

    def series(self) -> None:
        """A ball that beats: what is asked of a series, and what came of it."""
        import numpy as np
        import slicer
        from helpers.series_scene import add_series, ball

        def heart(size, shift):
            return ball(size, shift, 1.0 - 0.05 * shift)

        slicer.mrmlScene.Clear(0)
        phases = np.arange(8) / 8
        shifts, times = 4.0 * np.sin(np.pi * phases) ** 2, [f"{900 * phase:g}" for phase in phases]
        series = add_series(shifts, times, name="Beating heart", size=(44, 40, 24), draw=heart)
        ui = self.panel.ui
        self.panel._parameters.fixedStructures = chambers(series)
        self.host.wait(lambda: ui.registerButton.enabled)
        ui.seriesCyclicCheckBox.checked = True
        ui.presetComboBox.currentText = "Fast"
        ui.registerButton.click()
        self.host.wait(lambda: ui.registerButton.text == "Register", 300)
        ui.seriesCurveComboBox.currentIndex = 1
        series.browser.SetSelectedItemNumber(3)
        for section in ("inputsCollapsibleButton", "resultCollapsibleButton"):
            getattr(ui, section).collapsed = False
        ui.inspectCollapsibleButton.collapsed = True
        self.host.wait(0.1)
        self.shoot_panel("panel-series")

    def fit(self) -> None:
        import slicer

        slicer.util.setSliceViewerLayers(fit=True)

    def shoot_panel(self, name: str) -> None:
        needed, height = self.host.grab(self.panel.parent, self.output / f"{name}.png", WIDTH)
        print(f"{name}.png  {WIDTH} x {height}, needs {needed}")

    def shoot_slice(self, name: str) -> None:
        from matplotlib import image

        image.imsave(self.output / f"{name}.png", self.host.renderSlice("Red", *SLICE))
        print(f"{name}.png  {SLICE[0]} x {SLICE[1]}")


def chambers(series):
    """A segmentation of the first frame: two halves of what is bright."""
    import numpy as np
    import slicer
    import vtk

    voxels = slicer.util.arrayFromVolume(series.sequence.GetNthDataNode(0))
    codes = np.where(voxels > 150, 1, 0).astype(np.uint8)
    codes[:, codes.shape[1] // 2 :] *= 2
    place = vtk.vtkMatrix4x4()
    series.proxy.GetIJKToRASMatrix(place)
    labels = slicer.util.addVolumeFromArray(codes, place, "codes", "vtkMRMLLabelMapVolumeNode")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Chambers")
    slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labels, node)
    for number, name in enumerate(("front", "back")):
        node.GetSegmentation().GetNthSegment(number).SetName(name)
    slicer.mrmlScene.RemoveNode(labels)
    return node


def end_of_brain(volume, direction) -> list[float]:
    """The outermost place of a brain's grey values in a direction; RAS, mm."""
    import numpy as np
    import slicer
    import vtk

    voxels = slicer.util.arrayFromVolume(volume)
    bright = np.argwhere(voxels > 0.3 * voxels.max())[:, ::-1]
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    to_ras = slicer.util.arrayFromVTKMatrix(matrix)
    places = bright @ to_ras[:3, :3].T + to_ras[:3, 3]
    reach = places @ np.asarray(direction)
    return places[reach > reach.max() - 1.0].mean(axis=0).tolist()


if __name__ == "__main__":
    main()
