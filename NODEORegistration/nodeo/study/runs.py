"""The runs of a study: each in a folder of its own, skipped when it is there already, never the end of the others."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..engine.registration import register
from ..engine.result import FILES, Result
from ..errors import Cancelled, InputError
from ..evaluation.labels import evaluate
from ..files.destination import check_output, check_spared
from ..files.transform_files import write_transform
from ..files.writing import appearing
from ..progress import Progress, ProgressCallback
from ..settings import Settings
from .pair import StudyPair

RUNS, INITIAL = "runs", "initial.h5"


@dataclass(frozen=True)
class Case:
    """One run that a study asks for.

    Attributes:
        name: for people.
        folder: name of its folder.
        settings: all of them.
        values: what this run has of its own, option to text.
    """

    name: str
    folder: str
    settings: Settings
    values: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        case: what was asked for.
        folder: where its files are.
        metrics: what was measured, the history in it; empty where it failed.
        error: why it failed, or None.
        kept: whether it had been finished before and was not run again.
    """

    case: Case
    folder: Path
    metrics: dict[str, Any]
    error: Exception | None = None
    kept: bool = False

    @property
    def reason(self) -> str:
        """The failure as a sentence."""
        return str(self.error) or type(self.error).__name__


def run_cases(
    cases: Sequence[Case], pair: StudyPair, folder: Path, progress: ProgressCallback, *, images: bool = False
) -> list[Outcome]:
    """Run every case that has not been run with these settings on these images.

    Args:
        folder: the study's; a run writes into ``runs/<case.folder>`` below it, all at once.
        progress: told of all runs as one piece of work.
        images: keep transforms and images of each run, too, not only its measurements.

    Raises:
        Cancelled: finished runs are kept, as the message says.
        Exception: every run failed; the first one's error.
    """
    outcomes: list[Outcome] = []
    try:
        for number, case in enumerate(cases):
            share = _share(progress, case, number, cases)
            outcomes.append(_outcome(case, pair, folder / RUNS / case.folder, share, images))
    except (Cancelled, KeyboardInterrupt):
        done = sum(outcome.error is None for outcome in outcomes)
        note = f"{done} of {len(cases)} runs are finished and kept in {folder}; the same command goes on from there."
        raise Cancelled(note if done else "") from None
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if len(errors) == len(cases):
        raise errors[0]
    return outcomes


def check_study_folder(folder: Path, cases: Sequence[Case], overwrite: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse an output folder that holds something else than a study, or these runs with other settings.

    Raises:
        InputError: as the message says; with ``overwrite`` such runs are replaced, but never one of the ``inputs``.
    """
    inputs = list(inputs)
    check_output(folder, overwrite or any((folder / RUNS).glob("*/settings.json")))
    for case in cases:
        check_spared(
            [folder / RUNS / case.folder / name for name in (*FILES, INITIAL)], [*inputs, Path(case.settings.initial)]
        )
        used = _read(folder / RUNS / case.folder / "settings.json")
        if used is not None and used != case.settings.as_dict() and not overwrite:
            raise InputError(
                f"{folder} holds the run '{case.name}' with other settings.",
                "Name another folder, or add --overwrite.",
                "output",
            )


def failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that did not work out."""
    return [outcome for outcome in outcomes if outcome.error is not None]


def _share(progress: ProgressCallback, case: Case, number: int, cases: Sequence[Case]) -> ProgressCallback:
    """A callback for one of several runs, which together go from 0 to 1."""

    def tell(news: Progress) -> None:
        stage = f"{number + 1}/{len(cases)} {case.name}: {news.stage}"
        progress(replace(news, stage=stage, fraction=(number + news.fraction) / len(cases)))

    return tell


def _outcome(case: Case, pair: StudyPair, folder: Path, progress: ProgressCallback, images: bool) -> Outcome:
    metrics = _finished(case, pair, folder, images)
    if metrics is not None:
        progress(Progress("there already", 1.0))
        return Outcome(case, folder, metrics, kept=True)
    try:
        return Outcome(case, folder, _run(case, pair, folder, progress, images))
    except Cancelled:
        raise
    except Exception as error:  # the other runs go on; the table names this one
        if not isinstance(error, InputError):
            traceback.print_exc()
        return Outcome(case, folder, {}, error)


def _finished(case: Case, pair: StudyPair, folder: Path, images: bool) -> dict[str, Any] | None:
    """The measurements of a run that is there already, with the same settings on the same images."""
    used, metrics = _read(folder / "settings.json"), _read(folder / "metrics.json")
    if used is None or metrics is None:
        return None
    same = used == case.settings.as_dict() and metrics.get("study", {}).get("inputs") == _inputs(case, pair)
    return metrics if same and (not images or (folder / INITIAL).is_file()) else None


def _read(path: Path) -> Any:
    """What a JSON file holds; None if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _inputs(case: Case, pair: StudyPair) -> str:
    """A name for the images and, if it is a file, the initial transform."""
    initial = Path(case.settings.initial)
    if not initial.is_file():
        return pair.digest
    return f"{pair.digest} {hashlib.sha256(initial.read_bytes()).hexdigest()[:16]}"


def _run(case: Case, pair: StudyPair, folder: Path, progress: ProgressCallback, images: bool) -> dict[str, Any]:
    result = register(
        pair.fixed,
        pair.moving,
        case.settings,
        fixed_mask=pair.images.get("fixed_mask"),
        moving_mask=pair.images.get("moving_mask"),
        progress=progress,
    )
    if pair.labelled:
        result.metrics["dice"] = {
            moment: evaluate(pair.images["fixed_labels"], pair.images["moving_labels"], "all", transform).as_dict()
            for moment, transform in (("before", result.initial), ("after", result.transform))
        }
    result.metrics["study"] = {"pair": pair.title, "inputs": _inputs(case, pair), "case": case.name}
    with appearing(folder, (*FILES, INITIAL)) as partial:
        _write(result, partial, images)
    return {**result.metrics, "history": result.history}


def _write(result: Result, folder: Path, images: bool) -> None:
    if images:
        result.write(folder)
        write_transform(result.initial, folder / INITIAL)
        return
    result.settings.write(folder / "settings.json")
    result.write_metrics(folder / "metrics.json")
