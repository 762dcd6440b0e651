"""Where things lie: what the module sends to the worker and what it brings back, whatever the volumes are under.

The phantom is a formula of the world (RAS here), so a volume under any chain of parents can be drawn without
interpolation: its voxels hold what the formula says at the places to which the parents carry them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk

MODULE = Path(__file__).resolve().parents[2] / "NODEORegistration" / "NODEORegistration.py"
BALL = phantoms.Phantom((0.0, 0.0, 0.0), radius=12.0, blobs=90, grain=0.1)
WARP = phantoms.bumps((0.0, 0.0, 0.0), size=2.5, width=5.0)
FAST = {"preset": "fast", "start": "none", "levels": "2, 1", "iterations": "25, 6", "steps": "2, 1", "device": "cpu"}
TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def affine(angles=(0.0, 0.0, 0.0), shift=(0.0, 0.0, 0.0), scale=(1.0, 1.0, 1.0), shear=0.0) -> np.ndarray:
    """A 4 x 4 matrix: scale, shear x by y, turn by Euler angles (rad), shift (mm)."""
    matrix = np.eye(4)
    linear = np.diag(scale)
    linear[0, 1] = shear
    turn = np.reshape(sitk.Euler3DTransform((0.0, 0.0, 0.0), *angles).GetMatrix(), (3, 3))
    matrix[:3, :3], matrix[:3, 3] = turn @ linear, shift
    return matrix


RIGID = affine((0.3, -0.2, 0.4), (9.0, -7.0, 5.0))
OTHER_RIGID = affine((-0.5, 0.1, 0.2), (-4.0, 11.0, 6.0))
SHEARED = affine((0.1, 0.2, -0.3), (3.0, 5.0, -8.0), (1.15, 0.9, 1.05), 0.1)
FIXED_GRID = affine((0.2, -0.1, 0.15), (0.0, 0.0, 0.0), (1.0, 1.1, 1.2))  # oblique, anisotropic
MOVING_GRID = affine((-0.1, 0.3, 0.0), (0.0, 0.0, 0.0), (1.1, 1.0, 0.95))
FIXED_SIZE, MOVING_SIZE = (34, 32, 30), (38, 40, 42)  # i, j, k: wide enough that nothing looks past the moving volume


@dataclass(frozen=True)
class Case:
    """A scene to register.

    Attributes:
        fixed, moving: matrices of the parents, innermost first.
        initial: what logic.register is told: a word, or a matrix or "field" for a node.
        displaced: where the moving ball is before: a matrix, world.
    """

    fixed: tuple = ()
    moving: tuple = ()
    initial: object = None
    displaced: np.ndarray = field(default_factory=lambda: np.eye(4))


CASES = {
    "no parents": Case(),
    "moving under nested rigid parents": Case(moving=(RIGID, OTHER_RIGID)),
    "moving under a scaling and shearing parent": Case(moving=(SHEARED,)),
    "both under rigid parents": Case(fixed=(RIGID,), moving=(OTHER_RIGID,)),
    "both under nested parents, moving sheared": Case(fixed=(OTHER_RIGID, RIGID), moving=(SHEARED, RIGID)),
    "rigid start, parent": Case(moving=(RIGID,), initial="rigid", displaced=affine((0.0, 0.1, 0.1), (3.0, -2.0, 1.0))),
    "affine start, both under parents": Case(
        fixed=(OTHER_RIGID,),
        moving=(RIGID,),
        initial="affine",
        displaced=affine((0.1, 0.0, 0.05), (2.0, 1.0, -2.0), (1.05, 0.97, 1.0)),
    ),
    "centered, parent": Case(moving=(RIGID,), initial="center", displaced=affine(shift=(25.0, -30.0, 10.0))),
    "linear node, sheared parent": Case(
        moving=(SHEARED,), initial=RIGID, displaced=np.linalg.inv(RIGID) @ affine(shift=(1.0, 0.0, 0.0))
    ),
    "field node, parent": Case(moving=(RIGID,), initial="field"),
}
SLOW = (  # each takes the same ways as some other case
    "moving under nested rigid parents",
    "moving under a scaling and shearing parent",
    "both under rigid parents",
    "rigid start, parent",
)
EVERY = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in CASES]
)
_outcomes: dict = {}


@dataclass
class Outcome:
    """What is left of a run for the tests to look at; arrays are [k, j, i] on the fixed voxels.

    Attributes:
        fixed, before, warped: the fixed volume, the moving one as it lay in the world, and the warped output.
        throughScene: the moving volume, taken out of its parents and put under the output transform, seen by VTK.
        throughItk: the same by SimpleITK, from the transform node written to a file.
        world: [n, 3] RAS points by place: inside, border, outside.
        sceneMap, itkMap, back: those points through the transform in the scene, by SimpleITK, and there and back.
        outputGrids, fixedGrid: voxel -> world matrices.
    """

    metrics: dict
    fixed: np.ndarray
    before: np.ndarray
    warped: np.ndarray
    throughScene: np.ndarray  # noqa: N815 as in the scene
    throughItk: np.ndarray  # noqa: N815
    world: dict
    sceneMap: dict  # noqa: N815
    itkMap: dict  # noqa: N815
    back: dict
    outputGrids: dict  # noqa: N815
    fixedGrid: np.ndarray  # noqa: N815


# --- scenes ---


def vtk_matrix(array):
    import slicer

    return slicer.util.vtkMatrixFromArray(np.asarray(array, dtype=float))


def voxel_to_world(node) -> np.ndarray:
    """4 x 4, the parents of the volume included."""
    import slicer
    import vtk

    matrix, parents = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    if node.GetParentTransformNode() is not None:
        node.GetParentTransformNode().GetMatrixTransformToWorld(parents)
    return slicer.util.arrayFromVTKMatrix(parents) @ slicer.util.arrayFromVTKMatrix(matrix)


def centered(grid: np.ndarray, size) -> np.ndarray:
    """A voxel -> local matrix whose middle voxel is at 0."""
    result = grid.copy()
    result[:3, 3] = -grid[:3, :3] @ ((np.array(size) - 1) / 2)
    return result


def voxel_points(size, matrix) -> np.ndarray:
    """Places [k, j, i, 3] of all voxels."""
    k, j, i = np.indices(size[::-1])
    return np.stack([i, j, k], -1) @ matrix[:3, :3].T + matrix[:3, 3]


def transform_node(matrix, name="parent"):
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", name)
    node.SetMatrixTransformToParent(vtk_matrix(matrix))
    return node


def field_node(warp, share=1.0, name="former result"):
    """A transform node FromParent x -> x + share of the warp, on a 1.5 mm grid that ends where the warp has."""
    import slicer

    grid = phantoms.grid((44, 44, 44), (1.5, 1.5, 1.5), (-32.25, -32.25, -32.25))
    points = phantoms.world_points(grid)
    ras = points * (-1, -1, 1)
    image = sitk.GetImageFromArray(share * (warp(ras) - ras) * (-1, -1, 1), isVector=True)
    image.CopyInformation(grid)
    path = Path(slicer.app.temporaryPath) / "former.h5"
    sitk.WriteTransform(sitk.DisplacementFieldTransform(image), str(path))
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTransformNode", name)
    storage = slicer.vtkMRMLTransformStorageNode()
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    path.unlink()
    return node


def put_under(node, matrices):
    """Parents, innermost first; the innermost transform node."""
    nodes = [transform_node(matrix, f"above {node.GetName()}") for matrix in matrices]
    for child, parent in zip([node, *nodes], nodes, strict=False):
        child.SetAndObserveTransformNodeID(parent.GetID())
    return nodes[0] if nodes else None


def volume(name, grid, size, parents, formula):
    """A volume under parents, in the middle of the world whatever they do; ``formula`` is of world points."""
    import slicer

    chain = np.eye(4)
    for parent in parents:
        chain = parent @ chain
    middle = np.linalg.inv(chain)[:3, 3]  # local coordinates of the world's 0
    matrix = centered(grid, size)
    matrix[:3, 3] += middle
    values = formula(voxel_points(size, chain @ matrix)).astype(np.float32)
    node = slicer.util.addVolumeFromArray(values, vtk_matrix(matrix), name)
    put_under(node, parents)
    return node


def build(case: Case):
    """The fixed and moving volumes of a case."""
    shift = case.displaced[:3, 3]
    back = np.linalg.inv(case.displaced)
    fixed = volume("fixed", FIXED_GRID, FIXED_SIZE, case.fixed, lambda x: BALL(WARP(x)))

    def moved(x):
        return BALL(x @ back[:3, :3].T + back[:3, 3])

    # The moving volume's voxels surround the displaced ball.
    moving = volume("moving", MOVING_GRID, MOVING_SIZE, case.moving, lambda x: moved(x + shift))
    if shift.any():
        import slicer

        local = slicer.util.arrayFromVTKMatrix(_parents_of(moving))
        matrix = voxel_to_world(moving)
        matrix[:3, 3] += shift
        moving.SetIJKToRASMatrix(vtk_matrix(np.linalg.inv(local) @ matrix))
    return fixed, moving


def _parents_of(node):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    if node.GetParentTransformNode() is not None:
        node.GetParentTransformNode().GetMatrixTransformToWorld(matrix)
    return matrix


# --- two independent readings of a result ---


def seen_on(moving, fixed_grid, from_world=None) -> np.ndarray:
    """The moving volume on the fixed voxels as VTK sees it, through its parents; [k, j, i]."""
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    parents = vtk.vtkGeneralTransform()
    if moving.GetParentTransformNode() is not None:
        moving.GetParentTransformNode().GetTransformFromWorld(parents)
    toVoxels = vtk.vtkMatrix4x4()
    moving.GetRASToIJKMatrix(toVoxels)
    chain = vtk.vtkGeneralTransform()
    chain.PostMultiply()
    chain.Concatenate(vtk_matrix(fixed_grid))
    chain.Concatenate(parents)
    chain.Concatenate(toVoxels)
    reslice = vtk.vtkImageReslice()
    reslice.SetInputData(moving.GetImageData())
    reslice.SetInterpolationModeToLinear()
    reslice.SetResliceTransform(chain)
    reslice.SetOutputOrigin(0, 0, 0)
    reslice.SetOutputSpacing(1, 1, 1)
    reslice.SetOutputExtent(0, FIXED_SIZE[0] - 1, 0, FIXED_SIZE[1] - 1, 0, FIXED_SIZE[2] - 1)
    reslice.Update()
    values = vtk_to_numpy(reslice.GetOutput().GetPointData().GetScalars())
    return values.reshape(FIXED_SIZE[::-1]).astype(float)


def as_itk(array, matrix) -> sitk.Image:
    """An image [k, j, i] with the geometry of a voxel -> RAS matrix."""
    lps = TO_LPS @ matrix
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing.tolist())
    image.SetOrigin(lps[:3, 3].tolist())
    image.SetDirection((lps[:3, :3] / spacing).ravel().tolist())
    return image


def reread(node, path: Path) -> sitk.Transform:
    """A transform node as SimpleITK reads it from a file that MRML wrote."""
    import slicer

    storage = slicer.vtkMRMLTransformStorageNode()
    storage.SetFileName(str(path))
    assert storage.WriteData(node)
    return sitk.ReadTransform(str(path))


def map_points(transform, points) -> np.ndarray:
    return np.array([transform.TransformPoint(point) for point in points])


def map_points_itk(transform, points) -> np.ndarray:
    return np.array([transform.TransformPoint(tuple(point * (-1, -1, 1))) for point in points]) * (-1, -1, 1)


def places(grid) -> dict:
    """World points: voxels of the ball, places near the faces of the fixed grid on either side, and far outside."""
    random = np.random.default_rng(3)
    inside = voxel_points(FIXED_SIZE, grid).reshape(-1, 3)
    inside = random.permutation(inside[np.linalg.norm(inside, axis=1) < 11.0])[:300]
    inside = inside + random.uniform(-0.5, 0.5, inside.shape)  # mm: between the voxels
    last = np.array(FIXED_SIZE) - 1
    border = random.random((150, 3)) * last
    axis = random.integers(0, 3, 150)
    border[np.arange(150), axis] = np.where(random.random(150) < 0.5, 0, last[axis]) + random.uniform(-1.5, 1.5, 150)
    outside = last / 2 + random.normal(size=(150, 3)) * last
    outside = outside[np.abs(outside - last / 2).max(1) > last.max() / 2 + 2]
    return {
        "inside": inside,
        "border": border @ grid[:3, :3].T + grid[:3, 3],
        "outside": outside @ grid[:3, :3].T + grid[:3, 3],
    }


def outcome(name: str, host, tmp_path: Path) -> Outcome:
    """The case registered by the worker, once for all tests."""
    if name not in _outcomes:
        _outcomes[name] = _register(CASES[name], host, tmp_path)
    return _outcomes[name]


def _register(case: Case, host, tmp_path: Path) -> Outcome:
    import slicer

    logic = logic_of(host)
    fixed, moving = build(case)
    initial = case.initial
    if isinstance(initial, np.ndarray):
        initial = transform_node(initial, "start")
    elif initial == "field":
        initial = field_node(WARP, 0.5)
    grid = voxel_to_world(fixed)
    before = seen_on(moving, grid)
    run = logic.register(fixed, moving, initialTransform=initial, **FAST)
    nodes = run.nodes
    moving.SetAndObserveTransformNodeID(nodes["transform"].GetID())
    forward = reread(nodes["transform"], tmp_path / "transform.h5")
    points = places(grid)
    moving_image = as_itk(slicer.util.arrayFromVolume(moving), voxel_to_local(moving))
    fixed_image = as_itk(slicer.util.arrayFromVolume(fixed), grid)
    scene, inverse = (nodes[kind].GetTransformFromParent() for kind in ("transform", "inverse"))
    there = {place: map_points(scene, some) for place, some in points.items()}
    return Outcome(
        metrics=run.metrics,
        fixed=slicer.util.arrayFromVolume(fixed).astype(float),
        before=before,
        warped=slicer.util.arrayFromVolume(nodes["warped"]).astype(float),
        throughScene=seen_on(moving, grid),
        throughItk=sitk.GetArrayFromImage(sitk.Resample(moving_image, fixed_image, forward)).astype(float),
        world=points,
        sceneMap=there,
        itkMap={place: map_points_itk(forward, some) for place, some in points.items()},
        back={place: map_points(inverse, some) for place, some in there.items()},
        outputGrids={kind: voxel_to_world(nodes[kind]) for kind in ("warped", "jacobian")},
        fixedGrid=grid,
    )


def voxel_to_local(node) -> np.ndarray:
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return slicer.util.arrayFromVTKMatrix(matrix)


def logic_of(host):
    host.load(MODULE)
    from NODEORegistration import NODEORegistrationLogic

    return NODEORegistrationLogic()


# --- the transform, in every case ---


@EVERY
def test_the_moving_volume_put_under_the_transform_lies_on_the_fixed_one(name, host, tmp_path):
    """Whatever was above it before: the output transform alone carries the volume's own coordinates to the world."""
    result = outcome(name, host, tmp_path)
    before = np.abs(result.before - result.fixed).mean()
    after = np.abs(result.throughScene - result.fixed).mean()
    # A few iterations remove over half of the difference; a parent counted twice, or not at all, removes none.
    assert after < 0.5 * before


