"""From the worker's files to the scene: everything is read first, then it appears in one step."""

import json

import slicer
import vtk
from slicer.i18n import tr as _

from ..Parameters import CLASSES
from .JacobianColors import colorByJacobian

SETTINGS_ATTRIBUTE = "NODEO.Settings"
METRICS_ATTRIBUTE = "NODEO.Metrics"

_FILES = {
    "transform": "transform.h5",
    "inverse": "inverse.h5",
    "warped": "warped.nrrd",
    "jacobian": "jacobian.nrrd",
}
_TRANSFORMS = ("transform", "inverse")


class ImportFailed(RuntimeError):
    """A result that cannot be read, in one sentence."""


class ResultImport:
    """The results of one run on their way into the scene.

    Args:
        folder: the worker's output folder.
        kinds: which of ``transform``, ``inverse``, ``warped`` and ``jacobian`` are wanted.
        movingToWorld: the moving volume's parents (RAS matrix), if it was written as it lies in the world: then the
            transform leads on from the world into the volume. None: it does so already.
    """

    def __init__(self, folder, kinds, movingToWorld=None):
        self.folder = folder
        self.kinds = [kind for kind in _FILES if kind in kinds]
        self.movingToWorld = movingToWorld
        self.loaded = {}

    def steps(self):
        """What has to be done, in pieces that are short enough for an application that stays responsive."""
        return [lambda kind=kind: self._read(kind) for kind in self.kinds]

    def _read(self, kind):
        """Read one file into a node outside the scene."""
        path = self.folder / _FILES[kind]
        if kind in _TRANSFORMS:
            node, storage = slicer.vtkMRMLTransformNode(), slicer.vtkMRMLTransformStorageNode()
        else:
            node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLNRRDStorageNode()
        storage.SetFileName(str(path))
        if not path.is_file() or not storage.ReadData(node):
            raise ImportFailed(_("The result {name} could not be read.").format(name=path.name))
        if kind in _TRANSFORMS and self.movingToWorld is not None:
            _leadIntoVolume(node, self.movingToWorld, inverse=kind == "inverse")
        self.loaded[kind] = node

    def commit(self, fixed, moving, outputs, settings, metrics):
        """Put everything that was read into the scene.

        Args:
            fixed, moving: the input volumes; None if they are no longer in the scene.
            outputs: {kind: node to update, or None to create one}.
            settings, metrics: kept with every output, so that a saved scene tells how it was made.

        Returns:
            {kind: node}
        """
        scene = slicer.mrmlScene
        names = _names(fixed, moving)
        nodes = {}
        scene.StartState(slicer.vtkMRMLScene.BatchProcessState)
        try:
            for kind in self.kinds:
                node = outputs.get(kind)
                if node is None or node.GetScene() is not scene:
                    node = _newNode(kind, names[kind])
                nodes[kind] = node
                if kind in _TRANSFORMS:
                    _updateTransform(node, self.loaded[kind], fixed, moving, inverse=kind == "inverse")
                else:
                    _updateVolume(node, self.loaded[kind])
                node.SetAttribute(SETTINGS_ATTRIBUTE, json.dumps(settings))
                node.SetAttribute(METRICS_ATTRIBUTE, json.dumps(metrics))
            if "warped" in nodes:
                nodes["warped"].CreateDefaultDisplayNodes()
                _displayLike(nodes["warped"], moving)
            if "jacobian" in nodes:
                colorByJacobian(nodes["jacobian"])
        finally:
            scene.EndState(slicer.vtkMRMLScene.BatchProcessState)
        _gather(list(nodes.values()), names["folder"])
        self.loaded = {}
        return nodes


def storedMetrics(node):
    """The metrics that came with an output node, as a dictionary; None if it has none that can be read."""
    return _stored(node, METRICS_ATTRIBUTE)


def storedSettings(node):
    """The settings that an output node was made with, as a dictionary; None if it has none that can be read."""
    return _stored(node, SETTINGS_ATTRIBUTE)


def _stored(node, attribute):
    try:
        found = json.loads(node.GetAttribute(attribute) or "null")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def useLinearInterpolation(transformNode):
    """Interpolate displacement grids as ITK and the engine do; the scene does not save this."""
    parts = vtk.vtkCollection()
    slicer.vtkMRMLTransformNode.FlattenGeneralTransform(parts, transformNode.GetTransformFromParent())
    for index in range(parts.GetNumberOfItems()):
        if parts.GetItemAsObject(index).IsA("vtkGridTransform"):
            parts.GetItemAsObject(index).SetInterpolationModeToLinear()


