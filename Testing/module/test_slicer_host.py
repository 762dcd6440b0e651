"""The stand-in for Slicer is as strict as PythonQt, and its parameter nodes are as Slicer's are."""

import enum
import hashlib
import json
import logging
import os
import signal
import sys
import time
import types
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

pytest_plugins = ["slicer_host.fixtures"]

UI = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>Tiny</class>
 <widget class="qMRMLWidget" name="Tiny">
  <layout class="QVBoxLayout">
   <item><widget class="ctkCollapsibleButton" name="inputs">
     <property name="text"><string>Inputs</string></property>
     <layout class="QFormLayout">
      <item row="0" column="0"><widget class="QLabel" name="volumeLabel">
        <property name="text"><string>Volume:</string></property>
        <property name="buddy"><cstring>volume</cstring></property>
      </widget></item>
      <item row="0" column="1"><widget class="qMRMLNodeComboBox" name="volume">
        <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
        <property name="noneEnabled"><bool>true</bool></property>
        <property name="SlicerParameterName" stdset="0"><string>volume</string></property>
      </widget></item>
      <item row="1" column="1"><widget class="ctkSliderWidget" name="weight">
        <property name="suffix"><string> mm</string></property>
        <property name="SlicerParameterName" stdset="0"><string>weight</string></property>
      </widget></item>
     </layout>
   </widget></item>
   <item><widget class="QPushButton" name="apply">
     <property name="text"><string>Apply</string></property></widget></item>
  </layout>
 </widget>
 <customwidgets>
  <customwidget><class>qMRMLWidget</class><extends>QWidget</extends></customwidget>
  <customwidget><class>qMRMLNodeComboBox</class><extends>QWidget</extends></customwidget>
  <customwidget><class>ctkCollapsibleButton</class><extends>QWidget</extends></customwidget>
  <customwidget><class>ctkSliderWidget</class><extends>QWidget</extends></customwidget>
 </customwidgets>
 <connections><connection>
  <sender>Tiny</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
  <receiver>volume</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
 </connection></connections>
</ui>
"""

MODULE = """
from typing import Annotated, Optional
import slicer
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import *
from slicer.util import VTKObservationMixin

@parameterNodeWrapper
class Parameters:
    volume: Optional[vtkMRMLScalarVolumeNode]
    weight: Annotated[float, WithinRange(0.0, 5.0)] = 1.5

