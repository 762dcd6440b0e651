"""The report of a registration: one picture that is read at a glance, and a page that carries it.

The picture shows the planes through the middle of the fixed content the way a radiologist hangs them: the patient's
right on the reader's left, front or head up. A plane is cut out of an image before anything else is done with it, so
that only the few slices shown are ever turned, deformed or coloured.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import SimpleITK as sitk

from .errors import InputError
from .report_page import KeyFigure, key_figures, page
from .space import Grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

BACKGROUND, PANEL, INK, DIM, RULE = "#101317", "#000000", "#eef1f4", "#98a2ad", "#2b3138"
GREEN, MAGENTA, GRID_LINE = "#4fe36b", "#ff6bf0", "#ffc42e"
SMALLER, LARGER, FOLD = "#6fb1e0", "#f0806a", "#f5ff00"
TONES = {"": INK, "good": GREEN, "bad": "#ff6b5e"}
JACOBIAN_COLOURS = "RdBu_r"
DPI = 120


@dataclass(frozen=True)
class ReportInput:
    """What a report is drawn from.

    Attributes:
        fixed: scalar image, 3-D, 2-D, or 3-D with one axis of one voxel.
        before: the moving image resampled on the fixed grid by the initial transform only.
        warped: the moving image resampled on the fixed grid by the whole transform.
        jacobian: determinant of the transform's Jacobian on the fixed grid.
        transform: the whole pull-back map, fixed world to moving world.
        initial: the part of it that was given before registration.
        metrics: nested dictionary as in ``metrics.json``; any key may be absent.
        history: one dictionary an iteration with ``level``, ``iteration``, ``loss`` and ``similarity``.
        settings: the options of the run.
        title: the heading.
    """

    fixed: sitk.Image
    before: sitk.Image
    warped: sitk.Image
    jacobian: sitk.Image
    transform: sitk.Transform
    initial: sitk.Transform
    metrics: dict[str, Any]
    history: list[dict[str, Any]]
    settings: dict[str, Any]
    title: str


def write_report(folder: Path, data: ReportInput) -> tuple[Path, Path]:
    """Write ``report.png`` and ``report.html`` into ``folder`` and return their paths.

    Raises:
        InputError: matplotlib is not installed.
    """
    picture = draw(data)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    png, html = folder / "report.png", folder / "report.html"
    png.write_bytes(picture)
    html.write_text(page(data.title, data.metrics, data.settings, picture), encoding="utf-8")
    return png, html


def draw(data: ReportInput) -> bytes:
    """The picture of a report as a PNG.

    Raises:
        InputError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            "Drawing the report needs matplotlib, which is not installed.", "Install it with: pip install matplotlib"
        ) from error
    scene = Scene(data)
    layout = choose_layout([plane.extent(scene.grid) for plane in scene.planes])
    figure = Figure(figsize=layout.size, dpi=DPI, facecolor=BACKGROUND)
    FigureCanvasAgg(figure)
    _draw_header(figure, layout, scene)
    for kind, box in zip(KINDS, layout.panels[0], strict=True):
        _draw_caption(figure, box, kind, scene)
    for plane, boxes in zip(scene.planes, layout.panels, strict=True):
        for kind, box in zip(KINDS, boxes, strict=True):
            _draw_panel(figure, box, kind, plane, scene)
    _draw_key_figures(figure, layout.table, key_figures(data.metrics))
    _draw_curves(figure, layout.curves, data.history)
    _draw_jacobian_spread(figure, layout.spread, scene)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor=BACKGROUND)
    return buffer.getvalue()


# --- planes: what is cut, and how it is turned for the reader --------------------------------------------------------


class View(NamedTuple):
    """A way to look at the patient: which world axes (LPS) run across and down, and what is at the left and on top."""

    name: str
    across: int
    down: int
    down_sign: int
    left: str
    top: str


