"""A series in the panel: from a sequence of the scene to sequences of results, with the real worker process."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
from series_scene import SHIFTS, TIMES, add_series, ball
from test_module_run import fresh_host, pixels, temporary_folders, until_over

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"
SHORT = {"start": "none", "levels": [2], "iterations": [25], "steps": [1], "threads": 1}  # as a script says it


def open_panel(host, series):
    """The panel with a series as moving volume, and settings for a few iterations."""
    panel = host.load(MODULE)
    ui = panel.ui
    ui.movingVolumeSelector.setCurrentNode(series.proxy)
    ui.presetComboBox.currentText = "Fast"
    ui.startComboBox.currentText = "Start from rest"
    ui.levelsLineEdit.text, ui.iterationsLineEdit.text, ui.stepsLineEdit.text = "2", "25", "1"
    ui.threadsSpinBox.value = 1
    host.wait(0.05)
    return panel


def reason(panel) -> str:
    from NODEORegistrationLib.run.Asked import whyNotAsked

    return whyNotAsked(panel._parameters)


def show(host, series, number: int) -> None:
    series.browser.SetSelectedItemNumber(number)
    host.wait(0.05)


def interpolations(transform) -> set[str]:
    import slicer
    import vtk

    parts = vtk.vtkCollection()
    slicer.vtkMRMLTransformNode.FlattenGeneralTransform(parts, transform.GetTransformFromParent())
    grids = [parts.GetItemAsObject(index) for index in range(parts.GetNumberOfItems())]
    return {grid.GetInterpolationModeAsString() for grid in grids if grid.IsA("vtkGridTransform")}


def point_list(name: str, *places):
    import slicer

    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    for number, place in enumerate(places):
        points.AddControlPoint(list(place), f"p{number}")
    return points


def places_of(points) -> np.ndarray:
    return np.array([points.GetNthControlPointPosition(n) for n in range(points.GetNumberOfControlPoints())])


def center(series) -> np.ndarray:
    """A place within the ball, RAS of the series itself."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    series.proxy.GetIJKToRASMatrix(matrix)
    return np.array(matrix.MultiplyPoint((10.0, 9.0, 8.0, 1.0))[:3])


# --- what is asked ---


