"""The report: files that a reader can open, slices hung the right way round, and no trouble with missing figures."""

from __future__ import annotations

import json
import re
import sys
from html import escape
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from nodeo.errors import InputError
from nodeo.geometry.grid import Grid
from nodeo.report import write_report
from nodeo.report.content import find_content
from nodeo.report.key_figures import key_figures, number
from nodeo.report.page import page
from nodeo.report.planes import choose_planes, nearest_axes
from nodeo.report.scene import ReportInput, Scene

METRICS = {
    "similarity": {"before": 0.31, "after": 0.12, "name": "lncc"},
    "folding": {
        "voxels": 0,
        "percent": 0.0,
        "non_diffeomorphic_volume_mm3": 0.0,
        "smallest": 0.39,
        "largest": 1.95,
    },
    "jacobian": {"min": 0.4, "max": 1.9, "p1": 0.6, "p50": 1.0, "p99": 1.6, "sd_log": 0.2},
    "inverse_consistency_mm": {"mean": 0.01, "p99": 0.07},
    "dice": {
        "before": {"mean_dice": 0.61, "mean_hd95": 2.5},
        "after": {
            "mean_dice": 0.78,
            "mean_hd95": 1.25,
            "structures": {"17": {"name": "Left <Hippocampus>", "dice": 0.8, "hd95": 1.1}},
        },
    },
    "seconds": {"total": 12.3, "read": 0.2},
    "certificate": {"rounds": [0, 0], "damped_percent": [0.0, 0.0], "scale": 1.0},
    "peak_memory_mb": {"process": 812.0},
    "device": "cpu",
    "stop": ["all iterations done", "all iterations done"],
    "fallbacks": [],
    "versions": {"torch": "2.6", "home": "https://example.org"},
}
HISTORY = [
    {"level": level, "iteration": n, "loss": 0.3 / (n + level), "similarity": 0.29 / (n + level)}
    for level in (1, 2)
    for n in range(12)
]
OBLIQUE = tuple(np.asarray(sitk.Euler3DTransform((0, 0, 0), 0.3, -0.2, 0.15).GetMatrix()))
PERMUTED = (0.0, 0.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
RAS = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
LPS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, -1.0, 0.0)


def ball(size: tuple[int, ...], spacing: tuple[float, ...], direction: tuple[float, ...]) -> sitk.Image:
    """A soft bright ball in the middle of an image."""
    image = sitk.GaussianSource(
        sitk.sitkFloat32,
        size,
        sigma=[0.2 * n * step for n, step in zip(size, spacing, strict=True)],
        mean=[0.5 * n * step for n, step in zip(size, spacing, strict=True)],
        scale=100.0,
        spacing=spacing,
    )
    image.SetDirection(direction)
    return image