class Tiny(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = _("Tiny")
        parent.categories = ["Examples"]

class TinyWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.cleanedUp = False

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        panel = slicer.util.loadUI(self.resourcePath("UI/Tiny.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = TinyLogic()
        self.parameters = Parameters(self.logic.getParameterNode())
        named = {widget.property("SlicerParameterName"): widget for widget in vars(self.ui).values()}
        self.tag = self.parameters.connectParametersToGui({name: named[name] for name in named if name})
        self.ui.apply.connect("clicked()", self.onApply)

    def onReload(self):
        import sys

        del sys.modules["json"]
        ScriptedLoadableModuleWidget.onReload(self)

    def cleanup(self):
        self.cleanedUp = True
        self.parameters.disconnectGui(self.tag)

    def onApply(self):
        self.ui.apply.text = f"{self.parameters.weight:g} {self.parameters.volume.GetName()}"

class TinyLogic(ScriptedLoadableModuleLogic):
    pass
"""


@pytest.fixture
def qt(host):
    import qt

    return qt


@pytest.fixture
def slicer(host):
    import slicer

    return slicer


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A scripted module of a few lines."""
    (tmp_path / "Resources" / "UI").mkdir(parents=True)
    (tmp_path / "Resources" / "UI" / "Tiny.ui").write_text(UI)
    (tmp_path / "Tiny.py").write_text(MODULE)
    return tmp_path / "Tiny.py"


@pytest.fixture
def volume(slicer):
    node = slicer.util.addVolumeFromArray(np.arange(1000, dtype=np.float32).reshape(10, 10, 10), name="cube")
    node.CreateDefaultDisplayNodes()
    return node


# --- PythonQt ---


def test_properties_are_attributes(qt):
    button = qt.QPushButton("Go")
    button.text = "Stop"
    button.enabled = False
    assert (button.text, button.enabled, button.isEnabled()) == ("Stop", False, False)
    with pytest.raises(TypeError, match="not callable"):
        button.text()


def test_setters_and_getters_of_other_names_stay_methods(qt):
    box = qt.QCheckBox()
    box.setText("on")
    box.setChecked(True)
    assert box.isChecked() and box.checked and box.text == "on"


def test_name_is_the_object_name(qt):
    label = qt.QLabel()
    label.name = "title"
    assert label.objectName == label.name == "title"


@pytest.mark.parametrize("assign", ["txt", "currentText", "clicked", "setText", "_private"])
def test_nobody_adds_attributes_to_cpp_objects(qt, assign):
    with pytest.raises(AttributeError):
        setattr(qt.QPushButton(), assign, "x")
    with pytest.raises(AttributeError):
        setattr(qt.QSize(), assign, "x")


def test_read_only_properties_and_wrong_types_are_refused(qt):
    with pytest.raises(AttributeError):
        qt.QProgressBar().text = "x"
    with pytest.raises(AttributeError):
        qt.QPushButton().text = None
    with pytest.raises(AttributeError):
        qt.QSpinBox().value = "three"


def test_a_python_class_may_have_attributes_of_its_own(qt):
    class Panel(qt.QWidget):
        pass

    panel = Panel()
    panel.note = "mine"
    panel.enabled = False
    assert panel.note == "mine" and not panel.isEnabled()


def test_constructors_and_methods_take_no_keywords_paths_or_numpy_numbers(qt, tmp_path):
    with pytest.raises(TypeError, match="keyword"):
        qt.QPushButton("Go", checkable=True)
    with pytest.raises(TypeError, match="keyword"):
        qt.QPushButton().setText(text="Go")
    with pytest.raises(TypeError, match="path"):
        qt.QFile(tmp_path)
    with pytest.raises(TypeError, match="plain number"):
        qt.QSpinBox().setValue(np.int64(3))
    with pytest.raises(TypeError, match="plain number"):
        qt.QSpinBox().value = np.int64(3)


def test_lists_come_back_as_tuples(qt):
    parent = qt.QWidget()
    child = qt.QLabel("a", parent)
    assert parent.findChildren(qt.QLabel) == (child,) and parent.children() == (child,)


def test_a_wrong_signature_raises(qt, slicer):
    from slicer_host.strict import WrongSignatureError

    with pytest.raises(WrongSignatureError, match=r"clicked\(bool\)"):
        qt.QPushButton().connect("clicked(int)", print)
    with pytest.raises(WrongSignatureError):
        slicer.qMRMLNodeComboBox().connect("currentNodeChanged()", print)
    with pytest.raises(WrongSignatureError):
        qt.QPushButton().connect("clicked()", None)
    with pytest.raises(AttributeError):
        qt.QPushButton().pressedTwice.connect(print)


def test_slots_get_as_many_arguments_as_they_take(qt):
    got = []
    button = qt.QPushButton()
    button.checkable = True
    button.connect("clicked()", lambda: got.append("none"))
    button.connect("clicked(bool)", lambda checked: got.append(checked))
    button.clicked.connect(lambda: got.append("some"))
    button.click()
    assert sorted(map(str, got)) == ["True", "none", "some"]


def test_disconnect(qt):
    got = []

    class Listener:
        def hear(self):
            got.append(1)

    listener, button = Listener(), qt.QPushButton()
    button.connect("clicked()", listener.hear)
    assert button.disconnect("clicked()", listener.hear) and not button.disconnect("clicked()", listener.hear)
    button.click()
    assert got == []


def test_exceptions_in_slots_and_observers_are_swallowed_and_kept(host, qt, slicer, volume):
    import vtk

    button = qt.QPushButton()
    button.clicked.connect(lambda: 1 / 0)
    button.click()
    volume.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: {}["missing"])
    volume.Modified()
    qt.QTimer.singleShot(0, lambda: int("x"))
    host.wait(0.05)
    assert [fault.splitlines()[-1].split(":")[0] for fault in host.faults] == [
        "ZeroDivisionError",
        "KeyError",
        "ValueError",
    ]
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        host.check()
    host.faults.clear()


def test_a_deleted_object_raises_value_error(host, qt):
    label = qt.QLabel("a")
    label.deleteLater()
    host.wait(0.02)
    assert not label
    with pytest.raises(ValueError, match="deleted"):
        label.text.strip()
    with pytest.raises(ValueError, match="deleted"):
        label.text = "b"


def test_enumerations_are_flat_integers(qt):
    label = qt.QLabel()
    label.alignment = qt.Qt.AlignRight | qt.Qt.AlignTop
    assert label.alignment == qt.Qt.AlignRight + qt.Qt.AlignTop
    assert (qt.QProcess.NotRunning, qt.QMessageBox.Yes, qt.QDialog.Accepted) == (0, 16384, 1)


def test_scoped_enumerations_are_found_when_a_module_is_loaded(host, tiny):
    tiny.write_text(MODULE + "\ndef far():\n    import qt\n    return qt.Qt.AlignmentFlag.AlignLeft\n")
    with pytest.raises(AssertionError, match=r"qt\.Qt\.AlignmentFlag\.AlignLeft"):
        host.load(tiny)


def test_processes_speak_bytes(host, qt):
    process = qt.QProcess()
    ended, lines = [], []
    process.connect("readyReadStandardOutput()", lambda: lines.append(process.readAllStandardOutput().data()))
    process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: ended.append((code, status)))
    process.start("PythonSlicer", ["-c", "print(input()[::-1]); raise SystemExit(3)"])
    process.write(b"abc\n")
    host.wait(lambda: ended)
    assert (b"".join(lines), ended) == (b"cba\n", [(3, qt.QProcess.NormalExit)])
    missing = qt.QProcess()
    missing.connect("errorOccurred(QProcess::ProcessError)", lambda error: ended.append(error))
    missing.start("/nowhere/at/all", [])
    host.wait(lambda: ended[-1] == qt.QProcess.FailedToStart)


def test_killing_the_launcher_leaves_its_child(host, qt, tmp_path):
    note = tmp_path / "pid"
    process = qt.QProcess()
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(30)"
    process.start("PythonSlicer", ["-c", code])
    child = int(host.wait(lambda: note.exists() and note.read_text()))
    process.kill()
    process.waitForFinished(5000)
    os.kill(child, 0)  # still there
    os.kill(child, signal.SIGKILL)


# --- dialogs ---


def test_questions_are_answered_by_the_test(host, qt, slicer):
    host.dialogs.answer("overwrite", True)
    host.dialogs.answer("overwrite", False)
    assert slicer.util.confirmYesNoDisplay("Overwrite it?")
    assert not slicer.util.confirmOkCancelDisplay("Overwrite it?")
    host.dialogs.answer("getSaveFileName", "/tmp/a.nrrd")
    assert qt.QFileDialog.getSaveFileName(None, "Save", "", "*.nrrd") == "/tmp/a.nrrd"
    slicer.util.errorDisplay("It failed", detailedText="line 1")
    assert (host.dialogs.seen[-1].text, host.dialogs.seen[-1].details) == ("It failed", "line 1")


def test_a_dialog_of_its_own_is_filled_in_by_a_function(host, qt):
    dialog = qt.QDialog()
    dialog.windowTitle = "Export"
    edit = qt.QLineEdit(dialog)

    def fill(shown):
        edit.text = "here"
        shown.accept()

    host.dialogs.answer("Export", fill)
    assert dialog.exec_() == qt.QDialog.Accepted and edit.text == "here"


def test_a_question_without_an_answer_is_a_fault(host, slicer):
    assert not slicer.util.confirmYesNoDisplay("Really?")
    assert "Really?" in host.faults.pop()


def test_under_testing_nothing_is_asked(host, slicer):
    host.setTesting(True)
    assert not slicer.util.confirmYesNoDisplay("Really?")  # True == qt.QMessageBox.Yes is what Slicer asks itself
    slicer.util.errorDisplay("It failed")
    assert host.dialogs.seen == []


# --- parameter nodes ---


class Mode(enum.Enum):
    FAST = 1
    SLOW = 2

    def label(self):
        return self.name.title()


def _wrapped(slicer, **annotations):
    """A wrapper class of these fields, around a node of the scene."""
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    defaults = annotations.pop("defaults", {})
    cls = parameterNodeWrapper(type("Wrapped", (), {"__annotations__": annotations, **defaults}))
    return cls(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "parameters"))


