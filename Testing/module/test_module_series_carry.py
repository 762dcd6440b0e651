"""What goes along with a series: what changes with its frames comes onto the reference, what is its moves."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
from series_scene import SHIFTS, TIMES, add_series
from test_module_run import until_over
from test_module_series import SHORT, add_couch, center, endless, open_panel, point_list, reason, show
from test_module_series_structures import APEX, CAP, NAMES, drawing, label_map, overlap, segmentation, voxels_of

FLIP = np.array([-1.0, -1.0, 1.0])  # RAS <-> LPS
MIDDLE = 1  # the reference
OFFSETS = np.array([[0.0, 0.0, 0.0], [3.0, 2.0, -2.0], [-3.0, -4.0, 2.0]])  # mm, around the middle of the ball


def add_frames_points(series, name: str = "leads"):
    """A list of points that the browser of the series changes with the frames; the node that shows it."""
    import slicer

    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("phase")
    for time, shift in zip(TIMES, SHIFTS, strict=True):
        points = slicer.vtkMRMLMarkupsFiducialNode()
        for place in center(series) + OFFSETS + (-shift, 0.0, 0.0):
            points.AddControlPoint(list(place))
        sequence.SetDataNodeAtValue(points, time)
    series.browser.AddSynchronizedSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(series.browser)
    return series.browser.GetProxyNode(sequence)


def world(points) -> np.ndarray:
    import slicer

    return slicer.util.arrayFromMarkupsControlPoints(points, world=True)


def through(transform: sitk.Transform, places: np.ndarray) -> np.ndarray:
    """Where SimpleITK takes points; RAS."""
    return np.array([transform.TransformPoint(place) for place in (places * FLIP).tolist()]) * FLIP


def written(run) -> list[sitk.Transform]:
    """φ of each frame, as the command wrote it."""
    output = run.folder / "output" / "transforms"
    first = len(list(output.glob("*.h5"))) - len(SHIFTS)  # a reference outside the series is its number 0
    return [sitk.ReadTransform(str(output / f"{number + first:03d}.h5")) for number in range(len(SHIFTS))]


@pytest.fixture
def desk(host, series) -> SimpleNamespace:
    """A series of three frames, points that change with them, and points on its reference."""
    panel = open_panel(host, series)
    leads = add_frames_points(series)
    valve = point_list("valve", *(center(series) + OFFSETS))
    return SimpleNamespace(host=host, series=series, panel=panel, logic=panel.logic, leads=leads, valve=valve)


def run_along(desk, *nodes, reference=MIDDLE, **asked):
    run = desk.logic.registerSequence(
        *(desk.series.proxy, reference), carry=nodes, preset="fast", keepFiles=True, **SHORT, **asked
    )
    ways = written(run)
    shutil.rmtree(run.folder)
    return run, ways


def assert_lie_right(desk, ways, leads, valve, local, at_rest) -> None:
    """In every frame: φ takes points of the frame back to where they were, and those of the reference to here."""
    for number in (2, 0, 1):
        show(desk.host, desk.series, number)
        assert through(ways[number], world(leads)) == pytest.approx(
            local(number), abs=0.01
        )  # Slicer's inverse: .001 mm
        assert world(valve) == pytest.approx(through(ways[number], at_rest), abs=0.001)
        if number != MIDDLE:
            assert np.abs(world(valve) - at_rest).max() > 0.4 < np.abs(world(leads) - local(number)).max()


def frames_points(desk, number: int) -> np.ndarray:
    return center(desk.series) + OFFSETS + (-SHIFTS[number], 0.0, 0.0)


@pytest.mark.parametrize("copies", [False, True])
def test_everything_lies_in_every_frame_where_simpleitk_takes_it(desk, tmp_path, copies: bool) -> None:
    """With the reference in the middle; saved, opened again, and taken back."""
    import slicer
    from NODEORegistrationLib.scene.Carried import FOLLOWER, carriedBy

    at_rest = world(desk.valve)
    run, ways = run_along(desk, desk.leads, desk.valve, carryCopies=copies)
    leads, valve = run.carried
    names = leads.GetName(), valve.GetName()
    if copies:
        assert names == ("leads on beat frame 2", "valve in beat") and FOLLOWER not in run.nodes
        assert desk.leads.GetParentTransformNode() is None is desk.valve.GetParentTransformNode()
        assert desk.series.browser.GetSequenceNode(valve).GetNumberOfDataNodes() == len(SHIFTS)
    else:
        assert (leads, valve) == (desk.leads, desk.valve)
        assert leads.GetParentTransformNode() is run.nodes["transform"]
        assert valve.GetParentTransformNode() is run.nodes[FOLLOWER]
    local = lambda number: frames_points(desk, number)  # noqa: E731
    assert_lie_right(desk, ways, leads, valve, local, at_rest)
    places = [local(number) for number in range(len(SHIFTS))]
    transform = run.nodes["transform"].GetName()
    desk.panel.parent.exit()
    desk.host.saveAndReload(tmp_path / "scene.mrb")
    desk.panel.parent.enter()
    desk.series.browser = slicer.util.getNode("beat browser")
    assert_lie_right(desk, ways, *map(slicer.util.getNode, names), places.__getitem__, at_rest)
    transform = slicer.util.getNode(transform)
    assert len(carriedBy(transform)) == 2
    desk.logic.undoCarrying(transform)
    assert carriedBy(transform) == []
    left = {node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLMarkupsFiducialNode")}
    assert left == {"leads", "valve"}
    assert world(slicer.util.getNode("valve")) == pytest.approx(at_rest)
    for number in range(2):
        show(desk.host, desk.series, number)
        assert world(slicer.util.getNode("leads")) == pytest.approx(places[number])


def test_undo_leaves_what_a_run_without_it_leaves(desk) -> None:
    import slicer

    desk.valve.CreateDefaultDisplayNodes()
    counts = lambda: {  # noqa: E731
        name: slicer.mrmlScene.GetNumberOfNodesByClass(name)
        for name in ("vtkMRMLSequenceNode", "vtkMRMLTransformNode", "vtkMRMLMarkupsNode", "vtkMRMLDisplayNode")
    }
    before = counts()
    for copies in (False, True):
        run, _ways = run_along(desk, desk.leads, desk.valve, carryCopies=copies, outputs={"transform": None})
        desk.logic.undoCarrying(run.nodes["transform"])
        assert desk.valve.GetParentTransformNode() is None is desk.leads.GetParentTransformNode()
        from NODEORegistrationLib.scene.Series import forgetSequence

        forgetSequence(run.nodes["transform"])
        slicer.mrmlScene.RemoveNode(run.nodes["transform"])
        for reference in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode"):
            if reference.GetName().startswith("beat frame"):
                slicer.mrmlScene.RemoveNode(reference.GetDisplayNode())
                slicer.mrmlScene.RemoveNode(reference)
        assert counts() == before, copies


def test_copies_of_a_segmentation_of_the_reference_move_with_the_frames(desk) -> None:
    organs = segmentation(desk.series)  # of the first frame
    run, _ways = run_along(desk, organs, reference=0, carryCopies=True, outputs={"transform": None})
    (found,) = run.carried
    assert found is not organs and organs.GetParentTransformNode() is None
    for number, shift in enumerate(SHIFTS):
        show(desk.host, desk.series, number)
        for code in (CAP, APEX):
            there = voxels_of(found, NAMES[code], desk.series.proxy)
            assert overlap(there, drawing(shift) == code) > 0.8, (number, code)  # few iterations, voxels of 1.5 mm
            assert number == 0 or overlap(drawing() == code, drawing(shift) == code) < 0.85  # at rest
            if number:
                assert overlap(there, drawing(shift) == code) > overlap(there, drawing(0.0) == code)


def test_a_series_under_a_transform_and_once_more_into_the_same_node(desk) -> None:
    """The series and what is its lie 30 mm to the right: that is where the reference and its points are seen."""
    add_couch(desk.series)
    couch = desk.series.proxy.GetParentTransformNode()
    for node in (desk.leads, desk.valve):
        node.SetAndObserveTransformNodeID(couch.GetID())
    at_rest = world(desk.valve)
    transform = None
    for _attempt in range(2):
        run, ways = run_along(desk, desk.leads, desk.valve, outputs={"transform": transform})
        assert run.carried == [desk.leads, desk.valve]
        transform = run.nodes["transform"]
        for number in (0, 2):
            show(desk.host, desk.series, number)
            seen = frames_points(desk, number) + np.array((30.0, 0.0, 0.0))
            assert through(ways[number], world(desk.leads)) == pytest.approx(seen, abs=0.01)
            assert world(desk.valve) == pytest.approx(through(ways[number], at_rest), abs=0.001)
    desk.logic.undoCarrying(transform)
    assert desk.leads.GetParentTransformNode() is couch is desk.valve.GetParentTransformNode()


def test_the_panel_says_what_becomes_of_each_and_refuses_another_series(desk) -> None:
    import qt

    panel, ui = desk.panel, desk.panel.ui
    other = add_series(name="other")
    labels = label_map(desk.series)
    ui.carryCollapsibleButton.collapsed = False
    panel._parts.update()
    rows = {ui.carryList.item(row).text(): ui.carryList.item(row) for row in range(ui.carryList.count)}
    assert {
        "leads (markups) → reference",
        "valve (markups) → frames",
        "drawn (label map) → frames",
        "other (volume): another series",
    } == set(rows)
    rows["valve (markups) → frames"].setCheckState(qt.Qt.Checked)
    assert reason(panel) == ""
    rows["other (volume): another series"].setCheckState(qt.Qt.Checked)
    assert "other shows a frame of another series than beat" in reason(panel) and not ui.registerButton.enabled
    rows["other (volume): another series"].setCheckState(qt.Qt.Unchecked)
    panel._parameters.createTransform = False
    assert "Tick Transform" in reason(panel)
    for node, word in ((other.proxy, "another series"), (desk.series.proxy, "is read by the registration")):
        with pytest.raises(ValueError, match=word):
            desk.logic.registerSequence(desk.series.proxy, carry=[node])
    labels.SetAndObserveTransformNodeID(add_couch(other) and other.proxy.GetTransformNodeID())
    with pytest.raises(ValueError, match="drawn cannot go along: it lies neither where beat lies nor where beat frame"):
        desk.logic.registerSequence(desk.series.proxy, carry=[labels])


def test_cancelled_in_the_midst_nothing_has_gone_along(desk) -> None:
    from NODEORegistrationLib.scene.NodeChoices import CARRIED, chooseNodes

    chooseNodes(desk.panel._parameters, CARRIED, [desk.leads, desk.valve])
    before = desk.host.snapshot()
    run = endless(desk.panel)
    assert run.request.carried == [desk.leads, desk.valve]
    desk.host.wait(lambda: run.history or run.isOver(), 60.0)
    run.cancel()
    until_over(desk.host, run)
    assert run.state == "cancelled" and run.carried == []
    desk.panel._parameters.other_settings, desk.panel._parameters.iterations = "", "25"
    assert desk.host.snapshot() == before