def case(fixed: sitk.Image, metrics: dict, history: list[dict]) -> ReportInput:
    """A report's input with a small bump of a deformation and an initial shift."""
    ndim = fixed.GetDimension()
    initial = sitk.TranslationTransform(ndim, [1.5] * ndim)
    bend = sitk.BSplineTransformInitializer(fixed, [3] * ndim) if min(fixed.GetSize()) > 1 else sitk.Transform(ndim, 1)
    generator = np.random.default_rng(7)
    bend.SetParameters(generator.normal(0.0, 1.0, len(bend.GetParameters())))
    transform = sitk.CompositeTransform([initial, bend])
    jacobian = sitk.Cast(fixed, sitk.sitkFloat32) * 0.0 + 1.1
    jacobian[tuple(n // 2 for n in fixed.GetSize())] = -0.2
    return ReportInput(
        fixed=fixed,
        before=sitk.Resample(fixed, fixed, initial),
        warped=sitk.Resample(fixed, fixed, transform),
        jacobian=jacobian,
        transform=transform,
        initial=initial,
        metrics=metrics,
        history=history,
        settings={"levels": 2, "similarity": {"window_mm": 7.0}},
        title="Sub <1> & 'two', $x$ onto $y$",
    )


FIXED = {
    "oblique and anisotropic": ball((40, 36, 12), (1.0, 1.3, 4.0), OBLIQUE),
    "thin slab": ball((60, 60, 2), (1.0, 1.0, 1.0), LPS),
    "flat": ball((48, 40), (1.0, 1.5), (1.0, 0.0, 0.0, 1.0)),
    "one slice of a volume": ball((40, 48, 1), (1.0, 1.0, 2.0), CORONAL),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", FIXED)
def test_report_is_a_picture_and_a_self_contained_page(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    data = case(FIXED[kind], METRICS, HISTORY)
    png, html = write_report(tmp_path / "out", data)
    picture = sitk.GetArrayFromImage(sitk.ReadImage(str(png)))
    assert picture.shape[0] > 700 and picture.shape[1] > 1200
    assert picture[..., :3].std() > 10, "the picture is blank"
    text = html.read_text(encoding="utf-8")
    assert not re.search(r"(src|href)\s*=\s*[\"']?\s*(https?:)?//", text), "the page reaches outside itself"
    assert escape(data.title) in text and data.title not in text
    for figure in (
        "0.310 → 0.120",
        "0.610 → 0.780",
        "Left &lt;Hippocampus&gt;",
        "12.3 s on cpu",
        "similarity.window_mm",
    ):
        assert figure in text


@pytest.mark.parametrize("missing", [*METRICS, "everything"])
def test_missing_figures_do_not_matter(missing: str) -> None:
    metrics = {} if missing == "everything" else {key: value for key, value in METRICS.items() if key != missing}
    assert "<h1>Title</h1>" in page("Title", metrics, {}, b"")


def test_report_without_figures_or_history(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    history = [{"loss": None}, {"level": 1, "similarity": float("nan")}]
    for n, kept in enumerate(([], history)):
        for path in write_report(tmp_path / str(n), case(FIXED["flat"], {}, kept)):
            assert path.stat().st_size > 1000


def test_report_of_images_without_content(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    data = case(sitk.Image(24, 20, 16, sitk.sitkInt16), {"folding": None, "similarity": 3}, [])
    assert write_report(tmp_path, data)[0].is_file()


def test_missing_matplotlib_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(InputError, match=r"needs matplotlib, which is not installed\. Install it with: pip install"):
        write_report(tmp_path, case(FIXED["flat"], METRICS, HISTORY))


@pytest.mark.parametrize("direction", [LPS, RAS, PERMUTED, OBLIQUE], ids=["LPS", "RAS", "permuted", "oblique"])
def test_planes_are_hung_the_radiological_way(direction: tuple[float, ...]) -> None:
    """The patient's left is on the right of the picture, the front of an axial plane and the head are on top."""
    image = ball((40, 44, 36), (1.0, 1.2, 1.5), direction)
    planes = {plane.view.name: plane for plane in choose_planes(Grid.of(image), find_content(image, image))}
    assert list(planes) == ["Axial", "Coronal", "Sagittal"]
    toward = {"left": (9.0, 0.0, 0.0), "front": (0.0, -9.0, 0.0), "top": (0.0, 0.0, 9.0)}
    for name, side, axis, sign in (
        ("Axial", "left", 1, 1),
        ("Axial", "front", 0, -1),
        ("Coronal", "left", 1, 1),
        ("Coronal", "top", 0, -1),
        ("Sagittal", "front", 1, -1),
        ("Sagittal", "top", 0, -1),
    ):
        seen = where_bright(planes[name].picture(spot(image, toward[side])))
        assert sign * seen[axis] > 3, f"{side} of the patient in the {name} plane"


def spot(image: sitk.Image, offset_mm: tuple[float, ...]) -> sitk.Image:
    """A spot of 6 mm radius, ``offset_mm`` (world) away from the middle of ``image``, on its grid."""
    grid = Grid.of(image)
    points = grid.world(np.stack(np.indices(grid.size[::-1])[::-1], axis=-1))
    middle = grid.world((np.asarray(grid.size) - 1) / 2)
    distance = np.linalg.norm(points - middle - np.asarray(offset_mm), axis=-1)
    return grid.stamp(sitk.GetImageFromArray((distance < 6).astype(np.float32)))


def where_bright(picture: np.ndarray) -> np.ndarray:
    """How far the bright pixels lie below and right of the middle of ``picture``, in pixels."""
    return np.argwhere(picture > 0.5).mean(axis=0) - (np.asarray(picture.shape) - 1) / 2


def test_a_slice_is_named_after_the_plane_it_lies_in() -> None:
    image = FIXED["one slice of a volume"]
    (plane,) = choose_planes(Grid.of(image), find_content(image, image))
    assert (plane.view.name, plane.upended, plane.mirrored) == ("Coronal", False, False)


def test_axes_are_matched_one_to_one_even_when_oblique() -> None:
    turned = np.asarray(sitk.Euler3DTransform((0, 0, 0), 0.6, 0.6, 0.6).GetMatrix())
    assert sorted(nearest_axes(Grid.of(ball((8, 8, 8), (1.0,) * 3, tuple(turned))))) == [0, 1, 2]
    assert nearest_axes(Grid.of(ball((8, 8, 8), (1.0,) * 3, PERMUTED))) == (2, 0, 1)


def test_deformation_grid_leaves_the_initial_transform_out() -> None:
    """With a transform that is all initial, the lines are those of the undeformed grid, to rounding."""
    fixed = FIXED["oblique and anisotropic"]
    initial = sitk.Euler3DTransform((3.0, 2.0, 1.0), 0.2, 0.1, -0.3, (5.0, -4.0, 2.0))
    empty = fixed * 0.0 + 1.0
    whole = sitk.CompositeTransform([initial])
    scene = Scene(ReportInput(fixed, fixed, fixed, empty, whole, initial, {}, [], {}, ""))
    for plane in scene.planes:
        across, down = scene.carried(plane)
        steps = fixed.GetSpacing()[plane.across], fixed.GetSpacing()[plane.down]
        np.testing.assert_allclose(np.abs(np.diff(across, axis=1)), steps[0], atol=1e-6)
        np.testing.assert_allclose(np.abs(np.diff(down, axis=0)), steps[1], atol=1e-6)
        np.testing.assert_allclose(np.diff(across, axis=0), 0.0, atol=1e-6)


def test_an_initial_transform_without_inverse_stays_in_the_deformation_grid() -> None:
    fixed = FIXED["flat"]
    initial = sitk.BSplineTransform(2)
    scene = Scene(ReportInput(fixed, fixed, fixed, fixed, initial, initial, {}, [], {}, ""))
    assert scene.deformation is initial


def test_deformation_grid_shows_the_shift_in_mm() -> None:
    fixed = FIXED["flat"]
    shift = sitk.TranslationTransform(2, (3.0, -2.0))
    unmoved = sitk.TranslationTransform(2)
    scene = Scene(ReportInput(fixed, fixed, fixed, fixed * 0.0 + 1.0, shift, unmoved, {}, [], {}, ""))
    (plane,) = scene.planes
    across, down = scene.carried(plane)
    assert across[0, 0] == pytest.approx(3.0) and down[0, 0] == pytest.approx(-2.0)


def test_content_is_found_off_centre() -> None:
    image = sitk.Image(60, 50, 40, sitk.sitkInt16) - 1000
    image[40:50, 10:20, 20:30] = 200
    content = find_content(image, image)
    assert content.centre == pytest.approx((44, 14, 24), abs=1)
    assert all(first <= low for first, low in zip(content.start, (40, 10, 20), strict=True))
    ends = [first + n for first, n in zip(content.start, content.size, strict=True)]
    assert all(end >= high for end, high in zip(ends, (50, 20, 30), strict=True))


@pytest.mark.parametrize(
    ("folding", "value", "tone"),
    [
        ({"voxels": 0, "percent": 0.0, "non_diffeomorphic_volume_mm3": 0.0}, "none", "good"),
        ({"voxels": 12, "percent": 0.5}, "12 (0.500 %)", "bad"),
        ({"voxels": 0, "non_diffeomorphic_volume_mm3": 0.25}, "0 (0.250 mm³)", "bad"),  # cells fold between voxels
    ],
)
def test_folding_is_told_as_good_or_bad_news(folding: dict, value: str, tone: str) -> None:
    (figure,) = key_figures({"folding": folding})
    assert (figure.value, figure.tone) == (value, tone)


def test_what_a_registration_measures_is_in_the_key_figures() -> None:
    """All but what there is nothing to say about: nothing was unfolded, nothing given up."""
    figures = {figure.label: figure.value for figure in key_figures(METRICS)}
    assert figures == {
        "Similarity loss (lncc)": "0.310 → 0.120",
        "Mean Dice": "0.610 → 0.780",
        "Mean HD95": "2.500 → 1.250 mm",
        "Folded voxels": "none",
        "det J, smallest to largest": "0.400 to 1.900",
        "det J, 1st, 50th, 99th percentile": "0.600, 1.000, 1.600",
        "SD of log det J": "0.200",
        "Inverse consistency, mean": "0.010 mm",
        "Inverse consistency, 99th percentile": "0.070 mm",
        "Time": "12.3 s on cpu",
        "Peak memory": "812.0 MB",
        "Stopped because": "all iterations done",
    }


def test_levels_that_went_differently_are_told_apart() -> None:
    metrics = {
        "stop": ["converged", "left out"],
        "certificate": {"rounds": [0, 3], "damped_percent": [0.0, 0.25], "smoothings": [0, 2], "scale": 0.8},
    }
    assert [figure.value for figure in key_figures(metrics)] == [
        "1: converged, 2: left out",
        "3 rounds, up to 0.250 % of nodes, smoothed 2 times, field × 0.800",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12"), (0.1234, "0.123"), (-2.5, "−2.500"), (1e-5, "1.0e-05"), (1234.5, "1234"), (None, ""), ("x", "")],
)
def test_numbers_are_written_as_a_person_would(value: object, text: str) -> None:
    assert number(value) == text


def test_metrics_that_went_through_json_are_read_the_same() -> None:
    assert key_figures(json.loads(json.dumps(METRICS))) == key_figures(METRICS)
