"""Whole registrations of phantoms with a known answer: right, free of folds, the same however the pair is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
import torch
from nodeo import models
from nodeo.engine import registration
from nodeo.engine.level import LevelProblem
from nodeo.engine.optimisation import Optimisation
from nodeo.engine.registration import register
from nodeo.engine.result import Result
from nodeo.engine.segments import Flow
from nodeo.errors import Cancelled, InputError
from nodeo.geometry.domain import Level
from nodeo.progress import Progress, Reporter
from nodeo.settings import ADAPTIVE_SOLVERS, FIXED_STEP_SOLVERS, SIMILARITIES, Settings
from phantoms import Bumps, Phantom, apart, bumps, drawn, folds, grid, mapped, middle, world_points
from unchecked import unchecked

QUICK = Settings(start="none", plane_levels=0, levels=(2, 1), iterations=(20, 10), steps=(2, 1), threads=1)
EXACT = 1e-6  # mm: rounding of world coordinates around 100 mm in double precision, some operations long
SAME = 0.1  # mm: the promise for re-oriented headers
FLAT, DEEP = (64, 64), (40, 40, 40)


@dataclass(frozen=True)
class Case:
    """A pair with a known answer: ``fixed`` sees ``phantom(truth(x))``, ``moving`` sees ``phantom(y)``."""

    fixed: sitk.Image
    moving: sitk.Image
    truth: phantoms.Map
    inside: np.ndarray  # [(D,) H, W] fixed voxels in the object

    @property
    def before(self) -> float:
        """Mean distance of the identity from the truth inside the object, mm."""
        points = world_points(self.fixed)
        return apart(points, self.truth(points), self.inside)

    def error(self, transform: sitk.Transform) -> float:
        """Mean distance of a transform from the truth inside the object, mm."""
        return apart(mapped(transform, self.fixed), self.truth(world_points(self.fixed)), self.inside)


def case(fixed: sitk.Image, moving: sitk.Image, truth: phantoms.Map, phantom: Phantom) -> Case:
    """The phantom drawn on both grids."""
    there = np.linalg.norm(truth(world_points(fixed)) - np.asarray(phantom.centre), axis=-1)
    return Case(drawn(lambda x: phantom(truth(x)), fixed), drawn(phantom, moving), truth, there < 0.9 * phantom.radius)


@cache
def pair(size: tuple[int, ...]) -> Case:
    """Both images on the same plain grid of 1 mm, the truth a smooth warp."""
    on = grid(size)
    return case(on, on, bumps(middle(on)), Phantom(middle(on), 24.0 if len(size) == 2 else 14.0))


@cache
def quick(size: tuple[int, ...]) -> Result:
    """The pair, registered."""
    return register(pair(size).fixed, pair(size).moving, QUICK)


def pixels(image: sitk.Image) -> np.ndarray:
    return sitk.GetArrayFromImage(image)


def some_points(of: Case, count: int = 300) -> np.ndarray:
    """World points [count, k] spread over the object."""
    inside = world_points(of.fixed)[of.inside]
    return inside[np.random.default_rng(0).choice(len(inside), count, replace=False)]


def moved(transform: sitk.Transform, points: np.ndarray) -> np.ndarray:
    return np.array([transform.TransformPoint(point) for point in points.tolist()])


every_size = pytest.mark.parametrize("size", [FLAT, DEEP], ids=["2-D", "3-D"])


# --- the answer -------------------------------------------------------------------------------------------------------


@every_size
def test_a_known_smooth_warp_is_found(size: tuple[int, ...]) -> None:
    found = quick(size)
    assert pair(size).before > 0.5
    assert pair(size).error(found.transform) <= 0.3  # voxels of 1 mm: about what the texture tells
    assert folds(phantoms.local_displacement(found.transform, pair(size).fixed), (1.0,) * len(size)) == 0
    assert found.metrics["folding"]["voxels"] == 0
    assert found.metrics["similarity"]["after"] < 0.2 * found.metrics["similarity"]["before"]


def drift(size: tuple[int, ...], similarity: str, **options) -> np.ndarray:
    """How far [(D,) H, W] an image registered with itself moves, mm."""
    moving = pair(size).moving
    found = register(moving, moving, QUICK.replace(similarity=similarity, **options))
    return np.linalg.norm(mapped(found.transform, moving) - world_points(moving), axis=-1)


@every_size
@pytest.mark.parametrize("similarity", ["lncc", "mse", "mind"])
def test_an_image_on_itself_stays_where_it_is(size: tuple[int, ...], similarity: str) -> None:
    assert drift(size, similarity).max() < 0.05  # voxels of 1 mm


@every_size
def test_mutual_information_hardly_moves_an_image_on_itself(size: tuple[int, ...]) -> None:
    """A joint histogram is sharper a little away from the identity, where fewer values mix in a bin."""
    assert drift(size, "mi")[pair(size).inside].mean() < 0.2  # voxels of 1 mm


@every_size
def test_the_inverse_undoes_the_transform(size: tuple[int, ...]) -> None:
    found, points = quick(size), some_points(pair(size))
    assert apart(moved(found.inverse, moved(found.transform, points)), points) <= 0.1
    assert apart(moved(found.transform, moved(found.inverse, points)), points) <= 0.1
    assert found.metrics["inverse_consistency_mm"]["mean"] <= 0.1


def faces(field: sitk.Transform) -> float:
    """The largest displacement on the border of a displacement field's own grid, mm."""
    vectors = pixels(sitk.DisplacementFieldTransform(field).GetDisplacementField())
    return max(np.abs(np.take(vectors, end, axis)).max() for axis in range(vectors.ndim - 1) for end in (0, -1))