@EVERY
def test_the_scene_s_transform_reproduces_the_warped_volume(name, host, tmp_path):
    result = outcome(name, host, tmp_path)
    # Of about 1000 grey values; float32 sampling positions cost 1e-4 of a voxel, and an edge has 500 a voxel.
    assert np.abs(result.throughScene - result.warped).max() < 1.0


@EVERY
def test_the_transform_reread_by_simpleitk_reproduces_the_warped_volume(name, host, tmp_path):
    result = outcome(name, host, tmp_path)
    assert np.abs(result.throughItk - result.warped).max() < 1.0


@EVERY
@pytest.mark.parametrize("place", ["inside", "border", "outside"])
def test_mrml_and_itk_agree_on_every_point(name, place, host, tmp_path):
    """Also at the border and past it: the field fades to zero, where one of them would drop and the other extend."""
    result = outcome(name, host, tmp_path)
    apart = np.linalg.norm(result.sceneMap[place] - result.itkMap[place], axis=1)
    assert apart.max() < 1e-3  # mm; the field is kept in double precision, its faded border in about 1e-4


@EVERY
def test_the_inverse_leads_back_within_what_is_reported(name, host, tmp_path):
    result = outcome(name, host, tmp_path)
    error = np.linalg.norm(result.back["inside"] - result.world["inside"], axis=1)
    reported = result.metrics["inverse_consistency_mm"]
    # Both between voxels; some hundred of them scatter by a fifth, and they are those in the middle, where most moves.
    slack = 0.003
    assert error.mean() < 1.25 * reported["mean"] + slack
    assert np.percentile(error, 97) < 1.25 * reported["p99"] + slack


