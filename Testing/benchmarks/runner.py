"""One run from its command to its scores."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from measure import measure
from methods import field_of, told
from nodeo.errors import InputError
from pairs import ROOT
from plan import Job
from results import Run
from watched import watch


@dataclass(frozen=True)
class Bench:
    """Where and with what everything runs.

    Attributes:
        output: the folder of this benchmark; absolute.
        python: the peers' interpreter.
        threads: for every method alike.
        session: number of this call.
        keep: leave the fields on the disk.
    """

    output: Path
    python: Path
    threads: int
    session: int
    keep: bool = False

    def run(self, job: Job, repeat: int) -> Run:
        """Register once; the first of a method's repeats is measured, the others are for the cost."""
        method, pair = job.method, job.pair
        folder = self.output / "runs" / pair.pair.name / f"{method.name}-{job.device}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        result, log = folder / "result", folder / "log.txt"
        command = method.command(pair, result, self.python, job.device, self.threads)
        run = Run(pair.pair.name, method.name, job.device, repeat, self.session, method.fingerprint(self.python))
        run.command = self._shown(command)
        if not method.ours and not self.python.is_file():
            run.failure = "The peers are not installed: make bench-setup."
            return run
        cost = watch(command, log, self.threads, 60.0 * method.minutes, method.environment())
        run.cost = {key: round(value, 3) for key, value in asdict(cost).items() if key != "failure"}
        run.failure = self._without_paths(cost.failure)
        if not run.failure:
            self._read(run, job, result)
        if not run.failure and not self.keep:
            shutil.rmtree(folder)
        return run

    def _read(self, run: Run, job: Job, result: Path) -> None:
        try:
            run.told = told(job.method, result)
            if run.repeat == 0:
                run.scores = measure(job.pair, *field_of(job.method, result, job.pair))
        except (InputError, OSError, KeyError, RuntimeError) as error:
            run.failure = self._without_paths(f"Its result cannot be used: {error}")

    def _shown(self, command: list[str]) -> str:
        words = ["python" if word in (sys.executable, str(self.python)) else word for word in command]
        return self._without_paths(" ".join(words))

    def _without_paths(self, text: str) -> str:
        """Paths from the output folder, or from the checkout: where these lie is nobody's business."""
        environment = f"{self.python.parent.parent}/"
        return text.replace(f"{self.output}/", "").replace(environment, "").replace(f"{ROOT}/", "")
