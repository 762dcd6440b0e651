"""The series as an animated picture: reference in green, frame in magenta; before on the left, after on the right."""

from __future__ import annotations

import io

import numpy as np

from ..report.panels import composite
from ..report.scaling import scaled
from .pictures import Film

_SIDE = 320  # pixels, the longer side of each half
_GAP = 6
_ROUND = 2400  # ms, all frames
_SHORTEST, _LONGEST = 60, 500  # ms, one


def animated(film: Film) -> bytes:
    """A GIF of all frames, which begins again at its end."""
    from PIL import Image, ImageDraw

    width, height = film.extent
    shape = tuple(max(1, round(_SIDE * length / max(width, height))) for length in (height, width))
    still = scaled(film.still, shape)
    pictures = []
    for before, after in zip(film.before, film.after, strict=True):
        halves = [composite(still, scaled(picture, shape)) for picture in (before, after)]
        joined = np.concatenate([halves[0], np.zeros((shape[0], _GAP, 3)), halves[1]], axis=1)
        picture = Image.fromarray((255 * joined + 0.5).astype(np.uint8))
        pen = ImageDraw.Draw(picture)
        for left, word in ((4, "before"), (shape[1] + _GAP + 4, "after")):
            pen.text((left, 3), word, fill=(238, 241, 244), stroke_width=2, stroke_fill=(0, 0, 0))
        pictures.append(picture.quantize(256))
    duration = min(max(round(_ROUND / len(pictures)), _SHORTEST), _LONGEST)
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=duration, loop=0)
    return file.getvalue()