VIEWS = (
    View("Axial", across=0, down=1, down_sign=1, left="R", top="A"),
    View("Coronal", across=0, down=2, down_sign=-1, left="R", top="S"),
    View("Sagittal", across=1, down=2, down_sign=-1, left="A", top="S"),
)
PICTURE = View("", across=0, down=1, down_sign=1, left="", top="")


@dataclass(frozen=True)
class Plane:
    """One slice of a grid.

    Attributes:
        view: how it is looked at.
        start: first index of the region that is cut, x first.
        size: points of that region, 1 across the slice.
        across: axis of the grid that runs across the picture.
        down: axis of the grid that runs down the picture.
        mirrored: whether the first column of the picture has the highest index.
        upended: whether the first row of the picture has the highest index.
    """

    view: View
    start: tuple[int, ...]
    size: tuple[int, ...]
    across: int
    down: int
    mirrored: bool
    upended: bool

    def cut(self, image: sitk.Image) -> sitk.Image:
        """The slice of ``image``, of as many dimensions as the image."""
        return sitk.RegionOfInterest(image, self.size, self.start)

    def turn(self, values: np.ndarray) -> np.ndarray:
        """Values of the slice, [D, H, W, ...] as SimpleITK orders them, as a picture [rows, columns, ...]."""
        last = len(self.size) - 1
        picture = np.moveaxis(values, (last - self.down, last - self.across), (0, 1))
        if len(self.size) == 3:
            picture = picture[:, :, 0]
        return picture[:: -1 if self.upended else 1, :: -1 if self.mirrored else 1]

    def picture(self, image: sitk.Image) -> np.ndarray:
        """The slice of a scalar ``image`` as a picture [rows, columns]."""
        return np.nan_to_num(self.turn(sitk.GetArrayFromImage(self.cut(image))).astype(np.float32))

    def extent(self, grid: Grid) -> tuple[float, float]:
        """Width and height of the picture, mm."""
        return self.size[self.across] * grid.spacing[self.across], self.size[self.down] * grid.spacing[self.down]

    def title(self, grid: Grid) -> str:
        """The name of the view and, in a volume, which slice this is, counted from 1."""
        cut = [axis for axis in grid.axes if axis not in (self.across, self.down)]
        return self.view.name + "".join(f" {self.start[axis] + 1}/{grid.size[axis]}" for axis in cut)


def nearest_axes(grid: Grid) -> tuple[int, ...]:
    """For each world axis the axis of the grid that lies closest to it, each used once."""
    cosines = np.abs(grid.rotation)
    return max(permutations(range(grid.ndim)), key=lambda order: sum(cosines[w, a] for w, a in enumerate(order)))


def choose_planes(grid: Grid, content: Content) -> list[Plane]:
    """Axial, coronal and sagittal plane through the middle of the content, or the one plane that a flat image has."""
    if grid.ndim == 2:
        return [_plane(grid, content, PICTURE)]
    planes = [_plane(grid, content, view) for view in VIEWS]
    return [plane for plane in planes if {plane.across, plane.down} <= set(grid.axes)]


def _plane(grid: Grid, content: Content, view: View) -> Plane:
    nearest = nearest_axes(grid)
    across, down = nearest[view.across], nearest[view.down]
    start, size = list(content.start), list(content.size)
    for axis in set(range(grid.ndim)) - {across, down}:
        start[axis], size[axis] = content.centre[axis], 1
    mirrored = grid.rotation[view.across, across] < 0
    upended = grid.rotation[view.down, down] * view.down_sign < 0
    return Plane(view, tuple(start), tuple(size), across, down, bool(mirrored), bool(upended))


