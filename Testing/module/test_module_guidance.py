"""The section Guidance: points that correspond, from a click in a view to the error that is told."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"
SIZE = (16, 18, 20)  # k, j, i
PLACES = ((4, 5, 6), (11, 8, 7), (9, 13, 10))  # i, j, k
TURNED = np.reshape(sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.4).GetMatrix(), (3, 3))


def matrix(linear, shift) -> np.ndarray:
    """4 x 4, RAS, mm."""
    result = np.eye(4)
    result[:3, :3], result[:3, 3] = linear, shift
    return result


RIGID = matrix(TURNED, (9.0, -7.0, 5.0))
OTHER = matrix(TURNED.T, (-4.0, 11.0, 6.0))
SHEARED = matrix(TURNED @ [[1.1, 0.1, 0.0], [0.0, 0.9, 0.0], [0.0, 0.0, 1.05]], (3.0, 5.0, -8.0))
GRID = matrix(TURNED.T @ np.diag((1.0, 1.25, 1.5)), (2.0, -3.0, 4.0))


def add_volume(name: str, shift: float = 0.0, parents=()):
    """A smooth blob in a volume with an oblique grid, under transforms, innermost first."""
    import slicer

    k, j, i = np.meshgrid(*map(np.arange, SIZE), indexing="ij")
    blob = np.exp(-((k - 8) ** 2 + (j - 9) ** 2 + (i - 10 + shift) ** 2) / 25.0).astype(np.float32)
    node = slicer.util.addVolumeFromArray(blob, slicer.util.vtkMatrixFromArray(GRID), name)
    put_under(node, parents)
    return node


def put_under(node, parents) -> None:
    import slicer

    for above in parents:
        parent = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "above")
        parent.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(above))
        node.SetAndObserveTransformNodeID(parent.GetID())
        node = parent


def to_world(node) -> np.ndarray:
    """4 x 4 of a node's parents."""
    import slicer
    import vtk

    found = vtk.vtkMatrix4x4()
    if node.GetParentTransformNode() is not None:
        node.GetParentTransformNode().GetMatrixTransformToWorld(found)
    return slicer.util.arrayFromVTKMatrix(found)


def in_world(volume, places=PLACES) -> np.ndarray:
    """Where the voxels [n, 3] of a volume are, RAS."""
    chain = to_world(volume) @ GRID
    return np.asarray(places) @ chain[:3, :3].T + chain[:3, 3]


def add_points(name: str, world=(), labels=None, parents=()):
    """A list of world points (RAS), under transforms."""
    import slicer
    import vtk

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", name)
    put_under(node, parents)
    back = np.linalg.inv(to_world(node))
    for number, point in enumerate(world):
        local = back[:3, :3] @ point + back[:3, 3]
        node.AddControlPoint(vtk.vtkVector3d(*local), labels[number] if labels else f"{name}-{number + 1}")
    return node


def add_deforming():
    """A transform that is no matrix."""
    import slicer
    import vtk

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", "deforming")
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetBasisToR()
    node.SetAndObserveTransformToParent(spline)
    return node


@pytest.fixture
def desk(host) -> Iterator[SimpleNamespace]:
    """The panel, with two volumes chosen and the section open."""
    fixed, moving = add_volume("Anna"), add_volume("Bert", 1.5)
    panel = host.load(MODULE)
    panel.ui.guidanceCollapsibleButton.collapsed = False
    parameters = panel._parameters
    parameters.fixedVolume, parameters.movingVolume = fixed, moving
    yield SimpleNamespace(host=host, panel=panel, ui=panel.ui, parameters=parameters, fixed=fixed, moving=moving)
    host.unload("NODEORegistration")


def reason(desk) -> str:
    return "" if desk.ui.registerButton.enabled else desk.ui.reasonLabel.text


def rows(desk) -> list[tuple[str, str]]:
    table = desk.ui.pointsTable
    return [(table.item(row, 0).text(), table.item(row, 1).text()) for row in range(table.rowCount)]


def labels(points) -> list[str]:
    return [points.GetNthControlPointLabel(number) for number in range(points.GetNumberOfControlPoints())]


# --- what the worker is given ---


