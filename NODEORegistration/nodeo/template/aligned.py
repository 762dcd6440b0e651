"""Before the first round: each image is laid on the reference by an initial transform alone."""

from __future__ import annotations

import json

from ..cohort.names import RECORD
from ..cohort.pair import Pair
from ..cohort.record import record, stamped
from ..cohort.results import read_images
from ..engine.aligning import align
from ..files.transform_files import write_transform
from ..files.writing import appearing
from ..progress import ProgressCallback

TRANSFORM = "transform.h5"


def align_pair(pair: Pair, threads: int, progress: ProgressCallback) -> None:
    """Find A of a pair and write it, with the record of a cohort beside it.

    Args:
        threads: for pairs whose settings leave that open; 0: all.
    """
    settings = pair.settings if pair.settings.threads else pair.settings.replace(threads=threads)
    inputs = stamped(pair.files)
    images = read_images(pair, ("fixed", "moving", "moving_mask"))
    mask = images.get("moving_mask")
    start = align(images["fixed"], images["moving"], settings, moving_mask=mask, progress=progress)
    with appearing(pair.folder, (TRANSFORM, RECORD)) as folder:
        write_transform(start.transform, folder / TRANSFORM)
        text = json.dumps(record(pair, inputs, {"fallbacks": list(start.notes)}), indent=1)
        (folder / RECORD).write_text(text + "\n", encoding="utf-8")
