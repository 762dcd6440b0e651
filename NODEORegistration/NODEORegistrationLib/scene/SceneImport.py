"""From the worker's files to the scene: everything is read first, then it appears in one step."""

import slicer
import vtk
from slicer.i18n import tr as _

from ..Parameters import CLASSES
from .JacobianColors import colorByJacobian
from .Loan import copyOwn, ownValue
from .ResultMarks import (
    folderOf,
    isNamedByUs,
    isOutput,
    newFolder,
    newMark,
    removeIfEmpty,
    setMarks,
    setName,
)
from .Series import itemsOf

_FILES = {
    "transform": "transform.h5",
    "inverse": "inverse.h5",
    "warped": "warped.nrrd",
    "jacobian": "jacobian.nrrd",
}
TRANSFORMS = ("transform", "inverse")


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
        self.loaded[kind] = readOutput(kind, self.folder / _FILES[kind], self.movingToWorld)

    def commit(self, fixed, moving, outputs, settings, metrics, preset):
        """Put everything that was read into the scene.

        Args:
            fixed, moving: the input volumes; None if they are no longer in the scene.
            outputs: {kind: node to update, or None to create one}.
            settings, metrics: kept with every output, so that a saved scene tells how it was made.
            preset: a word for the names.

        Returns:
            {kind: node}, and what they have in common: their mark.
        """
        scene = slicer.mrmlScene
        fixedName = _("fixed") if fixed is None else fixed.GetName()
        movingName = _("moving") if moving is None else moving.GetName()
        names, mark = outputNames(fixedName, movingName, preset), newMark()
        nodes = {}
        scene.StartState(slicer.vtkMRMLScene.BatchProcessState)
        try:
            for kind in self.kinds:
                node = outputs.get(kind)
                isNew = node is None or node.GetScene() is not scene
                if isNew:
                    node = scene.AddNewNodeByClass(CLASSES[kind])
                isOurs = isNew or isNamedByUs(node)  # asked now: what is copied into a node takes its attributes away
                nodes[kind] = node
                if kind in TRANSFORMS:
                    _updateTransform(node, self.loaded[kind])
                    referToPair(node, kind, fixed, moving)
                else:
                    updateVolume(node, self.loaded[kind])
                if isOurs:
                    setName(node, names[kind])
                setMarks(node, mark, kind, fixed, moving, settings, metrics)
            displayResults(nodes, moving)
        finally:
            scene.EndState(slicer.vtkMRMLScene.BatchProcessState)
        gather(list(nodes.values()), names["folder"], mark)
        self.loaded = {}
        return nodes, mark


def useLinearInterpolation(transformNode):
    """Interpolate displacement grids as ITK and the engine do; the scene does not save this."""
    parts = vtk.vtkCollection()
    slicer.vtkMRMLTransformNode.FlattenGeneralTransform(parts, transformNode.GetTransformFromParent())
    for index in range(parts.GetNumberOfItems()):
        if parts.GetItemAsObject(index).IsA("vtkGridTransform"):
            parts.GetItemAsObject(index).SetInterpolationModeToLinear()


def restoreInterpolation():
    """Interpolate all the scene's results as they were made: for scenes that were saved and opened again."""
    items = [item for sequence in slicer.util.getNodesByClass("vtkMRMLSequenceNode") for item in itemsOf(sequence)]
    for node in [*slicer.util.getNodesByClass("vtkMRMLTransformNode"), *items]:
        if node.IsA("vtkMRMLTransformNode") and isOutput(node):
            useLinearInterpolation(node)


def outputNames(fixed, moving, preset):
    """What the outputs of a registration are called, and their folder, after the names of the volumes."""
    words = {"fixed": fixed, "moving": moving, "preset": preset}
    return {
        "transform": _("{moving} to {fixed}, {preset}").format(**words),
        "inverse": _("{fixed} to {moving}, {preset}").format(**words),
        "warped": _("{moving} on {fixed}, {preset}").format(**words),
        "jacobian": _("{moving} on {fixed}, {preset}, Jacobian").format(**words),
        "folder": _("NODEO: {moving} on {fixed}, {preset}").format(**words),
    }