@every_size
@pytest.mark.parametrize("nodes", [(), (4, 2)], ids=["a node a voxel", "coarse nodes"])
def test_the_field_fades_to_nothing_at_its_border(size: tuple[int, ...], nodes: tuple[int, ...]) -> None:
    found = register(pair(size).fixed, pair(size).moving, QUICK.replace(node_spacing=nodes))
    assert faces(found.transform.GetNthTransform(0)) == 0
    assert faces(found.inverse.GetNthTransform(0)) == 0


@pytest.mark.exact
@every_size
def test_the_transform_read_from_a_file_gives_the_warped_image_again(size: tuple[int, ...], tmp_path: Path) -> None:
    on = grid(size)
    other = grid([n + 5 for n in size], [0.9] * len(size), [1.5] * len(size))
    of = case(on, other, bumps(middle(on)), Phantom(middle(on), 24.0 if len(size) == 2 else 14.0))
    moving = sitk.Cast(of.moving - 1000, sitk.sitkInt16)  # a background that is not 0, as in CT
    found = register(of.fixed, moving, QUICK)
    found.write(tmp_path)
    transform = sitk.ReadTransform(str(tmp_path / "transform.h5"))
    again = sitk.Resample(moving, of.fixed, transform, sitk.sitkLinear, found.background, moving.GetPixelID())
    assert found.background == -1000
    assert again.GetPixelID() == found.warped.GetPixelID() == sitk.sitkInt16
    assert np.array_equal(pixels(again), pixels(found.warped))
    assert found.warped.GetOrigin() == of.fixed.GetOrigin() and found.warped.GetSize() == of.fixed.GetSize()
    assert of.error(transform) <= 0.3


# --- the same answer however it is stored -----------------------------------------------------------------------------


STORED = {
    "permuted": ((2, 0, 1), (False, False, False)),
    "flipped": ((0, 1, 2), (True, False, True)),
    "permuted and flipped": ((1, 2, 0), (False, True, True)),
}


@pytest.mark.parametrize(("order", "flips"), STORED.values(), ids=STORED.keys())
def test_reoriented_headers_change_nothing(order: tuple[int, ...], flips: tuple[bool, ...]) -> None:
    of = pair(DEEP)
    found = register(phantoms.reoriented(of.fixed, order, flips), phantoms.reoriented(of.moving, order, flips), QUICK)
    expected = mapped(quick(DEEP).transform, of.fixed)
    assert apart(mapped(found.transform, of.fixed), expected, of.inside) <= SAME


@pytest.mark.parametrize("which", ["fixed", "moving"])
def test_one_image_reoriented_changes_nothing(which: str) -> None:
    of = pair(DEEP)
    images = {"fixed": of.fixed, "moving": of.moving}
    images[which] = phantoms.reoriented(images[which], (0, 2, 1), (True, True, False))
    found = register(**images, settings=QUICK)
    expected = mapped(quick(DEEP).transform, of.fixed)
    assert apart(mapped(found.transform, of.fixed), expected, of.inside) <= SAME


@pytest.mark.parametrize("size", [FLAT, DEEP], ids=["2-D", "3-D"])
def test_a_rotated_world_rotates_the_answer(size: tuple[int, ...]) -> None:
    of = pair(size)
    rotation: sitk.Transform
    if len(size) == 3:
        rotation = sitk.Euler3DTransform((10.0, -20.0, 5.0), 0.4, -0.3, 0.7)
    else:
        rotation = sitk.Euler2DTransform((10.0, -20.0), 0.6)
    fixed, moving = phantoms.turned(of.fixed, rotation), phantoms.turned(of.moving, rotation)
    found = mapped(register(fixed, moving, QUICK).transform, fixed)
    matrix = np.reshape(rotation.GetMatrix(), (len(size), -1))
    back = (found - np.asarray(rotation.TransformPoint([0.0] * len(size)))) @ matrix
    assert apart(back, mapped(quick(size).transform, of.fixed), of.inside) <= SAME


def test_fixed_and_moving_may_lie_on_grids_that_have_nothing_in_common() -> None:
    fixed = grid((36, 44, 26), (1.2, 0.9, 1.6), (-20.0, 30.0, 5.0))
    centre = np.asarray(middle(fixed))
    moving = grid((46, 34, 40), (0.9, 1.3, 1.0), direction=phantoms.OBLIQUE)
    moving.SetOrigin((centre - (np.asarray(middle(moving)))).tolist())
    of = case(fixed, moving, bumps(centre), Phantom(tuple(centre)))
    found = register(of.fixed, of.moving, QUICK)
    assert of.error(found.transform) <= 0.3 * 1.2
    assert found.metrics["folding"]["voxels"] == 0
    assert folds(phantoms.local_displacement(found.transform, fixed), fixed.GetSpacing()) == 0


