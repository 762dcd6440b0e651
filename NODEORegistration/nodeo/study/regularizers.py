"""The K × J study: the kernel K and the penalty J on det J, both, either and neither."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from ..progress import ProgressCallback
from ..report.canvas import check_matplotlib
from ..settings import Settings
from .measures import text_table
from .output import Study, write_study
from .pair import StudyPair
from .runs import Case, run_cases

NAME = "regularizers"


def cases(settings: Settings) -> list[Case]:
    """The four runs; only ``kernel`` and ``lambda_J`` differ from ``settings``.

    Raises:
        InputError: one of the two is off already.
    """
    if settings.kernel == "none":
        raise InputError("The kernel is 'none': there is no K to switch off.", "For example --set kernel=gaussian.")
    if settings.lambda_J == 0:
        raise InputError("lambda_J is 0: there is no J to switch off.", "For example --set lambda_J=2.5.")
    made = []
    for name, kernel, penalty in (("K and J", 1, 1), ("K only", 1, 0), ("J only", 0, 1), ("neither", 0, 0)):
        own = settings.replace(**({} if kernel else {"kernel": "none"}), **({} if penalty else {"lambda_J": 0.0}))
        window = f" {own.kernel_window}" if kernel else ""
        values = {"regularizers": name, "K": f"{own.kernel}{window}", "lambda_J": f"{own.lambda_J:g}"}
        made.append(Case(name, name.replace(" ", "_"), own, values))
    return made


def study(pair: StudyPair, settings: Settings, folder: Path, progress: ProgressCallback) -> Study:
    """Run all four, draw them side by side, write the table, the picture and the page into ``folder``.

    Raises:
        InputError: the settings or the images cannot be used, or matplotlib is missing.
        Cancelled: as :func:`nodeo.study.runs.run_cases`.
    """
    check_matplotlib("The study's picture")
    planned = cases(settings)
    from .regularizers_figure import draw

    outcomes = run_cases(planned, pair, folder, progress, images=True)
    done = Study(NAME, f"What K and J do: {pair.title}", outcomes, text_table(outcomes), folder)
    write_study(done, draw(pair, outcomes, done.title), "Warped image, deformation grid, det J and loss")
    return done