def readOutput(kind, path, movingToWorld=None):
    """A node outside the scene with what one of the worker's files holds.

    Args:
        kind: transform, inverse, warped or jacobian.
        movingToWorld: as :class:`ResultImport` takes it.

    Raises:
        ImportFailed: the file cannot be read.
    """
    if kind in TRANSFORMS:
        node, storage = slicer.vtkMRMLTransformNode(), slicer.vtkMRMLTransformStorageNode()
    else:
        node, storage = slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLNRRDStorageNode()
    storage.SetFileName(str(path))
    if not path.is_file() or not storage.ReadData(node):
        raise ImportFailed(_("The result {name} could not be read.").format(name=path.name))
    if kind in TRANSFORMS and movingToWorld is not None:
        _leadIntoVolume(node, movingToWorld, inverse=kind == "inverse")
    return node


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


def _updateTransform(node, loaded):
    node.CopyContent(loaded, False)  # handed over, not copied
    node.SetAndObserveTransformNodeID(None)
    useLinearInterpolation(node)


def referToPair(node, kind, fixed, moving):
    """Have a transform node tell from which volume it leads to which."""
    source, target = (fixed, moving) if kind == "inverse" else (moving, fixed)
    for role, volume in (
        (slicer.vtkMRMLTransformNode.GetMovingNodeReferenceRole(), source),
        (slicer.vtkMRMLTransformNode.GetFixedNodeReferenceRole(), target),
    ):
        node.SetNodeReferenceID(role, None if volume is None else volume.GetID())


def prepareDisplay(node):
    """Have a volume node shown, before there are voxels that a window would be taken from."""
    if node.GetDisplayNode() is None:
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().AutoWindowLevelOff()


def updateVolume(node, loaded):
    """Put the voxels and the place of a volume into another."""
    prepareDisplay(node)
    matrix = vtk.vtkMatrix4x4()
    loaded.GetIJKToRASMatrix(matrix)
    wasModifying = node.StartModify()
    node.SetAndObserveTransformNodeID(None)
    node.SetIJKToRASMatrix(matrix)
    node.SetAndObserveImageData(loaded.GetImageData())
    node.EndModify(wasModifying)


def displayResults(nodes, moving):
    """Show the volumes among some results, {kind: node}: the warped one like the moving volume, det J in its colors."""
    if "warped" in nodes:
        displayLike(nodes["warped"], moving)
    if "jacobian" in nodes:
        colorByJacobian(nodes["jacobian"])


def displayLike(volumeNode, model):
    """Show a volume in the window and colors of another, if there is one, so that the two can be compared."""
    display = volumeNode.GetDisplayNode()
    if model is None:
        display.AutoWindowLevelOn()
        return
    modelDisplay = model.GetDisplayNode()
    if modelDisplay is None:
        display.AutoWindowLevelOn()
    else:
        copyOwn(modelDisplay, display)
        display.SetAndObserveColorNodeID(ownValue(modelDisplay, "ColorNodeID"))
        display.AutoWindowLevelOff()
        display.SetWindowLevel(modelDisplay.GetWindow(), modelDisplay.GetLevel())
    volumeNode.SetVoxelValueQuantity(model.GetVoxelValueQuantity())
    volumeNode.SetVoxelValueUnits(model.GetVoxelValueUnits())


def gather(nodes, name, mark):
    """Put the outputs into one folder of the subject hierarchy; what a person put into a folder stays there."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    if hierarchy is None:
        return
    root, folder = hierarchy.GetSceneItemID(), 0
    for node in nodes:
        item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(root, node)
        before = folderOf(hierarchy, node)
        if before or hierarchy.GetItemParent(item) == root:
            folder = folder or newFolder(hierarchy, name, mark)
            hierarchy.SetItemParent(item, folder)
        if before:
            removeIfEmpty(hierarchy, before)