def test_a_volume_that_shows_a_series_is_told_from_another(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    ui = panel.ui
    rows = (ui.seriesScopeComboBox, ui.seriesReferenceComboBox, ui.seriesFrameSpinBox, ui.seriesModeComboBox)
    assert all(widget.visible for widget in rows)
    assert (ui.seriesCountLabel.text, ui.seriesCountLabel.toolTip) == ("3 frames", "phase: 0 … 250 ms")
    assert (ui.seriesFrameSpinBox.maximum, ui.seriesFrameSpinBox.suffix) == (3, " of 3")
    assert ui.fixedVolumeSelector.noneDisplay == "None: the reference below"
    plain = slicer.util.addVolumeFromArray(ball())
    ui.movingVolumeSelector.setCurrentNode(plain)
    assert not any(widget.visible for widget in (*rows, ui.seriesCyclicCheckBox, ui.seriesCountLabel))
    assert ui.fixedVolumeSelector.noneDisplay == "Choose a volume"


def test_no_fixed_volume_stays_none_when_it_is_called_otherwise(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    ui, parameters = panel.ui, panel._parameters
    plain = slicer.util.addVolumeFromArray(ball())
    ui.fixedVolumeSelector.setCurrentNode(None)
    for scope, called in (("This frame only", "Choose a volume"), ("All frames", "None: the reference below")):
        ui.seriesScopeComboBox.currentText = scope
        assert (ui.fixedVolumeSelector.noneDisplay, ui.fixedVolumeSelector.currentNode()) == (called, None)
        assert parameters.fixedVolume is None
    ui.fixedVolumeSelector.setCurrentNode(plain)
    ui.seriesScopeComboBox.currentText = "This frame only"
    assert parameters.fixedVolume is plain is ui.fixedVolumeSelector.currentNode()


def test_rows_that_have_no_effect_are_hidden(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    ui, parameters = panel.ui, panel._parameters
    ui.seriesReferenceComboBox.currentText = "Mean of all frames"
    assert not ui.seriesFrameSpinBox.visible
    ui.fixedVolumeSelector.setCurrentNode(slicer.util.addVolumeFromArray(ball()))
    assert not ui.seriesReferenceComboBox.visible and not ui.seriesCyclicCheckBox.enabled
    ui.seriesScopeComboBox.currentText = "This frame only"
    assert not ui.seriesModeComboBox.visible and ui.seriesScopeComboBox.visible
    assert parameters.seriesScope.value == "shown" and reason(panel) == ""


def test_rows_that_are_hidden_leave_no_gap(host, tmp_path) -> None:
    ui = (panel := host.load(MODULE)).ui
    host.grab(panel.parent, tmp_path / "panel.png", 400)
    rows = (ui.movingVolumeSelector, ui.presetComboBox, ui.imagesComboBox)
    below, usual = (lower.y - upper.y - upper.height for upper, lower in pairwise(rows))
    assert below == usual > 0
    ui.guidanceCollapsibleButton.collapsed = False
    host.grab(panel.parent, tmp_path / "guidance.png", 400)
    left = ui.guidanceCollapsibleButton.height - ui.addChannelButton.y - ui.addChannelButton.height
    assert left < 3 * usual  # of more images no row is there


def test_the_shown_frame_is_a_volume_like_others(host, series) -> None:
    panel = open_panel(host, series)
    panel.ui.seriesScopeComboBox.currentText = "This frame only"
    assert "Choose a fixed volume" in reason(panel)
    from NODEORegistrationLib.run.Asked import runAsked

    panel._parameters.fixedVolume = series.proxy
    assert "are the same" in reason(panel)
    panel.ui.seriesScopeComboBox.currentText = "All frames"
    assert reason(panel) == ""  # the fixed volume is of the series: the reference is chosen below
    request = runAsked(panel._parameters).request
    assert (request.fixed, request.reference, request.mode, request.cyclic) == (None, 0, "frames", False)


def test_what_the_rows_say_is_what_is_asked(host, series) -> None:
    panel = open_panel(host, series)
    from NODEORegistrationLib.run.Asked import runAsked

    panel.ui.seriesFrameSpinBox.value = 3
    panel.ui.seriesModeComboBox.currentText = "One motion for the whole series"
    panel.ui.seriesCyclicCheckBox.checked = True
    request = runAsked(panel._parameters).request
    assert (request.reference, request.mode, request.cyclic) == (2, "trajectory", True)
    panel.ui.seriesReferenceComboBox.currentText = "Mean of all frames"
    request = runAsked(panel._parameters).request
    assert request.reference == "mean" and request.referenceName() == "beat mean"


def test_a_series_that_cannot_be_registered_is_refused_in_a_sentence(host) -> None:
    import slicer

    panel = open_panel(host, add_series(SHIFTS[:1], TIMES[:1], "single"))
    assert "single has one frame only" in reason(panel)
    other = slicer.vtkMRMLScalarVolumeNode()
    slicer.util.updateVolumeFromArray(other, ball((20, 18, 12)))
    uneven = add_series(name="uneven")
    uneven.sequence.SetDataNodeAtValue(other, "300")
    panel.ui.movingVolumeSelector.setCurrentNode(uneven.proxy)
    assert "Frame 4 of uneven is of another size" in reason(panel)
    hollow = add_series(name="hollow")
    hollow.sequence.SetDataNodeAtValue(slicer.vtkMRMLScalarVolumeNode(), "300")
    panel.ui.movingVolumeSelector.setCurrentNode(hollow.proxy)
    assert "Frame 4 of hollow holds no image" in reason(panel)


def test_what_does_not_go_with_a_series_is_refused_in_a_sentence(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    parameters = panel._parameters
    new = slicer.mrmlScene.AddNewNodeByClass
    for name, node, word in (
        ("movingMask", new("vtkMRMLSegmentationNode"), "moving mask"),
        ("movingPoints", point_list("there", (0, 0, 0)), "Pairs of points"),
        ("movingStructures", new("vtkMRMLSegmentationNode"), "Structures do not guide"),
    ):
        setattr(parameters, name, node)
        assert word in reason(panel)
        assert reason(panel).parameter == name
        setattr(parameters, name, None)
    for start, word in (("NODE", "from a transform of the scene"), ("POINTS", "from points")):
        parameters.initial = type(parameters.initial)[start]
        assert word in reason(panel)
    parameters.initial = type(parameters.initial).IDENTITY
    parameters.channels = 1
    assert "More images" in reason(panel)
    parameters.channels = 0
    parameters.fixedVolume = slicer.util.addVolumeFromArray(ball((20, 18, 1)))
    assert "single slice" in reason(panel) and reason(panel).parameter == "fixedVolume"
    parameters.fixedVolume = slicer.util.addVolumeFromArray(ball())
    parameters.seriesMode = type(parameters.seriesMode).TRAJECTORY
    assert "One motion goes from a frame to the others" in reason(panel)


def test_a_transform_that_changes_with_the_frames_cannot_place_them(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    moves = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "table")
    for time in TIMES:
        moves.SetDataNodeAtValue(slicer.vtkMRMLLinearTransformNode(), time)
    series.browser.AddSynchronizedSequenceNodeID(moves.GetID())
    host.wait(0.05)
    series.proxy.SetAndObserveTransformNodeID(series.browser.GetProxyNode(moves).GetID())
    assert "changes from frame to frame" in reason(panel)


def test_results_cannot_go_into_another_series(host, series) -> None:
    other = add_series(name="other")
    panel = open_panel(host, series)
    panel._parameters.outputWarped = other.proxy
    assert "other shows a frame of a series" in reason(panel)
    panel._parameters.outputWarped = series.proxy
    assert "is an input" in reason(panel)
    panel._parameters.outputWarped, panel._parameters.fixedVolume = other.proxy, add_series(name="third").proxy
    panel._parameters.seriesScope = type(panel._parameters.seriesScope).SHOWN
    assert "other shows a frame of a series" in reason(panel)  # neither can those of a pair


def test_a_script_is_refused_what_it_asks_wrongly(host, series) -> None:
    import slicer

    logic = open_panel(host, series).logic
    for asked, word in (
        ({"series": slicer.util.addVolumeFromArray(ball(), None, "still")}, "still is no series"),
        ({"series": "beat"}, "beat is no series"),
        ({"reference": 3}, "no frame 4"),
        ({"reference": "median"}, "no frame median"),
        ({"mode": "films"}, "no mode films"),
        ({"outputs": {"film": None}}, "no output film"),
        ({"points": slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "none")}, "none holds no points"),
    ):
        with pytest.raises(ValueError, match=word):
            logic.registerSequence(**{"series": series.proxy, **asked})


def test_a_series_alone_is_what_is_meant(host, series) -> None:
    import slicer

    panel = host.load(MODULE)
    assert panel._parameters.movingVolume is series.proxy and panel._parameters.fixedVolume is None
    panel._parameters.movingVolume = None
    still = slicer.util.addVolumeFromArray(ball(), None, "still")
    panel.chooseVolumes()
    assert (panel._parameters.fixedVolume, panel._parameters.movingVolume) == (still, series.proxy)


# --- one run of the panel, looked at from all sides ---


@pytest.fixture(scope="class")
def story() -> Iterator[SimpleNamespace]:
    """A series of three frames from the click to the result, with points that are followed; the second is shown."""
    host = fresh_host()
    told = SimpleNamespace(host=host, events=[], stages=[], snapshots=[])
    series = told.series = add_series()
    series.browser.SetSelectedItemNumber(1)
    panel = told.panel = open_panel(host, series)
    told.points = point_list("valve", center(series), center(series) + np.array((0.0, 4.0, 3.0)))
    panel.ui.createInverseCheckBox.checked = True
    panel._parameters.fixedPoints = told.points
    told.before = host.snapshot()
    panel.ui.registerButton.click()
    told.run = panel._run

    def on_progress(event: dict) -> None:
        told.events.append(event)
        told.stages.append(panel.ui.stageLabel.text)
        told.snapshots.append(host.snapshot() if not event.get("iteration") else told.before)

    told.run.progress.connect(on_progress)
    until_over(host, told.run)
    assert told.run.state == "finished", told.run.message
    told.result = told.run.nodes
    told.files_left = temporary_folders()
    yield told
    host.reset()


class TestASeriesInThePanel:
    def test_tells_the_engine_the_times(self, story) -> None:
        assert "--reference 0" in story.run.logLines[0] and "--times=0,120,250 " in story.run.logLines[0]

    def test_tells_the_frame_it_is_at(self, story) -> None:
        frames = [event["frame"] for event in story.events if event.get("frame") is not None]
        assert list(dict.fromkeys(frames)) == [1, 2]  # the first is the reference
        assert any(stage.startswith("Frame 3, 1 of 2 done · Level 1 of 1, iteration") for stage in story.stages)

    def test_never_goes_back(self, story) -> None:
        fractions = [event["fraction"] for event in story.events]
        assert fractions == sorted(fractions)

    def test_the_loss_curve_is_that_of_the_last_frame(self, story) -> None:
        assert {event["frame"] for event in story.run.history} == {2}

    def test_changes_nothing_before_all_is_there(self, story) -> None:
        assert len(story.snapshots) > 5
        assert set(story.snapshots) == {story.before}
        assert story.files_left == []

    def test_makes_sequences_in_the_same_browser(self, story) -> None:
        browser = story.series.browser
        assert set(story.result) == {"transform", "inverse", "warped", "jacobian", "points"}
        for node in story.result.values():
            sequence = browser.GetSequenceNode(node)
            values = tuple(sequence.GetNthIndexValue(number) for number in range(3))
            assert (values, sequence.GetIndexName(), sequence.GetIndexUnit()) == (TIMES, "phase", "ms")
            assert sequence.GetName() == f"{node.GetName()}-Sequence"
        assert browser.GetMasterSequenceNode() is story.series.sequence

    def test_shows_the_frame_that_was_shown(self, story) -> None:
        assert story.series.browser.GetSelectedItemNumber() == 1

    def test_names_what_it_makes(self, story) -> None:
        assert {kind: node.GetName() for kind, node in story.result.items()} == {
            "transform": "beat to beat frame 1, custom",
            "inverse": "beat frame 1 to beat, custom",
            "warped": "beat on beat frame 1, custom",
            "jacobian": "beat on beat frame 1, custom, Jacobian",
            "points": "valve in beat",
        }

    def test_puts_all_into_one_folder(self, story) -> None:
        import slicer

        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        reference = slicer.util.getNode("beat frame 1")
        folders = {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in (*story.result.values(), reference)}
        assert [tree.GetItemName(folder) for folder in folders] == ["NODEO: beat on beat frame 1, custom"]

    def test_every_frame_comes_to_lie_on_the_reference(self, story) -> None:
        import slicer

        reference = pixels(slicer.util.getNode("beat frame 1")).astype(float)
        inside = reference > 100
        for number in range(3):
            show(story.host, story.series, number)
            apart = np.abs(pixels(story.series.proxy) - reference)[inside].mean()
            after = np.abs(pixels(story.result["warped"]) - reference)[inside].mean()
            assert after == 0 if number == 0 else after < 0.5 * apart

    def test_plays_in_step_with_the_moving_volume(self, story) -> None:
        """Put under the transform, each frame lies where its warped volume does."""
        import slicer
        import vtk

        series, result = story.series, story.result
        for number in range(3):
            show(story.host, series, number)
            moving = sitk.GetImageFromArray(pixels(series.proxy).astype(np.float32))
            matrix = vtk.vtkMatrix4x4()
            series.proxy.GetRASToIJKMatrix(matrix)
            to_ras = vtk.vtkMatrix4x4()
            result["warped"].GetIJKToRASMatrix(to_ras)
            warped = pixels(result["warped"])
            for index in ((10, 9, 8), (8, 10, 7), (12, 8, 9)):  # x, y, z, inside the ball
                ras = to_ras.MultiplyPoint((*index, 1.0))[:3]
                there = result["transform"].GetTransformFromParent().TransformPoint(ras)
                ijk = matrix.MultiplyPoint((*there, 1.0))[:3]
                value = moving.EvaluateAtContinuousIndex(ijk, sitk.sitkLinear)
                assert warped[index[::-1]] == pytest.approx(value, abs=2.0)  # int16, and the field's own nodes
        assert isinstance(result["transform"], slicer.vtkMRMLTransformNode)

    def test_interpolates_the_fields_as_the_engine_does(self, story) -> None:
        for number in range(3):
            show(story.host, story.series, number)
            for kind in ("transform", "inverse"):
                assert interpolations(story.result[kind]) == {"Linear"}, (kind, number)

    def test_follows_the_points_through_the_frames(self, story) -> None:
        """The ball moves along the first axis of the voxels, which points to the left."""
        at_rest = places_of(story.points)
        for number, shift in enumerate(SHIFTS):
            show(story.host, story.series, number)
            moved = places_of(story.result["points"]) - at_rest
            np.testing.assert_allclose(moved, [[-shift, 0, 0]] * 2, atol=0.8)  # mm; voxels of 1.5 mm, few iterations
        assert story.result["points"].GetNthControlPointLabel(1) == "p1"

    def test_the_result_section_follows_the_browser(self, story) -> None:
        ui = story.panel.ui
        show(story.host, story.series, 0)
        assert "Frame 1 of 3 is shown; it moves 0.00 mm" in ui.seriesResultLabel.text
        show(story.host, story.series, 2)
        assert "Frame 3 of 3 is shown" in ui.seriesResultLabel.text and "0.00 mm" not in ui.seriesResultLabel.text
        assert "Similarity loss" in ui.verdictLabel.text and "Motion" in ui.resultLabel.text
        assert ui.timeCurveLabel.visible and not ui.timeCurveLabel.pixmap.isNull()
        assert not ui.seriesCurveComboBox.visible  # there are no structures
        assert ui.pairLabel.text == ""

    def test_each_frame_tells_its_own_figures(self, story) -> None:
        from NODEORegistrationLib import resultsOf

        motions = []
        for number in range(3):
            show(story.host, story.series, number)
            metrics = resultsOf(story.panel._parameters).metrics()
            assert metrics["series"]["frame"] == number
            motions.append(metrics["motion_mm"]["mean"])
        assert motions[0] == 0.0 and motions[1] > motions[2] > 0.3  # the second moves by 2 mm, the third by 1.5

    def test_what_is_drawn_of_a_frame_is_drawn_anew_for_another(self, story) -> None:
        ui = story.panel.ui
        titles = [ui.inspectModeComboBox.itemText(index) for index in range(ui.inspectModeComboBox.count)]
        ui.inspectModeComboBox.currentIndex = next(i for i, text in enumerate(titles) if text.startswith("Difference"))
        pictures = []
        for number in range(2):
            show(story.host, story.series, number)
            pictures.append(story.host.renderSlice("Red", 200, 200))
        assert len(np.unique(pictures[0])) < len(np.unique(pictures[1]))  # the reference is itself: all is gray
        ui.inspectModeComboBox.currentIndex = titles.index("After: warped on fixed")

    def test_inspects_and_applies_like_a_pair(self, story) -> None:
        from NODEORegistrationLib import resultsOf
        from NODEORegistrationLib.scene.Companions import companionsOf, putUnder, takeOut

        results = resultsOf(story.panel._parameters)
        assert results.fixed.GetName() == "beat frame 1" and results.moving is story.series.proxy
        assert "after" in story.panel._parts.inspectPanel.inspection.modes()
        found = [companion.node for companion in companionsOf(results)]
        assert found[0] is story.series.proxy and story.result["points"] not in found
        putUnder([story.series.proxy], results.transform)
        show(story.host, story.series, 1)
        show(story.host, story.series, 2)
        assert story.series.proxy.GetParentTransformNode() is story.result["transform"]
        takeOut([story.series.proxy])
        assert story.series.proxy.GetParentTransformNode() is None

    def test_is_the_same_when_the_scene_is_opened_again(self, story, tmp_path) -> None:
        """The last of the story: its nodes are others afterwards."""
        import slicer

        show(story.host, story.series, 2)
        warped = pixels(story.result["warped"])
        names = {kind: node.GetName() for kind, node in story.result.items()}
        story.panel.parent.exit()
        story.host.saveAndReload(tmp_path / "scene.mrb")
        story.panel.parent.enter()
        from NODEORegistrationLib import resultsOf

        browser = slicer.util.getNode("beat browser")
        for number in (0, 2):
            browser.SetSelectedItemNumber(number)
            story.host.wait(0.05)
            results = resultsOf(story.panel._parameters)
            assert results.metrics()["series"]["frame"] == number
            assert interpolations(results.transform) == {"Linear"} == interpolations(results.inverse)
        np.testing.assert_array_equal(pixels(results.warped), warped)
        assert results.warped.GetName() == names["warped"]
        assert f"Frame 3 of {len(TIMES)}" in story.panel.ui.seriesResultLabel.text


# --- other references, other ends ---


def add_couch(series):
    """A linear transform above the series, and its matrix; 30 mm to the right."""
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 30.0)
    couch = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "couch")
    couch.SetMatrixTransformToParent(matrix)
    series.proxy.SetAndObserveTransformNodeID(couch.GetID())
    place = vtk.vtkMatrix4x4()
    series.proxy.GetIJKToRASMatrix(place)
    vtk.vtkMatrix4x4.Multiply4x4(matrix, place, place)
    return place


def test_onto_a_volume_outside_the_series_and_once_more(host, series) -> None:
    """The series lies under a transform: the way leads from the world into the series itself, as for a pair."""
    import slicer

    logic = open_panel(host, series).logic
    place = add_couch(series)
    fixed = slicer.util.addVolumeFromArray(pixels(series.proxy), place, "planning")
    mask = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "body")
    slicer.util.updateVolumeFromArray(mask, (pixels(series.proxy) > 50).astype(np.uint8))
    mask.SetIJKToRASMatrix(place)
    asked = {"preset": "fast", "fixedMask": mask, "outputs": {"transform": None}, "cyclic": True}
    run = logic.registerSequence(series.sequence, fixed, **asked, **SHORT)
    command = run.logLines[0]
    assert "--mask" in command and "--reference 0" in command and "reference.nrrd" in command
    assert "--cyclic" not in command and "--times" not in command  # a volume outside is at no time
    transform = run.nodes["transform"]
    assert transform.GetName() == "beat to planning, fast"
    at_rest = center(series)
    for number, shift in enumerate(SHIFTS):
        show(host, series, number)
        there = transform.GetTransformFromParent().TransformPoint(at_rest + np.array((30.0, 0.0, 0.0)))
        np.testing.assert_allclose(there - at_rest, [-shift, 0, 0], atol=0.8)  # mm; voxels of 1.5 mm
    count = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSequenceNode")
    quick = {**SHORT, "iterations": [1]}
    again = logic.registerSequence(series.proxy, fixed, preset="fast", outputs={"transform": transform}, **quick)
    assert again.nodes["transform"] is transform and again.mark != run.mark
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") == count
    assert series.browser.GetSequenceNode(transform).GetNumberOfDataNodes() == 3
    assert transform.GetName().startswith("beat to planning, fast")


