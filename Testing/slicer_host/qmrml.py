# ruff: noqa: N801
"""Slicer's own widgets over the real scene: `slicer.qMRMLWidget`, `slicer.qMRMLNodeComboBox` and their like."""

from __future__ import annotations

from typing import Any, ClassVar

import slicer
from PySide6 import QtCore, QtWidgets

from .ctk import ctkDoubleSpinBox, ctkSliderWidget
from .declare import row, setters, stored
from .faults import guarded

Signal = QtCore.Signal


class qMRMLWidget(QtWidgets.QWidget):
    """A widget that knows the scene."""

    SIGNATURES: ClassVar = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChanged"}
    mrmlSceneChanged = Signal(object)

    def __init__(self, parent=None):
        QtWidgets.QWidget.__init__(self, parent)
        self._scene = None

    def mrmlScene(self):
        return self._scene

    def setMRMLScene(self, scene):
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


class qMRMLSliderWidget(ctkSliderWidget):
    """A slider with a unit of the scene."""

    quantity = stored("quantity", str)
    unitAwareProperties = stored("unitAwareProperties", int)

    def setMRMLScene(self, scene):
        pass


class qMRMLSpinBox(ctkDoubleSpinBox):
    """A spin box with a unit of the scene."""

    quantity = stored("quantity", str)

    def setMRMLScene(self, scene):
        pass


NAMES = ("nodeTypes", "showHidden", "showChildNodeTypes", "hideChildNodeTypes", "noneEnabled", "addEnabled")
MORE_NAMES = ("removeEnabled", "editEnabled", "renameEnabled", "selectNodeUponCreation", "noneDisplay")