@every_size
def test_more_background_changes_nothing(size: tuple[int, ...]) -> None:
    of = pair(size)
    less, more = [5, 12, 8][: len(size)], [9, 3, 16][: len(size)]
    found = register(sitk.ConstantPad(of.fixed, less, more), sitk.ConstantPad(of.moving, more, less), QUICK)
    assert apart(mapped(found.transform, of.fixed), mapped(quick(size).transform, of.fixed), of.inside) < 0.1


@pytest.mark.exact
def test_a_slice_is_registered_as_the_plane_that_it_is() -> None:
    of = pair(FLAT)
    found = register(phantoms.as_slice(of.fixed), phantoms.as_slice(of.moving), QUICK)
    there = mapped(found.transform, phantoms.as_slice(of.fixed))[0]
    assert np.array_equal(there[..., :2], mapped(quick(FLAT).transform, of.fixed))
    assert np.all(there[..., 2] == 0)
    assert found.transform.GetDimension() == 3
    assert found.transform.TransformPoint((30.0, 31.0, 50.0))[2] == 50.0


@pytest.mark.parametrize("order", [(2, 0, 1), (0, 2, 1)])
def test_a_slice_may_be_thin_along_any_axis_and_lie_obliquely(order: tuple[int, ...]) -> None:
    of = pair(FLAT)
    fixed, moving = (phantoms.as_slice(image, phantoms.OBLIQUE, 4.0) for image in (of.fixed, of.moving))
    stored = [phantoms.reoriented(image, order, (False, True, False)) for image in (fixed, moving)]
    found = mapped(register(*stored, QUICK).transform, fixed)
    plane = (found - world_points(fixed)) @ np.reshape(phantoms.OBLIQUE, (3, 3))
    assert np.abs(plane[..., 2]).max() < EXACT
    expected = mapped(quick(FLAT).transform, of.fixed) - world_points(of.fixed)
    assert apart(plane[0, ..., :2], expected, of.inside) <= SAME


@pytest.mark.parametrize("how", ["center", "rigid"])
def test_slices_of_different_planes_are_brought_together(how: str) -> None:
    of = pair(FLAT)
    fixed, moving = phantoms.as_slice(of.fixed), phantoms.as_slice(of.moving)
    moving.SetOrigin((0.0, 0.0, 30.0))
    with pytest.raises(InputError, match="do not overlap"):
        register(fixed, moving, QUICK)
    there = mapped(register(fixed, moving, QUICK.replace(initial=how)).transform, fixed)[0]
    assert np.allclose(there[..., 2], 30.0, rtol=0, atol=EXACT)
    assert apart(there[..., :2], of.truth(world_points(of.fixed)), of.inside) <= 0.3


def test_a_plane_extruded_to_a_volume_moves_in_the_plane() -> None:
    of = pair(FLAT)

    def extruded(image: sitk.Image) -> sitk.Image:
        return sitk.GetImageFromArray(np.repeat(pixels(image)[None], 12, 0))

    found = register(extruded(of.fixed), extruded(of.moving), QUICK)
    there = mapped(found.transform, extruded(of.fixed)) - world_points(extruded(of.fixed))
    expected = mapped(quick(FLAT).transform, of.fixed) - world_points(of.fixed)
    half = there[6]  # of the slices the field fades out towards
    assert apart(half[..., :2], expected, of.inside) < 0.3 * of.before
    assert np.abs(half[..., 2]).mean() < 0.05


# --- masks ------------------------------------------------------------------------------------------------------------


def with_artefact(image: sitk.Image, region: np.ndarray) -> sitk.Image:
    """The texture of 4 pixels further on where ``region`` [H, W] says: it asks for a displacement that is not there."""
    array = pixels(image)
    array[region] = np.roll(array, (4, 4), (0, 1))[region]
    result = sitk.GetImageFromArray(array)
    result.CopyInformation(image)
    return result


@pytest.mark.parametrize("which", ["fixed", "moving"])
def test_what_a_mask_leaves_out_has_no_say(which: str) -> None:
    of = pair(FLAT)
    points = world_points(of.fixed)
    region = (np.abs(points - np.asarray([40.0, 32.0])) < 7).all(-1)
    mask = sitk.Cast(sitk.GetImageFromArray((~region).astype(np.uint8)), sitk.sitkUInt8)
    images = {"fixed": of.fixed, "moving": of.moving, "settings": QUICK}
    spoilt = {**images, which: with_artefact(images[which], region)}
    masked = {f"{which}_mask": mask}
    clean = mapped(register(**images, **masked).transform, of.fixed)
    spared = mapped(register(**spoilt, **masked).transform, of.fixed)
    fooled = mapped(register(**spoilt).transform, of.fixed)
    away = of.inside & ~(np.abs(points - np.asarray([40.0, 32.0])) < 10).all(-1)
    assert apart(spared, clean, away) < 0.05  # the smoothing before shrinking reaches over the rim of the mask
    assert apart(fooled, clean, region) > 0.3  # without a mask it is believed
    assert apart(spared, clean, region) < 0.3 * apart(fooled, clean, region)
    assert np.linalg.norm(spared - points, axis=-1)[region].mean() > 0.1  # the field goes on there