def test_values_are_texts_and_references_of_the_node(slicer, volume):
    from slicer.parameterNodeWrapper import parameterPack

    @parameterPack
    class Inner:
        mode: Mode = Mode.SLOW

    @parameterPack
    class Pack:
        depth: int = 3
        inner: Inner

    wrapped = _wrapped(slicer, pack=Pack, volume=slicer.vtkMRMLScalarVolumeNode | None, flag=bool, sizes=list[int])
    wrapped.volume, wrapped.flag, wrapped.pack.inner.mode = volume, True, Mode.FAST
    wrapped.sizes = [4, 2]
    wrapped.sizes.append(1)
    node = wrapped.parameterNode
    assert [node.GetParameter(name) for name in ("pack.depth", "pack.inner.mode", "flag", "sizes.len", "sizes.2")] == [
        *("3", "FAST", "True"),
        *("3", "1"),
    ]
    assert node.GetNodeReference("volume.0") is volume
    wrapped.setValue("pack.inner.mode", Mode.SLOW)
    assert wrapped.getValue("pack.inner").mode is Mode.SLOW and wrapped.dataType("pack.depth") is int
    wrapped.volume = None
    assert wrapped.volume is None


def test_what_cannot_be_kept_is_refused_when_the_class_is_made(slicer):
    with pytest.raises(Exception, match="Unable to create serializer"):
        _wrapped(slicer, thing=set)
    with pytest.raises(ValueError, match="reserved"):
        _wrapped(slicer, default=int)