@EVERY
@pytest.mark.parametrize("kind", ["warped", "jacobian"])
def test_output_volumes_lie_in_the_world_on_the_fixed_voxels(name, kind, host, tmp_path):
    result = outcome(name, host, tmp_path)
    np.testing.assert_allclose(result.outputGrids[kind], result.fixedGrid, atol=1e-5)  # NRRD keeps its header as text


@EVERY
def test_nothing_is_folded(name, host, tmp_path):
    assert outcome(name, host, tmp_path).metrics["folding"]["voxels"] == 0


# --- what is refused, and how ---


def sentence_of(logic, *volumes, **named) -> str:
    """The one sentence with which a registration is refused."""
    with pytest.raises((ValueError, RuntimeError)) as refusal:
        logic.register(*volumes, **named, **FAST)
    sentence = str(refusal.value)
    assert sentence.endswith(".") and "\n" not in sentence and "Traceback" not in sentence
    return sentence


def small_pair():
    """Two volumes that are never registered."""
    return (
        volume("fixed", FIXED_GRID, FIXED_SIZE, (), lambda x: x[..., 0]),
        volume("moving", MOVING_GRID, MOVING_SIZE, (), lambda x: x[..., 1]),
    )


@pytest.mark.parametrize("which", [0, 1], ids=["fixed", "moving"])
def test_a_deforming_parent_is_refused_by_panel_and_logic(which, host):
    logic = logic_of(host)
    pair = small_pair()
    import slicer

    panel = slicer.modules.NODEORegistrationWidget
    ui, parameters = panel.ui, panel._parameters
    parameters.fixedVolume, parameters.movingVolume = pair
    assert ui.registerButton.enabled, ui.registerButton.toolTip
    above = transform_node(RIGID)
    above.SetAndObserveTransformNodeID(field_node(WARP).GetID())  # the innermost parent alone is linear
    pair[which].SetAndObserveTransformNodeID(above.GetID())
    assert "deforming transform" in sentence_of(logic, *pair)
    parameters.Modified()  # any change of the panel looks at the scene again
    assert not ui.registerButton.enabled
    assert pair[which].GetName() in ui.registerButton.toolTip
    assert "deforming transform" in ui.registerButton.toolTip