def restoreInterpolation():
    """Interpolate all the scene's results as they were made: for scenes that were saved and opened again."""
    for node in slicer.util.getNodesByClass("vtkMRMLTransformNode"):
        if node.GetAttribute(SETTINGS_ATTRIBUTE):
            useLinearInterpolation(node)


def _names(fixed, moving):
    fixedName = _("fixed") if fixed is None else fixed.GetName()
    movingName = _("moving") if moving is None else moving.GetName()
    return {
        "transform": _("{moving} to {fixed}").format(moving=movingName, fixed=fixedName),
        "inverse": _("{fixed} to {moving}").format(moving=movingName, fixed=fixedName),
        "warped": _("{moving} on {fixed}").format(moving=movingName, fixed=fixedName),
        "jacobian": _("{moving} on {fixed}, Jacobian").format(moving=movingName, fixed=fixedName),
        "folder": _("NODEO: {moving} on {fixed}").format(moving=movingName, fixed=fixedName),
    }


def _newNode(kind, name):
    return slicer.mrmlScene.AddNewNodeByClass(CLASSES[kind], slicer.mrmlScene.GenerateUniqueName(name))


def _leadIntoVolume(node, movingToWorld, inverse):
    """Append the way from the world into the moving volume to φ, or prepend the way out of it to φ⁻¹."""
    composed = vtk.vtkGeneralTransform()
    composed.PostMultiply()
    if inverse:
        composed.Concatenate(movingToWorld)
        composed.Concatenate(node.GetTransformFromParent())
    else:
        worldToMoving = vtk.vtkMatrix4x4()
        vtk.vtkMatrix4x4.Invert(movingToWorld, worldToMoving)
        composed.Concatenate(node.GetTransformFromParent())
        composed.Concatenate(worldToMoving)
    node.SetAndObserveTransformFromParent(composed)


def _updateTransform(node, loaded, fixed, moving, inverse):
    node.CopyContent(loaded, False)  # handed over, not copied
    node.SetAndObserveTransformNodeID(None)
    useLinearInterpolation(node)
    source, target = (fixed, moving) if inverse else (moving, fixed)
    for role, volume in (
        (slicer.vtkMRMLTransformNode.GetMovingNodeReferenceRole(), source),
        (slicer.vtkMRMLTransformNode.GetFixedNodeReferenceRole(), target),
    ):
        node.SetNodeReferenceID(role, None if volume is None else volume.GetID())


def _updateVolume(node, loaded):
    matrix = vtk.vtkMatrix4x4()
    loaded.GetIJKToRASMatrix(matrix)
    wasModifying = node.StartModify()
    node.SetAndObserveTransformNodeID(None)
    node.SetIJKToRASMatrix(matrix)
    node.SetAndObserveImageData(loaded.GetImageData())
    node.EndModify(wasModifying)


def _displayLike(volumeNode, model):
    """Show a volume in the window and colors of another, if there is one, so that the two can be compared."""
    if model is None:
        return
    modelDisplay, display = model.GetDisplayNode(), volumeNode.GetDisplayNode()
    if modelDisplay is not None:
        display.CopyContent(modelDisplay)
        display.SetAndObserveColorNodeID(modelDisplay.GetColorNodeID())
        display.AutoWindowLevelOff()
        display.SetWindowLevel(modelDisplay.GetWindow(), modelDisplay.GetLevel())
    volumeNode.SetVoxelValueQuantity(model.GetVoxelValueQuantity())
    volumeNode.SetVoxelValueUnits(model.GetVoxelValueUnits())


def _gather(nodes, name):
    """Put new outputs into one folder of the subject hierarchy; what already lies in a folder stays there."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    if hierarchy is None:
        return
    root = hierarchy.GetSceneItemID()
    items = [hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(root, node) for node in nodes]
    folders = [hierarchy.GetItemParent(item) for item in items if hierarchy.GetItemParent(item) != root]
    folder = folders[0] if folders else hierarchy.CreateFolderItem(root, name)
    for item in items:
        if hierarchy.GetItemParent(item) == root:
            hierarchy.SetItemParent(item, folder)