def test_values_out_of_range_are_refused(slicer):
    from slicer.parameterNodeWrapper import Choice, Minimum, WithinRange

    wrapped = _wrapped(
        slicer,
        weight=Annotated[float, WithinRange(0, 5)],
        count=Annotated[int, Minimum(1)],
        unit=Annotated[str, Choice(["mm", "vox"])],
        defaults={"count": 1, "unit": "mm"},
    )
    for name, value in (("weight", 5.1), ("count", 0), ("unit", "cm")):
        with pytest.raises(ValueError):
            setattr(wrapped, name, value)
    with pytest.raises(TypeError):
        wrapped.weight = "heavy"
    assert (wrapped.weight, wrapped.count, wrapped.unit) == (0, 1, "mm")


def test_an_unknown_name_of_an_old_scene_raises(slicer):
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    node.SetParameter("mode", "WARP_9")
    cls = parameterNodeWrapper(type("Wrapped", (), {"__annotations__": {"mode": Mode}}))
    with pytest.raises(ValueError, match="WARP_9"):
        cls(node)


def test_observers_of_the_wrapper_hear_the_node(slicer):
    import vtk
    from slicer.util import VTKObservationMixin

    wrapped, heard = _wrapped(slicer, size=int), []
    mixin = VTKObservationMixin()
    mixin.addObserver(wrapped, vtk.vtkCommand.ModifiedEvent, lambda caller, event: heard.append(wrapped.size))
    wrapped.size = 3
    with slicer.util.NodeModify(wrapped):
        wrapped.size = 4
        wrapped.size = 5
    assert heard == [3, 5]
    mixin.removeObservers()
    with pytest.raises(AttributeError):
        wrapped.GetName()