def test_the_button_follows_a_parent_that_is_put_above_a_chosen_volume(host):
    """The panel must not offer a button whose press is refused."""
    import slicer

    logic_of(host)
    panel = slicer.modules.NODEORegistrationWidget
    button, parameters = panel.ui.registerButton, panel._parameters
    parameters.fixedVolume, parameters.movingVolume = small_pair()
    assert button.enabled
    parameters.movingVolume.SetAndObserveTransformNodeID(field_node(WARP).GetID())
    host.wait(0.05)
    assert not button.enabled


def test_a_fixed_volume_under_a_scaling_parent_is_refused_and_the_scene_stays(host):
    logic = logic_of(host)
    fixed, moving = small_pair()
    put_under(fixed, (SHEARED,))
    host.wait(0.05)  # the panel chooses the two volumes
    before = host.snapshot()
    assert "above fixed scales or shears" in sentence_of(logic, fixed, moving)
    assert host.snapshot() == before


@pytest.mark.parametrize("initial", ["rigid", "affine", "center"])
def test_a_search_from_a_sheared_moving_volume_is_refused(initial, host):
    """The engine cannot be told a sheared voxel grid, and the search has to begin where the volume lies."""
    logic = logic_of(host)
    fixed, moving = small_pair()
    put_under(moving, (SHEARED,))
    assert "above moving scales or shears" in sentence_of(logic, fixed, moving, initialTransform=initial)