def test_slices_through_time(host) -> None:
    series = add_series(SHIFTS[:2], ("rest", "stress"), size=(28, 26, 1))  # counted by words
    run = open_panel(host, series).logic.registerSequence(series.proxy, 1, preset="fast", points=None, **SHORT)
    assert "--times" not in run.logLines[0] and run.metrics["frames"][0]["folds"] == 0
    reference = pixels(series.sequence.GetNthDataNode(1)).astype(float)
    show(host, series, 0)
    apart, after = (np.abs(pixels(node) - reference).mean() for node in (series.proxy, run.nodes["warped"]))
    assert after < 0.5 * apart


def test_onto_their_mean(host) -> None:
    """A few iterations only: what the mean is, is the engine's affair."""
    import slicer

    series = add_series(SHIFTS[:2], TIMES[:2])
    quick = {**SHORT, "iterations": [1]}
    open_panel(host, series).logic.registerSequence(
        series.proxy, "mean", preset="fast", outputs={"warped": None}, **quick
    )
    mean = slicer.util.getNode("beat mean")
    warped = slicer.util.getNode("beat on beat mean, fast")
    frames = [pixels(series.sequence.GetNthDataNode(number)).astype(float) for number in range(2)]
    apart = [np.abs(pixels(mean) - frame).mean() for frame in frames]
    assert max(apart) < np.abs(frames[0] - frames[1]).mean()
    assert warped.GetNodeReference("NODEO.FixedVolume") is mean and mean.GetDisplayNode() is not None


