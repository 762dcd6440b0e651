# ruff: noqa: N801
"""Reading and writing of nodes: the extension says which of the real logics and storage nodes does it."""

from __future__ import annotations

from pathlib import Path

import slicer
from PySide6 import QtCore

TYPES = {
    "SceneFile": (".mrml", ".mrb"),
    "SegmentationFile": (".seg.nrrd", ".seg.nhdr"),
    "VolumeFile": (".nrrd", ".nhdr", ".mha", ".mhd", ".nii", ".nii.gz", ".hdr", ".img", ".tif", ".png", ".dcm"),
    "TransformFile": (".h5", ".tfm", ".mat"),
    "TableFile": (".csv", ".tsv"),
    "TextFile": (".txt", ".json", ".xml"),
}
CLASSES = {
    "vtkMRMLSegmentationNode": "SegmentationFile",
    "vtkMRMLVolumeNode": "VolumeFile",
    "vtkMRMLTransformNode": "TransformFile",
    "vtkMRMLTableNode": "TableFile",
    "vtkMRMLTextNode": "TextFile",
}
WRITABLE = (".nrrd", ".nhdr", ".mha", ".mhd", ".nii", ".nii.gz")  # the wheel's volume writer does not list its own
PLAIN = {"TableFile": "vtkMRMLTableNode", "TextFile": "vtkMRMLTextNode"}


class qSlicerCoreIOManager(QtCore.QObject):
    """The part of the manager that `slicer.util` asks."""

    def fileType(self, fileName):
        for kind, extensions in TYPES.items():
            if str(fileName).lower().endswith(extensions):
                return kind
        return "NoFile"

    def fileWriterFileType(self, node, fileFormat=""):
        return next((kind for name, kind in CLASSES.items() if node.IsA(name)), "NoFile")

    def fileWriterExtensions(self, node):
        storage = node.CreateDefaultStorageNode()
        if storage is None:
            return ()
        storage.UnRegister(None)
        formats = storage.GetSupportedWriteFileTypes()
        listed = tuple(formats.GetValue(index) for index in range(formats.GetNumberOfValues()))
        return listed or tuple(f"Volume ({extension})" for extension in WRITABLE)

    def extractKnownExtension(self, fileName, node):
        get = slicer.vtkDataFileFormatHelper.GetFileExtensionFromFormatString
        known = [get(entry) for entry in self.fileWriterExtensions(node)]
        known = [entry for entry in known if fileName.lower().endswith(entry)]
        return max(known, key=len, default=Path(fileName).suffix)

    def loadNodes(self, fileType, properties, loaded, messages=None):
        fileName = properties["fileName"]
        if not Path(fileName).is_file() or (fileType not in PLAIN and f"_load{fileType}" not in dir(type(self))):
            return False
        if fileType == "SceneFile":
            return self._loadSceneFile(fileName, properties)
        name = properties.get("name") or Path(fileName).name.split(".")[0]
        if fileType in PLAIN:
            node = self._loadPlain(PLAIN[fileType], fileName, name)
        else:
            node = getattr(type(self), f"_load{fileType}")(self, fileName, name, properties)
        if node is not None:
            loaded.AddItem(node)
        return node is not None

    def _loadSceneFile(self, fileName, properties):
        scene, clear = slicer.mrmlScene, properties.get("clear", False)
        if fileName.endswith(".mrb"):
            return bool(scene.ReadFromMRB(fileName, clear))
        scene.SetURL(fileName)
        return bool(scene.Connect() if clear else scene.Import())

    def _loadVolumeFile(self, fileName, name, properties):
        flags = {"labelmap": 1, "center": 2, "singleFile": 4, "autoWindowLevel": 8, "discardOrientation": 16}
        options = sum(bit for key, bit in flags.items() if properties.get(key, key == "autoWindowLevel"))
        node = slicer.modules.volumes.logic().AddArchetypeVolume(fileName, name, options)
        if node is None:
            return None
        if "colorNodeID" in properties:
            node.GetDisplayNode().SetAndObserveColorNodeID(properties["colorNodeID"])
        if properties.get("show", True):
            selection = slicer.app.applicationLogic().GetSelectionNode()
            if node.IsA("vtkMRMLLabelMapVolumeNode"):
                selection.SetActiveLabelVolumeID(node.GetID())
            else:
                selection.SetActiveVolumeID(node.GetID())
            slicer.app.applicationLogic().PropagateVolumeSelection()
        return node

    def _loadTransformFile(self, fileName, name, properties):
        return slicer.modules.transforms.logic().AddTransform(fileName, slicer.mrmlScene)

    def _loadSegmentationFile(self, fileName, name, properties):
        return slicer.modules.segmentations.logic().LoadSegmentationFromFile(fileName, True, name)

    def _loadPlain(self, className, fileName, name):
        node = slicer.mrmlScene.AddNewNodeByClass(className, name)
        node.AddDefaultStorageNode(fileName)
        if node.GetStorageNode().ReadData(node):
            return node
        slicer.mrmlScene.RemoveNode(node)
        return None

    def saveNodes(self, fileType, properties, messages=None, scene=None):
        scene, fileName = scene or slicer.mrmlScene, str(properties["fileName"])
        if fileType == "SceneFile":
            return self._saveSceneFile(scene, fileName)
        node = scene.GetNodeByID(properties["nodeID"])
        if not node.GetStorageNode() and not node.AddDefaultStorageNode():
            return False
        storage = node.GetStorageNode()
        storage.SetFileName(fileName)
        if "fileFormat" in properties:
            storage.SetWriteFileFormat(properties["fileFormat"])
        if "useCompression" in properties:
            storage.SetUseCompression(int(properties["useCompression"]))
        done = bool(storage.WriteData(node))
        if messages is not None:
            messages.AddMessages(storage.GetUserMessages())
        return done

    def _saveSceneFile(self, scene, fileName):
        if fileName.endswith(".mrb"):
            return bool(scene.WriteToMRB(fileName))
        if fileName.endswith(".mrml"):
            scene.SetRootDirectory(str(Path(fileName).parent))
            return bool(scene.Commit(fileName))
        logic = slicer.app.applicationLogic()
        return bool(logic.SaveSceneToSlicerDataBundleDirectory(fileName, None))

    def exportNodes(self, nodeIDs, fileNames, properties, hardenTransforms, messages=None):
        """Write copies in a scene of their own, so that the nodes and their storage stay as they are."""
        copies = slicer.vtkMRMLScene()
        slicer.mrmlScene.CopyRegisteredNodesToScene(copies)
        done = True
        for nodeID, fileName in zip(nodeIDs, fileNames, strict=True):
            node = slicer.mrmlScene.GetNodeByID(nodeID)
            copy = copies.AddNewNodeByClass(node.GetClassName())
            copy.CopyContent(node, hardenTransforms)
            parent = node.GetParentTransformNode() if hardenTransforms else None
            if parent is not None:
                world = slicer.vtkMRMLTransformNode()
                copies.AddNode(world)
                general = _general(parent)
                world.SetAndObserveTransformFromParent(general)
                copy.SetAndObserveTransformNodeID(world.GetID())
                copy.HardenTransform()
            copy.AddDefaultStorageNode()
            own = {**properties, "nodeID": copy.GetID(), "fileName": fileName}
            done = self.saveNodes(self.fileWriterFileType(node), own, messages, copies) and done
        return done


def _general(parent):
    import vtk

    general = vtk.vtkGeneralTransform()
    parent.GetTransformFromWorld(general)
    return general
