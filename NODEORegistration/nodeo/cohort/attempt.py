"""One pair of a cohort, wherever it is done: claimed, begun, and ended in a word."""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from ..errors import Cancelled, InputError
from ..progress import Progress, ProgressCallback
from .claim import MOST_STARTS, Claim, claimed, last_end
from .pair import Pair
from .record import is_of, read_record

Work = Callable[[Pair, ProgressCallback], None]
End = Literal["done", "kept", "failed", "busy", "cancelled"]
_PATIENCE = 0.5  # seconds between two looks at a pair that another process works on


@dataclass(frozen=True)
class Outcome:
    """What became of a pair.

    Attributes:
        name: the pair's.
        end: ``kept``: it was there already; ``busy``: another process works on it.
        error: why it failed, a sentence.
    """

    name: str
    end: End
    error: str = ""


@dataclass(frozen=True)
class Job:
    """What every pair of one call has in common; it travels to the processes that do the work.

    Attributes:
        output: the cohort's folder.
        call: a name of this call.
        work: registers a pair and writes its results, with the record among them; raises what goes wrong.
    """

    output: Path
    call: str
    work: Work

    def attempt(self, pair: Pair, progress: ProgressCallback, wait: bool = False) -> Outcome:
        """Do a pair, unless it is there or somebody else does it.

        Args:
            progress: raises Cancelled when the work is to stop.
            wait: for another process that works on it.
        """
        try:
            while True:
                with claimed(self.output, pair) as claim:
                    if claim is not None:
                        return self._with(claim, pair, progress)
                if not wait:
                    return Outcome(pair.name, "busy")
                progress(Progress("waiting", 0.0))
                time.sleep(_PATIENCE)
        except Cancelled:
            return Outcome(pair.name, "cancelled")
        except OSError as error:
            return Outcome(pair.name, "failed", f"The folder {self.output} cannot be written: {error.strerror}.")

    def ended(self, pair: Pair) -> Outcome | None:
        """How a pair ended in this call, as it says in the cohort's folder, whatever became of the process."""
        says = last_end(self.output, pair)
        return Outcome(pair.name, cast(End, says["end"]), says["error"]) if says.get("call") == self.call else None

    def given_up(self, pair: Pair, sentence: str) -> Outcome:
        """The end of a pair that could not be begun."""
        with claimed(self.output, pair) as claim:
            if claim is not None:
                claim.end(self.call, "failed", sentence)
        return Outcome(pair.name, "failed", sentence)

    def _with(self, claim: Claim, pair: Pair, progress: ProgressCallback) -> Outcome:
        found = read_record(pair)
        if found is not None and is_of(found, pair):
            return Outcome(pair.name, "kept")
        if (outcome := self.ended(pair)) is not None and outcome.end == "failed":
            return outcome  # its worker was killed before it could say so
        if claim.starts(self.call) >= MOST_STARTS:
            return self._end(
                claim,
                pair,
                "failed",
                f"Its process was killed {MOST_STARTS} times, last on {socket.gethostname()}; memory may be short: "
                "take fewer workers, or the preset fast.",
                "memory",
            )
        claim.begin(self.call)
        try:
            self.work(pair, progress)
        except (Cancelled, KeyboardInterrupt):
            self._end(claim, pair, "cancelled")
            raise
        except InputError as error:
            return self._end(claim, pair, "failed", f"{error.message} {error.hint}".strip(), error.code)
        except Exception as error:  # the other pairs go on
            traceback.print_exc()
            sentence = f"Something went wrong inside nodeo: {str(error) or type(error).__name__}."
            return self._end(claim, pair, "failed", sentence)
        return self._end(claim, pair, "done")

    def _end(self, claim: Claim, pair: Pair, end: End, error: str = "", code: str = "") -> Outcome:
        claim.end(self.call, end, error, code)
        return Outcome(pair.name, end, error)