@pytest.mark.parametrize(
    ("parents", "in_place"),
    [((), True), ((RIGID, OTHER), True), ((RIGID, OTHER), False), ((SHEARED, OTHER), False)],
    ids=["bare", "in the world", "without its parents", "without its shearing parents"],
)
def test_points_lie_in_the_file_on_the_voxels_that_they_lie_on_in_the_scene(host, tmp_path, parents, in_place) -> None:
    """Whatever the volume and the points are under; SimpleITK says where the voxels of the volume's file are."""
    import vtk

    host.load(MODULE)
    from NODEORegistrationLib.scene import Landmarks, SceneExport

    volume = add_volume("volume", parents=parents)
    points = add_points("P", in_world(volume), parents=(OTHER, SHEARED))
    partner = add_points("Q", np.zeros((3, 3)))
    matrix_of_file = SceneExport.worldMatrix(volume) if in_place else vtk.vtkMatrix4x4()
    SceneExport.writeVolume(volume, tmp_path / "volume.nrrd", matrix_of_file)
    Landmarks.writePairs(
        (points, volume, matrix_of_file, tmp_path / "points.csv"),
        (partner, volume, matrix_of_file, tmp_path / "others.csv"),
    )
    with (tmp_path / "points.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    image = sitk.ReadImage(str(tmp_path / "volume.nrrd"))
    expected = [image.TransformIndexToPhysicalPoint(place) for place in PLACES]
    np.testing.assert_allclose([[float(row[axis]) for axis in "xyz"] for row in told], expected, atol=1e-5)  # 9 digits
    assert [row["label"] for row in told] == ["P-1", "P-2", "P-3"]


def test_labels_say_which_points_are_pairs_and_without_them_the_order_does(host) -> None:
    host.load(MODULE)
    from NODEORegistrationLib.scene.Landmarks import Pair, pairsOf, placed

    places = np.eye(3)
    here = add_points("A", places, ["liver", "apex, left", "carina"])
    assert pairsOf(here, add_points("B", places, ["carina", "liver", "apex, left"])) == [
        Pair("liver", 0, 1),
        Pair("apex, left", 1, 2),
        Pair("carina", 2, 0),
    ]
    assert pairsOf(here, add_points("C", places)) == [
        Pair("liver", 0, 0),
        Pair("apex, left", 1, 1),
        Pair("carina", 2, 2),
    ]
    unnamed = add_points("D", places, ["same", "same", "same"])
    unnamed.UnsetNthControlPointPosition(1)
    assert placed(unnamed) == [0, 2]
    assert pairsOf(unnamed, here) == [Pair("1", 0, 0), Pair("2", 2, 1)]


def segment(name: str, **places):
    """A segmentation: {name of a segment: box of voxels (i, j, k from, to)} on the grid of the volumes."""
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    for title, box in places.items():
        labels = label_map("drawing", {1: box})
        assert slicer.vtkSlicerSegmentationsModuleLogic.ImportLabelmapToSegmentationNode(labels, node)
        node.GetSegmentation().GetNthSegment(node.GetSegmentation().GetNumberOfSegments() - 1).SetName(title)
        slicer.mrmlScene.RemoveNode(labels)
    return node


def label_map(name: str, boxes: dict):
    """A label map on the grid of the volumes: {code: box of voxels}."""
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", name)
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(GRID))
    slicer.util.updateVolumeFromArray(node, drawn(boxes))
    return node


def drawn(boxes: dict) -> np.ndarray:
    """Codes [k, j, i]."""
    voxels = np.zeros(SIZE, np.int16)
    for code, ((i0, j0, k0), (i1, j1, k1)) in boxes.items():
        voxels[k0:k1, j0:j1, i0:i1] = code
    return voxels


LIVER, SPLEEN, KIDNEY = ((2, 3, 4), (8, 9, 10)), ((10, 3, 4), (15, 9, 9)), ((12, 11, 9), (17, 15, 13))


