"""The registration of a pair of volumes: what the worker is handed, and what comes back into the scene."""

import vtk
from slicer.i18n import tr as _

from ..scene import LabelExport, SceneExport
from ..scene.Carrying import Carrying
from ..scene.SceneImport import ResultImport
from .GuidanceFiles import nameInputs, writeGuidance
from .Run import Run


class PairRun(Run):
    """The life of one :class:`~NODEORegistrationLib.run.Request.Request`.

    Attributes:
        carried: the nodes that went along with the moving volume, or their copies.
    """

    def __init__(self, request):
        super().__init__(request)
        self.carried = []
        self._guidance, self._structures = [], []

    def _writing(self):
        return [self._look, self._writeFixed, self._writeMoving, self._writeOptional]

    def _look(self):
        """Where the volumes are written to, and where lies what goes along."""
        self._carrying = Carrying(self.request.carried, self.request.carryCopies)
        # The engine looks for rigid and affine transforms from where the volumes lie in the world. Otherwise the
        # moving volume's parents are a part of the initial transform: then they may scale and shear, too.
        self._search = self.request.settings.get("initial", "identity") != "identity"
        self._fixedToWorld = SceneExport.worldMatrix(self.request.fixed, rigidOnly=True)
        self._movingToFile = (
            SceneExport.worldMatrix(self.request.moving, rigidOnly=True) if self._search else vtk.vtkMatrix4x4()
        )

    def _writeFixed(self):
        SceneExport.writeVolume(self.request.fixed, self.folder / "fixed.nrrd", self._fixedToWorld)

    def _writeMoving(self):
        SceneExport.writeVolume(self.request.moving, self.folder / "moving.nrrd", self._movingToFile)

    def _writeOptional(self):
        request, folder = self.request, self.folder
        if request.fixedMask is not None:
            LabelExport.writeMask(request.fixedMask, request.fixed, folder / "fixed_mask.nrrd", self._fixedToWorld)
        if request.movingMask is not None:
            LabelExport.writeMask(request.movingMask, request.moving, folder / "moving_mask.nrrd", self._movingToFile)
        self._structures = request.structureNames()
        self._guidance = writeGuidance(request, folder, self._fixedToWorld, self._movingToFile)
        settings = dict(request.settings)
        if not self._search and (request.initialNode is not None or request.moving.GetParentTransformNode()):
            SceneExport.writeInitialTransform(request.initialNode, request.moving, folder / "initial.h5")
            settings["initial"] = str(folder / "initial.h5")
        self._writeSettings(settings)

    def _arguments(self):
        folder = self.folder
        arguments = ["register", str(folder / "fixed.nrrd"), str(folder / "moving.nrrd")]
        for mask in ("fixed_mask", "moving_mask"):
            if (folder / f"{mask}.nrrd").exists():
                arguments += ["--" + mask.replace("_", "-"), str(folder / f"{mask}.nrrd")]
        return arguments + self._guidance

    def _loading(self, output):
        parents = self._movingToFile if self._search and self.request.moving.GetParentTransformNode() else None
        result = ResultImport(output, self.request.outputs, parents)

        def readNumbers():
            self._readNumbers(output)
            nameInputs(self.metrics, self.request, self._structures)

        def commit():
            fixed, moving = (self._stillThere(node) for node in (self.request.fixed, self.request.moving))
            label = self.request.label or self.request.preset
            self.nodes, self.mark = result.commit(
                fixed, moving, self.request.outputs, self.settings, self.metrics, label
            )
            if self.request.carried:
                self.carried = self._carrying.commit(self.nodes["transform"], fixed)
            for name in self._carrying.leftBehind:
                self._note(_("{name} was moved or removed meanwhile, and did not go along.").format(name=name))
            self._end("finished")

        return [readNumbers, *result.steps(), *self._carrying.steps(result.loaded), commit]
