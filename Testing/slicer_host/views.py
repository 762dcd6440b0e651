# ruff: noqa: N801
"""The slice views: the real logic of each, and its picture without any window."""

from __future__ import annotations

import numpy
import slicer
import vtk
from PySide6 import QtCore, QtWidgets
from vtk.util.numpy_support import vtk_to_numpy

from .declare import stored
from .faults import guarded

NAMES = ("Red", "Green", "Yellow")
SIZE = (300, 300)  # pixels of a view until somebody renders it in another size, and in the next scene


class qMRMLSliceView(QtWidgets.QWidget):
    """Where a slice would be drawn."""

    def mrmlSliceNode(self):
        return self.parent().mrmlSliceNode()

    def scheduleRender(self):
        pass

    forceRender = scheduleRender


class qMRMLSliceControllerWidget(QtWidgets.QWidget):
    """The bar over a slice view."""

    def mrmlSliceNode(self):
        return self.parent().mrmlSliceNode()

    def sliceLogic(self):
        return self.parent().sliceLogic()

    def mrmlSliceCompositeNode(self):
        return self.parent().mrmlSliceCompositeNode()

    def fitSliceToBackground(self):
        self.sliceLogic().FitSliceToBackground()

    def setForegroundOpacity(self, opacity):
        self.mrmlSliceCompositeNode().SetForegroundOpacity(opacity)

    def setSliceOffsetValue(self, offset):
        self.sliceLogic().SetSliceOffset(offset)

    def setSliceLink(self, linked):
        self.mrmlSliceCompositeNode().SetLinkedControl(linked)


class qMRMLSliceWidget(QtWidgets.QWidget):
    """A slice view with its controller, around the real slice logic."""

    sliceViewName = stored("sliceViewName", str)

    def __init__(self, name, logic):
        QtWidgets.QWidget.__init__(self)
        self.sliceViewName = name
        self._logic = logic
        self._view = qMRMLSliceView(self)
        self._controller = qMRMLSliceControllerWidget(self)

    def sliceLogic(self):
        return self._logic

    logic = sliceLogic

    def mrmlSliceNode(self):
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self):
        return self._logic.GetSliceCompositeNode()

    def sliceController(self):
        return self._controller

    def sliceView(self):
        return self._view

    def fitSliceToBackground(self):
        self._logic.FitSliceToBackground()


class qSlicerLayoutManager(QtCore.QObject):
    """Red, Green and Yellow, and the slice views of every layout that was chosen; no 3-D, plot or table views.

    A layout's new views come, as in Slicer, before `layoutChanged`. They go when the scene is closed, so that the next
    test begins without them; in Slicer they stay.
    """

    layoutChanged = QtCore.Signal(int)
    threeDViewCount = stored("threeDViewCount", int, 0)
    plotViewCount = stored("plotViewCount", int, 0)
    tableViewCount = stored("tableViewCount", int, 0)

    def __init__(self, scene, applicationLogic):
        QtCore.QObject.__init__(self)
        self._scene, self._applicationLogic = scene, applicationLogic
        self._layoutLogic = slicer.vtkMRMLLayoutLogic()
        self._layoutLogic.SetMRMLScene(scene)
        self._first = self._readLayout()
        self._logics = vtk.vtkCollection()
        self._widgets = {}
        for name in NAMES:
            self._addView(scene.GetNodeByID(f"vtkMRMLSliceNode{name}"))
        applicationLogic.SetSliceLogics(self._logics)
        scene.AddObserver(scene.EndCloseEvent, guarded(lambda *_: self._begin()), -1.0)

    def _addView(self, sliceNode):
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(self._applicationLogic)
        logic.SetMRMLScene(self._scene)
        logic.SetSliceNode(sliceNode)
        logic.ResizeSliceNode(*SIZE)
        self._logics.AddItem(logic)
        self._widgets[sliceNode.GetLayoutName()] = qMRMLSliceWidget(sliceNode.GetLayoutName(), logic)

    def _begin(self):
        """The first views alone, as large as at first: they outlive the scene, and what one test drew."""
        for name in set(self._widgets) - set(NAMES):
            logic = self._widgets.pop(name).sliceLogic()
            nodes = logic.GetSliceCompositeNode(), logic.GetSliceNode()
            self._logics.RemoveItem(logic)
            logic.SetMRMLScene(None)
            for node in nodes:
                self._scene.RemoveNode(node)
        for widget in self._widgets.values():
            if widget.mrmlSliceNode().GetDimensions()[:2] != SIZE:
                widget.sliceLogic().ResizeSliceNode(*SIZE)
        if self._readLayout() != self._first:
            self._layoutLogic.GetLayoutNode().SetViewArrangement(self._first)

    def _readLayout(self):
        return self._layoutLogic.GetLayoutNode().GetViewArrangement()

    def setLayout(self, layout):
        self._layoutLogic.GetLayoutNode().SetViewArrangement(layout)
        for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
            if node.GetLayoutName() not in self._widgets:
                self._addView(node)
        self.layoutChanged.emit(layout)

    layout = QtCore.Property(int, _readLayout, setLayout)

    def layoutLogic(self):
        return self._layoutLogic

    def sliceViewNames(self):
        return tuple(self._widgets)

    def sliceWidget(self, name):
        return self._widgets.get(name)

    def mrmlSliceLogics(self):
        return self._logics

    def resetSliceViews(self):
        for widget in self._widgets.values():
            widget.sliceLogic().FitSliceToAll()

    def resetThreeDViews(self):
        pass

    def threeDWidget(self, index):
        return None


def renderSlice(name: str, width: int, height: int) -> numpy.ndarray:
    """What the slice view shows of its volumes, [height, width, 3] bytes, drawn without OpenGL."""
    logic = slicer.app.layoutManager().sliceWidget(name).sliceLogic()
    if logic.GetSliceNode().GetDimensions()[:2] != (width, height):
        logic.ResizeSliceNode(width, height)
    connection = logic.GetImageDataConnection()
    if connection is None:
        return numpy.zeros((height, width, 3), numpy.uint8)
    connection.GetProducer().Update()
    image = connection.GetProducer().GetOutputDataObject(connection.GetIndex())
    columns, rows, _ = image.GetDimensions()
    values = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, -1)
    colors, alpha = values[::-1, :, :3], values[::-1, :, 3:4] / 255.0
    return numpy.ascontiguousarray((colors * alpha).astype(numpy.uint8))
