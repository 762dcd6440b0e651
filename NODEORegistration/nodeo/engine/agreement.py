"""How widely the velocities are smoothed, from how well the images agree once the coarsest level is done.

A loss tells what is left to explain. Where volumes agree nearly wholly there, as two scans of one body do, what moved
is smooth: the levels between the coarsest and the finest, which bend most, are told so. Where images agree little,
as two stains or an ultrasound and an MR image do, or show the same by other details, most of what could be gained by a
small motion is chance: then all levels smooth more, the coarsest again.

Where the flow of volumes begins with a large motion, the levels have to mend what that left wrong far and wide, and
not only near: they smooth the more widely the farther it went, and take their time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Of a loss after the coarsest of several levels. All were found on the pairs of Testing/benchmarks/README.md.
_NEARLY_WHOLLY, _LITTLE = 0.03, 0.3
_OF_ONE_BODY = 2.0  # times as wide, between the coarsest level and the finest
_WITH_LITTLE = 3.3  # times as wide, everywhere
_OF_TWO_KINDS = {"mind": 2.7}  # the same, whatever the loss, by what the images are compared with
_FAR = 1.0  # nodes of the coarsest level, from which on a motion is large
_GONE_FAR = 4.0  # times as wide at the coarsest level after it, and nowhere wider
_PATIENTLY = 2  # times as many iterations, then
_TELLING = "lncc"  # the similarity whose losses are known


@dataclass(frozen=True)
class Agreement:
    """What is known of a pair once the coarsest level is done, and what the levels are told from it.

    Attributes:
        similarities: of each channel, by its name.
        levels: how many there are.
        volumes: and no planes.
        losses: of each channel, after the coarsest level, where :attr:`tells`.
        motion: how far the flow goes to begin with, in nodes of the coarsest level; 0: it begins at rest.
    """

    similarities: Mapping[str, str]
    levels: int
    volumes: bool
    losses: Mapping[str, float] = field(default_factory=dict)
    motion: float = 0.0

    @property
    def tells(self) -> bool:
        """Whether anything hangs on how well the images agree."""
        return self.levels > 1 and _TELLING in self._kinds and self._kinds <= {_TELLING, *_OF_TWO_KINDS}

    @property
    def widenings(self) -> tuple[float, ...]:
        """For each level, how many times as wide as the settings say the velocities are to be smoothed."""
        usual = (1.0,) * self.levels
        if self._kinds and self._kinds <= set(_OF_TWO_KINDS):
            return (min(_OF_TWO_KINDS[kind] for kind in self._kinds),) * self.levels
        if not self.tells:
            return usual
        if min(self._told) > _LITTLE:
            return (_WITH_LITTLE,) * self.levels
        if self._goes_far:
            between, finest = (min(max(1.0, share * self.motion), _GONE_FAR) for share in (1.0, 0.5))
            return (_GONE_FAR, *[between] * (self.levels - 2), finest)
        if self.volumes and self._kinds == {_TELLING} and max(self._told) < _NEARLY_WHOLLY:
            return (1.0, *[_OF_ONE_BODY] * (self.levels - 2), 1.0)
        return usual

    @property
    def patience(self) -> int:
        """How many times as many iterations as the settings say each level is to have."""
        return _PATIENTLY if self._goes_far else 1

    @property
    def _goes_far(self) -> bool:
        """Whether the levels go on from a large motion of what looks alike."""
        alike = self.tells and self._kinds == {_TELLING} and min(self._told) <= _LITTLE
        return self.volumes and self.motion >= _FAR and alike

    @property
    def _kinds(self) -> set[str]:
        return set(self.similarities.values())

    @property
    def _told(self) -> list[float]:
        return [self.losses[name] for name, similarity in self.similarities.items() if similarity == _TELLING]
