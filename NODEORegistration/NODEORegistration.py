"""NODEO Registration: the module as Slicer sees it. What it does is in NODEORegistrationLib, how in nodeo."""

import logging
import sys

import NODEORegistrationLib as lib
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class NODEORegistration(ScriptedLoadableModule):
    """What Slicer shows about the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("NODEO Registration")
        parent.categories = [translate("qSlicerAbstractCoreModule", "Registration")]
        parent.dependencies = []
        parent.contributors = ["The NODEO developers"]
        parent.helpText = _(
            "Deforms the moving volume onto the fixed one, smoothly, without folding, in 3-D and 2-D: a neural velocity"
            " field, optimized for this one pair, on the GPU or the CPU. Choose two volumes and press Register."
            ' The method: <a href="https://arxiv.org/abs/2108.03443">NODEO, CVPR 2022</a>.'
        )
        parent.acknowledgementText = _(
            "After Y. Wu, T. Z. Jiahao, J. Wang, P. A. Yushkevich, M. A. Hsieh, J. C. Gee: NODEO: A Neural Ordinary"
            " Differential Equation Based Optimization Framework for Deformable Image Registration. CVPR 2022."
            " Please cite it. Not for clinical use."
        )
        slicer.app.connect("startupCompleted()", lib.onStartup)


class NODEORegistrationWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: puts its parts together, and tells them what happens to the scene."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.ui = None
        self._parts = None
        self._isLookingSoon = False

    def setup(self):
        """Called when the panel is opened for the first time, and after a reload."""
        ScriptedLoadableModuleWidget.setup(self)
        panel = slicer.util.loadUI(self.resourcePath("UI/NODEORegistration.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = NODEORegistrationLogic()
        self._parts = lib.Parts(self.ui, self.logic)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEnd)
        self.addObserver(scene, scene.NodeAddedEvent, self.onNodeAdded)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self.onNodeAboutToBeRemoved, priority=1.0)
        self.initializeParameterNode()

    def cleanup(self):
        """Called before a reload and when Slicer closes: no worker survives."""
        lib.runQueue().stopNow()
        lib.standingWorker().stopNow()
        if self._parts is not None:
            self._parts.progressPanel.stopFollowing()
            self._parts.leave()
            self.logic.forgetParameterNode()
        self.removeObservers()

    def enter(self):
        """Called whenever the user opens the module."""
        self.initializeParameterNode()
        self._parts.engineBox.enter()

    def exit(self):
        """Called whenever the user opens another module: the views are given back, a run goes on."""
        self._parts.leave()

    def onReload(self):
        """Reload the parts of the module, too."""
        lib.runQueue().stopNow()
        lib.standingWorker().stopNow()
        for name in [name for name in sys.modules if name.split(".")[0] in ("NODEORegistrationLib", "nodeo")]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def onSceneStartClose(self, caller, event):
        """The nodes go, or others come: nothing may be kept of them."""
        self._parts.forget()
        self.logic.forgetParameterNode()

    def onSceneEndClose(self, caller, event):
        """An empty scene: the last run was another's."""
        self._parts.clear()
        self.onSceneEnd(caller, event)

    def onSceneEnd(self, caller, event):
        """Another scene, or an empty one."""
        self._parts.registerButton.update()
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onNodeAdded(self, caller, event):
        """Perhaps a volume, or a script's result, when all of it is there."""
        self._lookSoon()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeAboutToBeRemoved(self, caller, event, node):
        """Forget the node, before a selector goes on to the one beside it."""
        if self._parameters is not None:
            lib.forgetNode(self._parameters, node)
        self._lookSoon()

    def _lookSoon(self):
        """Look once at what the scene holds, when all that is being changed there has been changed."""
        if self._parameters is not None and not self._isLookingSoon:
            self._isLookingSoon = True
            lib.later(self._look)

    def _look(self):
        self._isLookingSoon = False
        if self._parameters is not None:
            self.chooseVolumes()
            self._parts.update()

    def initializeParameterNode(self):
        """Show what the scene holds."""
        self._parts.binding.bind(self.logic.getParameterNode())
        self.chooseVolumes()

    def chooseVolumes(self):
        """Spare the user the choice that the scene has made."""
        lib.chooseVolumes(self._parameters)

    @property
    def _parameters(self):
        """The parameters that are shown; None while another module is."""
        return self._parts.binding.parameters

    @property
    def _run(self):
        """The run that Register has started and that has not ended, or None."""
        return self._parts.registerButton.run


class NODEORegistrationLogic(lib.Scripting, ScriptedLoadableModuleLogic):
    """Registration from Python: what there is is in :class:`~NODEORegistrationLib.run.Script.Scripting`.

    >>> logic = NODEORegistrationLogic()
    >>> run = logic.register(fixedVolumeNode, movingVolumeNode, preset="accurate", lambda_s=0.5)
    >>> run.nodes["transform"], run.nodes["warped"], run.nodes["jacobian"], run.metrics["folding"]
    """

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        self._parameters = None

    def getParameterNode(self):
        """The scene's parameters; what an older scene has wrong is put right."""
        node = super().getParameterNode()
        lib.repair(node)
        if self._parameters is None or self._parameters.parameterNode is not node:
            self._parameters = lib.Parameters(node)
        return self._parameters

    def forgetParameterNode(self):
        """Let go of the parameters of a scene that is being closed, or opened."""
        self._parameters = None


class NODEORegistrationTest(ScriptedLoadableModuleTest):
    """What can be tried inside Slicer in a minute: the sample pair, made small, from scene to scene."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)

    def runTest(self):
        self.setUp()
        self.test_samplePair()

    def loadSmallPair(self, step=4):
        """The sample pair, every ``step``-th voxel of it."""
        return lib.loadSmallPair(step)

    def test_samplePair(self):
        """The moving volume lies better on the fixed one, and nothing is folded."""
        logic = NODEORegistrationLogic()
        if lib.Dependencies.missing():
            logging.warning("NODEO: not tested, Python packages are missing: %s", lib.Dependencies.missing())
            return
        self.delayDisplay("Registering the sample pair")
        fixed, moving = self.loadSmallPair()
        run = logic.register(fixed, moving, preset="fast")
        self.assertEqual(set(run.nodes), set(lib.OUTPUTS))
        self.assertEqual(run.metrics["folding"]["voxels"], 0)
        self.assertLess(run.metrics["similarity"]["after"], 0.8 * run.metrics["similarity"]["before"])
        self.assertGreater(slicer.util.arrayFromVolume(run.nodes["jacobian"]).min(), 0.0)
        self.assertEqual(run.nodes["warped"].GetImageData().GetDimensions(), fixed.GetImageData().GetDimensions())
        moving.SetAndObserveTransformNodeID(run.nodes["transform"].GetID())
        self.assertIsNotNone(moving.GetParentTransformNode())
        self.delayDisplay("Test passed")