def test_widgets_follow_parameters_and_parameters_widgets(qt, slicer):
    import ctk
    from slicer.parameterNodeWrapper import WithinRange

    annotations = {"mode": Mode, "weight": Annotated[float, WithinRange(0, 5)], "note": str}
    wrapped = _wrapped(slicer, **annotations)
    widgets = {"mode": qt.QComboBox(), "weight": ctk.ctkSliderWidget(), "note": qt.QLineEdit()}
    for name, widget in widgets.items():
        widget.setProperty("SlicerParameterName", name)
    assert wrapped.connectGui(types.SimpleNamespace()) is None  # as in Slicer: it forgets the tag
    tag = wrapped.connectParametersToGui(widgets)
    assert (widgets["mode"].currentText, widgets["weight"].maximum) == ("Fast", 5)
    widgets["mode"].currentIndex = 1
    widgets["note"].text = "hello"
    wrapped.weight = 2.5
    assert (wrapped.mode, wrapped.note, widgets["weight"].value) == (Mode.SLOW, "hello", 2.5)
    wrapped.disconnectGui(tag)
    widgets["note"].text = "bye"
    assert wrapped.note == "hello"


def test_widgets_that_cannot_show_a_type_are_refused(qt, slicer):
    import ctk

    for annotation, widget in ((float, qt.QSpinBox()), (str, qt.QPlainTextEdit()), (float, ctk.ctkSliderWidget())):
        wrapped = _wrapped(slicer, value=annotation)
        with pytest.raises(RuntimeError):
            wrapped.connectParametersToGui({"value": widget})


# --- the application ---


def test_a_module_is_loaded_used_reloaded_and_unloaded(host, slicer, tiny, volume):
    widget = host.load(tiny)
    assert slicer.modules.tiny.title == "Tiny" and widget.parent.isEntered
    assert slicer.util.getModuleWidget("Tiny") is widget
    widget.ui.volume.setCurrentNode(volume)
    widget.ui.weight.value = 2
    widget.ui.apply.click()
    assert widget.ui.apply.text == "2 cube"
    again = host.reload("Tiny")
    assert widget.cleanedUp and again is not widget and again.ui.weight.value == 2
    assert sys.modules["json"] is json
    host.unload("Tiny")
    assert again.cleanedUp and "Tiny" not in sys.modules


def test_a_fault_while_loading_raises(host, tiny):
    tiny.write_text(MODULE.replace("clicked()", "clicked(int)"))
    with pytest.raises(AssertionError, match="WrongSignatureError"):
        host.load(tiny)
    host.faults.clear()


@pytest.mark.parametrize(
    ("before", "after"),
    [("ctkSliderWidget", "ctkDial"), ('"suffix"', '"sufix"'), ("mrmlSceneChanged(vtk", "mrmlSceneChange(vtk")],
)
def test_a_ui_file_with_a_mistake_raises(host, tiny, before, after):
    file = tiny.parent / "Resources" / "UI" / "Tiny.ui"
    file.write_text(file.read_text().replace(before, after))
    with pytest.raises(AssertionError):
        host.load(tiny)
    host.faults.clear()


def test_parameters_survive_saving_and_loading(host, slicer, tiny, volume, tmp_path):
    widget = host.load(tiny)
    widget.parameters.volume, widget.parameters.weight = volume, 4.0
    host.saveAndReload(tmp_path / "scene.mrb")
    loaded = type(widget.parameters)(widget.logic.getParameterNode())
    assert (loaded.volume.GetName(), loaded.weight) == ("cube", 4.0)
    assert np.array_equal(slicer.util.arrayFromVolume(loaded.volume).ravel(), np.arange(1000))


def test_node_selectors_follow_the_scene(host, slicer, volume):
    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = ["vtkMRMLLabelMapVolumeNode"]
    selector.noneEnabled = True
    selector.setMRMLScene(slicer.mrmlScene)
    changes = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", changes.append)
    assert selector.nodeCount() == 0
    labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    selector.setCurrentNode(labels)
    slicer.mrmlScene.RemoveNode(labels)
    assert changes == [labels, None] and selector.currentNode() is None


