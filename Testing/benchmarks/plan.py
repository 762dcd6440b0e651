"""What runs on which pair, how often, in which order; and how long that will take.

The default set has to fit into an hour on two cores, so not everything runs everywhere:

* ``main``, the pair of the bars: every method but the two that take half an hour there. The methods whose time is
  compared are repeated three times, in turns (A, B, C, A, B, C …), unless a method has used up its two minutes;
* ``brain``: what the bars ask for, once;
* ``published``, the grid of the paper: the presets, once;
* ``small``: everything once;
* ``slice``: what is quick and knows 2-D, once: these are the many cases of the statistics;
* ``extra``: the presets, once;
* ``hard``, each method from a start of its own: balanced, and the peers that find one, once;
* ``hard-same``, the same start for all: balanced, and the peers that compare other modalities or are made for large
  motion, once. Neither is in the default set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from methods import METHODS, Method
from pairs import Pair
from prepared import Prepared

PRESETS = ("fast", "balanced", "accurate")
GREEDY = ("greedy", "greedy-long")
ANTS = ("ants-synonly", "ants-syn")
OTHERS = ("elastix", "convexadam", "demons")
BY_KIND: dict[str, tuple[str, ...]] = {
    "main": (*PRESETS, *GREEDY, *ANTS, "fireants-short", *OTHERS),
    "brain": (*PRESETS, *GREEDY, *ANTS),
    "published": PRESETS,
    "small": (*PRESETS, *GREEDY, *ANTS, "fireants", *OTHERS),
    "slice": ("balanced", *GREEDY, *ANTS, "fireants", "demons"),
    "extra": PRESETS,
    "hard": ("balanced", "greedy-own", "greedy-own-nmi", "ants-syn", "elastix-own"),
    "hard-same": ("balanced", "greedy", "greedy-nmi", "ants-syn", "elastix-mi", "convexadam"),
}
HARD = ("hard", "hard-same")
ON_GPU = {"fireants-short": "fireants"}  # there its own iterations cost little
ORDER = tuple(BY_KIND)
REPEATED, REPEATS, ENOUGH_SECONDS = (*PRESETS, "greedy"), 3, 120.0
SMALL_MEGAVOXELS = 2.0
MEASURING = 1.0  # s per million voxels, to score a field


@dataclass(frozen=True)
class Job:
    """One method on one pair, with its repeats."""

    pair: Prepared
    method: Method
    device: str
    repeats: int


def kind_of(pair: Prepared) -> str:
    """The pair's kind; by size for one that has none."""
    return pair.pair.kind or ("small" if pair.megavoxels <= SMALL_MEGAVOXELS else "brain")


def in_order(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs, those first that must not fall victim to a limit of time."""
    return sorted(pairs, key=lambda pair: ORDER.index(pair.kind) if pair.kind else -1)


def jobs(pair: Prepared, names: Sequence[str] | None, devices: Sequence[str], repeats: int | None) -> list[Job]:
    """What to do on a pair.

    Args:
        names: of methods; None: by the kind of the pair.
        devices: cpu, cuda; a method that knows no GPU runs on the CPU only.
        repeats: of every method; None: by the rule above.
    """
    kind = kind_of(pair)
    made = []
    for name in names or BY_KIND[kind]:
        often = REPEATS if kind == "main" and name in REPEATED else 1
        for device in devices:
            method = METHODS[name if names or device == "cpu" else ON_GPU.get(name, name)]
            if device == "cpu" or method.gpu:
                made.append(Job(pair, method, device, repeats or often))
    return made


@dataclass
class Forecast:
    """Seconds that runs will take: as before, or as guessed, corrected by how wrong the guesses were so far."""

    seen: dict[tuple[str, str, str], float] = field(default_factory=dict)
    guessed: float = 0.0
    used: float = 0.0

    def saw(self, job: Job, seconds: float) -> None:
        """A run took this long."""
        self.seen[self._key(job)] = seconds
        self.guessed += self._guess(job)
        self.used += seconds

    def of(self, job: Job) -> float:
        """How long one run will take."""
        correction = (self.used + 10.0) / (self.guessed + 10.0)
        return self.seen.get(self._key(job), self._guess(job) * correction)

    @staticmethod
    def _key(job: Job) -> tuple[str, str, str]:
        return job.pair.pair.name, job.method.name, job.device

    @staticmethod
    def _guess(job: Job) -> float:
        return job.method.start + (job.method.rate + MEASURING) * job.pair.megavoxels + 0.5