# --- content: where in the image there is something to see -----------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """Where the content of the fixed image is; indices x first.

    Attributes:
        threshold: intensity of the fixed image above which there is content.
        centre: index of its centre of mass.
        start: first index of the region that holds the content of both images, with a margin.
        size: points of that region.
    """

    threshold: float
    centre: tuple[int, ...]
    start: tuple[int, ...]
    size: tuple[int, ...]


def find_content(fixed: sitk.Image, before: sitk.Image) -> Content:
    """Look for the content of two images on the same grid, on a thinned-out grid of about 64 points an axis."""
    values, steps = _thinned(fixed)
    threshold = _content_threshold(values)
    mask = values > threshold
    moving, _ = _thinned(before)
    inside = np.argwhere(mask | (moving > _content_threshold(moving))) * steps
    shape = np.asarray(fixed.GetSize()[::-1])
    low, high = inside.min(axis=0), inside.max(axis=0) + steps
    margin = ((high - low) * 0.04).astype(int)
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, shape)
    centre = np.rint(np.argwhere(mask).mean(axis=0) * steps).astype(int)
    return Content(threshold, *(tuple(int(n) for n in reversed(index)) for index in (centre, low, high - low)))


def _thinned(image: sitk.Image) -> tuple[np.ndarray, np.ndarray]:
    """Every few-th value of ``image`` [D, H, W], and the steps taken along z, y, x."""
    steps = np.asarray([max(1, n // 64) for n in reversed(image.GetSize())])
    values = sitk.GetArrayViewFromImage(image)[tuple(slice(None, None, int(step)) for step in steps)]
    return np.nan_to_num(values.astype(np.float32)), steps


def _window(values: np.ndarray) -> tuple[float, float]:
    """Intensities to call black and bright, unmoved by a few extreme values or by much background."""
    low = float(np.percentile(values, 0.5))
    above = values[values > low]
    return low, float(np.percentile(above, 99.5)) if above.size else low + 1.0


def _content_threshold(values: np.ndarray) -> float:
    """Halfway between Otsu's threshold and the mean below it, which keeps dark tissue; a flat image is all content."""
    low, high = _window(values)
    values = np.clip(values, low, high)
    if values.min() == values.max():
        return float(values.min()) - 1.0
    otsu = sitk.OtsuThresholdImageFilter()
    otsu.Execute(sitk.GetImageFromArray(values.reshape(1, -1)))
    below = values[values <= max(otsu.GetThreshold(), low)]
    return float(otsu.GetThreshold() + below.mean()) / 2


class Scene:
    """What the panels share, computed once.

    Attributes:
        data: the input of the report.
        grid: geometry of the fixed image.
        content: where its content is.
        planes: the slices that are shown.
    """

    def __init__(self, data: ReportInput) -> None:
        self.data = data
        self.grid = Grid.of(data.fixed)
        self.content = find_content(data.fixed, data.before)
        self.planes = choose_planes(self.grid, self.content)
        self._fixed_window = _window(_thinned(data.fixed)[0])
        self._moving_window = _window(np.stack([_thinned(data.before)[0], _thinned(data.warped)[0]]))

    def fixed(self, plane: Plane) -> np.ndarray:
        """The fixed image on ``plane`` [rows, columns], 0 to 1."""
        return _normalised(plane.picture(self.data.fixed), self._fixed_window)

    def moving(self, plane: Plane, image: sitk.Image) -> np.ndarray:
        """A resampled moving image on ``plane`` [rows, columns], 0 to 1."""
        return _normalised(plane.picture(image), self._moving_window)

    def inside(self, plane: Plane) -> np.ndarray:
        """Where on ``plane`` [rows, columns] there is fixed content, its holes filled."""
        mask = plane.picture(self.data.fixed) > self.content.threshold
        closed = sitk.BinaryMorphologicalClosing(sitk.GetImageFromArray(mask.astype(np.uint8)), [2, 2])
        return sitk.GetArrayFromImage(sitk.BinaryFillhole(closed)) > 0

    @cached_property
    def line_distance(self) -> float:
        """Distance between the lines of the deformation grid, mm, a round number: about 28 in the longest picture."""
        longest = max(max(plane.extent(self.grid)) for plane in self.planes)
        distance = max(longest / 28, 4 * min(self.grid.step))
        return float(round(distance, -int(np.floor(np.log10(distance)))))

    @cached_property
    def log_jacobian(self) -> np.ndarray:
        """log2 of the positive determinants within the content [n], thinned out."""
        inside = _thinned(self.data.fixed)[0] > self.content.threshold
        determinant = _thinned(self.data.jacobian)[0][inside]
        return np.log2(determinant[determinant > 0])

    @cached_property
    def jacobian_limit(self) -> float:
        """Largest |log2 det J| with a colour of its own: the smallest of a few that covers 98 % of the content."""
        largest = np.percentile(np.abs(self.log_jacobian), 98) if self.log_jacobian.size else 0.0
        return next((limit for limit in (0.5, 1.0) if largest <= limit), 2.0)

    @cached_property
    def deformation(self) -> sitk.Transform:
        """What registration added: fixed world to fixed world. An initial transform without an inverse stays in it."""
        try:
            return sitk.CompositeTransform([self.data.initial.GetInverse(), self.data.transform])
        except RuntimeError:
            return self.data.transform

    def carried(self, plane: Plane) -> tuple[np.ndarray, np.ndarray]:
        """Where the points of ``plane`` come from: mm across and mm down, each [rows, columns]."""
        region = plane.cut(self.data.fixed)
        grid = Grid.of(region)
        field = sitk.TransformToDisplacementField(
            self.deformation, sitk.sitkVectorFloat64, grid.size, grid.origin, grid.spacing, grid.direction
        )
        points = np.stack(np.indices(tuple(reversed(grid.size)))[::-1], axis=-1)
        source = grid.index(grid.world(points) + sitk.GetArrayFromImage(field)) * np.asarray(grid.spacing)
        return plane.turn(source[..., plane.across]), plane.turn(source[..., plane.down])


