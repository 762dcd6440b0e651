"""A registration's report: one HTML file with pictures, numbers and settings, made from what the scene holds."""

import base64
import html

import numpy as np
import slicer
import vtk
from slicer.i18n import tr as _
from vtk.util.numpy_support import numpy_to_vtk

from . import Comparison
from .JacobianColors import jacobianColor
from .ResultMarks import storedMetrics, storedSettings
from .ResultSummary import landmarkErrors, structureOverlaps, summaryRows

_STYLE = """
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 62em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 1.6em; }
table { border-collapse: collapse; } td, th { padding: .2em .9em .2em 0; text-align: left; vertical-align: top; }
figure { margin: 0 .6em .6em 0; display: inline-block; } figcaption { color: #555; }
img { height: 17em; image-rendering: pixelated; background: black; } code { color: #555; }
"""


def reportHtml(results):
    """The page as text; nothing in it comes from elsewhere.

    Args:
        results: an :class:`~NODEORegistrationLib.scene.Results.Results` that has a documented node.
    """
    node = results.documented()
    metrics, settings = storedMetrics(node), storedSettings(node) or {}
    inputs = metrics.get("inputs") or {}
    title = _("{moving} on {fixed}").format(moving=inputs.get("moving", "?"), fixed=inputs.get("fixed", "?"))
    parts = [
        f"<h1>NODEO: {html.escape(title)}</h1>",
        _figures(results),
        _section(_("Result"), _table(summaryRows(metrics))),
        _section(_("Landmarks"), _table(_landmarkRows(metrics))),
        _section(_("Structures"), _table(_structureRows(metrics))),
        _section(_("Loss"), _lossCurve(metrics.get("history") or [])),
        _section(_("Settings"), _table([(name, str(value), "") for name, value in sorted(settings.items())])),
        _section(_("Versions"), _table([(name, value, "") for name, value in (metrics.get("versions") or {}).items()])),
        "<p>" + _("Not for clinical use.") + "</p>",
    ]
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _section(title, content):
    return f"<h2>{html.escape(title)}</h2>{content}" if content else ""


def _table(rows):
    cells = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{cells}</table>" if rows else ""


def _landmarkRows(metrics):
    """Each pair and its error before and after."""
    return list(landmarkErrors(metrics).items())


def _structureRows(metrics):
    """Each structure and its Dice before and after."""
    return list(structureOverlaps(metrics).items())


def _figures(results):
    """The middle slice of each volume along the third axis of the voxels."""
    pair = results.fixed is not None and results.warped is not None
    if pair and not Comparison.sameGrid(results.fixed, results.warped):
        pair = False
    pictures = []
    if results.fixed is not None:
        pictures.append((_("Fixed"), Comparison.seen(results.fixed)))
    if results.warped is not None:
        pictures.append((_("Warped"), Comparison.seen(results.warped)))
    if pair:
        spacing = results.warped.GetSpacing()[::-1]
        pictures.append((_("Checkerboard"), Comparison.checkerboard(pictures[0][1], pictures[1][1], spacing)))
    figures = [_figure(caption, _gray(_middle(array))) for caption, array in pictures]
    if results.jacobian is not None:
        jacobian = _middle(slicer.util.arrayFromVolume(results.jacobian))
        figures.append(
            _figure(_("det J, 0 blue to 2 red, folds violet"), (jacobianColor(jacobian) * 255).astype(np.uint8))
        )
    return "".join(figures)


def _middle(array):
    return array[array.shape[0] // 2]


def _gray(plane):
    return np.repeat((plane * 255).astype(np.uint8)[..., None], 3, axis=-1)


def _figure(caption, rgb):
    encoded = base64.b64encode(_png(rgb)).decode("ascii")
    return (
        f"<figure><img src='data:image/png;base64,{encoded}'><figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _png(rgb):
    """[H, W, 3] bytes, first row at the bottom, as the bytes of a PNG file."""
    height, width = rgb.shape[:2]
    image = vtk.vtkImageData()
    image.SetDimensions(width, height, 1)
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(rgb.reshape(-1, 3)), deep=True))
    writer = vtk.vtkPNGWriter()
    writer.WriteToMemoryOn()
    writer.SetInputData(image)
    writer.Write()
    return bytes(memoryview(writer.GetResult()))


def _lossCurve(history, width=720, height=160):
    """One curve a level, each between its own extremes: losses of different image sizes are not comparable."""
    levels = {}
    for record in history:
        if isinstance(record.get("loss"), (int, float)):
            levels.setdefault(record["level"], []).append(record["loss"])
    if not levels:
        return ""
    part = width / len(levels)
    curves = []
    for number, losses in enumerate(levels.values()):
        low, high = min(losses), max(losses)
        scale = (height - 40) / (high - low) if high > low else 0.0
        step = (part - 20) / max(len(losses) - 1, 1)
        points = " ".join(
            f"{number * part + 10 + i * step:.1f},{30 + (high - loss) * scale:.1f}" for i, loss in enumerate(losses)
        )
        label = _("level {number}: {first:.4g} → {last:.4g}").format(
            number=number + 1, first=losses[0], last=losses[-1]
        )
        curves.append(
            f"<polyline points='{points}' fill='none' stroke='#1f6fb4' stroke-width='1.6'/>"
            f"<text x='{number * part + 10:.0f}' y='18' font-size='13'>{html.escape(label)}</text>"
        )
    return f"<svg width='{width}' height='{height}' role='img'>{''.join(curves)}</svg>"
