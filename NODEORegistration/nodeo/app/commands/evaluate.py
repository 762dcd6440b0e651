"""``nodeo evaluate``: overlap and surface distance of label maps."""

from __future__ import annotations

import argparse
from pathlib import Path

from ...errors import InputError
from ...evaluation import label_pairs
from ...evaluation.label_pairs import LabelPair
from ...evaluation.labels import Evaluation
from ...files.destination import check_file
from ...files.writing import appearing_file
from ...progress import Progress
from ...report.canvas import check_matplotlib
from ..channel import Channel


def evaluate(options: argparse.Namespace, channel: Channel) -> None:
    """Print Dice and HD95 of two label maps, or of many pairs; write and draw them on request."""
    pairs = _label_pairs(options)
    for path in (options.output, options.plot):
        if path is not None:
            check_file(path, [file for pair in pairs for file in pair.files])
    if options.plot is not None:
        if options.plot.suffix.lower() != ".png":
            raise InputError(f"The box plot {options.plot} has no name of a PNG file.", "For example boxes.png.")
        check_matplotlib("The box plot")
    if options.output is not None and options.pairs is not None and options.output.resolve() == options.pairs.resolve():
        raise InputError(f"{options.output} is the list of pairs.", "Write the scores to another file.")

    def tell(done: int, name: str) -> None:
        if options.pairs is not None:
            channel.progress(Progress(f"Evaluating {name}", done / len(pairs)))

    results = label_pairs.evaluate_pairs(pairs, options.structures, tell)
    if options.output is not None:
        label_pairs.write_scores(options.output, results)
    if options.plot is not None:
        title = (
            f"{pairs[0].other_labels.name} on {pairs[0].fixed_labels.name}" if len(pairs) == 1 else options.pairs.name
        )
        _draw_boxes(results, title, options.plot)
    if options.pairs is None:
        channel.say(results[pairs[0].name].table())
    else:
        channel.say(f"{label_pairs.pairs_table(results)}\n\n{label_pairs.summary_table(results)}")


def _label_pairs(options: argparse.Namespace) -> list[LabelPair]:
    named = (options.fixed_labels, options.other_labels, options.transform)
    if options.pairs is not None:
        if any(path is not None for path in named):
            raise InputError("Label maps were named beside --pairs.", "Name two label maps, or a list of pairs.")
        return label_pairs.read_pairs(options.pairs)
    fixed, other, transform = named
    if fixed is None or other is None:
        raise InputError("Two label maps are needed.", "Name FIXED_LABELS and OTHER_LABELS, or a list with --pairs.")
    return [LabelPair("", fixed, other, transform)]


def _draw_boxes(results: dict[str, Evaluation], title: str, path: Path) -> None:
    from ...report.boxes import draw_boxes

    picture = draw_boxes(results, title)
    try:
        with appearing_file(path) as partial:
            partial.write_bytes(picture)
    except OSError as error:
        raise InputError(f"The picture could not be written to {path}: {error.strerror}.") from error