def endless(panel):
    panel.ui.iterationsLineEdit.text = "1000000"
    panel.ui.otherSettingsLineEdit.text = "tolerance=0"
    panel._parameters.other_settings = "tolerance=0"
    panel.ui.registerButton.click()
    return panel._run


def test_cancelled_in_the_midst_it_leaves_the_scene_as_it_was(host, series) -> None:
    panel = open_panel(host, series)
    show(host, series, 2)
    before = host.snapshot()
    run = endless(panel)
    host.wait(lambda: run.history or run.isOver(), 60.0)
    assert run.state == "running", run.message
    run.cancel()
    until_over(host, run)
    assert run.state == "cancelled"
    panel._parameters.other_settings, panel._parameters.iterations = "", "25"
    assert host.snapshot() == before
    assert series.browser.GetSelectedItemNumber() == 2


def test_the_scene_is_closed_in_the_midst(host, series) -> None:
    import slicer

    panel = open_panel(host, series)
    run = endless(panel)
    host.wait(lambda: run.history or run.isOver(), 60.0)
    slicer.mrmlScene.Clear(0)
    until_over(host, run)
    assert run.state == "cancelled"
    assert not slicer.util.getNodesByClass("vtkMRMLSequenceNode")


def test_what_the_worker_refuses_is_told_and_changes_nothing(host, series) -> None:
    panel = open_panel(host, series)
    before = host.snapshot()
    host.dialogs.answer("", None)
    panel.ui.otherSettingsLineEdit.text = panel._parameters.other_settings = "no_such_setting=1"
    panel.ui.registerButton.click()
    run = panel._run
    until_over(host, run)
    host.wait(0.05)
    assert run.state == "failed" and "no_such_setting" in run.message
    panel._parameters.other_settings = ""
    assert host.snapshot() == before