def test_an_initial_field_that_points_the_other_way_is_refused(host):
    """ITK cannot store the inverse of a field; to write the field itself would deform in the wrong direction."""
    logic = logic_of(host)
    fixed, moving = small_pair()
    field = field_node(WARP)
    field.Inverse()
    assert "convert it to a grid transform" in sentence_of(logic, fixed, moving, initialTransform=field)


def test_a_mask_under_a_deforming_parent_is_refused_by_panel_and_logic(host):
    logic = logic_of(host)
    fixed, moving = small_pair()
    mask = label_map("mask", FIXED_GRID, FIXED_SIZE, (), ball(8.0))
    mask.SetAndObserveTransformNodeID(field_node(WARP).GetID())
    assert "mask is under a deforming transform" in sentence_of(logic, fixed, moving, fixedMask=mask)
    parameters = logic.getParameterNode()
    parameters.fixedVolume, parameters.movingVolume, parameters.fixedMask = fixed, moving, mask
    from NODEORegistrationLib.run.Readiness import whyNotReady

    assert "mask mask is under a deforming transform" in whyNotReady(parameters)


# --- the initial transform, without a run ---


def written_initial(host, initial, moving, tmp_path) -> sitk.Transform:
    from NODEORegistrationLib.scene import SceneExport

    path = tmp_path / "initial.h5"
    SceneExport.writeInitialTransform(initial, moving, path)
    return sitk.ReadTransform(str(path))


@pytest.mark.parametrize("level", [0, 1], ids=["parent", "grandparent"])
def test_an_initial_transform_that_is_above_the_volume_already_counts_once(level, host, tmp_path):
    logic_of(host)
    moving = volume("moving", MOVING_GRID, MOVING_SIZE, (SHEARED, RIGID), lambda x: x[..., 1])
    above = moving.GetParentTransformNode()
    chosen = above if level == 0 else above.GetParentTransformNode()
    points = np.random.default_rng(0).normal(scale=30.0, size=(20, 3))
    told = map_points_itk(written_initial(host, chosen, moving, tmp_path), points)
    back = np.linalg.inv(RIGID @ SHEARED)
    np.testing.assert_allclose(told, points @ back[:3, :3].T + back[:3, 3], atol=1e-9)


def test_an_initial_transform_acts_on_top_of_the_parents_its_own_included(host, tmp_path):
    logic_of(host)
    moving = volume("moving", MOVING_GRID, MOVING_SIZE, (SHEARED,), lambda x: x[..., 1])
    start = transform_node(RIGID, "start")
    start.SetAndObserveTransformNodeID(transform_node(OTHER_RIGID).GetID())
    points = np.random.default_rng(0).normal(scale=30.0, size=(20, 3))
    told = map_points_itk(written_initial(host, start, moving, tmp_path), points)
    back = np.linalg.inv(OTHER_RIGID @ RIGID @ SHEARED)
    np.testing.assert_allclose(told, points @ back[:3, :3].T + back[:3, 3], atol=1e-9)


def test_a_field_to_start_from_halves_the_way(host, tmp_path):
    """The half-way field was used, and used once: the run begins more alike than without it."""
    plain = outcome("no parents", host, tmp_path).metrics["similarity"]["before"]
    assert outcome("field node, parent", host, tmp_path).metrics["similarity"]["before"] < 0.8 * plain