@pytest.mark.parametrize("parents", [(), (RIGID, OTHER)], ids=["bare", "under parents"])
def test_structures_are_written_with_one_code_a_name_whatever_their_order(host, tmp_path, parents) -> None:
    host.load(MODULE)
    from NODEORegistrationLib.scene import SceneExport
    from NODEORegistrationLib.scene.Structures import commonNames, writeStructures

    volume = add_volume("volume", parents=parents)
    segments = segment("segments", kidney=KIDNEY, spleen=SPLEEN, liver=LIVER)
    segments.GetDisplayNode().SetSegmentVisibility(segments.GetSegmentation().GetNthSegmentID(2), False)
    segments.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    labels = label_map("labels", {7: LIVER, 4: SPLEEN, 9: KIDNEY})
    labels.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    in_world = SceneExport.worldMatrix(volume)
    SceneExport.writeVolume(volume, tmp_path / "volume.nrrd", in_world)
    grid = sitk.ReadImage(str(tmp_path / "volume.nrrd"))
    assert commonNames(segments, labels) == [] and commonNames(labels, segments) == []
    expected = drawn({1: LIVER, 2: KIDNEY})
    for node, names in ((segments, ["liver", "kidney"]), (labels, ["7", "9"])):
        writeStructures(names, node, volume, tmp_path / "labels.nrrd", in_world)
        told = sitk.Resample(
            sitk.ReadImage(str(tmp_path / "labels.nrrd")), grid, sitk.Transform(), sitk.sitkNearestNeighbor
        )
        assert np.count_nonzero(sitk.GetArrayFromImage(told) != expected) <= 3  # a rounding at the edge of a voxel


def test_the_colors_of_a_label_map_name_its_codes(host) -> None:
    import slicer

    host.load(MODULE)
    from NODEORegistrationLib.scene.Structures import commonNames, namesOf

    labels, segments = label_map("labels", {2: LIVER, 1: SPLEEN}), segment("segments", liver=LIVER, tumor=KIDNEY)
    colors = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLColorTableNode", "organs")
    colors.SetTypeToUser()
    colors.SetNumberOfColors(3)
    for code, name in enumerate(("background", "spleen", "liver")):
        colors.SetColor(code, name, 0.5, 0.5, 0.5, 1.0)
    labels.CreateDefaultDisplayNodes()
    labels.GetDisplayNode().SetAndObserveColorNodeID(colors.GetID())
    assert namesOf(labels) == ["spleen", "liver"] and commonNames(segments, labels) == ["liver"]
    slicer.util.updateVolumeFromArray(labels, drawn({1: SPLEEN}))
    assert commonNames(segments, labels) == []


# --- what the panel says ---


def test_lists_that_are_no_pairs_are_told_in_a_sentence_at_their_row(desk) -> None:
    two, three = add_points("two", np.eye(3)[:2]), add_points("three", np.eye(3))
    empty, deformed = add_points("empty"), add_points("deformed", np.eye(3))
    others = add_points("others", np.eye(3), ["three-1", "three-2", "four"])
    deformed.SetAndObserveTransformNodeID(add_deforming().GetID())
    for fixed, moving, sentence, row in (
        (three, None, "Choose the moving points, too: the partners of three.", "moving"),
        (None, three, "Choose the fixed points, too: the partners of three.", "fixed"),
        (three, three, "The fixed and the moving points are the same list", "moving"),
        (three, two, "Each point needs a partner: there are 3 fixed points and 2 moving ones.", "moving"),
        (empty, three, "empty holds no points", "fixed"),
        (deformed, three, "The points deformed are under a deforming transform", "fixed"),
        (three, others, "The point three-3 has no partner of that label", "moving"),
    ):
        desk.parameters.fixedPoints, desk.parameters.movingPoints = fixed, moving
        assert reason(desk).startswith(sentence) and reason(desk).endswith(".")
        assert "color" in getattr(desk.ui, f"{row}PointsLabel").styleSheet
        with pytest.raises(ValueError, match=sentence.split(":")[0]):
            desk.panel.logic.register(desk.fixed, desk.moving, fixedPoints=fixed, movingPoints=moving)
    with pytest.raises(ValueError, match="no use show: there are both, guide, measure"):
        desk.panel.logic.register(desk.fixed, desk.moving, pointsFor="show")


def test_the_button_and_the_table_follow_the_points(desk) -> None:
    desk.parameters.fixedPoints = fixed = add_points("F", np.eye(3)[:2])
    desk.parameters.movingPoints = moving = add_points("M", np.eye(3)[:1])
    assert "2 fixed points and 1 moving ones" in reason(desk) and rows(desk) == [("F-1", "–")]
    moving.AddControlPoint(1, 2, 3)
    assert reason(desk) == "" and rows(desk) == [("F-1", "–"), ("F-2", "–")]
    fixed.SetNthControlPointLabel(1, "apex")
    assert rows(desk)[1] == ("apex", "–")
    moving.SetAndObserveTransformNodeID(add_deforming().GetID())
    assert "deforming" in reason(desk)
    import slicer

    slicer.mrmlScene.RemoveNode(moving)
    assert desk.parameters.movingPoints is None and rows(desk) == []


