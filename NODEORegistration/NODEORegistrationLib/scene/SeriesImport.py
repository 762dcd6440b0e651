"""From the worker's folder to a sequence browser: every frame is read first, then all appear in one step."""

import csv

import slicer
import vtk
from slicer.i18n import tr as _

from .Carried import FOLLOWER
from .ResultMarks import isNamedByUs, markItem, newMark, pairOf, setName, setPair
from .SceneImport import (
    TRANSFORMS,
    ImportFailed,
    displayLike,
    displayResults,
    gather,
    prepareDisplay,
    readOutput,
    referToPair,
    updateVolume,
    useLinearInterpolation,
)
from .Series import itemsOf, showSequence

_FILES = {  # of frame 0, 1, …
    "transform": "transforms/{:03d}.h5",
    "inverse": "inverses/{:03d}.h5",
    "warped": "warped/{:03d}.nrrd",
    "jacobian": "jacobian/{:03d}.nrrd",
}
POINTS, STRUCTURES = "points", "structures"  # of the reference, followed through the frames
_LABELS = "labels/{:03d}.nrrd"
_REFERENCE = "NODEO.Reference"  # attribute of a volume that was made to be looked at beside the results


class SeriesImport:
    """The results of one run over a series on their way into the scene.

    Args:
        folder: the worker's output folder.
        kinds: which of ``transform``, ``inverse``, ``warped`` and ``jacobian`` are wanted.
        index: the :class:`~NODEORegistrationLib.scene.Series.SeriesIndex` of the frames.
        first: the worker's number of the first frame.
        movingToWorld: as :class:`~NODEORegistrationLib.scene.SceneImport.ResultImport` takes it.
    """

    def __init__(self, folder, kinds, index, first=0, movingToWorld=None):
        self.folder, self.index, self.first = folder, index, first
        self.movingToWorld = movingToWorld
        self.sequences = {kind: _newSequence(index) for kind in _FILES if kind in kinds}
        self._structures = None

    def steps(self):
        """What has to be done, in pieces that are short enough for an application that stays responsive."""
        numbers = range(len(self.index.values))
        kinds = [kind for kind in _FILES if kind in self.sequences]
        return [lambda k=kind, n=number: self._read(k, n) for number in numbers for kind in kinds]

    def _read(self, kind, number):
        """Read one file into an item of a sequence outside the scene."""
        path = self.folder / _FILES[kind].format(number + self.first)
        node = readOutput(kind, path, self.movingToWorld)
        if kind in TRANSFORMS:
            useLinearInterpolation(node)
        empty = slicer.vtkMRMLTransformNode() if kind in TRANSFORMS else slicer.vtkMRMLScalarVolumeNode()
        item = self.sequences[kind].SetDataNodeAtValue(empty, self.index.values[number])
        item.CopyContent(node, False)  # handed over, not copied

    def readPoints(self, name):
        """Read where the points of the reference are in each frame.

        Args:
            name: of the list.
        """
        sequence = self.sequences[POINTS] = _newSequence(self.index)
        for number, rows in enumerate(self._pointRows()):
            points = slicer.vtkMRMLMarkupsFiducialNode()
            points.SetName(name)
            for x, y, z, label in rows:
                points.AddControlPoint([-x, -y, z], label)  # LPS -> RAS
            sequence.SetDataNodeAtValue(points, self.index.values[number])

    def structureSteps(self, structures, name):
        """What reads the structures of the reference in each frame, in pieces.

        Args:
            structures: the :class:`~NODEORegistrationLib.scene.FollowedStructures.FollowedStructures`.
            name: of the segmentation or label map.
        """
        self._structures, sequence = structures, _newSequence(self.index)
        self.sequences[STRUCTURES] = sequence
        numbers = range(len(self.index.values))
        return [lambda n=number: self._readStructures(sequence, name, n) for number in numbers]

    def _readStructures(self, sequence, name, number):
        labels = readOutput(STRUCTURES, self.folder / _LABELS.format(number + self.first))
        item = sequence.SetDataNodeAtValue(self._structures.emptyItem(), self.index.values[number])
        item.SetName(name)
        self._structures.fill(item, labels)

    def follower(self, referenceToWorld):
        """What leads from the reference into each frame, made of the transforms, with which it shares the fields.

        Args:
            referenceToWorld: the matrix of the reference's parents.

        Returns:
            a sequence of transforms, outside the scene; ToParent leads from the reference to where the frame is seen.
        """
        sequence = _newSequence(self.index)
        for value, transform in zip(self.index.values, itemsOf(self.sequences["transform"]), strict=True):
            way = vtk.vtkGeneralTransform()
            way.PostMultiply()
            way.Concatenate(referenceToWorld)
            way.Concatenate(transform.GetTransformFromParent())
            if self.movingToWorld is not None:
                way.Concatenate(self.movingToWorld)
            node = slicer.vtkMRMLTransformNode()
            node.SetAndObserveTransformToParent(way)
            sequence.SetDataNodeAtValue(slicer.vtkMRMLTransformNode(), value).CopyContent(node, False)
        return sequence

    def _pointRows(self):
        """[(x, y, z, label) of each point] of each frame."""
        frames = [[] for _value in self.index.values]
        path = self.folder / "points.csv"
        try:
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    number = int(row["frame"]) - self.first
                    if number >= 0:
                        frames[number].append((*(float(row[axis]) for axis in "xyz"), row["label"]))
        except (KeyError, ValueError, IndexError) as error:
            raise ImportFailed(_("The result {name} could not be read.").format(name=path.name)) from error
        return frames

    def commit(self, browser, moving, fixed, outputs, settings, metrics, names):
        """Put everything that was read into the scene.

        Args:
            browser: the sequence browser to show it; None: a new one.
            moving: the volume node that shows the series; None if it is no longer in the scene.
            fixed: the reference volume; None if it is no longer in the scene. One outside the scene is put into it.
            outputs: {kind: node that is to show the frame's result, or None to create one}.
            settings: kept with every output.
            metrics: of each frame, kept with its outputs.
            names: what the outputs are called, {kind: name}, and their ``folder``.

        Returns:
            {kind: node that shows the frame's result}, and what they have in common: their mark.
        """
        scene, mark = slicer.mrmlScene, newMark()
        nodes = {}
        scene.StartState(slicer.vtkMRMLScene.BatchProcessState)
        try:
            if browser is None:
                browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", names["folder"])
            browser.SetRecordingActive(False)
            for kind, sequence in self.sequences.items():
                node, name = self._showing(kind, outputs.get(kind), names[kind])
                for item, measured in zip(itemsOf(sequence), metrics, strict=True):
                    markItem(item, mark, kind, name, settings, measured)
                nodes[kind] = node
            if fixed is not None and fixed.GetScene() is not scene:
                fixed = _placed(fixed, moving, nodes)
            for kind, node in nodes.items():
                showSequence(browser, node, self.sequences[kind])
                setPair(node, fixed, moving)
                if kind in TRANSFORMS:
                    referToPair(node, kind, fixed, moving)
            slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
            displayResults(nodes, moving)
        finally:
            scene.EndState(slicer.vtkMRMLScene.BatchProcessState)
        gather([*nodes.values(), *([fixed] if isReference(fixed) else [])], names["folder"], mark)
        self.sequences = {}
        return nodes, mark

    def _showing(self, kind, node, name):
        """The node that shows the frame's result, and its name, if that is not a person's own."""
        isNew = node is None or node.GetScene() is not slicer.mrmlScene
        if isNew:
            node = slicer.mrmlScene.AddNewNodeByClass(self.sequences[kind].GetDataNodeClassName())
        if kind == STRUCTURES:
            self._structures.display(node)
        elif kind == POINTS:
            node.CreateDefaultDisplayNodes()
        elif kind not in (*TRANSFORMS, FOLLOWER):
            prepareDisplay(node)
        node.SetAndObserveTransformNodeID(None)
        if not isNew and not isNamedByUs(node):
            return node, ""
        setName(node, name)
        return node, node.GetName()


def isReference(node):
    """Whether a volume is the reference of a series, put into the scene by its registration."""
    return node is not None and node.GetAttribute(_REFERENCE) is not None


def _newSequence(index):
    sequence = slicer.vtkMRMLSequenceNode()
    index.giveTo(sequence)
    return sequence


def _placed(loaded, moving, nodes):
    """The reference volume in the scene: the one that an output had before, or a new one."""
    before = [pairOf(node)[0] for node in nodes.values()]
    node = next((volume for volume in before if isReference(volume)), None)
    if node is None:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    updateVolume(node, loaded)
    if not node.GetName().startswith(loaded.GetName()):
        setName(node, loaded.GetName())
    node.SetAttribute(_REFERENCE, "1")
    displayLike(node, moving)
    return node
