"""The section Carry along: what lies on the moving volume lies on the fixed one after the run, or nothing changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk
from registered_scene import MODULE

SIZE = (18, 20, 22)  # k, j, i; voxels of 1 mm
QUICK = {"start": "none", "levels": [2], "iterations": [12], "steps": [1], "threads": 1}
QUICK_TEXT = "start=none; levels=2; iterations=12; steps=1; threads=1"
TURNED = sitk.Euler3DTransform((9.0, 10.0, 8.0), 0.1, -0.05, 0.15, (2.0, -1.0, 1.5))
FLIP = np.array([-1.0, -1.0, 1.0])  # RAS <-> LPS
SPOTS = np.array([[9.3, 10.1, 8.7], [6.2, 12.4, 10.0], [13.1, 7.7, 6.5]])  # RAS, in the moving volume


def blob(name: str, shift: float):
    import slicer

    k, j, i = np.meshgrid(*map(np.arange, SIZE), indexing="ij")
    distance = (k - 8 - shift) ** 2 + 1.5 * (j - 10) ** 2 + (i - 11 + shift) ** 2
    return slicer.util.addVolumeFromArray(np.exp(-distance / 30.0).astype(np.float32), None, name)


def box() -> np.ndarray:
    codes = np.zeros(SIZE, np.uint8)
    codes[5:12, 6:14, 7:15] = 4
    return codes


@pytest.fixture
def desk(host) -> Iterator[SimpleNamespace]:
    """The panel, two volumes, and one of each kind that was made on the moving one."""
    import slicer
    import vtk

    panel, scene = host.load(MODULE), slicer.mrmlScene
    anna, bert = blob("Anna", 0.0), blob("Bert", 1.5)
    points = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "spots")
    for spot in SPOTS:
        points.AddControlPoint(vtk.vtkVector3d(*spot))
    points.CreateDefaultDisplayNodes()
    points.GetDisplayNode().SetGlyphScale(7.5)
    sphere = vtk.vtkSphereSource()
    sphere.SetCenter(10.0, 10.0, 8.0)
    sphere.SetRadius(4.0)
    sphere.Update()
    model = scene.AddNewNodeByClass("vtkMRMLModelNode", "ball")
    model.SetAndObservePolyData(sphere.GetOutput())
    labels = slicer.util.addVolumeFromArray(box(), None, "codes", "vtkMRMLLabelMapVolumeNode")
    organs = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "organs")
    slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labels, organs)
    things = {"points": points, "model": model, "labels": labels, "organs": organs}
    panel._parameters.fixedVolume, panel._parameters.movingVolume = anna, bert
    panel.ui.carryCollapsibleButton.collapsed = False
    yield SimpleNamespace(host=host, panel=panel, ui=panel.ui, anna=anna, bert=bert, things=things, **things)
    host.unload("NODEORegistration")


def under(desk, transform: sitk.Transform):
    """Put the moving volume and all that is its under a transform of the scene (RAS)."""
    import slicer

    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(transform.GetMatrix(), (3, 3))
    matrix[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    parent = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "placed")
    parent.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    for node in (desk.bert, *desk.things.values()):
        node.SetAndObserveTransformNodeID(parent.GetID())
    return parent


def listed(desk) -> dict[str, bool]:
    """{row: whether it is ticked}"""
    import qt

    rows = [desk.ui.carryList.item(row) for row in range(desk.ui.carryList.count)]
    return {row.text(): row.checkState() == qt.Qt.Checked for row in rows}


def tick(desk, *names: str) -> None:
    import qt

    for row in range(desk.ui.carryList.count):
        item = desk.ui.carryList.item(row)
        if item.text().split(" (")[0] in names:
            item.setCheckState(qt.Qt.Checked)


def press_register(desk, settings: str = QUICK_TEXT):
    parameters = desk.panel._parameters
    parameters.preset = type(parameters.preset).FAST
    parameters.other_settings = settings
    desk.ui.registerButton.click()
    run = desk.panel._run
    desk.host.wait(run.isOver, 60)
    desk.host.wait(0.01)
    return run


def deforming(name: str = "φ"):
    """A transform that deforms, FromParent, with the interpolation that results have."""
    import slicer
    import vtk

    values = np.zeros((*SIZE, 3))
    values[..., 0] = 2.0 * np.sin(np.arange(SIZE[2]) / 4.0)
    values[..., 2] = 1.0
    grid = vtk.vtkGridTransform()
    grid.SetDisplacementGridData(as_image(values))
    grid.SetInterpolationModeToLinear()
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", name)
    node.SetAndObserveTransformFromParent(grid)
    return node


def as_image(vectors: np.ndarray):
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk

    image = vtk.vtkImageData()
    image.SetDimensions(*reversed(vectors.shape[:3]))
    image.GetPointData().SetScalars(numpy_to_vtk(vectors.reshape(-1, 3), deep=True))
    return image


def folder_of(node) -> int:
    """Its item in the subject hierarchy."""
    import slicer

    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    return tree.GetItemParent(tree.GetItemByDataNode(node))


def places_of(node) -> np.ndarray:
    """Where a point list, or the corners of a model, lie in the world; RAS."""
    import slicer
    import vtk

    if node.IsA("vtkMRMLMarkupsNode"):
        return slicer.util.arrayFromMarkupsControlPoints(node, world=True)
    toWorld = vtk.vtkGeneralTransform()
    if node.GetParentTransformNode() is not None:
        node.GetParentTransformNode().GetTransformToWorld(toWorld)
    return np.array([toWorld.TransformPoint(point) for point in slicer.util.arrayFromModelPoints(node)])


def voxels_of(labels, transform: sitk.Transform) -> tuple[np.ndarray, np.ndarray]:
    """(codes of a label map's voxels, and of those of the box that they come from by φ, SimpleITK's), where one is."""
    import slicer
    import vtk

    found = slicer.util.arrayFromVolume(labels)
    matrix = vtk.vtkMatrix4x4()
    labels.GetIJKToRASMatrix(matrix)
    to_ras = slicer.util.arrayFromVTKMatrix(matrix)
    indices = np.argwhere(np.ones_like(found))
    world = indices[:, ::-1] @ to_ras[:3, :3].T + to_ras[:3, 3]
    sources = np.array([transform.TransformPoint(point) for point in (world * FLIP).tolist()]) * FLIP
    voxel = np.rint(sources).astype(int)[:, ::-1]
    inside = ((voxel >= 0) & (voxel < SIZE)).all(1)
    came = np.zeros(len(voxel), int)
    came[inside] = box()[tuple(voxel[inside].T)]
    return found.ravel(), came


# --- with the worker ---


@pytest.mark.parametrize(("copies", "initial"), [(False, "identity"), (True, "center")])
def test_everything_lies_where_simpleitk_takes_it(desk, copies: bool, initial: str) -> None:
    import slicer

    place = under(desk, TURNED)
    before = {name: places_of(desk.things[name]) for name in ("points", "model")}
    run = desk.panel.logic.register(
        *(desk.anna, desk.bert, "fast"),
        carry=list(desk.things.values()),
        carryCopies=copies,
        initialTransform=initial,
        keepFiles=True,
        **QUICK,
    )
    transform = sitk.ReadTransform(str(run.folder / "output" / "transform.h5"))
    shutil.rmtree(run.folder)
    carried = dict(zip(desk.things, run.carried, strict=True))
    if initial == "identity":  # then φ leads into the volume; else into the world, where the volume lies
        before = {"points": SPOTS, "model": slicer.util.arrayFromModelPoints(desk.model).astype(float)}
    for name, sources in before.items():
        now = places_of(carried[name])
        back = np.array([transform.TransformPoint(point) for point in (now * FLIP).tolist()]) * FLIP
        assert back == pytest.approx(sources, abs=0.01)  # Slicer finds an inverse to .001 mm or so, a step or two off
        assert np.abs(now - sources).max() > 0.5  # it is not the identity
    if not copies:
        assert all(node is desk.things[name] for name, node in carried.items())
        assert all(node.GetParentTransformNode() is run.nodes["transform"] for node in run.carried)
    else:
        assert all(node.GetParentTransformNode() is place for node in desk.things.values())
        assert all(node.GetParentTransformNode() is None for node in run.carried)
        assert carried["points"].GetName() == "spots on Anna"
        assert carried["points"].GetDisplayNode().GetGlyphScale() == 7.5
        assert carried["points"].GetDisplayNode() is not desk.points.GetDisplayNode()
        into_volume = sitk.CompositeTransform([lps(TURNED).GetInverse(), transform])
        found, came = voxels_of(carried["labels"], into_volume)
        assert np.mean((found > 0) == (came > 0)) > 0.99 and set(found) == {0, 4}  # no codes between
        assert (came > 0).sum() > 100
        assert_segment_is_there(carried["organs"], into_volume)
    assert {folder_of(node) for node in run.carried} == {folder_of(run.nodes["transform"])}


def lps(transform: sitk.Euler3DTransform) -> sitk.AffineTransform:
    """A transform of RAS points as one of LPS points."""
    affine = sitk.AffineTransform(3)
    affine.SetMatrix((np.diag(FLIP) @ np.reshape(transform.GetMatrix(), (3, 3)) @ np.diag(FLIP)).ravel().tolist())
    affine.SetTranslation((np.array(transform.TransformPoint((0.0, 0.0, 0.0))) * FLIP).tolist())
    return affine


def assert_segment_is_there(segmentation, transform: sitk.Transform) -> None:
    import slicer

    labels = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "exported")
    slicer.modules.segmentations.logic().ExportAllSegmentsToLabelmapNode(segmentation, labels)
    found, came = voxels_of(labels, transform)
    assert np.mean((found > 0) == (came > 0)) > 0.95 and (found > 0).sum() == pytest.approx((came > 0).sum(), rel=0.05)
    slicer.mrmlScene.RemoveNode(labels)


def test_from_the_tick_to_the_place_and_back_by_one_button(desk) -> None:
    place = under(desk, TURNED)
    desk.panel._parts.update()
    assert listed(desk) == dict.fromkeys(
        ["codes (label map)", "organs (segmentation)", "spots (markups)", "ball (model)"], False
    )
    tick(desk, "spots", "organs")
    assert not desk.ui.undoCarryButton.enabled
    first = press_register(desk)
    assert first.state == "finished", first.message
    assert desk.points.GetParentTransformNode() is desk.organs.GetParentTransformNode() is first.nodes["transform"]
    assert desk.model.GetParentTransformNode() is place
    assert listed(desk)["spots (markups)"]  # still, for the next run
    second = press_register(desk)
    assert desk.points.GetParentTransformNode() is second.nodes["transform"]
    assert folder_of(desk.points) == folder_of(second.nodes["transform"]) != folder_of(first.nodes["transform"])
    desk.ui.undoCarryButton.click()
    assert desk.points.GetParentTransformNode() is desk.organs.GetParentTransformNode() is place
    assert folder_of(desk.points) == folder_of(desk.model) and not desk.ui.undoCarryButton.enabled


def test_a_run_that_fails_leaves_everything_where_it_was(desk) -> None:
    tick(desk, "spots", "ball")
    desk.panel._parameters.preset = type(desk.panel._parameters.preset).FAST
    desk.panel._parameters.other_settings = "nonsense=1"
    desk.host.wait(0.02)
    before = desk.host.snapshot()
    desk.host.dialogs.answer("nonsense", True)
    run = press_register(desk, "nonsense=1")
    assert run.state == "failed" and run.carried == []
    desk.host.wait(0.05)
    assert desk.host.snapshot() == before


# --- without it ---


def test_a_choice_is_kept_in_the_scene_and_forgets_what_is_gone(desk, tmp_path: Path) -> None:
    import slicer

    tick(desk, "spots", "ball")
    desk.ui.carryCopiesCheckBox.checked = True
    slicer.mrmlScene.RemoveNode(desk.model)
    desk.host.wait(0.05)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    desk.panel.parent.exit()
    slicer.util.loadScene(str(tmp_path / "scene.mrb"), {"clear": True})
    desk.panel.parent.enter()
    assert listed(desk) == {"codes (label map)": False, "organs (segmentation)": False, "spots (markups)": True}
    assert desk.panel._parameters.carryCopies


def test_what_is_the_fixed_volume_s_is_not_offered(desk) -> None:
    desk.organs.SetReferenceImageGeometryParameterFromVolumeNode(desk.anna)
    desk.panel._parameters.fixedPoints = desk.points
    assert list(listed(desk)) == ["codes (label map)", "ball (model)"]


def test_another_moving_volume_offers_what_lies_with_it(desk) -> None:
    tick(desk, "spots")
    under(desk, TURNED)
    desk.panel._parameters.movingVolume, desk.panel._parameters.fixedVolume = desk.anna, desk.bert
    assert listed(desk) == {}
    desk.panel._parameters.movingVolume, desk.panel._parameters.fixedVolume = desk.bert, desk.anna
    assert listed(desk)["spots (markups)"]  # it was not forgotten


def carry(nodes, copies: bool, transform, fixed):
    from NODEORegistrationLib.scene.Carrying import Carrying

    carrying = Carrying(nodes, copies)
    for step in carrying.steps({"transform": transform}):
        step()
    return carrying, carrying.commit(transform, fixed)


def test_copies_are_removed_by_undo_and_replaced_by_a_new_result_of_the_same_node(desk) -> None:
    import slicer
    from NODEORegistrationLib.scene.Carried import carriedBy, undoCarrying
    from NODEORegistrationLib.scene.Companions import companionsBefore

    before, transform = desk.host.snapshot(), deforming()
    _carrying, (first, _second) = carry([desk.points, desk.model], True, transform, desk.anna)
    assert first not in [companion.node for companion in companionsBefore(desk.anna, desk.bert)]
    _carrying, (again,) = carry([desk.points], True, transform, desk.anna)
    assert first.GetScene() is None and carriedBy(transform) == [again]
    undoCarrying(transform)
    slicer.mrmlScene.RemoveNode(transform)
    assert desk.host.snapshot() == before


def test_what_a_person_places_goes_on_going_where_it_went(desk) -> None:
    """Slicer makes the newest list the one that clicks go to, and points of its kind what they place."""
    import slicer

    curve = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsCurveNode", "rim")
    for spot in SPOTS:
        curve.AddControlPoint(*spot)
    slicer.modules.markups.logic().SetActiveList(desk.points)
    selection = slicer.app.applicationLogic().GetSelectionNode()
    told = []
    tag = selection.AddObserver(selection.ActivePlaceNodeClassNameChangedEvent, lambda caller, event: told.append(1))
    _carrying, (copy,) = carry([curve], True, deforming(), desk.anna)
    selection.RemoveObserver(tag)
    assert copy.IsA("vtkMRMLMarkupsCurveNode") and len(told) == 2  # away, and back
    active = selection.GetActivePlaceNodeID(), selection.GetActivePlaceNodeClassName()
    assert active == (desk.points.GetID(), "vtkMRMLMarkupsFiducialNode")


def test_what_went_elsewhere_meanwhile_does_not_go_along(desk) -> None:
    import slicer
    from NODEORegistrationLib.scene.Carrying import Carrying

    carrying, transform = Carrying([desk.points, desk.model, desk.organs], False), deforming()
    place = under(desk, TURNED)
    for node in (desk.bert, desk.labels, desk.organs):
        node.SetAndObserveTransformNodeID(None)
    slicer.mrmlScene.RemoveNode(desk.model)
    assert carrying.commit(transform, desk.anna) == [desk.organs]
    assert carrying.leftBehind == ["spots", "ball"]
    assert desk.points.GetParentTransformNode() is place


def test_what_cannot_go_along_gets_a_sentence(desk) -> None:
    place = under(desk, TURNED)
    desk.points.SetAndObserveTransformNodeID(None)
    with pytest.raises(ValueError, match="spots cannot go along: it does not lie under the transform that Bert"):
        desk.panel.logic.register(desk.anna, desk.bert, carry=[desk.points])
    desk.points.SetAndObserveTransformNodeID(place.GetID())
    with pytest.raises(ValueError, match="Tick Transform"):
        desk.panel.logic.register(desk.anna, desk.bert, carry=[desk.points], outputs={"warped": None})
    desk.panel._parameters.createTransform = False
    assert desk.ui.registerButton.enabled
    desk.panel._parts.update()
    tick(desk, "spots")
    assert not desk.ui.registerButton.enabled and "Tick Transform" in desk.ui.reasonLabel.text