def test_the_worker_s_numbers_are_said_as_people_count(host, series) -> None:
    logic = open_panel(host, series).logic
    empty = series.sequence.GetNthDataNode(1)
    import slicer

    slicer.util.updateVolumeFromArray(empty, np.zeros((16, 18, 20), np.int16))
    with pytest.raises(RuntimeError, match=r"[Ff]rame 2"):
        logic.registerSequence(series.proxy, preset="fast", **SHORT)


# --- from the worker's folder to the scene ---


def written(folder: Path, first: int, metrics: dict) -> Path:
    """What a worker leaves of three frames, moved by 1, 2, 3 mm to the left; its numbers begin at ``first``."""
    for name in ("transforms", "warped"):
        (folder / name).mkdir(parents=True)
    image = sitk.GetImageFromArray(ball())
    for number in range(3):
        way = sitk.TranslationTransform(3, (1.0 + number, 0.0, 0.0))
        sitk.WriteTransform(sitk.CompositeTransform([way]), str(folder / f"transforms/{number + first:03d}.h5"))
        sitk.WriteImage(image + number, str(folder / f"warped/{number + first:03d}.nrrd"))
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    with (folder / "points.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("frame", "time", "label", "x", "y", "z"))
        for number in range(3):
            table.writerow((number + first, 0.0, "apex, left", 1.0 + number, 2.0, 3.0))
    return folder


def test_a_result_that_lacks_a_frame_is_refused_whole(host, series, tmp_path) -> None:
    open_panel(host, series)
    from NODEORegistrationLib.scene.SceneImport import ImportFailed
    from NODEORegistrationLib.scene.Series import seriesOf
    from NODEORegistrationLib.scene.SeriesImport import SeriesImport

    before = host.snapshot()
    folder = written(tmp_path / "output", 0, {})
    (folder / "warped" / "002.nrrd").unlink()
    found = SeriesImport(folder, ["transform", "warped"], seriesOf(series.proxy).index())
    steps = found.steps()
    for step in steps[:-1]:
        step()
    with pytest.raises(ImportFailed, match=r"002\.nrrd could not be read"):
        steps[-1]()
    assert host.snapshot() == before


def test_a_series_whose_browser_has_gone_gets_another(host, series, tmp_path) -> None:
    import slicer

    open_panel(host, series)
    from NODEORegistrationLib.scene.Series import browserOf, seriesOf
    from NODEORegistrationLib.scene.SeriesImport import POINTS, SeriesImport

    found = SeriesImport(written(tmp_path / "output", 1, {}), ["transform"], seriesOf(series.proxy).index(), first=1)
    for step in found.steps():
        step()
    found.readPoints("apex in beat")
    slicer.mrmlScene.RemoveNode(series.browser)
    names = {"transform": "beat to rest", "folder": "NODEO: beat", POINTS: "apex in beat"}
    nodes, _mark = found.commit(None, None, None, {}, {}, [{}] * 3, names)
    browser = browserOf(nodes["transform"])
    for number in range(3):
        browser.SetSelectedItemNumber(number)
        host.wait(0.05)
        there = nodes["transform"].GetTransformFromParent().TransformPoint(5.0, 5.0, 5.0)
        np.testing.assert_allclose(there, (5.0 - (1 + number), 5.0, 5.0), atol=1e-6)  # the worker's world is LPS
        np.testing.assert_allclose(places_of(nodes[POINTS]), [(-1.0 - number, -2.0, 3.0)], atol=1e-6)
        assert nodes[POINTS].GetNthControlPointLabel(0) == "apex, left"


def test_a_mean_is_put_beside_the_results_and_replaced_with_them(host, series, tmp_path) -> None:
    import slicer
    import vtk

    open_panel(host, series)
    from NODEORegistrationLib.scene.SceneExport import placedCopy
    from NODEORegistrationLib.scene.Series import seriesOf
    from NODEORegistrationLib.scene.SeriesImport import SeriesImport

    outputs, means = {"warped": None}, []
    names = {"warped": "beat on beat mean", "folder": "NODEO: beat"}
    for attempt in range(2):
        folder = written(tmp_path / f"output{attempt}", 0, {})
        found = SeriesImport(folder, ["warped"], seriesOf(series.proxy).index())
        for step in found.steps():
            step()
        mean = placedCopy(series.sequence.GetNthDataNode(attempt), vtk.vtkMatrix4x4(), "beat mean")
        outputs, _mark = found.commit(series.browser, series.proxy, mean, outputs, {}, [{}] * 3, names)
        means.append(slicer.util.getNode("beat mean"))
        np.testing.assert_array_equal(pixels(means[-1]), pixels(series.sequence.GetNthDataNode(attempt)))
    assert means[0] is means[1]
    show(host, series, 2)
    np.testing.assert_array_equal(pixels(outputs["warped"]), ball() + 2)