def test_a_selector_that_stands_at_none_leaves_it_when_none_is_renamed(slicer, volume):
    """As in Slicer, where the row is removed before the new one is put in."""
    second = slicer.util.addVolumeFromArray(np.zeros((2, 2, 2)))
    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes, selector.noneEnabled = ["vtkMRMLScalarVolumeNode"], True
    selector.noneDisplay = "Choose one"  # nothing happens before there is a scene
    selector.setMRMLScene(slicer.mrmlScene)
    changes = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", changes.append)
    selector.noneDisplay = "Choose one"
    assert changes == [] and selector.currentNode() is None
    selector.noneDisplay = "None"
    assert changes == [second]
    selector.setCurrentNode(volume)
    selector.noneDisplay = "Nothing"
    assert selector.currentNode() is volume


def test_closing_the_scene_keeps_the_views_and_says_so(slicer, volume):
    events, scene = [], slicer.mrmlScene
    tags = [
        scene.AddObserver(event, lambda caller, name: events.append(name))
        for event in (scene.StartCloseEvent, scene.EndCloseEvent)
    ]
    slicer.util.setSliceViewerLayers(background=volume)
    scene.Clear(0)
    for tag in tags:
        scene.RemoveObserver(tag)
    assert len(events) == 2
    assert slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode().GetOrientation() == "Axial"


def test_a_snapshot_tells_every_change(host, slicer, volume):
    before = host.snapshot()
    assert before == host.snapshot()
    array = slicer.util.arrayFromVolume(volume)
    array[0, 0, 0] += 1
    assert host.snapshot() != before
    array[0, 0, 0] -= 1
    assert host.snapshot() == before
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    assert host.snapshot() != before


def test_files_are_written_and_read_by_the_real_storage(host, slicer, volume, tmp_path):
    before = host.snapshot()
    assert slicer.util.exportNode(volume, str(tmp_path / "cube.nii.gz"), {"useCompression": False})
    assert host.snapshot() == before
    loaded = slicer.util.loadVolume(str(tmp_path / "cube.nii.gz"), {"name": "again", "show": False})
    assert loaded.GetName() == "again"
    assert np.array_equal(slicer.util.arrayFromVolume(loaded), slicer.util.arrayFromVolume(volume))
    (tmp_path / "broken.h5").write_text("not a transform")
    for name in ("none.h5", "broken.h5"):
        with pytest.raises(RuntimeError):
            slicer.util.loadTransform(str(tmp_path / name))
    assert any(warning.startswith("VTK: ") for warning in host.warnings)


def test_data_stand_in_the_tree(slicer, volume):
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = tree.GetItemByDataNode(volume)
    folder = tree.CreateFolderItem(tree.GetSceneItemID(), "folder")
    tree.SetItemParent(item, folder)
    assert tree.GetItemParent(tree.GetItemByDataNode(volume)) == folder
    slicer.mrmlScene.RemoveNode(volume)
    assert tree.GetNumberOfItems() == 1


def test_slices_are_drawn(host, slicer, volume):
    other = slicer.modules.volumes.logic().CloneVolume(slicer.mrmlScene, volume, "other")
    slicer.util.arrayFromVolume(other)[:] = 999
    other.GetDisplayNode().AutoWindowLevelOff()
    other.GetDisplayNode().SetWindowLevelMinMax(0, 999)
    slicer.util.setSliceViewerLayers(background=volume, foreground=other, foregroundOpacity=0, fit=True)
    dark = host.renderSlice("Red", 100, 80)
    slicer.util.setSliceViewerLayers(foregroundOpacity=1)
    bright = host.renderSlice("Red", 100, 80)
    assert dark.shape == (80, 100, 3)
    assert bright[40, 50].min() == 255 > dark[40, 50].max() and not bright[0, 0].any()