def test_a_mask_may_cover_a_part_of_the_object_only() -> None:
    of = pair(DEEP)
    half = pixels(of.fixed) * 0 + (np.arange(40) < 20)
    mask = sitk.Cast(sitk.GetImageFromArray(half.astype(np.float32)), sitk.sitkUInt8)
    found = register(of.fixed, of.moving, QUICK, fixed_mask=mask)
    points = world_points(of.fixed)
    part = of.inside & (half > 0) & (np.arange(40) < 17)
    assert apart(mapped(found.transform, of.fixed), of.truth(points), part) < 0.35
    assert found.metrics["folding"]["voxels"] == 0


# --- every option does its work ---------------------------------------------------------------------------------------


def inverted(image: sitk.Image) -> sitk.Image:
    """Bright for dark, the background 0 all the same."""
    return sitk.Mask(1000.0 - image, image > 0)


@every_size
@pytest.mark.parametrize("similarity", ["lncc", "mse", "mi", "mind"])
def test_every_similarity_reduces_the_error(size: tuple[int, ...], similarity: str) -> None:
    of = pair(size)
    found = register(of.fixed, of.moving, QUICK.replace(similarity=similarity))
    assert of.error(found.transform) < 0.6 * of.before
    assert found.metrics["similarity"]["after"] < found.metrics["similarity"]["before"]
    assert found.metrics["similarity"]["name"] == similarity


@every_size
@pytest.mark.parametrize("similarity", ["mi", "mind"])
def test_mutual_information_and_mind_do_not_mind_inverted_contrast(size: tuple[int, ...], similarity: str) -> None:
    of = pair(size)
    found = register(of.fixed, inverted(of.moving), QUICK.replace(similarity=similarity))
    assert of.error(found.transform) < 0.7 * of.before


