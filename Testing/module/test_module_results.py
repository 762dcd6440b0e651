"""Several results in one scene: each knows its pair, none is lost, and none stays in memory when the scene is gone."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from registered_scene import MODULE

QUICK = "start=none; levels=2; iterations=2; steps=1; threads=1"
SIZE = (12, 14, 16)


def volumes(*names: str):
    """Smooth blobs, each in another place."""
    import slicer

    k, j, i = np.meshgrid(*map(np.arange, SIZE), indexing="ij")
    nodes = []
    for number, name in enumerate(names):
        distance = (k - 5 - 0.4 * number) ** 2 + (j - 7) ** 2 + (i - 8 + 0.5 * number) ** 2
        nodes.append(slicer.util.addVolumeFromArray(np.exp(-distance / 20.0).astype(np.float32), None, name))
    return nodes


@pytest.fixture
def desk(host) -> Iterator[SimpleNamespace]:
    """The panel, and three volumes."""
    panel = host.load(MODULE)
    anna, bert, cleo = volumes("Anna", "Bert", "Cleo")
    yield SimpleNamespace(host=host, panel=panel, ui=panel.ui, anna=anna, bert=bert, cleo=cleo)
    host.unload("NODEORegistration")


def register(desk, fixed, moving, preset: str = "FAST"):
    """Press Register, wait, and return the nodes."""
    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume = fixed, moving
    parameters.preset = type(parameters.preset)[preset]
    parameters.other_settings = QUICK
    desk.ui.registerButton.click()
    run = desk.panel._run
    desk.host.wait(run.isOver, 60)
    desk.host.wait(0.01)
    assert run.state == "finished", run.message
    return run.nodes


def shown(desk):
    from NODEORegistrationLib import resultsOf

    return resultsOf(desk.panel._parameters)


def choices(desk) -> list[str]:
    box = desk.ui.resultComboBox
    return [box.itemText(index) for index in range(box.count)]


# --- apart ---


def test_two_pairs_are_two_results(desk) -> None:
    first = register(desk, desk.anna, desk.bert)
    names = {kind: node.GetName() for kind, node in first.items()}
    second = register(desk, desk.cleo, desk.bert, "BALANCED")
    assert {kind: node.GetName() for kind, node in first.items()} == names
    assert first["warped"].GetName() == "Bert on Anna, fast"
    assert second["warped"].GetName() == "Bert on Cleo, balanced"
    assert choices(desk) == ["Bert on Anna, fast", "Bert on Cleo, balanced"]
    assert desk.ui.resultComboBox.currentIndex == 1


def test_the_same_pair_again_gets_a_number(desk) -> None:
    register(desk, desk.anna, desk.bert)
    register(desk, desk.anna, desk.bert)
    assert choices(desk) == ["Bert on Anna, fast", "Bert on Anna, fast_1"]


def test_the_chooser_brings_a_result_back_with_its_own_pair(desk) -> None:
    first = register(desk, desk.anna, desk.bert)
    register(desk, desk.cleo, desk.bert)
    desk.ui.resultComboBox.setCurrentIndex(0)
    desk.ui.resultComboBox.activated(0)
    assert (shown(desk).fixed, shown(desk).moving, shown(desk).warped) == (desk.anna, desk.bert, first["warped"])
    assert "Fixed: Anna · Moving: Bert" in desk.ui.pairLabel.text
    assert "Other volumes are chosen above" in desk.ui.pairLabel.text
    assert "No folds." in desk.ui.verdictLabel.text


def test_other_volumes_above_do_not_change_what_is_inspected(desk) -> None:
    nodes = register(desk, desk.anna, desk.bert)
    desk.panel._parameters.fixedVolume = desk.cleo
    desk.ui.inspectCollapsibleButton.collapsed = False
    inspected = desk.panel._parts.inspectPanel.inspection.results
    assert (inspected.fixed, inspected.warped) == (desk.anna, nodes["warped"])


def test_a_volume_that_is_gone_is_told(desk) -> None:
    import slicer

    register(desk, desk.anna, desk.bert)
    slicer.mrmlScene.RemoveNode(desk.bert)
    desk.host.wait(0.02)
    assert "Moving: Bert. Not both are in the scene any more." in desk.ui.pairLabel.text
    assert not desk.ui.applyButton.enabled


def test_a_result_that_is_removed_leaves_the_chooser(desk) -> None:
    import slicer

    for node in register(desk, desk.anna, desk.bert).values():
        slicer.mrmlScene.RemoveNode(node)
    desk.host.wait(0.02)
    assert choices(desk) == []
    assert desk.ui.verdictLabel.text == "Nothing registered yet."
    assert not desk.ui.exportButton.enabled


def test_a_saved_scene_has_all_its_results_again(desk, tmp_path: Path) -> None:
    import slicer

    register(desk, desk.anna, desk.bert)
    register(desk, desk.cleo, desk.bert, "BALANCED")
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    desk.panel.parent.exit()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"), {"clear": True})
    desk.panel.parent.enter()
    assert choices(desk) == ["Bert on Anna, fast", "Bert on Cleo, balanced"]
    assert (shown(desk).fixed.GetName(), shown(desk).moving.GetName()) == ("Cleo", "Bert")


# --- updated by choice ---


def folder_of(node) -> str:
    import slicer

    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    return tree.GetItemName(tree.GetItemParent(tree.GetItemByDataNode(node)))


def test_a_node_that_is_chosen_to_be_updated_gets_the_new_name_and_folder(desk) -> None:
    first = register(desk, desk.anna, desk.bert)
    desk.panel._parameters.outputWarped = first["warped"]
    second = register(desk, desk.cleo, desk.bert)
    assert second["warped"] is first["warped"]
    assert second["warped"].GetName() == "Bert on Cleo, fast"
    assert folder_of(second["warped"]) == folder_of(second["transform"]) == "NODEO: Bert on Cleo, fast"
    assert folder_of(first["transform"]) == "NODEO: Bert on Anna, fast"
    assert choices(desk) == ["Bert to Anna, fast", "Bert on Cleo, fast"]


def test_a_name_of_ones_own_stays(desk) -> None:
    import slicer

    mine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "for the talk")
    desk.panel._parameters.outputWarped = mine
    assert register(desk, desk.anna, desk.bert)["warped"] is mine
    assert mine.GetName() == "for the talk"


def test_a_folder_that_is_left_empty_goes(desk) -> None:
    import slicer

    first = register(desk, desk.anna, desk.bert)
    for kind, name in (("transform", "outputTransform"), ("warped", "outputWarped"), ("jacobian", "outputJacobian")):
        setattr(desk.panel._parameters, name, first[kind])
    register(desk, desk.cleo, desk.bert)
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    assert tree.GetItemByName("NODEO: Bert on Anna, fast") == 0
    assert tree.GetItemByName("NODEO: Bert on Cleo, fast") != 0


# --- memory ---


def alive(references: list) -> list:
    gc.collect()
    return [reference() for reference in references if reference() is not None]


@pytest.mark.parametrize("count", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_nothing_of_a_run_outlives_its_scene(host, count: int) -> None:
    import slicer

    panel = host.load(MODULE)
    runs, images = [], []
    for _ in range(count):
        anna, bert = volumes("Anna", "Bert")
        desk = SimpleNamespace(host=host, panel=panel, ui=panel.ui)
        parameters = panel._parameters
        parameters.fixedVolume, parameters.movingVolume = anna, bert
        parameters.other_settings = QUICK
        panel.ui.registerButton.click()
        runs.append(weakref.ref(panel._run))
        host.wait(lambda: panel._run is None, 60)
        desk.ui.inspectCollapsibleButton.collapsed = False
        for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
            images.append(weakref.ref(node.GetImageData()))
        del anna, bert, node, parameters
        slicer.mrmlScene.Clear(0)
        host.wait(0.05)
    assert len(images) >= 4 * count
    assert alive(runs) == []
    assert alive(images) == []
    host.unload("NODEORegistration")


def test_a_function_that_is_called_later_is_let_go(host) -> None:
    host.load(MODULE)
    from NODEORegistrationLib import later

    class Thing:
        def __init__(self) -> None:
            self.calls = 0

        def call(self) -> None:
            self.calls += 1

    thing, calls = Thing(), []
    reference = weakref.ref(thing)
    later(thing.call)
    later(lambda: calls.append(1), 5)
    assert thing.calls == 0
    host.wait(lambda: calls == [1])
    assert thing.calls == 1
    del thing
    assert alive([reference]) == []
    host.unload("NODEORegistration")


def test_what_a_killed_slicer_left_is_swept(host) -> None:
    import slicer

    host.load(MODULE)
    from NODEORegistrationLib.scene.TemporaryFolder import newFolder, sweep

    mine, place = newFolder(), Path(slicer.app.temporaryPath)
    other = subprocess.Popen([sys.executable, "-c", ""])
    other.wait()
    dead, notes = place / mine.name.replace(str(os.getpid()), str(other.pid)), place / "NODEO-notes"
    for folder in (dead, notes):
        folder.mkdir()
    sweep()
    assert mine.is_dir() and str(os.getpid()) in mine.name and notes.is_dir()
    assert not dead.exists()
    mine.rmdir()
    notes.rmdir()
    host.unload("NODEORegistration")


# --- the panel around it ---


def test_after_the_scene_nothing_tells_of_the_last_run(desk) -> None:
    import slicer

    register(desk, desk.anna, desk.bert)
    assert desk.ui.progressFrame.visible
    slicer.mrmlScene.Clear(0)
    desk.host.wait(0.02)
    assert not desk.ui.progressFrame.visible
    assert desk.ui.logTextEdit.plainText == ""
    assert desk.ui.verdictLabel.text == "Nothing registered yet."


def test_why_register_cannot_be_pressed_stands_under_it_and_marks_the_row(desk) -> None:
    import slicer

    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume = desk.anna, None
    assert desk.ui.reasonLabel.text.startswith("Choose a moving volume") and desk.ui.reasonLabel.visible
    assert desk.ui.movingVolumeLabel.styleSheet and not desk.ui.fixedVolumeLabel.styleSheet
    parameters.movingVolume = desk.bert
    assert not desk.ui.reasonLabel.visible and not desk.ui.movingVolumeLabel.styleSheet

    scaling = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "scaling")
    matrix = np.diag([1.0, 2.0, 1.0, 1.0])
    scaling.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    desk.anna.SetAndObserveTransformNodeID(scaling.GetID())
    assert "scales or shears" in desk.ui.reasonLabel.text and desk.ui.fixedVolumeLabel.styleSheet
    assert not desk.ui.registerButton.enabled


def test_the_slider_shifts_the_weights_and_the_preset_stays(desk) -> None:
    parameters, ui = desk.panel._parameters, desk.ui
    parameters.preset = type(parameters.preset).BALANCED
    before = parameters.lambda_s, parameters.lambda_df
    ui.detailSlider.value = 1.0
    assert (parameters.lambda_s, parameters.lambda_df) == pytest.approx([0.5 * weight for weight in before])
    assert parameters.preset.value == "balanced"
    ui.detailSlider.value = -1.0
    assert (parameters.lambda_s, parameters.lambda_df) == pytest.approx([2.0 * weight for weight in before])
    ui.lambdaSSpinBox.value = 3.0
    assert parameters.preset.value == "custom"
    ui.detailSlider.value = 0.0
    assert parameters.lambda_s == pytest.approx(1.5) and parameters.preset.value == "custom"


# --- words ---


def measured(**changes) -> dict:
    """Metrics of a good registration."""
    metrics = {
        "folding": {"voxels": 0},
        "inverse_folding": {"voxels": 0},
        "jacobian": {"min": 0.3, "max": 2.0, "p1": 0.45, "p99": 1.8},
        "inverse_consistency_mm": {"mean": 0.03, "p99": 0.2},
        "similarity": {"name": "lncc", "before": 0.46, "after": 0.1},
        "fallbacks": [],
    }
    return {**metrics, **changes}


@pytest.mark.parametrize(
    ("changes", "light", "words"),
    [
        ({}, "GREEN", "No folds. 98 % of the volume changes 0.45 to 1.8 times. Inverse exact to 0.03 mm on average."),
        ({"folding": {"voxels": 12}}, "RED", "12 voxels are folded."),
        ({"inverse_folding": {"voxels": 3}}, "AMBER", "No folds, but 3 on the way back."),
        ({"similarity": {"before": 0.5, "after": 0.49}}, "AMBER", "hardly better than before"),
        ({"similarity": {"before": 0.001, "after": 0.001}}, "GREEN", "they were alike before"),
        ({"fallbacks": ["The registration may be lost."]}, "AMBER", "The registration may be lost."),
        ({"jacobian": {"p1": -1.8, "p99": -0.45}}, "GREEN", "changes 0.45 to 1.8 times."),
        ({"similarity": {"before": 0.015, "after": 0.5}}, "AMBER", "worse than before"),
        ({"inverse_consistency_mm": {"mean": 0.05, "p99": 9.0}}, "AMBER", "but to 9.0 mm at 1 % of the points"),
        ({"folding": {"voxels": 500}, "inverse_folding": None}, "RED", "500 voxels are folded."),
        ({"similarity": None, "folding": {}}, "GREEN", "Inverse exact"),
    ],
)
def test_the_verdict_in_words(host, changes: dict, light: str, words: str) -> None:
    host.load(MODULE)
    from NODEORegistrationLib.scene import Verdict

    color, sentences = Verdict.verdict(measured(**changes))
    assert color == getattr(Verdict, light)
    assert words in sentences
    host.unload("NODEORegistration")


# --- what goes along ---


def test_what_was_drawn_on_the_moving_volume_goes_along(desk) -> None:
    import slicer
    from NODEORegistrationLib.panel.ApplyDialog import ApplyDialog

    scene = slicer.mrmlScene
    nodes = register(desk, desk.anna, desk.bert)
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "organs")
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(desk.bert)
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "landmarks")
    elsewhere = scene.AddNewNodeByClass("vtkMRMLModelNode", "elsewhere")
    shift = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "shift")
    elsewhere.SetAndObserveTransformNodeID(shift.GetID())

    dialog = ApplyDialog(shown(desk))
    ticks = {node.GetName(): box for box, node in dialog.boxes}
    assert {name: box.checked for name, box in ticks.items()} == {
        "Bert": True, "Cleo": False, "organs": True, "landmarks": False,
    }  # fmt: skip
    ticks["landmarks"].checked = True
    dialog.apply()
    for node in (desk.bert, segmentation, points):
        assert node.GetParentTransformNode() is nodes["transform"]
    assert desk.cleo.GetParentTransformNode() is None and elsewhere.GetParentTransformNode() is shift

    again = ApplyDialog(shown(desk))
    ticks = {node.GetName(): box for box, node in again.boxes}
    assert ticks["landmarks"].checked
    ticks["landmarks"].checked = False
    again.apply()
    assert points.GetParentTransformNode() is None
    assert segmentation.GetParentTransformNode() is nodes["transform"]


def test_who_is_taken_out_lies_where_it_lay_before(desk) -> None:
    import slicer
    from NODEORegistrationLib.scene.Companions import companionsOf, putUnder, takeOut

    turn = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    desk.bert.SetAndObserveTransformNodeID(turn.GetID())
    nodes = register(desk, desk.anna, desk.bert)
    (bert, *_others) = companionsOf(shown(desk))
    assert bert.node is desk.bert
    putUnder([desk.bert], nodes["transform"])
    assert desk.bert.GetParentTransformNode() is nodes["transform"]
    takeOut([desk.bert])
    assert desk.bert.GetParentTransformNode() is turn


# --- the engine's hints in the panel's words ---


def test_every_hint_of_the_engine_names_the_panel_s_controls(host) -> None:
    host.load(MODULE)
    from nodeo.errors import CODES
    from NODEORegistrationLib.run.Hints import remedy

    never_in_the_panel = {"labels", "output"}
    assert remedy({"code": "settings", "hint": "Did you mean 'lambda_s'?"}) == "Did you mean 'lambda_s'?"
    for code in CODES:
        words = remedy({"code": code, "hint": "Use --initial center"})
        assert ("--" in words) == (code in never_in_the_panel), code
    assert remedy({"hint": "Draw the region in it."}) == "Draw the region in it."
    host.unload("NODEORegistration")


def test_volumes_that_do_not_overlap_are_answered_in_the_panel_s_words(desk) -> None:
    import vtk

    far = vtk.vtkMatrix4x4()
    far.SetElement(0, 3, 500.0)
    desk.bert.SetIJKToRASMatrix(far)
    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume, parameters.other_settings = desk.anna, desk.bert, QUICK
    desk.ui.registerButton.click()
    desk.host.wait(lambda: desk.panel._run is None, 60)
    desk.host.wait(lambda: desk.host.dialogs.seen)
    said = desk.host.dialogs.seen[-1].text
    assert "do not overlap" in said and "Align the centers" in said and "--" not in said


# --- over each other at once ---


def colors(*volumes) -> list[str]:
    return [volume.GetDisplayNode().GetColorNode().GetName() for volume in volumes]


def test_two_chosen_volumes_are_seen_over_each_other_until_the_module_is_left(desk) -> None:
    for volume in (desk.anna, desk.bert):
        volume.CreateDefaultDisplayNodes()
    before = colors(desk.anna, desk.bert)
    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume = desk.anna, desk.bert
    assert colors(desk.anna, desk.bert) == ["Green", "Magenta"]
    desk.panel.parent.exit()
    assert colors(desk.anna, desk.bert) == before
    desk.panel.parent.enter()
    assert colors(desk.anna, desk.bert) == ["Green", "Magenta"]


def test_after_done_the_result_is_inspected_and_the_volumes_have_their_colors_again(desk) -> None:
    for volume in (desk.anna, desk.bert):
        volume.CreateDefaultDisplayNodes()
    before = colors(desk.anna, desk.bert)
    nodes = register(desk, desk.anna, desk.bert)
    assert not desk.ui.inspectCollapsibleButton.collapsed
    assert colors(desk.anna, nodes["warped"]) == ["Green", "Magenta"]
    assert colors(desk.bert) == before[1:]
    desk.ui.inspectCollapsibleButton.collapsed = True
    assert colors(desk.anna, desk.bert) == before


# --- two results side by side ---


def test_two_results_are_compared_volume_over_volume_and_figure_beside_figure(desk) -> None:
    first = register(desk, desk.anna, desk.bert)
    second = register(desk, desk.anna, desk.bert, "BALANCED")
    ui = desk.ui
    assert [ui.versusComboBox.itemText(i) for i in range(ui.versusComboBox.count)] == ["None", "Bert on Anna, fast"]
    assert not ui.comparisonLabel.visible
    ui.versusComboBox.setCurrentIndex(1)
    ui.versusComboBox.activated(1)
    assert ui.inspectModeComboBox.currentText == "Both results: warped, warped"
    assert colors(second["warped"], first["warped"]) == ["Green", "Magenta"]
    text = ui.comparisonLabel.text
    assert ui.comparisonLabel.visible
    assert text.index("Bert on Anna, balanced") < text.index("Bert on Anna, fast") < text.index("Folded voxels")
    assert text.count("<tr>") > 5 and "–" not in text
    assert "Correlation with fixed" in text and "Similarity" not in text
    ui.versusComboBox.setCurrentIndex(0)
    ui.versusComboBox.activated(0)
    assert not ui.comparisonLabel.visible
    titles = [ui.inspectModeComboBox.itemText(i) for i in range(ui.inspectModeComboBox.count)]
    assert not any(title.startswith("Both") for title in titles)


# --- what a hostile reviewer found ---


def test_a_copy_of_a_result_is_not_taken_for_it(desk) -> None:
    import slicer

    nodes = register(desk, desk.anna, desk.bert)
    copy = slicer.vtkSlicerVolumesLogic.CloneVolume(slicer.mrmlScene, nodes["warped"], "masked by me")
    desk.host.wait(0.02)
    assert copy.GetAttribute("NODEO.Kind") == "warped"
    assert shown(desk).warped is nodes["warped"]


def test_all_nodes_that_are_updated_are_renamed(desk) -> None:
    first = register(desk, desk.anna, desk.bert)
    for kind, name in (("transform", "outputTransform"), ("jacobian", "outputJacobian")):
        setattr(desk.panel._parameters, name, first[kind])
    second = register(desk, desk.cleo, desk.bert)
    assert second["transform"].GetName() == "Bert to Cleo, fast"
    assert second["jacobian"].GetName() == "Bert on Cleo, fast, Jacobian"


def layers() -> set[tuple]:
    import slicer

    return {
        (view.GetBackgroundVolumeID(), view.GetForegroundVolumeID(), view.GetCompositing())
        for view in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    }


def test_a_run_that_ends_behind_another_module_leaves_it_the_views(desk) -> None:
    import slicer

    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume, parameters.other_settings = desk.anna, desk.bert, QUICK
    desk.ui.registerButton.click()
    run = desk.panel._run
    desk.panel.parent.exit()
    slicer.util.setSliceViewerLayers(background=desk.cleo, foreground=None)
    before = layers()
    desk.host.wait(run.isOver, 60)
    desk.host.wait(0.02)
    assert run.state == "finished" and layers() == before


def test_another_pair_while_a_result_is_inspected_closes_inspect_first(desk) -> None:
    import slicer

    slicer.util.setSliceViewerLayers(background=desk.cleo, foreground=None)
    mine = layers()
    register(desk, desk.anna, desk.bert)
    own = colors(desk.cleo)
    desk.ui.inspectCollapsibleButton.collapsed = True
    slicer.util.setSliceViewerLayers(background=desk.cleo, foreground=None)
    desk.ui.inspectCollapsibleButton.collapsed = False
    desk.panel._parameters.movingVolume = desk.cleo
    assert desk.ui.inspectCollapsibleButton.collapsed
    assert colors(desk.anna, desk.cleo) == ["Green", "Magenta"]
    desk.panel.parent.exit()
    assert layers() == mine and colors(desk.cleo) == own


def test_a_volume_that_is_shown_meanwhile_stays_in_the_views(desk) -> None:
    import slicer

    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume = desk.anna, desk.bert
    slicer.util.setSliceViewerLayers(background=desk.cleo, foreground=None)
    desk.panel.parent.exit()
    assert {background for background, _foreground, _compositing in layers()} == {desk.cleo.GetID()}
    assert len({compositing for *_layers, compositing in layers()}) == 1


def test_a_result_of_a_script_is_in_the_open_panel(desk) -> None:
    run = desk.panel.logic.register(
        desk.anna, desk.bert, preset="fast", levels=[2], iterations=[2], steps=[1], threads=1
    )
    desk.host.wait(0.02)
    assert choices(desk) == [run.nodes["warped"].GetName()]


def test_one_scene_opened_twice_has_two_results(desk, tmp_path: Path) -> None:
    import slicer

    register(desk, desk.anna, desk.bert)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrml"))
    desk.panel.parent.exit()
    slicer.util.loadScene(str(tmp_path / "scene.mrml"), {"clear": False})
    from NODEORegistrationLib import resultsInScene
    from NODEORegistrationLib.scene.Startup import _onImported

    _onImported(None, None)
    there = resultsInScene()
    assert len(there) == 2 and there[0].warped is not there[1].warped
    assert all(None not in (results.fixed, results.moving, results.transform) for results in there)


def test_under_two_results_in_turn_and_out_again(desk) -> None:
    import slicer
    from NODEORegistrationLib.scene.Companions import putUnder, takeOut

    place = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "place")
    desk.bert.SetAndObserveTransformNodeID(place.GetID())
    one, other = (register(desk, desk.anna, desk.bert)["transform"] for _ in range(2))
    for transform in (one, other):
        putUnder([desk.bert], transform)
    takeOut([desk.bert])
    assert desk.bert.GetParentTransformNode() is place


def test_before_is_not_offered_when_the_moving_volume_has_been_moved(desk) -> None:
    from NODEORegistrationLib.scene.Companions import putUnder

    nodes = register(desk, desk.anna, desk.bert)
    inspection = desk.panel._parts.inspectPanel.inspection
    assert "before" in inspection.modes()
    putUnder([desk.bert], nodes["transform"])
    assert "before" not in inspection.modes()


def test_a_scene_that_is_closed_during_a_run_leaves_no_word_of_it(desk) -> None:
    import slicer

    parameters = desk.panel._parameters
    parameters.fixedVolume, parameters.movingVolume = desk.anna, desk.bert
    parameters.other_settings = QUICK.replace("iterations=2", "iterations=1000000; tolerance=0")
    desk.ui.registerButton.click()
    run = desk.panel._run
    desk.host.wait(lambda: run.history or run.isOver(), 60)
    slicer.mrmlScene.Clear(0)
    desk.host.wait(run.isOver, 15)
    desk.host.wait(0.02)
    assert not desk.ui.progressFrame.visible and desk.ui.registerButton.text == "Register"


def test_only_results_of_the_same_fixed_volume_are_compared(desk) -> None:
    register(desk, desk.anna, desk.bert)
    register(desk, desk.cleo, desk.bert)
    assert desk.ui.versusComboBox.count == 1 and not desk.ui.versusComboBox.visible


def test_the_names_tell_of_the_slider(desk) -> None:
    desk.panel._parameters.detail = 1.0
    assert register(desk, desk.anna, desk.bert)["warped"].GetName() == "Bert on Anna, fast, more detailed"