def _normalised(values: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """0 to 1, where a little is kept free above what is bright."""
    low, high = window
    return np.clip((values - low) / (high - low) * 0.9, 0.0, 1.0)


# --- layout: where things go, in inches from the top left corner -----------------------------------------------------


class Box(NamedTuple):
    """A rectangle of the figure, inches from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    def within(self, left: float = 0.0, top: float = 0.0, bottom: float = 0.0) -> Box:
        """This box less strips at its sides."""
        return Box(self.left + left, self.top + top, self.width - left, self.height - top - bottom)


class Layout(NamedTuple):
    """Size of the figure (inches) and the boxes of its parts; ``panels`` has a row for each plane."""

    size: tuple[float, float]
    panels: list[list[Box]]
    table: Box
    curves: Box
    spread: Box


MARGIN, HEADER, CAPTION, GAP = 0.35, 0.95, 0.55, 0.06
PANEL_WIDTH, PANEL_HEIGHTS = 2.9, (0.9, 4.2)
TABLE_LINE, TABLE_LINES = 0.265, 14


def choose_layout(extents: Sequence[tuple[float, float]]) -> Layout:
    """The layout for planes of these widths and heights (mm): a row for each, all at one scale, and a strip below."""
    tallest = max(height for _, height in extents)
    scale = min(PANEL_WIDTH / max(width for width, _ in extents), PANEL_HEIGHTS[1] / tallest)
    top = HEADER + CAPTION
    panels = []
    for _, height in extents:
        tall = max(height * scale, PANEL_HEIGHTS[0])
        panels.append([Box(MARGIN + n * (PANEL_WIDTH + GAP), top, PANEL_WIDTH, tall) for n in range(len(KINDS))])
        top += tall + GAP
    width = len(KINDS) * (PANEL_WIDTH + GAP) - GAP
    apart, low, high = 0.6, top + 0.5, TABLE_LINES * TABLE_LINE
    part = (width - 2 * apart) / 3
    strip = [Box(MARGIN + n * (part + apart), low, part, high) for n in range(3)]
    return Layout((width + 2 * MARGIN, low + high + MARGIN), panels, *strip)


def _axes(figure: Figure, box: Box) -> Axes:
    width, height = figure.get_size_inches()
    bottom = 1 - (box.top + box.height) / height
    return figure.add_axes((box.left / width, bottom, box.width / width, box.height / height))


# --- panels ----------------------------------------------------------------------------------------------------------


def _draw_before(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, _composite(scene.fixed(plane), scene.moving(plane, scene.data.before)))


def _draw_after(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, _composite(scene.fixed(plane), scene.moving(plane, scene.data.warped)))


def _composite(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
    """Fixed in green and moving in magenta [rows, columns, 3]; grey where both agree."""
    return np.stack([moving, fixed, moving], axis=-1)


def _draw_checkerboard(axes: Axes, plane: Plane, scene: Scene) -> None:
    fixed, warped = scene.fixed(plane), scene.moving(plane, scene.data.warped)
    tile = max(max(other.extent(scene.grid)) for other in scene.planes) / 10
    step_across, step_down = scene.grid.spacing[plane.across], scene.grid.spacing[plane.down]
    rows, columns = np.indices(fixed.shape)
    odd = ((rows + 0.5) * step_down // tile + (columns + 0.5) * step_across // tile) % 2 == 1
    _show(axes, plane, scene, np.where(odd, warped, fixed))


def _draw_deformation(axes: Axes, plane: Plane, scene: Scene) -> None:
    _show(axes, plane, scene, 0.7 * scene.moving(plane, scene.data.warped))
    if min(plane.size[plane.across], plane.size[plane.down]) < 2:
        return
    width, height = plane.extent(scene.grid)
    step_across, step_down = scene.grid.spacing[plane.across], scene.grid.spacing[plane.down]
    columns = (np.arange(plane.size[plane.across]) + 0.5) * step_across
    rows = (np.arange(plane.size[plane.down]) + 0.5) * step_down
    for source, extent in zip(scene.carried(plane), (width, height), strict=True):
        levels = _line_positions(extent, scene.line_distance)
        levels = levels[(levels > source.min()) & (levels < source.max())]
        if levels.size:
            axes.contour(columns, rows, source, levels=levels, colors=GRID_LINE, linewidths=0.7, alpha=0.9)


def _line_positions(extent: float, distance: float) -> np.ndarray:
    """Positions (mm) of grid lines, one in the middle; they reach beyond the picture, for what is carried into it."""
    reach = int(np.ceil(0.75 * extent / distance))
    return extent / 2 + distance * np.arange(-reach, reach + 1)


def _draw_jacobian(axes: Axes, plane: Plane, scene: Scene) -> None:
    from matplotlib import colormaps
    from matplotlib.colors import Normalize, to_rgba

    determinant = plane.picture(scene.data.jacobian)
    folded = determinant <= 0
    logarithm = np.log2(np.where(folded, 1.0, determinant))
    colours = colormaps[JACOBIAN_COLOURS](Normalize(-scene.jacobian_limit, scene.jacobian_limit)(logarithm))
    colours[folded] = to_rgba(FOLD)
    colours[~scene.inside(plane)] = 0.0
    _show(axes, plane, scene, colours, interpolation="nearest")


def _show(axes: Axes, plane: Plane, scene: Scene, values: np.ndarray, interpolation: str = "hanning") -> None:
    width, height = plane.extent(scene.grid)
    extent = (0, width, height, 0)
    axes.imshow(values, cmap="gray", vmin=0, vmax=1, extent=extent, interpolation=interpolation, aspect="auto")


class Kind(NamedTuple):
    """A kind of picture: its name, the key to it as coloured words, and what draws it."""

    name: str
    key: tuple[tuple[str, str], ...]
    paint: Callable[[Axes, Plane, Scene], None]


KINDS = (
    Kind("Before", (("fixed", GREEN), ("moving", MAGENTA), ("both", DIM)), _draw_before),
    Kind("After", (("fixed", GREEN), ("warped", MAGENTA), ("both", DIM)), _draw_after),
    Kind("Checkerboard", (("fixed and warped in turn", DIM),), _draw_checkerboard),
    Kind("Deformation grid", (("lines every {line_distance} mm, on warped", DIM),), _draw_deformation),
    Kind("Jacobian determinant", (("smaller", SMALLER), ("larger", LARGER), ("folded", FOLD)), _draw_jacobian),
)


def _draw_panel(figure: Figure, box: Box, kind: Kind, plane: Plane, scene: Scene) -> None:
    axes = _axes(figure, box)
    kind.paint(axes, plane, scene)
    _fill(axes, box, *plane.extent(scene.grid))
    _mark(axes, 0.02, 0.5, plane.view.left, ha="left", va="center")
    _mark(axes, 0.5, 0.985, plane.view.top, ha="center", va="top")
    if kind is KINDS[0]:
        _mark(axes, 0.02, 0.985, plane.title(scene.grid), ha="left", va="top")


def _mark(axes: Axes, across: float, up: float, text: str, **alignment: str) -> None:
    """Put ``text`` on a picture, legible on black and on white; the position is a fraction of the panel."""
    from matplotlib.patheffects import withStroke

    outline = [withStroke(linewidth=2, foreground=PANEL)]
    axes.text(across, up, text, color=INK, fontsize=8, transform=axes.transAxes, path_effects=outline, **alignment)


def _fill(axes: Axes, box: Box, width: float, height: float) -> None:
    """Widen the limits of ``axes`` until a picture of ``width`` by ``height`` mm lies in the middle of its box."""
    scale = max(width / box.width, height / box.height)
    across, down = (scale * box.width - width) / 2, (scale * box.height - height) / 2
    axes.set(xlim=(-across, width + across), ylim=(height + down, -down), xticks=(), yticks=(), facecolor=PANEL)
    axes.spines[:].set_visible(False)


def _draw_caption(figure: Figure, box: Box, kind: Kind, scene: Scene) -> None:
    """Name and key of a kind of picture, above the topmost box of its column."""
    _write(figure, box.left, box.top - 0.3, kind.name, size=11, weight="bold")
    left = box.left
    for word, colour in kind.key:
        text = word.format(line_distance=f"{scene.line_distance:g}")
        written = _write(figure, left, box.top - 0.1, text, size=8.5, color=colour)
        left += written.get_window_extent().width / DPI + 0.12


def _draw_header(figure: Figure, layout: Layout, scene: Scene) -> None:
    size = " × ".join(str(n) for n in scene.grid.size)
    spacing = " × ".join(f"{step:.4g}" for step in scene.grid.spacing)
    title = _shortened(" ".join(scene.data.title.split()), int(layout.size[0] * 7))
    _write(figure, MARGIN, 0.5, title, size=16, weight="bold")
    _write(figure, MARGIN, 0.77, f"fixed image {size} voxels of {spacing} mm", size=9, color=DIM)


def _draw_key_figures(figure: Figure, box: Box, figures: Sequence[KeyFigure]) -> None:
    _heading(figure, box, "Key figures")
    axes = _axes(figure, box)
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(box.height / TABLE_LINE, 0))
    if not figures:
        axes.text(0, 0.5, "nothing was measured", color=DIM, fontsize=9, va="center")
    room = int(box.width / 0.076)
    for line, (label, value, tone) in enumerate(figures[:TABLE_LINES]):
        axes.axhline(line, color=RULE, linewidth=0.8)
        style = {"fontsize": 9, "va": "center", "parse_math": False}
        axes.text(0, line + 0.5, label, color=DIM, **style)
        axes.text(1, line + 0.5, _shortened(value, room - len(label)), color=TONES[tone], ha="right", **style)


def _draw_curves(figure: Figure, box: Box, history: Sequence[dict[str, Any]]) -> None:
    _heading(figure, box, "Optimisation")
    axes = _axes(figure, box.within(left=0.5, bottom=0.45))
    _bare(axes)
    axes.set_xlabel("iteration", color=DIM, fontsize=8)
    start = 0
    for level, group in groupby(history, key=lambda entry: entry.get("level")):
        entries = list(group)
        _draw_level(axes, level, start, entries, of=len(history))
        start += len(entries)
    if not history:
        axes.text(0.5, 0.5, "no history was kept", color=DIM, fontsize=9, ha="center", transform=axes.transAxes)
        return
    axes.set_xlim(-0.5, start - 0.5)
    axes.margins(y=0.12)
    axes.legend(loc="lower left", fontsize=8, frameon=False, labelcolor=INK)


def _draw_level(axes: Axes, level: Any, start: int, entries: Sequence[dict[str, Any]], of: int) -> None:
    """The curves of one level, which begins at iteration ``start`` of ``of`` in all."""
    iterations = np.arange(start, start + len(entries))
    for name, colour, width in (("loss", INK, 1.6), ("similarity", GRID_LINE, 1.0)):
        values = [_finite(entry.get(name)) for entry in entries]
        axes.plot(iterations, values, color=colour, linewidth=width, label="_" if start else name)
    if start:
        axes.axvline(start - 0.5, color=DIM, linewidth=0.7, linestyle=":")
    if level is not None:
        label = f"level {level}" if len(entries) > 0.15 * of else str(level)
        place = {"ha": "center", "va": "top", "transform": axes.get_xaxis_transform()}
        axes.text(start + (len(entries) - 1) / 2, 0.98, label, color=DIM, fontsize=8, **place)


def _finite(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else float("nan")


def _draw_jacobian_spread(figure: Figure, box: Box, scene: Scene) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    _heading(figure, box, "Jacobian determinant in the content")
    limit = scene.jacobian_limit
    colours = ScalarMappable(Normalize(-limit, limit), colormaps[JACOBIAN_COLOURS])
    counts, edges = np.histogram(np.clip(scene.log_jacobian, -limit, limit), bins=61, range=(-limit, limit))
    axes = _axes(figure, box.within(bottom=0.8))
    axes.bar(edges[:-1], counts, np.diff(edges), align="edge", color=colours.to_rgba((edges[:-1] + edges[1:]) / 2))
    axes.axvline(0, color=DIM, linewidth=0.7)
    axes.set_xlim(-limit, limit)
    axes.set_axis_off()
    strip = _axes(figure, box.within(top=box.height - 0.75, bottom=0.58))
    bar = figure.colorbar(colours, cax=strip, orientation="horizontal")
    ticks = np.linspace(-limit, limit, 5)
    signs = ("≤ ", "", "", "", "≥ ")
    bar.set_ticks(ticks, labels=[f"{sign}{2**tick:.2f}" for sign, tick in zip(signs, ticks, strict=True)])
    bar.ax.tick_params(colors=DIM, labelsize=8, length=3)
    bar.outline.set_visible(False)
    bottom = box.top + box.height - 0.08
    _write(figure, box.left, bottom, "moving is smaller here", size=8.5, color=SMALLER)
    _write(figure, box.left + box.width, bottom, "moving is larger here", size=8.5, color=LARGER, ha="right")


def _heading(figure: Figure, box: Box, text: str) -> None:
    _write(figure, box.left, box.top - 0.1, text, size=11, weight="bold")


def _bare(axes: Axes) -> None:
    """Take the frame off, and let the numbers step back."""
    axes.set_facecolor("none")
    axes.tick_params(colors=DIM, labelsize=8, length=3)
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(DIM)


def _write(figure: Figure, left: float, top: float, text: str, **style: Any) -> Text:
    """Put ``text`` on the figure, its base line at (left, top) inches from the top left corner."""
    width, height = figure.get_size_inches()
    return figure.text(left / width, 1 - top / height, text, parse_math=False, **{"color": INK, **style})


def _shortened(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 2, 0)].rstrip() + " …"
