"""Draws which way a transform goes: ``python Testing/documentation/directions.py [--output FILE]``.

Two made images are registered; every line and point in the moving image has been taken there by the result's transform.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "NODEORegistration"), str(ROOT / "Testing" / "helpers")]

import nodeo  # noqa: E402
from nodeo.report.canvas import BACKGROUND, DIM, DPI, GREEN, GRID_LINE, INK, MAGENTA, PANEL, new_figure  # noqa: E402
from phantoms import Bumps, Phantom, drawn, grid, middle  # noqa: E402

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 96  # mm, and pixels
PLACES = np.array([[58.0, 42.0], [75.0, 28.0], [45.0, 80.0]])  # in the fixed image, mm
COLOURS = (GRID_LINE, "#6fd3ff", "#ff9d6b")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=ROOT / "Resources" / "Screenshots" / "directions.png")
    output = options.parse_args().output
    figure = draw(*pair())
    figure.savefig(output, facecolor=BACKGROUND, dpi=DPI)
    print(output)


def pair() -> tuple[sitk.Image, sitk.Image, nodeo.Result]:
    """A ball, the same ball deformed and turned, and their registration."""
    on = grid((SIZE, SIZE))
    ball = Phantom(middle(on), 38.0, grain=0.09)
    push = Bumps(((34.0, 40.0), (62.0, 60.0)), ((7.0, 3.0), (-6.0, 5.0)), 14.0)
    angle = np.radians(16.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.asarray(middle(on))
    fixed = drawn(ball, on)
    moving = drawn(lambda y: ball(push((y - centre) @ turn + centre)), on)
    settings = nodeo.Settings.preset("balanced").replace(initial="rigid", device="cpu", threads=1)
    return fixed, moving, nodeo.register(fixed, moving, settings)


def draw(fixed: sitk.Image, moving: sitk.Image, result: nodeo.Result):
    """The figure: fixed, moving and warped image, and what goes from which to which by what."""
    figure = new_figure(13.0, 5.7)
    panels = [figure.add_axes((0.025 + 0.3375 * n, 0.17, 0.275, 0.6)) for n in range(3)]
    through = {"fixed": lambda points: points, "moving": lambda points: taken(result.transform, points)}
    _image(panels[0], fixed, "Fixed image", "stays; a point x, and a regular grid", GREEN)
    _image(panels[1], moving, "Moving image", "is deformed; φ(x), and the grid taken there by φ", MAGENTA)
    _image(panels[2], result.warped, "Warped image", "the moving image, read at φ(x), shown at x", INK)
    for axes, name in zip(panels, ("fixed", "moving", "fixed"), strict=True):
        _lattice(axes, through[name])
        for place, colour in zip(through[name](PLACES), COLOURS, strict=True):
            axes.plot(*place, "o", color=colour, markersize=9, markeredgecolor=PANEL, markeredgewidth=1.5)
    _arrow(figure, (0.17, 0.86), (0.49, 0.86), "φ (transform.h5): from the fixed image to the moving one", 0.885)
    _arrow(figure, (0.51, 0.86), (0.83, 0.86), "Resample(moving, fixed, φ): reads the moving image there", 0.885)
    _arrow(figure, (0.49, 0.1), (0.17, 0.1), "φ⁻¹ (inverse.h5): from the moving image to the fixed one", 0.045)
    figure.text(
        0.56, 0.075, "Images come against the arrow of their transform, points go along it.", color=DIM, size=11
    )
    return figure


def taken(transform: sitk.Transform, points: np.ndarray) -> np.ndarray:
    """Points [n, 2] through a transform; mm."""
    return np.array([transform.TransformPoint(point) for point in points.tolist()])


def _image(axes: Axes, image: sitk.Image, title: str, note: str, colour: str) -> None:
    axes.imshow(sitk.GetArrayFromImage(image), cmap="gray", vmin=0, vmax=1300)
    axes.set(xticks=(), yticks=(), xlim=(-0.5, SIZE - 0.5), ylim=(SIZE - 0.5, -0.5))
    axes.spines[:].set_color(colour)
    axes.set_title(title, color=colour, fontsize=13, fontweight="bold", loc="left", pad=8)
    axes.text(0.0, -0.03, note, color=DIM, fontsize=10, transform=axes.transAxes, va="top")


def _lattice(axes: Axes, through) -> None:
    """The lines of a regular grid of the fixed image, taken somewhere."""
    along = np.linspace(8.0, SIZE - 8.0, 81)
    for at in np.linspace(8.0, SIZE - 8.0, 11):
        for line in (np.stack([along, np.full(81, at)], 1), np.stack([np.full(81, at), along], 1)):
            axes.plot(*through(line).T, color=GRID_LINE, linewidth=0.7, alpha=0.75)


def _arrow(figure, start: tuple[float, float], end: tuple[float, float], text: str, up: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    arrow = FancyArrowPatch(start, end, transform=figure.transFigure, arrowstyle="-|>", mutation_scale=18, color=INK)
    figure.add_artist(arrow)
    figure.text((start[0] + end[0]) / 2, up, text, color=INK, size=9.5, ha="center")


if __name__ == "__main__":
    main()