OPTIONS = {
    **{f"kernel {kernel}": {"kernel": kernel} for kernel in ("averaging", "gaussian", "none")},
    "kernel in mm, twice": {"kernel_window": "3mm", "kernel_passes": 2},
    "kernel of no width": {"kernel_window": "0vox"},
    **{f"solver {solver}": {"solver": solver} for solver in FIXED_STEP_SOLVERS},
    **{f"solver {solver}": {"solver": solver, "iterations": (8, 3)} for solver in ADAPTIVE_SOLVERS},
    "adjoint": {"adjoint": True, "iterations": (10, 4)},
    "adjoint, adaptive": {"adjoint": True, "solver": "dopri5", "iterations": (8, 3)},
    "dense field": {"dense_field": True, "node_spacing": (4, 2)},
    "match histograms": {"match_histograms": True},
    "not cropped": {"crop": False},
    "one time mode": {"time_modes": 1},
    "seven time modes": {"time_modes": 7},
    "penalty on v": {"lambda_v": 0.01},
    "no penalties": {"lambda_J": 0, "lambda_df": 0, "lambda_v": 0, "lambda_s": 0},
    "narrow window": {"lncc_window": 5},
    "one level": {"levels": (1,), "iterations": (20,), "steps": (1,)},
    "levels larger than the image": {"levels": (16, 2, 1), "iterations": (10,), "steps": (1,)},
    "finest level left out": {"max_voxels": 1000},
    "coarse nodes": {"node_spacing": (4, 4)},
    "search": {"start": "search"},
    "search, if there is large motion": {"start": "auto"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_every_option_runs_and_improves(options: dict) -> None:
    of = pair(FLAT)
    found = register(of.fixed, of.moving, QUICK.replace(**options))
    assert of.error(found.transform) < 0.7 * of.before
    assert folds(phantoms.local_displacement(found.transform, of.fixed), (1.0, 1.0)) == 0
    points = some_points(of, 100)
    assert apart(moved(found.inverse, moved(found.transform, points)), points) <= 0.1


@pytest.mark.parametrize(
    "options",
    [
        {"solver": "dopri5", "iterations": (8, 2)},
        {"adjoint": True},
        {"kernel": "none"},
        {"crop": False},
        {"start": "auto"},
    ],
)
def test_options_in_3d(options: dict) -> None:
    of = pair(DEEP)
    found = register(of.fixed, of.moving, QUICK.replace(**{"iterations": (20, 4), **options}))
    assert of.error(found.transform) < 0.8 * of.before  # few iterations, and without a kernel a rough field


@pytest.mark.exact
def test_a_dense_field_is_the_same_field_with_a_vector_at_each_voxel() -> None:
    of, coarse = pair(FLAT), QUICK.replace(node_spacing=(4, 2))
    nodes, voxels = (register(of.fixed, of.moving, coarse.replace(dense_field=dense)) for dense in (False, True))
    assert np.allclose(nodes.displacement.GetSpacing(), 2.0) and np.allclose(voxels.displacement.GetSpacing(), 1.0)
    assert np.abs(mapped(nodes.transform, of.fixed) - mapped(voxels.transform, of.fixed)).max() < 1e-5  # float32


# --- initial transforms -----------------------------------------------------------------------------------------------


def rigid_case(ndim: int, angle: float = 0.2) -> tuple[Case, sitk.Transform]:
    """A turn and a shift, fixed and moving on grids of their own."""
    if ndim == 3:
        fixed, moving = grid((40, 40, 40)), grid((52, 44, 36), (0.9, 1.1, 1.4), (3.0, -6.0, 2.0))
        truth: sitk.Transform = sitk.Euler3DTransform(middle(fixed), angle, -0.5 * angle, angle, (5.0, -4.0, 6.0))
        size = 14.0
    else:
        fixed, moving = grid((64, 64)), grid((70, 90), (1.1, 0.9), (4.0, -7.0))
        truth = sitk.Euler2DTransform(middle(fixed), angle, (7.0, -6.0))
        size = 24.0
    linear = np.reshape(truth.GetMatrix(), (ndim, ndim))
    start = np.asarray(truth.TransformPoint([0.0] * ndim))
    phantom = Phantom(truth.TransformPoint(middle(fixed)), size, blobs=120)
    return case(fixed, moving, lambda x: x @ linear.T + start, phantom), truth


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("how", ["rigid", "affine"])
def test_a_turn_and_a_shift_are_found_before_the_flow_starts(ndim: int, how: str) -> None:
    of, _ = rigid_case(ndim)
    found = register(of.fixed, of.moving, QUICK.replace(initial=how, iterations=(40, 10)))
    assert of.before > 8
    assert of.error(found.initial) < 0.5
    assert of.error(found.transform) < 0.3  # voxels of 1 mm; the moving ones are up to 1.4 mm
    points = some_points(of, 100)
    assert apart(moved(found.inverse, moved(found.transform, points)), points) <= 0.1


@pytest.mark.parametrize("how", ["rigid", "affine"])
def test_the_initial_transform_is_the_same_every_time(how: str) -> None:
    of, _ = rigid_case(3)
    one, two = (register(of.fixed, of.moving, QUICK.replace(initial=how, iterations=(1,))).initial for _ in range(2))
    assert one.GetParameters() == two.GetParameters()


@pytest.mark.parametrize("ndim", [2, 3])
def test_centres_of_mass_bring_a_shift_together(ndim: int) -> None:
    of, _ = rigid_case(ndim, angle=0.0)
    found = register(of.fixed, of.moving, QUICK.replace(initial="center"))
    assert of.before > 8
    assert of.error(found.initial) < 0.5
    assert of.error(found.transform) < 0.3


def test_slices_are_turned_in_their_own_plane() -> None:
    of, _ = rigid_case(2)
    flat = [phantoms.as_slice(image, thickness=5.0) for image in (of.fixed, of.moving)]
    tilt = sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.5, -0.3, 0.8, (40.0, -10.0, 70.0))
    fixed, moving = (phantoms.turned(image, tilt) for image in flat)
    found = register(fixed, moving, QUICK.replace(initial="rigid"))
    back = tilt.GetInverse()
    points = [(*point, 0.0) for point in some_points(of, 100).tolist()]
    there = np.array([back.TransformPoint(found.transform.TransformPoint(tilt.TransformPoint(p))) for p in points])
    assert np.abs(there[:, 2]).max() < EXACT
    assert apart(there[:, :2], of.truth(np.array(points)[:, :2])) < 0.3


def test_a_given_affine_is_kept_exactly() -> None:
    of, _ = rigid_case(3)
    affine = sitk.AffineTransform(3)
    affine.SetCenter(middle(of.fixed))
    affine.SetMatrix((np.reshape(sitk.Euler3DTransform((0, 0, 0), 0.2, -0.1, 0.2).GetMatrix(), (3, 3)) * 1.1).ravel())
    affine.SetTranslation((5.0, -4.0, 6.0))
    found = register(of.fixed, of.moving, QUICK, initial_transform=affine)
    for point in [(-100.0, 0.0, 7.0), (200.0, 150.0, -80.0), (20.0, 20.0, 300.0)]:
        assert np.allclose(found.transform.TransformPoint(point), affine.TransformPoint(point), rtol=0, atol=EXACT)
        assert np.allclose(found.inverse.TransformPoint(affine.TransformPoint(point)), point, rtol=0, atol=EXACT)
    assert of.error(found.transform) < 0.4 < of.error(affine)
    displacement = sitk.DisplacementFieldTransform(sitk.Cast(found.displacement, sitk.sitkVectorFloat64))
    for point in some_points(of, 20).tolist():  # φ(x) = A(x + u(x))
        expected = affine.TransformPoint(displacement.TransformPoint(point))
        assert np.allclose(found.transform.TransformPoint(point), expected, rtol=0, atol=1e-4)  # float32 at 10 mm


def central_determinant(transform: sitk.Transform, on: sitk.Image) -> np.ndarray:
    """det J [(D,) H, W] of a transform by ITK's central differences."""
    field = sitk.TransformToDisplacementField(
        transform, sitk.sitkVectorFloat64, on.GetSize(), on.GetOrigin(), on.GetSpacing(), on.GetDirection()
    )
    return pixels(sitk.DisplacementFieldJacobianDeterminant(field))


def nonlinear_initial(kind: str, of: Case) -> sitk.Transform:
    """About half of the true warp as a displacement field, or a gentle B-spline."""
    if kind == "field":
        warp = of.truth
        assert isinstance(warp, Bumps)
        half = Bumps(warp.centres, tuple(tuple(0.5 * a for a in push) for push in warp.pushes), warp.width)
        return half.transform(of.fixed)
    spline = sitk.BSplineTransformInitializer(of.fixed, [4] * of.fixed.GetDimension())
    spline.SetParameters(np.random.default_rng(1).uniform(-1.0, 1.0, len(spline.GetParameters())).tolist())
    return spline


@every_size
@pytest.mark.parametrize("kind", ["field", "spline"])
def test_a_nonlinear_initial_transform_is_continued(size: tuple[int, ...], kind: str) -> None:
    of = pair(size)
    initial = nonlinear_initial(kind, of)
    found = register(of.fixed, of.moving, QUICK, initial_transform=initial)
    assert of.error(found.transform) <= 0.3
    assert of.error(found.transform) < 0.6 * of.error(initial)
    displacement = sitk.DisplacementFieldTransform(sitk.Cast(found.displacement, sitk.sitkVectorFloat64))
    points = some_points(of, 100)
    assert apart(moved(found.transform, points), moved(found.initial, moved(displacement, points))) < 1e-4  # float32
    assert apart(moved(found.initial, points), moved(initial, points)) < 1e-4  # at voxels; linear between them
    assert apart(moved(found.inverse, moved(found.transform, points)), points) <= 0.1
    assert np.abs(pixels(found.jacobian) - central_determinant(found.transform, of.fixed))[of.inside].max() < 1e-3


@pytest.mark.parametrize("name", ["initial.tfm", "initial.h5", "initial.nrrd"])
def test_an_initial_transform_may_be_a_file(name: str, tmp_path: Path) -> None:
    of = pair(FLAT)
    initial = nonlinear_initial("field", of)
    if name.endswith("nrrd"):
        field = initial.GetDisplacementField()
        sitk.WriteImage(field, str(tmp_path / name))
    else:
        sitk.WriteTransform(initial, str(tmp_path / name))
    found = register(of.fixed, of.moving, QUICK.replace(initial=str(tmp_path / name)))
    expected = register(of.fixed, of.moving, QUICK, initial_transform=initial)
    assert apart(mapped(found.transform, of.fixed), mapped(expected.transform, of.fixed), of.inside) < 1e-3


def test_a_file_that_is_no_transform_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("not a transform")
    with pytest.raises(InputError, match="neither a transform nor a displacement field"):
        register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(initial=str(tmp_path / "note.txt")))