def test_a_view_that_was_drawn_in_another_size_has_its_own_again_in_the_next_scene(host, slicer, volume):
    view = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    before = view.GetDimensions()
    host.renderSlice("Red", 100, 80)
    assert view.GetDimensions() != before
    host.reset()
    assert view.GetDimensions() == before


def test_a_panel_is_drawn_with_its_text(host, tiny, tmp_path, qt):
    widget = host.load(tiny)
    needed, height = host.grab(widget.parent, tmp_path / "panel.png", 400)
    image = qt.QImage(str(tmp_path / "panel.png"))
    assert (image.width(), image.height()) == (400, height) and needed <= 400
    widget.ui.inputs.collapsed = True
    assert host.grab(widget.parent, tmp_path / "panel.png")[1] < height
    family = qt.QFontInfo(widget.ui.apply.font).family()
    assert "DejaVu" in family


def test_packages_are_missing_declined_installed(host, slicer):
    host.packages.hide("torch")
    assert not slicer.packaging.pip_check("torch>=1")
    host.dialogs.answer("Install", False)
    with pytest.raises(RuntimeError, match="declined"):
        slicer.packaging.pip_ensure("torch>=1", requester="Tiny")
    host.dialogs.answer("Install", True)
    slicer.packaging.pip_ensure("torch>=1", requester="Tiny")
    assert host.packages.installed == ["torch>=1"] and slicer.packaging.pip_check("torch>=1")


def test_older_slicer_has_no_packaging(host, slicer):
    host.setVersion(5, 10)
    assert not hasattr(slicer, "packaging") and slicer.app.minorVersion == 10
    with pytest.raises(ImportError):
        __import__("slicer.packaging")
    host.packages.hide("torchdiffeq")
    slicer.util.pip_install("torchdiffeq>=0.2")
    assert host.packages.installed == ["torchdiffeq>=0.2"]


def test_the_extension_for_torch_comes_and_goes(host):
    with pytest.raises(ImportError):
        import PyTorchUtils
    host.setPyTorchExtension(True)
    import PyTorchUtils

    host.packages.hide("torch")
    logic = PyTorchUtils.PyTorchUtilsLogic()
    assert not logic.torchInstalled()
    assert logic.installTorch() is not None and logic.torchInstalled()


def test_sample_data_are_checked_and_loaded(slicer, volume, tmp_path):
    import SampleData

    file = tmp_path / "cube.nrrd"
    slicer.util.exportNode(volume, str(file), {"useCompression": False})
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    for name, checksum in (("good", digest), ("bad", "0" * 64)):
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="Tiny",
            sampleName=name,
            uris=[file.as_uri()],
            fileNames=[f"{name}.nrrd"],
            nodeNames=[name],
            checksums=[f"SHA256:{checksum}"],
        )
    assert SampleData.downloadSample("good").GetName() == "good"
    with pytest.raises(ValueError, match="checksum"):
        SampleData.downloadSample("bad")


def test_waiting_ends_with_the_condition_or_with_an_error(host):
    begin = time.monotonic()
    assert host.wait(lambda: time.monotonic() - begin > 0.05)
    with pytest.raises(AssertionError, match=r"0\.05 s"):
        host.wait(lambda: False, seconds=0.05)


def test_the_end_of_the_application_is_told(host, slicer):
    told = []
    slicer.app.connect("aboutToQuit()", lambda: told.append(1))
    host.quit()
    assert told == [1]


def test_status_settings_and_folders(slicer, qt, caplog):
    assert slicer.util.showStatusMessage("ready")
    assert slicer.util.mainWindow().statusBar().currentMessage() == "ready"
    qt.QSettings().setValue("Tiny/flag", True)
    assert slicer.util.settingsValue("Tiny/flag", False, converter=slicer.util.toBool)
    folder = Path(slicer.util.tempDirectory())
    assert folder.is_dir() and folder.is_relative_to(slicer.app.temporaryPath)
    folder.rmdir()  # the host is shared, and other tests look whether anything was left behind
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError), slicer.util.tryWithErrorDisplay("Failed"):
        int("x")
    assert "Failed" in caplog.text
