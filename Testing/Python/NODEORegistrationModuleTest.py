"""The module inside the Slicer application: panel, logic, parameter node. What Slicer's ctest runs.

Uses only what Slicer has. By hand::

    Slicer --testing --no-splash --additional-module-paths NODEORegistration --python-code \
        "import slicer.testing; slicer.testing.runUnitTest(['Testing/Python'], 'NODEORegistrationModuleTest')"
"""

import gc
import tempfile
import time
import unittest
import weakref
from pathlib import Path

import numpy as np
import slicer
import vtk
import vtk.util.numpy_support


class NODEORegistrationModuleTest(unittest.TestCase):
    """Each test begins with an empty scene."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)
        import NODEORegistration as module

        self.module = module
        self.logic = module.NODEORegistrationLogic()

    def tearDown(self):
        slicer.mrmlScene.Clear(0)

    def loadPair(self, step=4):
        if self.module.lib.Dependencies.missing():
            self.skipTest(f"Python packages are missing: {self.module.lib.Dependencies.missing()}")
        return self.module.NODEORegistrationTest().loadSmallPair(step)

    def panel(self):
        slicer.util.selectModule("NODEORegistration")
        return slicer.modules.NODEORegistrationWidget

    def waitFor(self, condition, seconds):
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            slicer.app.processEvents()
            time.sleep(0.01)
        self.assertTrue(condition())

    def registeredInPanel(self):
        """The panel after one click on Register."""
        panel = self.panel()
        self.loadPair()
        self.waitFor(lambda: panel.ui.registerButton.enabled, 5)
        panel.ui.presetComboBox.currentText = "Fast"
        panel.ui.registerButton.click()
        self.waitFor(lambda: panel._run is None, 300)
        return panel

    def look(self, panel, beginning):
        """Choose what Inspect shows by the beginning of its title."""
        box = panel.ui.inspectModeComboBox
        box.currentIndex = next(i for i in range(box.count) if box.itemText(i).startswith(beginning))

    def test_panel(self):
        """Two volumes, one click: the result is in the scene, and the panel says so."""
        panel = self.panel()
        self.assertFalse(panel.ui.registerButton.enabled)
        fixed, moving = self.loadPair()
        self.waitFor(lambda: panel.ui.registerButton.enabled, 5)  # two volumes: it is clear which are meant
        parameters = self.logic.getParameterNode()
        self.assertEqual((parameters.fixedVolume, parameters.movingVolume), (fixed, moving))
        panel.ui.presetComboBox.currentText = "Fast"
        self.assertEqual(parameters.levels, "4, 2")
        panel.ui.createInverseCheckBox.checked = True
        panel.ui.registerButton.click()
        self.assertEqual(panel.ui.registerButton.text, "Cancel")
        self.waitFor(lambda: panel.ui.registerButton.text == "Register", 300)
        results = self.module.lib.resultsOf(parameters)
        for kind in self.module.lib.OUTPUTS:
            self.assertIsNotNone(getattr(results, kind), panel.ui.logTextEdit.plainText)
        self.assertIn("det J", panel.ui.resultLabel.text)
        self.assertIn("No folds", panel.ui.verdictLabel.text)
        self.assertFalse(panel.ui.inspectCollapsibleButton.collapsed)
        panel.ui.inspectCollapsibleButton.collapsed = False
        for index in range(panel.ui.inspectModeComboBox.count):
            panel.ui.inspectModeComboBox.currentIndex = index
        panel.ui.gridCheckBox.checked = True
        panel.ui.smallestButton.click()
        panel.ui.inspectCollapsibleButton.collapsed = True

    def test_transformReproducesWarped(self):
        """The moving volume under the transform, resampled by VTK, is the warped volume that ITK made."""
        fixed, moving = self.loadPair()
        run = self.logic.register(fixed, moving, preset="fast")
        warped = slicer.util.arrayFromVolume(run.nodes["warped"]).astype(float)
        resampled = resampledThrough(run.nodes["transform"], moving, fixed)
        inside = slice(6, -6)
        apart = np.abs(warped - resampled)[inside, inside, inside]
        self.assertLess(np.percentile(apart, 99), 2.0)  # of 255: one is rounded, and both interpolate linearly

    def test_cancel(self):
        """A cancelled run leaves no node behind."""
        fixed, moving = self.loadPair(step=2)
        before = slicer.mrmlScene.GetNumberOfNodes()
        run = self.logic.register(fixed, moving, preset="accurate", wait=False)
        self.waitFor(lambda: bool(run.history), 120)
        run.cancel()
        self.waitFor(run.isOver, 15)
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
        self.assertIsNone(run.folder)

    def test_twoResultsStayApart(self):
        """A second pair makes nodes of its own, and each result knows its volumes."""
        fixed, moving = self.loadPair()
        first = self.logic.register(fixed, moving, preset="fast")
        second = self.logic.register(moving, fixed, preset="fast")
        self.assertFalse(set(first.nodes.values()) & set(second.nodes.values()))
        there = self.module.lib.resultsInScene()
        self.assertEqual([(one.fixed, one.moving) for one in there], [(fixed, moving), (moving, fixed)])
        self.assertNotEqual(there[0].name(), there[1].name())

    def test_nothingOutlivesTheScene(self):
        """No run and no volume stays in memory when the scene is closed."""
        panel = self.panel()
        runs, images = [], []
        for _count in range(3):
            self.loadPair()
            self.waitFor(lambda: panel.ui.registerButton.enabled, 5)
            panel.ui.presetComboBox.currentText = "Fast"
            panel.ui.registerButton.click()
            runs.append(weakref.ref(panel._run))
            self.waitFor(lambda: panel._run is None, 300)
            for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
                images.append(weakref.ref(node.GetImageData()))
            node = None
            slicer.mrmlScene.Clear(0)
            self.waitFor(lambda: not panel.ui.progressFrame.visible, 5)
        gc.collect()
        self.assertEqual([run() for run in runs if run() is not None], [])
        self.assertEqual([image() for image in images if image() is not None], [])

    def test_savedWhileInspecting(self):
        """A scene that is saved while Inspect is open shows the user's own views when it is opened again."""
        panel = self.registeredInPanel()
        warped = self.module.lib.resultsOf(self.logic.getParameterNode()).warped.GetName()
        self.look(panel, "Checkerboard")
        with tempfile.TemporaryDirectory() as folder:
            scene = Path(folder) / "scene.mrb"
            self.assertTrue(slicer.util.saveScene(str(scene)))
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(str(scene))
        for view in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            shown = slicer.mrmlScene.GetNodeByID(view.GetForegroundVolumeID() or "")
            self.assertEqual(None if shown is None else shown.GetName(), warped)

    def test_legendOfDetJ(self):
        """The legend is there while det J is shown, and not longer."""
        panel = self.registeredInPanel()
        self.look(panel, "Jacobian")
        legends = slicer.util.getNodesByClass("vtkMRMLColorLegendDisplayNode")
        self.assertTrue(any(legend.GetVisibility() for legend in legends))
        panel.ui.inspectCollapsibleButton.collapsed = True
        legends = slicer.util.getNodesByClass("vtkMRMLColorLegendDisplayNode")
        self.assertFalse(any(legend.GetVisibility() for legend in legends))

    def test_parametersSurviveTheScene(self):
        """Saved and opened again, the panel's choices are the same."""
        parameters = self.logic.getParameterNode()
        parameters.lambda_J = 12.5
        parameters.iterations = "7, 8, 9"
        with tempfile.TemporaryDirectory() as folder:
            scene = Path(folder) / "scene.mrml"
            self.assertTrue(slicer.util.saveScene(str(scene)))
            slicer.mrmlScene.Clear(0)
            self.assertEqual(self.logic.getParameterNode().lambda_J, 3000.0)
            slicer.mrmlScene.Clear(0)
            slicer.util.loadScene(str(scene))
        parameters = self.logic.getParameterNode()
        self.assertEqual((parameters.lambda_J, parameters.iterations), (12.5, "7, 8, 9"))

    def test_olderParametersAreRepaired(self):
        """What an older scene has that nobody knows falls back to its preset."""
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
        for name, text in {"preset": "ACCURATE", "kernel": "UNHEARD_OF", "lambda_df": "much"}.items():
            node.SetParameter(name, text)
        self.module.lib.repair(node)
        parameters = self.module.lib.Parameters(node)
        self.assertEqual((parameters.kernel.value, parameters.lambda_df), ("gaussian", 0.45))


def resampledThrough(transformNode, movingNode, fixedNode):
    """The moving volume on the fixed grid, by VTK's own reading of the transform."""
    fixedIjkToRas, movingRasToIjk = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    fixedNode.GetIJKToRASMatrix(fixedIjkToRas)
    movingNode.GetRASToIJKMatrix(movingRasToIjk)
    chain = vtk.vtkGeneralTransform()
    chain.PostMultiply()
    chain.Concatenate(fixedIjkToRas)
    chain.Concatenate(transformNode.GetTransformFromParent())
    chain.Concatenate(movingRasToIjk)
    reslice = vtk.vtkImageReslice()
    reslice.SetInputData(movingNode.GetImageData())
    reslice.SetInterpolationModeToLinear()
    reslice.SetResliceTransform(chain)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputSpacing(1, 1, 1)
    dimensions = fixedNode.GetImageData().GetDimensions()
    reslice.SetOutputExtent(0, dimensions[0] - 1, 0, dimensions[1] - 1, 0, dimensions[2] - 1)
    reslice.Update()
    scalars = vtk.util.numpy_support.vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
    return scalars.reshape(dimensions[::-1]).astype(float)
