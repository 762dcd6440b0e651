"""The section Batch: many moving volumes onto one fixed one, one after the other, each a row."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from registered_scene import MODULE

SIZE = (12, 14, 16)
QUICK = {"start": "none", "levels": [2], "iterations": [2], "steps": [1], "threads": 1}
QUICK_TEXT = "start=none; levels=2; iterations=2; steps=1; threads=1"
ENDLESS_TEXT = "start=none; levels=2; iterations=1000000; steps=1; threads=1; tolerance=0"


def blob(name: str, shift: float = 0.0):
    import slicer

    k, j, i = np.meshgrid(*map(np.arange, SIZE), indexing="ij")
    distance = (k - 5 - shift) ** 2 + (j - 7) ** 2 + (i - 8 + shift) ** 2
    return slicer.util.addVolumeFromArray(np.exp(-distance / 20.0).astype(np.float32), None, name)


def segmented(volume, shift: int):
    """A segmentation drawn on a volume, of one structure."""
    import slicer

    codes = np.zeros(SIZE, np.uint8)
    codes[3 + shift : 8 + shift, 4:10, 5 - shift : 11 - shift] = 1
    labels = slicer.util.addVolumeFromArray(codes, None, "codes", "vtkMRMLLabelMapVolumeNode")
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"organs of {volume.GetName()}")
    slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labels, node)
    node.GetSegmentation().GetNthSegment(0).SetName("liver")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    slicer.mrmlScene.RemoveNode(labels)
    return node


@pytest.fixture
def desk(host) -> Iterator[SimpleNamespace]:
    """The panel, a fixed volume, and four others: one of them holds nothing, one is a single slice."""
    import slicer

    panel = host.load(MODULE)
    anna, bert, cleo = blob("Anna"), blob("Bert", 0.5), blob("Cleo", 1.0)
    flat = slicer.util.addVolumeFromArray(np.full(SIZE, 3.0, np.float32), None, "Flat")
    one = slicer.util.addVolumeFromArray(np.ones((1, 14, 16), np.float32), None, "Slice")
    panel._parameters.fixedVolume = anna
    panel._parameters.preset = type(panel._parameters.preset).FAST
    panel._parameters.other_settings = QUICK_TEXT
    panel.ui.batchCollapsibleButton.collapsed = False
    host.wait(0.02)
    yield SimpleNamespace(host=host, panel=panel, ui=panel.ui, anna=anna, bert=bert, cleo=cleo, flat=flat, one=one)
    host.unload("NODEORegistration")


def tick(desk, *names: str) -> None:
    import qt

    for row in range(desk.ui.batchList.count):
        item = desk.ui.batchList.item(row)
        item.setCheckState(qt.Qt.Checked if item.text() in names else qt.Qt.Unchecked)


def ticked(desk) -> list[str]:
    import qt

    rows = [desk.ui.batchList.item(row) for row in range(desk.ui.batchList.count)]
    return [row.text() for row in rows if row.checkState() == qt.Qt.Checked]


def table(desk) -> list[list[str]]:
    widget = desk.ui.batchTable
    return [[widget.item(row, column).text() for column in range(4)] for row in range(widget.rowCount)]


def batch_of(desk):
    return desk.panel._parts.batchBox.batch


def until_over(desk, seconds: float = 90) -> None:
    desk.host.wait(lambda: batch_of(desk) is None, seconds)
    desk.host.wait(0.02)


def tree():
    import slicer

    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def test_every_row_has_its_end_and_a_double_click_shows_it(desk) -> None:
    import slicer

    organs = segmented(desk.anna, 0)
    segmented(desk.cleo, 1)
    desk.panel._parameters.fixedStructures = organs
    tick(desk, "Bert", "Flat", "Slice", "Cleo")
    assert desk.ui.batchButton.text == "Register all (4)"
    shown = []
    desk.panel._parts.batchBox.started.connect(lambda run: shown.append(run.request.moving.GetName()))
    desk.ui.batchButton.click()
    assert desk.ui.batchButton.text == "Cancel" and not desk.ui.batchList.enabled
    assert [row[:2] for row in table(desk)] == [
        ["Bert", "0 %"],
        ["Cleo", "Waiting"],
        ["Flat", "Waiting"],
        ["Slice", "Failed: A single slice can only be registered with a single slice."],
    ]
    until_over(desk)
    bert, cleo, flat, _one = table(desk)
    assert shown == ["Bert", "Cleo", "Flat"]
    assert bert[1:3] == cleo[1:3] == ["Done", "0"]
    assert "→" in bert[3] and not bert[3].startswith("Dice")
    assert cleo[3].startswith("Dice 0.") and flat[1].startswith("Failed: ") and len(flat[1]) > 30
    results = {one.moving.GetName(): one for one in lib().resultsInScene()}
    assert set(results) == {"Bert", "Cleo"} and all(one.fixed is desk.anna for one in results.values())
    folders = [tree().GetItemParent(tree().GetItemByDataNode(one.warped)) for one in results.values()]
    assert len(set(folders)) == 2
    assert [tree().GetItemName(folder) for folder in folders] == [f"NODEO: {name} on Anna, fast" for name in results]
    desk.ui.batchTable.cellDoubleClicked(2, 1)  # it has no result
    desk.ui.batchTable.cellDoubleClicked(0, 1)
    assert desk.panel._parameters.result == results["Bert"].mark
    views = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    assert {view.GetForegroundVolumeID() for view in views} == {results["Bert"].warped.GetID()}
    assert desk.ui.batchButton.text == "Register all (4)" and desk.ui.batchList.enabled
    assert not desk.host.dialogs.seen


def lib():
    import NODEORegistrationLib

    return NODEORegistrationLib


def test_cancel_stops_the_run_and_forgets_those_that_wait(desk) -> None:
    desk.panel._parameters.other_settings = ENDLESS_TEXT
    tick(desk, "Bert", "Cleo")
    desk.host.wait(0.02)
    before = desk.host.snapshot()
    desk.ui.batchButton.click()
    first, _second = batch_of(desk).runs
    desk.host.wait(lambda: first.history or first.isOver(), 60)
    assert first.state == "running" and "%" in table(desk)[0][1]
    assert "Level" in desk.ui.stageLabel.text  # the progress is that of a single run
    desk.host.wait(0.5)  # a double click on Register all does not mean Cancel
    desk.ui.batchButton.click()
    until_over(desk, 15)
    assert [row[1] for row in table(desk)] == ["Cancelled", "Cancelled"]
    desk.host.wait(0.05)
    assert desk.host.snapshot() == before


def test_a_scene_that_is_closed_ends_it(desk) -> None:
    import slicer

    desk.panel._parameters.other_settings = ENDLESS_TEXT
    tick(desk, "Bert", "Cleo")
    desk.ui.batchButton.click()
    runs = batch_of(desk).runs
    desk.host.wait(lambda: runs[0].state == "running", 30)
    slicer.mrmlScene.Clear(0)
    desk.host.wait(lambda: all(run.state == "cancelled" for run in runs), 15)
    desk.host.wait(0.05)
    assert batch_of(desk) is None and desk.ui.batchTable.rowCount == 0 and not desk.host.dialogs.seen
    assert desk.ui.batchButton.text == "Register all" and not desk.ui.batchButton.enabled


def test_a_panel_that_is_left_while_packages_are_installed_starts_nothing(desk, monkeypatch) -> None:
    from NODEORegistrationLib.run import Dependencies

    tick(desk, "Bert")
    monkeypatch.setattr(Dependencies, "ensure", lambda: desk.panel.parent.exit() or "")
    desk.host.dialogs.answer("no scene", None)
    desk.ui.batchButton.click()
    assert batch_of(desk) is None and "no scene" in desk.host.dialogs.seen[-1].text
    assert desk.host.faults == []


def test_a_folder_ticks_its_volumes_and_no_others(desk) -> None:
    import slicer

    subject = tree().CreateSubjectItem(tree().GetSceneItemID(), "Patient 7")
    study = tree().CreateStudyItem(subject, "Follow-up")
    for node in (desk.cleo, desk.flat):
        tree().SetItemParent(tree().GetItemByDataNode(node), study)
    tick(desk, "Bert")
    desk.ui.batchCollapsibleButton.collapsed = True
    desk.ui.batchCollapsibleButton.collapsed = False
    box = desk.ui.batchFolderComboBox
    titles = [box.itemText(index) for index in range(box.count)]
    assert titles == ["Tick …", "All (4)", "None (0)", "Patient 7 (2)", "Follow-up (2)"]
    box.activated(titles.index("Follow-up (2)"))
    assert ticked(desk) == ["Cleo", "Flat"]
    box.activated(2)
    assert ticked(desk) == [] and "Tick the volumes" in desk.ui.batchReasonLabel.text
    box.activated(1)
    assert ticked(desk) == ["Bert", "Cleo", "Flat", "Slice"]
    desk.panel._parameters.fixedVolume = desk.bert  # which cannot be registered to itself
    assert ticked(desk) == ["Cleo", "Flat", "Slice"] and desk.ui.batchButton.text == "Register all (3)"
    slicer.mrmlScene.RemoveNode(desk.flat)
    desk.host.wait(0.02)
    assert ticked(desk) == ["Cleo", "Slice"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fixedVolume": None}, "Choose a fixed volume"),
        ({"initial": "POINTS"}, "A batch knows no points"),
        ({"initial": "NODE"}, "Choose the transform to start from"),
        ({"levels": "3"}, "Levels lists shrink factors"),
        ({"createTransform": False, "createWarped": False, "createJacobian": False}, "at least one output"),
    ],
)
def test_what_concerns_all_is_said_before(desk, change: dict, words: str) -> None:
    tick(desk, "Bert")
    parameters = desk.panel._parameters
    for name, value in change.items():
        setattr(parameters, name, type(parameters.initial)[value] if name == "initial" else value)
    assert not desk.ui.batchButton.enabled and words in desk.ui.batchReasonLabel.text


def test_what_belongs_to_the_moving_volume_of_the_panel_stays_with_it(desk) -> None:
    import slicer
    from NODEORegistrationLib.run.BatchRequests import batchRequests

    parameters, scene = desk.panel._parameters, slicer.mrmlScene
    parameters.movingVolume = desk.flat
    parameters.movingMask, parameters.fixedMask = segmented(desk.flat, 0), segmented(desk.anna, 0)
    parameters.fixedStructures = parameters.fixedMask
    parameters.fixedPoints = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "here")
    parameters.movingPoints = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "there")
    parameters.outputWarped = blob("old result")
    organs = segmented(desk.cleo, 1)
    bert, cleo = batchRequests(parameters, [desk.bert, desk.cleo])
    assert (bert.fixed, bert.moving, cleo.moving) == (desk.anna, desk.bert, desk.cleo)
    assert bert.fixedMask is parameters.fixedMask and bert.movingMask is None
    assert bert.fixedPoints is bert.movingPoints is bert.fixedStructures is bert.movingStructures is None
    assert (cleo.fixedStructures, cleo.movingStructures) == (parameters.fixedMask, organs)
    assert cleo.structureNames() == ["liver"]
    assert cleo.outputs == {"transform": None, "warped": None, "jacobian": None}


def test_a_script_gets_a_run_for_each_and_no_exception_for_one_that_fails(desk) -> None:
    logic = desk.panel.logic
    batch = logic.registerAll(desk.anna, [desk.one, desk.cleo, desk.cleo], "fast", outputs=["warped"], **QUICK)
    assert [run.state for run in batch.runs] == ["failed", "finished"] and batch.isOver()
    assert "single slice" in batch.runs[0].message and list(batch.runs[1].nodes) == ["warped"]
    assert batch.runs[1].nodes["warped"].GetName() == "Cleo on Anna, fast"
    assert (batch.rows[1].name, batch.rows[1].folds) == ("Cleo", "0")
    with pytest.raises(ValueError, match="at least one moving volume"):
        logic.registerAll(desk.anna, [])
    assert desk.ui.batchTable.rowCount == 0  # it is not the panel's