# --- masks ---


def ball(radius, centre=(0.0, 0.0, 0.0)):
    """A formula: whether a point of the world lies in a ball."""
    return lambda x: np.linalg.norm(x - np.asarray(centre), axis=-1) < radius


def label_map(name, grid, size, parents, formula):
    import slicer

    drawn = volume(f"{name} drawn", grid, size, parents, formula)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", name)
    node.SetIJKToRASMatrix(vtk_matrix(voxel_to_local(drawn)))
    slicer.util.updateVolumeFromArray(node, slicer.util.arrayFromVolume(drawn).astype(np.uint8))
    node.SetAndObserveTransformNodeID(drawn.GetTransformNodeID())
    slicer.mrmlScene.RemoveNode(drawn)
    return node


def segmentation(name, grid, size, parents, formulas):
    """A segmentation of its own voxels and parents, one segment a formula."""
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    for formula in formulas:
        labels = label_map("segment", grid, size, parents, formula)
        node.SetAndObserveTransformNodeID(None)
        parent = labels.GetTransformNodeID()
        labels.SetAndObserveTransformNodeID(None)
        assert slicer.vtkSlicerSegmentationsModuleLogic.ImportLabelmapToSegmentationNode(labels, node)
        node.SetAndObserveTransformNodeID(parent)
        slicer.mrmlScene.RemoveNode(labels)
    return node


def written_mask(mask, image_node, tmp_path, in_world=True):
    """What the engine is given for a mask: on the voxels of its volume's file, and those voxels' world places.

    Returns:
        mask [k, j, i] as true and false; points [k, j, i, 3], RAS, where the volume's voxels are in the scene.
    """
    import vtk
    from NODEORegistrationLib.scene import LabelExport, SceneExport

    to_file = SceneExport.worldMatrix(image_node) if in_world else vtk.vtkMatrix4x4()
    SceneExport.writeVolume(image_node, tmp_path / "image.nrrd", to_file)
    LabelExport.writeMask(mask, image_node, tmp_path / "mask.nrrd", to_file)
    image, labels = (sitk.ReadImage(str(tmp_path / name)) for name in ("image.nrrd", "mask.nrrd"))
    on_image = sitk.Resample(labels != 0, image, sitk.Transform(), sitk.sitkNearestNeighbor)
    return sitk.GetArrayFromImage(on_image) > 0, voxel_points(image.GetSize(), voxel_to_world(image_node))


def assert_is(mask, points, formula, blur):
    """Equal to a formula of the world, but for voxels within ``blur`` mm of its edge."""
    offsets = blur * np.array([[0, 0, 0], *np.eye(3), *-np.eye(3)])
    votes = np.mean([formula(points + offset) for offset in offsets], axis=0)
    clear = (votes == 0) | (votes == 1)
    assert mask.sum() > 100
    np.testing.assert_array_equal(mask[clear], votes[clear] == 1)


@pytest.mark.parametrize("kind", [label_map, lambda *a: segmentation(*a[:4], [a[4]])], ids=["labels", "segments"])
class TestMask:
    """The same checks for a label map and a segmentation of one segment."""

    def test_on_the_volume_s_own_voxels_nothing_is_changed(self, kind, host, tmp_path):
        logic_of(host)
        image = volume("image", FIXED_GRID, FIXED_SIZE, (RIGID,), lambda x: x[..., 0])
        mask = kind("mask", FIXED_GRID, FIXED_SIZE, (RIGID,), ball(8.0, (3.0, 2.0, -1.0)))
        told, points = written_mask(mask, image, tmp_path)
        # No voxel differs, except where a rounding of the header puts a voxel on the edge itself.
        assert_is(told, points, ball(8.0, (3.0, 2.0, -1.0)), blur=1e-3)

    def test_on_other_voxels_under_other_parents_it_lies_in_its_place(self, kind, host, tmp_path):
        logic_of(host)
        image = volume("image", FIXED_GRID, FIXED_SIZE, (OTHER_RIGID,), lambda x: x[..., 0])
        mask = kind("mask", MOVING_GRID, MOVING_SIZE, (RIGID, OTHER_RIGID), ball(8.0, (3.0, 2.0, -1.0)))
        told, points = written_mask(mask, image, tmp_path)
        assert_is(told, points, ball(8.0, (3.0, 2.0, -1.0)), blur=1.1)  # half a diagonal of a voxel of either grid

    def test_of_a_volume_that_is_sent_without_its_parents_it_stays_with_it(self, kind, host, tmp_path):
        """The moving volume's parents become part of the initial transform: its mask must not carry them either."""
        logic_of(host)
        image = volume("image", MOVING_GRID, MOVING_SIZE, (SHEARED,), lambda x: x[..., 0])
        mask = kind("mask", FIXED_GRID, FIXED_SIZE, (RIGID,), ball(8.0, (3.0, 2.0, -1.0)))
        told, points = written_mask(mask, image, tmp_path, in_world=False)
        assert_is(told, points, ball(8.0, (3.0, 2.0, -1.0)), blur=1.1)

    def test_an_empty_one_is_refused_with_its_name(self, kind, host):
        logic = logic_of(host)
        fixed, moving = small_pair()
        mask = kind("blank", FIXED_GRID, FIXED_SIZE, (), ball(0.0))
        assert re.search("blank (is empty|has no segment)", sentence_of(logic, fixed, moving, fixedMask=mask))

    def test_writing_it_changes_nothing_in_the_scene(self, kind, host, tmp_path):
        logic_of(host)
        image = volume("image", FIXED_GRID, FIXED_SIZE, (OTHER_RIGID,), lambda x: x[..., 0])
        mask = kind("mask", MOVING_GRID, MOVING_SIZE, (RIGID,), ball(8.0))
        before = host.snapshot()
        written_mask(mask, image, tmp_path)
        assert host.snapshot() == before