def test_the_determinant_outside_the_field_is_that_of_the_initial_transform() -> None:
    on = grid((56, 56, 56))
    scaling = sitk.AffineTransform(3)
    scaling.SetCenter(middle(on))
    scaling.Scale((1.1, 1.1, 1.1))
    centre = np.asarray(middle(on))
    of = case(on, on, lambda x: centre + 1.1 * (x - centre), Phantom(middle(on)))
    found = register(of.fixed, of.moving, QUICK.replace(iterations=(3, 1)), initial_transform=scaling)
    determinant = pixels(found.jacobian)
    for face in (determinant[0], determinant[-1], determinant[:, 0], determinant[:, -1], determinant[..., 0]):
        assert np.allclose(face, 1.331, atol=1e-5)
    assert np.abs(determinant - central_determinant(found.transform, on))[of.inside].max() < 1e-3


# --- the same bits, and nothing left changed --------------------------------------------------------------------------


def snapshot() -> list:
    """All that a call might leave changed for the host program."""
    return [
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.get_rng_state().tolist(),
        [np.asarray(part).tolist() for part in np.random.get_state()],  # the one that must not move
        sitk.ProcessObject.GetGlobalDefaultNumberOfThreads(),
        torch.is_grad_enabled(),
        torch.are_deterministic_algorithms_enabled(),
        torch.backends.cudnn.benchmark,
    ]


@pytest.mark.exact
@every_size
def test_the_same_seed_gives_the_same_bits(size: tuple[int, ...]) -> None:
    of = pair(size)
    torch.manual_seed(99)  # the engine has a generator of its own
    again = register(of.fixed, of.moving, QUICK)
    assert np.array_equal(pixels(again.displacement), pixels(quick(size).displacement))
    assert np.array_equal(pixels(again.warped), pixels(quick(size).warped))
    assert (
        again.transform.GetNthTransform(0).GetParameters() == quick(size).transform.GetNthTransform(0).GetParameters()
    )


@pytest.mark.exact
@pytest.mark.parametrize("similarity", SIMILARITIES)
def test_two_threads_give_the_same_bits_every_time(similarity: str) -> None:
    of, settings = pair(FLAT), QUICK.replace(similarity=similarity, threads=2, iterations=(4, 2))
    one, two = (pixels(register(of.fixed, of.moving, settings).displacement) for _ in range(2))
    assert np.array_equal(one, two)


def test_another_seed_gives_another_network_and_about_the_same_answer() -> None:
    of = pair(FLAT)
    other = mapped(register(of.fixed, of.moving, QUICK.replace(seed=7)).transform, of.fixed)
    expected = mapped(quick(FLAT).transform, of.fixed)
    assert 0 < apart(other, expected, of.inside) < 0.1


def test_the_images_are_left_as_they_were() -> None:
    of = pair(FLAT)
    copies = pixels(of.fixed), pixels(of.moving)
    register(of.fixed, of.moving, QUICK.replace(match_histograms=True, initial="center"))
    assert np.array_equal(copies[0], pixels(of.fixed)) and np.array_equal(copies[1], pixels(of.moving))