def test_a_double_click_goes_to_the_point_in_the_fixed_volume(desk) -> None:
    import slicer

    desk.parameters.fixedPoints = add_points("F", in_world(desk.fixed))
    desk.parameters.movingPoints = add_points("M", in_world(desk.moving))
    desk.ui.pointsTable.cellDoubleClicked(1, 0)
    place = in_world(desk.fixed)[1]
    for view in ("Red", "Green", "Yellow"):
        to_ras = slicer.util.arrayFromVTKMatrix(slicer.mrmlScene.GetNodeByID(f"vtkMRMLSliceNode{view}").GetSliceToRAS())
        assert abs(np.dot(to_ras[:3, 2], place - to_ras[:3, 3])) < 1e-6, view  # the plane goes through it


def ticks(desk) -> dict[str, bool]:
    import qt

    there = desk.ui.structuresList
    return {there.item(row).text(): there.item(row).checkState() == qt.Qt.Checked for row in range(there.count)}


def test_structures_that_do_not_match_are_told_in_a_sentence_at_their_row(desk) -> None:
    one, other = segment("one", liver=LIVER, spleen=SPLEEN), segment("other", spleen=SPLEEN, liver=LIVER)
    strange, deformed = segment("strange", brain=LIVER), segment("deformed", liver=LIVER)
    deformed.SetAndObserveTransformNodeID(add_deforming().GetID())
    for fixed, moving, sentence, row in (
        (one, None, "Choose the structures of the other volume, too: what matches one.", "moving"),
        (None, one, "Choose the structures of the other volume, too: what matches one.", "fixed"),
        (one, one, "The fixed and the moving structures are the same node", "moving"),
        (one, deformed, "The structures deformed are under a deforming transform", "moving"),
        (one, strange, "one and strange have no structure of the same name", "moving"),
    ):
        desk.parameters.fixedStructures, desk.parameters.movingStructures = fixed, moving
        assert reason(desk).startswith(sentence) and reason(desk).endswith(".")
        assert "color" in getattr(desk.ui, f"{row}StructuresLabel").styleSheet
        with pytest.raises(ValueError, match=sentence.split(":")[0]):
            desk.panel.logic.register(desk.fixed, desk.moving, fixedStructures=fixed, movingStructures=moving)
    desk.parameters.movingStructures = other
    assert reason(desk) == "" and ticks(desk) == {"liver": True, "spleen": True}


def test_what_is_unticked_is_left_out_and_stays_so_in_a_saved_scene(desk, tmp_path) -> None:
    import qt
    from NODEORegistrationLib import requestFromParameters

    desk.parameters.fixedStructures = segment("one", liver=LIVER, spleen=SPLEEN)
    desk.parameters.movingStructures = other = segment("other", spleen=SPLEEN, liver=LIVER, kidney=KIDNEY)
    desk.ui.structuresList.item(0).setCheckState(qt.Qt.Unchecked)
    assert requestFromParameters(desk.parameters).structureNames() == ["spleen"] and reason(desk) == ""
    other.GetSegmentation().GetNthSegment(0).SetName("tail")
    assert ticks(desk) == {"liver": False} and reason(desk).startswith("No structure is ticked")
    other.GetSegmentation().GetNthSegment(0).SetName("spleen")
    assert ticks(desk) == {"liver": False, "spleen": True} and reason(desk) == ""
    desk.host.saveAndReload(tmp_path / "scene.mrb")
    assert ticks(desk) == {"liver": False, "spleen": True}
    desk.panel._parameters.structuresLeftOut = "liver"  # not what this version writes
    assert ticks(desk) == {"liver": True, "spleen": True}


