"""Structures of a series' reference, followed through its frames: what is asked, and what comes back into the scene."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from series_scene import SHIFTS, add_series, ball
from test_module_run import fresh_host, pixels, temporary_folders, until_over
from test_module_series import SHORT, add_couch, endless, open_panel, reason, show

CORE, CAP, APEX = 4, 9, 2  # codes of a label map, and an order of its own
NAMES = {CORE: "core", CAP: "cap", APEX: "apex"}


def drawing(shift: float = 0.0) -> np.ndarray:
    """Codes [k, j, i] of what is drawn in the ball: two halves of its core, and a small part of the lower one."""
    z, y, x = np.meshgrid(np.arange(16), np.arange(18), np.arange(20), indexing="ij")
    x = x - shift / 1.5
    codes = np.where((x - 10) ** 2 + (y - 9) ** 2 + (z - 8) ** 2 < 4.2**2, np.where(y < 9, CORE, CAP), 0)
    codes[(codes == CORE) & (z < 6)] = APEX
    return codes.astype(np.int16)


def label_map(series, name: str = "drawn"):
    """A label map of the first frame, with a color table of its own."""
    import slicer
    import vtk

    colors = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLColorTableNode", "parts")
    colors.SetTypeToUser()
    colors.SetNumberOfColors(10)
    for code, title in NAMES.items():
        colors.SetColor(code, title, 0.1 * code, 0.5, 0.2, 1.0)
    place = vtk.vtkMatrix4x4()
    series.sequence.GetNthDataNode(0).GetIJKToRASMatrix(place)
    node = slicer.util.addVolumeFromArray(drawing(), place, name, "vtkMRMLLabelMapVolumeNode")
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    return node


def segmentation(series, name: str = "organs"):
    """The same as a segmentation."""
    import slicer

    labels = label_map(series)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    assert slicer.vtkSlicerSegmentationsModuleLogic.ImportLabelmapToSegmentationNode(labels, node)
    slicer.mrmlScene.RemoveNode(labels)
    return node


def voxels_of(node, name: str, volume) -> np.ndarray:
    """Where a segment is, on the voxels of a volume: [k, j, i] as true and false."""
    import slicer
    import vtk
    from NODEORegistrationLib.scene.LabelExport import onVoxels

    ids = vtk.vtkStringArray()
    ids.InsertNextValue(node.GetSegmentation().GetSegmentIdBySegmentName(name))
    copy = slicer.vtkMRMLLabelMapVolumeNode()
    copy.SetAndObserveImageData(onVoxels(node, ids, volume))
    return slicer.util.arrayFromVolume(copy) > 0


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return 2 * (one & other).sum() / (one.sum() + other.sum())


# --- what is asked ---


def test_structures_of_the_reference_can_be_ticked(host, series) -> None:
    import qt

    panel = open_panel(host, series)
    from NODEORegistrationLib.run.Asked import runAsked

    panel.ui.fixedStructuresSelector.setCurrentNode(segmentation(series))
    host.wait(0.05)
    rows = panel.ui.structuresList
    assert panel.ui.structuresListLabel.text == "Of the reference:"
    assert [rows.item(row).text() for row in range(rows.count)] == ["apex", "core", "cap"]  # in the order of the codes
    rows.item(1).setCheckState(qt.Qt.Unchecked)
    assert reason(panel) == "" and runAsked(panel._parameters).request.structureNames() == ["apex", "cap"]
    for row in (0, 2):
        rows.item(row).setCheckState(qt.Qt.Unchecked)
    assert "No structure is ticked" in reason(panel)
    panel.ui.seriesScopeComboBox.currentText = "This frame only"
    host.wait(0.05)
    assert rows.count == 0 and panel.ui.structuresListLabel.text == "Of both:"


def test_structures_that_cannot_be_followed_are_refused_in_a_sentence(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    parameters = panel._parameters
    new = slicer.mrmlScene.AddNewNodeByClass
    parameters.fixedStructures = new("vtkMRMLSegmentationNode", "blank")
    assert "blank holds no structures" in reason(panel) and reason(panel).parameter == "fixedStructures"
    organs = parameters.fixedStructures = segmentation(series)
    assert reason(panel) == ""
    bend = new("vtkMRMLBSplineTransformNode", "bend")
    organs.SetAndObserveTransformNodeID(bend.GetID())
    assert "organs are under a deforming transform" in reason(panel)
    organs.SetAndObserveTransformNodeID(None)
    parameters.movingStructures = label_map(series)
    assert "the fixed are followed" in reason(panel) and reason(panel).parameter == "movingStructures"
    parameters.movingStructures = None
    for asked, word in (({"structures": ["liver"]}, "no structure liver: there are apex, core, cap"),
                        ({"structures": []}, "No structure is ticked")):  # fmt: skip
        with pytest.raises(ValueError, match=word):
            panel.logic.registerSequence(series.proxy, fixedStructures=organs, **asked)


def test_structures_that_lie_elsewhere_end_in_a_sentence_and_change_nothing(host, series) -> None:
    import slicer
    import vtk

    logic = open_panel(host, series).logic
    away = vtk.vtkMatrix4x4()
    away.SetElement(0, 3, 500.0)
    far = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "far")
    far.SetMatrixTransformToParent(away)
    for structures, word in (
        (segmentation(series), "organs lies outside beat frame 1"),
        (label_map(series), "labels hold nothing where the reference is"),
    ):
        structures.SetAndObserveTransformNodeID(far.GetID())
        before = host.snapshot()
        with pytest.raises(RuntimeError, match=word):
            logic.registerSequence(series.proxy, fixedStructures=structures, preset="fast", **SHORT)
        assert host.snapshot() == before


# --- one run of the panel, looked at from all sides ---


@pytest.fixture(scope="class")
def story() -> Iterator[SimpleNamespace]:
    """A series of three frames from the click to the result; of three segments two are followed. The third is shown."""
    host = fresh_host()
    told = SimpleNamespace(host=host, snapshots=[])
    series = told.series = add_series()
    series.browser.SetSelectedItemNumber(2)
    panel = told.panel = open_panel(host, series)
    told.organs = panel._parameters.fixedStructures = segmentation(series)
    panel._parameters.structuresLeftOut = '["core"]'
    told.before = host.snapshot()
    panel.ui.registerButton.click()
    told.run = panel._run
    told.run.progress.connect(
        lambda event: told.snapshots.append(told.before if event.get("iteration") else host.snapshot())
    )
    until_over(host, told.run)
    assert told.run.state == "finished", told.run.message
    told.found = told.run.nodes["structures"]
    told.files_left = temporary_folders()
    yield told
    host.reset()


class TestStructuresOfASeries:
    def test_change_nothing_before_all_is_there(self, story) -> None:
        assert len(story.snapshots) > 5 and set(story.snapshots) == {story.before} and story.files_left == []

    def test_become_a_sequence_of_segmentations_in_the_same_browser_and_folder(self, story) -> None:
        import slicer

        sequence = story.series.browser.GetSequenceNode(story.found)
        assert (sequence.GetNumberOfDataNodes(), sequence.GetDataNodeClassName()) == (3, "vtkMRMLSegmentationNode")
        assert story.found.GetName() == "organs in beat" and sequence.GetName() == "organs in beat-Sequence"
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        folder = tree.GetItemParent(tree.GetItemByDataNode(story.found))
        assert tree.GetItemName(folder) == "NODEO: beat on beat frame 1, custom"

    def test_keep_their_names_identifiers_and_colors(self, story) -> None:
        there, here = story.organs.GetSegmentation(), story.found.GetSegmentation()
        titles = [here.GetSegment(key).GetName() for key in here.GetSegmentIDs()]
        assert titles == ["apex", "cap"]  # core was not ticked
        for key in here.GetSegmentIDs():
            assert here.GetSegment(key).GetColor() == there.GetSegment(key).GetColor()

    def test_move_with_the_frames_as_they_are_played(self, story) -> None:
        for number, shift in enumerate(SHIFTS):
            show(story.host, story.series, number)
            for code in (APEX, CAP):
                there = voxels_of(story.found, NAMES[code], story.series.proxy)
                here = overlap(there, drawing(shift) == code)
                assert here == 1.0 if number == 0 else here > 0.85, (number, code)  # few iterations, voxels of 1.5 mm
                assert number == 0 or overlap(drawing() == code, drawing(shift) == code) < 0.85  # at rest

    def test_are_shown_and_belong_to_no_pair(self, story) -> None:
        from NODEORegistrationLib import resultsOf
        from NODEORegistrationLib.scene.Companions import companionsOf

        assert story.found.GetDisplayNode().GetVisibility()
        results = resultsOf(story.panel._parameters)
        assert story.found not in [companion.node for companion in companionsOf(results)]

    def test_the_result_section_draws_how_large_they_are(self, story) -> None:
        ui = story.panel.ui
        box = ui.seriesCurveComboBox
        assert box.visible
        assert [box.itemText(index) for index in range(box.count)] == ["Motion", "Volume of apex", "Volume of cap"]
        motion = ui.timeCurveLabel.pixmap.toImage()
        box.currentIndex = 2
        assert ui.timeCurveLabel.pixmap.toImage() != motion
        show(story.host, story.series, 0)
        volume = (drawing() == CAP).sum() * 1.5 * 1.25 * 2.0 / 1000  # ml
        assert f"Frame 1 of 3 is shown; cap has {volume:.4g} ml" in ui.seriesResultLabel.text
        show(story.host, story.series, 1)
        assert box.currentIndex == 2 and "Frame 2 of 3 is shown; cap has" in ui.seriesResultLabel.text
        box.currentIndex = 0
        assert "it moves" in ui.seriesResultLabel.text

    def test_are_measured_for_every_frame(self, story) -> None:
        from NODEORegistrationLib import resultsOf

        structures = resultsOf(story.panel._parameters).metrics()["series"]["structures"]
        assert [(one["name"], one["unit"]) for one in structures] == [("apex", "ml"), ("cap", "ml")]
        for one in structures:  # the ball moves and keeps its size
            np.testing.assert_allclose(one["volumes"], one["volumes"][0], rtol=0.1)

    def test_are_the_same_when_the_scene_is_opened_again(self, story, tmp_path) -> None:
        """The last of the story: its nodes are others afterwards."""
        import slicer

        show(story.host, story.series, 1)
        before = voxels_of(story.found, "cap", story.series.proxy)
        story.panel.parent.exit()
        story.host.saveAndReload(tmp_path / "scene.mrb")
        story.panel.parent.enter()
        browser, found, proxy = (slicer.util.getNode(name) for name in ("beat browser", "organs in beat", "beat"))
        proxy = browser.GetProxyNode(browser.GetMasterSequenceNode())
        browser.SetSelectedItemNumber(0)
        story.host.wait(0.05)
        assert (voxels_of(found, "cap", proxy) == (drawing() == CAP)).all()
        browser.SetSelectedItemNumber(1)
        story.host.wait(0.05)
        assert (voxels_of(found, "cap", proxy) == before).all()
        assert story.panel.ui.seriesCurveComboBox.visible


# --- label maps, other references, other ends ---


def test_a_label_map_comes_back_with_its_codes_onto_a_volume_outside_the_series(host, series) -> None:
    """The series lies under a transform; what is found lies in the world, where its frames are seen."""
    import slicer
    import vtk

    logic = open_panel(host, series).logic
    drawn = label_map(series)
    place = add_couch(series)
    drawn.SetAndObserveTransformNodeID(series.proxy.GetTransformNodeID())
    fixed = slicer.util.addVolumeFromArray(pixels(series.proxy), place, "planning")
    asked = {"preset": "fast", "outputs": {"transform": None}, "fixedStructures": drawn, "structures": ["cap", "core"]}
    run = logic.registerSequence(series.sequence, fixed, **asked, **SHORT)
    assert "--labels" in run.logLines[0]
    found = run.nodes["structures"]
    assert found.IsA("vtkMRMLLabelMapVolumeNode") and found.GetName() == "drawn in beat"
    assert found.GetDisplayNode().GetColorNode().GetName() == "parts"
    lies = vtk.vtkMatrix4x4()
    for number, shift in enumerate(SHIFTS):
        show(host, series, number)
        assert set(np.unique(pixels(found))) == {0, CORE, CAP}
        for code in (CORE, CAP):
            assert overlap(pixels(found) == code, drawing(shift) == code) > 0.85
        found.GetIJKToRASMatrix(lies)
        np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(lies), slicer.util.arrayFromVTKMatrix(place))
    from NODEORegistrationLib.scene.Results import resultsInScene

    assert len(resultsInScene()) == 1 and resultsInScene()[0].metrics()["series"]["structures"][0]["name"] == "core"


def test_cancelled_in_the_midst_it_leaves_the_scene_as_it_was(host, series) -> None:
    panel = open_panel(host, series)
    panel._parameters.fixedStructures = segmentation(series)
    before = host.snapshot()
    run = endless(panel)
    host.wait(lambda: run.history or run.isOver(), 60.0)
    assert run.state == "running", run.message
    run.cancel()
    until_over(host, run)
    assert run.state == "cancelled"
    panel._parameters.other_settings, panel._parameters.iterations = "", "25"
    assert host.snapshot() == before


def test_a_frame_without_its_labels_is_refused_whole(host, series, tmp_path) -> None:
    import SimpleITK as sitk

    open_panel(host, series)
    from NODEORegistrationLib.scene.FollowedStructures import FollowedStructures
    from NODEORegistrationLib.scene.SceneImport import ImportFailed
    from NODEORegistrationLib.scene.Series import seriesOf
    from NODEORegistrationLib.scene.SeriesImport import SeriesImport

    followed = FollowedStructures(segmentation(series), ["core"])
    (tmp_path / "labels").mkdir()
    for number in range(2):
        labels = sitk.GetImageFromArray((ball() > 100).astype(np.uint8))
        sitk.WriteImage(labels, str(tmp_path / f"labels/{number:03d}.nrrd"))
    before = host.snapshot()
    steps = SeriesImport(tmp_path, [], seriesOf(series.proxy).index()).structureSteps(followed, "core in beat")
    for step in steps[:-1]:
        step()
    with pytest.raises(ImportFailed, match=r"002\.nrrd could not be read"):
        steps[-1]()
    assert host.snapshot() == before