def test_hidden_segments_are_left_out_of_a_mask(host, tmp_path):
    logic_of(host)
    image = volume("image", FIXED_GRID, FIXED_SIZE, (), lambda x: x[..., 0])
    here, there = ball(5.0, (6.0, 0.0, 0.0)), ball(5.0, (-6.0, 0.0, 0.0))
    mask = segmentation("mask", FIXED_GRID, FIXED_SIZE, (), [here, there])
    told, points = written_mask(mask, image, tmp_path)
    assert_is(told, points, lambda x: here(x) | there(x), blur=1e-3)
    mask.GetDisplayNode().SetSegmentVisibility(mask.GetSegmentation().GetNthSegmentID(1), False)
    told, points = written_mask(mask, image, tmp_path)
    assert_is(told, points, here, blur=1e-3)


def test_a_segmentation_without_display_counts_whole(host, tmp_path):
    import slicer

    logic_of(host)
    image = volume("image", FIXED_GRID, FIXED_SIZE, (), lambda x: x[..., 0])
    mask = segmentation("mask", FIXED_GRID, FIXED_SIZE, (), [ball(7.0)])
    slicer.mrmlScene.RemoveNode(mask.GetDisplayNode())
    told, points = written_mask(mask, image, tmp_path)
    assert_is(told, points, ball(7.0), blur=1e-3)


def test_a_segmentation_with_nothing_visible_is_refused_as_empty(host):
    logic = logic_of(host)
    fixed, moving = small_pair()
    mask = segmentation("unseen", FIXED_GRID, FIXED_SIZE, (), [ball(7.0)])
    mask.GetDisplayNode().SetSegmentVisibility(mask.GetSegmentation().GetNthSegmentID(0), False)
    assert "unseen has no visible segment" in sentence_of(logic, fixed, moving, fixedMask=mask)


def test_a_mask_beside_its_volume_is_refused(host):
    """Not empty in itself, but nothing of it is in the volume."""
    logic = logic_of(host)
    fixed, moving = small_pair()
    mask = segmentation("far", FIXED_GRID, FIXED_SIZE, (), [ball(7.0)])
    mask.SetAndObserveTransformNodeID(transform_node(affine(shift=(300.0, 0.0, 0.0))).GetID())
    assert "far" in sentence_of(logic, fixed, moving, fixedMask=mask)


def test_a_segmentation_of_surfaces_becomes_a_mask_and_stays_one_of_surfaces(host, tmp_path):
    import slicer
    import vtk

    logic_of(host)
    image = volume("image", FIXED_GRID, FIXED_SIZE, (RIGID,), lambda x: x[..., 0])
    sphere = vtk.vtkSphereSource()
    sphere.SetRadius(8.0)
    sphere.SetCenter(3.0, 2.0, -1.0)
    sphere.SetThetaResolution(60)
    sphere.SetPhiResolution(60)
    sphere.Update()
    mask = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "surface")
    mask.CreateDefaultDisplayNodes()
    mask.SetSourceRepresentationToClosedSurface()
    mask.AddSegmentFromClosedSurfaceRepresentation(sphere.GetOutput(), "ball", [1.0, 0.0, 0.0])
    told, points = written_mask(mask, image, tmp_path)
    # The wheel chooses voxels of its own for surfaces, of about the 250th part of their volume's edge.
    assert_is(told, points, ball(8.0, (3.0, 2.0, -1.0)), blur=1.1)
    assert not mask.GetSegmentation().ContainsRepresentation("Binary labelmap")


# --- slices and other kinds of volumes ---