def test_more_images_are_rows_that_come_and_go(desk) -> None:
    from NODEORegistrationLib import requestFromParameters

    ui, parameters = desk.ui, desk.parameters
    for isCollapsed in (True, False):
        ui.guidanceCollapsibleButton.collapsed = isCollapsed
    assert not ui.channel2Label.visible and ui.fixedPointsLabel.visible
    for _ in range(4):
        ui.addChannelButton.click()
    assert ui.channel5FixedSelector.visible and not ui.addChannelButton.enabled
    assert reason(desk) == "Choose the fixed volume of image 2, or remove the row."
    assert "color" in ui.channel2Label.styleSheet
    here, there, color = add_volume("T2 fixed"), add_volume("T2 moving"), add_volume("PD")
    parameters.channel4Fixed, parameters.channel4Moving, parameters.channel4Weight = here, there, 0.25
    parameters.channel5Fixed, parameters.channel5Moving = here, here
    for _ in range(2):
        ui.removeChannel2Button.click()
    assert parameters.channels == 2 and parameters.channel4Fixed is None and not ui.channel4Label.visible
    assert reason(desk).startswith("The fixed and the moving volume of image 3 are the same")
    ui.removeChannel3Button.click()
    assert reason(desk) == "" and requestFromParameters(parameters).channels == [[here, there, 0.25]]
    there.SetAndObserveTransformNodeID(add_deforming().GetID())
    assert "T2 moving is under a deforming transform" in reason(desk)
    import slicer

    slicer.mrmlScene.RemoveNode(there)
    assert reason(desk) == "Choose the moving volume of image 2, or remove the row."
    with pytest.raises(ValueError, match="moving volume of image 2 are the same"):
        desk.panel.logic.register(desk.fixed, desk.moving, channels=[(color, color, 1.0)])


@pytest.mark.parametrize("search", [True, False], ids=["in the world", "without its parents"])
def test_more_images_keep_their_place_beside_the_first(host, tmp_path, search) -> None:
    """Of the moving volume's file the parents may be left out: of its companion's, then, what they have in common."""
    import vtk

    host.load(MODULE)
    from NODEORegistrationLib.run.GuidanceFiles import writeGuidance
    from NODEORegistrationLib.run.Request import Request
    from NODEORegistrationLib.scene import SceneExport

    fixed, moving = add_volume("T1 fixed", parents=(RIGID,)), add_volume("T1 moving", parents=(OTHER, RIGID))
    here, there = add_volume("T2 fixed"), add_volume("T2 moving", parents=(RIGID,))
    to_file = SceneExport.worldMatrix(moving) if search else vtk.vtkMatrix4x4()
    request = Request(fixed, moving, channels=[(here, there, 0.5)])
    arguments = writeGuidance(request, tmp_path, SceneExport.worldMatrix(fixed), to_file)
    assert arguments == ["--channel", str(tmp_path / "fixed_2.nrrd"), str(tmp_path / "moving_2.nrrd"), "weight=0.5"]
    SceneExport.writeVolume(moving, tmp_path / "moving.nrrd", to_file)
    first, second = (sitk.ReadImage(str(tmp_path / f"{name}.nrrd")) for name in ("moving", "moving_2"))
    ends = np.linalg.inv(to_world(moving) @ GRID) @ to_world(there) @ GRID  # voxels of the second -> of the first
    for place in PLACES:
        told = first.TransformPhysicalPointToContinuousIndex(second.TransformIndexToPhysicalPoint(place))
        assert told == pytest.approx(ends[:3, :3] @ place + ends[:3, 3], abs=1e-4)
    with pytest.raises(SceneExport.ExportError, match="above T2 fixed scales or shears"):
        put_under(here, (SHEARED,))
        writeGuidance(request, tmp_path, SceneExport.worldMatrix(fixed), to_file)


# --- clicks ---


def click(desk, points, place) -> None:
    """A click in a view while ``points`` is the active list."""
    import slicer

    assert slicer.modules.markups.logic().GetActiveListID() == points.GetID()
    points.AddControlPoint(*map(float, place))
    desk.host.wait(0.02)


def layers() -> set:
    import slicer

    return {
        (node.GetBackgroundVolumeID(), node.GetForegroundVolumeID(), node.GetForegroundOpacity())
        for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")
    }


def mouse():
    import slicer

    return slicer.app.applicationLogic().GetInteractionNode()