@setters(*NAMES, *MORE_NAMES)
class qMRMLNodeComboBox(QtWidgets.QWidget):
    """A combo box of the nodes of some classes, in the order in which they came into the scene."""

    SIGNATURES: ClassVar = {
        "currentNodeChanged(vtkMRMLNode*)": "currentNodeChanged",
        "currentNodeChanged(bool)": "_validNodeChanged",
        "nodeActivated(vtkMRMLNode*)": "nodeActivated",
        "nodeAdded(vtkMRMLNode*)": "nodeAdded",
        "nodeAddedByUser(vtkMRMLNode*)": "nodeAddedByUser",
        "nodeAboutToBeRemoved(vtkMRMLNode*)": "nodeAboutToBeRemoved",
    }
    currentNodeChanged = Signal(object)
    currentNodeIDChanged = Signal(str)
    _validNodeChanged = Signal(bool)
    nodeActivated = Signal(object)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeAboutToBeRemoved = Signal(object)

    nodeTypes = stored("nodeTypes", "QStringList", [], "_refresh")
    showHidden = stored("showHidden", bool, False, "_refresh")
    showChildNodeTypes = stored("showChildNodeTypes", bool, True, "_refresh")
    hideChildNodeTypes = stored("hideChildNodeTypes", "QStringList", [], "_refresh")
    baseName = stored("baseName", str)
    noneEnabled = stored("noneEnabled", bool, False, "_refresh")
    noneDisplay = stored("noneDisplay", str, "None", "_renameNone")
    addEnabled = stored("addEnabled", bool, True)
    removeEnabled = stored("removeEnabled", bool, True)
    editEnabled = stored("editEnabled", bool)
    renameEnabled = stored("renameEnabled", bool)
    selectNodeUponCreation = stored("selectNodeUponCreation", bool, True)
    interactionNodeSingletonTag = stored("interactionNodeSingletonTag", str)
    sizeAdjustPolicy = stored("sizeAdjustPolicy", int)

    def __init__(self, parent=None):
        QtWidgets.QWidget.__init__(self, parent)
        self._scene = None
        self._tags: list[int] = []
        self._attributes: dict[str, dict[str, Any]] = {}
        self._labels: dict[str, str] = {}
        self._ids: list[str] = []  # what the combo box lists; "" stands for none
        self._filling = False
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setSizeAdjustPolicy(QtWidgets.QComboBox.AdjustToMinimumContentsLengthWithIcon)
        self._combo.currentIndexChanged.connect(self._onIndexChanged)
        self._combo.activated.connect(self._onActivated)
        row(self, self._combo)
        self.enabled = False

    # --- scene ---

    def mrmlScene(self):
        return self._scene

    def setMRMLScene(self, scene):
        if scene is self._scene:
            return
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._scene, self._tags = scene, []
        self.enabled = scene is not None
        if scene is not None:
            events = (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndBatchProcessEvent)
            refresh = _whileAlive(self, type(self)._refresh)
            self._tags = [scene.AddObserver(event, refresh) for event in events]
        self._refresh()

    def addAttribute(self, nodeType, name, value=None):
        self._attributes.setdefault(nodeType, {})[name] = value
        self._refresh()

    def removeAttribute(self, nodeType, name):
        self._attributes.get(nodeType, {}).pop(name, None)
        self._refresh()

    def setNodeTypeLabel(self, label, nodeType):
        self._labels[nodeType] = label

    def nodeTypeLabel(self, nodeType):
        return self._labels.get(nodeType) or self._scene.GetTypeDisplayNameByClassName(nodeType)

    def _accepts(self, node) -> bool:
        if node.GetHideFromEditors() and not self.showHidden:
            return False
        if any(node.IsA(kind) for kind in self.hideChildNodeTypes):
            return False
        for kind in self.nodeTypes:
            if node.IsA(kind) if self.showChildNodeTypes else node.GetClassName() == kind:
                wanted = self._attributes.get(kind, {})
                return all(
                    node.GetAttribute(name) is not None and (value is None or node.GetAttribute(name) == str(value))
                    for name, value in wanted.items()
                )
        return False

    def _refresh(self, *_):
        if self._scene is None or (self._scene.IsBatchProcessing() and self._ids):
            return
        before, row_ = self.currentNodeID, self._combo.currentIndex
        wasEmpty = not any(self._ids)
        every = [self._scene.GetNthNode(index) for index in range(self._scene.GetNumberOfNodes())]
        nodes = [node for node in every if self._accepts(node)]
        self._filling = True
        self._combo.clear()
        self._ids = [""] * self.noneEnabled + [node.GetID() for node in nodes]
        self._combo.addItems([self.noneDisplay] * self.noneEnabled + [node.GetName() or "" for node in nodes])
        if before in self._ids and before:
            index = self._ids.index(before)
        elif before:  # the current one went: Qt goes on with the one before it
            index = min(row_ - 1, len(self._ids) - 1)
        else:
            index = 0 if self.noneEnabled or (wasEmpty and nodes) else -1
        self._combo.currentIndex = index
        self._filling = False
        if self.currentNodeID != before:
            self._emit()

    def _renameNone(self):
        """Slicer takes the row away and puts in another: a selector that stood there goes on to its last node."""
        stoodThere = self.noneEnabled and not self.currentNodeID
        self._refresh()
        if stoodThere and any(self._ids):
            self.setCurrentNodeID(self._ids[-1])

    # --- the current node ---

    def currentNode(self):
        return self._scene.GetNodeByID(self.currentNodeID) if self._scene is not None and self.currentNodeID else None

    def _readCurrentNodeID(self):
        index = self._combo.currentIndex
        return self._ids[index] if 0 <= index < len(self._ids) else ""

    def setCurrentNodeID(self, nodeID):
        self._combo.currentIndex = self._ids.index(nodeID) if nodeID in self._ids else (0 if self.noneEnabled else -1)

    currentNodeID = QtCore.Property(str, _readCurrentNodeID, setCurrentNodeID)

    def setCurrentNode(self, node):
        if node is not None and not isinstance(node, slicer.vtkMRMLNode):
            raise TypeError(f"setCurrentNode() takes a node or None, not {node!r}")
        self.setCurrentNodeID(node.GetID() if node is not None else "")

    def setCurrentNodeIndex(self, index):
        self._combo.currentIndex = index + self.noneEnabled

    def nodeCount(self):
        return len([identifier for identifier in self._ids if identifier])

    def nodeFromIndex(self, index):
        return self._scene.GetNodeByID(self._ids[index + self.noneEnabled])

    def nodes(self):
        return tuple(self.nodeFromIndex(index) for index in range(self.nodeCount()))

    def comboBox(self):
        return self._combo

    def addNode(self, nodeType=None):
        """What "Create new …" of the menu does."""
        nodeType = nodeType or self.nodeTypes[0]
        name = self._scene.GenerateUniqueName(self.baseName or self.nodeTypeLabel(nodeType))
        node = self._scene.CreateNodeByClass(nodeType)
        node.UnRegister(None)
        node.SetName(name)
        for attribute, value in self._attributes.get(nodeType, {}).items():
            node.SetAttribute(attribute, "" if value is None else str(value))
        node = self._scene.AddNode(node)
        if self.selectNodeUponCreation:
            self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    def setBaseName(self, name, nodeType=""):
        self.baseName = name

    def addMenuAction(self, action):
        pass

    def _onIndexChanged(self, index):
        if not self._filling:
            self._emit()

    def _onActivated(self, index):
        self.nodeActivated.emit(self.currentNode())

    def _emit(self):
        node = self.currentNode()
        self.currentNodeChanged.emit(node)
        self._validNodeChanged.emit(node is not None)
        self.currentNodeIDChanged.emit(self.currentNodeID)


def _whileAlive(widget: QtWidgets.QWidget, method):
    """An observer that forgets the widget when Qt deletes it."""

    def call(*_):
        if widget:
            guarded(method)(widget)

    return call
