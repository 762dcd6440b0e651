"""NODEO Registration: the module as Slicer sees it. What it does is in NODEORegistrationLib, how in nodeo."""

import logging
import sys
import time

import NODEORegistrationLib as lib
import qt
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

_DOUBLE_CLICK_SECONDS = 0.5  # the second click of two on Register does not mean Cancel


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
    """The panel: connects the widgets of the .ui file with the parts that do the work."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.ui = None
        self._parameters = None
        self._guiTag = None
        self._presetFollower = None
        self._run = None
        self._started = 0.0
        self._volumeWatch = lib.VolumeWatch(self.updateRegisterButton)

    def setup(self):
        """Called when the panel is opened for the first time, and after a reload."""
        ScriptedLoadableModuleWidget.setup(self)
        panel = slicer.util.loadUI(self.resourcePath("UI/NODEORegistration.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = NODEORegistrationLogic()
        self._progressPanel = lib.ProgressPanel(self.ui)
        self._inspectPanel = lib.InspectPanel(self.ui)
        self.ui.registerButton.connect("clicked()", self.onRegister)
        self.ui.exportButton.connect("clicked()", self.onExport)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEnd)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEnd)
        self.addObserver(scene, scene.NodeAddedEvent, self.onNodeAdded)
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self.onNodeAboutToBeRemoved, priority=1.0)
        self.initializeParameterNode()

    def cleanup(self):
        """Called before a reload and when Slicer closes: no worker survives."""
        lib.runQueue().stopNow()
        if self.ui is not None:
            self._progressPanel.stopFollowing()
            self._inspectPanel.close()
            self.setParameterNode(None)
            self.logic.forgetParameterNode()
        self.removeObservers()

    def enter(self):
        """Called whenever the user opens the module."""
        self.initializeParameterNode()

    def exit(self):
        """Called whenever the user opens another module: the views are given back, a run goes on."""
        self._inspectPanel.close()
        self.setParameterNode(None)

    def onReload(self):
        """Reload the parts of the module, too."""
        lib.runQueue().stopNow()
        for name in [name for name in sys.modules if name.split(".")[0] in ("NODEORegistrationLib", "nodeo")]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)

    def onSceneStartClose(self, caller, event):
        """The nodes go, or others come: nothing may be kept of them."""
        self._inspectPanel.inspection.forget()
        self.setParameterNode(None)
        self.logic.forgetParameterNode()

    def onSceneEnd(self, caller, event):
        """Another scene, or an empty one."""
        self.updateRegisterButton()
        if self.parent.isEntered:
            self.initializeParameterNode()

    def initializeParameterNode(self):
        """Show what the scene holds."""
        self.setParameterNode(self.logic.getParameterNode())
        self.chooseVolumes()

    def setParameterNode(self, parameters):
        """Bind the widgets to ``parameters``, or to nothing."""
        if self._parameters is not None:
            self._parameters.disconnectGui(self._guiTag)
            self.removeObserver(self._parameters.parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParametersModified)
        self._parameters = parameters
        self._presetFollower = None
        self._volumeWatch.stop()
        if parameters is not None:
            self._presetFollower = lib.PresetFollower(parameters)
            self._guiTag = parameters.connectGui(self.ui)
            self.addObserver(
                parameters.parameterNode,
                vtk.vtkCommand.ModifiedEvent,
                self.onParametersModified,
                priority=-1.0,  # after the parameters have read what another wrapper of the node has written
            )
            self.onParametersModified()

    def onNodeAdded(self, caller, event):
        """Perhaps a volume, when its loading is complete."""
        if self._parameters is not None:
            qt.QTimer.singleShot(0, self.chooseVolumes)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeAboutToBeRemoved(self, caller, event, node):
        """Forget the node, before a selector goes on to the one beside it."""
        if self._parameters is not None:
            lib.forgetNode(self._parameters, node)

    def chooseVolumes(self):
        """With two volumes in the scene and none chosen, it is clear which are meant."""
        parameters = self._parameters
        if parameters is None or parameters.fixedVolume is not None or parameters.movingVolume is not None:
            return
        volumes = [
            node
            for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
            if node.GetClassName() == "vtkMRMLScalarVolumeNode" and not node.GetHideFromEditors()
        ]
        if len(volumes) == 2 and all(node.GetImageData() is not None for node in volumes):
            parameters.fixedVolume, parameters.movingVolume = volumes

    def onParametersModified(self, caller=None, event=None):
        """Let everything that depends on the parameters follow them."""
        parameters = self._parameters
        if parameters is None:
            return
        self._presetFollower.update()
        self._volumeWatch.watch(parameters.fixedVolume, parameters.movingVolume)
        lib.updateWidgetStates(self.ui, parameters)
        results = lib.resultsOf(parameters)
        metrics = results.metrics()
        self.ui.resultLabel.text = _("Nothing registered yet.") if metrics is None else lib.summaryHtml(metrics)
        self.ui.exportButton.enabled = metrics is not None
        self._inspectPanel.update(results)
        self.updateRegisterButton()

    def updateRegisterButton(self):
        """Register, with the reason if it cannot be pressed, or Cancel."""
        button = self.ui.registerButton
        if self._run is not None:
            button.text = _("Cancel")
            button.toolTip = _("Stop the registration; the scene stays as it is.")
            button.enabled = not self._run.isCancelling()
            return
        reason = lib.whyNotReady(self._parameters)
        button.text = _("Register")
        button.toolTip = reason or _("Deform the moving volume onto the fixed one.")
        button.enabled = not reason

    def onRegister(self):
        """Register, or cancel what runs."""
        if self._run is not None:
            if time.monotonic() - self._started > _DOUBLE_CLICK_SECONDS:
                self._run.cancel()
                self.updateRegisterButton()
            return
        self.ui.registerButton.enabled = False  # an installation may let a second click through
        reason = lib.Dependencies.ensure() or lib.whyNotReady(self._parameters)
        self.updateRegisterButton()
        if reason:
            slicer.util.warningDisplay(reason, windowTitle=_("NODEO Registration"))
            return
        self._inspectPanel.close()
        self._run, self._started = lib.Run(lib.requestFromParameters(self._parameters)), time.monotonic()
        self._run.finished.connect(self.onFinished)
        self._run.failed.connect(self.onFailed)
        self._run.ended.connect(self.onEnded)
        self._progressPanel.follow(self._run)
        self.logic.submit(self._run)
        self.updateRegisterButton()

    def onFinished(self, run):
        """Remember the new nodes as outputs, and show the result."""
        self._inspectPanel.close()
        parameters = self._parameters or self.logic.getParameterNode()
        with slicer.util.NodeModify(parameters):
            for kind, node in run.nodes.items():
                setattr(parameters, lib.OUTPUTS[kind][1], node)
        lib.showResult(run.request.fixed, run.nodes.get("warped"))

    def onFailed(self, run):
        """Say why, and what to do."""
        text = run.message if not run.hint else f"{run.message}\n\n{run.hint}"
        log = "\n".join(run.logLines)
        # a dialog waits for its user: only when the run is over, and the next may have begun
        qt.QTimer.singleShot(
            0,
            lambda: slicer.util.errorDisplay(text, windowTitle=_("NODEO Registration"), detailedText=log),
        )

    def onEnded(self, run):
        """Ready for the next."""
        self._run = None
        self.updateRegisterButton()

    def onExport(self):
        """Ask what to write, and write it."""
        results = lib.resultsOf(self._parameters)
        lib.ExportDialog(results, slicer.util.mainWindow()).run()


class NODEORegistrationLogic(ScriptedLoadableModuleLogic):
    """Registration from Python.

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

    def register(
        self,
        fixedVolumeNode,
        movingVolumeNode,
        preset="balanced",
        fixedMask=None,
        movingMask=None,
        initialTransform=None,
        outputs=None,
        wait=True,
        keepFiles=False,
        **settings,
    ):
        """Deform ``movingVolumeNode`` onto ``fixedVolumeNode``.

        Args:
            preset: fast, balanced, accurate or paper.
            fixedMask, movingMask: segmentation or label map nodes: where the similarity counts.
            initialTransform: a transform node to start from, or identity, center, rigid or affine.
            outputs: {"transform", "inverse", "warped", "jacobian": node to update, or None for a new one}; only what
                is named is made. Default: all four, new.
            wait: return when it is done; Slicer goes on reacting meanwhile. Otherwise return at once: connect to the
                run's signals ``progress``, ``finished``, ``failed`` and ``cancelled``.
            keepFiles: leave the temporary folder ``run.folder``, for debugging.
            settings: any setting of the engine by its name, over the preset, such as ``lambda_J=100``.

        Returns:
            a :class:`~NODEORegistrationLib.run.Run.Run`; when it is over, ``nodes``, ``metrics`` and ``settings``.

        Raises:
            ValueError: the volumes cannot be registered, or the results not go where they are to go.
            RuntimeError: a Python package is missing; with ``wait``, the registration failed or was cancelled.
        """
        request = lib.requestFromScript(
            fixedVolumeNode, movingVolumeNode, preset, fixedMask, movingMask, initialTransform, outputs, settings
        )
        request.keepFiles = keepFiles
        missing = ", ".join(lib.Dependencies.missing())
        if missing:
            raise RuntimeError(
                _("Packages are missing: {names}. Call installDependencies() first.").format(names=missing)
            )
        run = self.submit(lib.Run(request))
        if wait:
            run.wait()
            if run.state != "finished":
                reason = " ".join(filter(None, (run.message, run.hint)))
                raise RuntimeError(reason or _("The registration was cancelled."))
        return run

    def submit(self, run):
        """Start ``run``, as soon as those before it are over."""
        lib.runQueue().submit(run)
        return run

    def installDependencies(self):
        """Install the Python packages that are missing, after asking; returns why not, or an empty text."""
        return lib.Dependencies.ensure()


class NODEORegistrationTest(ScriptedLoadableModuleTest):
    """What can be tried inside Slicer in a minute: the sample pair, made small, from scene to scene."""

    def setUp(self):
        slicer.mrmlScene.Clear(0)

    def runTest(self):
        self.setUp()
        self.test_samplePair()

    def loadSmallPair(self, step=4):
        """The sample pair, every ``step``-th voxel of it: enough to see whether all works."""
        nodes = []
        for name in ("fixed", "moving"):
            whole = slicer.util.loadVolume(str(lib.sampleFolder() / f"{name}.nrrd"))
            matrix = vtk.vtkMatrix4x4()
            whole.GetIJKToRASMatrix(matrix)
            node = slicer.util.addVolumeFromArray(
                slicer.util.arrayFromVolume(whole)[::step, ::step, ::step].copy(), matrix, f"small {name}"
            )
            node.SetSpacing([step * spacing for spacing in whole.GetSpacing()])
            slicer.mrmlScene.RemoveNode(whole)
            nodes.append(node)
        return nodes

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