def test_clicks_become_pairs_fixed_and_moving_in_turn(desk) -> None:
    before = layers()
    desk.ui.placePairsButton.click()
    fixed, moving = desk.parameters.fixedPoints, desk.parameters.movingPoints
    assert (fixed.GetName(), moving.GetName()) == ("Fixed landmarks", "Moving landmarks")
    assert mouse().GetCurrentInteractionMode() == mouse().Place and mouse().GetPlaceModePersistence()
    assert desk.ui.placeLabel.visible and "landmark 1 in Anna" in desk.ui.placeLabel.text
    assert layers() == {(desk.fixed.GetID(), None, 0.5)}
    click(desk, fixed, (1, 2, 3))
    assert "landmark 1 in Bert" in desk.ui.placeLabel.text
    assert layers() == {(desk.moving.GetID(), None, 0.5)}
    assert "Moving landmarks holds no points" in reason(desk)
    click(desk, moving, (4, 5, 6))
    assert reason(desk) == "" and [name for name, _ in rows(desk)] == ["1"]
    click(desk, fixed, (7, 8, 9))
    assert "landmark 2 in Bert" in desk.ui.placeLabel.text
    moving.RemoveNthControlPoint(0)  # a slip: the next click in the moving volume is the first's partner again
    click(desk, moving, (4, 5, 7))
    click(desk, moving, (9, 9, 9))
    assert labels(fixed) == labels(moving) == ["1", "2"]
    desk.ui.placePairsButton.click()
    assert mouse().GetCurrentInteractionMode() != mouse().Place and not mouse().GetPlaceModePersistence()
    assert layers() == before and not desk.ui.placeLabel.visible


def test_lists_that_go_by_their_order_keep_their_labels(desk) -> None:
    desk.parameters.fixedPoints = fixed = add_points("F", np.eye(3))
    desk.parameters.movingPoints = moving = add_points("M", np.eye(3)[:2])
    desk.ui.placePairsButton.click()
    click(desk, moving, (4, 5, 6))  # the third fixed point waits for its partner
    assert labels(moving)[2] != "F-3" and len(rows(desk)) == 3 and reason(desk) == ""
    click(desk, fixed, (4, 5, 6))
    assert "landmark 4 in Bert" in desk.ui.placeLabel.text


def escape(desk) -> None:
    import qt
    import slicer

    slicer.util.mainWindow().findChildren(qt.QShortcut)[-1].activated()


ENDS = {
    "Esc": escape,
    "another mouse mode": lambda desk: mouse().SwitchToViewTransformMode(),
    "Inspect": lambda desk: setattr(desk.ui.inspectCollapsibleButton, "collapsed", False),
    "other volumes": lambda desk: setattr(desk.parameters, "movingVolume", add_volume("Cleo")),
    "another module": lambda desk: desk.panel.parent.exit(),
    "a closed scene": lambda desk: desk.host.scene.Clear(0),
}


@pytest.mark.parametrize("how", ENDS)
def test_placing_ends_with(how: str, desk) -> None:
    import slicer

    desk.ui.inspectCollapsibleButton.collapsed = True
    before = layers()
    desk.ui.placePairsButton.click()
    assert desk.ui.placePairsButton.checked
    ENDS[how](desk)
    desk.host.wait(0.02)
    assert not desk.ui.placePairsButton.checked and not desk.ui.placeLabel.visible
    assert mouse().GetCurrentInteractionMode() != mouse().Place
    if how in ("Esc", "another mouse mode"):
        assert layers() == before
    assert slicer.util.mainWindow() is not None


def test_a_list_that_is_removed_ends_placing(desk) -> None:
    import slicer

    desk.ui.placePairsButton.click()
    slicer.mrmlScene.RemoveNode(desk.parameters.movingPoints)
    desk.host.wait(0.02)
    assert not desk.ui.placePairsButton.checked


# --- what comes of it ---


def test_a_result_tells_what_was_measured(host) -> None:
    host.load(MODULE)
    from NODEORegistrationLib.scene.ResultSummary import summaryRows
    from NODEORegistrationLib.scene.Verdict import AMBER, GREEN, verdict

    def points(before: float, after: float, guided: bool) -> dict:
        at = [{"mean_mm": value, "median_mm": value, "p95_mm": value, "max_mm": value} for value in (before, after)]
        return {"points": {"number": 3, "guided": guided, "before": at[0], "after": at[1], "pairs": []}}

    better = {**points(5.25, 1.125, True), "dice": {"before": {"mean_dice": 0.5}, "after": {"mean_dice": 0.75}}}
    told = {name: (value, remark) for name, value, remark in summaryRows(better)}
    assert told["Error at landmarks"] == ("5.25 → 1.12 mm", "3 that guided; 95 %: 1.12 mm")
    assert told["Mean Dice"] == ("0.500 → 0.750", "")
    light, words = verdict(better)
    assert light == GREEN and "Landmarks 5.2 → 1.1 mm apart." in words and "(Dice) 0.50 → 0.75." in words
    light, words = verdict(points(1.0, 3.0, False))
    assert light == AMBER and "worse than before" in words