DISC = phantoms.Phantom((0.0, 0.0), radius=15.0, blobs=60, grain=0.1)
WARP_2D = phantoms.bumps((0.0, 0.0), size=2.5, width=6.0)


def slice_volume(name, across, formula, offset=0.0):
    """A sagittal slice, 40 x 36 mm along A and S, one voxel along R; ``across``: which voxel axis is the single one."""
    import slicer

    axes = {2: (1, 2, 0), 0: (0, 1, 2)}[across]  # world axis of i, j, k
    counts = {0: 1, 1: 40, 2: 36}
    size = tuple(counts[axis] for axis in axes)
    matrix = np.zeros((4, 4))
    for column, axis in enumerate(axes):
        matrix[axis, column] = 1.0
    matrix[3, 3] = 1.0
    matrix = centered(matrix, size)
    matrix[0, 3] = offset
    points = voxel_points(size, matrix)
    return slicer.util.addVolumeFromArray(formula(points[..., 1:]).astype(np.float32), vtk_matrix(matrix), name)


@pytest.mark.parametrize(
    ("across", "offset", "initial"), [(0, 0.0, None), (2, 7.0, "center")], ids=["1 x n x m", "n x m x 1, elsewhere"]
)
def test_slices_give_a_transform_of_space_that_leaves_their_normal_alone(across, offset, initial, host):
    """The moving slice may lie elsewhere along the normal: brought there by the centers, and by no deformation."""
    import slicer

    logic = logic_of(host)
    fixed = slice_volume("fixed", across, lambda x: DISC(WARP_2D(x)))
    moving = slice_volume("moving", across, DISC, offset)
    run = logic.register(fixed, moving, initialTransform=initial, **FAST)
    assert run.nodes["warped"].GetImageData().GetDimensions() == fixed.GetImageData().GetDimensions()
    seen, target, start = (slicer.util.arrayFromVolume(node) for node in (run.nodes["warped"], fixed, moving))
    assert np.abs(seen - target).mean() < 0.5 * np.abs(start - target).mean()
    points = np.random.default_rng(0).uniform(-12.0, 12.0, (200, 3)) * (0.0, 1.0, 1.0)
    moved = map_points(run.nodes["transform"].GetTransformFromParent(), points)
    np.testing.assert_allclose(moved[:, 0], offset, atol=1e-6)
    true = WARP_2D(points[:, 1:])
    assert phantoms.apart(moved[:, 1:], true) < 0.5 * phantoms.apart(points[:, 1:], true)
    apart = moved - map_points_itk(reread(run.nodes["transform"], Path(host.folder) / "slice.h5"), points)
    assert np.abs(apart).max() < 1e-3


def test_a_slice_and_a_volume_are_refused(host):
    logic = logic_of(host)
    fixed, _ = small_pair()
    single = slice_volume("single", 2, DISC)
    for pair in ((fixed, single), (single, fixed)):
        assert "single slice can only be registered with a single slice" in sentence_of(logic, *pair)


def test_a_color_volume_is_refused(host):
    import slicer

    logic = logic_of(host)
    fixed, _ = small_pair()
    color = slicer.util.addVolumeFromArray(np.zeros((9, 9, 9, 3), np.uint8), None, "tint", "vtkMRMLVectorVolumeNode")
    assert "tint is a color or vector volume" in sentence_of(logic, fixed, color)


def test_a_label_map_is_refused_as_volume(host):
    logic = logic_of(host)
    fixed, _ = small_pair()
    labels = label_map("labels", FIXED_GRID, FIXED_SIZE, (), ball(8.0))
    assert "labels is a label map" in sentence_of(logic, labels, fixed)


def test_a_volume_without_an_image_is_refused(host):
    import slicer

    logic = logic_of(host)
    fixed, _ = small_pair()
    hollow = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "hollow")
    assert "hollow holds no image" in sentence_of(logic, fixed, hollow)


def test_of_a_sequence_the_shown_frame_is_sent(host, tmp_path):
    """The proxy of a sequence browser is an ordinary volume that holds what is shown now."""
    import slicer

    logic_of(host)
    from NODEORegistrationLib.run.Readiness import whyNotRegistrable
    from NODEORegistrationLib.scene import SceneExport

    fixed, frame = small_pair()
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", "breathing")
    for index in range(3):
        slicer.util.updateVolumeFromArray(frame, np.full(MOVING_SIZE[::-1], index, np.float32))
        sequence.SetDataNodeAtValue(frame, str(index))
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "browser")
    browser.AddSynchronizedSequenceNode(sequence)
    browser.SetSelectedItemNumber(2)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    proxy = browser.GetProxyNode(sequence)
    assert whyNotRegistrable(fixed, proxy) == ""
    SceneExport.writeVolume(proxy, tmp_path / "frame.nrrd", SceneExport.worldMatrix(proxy))
    assert np.unique(sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "frame.nrrd")))).tolist() == [2.0]