@pytest.mark.parametrize("threads", [0, 1])
@pytest.mark.parametrize("how", ["well", "bad input", "cancelled", "broken"])
def test_no_global_state_changes(threads: int, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of, settings = pair(FLAT), QUICK.replace(threads=threads, initial="rigid", iterations=(4, 2))
    moving = of.moving * 0 if how == "bad input" else of.moving
    if how == "broken":
        monkeypatch.setattr(registration, "completed", lambda *_: 1 / 0)
    before = snapshot()
    if how == "well":
        register(of.fixed, moving, settings)
    else:
        error = {"bad input": InputError, "cancelled": Cancelled, "broken": ZeroDivisionError}[how]
        with pytest.raises(error):
            register(of.fixed, moving, settings, progress=stop_after(30) if how == "cancelled" else None)
    assert snapshot() == before


# --- no folding -------------------------------------------------------------------------------------------------------


RECKLESS = QUICK.replace(
    **dict.fromkeys(("lambda_J", "lambda_df", "lambda_v", "lambda_s", "tolerance"), 0),
    kernel="none",
    similarity="mse",
    iterations=(40, 20),
    learning_rate=0.3,
)


@pytest.mark.parametrize("dense", [False, True], ids=["nodes", "dense field"])
@pytest.mark.parametrize("nodes", [(), (4, 2)], ids=["a node a voxel", "coarse nodes"])
@every_size
def test_even_a_reckless_run_hands_out_no_fold(size: tuple[int, ...], nodes: tuple[int, ...], dense: bool) -> None:
    on = grid(size)
    radius = 24.0 if len(size) == 2 else 14.0
    fixed, moving = (drawn(Phantom(middle(on), radius, seed), on) for seed in (0, 1))  # nothing to find
    found = register(fixed, moving, RECKLESS.replace(node_spacing=nodes, dense_field=dense))
    assert max(found.metrics["certificate"]["rounds"]) > 0  # it was needed
    assert found.metrics["folding"]["voxels"] == 0
    assert found.metrics["folding"]["smallest"] > 0
    assert folds(phantoms.local_displacement(found.transform, fixed), (1.0,) * len(size)) == 0
    moved_by = np.linalg.norm(mapped(found.transform, fixed) - world_points(fixed), axis=-1)
    assert moved_by.max() > 0.5  # and it is not for lack of a deformation


# --- when memory runs out ---------------------------------------------------------------------------------------------


def scarce(monkeypatch: pytest.MonkeyPatch, failures: int, shrink: int, error: Exception | None = None) -> None:
    """Let the first so many evaluations at the level with this shrink factor fail for lack of memory."""
    real, left = LevelProblem.loss, [failures]

    def loss(problem: LevelProblem, *arguments):
        if max(problem.level.shrink) == shrink and left[0] > 0:
            left[0] -= 1
            raise error or torch.OutOfMemoryError("CUDA out of memory.")
        return real(problem, *arguments)

    monkeypatch.setattr(LevelProblem, "loss", loss)


LACKS = {
    "torch": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."),
    "python": MemoryError(),
    "cpu allocator": RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory"),
}


@pytest.mark.parametrize("shrink", [2, 1], ids=["first level", "last level"])
@pytest.mark.parametrize("error", LACKS.values(), ids=LACKS.keys())
def test_little_memory_costs_time_only(shrink: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = mapped(quick(FLAT).transform, pair(FLAT).fixed)
    scarce(monkeypatch, 1, shrink, error)
    found = register(pair(FLAT).fixed, pair(FLAT).moving, QUICK)
    number = {2: 1, 1: 2}[shrink]
    assert found.metrics["fallbacks"] == [
        f"Level {number}: memory ran out; steps are computed twice instead of being kept."
    ]
    assert apart(mapped(found.transform, pair(FLAT).fixed), expected) < 1e-3


@every_size
def test_less_memory_costs_the_finest_level(size: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    of = pair(size)
    scarce(monkeypatch, 10**9, 1)
    found = register(of.fixed, of.moving, QUICK)
    assert len(found.metrics["fallbacks"]) == 2
    assert found.metrics["fallbacks"][-1] == "Level 2: memory ran out; the finest level was left out."
    assert found.metrics["stop"] == ["all iterations done", "left out"]
    assert found.metrics["folding"]["voxels"] == 0
    assert {record["level"] for record in found.history} == {1}
    assert of.error(found.transform) < 0.7 * of.before
    assert folds(phantoms.local_displacement(found.transform, of.fixed), (1.0,) * len(size)) == 0
    points = some_points(of, 100)
    assert apart(moved(found.inverse, moved(found.transform, points)), points) <= 0.1


def test_a_reckless_run_short_of_memory_does_not_fold_either(monkeypatch: pytest.MonkeyPatch) -> None:
    on = grid(DEEP)
    fixed, moving = (drawn(Phantom(middle(on), 14.0, seed), on) for seed in (0, 1))
    scarce(monkeypatch, 10**9, 1)
    found = register(fixed, moving, RECKLESS)
    assert found.metrics["stop"][-1] == "left out"
    assert found.metrics["folding"]["voxels"] == 0
    assert folds(phantoms.local_displacement(found.transform, fixed), (1.0, 1.0, 1.0)) == 0


@pytest.mark.parametrize("levels", [(2, 1), (2,)])
def test_where_nothing_helps_the_answer_is_a_sentence(levels: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    scarce(monkeypatch, 10**9, 2)
    with pytest.raises(InputError, match="not enough memory") as caught:
        register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(levels=levels, iterations=(5,), steps=(1,)))
    assert "max_voxels" in caught.value.hint


def test_another_error_is_not_taken_for_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    scarce(monkeypatch, 1, 2, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        register(pair(FLAT).fixed, pair(FLAT).moving, QUICK)


def test_a_full_gpu_hands_over_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ladder alone, with a fake level: a GPU that is always full, a CPU that does the work."""
    tried = []

    def fake_level(self: Optimisation, flow: Flow, number: int, level: Level, checkpointed: bool) -> None:
        tried.append((flow.device.type, checkpointed))
        if flow.device.type == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        flow.stops.append("all iterations done")

    monkeypatch.setattr(Optimisation, "_level", fake_level)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    settings = QUICK.replace(start="none", kernel_widening="none")
    ladder = Optimisation(None, [None], models.build(settings), settings, Reporter(None))  # type: ignore[arg-type,list-item]
    flow = ladder.run(torch.device("cuda"))
    assert tried == [("cuda", False), ("cuda", True), ("cpu", True)]
    assert flow.device.type == "cpu"
    assert flow.fallbacks[-1] == "Level 1: memory ran out; the CPU took over."


# --- while it runs ----------------------------------------------------------------------------------------------------


def stop_after(calls: int) -> Callable[[Progress], None]:
    """A progress callback that cancels at its n-th call, and would not like to be asked again."""
    count = [0]

    def progress(news: Progress) -> None:
        count[0] += 1
        assert count[0] <= calls, "the run went on after it was cancelled"
        if count[0] == calls:
            raise Cancelled

    return progress


@pytest.mark.parametrize("initial", ["identity", "affine"])
@pytest.mark.parametrize("calls", [1, 2, 3, 4, 20, 30])
def test_cancelling_stops_at_once(calls: int, initial: str) -> None:
    with pytest.raises(Cancelled):
        register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(initial=initial), progress=stop_after(calls))


def test_the_last_moment_to_cancel_is_after_the_measurements() -> None:
    news: list[Progress] = []
    register(pair(FLAT).fixed, pair(FLAT).moving, QUICK, progress=news.append)
    with pytest.raises(Cancelled):
        register(pair(FLAT).fixed, pair(FLAT).moving, QUICK, progress=stop_after(len(news)))


@pytest.mark.parametrize("initial", ["identity", "rigid"])
def test_what_a_callback_raises_comes_out_as_it_is(initial: str) -> None:
    def broken(news: Progress) -> None:
        if news.fraction > 0:
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(initial=initial), progress=broken)


@pytest.mark.parametrize("initial", ["identity", "rigid"])
def test_progress_goes_forward(initial: str) -> None:
    news: list[Progress] = []
    found = register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(initial=initial), progress=news.append)
    fractions = [item.fraction for item in news]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0 and fractions[-1] == pytest.approx(1.0)
    running = [item for item in news if item.level]
    assert len(running) == len(found.history) == 30
    assert [(item.level, item.iteration) for item in running] == [
        *[(1, n) for n in range(1, 21)],
        *[(2, n) for n in range(1, 11)],
    ]
    assert {item.levels for item in running} == {2}
    assert [item.iterations for item in running] == [20] * 20 + [10] * 10
    assert [item.loss for item in running] == [record["loss"] for record in found.history]
    assert all(item.stage for item in news)
    assert all(item.loss is None and item.iteration == 0 for item in news if not item.level)


def test_a_level_that_gains_no_more_ends_early() -> None:
    found = register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(tolerance=0.9, iterations=(60, 60)))
    assert found.metrics["stop"] == ["converged", "converged"]
    assert len(found.history) < 60
    assert pair(FLAT).error(found.transform) < 0.7 * pair(FLAT).before


def test_the_best_iterate_is_kept() -> None:
    wild = QUICK.replace(levels=(1,), iterations=(15,), steps=(2,), learning_rate=0.8, tolerance=0, lambda_J=0)
    found = register(pair(FLAT).fixed, pair(FLAT).moving, wild)
    best = min(found.history, key=lambda record: record["loss"])
    assert best is not found.history[-1]  # it did overshoot
    if found.metrics["certificate"]["rounds"] == [0]:
        assert found.metrics["similarity"]["after"] == pytest.approx(best["similarity"], abs=1e-5)


def test_a_loss_that_breaks_down_ends_the_level_with_the_best_so_far() -> None:
    found = register(pair(FLAT).fixed, pair(FLAT).moving, unchecked(QUICK.replace(tolerance=0), learning_rate=1e30))
    assert "the loss was no longer a number" in found.metrics["stop"] or len(found.history) == 30
    assert np.isfinite(pixels(found.displacement)).all()
    assert np.isfinite(found.metrics["similarity"]["after"])
    assert folds(phantoms.local_displacement(found.transform, pair(FLAT).fixed), (1.0, 1.0)) == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_metrics_say_what_was_used(threads: int) -> None:
    found = register(pair(FLAT).fixed, pair(FLAT).moving, QUICK.replace(threads=threads, iterations=(2, 1)))
    assert found.metrics["device"].startswith("cuda" if torch.cuda.is_available() else f"cpu ({threads} thread")
    assert found.settings == QUICK.replace(threads=threads, iterations=(2, 1))
    assert found.metrics["peak_memory_mb"].get("process", 1) > 0
    assert found.metrics["seconds"]["total"] > 0