@pytest.mark.parametrize("initial", ["identity", "center"])
def test_the_worker_measures_what_is_seen_in_the_scene(desk, initial: str) -> None:
    """Under rigid parents, with and without a search: of both the worker knows the place, and tells the error."""
    parameters = desk.parameters
    put_under(desk.moving, (RIGID, OTHER))
    beside = np.add(PLACES, (1, 0, 0))
    parameters.initial = type(parameters.initial)(initial)
    parameters.fixedPoints = add_points("F", in_world(desk.fixed), parents=(SHEARED,))
    parameters.movingPoints = add_points("M", in_world(desk.moving, beside))
    parameters.fixedStructures = segment("segments", kidney=KIDNEY, liver=LIVER)
    parameters.movingStructures = moving = segment("others", liver=LIVER, spleen=SPLEEN, kidney=KIDNEY)
    moving.SetAndObserveTransformNodeID(desk.moving.GetTransformNodeID())
    parameters.channels, parameters.channel2Weight = 1, 0.5
    parameters.channel2Fixed, parameters.channel2Moving = add_volume("T2"), add_volume("other T2", 1.5, (RIGID, OTHER))
    for name in ("pointsFor", "structuresFor"):
        setattr(parameters, name, parameters.pointsFor.MEASURE if initial == "center" else parameters.pointsFor.BOTH)
    parameters.preset = parameters.preset.FAST
    parameters.levels, parameters.iterations, parameters.threads = "2", "4", 1
    parameters.start = parameters.start.NONE
    desk.ui.registerButton.click()
    run = desk.panel._run
    desk.host.wait(run.isOver, 60)
    desk.host.wait(0.02)
    assert run.state == "finished", run.message

    told = run.metrics["points"]
    apart = np.linalg.norm(in_world(desk.fixed) - in_world(desk.moving, beside), axis=1)
    if initial == "identity":
        assert [pair["before_mm"] for pair in told["pairs"]] == pytest.approx(apart, abs=2e-3)
    else:  # both are of one size: their voxels lie on each other then, but for the turn of the parents
        assert told["before"]["mean_mm"] < 0.7 * apart.mean()
    through = run.nodes["transform"].GetTransformFromParent()
    ends = np.array([through.TransformPoint(place) for place in in_world(desk.fixed)])
    local = beside @ GRID[:3, :3].T + GRID[:3, 3]  # the transform takes the place of the parents
    assert [pair["after_mm"] for pair in told["pairs"]] == pytest.approx(np.linalg.norm(ends - local, axis=1), abs=2e-2)
    errors = [f"{pair['before_mm']:.2f} → {pair['after_mm']:.2f} mm" for pair in told["pairs"]]
    assert rows(desk) == list(zip(("F-1", "F-2", "F-3"), errors, strict=True))
    guided = initial == "identity"
    assert told["guided"] is guided and run.metrics["dice"]["guided"] is guided
    assert set(run.metrics["similarity"]["channels"]) >= {"image", "image2"}
    assert [title.split("  (Dice ")[0] for title in ticks(desk)] == ["kidney", "liver"]
    assert all("(Dice 0." in title for title in ticks(desk))
    assert "Landmarks" in desk.ui.verdictLabel.text and "(Dice)" in desk.ui.verdictLabel.text
    from NODEORegistrationLib import resultsOf
    from NODEORegistrationLib.scene.Report import reportHtml

    page = reportHtml(resultsOf(parameters))
    assert f"<td>F-2</td><td>{errors[1]}</td>" in page and "<td>liver</td><td>0." in page
    parameters.fixedPoints.SetName("renamed")  # another list, for all that is known
    parameters.Modified()
    assert rows(desk)[0] == ("F-1", "–")


def test_a_point_outside_its_volume_is_answered_in_the_panel_s_words(desk) -> None:
    fixed, moving = add_points("F", [(500.0, 0.0, 0.0)]), add_points("M", in_world(desk.moving)[:1])
    with pytest.raises(RuntimeError, match=r"fixed point F-1 .* lies outside the fixed image.*under Guidance"):
        desk.panel.logic.register(desk.fixed, desk.moving, fixedPoints=fixed, movingPoints=moving)
